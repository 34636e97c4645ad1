"""In the benchmarks: the same scanned pages read by us and by other readers of tables with the same OCR."""

from __future__ import annotations

import functools
import importlib.util
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from extract.tables.amounts import parse_amount
from tests.benchmarks.figures import WantedRow, count_found, count_wanted, wanted_rows
from tests.benchmarks.report import markdown_table
from tests.benchmarks.throughput import whole_engine
from tests.corpus.generator import generate
from tests.corpus.raster import CONDITIONS, rasterised

NEEDED = {"img2table": "img2table", "cv2.ximgproc": "opencv-contrib-python-headless"}
"""Modules of a peer and the packages they come from; they are no dependency of ours. Camelot is one."""
_POINTS = 72.0
_DRAWN_DPI = 200

_recogniser = functools.lru_cache(maxsize=1)(whole_engine)

Row = Sequence[str]
"""The texts of a row of a table."""


class Page(NamedTuple):
    """One scanned page, and the rows printed on it."""

    data: bytes
    rows: tuple[WantedRow, ...]


class Score(NamedTuple):
    """Figures other than zero that are wanted, read, and right: in the row of the line they belong to."""

    wanted: int
    read: int
    right: int

    @property
    def f1(self) -> float:
        return 2 * self.right / max(1, self.wanted + self.read)


def missing() -> list[str]:
    """The packages of the peer that are not installed."""
    return [package for module, package in NEEDED.items() if not _found(module)]


def _found(module: str) -> bool:
    try:
        return importlib.util.find_spec(module) is not None
    except ModuleNotFoundError:
        return False


def pages(seeds: Sequence[int], condition: str) -> Iterator[Page]:
    """Of each generated document the fullest form that is printed upright on a page of its own, scanned."""
    for seed in seeds:
        document = generate(seed, family="national_final", prose=False)
        forms = dict(_forms_alone(document.data))
        rows = {
            kind: tuple(wanted_rows({"tables": {kind: document.truth["tables"][kind]}})) for kind in forms
        }
        fullest = max(forms, key=lambda kind: count_wanted(rows[kind]), default=None)
        if fullest is not None:
            yield Page(
                rasterised(document.data, CONDITIONS[condition], seed, [forms[fullest]]), rows[fullest]
            )


def _forms_alone(data: bytes) -> Iterator[tuple[str, int]]:
    """The kinds of the forms that share their only page with nothing, and these pages counted from 0."""
    from extract import Options, extract

    read = extract(data, options=Options(file_name="document.pdf", narrative=False))
    holders = Counter(page for table in read.tables for page in table.pages)
    for table in read.tables:
        alone = table.status == "extracted" and len(table.pages) == 1 and holders[table.pages[0]] == 1
        if alone and _upright(data, table.pages[0] - 1):
            yield table.kind, table.pages[0] - 1


def _upright(data: bytes, number: int) -> bool:
    """Whether the text of a page runs from left to right as displayed: other readers turn no pages."""
    import pymupdf

    with pymupdf.open(stream=data, filetype="pdf") as document:
        page = document[number]
        blocks = page.get_text("dict")["blocks"]
        ways = [pymupdf.Point(line["dir"]) for block in blocks for line in block.get("lines", ())]
        turned = page.rotation_matrix
    return all(way.x * turned.a + way.y * turned.c > 0 for way in ways)


def read_by_us(data: bytes) -> list[Row]:
    """The rows of our tables, whatever they are."""
    from extract import Options, extract

    document = extract(data, options=Options(file_name="page.pdf", narrative=False))
    return [
        [row.code or "", row.name or "", *(str(f) for f in row.amounts.values() if f is not None)]
        for table in document.tables
        for row in table.rows
    ]


