"""Third step of a batch, on whatever machine: read the documents of one chunk into the store."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from flows.hook import run_hook
from flows.isolation import Reading, Stopped, Work, reader
from flows.manifest import (
    Chunk,
    Outcome,
    failure_json,
    read_chunk,
    read_outcome,
    record_in_store,
    write_outcome,
)
from flows.records import Record, SourceUnavailable, failed
from flows.store import DOCUMENTS, FAILURE, RESULT, Store

Announce = Callable[[Record, str], None]
"""Takes a record and the address of what was written for it."""


class Unavailable(OSError):
    """Some documents of a chunk could not be fetched or stored; trying again may help."""


@dataclass
class Board:
    """What the readers of a batch in this process share: who listens, and whether to stop.

    Every document is told of once, however often its chunk is tried and wherever it is read.
    """

    listeners: Sequence[Callable[[Record], None]] = ()
    stop: threading.Event = field(default_factory=threading.Event)
    _told: set[str] = field(default_factory=set)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def listen(self, record: Record) -> None:
        """Tell of a document."""
        with self._lock:
            if record.id in self._told:
                return
            self._told.add(record.id)
            for tell in self.listeners:
                tell(record)

    def hear(self, outcome: Outcome | None) -> None:
        """Tell of the documents of a chunk that may have been read in another process."""
        for record in outcome.records if outcome else ():
            self.listen(record)


BOARDS: dict[str, Board] = {}
"""The boards of the batches that run in this process, by batch."""


@dataclass
class _Progress:
    """What a chunk has come to so far."""

    records: dict[str, Record] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    troubles: dict[str, str] = field(default_factory=dict)

    def enter(self, work: Work, reading: Reading) -> None:
        """Put down what came of a document."""
        if reading.record is None:
            self.troubles[work.id] = reading.trouble
            return
        self.records[work.id] = reading.record
        self.seconds[work.id] = reading.seconds

    def outcome(self) -> Outcome:
        return Outcome(tuple(self.records.values()), self.seconds)


def read_documents(
    store: Store,
    batch: str,
    number: int,
    *,
    last_try: bool,
    announce: Announce = lambda _record, _address: None,
) -> Outcome:
    """Read a chunk; what an earlier try or a worker that died has done already is not done again.

    ``announce`` hears of every document. Raises ``Unavailable`` when some could not be fetched
    or stored; on the ``last_try`` they are recorded as failed instead, but not in the ledger:
    the next batch takes them up. Raises ``Stopped`` when the batch was told to stop.
    """
    chunk = read_chunk(store, batch, number)
    board = BOARDS.get(batch) or Board()
    before = read_outcome(store, batch, number) or Outcome((), {})
    progress = _Progress({record.id: record for record in before.records}, dict(before.seconds))
    try:
        _read_all(chunk, store, board, progress, announce)
        if last_try:
            _give_up(chunk, board, progress)
    finally:
        write_outcome(store, batch, number, progress.outcome())
    if progress.troubles:
        raise Unavailable(f"{len(progress.troubles)} documents: {next(iter(progress.troubles.values()))}")
    return progress.outcome()


def _read_all(chunk: Chunk, store: Store, board: Board, progress: _Progress, announce: Announce) -> None:
    with reader(chunk.isolation) as current:
        for work in chunk.works:
            if work.id in progress.records:
                continue
            if board.stop.is_set():
                raise Stopped
            reading = _in_store(work, store)
            if reading is None:
                reading = current().read(work, store.url, chunk.limits, board.stop.is_set)
                if reading.record:
                    _settle(work, reading.record, store, chunk.after, announce)
            progress.enter(work, reading)
            if reading.record:
                board.listen(reading.record)


def _in_store(work: Work, store: Store) -> Reading | None:
    """What an earlier try of this batch has left in the store before it was killed; it was told of then."""
    for state, failure in ((RESULT, False), (FAILURE, True)):
        if store.has(f"{DOCUMENTS}/{work.id}{state}"):
            return Reading(record_in_store(store, work.id, failed=failure))
    return None


def _settle(work: Work, record: Record, store: Store, after: str | None, announce: Announce) -> None:
    """Enter a failure into the ledger, then tell whoever wants to know."""
    suffix = RESULT if record.state == "finished" else FAILURE
    name = f"{DOCUMENTS}/{work.id}{suffix}"
    if record.failure:
        store.write_json(name, failure_json(record, work.sha256))
    address = store.address(name)
    announce(record, address)
    if after:
        run_hook(after, record, address)


def _give_up(chunk: Chunk, board: Board, progress: _Progress) -> None:
    for work in chunk.works:
        if trouble := progress.troubles.pop(work.id, ""):
            error = SourceUnavailable(work.file_name, trouble, "see that it can be reached and run again")
            progress.records[work.id] = failed(work.uri, work.id, error)
            board.listen(progress.records[work.id])
