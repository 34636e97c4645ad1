"""The command line of the warehouse: ``gongkai load``, ``query``, ``package`` and ``compare``.

Everything of weight is imported when a command runs, so that ``--help`` is quick.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from flows.commands.messages import complain

_PLACE = "duckdb:///FILE, parquet:DIR, postgresql://... or another URL of SQLAlchemy."


def register(app: typer.Typer) -> None:
    """Add the commands to the application."""
    for command in (load, query, package, compare):
        app.command()(command)


def load(
    out: Annotated[str, typer.Argument(metavar="OUT", help="Results: a folder, a file, a store, or a URL.")],
    to: Annotated[str, typer.Option("--to", metavar="URL", help=_PLACE)] = "duckdb:///gongkai.duckdb",
    workers: Annotated[
        int | None,
        typer.Option("--workers", min=1, metavar="N", help="Processes that read; one a core without it."),
    ] = None,
) -> None:
    """Load results into a warehouse: a star schema in DuckDB, PostgreSQL or Parquet.

    What has not changed is passed over; a new version of a disclosure takes the place of
    the earlier one, which is kept as history. What reviewers decided in a store is laid over
    its documents. A load that is cut off keeps what it has committed, and the next one goes on.
    """
    from flows.warehouse.databases import WarehouseError
    from flows.warehouse.places import load_into
    from flows.warehouse.results import NoResults

    try:
        tally = load_into(out, to, complain=complain, workers=workers)
    except (WarehouseError, NoResults) as error:
        raise _failure(error) from error
    typer.echo(f"{to}: {tally}")
    raise typer.Exit(1 if tally.refused else 0)


def query(
    sql: Annotated[str, typer.Argument(metavar="SQL", help="One SELECT; docs/warehouse.md has examples.")],
    of: Annotated[str, typer.Option("--from", metavar="URL", help=_PLACE)] = "duckdb:///gongkai.duckdb",
    layout: Annotated[
        Literal["table", "csv", "json"], typer.Option("--format", help="How to print the answer.")
    ] = "table",
) -> None:
    """Ask a warehouse a question in SQL. Nothing can be changed that way."""
    from flows.answers import print_answer
    from flows.warehouse.databases import WarehouseError
    from flows.warehouse.places import query as ask

    try:
        answer = ask(of, sql)
    except WarehouseError as error:
        raise _failure(error) from error
    print_answer(answer.columns, answer.rows, layout)


def package(
    out: Annotated[str, typer.Argument(metavar="OUT", help="Results: a folder, a file, a store, or a URL.")],
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="Folder to write datapackage.json and CSV to.")
    ],
) -> None:
    """Write results as a Fiscal Data Package: CSV files described by datapackage.json."""
    from flows.warehouse.databases import WarehouseError
    from flows.warehouse.package import write_package
    from flows.warehouse.results import NoResults

    try:
        tally = write_package(out, folder, complain=complain)
    except (WarehouseError, NoResults) as error:
        raise _failure(error) from error
    typer.echo(f"{folder / 'datapackage.json'}: {tally}")
    raise typer.Exit(1 if tally.refused else 0)


def compare(
    files: Annotated[list[Path], typer.Argument(metavar="FILES", help="Two or more results or documents.")],
    page: Annotated[
        Path | None, typer.Option("-o", "--page", metavar="PAGE", help="Also write an HTML page with plots.")
    ] = None,
) -> None:
    """Compare disclosures: one organisation over years, or its budget with its final account.

    Subjects are aligned across editions of the classification; the page needs no network.
    """
    from extract.errors import ExtractionError
    from flows.comparison import NothingToCompare, compare_files
    from flows.comparison_page import page_of
    from flows.output import OutputError, replacing
    from flows.terminal_comparison import print_comparison

    try:
        comparison = compare_files(files)
        if page:
            with replacing(page) as write:
                write(page_of(comparison).encode())
    except (ExtractionError, NothingToCompare, OutputError) as error:
        raise _failure(error) from error
    print_comparison(comparison)


def _failure(error: Exception) -> typer.Exit:
    complain(str(error))
    return typer.Exit(getattr(error, "exit_code", 1))
