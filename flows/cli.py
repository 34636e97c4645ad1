"""The command line: ``gongkai`` put together from its commands.

Only typer is imported here at start; each command imports what it uses, so that ``--help`` is quick.
"""

from __future__ import annotations

from typing import Annotated

import typer

from flows.commands import archives, documents, service, sites, warehouse

app = typer.Typer(
    name="gongkai",
    help="Budget and final-account disclosures of Chinese government departments as clean, checked JSON.",
    epilog="Exit codes: 0 done, 1 several kinds of failure, 2 wrong usage, 3-7 one kind: docs/errors.md.",
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
for commands in (documents, archives, sites, service, warehouse):
    commands.register(app)


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


def main() -> None:
    """Entry point of the console script."""
    app()


if __name__ == "__main__":
    main()
