"""In the corpus generator: transcripts, as archives keep them after somebody took the text out of a PDF."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from tests.corpus.blocks import Document, PageBreak, TableBlock, TextBlock, placed
from tests.corpus.chance import Chance

CODED = ("income", "expenditure", "general_budget_expenditure", "government_fund", "state_capital")
LINE_LENGTH = 32


def render(document: Document, seed: int, manner: str) -> bytes:
    """The document in one of MANNERS, UTF-8. Raises KeyError for an unknown manner."""
    write = MANNERS[manner]
    chance = Chance(seed, f"transcript/{manner}")
    lines: list[str] = []
    for block in document.blocks:
        if isinstance(block, TableBlock):
            lines += ["", *write(block, chance), ""]
        elif isinstance(block, TextBlock):
            lines += _text_lines(block, manner)
        elif isinstance(block, PageBreak):
            lines.append("")
    return ("\n".join(lines).strip() + "\n").encode()


def _text_lines(block: TextBlock, manner: str) -> list[str]:
    mark = {"cover": "# ", "part": "## ", "heading": "### "}.get(block.style, "")
    if manner == "markdown":
        return [mark + block.text.strip(), ""]
    if manner == "lines":
        starts = range(0, len(block.text), LINE_LENGTH)
        return [line for start in starts for line in (block.text[start : start + LINE_LENGTH], "")]
    return [block.text.strip(), ""]


def _plane(table: TableBlock) -> list[list[str]]:
    """The texts of a table, each at the top left position of its cell."""
    plane = [[""] * len(table.widths) for _ in table.rows]
    for cell in placed(table.rows, len(table.widths)):
        plane[cell.row][cell.column] = " ".join(cell.cell.text.split())
    return plane


def _head(table: TableBlock) -> list[str]:
    return [line for line in (table.title, table.number, *table.captions) if line]


def _tabs(table: TableBlock, chance: Chance) -> Iterator[str]:
    """Tab-separated, every cell kept, empty ones too."""
    yield from _head(table)
    yield from ("\t".join(row) for row in _plane(table))
    yield from table.notes


def _slid(table: TableBlock, chance: Chance) -> Iterator[str]:
    """Tab-separated, but the amounts of coded rows stand one or more columns beside their place.

    What slides is everything from the name on, or from the first amount on: empty cells before it
    were lost, or too many were written.
    """
    yield from _head(table)
    header = len(table.header)
    spread = chance.happens(0.7)
    lost = chance.number(0, 2)
    for position, row in enumerate(_plane(table)):
        if position < header:
            yield "\t".join(_letters(text, spread) for text in row)
        elif table.kind in CODED:
            yield "\t".join(_slide(row, lost if chance.happens(0.85) else chance.number(-1, 2)))
        else:
            yield "\t".join(row)
    yield from table.notes


def _letters(text: str, spread: bool) -> str:
    return " ".join(text) if spread and 3 < len(text) < 9 and not text.isascii() else text


def _slide(row: Sequence[str], lost: int) -> list[str]:
    """A row without its first ``lost`` empty cells before the amounts, or with one more."""
    cells = list(row)
    if lost < 0:
        return [*cells[:1], "", *cells[1:]]
    for _ in range(lost):
        gap = next((place for place, text in enumerate(cells[:4]) if place and not text), None)
        if gap is None:
            break
        del cells[gap]
        cells.append("")
    return cells


def _markdown(table: TableBlock, chance: Chance) -> Iterator[str]:
    """A Markdown table; some authors' amounts come out in bold."""
    title, *captions = _head(table)
    yield from (f"#### {title}", "", *captions, "")
    bold = chance.happens(0.3)
    for position, row in enumerate(_plane(table)):
        texts = [f"**{text}**" if bold and position >= len(table.header) and text else text for text in row]
        yield f"| {' | '.join(texts)} |"
        if position == 0:
            yield "|" + " --- |" * len(row)
    yield ""
    yield from table.notes


def _lines(table: TableBlock, chance: Chance) -> Iterator[str]:
    """A text layer read line by line: empty cells vanish, narrow headers fall apart."""
    title, *captions = _head(table)
    yield from (title, *captions[:-2], "  ".join(captions[-2:]))
    for row in table.header:
        for cell in row:
            text = cell.text.replace("\n", "")
            step = len(text) if text.isascii() or cell.column_span > 1 else chance.pick((1, 2, 3, len(text)))
            yield from (text[start : start + max(step, 1)] for start in range(0, len(text), max(step, 1)))
    yield from (" ".join(text.strip() for text in row if text.strip()) for row in _body(table))
    yield from table.notes


def _cells(table: TableBlock, chance: Chance) -> Iterator[str]:
    """One cell a line, the empty ones lost."""
    yield from _head(table)
    for row in _plane(table):
        yield from (text for text in row if text)
    yield from table.notes


def _stacked(table: TableBlock, chance: Chance) -> Iterator[str]:
    """One cell a line behind a tab, the empty ones too; a blank line ends a row."""
    yield from (*_head(table), "")
    for row in _plane(table):
        yield from (*(f"\t{text}" for text in row), "")
    yield from table.notes


def _body(table: TableBlock) -> list[list[str]]:
    return [row for row in _plane(table)[len(table.header) :] if any(row)]


MANNERS: dict[str, Callable[[TableBlock, Chance], Iterator[str]]] = {
    "tabs": _tabs,
    "slid": _slid,
    "markdown": _markdown,
    "lines": _lines,
    "cells": _cells,
    "stacked": _stacked,
}
"""The ways a table is written down in plain text."""
