"""``gongkai digitise`` and ``report``: archives of thousands of documents."""

from __future__ import annotations

from typing import Annotated

import typer

from flows.commands.messages import complain


def register(app: typer.Typer) -> None:
    """Add the commands to the application."""
    for command in (digitise, report):
        app.command()(command)


def digitise(
    source: Annotated[
        str,
        typer.Argument(
            metavar="SOURCE", help="A folder, a glob in quotation marks, @LIST, or a URL such as s3://."
        ),
    ],
    out: Annotated[
        str, typer.Option("-o", "--out", metavar="OUT", help="Folder or URL of the store of results.")
    ],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be done, do nothing.")] = False,
    limit: Annotated[
        int | None, typer.Option("--limit", min=1, metavar="N", help="Read at most N documents.")
    ] = None,
    only_failed: Annotated[
        bool, typer.Option("--only-failed", help="Read again what failed before, and nothing else.")
    ] = False,
    workers: Annotated[
        int | None,
        typer.Option("--workers", min=1, metavar="N", help="Documents read at once; one a core without it."),
    ] = None,
    dask: Annotated[
        str | None,
        typer.Option("--dask", metavar="ADDRESS", help="Dask scheduler (tcp://...), or local for a cluster."),
    ] = None,
    timeout: Annotated[
        float, typer.Option("--timeout", min=1, metavar="SECONDS", help="Most time for one document.")
    ] = 300.0,
    memory: Annotated[
        int, typer.Option("--memory", min=256, metavar="MIB", help="Most memory for one document.")
    ] = 2048,
    after: Annotated[
        str | None,
        typer.Option(
            "--after",
            metavar="COMMAND",
            help="Run for each document; {result}, {source}, {state}, {id} are replaced.",
        ),
    ] = None,
    verbose: Annotated[bool, typer.Option("--verbose", help="Let Prefect log what it does.")] = False,
) -> None:
    """Turn an archive into a store of results, one JSON document each.

    A run that was stopped or killed is taken up by the next one with the same OUT.
    Documents that fail do not stop the others: they are listed in the report and end
    the command with exit code 1.
    """
    from flows.bulk import check_parameters, digitise_archive, show_plan
    from flows.sources import NoSuchSource

    parameters = {
        "source": source,
        "out": out,
        "limit": limit,
        "only_failed": only_failed,
        "workers": workers,
        "dask": dask,
        "timeout": timeout,
        "memory": memory,
        "after": after,
    }
    try:
        check_parameters(parameters)
        if dry_run:
            show_plan(source, out, limit=limit, only_failed=only_failed, say=typer.echo)
            return
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error
    try:
        code = digitise_archive(parameters, say=typer.echo, complain=complain, verbose=verbose)
    except NoSuchSource as error:
        raise typer.BadParameter(str(error), param_hint="'SOURCE'") from error
    raise typer.Exit(code)


def report(
    out: Annotated[str, typer.Argument(metavar="OUT", help="Folder or URL of a store of results.")],
) -> None:
    """Write the report of a store: one HTML page without external assets."""
    from flows.batchreport import write_report
    from flows.manifest import is_store
    from flows.store import store_at

    store = store_at(out)
    if not is_store(store):
        raise typer.BadParameter(f"{out}: holds no results of digitise", param_hint="'OUT'")
    typer.echo(write_report(store))
