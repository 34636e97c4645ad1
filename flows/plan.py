"""Second step of a batch: what is left to do, cut into chunks that are written into the store."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Any

from extract.reading.intake import Limits
from flows.isolation import Isolation, Work
from flows.records import Record, SourceUnavailable, failed
from flows.sources import Fingerprint, Found, find_documents, fingerprints, remembered
from flows.store import Recipe, Store, current_recipe

FINGERPRINTS = "fingerprints.json"
_CHUNK_DOCUMENTS = 40
"""Most documents of a chunk: handing a chunk to a worker costs up to 0.2 s on a cluster."""
_CHUNK_PAGES = 1_000
_CHUNKS_A_WORKER = 3
"""A chunk is at most this part of what a worker would get of all that is left, if that is not too few."""
_SMALL_CHUNK = 4


@dataclass(frozen=True, slots=True)
class Order:
    """What a user asks for: documents, a store, and how to go about it.

    ``only_failed`` takes up recorded failures and nothing else; ``limit`` is the most
    documents to read; ``after`` a command run for each document.
    """

    source: str
    store: str
    limit: int | None = None
    only_failed: bool = False
    workers: int = 1
    after: str | None = None
    isolation: Isolation = field(default_factory=Isolation)
    limits: Limits = field(default_factory=Limits)


@dataclass(frozen=True, slots=True)
class Plan:
    """A source held against the store.

    ``todo`` is to be read; ``finished`` and ``failed`` were by earlier batches; ``left_out`` is
    left for later by ``limit`` or ``only_failed``; ``same`` are documents with the bytes of
    another one; ``unreadable`` could not be opened.
    """

    todo: tuple[Work, ...]
    finished: tuple[Work, ...]
    failed: tuple[Work, ...]
    left_out: tuple[Work, ...]
    same: tuple[Work, ...]
    unreadable: tuple[Record, ...]

    @property
    def pages(self) -> int:
        """About how many pages there are to read."""
        return sum(work.pages for work in self.todo)


def make_plan(
    order: Order,
    store: Store,
    *,
    keep_fingerprints: bool,
    advance: Callable[[int, int], None] = lambda _found, _done: None,
) -> Plan:
    """Find the documents, hash what is new and leave out what the store has.

    ``advance`` is told how many documents there are and how many more are hashed. Raises
    ``NoSuchSource``.
    """
    documents = [one for one in find_documents(order.source) if not _is_inside(one.location, store)]
    known = _known_fingerprints(store)
    prints = fingerprints(documents, known, advance=lambda done: advance(len(documents), done))
    fresh = remembered(documents, prints)
    if keep_fingerprints and any(known.get(location) != value for location, value in fresh.items()):
        store.write_json(FINGERPRINTS, {**known, **fresh})
    return _sorted_out(documents, prints, order, store)


def _is_inside(location: str, store: Store) -> bool:
    """Whether a document belongs to the store itself, which may lie in the folder that is read."""
    return location.startswith(f"{store.url}/")


def _known_fingerprints(store: Store) -> dict[str, dict[str, Any]]:
    return store.read_json(FINGERPRINTS) if store.has(FINGERPRINTS) else {}


def _sorted_out(
    documents: Sequence[Found], prints: dict[str, Fingerprint], order: Order, store: Store
) -> Plan:
    recipe = current_recipe(order.limits)
    works = [_work(one, prints[one.location], recipe) for one in documents if prints[one.location].sha256]
    first = {work.id: work for work in reversed(works)}
    finished, failed = store.finished(), store.failed()
    single = [work for work in works if first[work.id] is work]
    open_ = [work for work in single if work.id not in finished and work.id not in failed]
    again = [work for work in single if work.id not in finished and work.id in failed]
    wanted = again if order.only_failed else open_
    todo = wanted[: order.limit]
    return Plan(
        todo=tuple(todo),
        finished=tuple(work for work in single if work.id in finished),
        failed=() if order.only_failed else tuple(again),
        left_out=tuple(wanted[len(todo) :]) + (tuple(open_) if order.only_failed else ()),
        same=tuple(work for work in works if first[work.id] is not work),
        unreadable=tuple(
            _unreadable(one, print_) for one in documents if (print_ := prints[one.location]).problem
        ),
    )


def _work(document: Found, fingerprint: Fingerprint, recipe: Recipe) -> Work:
    return Work(
        document.uri,
        document.location,
        document.file_name,
        fingerprint.sha256,
        recipe.id_of(fingerprint.sha256),
        fingerprint.pages,
    )


def _unreadable(document: Found, fingerprint: Fingerprint) -> Record:
    error = SourceUnavailable(
        document.file_name, fingerprint.problem, "see that it can be read and run the batch again"
    )
    return failed(document.uri, "", error)


def chunks(works: Sequence[Work], workers: int) -> list[tuple[Work, ...]]:
    """Cut work into chunks of few enough documents and pages, in order.

    They shrink towards the end, so that all workers end together (guided self-scheduling:
    Polychronopoulos and Kuck, 1987).
    """
    return list(_cut(works, workers))


def _cut(works: Sequence[Work], workers: int) -> Iterator[tuple[Work, ...]]:
    start = 0
    while start < len(works):
        share = math.ceil((len(works) - start) / (workers * _CHUNKS_A_WORKER))
        most = min(_CHUNK_DOCUMENTS, max(_SMALL_CHUNK, share))
        pages = accumulate(work.pages for work in works[start : start + most])
        size = max(1, sum(sofar <= _CHUNK_PAGES for sofar in pages))
        yield tuple(works[start : start + size])
        start += size
