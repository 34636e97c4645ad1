"""For the command line: a batch as it runs, as one line on standard error, and as a few lines at its end."""

from __future__ import annotations

import threading
import time
from types import TracebackType
from typing import Any

from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    ProgressColumn,
    SpinnerColumn,
    Task,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from flows.plan import Plan
from flows.records import Record


class _Rates(ProgressColumn):
    """Pages, pages a second and failures."""

    def render(self, task: Task) -> Text:
        pages, failures = task.fields["pages"], task.fields["failures"]
        elapsed = time.monotonic() - task.fields["since"]
        rate = f"{pages / elapsed:.1f} pages/s" if pages else "- pages/s"
        style = "red" if failures else ""
        return Text.assemble(f"{pages:,} pages  {rate}  ", (f"{failures:,} failed", style))


class ProgressBar:
    """Shows documents, pages, pages a second, failures and the time left."""

    def __init__(self, console: Console | None = None, *, start: str = "starting") -> None:
        self._lock = threading.Lock()
        self._progress = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(bar_width=24),
            TextColumn("{task.completed:,.0f}/{task.total:,.0f} documents"),
            _Rates(),
            TimeRemainingColumn(),
            console=console or Console(stderr=True),
            transient=True,
        )
        self._task = self._progress.add_task(start, total=0, pages=0, failures=0, since=time.monotonic())

    def __enter__(self) -> ProgressBar:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.stop()

    def hashed(self, documents: int, more: int) -> None:
        """So many documents were found, so many more are hashed."""
        self._progress.update(self._task, description="hashing", total=documents, advance=more)

    def planned(self, plan: Plan) -> None:
        """Start to count what is to be read."""
        self._progress.reset(self._task, total=len(plan.todo), description="reading")
        self._progress.update(self._task, since=time.monotonic())

    def read(self, record: Record) -> None:
        """Count one document."""
        with self._lock:
            fields: dict[str, Any] = self._progress.tasks[0].fields
            self._progress.update(
                self._task,
                advance=1,
                pages=fields["pages"] + record.pages,
                failures=fields["failures"] + (record.state == "failed"),
            )


def plan_lines(plan: Plan) -> list[str]:
    """What a batch would do."""
    counts = [
        ("to read", f"{len(plan.todo):,} documents, about {plan.pages:,} pages"),
        ("finished before", f"{len(plan.finished):,}"),
        ("failed before", f"{len(plan.failed):,}"),
        ("left for later", f"{len(plan.left_out):,}"),
        ("same bytes as another", f"{len(plan.same):,}"),
        ("cannot be opened", f"{len(plan.unreadable):,}"),
    ]
    return [f"{label:22} {value}" for label, value in counts]


def batch_line(head: dict[str, Any], report: str) -> str:
    """What a batch has done."""
    read, seconds = head["read"], head["seconds"]
    rate = read["pages"] / seconds if seconds else 0.0
    return (
        f"{read['documents']:,} documents read, {read['failed']:,} failed, {head['left']:,} left;"
        f" {read['pages']:,} pages in {seconds:,.1f} s ({rate:,.1f} pages/s). Report: {report}"
    )
