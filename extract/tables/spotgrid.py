"""In the tables stage: the part of a page that holds a table becomes a grid, drawn or inferred."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from extract.layout.flow import TableSpot
from extract.reading.pages import NativeCell, NativeTable
from extract.tables.aligned import aligned_grid, is_hollow, printed_lines
from extract.tables.continuation import SAME_EDGE
from extract.tables.grid import Grid, GridCell
from extract.tables.lattice import lattice_grid


def spot_grid(spot: TableSpot | NativeTable) -> Grid:
    """The grid a spot shows: what its rulings draw or, where they leave walls out, its words line up to.

    Stored tables are grids already.
    """
    if isinstance(spot, NativeTable):
        return _stored_grid(spot)
    drawn = lattice_grid(spot.page, spot.network, spot.words) if spot.network else None
    if drawn is not None and drawn.columns > 1 and not is_hollow(drawn):
        return drawn
    edges = [x for x, _ in spot.network.verticals] if spot.network else []
    levels = [y for y, _ in spot.network.horizontals] if spot.network else levels_of(spot)
    none: list[float] = []
    tries = ((edges, levels), (edges, none), (none, levels), (none, none))
    grids = [grid for x, y in tries if (grid := aligned_grid(spot.page, spot.words, x, y)) is not None]
    sound = [grid for grid in grids if not is_hollow(grid)]
    return next(iter(sound), drawn or _plain_grid(spot, grids))


def _stored_grid(table: NativeTable) -> Grid:
    """A stored table with every position covered; of overlapping cells the first keeps the place."""
    taken: set[tuple[int, int]] = set()
    cells: list[GridCell] = []
    for cell in table.cells:
        height, width = _room(cell, table, taken)
        if height:
            taken |= _covered(cell.row, cell.column, height, width)
            place = (cell.row, cell.column, cell.text, height, width)
            cells.append(GridCell(*place, table.page, address=cell.address))
    free = _covered(0, 0, table.rows, table.columns) - taken
    blanks = (GridCell(row, column, "", page=table.page) for row, column in sorted(free))
    return Grid(table.rows, table.columns, (*cells, *blanks))


def _room(cell: NativeCell, table: NativeTable, taken: Collection[tuple[int, int]]) -> tuple[int, int]:
    """Rows and columns a cell covers: its span, or its own place alone where another reaches into it."""
    if (cell.row, cell.column) in taken:
        return 0, 0
    height = min(cell.row_span, table.rows - cell.row)
    width = min(cell.column_span, table.columns - cell.column)
    free = _covered(cell.row, cell.column, height, width).isdisjoint(taken)
    return (height, width) if free else (1, 1)


def _covered(row: int, column: int, height: int, width: int) -> set[tuple[int, int]]:
    return {(r, c) for r in range(row, row + height) for c in range(column, column + width)}


def with_columns(spot: TableSpot, grid: Grid, edges: Sequence[float]) -> Grid:
    """The grid of a spot over the columns of ``edges``, where its rulings only leave out some of them.

    A page of a table whose cells in some column are all blank may not draw that column's line;
    its figures still stand where the column is. ``edges`` are in the upright frame, points.
    """
    if spot.network is None or not grid.drawn or not edges or grid.columns >= len(edges) - 1:
        return grid
    reach = SAME_EDGE * (edges[-1] - edges[0])
    missing = [edge for edge in edges if all(abs(edge - known) > reach for known in grid.edges)]
    inside = [edge for edge in missing if grid.edges[0] < edge < grid.edges[-1]]
    if missing != inside or len(grid.edges) + len(missing) != len(edges):
        return grid
    _, top, _, bottom = spot.network.box
    whole = sorted([*spot.network.verticals, *((edge, ((top, bottom),)) for edge in missing)])
    return lattice_grid(spot.page, replace(spot.network, verticals=tuple(whole)), spot.words)


def levels_of(spot: TableSpot) -> list[float]:
    """Horizontal rulings that cross a spot without verticals."""
    x0, y0, x1, y1 = spot.box
    inside = [r for r in spot.page.rulings if r.horizontal and y0 < r.y0 < y1 and r.x0 < x1 and r.x1 > x0]
    return sorted({round(r.y0, 1) for r in inside})


def _plain_grid(spot: TableSpot, grids: Sequence[Grid]) -> Grid:
    """When nothing lines up, the words as one column of lines."""
    if grids:
        return grids[-1]
    lines = enumerate(printed_lines(spot.words))
    texts = [(row, " ".join(word.text for word in line.words)) for row, line in lines]
    cells = tuple(GridCell(row, 0, text, page=spot.page.number) for row, text in texts)
    box = {spot.page.number: spot.page.displayed(spot.box)}
    return Grid(len(cells), 1, cells, box, drawn=False)
