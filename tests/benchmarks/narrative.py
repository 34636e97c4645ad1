"""In the benchmarks: what the running text costs: loading spaCy, and its share of the time of a document."""

from __future__ import annotations

import statistics
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.documents import ROOT, SHARED
from tests.benchmarks.report import PROSE_PAGE, markdown_table

PAGE = PROSE_PAGE
"""The page its result stands on."""
_START = "import time, models.disclosure, extract.pipeline; before = time.process_time()"
_END = "print(time.process_time() - before)"
LOADS = {
    "`import spacy`": "import spacy",
    "spaCy with our pipeline": "from extract.narrative.reading import ready_language; ready_language()",
}
"""What is loaded, in a process that has everything extraction needs before the first text."""


@dataclass(frozen=True, slots=True)
class Share:
    """Seconds of a document, and those of them for its running text, comparing it with the forms included."""

    path: Path
    whole: float
    narrative: float


def loading_seconds(code: str) -> float:
    """Seconds of processor time some code takes in a new process; those on the clock are others' too."""
    run = subprocess.run(
        [sys.executable, "-c", f"{_START}; {code}; {_END}"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    return float(run.stdout)


def load_in_turns(repeats: int) -> dict[str, list[float]]:
    """What is to be loaded, in turns, so that what disturbs one disturbs all."""
    times: dict[str, list[float]] = {name: [] for name in LOADS}
    for _ in range(repeats):
        for name, code in LOADS.items():
            times[name].append(loading_seconds(code))
    return times


def share_of(path: Path, repeats: int) -> Share:
    """The medians of some readings, after one that loads everything."""
    from extract import extract

    extract(path)
    seconds = [extract(path).quality.seconds for _ in range(repeats)]
    return Share(
        path,
        statistics.median(sum(each.values()) for each in seconds),
        statistics.median(each["narrative"] for each in seconds),
    )


def documents(folder: Path | None) -> list[Path]:
    """PDFs and transcripts of a folder; without one, the real documents beside the checkout."""
    folders = [folder] if folder is not None else [SHARED / "real", SHARED / "seeds"]
    return sorted(path for each in folders for path in each.glob("*.*") if path.suffix in (".pdf", ".txt"))


def report(times: dict[str, list[float]], shares: Sequence[Share]) -> str:
    """Both tables in Markdown."""
    loads = [
        (name, str(len(each)), f"{min(each):.2f}", f"{statistics.median(each):.2f}", f"{max(each):.2f}")
        for name, each in times.items()
    ]
    rows = [
        (
            f"`{each.path.name}`",
            f"{each.whole:.2f}",
            f"{each.narrative:.3f}",
            f"{100 * each.narrative / each.whole:.0f} %",
        )
        for each in shares
    ]
    loading = markdown_table(
        ("loaded in a new process", "runs", "min s of processor", "median", "max"), loads
    )
    return f"{loading}\n\n{markdown_table(('document', 's', 's of the text', 'share'), rows)}"
