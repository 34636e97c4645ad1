"""In the tables stage: a transcript's printed rows as a grid, to be kept as printed or read as one."""

from __future__ import annotations

from collections.abc import Sequence

from extract.layout.marks import without_inline_marks
from extract.tables.amounts import normalised
from extract.tables.grid import Grid, GridCell
from extract.tables.headers import TOTAL_NAMES, is_number_row
from extract.tables.loose_rows import PrintedRow


def loose_grid(rows: Sequence[PrintedRow]) -> Grid:
    """Tokens as cells: at their printed cell where cells are kept, else in printed order.

    In the header, a text with empty places right of it covers those under which something stands;
    a total in front of a row covers the empty places up to its figures.
    """
    columns = [_columns(row) for row in rows]
    width = max((position + 1 for places in columns for position in places), default=0)
    body = next((i for i, row in enumerate(rows) if _is_body(row)), len(rows))
    cells: list[GridCell] = []
    for index, places in enumerate(columns):
        below = [set(later) for later in columns[index + 1 : body]]
        for position, text in places.items():
            if index < body:
                span = _span(places, position, below, width)
            else:
                span = _reach(places, position) if normalised(text) in TOTAL_NAMES else 1
            cells.append(GridCell(index, position, text, column_span=span))
    return Grid(len(rows), width, tuple(cells))


def _columns(row: PrintedRow) -> dict[int, str]:
    places: dict[int, str] = {}
    for order, token in enumerate(row.tokens):
        position = order if token.cell is None or token.cell in places else token.cell
        while position in places:
            position += 1
        places[position] = without_inline_marks(token.text).strip()
    return places


def _is_body(row: PrintedRow) -> bool:
    """Whether a row is no header: it prints a figure or a code, and is not the row of 栏次."""
    figures = any(token.sort == "figure" for token in row.tokens)
    return figures and not is_number_row([token.plain for token in row.tokens])


def _reach(places: dict[int, str], position: int) -> int:
    return min((place for place in places if place > position), default=position + 1) - position


def _span(places: dict[int, str], position: int, below: Sequence[set[int]], width: int) -> int:
    end = position + 1
    while end < width and end not in places and any(end in row for row in below):
        end += 1
    return end - position
