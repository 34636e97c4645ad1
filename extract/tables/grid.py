"""In the tables stage: a grid of cells with spans, the common form of every table before it is understood."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from extract.reading.pages import Box


@dataclass(frozen=True, slots=True)
class GridCell:
    """A cell with its top left position, spans and text; ``box`` is on the page as displayed."""

    row: int
    column: int
    text: str
    row_span: int = 1
    column_span: int = 1
    page: int | None = None
    box: Box | None = None


@dataclass(frozen=True, slots=True)
class Grid:
    """A table of ``rows`` × ``columns``; cells cover it without overlap.

    ``boxes`` gives the table's box per page, on the page as displayed.
    """

    rows: int
    columns: int
    cells: tuple[GridCell, ...]
    boxes: Mapping[int, Box] = field(default_factory=dict)

    @property
    def pages(self) -> tuple[int, ...]:
        return tuple(sorted(self.boxes))

    def covering(self) -> list[list[GridCell | None]]:
        """The cell that covers each position, row by row."""
        plane: list[list[GridCell | None]] = [[None] * self.columns for _ in range(self.rows)]
        for cell in self.cells:
            for row in range(cell.row, cell.row + cell.row_span):
                for column in range(cell.column, cell.column + cell.column_span):
                    plane[row][column] = cell
        return plane
