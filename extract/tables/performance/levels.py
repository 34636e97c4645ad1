"""In the tables stage: which level an indicator of a grid belongs to, as far as the grid proves it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Set
from dataclasses import replace

from extract.tables.performance.header import Header, read_header
from extract.tables.performance.sheets import Sheet, SheetCell, SheetRow
from extract.tables.performance.words import labels

_DEEPER = {"level2": frozenset({"name"}), "level1": frozenset({"level2", "name"})}
"""The columns whose cells lie within those of a level; from the inner level to the outer."""
_OF_ONE = frozenset({"amount", "level1", "level2", "name"})
_WHOLE = {**_DEEPER, **dict.fromkeys(("project", "organisation", "objective"), _OF_ONE)}
"""The same with the columns of whose indicators they are: an amount, and a level, is of one project."""


def with_whole_levels(sheet: Sheet) -> Sheet:
    """A grid whose levels are put together again where a line of text was taken for a rule.

    An indicator has one name, and a name stands under one level: where a name spans two rows, an
    empty cell of a level in the upper row and the text in the lower one are one cell. So are those
    of a project whose amount spans both.
    """
    rows = [list(row) for row in sheet]
    for field, deeper in _WHOLE.items():
        for number, header in _under_headers(sheet):
            _join(rows, number, _under(header, {field}), _under(header, deeper))
    return tuple(tuple(row) for row in rows)


def with_lost_levels(sheet: Sheet) -> Sheet:
    """A grid read from a picture whose empty cells of levels are marked as lost.

    Only where the author merges the cells of a level: then an empty cell of its own is one whose
    text was not recognised, or the rest of one from the page before.
    """
    rows = [list(row) for row in sheet]
    for field in _DEEPER:
        cells = ((n, _at(rows[n], _under(header, {field}))) for n, header in _under_headers(sheet))
        places = [(number, at) for number, at in cells if at is not None]
        if not any(rows[n][at].filled and not rows[n][at].begins for n, at in places):
            continue
        for number, at in places:
            cell = rows[number][at]
            if cell.begins and not cell.filled:
                rows[number][at] = replace(cell, lost=True)
    return tuple(tuple(row) for row in rows)


def belong_together(level1: str, level2: str) -> bool:
    """Whether the usual name of an inner level stands under that outer one (数量指标 under 产出指标)."""
    inner, outer = labels("inner").field(level2), labels("outer").field(level1)
    return inner is None or outer is None or outer in inner.split("_")


def _under_headers(sheet: Sheet) -> Iterator[tuple[int, Header]]:
    """The rows below a header of indicators, by number, each with that header."""
    header: Header | None = None
    for number, row in enumerate(sheet):
        found = read_header(row)
        if found is None and header is not None:
            yield number, header
        header = found or header


def _under(header: Header, fields: Set[str]) -> Callable[[SheetCell], bool]:
    return lambda cell: header.field_at(cell) in fields


def _at(row: list[SheetCell] | SheetRow, belongs: Callable[[SheetCell], bool]) -> int | None:
    return next((at for at, cell in enumerate(row) if belongs(cell)), None)


def _join(
    rows: list[list[SheetCell]],
    number: int,
    is_level: Callable[[SheetCell], bool],
    is_deeper: Callable[[SheetCell], bool],
) -> None:
    """Join the level of a row to the empty cell above it, where a name spans both."""
    at = _at(rows[number], is_level)
    above = _at(rows[number - 1], is_level)
    if at is None or above is None or rows[number - 1][above].filled:
        return
    cell = rows[number][at]
    crossed = any(is_deeper(other) and not other.begins for other in rows[number])
    if not (cell.filled and cell.begins and crossed):
        return
    rows[number][at] = replace(cell, begins=False)
    for upper in range(number - 1, -1, -1):
        place = _at(rows[upper], is_level)
        if place is None or rows[upper][place].filled:
            return
        begins = rows[upper][place].begins
        rows[upper][place] = replace(cell, begins=begins)
        if begins:
            return
