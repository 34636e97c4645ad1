"""In the corpus generator: what a renderer puts on a page, and how wide its text will be."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Literal

Orientation = Literal["upright", "rotate90", "rotate270", "sideways"]
"""How the upright frame lies in the PDF page: as it is, turned back by /Rotate, or left lying on its side."""

CJK_FONT = "STSong-Light"
_ASCII_RUN = re.compile(r"[ -~]+|[^ -~]+")
_TOKEN = re.compile(r"[!-~]+|.", re.DOTALL)
_NO_LINE_START = "，。；：、）”！？"


@dataclass(frozen=True, slots=True)
class Text:
    """A line of text by the left end of its baseline."""

    x: float
    y: float
    text: str
    size: float


@dataclass(frozen=True, slots=True)
class Stroke:
    """A straight line."""

    x0: float
    y0: float
    x1: float
    y1: float
    width: float = 0.5


@dataclass(frozen=True, slots=True)
class Frame:
    """A stroked rectangle."""

    x0: float
    y0: float
    x1: float
    y1: float
    width: float = 0.5


@dataclass(frozen=True, slots=True)
class Bar:
    """A filled rectangle, grey 0 (black) to 1."""

    x0: float
    y0: float
    x1: float
    y1: float
    grey: float = 0.0


Mark = Text | Stroke | Frame | Bar


@dataclass
class Sheet:
    """A page in its upright frame: points, origin top left, y downwards."""

    width: float
    height: float
    orientation: Orientation = "upright"
    marks: list[Mark] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Face:
    """The fonts of a document: a CJK font and, unless ``latin`` is empty, another one for ASCII."""

    latin: str = "Times-Roman"

    def runs(self, text: str) -> Iterator[tuple[str, bool]]:
        """The text in pieces of one font each, and whether it is the latin one."""
        if not self.latin:
            yield text, False
            return
        for match in _ASCII_RUN.finditer(text):
            yield match.group(), match.group()[0] <= "~"

    def width(self, text: str, size: float) -> float:
        """Width in points."""
        return sum(_width(run, self.latin if latin else CJK_FONT) for run, latin in self.runs(text)) * size

    def wrap(self, text: str, room: float, size: float, hanging: bool = False) -> list[str]:
        """Lines no wider than ``room``, broken between any two Chinese characters, never inside a number.

        Only what is wider than the room by itself is broken by force. ``hanging`` punctuation may
        stand out at the end of a line, so that none begins with it.
        """
        held = _NO_LINE_START if hanging else ""
        lines: list[str] = []
        for paragraph in text.split("\n"):
            lines += self._wrapped(paragraph, room, size, held)
        return lines

    def _wrapped(self, text: str, room: float, size: float, held: str) -> list[str]:
        lines, line, length = [], "", 0.0
        for token in self._tokens(text, room, size):
            width = self.width(token, size)
            if line and token not in held and length + width > room + 0.01:
                lines.append(line.rstrip())
                line, length = token.lstrip(), width if token.strip() else 0.0
            else:
                line, length = line + token, length + width
        return [*lines, line.rstrip()]

    def _tokens(self, text: str, room: float, size: float) -> Iterator[str]:
        for match in _TOKEN.finditer(text):
            token = match.group()
            if len(token) > 1 and self.width(token, size) > room:
                yield from token
            else:
                yield token


@cache
def _width(run: str, font: str) -> float:
    """Width of a run at size 1."""
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont

    if font == CJK_FONT:
        pdfmetrics.registerFont(UnicodeCIDFont(CJK_FONT))
    return float(pdfmetrics.stringWidth(run, font, 1))
