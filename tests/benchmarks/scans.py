"""In the benchmarks: how right gongkai is when a document arrives as pixels, whatever happened to them.

The pages with tables of digital PDFs (and the first page, which names the document) are cut out, sent
through every way of ``tests.corpus.arrivals`` and extracted. The truth is the extraction of the same
pages while they were digital, which ``accuracy`` holds against the truth or gold of whole documents.
"""

from __future__ import annotations

import json
import os
import statistics
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from tests.benchmarks.documents import SHARED, Document, documents_in, generated
from tests.benchmarks.memory import resident_mb
from tests.benchmarks.report import markdown_table
from tests.corpus.arrivals import ARRIVALS, Arrival
from tests.corpus.compare import TRUSTED, plain_name

Cell = tuple[str, str, str, Decimal]
"""Form kind, row, column and figure."""
Output = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Task:
    """The pages of a digital PDF that are read, and what their own text says."""

    name: str
    data: bytes
    cells: Counter[Cell]
    codes: Counter[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Reading:
    """One document that arrived one way.

    ``false`` cells hold a figure that the document does not print there; ``unflagged`` of them pass for
    proven or consistent. ``wrong`` and ``lost`` name the cells. ``resident`` is the memory of the
    ``process`` afterwards, in MB.
    """

    document: str
    arrival: str
    wanted: int
    right: int
    false: int
    unflagged: int
    codes_wanted: int
    codes_wrong: int
    pages: int
    seconds: float
    recognising: float
    wrong: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()
    failure: str = ""
    process: int = 0
    resident: float = 0.0

    @property
    def f1(self) -> float:
        """Of the amount cells."""
        return f1(self.right, self.wanted, self.false)


def f1(right: int, wanted: int, false: int) -> float:
    """Harmonic mean of precision and recall; 1.0 when there is nothing to find and nothing found."""
    return 2 * right / (wanted + right + false) if wanted + right + false else 1.0


def make_task(document: Document, most: int, seed: int) -> Task:
    """Cut out the first page and up to ``most`` pages on which tables with figures begin, evenly spread.

    Which ones depends on the seed. A page that only goes on with a table would be taken for the next
    page of another; with ``most`` 0 all pages with figures in tables are cut out, such ones too.
    """
    import pymupdf

    from extract import extract

    tables = json.loads(extract(document.path).model_dump_json(by_alias=True))["tables"]
    chosen = sorted({0, *(page - 1 for page in _pages_of(tables, most, seed))})
    with pymupdf.open(document.path) as pages:
        pages.select(chosen)
        data = bytes(pages.tobytes(garbage=3, no_new_id=True))
    output = _extracted(data, ".pdf")
    return Task(document.path.stem, data, Counter(_cells(output)), Counter(_codes(output)))


def _pages_of(tables: Sequence[Mapping[str, Any]], most: int, seed: int) -> list[int]:
    """The pages to read, counted from 1."""
    held = [table["pages"] for table in tables if _figures(table)]
    if most == 0:
        return sorted({page for pages in held for page in pages})
    return _spread(sorted({min(pages) for pages in held}), most, seed)


def _figures(table: Mapping[str, Any]) -> bool:
    return any(value is not None for row in table["rows"] for value in row["amounts"].values())


def _spread(pages: Sequence[int], most: int, seed: int) -> list[int]:
    if len(pages) <= most:
        return list(pages)
    return sorted(pages[(seed + place * len(pages) // most) % len(pages)] for place in range(most))


def _extracted(data: bytes, suffix: str) -> dict[str, Any]:
    from extract import Options, extract

    result = extract(data, options=Options(file_name=f"document{suffix}", narrative=False))
    return dict(json.loads(result.model_dump_json(by_alias=True)))


def _placed(output: Output) -> Iterator[tuple[Cell, str]]:
    """Every figure other than zero with its proof."""
    for table in output["tables"]:
        for row in table["rows"]:
            for column, text in row["amounts"].items():
                if text is not None and Decimal(text):
                    proof = row["cells"].get(column, {}).get("proof", "unchecked")
                    yield (table["kind"], _row_key(row), column, Decimal(text)), proof


def _row_key(row: Mapping[str, Any]) -> str:
    if row["code"]:
        return f"{row['side'] or ''}{row['code']}"
    name = plain_name(row.get("printed_name") or row["name"])
    return f"line {row['line']}" if row["line"] is not None else f"{row['side'] or ''}:{name}"


def _cells(output: Output) -> Iterator[Cell]:
    return (cell for cell, _ in _placed(output))


def _codes(output: Output) -> Iterator[tuple[str, str]]:
    return ((t["kind"], row["code"]) for t in output["tables"] for row in t["rows"] if row["code"])


def read(task: Task, name: str, seed: int) -> Reading:
    """Send a document through one way of arriving and compare what is read with what it said."""
    from extract.errors import ExtractionError

    arrival = ARRIVALS[name]
    data = arrival.make(task.data, seed)
    wanted, codes = (task.cells, task.codes) if _whole(arrival) else _of_last_page(task)
    start = time.perf_counter()
    failure = ""
    try:
        output = _extracted(data, arrival.suffix)
    except ExtractionError as error:
        failure, output = str(error), {"tables": [], "quality": {"pages_ocr": 0, "seconds": {}}}
    seconds = time.perf_counter() - start
    reading = _compared(task.name, name, wanted, codes, output, seconds, failure)
    return replace(reading, process=os.getpid(), resident=resident_mb())


def _whole(arrival: Arrival) -> bool:
    return arrival.suffix not in (".png", ".jpg")


def _of_last_page(task: Task) -> tuple[Counter[Cell], Counter[tuple[str, str]]]:
    import pymupdf

    with pymupdf.open(stream=task.data, filetype="pdf") as pages:
        pages.select([pages.page_count - 1])
        output = _extracted(bytes(pages.tobytes(garbage=3, no_new_id=True)), ".pdf")
    return Counter(_cells(output)), Counter(_codes(output))


def _compared(
    document: str,
    arrival: str,
    wanted: Counter[Cell],
    codes: Counter[tuple[str, str]],
    output: Output,
    seconds: float,
    failure: str,
) -> Reading:
    left = wanted.copy()
    wrong: list[str] = []
    unflagged = 0
    for cell, proof in _placed(output):
        if left[cell]:
            left[cell] -= 1
            continue
        unflagged += proof in TRUSTED
        wrong.append(f"{_named(cell)} ({proof})")
    found = Counter(_codes(output))
    lost = [_named(cell) for cell in left.elements()]
    return Reading(
        document=document,
        arrival=arrival,
        wanted=wanted.total(),
        right=wanted.total() - len(lost),
        false=len(wrong),
        unflagged=unflagged,
        codes_wanted=codes.total(),
        codes_wrong=(codes - found).total() + (found - codes).total(),
        pages=output["quality"]["pages_ocr"],
        seconds=seconds,
        recognising=output["quality"]["seconds"].get("ocr", 0.0),
        wrong=tuple(wrong),
        lost=tuple(lost),
        failure=failure,
    )


def _named(cell: Cell) -> str:
    return "/".join(map(str, cell))


_MANY_PAGES = 50
_FIFTHS = 5
HEAD = (
    "arrives as",
    "documents",
    "cells",
    "F1",
    "lowest",
    "false",
    "wrong and unflagged",
    "codes wrong",
    "s/page",
)


def report(readings: Sequence[Reading]) -> str:
    """The readings in Markdown, one line for each way of arriving; hard ones below."""
    names = [name for name in ARRIVALS if any(reading.arrival == name for reading in readings)]
    ordered = sorted(names, key=lambda name: ARRIVALS[name].hard)
    table = markdown_table(HEAD, [_line(name, _of(readings, name)) for name in ordered])
    return "\n\n".join(filter(None, (table, _memory_told(readings))))


def _memory_told(readings: Sequence[Reading]) -> str:
    """Resident memory of the process that read most, as medians of fifths of its pages."""
    pages = Counter[int]()
    for reading in readings:
        pages[reading.process] += reading.pages
    process, count = pages.most_common(1)[0]
    if count < _MANY_PAGES:
        return ""
    fifths: list[list[float]] = [[] for _ in range(_FIFTHS)]
    seen = 0
    for reading in (reading for reading in readings if reading.process == process):
        fifths[min(seen * _FIFTHS // count, _FIFTHS - 1)].append(reading.resident)
        seen += reading.pages
    middles = " · ".join(f"{statistics.median(fifth):.0f}" for fifth in fifths)
    return f"Resident memory of one process over {count} of these pages, medians of fifths: {middles} MB."


def _of(readings: Iterable[Reading], arrival: str) -> list[Reading]:
    return [reading for reading in readings if reading.arrival == arrival]


def _line(name: str, readings: Sequence[Reading]) -> list[str]:
    scores = [reading.f1 for reading in readings if reading.wanted]
    pages = sum(reading.pages for reading in readings)
    wanted, wrong = (
        sum(r.codes_wanted for r in readings),
        sum(r.codes_wrong for r in readings),
    )
    return [
        f"{name} (hard)" if ARRIVALS[name].hard else name,
        str(len(readings)),
        f"{sum(reading.wanted for reading in readings):,}",
        f"{sum(scores) / len(scores):.4f}" if scores else "",
        f"{min(scores):.4f}" if scores else "",
        str(sum(reading.false for reading in readings)),
        str(sum(reading.unflagged for reading in readings)),
        f"{wrong} of {wanted:,}",
        f"{sum(reading.recognising for reading in readings) / pages:.2f}" if pages else "",
    ]


def documents(folder: Path | None, workplace: Path, seed: int, count: int = 2) -> list[Document]:
    """The PDFs of a folder or, without one, the real documents and ``count`` generated from the seed."""
    if folder:
        return documents_in(folder, workplace)
    real = documents_in(None, workplace / "real") if (SHARED / "real").is_dir() else []
    return real + generated(workplace, count=count, first=seed)


def read_all(
    sources: Sequence[Document], arrivals: Sequence[str], *, seed: int, most: int, log: Path | None = None
) -> list[Reading]:
    """Every document in every way of arriving; ``most`` pages with tables of each.

    Readings are added to ``log``, and those that already stand there are not done again: what takes
    long can be done in several runs. A log is of one seed and one number of pages.
    """
    readings = _logged(log)
    done = {(reading.document, reading.arrival) for reading in readings}
    wanted = [(document, name) for name in arrivals for document in sources]
    left = [(document, name) for document, name in wanted if (document.path.stem, name) not in done]
    tasks: dict[Path, Task] = {}
    for document, name in left:
        task = tasks.setdefault(document.path, tasks.get(document.path) or make_task(document, most, seed))
        readings.append(read(task, name, seed))
        if log:
            with log.open("a", encoding="utf-8") as lines:
                print(json.dumps(asdict(readings[-1]), ensure_ascii=False), file=lines)
    return readings


def _logged(log: Path | None) -> list[Reading]:
    if log is None or not log.exists():
        return []
    lines = log.read_text(encoding="utf-8").splitlines()
    readings = (Reading(**json.loads(line)) for line in lines)
    return [replace(reading, wrong=tuple(reading.wrong), lost=tuple(reading.lost)) for reading in readings]
