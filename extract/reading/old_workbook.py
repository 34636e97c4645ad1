"""First stage for .xls: every visible sheet becomes a table of what its cells show."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import TYPE_CHECKING

from extract.errors import EncryptedDocument, UnreadableDocument
from extract.reading.cellplacing import CellBudget
from extract.reading.intake import Limits, hold_to
from extract.reading.packages import damaged
from extract.reading.pages import NativeDocument, NativeTable
from extract.reading.sheets import Merged, Stored, StoredCell, sheet_table, shown
from extract.reading.workbook import OFFICE_ERRORS

if TYPE_CHECKING:
    from xlrd.book import Book
    from xlrd.sheet import Cell, Sheet

MEDIA_TYPE = "application/vnd.ms-excel"


def read_old_workbook(data: bytes, *, file_name: str, limits: Limits) -> NativeDocument:
    """Read an .xls file as ``read_workbook`` reads an .xlsx; raises the same errors.

    xlrd is used because it knows number formats: what a cell shows is what was published.
    """
    import xlrd

    try:
        book = xlrd.open_workbook(
            file_contents=data, formatting_info=True, ragged_rows=True, logfile=io.StringIO()
        )
        hold_to(limits.pages, book.nsheets, file_name=file_name, unit="sheets", option="pages")
        tables = tuple(_tables(book, CellBudget(file_name, limits.cells)))
    except xlrd.XLRDError as error:
        if "encrypted" in str(error).lower():
            raise EncryptedDocument(
                file_name, "is encrypted and needs a password", "save it without one"
            ) from error
        raise damaged(file_name, error) from error
    except (xlrd.compdoc.CompDocError, *OFFICE_ERRORS) as error:
        raise damaged(file_name, error) from error
    if not any(table.cells for table in tables):
        raise UnreadableDocument(
            file_name, "is a workbook without text", "check that it was saved completely"
        )
    return NativeDocument(tables, MEDIA_TYPE, "xls", pages=book.nsheets)


def _tables(book: Book, budget: CellBudget) -> Iterator[NativeTable]:
    for number, sheet in enumerate(book.sheets(), 1):
        if sheet.visibility:
            continue
        table = sheet_table(
            _cells(book, sheet, budget),
            [
                Merged(top, left, bottom - top, right - left)
                for top, bottom, left, right in sheet.merged_cells
            ],
            name=sheet.name,
            number=number,
            hidden_rows={row for row, of in sheet.rowinfo_map.items() if of.hidden},
            hidden_columns={column for column, of in sheet.colinfo_map.items() if of.hidden},
        )
        budget.take(table.rows * table.columns)
        yield table


def _cells(book: Book, sheet: Sheet, budget: CellBudget) -> Iterator[StoredCell]:
    for row in range(sheet.nrows):
        cells = sheet.row(row)
        budget.take(len(cells))
        for column, cell in enumerate(cells):
            if text := _shown(book, cell):
                yield StoredCell(row, column, text)


def _shown(book: Book, cell: Cell) -> str:
    import xlrd

    value: Stored = cell.value
    if cell.ctype == xlrd.XL_CELL_DATE:
        value = xlrd.xldate_as_datetime(cell.value, book.datemode)
    elif cell.ctype == xlrd.XL_CELL_ERROR:
        value = xlrd.error_text_from_code.get(cell.value, "#ERROR")
    elif cell.ctype == xlrd.XL_CELL_BOOLEAN:
        value = bool(cell.value)
    style = book.format_map[book.xf_list[cell.xf_index].format_key].format_str if cell.xf_index else None
    return shown(value, style)
