"""For loading: a warehouse is made, or brought to this version of the schema, in numbered steps.

A fresh warehouse is made from ``star.toml``. An older one goes through ``migrations/<version>.sql``
for every version it lacks; a test holds both ways to the same result.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.resources import files

from sqlalchemy import delete, insert, select
from sqlalchemy.schema import CreateTable

from flows.warehouse.arrow import arrow_schema, arrow_table
from flows.warehouse.cofog import cofog_rows
from flows.warehouse.databases import Database, WarehouseError
from flows.warehouse.schema import table, view_statements
from flows.warehouse.star import star


def prepare(database: Database) -> None:
    """Make the warehouse or bring it up to date, in one transaction.

    Raises ``WarehouseError`` when it was made by a newer version.
    """
    version = version_of(database)
    if version == star().version:
        return
    if version > star().version:
        raise WarehouseError(
            f"the warehouse has schema version {version}, newer than {star().version}; use a newer gongkai"
        )
    with database.transaction():
        if version:
            _upgrade(database, version)
        else:
            _create(database)
        _create_views(database)
        database.append("cofog", arrow_table(arrow_schema("cofog"), cofog_rows()))


def version_of(database: Database) -> int:
    """The schema version of a warehouse; 0 where there is none yet."""
    if "schema_version" not in database.table_names():
        return 0
    column = table("schema_version").c.version
    return max((int(version) for (version,) in database.execute(select(column))), default=0)


def _create(database: Database) -> None:
    for declared in database.tables.sorted_tables:
        database.execute(str(CreateTable(declared).compile(dialect=database.dialect)))
    _record(database, star().version)


def _upgrade(database: Database, version: int) -> None:
    for name, _ in reversed(list(view_statements())):
        database.execute(f"DROP VIEW IF EXISTS {name}")
    if version > 1:
        database.execute(delete(table("cofog")))
    for step in range(version + 1, star().version + 1):
        for statement in step_statements(step):
            database.execute(statement)
        _record(database, step)


def step_statements(version: int) -> Iterator[str]:
    """The statements that lead to a version from the one before."""
    text = files("flows.warehouse").joinpath("migrations", f"{version}.sql").read_text(encoding="utf-8")
    lines = "\n".join(line for line in text.splitlines() if not line.startswith("--"))
    yield from (statement.strip() for statement in lines.split(";") if statement.strip())


def _create_views(database: Database) -> None:
    for name, select_text in view_statements():
        database.execute(f"CREATE VIEW {name} AS {select_text}")


def _record(database: Database, version: int) -> None:
    now = datetime.now(UTC).replace(tzinfo=None)
    database.execute(insert(table("schema_version")).values(version=version, applied_at=now))
