"""In the corpus generator: pages to PDF with PyMuPDF and its built-in Chinese font."""

from __future__ import annotations

from typing import Any

from tests.corpus.ink import Bar, Face, Frame, Mark, Sheet, Stroke, Text
from tests.corpus.render_reportlab import ROTATE

_FONTS = {"Times-Roman": "tiro", "Helvetica": "helv"}
_DATE = "D:20240101000000Z"
_TURN = {"upright": 0, "rotate90": 90, "sideways": 90, "rotate270": 270}


def render(sheets: list[Sheet], latin: str, title: str, compress: bool = True) -> bytes:
    """The PDF of the pages; the same pages always give the same bytes.

    ASCII needs a latin font: the Chinese one sets it full width.
    """
    import pymupdf

    document = pymupdf.open()
    document.set_metadata({"title": title, "producer": "corpus", "creationDate": _DATE, "modDate": _DATE})
    for sheet in sheets:
        _draw_page(document, sheet, Face(latin))
    return bytes(document.tobytes(no_new_id=True, deflate=compress, garbage=3))


def _draw_page(document: Any, sheet: Sheet, face: Face) -> None:
    lying = sheet.orientation != "upright"
    size = (sheet.height, sheet.width) if lying else (sheet.width, sheet.height)
    page = document.new_page(width=size[0], height=size[1])
    shape = page.new_shape()
    for mark in sheet.marks:
        _draw(shape, sheet, mark, face)
    shape.commit()
    page.set_rotation(ROTATE[sheet.orientation])


def _point(sheet: Sheet, x: float, y: float) -> tuple[float, float]:
    """A point of the upright frame on the page as it lies in the file."""
    turn = _TURN[sheet.orientation]
    if turn == 90:
        return y, sheet.width - x
    if turn == 270:
        return sheet.height - y, x
    return x, y


def _draw(shape: Any, sheet: Sheet, mark: Mark, face: Face) -> None:
    if isinstance(mark, Text):
        _draw_text(shape, sheet, mark, face)
        return
    ends = _point(sheet, mark.x0, mark.y0), _point(sheet, mark.x1, mark.y1)
    if isinstance(mark, Stroke):
        shape.draw_line(*ends)
        shape.finish(width=mark.width)
    else:
        (ax, ay), (bx, by) = ends
        shape.draw_rect((min(ax, bx), min(ay, by), max(ax, bx), max(ay, by)))
        _finish_rectangle(shape, mark)


def _finish_rectangle(shape: Any, mark: Frame | Bar) -> None:
    if isinstance(mark, Frame):
        shape.finish(width=mark.width)
    else:
        shape.finish(width=0, color=None, fill=(mark.grey,) * 3)


def _draw_text(shape: Any, sheet: Sheet, mark: Text, face: Face) -> None:
    x = mark.x
    for run, latin in face.runs(mark.text):
        font = _FONTS[face.latin] if latin else "china-s"
        point = _point(sheet, x, mark.y)
        shape.insert_text(point, run, fontname=font, fontsize=mark.size, rotate=_TURN[sheet.orientation])
        x += face.width(run, mark.size)
