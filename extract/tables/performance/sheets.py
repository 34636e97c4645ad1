"""In the tables stage: a performance table as rows of printed cells, from a grid or from raw lines."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from extract.layout.marks import without_inline_marks
from extract.tables.amounts import is_blank, normalised
from extract.tables.performance.values import tidy
from models.base import BBox, Place
from models.disclosure import PrintedCell


@dataclass(frozen=True, slots=True)
class SheetCell:
    """A printed cell. ``start`` and ``end`` are its horizontal extent: in columns.

    ``begins`` is False in the rows below the first of a cell that spans several; ``lost`` marks an
    empty cell of a picture that must have had a text.
    """

    text: str
    start: float
    end: float
    begins: bool = True
    lost: bool = False
    page: int | None = None
    box: BBox | None = None

    @property
    def plain(self) -> str:
        return normalised(self.text)

    @property
    def filled(self) -> bool:
        return not is_blank(self.text)

    @property
    def place(self) -> Place:
        return Place(page=self.page, text=self.text, bbox=self.box)


SheetRow = tuple[SheetCell, ...]
Sheet = tuple[SheetRow, ...]


def sheet_of_lines(rows: Iterable[Sequence[str]]) -> Sheet:
    """Rows of a transcript that keep their cells; a cell's extent is its position."""
    return tuple(
        tuple(
            SheetCell(tidy(without_inline_marks(text)), float(column), float(column + 1))
            for column, text in enumerate(row)
        )
        for row in rows
    )


def sheet_of_cells(cells: Sequence[PrintedCell]) -> Sheet:
    """A grid; a cell that spans rows stands in each of them, and its extent is its columns'."""
    rows: dict[int, list[SheetCell]] = defaultdict(list)
    for cell in cells:
        placed = SheetCell(
            tidy(without_inline_marks(cell.text)),
            float(cell.column),
            float(cell.column + cell.column_span),
            page=cell.page,
            box=cell.bbox,
        )
        for row in range(cell.row, cell.row + cell.row_span):
            rows[row].append(placed if row == cell.row else replace(placed, begins=False))
    return tuple(tuple(sorted(rows[row], key=lambda cell: cell.start)) for row in sorted(rows))
