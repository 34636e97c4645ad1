"""In the benchmarks: how many pages a second gongkai and others read, and how many figures they find."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.contestants import CONTESTANTS, Contestant
from tests.benchmarks.documents import Document
from tests.benchmarks.figures import WantedRow, count_found, count_wanted, wanted_rows
from tests.benchmarks.report import markdown_table


@dataclass(frozen=True, slots=True)
class Task:
    """A document for all contestants: how many pages it has, on which there are tables, what is in them."""

    path: Path
    pages: int
    table_pages: tuple[int, ...]
    wanted: tuple[WantedRow, ...]


@dataclass(frozen=True, slots=True)
class Result:
    """What a contestant needed for all documents, in seconds, and the share of figures it found."""

    contestant: Contestant
    pages: int
    seconds: float
    found: int
    wanted: int

    @property
    def rate(self) -> float:
        """Pages a second."""
        return self.pages / self.seconds


def make_task(document: Document) -> Task:
    """A document with the pages on which gongkai finds tables, which are given to the others."""
    from extract import extract

    result = extract(document.path)
    pages = {page for table in result.tables for page in table.pages}
    wanted = tuple(wanted_rows(document.truth)) if document.truth else ()
    return Task(document.path, result.source.pages, tuple(sorted(pages)), wanted)


def measure(tasks: Sequence[Task], *, repeats: int) -> list[Result]:
    """Run all contestants over all documents, in turns, so that what disturbs one disturbs all.

    A first round, which is not timed, warms up and counts the figures. The seconds of a contestant
    are the sum over documents of the median of its times.
    """
    found = [sum(_found(contestant, task) for task in tasks) for contestant in CONTESTANTS]
    times: dict[tuple[str, Path], list[float]] = {}
    for repeat in range(repeats):
        for task in tasks:
            for contestant in _turned(repeat):
                times.setdefault((contestant.name, task.path), []).append(_timed(contestant, task))
    return [
        Result(
            contestant,
            pages=sum(task.pages if contestant.whole_document else len(task.table_pages) for task in tasks),
            seconds=sum(statistics.median(times[contestant.name, task.path]) for task in tasks),
            found=figures,
            wanted=sum(count_wanted(task.wanted) for task in tasks),
        )
        for contestant, figures in zip(CONTESTANTS, found, strict=True)
    ]


def _turned(repeat: int) -> tuple[Contestant, ...]:
    """The contestants, another one first each time."""
    start = repeat % len(CONTESTANTS)
    return CONTESTANTS[start:] + CONTESTANTS[:start]


def _found(contestant: Contestant, task: Task) -> int:
    return count_found(task.wanted, contestant.rows(contestant.read(task.path, task.table_pages)))


def _timed(contestant: Contestant, task: Task) -> float:
    gc.collect()
    start = time.perf_counter()
    contestant.read(task.path, task.table_pages)
    return time.perf_counter() - start


HEAD = ("reader", "pages", "s", "pages/s", "× pages/s", "× documents/s", "figures found")


def report(tasks: Sequence[Task], results: Sequence[Result], *, repeats: int) -> str:
    """The results in Markdown; × says how many times as fast the first contestant is."""
    own = results[0]
    rows = [
        [
            result.contestant.name,
            str(result.pages),
            f"{result.seconds:.2f}",
            f"{result.rate:.1f}",
            f"{own.rate / result.rate:.1f}",
            f"{result.seconds / own.seconds:.1f}",
            f"{result.found:,} of {result.wanted:,} ({result.found / result.wanted:.1%})"
            if own.wanted
            else "",
        ]
        for result in results
    ]
    judged = sum(bool(task.wanted) for task in tasks)
    pages, table_pages = own.pages, sum(len(task.table_pages) for task in tasks)
    said = f"{len(tasks)} documents ({judged} with gold), {pages} pages, {table_pages} of them with tables."
    timed = [[result.contestant.name, result.contestant.does] for result in results]
    return "\n\n".join(
        (
            f"{said} Median of {repeats} rounds.",
            markdown_table(HEAD, rows),
            markdown_table(["reader", "what is timed"], timed, right=False),
        )
    )
