"""In the corpus generator: a document before it is typeset, as blocks; its tables know their truth."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

Align = Literal["left", "centre", "right"]


@dataclass(frozen=True, slots=True)
class Mark:
    """The figure a cell prints: position of its record in the table and the column key.

    ``judged`` is False for figures that stand on the page but have no agreed place in the output;
    ``kind`` is the form they belong to by their meaning, where that is not the one they stand in.
    """

    record: int
    column: str
    judged: bool = True
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Cell:
    text: str = ""
    row_span: int = 1
    column_span: int = 1
    align: Align = "left"
    mark: Mark | None = None


CellRow = tuple[Cell, ...]
"""The cells that begin in a row, left to right; positions taken by spans from above are skipped."""


@dataclass(frozen=True, slots=True)
class Record:
    """One row of the truth, without its amounts."""

    code: str | None
    name: str | None
    side: str | None = None
    line: int | None = None


@dataclass(frozen=True, slots=True)
class TableBlock:
    """A printed form. ``widths`` are the columns' relative widths; ``unit`` is its own unit.

    ``captions`` are the words left and right above the table; ``number`` the form number where printed.
    """

    kind: str
    title: str
    number: str
    captions: tuple[str, str]
    header: tuple[CellRow, ...]
    body: tuple[CellRow, ...]
    widths: tuple[float, ...]
    records: tuple[Record, ...] = ()
    notes: tuple[str, ...] = ()
    unit: str = "万元"
    status: Literal["extracted", "empty"] = "extracted"
    landscape: bool = False

    @property
    def rows(self) -> tuple[CellRow, ...]:
        return self.header + self.body


@dataclass(frozen=True, slots=True)
class TextBlock:
    """A line or paragraph of running text."""

    text: str
    style: Literal["cover", "date", "part", "heading", "paragraph", "contents"]


@dataclass(frozen=True, slots=True)
class PageBreak:
    """The next block begins a page."""


Block = TextBlock | TableBlock | PageBreak


@dataclass(frozen=True, slots=True)
class Document:
    """A whole disclosure and what it says about itself; ``narrative`` and ``performance`` are the truth
    of its sentences and of its performance tables."""

    organisation: str
    fiscal_year: int
    kind: Literal["final_accounts", "budget"]
    unit: str
    scope: Literal["department", "unit"]
    title: str
    blocks: tuple[Block, ...]
    narrative: tuple[dict[str, str | None], ...] = field(default=())
    performance: tuple[dict[str, Any], ...] = field(default=())

    @property
    def tables(self) -> tuple[TableBlock, ...]:
        return tuple(block for block in self.blocks if isinstance(block, TableBlock))


@dataclass(frozen=True, slots=True)
class Placed:
    """A cell with its position in the grid of its table."""

    row: int
    column: int
    cell: Cell


def placed(rows: Sequence[CellRow], columns: int) -> Iterator[Placed]:
    """Positions of cells written one row after the other, as HTML tables are.

    Raises ValueError when the cells do not tile the rows.
    """
    taken: set[tuple[int, int]] = set()
    for row, cells in enumerate(rows):
        column = 0
        for cell in cells:
            while (row, column) in taken:
                column += 1
            covered = _covered(row, column, cell)
            if taken & covered or column + cell.column_span > columns:
                raise ValueError(f"row {row}: {cell.text!r} overlaps or leaves the table")
            taken |= covered
            yield Placed(row, column, cell)
    if len(taken) != len(rows) * columns:
        raise ValueError("cells do not fill the table")


def _covered(row: int, column: int, cell: Cell) -> set[tuple[int, int]]:
    return {
        (below, beside)
        for below in range(row, row + cell.row_span)
        for beside in range(column, column + cell.column_span)
    }
