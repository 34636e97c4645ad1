"""In the corpus generator: a table measured, broken over pages and drawn."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tests.corpus.blocks import Placed, TableBlock, placed
from tests.corpus.ink import Bar, Face, Mark, Text
from tests.corpus.rulings import RULINGS, Box
from tests.corpus.style import Style

SMALLEST = 4.5
LEADING = 1.25


@dataclass(frozen=True, slots=True)
class SetCell:
    """A cell with its wrapped lines."""

    at: Placed
    lines: tuple[str, ...]

    @property
    def last_row(self) -> int:
        return self.at.row + self.at.cell.row_span - 1


@dataclass(frozen=True, slots=True)
class SetTable:
    """A table whose columns and rows have their sizes, in points."""

    cells: tuple[SetCell, ...]
    widths: tuple[float, ...]
    heights: tuple[float, ...]
    header_rows: int
    size: float

    @property
    def header_height(self) -> float:
        return sum(self.heights[: self.header_rows])


@dataclass(frozen=True, slots=True)
class Slice:
    """A row, or the lines ``first`` to ``last`` of a row that a page break cuts in two."""

    row: int
    height: float
    first: int = 0
    last: int | None = None


def set_table(table: TableBlock, room: float, style: Style, face: Face) -> SetTable:
    """Choose column widths and the font size that fit the room; every amount stays on one line."""
    cells = list(placed(table.rows, len(table.widths)))
    size = style.table_size
    minima = _least_widths(table, cells, size, style, face)
    while sum(minima) > room and size > SMALLEST:
        size -= 0.25
        minima = _least_widths(table, cells, size, style, face)
    widths = _stretched(minima, _weights(table, style), room)
    wrapped = tuple(SetCell(cell, _lines(cell, widths, size, style, face)) for cell in cells)
    heights = _heights(wrapped, len(table.rows), size, style)
    return SetTable(wrapped, tuple(widths), tuple(heights), len(table.header), size)


def _weights(table: TableBlock, style: Style) -> list[float]:
    """Relative widths; ``name_weight`` squeezes or stretches whatever is wide, which are the names."""
    return [weight * style.name_weight if weight > 5 else weight for weight in table.widths]


def _least_widths(
    table: TableBlock, cells: Sequence[Placed], size: float, style: Style, face: Face
) -> list[float]:
    minima = [size + 2 * style.padding if weight < 5 else 5 * size for weight in table.widths]
    for cell in cells:
        text = cell.cell.text
        unbroken = max((part for part in text.split("\n")), key=len) if text.isascii() else ""
        need = face.width(unbroken, size) + 2 * style.padding + 0.5 if unbroken else 0.0
        span = cell.cell.column_span
        missing = need - sum(minima[cell.column : cell.column + span])
        for column in range(cell.column, cell.column + span):
            minima[column] += max(0.0, missing / span)
    return minima


def _stretched(minima: Sequence[float], weights: Sequence[float], room: float) -> list[float]:
    """Widths in proportion to the weights, none below its minimum, that fill the room."""
    free = set(range(len(minima)))
    widths = list(minima)
    while free:
        left = room - sum(widths[column] for column in range(len(widths)) if column not in free)
        scale = left / sum(weights[column] for column in free)
        tight = {column for column in free if weights[column] * scale < minima[column]}
        for column in free - tight:
            widths[column] = weights[column] * scale
        if not tight:
            break
        for column in tight:
            widths[column] = minima[column]
        free -= tight
    return widths


def _lines(cell: Placed, widths: Sequence[float], size: float, style: Style, face: Face) -> tuple[str, ...]:
    room = sum(widths[cell.column : cell.column + cell.cell.column_span]) - 2 * style.padding
    return tuple(face.wrap(cell.cell.text, max(room, size), size)) if cell.cell.text else ()


def _heights(cells: Sequence[SetCell], rows: int, size: float, style: Style) -> list[float]:
    heights = [size * LEADING + 2 * style.row_padding] * rows
    for cell in sorted(cells, key=lambda cell: cell.last_row):
        need = len(cell.lines) * size * LEADING + 2 * style.row_padding
        missing = need - sum(heights[cell.at.row : cell.last_row + 1])
        heights[cell.last_row] += max(0.0, missing)
    return heights


def page_slices(table: SetTable, first_room: float, room: float, style: Style) -> Iterator[list[Slice]]:
    """The rows of each page in turn, with the header again where the style repeats it."""
    page = [Slice(row, table.heights[row]) for row in range(table.header_rows)]
    left = first_room - table.header_height
    for row in range(table.header_rows, len(table.heights)):
        todo = Slice(row, table.heights[row])
        while todo.height > left and page:
            head, tail = _cut(table, todo, left, style)
            yield [*page, head] if head else page
            page = [Slice(row, table.heights[row]) for row in range(table.header_rows)] * style.repeat_header
            left = room - sum(part.height for part in page)
            if tail is None:
                break
            todo = tail
        page.append(todo)
        left -= todo.height
    yield page


def _cut(table: SetTable, row: Slice, left: float, style: Style) -> tuple[Slice | None, Slice | None]:
    """What of a row still goes on the page, and the rest; a row that is not cut goes over whole."""
    leading = table.size * LEADING
    lines = max((len(cell.lines) for cell in table.cells if cell.at.row == row.row), default=0)
    fit = int((left - 2 * style.row_padding) / leading)
    if not style.split_rows or row.first or lines < 2 or fit < 1:
        return None, row
    fit = min(fit, lines - 1)
    rest = (lines - fit) * leading + 2 * style.row_padding
    return Slice(row.row, left, 0, fit), Slice(row.row, rest, fit, None)


def draw(
    table: SetTable, slices: Sequence[Slice], x: float, y: float, style: Style, face: Face
) -> Iterator[Mark]:
    """The part of a table that stands on one page, its top left corner at (x, y)."""
    tops: dict[int, tuple[float, Slice]] = {}
    for part in slices:
        tops[part.row] = (y, part)
        y += part.height
    boxes = [(cell, _box(table, cell, tops, x)) for cell in table.cells]
    here = [(cell, box) for cell, box in boxes if box]
    if style.shaded_header:
        yield from (Bar(box.x0, box.y0, box.x1, box.y1, 0.85) for _, box in here if box.header)
    yield from RULINGS[style.rulings]([box for _, box in here])
    for cell, box in here:
        yield from _cell_text(table, cell, box, tops, style, face)


def _box(table: SetTable, cell: SetCell, tops: dict[int, tuple[float, Slice]], x: float) -> Box | None:
    rows = [tops[row] for row in range(cell.at.row, cell.last_row + 1) if row in tops]
    if not rows:
        return None
    left = x + sum(table.widths[: cell.at.column])
    right = left + sum(table.widths[cell.at.column : cell.at.column + cell.at.cell.column_span])
    bottom, last = rows[-1]
    return Box(left, rows[0][0], right, bottom + last.height, cell.at.row < table.header_rows)


def _cell_text(
    table: SetTable,
    cell: SetCell,
    box: Box,
    tops: dict[int, tuple[float, Slice]],
    style: Style,
    face: Face,
) -> Iterator[Text]:
    """The lines of a cell; a merged cell that runs over a page break prints on its first page only."""
    if cell.at.row not in tops:
        return
    part = tops[cell.at.row][1]
    cut = part.first or part.last is not None
    lines = cell.lines[part.first : part.last] if cut else cell.lines
    leading = table.size * LEADING
    slack = box.y1 - box.y0 - len(lines) * leading
    drop = {"middle": slack / 2, "top": style.row_padding, "bottom": slack - style.row_padding}[style.valign]
    for number, line in enumerate(lines):
        if line.strip():
            baseline = box.y0 + drop + number * leading + table.size * 1.02
            yield Text(_start(line, cell, box, table.size, style, face), baseline, line, table.size)


def _start(line: str, cell: SetCell, box: Box, size: float, style: Style, face: Face) -> float:
    slack = box.x1 - box.x0 - face.width(line, size)
    if cell.at.cell.align == "centre" or (cell.at.cell.mark and style.centred_amounts):
        return box.x0 + slack / 2
    return box.x0 + (slack - style.padding if cell.at.cell.align == "right" else style.padding)
