"""In the tables stage: a grid of cells with spans, the common form of every table before it is understood."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from extract.reading.pages import Box


@dataclass(frozen=True, slots=True)
class GridCell:
    """A cell with its top left position, spans and text; ``box`` is on the page as displayed.

    ``confidence`` is that of its least certain word, 1.0 for a text layer. ``address`` tells where
    in the file it stands when the format stores tables as such.
    """

    row: int
    column: int
    text: str
    row_span: int = 1
    column_span: int = 1
    page: int | None = None
    box: Box | None = None
    confidence: float = 1.0
    address: str | None = None


@dataclass(frozen=True, slots=True)
class Grid:
    """A table of ``rows`` × ``columns``; cells cover it without overlap.

    ``boxes`` gives the table's box per page, on the page as displayed; ``edges`` the column
    boundaries in the upright frame of the first page (empty where there is no geometry).
    ``drawn`` is False where rows and columns were inferred from how words line up.
    """

    rows: int
    columns: int
    cells: tuple[GridCell, ...]
    boxes: Mapping[int, Box] = field(default_factory=dict)
    edges: tuple[float, ...] = ()
    drawn: bool = True

    @property
    def pages(self) -> tuple[int, ...]:
        return tuple(sorted({*self.boxes, *(cell.page for cell in self.cells if cell.page is not None)}))

    def covering(self) -> list[list[GridCell | None]]:
        """The cell that covers each position, row by row."""
        plane: list[list[GridCell | None]] = [[None] * self.columns for _ in range(self.rows)]
        for cell in self.cells:
            for row in range(cell.row, cell.row + cell.row_span):
                for column in range(cell.column, cell.column + cell.column_span):
                    plane[row][column] = cell
        return plane


def compact(grid: Grid) -> Grid:
    """The same table without columns in which no cell begins (leftovers of uneven drawing)."""
    used = sorted({cell.column for cell in grid.cells} | {0})
    if len(used) == grid.columns:
        return grid
    return remapped(grid, [bisect_right(used, column) - 1 for column in range(grid.columns)], len(used))


def remapped(grid: Grid, places: Sequence[int], columns: int, edges: tuple[float, ...] = ()) -> Grid:
    """The same table over other columns; ``places[i]`` is where column i goes, in rising order."""
    kept = edges or tuple(
        edge for i, edge in enumerate(grid.edges) if i == grid.columns or i == 0 or places[i] != places[i - 1]
    )
    cells = tuple(
        replace(
            cell,
            column=places[cell.column],
            column_span=_new_end(cell, places, columns) - places[cell.column],
        )
        for cell in grid.cells
    )
    return Grid(grid.rows, columns, cells, grid.boxes, kept, grid.drawn)


def _new_end(cell: GridCell, places: Sequence[int], columns: int) -> int:
    end = cell.column + cell.column_span
    return places[end] if end < len(places) else columns
