"""What was harvested, kept for good: originals by the hash of their bytes, and a record of every sighting.

``originals/ab/<sha256>.pdf`` are the bytes as published. ``keep.sqlite`` (write-ahead log) says
where and when each was seen. An original is in its place before the record says so, and each end
of a request is one transaction: after ``kill -9`` at most the requests under way are asked again.
"""

from __future__ import annotations

import datetime as dt
import fcntl
import hashlib
import json
import os
import secrets
import sqlite3
import threading
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from importlib.resources import files
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

from flows.harvesting.outcomes import Fetched, Moved, Outcome, Validators

Role = Literal["list", "article", "document", "robots"]
VisitState = Literal["visited", "failed", "blocked", "forbidden"]
Change = Literal["new", "changed", "unchanged", "known"]
"""A document's part in a run: a new one, a new version, as kept, or one known from another address."""

_DATABASE = "keep.sqlite"
_ORIGINALS = "originals"
_PARTS = ".parts"
RECORDS = "records.jsonl"
_RESUMED_WITHIN = dt.timedelta(hours=24)
"""A run that was killed is taken up within this time; later its lists would be out of date."""
_NO_ROBOTS_FOR = dt.timedelta(hours=24)
"""For so long a host without robots.txt is not asked for it again, as RFC 9309 lets one."""
_RUNS_REMEMBERED = 60
"""Runs whose single ends are kept for reports."""


class KeepInUse(RuntimeError):
    """Another harvest is writing to the same folder."""


@dataclass(frozen=True, slots=True)
class Known:
    """An address as it was when last asked for. ``body`` is that of a page, ``sha256`` that of a document."""

    key: str
    role: Role
    run: int
    checked: dt.datetime
    outcome: str
    reason: str
    validators: Validators
    content_type: str
    sha256: str | None
    digest: str | None
    moved_to: str | None
    body: bytes | None


@dataclass(frozen=True, slots=True)
class Sighting:
    """Where a document was seen: its address, the page that leads there, and what is said of it."""

    url: str
    found_on: str
    site: str
    title: str = ""
    link_text: str = ""
    published_on: str | None = None
    organisation: str | None = None
    division: str | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """An answer that is a document: its bytes with what they were found to be."""

    answer: Fetched
    suffix: str
    file_name: str
    digest: str | None = None
    """For pages: the hash of what people read of it, which tells a change from a new visitor count."""


@dataclass(frozen=True, slots=True)
class Watermark:
    """A finished visit: how many disclosures the lists named, and what the report should mention."""

    site: str
    state: VisitState
    listed: int
    notes: tuple[str, ...] = ()


def utc_now() -> dt.datetime:
    """The time, in UTC."""
    return dt.datetime.now(dt.UTC)


class Keep:
    """A folder of originals and its record; safe among threads, one process at a time.

    Raises ``KeepInUse`` when another process has it open, OSError when it cannot be written.
    """

    def __init__(self, folder: Path, *, now: Callable[[], dt.datetime] = utc_now) -> None:
        self.folder = folder
        self.now = now
        folder.mkdir(parents=True, exist_ok=True)
        self._lock_file = _locked(folder / "lock")
        self._lock = threading.RLock()
        self._database = sqlite3.connect(folder / _DATABASE, check_same_thread=False, isolation_level=None)
        self._database.row_factory = sqlite3.Row
        self._database.execute("PRAGMA journal_mode=WAL")
        self._database.executescript((files(__package__) / "schema.sql").read_text(encoding="utf-8"))
        self._sweep()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the record and let other processes in."""
        self._database.close()
        os.close(self._lock_file)

    def _sweep(self) -> None:
        """Take away what a killed process left half-written."""
        for part in (self.folder / _PARTS).glob("*"):
            part.unlink(missing_ok=True)

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            self._database.execute("BEGIN IMMEDIATE")
            try:
                yield self._database
            except BaseException:
                self._database.execute("ROLLBACK")
                raise
            self._database.execute("COMMIT")

    def rows(self, question: str, *values: object) -> list[sqlite3.Row]:
        """The answers to a question in SQL; for reports and tests."""
        with self._lock:
            return self._database.execute(question, values).fetchall()

    def _stamp(self) -> str:
        return self.now().isoformat(timespec="milliseconds")

    # Runs and visits

    def begin_run(self, sites: Iterable[str]) -> int:
        """The number of a new run, or of one that was killed less than a day ago with sites left to visit."""
        wanted = set(sites)
        since = (self.now() - _RESUMED_WITHIN).isoformat()
        for row in self.rows(
            "SELECT id FROM runs WHERE finished IS NULL AND started > ? ORDER BY id DESC LIMIT 1", since
        ):
            if wanted - self.visited(row["id"]):
                return int(row["id"])
        with self._writing() as database:
            run = database.execute("INSERT INTO runs (started) VALUES (?)", (self._stamp(),)).lastrowid
            database.execute("DELETE FROM ends WHERE run <= ?", ((run or 0) - _RUNS_REMEMBERED,))
        return int(run or 0)

    def visited(self, run: int) -> set[str]:
        """The sites whose visit in a run is finished."""
        return {row["site"] for row in self.rows("SELECT site FROM visits WHERE run = ?", run)}

    def finish_visit(self, run: int, mark: Watermark) -> None:
        """Commit the watermark of a site, after everything of the visit."""
        values = (
            run,
            mark.site,
            self._stamp(),
            mark.state,
            mark.listed,
            json.dumps(mark.notes, ensure_ascii=False),
        )
        with self._writing() as database:
            database.execute("INSERT OR REPLACE INTO visits VALUES (?, ?, ?, ?, ?, ?)", values)

    def finish_run(self, run: int) -> None:
        """Say that nothing of a run is left to do."""
        with self._writing() as database:
            database.execute("UPDATE runs SET finished = ? WHERE id = ?", (self._stamp(), run))

    # Addresses

    def known(self, key: str) -> Known | None:
        """What is known of an address, None before it was asked for."""
        rows = self.rows("SELECT * FROM addresses WHERE key = ?", key)
        return self._known(rows[0]) if rows else None

    def _known(self, row: sqlite3.Row) -> Known:
        is_there = row["body"] is not None or (row["sha256"] and self._original_path(row["sha256"]).exists())
        return Known(
            key=row["key"],
            role=row["role"],
            run=row["run"],
            checked=dt.datetime.fromisoformat(row["checked"]),
            outcome=row["outcome"],
            reason=row["reason"],
            validators=Validators(row["etag"], row["last_modified"]) if is_there else Validators(),
            content_type=row["content_type"] or "",
            sha256=row["sha256"],
            digest=row["digest"],
            moved_to=row["moved_to"],
            body=zlib.decompress(row["body"]) if row["body"] is not None else None,
        )

    def documents_of(self, site: str, *, before: int) -> list[str]:
        """The addresses of a site's documents that were last asked for before a run, gone ones left out."""
        question = (
            "SELECT key FROM addresses WHERE site = ? AND role = 'document' AND run < ?"
            " AND sha256 IS NOT NULL AND outcome != 'gone' ORDER BY key"
        )
        return [row["key"] for row in self.rows(question, site, before)]

    def sighting_of(self, url: str) -> Sighting | None:
        """The last sighting of a document's address."""
        rows = self.rows("SELECT * FROM sightings WHERE url = ? ORDER BY last_seen DESC LIMIT 1", url)
        names = Sighting.__dataclass_fields__
        return Sighting(**{name: rows[0][name] for name in names}) if rows else None

    def put_page(self, run: int, site: str, key: str, role: Role, answer: Fetched) -> None:
        """Keep a page that leads to documents, in the place of what it was before."""
        validators = answer.validators
        with self._writing() as database:
            database.execute(
                "INSERT OR REPLACE INTO addresses"
                " VALUES (?, ?, ?, ?, ?, 'fetched', '', ?, ?, ?, NULL, NULL, NULL, ?)",
                (
                    *(key, site, role, run, self._stamp()),
                    *(validators.etag, validators.last_modified, answer.headers.get("content-type", "")),
                    zlib.compress(answer.body),
                ),
            )
            self._put_end(database, run, site, key, role, answer)

    def put_document(self, run: int, document: Document, sighting: Sighting) -> Change:
        """Keep a document: its bytes, its version at this address, and the sighting."""
        answer = document.answer
        before = self.known(answer.url)
        sha256 = hashlib.sha256(answer.body).hexdigest()
        if before and document.digest and before.digest == document.digest and self.original(before.sha256):
            sha256 = before.sha256 or sha256
        is_known = bool(self.rows("SELECT 1 FROM originals WHERE sha256 = ?", sha256))
        if not self._original_path(sha256, None if is_known else document.suffix).exists():
            self._write_original(sha256, document, None if is_known else document.suffix)
        change = _change(before, sha256, is_known=is_known)
        with self._writing() as database:
            self._put_original(database, sha256, document)
            self._put_version(database, before, sha256, sighting)
            self._put_document_address(database, run, document, sha256, sighting.site)
            self._see(database, sha256, sighting, document.file_name, answer.headers)
            self._put_end(database, run, sighting.site, answer.url, "document", answer, change)
        return change

    def _write_original(self, sha256: str, document: Document, suffix: str | None) -> None:
        target = self._original_path(sha256, suffix)
        part = self.folder / _PARTS / secrets.token_hex(8)
        for folder in (target.parent, part.parent):
            folder.mkdir(parents=True, exist_ok=True)
        with part.open("wb") as stream:
            stream.write(document.answer.body)
            stream.flush()
            os.fsync(stream.fileno())
        part.replace(target)

    def _original_path(self, sha256: str, suffix: str | None = None) -> Path:
        if suffix is None:
            rows = self.rows("SELECT suffix FROM originals WHERE sha256 = ?", sha256)
            suffix = rows[0]["suffix"] if rows else ".bin"
        return self.folder / _ORIGINALS / sha256[:2] / f"{sha256}{suffix}"

    def original(self, sha256: str | None) -> bytes | None:
        """The bytes of an original, None when there are none."""
        path = self._original_path(sha256) if sha256 else None
        return path.read_bytes() if path and path.exists() else None

    def _put_original(self, database: sqlite3.Connection, sha256: str, document: Document) -> None:
        media_type = document.answer.headers.get("content-type", "")
        values = (sha256, document.suffix, len(document.answer.body), media_type, self._stamp())
        database.execute("INSERT OR IGNORE INTO originals VALUES (?, ?, ?, ?, ?, NULL)", values)

    def _put_version(
        self, database: sqlite3.Connection, before: Known | None, sha256: str, sighting: Sighting
    ) -> None:
        replaces = before.sha256 if before else None
        if replaces != sha256:
            values = (sighting.url, sha256, replaces, self._stamp(), sighting.site)
            database.execute("INSERT OR REPLACE INTO versions VALUES (?, ?, ?, ?, ?)", values)

    def _put_document_address(
        self, database: sqlite3.Connection, run: int, document: Document, sha256: str, site: str
    ) -> None:
        answer, validators = document.answer, document.answer.validators
        database.execute(
            "INSERT OR REPLACE INTO addresses"
            " VALUES (?, ?, 'document', ?, ?, 'fetched', '', ?, ?, ?, ?, ?, NULL, NULL)",
            (
                *(answer.url, site, run, self._stamp(), validators.etag, validators.last_modified),
                *(answer.headers.get("content-type", ""), sha256, document.digest),
            ),
        )

    def see(self, sha256: str, sighting: Sighting) -> None:
        """Note that a document that is kept was seen, where it may not have been seen before."""
        with self._writing() as database:
            self._see(database, sha256, sighting, "", {})

    def _see(
        self,
        database: sqlite3.Connection,
        sha256: str,
        sighting: Sighting,
        file_name: str,
        headers: dict[str, str] | object,
    ) -> None:
        stamp = self._stamp()
        facts = {
            **asdict(sighting),
            "sha256": sha256,
            "file_name": file_name,
            "first_seen": stamp,
            "last_seen": stamp,
        }
        facts["headers"] = json.dumps(headers, ensure_ascii=False)
        names = ", ".join(facts)
        places = ", ".join(f":{name}" for name in facts)
        database.execute(
            f"INSERT INTO sightings ({names}) VALUES ({places})"
            " ON CONFLICT (sha256, url, found_on) DO UPDATE SET last_seen = excluded.last_seen",
            facts,
        )

    def put_end(self, run: int, site: str, key: str, role: Role, outcome: Outcome) -> None:
        """Note an end that brought no bytes; what was kept before stays."""
        moved_to = outcome.location if isinstance(outcome, Moved) else None
        with self._writing() as database:
            database.execute(
                "INSERT INTO addresses (key, site, role, run, checked, outcome, reason, moved_to)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (key) DO UPDATE SET run = excluded.run,"
                " checked = excluded.checked, outcome = excluded.outcome, reason = excluded.reason,"
                " moved_to = excluded.moved_to",
                (key, site, role, run, self._stamp(), outcome.kind, outcome.reason, moved_to),
            )
            self._put_end(database, run, site, key, role, outcome)

    @staticmethod
    def _put_end(
        database: sqlite3.Connection,
        run: int,
        site: str,
        key: str,
        role: Role,
        outcome: Outcome,
        change: Change | None = None,
    ) -> None:
        values = (run, site, key, role, change or outcome.kind, outcome.reason, outcome.advice)
        database.execute("INSERT OR REPLACE INTO ends VALUES (?, ?, ?, ?, ?, ?, ?)", values)

    # Hand-over and export

    def waiting(self) -> dict[str, Path]:
        """The originals that were not handed on to be read, by hash, in the order they came."""
        rows = self.rows(
            "SELECT sha256, suffix FROM originals WHERE handed IS NULL ORDER BY first_seen, sha256"
        )
        return {row["sha256"]: self._original_path(row["sha256"], row["suffix"]) for row in rows}

    def hand_on(self, hashes: Iterable[str]) -> None:
        """Note that originals were handed on."""
        with self._writing() as database:
            stamp = self._stamp()
            database.executemany(
                "UPDATE originals SET handed = ? WHERE sha256 = ?", [(stamp, one) for one in hashes]
            )

    def write_records(self) -> Path:
        """Write ``records.jsonl``, a line for each original with its sightings and versions, in one step."""
        target, part = self.folder / RECORDS, self.folder / _PARTS / RECORDS
        part.parent.mkdir(exist_ok=True)
        with part.open("w", encoding="utf-8") as stream:
            for row in self.rows("SELECT * FROM originals ORDER BY first_seen, sha256"):
                stream.write(json.dumps(self._record(row), ensure_ascii=False) + "\n")
        part.replace(target)
        return target

    def _record(self, original: sqlite3.Row) -> dict[str, object]:
        sha256 = original["sha256"]
        sightings = [dict(row) for row in self.rows("SELECT * FROM sightings WHERE sha256 = ?", sha256)]
        for sighting in sightings:
            del sighting["sha256"]
            sighting["headers"] = json.loads(sighting["headers"])
        versions = self.rows(
            "SELECT url, replaces, seen FROM versions WHERE sha256 = ? ORDER BY seen", sha256
        )
        place = self._original_path(sha256, original["suffix"]).relative_to(self.folder)
        facts = {name: original[name] for name in ("sha256", "bytes", "media_type", "first_seen", "handed")}
        return {
            **facts,
            "file": place.as_posix(),
            "sightings": sightings,
            "versions": list(map(dict, versions)),
        }


