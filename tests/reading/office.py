"""For tests: small Word, Excel and HTML files, written cell by cell as offices write them."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from docx import Document
from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

MONEY = "#,##0.00"
ACCOUNTING = '_ * #,##0.00_ ;_ * \\-#,##0.00_ ;_ * "-"??_ ;_ @_ '


def workbook(**sheets: Callable[[Worksheet], None]) -> bytes:
    """A workbook of sheets, each filled by a function."""
    book = Workbook()
    book.remove(book.active)
    for name, fill in sheets.items():
        fill(book.create_sheet(name))
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def write(
    sheet: Worksheet, top: int, rows: Sequence[Sequence[Any]], *, form: str = "General", left: int = 1
) -> int:
    """Write rows of values from a row on, floats under a number format; returns the row after them."""
    for row, values in enumerate(rows, top):
        for column, value in enumerate(values, left):
            if value is not None:
                cell = sheet.cell(row, column, value)
                if isinstance(value, float):
                    cell.number_format = form
    return top + len(rows)


def with_part(data: bytes, name: str, change: Callable[[bytes], bytes]) -> bytes:
    """A package with one of its parts changed."""
    return package({**parts(data), name: change(parts(data)[name])})


def parts(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def package(members: Mapping[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return stream.getvalue()


def word(*paragraphs: str, body: str = "") -> bytes:
    """A Word document of paragraphs, then of whatever XML follows them."""
    file = Document()
    for text in paragraphs:
        file.add_paragraph(text)
    stream = io.BytesIO()
    file.save(stream)
    return with_part(
        stream.getvalue(),
        "word/document.xml",
        lambda part: part.replace(b"<w:sectPr", body.encode() + b"<w:sectPr", 1),
    )
