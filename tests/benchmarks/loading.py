"""In the benchmarks: how fast a warehouse is loaded, whether memory grows, what a killed load leaves."""

from __future__ import annotations

import hashlib
import json
import multiprocessing
import os
import resource
import shutil
import statistics
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from decimal import Decimal
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Final

from tests.benchmarks.documents import ROOT, generated
from tests.benchmarks.report import markdown_table
from tests.benchmarks.tree import descendants, resident_mb

PAGE = ROOT / "docs" / "warehouse.md"
_YEARS = range(2019, 2026)
COMPARED = (
    "documents",
    "organisations",
    "subjects",
    "tables",
    "amounts",
    "statements",
    "statement_figures",
    "checks",
    "repairs",
    "loaded_files",
)


_EVERY: Final = 0.2
"""Seconds between two looks at the memory."""
_FIFTHS: Final = 5


@dataclass(frozen=True, slots=True)
class Sample:
    """Where a load stood at some moment: documents committed, memory of it and its readers together."""

    seconds: float
    documents: int
    resident_mb: float


@dataclass(frozen=True, slots=True)
class Course:
    """How a load went."""

    samples: tuple[Sample, ...]
    documents: int
    seconds: float
    processor_seconds: float


def extracted(workplace: Path, *, count: int) -> list[dict[str, Any]]:
    """Results of generated documents, as parsed JSON."""
    from extract import extract

    documents = generated(workplace, count=count)
    return [json.loads(extract(each.path).model_dump_json(by_alias=True)) for each in documents]


def variations(originals: Sequence[dict[str, Any]], count: int) -> Iterator[dict[str, Any]]:
    """Results that differ from the originals and each other in source, organisation, year and amounts."""
    for number in range(count):
        copy = json.loads(json.dumps(originals[number % len(originals)]))
        copy["id"] = f"sha256:{hashlib.sha256(str(number).encode()).hexdigest()}"
        facts = copy["disclosure"]
        facts["organisation"]["name"] += f"第{number // len(_YEARS)}中心"
        facts["fiscal_year"] = _YEARS[number % len(_YEARS)]
        for table in copy["tables"]:
            for row in table["rows"]:
                row["amounts"] = {key: _varied(amount, number) for key, amount in row["amounts"].items()}
        yield copy


def _varied(amount: str | None, number: int) -> str | None:
    return None if amount is None else str(Decimal(amount) * (1 + number % 97))


def write_results(folder: Path, results: Iterator[dict[str, Any]]) -> None:
    """One ``.json`` a result, as ``gongkai extract`` writes them."""
    folder.mkdir(parents=True, exist_ok=True)
    for number, result in enumerate(results):
        text = json.dumps(result, ensure_ascii=False, separators=(",", ":"))
        (folder / f"{number:06d}.json").write_text(text, encoding="utf-8")


def load_noting(folder: str, address: str) -> Course:
    """Load a folder and note time and memory meanwhile."""
    from flows.warehouse.places import load_into

    start, done, ended = time.perf_counter(), 0, threading.Event()
    samples: list[Sample] = []

    def note(tally: Any) -> None:
        nonlocal done
        done = tally.loaded + tally.unchanged

    def watch() -> None:
        while not ended.wait(_EVERY):
            memory = resident_mb(descendants(os.getpid()))
            samples.append(Sample(time.perf_counter() - start, done, memory))

    watcher = threading.Thread(target=watch)
    watcher.start()
    tally = load_into(folder, address, complain=print, told=note)
    seconds = time.perf_counter() - start
    ended.set()
    watcher.join()
    return Course(tuple(samples), tally.loaded + tally.unchanged, seconds, _processor_seconds())


