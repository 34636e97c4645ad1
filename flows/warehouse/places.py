"""Of the warehouse: what ``--to`` and ``--from`` can name, and loading and querying there."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from flows.warehouse.databases import Database, DuckDatabase, Row, WarehouseError, open_database
from flows.warehouse.load import CHUNK, Complain, Tally, load
from flows.warehouse.parquet import STATE, parquet_views, write_parquet

DEFAULT: Final = "duckdb:///gongkai.duckdb"
_PARQUET: Final = "parquet:"
_MOST_READERS: Final = 4


@dataclass(frozen=True, slots=True)
class Answer:
    """What a query gave."""

    columns: tuple[str, ...]
    rows: list[Row]


def load_into(
    place: str,
    address: str,
    *,
    complain: Complain,
    told: Callable[[Tally], None] | None = None,
    chunk: int = CHUNK,
    workers: int | None = None,
) -> Tally:
    """Load results into the warehouse at an address. Raises ``NoResults`` and ``WarehouseError``."""
    folder = _parquet_folder(address)
    database = _opened(address, folder)
    readers = workers or min(os.cpu_count() or 1, _MOST_READERS)
    try:
        tally = load(place, database, complain=complain, told=told, chunk=chunk, workers=readers)
        if folder and isinstance(database, DuckDatabase) and _is_stale(folder, tally):
            write_parquet(database, folder)
    finally:
        database.close()
    return tally


def query(address: str, sql: str) -> Answer:
    """Run one statement that reads. Raises ``WarehouseError`` for what it cannot do or may not."""
    folder = _parquet_folder(address)
    database = parquet_views(folder) if folder else open_database(address, read_only=True)
    try:
        return Answer(*database.ask(sql))
    finally:
        database.close()


def _opened(address: str, folder: Path | None) -> Database:
    if folder is None:
        return open_database(address)
    folder.mkdir(parents=True, exist_ok=True)
    return DuckDatabase(str(folder / STATE))


def _parquet_folder(address: str) -> Path | None:
    if not address.startswith(_PARQUET):
        return None
    path = address.removeprefix(_PARQUET).removeprefix("//")
    if not path:
        raise WarehouseError(f"{address}: names no folder; write parquet:DIR")
    return Path(path)


def _is_stale(folder: Path, tally: Tally) -> bool:
    """Whether the files lack something: after a load that brought something, or was cut off before."""
    state, written = folder / STATE, folder / "cofog.parquet"
    return bool(tally.loaded) or not written.exists() or written.stat().st_mtime < state.stat().st_mtime
