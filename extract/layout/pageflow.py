"""The layout stage for documents with pages: a page becomes text lines and table spots, in order."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from extract.layout.alignment import aligned_stretches
from extract.layout.flow import Flow, FlowItem, TableSpot, TextLine
from extract.layout.rulings import Network, networks
from extract.reading.pages import Box, Page, Word

_MARGIN = 0.09
"""Share of the page height at the top and at the bottom where running heads stand."""
_PAGE_NUMBER = re.compile(
    r"[-—–－·.\s]*(?:第)?\s*(?:\d{1,4}|[ivxIVX]{1,6})\s*(?:页)?(?:[/／共]\s*\d{1,4}\s*页?)?[-—–－·.\s]*"
    r"|[-—–－一_~]{1,2}\s?[\dlIOo]{1,4}\s?[-—–－一_~]{1,2}"
)
"""A bare page number; one between dashes also as recognisers read it, for whom a dash may be a 一."""
_DIGITS = re.compile(r"\d+")
_LEAST_REPEATS = 3
_WIDE_GAP = 1.0
"""Words of one line further apart than this many text sizes are joined by a blank."""


@dataclass(frozen=True, slots=True)
class PageLayout:
    """A page taken apart: its tables with the words inside, and the lines outside, top to bottom."""

    page: Page
    spots: tuple[TableSpot, ...]
    lines: tuple[TextLine, ...]


def lay_out(page: Page) -> PageLayout:
    """Separate what stands inside ruled tables from running text."""
    found = _outermost(networks(page))
    inside: list[list[Word]] = [[] for _ in found]
    boxes = [_grown(network.box, network.tolerance) for network in found]
    outside: list[Word] = []
    for word in page.words:
        home = _home(word, boxes)
        (outside if home is None else inside[home]).append(word)
    ruled = [
        TableSpot(page, network.box, tuple(words), network)
        for network, words in zip(found, inside, strict=True)
    ]
    aligned, rest = _aligned_spots(page, word_lines(outside))
    return PageLayout(page, (*ruled, *aligned), tuple(_text_line(line, page.number) for line in rest))


def _aligned_spots(
    page: Page, lines: Sequence[Sequence[Word]]
) -> tuple[list[TableSpot], list[Sequence[Word]]]:
    """Tables without a frame, and the lines that are left."""
    stretches = aligned_stretches(lines)
    spots = [
        _aligned_spot(page, [word for line in lines[s.start : s.stop] for word in line]) for s in stretches
    ]
    taken = {index for stretch in stretches for index in stretch}
    return spots, [line for index, line in enumerate(lines) if index not in taken]


def _aligned_spot(page: Page, words: Sequence[Word]) -> TableSpot:
    box = (
        min(word.x0 for word in words),
        min(word.y0 for word in words),
        max(word.x1 for word in words),
        max(word.y1 for word in words),
    )
    return TableSpot(page, box, tuple(words))


def _outermost(found: Sequence[Network]) -> tuple[Network, ...]:
    """Networks not lying inside another one (boxes drawn in a cell belong to the cell)."""
    boxes = [network.box for network in found]
    return tuple(
        network
        for network, box in zip(found, boxes, strict=True)
        if not any(other is not box and _contains(other, box) for other in boxes)
    )


def _contains(outer: Box, inner: Box) -> bool:
    return outer[0] <= inner[0] and outer[1] <= inner[1] and outer[2] >= inner[2] and outer[3] >= inner[3]


def _grown(box: Box, by: float) -> Box:
    return box[0] - by, box[1] - by, box[2] + by, box[3] + by


def _home(word: Word, boxes: Sequence[Box]) -> int | None:
    x, y = (word.x0 + word.x1) / 2, (word.y0 + word.y1) / 2
    for index, (x0, y0, x1, y1) in enumerate(boxes):
        if x0 <= x <= x1 and y0 <= y <= y1:
            return index
    return None


def word_lines(words: Iterable[Word]) -> list[list[Word]]:
    """Words gathered into printed lines, top to bottom, left to right.

    Words belong to one line when their middles differ by less than half the smaller text size.
    """
    rows: list[list[Word]] = []
    for word in sorted(words, key=lambda word: (word.y0 + word.y1, word.x0)):
        if rows and _same_line(rows[-1][-1], word):
            rows[-1].append(word)
        else:
            rows.append([word])
    return [sorted(row, key=lambda word: word.x0) for row in rows]


def _same_line(word: Word, other: Word) -> bool:
    apart = abs((word.y0 + word.y1) - (other.y0 + other.y1)) / 2
    return apart < 0.5 * min(word.size, other.size)


def _text_line(words: Sequence[Word], page: int) -> TextLine:
    text = words[0].text
    for before, word in pairwise(words):
        text += " " * (word.x0 - before.x1 > _WIDE_GAP * word.size or _latin(before, word)) + word.text
    box = (
        words[0].x0,
        min(word.y0 for word in words),
        max(word.x1 for word in words),
        max(word.y1 for word in words),
    )
    return TextLine(text, page, box, max(word.size for word in words))


def _latin(before: Word, word: Word) -> bool:
    """Blanks between Latin words and between figures mean something; half-spaces in Chinese do not."""
    return before.text[-1].isascii() and word.text[0].isascii()


def running_heads(layouts: Sequence[PageLayout]) -> frozenset[TextLine]:
    """Every running head, running foot and page number.

    A line in the top or bottom margin is one when it is a bare page number, or when it stands,
    digits aside, in the margins of at least three pages and of a third of all.
    """
    candidates = [line for layout in layouts for line in _marginal(layout)]
    seen = Counter(shape for shape, _ in dict.fromkeys((_shape(line.text), line.page) for line in candidates))
    least = max(_LEAST_REPEATS, len(layouts) // 3)
    return frozenset(
        line for line in candidates if _PAGE_NUMBER.fullmatch(line.text) or seen[_shape(line.text)] >= least
    )


def _shape(text: str) -> str:
    return _DIGITS.sub("#", "".join(text.split()))


def _marginal(layout: PageLayout) -> list[TextLine]:
    """The lines in the margins, and a bare page number that stands first or last on the page."""
    height = layout.page.height
    top, bottom = _MARGIN * height, (1 - _MARGIN) * height
    placed = [line for line in layout.lines if line.box]
    tables = [spot.box for spot in layout.spots]
    return [
        line
        for line in placed
        if line.box
        and (line.box[3] < top or line.box[1] > bottom or _is_outer_number(line, line.box, placed, tables))
    ]


def _is_outer_number(line: TextLine, box: Box, lines: Sequence[TextLine], tables: Sequence[Box]) -> bool:
    if not _PAGE_NUMBER.fullmatch(line.text):
        return False
    others = [*tables, *(other.box for other in lines if other is not line and other.box)]
    return all(other[3] <= box[1] for other in others) or all(other[1] >= box[3] for other in others)


def page_flow(layouts: Sequence[PageLayout]) -> Flow:
    """The document as one stream: running heads dropped, tables where they stand among the lines."""
    heads = running_heads(layouts)
    stream: list[FlowItem] = []
    for layout in layouts:
        lines = [line for line in layout.lines if line not in heads]
        stream += sorted([*lines, *layout.spots], key=_top)
    return tuple(stream)


def _top(item: FlowItem) -> float:
    if isinstance(item, TableSpot):
        return item.box[1]
    assert isinstance(item, TextLine)
    assert item.box is not None
    return (item.box[1] + item.box[3]) / 2
