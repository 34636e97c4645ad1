"""For the command line: results and catalogue entries as tables for the terminal."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

from rich import box
from rich.cells import cell_len, chop_cells
from rich.console import Console, Group, RenderableType
from rich.table import Table as Sheet
from rich.text import Text

from models.catalogue import Match, Name
from models.disclosure import Check, Column, Disclosure, Proof, Repair, Row, Table

MARKS: dict[Proof, tuple[str, str]] = {
    "proven": ("✓✓", ""),
    "consistent": ("✓ ", ""),
    "unchecked": ("? ", "yellow"),
    "contradicted": ("✗ ", "bold red"),
}
"""Behind each figure: a mark that reads without colour, and the style of the whole figure."""

LEGEND = "✓✓ proven by two sums   ✓ agrees with one   ? in none that could be checked   ✗ contradicted"

_INDENT = {"group": 1, "item": 2}
_LEVEL_STYLES = {"total": "bold"}
_NAME_WIDTH = 20
"""Columns of the terminal the name of a subject gets at least; longer names are folded."""
_HEADER_WIDTH = 14
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]+")


def print_disclosure(
    disclosure: Disclosure, *, everything: bool = False, console: Console | None = None
) -> None:
    """Print a result: identity, forms, failed checks, repairs and quality.

    The lines are as long as the figures need, even where the terminal is narrower: a figure
    is never cut. ``everything`` adds lines without figures and tables that are no standard form.
    """
    parts = [
        _identity(disclosure),
        *(part for table in disclosure.tables for part in _table(table, everything=everything)),
        _absent(disclosure.tables),
        *_failures(disclosure),
        *_repairs(disclosure.repairs),
        _quality(disclosure),
    ]
    console = console or Console()
    console.width = max(console.width, _least_width(Group(*parts)))
    for part in parts:
        console.print(part, markup=False, highlight=False)
        console.print()


def print_matches(matches: Sequence[Match], *, console: Console | None = None) -> None:
    """Print the answers of ``Catalogue.find`` with their other names and what the entry rests on."""
    sheet = Sheet(box=box.SIMPLE_HEAD, show_edge=False)
    for header, width in (
        ("code", 7),
        ("classification", 14),
        ("level", 5),
        ("name", 24),
        ("other names", 20),
    ):
        sheet.add_column(header, overflow="fold", min_width=width)
    sheet.add_column("evidence", min_width=8)
    for match in matches:
        entry = match.entry
        others = "、".join(f"{name.text} ({_years(name)})" for name in entry.former)
        cells = (entry.code, entry.classification, entry.level, entry.name, others, entry.evidence)
        sheet.add_row(*map(_plain, cells))
    console = console or Console()
    console.width = max(console.width, _least_width(sheet))
    console.print(sheet)


def _years(name: Name) -> str:
    return f"{name.first_year or ''}–{name.last_year or ''}"


def _plain(text: str | None, style: str = "") -> Text:
    """Text of a document without what could steer a terminal."""
    return Text(_CONTROL.sub(" ", text or ""), style)


def _figure(value: Decimal | None) -> str:
    return "" if value is None else format(value, ",f")


def _least_width(part: RenderableType) -> int:
    if isinstance(part, Group):
        return max(map(_least_width, part.renderables), default=0)
    return sum(_column_widths(part)) if isinstance(part, Sheet) else 0


def _column_widths(sheet: Sheet) -> Iterator[int]:
    """Least width of each column with its padding of one on each side and the line between columns."""
    for column in sheet.columns:
        yield (column.min_width or 0) + 3


def _identity(disclosure: Disclosure) -> RenderableType:
    facts, source = disclosure.disclosure, disclosure.source
    organisation = facts.organisation
    division = organisation.division
    region = _joined("", *dict.fromkeys((division.province, division.city, division.district)))
    lines = [
        ("organisation", _joined(" · ", organisation.name, organisation.scope, region)),
        ("kind", facts.kind),
        ("fiscal year", str(facts.fiscal_year or "")),
        ("published", facts.published_on),
        ("unit", facts.unit),
        ("source", f"{source.file_name}, {source.pages} pages, {source.reader}, {source.trust}"),
        ("id", disclosure.id),
    ]
    sheet = Sheet.grid(padding=(0, 2, 0, 0))
    sheet.add_column(no_wrap=True)
    sheet.add_column(overflow="fold")
    for label, value in lines:
        sheet.add_row(Text(label, "dim"), _plain(value or "unknown"))
    return Group(_plain(facts.title or "(no title)", "bold"), sheet)


def _joined(glue: str, *parts: str | None) -> str:
    return glue.join(part for part in parts if part)


def _table(table: Table, *, everything: bool) -> Iterator[RenderableType]:
    """The heading and the rows of a table, side by side forms one side after the other."""
    if table.status != "extracted":
        return
    if table.cells is not None:
        if everything:
            yield Group(_heading(table), _as_printed(table))
        return
    for side in dict.fromkeys(row.side for row in table.rows):
        rows = [row for row in table.rows if row.side == side]
        yield Group(_heading(table, side), *_form(table, rows, everything=everything))


def _heading(table: Table, side: str | None = None) -> Text:
    pages = f"p. {table.pages[0]}–{table.pages[-1]}" if len(table.pages) > 1 else ""
    pages = pages or "".join(f"p. {page}" for page in table.pages)
    return Text.assemble(
        _plain(table.title or table.form or "(no title)", "bold"),
        "  ",
        _plain(_joined(", ", table.id, table.kind, side, table.unit, pages), "dim"),
    )


def _form(table: Table, rows: Sequence[Row], *, everything: bool) -> Iterator[RenderableType]:
    """One form, or one side of it: the rows and columns that hold figures, and a word on the others."""
    columns = [column for column in table.columns if any(_has_figure(row, column.key) for row in rows)]
    shown = [row for row in rows if everything or any(_has_figure(row, column.key) for column in columns)]
    if shown:
        yield _sheet(columns, shown)
    silent = [_column_heading(column) for column in table.columns if column not in columns]
    left_out = [f"no figures under {'、'.join(silent)}"] if silent and not rows[0].side else []
    if len(shown) < len(rows):
        left_out.append(f"{len(rows) - len(shown)} lines without figures")
    if left_out:
        yield _plain(f"({'; '.join(left_out)})", "dim")


def _sheet(columns: Iterable[Column], rows: Sequence[Row]) -> Sheet:
    sheet = Sheet(box=box.SIMPLE_HEAD, show_edge=False)
    sheet.add_column("code", no_wrap=True, min_width=max(cell_len(row.code or "") for row in rows))
    sheet.add_column("name", overflow="fold", min_width=_NAME_WIDTH)
    for column in columns:
        _add_amounts(sheet, column, rows)
    for row in rows:
        name = _plain("  " * _INDENT.get(row.level, 0) + (row.name or ""), _LEVEL_STYLES.get(row.level, ""))
        sheet.add_row(_plain(row.code), name, *(_cell(row, column.key) for column in columns))
    return sheet


def _column_heading(column: Column) -> str:
    """The lowest of a column's printed headers."""
    return column.label.rsplit("/", 1)[-1] or column.key


