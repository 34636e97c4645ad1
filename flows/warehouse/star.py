"""Before any loading: the star schema as data, from which every database, file and page gets its columns."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from functools import cache, cached_property
from importlib.resources import files
from typing import Any, Final, Literal

ColumnType = Literal["text", "integer", "decimal", "real", "boolean", "date", "timestamp"]
Role = Literal["dimension", "fact", "reference", "ledger"]

PRECISION: Final = 24
SCALE: Final = 6
"""Digits of a decimal, and how many of them stand after the point: a fen in 万元 needs six."""


@dataclass(frozen=True, slots=True)
class ColumnSpec:
    """A column; a required one never holds null."""

    name: str
    type: ColumnType
    required: bool
    meaning: str


@dataclass(frozen=True)
class TableSpec:
    """A table; ``references`` maps a column to the dimension whose key it holds."""

    name: str
    role: Role
    meaning: str
    key: tuple[str, ...]
    columns: tuple[ColumnSpec, ...]
    references: dict[str, str] = field(default_factory=dict)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Names of the columns, in order."""
        return tuple(column.name for column in self.columns)


@dataclass(frozen=True, slots=True)
class Star:
    """All tables by name, referenced ones before those that refer to them."""

    version: int
    tables: dict[str, TableSpec]

    def __getitem__(self, name: str) -> TableSpec:
        return self.tables[name]

    def of(self, *roles: Role) -> tuple[TableSpec, ...]:
        """The tables of some roles."""
        return tuple(table for table in self.tables.values() if table.role in roles)


@cache
def star() -> Star:
    """The schema of ``star.toml``, read once."""
    data = tomllib.loads(files("flows.warehouse").joinpath("star.toml").read_text(encoding="utf-8"))
    tables = [_table(entry) for entry in data["table"]]
    return Star(data["version"], {table.name: table for table in tables})


def _table(entry: dict[str, Any]) -> TableSpec:
    columns = tuple(
        ColumnSpec(name, kind.rstrip("!"), kind.endswith("!"), meaning)
        for name, kind, meaning in entry["columns"]
    )
    return TableSpec(
        entry["name"],
        entry["role"],
        entry["meaning"],
        tuple(entry["key"]),
        columns,
        entry.get("references", {}),
    )
