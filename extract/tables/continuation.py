"""In the tables stage: a table that runs over pages becomes one grid again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from extract.reading.pages import Box
from extract.tables.amounts import is_blank, normalised, parse_amount
from extract.tables.grid import Grid, GridCell, remapped
from extract.tables.headers import Headed, read_header

SAME_EDGE = 0.012
"""Column edges of two pages are the same when closer than this share of the table's width."""


def continued(first: Headed, grid: Grid) -> Headed | None:
    """The first grid with the rows of a later one added, or None when that one is a table of its own.

    A continuation has the same columns (or fewer, where its rulings leave some out) and either
    repeats the header or begins with data. Repeated header rows are dropped; a row the page
    break cut in two is put together again.
    """
    if grid.columns > first.grid.columns:
        # Nothing but total rows before the break: their merged cells hid some of the columns.
        wider = _fitted(grid, first.grid)
        first = read_header(wider) if wider is not None else first
    fitted = _fitted(first.grid, grid)
    if fitted is None:
        return None
    repeated = _repeated_header(first, fitted)
    if repeated == 0 and not _begins_with_data(fitted):
        return None
    rows = _row_texts(fitted)
    split = repeated < len(rows) and _is_rest_of_row(first, rows[repeated])
    joined = _stacked(first.grid, fitted, repeated, split=split)
    return replace(first, grid=joined, plane=joined.covering())


def _fitted(first: Grid, grid: Grid) -> Grid | None:
    """The later grid over the columns of the first, None when they do not correspond."""
    if grid.columns == first.columns:
        return grid
    if grid.columns > first.columns or not first.edges or not grid.edges:
        return None
    reach = SAME_EDGE * (first.edges[-1] - first.edges[0])
    places = [_edge_at(first.edges, edge, reach) for edge in grid.edges]
    if None in places or places[0] != 0 or places[-1] != first.columns:
        return None
    return remapped(grid, [place for place in places[:-1] if place is not None], first.columns, first.edges)


def _edge_at(edges: Sequence[float], edge: float, reach: float) -> int | None:
    return next((index for index, known in enumerate(edges) if abs(known - edge) <= reach), None)


def _row_texts(grid: Grid) -> list[list[str]]:
    rows: list[list[str]] = [[""] * grid.columns for _ in range(grid.rows)]
    for cell in grid.cells:
        rows[cell.row][cell.column] = cell.text
    return rows


def _repeated_header(first: Headed, grid: Grid) -> int:
    """How many leading rows repeat the header: print nothing but labels that stand over their columns."""
    labels = [
        {normalised(cell.text) for line in first.plane[: first.body] if (cell := line[column])}
        for column in range(first.grid.columns)
    ]
    count = 0
    for row in range(grid.rows):
        cells = [cell for cell in grid.cells if cell.row == row and cell.text.strip()]
        if not all(_is_label(cell, labels) for cell in cells) or not (cells or count):
            break
        count += 1
    return count


def _is_label(cell: GridCell, labels: Sequence[set[str]]) -> bool:
    """Whether a cell is a label of its columns; inferred cells hold several, line by line."""
    known = set().union(*labels[cell.column : cell.column + cell.column_span])
    return normalised(cell.text) in known or known.issuperset(map(normalised, cell.text.split("\n")))


def _begins_with_data(grid: Grid) -> bool:
    return read_header(grid).body == 0 or _only_names(grid)


def _only_names(grid: Grid) -> bool:
    """A continuation may begin with rows that print no figure yet (names of empty lines)."""
    headed = read_header(grid)
    return headed.body < grid.rows and all(
        cell.row_span == 1 and cell.column_span == 1 for cell in grid.cells if cell.row < headed.body
    )


def _is_rest_of_row(first: Headed, row: Sequence[str]) -> bool:
    """Whether a row is the lower part of the last row before the break.

    Only a form with code columns shows it: the rest has no code, and either nothing but text
    for a row that had a code, or the figures the row above lacks.
    """
    codes = [head.index for head in first.columns if head.role == "code"]
    figures = [head.index for head in first.columns if head.role == "amount"]
    last = _row_texts(first.grid)[-1]
    if not codes or any(row[index].strip() for index in codes) or not any(text.strip() for text in row):
        return False
    if not any(last[index].strip() for index in codes):
        return False
    if any(parse_amount(row[index]) is not None for index in figures):
        return all(is_blank(last[index]) for index in figures)
    return all(is_blank(row[index]) for index in figures)


def _stacked(first: Grid, grid: Grid, skipped: int, *, split: bool) -> Grid:
    """Both grids as one, the skipped rows of the second left out."""
    offset = first.rows - skipped - split
    moved = [_moved(cell, offset) for cell in grid.cells if cell.row >= skipped + split]
    above = list(first.cells)
    if split:
        rest = {cell.column: cell for cell in grid.cells if cell.row == skipped}
        above = [_with_rest(cell, rest) if cell.row + cell.row_span == first.rows else cell for cell in above]
    boxes: dict[int, Box] = {**first.boxes, **_new_boxes(first.boxes, grid.boxes)}
    rows = first.rows + grid.rows - skipped - split
    drawn = first.drawn and grid.drawn
    return Grid(rows, first.columns, (*above, *moved), boxes, first.edges, drawn)


def _new_boxes(known: Mapping[int, Box], more: Mapping[int, Box]) -> dict[int, Box]:
    return {page: _united(known[page], box) if page in known else box for page, box in more.items()}


def _united(box: Box, other: Box) -> Box:
    return min(box[0], other[0]), min(box[1], other[1]), max(box[2], other[2]), max(box[3], other[3])


def _moved(cell: GridCell, offset: int) -> GridCell:
    return replace(cell, row=cell.row + offset)


def _with_rest(cell: GridCell, rest: Mapping[int, GridCell]) -> GridCell:
    lower = rest.get(cell.column)
    if lower is None or not lower.text.strip():
        return cell
    if not cell.text.strip():
        return replace(cell, text=lower.text, page=lower.page, box=lower.box)
    return replace(cell, text=f"{cell.text}\n{lower.text}")
