"""The tables stage for documents with pages: spots of the flow become forms."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from extract.layout.flow import Flow, TableSpot, TextLine
from extract.tables.aligned import aligned_grid, is_hollow, printed_lines
from extract.tables.amounts import is_blank, normalised
from extract.tables.context import Context, form_number_in, is_title, look_above, look_below, unit_in
from extract.tables.continuation import continued
from extract.tables.empty import announced_empty
from extract.tables.formreader import Setting, read_form
from extract.tables.formrows import NOT_A_FIGURE
from extract.tables.forms.registry import forms_for_title
from extract.tables.grid import Grid, GridCell
from extract.tables.headers import Headed, read_header
from extract.tables.identities import TWO_SIDED, tally
from extract.tables.lattice import lattice_grid
from extract.tables.reading import Doubt, PlacedTable, TableReading
from extract.tables.second import second_grids

INFERRED = "rows and columns were inferred from the alignment of words, and do not all add up"
_CONTINUED = re.compile(r"续表(?:\(.*\))?$|^\(?续(?:上表|表)?\)?$")
_OWNER = re.compile(r"(?:编制|填报|预算|公开|主管|预算主管)?(?:部门|单位)(?:名称)?(?:\(.*\))?:")
_MOST_SECOND_PAGES = 4
"""Tables over more pages get no second reading: it costs a third of a second a page."""


@dataclass(frozen=True, slots=True)
class _Open:
    """A table that may still go on over the page. ``spots`` are the flow items it stands in."""

    headed: Headed
    context: Context
    items: tuple[int, ...]
    spots: tuple[int, ...]

    @property
    def last(self) -> int:
        return self.spots[-1]


def read_page_tables(flow: Flow, setting: Setting, data: bytes = b"") -> tuple[PlacedTable, ...]:
    """Every table of the document, in order, joined over pages and read as the form it is.

    ``data`` are the bytes of the PDF: where a table of known title does not add up, camelot
    reads its pages again and the reading that satisfies more identities is taken.
    """
    tables = [
        PlacedTable(_not_blank(_best_reading(flow, table, setting, data)), _items(flow, table))
        for table in _joined_tables(flow)
    ]
    taken = {item for table in tables for item in table.items}
    tables += announced_empty(flow, taken, setting)
    return tuple(sorted(tables, key=lambda table: table.items[-1]))


def _joined_tables(flow: Flow) -> Iterator[_Open]:
    current: _Open | None = None
    for index, item in enumerate(flow):
        if not isinstance(item, TableSpot):
            continue
        grid = spot_grid(item)
        if not any(cell.text.strip() for cell in grid.cells) and current is None:
            continue
        longer = _continued(flow, current, index, grid) if current else None
        if longer is None and current is not None:
            yield current
        current = longer or _opened(flow, index, grid, since=current.last + 1 if current else 0)
    if current is not None:
        yield current


def spot_grid(spot: TableSpot) -> Grid:
    """The grid a spot shows: what its rulings draw or, where they leave walls out, its words line up to."""
    drawn = lattice_grid(spot.page, spot.network, spot.words) if spot.network else None
    if drawn is not None and drawn.columns > 1 and not is_hollow(drawn):
        return drawn
    edges = [x for x, _ in spot.network.verticals] if spot.network else []
    levels = [y for y, _ in spot.network.horizontals] if spot.network else _levels(spot)
    none: list[float] = []
    tries = ((edges, levels), (edges, none), (none, levels), (none, none))
    grids = [grid for x, y in tries if (grid := aligned_grid(spot.page, spot.words, x, y)) is not None]
    sound = [grid for grid in grids if not is_hollow(grid)]
    return next(iter(sound), drawn or _plain_grid(spot, grids))


def _levels(spot: TableSpot) -> list[float]:
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


def _between(flow: Flow, start: int, end: int) -> list[tuple[int, str]]:
    return [(i, item.text) for i in range(start, end) if isinstance(item := flow[i], TextLine)]


def _continued(flow: Flow, current: _Open | None, index: int, grid: Grid) -> _Open | None:
    if current is None or not _may_go_on(flow, current, index):
        return None
    captions, body = _titles_inside(grid)
    joined = continued(current.headed, body if _repeats(captions, current.context) else grid)
    if joined is None:
        return None
    between = tuple(i for i, _ in _between(flow, current.last + 1, index))
    items, spots = (*current.items, *between, index), (*current.spots, index)
    return replace(current, headed=joined, items=items, spots=spots)


def _repeats(captions: Sequence[str], context: Context) -> bool:
    """Whether the captions inside a continuation's frame are those of the table it continues."""
    title = look_above(captions).title
    return bool(captions) and (title is None or normalised(title) == normalised(context.title or ""))


