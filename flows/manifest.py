"""The papers of a batch in the store: its plan and chunks while it runs, its manifest when it has ended.

They tell what happened; what is done is told by the results alone (``flows.store``).
"""

from __future__ import annotations

import os
import secrets
import socket
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import Any

from extract.reading.intake import Limits
from flows.isolation import Isolation, Work
from flows.plan import Order, Plan, chunks
from flows.records import Failure, Record
from flows.store import BATCHES, DOCUMENTS, FAILURE, RESULT, Store, current_recipe, is_alive

MANIFESTS = "manifests"


@dataclass(frozen=True, slots=True)
class Chunk:
    """Some documents of a batch and all that is needed to read them."""

    works: tuple[Work, ...]
    isolation: Isolation
    limits: Limits
    after: str | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a chunk has come to: its records, and the seconds each document took by id."""

    records: tuple[Record, ...]
    seconds: dict[str, float]


def begin(store: Store, order: Order, plan: Plan) -> tuple[str, int]:
    """Write plan and chunks of a new batch; its name and the number of chunks come back."""
    started = datetime.now(UTC)
    batch = f"{started:%Y%m%dT%H%M%S}-{secrets.token_hex(2)}"
    cut = chunks(plan.todo, order.workers)
    for number, works in enumerate(cut):
        chunk = Chunk(works, order.isolation, order.limits, order.after)
        store.write_json(_todo(batch, number), asdict(chunk))
    paper = {
        "source": order.source,
        "started": started.isoformat(timespec="milliseconds"),
        "host": socket.gethostname(),
        "pid": os.getpid(),
        "workers": order.workers,
        "chunks": len(cut),
        **asdict(plan),
    }
    store.write_json(_plan(batch), paper)
    return batch, len(cut)


def read_chunk(store: Store, batch: str, number: int) -> Chunk:
    """A chunk as ``begin`` wrote it."""
    value = store.read_json(_todo(batch, number))
    return Chunk(
        tuple(Work(**work) for work in value["works"]),
        Isolation(**value["isolation"]),
        Limits(**value["limits"]),
        value["after"],
    )


def write_outcome(store: Store, batch: str, number: int, outcome: Outcome) -> None:
    """Put down what a chunk has come to, in place of an earlier try."""
    records = [record.to_json() for record in outcome.records]
    store.write_json(_done(batch, number), {"records": records, "seconds": outcome.seconds})


def read_outcome(store: Store, batch: str, number: int) -> Outcome | None:
    """What a chunk has come to; none as long as nothing is known of it."""
    try:
        value = store.read_json(_done(batch, number))
    except FileNotFoundError:
        return None
    return Outcome(tuple(map(Record.from_json, value["records"])), value["seconds"])


def finish(store: Store, batch: str) -> dict[str, Any]:
    """Write the manifest of a batch from its papers, which are removed; the manifest comes back."""
    paper = store.read_json(_plan(batch))
    outcomes = [read_outcome(store, batch, number) for number in range(paper["chunks"])]
    known = [outcome for outcome in outcomes if outcome]
    manifest = _manifest(store, batch, paper, known)
    store.write_json(f"{MANIFESTS}/{batch}{RESULT}", manifest)
    store.write_json(f"{BATCHES}/{batch}{RESULT}", head_of(manifest))
    _clear(store, batch, paper["chunks"])
    return manifest


def _manifest(store: Store, batch: str, paper: dict[str, Any], outcomes: Sequence[Outcome]) -> dict[str, Any]:
    read = {record.id: record for outcome in outcomes for record in outcome.records}
    earlier = _earlier_records(store, paper)
    unreadable = [Record.from_json(value) for value in paper["unreadable"]]
    records = [*read.values(), *earlier, *unreadable]
    records += _same_records(paper["same"], {record.id: record for record in records})
    records.sort(key=lambda record: record.uri)
    ended = datetime.now(UTC)
    started = datetime.fromisoformat(paper["started"])
    return {
        "batch": batch,
        "source": paper["source"],
        "gongkai": current_recipe().version,
        "started": paper["started"],
        "ended": ended.isoformat(timespec="milliseconds"),
        "seconds": round((ended - started).total_seconds(), 3),
        "workers": paper["workers"],
        "read": _read_counts(list(read.values())),
        "failures": sum(record.state == "failed" for record in records),
        "left": len(paper["todo"]) - len(read) + len(paper["left_out"]),
        "documents": [record.to_json() for record in records],
        "timings": {id: seconds for outcome in outcomes for id, seconds in outcome.seconds.items()},
    }


def _read_counts(records: Sequence[Record]) -> dict[str, int]:
    failures = sum(record.state == "failed" for record in records)
    return {
        "documents": len(records),
        "pages": sum(record.pages for record in records),
        "failed": failures,
    }


def _earlier_records(store: Store, paper: dict[str, Any]) -> Iterator[Record]:
    """Records of what was done before this batch, from manifests where they are in one."""
    works = [Work(**work) for work in (*paper["finished"], *paper["failed"])]
    known = _known_records(store, {work.id for work in works})
    failed = {work["id"] for work in paper["failed"]}
    for work in works:
        record = known.get(work.id) or record_in_store(store, work.id, failed=work.id in failed)
        yield replace(record, uri=work.uri)


def _same_records(works: Iterable[dict[str, Any]], records: dict[str, Record]) -> list[Record]:
    """Records of documents with the bytes of another one, as far as that one was read."""
    return [replace(records[work["id"]], uri=work["uri"]) for work in works if work["id"] in records]


def _known_records(store: Store, ids: set[str]) -> dict[str, Record]:
    """Records by id from the newest manifests that have them."""
    known: dict[str, Record] = {}
    for manifest in manifests(store):
        if ids <= known.keys():
            break
        records = map(Record.from_json, manifest["documents"])
        known |= {one.id: one for one in records if one.id in ids and one.id not in known}
    results, failures = store.finished(), store.failed()
    return {id: one for id, one in known.items() if id in (results if one.state == "finished" else failures)}


def manifests(store: Store) -> Iterator[dict[str, Any]]:
    """All manifests of a store, the newest first."""
    for name in reversed(store.names(MANIFESTS)):
        yield store.read_json(f"{MANIFESTS}/{name}")


def record_in_store(store: Store, id: str, *, failed: bool) -> Record:
    """The record of a document from what the store has of it."""
    return _record_of_failure(store, id) if failed else _record_of_result(store, id)


def _record_of_result(store: Store, id: str) -> Record:
    """The record of a result whose batch left none, made from the result itself."""
    value = store.read_json(f"{DOCUMENTS}/{id}{RESULT}")
    facts, quality = value["disclosure"], value["quality"]
    division = facts["organisation"]["division"]
    return Record(
        value["source"]["uri"],
        id,
        "finished",
        pages=value["source"]["pages"],
        kind=facts["kind"],
        fiscal_year=facts["fiscal_year"],
        organisation=facts["organisation"]["name"],
        city=division["city"] or division["province"],
        cells=quality["cells"],
        proven=quality["proven"],
        contradicted=quality["contradicted"],
        score=quality["score"],
        needs_review=quality["needs_review"],
        reasons=tuple(quality["reasons"]),
    )


def failure_json(record: Record, sha256: str) -> dict[str, Any]:
    """What ``<id>.error.json`` holds."""
    assert record.failure is not None
    return {"id": f"sha256:{sha256}", "uri": record.uri, **asdict(record.failure)}


def _record_of_failure(store: Store, id: str) -> Record:
    value = store.read_json(f"{DOCUMENTS}/{id}{FAILURE}")
    failure = Failure(value["error"], value["problem"], value["advice"])
    return Record(value["uri"], id, "failed", failure=failure)


def head_of(manifest: dict[str, Any]) -> dict[str, Any]:
    """A manifest without its documents."""
    return {name: value for name, value in manifest.items() if name not in {"documents", "timings"}}


def latest_heads(store: Store, most: int) -> list[dict[str, Any]]:
    """The heads of the newest manifests, the newest first."""
    names = reversed(store.names(BATCHES)[-most:])
    return [store.read_json(f"{BATCHES}/{name}") for name in names]


def latest_records(store: Store) -> list[Record]:
    """What is known of every document of a store, sorted by URI: the newest record of each.

    Manifests are read, the newest first, until they cover the ledger. Documents of batches that
    were killed are in none; their results are read.
    """
    finished, failed = store.finished(), store.failed()
    newest: dict[str, Record] = {}
    seen: set[str] = set()
    for manifest in manifests(store):
        for value in manifest["documents"]:
            seen.add(value["id"])
            newest.setdefault(value["uri"], Record.from_json(value))
        if seen >= finished | failed:
            break
    for id in sorted((finished | failed) - seen):
        record = record_in_store(store, id, failed=id not in finished)
        newest.setdefault(record.uri, record)
    return sorted(newest.values(), key=lambda record: record.uri)


def is_store(store: Store) -> bool:
    """Whether a place holds anything a batch leaves."""
    return any(store.names(folder) for folder in (DOCUMENTS, MANIFESTS))


def clear_dead_batches(store: Store) -> None:
    """Remove the papers of batches of this machine that were killed; their results stay."""
    for batch in store.folders(BATCHES):
        try:
            paper = store.read_json(_plan(batch))
        except FileNotFoundError:
            continue
        if paper["host"] == socket.gethostname() and not is_alive(paper["pid"]):
            _clear(store, batch, paper["chunks"])


def _clear(store: Store, batch: str, count: int) -> None:
    for number in range(count):
        store.remove(_todo(batch, number))
        store.remove(_done(batch, number))
    store.remove(_plan(batch))
    store.remove_folder(f"{BATCHES}/{batch}")


def _plan(batch: str) -> str:
    return f"{BATCHES}/{batch}/plan.json"


def _todo(batch: str, number: int) -> str:
    return f"{BATCHES}/{batch}/{number:05d}.todo.json"


def _done(batch: str, number: int) -> str:
    return f"{BATCHES}/{batch}/{number:05d}.done.json"
