"""A batch as Prefect runs it: what is done, what is left, what fails, and what is told of it."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import time
from functools import partial
from pathlib import Path

import pytest

from flows.chunks import Unavailable, read_documents
from flows.isolation import Isolation
from flows.manifest import begin, latest_records
from flows.plan import Order, make_plan
from flows.store import store_at
from tests.flows.batches import Listener, kill_tree, results, run, start
from tests.flows.fake import READER

pytestmark = pytest.mark.usefixtures("prefect_server")

MIXED = {"a": "good", "b": "menu", "c": "crash", "d": "good", "e": "sleep 0.1", "f": "gulp 3000"}


@pytest.fixture
def out(tmp_path) -> Path:
    return tmp_path / "out"


def names(records) -> dict[str, str]:
    """State of each record by the stem of its file; of failures the error."""
    return {Path(one.uri).stem: one.failure.error if one.failure else one.state for one in records}


def manifest(out: Path) -> dict:
    return json.loads(sorted((out / "manifests").iterdir())[-1].read_text(encoding="utf-8"))


def test_good_ones_are_done_and_broken_ones_listed(archive, out):
    head, listener = run(archive(**MIXED), out)
    expected = {
        "a": "finished",
        "b": "NotADisclosure",
        "c": "ReaderCrashed",
        "d": "finished",
        "e": "finished",
        "f": "LimitExceeded",
    }
    assert names(listener.records) == names(latest_records(store_at(str(out)))) == expected
    assert head["read"] == {"documents": 6, "failed": 3, "pages": 9}
    assert (head["failures"], head["left"]) == (3, 0)
    assert [record["uri"] for record in manifest(out)["documents"]] == sorted(
        record.uri for record in listener.records
    )
    assert [path.name for path in (out / "batches").iterdir()] == [f"{head['batch']}.json"]


def test_next_batch_does_what_is_left(archive, out):
    folder = archive(**MIXED)
    first, _ = run(folder, out, limit=2)
    assert (first["read"]["documents"], first["left"]) == (2, 4)
    before = {path: path.stat().st_mtime_ns for path in (out / "documents").iterdir()}
    second, listener = run(folder, out)
    assert sorted(names(listener.records)) == ["c", "d", "e", "f"]
    assert all(path.stat().st_mtime_ns == time for path, time in before.items())
    third, listener = run(folder, out)
    assert third["read"]["documents"] == len(listener.records) == 0
    assert third["failures"] == second["failures"] == 3


def test_only_failed(archive, out):
    folder = archive(a="good", b="crash", c="menu")
    run(folder, out)
    archive(d="good")
    head, listener = run(folder, out, only_failed=True)
    assert names(listener.records) == {"b": "ReaderCrashed", "c": "NotADisclosure"}
    assert head["left"] == 1
    assert len(results(out)) == 3


def test_changed_document_is_read_again(archive, out):
    run(archive(a="good"), out)
    head, _ = run(archive(a="good 2"), out)
    assert head["read"]["documents"] == 1
    assert len(results(out)) == 2


def test_hook_is_run_for_every_document(archive, out, tmp_path):
    log = tmp_path / "log"
    script = tmp_path / "hook.sh"
    script.write_text(f'#!/bin/sh\necho "$GONGKAI_STATE $1 $GONGKAI_ERROR" >> {log}\n')
    script.chmod(0o755)
    run(archive(a="good", b="menu", c="good"), out, workers=1, after=f"{script} {{source}}")
    lines = [line.replace(str(tmp_path), "") for line in log.read_text().splitlines()]
    assert [line.strip() for line in lines] == [
        "finished /archive/a.txt",
        "failed /archive/b.txt NotADisclosure: is a menu",
        "finished /archive/c.txt",
    ]


def test_hook_that_fails_or_is_missing_harms_nothing(archive, out):
    head, _ = run(archive(a="good"), out, after="/nowhere/hook {result}")
    assert (head["read"]["documents"], head["failures"]) == (1, 0)


class Spoiler(Listener):
    """Makes a document unreadable between planning and reading."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.path = path

    def planned(self, plan) -> None:
        super().planned(plan)
        self.path.unlink()
        self.path.mkdir()