def _may_go_on(flow: Flow, current: _Open, index: int) -> bool:
    """A table goes on at the top of the next page when only its own title, number or unit stands between."""
    last, item = flow[current.last], flow[index]
    assert isinstance(last, TableSpot)
    assert isinstance(item, TableSpot)
    if item.page.number - last.page.number != 1:
        return False
    own = normalised(current.context.title or "")
    lines = [normalised(text) for _, text in _between(flow, current.last + 1, index)]
    return all(
        line == own
        or line.endswith("续表")
        or unit_in(line)
        or form_number_in(line)
        or line in ("续", "续上表")
        for line in lines
    )


def _opened(flow: Flow, index: int, grid: Grid, *, since: int) -> _Open:
    """Begin a table: its context is what stands above it since the last one, then its own first rows."""
    above = _between(flow, since, index)
    context = look_above([text for _, text in above])
    inner, body = _titles_inside(grid)
    if inner:
        context = _more_context(context, look_above(inner))
    items = tuple(i for i, _ in above[len(above) - context.above :]) if context.above else ()
    return _Open(read_header(body), context, (*items, index), (index,))


def _titles_inside(grid: Grid) -> tuple[list[str], Grid]:
    """Leading rows that span the table (title, organisation, unit) and the grid without them."""
    rows = 0
    texts: list[str] = []
    while rows < grid.rows - 1:
        cells = [cell for cell in grid.cells if cell.row == rows]
        filled = [cell for cell in cells if cell.text.strip()]
        if not cells or not _is_caption(
            grid, [cell.text for cell in filled], max(c.column_span for c in cells)
        ):
            break
        texts.append(" ".join(cell.text for cell in filled))
        rows += 1
    return texts, _without_rows(grid, rows)


def _is_caption(grid: Grid, texts: Sequence[str], widest: int) -> bool:
    if not texts:
        return widest == grid.columns
    whole = "".join(texts)
    return (
        (widest == grid.columns and (is_title(whole) or (bool(forms_for_title(whole)) and "表" in whole)))
        or unit_in(whole) is not None
        or form_number_in(whole) is not None
    )


def _without_rows(grid: Grid, rows: int) -> Grid:
    if rows == 0:
        return grid
    cells = tuple(replace(cell, row=cell.row - rows) for cell in grid.cells if cell.row >= rows)
    return Grid(grid.rows - rows, grid.columns, cells, grid.boxes, grid.edges, grid.drawn)


def _more_context(outer: Context, inner: Context) -> Context:
    """What the table says inside its frame goes before what stands outside."""
    forms = inner.forms or outer.forms
    title = inner.title if inner.forms or not outer.forms else outer.title
    return replace(
        outer,
        title=title or outer.title,
        forms=forms,
        number=inner.number or outer.number,
        unit=inner.unit or outer.unit,
    )


def _notes_below(flow: Flow, table: _Open) -> tuple[list[int], tuple[str, ...]]:
    """The flow items and texts of the notes printed under a table."""
    following = _following(flow, table.last)
    count, notes = look_below([text for _, text in following])
    return [index for index, _ in following[:count]], notes