def _add_amounts(sheet: Sheet, column: Column, rows: Iterable[Row]) -> None:
    """A column wide enough for its figures, its header folded."""
    header = chop_cells(_CONTROL.sub(" ", _column_heading(column)), _HEADER_WIDTH)
    figures = (_cell(row, column.key).plain for row in rows)
    width = max(cell_len(line) for line in (*header, *figures))
    sheet.add_column(Text("\n".join(header)), justify="right", no_wrap=True, min_width=width)


def _has_figure(row: Row, key: str) -> bool:
    return row.amounts.get(key) is not None


def _cell(row: Row, key: str) -> Text:
    value = row.amounts.get(key)
    if value is None:
        return Text("")
    cell = row.cells.get(key)
    mark, style = MARKS[cell.proof if cell else "unchecked"]
    return Text(f"{_figure(value)} {mark}", style)


def _as_printed(table: Table) -> Sheet:
    """A table that is no standard form: its cells, each at the first place it covers."""
    cells = table.cells or ()
    grid = {(cell.row, cell.column): cell.text for cell in cells}
    sheet = Sheet(
        box=box.SQUARE, show_header=False, show_lines=True, title=_heading(table), title_justify="left"
    )
    across = range(max((cell.column for cell in cells), default=0) + 1)
    for _ in across:
        sheet.add_column(overflow="fold")
    for line in range(max((cell.row for cell in cells), default=0) + 1):
        sheet.add_row(*(_plain(grid.get((line, place))) for place in across))
    return sheet