def read_by_img2table(data: bytes) -> list[Row]:
    """The rows img2table finds, by the rulings and without them, recognised by the engine that we use.

    It straightens the page itself. Its RapidOCR reads English unless told otherwise.
    """
    from img2table.document import PDF  # type: ignore[import-not-found, unused-ignore]
    from img2table.ocr import RapidOCR  # type: ignore[import-not-found, unused-ignore]
    from rapidocr import LangRec

    recogniser = RapidOCR(params={"Rec.lang_type": LangRec.CH})
    document = PDF(src=data, detect_rotation=True)
    found = document.extract_tables(ocr=recogniser, borderless_tables=True, implicit_rows=True)
    return [_texts(cells) for tables in found.values() for table in tables for cells in table.df.values]


def read_by_camelot(data: bytes) -> list[Row]:
    """The rows camelot finds by the rulings in the picture, under a text layer RapidOCR made.

    Camelot reads no pixels but rulings; the layer is what any program for searchable PDFs adds.
    """
    import warnings

    import camelot

    with tempfile.TemporaryDirectory() as workplace, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # camelot warns about pages in which it finds no table
        path = Path(workplace) / "page.pdf"
        path.write_bytes(_searchable(data))
        tables = camelot.read_pdf(path, flavor="lattice", split_text=True, suppress_stdout=True)
        return [_texts(cells) for table in tables for cells in table.data]


def _searchable(data: bytes) -> bytes:
    """A scan with an invisible text layer: every line where it was recognised."""
    import numpy as np
    import pymupdf

    recogniser = _recogniser()
    with pymupdf.open(stream=data, filetype="pdf") as scan:
        for page in scan:
            drawn = page.get_pixmap(dpi=_DRAWN_DPI, alpha=False)
            pixels = np.frombuffer(drawn.samples, np.uint8).reshape(drawn.h, drawn.w, 3)
            read, shape = recogniser(pixels[:, :, ::-1]), page.new_shape()
            for text, box in zip(read.txts or (), read.boxes if read.txts else (), strict=True):
                _lay(shape, text, np.asarray(box) * _POINTS / _DRAWN_DPI)
            shape.commit()
        return bytes(scan.tobytes())


def _lay(shape: Any, text: str, corners: Any) -> None:
    """Write a line invisibly into its box, every character where it stands there."""
    (x0, y0), (x1, y1) = corners.min(axis=0).tolist(), corners.max(axis=0).tolist()
    advances = [0.5 if char.isascii() else 1.0 for char in text]
    size = (x1 - x0) / sum(advances)
    foot = y1 - (y1 - y0) * 0.2
    for char, advance in zip(text, advances, strict=True):
        font = "helv" if char.isascii() else "china-s"
        shape.insert_text((x0, foot), char, fontname=font, fontsize=min(size, y1 - y0), render_mode=3)
        x0 += advance * size


def _texts(cells: Sequence[Any]) -> Row:
    return [cell if isinstance(cell, str) else "" for cell in cells]


READERS: dict[str, Callable[[bytes], list[Row]]] = {
    "gongkai": read_by_us,
    "img2table": read_by_img2table,
    "camelot": read_by_camelot,
}


def score(wanted: Sequence[WantedRow], rows: Sequence[Row]) -> Score:
    """What the rows of a reader hold of the wanted ones; no cell is counted twice.

    Codes and line numbers are whole, money has decimals in these documents.
    """
    texts = (text for row in rows for text in row if "." in text)
    read = sum(bool(parse_amount(text)) for text in texts)
    return Score(count_wanted(wanted), read, count_found(wanted, rows))


def measure(seeds: Sequence[int], conditions: Sequence[str]) -> str:
    """The readers side by side, as Markdown. Raises SystemExit where the peer is not installed."""
    if lacking := missing():
        raise SystemExit(f"The peer is not installed: pip install {' '.join(lacking)}")
    rows = []
    for condition in conditions:
        scans = list(pages(seeds, condition))
        for name, reader in READERS.items():
            scores = [score(page.rows, reader(page.data)) for page in scans]
            total = Score(*(sum(each) for each in zip(*scores, strict=True)))
            figures = [f"{count:,}" for count in total]
            rows.append([condition, name, str(len(scans)), *figures, f"{total.f1:.3f}"])
    head = ["condition", "reader", "pages", "amounts", "read", "right", "F1"]
    return markdown_table(head, rows)
