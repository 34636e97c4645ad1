"""In the corpus generator: header rows with merged cells, drawn from each column's path of labels."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from tests.corpus.blocks import Cell, CellRow

Path = tuple[str, ...]


def header_rows(paths: Sequence[Path]) -> tuple[CellRow, ...]:
    """The header over columns with these label paths, outermost label first.

    Neighbours with the same beginning share its cells; a path that ends early reaches down to
    the last row; neighbours with the same whole path share one cell.
    """
    depth = max(map(len, paths))
    rows: list[list[Cell]] = [[] for _ in range(depth)]
    _fill(rows, list(paths), 0)
    return tuple(map(tuple, rows))


def _fill(rows: list[list[Cell]], paths: list[Path], level: int) -> None:
    for label, group in groupby(paths, key=lambda path: path[level]):
        columns = list(group)
        ends = all(len(path) == level + 1 for path in columns)
        row_span = len(rows) - level if ends else 1
        rows[level].append(Cell(label, row_span, len(columns), "centre"))
        if not ends:
            _fill(rows, columns, level + 1)


def numbering_row(lead: Sequence[str], amounts: int) -> CellRow:
    """The 栏次 row: labels over the code and name columns, then 1, 2, 3 …"""
    return tuple(Cell(label, align="centre") for label in (*lead, *map(str, range(1, amounts + 1))))
