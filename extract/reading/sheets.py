"""In the reading stage: a sheet of a workbook as it is shown becomes a table of cells with addresses."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from extract.reading.numberformat import shown_number
from extract.reading.pages import NativeCell, NativeTable

Stored = (
    str | int | float | bool | datetime.datetime | datetime.date | datetime.time | datetime.timedelta | None
)


@dataclass(frozen=True, slots=True)
class StoredCell:
    """A cell of a sheet before it is shown; row and column count from 0."""

    row: int
    column: int
    text: str


@dataclass(frozen=True, slots=True)
class Merged:
    """A merged range: first row and column, and how many rows and columns it covers."""

    row: int
    column: int
    rows: int
    columns: int


def shown(value: Stored, number_format: str | None) -> str:
    """What a cell shows: numbers under their format, dates in ISO form, texts as they are."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, int | float):
        return shown_number(value, number_format)
    if isinstance(value, datetime.datetime):
        return value.date().isoformat() if value.time() == datetime.time() else value.isoformat(" ")
    return str(value).strip()


def sheet_table(
    cells: Iterable[StoredCell],
    merged: Sequence[Merged],
    *,
    name: str,
    number: int,
    hidden_rows: Collection[int] = (),
    hidden_columns: Collection[int] = (),
) -> NativeTable:
    """The shown part of a sheet, its blank rows kept as one each and its blank columns dropped.

    Hidden rows and columns are left out, and spans shrink with them. ``number`` counts the sheets of
    the workbook from 1, hidden ones included.
    """
    filled = {(cell.row, cell.column): cell.text for cell in cells if cell.text.strip()}
    spans = {(m.row, m.column): (m.rows, m.columns) for m in merged if (m.row, m.column) in filled}
    rows = _places({row for row, _ in filled} - set(hidden_rows), keep_gaps=True)
    columns = _places({column for _, column in filled} - set(hidden_columns), keep_gaps=False)
    placed = tuple(
        NativeCell(
            min(down),
            min(across),
            text,
            max(down) - min(down) + 1,
            max(across) - min(across) + 1,
            f"{name}!{column_letters(column)}{row + 1}",
        )
        for (row, column), text in sorted(filled.items())
        for height, width in [spans.get((row, column), (1, 1))]
        if (down := _covered(rows, row, height)) and (across := _covered(columns, column, width))
    )
    height = max(rows.values(), default=-1) + 1
    return NativeTable(height, len(columns), placed, number, name)


def _places(used: set[int], *, keep_gaps: bool) -> dict[int, int]:
    """Where each used row or column goes; a gap between rows becomes one blank row."""
    places: dict[int, int] = {}
    place, last = -1, None
    for index in sorted(used):
        place += 2 if keep_gaps and last is not None and index > last + 1 else 1
        places[index] = place
        last = index
    return places


def _covered(places: Mapping[int, int], index: int, span: int) -> list[int]:
    """The places a cell of this span covers; none when all of it is hidden."""
    if span == 1:
        return [places[index]] if index in places else []
    return [place for other, place in places.items() if index <= other < index + span]


def column_letters(column: int) -> str:
    """The letters of a column counted from 0.

    >>> column_letters(0), column_letters(27)
    ('A', 'AB')
    """
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters
