"""In the benchmarks: a measure of accuracy that a bare grid can pass, for readers that know no forms.

A wanted row is the printed name (or code) of a line of a form with its figures other than zero. It is
looked for among the rows of all grids: a row that holds the name or the code, and of those the one with
most of the figures. A figure is found when it fills a cell of that row alone, thousands separators and
white space aside. No cell is counted twice, so a row that two forms print must be read twice. Which
column the figure belongs to, which form and which page is not asked.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from tests.corpus.compare import plain_name


@dataclass(frozen=True, slots=True)
class WantedRow:
    """What stands in one printed line."""

    labels: tuple[str, ...]
    figures: Counter[Decimal]


@dataclass(slots=True)
class _GridRow:
    text: str
    left: Counter[Decimal]
    """Figures nobody has claimed yet."""


def wanted_rows(truth: Mapping[str, Any]) -> Iterator[WantedRow]:
    """The rows of a truth or gold that have a printed label and figures.

    The forms of the three public expenses are left out: they print their labels over the figures.
    """
    for kind, rows in truth["tables"].items():
        for row in rows if kind != "three_public" else ():
            labels = tuple(filter(None, (plain_name(row.get("name")), row.get("code"))))
            figures = Counter(filter(None, map(Decimal, filter(None, row["amounts"].values()))))
            if labels and figures:
                yield WantedRow(labels, figures)


def count_wanted(wanted: Iterable[WantedRow]) -> int:
    """How many figures there are to be found."""
    return sum(row.figures.total() for row in wanted)


def count_found(wanted: Iterable[WantedRow], rows: Iterable[Sequence[str]]) -> int:
    """How many of the wanted figures the rows of some grids hold."""
    grid = [_GridRow(_joined(row), Counter(_figures(row))) for row in rows]
    return sum(_claimed(row, grid) for row in wanted)


def _claimed(wanted: WantedRow, grid: Iterable[_GridRow]) -> int:
    """Take the figures from the best row that has a label; how many there were."""
    labelled = [row for row in grid if any(label in row.text for label in wanted.labels)]
    best = max(labelled, key=lambda row: (row.left & wanted.figures).total(), default=None)
    if best is None:
        return 0
    taken = best.left & wanted.figures
    best.left -= taken
    return taken.total()


def _joined(row: Iterable[str]) -> str:
    """The texts of a row without white space and differences of width."""
    return "".join("".join(unicodedata.normalize("NFKC", text).split()) for text in row)


def _figures(row: Iterable[str]) -> Iterator[Decimal]:
    for text in row:
        try:
            yield Decimal("".join(unicodedata.normalize("NFKC", text).split()).replace(",", ""))
        except InvalidOperation:
            continue
