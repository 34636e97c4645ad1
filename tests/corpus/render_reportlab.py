"""In the corpus generator: pages to PDF with ReportLab; Chinese in a CID font that needs no file."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

from tests.corpus.ink import CJK_FONT, Bar, Face, Frame, Mark, Sheet, Stroke, Text

ROTATE = {"upright": 0, "rotate90": 90, "rotate270": 270, "sideways": 0}


def render(sheets: list[Sheet], latin: str, title: str, compress: bool = True) -> bytes:
    """The PDF of the pages; the same pages always give the same bytes."""
    from reportlab.pdfgen.canvas import Canvas

    buffer = io.BytesIO()
    canvas = Canvas(buffer, invariant=1, pageCompression=int(compress))
    canvas.setTitle(title)
    for sheet in sheets:
        _draw_page(canvas, sheet, Face(latin))
    canvas.save()
    return buffer.getvalue()


def _draw_page(canvas: Any, sheet: Sheet, face: Face) -> None:
    # ReportLab swaps the sides of a page with /Rotate by itself.
    sideways = sheet.orientation == "sideways"
    canvas.setPageSize((sheet.height, sheet.width) if sideways else (sheet.width, sheet.height))
    canvas.setPageRotation(ROTATE[sheet.orientation])
    if sheet.orientation in ("rotate90", "sideways"):
        canvas.translate(sheet.height, 0)
        canvas.rotate(90)
    elif sheet.orientation == "rotate270":
        canvas.translate(0, sheet.width)
        canvas.rotate(-90)
    for mark in sheet.marks:
        _DRAW[type(mark)](canvas, sheet.height, mark, face)
    canvas.showPage()


def _text(canvas: Any, height: float, mark: Text, face: Face) -> None:
    x = mark.x
    for run, latin in face.runs(mark.text):
        canvas.setFont(face.latin if latin else CJK_FONT, mark.size)
        canvas.drawString(x, height - mark.y, run)
        x += face.width(run, mark.size)


def _stroke(canvas: Any, height: float, mark: Stroke, face: Face) -> None:
    canvas.setLineWidth(mark.width)
    canvas.line(mark.x0, height - mark.y0, mark.x1, height - mark.y1)


def _frame(canvas: Any, height: float, mark: Frame, face: Face) -> None:
    canvas.setLineWidth(mark.width)
    canvas.rect(mark.x0, height - mark.y1, mark.x1 - mark.x0, mark.y1 - mark.y0, stroke=1, fill=0)


def _bar(canvas: Any, height: float, mark: Bar, face: Face) -> None:
    canvas.setFillGray(mark.grey)
    canvas.rect(mark.x0, height - mark.y1, mark.x1 - mark.x0, mark.y1 - mark.y0, stroke=0, fill=1)
    canvas.setFillGray(0)


_DRAW: dict[type[Mark], Callable[..., None]] = {Text: _text, Stroke: _stroke, Frame: _frame, Bar: _bar}
