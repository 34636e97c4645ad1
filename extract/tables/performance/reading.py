"""In the tables stage: performance tables kept as printed get their typed data beside the cells."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from extract.tables.context import Context
from extract.tables.performance.header import read_header
from extract.tables.performance.keywork import is_key_work, read_key_work
from extract.tables.performance.rows import read_entries
from extract.tables.performance.sheets import Sheet, sheet_of_cells, sheet_of_lines
from extract.tables.performance.streams import read_stream
from extract.tables.performance.titles import named_by_title
from extract.tables.reading import TableReading
from models.disclosure import Table, TableKind
from models.performance import Performance

PERFORMANCE: frozenset[TableKind] = frozenset({"project_performance", "overall_performance"})
_WHOLE = re.compile(r"整体|基本支出总额|单位名称")


def performance_of(sheet: Sheet) -> tuple[Performance, ...]:
    """The projects of a sheet, or the organisation as a whole, each with its indicators."""
    return tuple(entry.performance() for entry in read_entries(sheet))


def with_stream(reading: TableReading, lines: Sequence[str]) -> TableReading:
    """A table of a transcript that kept no cells, read from its lines; lists of key work stay as printed."""
    table = reading.table
    if table.cells is None or table.kind not in PERFORMANCE:
        return reading
    found = tuple(entry.performance() for entry in read_stream(lines))
    if table.kind == "project_performance":
        found = tuple(named_by_title(each, table.title) for each in found)
    return replace(reading, table=_updated(table, performance=found))


def with_performance(reading: TableReading, rows: Sequence[Sequence[str]] | None = None) -> TableReading:
    """A table kept as printed with what it says of performance or key work.

    ``rows`` are the raw cells of a transcript's table; without them the cells of the table are
    read. A table of unknown title is one of performance when it prints the indicators' header.
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
    found = performance_of(sheet)
    if kind == "project_performance":
        found = tuple(named_by_title(each, table.title) for each in found)
    return replace(reading, table=_updated(table, kind=kind, performance=found))


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