def _absent(tables: Iterable[Table]) -> RenderableType:
    """Forms without figures: printed empty, not in the document, or no standard form."""
    lines = [
        f"{table.title or table.form or table.kind}: {_STATUS[table.status]}"
        for table in tables
        if table.status != "extracted"
    ]
    others = sum(table.cells is not None and table.status == "extracted" for table in tables)
    if others:
        lines.append(f"tables that are no standard form: {others} (--all prints them)")
    return _plain_lines(lines)


_STATUS = {"empty": "printed without figures", "missing": "not in the document"}


def _plain_lines(lines: Iterable[str]) -> Text:
    return Text("\n").join(_plain(line) for line in lines)


def _failures(disclosure: Disclosure) -> Iterator[RenderableType]:
    """Failed checks as equations with their numbers."""
    failed = [check for check in disclosure.checks if check.status == "fail"]
    if not failed:
        return
    names = _row_names(disclosure.tables)
    yield Text(f"{len(failed)} failed checks", "bold red")
    yield Text("\n").join(_equation(check, names) for check in failed)


def _row_names(tables: Iterable[Table]) -> dict[str, str]:
    return {f"{table.id}/{row.code}": row.name or "" for table in tables for row in table.rows if row.code}


def _equation(check: Check, names: dict[str, str]) -> Text:
    """Where, which identity, and under it its two sides."""
    name = names.get("/".join(check.where.split("/")[:2]))
    lines = [f"✗ {_joined(' ', check.where, name)}:  {check.formula}"]
    if check.left is not None and check.right is not None:
        difference = f", difference {_figure(check.difference)}" if check.difference is not None else ""
        lines.append(f"    {_figure(check.left)} ≠ {_figure(check.right)}{difference}")
    lines.append(f"    {_joined(', ', check.id, check.verdict, check.message)}")
    return _plain_lines(lines)


def _repairs(repairs: Sequence[Repair]) -> Iterator[RenderableType]:
    if repairs:
        yield Text(f"{len(repairs)} changes to what was read", "bold")
        yield _plain_lines(
            f"{repair.where}: {repair.from_!r} → {repair.to!r} ({repair.kind}, {repair.certainty})"
            for repair in repairs
        )


def _quality(disclosure: Disclosure) -> RenderableType:
    quality = disclosure.quality
    counts = {status: 0 for status in ("pass", "rounding", "fail", "not_applicable")}
    for check in disclosure.checks:
        counts[check.status] += 1
    share = f" ({100 * quality.proven / quality.cells:.1f} %)" if quality.cells else ""
    verdict = (
        Text("needs review", "bold yellow") if quality.needs_review else Text("no review needed", "green")
    )
    lines = [
        f"figures: {quality.cells}, proven {quality.proven}{share}, contradicted {quality.contradicted}",
        "checks: " + ", ".join(f"{number} {status.replace('_', ' ')}" for status, number in counts.items()),
        *(f"- {reason}" for reason in quality.reasons),
        LEGEND,
    ]
    score = Text.assemble("quality ", (f"{quality.score:.3f}", "bold"), ", ", verdict)
    return Group(score, _plain_lines(lines))
