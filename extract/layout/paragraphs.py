"""In the layout stage: printed lines become paragraphs again, without broken words and half-spaces."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from extract.layout.flow import TextLine

_NUMERAL = "[一二三四五六七八九十]+"
_BEGINNINGS = re.compile(
    rf"第\s*(?:{_NUMERAL}|\d+)\s*(?:部分|章)|{_NUMERAL}\s*[、.．]|[(（]\s*{_NUMERAL}\s*[)）]"
    r"|\d{1,2}\s*(?:[、．]|\.(?!\d))|[(（]\d{1,2}[)）]|[①-⑳]|图\s*\d+\s*[：:]|附件|附表|表\s*\d"
)
_TERMINAL = "。；;：:！!"
_WIDE = r"\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\u3000-\u303f“”‘’—…①-⑳"
_BLANK = r" \u3000\xa0\u2000-\u200b\u202f"
_HALF_SPACE = re.compile(
    rf"(?<=[{_WIDE}])[{_BLANK}]+(?=\S)|(?<=\S)[{_BLANK}]+(?=[{_WIDE}%％])|(?<=[{_WIDE}]\))[{_BLANK}]+(?=\d)"
)
_SPACED_FIGURE = re.compile(r"(?<=\d)\s*([.．])\s+(\d{1,2})(?=\s*(?:[万千亿]?元|[%％]|分(?!部)))")
_LIST_MARK = re.compile(r"\d{1,2}\s*[.．]\s")
_NEARLY_FULL = 3.0
_RATHER_FULL = 0.72
_WIDEST_WRAPPED = 64.0
_LEAST_LINES = 12
_LABEL = 20


def begins_anew(words: str) -> bool:
    """Whether a line opens a paragraph by its numbering mark."""
    return bool(_BEGINNINGS.match(words))


def without_half_spaces(text: str) -> str:
    """Text without the blanks that setting or recognition put beside Chinese characters.

    Blanks between Latin words stay. A figure broken at its decimal point (``546. 03万元``) is joined.

    >>> without_half_spaces("2023 年度收入合计 546. 03 万元，占 42. 43 %")
    '2023年度收入合计546.03万元，占42.43%'
    """
    mark = _LIST_MARK.match(text)
    stem = mark.group().strip() if mark else ""
    rest = text[mark.end() :] if mark else text
    joined = _HALF_SPACE.sub("", _SPACED_FIGURE.sub(r"\1\2", rest))
    blank = " " if stem and joined[:1].isascii() and joined[:1].isdigit() else ""
    return stem + blank + joined


def display_width(text: str) -> float:
    """The width of a line in full-width characters."""
    return sum(1.0 if unicodedata.east_asian_width(char) in "WFA" else 0.5 for char in text)


@dataclass(frozen=True, slots=True)
class Flowed:
    """Running text; ``pages`` in order, each with the offset where its part of the text begins."""

    text: str
    pages: tuple[int, ...]
    starts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Paragraphs:
    """How wide the lines of a document are set, which tells where its paragraphs end.

    ``edges`` are the left and right ends of the text by page (points). ``wrapped`` is the width at
    which a transcript breaks its lines, in full-width characters; None where it keeps whole
    paragraphs on a line, or where there is geometry.
    """

    edges: dict[int, tuple[float, float]]
    wrapped: float | None

    @classmethod
    def of(cls, lines: Sequence[TextLine]) -> Paragraphs:
        edges: dict[int, tuple[float, float]] = {}
        for line in lines:
            if line.page is not None and line.box is not None:
                left, right = edges.get(line.page, (line.box[0], line.box[2]))
                edges[line.page] = min(left, line.box[0]), max(right, line.box[2])
        return cls(edges, _wrapping([line.text for line in lines if line.box is None and not line.whole]))

    def full(self, line: TextLine) -> bool:
        """Whether the line reaches the right edge, so that what it says may go on below."""
        if line.box is not None and line.page is not None and line.size is not None:
            return line.box[2] >= self.edges[line.page][1] - 2 * line.size
        return self.wrapped is not None and display_width(line.text) >= self.wrapped - _NEARLY_FULL

    def _rather_full(self, line: TextLine) -> bool:
        if line.box is not None and line.page is not None:
            left, right = self.edges[line.page]
            return line.box[2] >= left + _RATHER_FULL * (right - left)
        if self.wrapped is None:
            return len(line.text) >= _LABEL
        return display_width(line.text) >= _RATHER_FULL * self.wrapped

    def _goes_on(self, line: TextLine, following: TextLine) -> bool:
        """Whether the paragraph of a line goes on in the following one."""
        if line.whole or begins_anew(following.text.strip()):
            return False
        finished = line.text.strip()[-1:] in _TERMINAL
        if self.full(line):
            return not (finished and self._indented(following))
        return not finished and self._rather_full(line) and not self._indented(following)

    def _indented(self, line: TextLine) -> bool:
        if line.box is None or line.page is None or line.size is None:
            return False
        return line.box[0] > self.edges[line.page][0] + 1.2 * line.size

    def flowed(self, lines: Iterable[TextLine]) -> Flowed:
        """Lines as running text with printed line breaks undone; paragraphs are parted by line breaks."""
        text = ""
        pages: list[int] = []
        starts: list[int] = []
        paragraph: list[TextLine] = []
        for line in lines:
            if not line.text.strip():
                continue
            if paragraph and not self._goes_on(paragraph[-1], line):
                text = _appended(text, paragraph, pages, starts)
                paragraph = []
            paragraph.append(line)
        return Flowed(_appended(text, paragraph, pages, starts), tuple(pages), tuple(starts))


def _appended(text: str, paragraph: Sequence[TextLine], pages: list[int], starts: list[int]) -> str:
    """The text with one more paragraph; notes where the pages begin that the paragraph brings."""
    if not paragraph:
        return text
    text += "\n" if text else ""
    before = len(text)
    joined = ""
    for line in paragraph:
        if line.page is not None and line.page not in pages:
            pages.append(line.page)
            starts.append(before + len(without_half_spaces(joined)))
        joined = _joined(joined, line.text.strip())
    return text + without_half_spaces(joined)


def _joined(text: str, more: str) -> str:
    """Two lines as one; a blank stays between Latin words."""
    latin = text[-1:].isascii() and text[-1:].isalpha() and more[:1].isascii() and more[:1].isalpha()
    return f"{text} {more}" if latin else text + more


def _wrapping(texts: Sequence[str]) -> float | None:
    """The width at which a transcript breaks its lines; None when it keeps paragraphs whole.

    Lines that end without a sentence's end were broken; where most of them are about equally
    wide, that is the width.
    """
    widths = sorted(
        display_width(text) for text in texts if len(text) > _LABEL and text[-1:] not in _TERMINAL
    )
    if len(widths) < _LEAST_LINES:
        return None
    width = widths[int(len(widths) * 0.75)]
    near = sum(width - 2 * _NEARLY_FULL <= each <= width + _NEARLY_FULL for each in widths)
    return width if width <= _WIDEST_WRAPPED and near >= 0.6 * len(widths) else None