def test_trouble_of_input_and_output_is_tried_again_and_then_left_for_the_next_batch(
    archive, out, monkeypatch
):
    monkeypatch.setattr("flows.digitise.read_chunk_of.retry_delay_seconds", [0.1] * 3)
    folder = archive(a="good", b="good")
    head, listener = run(folder, out, watcher=Spoiler(folder / "b.txt"))
    assert names(listener.records) == {"a": "finished", "b": "SourceUnavailable"}
    assert head["failures"] == 1
    assert len(done(out)) == 1
    (folder / "b.txt").rmdir()
    assert names(run(archive(b="good"), out)[1].records) == {"b": "finished"}


def test_another_try_of_a_chunk_reads_only_what_is_missing(archive, out):
    folder = archive(a="good", b="good")
    store = store_at(str(out))
    order = Order(str(folder), store.url, isolation=Isolation(extract=READER))
    batch, _ = begin(store, order, make_plan(order, store, keep_fingerprints=False))
    text = (folder / "b.txt").read_text()
    Spoiler(folder / "b.txt").planned(())
    told: list[str] = []
    with pytest.raises(Unavailable, match="IsADirectoryError"):
        read_documents(store, batch, 0, last_try=False, announce=lambda one, _: told.append(one.uri))
    (folder / "b.txt").rmdir()
    (folder / "b.txt").write_text(text)
    outcome = read_documents(store, batch, 0, last_try=False, announce=lambda one, _: told.append(one.uri))
    assert len(outcome.records) == 2
    assert told == [f"{folder}/a.txt", f"{folder}/b.txt"]


def test_chunk_of_a_worker_that_died_is_not_read_again(archive, out):
    """The result is in the store, but nothing was written down of the chunk."""
    folder = archive(a="good", b="menu")
    store = store_at(str(out))
    order = Order(str(folder), store.url, isolation=Isolation(extract=READER))
    batch, _ = begin(store, order, make_plan(order, store, keep_fingerprints=False))
    first = read_documents(store, batch, 0, last_try=False)
    (out / "batches" / batch / "00000.done.json").unlink()
    written = {path: path.stat().st_mtime_ns for path in done(out)}
    again = read_documents(store, batch, 0, last_try=False)
    assert again.records == first.records
    assert {path: path.stat().st_mtime_ns for path in done(out)} == written


def test_unreachable_store_is_an_error(archive, out, monkeypatch):
    monkeypatch.setattr("flows.digitise.plan_batch.retry_delay_seconds", [0.1] * 3)
    out.write_text("a file")
    with pytest.raises(OSError, match=r"Not a directory|File exists"):
        run(archive(a="good"), out)


class TestKilled:
    """``kill -9`` of everything: nothing is lost, nothing is half done, nothing is done again."""

    def test_at_random_moments(self, archive, out):
        chance = random.Random(5)
        contents = {f"d{number:02}": chance.choice(["good", "sleep 0.2", "menu"]) for number in range(24)}
        folder = archive(**contents)
        undisturbed = out.parent / "undisturbed"
        run(folder, undisturbed)
        kept: dict[Path, int] = {}
        for _ in range(3):
            process = start(folder, out, workers=2)
            wait_for(partial(has_more_than, out, len(kept), process))
            time.sleep(chance.uniform(0, 0.4))
            kill_tree(process)
            whole(out)
            assert all(path.stat().st_mtime_ns == written for path, written in kept.items())
            kept = {path: path.stat().st_mtime_ns for path in done(out)}
        head, listener = run(folder, out)
        assert len(listener.records) == 24 - len(kept)
        assert head["left"] == 0
        assert all(path.stat().st_mtime_ns == written for path, written in kept.items())
        assert results(out) == results(undisturbed)
        assert names(latest_records(store_at(str(out)))) == names(latest_records(store_at(str(undisturbed))))
        assert not list((out / ".parts").iterdir())
        assert [path.name for path in (out / "batches").iterdir()] == [f"{head['batch']}.json"]

    def test_dead_run_is_marked_as_crashed(self, archive, out):
        from prefect import get_client

        process = start(archive(a="good", b="sleep 60"), out)
        wait_for(lambda: done(out))
        kill_tree(process)
        run(archive("other", a="good"), out)
        with get_client(sync_client=True) as client:
            runs = client.read_flow_runs(limit=200, sort="START_TIME_DESC")
        states = {run.state.type for run in runs if str(process.pid) in "".join(run.tags)}
        assert {str(state.value) for state in states} == {"CRASHED"}

    def test_control_c_keeps_what_is_done(self, archive, out):
        process = start(archive(a="good", b="sleep 60", c="sleep 60"), out, timeout=100)
        wait_for(lambda: done(out))
        os.killpg(process.pid, signal.SIGINT)
        process.communicate(timeout=60)
        assert process.returncode != 0
        assert len(done(out)) == 1
        assert manifest(out)["left"] == 2


