"""In the benchmarks: ``gongkai digitise`` at work, killed, under attack, on a cluster, and ten times over."""

from __future__ import annotations

import json
import multiprocessing
import os
import random
import resource
import statistics
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from tests.benchmarks.archive import Archive, bomb, digital, endless, scanned, write_hostile
from tests.benchmarks.report import markdown_table
from tests.benchmarks.tree import Samples, count_done, digitise, kill_tree, sampled

T = TypeVar("T")
ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "GONGKAI_OCR_THREADS"), "1")
_KILLS = 5
_BATCHES = 10
_WINDOWS = 5
_LOOK = 0.02


@dataclass(frozen=True, slots=True)
class Batch:
    """A batch that ended by itself: its seconds, those until its first document, and its exit code."""

    seconds: float
    first: float
    code: int
    samples: Samples


def run_batch(
    source: Path, store: Path, home: Path, *options: str, environment: dict[str, str] | None = None
) -> Batch:
    """Run ``gongkai digitise`` to its end, watched from outside."""
    start = time.perf_counter()
    process = digitise(str(source), "--out", str(store), *options, home=home, environment=environment)
    with sampled(process.pid, store) as samples:
        while not count_done(store) and process.poll() is None:
            time.sleep(_LOOK)
        first = time.perf_counter() - start
        code = process.wait()
    return Batch(time.perf_counter() - start, first, code, samples)


def _error(outcome: str | None) -> str:
    """The name of the error alone."""
    return (outcome or "").partition(":")[0]


def outcomes(store: Path) -> dict[str, str]:
    """What came of each document by file name: ``finished``, or the error and what is wrong."""
    return {Path(one["uri"]).name: _outcome(one) for one in manifest(store)["documents"]}


def manifest(store: Path) -> dict[str, Any]:
    """The newest manifest of a store."""
    newest = max((store / "manifests").iterdir())
    return dict(json.loads(newest.read_text(encoding="utf-8")))


def _outcome(record: dict[str, Any]) -> str:
    failure = record["failure"]
    return f"{failure['error']}: {failure['problem']}" if failure else str(record["state"])


def timeless(store: Path) -> dict[str, Any]:
    """Every file of the ledger by name, without the seconds of results; raises ValueError for half of one."""
    values = {path.name: json.loads(path.read_bytes()) for path in (store / "documents").iterdir()}
    for value in values.values():
        if quality := value.get("quality"):
            del quality["seconds"]
    return values


def whole_batch(archive: Archive, workplace: Path) -> str:
    """Every document of a mixed archive: the right outcome of each, and the memory over time."""
    batch = run_batch(archive.folder, workplace / "out", workplace / "home")
    wanted, got = archive.outcomes, outcomes(workplace / "out")
    wrong = [f"{name} {got.get(name)}" for name in sorted(wanted) if wanted[name] != _error(got.get(name))]
    rows = [[outcome, str(number)] for outcome, number in Counter(map(_error, got.values())).most_common()]
    return "\n\n".join(
        [
            f"{len(got)} of {len(wanted)} documents, {len(wrong)} with another outcome than they must have"
            f"{': ' + ', '.join(wrong[:5]) if wrong else ''}. {batch.seconds:.0f} s, exit code {batch.code}.",
            markdown_table(["outcome", "documents"], rows),
            _memory(batch.samples),
        ]
    )


