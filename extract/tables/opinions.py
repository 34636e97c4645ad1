"""In the tables stage: where a reading does not add up, others are asked and the best is taken."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from extract.layout.flow import TableSpot
from extract.tables.aligned import aligned_grid
from extract.tables.captions import titles_inside
from extract.tables.context import Context
from extract.tables.continuation import continued
from extract.tables.formreader import Setting, read_form
from extract.tables.formrows import NOT_A_FIGURE
from extract.tables.grid import Grid
from extract.tables.headers import Headed, read_header
from extract.tables.identities import TWO_SIDED, tally
from extract.tables.reading import Doubt, TableReading
from extract.tables.second import second_grids
from extract.tables.spotgrid import levels_of

INFERRED = "rows and columns were inferred from the alignment of words, and do not all add up"


def best_reading(
    headed: Headed, context: Context, setting: Setting, spots: Sequence[TableSpot], second: SecondReader
) -> tuple[TableReading, ...]:
    """A table read as the form it is; a doubtful one in the way that satisfies most identities."""
    first = _owned_up(read_form(headed, context, setting), headed.grid, setting)
    if not context.forms or not _doubtful(first, setting):
        return first
    others = [
        _owned_up(read_form(other, context, setting), other.grid, setting) for other in second.readings(spots)
    ]
    # What reads less of the table fails less often, too: it must confirm as much as the first.
    rivals = [other for other in others if _held(other, setting) >= _held(first, setting)]
    return max((first, *rivals), key=lambda readings: _merit(readings, setting))


def _owned_up(readings: tuple[TableReading, ...], grid: Grid, setting: Setting) -> tuple[TableReading, ...]:
    """A table whose rows and columns were inferred is in doubt as a whole unless all of it adds up."""
    if grid.drawn:
        return readings
    return tuple(reading if _adds_up(reading, setting) else _all_doubted(reading) for reading in readings)


def _adds_up(reading: TableReading, setting: Setting) -> bool:
    """Whether an inferred table needs no doubt. Two-sided ones always do: where a name wraps, nothing
    but the lines that are missing tells which figure it goes with.
    """
    if reading.table.kind in TWO_SIDED:
        return False
    count = tally(reading.table, setting.kind)
    named = all(not column.key.startswith("column_") for column in reading.table.columns)
    return count.held > 0 and count.failed == 0 and named


def _all_doubted(reading: TableReading) -> TableReading:
    figures = [
        Doubt(index, key, INFERRED)
        for index, row in enumerate(reading.table.rows)
        for key in row.cells
        if row.amounts.get(key) is not None
    ]
    return replace(reading, doubts=(*reading.doubts, *figures))


def _held(readings: Sequence[TableReading], setting: Setting) -> int:
    """How many identities a reading satisfies."""
    return sum(tally(reading.table, setting.kind).held for reading in readings)


def _merit(readings: Sequence[TableReading], setting: Setting) -> tuple[int, int, int, int]:
    """Readings compare by identities, those that fail counting against twice, then by what has no name
    or cannot be read.
    """
    failed = sum(tally(reading.table, setting.kind).failed for reading in readings)
    known = sum(reading.table.kind != "other" for reading in readings)
    columns = [column for reading in readings for column in reading.table.columns]
    nameless = sum(column.key.startswith("column_") for column in columns)
    unread = sum(doubt.reason == NOT_A_FIGURE for reading in readings for doubt in reading.doubts)
    return _held(readings, setting) - 2 * failed, known, -nameless, -unread


def _doubtful(readings: Sequence[TableReading], setting: Setting) -> bool:
    """Whether a reading of a known title is worth a second opinion."""
    table = readings[0].table
    count = tally(table, setting.kind)
    failing = count.failed >= 3 and count.failed * 4 > count.held + count.failed
    unread = any(
        reading.table.status == "extracted"
        and (reading.table.kind == "other" or any(c.key.startswith("column_") for c in reading.table.columns))
        for reading in readings[:1]
    )
    return unread or failing or any(reading.doubts for reading in readings)


class SecondReader:
    """Other ways to read a table, within what a document may cost.

    ``data`` are the bytes of the PDF; without them camelot is not asked. It takes about a third
    of a second a page, so a document gets ``pages`` of it and no more.
    """

    def __init__(self, data: bytes, *, pages: int = 8) -> None:
        self._data = data
        self._pages = pages

    def readings(self, spots: Sequence[TableSpot]) -> Iterator[Headed]:
        """The table as others see it: one reading per way that finds every part of it."""
        yield from _other_alignment(spots)
        if self._data and spots and len(spots) <= self._pages:
            self._pages -= len(spots)
            yield from self._by_camelot(spots)

    def _by_camelot(self, spots: Sequence[TableSpot]) -> Iterator[Headed]:
        ruled = [spot.network is not None for spot in spots]
        parts = [
            list(second_grids(self._data, spot.page, spot.box, ruled=drawn))
            for spot, drawn in zip(spots, ruled, strict=True)
        ]
        for grids in zip(*parts, strict=False):
            headed = _stacked(grids)
            if headed:
                yield headed


def _other_alignment(spots: Sequence[TableSpot]) -> Iterator[Headed]:
    """The table by alignment, without columns that only a header word speaks for."""
    if not spots or any(spot.network for spot in spots):
        return
    grids = [aligned_grid(spot.page, spot.words, [], levels_of(spot), empty_columns=False) for spot in spots]
    headed = _stacked([grid for grid in grids if grid]) if all(grids) else None
    if headed:
        yield headed


def _stacked(grids: Sequence[Grid]) -> Headed | None:
    """The parts of a table as one, None when they do not go on from each other."""
    headed: Headed | None = read_header(titles_inside(grids[0])[1])
    for grid in grids[1:]:
        headed = continued(headed, grid) if headed else None
    return headed
