"""``gongkai harvest``: sites visited once, by a schedule, or to propose a definition."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from flows.commands.messages import complain, silence_libraries

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


def register(app: typer.Typer) -> None:
    """Add the commands to the application."""
    harvest = typer.Typer(
        help="Visit sites, keep the disclosures they publish, and digitise the new ones.",
        no_args_is_help=True,
        rich_markup_mode=None,
    )
    for command in (run, serve, probe):
        harvest.command()(command)
    app.add_typer(harvest, name="harvest")


def run(
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

    parameters = _parameters(sites, keep, out, site, at_once, workers)
    raise typer.Exit(harvest_sites(parameters, say=typer.echo, complain=complain, verbose=verbose))


def serve(
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

    parameters = _parameters(sites, keep, out, site, at_once, workers)
    silence_libraries()
    try:
        serve_harvest(parameters, cron=cron, timezone=timezone, port=port, say=typer.echo)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="'--cron' / '--timezone'") from error
    except (OSError, ServerFailed) as error:
        complain(f"cannot serve: {error}; see whether the port is taken (--port)")
        raise typer.Exit(1) from error


def probe(
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

    silence_libraries()
    try:
        code = show_probe(url, private=private or [], contact=contact, say=typer.echo)
    except DefinitionError as error:
        raise typer.BadParameter(str(error), param_hint="'URL'") from error
    raise typer.Exit(code)


def _parameters(
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
