"""In the tables stage: camelot as second reader, for pages whose own reading does not add up."""

from __future__ import annotations

import contextlib
import io
import logging
import struct
import warnings
import zlib
from collections.abc import Iterator, Sequence
from typing import Any

from extract.layout.rulings import text_scale
from extract.reading.pages import Box, Page
from extract.reading.pdf_open import mupdf_errors
from extract.tables.grid import Grid, GridCell

FLAVOURS: dict[bool, tuple[str, ...]] = {True: ("lattice", "hybrid"), False: ("network", "stream")}
"""Which of camelot's parsers to ask, by whether the page is ruled."""


_MOST_SCALED = 2.0
"""Pages are not made larger or smaller than this many times: camelot's lattice draws them in pixels."""


def second_grids(data: bytes, page: Page, box: Box, *, ruled: bool) -> Iterator[Grid]:
    """What camelot makes of the part of a page inside ``box`` (upright frame, points).

    It gets the page upright and with its text in body size, for its tolerances are in points
    and it does not turn pages: so it says the same however the page lies.
    Recognised pages are left out: camelot finds no text there.
    """
    if page.trust != "text_layer":
        return
    scale = min(max(1 / text_scale(page), 1 / _MOST_SCALED), _MOST_SCALED)
    sheet = _sheet(data, page, scale)
    shown = page.displayed(box)
    for flavour in FLAVOURS[ruled] if sheet else ():
        for table in _tables(sheet, flavour):
            grid = _grid(table, page, scale, flavour)
            found = next(iter(grid.boxes.values()))
            if _overlap(found, shown) > 0.5 * _area(shown):
                yield grid


def _sheet(data: bytes, page: Page, scale: float) -> bytes:
    """The page alone in a PDF, upright and scaled; empty where it cannot be taken out of its document."""
    import pymupdf

    try:
        with pymupdf.open(stream=data, filetype="pdf") as source, pymupdf.open() as target:
            if page.number > source.page_count:
                return b""
            lying = source[page.number - 1]
            turns = lying.rotation // 90 - page.turn  # clockwise, from how the content lies to upright
            lying.set_rotation(0)
            sheet = target.new_page(width=page.width * scale, height=page.height * scale)
            sheet.show_pdf_page(sheet.rect, source, page.number - 1, rotate=-90 * turns % 360)
            return bytes(target.tobytes())
    except mupdf_errors():
        return b""


_CAMELOT_FAILS = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    EOFError,
    LookupError,
    RuntimeError,
    StopIteration,
    TypeError,
    ValueError,
    struct.error,
    zlib.error,
)
"""What camelot and the readers under it raise on odd pages: a second opinion that fails is none."""


@contextlib.contextmanager
def _silenced() -> Iterator[None]:
    """camelot writes progress to the terminal and warns of pages without tables; its parser logs damage."""
    parser = logging.getLogger("playa")
    level = parser.level
    parser.setLevel(logging.CRITICAL + 1)
    try:
        with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
            warnings.simplefilter("ignore")
            yield
    finally:
        parser.setLevel(level)


def _tables(data: bytes, flavour: str) -> Sequence[Any]:
    import camelot
    from playa.exceptions import PDFException

    options: dict[str, Any] = {"split_text": True} if flavour == "lattice" else {}
    try:
        with _silenced():
            return list(camelot.read_pdf(data, pages="1", flavor=flavour, suppress_stdout=True, **options))
    except (PDFException, *_CAMELOT_FAILS):
        return ()


def _grid(table: Any, page: Page, scale: float, flavour: str) -> Grid:
    rows: list[list[Any]] = table.cells
    cells: list[GridCell] = []
    taken: set[tuple[int, int]] = set()
    for row, line in enumerate(rows):
        for column in range(len(line)):
            if (row, column) in taken:
                continue
            height, width = _span(rows, row, column)
            covered = [(r, c) for r in range(row, row + height) for c in range(column, column + width)]
            taken.update(covered)
            text = "".join(rows[r][c].text for r, c in covered).strip()
            box = _box(rows[row][column], rows[row + height - 1][column + width - 1], page, scale)
            cells.append(GridCell(row, column, text, height, width, page.number, box))
    edges = tuple(float(edge) / scale for edge in (*(start for start, _ in table.cols), table.cols[-1][1]))
    drawn = flavour == "lattice"
    return Grid(len(rows), len(table.cols), tuple(cells), {page.number: _whole(cells)}, edges, drawn)


def _span(rows: Sequence[Sequence[Any]], row: int, column: int) -> tuple[int, int]:
    """How far a cell reaches: to the first drawn side, right and down."""
    width = 1
    while column + width < len(rows[row]) and not rows[row][column + width].left:
        width += 1
    height = 1
    while row + height < len(rows) and not rows[row + height][column].top:
        height += 1
    return height, width


def _box(first: Any, last: Any, page: Page, scale: float) -> Box:
    """A box on the page as displayed, from camelot's with the origin at the bottom left of its sheet."""
    x0, y0 = float(first.x1) / scale, page.height - float(first.y2) / scale
    x1, y1 = float(last.x2) / scale, page.height - float(last.y1) / scale
    return page.displayed((x0, y0, x1, y1))


def _whole(cells: Sequence[GridCell]) -> Box:
    boxes = [cell.box for cell in cells if cell.box]
    return (
        min(box[0] for box in boxes),
        min(box[1] for box in boxes),
        max(box[2] for box in boxes),
        max(box[3] for box in boxes),
    )


def _area(box: Box) -> float:
    return (box[2] - box[0]) * (box[3] - box[1])


def _overlap(one: Box, other: Box) -> float:
    wide = min(one[2], other[2]) - max(one[0], other[0])
    high = min(one[3], other[3]) - max(one[1], other[1])
    return max(wide, 0.0) * max(high, 0.0)
