"""The command line: ``gongkai`` with its commands, from one document to an archive.

Only typer is imported here at start; each command imports what it uses, so that ``--help`` is quick.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from flows import warehouse_cli

app = typer.Typer(
    name="gongkai",
    help="Budget and final-account disclosures of Chinese government departments as clean, checked JSON.",
    epilog="Exit codes: 0 done, 1 several kinds of failure, 2 wrong usage, 3-7 one kind: docs/errors.md.",
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
catalogue_app = typer.Typer(
    help="Look into the standard classifications (政府收支分类科目).",
    no_args_is_help=True,
    rich_markup_mode=None,
)
app.add_typer(catalogue_app, name="catalogue")
harvest_app = typer.Typer(
    help="Visit sites, keep the disclosures they publish, and digitise the new ones.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
app.add_typer(harvest_app, name="harvest")
corrections_app = typer.Typer(
    help="What reviewers decided about figures.", no_args_is_help=True, rich_markup_mode=None
)
app.add_typer(corrections_app, name="corrections")


def _print_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"gongkai {version('gongkai')}")
        raise typer.Exit


@app.callback()
def _gongkai(
    _version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Options before the command."""


@app.command()
def extract(
    files: Annotated[
        list[Path],
        typer.Argument(
            metavar="FILES", help="Disclosures: PDF, pictures, Word, Excel, HTML, text; archives of them."
        ),
    ],
    output: Annotated[
        Path | None,
        typer.Option(
            "-o",
            "--output",
            metavar="OUT",
            help="File to write; for several files a folder, which gets one <name>.json each.",
        ),
    ] = None,
    layout: Annotated[
        Literal["json", "jsonl"] | None,
        typer.Option(
            "--format",
            help="json: one document; jsonl: one line a document. Without it: jsonl when OUT ends in"
            " .jsonl or several files go to the terminal, else json.",
        ),
    ] = None,
    pretty: Annotated[bool, typer.Option("--pretty", help="Indent the JSON for reading.")] = False,
) -> None:
    """Turn disclosures into JSON.

    A file that fails costs one line on standard error, and the others go on. OUT is
    replaced in one step: it is never half-written, and stays as it was when all fails.
    """
    from flows.batch import exit_code, extract_files
    from flows.output import OutputError, OutputPlanError, plan_output

    try:
        plan = plan_output(files, output, layout, pretty=pretty)
    except OutputPlanError as error:
        raise typer.BadParameter(str(error), param_hint="'-o' / '--format'") from error
    _silence_libraries()
    try:
        failures = extract_files(files, plan, complain=_complain)
    except OutputError as error:
        _complain(str(error))
        raise typer.Exit(1) from error
    raise typer.Exit(exit_code(failures))


@app.command()
def show(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A result (.json, .jsonl) or a document.")],
    everything: Annotated[
        bool,
        typer.Option("--all", help="Also print lines without figures and tables that are no standard form."),
    ] = False,
) -> None:
    """Show a result in the terminal: each form with how far its figures are proven.

    A document is extracted first.
    """
    from extract.errors import ExtractionError
    from flows.results import disclosures_in
    from flows.terminal import print_disclosure

    _silence_libraries()
    try:
        for disclosure in disclosures_in(file):
            print_disclosure(disclosure, everything=everything)
    except ExtractionError as error:
        _complain(str(error))
        raise typer.Exit(error.exit_code) from error


@app.command()
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
        code = digitise_archive(parameters, say=typer.echo, complain=_complain, verbose=verbose)
    except NoSuchSource as error:
        raise typer.BadParameter(str(error), param_hint="'SOURCE'") from error
    raise typer.Exit(code)


@app.command()
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


