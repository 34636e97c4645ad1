"""Tables as text for tests: grids straight from it, or pages with the words set and the rulings drawn.

``|`` parts the cells of a line, ``<`` goes on with the cell to the left, ``^`` with the one above and
``/`` breaks a line within a cell.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from extract.layout.flow import Flow
from extract.layout.pageflow import lay_out, page_flow
from extract.reading.pages import Page, Ruling, Word
from extract.tables.formreader import Setting
from extract.tables.grid import Grid, GridCell
from extract.tables.pagetables import read_page_tables
from extract.tables.reading import TableReading
from models.disclosure import Kind, Table

SIZE = 10.0
LEFT, TOP = 60.0, 100.0
_PAD = 4.0
_LEADING = 1.3

Draw = Callable[[Grid, Sequence[float], Sequence[float]], Iterator[Ruling]]


def grid(text: str, *, page: int = 1, edges: Sequence[float] | None = None) -> Grid:
    """The grid a text shows; columns 50 points wide unless ``edges`` say where they lie."""
    plane = [[cell.strip() for cell in line.split("|")] for line in text.strip().splitlines()]
    columns = len(plane[0])
    assert all(len(line) == columns for line in plane), "every line has all its cells"
    spans: dict[tuple[int, int], list[tuple[int, int]]] = {}
    for row in range(len(plane)):
        for column in range(columns):
            spans.setdefault(_root(plane, row, column), []).append((row, column))
    cells = tuple(
        GridCell(
            row, column, plane[row][column].replace("/", "\n"),
            max(r for r, _ in covered) - row + 1, max(c for _, c in covered) - column + 1, page,
        )
        for (row, column), covered in spans.items()
    )  # fmt: skip
    xs = tuple(edges) if edges else tuple(50.0 * index for index in range(columns + 1))
    return Grid(len(plane), columns, cells, {page: (xs[0], 0.0, xs[-1], 20.0 * len(plane))}, xs)


def _root(plane: Sequence[Sequence[str]], row: int, column: int) -> tuple[int, int]:
    while plane[row][column] in ("<", "^"):
        if plane[row][column] == "<":
            column -= 1
        else:
            row -= 1
    return row, column


# Rulings ------------------------------------------------------------------------------------


def full(grid: Grid, xs: Sequence[float], ys: Sequence[float]) -> Iterator[Ruling]:
    """The four sides of every cell."""
    for cell in grid.cells:
        x0, x1 = xs[cell.column], xs[cell.column + cell.column_span]
        y0, y1 = ys[cell.row], ys[cell.row + cell.row_span]
        yield from (Ruling(x0, y, x1, y) for y in (y0, y1))
        yield from (Ruling(x, y0, x, y1) for x in (x0, x1))


def columns_only(grid: Grid, xs: Sequence[float], ys: Sequence[float]) -> Iterator[Ruling]:
    """A frame, verticals, and a horizontal below the first row: no line between the rows of the body."""
    yield from (Ruling(xs[0], y, xs[-1], y) for y in (ys[0], ys[1], ys[-1]))
    yield from (Ruling(x, ys[0], x, ys[-1]) for x in xs)


def rows_only(grid: Grid, xs: Sequence[float], ys: Sequence[float]) -> Iterator[Ruling]:
    """Horizontals between two sides, no line between the columns."""
    yield from (Ruling(xs[0], y, xs[-1], y) for y in ys)
    yield from (Ruling(x, ys[0], x, ys[-1]) for x in (xs[0], xs[-1]))


def no_sides(grid: Grid, xs: Sequence[float], ys: Sequence[float]) -> Iterator[Ruling]:
    """Every cell closed but for the outer left and right sides of the table."""
    yield from (ruling for ruling in full(grid, xs, ys) if ruling.horizontal or xs[0] < ruling.x0 < xs[-1])


def nothing(grid: Grid, xs: Sequence[float], ys: Sequence[float]) -> Iterator[Ruling]:
    """No rulings at all."""
    yield from ()


# Pages --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Drawn:
    """A table to be set on a page. ``widths`` in points; without them columns fit their text."""

    text: str
    draw: Draw = full
    widths: tuple[float, ...] = ()


Part = str | Drawn | float
"""A line of text, a table or a gap in points."""
Align = Literal["left", "centre", "right"]


def width_of(text: str, size: float = SIZE) -> float:
    """Chinese characters are as wide as the text size, all others half that."""
    return sum(size if ord(character) > 0x2E7F else size / 2 for character in text)


def set_text(text: str, x: float, y: float, *, size: float = SIZE, gap: float = SIZE) -> list[Word]:
    """The words of a line whose top left corner is at (x, y); blanks are ``gap`` points wide."""
    words = []
    for piece in text.split(" "):
        if piece:
            words.append(Word(piece, x, y, x + width_of(piece, size), y + size, size))
        x += width_of(piece, size) + gap
    return words


def page(
    *parts: Part, number: int = 1, width: float = 842.0, height: float = 842.0, top: float = TOP
) -> Page:
    """A page with its parts set from the top down."""
    words: list[Word] = []
    rulings: list[Ruling] = []
    y = top
    for part in parts:
        if isinstance(part, float):
            y += part
        elif isinstance(part, str):
            words += set_text(part, LEFT, y, gap=3 * SIZE)
            y += 1.6 * SIZE
        else:
            more, lines, y = _set_table(part, y + 2)
            words += more
            rulings += lines
            y += SIZE
    return Page(number, width, height, tuple(words), tuple(rulings))


def _set_table(part: Drawn, top: float) -> tuple[list[Word], list[Ruling], float]:
    shape = grid(part.text)
    xs = _positions(LEFT, part.widths or _widths(shape))
    ys = _positions(top, _heights(shape))
    words = [word for cell in shape.cells for word in _set_cell(shape, cell, xs, ys)]
    return words, list(part.draw(shape, xs, ys)), ys[-1]


def _positions(start: float, lengths: Iterable[float]) -> list[float]:
    positions = [start]
    for length in lengths:
        positions.append(positions[-1] + length)
    return positions


def _widths(shape: Grid) -> list[float]:
    """Every column as wide as its widest cell of its own."""
    widths = [2.5 * SIZE] * shape.columns
    for cell in shape.cells:
        if cell.column_span == 1:
            needed = max(sum(width_of(w) + SIZE for w in line.split(" ")) for line in cell.text.split("\n"))
            widths[cell.column] = max(widths[cell.column], needed + _PAD)
    return widths


def _heights(shape: Grid) -> list[float]:
    lines = [1] * shape.rows
    for cell in shape.cells:
        if cell.row_span == 1:
            lines[cell.row] = max(lines[cell.row], cell.text.count("\n") + 1)
    return [count * _LEADING * SIZE + 2 * _PAD for count in lines]


def _set_cell(shape: Grid, cell: GridCell, xs: Sequence[float], ys: Sequence[float]) -> Iterator[Word]:
    """Text in the vertical middle; figures to the right, names to the left, headers centred."""
    left, right = xs[cell.column] + _PAD, xs[cell.column + cell.column_span] - _PAD
    lines = cell.text.split("\n")
    middle = (ys[cell.row] + ys[cell.row + cell.row_span]) / 2
    y = middle - len(lines) * _LEADING * SIZE / 2 + (_LEADING - 1) * SIZE / 2
    for line in lines:
        wide = sum(width_of(piece) for piece in line.split(" ")) + SIZE * line.count(" ")
        aligned = {"left": left, "right": right - wide, "centre": (left + right - wide) / 2}
        yield from set_text(line, aligned[_align(shape, cell, line)], y)
        y += _LEADING * SIZE


def _align(shape: Grid, cell: GridCell, line: str) -> Align:
    body = min((other.row for other in shape.cells if _is_money(other.text)), default=1)
    if cell.column_span > 1 or cell.row < body:
        return "centre"
    return "right" if _is_money(line) else "left"


def _is_money(text: str) -> bool:
    return "." in text and text.replace(".", "").replace(",", "").isdigit()


# Reading ------------------------------------------------------------------------------------


def flow(*pages: Page) -> Flow:
    """The pages laid out, as one stream."""
    return page_flow([lay_out(page) for page in pages])


def readings(
    *pages: Page, kind: Kind | None = "final_accounts", year: int | None = 2023
) -> list[TableReading]:
    """Every table of the pages, read as the form it is."""
    placed = read_page_tables(flow(*pages), Setting(kind, year))
    return [reading for table in placed for reading in table.readings]


def tables(*pages: Page, kind: Kind | None = "final_accounts", year: int | None = 2023) -> list[Table]:
    return [reading.table for reading in readings(*pages, kind=kind, year=year)]


def amounts(table: Table, *, side: str | None = None) -> dict[str, dict[str, str]]:
    """Printed figures by code, else name, of each row; blanks left out."""
    return {
        row.code or row.name or "": {
            key: str(value) for key, value in row.amounts.items() if value is not None
        }
        for row in table.rows
        if side is None or row.side == side
    }


def as_pdf(*pages: Page) -> bytes:
    """The pages as a PDF whose text and lines stand where they stand here."""
    import pymupdf

    document = pymupdf.open()
    for drawn in pages:
        on = document.new_page(width=drawn.width, height=drawn.height)
        for word in drawn.words:
            font = "china-s" if any(ord(character) > 0x2E7F for character in word.text) else "helv"
            on.insert_text(
                (word.x0, word.y1 - 0.12 * word.size), word.text, fontsize=word.size, fontname=font
            )
        for ruling in drawn.rulings:
            on.draw_line((ruling.x0, ruling.y0), (ruling.x1, ruling.y1), width=0.5)
    return bytes(document.tobytes(deflate=True))
