"""In the ocr stage: the narrow interface to whatever finds and reads lines of text in pixels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Pixels = NDArray[np.uint8]

PixelBox = tuple[int, int, int, int]
"""x0, y0, x1, y1 in pixels, origin top left."""

DIGITS = "0123456789.,-－—()% "
"""What an amount is printed with."""


class RecognitionFailed(Exception):
    """The engine could not work on a picture; the page stays unread and is named in the result."""


@dataclass(frozen=True, slots=True)
class Line:
    """What a crop with one line of text says.

    ``score`` is the engine's mean probability of the characters, ``weakest`` that of the least
    certain one. ``places`` gives for each character of ``text`` the middle of it as a share of the
    crop's width.
    """

    text: str
    score: float
    weakest: float
    places: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Alternative:
    """One way to read a crop and the engine's probability for it, among those its alphabet allows."""

    text: str
    probability: float


@dataclass(frozen=True, slots=True)
class Recognised:
    """A line of text found in a picture, with its box in pixels."""

    line: Line
    box: PixelBox


class Engine(Protocol):
    """Finds lines of text and reads them. Pictures are grey, shape (height, width), text dark on light."""

    def find(self, picture: Pixels) -> tuple[PixelBox, ...]:
        """Boxes around every line of text. Raises ``RecognitionFailed``."""
        ...

    def read(self, crops: Sequence[Pixels]) -> tuple[Line, ...]:
        """Read crops that hold one line each, in their order. Raises ``RecognitionFailed``."""
        ...

    def alternatives(
        self, crops: Sequence[Pixels], alphabet: str = DIGITS
    ) -> tuple[tuple[Alternative, ...], ...]:
        """For every crop its likeliest readings in the given characters only, likeliest first.

        Raises ``RecognitionFailed``.
        """
        ...


def recognise(picture: Pixels, engine: Engine) -> tuple[Recognised, ...]:
    """Find and read every line of an upright, straight picture."""
    boxes = engine.find(picture)
    lines = engine.read([picture[y0:y1, x0:x1] for x0, y0, x1, y1 in boxes])
    return tuple(Recognised(line, box) for line, box in zip(lines, boxes, strict=True))
