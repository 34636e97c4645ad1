"""Loading: results go into a warehouse chunk by chunk, each chunk one transaction."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain, islice
from typing import Final

from sqlalchemy import delete, or_, select, update

from flows.warehouse.arrow import arrow_schema, arrow_table, forgo_pandas
from flows.warehouse.batch import Asked, Batch, ReadResult, batches, under_keys
from flows.warehouse.databases import Database
from flows.warehouse.decided import decisions_at
from flows.warehouse.migrations import prepare
from flows.warehouse.results import ResultPlace, chunks, results_at
from flows.warehouse.rows import Keys, Row
from flows.warehouse.schema import table
from flows.warehouse.star import star
from flows.warehouse.versions import Version, Versions

CHUNK: Final = 400
"""Documents a transaction: some 250,000 amounts, which DuckDB writes in place instead of to its log first."""
_READ_AT_ONCE: Final = 100
"""Documents a reader hands over together."""
Complain = Callable[[str], None]


@dataclass(slots=True)
class Tally:
    """What a load did: documents new, replaced by a newer version, unchanged, and refused."""

    loaded: int = 0
    replaced: int = 0
    unchanged: int = 0
    refused: int = 0

    def __str__(self) -> str:
        return (
            f"{self.loaded} loaded, {self.replaced} of them in place of an earlier version,"
            f" {self.unchanged} unchanged, {self.refused} refused"
        )


@dataclass(frozen=True, slots=True)
class _Load:
    """A load under way: where it goes, what it has done, who hears of failures."""

    database: Database
    tally: Tally
    complain: Complain
    known: dict[str, dict[str, Row]]
    """Rows of dimensions that this load has found or put there; classifications have some thousands."""

    def asked(self, places: Sequence[ResultPlace]) -> list[Asked]:
        """The results with the hashes they were loaded with."""
        files = table("loaded_files").c
        addresses = [each.address for each in places]
        wanted = select(files.address, files.file_hash).where(files.address.in_(addresses))
        ledger = {address: file_hash for address, file_hash in self.database.execute(wanted)}
        return [Asked(each, ledger.get(each.address)) for each in places]

    def store(self, batches: Iterable[Batch]) -> None:
        """Put batches into the warehouse as they come, in one transaction."""
        with self.database.transaction():
            for batch in batches:
                self._tell(batch)
                if batch.results:
                    self._store(batch)

    def _tell(self, batch: Batch) -> None:
        self.tally.unchanged += batch.unchanged
        self.tally.refused += len(batch.refusals)
        for refusal in batch.refusals:
            self.complain(refusal)

    def _store(self, batch: Batch) -> None:
        versions = Versions(self._known_versions([each.keys for each in batch.results]))
        arrived = [versions.arrive(each.keys) for each in batch.results]
        new = {key: each for each, (key, is_new) in zip(batch.results, arrived, strict=True) if is_new}
        self.tally.unchanged += len(batch.results) - len(new)
        self._merge("subjects", batch.subjects)
        self._merge("organisations", (each.organisation for each in new.values() if each.organisation))
        self._store_documents(new, versions)
        new_keys = [key if is_new else None for key, is_new in arrived]
        for name, facts in batch.facts.items():
            self.database.append(name, under_keys(name, facts, new_keys))
        files = [
            (each.address, each.file_hash, key) for each, (key, _) in zip(batch.results, arrived, strict=True)
        ]
        self._replace("loaded_files", files)

    def _store_documents(self, new: Mapping[str, ReadResult], versions: Versions) -> None:
        now = datetime.now(UTC).replace(tzinfo=None)
        superseded = versions.superseded()
        self.tally.loaded += len(new)
        self.tally.replaced += len(superseded) + sum(not versions[key].is_current for key in new)
        for each in new.values():
            for misfit in each.misfits:
                self.complain(
                    f"{each.address}: {misfit} has more digits than a column holds; kept as text only"
                )
        for version in superseded:
            self._supersede(version, now)
        self._append("documents", [_document_row(each, versions[key], now) for key, each in new.items()])

    def _append(self, name: str, rows: Sequence[Row]) -> None:
        if rows:
            self.database.append(name, arrow_table(arrow_schema(name), rows))

    def _known_versions(self, keys: Sequence[Keys]) -> list[Version]:
        documents = table("documents").c
        columns = (
            documents.document_key,
            documents.disclosure_key,
            documents.source_id,
            documents.content_hash,
            documents.version,
            documents.published_on,
            documents.is_current,
            documents.superseded_by,
        )
        same_source = documents.source_id.in_([each.source_id for each in keys])
        same_disclosure = documents.disclosure_key.in_([each.disclosure_key for each in keys])
        wanted = select(*columns).where(or_(same_source, same_disclosure))
        return [Version(*row) for row in self.database.execute(wanted)]

    def _supersede(self, version: Version, now: datetime) -> None:
        documents = table("documents")
        changed = {"is_current": False, "valid_to": now, "superseded_by": version.superseded_by}
        self.database.execute(
            update(documents).where(documents.c.document_key == version.document_key).values(**changed)
        )

    def _merge(self, name: str, rows: Iterable[Row]) -> None:
        """Bring a dimension up to date; its key is the first column.

        The last value of a column counts, but what is known stays known: null takes no value's place.
        """
        known = self.known.setdefault(name, {})
        wanted = _latest((row for row in rows if known.get(row[0]) != row), {})
        if not wanted:
            return
        of_table = table(name)
        key, *columns = of_table.columns
        there = {row[0]: row for row in self.database.execute(select(of_table).where(key.in_(list(wanted))))}
        self._append(name, [row for found, row in wanted.items() if found not in there])
        merged = _latest(wanted.values(), there)
        known.update(merged)
        for found, row in merged.items():
            if there.get(found, row) != row:
                values = dict(zip((column.name for column in columns), row[1:], strict=True))
                self.database.execute(update(of_table).where(key == found).values(**values))

    def _replace(self, name: str, rows: Sequence[Row]) -> None:
        """Put rows into a ledger in place of those with the same key, its first column."""
        of_table = table(name)
        key = of_table.c[star()[name].key[0]]
        self.database.execute(delete(of_table).where(key.in_([row[0] for row in rows])))
        self._append(name, rows)


def load(
    place: str,
    database: Database,
    *,
    complain: Complain,
    chunk: int = CHUNK,
    workers: int = 1,
    told: Callable[[Tally], None] | None = None,
) -> Tally:
    """Load all results of a place; what is there already with the same content changes nothing.

    Each chunk is one transaction: whatever ends the load leaves the chunks before it. ``told``
    hears the tally after each; ``workers`` beyond one read ahead in processes. A file that is no
    result costs a complaint. Raises ``NoResults`` and ``WarehouseError``.
    """
    forgo_pandas()
    prepare(database)
    tally = Tally()
    under_way = _Load(database, tally, complain, {})
    size = min(chunk, _READ_AT_ONCE)
    asked = map(under_way.asked, chunks(results_at(place), size))
    read = batches(asked, workers, decisions_at(place))
    for first in read:
        under_way.store(chain((first,), islice(read, -(-chunk // size) - 1)))
        if told:
            told(tally)
    return tally


def _latest(rows: Iterable[Row], known: Mapping[str, Row]) -> dict[str, Row]:
    """The rows by key, each with the last value of every column that has one, here or in what is known."""
    latest: dict[str, Row] = {}
    for row in rows:
        before = latest.get(row[0]) or known.get(row[0]) or row
        latest[row[0]] = tuple(old if new is None else new for old, new in zip(before, row, strict=True))
    return latest


def _document_row(read: ReadResult, version: Version, now: datetime) -> Row:
    values = read.document | {
        "document_key": version.document_key,
        "version": version.number,
        "is_current": version.is_current,
        "valid_from": now,
        "valid_to": None if version.is_current else now,
        "superseded_by": version.superseded_by,
    }
    return tuple(values[name] for name in star()["documents"].names)
