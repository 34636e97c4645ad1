"""The Prefect flow that turns an archive into a store of results: plan, chunks, manifest.

Tasks are thin and pass references into the store. What is done is told by the store alone, so
a run that was killed, a chunk that is tried again and a worker that died need no bookkeeping.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Protocol, cast

from prefect import flow, get_client, tags, task
from prefect.artifacts import create_markdown_artifact
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.filters import (
    FlowRunFilter,
    FlowRunFilterState,
    FlowRunFilterStateType,
    FlowRunFilterTags,
)
from prefect.client.schemas.objects import State, StateType
from prefect.client.schemas.sorting import FlowRunSort
from prefect.context import TagsContext
from prefect.events import emit_event
from prefect.exceptions import ObjectNotFound
from prefect.futures import PrefectFuture, as_completed
from prefect.runtime import task_run
from prefect.states import Crashed
from prefect.task_runners import TaskRunner, ThreadPoolTaskRunner

from flows.batchreport import batch_markdown, write_report
from flows.chunks import BOARDS, Board, read_documents
from flows.hook import words_of
from flows.isolation import EXTRACT, close_readers, isolation_of
from flows.manifest import begin, clear_dead_batches, finish, head_of, read_outcome
from flows.plan import Order, Plan, make_plan
from flows.records import Record
from flows.store import DOCUMENTS, FAILURE, Store, is_alive, store_at

RETRIES = 3
LOCAL_CLUSTER = "local"
_PAUSES = [1.0, 5.0, 20.0]
_ROUNDS = 3
"""How often chunks are handed out: again after a machine died under them."""
_UNKNOWN_WORKERS = 8
"""How many workers a cluster is taken to have when it is cut into chunks for."""
_EVENTS = {"finished": "gongkai.document.finished", "failed": "gongkai.document.failed"}
_TAG = "gongkai-digitise"
_MOST_DEAD = 200
"""Runs looked at for dead ones: as many as a server gives at once."""


class Watcher(Protocol):
    """Somebody who watches a batch in this process."""

    def hashed(self, documents: int, more: int) -> None:
        """So many documents were found, so many more are hashed."""

    def planned(self, plan: Plan) -> None:
        """The work is known."""

    def read(self, record: Record) -> None:
        """A document is done."""


_WATCHERS: list[Watcher] = []


@contextmanager
def watched_by(watcher: Watcher) -> Iterator[None]:
    """Let somebody watch the batches that this process starts inside the block."""
    _WATCHERS.append(watcher)
    try:
        yield
    finally:
        _WATCHERS.remove(watcher)


def _is_io(_task: Any, _run: Any, state: Any) -> bool:
    """Only trouble of input and output is worth another try; everything else would happen again."""
    return isinstance(state.data, OSError)


_EXPLICIT: dict[str, Any] = {"cache_policy": NO_CACHE, "persist_result": False}
"""No task is cached by Prefect: a cached chunk would cache its failures, and the store is the ledger."""
_IO_RETRIES: dict[str, Any] = {
    "retries": RETRIES,
    "retry_delay_seconds": _PAUSES,
    "retry_condition_fn": _is_io,
}


@task(name="plan", task_run_name="plan {order.source}", **_EXPLICIT, **_IO_RETRIES)
def plan_batch(order: Order) -> tuple[str, int]:
    """Find out what is left to do; the batch and the number of its chunks come back."""
    store = store_at(order.store)
    store.sweep()
    clear_dead_batches(store)
    plan = make_plan(order, store, keep_fingerprints=True, advance=_tell_of_hashing)
    if order.only_failed:
        for work in plan.todo:
            store.remove(f"{DOCUMENTS}/{work.id}{FAILURE}")
    _tell_of_plan(plan)
    return begin(store, order, plan)


def _tell_of_plan(plan: Plan) -> None:
    """Apart from the task: Dask pickles tasks with the globals they name, and watchers hold locks."""
    for watcher in _WATCHERS:
        watcher.planned(plan)


def _tell_of_hashing(documents: int, more: int) -> None:
    for watcher in _WATCHERS:
        watcher.hashed(documents, more)


@task(name="read documents", task_run_name="{batch} chunk {number}", **_EXPLICIT, **_IO_RETRIES)
def read_chunk_of(store: str, batch: str, number: int) -> dict[str, int]:
    """Read one chunk into the store; how many documents were read and how many failed."""
    outcome = read_documents(
        Store(store), batch, number, last_try=task_run.run_count > RETRIES, announce=announce
    )
    failures = sum(record.state == "failed" for record in outcome.records)
    return {"documents": len(outcome.records), "failed": failures}


@task(name="write manifest", task_run_name="manifest {batch}", **_EXPLICIT, **_IO_RETRIES)
def finish_batch(store: str, batch: str) -> dict[str, Any]:
    """Write the manifest and the report of a batch; the manifest without its documents comes back."""
    place = Store(store)
    manifest = finish(place, batch)
    write_report(place)
    return head_of(manifest)


def announce(record: Record, address: str) -> None:
    """Tell Prefect's event stream of a document that is done."""
    failure = record.failure
    payload = {
        "source": record.uri,
        "result": address,
        "pages": record.pages,
        "proven": record.proven,
        "cells": record.cells,
        "needs_review": record.needs_review,
        "error": failure.error if failure else None,
        "problem": failure.problem if failure else None,
    }
    resource = {
        "prefect.resource.id": f"gongkai.document.{record.id}",
        "prefect.resource.name": record.uri,
    }
    emit_event(_EVENTS[record.state], resource=resource, payload=payload)


