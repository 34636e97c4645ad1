"""In the tables stage: performance tables kept as printed get their typed data beside the cells."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from extract.tables.context import Context
from extract.tables.performance.header import read_header
from extract.tables.performance.keywork import is_key_work, read_key_work, read_matters
from extract.tables.performance.rows import read_entries
from extract.tables.performance.sheets import Sheet, sheet_of_cells, sheet_of_lines
from extract.tables.performance.streams import read_stream
from extract.tables.performance.titles import named_by_title
from extract.tables.reading import TableReading
from models.disclosure import Table, TableKind
from models.performance import Performance

PERFORMANCE: frozenset[TableKind] = frozenset({"project_performance", "overall_performance"})
_WHOLE = re.compile(r"整体|基本支出总额|单位名称")


def performance_of(sheet: Sheet, *, pictured: bool = False) -> tuple[Performance, ...]:
    """The projects of a sheet, or the organisation as a whole, each with its indicators."""
    return tuple(entry.performance() for entry in read_entries(sheet, pictured=pictured))


def with_stream(reading: TableReading, lines: Sequence[str]) -> TableReading:
    """A table of a transcript that kept no cells, read from its lines."""
    table = reading.table
    if table.cells is not None and table.kind == "key_work":
        return replace(reading, table=_updated(table, key_work=read_matters(lines)))
    if table.cells is None or table.kind not in PERFORMANCE:
        return reading
    found = tuple(entry.performance() for entry in read_stream(lines))
    return replace(reading, table=_updated(table, performance=_owned(found, table)))


def with_performance(
    reading: TableReading, rows: Sequence[Sequence[str]] | None = None, *, pictured: bool = False
) -> TableReading:
    """A table kept as printed with what it says of performance or key work.

    ``rows`` are the raw cells of a transcript's table; without them the cells of the table are
    read. A table of unknown title is one of performance when it prints the indicators' header.
    ``pictured`` tells that its text was recognised.
    """
    table = reading.table
    if table.cells is None:
        return reading
    sheet = sheet_of_lines(rows) if rows is not None else sheet_of_cells(table.cells)
    kind = _kind(table, sheet)
    if kind == "key_work":
        return replace(reading, table=_updated(table, kind=kind, key_work=read_key_work(sheet)))
    if kind not in PERFORMANCE:
        return reading
    table = _updated(table, kind=kind)
    found = _owned(performance_of(sheet, pictured=pictured), table)
    return replace(reading, table=_updated(table, performance=found))


def _owned(found: Sequence[Performance], table: Table) -> tuple[Performance, ...]:
    """Entries under the project of the title where they need it; whose is not known is uncertain."""
    if table.kind == "project_performance":
        found = tuple(named_by_title(each, table.title) for each in found)
    return tuple(each if _named(each) else _in_doubt(each) for each in found)


def _named(performance: Performance) -> bool:
    return bool(performance.project or performance.unit or performance.department or performance.code)


def _in_doubt(performance: Performance) -> Performance:
    indicators = tuple(
        each.model_copy(update={"flags": tuple(sorted({*each.flags, "unsure"}))})
        for each in performance.indicators
    )
    flags = tuple(sorted({*performance.flags, "unsure"}))
    return performance.model_copy(update={"indicators": indicators, "flags": flags})


def _updated(table: Table, **fields: object) -> Table:
    return table.model_copy(update=fields)


def is_performance(context: Context) -> bool:
    """Whether the title of a table names one of performance or key work."""
    return bool(context.forms) and context.forms[0].kind in {*PERFORMANCE, "key_work"}


def _kind(table: Table, sheet: Sheet) -> TableKind:
    if table.kind != "other":
        return table.kind
    if any(is_key_work(row) for row in sheet[:2]):
        return "key_work"
    if not any(read_header(row) for row in sheet):
        return table.kind
    text = (table.title or "") + "".join(cell.plain for row in sheet[:4] for cell in row)
    return "overall_performance" if _WHOLE.search(text) else "project_performance"
