"""Forms as spreadsheets: CSV, and XLSX coloured by proof. Nothing in a cell can act as a formula."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from models.disclosure import Disclosure, Proof, Row, Table

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

_HEADS = ("code", "name", "level", "side", "line")
_FORMULA = re.compile(r"^[\s\x00-\x1f]*[=+\-@|%]|^[\t\r\n]")
_ILLEGAL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_SHEET_NAME = re.compile(r"[\[\]:*?/\\']")
_MOST_SHEET_NAME = 31
_FILLS: dict[Proof, str] = {
    "proven": "DCEBF7",
    "consistent": "EEF4FA",
    "unchecked": "FFF6DB",
    "contradicted": "F8D3C5",
}
Value = str | Decimal | int | None


def harmless(text: str | None) -> str | None:
    """Text no spreadsheet takes for a formula: what would begin one gets an apostrophe before it.

    >>> harmless("=1+1")
    "'=1+1"
    """
    if text is None:
        return None
    plain = _ILLEGAL.sub("", text)
    return f"'{plain}" if _FORMULA.search(plain) else plain


def csv_of(table: Table) -> bytes:
    """A form as CSV in UTF-8 with its mark, so that spreadsheets show Chinese; amounts as printed."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream)
    for line in _lines(table):
        writer.writerow(["" if value is None else _plain(value) for value in line])
    return stream.getvalue().encode("utf-8-sig", errors="replace")


def _plain(value: str | Decimal | int) -> str:
    return format(value, "f") if isinstance(value, Decimal) else str(value)


def _lines(table: Table) -> Iterator[Sequence[Value]]:
    """Header and rows of a form; of a table that is no form, its grid as printed."""
    if table.cells is not None:
        yield from _grid(table)
        return
    yield [*_HEADS, *(harmless(column.label) or column.key for column in table.columns)]
    for row in table.rows:
        yield [*_head(row), *(row.amounts.get(column.key) for column in table.columns)]


def _head(row: Row) -> list[Value]:
    return [harmless(row.code), harmless(row.name), row.level, row.side, row.line]


def _grid(table: Table) -> Iterator[list[Value]]:
    cells = table.cells or ()
    width = max((cell.column + cell.column_span for cell in cells), default=0)
    height = max((cell.row + cell.row_span for cell in cells), default=0)
    grid: list[list[Value]] = [[None] * width for _ in range(height)]
    for cell in cells:
        grid[cell.row][cell.column] = harmless(cell.text)
    yield from grid


def workbook_of(disclosure: Disclosure, tables: Sequence[Table]) -> bytes:
    """Forms as sheets of one workbook: amounts as numbers, coloured by how far they are proven."""
    from openpyxl import Workbook

    workbook = Workbook()
    first = workbook.active
    first.title = "gongkai"
    for line in _cover(disclosure):
        first.append(line)
    for table in tables:
        _fill_sheet(workbook.create_sheet(_sheet_name(table)), table)
    stream = io.BytesIO()
    workbook.save(stream)
    return stream.getvalue()


def _cover(disclosure: Disclosure) -> Iterator[list[Value]]:
    facts = disclosure.disclosure
    yield [harmless(facts.organisation.name), facts.fiscal_year, facts.kind]
    yield [harmless(facts.title)]
    yield ["source", harmless(disclosure.source.file_name), disclosure.id]
    yield ["corrections", len(disclosure.corrections)]
    yield []
    yield ["proven", "at least two independent sums hold"]
    yield ["consistent", "one sum holds"]
    yield ["unchecked", "no sum contains it"]
    yield ["contradicted", "a sum that contains it fails"]


def _sheet_name(table: Table) -> str:
    return _SHEET_NAME.sub(" ", _ILLEGAL.sub("", f"{table.id} {table.title or table.kind}"))[
        :_MOST_SHEET_NAME
    ]


def _fill_sheet(sheet: Worksheet, table: Table) -> None:
    from openpyxl.styles import Font, PatternFill

    for line in _lines(table):
        sheet.append(line)
    for cell in sheet[1] if table.columns else ():
        cell.font = Font(bold=True)
    fills = {proof: PatternFill("solid", fgColor=colour) for proof, colour in _FILLS.items()}
    for number, row in enumerate(table.rows, 2):
        for place, column in enumerate(table.columns, len(_HEADS) + 1):
            _mark(sheet.cell(number, place), row, column.key, fills)
    sheet.freeze_panes = "C2" if table.columns else None


def _mark(cell: Any, row: Row, key: str, fills: dict[Proof, Any]) -> None:
    printed = row.cells.get(key)
    amount = row.amounts.get(key)
    if printed is None or amount is None:
        return
    cell.fill = fills[printed.proof]
    decimals = max(0, -int(amount.as_tuple().exponent))
    cell.number_format = "#,##0" + ("." + "0" * decimals if decimals else "")
