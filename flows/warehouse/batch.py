"""Second step of loading: a chunk of result files as Arrow tables, read here or in processes beside."""

from __future__ import annotations

import multiprocessing
import os
from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from itertools import chain, islice
from multiprocessing.process import BaseProcess
from threading import Thread
from typing import TYPE_CHECKING, Any, Final

from extract.collecting import without_collecting
from flows.warehouse.arrow import arrow_schema, arrow_table, forgo_pandas, table_of
from flows.warehouse.columns import Amounts, Checks
from flows.warehouse.decided import decisions_on, hash_with, with_decisions
from flows.warehouse.parts import Result, head_of, result_of
from flows.warehouse.results import ResultPlace, content_hash
from flows.warehouse.rows import Content, Keys, Row, content_of, subject_row
from flows.warehouse.star import star
from models.disclosure import SCHEMA_VERSION

if TYPE_CHECKING:
    import pyarrow as pa

_ORDINAL = "ordinal"
_PART: Final = 25
"""Results whose rows are in Python's memory at once."""
_FOREIGN: Final = (ValueError, LookupError, TypeError, AttributeError, OverflowError)
"""What is raised somewhere on the way when a file is no result, or one of another making."""


@dataclass(frozen=True, slots=True)
class ReadResult:
    """What is known of one result before its version is settled."""

    address: str
    file_hash: str
    keys: Keys
    document: dict[str, Any]
    organisation: Row | None
    misfits: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """A result to be read unless its bytes, and what was decided about it, have the hash they had."""

    place: ResultPlace
    known_hash: str | None


@dataclass(frozen=True, slots=True)
class Batch:
    """Results read together. ``ordinal``, the place in ``results``, stands for the key in ``facts``."""

    results: tuple[ReadResult, ...]
    refusals: tuple[str, ...]
    unchanged: int
    subjects: tuple[Row, ...]
    facts: dict[str, pa.Table]


@dataclass(frozen=True, slots=True)
class _Text:
    """A result as it goes into the warehouse, and the hash of what it was made of."""

    address: str
    data: bytes
    file_hash: str


def read_batch(asked: Sequence[Asked], decisions: str | None = None) -> Batch:
    """Read some results; what is no result of this version becomes a refusal.

    ``decisions`` is the folder whose corrections are laid over them.
    """
    reader = _Reader(decisions)
    # The rows of a part are gone when the collector is back: it would go through all of them.
    with without_collecting():
        for start in range(0, len(asked), _PART):
            reader.read(asked[start : start + _PART])
    return reader.batch()


class _Reader:
    """Reads results, a few at a time, into Arrow's memory."""

    def __init__(self, decisions: str | None) -> None:
        self._decisions = decisions
        self._results: list[ReadResult] = []
        self._refusals: list[str] = []
        self._unchanged = 0
        self._subjects: dict[str, Row] = {}
        self._facts: dict[str, list[pa.Table]] = defaultdict(list)

    def batch(self) -> Batch:
        """All that was read."""
        import pyarrow as pa

        facts = {name: pa.concat_tables(tables) for name, tables in self._facts.items()}
        subjects = tuple(self._subjects.values())
        return Batch(tuple(self._results), tuple(self._refusals), self._unchanged, subjects, facts)

    def read(self, asked: Iterable[Asked]) -> None:
        """Read a few results. One that is none costs the others nothing but time."""
        texts = [text for each in asked if (text := self._text(each))]
        try:
            self._keep(texts)
        except _FOREIGN:
            for text in texts:
                try:
                    self._keep([text])
                except _FOREIGN as error:
                    self._refuse(text.address, error)

    def _text(self, asked: Asked) -> _Text | None:
        """A result with its corrections; None where nothing is new or it cannot be read."""
        address = asked.place.address
        try:
            data = asked.place.read()
            entries = decisions_on(data, self._decisions) if self._decisions else ()
            file_hash = hash_with(data, entries)
            if file_hash == asked.known_hash:
                self._unchanged += 1
                return None
            return _Text(address, with_decisions(data, entries) if entries else data, file_hash)
        except (OSError, *_FOREIGN) as error:
            self._refuse(address, error)
            return None

    def _refuse(self, address: str, error: Exception) -> None:
        what = str(error).partition("\n")[0] if isinstance(error, (ValueError, OSError)) else repr(error)
        self._refusals.append(f"{address}: is no result of this version ({what}); extract the document again")

    def _keep(self, texts: Sequence[_Text]) -> None:
        """Take in results that are whole; raises one of ``_FOREIGN``, and takes in nothing."""
        if not texts:
            return
        part = _Part(len(self._results))
        for text in texts:
            part.add(text)
        facts, subjects = part.facts(), part.subjects()
        self._results += part.results()
        self._subjects |= subjects
        for name, table in facts.items():
            self._facts[name].append(table)


