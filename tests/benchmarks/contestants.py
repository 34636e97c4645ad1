"""In the benchmarks: gongkai and the general table readers it is compared with, each called as its users do.

The others are given the pages that hold tables and return bare grids; gongkai is given the whole
document, finds the tables itself and returns the finished JSON.
"""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

Cells = list[str]
"""The texts of one row of a table."""


@dataclass(frozen=True, slots=True)
class Contestant:
    """A reader of tables.

    ``read`` is what is timed: it takes a file and the pages with tables (1-based). ``rows`` turns
    its result into the rows of all tables. ``does`` says in a line what is timed.
    """

    name: str
    does: str
    read: Callable[[Path, Sequence[int]], Any]
    rows: Callable[[Any], Iterator[Cells]]
    whole_document: bool = False


def _gongkai(path: Path, pages: Sequence[int]) -> str:
    from extract import extract

    return extract(path).model_dump_json(by_alias=True)


def _gongkai_rows(result: str) -> Iterator[Cells]:
    for table in json.loads(result)["tables"]:
        for row in table["rows"]:
            yield _plain([row["code"], row["name"], *row["amounts"].values()])


def _pdfplumber(path: Path, pages: Sequence[int]) -> list[Any]:
    import pdfplumber

    with pdfplumber.open(path) as document:
        return [document.pages[number - 1].extract_tables() for number in pages]


def _find_tables(path: Path, pages: Sequence[int]) -> list[Any]:
    import pymupdf

    with pymupdf.open(path) as document:
        return [[table.extract() for table in document[number - 1].find_tables().tables] for number in pages]


def _camelot(**options: Any) -> Callable[[Path, Sequence[int]], Any]:
    def read(path: Path, pages: Sequence[int]) -> list[Any]:
        import camelot

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # camelot warns about pages in which it finds no table
            listed = ",".join(map(str, pages))
            tables = camelot.read_pdf(path, pages=listed, flavor="lattice", suppress_stdout=True, **options)
        return [[table.data for table in tables]]

    return read


def _grid_rows(pages: Iterable[Iterable[Iterable[Sequence[str | None]]]]) -> Iterator[Cells]:
    for tables in pages:
        for table in tables:
            yield from map(_plain, table)


def _plain(row: Iterable[str | None]) -> Cells:
    return [text or "" for text in row]


CONTESTANTS = (
    Contestant(
        "gongkai",
        "`extract(path).model_dump_json()`: all pages, facts, sections, forms, subjects, checks",
        _gongkai,
        _gongkai_rows,
        whole_document=True,
    ),
    Contestant(
        f"pdfplumber {version('pdfplumber')}",
        "`page.extract_tables()`, default settings",
        _pdfplumber,
        _grid_rows,
    ),
    Contestant(
        f"PyMuPDF {version('pymupdf')}",
        "`page.find_tables()`, default settings, and `table.extract()`",
        _find_tables,
        _grid_rows,
    ),
    Contestant(
        f"camelot {version('camelot-py')} lattice",
        '`read_pdf(path, pages, flavor="lattice")`, default engine, and `table.data`',
        _camelot(),
        _grid_rows,
    ),
    Contestant(
        f"camelot {version('camelot-py')} lattice, vector",
        'the same with `engine="vector", split_text=True`',
        _camelot(engine="vector", split_text=True),
        _grid_rows,
    ),
)
