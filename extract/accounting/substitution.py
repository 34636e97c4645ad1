"""In the accounting stage: tables with some of their figures replaced."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from extract.tables.weighing import Address
from models.disclosure import Row, Table


def with_values(tables: Sequence[Table], values: Mapping[Address, Decimal]) -> tuple[Table, ...]:
    """Copies of the tables with these figures; everything else, the printed text too, as it was."""
    by_table: dict[str, dict[int, dict[str, Decimal]]] = {}
    for (table, row, key), value in values.items():
        by_table.setdefault(table, {}).setdefault(row, {})[key] = value
    return tuple(_with_rows(table, by_table[table.id]) if table.id in by_table else table for table in tables)


def _with_rows(table: Table, changed: Mapping[int, Mapping[str, Decimal]]) -> Table:
    rows = tuple(
        _with_amounts(row, changed[index]) if index in changed else row
        for index, row in enumerate(table.rows)
    )
    return table.model_copy(update={"rows": rows})


def _with_amounts(row: Row, changed: Mapping[str, Decimal]) -> Row:
    return row.model_copy(update={"amounts": {**row.amounts, **changed}})