class _Part:
    """A few results on their way from JSON to columns."""

    def __init__(self, first: int) -> None:
        self._first = first
        self._contents: list[tuple[_Text, Content]] = []
        self._amounts, self._checks = Amounts(), Checks()

    def add(self, text: _Text) -> None:
        """Take in a result; raises one of ``_FOREIGN``."""
        result = _result(text.data)
        ordinal = self._first + len(self._contents)
        self._contents.append((text, content_of(result, content_hash(text.data), ordinal)))
        for table in result.tables:
            self._amounts.add(ordinal, table)
        self._checks.add(ordinal, result.checks)

    def facts(self) -> dict[str, pa.Table]:
        """The facts of all by table, under their ordinals; raises one of ``_FOREIGN``."""
        found = {}
        for spec in star().of("fact"):
            rows = [row for _, content in self._contents for row in content.rows.get(spec.name, ())]
            if rows:
                found[spec.name] = arrow_table(_under_ordinals(spec.name), rows)
        for name, columns in (("amounts", self._amounts), ("checks", self._checks)):
            arrays, misfits = columns.arrays()
            for ordinal, address in misfits:
                self._contents[ordinal - self._first][1].misfits.append(address)
            if arrays:
                schema = _under_ordinals(name)
                found[name] = table_of([arrays[column] for column in schema.names], schema)
        return found

    def results(self) -> Iterator[ReadResult]:
        """What is known of each."""
        for text, each in self._contents:
            organisation, misfits = each.organisation, tuple(each.misfits)
            yield ReadResult(text.address, text.file_hash, each.keys, each.document, organisation, misfits)

    def subjects(self) -> dict[str, Row]:
        """The catalogue entries all were matched to, by key; raises one of ``_FOREIGN``."""
        return {key: subject_row(key, found) for key, found in self._amounts.subjects.items()}


def _result(data: bytes) -> Result:
    """A result of this version. Raises ValueError, for one of another version with its number."""
    try:
        result = result_of(data)
    except ValueError:
        _refuse_version(head_of(data).schema_version)
        raise
    _refuse_version(result.schema_version)
    return result


def _refuse_version(version: str) -> None:
    if version != SCHEMA_VERSION:
        raise ValueError(f"schema_version {version}")


def _under_ordinals(name: str) -> pa.Schema:
    """The schema of a table of facts before the keys of its documents are known."""
    import pyarrow as pa

    return arrow_schema(name).set(0, pa.field(_ORDINAL, pa.int64(), nullable=False))


def under_keys(name: str, facts: pa.Table, keys: Sequence[str | None]) -> pa.Table:
    """The facts of a batch with the keys of their documents; those of documents without one are left out."""
    import pyarrow as pa
    import pyarrow.compute as pc

    of_rows = pa.array(keys, pa.string()).take(facts.column(0).combine_chunks())
    keyed = pa.Table.from_arrays([of_rows, *facts.columns[1:]], names=arrow_schema(name).names)
    return keyed.filter(pc.is_valid(keyed.column(0))) if None in keys else keyed


def batches(chunks: Iterator[Sequence[Asked]], workers: int, decisions: str | None) -> Iterator[Batch]:
    """The chunks as batches, in order. More than one worker reads ahead in processes of their own.

    Processes are not worth their start for a single chunk.
    """
    first = list(islice(chunks, 2))
    if workers < 2 or len(first) < 2:
        for chunk in chain(first, chunks):
            yield read_batch(chunk, decisions)
        return
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, context, _begin) as pool:
        waiting: deque[Future[Batch]] = deque()
        for chunk in chain(first, chunks):
            waiting.append(pool.submit(read_batch, chunk, decisions))
            if len(waiting) > workers:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def _begin() -> None:
    """Make a process ready to read."""
    _leave_with_parent()
    forgo_pandas()


def _leave_with_parent() -> None:
    """Let a reader end when the load that started it is killed; it would wait for work for ever."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        Thread(target=_leave_after, args=(parent,), daemon=True).start()


def _leave_after(parent: BaseProcess) -> None:
    parent.join()
    os._exit(1)
