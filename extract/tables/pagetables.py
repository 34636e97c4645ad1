"""The tables stage for documents with pages or stored tables: spots of the flow become forms."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from extract.layout.flow import Flow, FlowItem, TableSpot, TextLine
from extract.reading.pages import Box, NativeTable, Word
from extract.tables.amounts import is_blank, normalised
from extract.tables.captions import more_context, repeats_captions, titles_inside
from extract.tables.context import Context, form_number_in, look_above, look_below, unit_in
from extract.tables.continuation import continued
from extract.tables.empty import announced_empty
from extract.tables.formreader import Setting
from extract.tables.grid import Grid
from extract.tables.headers import Headed, read_header
from extract.tables.opinions import SecondReader, best_reading
from extract.tables.performance import goes_on, is_performance, united, with_performance, with_spill
from extract.tables.reading import PlacedTable, TableReading
from extract.tables.spotgrid import spot_grid, with_columns

_CONTINUED = re.compile(r"续表(?:\(.*\))?$|^\(?续(?:上表|表)?\)?$")
_OWNER = re.compile(r"(?:编制|填报|预算|公开|主管|预算主管)?(?:部门|单位)(?:名称)?(?:\(.*\))?:")


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
    second = SecondReader(data)
    tables = [
        PlacedTable(_not_blank(_reading(flow, table, setting, second)), _items(flow, table))
        for table in _joined_tables(flow)
    ]
    taken = {item for table in tables for item in table.items}
    tables += announced_empty(flow, taken, setting)
    return tuple(sorted(tables, key=lambda table: table.items[-1]))


def _joined_tables(flow: Flow) -> Iterator[_Open]:
    current: _Open | None = None
    for index, item in enumerate(flow):
        if not isinstance(item, TableSpot | NativeTable):
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


def _between(flow: Flow, start: int, end: int) -> list[tuple[int, str]]:
    return [(i, item.text) for i in range(start, end) if isinstance(item := flow[i], TextLine)]


def _continued(flow: Flow, current: _Open | None, index: int, grid: Grid) -> _Open | None:
    if current is not None and not _may_go_on(flow, current, index):
        current = _spilled(flow, current, index, grid)
    if current is None:
        return None
    item = flow[index]
    if isinstance(item, TableSpot):
        grid = with_columns(item, grid, current.headed.grid.edges)
    captions, body = titles_inside(grid)
    rest = body if repeats_captions(captions, current.context) else grid
    joined = continued(current.headed, rest)
    if joined is None or is_performance(current.context):
        both = united(current.headed.grid, rest) if is_performance(current.context) else None
        joined = read_header(both) if both is not None else None
    if joined is None:
        return None
    between = tuple(i for i, _ in _between(flow, current.last + 1, index))
    items, spots = (*current.items, *between, index), (*current.spots, index)
    return replace(current, headed=joined, items=items, spots=spots)


def _may_go_on(flow: Flow, current: _Open, index: int) -> bool:
    """A table goes on at the top of the next page when only its own title, number or unit stands between."""
    if not _page_follows(flow[current.last], flow[index]):
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


def _spilled(flow: Flow, current: _Open, index: int, grid: Grid) -> _Open | None:
    """A performance table with what its last cells print below their rule, where the grid goes on."""
    spot = flow[current.last]
    follows = is_performance(current.context) and _page_follows(spot, flow[index])
    if not (follows and isinstance(spot, TableSpot) and goes_on(grid)):
        return None
    lines = [item for item in flow[current.last + 1 : index] if isinstance(item, TextLine)]
    boxes = [line.box for line in lines if line.box is not None and line.page == spot.page.number]
    words = _below(spot, boxes)
    whole = with_spill(current.headed.grid, words) if len(boxes) == len(lines) else None
    return replace(current, headed=read_header(whole)) if whole is not None else None


def _below(spot: TableSpot, boxes: Sequence[Box]) -> list[Word]:
    """Words below the last rule of a table: of the lines there, and of its own that no cell took."""
    bottom, own = spot.box[3], frozenset(spot.words)
    below = (word for word in spot.page.words if (word.y0 + word.y1) / 2 > bottom)
    return [word for word in below if word in own or any(_inside(word, box) for box in boxes)]


def _inside(word: Word, box: Box) -> bool:
    x, y = (word.x0 + word.x1) / 2, (word.y0 + word.y1) / 2
    return box[0] <= x <= box[2] and box[1] <= y <= box[3]


def _page_follows(last: FlowItem, item: FlowItem) -> bool:
    """Whether a table stands where the other could go on: on the next page or, stored, behind it."""
    if isinstance(last, TableSpot) and isinstance(item, TableSpot):
        return item.page.number - last.page.number == 1
    if isinstance(last, NativeTable) and isinstance(item, NativeTable):
        return item.page == last.page
    return False


def _opened(flow: Flow, index: int, grid: Grid, *, since: int) -> _Open:
    """Begin a table: its context is what stands above it since the last one, then its own first rows."""
    above = _between(flow, since, index)
    context = look_above([text for _, text in above])
    inner, body = titles_inside(grid)
    if inner:
        context = more_context(context, look_above(inner))
    items = tuple(i for i, _ in above[len(above) - context.above :]) if context.above else ()
    return _Open(read_header(body), context, (*items, index), (index,))


def _notes_below(flow: Flow, table: _Open) -> tuple[list[int], tuple[str, ...]]:
    """The flow items and texts of the notes printed under a table."""
    following = _following(flow, table.last)
    count, notes = look_below([text for _, text in following])
    return [index for index, _ in following[:count]], notes


def _items(flow: Flow, table: _Open) -> tuple[int, ...]:
    return (*table.items, *_notes_below(flow, table)[0])


def _reading(flow: Flow, table: _Open, setting: Setting, second: SecondReader) -> tuple[TableReading, ...]:
    _, notes = _notes_below(flow, table)
    # The first page may have held little more than the header: with all rows at hand, look again.
    headed = read_header(table.headed.grid)
    context = replace(table.context, notes=(*_notes_inside(headed), *notes))
    spots = [item for index in table.spots if isinstance(item := flow[index], TableSpot)]
    pictured = any(spot.page.trust == "ocr" for spot in spots)
    readings = best_reading(headed, context, setting, spots, second)
    return tuple(with_performance(reading, pictured=pictured) for reading in readings)


def _not_blank(readings: tuple[TableReading, ...]) -> tuple[TableReading, ...]:
    """Frames drawn around nothing are no tables."""
    return tuple(r for r in readings if r.table.kind != "other" or r.table.status != "empty")


def _following(flow: Flow, index: int) -> list[tuple[int, str]]:
    """The lines after a table up to the next one, on its page."""
    page = page_of(flow[index])
    lines: list[tuple[int, str]] = []
    for i in range(index + 1, len(flow)):
        item = flow[i]
        if not isinstance(item, TextLine) or item.page != page:
            break
        lines.append((i, item.text))
    return lines


def page_of(item: FlowItem) -> int | None:
    """The page a table stands on; None in formats without pages."""
    if isinstance(item, TableSpot):
        return item.page.number
    return item.page if isinstance(item, NativeTable) else None


def _notes_inside(headed: Headed) -> list[str]:
    """Notes printed in a last row that spans the table."""
    notes = []
    for cell in headed.grid.cells:
        wide = cell.column_span == headed.grid.columns and headed.grid.columns > 1
        if wide and cell.row >= headed.body and not is_blank(cell.text) and look_below([cell.text])[0]:
            notes.append(normalised(cell.text))
    return notes