@app.command()
def serve(
    out: Annotated[
        Path, typer.Argument(metavar="OUT", help="Folder of the store of results; made if it is not there.")
    ],
    host: Annotated[str, typer.Option("--host", help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", min=1, max=65535, help="Port to listen on.")] = 8000,
    key: Annotated[
        str | None,
        typer.Option(
            "--key", envvar="GONGKAI_API_KEY", help="Key clients send as X-API-Key; needed beyond loopback."
        ),
    ] = None,
    allow_host: Annotated[
        list[str] | None,
        typer.Option("--allow-host", metavar="NAME", help="Another name the service is called by."),
    ] = None,
    state: Annotated[
        Path | None,
        typer.Option("--state", metavar="DIR", help="Uploads, queue and index; OUT.service without it."),
    ] = None,
    max_upload: Annotated[
        int, typer.Option("--max-upload", min=1, metavar="MIB", help="Largest upload.")
    ] = 64,
    rate: Annotated[
        int, typer.Option("--rate", min=0, metavar="N", help="Requests a minute for a client; 0: no limit.")
    ] = 1200,
    workers: Annotated[
        int, typer.Option("--workers", min=1, metavar="N", help="Documents read at once.")
    ] = 1,
    timeout: Annotated[
        float, typer.Option("--timeout", min=1, metavar="SECONDS", help="Most time for one document.")
    ] = 300.0,
    memory: Annotated[
        int, typer.Option("--memory", min=256, metavar="MIB", help="Most memory for one document.")
    ] = 2048,
) -> None:
    """Serve a store over HTTP: upload, results, spreadsheets, search, and the review page.

    Only this machine can reach it unless --host says otherwise; then a key is needed.
    """
    from flows.service.settings import MIB, Settings, UnsafeSetting, default_state

    try:
        settings = Settings(
            out=out.resolve(),
            state=(state or default_state(out)).resolve(),
            host=host,
            port=port,
            key=key,
            hosts=tuple(allow_host or ()),
            upload_bytes=max_upload * MIB,
            rate=rate,
            workers=workers,
            timeout=timeout,
            memory=memory,
        )
    except UnsafeSetting as error:
        raise typer.BadParameter(str(error), param_hint="'--host'") from error
    from flows.service.service import AlreadyServed
    from flows.service.serving import serve as serve_until_stopped

    typer.echo(f"http://{host}:{port}/", err=True)
    try:
        serve_until_stopped(settings)
    except (AlreadyServed, OSError) as error:
        _complain(str(error))
        raise typer.Exit(1) from error


@corrections_app.command()
def export(
    out: Annotated[Path, typer.Argument(metavar="OUT", help="Folder of the store of results.")],
    crops: Annotated[
        Path | None,
        typer.Option("--crops", metavar="DIR", help="Also write a picture of every labelled place there."),
    ] = None,
) -> None:
    """Print decisions about figures as labelled data, one JSON object a line.

    Each has the place on the page, the text that was read and the text a person says stands there.
    """
    from flows.labels import labels

    for line in labels(out, crops):
        typer.echo(line.encode(), nl=False)


@corrections_app.command()
def apply(
    out: Annotated[Path, typer.Argument(metavar="OUT", help="Folder of the store of results.")],
    to: Annotated[Path, typer.Option("--to", metavar="DIR", help="Folder to write to.")],
) -> None:
    """Write every corrected document as JSON, its corrections laid over it and its sums done anew."""
    from flows.labels import write_corrected

    for path in write_corrected(out, to):
        typer.echo(path)


@app.command()
def schema() -> None:
    """Print the JSON Schema of the results."""
    from models.schema import schema_text

    typer.echo(schema_text().encode(), nl=False)


@catalogue_app.command()
def find(
    text: Annotated[str, typer.Argument(metavar="TEXT", help="A code, its beginning, or a name.")],
    year: Annotated[
        int | None, typer.Option("--year", min=1990, max=2100, help="Edition: the fiscal year.")
    ] = None,
    classification: Annotated[
        Literal["function", "economic", "income"] | None,
        typer.Option("--classification", help="Look into this classification only."),
    ] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, help="Most answers to print.")] = 10,
) -> None:
    """Find subjects by code or name, former names included; the best first."""
    from flows.terminal import print_matches
    from models.catalogue import catalogue

    matches = catalogue().find(text, classification=classification, year=year, limit=limit)
    if not matches:
        _complain(f"{text}: nothing like it in the catalogue; try a shorter part of the name")
        raise typer.Exit(1)
    print_matches(matches)


warehouse_cli.register(app)
_Sites = Annotated[
    Path, typer.Argument(metavar="SITES", help="A file or folder of site definitions: docs/harvest.md.")
]
_KeepFolder = Annotated[
    Path, typer.Option("--keep", metavar="DIR", help="Folder of the originals and their record.")
]
_Store = Annotated[
    str | None,
    typer.Option("-o", "--out", metavar="OUT", help="Store of results; without it nothing is digitised."),
]
_Only = Annotated[
    list[str] | None, typer.Option("--site", metavar="NAME", help="Visit this site only; may be repeated.")
]
_AtOnce = Annotated[
    int, typer.Option("--at-once", min=1, max=64, metavar="N", help="Sites visited at the same time.")
]
_Workers = Annotated[
    int | None,
    typer.Option("--workers", min=1, metavar="N", help="Documents read at once; one a core without it."),
]


