"""In the benchmarks: what scanned pages cost beside the recogniser itself, and on two cores."""

from __future__ import annotations

import multiprocessing
import os
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path
from typing import Any

from tests.benchmarks.documents import Document
from tests.benchmarks.report import markdown_table
from tests.benchmarks.scans import make_task
from tests.corpus.raster import CONDITIONS, rasterised

_ARRIVALS = ("scan200", "scan150", "scan300", "fax200")


def scanned_pages(documents: Sequence[Document], seed: int) -> list[bytes]:
    """One page with tables of each document as a scan of one page, the ways to be scanned in turn."""
    import pymupdf

    pages = []
    for number, (document, arrival) in enumerate(zip(documents, cycle(_ARRIVALS), strict=False)):
        data = make_task(document, 1, seed).data
        with pymupdf.open(stream=data, filetype="pdf") as digital:
            last = digital.page_count - 1
        pages.append(rasterised(data, CONDITIONS[arrival], seed + number, [last]))
    return pages


def _extracted(data: bytes) -> None:
    from extract import Options, extract
    from extract.errors import NotADisclosure

    try:
        extract(data, options=Options(file_name="page.pdf", narrative=False)).model_dump_json(by_alias=True)
    except NotADisclosure:  # one page need not say what document it is of; it was read all the same
        return


def _pixels(data: bytes) -> Any:
    """The picture of the page as the engine gets it, RGB."""
    from extract.reading.intake import Limits
    from extract.reading.pdf import read_pdf
    from extract.reading.picture import picture_source

    document = read_pdf(data, file_name="page.pdf", limits=Limits())
    with picture_source(document, "page.pdf", Limits()) as source:
        return source.picture(document.pages[0]).pixels


def whole_engine() -> Callable[[Any], Any]:
    """RapidOCR as its makers ship it, with the runtime, the weights and the threads gongkai gives it."""
    from rapidocr import EngineType, RapidOCR

    from extract.ocr.paddle import paddle_engine, runtime_options, threads

    runtime = EngineType(paddle_engine().backend)
    kinds = {f"{part}.engine_type": runtime for part in ("Det", "Cls", "Rec")}
    whole = RapidOCR(params={**runtime_options(threads()), **kinds})
    return lambda pixels: whole(pixels, use_det=True, use_cls=False, use_rec=True)


def against_engine(pages: Sequence[bytes]) -> str:
    """Seconds per page of gongkai and of the engine on the same picture, one after the other, warmed up."""
    engine = whole_engine()
    rows = []
    for data in (pages[0], *pages):
        pixels = _pixels(data)
        own, whole = _seconds(engine, pixels), _seconds(_extracted, data)
        rows.append((own, whole))
    rows = rows[1:]
    own, whole = (sum(times) for times in zip(*rows, strict=True))
    ratios = sorted(whole / own for own, whole in rows)
    table = markdown_table(
        ["pages", "engine, s/page", "gongkai, s/page", "ratio of sums", "median ratio", "highest"],
        [
            [
                str(len(rows)),
                f"{own / len(rows):.2f}",
                f"{whole / len(rows):.2f}",
                f"{whole / own:.2f}",
                f"{statistics.median(ratios):.2f}",
                f"{ratios[-1]:.2f}",
            ]
        ],
    )
    return f"{table}\n\n{_setting()}"


def _seconds(work: Callable[[Any], Any], given: Any) -> float:
    start = time.perf_counter()
    work(given)
    return time.perf_counter() - start


def _setting() -> str:
    from extract.ocr.paddle import paddle_engine, threads

    return f"Runtime {paddle_engine().backend}, threads of a process: {threads()}."


def two_workers(pages: Sequence[bytes]) -> str:
    """Pages a minute of one process and of two, each with one thread, from when all are warmed up.

    Where other work takes part of the cores, the processor time of a page still tells whether two
    processes hinder each other.
    """
    os.environ["GONGKAI_OCR_THREADS"] = "1"
    one, two = _together(1, pages), _together(2, pages)
    head = ["processes", "pages read by each", "pages/min", "processor time, s/page"]
    rows = [
        [str(count), str(len(pages)), f"{60 / run.wall:.1f}", f"{run.processor:.2f}"]
        for count, run in ((1, one), (2, two))
    ]
    said = f"Two processes read {one.wall / two.wall:.2f} times as many pages as one."
    return f"{markdown_table(head, rows)}\n\n{said}"


@dataclass(frozen=True, slots=True)
class _Run:
    """Seconds for a page: of the clock for all processes together, of the processor in one of them."""

    wall: float
    processor: float


def _together(count: int, pages: Sequence[bytes]) -> _Run:
    """So many processes read all the pages each; timed from when all are ready until the last is done."""
    context = multiprocessing.get_context("spawn")
    barrier, spent = context.Barrier(count + 1), context.Queue()
    workers = [context.Process(target=_work, args=(pages, barrier, spent)) for _ in range(count)]
    for worker in workers:
        worker.start()
    barrier.wait()
    start = time.perf_counter()
    barrier.wait()
    wall = (time.perf_counter() - start) / count / len(pages)
    processor = [spent.get() for _ in workers]
    for worker in workers:
        worker.join()
    return _Run(wall, statistics.mean(processor))


def _work(pages: Sequence[bytes], barrier: Any, spent: Any) -> None:
    for data in pages:
        _extracted(data)
    barrier.wait()
    start = time.process_time()
    for data in pages:
        _extracted(data)
    seconds = time.process_time() - start
    barrier.wait()
    spent.put(seconds / len(pages))


TRIALS = {"engine": against_engine, "workers": two_workers}
"""By name: takes scanned pages, gives Markdown."""


def measure(trial: str, documents: Sequence[Document], *, seed: int, count: int, scratch: Path) -> str:
    """One of the trials, in Markdown. ``scratch`` keeps the pages between runs."""
    return TRIALS[trial](_kept(documents, seed, scratch)[:count])


def _kept(documents: Sequence[Document], seed: int, scratch: Path) -> list[bytes]:
    found = sorted(scratch.glob("page-*.pdf"))
    if not found:
        scratch.mkdir(parents=True, exist_ok=True)
        for number, data in enumerate(scanned_pages(documents, seed)):
            (scratch / f"page-{number:03}.pdf").write_bytes(data)
        found = sorted(scratch.glob("page-*.pdf"))
    return [path.read_bytes() for path in found]
