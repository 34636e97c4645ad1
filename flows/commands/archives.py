"""``gongkai digitise`` and ``report``: archives of thousands of documents."""

from __future__ import annotations

from typing import Annotated

import typer

from flows.commands import options
from flows.commands.messages import complain


def register(app: typer.Typer) -> None:
    """Add the commands to the application."""
    for command in (digitise, report):
        app.command()(command)


def digitise(
    source: options.Source,
    out: options.StoreAddress,
    dry_run: options.DryRun = False,
    limit: options.Limit = None,
    only_failed: options.OnlyFailed = False,
    workers: options.WorkersOrCores = None,
    dask: options.Dask = None,
    timeout: options.Timeout = 300.0,
    memory: options.Memory = 2048,
    after: options.After = None,
    verbose: options.Verbose = False,
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
