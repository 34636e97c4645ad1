"""In the benchmarks: what one ``gongkai extract`` costs on the command line, start of Python included."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.documents import ROOT, Document

COMMAND = (sys.executable, "-c", "from flows.cli import main; main()", "extract")
"""What the console script ``gongkai`` does, with the code of this checkout."""
SOUGHT = 25
"""A document of about this many pages stands for all."""


@dataclass(frozen=True, slots=True)
class Run:
    """One run of the command: wall time, processor time, and the most memory it held at a time."""

    seconds: float
    processor_seconds: float
    peak_mb: float


def run_cold(path: Path) -> Run:
    """Extract a document in a new process. The file may be in the cache of the file system."""
    launcher = [sys.executable, "-m", "tests.benchmarks.launch", *COMMAND, str(path)]
    ended = subprocess.run(launcher, cwd=ROOT, check=True, capture_output=True, text=True)
    return Run(**json.loads(ended.stdout))


def count_pages(path: Path) -> int:
    """The number of pages of a PDF."""
    import pymupdf

    with pymupdf.open(path) as document:
        return int(document.page_count)


def typical(documents: Sequence[Document]) -> Path:
    """The document whose number of pages is nearest to SOUGHT."""
    return min((document.path for document in documents), key=lambda path: abs(count_pages(path) - SOUGHT))


def report(path: Path, runs: Sequence[Run]) -> str:
    """Median and extremes of some runs, in Markdown."""
    wall = _range([run.seconds for run in runs])
    processor = _range([run.processor_seconds for run in runs])
    peak = max(run.peak_mb for run in runs)
    return (
        f"{count_pages(path)} pages, {path.stat().st_size / 1e6:.1f} MB, {len(runs)} runs: "
        f"{wall} on the clock, {processor} of processor time; peak memory {peak:.0f} MB."
    )


def _range(seconds: Sequence[float]) -> str:
    return f"median {statistics.median(seconds):.2f} s ({min(seconds):.2f}–{max(seconds):.2f} s)"
