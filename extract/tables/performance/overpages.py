"""In the tables stage: a performance table goes on over the page, whatever columns its rows have there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace

from extract.reading.pages import Box, Word
from extract.tables.grid import Grid, GridCell, remapped
from extract.tables.performance.header import is_header_part, labels_in, read_header
from extract.tables.performance.sheets import SheetCell

SAME_EDGE = 0.012
"""Column edges of two pages are the same when closer than this share of the table's width."""
_SLACK = 1.0
"""Points by which a word may stand over the rulings of its cell."""
_OPENING = frozenset({"project", "organisation"})


def united(first: Grid, grid: Grid) -> Grid | None:
    """Both grids as one over the columns of either, the later rows below; None where they are two tables.

    Rows of facts, of the line of money and of indicators divide a page's width differently, so
    that the part on the next page hardly ever has the same columns. A table of its own begins
    with the name of its project or organisation.
    """
    if not first.edges or not grid.edges or _begins_anew(grid) or not _as_wide(first.edges, grid.edges):
        return None
    reach = SAME_EDGE * (first.edges[-1] - first.edges[0])
    edges = _union(first.edges, grid.edges, reach)
    above, below = _over(first, edges), _over(grid, edges)
    moved = tuple(replace(cell, row=cell.row + above.rows) for cell in below.cells)
    return Grid(
        above.rows + below.rows,
        len(edges) - 1,
        (*above.cells, *moved),
        _boxes(first.boxes, grid.boxes),
        edges,
        first.drawn and grid.drawn,
    )


def goes_on(grid: Grid) -> bool:
    """Whether a grid repeats the indicators' header above a row whose first cell is empty.

    So does the rest of a project whose name the page before has printed.
    """
    rows: dict[int, list[SheetCell]] = defaultdict(list)
    for cell in sorted(grid.cells, key=_position):
        rows[cell.row].append(_sheet_cell(cell))
    header = next((row for row in sorted(rows) if read_header(tuple(rows[row]))), None)
    below = rows.get(header + 1, []) if header is not None else []
    return bool(below) and below[0].start == 0 and not below[0].filled


def with_spill(grid: Grid, words: Sequence[Word]) -> Grid | None:
    """A grid whose last cells go on in words below its last rule; None where one is under no filled cell.

    A cell taller than what is left of the page is ruled off there, its text printed on.
    """
    behind: dict[GridCell, str] = defaultdict(str)
    last = [cell for cell in grid.cells if cell.row + cell.row_span == grid.rows and cell.text.strip()]
    for word in words:
        over = next((cell for cell in last if _spans(grid, cell, word)), None)
        if over is None:
            return None
        behind[over] += word.text
    cells = (replace(cell, text=cell.text + behind[cell]) if cell in behind else cell for cell in grid.cells)
    return replace(grid, cells=tuple(cells))


def _spans(grid: Grid, cell: GridCell, word: Word) -> bool:
    left, right = grid.edges[cell.column], grid.edges[cell.column + cell.column_span]
    return left - _SLACK <= word.x0 and word.x1 <= right + _SLACK


def _begins_anew(grid: Grid) -> bool:
    row = tuple(_sheet_cell(cell) for cell in sorted(grid.cells, key=_position) if cell.row == 0)
    opens = _OPENING & {label.field for label in labels_in(row[:2], "facts")}
    return bool(opens) and not is_header_part(row)


def _position(cell: GridCell) -> int:
    return cell.column


def _sheet_cell(cell: GridCell) -> SheetCell:
    return SheetCell(cell.text, float(cell.column), float(cell.column + cell.column_span))


def _as_wide(first: Sequence[float], other: Sequence[float]) -> bool:
    width = first[-1] - first[0]
    return abs((other[-1] - other[0]) - width) <= 0.05 * width


def _union(first: Sequence[float], other: Sequence[float], reach: float) -> tuple[float, ...]:
    new = [edge for edge in other if all(abs(edge - known) > reach for known in first)]
    return tuple(sorted([*first, *new]))


def _over(grid: Grid, edges: tuple[float, ...]) -> Grid:
    """A grid over more columns."""
    places = [_nearest(edges, edge) for edge in grid.edges]
    return remapped(grid, places[:-1], len(edges) - 1, edges)


def _nearest(edges: Sequence[float], edge: float) -> int:
    return min(range(len(edges)), key=lambda index: abs(edges[index] - edge))


def _boxes(first: Mapping[int, Box], more: Mapping[int, Box]) -> dict[int, Box]:
    return {**more, **first}