@flow(
    name="digitise",
    flow_run_name="digitise {source} into {out}",
    persist_result=False,
    validate_parameters=True,
)
def digitise(
    source: str,
    out: str,
    limit: int | None = None,
    only_failed: bool = False,
    workers: int | None = None,
    dask: str | None = None,
    timeout: float = 300.0,
    memory: int = 2048,
    after: str | None = None,
    reader: str = EXTRACT,
) -> dict[str, Any]:
    """Turn every document of a source into one JSON document in a store; the manifest's head comes back.

    ``source`` is a folder, a glob, ``@`` and a list, or any URL of fsspec; ``out`` a folder or
    URL. ``workers`` documents are read at once (default: one a core); with ``dask`` (the address
    of a scheduler, or ``local``) the cluster decides. ``timeout`` is seconds and ``memory`` MiB
    per document; ``after`` is a command run for each. ``reader`` names the function that reads.
    Raises ``NoSuchSource``; documents that fail are listed in the manifest instead.
    """
    if after:
        words_of(after)
    at_once = workers or (_UNKNOWN_WORKERS if dask and dask != LOCAL_CLUSTER else os.cpu_count() or 1)
    isolation = isolation_of(timeout, memory, reader)
    store = store_at(out)
    order = Order(source, store.url, limit, only_failed, at_once, after, isolation)
    with TagsContext(current_tags={_TAG} if _is_limited(_TAG) else set()):
        batch, chunks = plan_batch(order)
        try:
            with _board(batch) as board, _runner(dask, at_once) as runner:
                _read_everything(runner, board, store, batch, range(chunks))
        finally:
            head = finish_batch(store.url, batch)
    create_markdown_artifact(batch_markdown(head, store), key="gongkai-batch", description=f"Batch {batch}")
    return head


def _is_limited(tag: str) -> bool:
    """Whether somebody has limited how many tasks of a tag run at once.

    Only then tasks are tagged: Prefect asks its server for leave before each tagged task, and a
    server on SQLite is now and then too busy to answer and makes it wait two seconds.
    """
    with get_client(sync_client=True) as client:
        try:
            client.read_global_concurrency_limit_by_name(f"tag:{tag}")
        except ObjectNotFound:
            return False
    return True


