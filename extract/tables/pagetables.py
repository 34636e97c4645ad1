"""The tables stage for documents with pages: spots of the flow become forms."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from extract.layout.flow import Flow, TableSpot, TextLine
from extract.tables.amounts import is_blank, normalised
from extract.tables.context import Context, form_number_in, is_title, look_above, look_below, unit_in
from extract.tables.continuation import continued
from extract.tables.formreader import Setting, read_form
from extract.tables.forms.registry import forms_for_title
from extract.tables.grid import Grid
from extract.tables.headers import Headed, read_header
from extract.tables.lattice import lattice_grid
from extract.tables.reading import TableReading


@dataclass(frozen=True, slots=True)
class PlacedTable:
    """Forms read from one printed table, with the flow items (indexes) they were read from."""

    readings: tuple[TableReading, ...]
    items: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Open:
    """A table that may still go on over the page."""

    headed: Headed
    context: Context
    items: tuple[int, ...]
    last: int


def spot_grid(spot: TableSpot) -> Grid:
    """The grid a ruled spot draws."""
    return lattice_grid(spot.page, spot.network, spot.words)


def read_page_tables(flow: Flow, setting: Setting) -> tuple[PlacedTable, ...]:
    """Every table of the document, in order, joined over pages and read as the form it is."""
    done: list[PlacedTable] = []
    current: _Open | None = None
    for index, item in enumerate(flow):
        if not isinstance(item, TableSpot):
            continue
        grid = spot_grid(item)
        if not any(cell.text.strip() for cell in grid.cells) and current is None:
            continue
        longer = _continued(flow, current, index, grid) if current else None
        if longer is not None:
            current = longer
            continue
        if current is not None:
            done.append(_closed(flow, current, setting))
        current = _opened(flow, index, grid, since=current.last + 1 if current else 0)
    if current is not None:
        done.append(_closed(flow, current, setting))
    return tuple(done)


def _between(flow: Flow, start: int, end: int) -> list[tuple[int, str]]:
    return [(i, item.text) for i in range(start, end) if isinstance(item := flow[i], TextLine)]


def _continued(flow: Flow, current: _Open | None, index: int, grid: Grid) -> _Open | None:
    if current is None or not _may_go_on(flow, current, index):
        return None
    joined = continued(current.headed, grid)
    if joined is None:
        return None
    between = tuple(i for i, _ in _between(flow, current.last + 1, index))
    return replace(current, headed=joined, items=(*current.items, *between, index), last=index)


def _may_go_on(flow: Flow, current: _Open, index: int) -> bool:
    """A table goes on at the top of the next page when only its own title, number or unit stands between."""
    last, item = flow[current.last], flow[index]
    assert isinstance(last, TableSpot) and isinstance(item, TableSpot)
    if item.page.number - last.page.number != 1:
        return False
    own = normalised(current.context.title or "")
    lines = [normalised(text) for _, text in _between(flow, current.last + 1, index)]
    return all(
        line == own or line.endswith("续表") or unit_in(line) or form_number_in(line) or line in ("续", "续上表")
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
    return _Open(read_header(body), context, (*items, index), index)


def _titles_inside(grid: Grid) -> tuple[list[str], Grid]:
    """Leading rows that span the table (title, organisation, unit) and the grid without them."""
    rows = 0
    texts: list[str] = []
    while rows < grid.rows - 1:
        cells = [cell for cell in grid.cells if cell.row == rows]
        filled = [cell for cell in cells if cell.text.strip()]
        if not cells or not _is_caption(grid, [cell.text for cell in filled], max(c.column_span for c in cells)):
            break
        texts.append(" ".join(cell.text for cell in filled))
        rows += 1
    return texts, _without_rows(grid, rows)


def _is_caption(grid: Grid, texts: Sequence[str], widest: int) -> bool:
    if not texts:
        return widest == grid.columns
    whole = "".join(texts)
    return (
        (widest == grid.columns and (is_title(whole) or bool(forms_for_title(whole)) and "表" in whole))
        or unit_in(whole) is not None
        or form_number_in(whole) is not None
    )


def _without_rows(grid: Grid, rows: int) -> Grid:
    if rows == 0:
        return grid
    cells = tuple(replace(cell, row=cell.row - rows) for cell in grid.cells if cell.row >= rows)
    return Grid(grid.rows - rows, grid.columns, cells, grid.boxes, grid.edges)


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


def _closed(flow: Flow, table: _Open, setting: Setting) -> PlacedTable:
    following = _following(flow, table.last)
    notes = look_below([text for _, text in following])
    inside = tuple(_notes_inside(table.headed))
    context = replace(table.context, notes=(*inside, *notes))
    items = (*table.items, *(i for i, _ in following[: len(notes)]))
    return PlacedTable(_not_blank(read_form(table.headed, context, setting)), items)


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
        if wide and cell.row >= headed.body and not is_blank(cell.text) and look_below([cell.text]):
            notes.append(normalised(cell.text))
    return notes
