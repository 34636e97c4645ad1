"""``gongkai extract``, ``show``, ``schema`` and ``catalogue find``: one document, and what is known of it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from flows.commands.messages import complain, silence_libraries


def register(app: typer.Typer) -> None:
    """Add the commands to the application."""
    for command in (extract, show, schema):
        app.command()(command)
    catalogue = typer.Typer(
        help="Look into the standard classifications (政府收支分类科目).",
        no_args_is_help=True,
        rich_markup_mode=None,
    )
    catalogue.command()(find)
    app.add_typer(catalogue, name="catalogue")


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
    silence_libraries()
    try:
        failures = extract_files(files, plan, complain=complain)
    except OutputError as error:
        complain(str(error))
        raise typer.Exit(1) from error
    raise typer.Exit(exit_code(failures))


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

    silence_libraries()
    try:
        for disclosure in disclosures_in(file):
            print_disclosure(disclosure, everything=everything)
    except ExtractionError as error:
        complain(str(error))
        raise typer.Exit(error.exit_code) from error


def schema() -> None:
    """Print the JSON Schema of the results."""
    from models.schema import schema_text

    typer.echo(schema_text().encode(), nl=False)


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
        complain(f"{text}: nothing like it in the catalogue; try a shorter part of the name")
        raise typer.Exit(1)
    print_matches(matches)