@contextmanager
def _board(batch: str) -> Iterator[Board]:
    """Connect the readers in this process with who watches, and stop them when the block is left early."""
    board = Board([watcher.read for watcher in _WATCHERS])
    BOARDS[batch] = board
    try:
        yield board
    finally:
        del BOARDS[batch]
        close_readers()


def _runner(dask: str | None, workers: int) -> TaskRunner[PrefectFuture[Any]]:
    """Threads, each of which looks after a reading process; or a Dask cluster of such threads."""
    if not dask:
        return cast("TaskRunner[PrefectFuture[Any]]", ThreadPoolTaskRunner(max_workers=workers))
    from prefect_dask.task_runners import DaskTaskRunner

    if dask == LOCAL_CLUSTER:
        cluster = {"n_workers": workers, "threads_per_worker": 1, "dashboard_address": None}
        return cast("TaskRunner[PrefectFuture[Any]]", DaskTaskRunner(cluster_kwargs=cluster))
    return cast("TaskRunner[PrefectFuture[Any]]", DaskTaskRunner(address=dask))


def _read_everything(
    runner: TaskRunner[PrefectFuture[Any]], board: Board, store: Store, batch: str, numbers: Sequence[int]
) -> None:
    """Hand out all chunks, and again those whose worker died.

    An error of the last round is raised; the documents it leaves are taken up by the next batch.
    """
    for _ in range(_ROUNDS):
        futures = {
            runner.submit(read_chunk_of, {"store": store.url, "batch": batch, "number": number}): number
            for number in numbers
        }
        try:
            errors = _wait(futures, lambda number: board.hear(read_outcome(store, batch, number)))
        except BaseException:
            board.stop.set()
            raise
        if not errors:
            return
        numbers = sorted(errors)
    raise next(iter(errors.values()))


def _wait(futures: dict[PrefectFuture[Any], int], done: Callable[[int], None]) -> dict[int, BaseException]:
    """Wait for chunks and tell of each; the errors of those that broke come back by number."""
    errors: dict[int, BaseException] = {}
    for future in as_completed(list(futures)):
        number = futures[future]
        try:
            future.result()
        except Exception as error:  # noqa: BLE001 - a cluster raises errors of its own when a worker dies
            errors[number] = error
        done(number)
    return errors


def owner_tag() -> str:
    """The tag that tells which process of which machine a run belongs to."""
    return f"{socket.gethostname()}:{os.getpid()}"


def end_dead_runs(tag: str = _TAG) -> int:
    """Mark runs of this machine whose process was killed as crashed; how many there were.

    Prefect goes on showing such a run as running: nobody is left to say it is not.
    """
    alive_states = FlowRunFilterStateType(any_=[StateType.RUNNING, StateType.PENDING])
    wanted = FlowRunFilter(tags=FlowRunFilterTags(all_=[tag]), state=FlowRunFilterState(type=alive_states))
    with get_client(sync_client=True) as client:
        runs = client.read_flow_runs(flow_run_filter=wanted, sort=FlowRunSort.ID_DESC, limit=_MOST_DEAD)
        dead = [run for run in runs if _has_died(run.tags)]
        for run in dead:
            state: State[Any] = Crashed(message="The process was killed; the next batch does what it left.")
            client.set_flow_run_state(run.id, state, force=True)
    return len(dead)


def _has_died(run_tags: Sequence[str]) -> bool:
    owner = next((tag for tag in run_tags if tag.startswith(f"{socket.gethostname()}:")), "")
    pid = owner.rpartition(":")[2]
    return pid.isdigit() and not is_alive(int(pid))


def run_batch(watcher: Watcher, **parameters: Any) -> dict[str, Any]:
    """Run the flow in this process, tagged so that a later one can tell whether it was killed."""
    with watched_by(watcher), tags(_TAG, owner_tag()):
        head: dict[str, Any] = digitise(**parameters)
        end_dead_runs()
    return head
