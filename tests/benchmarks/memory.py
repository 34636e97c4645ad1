"""In the benchmarks: whether a process that reads many documents grows."""

from __future__ import annotations

import gc
import resource
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.documents import Document
from tests.benchmarks.report import markdown_table

WARM = 0.2
"""The share of the documents after which all modules are loaded and all caches filled."""


@dataclass(frozen=True, slots=True)
class Reading:
    """Resident memory after some number of documents."""

    documents: int
    resident_mb: float


def resident_mb() -> float:
    """The resident set of this process (Linux)."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * resource.getpagesize() / 1e6


def read_all(documents: Sequence[Document], *, every: int) -> list[Reading]:
    """Extract all documents to JSON, one after the other, and note the memory after each ``every``."""
    from extract import extract

    readings = []
    for number, document in enumerate(documents, 1):
        extract(document.path).model_dump_json(by_alias=True)
        if number % every == 0 or number == len(documents):
            gc.collect()
            readings.append(Reading(number, resident_mb()))
    return readings


def spread(readings: Sequence[Reading]) -> float:
    """Largest deviation from the middle of the range, as a share of it, once warm."""
    last = readings[-1].documents
    warm = [reading.resident_mb for reading in readings if reading.documents >= WARM * last]
    return (max(warm) - min(warm)) / (max(warm) + min(warm))


def report(readings: Sequence[Reading]) -> str:
    """The readings in Markdown."""
    rows = [[str(reading.documents), f"{reading.resident_mb:.0f}"] for reading in readings]
    start, end = round(WARM * readings[-1].documents), readings[-1].documents
    said = f"From document {start} to {end} it stays within ±{spread(readings):.1%}."
    return f"{markdown_table(['documents read', 'resident, MB'], rows)}\n\n{said}"