def _memory(samples: Samples) -> str:
    """The memory of all processes together in equal parts of the time."""
    size = max(1, len(samples.mb) // _WINDOWS)
    rows = [
        [
            f"{samples.documents[start]}–{samples.documents[start : start + size][-1]}",
            f"{statistics.median(samples.mb[start : start + size]):.0f}",
            f"{max(samples.mb[start : start + size]):.0f}",
        ]
        for start in range(0, size * min(_WINDOWS, len(samples.mb)), size)
    ]
    return markdown_table(["documents done", "all processes, MB, median", "at most"], rows)


def overhead(archive: Archive, workplace: Path) -> str:
    """A batch against bare loops over ``extract``, one process a core, before and after it.

    Prefect's database exists before: how long a fresh machine takes to make it, ``started`` tells.
    """
    home = workplace / "home"
    run_batch(archive.folder, workplace / "one", home, "--limit", "1")
    before, before_cpu = _timed(lambda: bare_loop(archive))
    batch, cpu = _timed(lambda: run_batch(archive.folder, workplace / "out", home))
    after, after_cpu = _timed(lambda: bare_loop(archive))
    bare, bare_cpu = (before + after) / 2, (before_cpu + after_cpu) / 2
    took = batch.seconds
    rows = [
        ["bare loop before, one process a core", f"{before:.1f}", f"{before_cpu:.1f}", ""],
        ["bare loop after", f"{after:.1f}", f"{after_cpu:.1f}", ""],
        ["`gongkai digitise`, all of it", f"{took:.1f}", f"{cpu:.1f}", f"{took / bare - 1:+.1%}"],
        ["of which until the first document", f"{batch.first:.1f}", "", f"{batch.first / bare:+.1%}"],
    ]
    head = ["", "seconds", "of processor", "against the mean of both loops"]
    note = f"{archive.count} documents. Processor time {cpu / bare_cpu - 1:+.1%}."
    return f"{note}\n\n{markdown_table(head, rows)}"


def _timed(work: Callable[[], T]) -> tuple[T, float]:
    """What comes of some work, and the seconds of processor of the processes that ended in it."""
    start = _children_cpu()
    outcome = work()
    return outcome, _children_cpu() - start


def _children_cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def bare_loop(archive: Archive) -> float:
    """Seconds that so many processes as there are cores take to extract all documents, nothing written."""
    os.environ.update(ONE_THREAD)
    start = time.perf_counter()
    with multiprocessing.get_context("spawn").Pool(os.cpu_count()) as pool:
        for _ in pool.imap_unordered(_extract, [archive.folder / name for name in archive.outcomes]):
            pass
    return time.perf_counter() - start


def _extract(path: Path) -> None:
    from extract import extract
    from extract.errors import ExtractionError

    try:
        extract(path)
    except ExtractionError:
        return


def killed(archive: Archive, workplace: Path) -> str:
    """``kill -9`` of everything at random moments, against a batch nobody disturbed."""
    undisturbed = run_batch(archive.folder, workplace / "whole", workplace / "home")
    chance, store, log = random.Random(9), workplace / "out", workplace / "log"
    hook = ("--after", f"{_logger(workplace, log)} {{id}}")
    rows, kept = [], _written(store)
    for number in range(_KILLS):
        after = chance.uniform(0.2, 0.9) * undisturbed.seconds
        _kill_after(after, archive, workplace, hook)
        again = sum(kept[name] != time for name, time in _written(store).items() if name in kept)
        rows.append([str(number + 1), f"{after:.1f}", str(len(kept)), str(count_done(store)), str(again)])
        kept = _written(store)
        timeless(store)
    run_batch(archive.folder, store, workplace / "home", *hook)
    again = sum(kept[name] != time for name, time in _written(store).items() if name in kept)
    rows.append(["to the end", "", str(len(kept)), str(count_done(store)), str(again)])
    same = timeless(store) == timeless(workplace / "whole")
    told = Counter(log.read_text(encoding="utf-8").splitlines())
    head = ["kill", "after, s", "done before", "done after", "written again"]
    return (
        f"{markdown_table(head, rows)}\n\nStore {'equal' if same else 'NOT EQUAL'} to that of an undisturbed"
        f" batch but for `quality.seconds`; the hook ran for {len(told)} of {archive.count} documents,"
        f" for one at most {max(told.values())} times."
    )


def _logger(workplace: Path, log: Path) -> Path:
    """A program that appends what it is given to a file."""
    script = workplace / "log.sh"
    script.write_text(f'#!/bin/sh\necho "$1" >> {log}\n', encoding="utf-8")
    script.chmod(0o755)
    log.touch()
    return script


def _kill_after(seconds: float, archive: Archive, workplace: Path, options: Sequence[str]) -> None:
    process = digitise(
        str(archive.folder), "--out", str(workplace / "out"), *options, home=workplace / "home"
    )
    time.sleep(seconds)
    kill_tree(process.pid)
    process.wait()


def _written(store: Path) -> dict[str, int]:
    """When each file of the ledger was written."""
    folder = store / "documents"
    return {path.name: path.stat().st_mtime_ns for path in folder.iterdir()} if folder.is_dir() else {}


def hostile(_archive: Archive, workplace: Path) -> str:
    """A bomb, an endless page, an eater of 3 GB and a crash among good documents: each fails alone."""
    folder = workplace / "hostile"
    folder.mkdir()
    good = [digital, scanned]
    write_hostile(folder, [*good, bomb, endless])
    for name in ("eater", "crash"):
        (folder / f"{name}.pdf").write_bytes(digital(1) + f"%{name}".encode())
    store = workplace / "out"
    parameters = {"source": str(folder), "out": str(store), "timeout": 60.0, "workers": 1}
    with _prefect(workplace / "home"):
        from flows.digitise import digitise as flow

        flow(**parameters, reader="tests.benchmarks.saboteur:extract")
    rows = [[name, outcome] for name, outcome in sorted(outcomes(store).items())]
    return markdown_table(["document", "outcome"], rows, right=False)


@contextmanager
def _prefect(home: Path) -> Iterator[None]:
    """A Prefect of its own for flows that run in this process."""
    from flows.embedded import embedded_server
    from flows.quiet import settle_environment

    os.environ["PREFECT_HOME"] = str(home)
    settle_environment()
    with embedded_server():
        yield


def dask(archive: Archive, workplace: Path) -> str:
    """The same batch on a cluster of one worker and of two; the seconds are those of the manifest."""
    from distributed import LocalCluster

    seconds = {}
    for workers in (1, 2):
        with LocalCluster(n_workers=workers, threads_per_worker=1, dashboard_address=None) as cluster:
            store = workplace / f"out{workers}"
            options = ("--dask", cluster.scheduler_address)
            run_batch(archive.folder, store, workplace / "home", *options)
        assert len(outcomes(store)) == archive.count
        seconds[workers] = manifest(store)["seconds"]
    rows = [[str(workers), f"{took:.1f}", f"{took / seconds[1]:.2f}"] for workers, took in seconds.items()]
    return f"{archive.count} documents.\n\n{markdown_table(['Dask workers', 'seconds', 'share'], rows)}"


def started(archive: Archive, workplace: Path) -> str:
    """Ten batches one after the other with one Prefect: how long each takes to its first document."""
    home = workplace / "home"
    rows = []
    for number in range(1, _BATCHES + 1):
        batch = run_batch(archive.folder, workplace / f"out{number}", home)
        size = sum(path.stat().st_size for path in home.glob("prefect.db*")) / 1e6
        rows.append([str(number), f"{batch.first:.1f}", f"{batch.seconds:.1f}", f"{size:.1f}"])
    head = ["batch", "first document after, s", "all after, s", "Prefect's database, MB"]
    return f"{archive.count} documents a batch, the first on a fresh machine.\n\n{markdown_table(head, rows)}"


TRIALS = {
    "whole": whole_batch,
    "overhead": overhead,
    "killed": killed,
    "hostile": hostile,
    "dask": dask,
    "started": started,
}
"""By name: takes an archive and an empty folder, gives Markdown."""