@pytest.fixture
def limited(prefect_server):
    """A limit on how many tasks of a batch run at once, as ``prefect concurrency-limit create`` makes it."""
    from prefect import get_client
    from prefect.client.schemas.actions import GlobalConcurrencyLimitCreate

    name = "tag:gongkai-digitise"
    with get_client(sync_client=True) as client:
        client.create_global_concurrency_limit(GlobalConcurrencyLimitCreate(name=name, limit=1))
        yield
        client.delete_global_concurrency_limit_by_name(name)


def test_tasks_ask_for_leave_only_where_they_are_limited(archive, out, limited):
    tags = tags_of_tasks(run(archive(a="good"), out)[0]["batch"])
    assert tags == {"gongkai-digitise"}


def test_tasks_without_a_limit_carry_no_tag(archive, out):
    assert tags_of_tasks(run(archive(a="good"), out)[0]["batch"]) == set()


def tags_of_tasks(batch: str) -> set[str]:
    """The tags of a batch's chunks, once the server has heard of them."""
    from prefect import get_client
    from prefect.client.schemas.filters import TaskRunFilter, TaskRunFilterName

    wanted = TaskRunFilter(name=TaskRunFilterName(any_=[f"{batch} chunk 0"]))
    with get_client(sync_client=True) as client:
        wait_for(lambda: client.read_task_runs(task_run_filter=wanted))
        return {tag for run in client.read_task_runs(task_run_filter=wanted) for tag in run.tags}


def has_more_than(out: Path, count: int, process) -> bool:
    return len(done(out)) > count or process.poll() is not None


def done(out: Path) -> list[Path]:
    folder = out / "documents"
    return sorted(folder.iterdir()) if folder.exists() else []


def whole(out: Path) -> None:
    for path in done(out):
        json.loads(path.read_text(encoding="utf-8"))


def wait_for(condition, seconds: float = 120.0) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)


def test_events_and_artifact_reach_prefect(archive, out, prefect_server):
    import httpx

    head, listener = run(archive(x="good", y="menu"), out)
    wanted = {f"gongkai.document.{record.id}" for record in listener.records}
    query = {"filter": {"event": {"prefix": ["gongkai.document."]}, "order": "DESC"}, "limit": 50}
    seen: dict[str, str] = {}

    def arrived() -> bool:
        events = httpx.post(f"{prefect_server}/events/filter", json=query, trust_env=False).json()["events"]
        seen.update({event["resource"]["prefect.resource.id"]: event["event"] for event in events})
        return wanted <= seen.keys()

    wait_for(arrived, 60)
    assert sorted(seen[id] for id in wanted) == ["gongkai.document.failed", "gongkai.document.finished"]
    found = httpx.post(
        f"{prefect_server}/artifacts/latest/filter",
        json={"artifacts": {"key": {"any_": ["gongkai-batch"]}}},
        trust_env=False,
    ).json()
    assert head["batch"] in found[0]["data"]


def test_tasks_are_not_cached_and_the_store_is_the_ledger(archive, out):
    folder = archive(a="good")
    run(folder, out)
    shutil.rmtree(out / "documents")
    head, _ = run(folder, out)
    assert head["read"]["documents"] == 1
