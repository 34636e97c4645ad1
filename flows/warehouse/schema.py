"""For loading: the star schema as SQLAlchemy tables and as statements that create it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Double,
    ForeignKey,
    MetaData,
    Numeric,
    PrimaryKeyConstraint,
    Table,
    Text,
)
from sqlalchemy.types import TypeEngine

from flows.warehouse.star import PRECISION, SCALE, ColumnSpec, ColumnType, TableSpec, star

_SQL_TYPES: dict[ColumnType, TypeEngine[Any]] = {
    "text": Text(),
    "integer": BigInteger(),
    "decimal": Numeric(PRECISION, SCALE),
    "real": Double(),
    "boolean": Boolean(),
    "date": Date(),
    "timestamp": DateTime(),
}


@cache
def metadata(*, constrained: bool = True) -> MetaData:
    """Every table; ``constrained`` ones have primary and foreign keys."""
    collected = MetaData()
    for spec in star().tables.values():
        keys = [PrimaryKeyConstraint(*spec.key)] if constrained else []
        columns = [_column(column, spec, constrained=constrained) for column in spec.columns]
        Table(spec.name, collected, *columns, *keys)
    return collected


def _column(column: ColumnSpec, spec: TableSpec, *, constrained: bool) -> Column[Any]:
    target = spec.references.get(column.name) if constrained else None
    reference = [ForeignKey(f"{target}.{column.name}")] if target else []
    return Column(column.name, _SQL_TYPES[column.type], *reference, nullable=not column.required)


def table(name: str) -> Table:
    """A table to write statements with."""
    return metadata().tables[name]


def view_statements() -> Iterator[tuple[str, str]]:
    """Name and SELECT of every view of ``views.sql``; later ones may use earlier ones."""
    text = files("flows.warehouse").joinpath("views.sql").read_text(encoding="utf-8")
    for part in text.split("-- view: ")[1:]:
        name, _, select = part.partition("\n")
        yield name.strip(), select.strip().rstrip(";")
