"""In the reading stage: cells written row after row, with spans, get their places in a table."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from extract.errors import LimitExceeded
from extract.reading.pages import NativeCell, NativeTable

_WIDEST = 1000
"""Columns one cell may span: what browsers take as the most (HTML Standard, 4.9.11)."""


@dataclass(frozen=True, slots=True)
class WrittenCell:
    """A cell as it is written in its row: its text and how many rows and columns it says it covers."""

    text: str
    row_span: int = 1
    column_span: int = 1


def placed_table(rows: Sequence[Sequence[WrittenCell]], number: int) -> NativeTable:
    """Lay cells into a table as browsers do: each at the first free place of its row.

    Spans end with the table: rows that do not exist and columns in which no cell begins are not
    covered. ``number`` counts the tables of the document and goes into the cells' addresses, which
    give row and column as written (``table 3!R2C5``).
    """
    placed = list(_placed(rows))
    begun = sorted({column for _, column, _ in placed})
    order = {column: index for index, column in enumerate(begun)}
    width = max(begun, default=-1) + 1
    cells = [
        NativeCell(
            row,
            order[column],
            cell.text,
            max(min(cell.row_span, len(rows) - row), 1),
            sum(column <= other < min(column + cell.column_span, width) for other in begun),
            f"table {number}!R{row + 1}C{column + 1}",
        )
        for row, column, cell in placed
    ]
    return NativeTable(len(rows), len(begun), tuple(cells))


def _placed(rows: Iterable[Sequence[WrittenCell]]) -> Iterable[tuple[int, int, WrittenCell]]:
    """Row and column of every cell. ``busy`` maps a column to the first row in which it is free again."""
    busy: dict[int, int] = {}
    for row, cells in enumerate(rows):
        column = 0
        for cell in cells:
            while busy.get(column, 0) > row:
                column += 1
            width = min(max(cell.column_span, 1), _WIDEST)
            yield row, column, WrittenCell(cell.text, cell.row_span, width)
            if cell.row_span > 1:
                busy |= dict.fromkeys(range(column, column + width), row + cell.row_span)
            column += width


class CellBudget:
    """Counts the cells of a document against what its tables may hold together."""

    def __init__(self, file_name: str, limit: int) -> None:
        self._file_name = file_name
        self._limit = limit
        self._left = limit

    def take(self, cells: int) -> None:
        """Raises ``LimitExceeded`` once all tables together hold more cells than the limit."""
        self._left -= cells
        if self._left < 0:
            raise LimitExceeded(
                self._file_name,
                f"holds more than the limit of {self._limit:,} table cells",
                "split it, or raise Limits.cells if it really is one disclosure",
            )
