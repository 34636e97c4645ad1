"""The tables stage for transcripts: loose tables of the flow become forms."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from extract.layout.flow import Flow, LooseTable, TextLine
from extract.tables.amounts import parse_amount
from extract.tables.context import Context, look_below
from extract.tables.empty import announced_empty
from extract.tables.formreader import Setting, as_printed, read_form
from extract.tables.forms.registry import FormSpec
from extract.tables.headers import read_header
from extract.tables.identities import tally
from extract.tables.keylines import listed_key_work
from extract.tables.loose_context import context_above, parted, recognised, with_inner
from extract.tables.loose_evidence import Placed, evidence
from extract.tables.loose_groups import read_groups
from extract.tables.loose_printed import loose_grid
from extract.tables.loose_public import read_public
from extract.tables.loose_rows import PrintedRow, Token, printed_rows, raw_rows
from extract.tables.loose_sides import TwoSidedForm, place_two_sided, read_two_sided_form
from extract.tables.loose_subjects import (
    SLID,
    PlacedRows,
    SubjectForm,
    all_doubted,
    place_subjects,
    read_subject_form,
)
from extract.tables.performance import with_performance, with_stream
from extract.tables.placement import Known
from extract.tables.reading import PlacedTable, TableReading
from models.disclosure import Cell, Column, Row, Table


@dataclass(frozen=True, slots=True)
class _Spot:
    """A table of the flow with its context; ``items`` are the flow items it was read from.

    ``lines`` are its printed lines.
    """

    rows: tuple[PrintedRow, ...]
    context: Context
    items: tuple[int, ...]
    lines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Unplaced:
    """A form whose figures still have to be placed, and how."""

    form: SubjectForm | TwoSidedForm
    spec: FormSpec
    spot: _Spot

    def placed(self, known: Known | None, *, slid: bool = False) -> PlacedRows:
        if isinstance(self.form, TwoSidedForm):
            return place_two_sided(self.form, known)
        return place_subjects(self.form, known, slid=slid)


@dataclass(frozen=True, slots=True)
class _Settled:
    """A form that needs nothing from the others."""

    columns: tuple[Column, ...]
    rows: PlacedRows
    spec: FormSpec
    spot: _Spot
    operating: Token | None = None


_Read = _Unplaced | _Settled


def read_loose_tables(flow: Flow, setting: Setting | None = None) -> tuple[PlacedTable, ...]:
    """Read every table of a transcript's flow, in order, with the flow items each was read from.

    Forms are placed first by their own identities, then once more with what the other forms and
    the text say. Titles that stand over a statement that there is nothing to report give an empty
    form. Tables no form fits keep their cells.
    """
    setting = setting or Setting()
    spots = _spots(flow)
    reads = [_read(spot, setting) for spot in spots]
    text = "".join("".join(item.text.split()) for item in flow if isinstance(item, TextLine))
    placed = _placed_twice([read for read in reads if read is not None], text)
    slid = any(rows.slid for rows in placed.values())
    tables: list[PlacedTable] = []
    for spot, read in zip(spots, reads, strict=True):
        rows = placed.get(id(read)) if read is not None else None
        reading = _reading(spot, read, rows, setting) if read is not None and rows is not None else None
        readings = _with_performance(spot, _best(spot, reading, setting, slid=slid))
        if readings[0] is reading:  # the grid has found for itself what stands beside the form
            readings = (*readings, *_beside(read, setting))
        tables.append(PlacedTable(readings, spot.items))
    taken = {item for table in tables for item in table.items}
    tables += listed_key_work(flow, taken)
    taken = {item for table in tables for item in table.items}
    tables += [table for table in announced_empty(flow, taken, setting) if not _is_legend(table)]
    return tuple(sorted(tables, key=lambda table: table.items[-1]))


def _is_legend(table: PlacedTable) -> bool:
    """Whether the statement is a remark under a list of forms on what empty tables mean."""
    return any(note.startswith(("注", "备注")) for reading in table.readings for note in reading.table.notes)


# --- spots ------------------------------------------------------------------------------------------


def _spots(flow: Flow) -> list[_Spot]:
    spots: list[_Spot] = []
    for index, item in enumerate(flow):
        if not isinstance(item, LooseTable):
            continue
        spot = _spot(flow, index, item, since=spots[-1].items[-1] + 1 if spots else 0)
        if spots and _continues(spots[-1], spot, index):
            spots[-1] = _longer(spots[-1], spot)
        else:
            spots.append(spot)
    return spots


def _spot(flow: Flow, index: int, table: LooseTable, *, since: int) -> _Spot:
    captions, body, inside = parted(table)
    above = _texts(flow, range(index - 1, since - 1, -1))[::-1]
    context = with_inner(context_above([text for _, text in above]), context_above(captions))
    below = _texts(flow, range(index + 1, len(flow)))
    under, notes = look_below([text for _, text in below])
    rows = printed_rows(body)
    context = recognised(replace(context, notes=(*inside, *notes)), rows)
    first = [i for i, _ in above[len(above) - context.above :]] if context.above else []
    return _Spot(rows, context, (*first, index, *(i for i, _ in below[:under])), body.lines)


def _texts(flow: Flow, indexes: Iterable[int]) -> list[tuple[int, str]]:
    """Text lines in the order of the indexes, up to the first table."""
    found: list[tuple[int, str]] = []
    for index in indexes:
        item = flow[index]
        if not isinstance(item, TextLine):
            break
        found.append((index, item.text))
    return found


def _continues(before: _Spot, spot: _Spot, index: int) -> bool:
    """Whether a table goes on with the one before: nothing but page furniture stands between them."""
    own = spot.context.title is not None or spot.context.number is not None
    if own:
        same = spot.context.title == before.context.title and spot.context.number == before.context.number
        return (
            same
            and spot.context.title is not None
            and not before.context.notes
            and bool(before.context.forms)
        )
    return before.items[-1] == index - 1 and _same_header(before.rows, spot.rows)


def _same_header(before: Sequence[PrintedRow], rows: Sequence[PrintedRow]) -> bool:
    return bool(before and rows) and before[0].texts == rows[0].texts


def _longer(before: _Spot, spot: _Spot) -> _Spot:
    context = replace(before.context, notes=spot.context.notes, unit=before.context.unit or spot.context.unit)
    lines = (*before.lines, *spot.lines)
    return _Spot((*before.rows, *spot.rows), context, (*before.items, *spot.items), lines)


# --- reading ----------------------------------------------------------------------------------------


def _read(spot: _Spot, setting: Setting) -> _Read | None:
    """Read a table as the form its title names; None when it is kept as printed.

    Several families may print a form of that title: the one that names most of its columns is taken.
    """
    forms = spot.context.forms
    same = [form for form in forms if form.kind == forms[0].kind]
    reads = (reader(spot, spec, setting) for spec in same if (reader := _LAYOUTS.get(spec.layout)))
    found = [read for read in reads if read is not None]
    return max(found, key=lambda read: -_nameless(read), default=None)


def _nameless(read: _Read) -> int:
    columns = read.columns if isinstance(read, _Settled) else read.form.columns
    return sum(column.key.startswith("column_") for column in columns)


def _read_subjects(spot: _Spot, spec: FormSpec, setting: Setting) -> _Read | None:
    form = read_subject_form(spot.rows, spec, spot.context.notes, setting)
    return _Unplaced(form, spec, spot) if form is not None and form.columns else None


def _read_two_sided(spot: _Spot, spec: FormSpec, setting: Setting) -> _Read | None:
    del setting  # both sides name what they hold
    form = read_two_sided_form(spot.rows, spec, spot.context.notes)
    return _Unplaced(form, spec, spot) if form is not None else None


def _read_groups(spot: _Spot, spec: FormSpec, setting: Setting) -> _Read | None:
    if len(spec.columns) > 1 and not _side_by_side(spot.rows):
        return _read_subjects(spot, spec, setting)
    found = read_groups(spot.rows, spec)
    return _Settled(*found, spec, spot) if found is not None else None


def _side_by_side(rows: Sequence[PrintedRow]) -> bool:
    """Whether lines hold several subjects: a text stands behind a figure in many of them."""
    several = sum(1 for row in rows if len(row.texts) > 1 and any(t.value is not None for t in row.tokens))
    return several * 3 > len(rows)


def _read_public(spot: _Spot, spec: FormSpec, setting: Setting) -> _Read | None:
    found = read_public(spot.rows, spot.context.notes, setting)
    return _Settled(found.columns, found.rows, spec, spot, found.operating) if found is not None else None


_LAYOUTS: dict[str, Callable[[_Spot, FormSpec, Setting], _Read | None]] = {
    "subjects": _read_subjects,
    "lines": _read_subjects,
    "two_sided": _read_two_sided,
    "groups": _read_groups,
    "three_public": _read_public,
}


def _placed_twice(reads: Sequence[_Read], text: str) -> dict[int, PlacedRows]:
    """Place every form by itself, then those left open again with what is known from elsewhere."""
    placed = {id(read): read.rows if isinstance(read, _Settled) else read.placed(None) for read in reads}
    # Where one form of a document has slid, the printed cells of no other are to be trusted.
    slid = any(rows.slid for rows in placed.values())
    if slid:
        again = (read for read in reads if isinstance(read, _Unplaced) and not placed[id(read)].slid)
        placed |= {id(read): read.placed(None, slid=True) for read in again}
    used: dict[int, Known] = {}
    for _ in range(2):
        for read in reads:
            if isinstance(read, _Unplaced) and placed[id(read)].doubts:
                others = [Placed(each.spec.kind, placed[id(each)]) for each in reads if each is not read]
                known = evidence(read.form, others, text)
                if known and known != used.get(id(read)):
                    placed[id(read)], used[id(read)] = read.placed(known, slid=slid), known
    return placed


def _reading(spot: _Spot, read: _Read, placed: PlacedRows, setting: Setting) -> TableReading:
    columns = read.columns if isinstance(read, _Settled) else read.form.columns
    printed = any(amount is not None for row in placed.rows for amount in row.amounts.values())
    context = spot.context
    table = Table(
        id="",
        kind=read.spec.kind,
        form=context.number,
        title=context.title,
        status="extracted" if printed else "empty",
        unit=context.unit or setting.unit,
        columns=columns,
        rows=placed.rows,
        notes=context.notes,
    )
    return TableReading(table, placed.doubts, placed.repairs)


def _beside(read: _Read | None, setting: Setting) -> tuple[TableReading, ...]:
    """The operating costs where a form prints them beside its own columns."""
    token = read.operating if isinstance(read, _Settled) else None
    if read is None or token is None:
        return ()
    row = Row(
        code=None,
        name="机关运行经费",
        level="total",
        amounts={"total": token.value},
        cells={"total": Cell(text=token.text)},
    )
    table = Table(
        id="",
        kind="operating_costs",
        title=read.spot.context.title,
        status="extracted",
        unit=read.spot.context.unit or setting.unit,
        columns=(Column(key="total", label="机关运行经费"),),
        rows=(row,),
    )
    return (TableReading(table),)


def _best(
    spot: _Spot, reading: TableReading | None, setting: Setting, *, slid: bool
) -> tuple[TableReading, ...]:
    """The reading that breaks fewer identities: by the cells as they stand, or by sliding them.

    Only tables that keep their cells can be read as they stand; forms with 栏次 of their own are
    described well enough never to need it. Where cells of the document have ``slid``, what stands
    in a cell is only read where nothing else can be, and doubted.
    """
    if reading is not None and not _worth_a_grid(spot, reading):
        return (reading,)
    spec = spot.context.forms[0] if spot.context.forms else None
    grid = loose_grid(spot.rows)
    if reading is None and spec is not None and spec.layout == "printed":
        return (as_printed(grid, spot.context, setting, spec),)
    if not all(row.kept for row in spot.rows):
        return (reading,) if reading else (as_printed(grid, spot.context, setting),)
    if slid and reading is not None and all(column.label for column in reading.table.columns):
        return (reading,)
    by_cells = read_form(read_header(grid), spot.context, setting)
    if slid:
        by_cells = tuple(map(_all_in_doubt, by_cells))
    if reading is None or (_is_form(by_cells) and _rank(by_cells[0], setting) >= _rank(reading, setting)):
        return by_cells
    return (reading,)


def _with_performance(spot: _Spot, readings: tuple[TableReading, ...]) -> tuple[TableReading, ...]:
    """Performance tables are read from their lines: cells as printed, signs and units among them."""
    rows = raw_rows(spot.lines)
    if rows is None:
        return tuple(with_stream(reading, spot.lines) for reading in readings)
    return tuple(with_performance(reading, rows) for reading in readings)


def _is_form(readings: Sequence[TableReading]) -> bool:
    """Whether the table was understood; one kept as printed breaks no identity for having none."""
    return bool(readings) and readings[0].table.kind != "other"


def _worth_a_grid(spot: _Spot, reading: TableReading) -> bool:
    return not spot.context.forms[0].numbered and reading.table.status != "empty"


def _unnamed(reading: TableReading) -> int:
    return sum(column.key.startswith("column_") for column in reading.table.columns)


def _all_in_doubt(reading: TableReading) -> TableReading:
    rows = all_doubted(PlacedRows(reading.table.rows, reading.doubts, ()), SLID)
    return replace(reading, doubts=rows.doubts)


def _rank(reading: TableReading, setting: Setting) -> tuple[int, int, int]:
    found = tally(reading.table, setting.kind)
    misread = sum(parse_amount(row.name or "") is not None for row in reading.table.rows)
    return -_unnamed(reading) - misread, -found.failed - len(reading.doubts), found.held
