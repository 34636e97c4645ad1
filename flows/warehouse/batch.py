"""Second step of loading: a chunk of result files as Arrow tables, read here or in processes beside."""

from __future__ import annotations

import gc
import multiprocessing
import os
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain, islice
from multiprocessing.process import BaseProcess
from threading import Thread
from typing import TYPE_CHECKING, Any

from flows.warehouse.results import ResultText, content_hash
from flows.warehouse.rows import Content, Keys, Row, content_of
from flows.warehouse.schema import arrow_schema
from flows.warehouse.star import star
from models.disclosure import SCHEMA_VERSION

if TYPE_CHECKING:
    import pyarrow as pa

_DOCUMENT = "document_key"
_ORDINAL = "ordinal"


@dataclass(frozen=True, slots=True)
class ReadResult:
    """What is known of one result before its version is settled."""

    address: str
    file_hash: str
    keys: Keys
    document: dict[str, Any]
    dimensions: dict[str, list[Row]]
    misfits: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Batch:
    """Results read together. ``ordinal``, the place in ``results``, stands for the key in ``facts``."""

    results: tuple[ReadResult, ...]
    refusals: tuple[str, ...]
    facts: dict[str, pa.Table]


def read_batch(texts: Sequence[ResultText]) -> Batch:
    """Read some result files; what is no result of this version becomes a refusal."""
    # The rows are gone when the collector is back: it would go through all of them.
    with _without_collector():
        return _read(texts)


def _read(texts: Sequence[ResultText]) -> Batch:
    results: list[ReadResult] = []
    refusals: list[str] = []
    rows: dict[str, list[Row]] = {spec.name: [] for spec in star().of("fact")}
    for text in texts:
        content = _content(text, len(results), refusals)
        if content is None:
            continue
        for name, collected in rows.items():
            collected += content.rows.get(name, ())
        results.append(_result(text, content))
    facts = {name: _facts_table(name, collected) for name, collected in rows.items() if collected}
    return Batch(tuple(results), tuple(refusals), facts)


def _content(text: ResultText, ordinal: int, refusals: list[str]) -> Content | None:
    import orjson

    try:
        result = orjson.loads(text.data)
        if result["schema_version"] != SCHEMA_VERSION:
            raise ValueError(f"schema_version {result['schema_version']}")
        return content_of(result, content_hash(text.data), ordinal)
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        refusals.append(
            f"{text.address}: is no result of this version ({error!r}); extract the document again"
        )
        return None


def _result(text: ResultText, content: Content) -> ReadResult:
    dimensions = {name: content.rows[name] for name in ("organisations", "subjects")}
    misfits = tuple(content.misfits)
    return ReadResult(text.address, text.file_hash, content.keys, content.document, dimensions, misfits)


def _facts_table(name: str, rows: Sequence[Row]) -> pa.Table:
    import pyarrow as pa

    schema = arrow_schema(name).set(0, pa.field(_ORDINAL, pa.int64(), nullable=False))
    return arrow_table(schema, rows)


def arrow_table(schema: pa.Schema, rows: Sequence[Row]) -> pa.Table:
    """Rows in the column order of a schema, in Arrow's memory."""
    import pyarrow as pa

    columns = zip(*rows, strict=True) if rows else ((),) * len(schema)
    arrays = [_array(values, field.type) for values, field in zip(columns, schema, strict=True)]
    return pa.Table.from_arrays(arrays, schema=schema)


def _array(values: Sequence[Any], of_type: pa.DataType) -> pa.Array:
    """A column; decimals go by their text, which Arrow reads several times faster than the objects."""
    import pyarrow as pa

    if not pa.types.is_decimal(of_type):
        return pa.array(values, of_type)
    texts = [None if value is None else str(value) for value in values]
    return pa.array(texts, pa.string()).cast(of_type)


def under_keys(name: str, facts: pa.Table, keys: Sequence[str | None]) -> pa.Table:
    """The facts of a batch with the keys of their documents; those of documents without one are left out."""
    import pyarrow as pa
    import pyarrow.compute as pc

    of_rows = pa.array(keys, pa.string()).take(facts.column(0).combine_chunks())
    schema = arrow_schema(name)
    columns = [of_rows, *facts.columns[1:]]
    keyed = pa.Table.from_arrays(columns, names=schema.names)
    kept = keyed.filter(pc.is_valid(keyed.column(0))) if None in keys else keyed
    return kept.cast(schema)


def batches(chunks: Iterator[Sequence[ResultText]], workers: int) -> Iterator[Batch]:
    """The chunks as batches, in order. More than one worker reads ahead in processes of their own.

    Processes are not worth their start for a single chunk.
    """
    first = list(islice(chunks, 2))
    if workers < 2 or len(first) < 2:
        yield from map(read_batch, chain(first, chunks))
        return
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, context, _leave_with_parent) as pool:
        waiting: deque[Future[Batch]] = deque()
        for chunk in chain(first, chunks):
            waiting.append(pool.submit(read_batch, chunk))
            if len(waiting) > workers:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def _leave_with_parent() -> None:
    """Let a reader end when the load that started it is killed; it would wait for work for ever."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        Thread(target=_leave_after, args=(parent,), daemon=True).start()


def _leave_after(parent: BaseProcess) -> None:
    parent.join()
    os._exit(1)


@contextmanager
def _without_collector() -> Iterator[None]:
    """Without the cyclic garbage collector: it finds nothing in JSON and takes a third of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
