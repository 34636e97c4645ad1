"""For loading: a warehouse of Parquet files, one a table, kept up to date beside an embedded DuckDB."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from flows.warehouse.databases import DuckDatabase, WarehouseError
from flows.warehouse.schema import view_statements
from flows.warehouse.star import star

STATE: Final = ".gongkai.duckdb"
"""The database in the folder that knows what was loaded and merges versions."""


def write_parquet(database: DuckDatabase, folder: Path) -> None:
    """Write every table as ``<table>.parquet``; each file is replaced in one step."""
    database.execute("CHECKPOINT")
    for spec in star().of("dimension", "fact", "reference"):
        part = folder / f".{spec.name}.parquet.part"
        columns = ", ".join(spec.names)
        select = f"SELECT {columns} FROM {spec.name}"
        database.execute(f"COPY ({select}) TO '{_quoted(part)}' (FORMAT parquet, COMPRESSION zstd)")
        part.replace(folder / f"{spec.name}.parquet")


def parquet_views(folder: Path) -> DuckDatabase:
    """A database in memory that reads the Parquet files, by the names of tables and views."""
    if not (folder / "documents.parquet").is_file():
        raise WarehouseError(
            f"{folder}: there is no warehouse; make one with gongkai load --to parquet:{folder}"
        )
    database = DuckDatabase(":memory:")
    for spec in star().of("dimension", "fact", "reference"):
        file = _quoted(folder / f"{spec.name}.parquet")
        database.execute(f"CREATE VIEW {spec.name} AS SELECT * FROM read_parquet('{file}')")
    for name, select in view_statements():
        database.execute(f"CREATE VIEW {name} AS {select}")
    return database


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")
