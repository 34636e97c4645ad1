"""What has been asked for: uploads waiting, being read and done, in a SQLite file that outlives all."""

from __future__ import annotations

import secrets
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

State = Literal["queued", "running", "finished", "failed"]
MOST_TRIES = 3
"""How often a job is taken up again after the worker died with it."""
_SCHEMA = """
create table if not exists job (
    id text primary key, sha256 text not null, file_name text not null, path text not null,
    bytes integer not null, state text not null, tries integer not null default 0,
    created text not null, started text, ended text, error text, problem text, advice text
);
create index if not exists job_state on job (state, created);
create index if not exists job_sha256 on job (sha256);
"""


@dataclass(frozen=True, slots=True)
class Job:
    """One upload. ``path`` is where its bytes are, relative to the folder of the service."""

    id: str
    sha256: str
    file_name: str
    path: str
    bytes: int
    state: State
    tries: int
    created: str
    started: str | None = None
    ended: str | None = None
    error: str | None = None
    problem: str | None = None
    advice: str | None = None


def now() -> str:
    """This moment, ISO 8601 in UTC to the millisecond."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


class Database:
    """A SQLite file shared by the threads of a process; other processes have connections of their own."""

    def __init__(self, path: Path, schema: str) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._connection = sqlite3.connect(path, check_same_thread=False, timeout=30.0, isolation_level=None)
        self._connection.row_factory = sqlite3.Row
        self._lock = threading.RLock()
        with self.transaction() as connection:
            connection.execute("pragma foreign_keys = on")
        self._connection.execute("pragma journal_mode = wal")
        self._connection.execute("pragma synchronous = normal")
        self._connection.executescript(schema)

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """All or nothing; one at a time."""
        with self._lock:
            self._connection.execute("begin immediate")
            try:
                yield self._connection
            except BaseException:
                self._connection.execute("rollback")
                raise
            self._connection.execute("commit")

    def rows(self, query: str, values: Sequence[Any] | dict[str, Any] = ()) -> list[sqlite3.Row]:
        """All rows of a query."""
        with self._lock:
            return self._connection.execute(query, values).fetchall()

    def close(self) -> None:
        """Close the connection."""
        with self._lock:
            self._connection.close()


class Ledger:
    """The jobs of a service."""

    def __init__(self, path: Path) -> None:
        self._database = Database(path, _SCHEMA)

    def close(self) -> None:
        """Let go of the file."""
        self._database.close()

    def add(self, sha256: str, file_name: str, path: str, size: int) -> Job:
        """Queue an upload; one that is waiting or being read already is not queued again."""
        with self._database.transaction() as connection:
            known = connection.execute(
                "select * from job where sha256 = ? and state in ('queued', 'running')", (sha256,)
            ).fetchone()
            if known:
                return Job(**known)
            job = Job(secrets.token_hex(8), sha256, file_name, path, size, "queued", 0, now())
            connection.execute(
                "insert into job (id, sha256, file_name, path, bytes, state, created)"
                " values (?, ?, ?, ?, ?, ?, ?)",
                (job.id, sha256, file_name, path, size, job.state, job.created),
            )
            return job

    def job(self, id: str) -> Job | None:
        """One job."""
        rows = self._database.rows("select * from job where id = ?", (id,))
        return Job(**rows[0]) if rows else None

    def jobs(self, state: State | None, limit: int) -> list[Job]:
        """The newest jobs, of one state or of all."""
        rows = self._database.rows(
            "select * from job where ? is null or state = ? order by created desc, rowid desc limit ?",
            (state, state, limit),
        )
        return [Job(**row) for row in rows]

    def counts(self) -> dict[str, int]:
        """How many jobs there are of each state."""
        rows = self._database.rows("select state, count(*) as jobs from job group by state")
        return {row["state"]: row["jobs"] for row in rows}

    def claim(self, most: int) -> list[Job]:
        """Take the oldest waiting jobs to read them."""
        with self._database.transaction() as connection:
            rows = connection.execute(
                "select * from job where state = 'queued' order by created, rowid limit ?", (most,)
            ).fetchall()
            for row in rows:
                connection.execute(
                    "update job set state = 'running', started = ? where id = ?", (now(), row["id"])
                )
        return [Job(**row) for row in rows]

    def finish(self, id: str) -> None:
        """A job has its result."""
        self._end("update job set state = 'finished', ended = ? where id = ?", (now(), id))

    def fail(self, id: str, error: str, problem: str, advice: str) -> None:
        """A job has none and will not get one."""
        self._end(
            "update job set state = 'failed', ended = ?, error = ?, problem = ?, advice = ? where id = ?",
            (now(), error, problem, advice, id),
        )

    def take_up(self, id: str) -> None:
        """Queue a job that failed once more."""
        self._end(
            "update job set state = 'queued', tries = 0, started = null, ended = null, error = null,"
            " problem = null, advice = null where id = ? and state = 'failed'",
            (id,),
        )

    def release(self) -> int:
        """Queue again what a worker that died had claimed; how many jobs. Some have failed too often."""
        with self._database.transaction() as connection:
            connection.execute(
                "update job set state = 'failed', ended = ?, error = 'WorkerCrashed',"
                " problem = 'the worker died with it, again and again',"
                " advice = 'look into the log of the service' where state = 'running' and tries >= ?",
                (now(), MOST_TRIES - 1),
            )
            released = connection.execute(
                "update job set state = 'queued', started = null, tries = tries + 1 where state = 'running'"
            )
        return released.rowcount

    def _end(self, statement: str, values: Sequence[Any]) -> None:
        with self._database.transaction() as connection:
            connection.execute(statement, values)