def _items(flow: Flow, table: _Open) -> tuple[int, ...]:
    return (*table.items, *_notes_below(flow, table)[0])


def _best_reading(flow: Flow, table: _Open, setting: Setting, data: bytes) -> tuple[TableReading, ...]:
    _, notes = _notes_below(flow, table)
    context = replace(table.context, notes=(*_notes_inside(table.headed), *notes))
    # The first page may have held little more than the header: with all rows at hand, look again.
    headed = read_header(table.headed.grid)
    first = _owned_up(read_form(headed, context, setting), headed.grid, setting)
    if not data or not context.forms or not _doubtful(first, setting):
        return first
    spots = [item for index in table.spots if isinstance(item := flow[index], TableSpot)]
    seconds = [*_other_alignment(spots), *_second_readings(spots, data)]
    others = [_owned_up(read_form(headed, context, setting), headed.grid, setting) for headed in seconds]
    return max((first, *others), key=lambda readings: _merit(readings, setting))


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


def _merit(readings: Sequence[TableReading], setting: Setting) -> tuple[int, int, int]:
    """Readings compare by identities, those that fail counting against twice, then by what stays unread."""
    counts = [tally(reading.table, setting.kind) for reading in readings]
    held, failed = sum(count.held for count in counts), sum(count.failed for count in counts)
    known = sum(reading.table.kind != "other" for reading in readings)
    unread = sum(doubt.reason == NOT_A_FIGURE for reading in readings for doubt in reading.doubts)
    return held - 2 * failed, known, -unread


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


def _second_readings(spots: Sequence[TableSpot], data: bytes) -> Iterator[Headed]:
    """The table as camelot reads it, where it finds every part of it: one reading per parser."""
    if len(spots) > _MOST_SECOND_PAGES:
        return
    parts = [list(second_grids(data, spot.page, spot.box, ruled=spot.network is not None)) for spot in spots]
    for grids in zip(*parts, strict=False):
        headed = _stacked(grids)
        if headed:
            yield headed


def _other_alignment(spots: Sequence[TableSpot]) -> Iterator[Headed]:
    """The table by alignment, without columns that only a header word speaks for."""
    if any(spot.network for spot in spots):
        return
    grids = [aligned_grid(spot.page, spot.words, [], _levels(spot), empty_columns=False) for spot in spots]
    headed = _stacked([grid for grid in grids if grid]) if all(grids) else None
    if headed:
        yield headed


def _stacked(grids: Sequence[Grid]) -> Headed | None:
    """The parts of a table as one, None when they do not go on from each other."""
    headed: Headed | None = read_header(_titles_inside(grids[0])[1])
    for grid in grids[1:]:
        headed = continued(headed, grid) if headed else None
    return headed


def _not_blank(readings: tuple[TableReading, ...]) -> tuple[TableReading, ...]:
    """Frames drawn around nothing are no tables."""
    return tuple(r for r in readings if r.table.kind != "other" or r.table.status != "empty")


def _following(flow: Flow, index: int) -> list[tuple[int, str]]:
    """The lines after a table up to the next one, on its page."""
    spot = flow[index]
    assert isinstance(spot, TableSpot)
    lines: list[tuple[int, str]] = []
    for i in range(index + 1, len(flow)):
        item = flow[i]
        if not isinstance(item, TextLine) or item.page != spot.page.number:
            break
        lines.append((i, item.text))
    return lines


def _notes_inside(headed: Headed) -> list[str]:
    """Notes printed in a last row that spans the table."""
    notes = []
    for cell in headed.grid.cells:
        wide = cell.column_span == headed.grid.columns and headed.grid.columns > 1
        if wide and cell.row >= headed.body and not is_blank(cell.text) and look_below([cell.text])[0]:
            notes.append(normalised(cell.text))
    return notes
