"""First link of the chain: the page as the reader saw it, before anyone interprets it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Box = tuple[float, float, float, float]
"""x0, y0, x1, y1; points, origin top left, y downwards."""

Trust = Literal["text_layer", "transcript"]


@dataclass(frozen=True, slots=True)
class Word:
    """A run of characters set without a gap, with its box and font size in points."""

    text: str
    x0: float
    y0: float
    x1: float
    y1: float
    size: float


@dataclass(frozen=True, slots=True)
class Ruling:
    """A straight line of the drawing: horizontal when y0 == y1, vertical when x0 == x1."""

    x0: float
    y0: float
    x1: float
    y1: float

    @property
    def horizontal(self) -> bool:
        return self.y0 == self.y1


@dataclass(frozen=True, slots=True)
class Page:
    """One page in its upright frame: text reads left to right, lines go down.

    ``turn`` is the number of clockwise quarter turns that bring the upright frame to the
    page as displayed; ``width`` and ``height`` belong to the upright frame.
    """

    number: int
    width: float
    height: float
    words: tuple[Word, ...]
    rulings: tuple[Ruling, ...] = ()
    pictures: tuple[Box, ...] = ()
    turn: int = 0

    def displayed(self, box: Box) -> Box:
        """Map a box of the upright frame onto the page as displayed."""
        x0, y0, x1, y1 = box
        if self.turn == 1:
            return self.height - y1, x0, self.height - y0, x1
        if self.turn == 2:
            return self.width - x1, self.height - y1, self.width - x0, self.height - y0
        if self.turn == 3:
            return y0, self.width - x1, y1, self.width - x0
        return box


@dataclass(frozen=True, slots=True)
class PageDocument:
    """A document that came as pages with geometry (a PDF).

    ``data`` are its bytes, kept for readers that want to look at a page a second time.
    """

    pages: tuple[Page, ...]
    media_type: str
    data: bytes = b""
    reader: str = "pdf"
    problems: tuple[str, ...] = ()
    trust: Trust = "text_layer"


@dataclass(frozen=True, slots=True)
class Transcript:
    """A document that came as lines of text (``.txt``, ``.md``); page numbers are unknown."""

    lines: tuple[str, ...]
    media_type: str
    reader: str = "text"
    problems: tuple[str, ...] = ()
    trust: Trust = "transcript"


SourceDocument = PageDocument | Transcript
