"""For loading: the databases a warehouse can lie in, behind the few things loading asks of one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol

from sqlalchemy import Connection, Executable, MetaData, create_engine, text
from sqlalchemy.dialects.postgresql.psycopg2 import PGDialect_psycopg2
from sqlalchemy.engine import Dialect, make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from sqlalchemy.sql import ClauseElement

from flows.warehouse.schema import metadata, table

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

Row = tuple[Any, ...]
_IN_MEMORY: Final = ":memory:"
_MEMORY: Final = "128MB"
"""What an embedded database may use while it is written; what does not fit goes to a file beside it."""


_WRITING: Final[dict[str, str | bool | int | float | list[str]]] = {
    "threads": 1,
    "checkpoint_threshold": "128MB",
    "write_buffer_row_group_count": 1,
    # Else a checkpoint writes most of what it finds a second time, only to have fewer groups of rows.
    "max_vacuum_tasks": 0,
}
"""Settings of an embedded database that is written."""


class WarehouseError(Exception):
    """The warehouse cannot be used as asked; says what is wrong and what to do."""


class Database(Protocol):
    """What loading needs: statements, quick inserts, and a transaction around a chunk."""

    @property
    def dialect(self) -> Dialect:
        """The dialect its statements are written in."""

    @property
    def tables(self) -> MetaData:
        """The tables as this database declares them."""

    def execute(self, statement: Executable | str) -> list[Row]:
        """Run a statement and give its rows; none for those that return nothing."""

    def ask(self, sql: str) -> tuple[tuple[str, ...], list[Row]]:
        """Column names and rows of a statement that reads; raises ``WarehouseError``."""

    def append(self, name: str, rows: pa.Table) -> None:
        """Insert whole rows of a table of the star."""

    def table_names(self) -> frozenset[str]:
        """Tables that exist."""

    def transaction(self) -> Any:
        """A context: all or nothing."""

    def close(self) -> None:
        """Let go of the database."""


class DuckDatabase:
    """An embedded DuckDB file. Constraints are left out: their indexes would grow with the warehouse."""

    dialect: Dialect = PGDialect_psycopg2(  # type: ignore[no-untyped-call]
        paramstyle="numeric_dollar"
    )

    def __init__(self, path: str, *, read_only: bool = False) -> None:
        self.path = path
        self._read_only = read_only

    @cached_property
    def connection(self) -> duckdb.DuckDBPyConnection:
        """The connection, opened when first used; raises ``WarehouseError``."""
        import duckdb

        settings: dict[str, str | bool | int | float | list[str]] = (
            {"enable_external_access": False} if self._read_only else dict(_WRITING)
        )
        if not self._read_only and self.path != _IN_MEMORY:
            settings["memory_limit"] = _MEMORY
        try:
            connection = duckdb.connect(self.path, read_only=self._read_only, config=settings)
            connection.execute("SET enable_progress_bar = false")
            return connection
        except duckdb.Error as error:
            raise WarehouseError(f"{self.path}: cannot be opened ({_first_line(error)})") from error

    @property
    def tables(self) -> MetaData:
        return metadata(constrained=False)

    def execute(self, statement: Executable | str) -> list[Row]:
        if isinstance(statement, str):
            return self.connection.execute(statement).fetchall()
        assert isinstance(statement, ClauseElement)
        compiled = statement.compile(dialect=self.dialect, compile_kwargs={"render_postcompile": True})
        values = [compiled.params[name] for name in getattr(compiled, "positiontup", None) or ()]
        return self.connection.execute(str(compiled), values).fetchall()

    def ask(self, sql: str) -> tuple[tuple[str, ...], list[Row]]:
        import duckdb

        try:
            asked = self.connection.execute(sql)
            columns = tuple(column[0] for column in asked.description or ())
            return columns, asked.fetchall()
        except duckdb.Error as error:
            raise WarehouseError(f"the query fails: {error}") from error

    def append(self, name: str, rows: pa.Table) -> None:
        self.connection.register("incoming", rows)
        columns = ", ".join(rows.column_names)
        self.connection.execute(f"INSERT INTO {name} ({columns}) SELECT {columns} FROM incoming")
        self.connection.unregister("incoming")

    def table_names(self) -> frozenset[str]:
        return frozenset(name for (name,) in self.execute("SELECT table_name FROM duckdb_tables()"))

    @contextmanager
    def transaction(self) -> Iterator[None]:
        self.connection.execute("BEGIN TRANSACTION")
        try:
            yield
        except BaseException:
            self.connection.execute("ROLLBACK")
            raise
        self.connection.execute("COMMIT")

    def close(self) -> None:
        if "connection" in self.__dict__:
            self.connection.close()


class ServerDatabase:
    """A database SQLAlchemy reaches by its URL; PostgreSQL is filled by COPY, others by INSERT."""

    def __init__(self, url: str) -> None:
        try:
            self._engine = create_engine(_with_driver(url))
        except (ArgumentError, SQLAlchemyError, ImportError) as error:
            raise WarehouseError(f"{url}: no database that can be reached ({_first_line(error)})") from error
        self.dialect = self._engine.dialect
        self._open: Connection | None = None

    @cached_property
    def connection(self) -> Connection:
        """The connection, opened when first used; raises ``WarehouseError``."""
        try:
            return self._engine.connect()
        except SQLAlchemyError as error:
            place = self._engine.url.render_as_string(hide_password=True)
            raise WarehouseError(f"{place}: cannot be reached ({_first_line(error)})") from error

    @property
    def tables(self) -> MetaData:
        return metadata()

    def execute(self, statement: Executable | str) -> list[Row]:
        given = text(statement.replace(":", "\\:")) if isinstance(statement, str) else statement
        result = self.connection.execute(given)
        return [tuple(row) for row in result] if result.returns_rows else []

    def ask(self, sql: str) -> tuple[tuple[str, ...], list[Row]]:
        try:
            reading = self.connection.execution_options(postgresql_readonly=True)
            asked = reading.exec_driver_sql(sql)
            return tuple(asked.keys()), [tuple(row) for row in asked]
        except SQLAlchemyError as error:
            raise WarehouseError(f"the query fails: {error}") from error

    def append(self, name: str, rows: pa.Table) -> None:
        values = zip(*(column.to_pylist() for column in rows.columns), strict=True)
        if self.dialect.name == "postgresql":
            self._copy(name, rows.column_names, values)
        elif rows.num_rows:
            self.connection.execute(table(name).insert(), rows.to_pylist())

    def _copy(self, name: str, columns: Sequence[str], rows: Iterable[Row]) -> None:
        cursor = self.connection.connection.cursor()
        with cursor.copy(f"COPY {name} ({', '.join(columns)}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)

    def table_names(self) -> frozenset[str]:
        from sqlalchemy import inspect

        return frozenset(inspect(self.connection).get_table_names())

    @contextmanager
    def transaction(self) -> Iterator[None]:
        # What was read before the chunk has begun a transaction of its own.
        self.connection.rollback()
        with self.connection.begin():
            yield

    def close(self) -> None:
        if "connection" in self.__dict__:
            self.connection.close()
        self._engine.dispose()


def duckdb_path(address: str) -> str:
    """The file of ``duckdb:///relative.duckdb`` or ``duckdb:////absolute.duckdb``, or of a plain path."""
    if not address.startswith("duckdb:"):
        return address
    path = make_url(address).database
    if not path:
        raise WarehouseError(f"{address}: names no file; write duckdb:///FILE")
    return path


def open_database(address: str, *, read_only: bool = False) -> Database:
    """The database of a URL; a plain path is a DuckDB file. Raises ``WarehouseError``."""
    if "://" in address and not address.startswith("duckdb:"):
        return ServerDatabase(address)
    path = duckdb_path(address)
    if read_only and not Path(path).is_file():
        raise WarehouseError(f"{path}: there is no warehouse; make one with gongkai load OUT --to {address}")
    if not read_only:
        Path(path).resolve().parent.mkdir(parents=True, exist_ok=True)
    return DuckDatabase(path, read_only=read_only)


def _with_driver(url: str) -> str:
    """PostgreSQL by psycopg 3, which can COPY, unless the URL names a driver."""
    return re.sub(r"^postgres(ql)?://", "postgresql+psycopg://", url)


def _first_line(error: BaseException) -> str:
    return str(error).strip().partition("\n")[0]
