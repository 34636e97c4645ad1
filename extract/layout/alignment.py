"""In the layout stage: words that stand in columns of figures are tables, frame or not."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from itertools import pairwise

from extract.reading.pages import Word

_FIGURE = re.compile(r"[-(]?(?:\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+\.\d+|\d{3,})\)?%?")
_CAPTION = re.compile(
    r"表(?:[(（].*[)）])?$|(?:单位|部门|名称)[:：]|公开.{0,6}表|[。；]$|^注|年.{0,20}(?:预算|决算)"
)
_GAP = 0.9
"""Columns stand at least this many text sizes apart."""
_INNER = 3
"""So many lines without figures may stand between two with figures (wrapped names, empty items)."""
_NEAR = 0.6
"""The next line of a wrapped name is no further down than this share of the text size."""
_HEADER = 9
"""So many lines above the first figures may belong to the header."""
_LONE = 3
"""A single line is a table when it prints this many figures."""

Line = Sequence[Word]


def is_tabular(line: Line) -> bool:
    """Whether a printed line shows a column of figures: a bare figure, well apart from other words."""
    apart = any(right.x0 - left.x1 > _GAP * left.size for left, right in pairwise(line))
    return apart and len(line) >= 2 and _figures(line) > 0


def _figures(line: Line) -> int:
    return sum(_FIGURE.fullmatch(unicodedata.normalize("NFKC", word.text)) is not None for word in line)


def aligned_stretches(lines: Sequence[Line]) -> list[range]:
    """The runs of lines that make up tables, their headers included; two lines of figures at least."""
    stretches: list[range] = []
    tabular = [index for index, line in enumerate(lines) if is_tabular(line)]
    start = 0
    for position, index in enumerate(tabular):
        last = position + 1 == len(tabular) or not _connected(lines, index, tabular[position + 1])
        if last:
            if position > start or _figures(lines[index]) >= _LONE:
                stop = index + 1 + _wrapped(lines, index)
                stretches.append(range(_header_start(lines, tabular[start], stretches), stop))
            start = position + 1
    return stretches


def _wrapped(lines: Sequence[Line], last: int) -> int:
    """How many lines below the last one with figures go on with its wrapped name."""
    row = [*(lines[last - 1] if last else ()), *lines[last]]
    count = 0
    for above, line in pairwise(lines[last : last + 1 + _INNER]):
        word = line[0]
        near = min(w.y0 for w in line) - max(w.y1 for w in above) < _NEAR * word.size
        if len(line) > 1 or not near or _is_caption(line) or not _is_under(word, row):
            break
        count += 1
    return count


def _is_under(word: Word, row: Line) -> bool:
    """Whether a word stands flush under a word of the row and reaches under none to its right."""
    flush = [other for other in row if abs(other.x0 - word.x0) < word.size]
    right = [other.x0 for other in row if other.x0 - word.x0 >= word.size]
    return bool(flush) and word.x1 < min(right, default=word.x0)


def _connected(lines: Sequence[Line], index: int, following: int) -> bool:
    between = lines[index + 1 : following]
    return len(between) <= _INNER and not any(_is_caption(line) for line in between)


def _is_caption(line: Line) -> bool:
    return bool(_CAPTION.search("".join(word.text for word in line)))


def _header_start(lines: Sequence[Line], first: int, stretches: Sequence[range]) -> int:
    """Header lines go up to the caption; a line much further away than the others ends them, too."""
    floor = max(stretches[-1].stop if stretches else 0, first - _HEADER)
    start = first
    while start > floor and not _is_caption(lines[start - 1]):
        gap = min(word.y0 for word in lines[start]) - max(word.y1 for word in lines[start - 1])
        if gap > 3 * lines[start][0].size:
            break
        start -= 1
    return start