def _change(before: Known | None, sha256: str, *, is_known: bool) -> Change:
    if before and before.sha256:
        return "unchanged" if before.sha256 == sha256 else "changed"
    return "known" if is_known else "new"


def _locked(path: Path) -> int:
    """A lock that ends with the process, however it ends."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(descriptor)
        raise KeepInUse(f"{path.parent}: another harvest is at work there; wait for it to end") from error
    return descriptor


class RunShelf:
    """The robots.txt files of a keep, as ``Web`` wants them."""

    def __init__(self, keep: Keep, run: int) -> None:
        self._keep = keep
        self._run = run

    def robots(self, url: str) -> tuple[bytes | None, Validators, bool]:
        """What is kept of it, its validators, and whether this run has asked for it."""
        known = self._keep.known(url)
        if known is None:
            return None, Validators(), False
        is_young = known.outcome == "gone" and self._keep.now() - known.checked < _NO_ROBOTS_FOR
        is_fresh = is_young or (known.run == self._run and known.outcome in {"fetched", "not_modified"})
        return known.body, known.validators, is_fresh

    def keep_robots(self, outcome: Outcome) -> None:
        """Keep the end of asking for it."""
        if isinstance(outcome, Fetched):
            self._keep.put_page(self._run, "", outcome.url, "robots", outcome)
        else:
            self._keep.put_end(self._run, "", outcome.url, "robots", outcome)
