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

from extract.reading.pages import Box, Page
from extract.tables.grid import Grid, GridCell

FLAVOURS: dict[bool, tuple[str, ...]] = {True: ("lattice", "hybrid"), False: ("network", "stream")}
"""Which of camelot's parsers to ask, by whether the page is ruled."""


def second_grids(data: bytes, page: Page, box: Box, *, ruled: bool) -> Iterator[Grid]:
    """What camelot makes of the part of a page inside ``box`` (upright frame, points).

    Pages displayed turned are left out, for camelot's coordinates cannot be laid over them safely,
    and pages that were recognised, for camelot finds no text there.
    """
    if page.turn or page.trust != "text_layer":
        return
    for flavour in FLAVOURS[ruled]:
        for table in _tables(data, page.number, flavour):
            grid = _grid(table, page, flavour)
            found = next(iter(grid.boxes.values()))
            if _overlap(found, box) > 0.5 * _area(box):
                yield grid


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


def _tables(data: bytes, number: int, flavour: str) -> Sequence[Any]:
    import camelot
    from playa.exceptions import PDFException

    options: dict[str, Any] = {"split_text": True} if flavour == "lattice" else {}
    try:
        with _silenced():
            return list(
                camelot.read_pdf(data, pages=str(number), flavor=flavour, suppress_stdout=True, **options)
            )
    except (PDFException, *_CAMELOT_FAILS):
        return ()


def _grid(table: Any, page: Page, flavour: str) -> Grid:
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
            box = _box(rows[row][column], rows[row + height - 1][column + width - 1], page)
            cells.append(GridCell(row, column, text, height, width, page.number, box))
    edges = (*(float(start) for start, _ in table.cols), float(table.cols[-1][1]))
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


def _box(first: Any, last: Any, page: Page) -> Box:
    """A box with the origin at the top left, from camelot's with the origin at the bottom left."""
    return float(first.x1), page.height - float(first.y2), float(last.x2), page.height - float(last.y1)


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