def _processor_seconds() -> float:
    """Processor time of this process and of the readers that have ended."""
    usages = map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def load_apart(folder: Path, address: str) -> Course:
    """The same in a fresh process, whose memory is that of the load alone."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        return pool.submit(load_noting, str(folder), address).result()


def kill_while_loading(folder: Path, address: str, *, at_documents: int) -> int:
    """Start a load, kill it when it has committed some documents, and say how many are there."""
    import duckdb

    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe(duplex=False)
    program = context.Process(target=_load_telling, args=(str(folder), address, theirs))
    program.start()
    theirs.close()
    while ours.recv() < at_documents:
        pass
    program.kill()
    program.join()
    with duckdb.connect(address.removeprefix("duckdb:///"), read_only=True) as connection:
        found = connection.execute("SELECT count(*) FROM documents").fetchone()
    return int(found[0]) if found else 0


def _load_telling(folder: str, address: str, listener: Connection) -> None:
    """Load, and tell after each chunk how many documents are committed."""
    from flows.warehouse.places import load_into

    load_into(folder, address, complain=print, told=lambda tally: listener.send(tally.loaded))


def fingerprint(address: str) -> dict[str, tuple[int, str]]:
    """Rows and a hash of every table, times of loading left out: equal for equal warehouses."""
    import duckdb

    found = {}
    with duckdb.connect(address.removeprefix("duckdb:///"), read_only=True) as connection:
        connection.execute("SET enable_progress_bar = false")
        for table in COMPARED:
            rest = "* EXCLUDE (valid_from, valid_to)" if table == "documents" else "*"
            query = (
                f"SELECT count(*), CAST(sum(hash(row)) AS VARCHAR) FROM (SELECT {rest} FROM {table}) AS row"
            )
            rows, digest = connection.execute(query).fetchall()[0]
            found[table] = (int(rows), str(digest))
    return found


def results_in(workplace: Path, *, documents: int, originals: int) -> Path:
    """The folder of so many results; what an earlier run has left there is taken."""
    folder = workplace / "results"
    if not folder.is_dir() or sum(1 for _ in folder.iterdir()) != documents:
        made = extracted(workplace / "pdf", count=originals)
        write_results(folder, variations(made, documents))
    return folder


def part_of(results: Path, folder: Path, documents: int) -> Path:
    """A folder with the first of some results, as old as they are."""
    folder.mkdir()
    for path in sorted(results.iterdir())[:documents]:
        shutil.copy2(path, folder)
    return folder


def kill_trial(workplace: Path, results: Path) -> tuple[int, bool]:
    """Kill a load half way and take it up; how much was committed, and whether nothing tells of it."""
    whole, killed = (f"duckdb:///{workplace}/part-{name}.duckdb" for name in ("whole", "killed"))
    load_apart(results, whole)
    left = kill_while_loading(results, killed, at_documents=sum(1 for _ in results.iterdir()) // 2)
    load_apart(results, killed)
    return left, fingerprint(whole) == fingerprint(killed)


def run(workplace: Path, *, results: Path, originals: int) -> str:
    """The whole measurement, as Markdown."""
    address = f"duckdb:///{workplace}/whole.duckdb"
    first = load_apart(results, address)
    print(f"{first.documents} documents in {first.seconds:.1f} s", file=sys.stderr)
    before = fingerprint(address)
    again = load_apart(results, address)
    same = before == fingerprint(address)
    some = max(2, first.documents // _FIFTHS)
    left, as_undisturbed = kill_trial(workplace, part_of(results, workplace / "part", some))
    size = sum(path.stat().st_size for path in results.iterdir()) / 1e6
    return "\n\n".join(
        [
            f"{first.documents:,} results ({size:,.0f} MB of JSON, {before['amounts'][0]:,} amounts),"
            f" varied from {originals} generated documents, into DuckDB: {first.seconds:.1f} s,"
            f" **{first.documents / first.seconds:.0f} documents/s**.",
            _table(first),
            f"Processor time, start and readers included: {first.processor_seconds:.0f} s,"
            f" {first.processor_seconds / first.documents * 1000:.1f} ms a document.",
            f"- Second load of the same folder: {again.seconds:.1f} s, {again.documents / again.seconds:,.0f}"
            f" documents/s; the warehouse {_verdict(same)} the one before.",
            f"- A load of {some:,}, killed (`kill -9`) with {left:,} committed, then taken up:"
            f" the warehouse {_verdict(as_undisturbed)} that of an undisturbed load.",
        ]
    )


def _verdict(same: bool) -> str:
    return "equals" if same else "DIFFERS FROM"


def _table(course: Course) -> str:
    samples = course.samples or (Sample(course.seconds, course.documents, 0.0),)
    size = -(-len(samples) // _FIFTHS)
    parts = [samples[start : start + size] for start in range(0, len(samples), size)]
    rows = [
        [
            str(number),
            f"{part[-1].seconds:.1f}",
            f"{part[-1].documents:,}",
            f"{statistics.median(sample.resident_mb for sample in part):.0f}",
            f"{max(sample.resident_mb for sample in part):.0f}",
        ]
        for number, part in enumerate(parts, 1)
    ]
    heads = ["fifth", "until, s", "documents committed", "resident, MB, median", "most"]
    return markdown_table(heads, rows)
