"""First stage for .xlsx: every visible sheet becomes a table of what its cells show."""

from __future__ import annotations

import io
import re
import struct
import warnings
import zipfile
import zlib
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from extract.errors import LimitExceeded, UnreadableDocument
from extract.reading.cellplacing import CellBudget
from extract.reading.intake import Limits, hold_to
from extract.reading.packages import Package, damaged, open_package
from extract.reading.pages import NativeDocument, NativeTable
from extract.reading.sheets import Merged, StoredCell, sheet_table, shown

if TYPE_CHECKING:
    from openpyxl.workbook import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
OFFICE_ERRORS = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    EOFError,
    LookupError,
    NotImplementedError,
    OSError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
    struct.error,
    zipfile.BadZipFile,
    zlib.error,
)
"""What the readers of Office files raise on damage; lxml's and expat's errors are syntax errors."""
_MERGE = re.compile(rb"<(?:\w+:)?mergeCell\s[^>]*?ref\s*=\s*[\"']([^\"']*)[\"']")
_MERGES = re.compile(rb"<(?:\w+:)?mergeCell\s")
_RANGE = re.compile(rb"\$?([A-Z]{1,3})\$?(\d{1,7})(?::\$?([A-Z]{1,3})\$?(\d{1,7}))?")
_FORMULA = re.compile(rb"<(?:\w+:)?f[\s>/]")
_NAMED = 5
"""So many cells are named when formulas hold no result."""


def read_workbook(data: bytes, *, file_name: str, limits: Limits) -> NativeDocument:
    """Read an .xlsx file: the visible sheets, their shown rows and columns, the figures as formatted.

    Of formulas the stored result is read; nothing is calculated and no link is followed. Raises
    ``UnreadableDocument``, ``EncryptedDocument`` and ``LimitExceeded``.
    """
    package = open_package(data, file_name, limits)
    _hold_merges(package, file_name, limits)
    try:
        book = _opened(data, values=True)
        unsolved = _unsolved(data, book, package)
        tables = tuple(_tables(book, CellBudget(file_name, limits.cells)))
    except OFFICE_ERRORS as error:
        raise damaged(file_name, error) from error
    hold_to(limits.pages, len(book.sheetnames), file_name=file_name, unit="sheets", option="pages")
    if not any(table.cells for table in tables):
        raise UnreadableDocument(
            file_name, "is a workbook without text", "check that it was saved completely"
        )
    return NativeDocument(tables, MEDIA_TYPE, "xlsx", pages=len(book.sheetnames), problems=unsolved)


def _opened(data: bytes, *, values: bool) -> Workbook:
    import openpyxl

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return openpyxl.load_workbook(io.BytesIO(data), data_only=values, keep_links=False)


def _hold_merges(package: Package, file_name: str, limits: Limits) -> None:
    """Refuse merged ranges that cover more cells than a document may hold: openpyxl makes each of them."""
    covered = 0
    for name, part in package.parts.items():
        if not name.startswith("xl/worksheets/"):
            continue
        ranges = _MERGE.findall(part)
        if len(ranges) != len(_MERGES.findall(part)):
            raise damaged(file_name, ValueError("merged cells without a range"))
        covered += sum(_area(written, file_name) for written in ranges)
    if covered > limits.cells:
        raise LimitExceeded(
            file_name,
            f"merges {covered:,} cells, more than the limit of {limits.cells:,}",
            "do not trust this file, or raise Limits.cells if you do",
        )


def _area(written: bytes, file_name: str) -> int:
    found = _RANGE.fullmatch(written)
    if found is None:
        raise damaged(file_name, ValueError("a merged range that cannot be read"))
    first, top, last, bottom = found[1], int(found[2]), found[3] or found[1], int(found[4] or found[2])
    return (abs(_column(last) - _column(first)) + 1) * (abs(bottom - top) + 1)


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - ord("A") + 1
    return number


def _unsolved(data: bytes, book: Workbook, package: Package) -> tuple[str, ...]:
    """A reason for review where formulas hold no stored result, so that their cells look blank."""
    if not any(_FORMULA.search(part) for name, part in package.parts.items() if "worksheets/" in name):
        return ()
    formulas = _opened(data, values=False)
    blank = [
        f"{sheet.title}!{cell.coordinate}"
        for sheet in _visible(formulas)
        for cell in list(_stored(sheet).values())
        if cell.data_type == "f" and book[sheet.title][cell.coordinate].value is None
    ]
    if not blank:
        return ()
    named = ", ".join(blank[:_NAMED]) + (" …" if len(blank) > _NAMED else "")
    return (f"{len(blank)} formulas were saved without their results, which are lost: {named}",)


def _visible(book: Workbook) -> list[Worksheet]:
    return [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]


def _tables(book: Workbook, budget: CellBudget) -> Iterator[NativeTable]:
    numbers = {title: number for number, title in enumerate(book.sheetnames, 1)}
    for sheet in _visible(book):
        table = sheet_table(
            _cells(sheet, budget),
            [
                Merged(r.min_row - 1, r.min_col - 1, r.max_row - r.min_row + 1, r.max_col - r.min_col + 1)
                for r in sheet.merged_cells.ranges
            ],
            name=sheet.title,
            number=numbers[sheet.title],
            hidden_rows={int(row) - 1 for row, of in sheet.row_dimensions.items() if of.hidden},
            hidden_columns=set(_hidden_columns(sheet)),
        )
        budget.take(table.rows * table.columns)
        yield table


def _cells(sheet: Worksheet, budget: CellBudget) -> Iterator[StoredCell]:
    stored = _stored(sheet)
    budget.take(len(stored))
    for (row, column), cell in stored.items():
        if cell.value is not None:
            yield StoredCell(row - 1, column - 1, shown(cell.value, cell.number_format))


def _stored(sheet: Worksheet) -> dict[tuple[int, int], Any]:
    """The cells a sheet holds; iter_rows would make all those up to its far corner."""
    cells: dict[tuple[int, int], Any] = sheet._cells
    return cells


def _hidden_columns(sheet: Worksheet) -> Iterator[int]:
    for of in sheet.column_dimensions.values():
        if of.hidden and of.min and of.max:
            yield from range(of.min - 1, min(of.max, 16_384))