@harvest_app.command("run")
def harvest_run(
    sites: _Sites,
    keep: _KeepFolder,
    out: _Store = None,
    site: _Only = None,
    at_once: _AtOnce = 8,
    workers: _Workers = None,
    verbose: Annotated[bool, typer.Option("--verbose", help="Let Prefect log what it does.")] = False,
) -> None:
    """Visit sites once.

    A run that was killed is taken up by the next one with the same DIR. A site that
    fails stops no other; it ends the command with exit code 1.
    """
    from flows.harvest_commands import harvest_sites

    parameters = _harvest_parameters(sites, keep, out, site, at_once, workers)
    raise typer.Exit(harvest_sites(parameters, say=typer.echo, complain=_complain, verbose=verbose))


@harvest_app.command("serve")
def harvest_serve(
    sites: _Sites,
    keep: _KeepFolder,
    out: _Store = None,
    cron: Annotated[
        str, typer.Option("--cron", metavar="CRON", help="When: minute, hour, day, month, weekday.")
    ] = "0 6 * * *",
    timezone: Annotated[
        str, typer.Option("--timezone", metavar="ZONE", help="Where the hours of CRON are.")
    ] = "Asia/Shanghai",
    port: Annotated[
        int, typer.Option("--port", min=0, max=65535, help="Of Prefect's server on loopback; 0: any.")
    ] = 4200,
    site: _Only = None,
    at_once: _AtOnce = 8,
    workers: _Workers = None,
) -> None:
    """Visit sites by a schedule until stopped."""
    from flows.embedded import ServerFailed
    from flows.harvest_commands import serve_harvest

    parameters = _harvest_parameters(sites, keep, out, site, at_once, workers)
    _silence_libraries()
    try:
        serve_harvest(parameters, cron=cron, timezone=timezone, port=port, say=typer.echo)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="'--cron' / '--timezone'") from error
    except (OSError, ServerFailed) as error:
        _complain(f"cannot serve: {error}; see whether the port is taken (--port)")
        raise typer.Exit(1) from error


@harvest_app.command("probe")
def harvest_probe(
    url: Annotated[str, typer.Argument(metavar="URL", help="A page that lists disclosures.")],
    private: Annotated[
        list[str] | None,
        typer.Option("--private", metavar="NETWORK", help="Private network that may be reached: 10.0.0.0/8."),
    ] = None,
    contact: Annotated[
        str, typer.Option("--contact", metavar="TEXT", help="Mail or web address for the user agent.")
    ] = "",
) -> None:
    """Propose a definition for a site and show what it would fetch."""
    from flows.harvest_commands import show_probe
    from flows.harvesting.definitions import DefinitionError

    _silence_libraries()
    try:
        code = show_probe(url, private=private or [], contact=contact, say=typer.echo)
    except DefinitionError as error:
        raise typer.BadParameter(str(error), param_hint="'URL'") from error
    raise typer.Exit(code)


def _harvest_parameters(
    sites: Path, keep: Path, out: str | None, only: list[str] | None, at_once: int, workers: int | None
) -> dict[str, object]:
    """The parameters of the flow, checked before anything is started."""
    from flows.harvesting.definitions import DefinitionError, chosen_sites

    try:
        chosen_sites(sites, only)
    except DefinitionError as error:
        raise typer.BadParameter(str(error), param_hint="'SITES'") from error
    names = {"sites": str(sites), "keep": str(keep), "out": out, "only": only or None}
    return {**names, "at_once": at_once, "workers": workers}


def _silence_libraries() -> None:
    """Keep what the readers of PDFs log about odd files off standard error: one line a failure is ours."""
    import logging

    logging.getLogger().addHandler(logging.NullHandler())


def _complain(message: str) -> None:
    """One line on standard error, whatever the message holds."""
    typer.echo("gongkai: " + " ".join(message.split()), err=True)


def main() -> None:
    """Entry point of the console script."""
    app()


if __name__ == "__main__":
    main()
