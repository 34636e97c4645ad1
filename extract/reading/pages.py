"""First link of the chain: the page as the reader saw it, before anyone interprets it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Box = tuple[float, float, float, float]
"""x0, y0, x1, y1; points, origin top left, y downwards."""

Trust = Literal["text_layer", "ocr", "mixed", "transcript"]

Mapping = tuple[float, float, float, float, float, float, float, float, float]
"""A plane homography, row by row: (x, y, 1) goes to the first two components over the third."""


@dataclass(frozen=True, slots=True)
class Word:
    """A run of characters set without a gap, with its box and font size in points.

    ``confidence`` is 1.0 for characters of a text layer, else the recogniser's own score of its
    least certain character: an order of suspicion, not a probability.
    """

    text: str
    x0: float
    y0: float
    x1: float
    y1: float
    size: float
    confidence: float = 1.0


@dataclass(frozen=True, slots=True)
class Ruling:
    """A straight line of the drawing: horizontal when y0 == y1, vertical when x0 == x1."""

    x0: float
    y0: float
    x1: float
    y1: float

    @property
    def horizontal(self) -> bool:
        return self.y0 == self.y1


@dataclass(frozen=True, slots=True)
class Page:
    """One page in its upright frame: text reads left to right, lines go down.

    ``turn`` is the number of clockwise quarter turns that bring the upright frame to the
    page as displayed; ``width`` and ``height`` belong to the upright frame. A page read from a
    picture that lay askew has a ``mapping`` from the upright, straightened frame to the page as
    displayed, which says all that ``turn`` says and more. ``trust`` tells where the words are from.
    ``curves`` counts the curved strokes of a page without words: text drawn as outlines is all curves.
    """

    number: int
    width: float
    height: float
    words: tuple[Word, ...]
    rulings: tuple[Ruling, ...] = ()
    pictures: tuple[Box, ...] = ()
    turn: int = 0
    mapping: Mapping | None = None
    trust: Trust = "text_layer"
    curves: int = 0

    def displayed(self, box: Box) -> Box:
        """Map a box of the upright frame onto the page as displayed."""
        x0, y0, x1, y1 = box
        if self.mapping is not None:
            return _bounds_of_mapped(box, self.mapping)
        if self.turn == 1:
            return self.height - y1, x0, self.height - y0, x1
        if self.turn == 2:
            return self.width - x1, self.height - y1, self.width - x0, self.height - y0
        if self.turn == 3:
            return y0, self.width - x1, y1, self.width - x0
        return box


def _bounds_of_mapped(box: Box, mapping: Mapping) -> Box:
    x0, y0, x1, y1 = box
    corners = [_mapped(x, y, mapping) for x in (x0, x1) for y in (y0, y1)]
    xs, ys = zip(*corners, strict=True)
    return min(xs), min(ys), max(xs), max(ys)


def _mapped(x: float, y: float, mapping: Mapping) -> tuple[float, float]:
    a, b, c, d, e, f, g, h, i = mapping
    depth = g * x + h * y + i
    return (a * x + b * y + c) / depth, (d * x + e * y + f) / depth


@dataclass(frozen=True, slots=True)
class PageDocument:
    """A document that came as pages with geometry (a PDF).

    ``data`` are its bytes, kept for readers that want to look at a page a second time.
    """

    pages: tuple[Page, ...]
    media_type: str
    data: bytes = b""
    reader: str = "pdf"
    problems: tuple[str, ...] = ()
    trust: Trust = "text_layer"


@dataclass(frozen=True, slots=True)
class Transcript:
    """A document that came as lines of text (``.txt``, ``.md``); page numbers are unknown."""

    lines: tuple[str, ...]
    media_type: str
    reader: str = "text"
    problems: tuple[str, ...] = ()
    trust: Trust = "transcript"


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph of a format without pages; ``page`` is the number of the sheet in a workbook."""

    text: str
    page: int | None = None


@dataclass(frozen=True, slots=True)
class NativeCell:
    """A cell of a table the format itself stores: position, spans and the text it shows.

    ``address`` is where the cell is found in the file (``收支总表!B7``, ``table 3!R2C5``).
    """

    row: int
    column: int
    text: str
    row_span: int = 1
    column_span: int = 1
    address: str | None = None


@dataclass(frozen=True, slots=True)
class NativeTable:
    """A table as the format stores it, ``rows`` × ``columns``; positions without a cell are blank.

    ``name`` is that of the sheet, empty elsewhere; ``page`` as in ``Paragraph``.
    """

    rows: int
    columns: int
    cells: tuple[NativeCell, ...]
    page: int | None = None
    name: str = ""


@dataclass(frozen=True, slots=True)
class NativeDocument:
    """A document whose format stores tables as tables (Word, Excel, HTML), in reading order.

    ``pages`` is the number of sheets of a workbook, 0 where there are none.
    """

    blocks: tuple[Paragraph | NativeTable, ...]
    media_type: str
    reader: str
    pages: int = 0
    problems: tuple[str, ...] = ()
    trust: Trust = "text_layer"


SourceDocument = PageDocument | Transcript | NativeDocument
