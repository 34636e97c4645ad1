"""In the layout stage: which pages, and which parts of pages, have to be recognised from their pixels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from extract.reading.pages import Box, Page, Word

PageKind = Literal["text", "picture", "mixed", "rubbish", "unworded"]
"""``text``: all of it can be read as it is. ``picture``: a picture of a page. ``mixed``: text with
pictures that may hold text. ``rubbish``: its characters are not those it shows. ``unworded``: neither
words nor pictures, but curves enough for text drawn as outlines."""

_OUTLINED = 40
"""A few outlined characters have this many curves; empty forms and frames have none."""

_FEW_WORDS = 0.002
"""Words on a picture that cover less than this share of it (page numbers, stamps of receipt) do not
make its text readable."""
_WHOLE_PAGE = 0.6
"""A picture covering this share of the page, with next to no words beside it, is the page."""
_LEAST_SIDES = (90.0, 30.0)
"""Points; smaller pictures are logos and seals and hold no table."""
_STRIP_GAP = 2.0
"""Scanners cut pages into strips: pictures no further apart than this, in points, are one."""
_ENOUGH_CHARACTERS = 30
"""Fewer characters do not tell whether they are rubbish."""
_RUBBISH_SHARE = 0.12
"""Printed Chinese has about one rare character in two hundred; a wrong code table makes most of them rare."""
_PLAIN = frozenset(
    "，。、；：？！“”‘’（）《》〈〉【】〔〕—…·－～％＋－×÷＝≤≥①②③④⑤⑥⑦⑧⑨⑩○●◆■□★☆※→√　〇ⅠⅡⅢⅣⅤ￥℃°．／"
)


@dataclass(frozen=True, slots=True)
class Triage:
    """The kind of a page and the boxes (upright frame, points) to recognise; no box for the whole page."""

    kind: PageKind
    regions: tuple[Box, ...] = ()


def triage(page: Page) -> Triage:
    """Tell what of a page has to be recognised."""
    if is_rubbish(page.words):
        return Triage("rubbish")
    pictures = _joined(_clipped(page))
    unread = [box for box in pictures if _unread(page, box)]
    if not unread:
        outlined = not page.words and not pictures and page.curves >= _OUTLINED
        return Triage("unworded" if outlined else "text")
    area = sum(_area(box) for box in unread)
    beside = [word for word in page.words if not any(_inside(word, box) for box in unread)]
    if area >= _WHOLE_PAGE * page.width * page.height and _cover(beside) < _FEW_WORDS * area:
        return Triage("picture")
    large = tuple(box for box in unread if _large(box))
    if large and not page.words:
        return Triage("picture")
    return Triage("mixed", large) if large else Triage("text")


def is_rubbish(words: Sequence[Word]) -> bool:
    """Whether the characters are not those the page shows: mojibake, private codes, a wrong ToUnicode map.

    Chinese as printed in disclosures keeps to the first level of GB 2312 and a few signs. Pages
    with a code table gone wrong show rare characters, or letters and signs where Chinese should be.
    """
    text = "".join(word.text for word in words)
    if len(text) < _ENOUGH_CHARACTERS:
        return False
    rare = sum(not is_usual(char) for char in text)
    return rare > _RUBBISH_SHARE * len(text) or _no_language(text)


def is_usual(char: str) -> bool:
    """Whether disclosures print this character: simplified Chinese, ASCII and the signs of a text."""
    if " " <= char <= "~" or char in _PLAIN or "！" <= char <= "～":
        return True
    try:
        code = char.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return len(code) == 2 and 0xB0 <= code[0] <= 0xF7


_MOST_SIGNS = 0.25
_NOT_SIGNS = frozenset(".,-()%/:;")


def _no_language(text: str) -> bool:
    """Glyph numbers taken for characters: no Chinese at all, and many of the signs nobody prints."""
    if any("一" <= char <= "鿿" for char in text):
        return False
    signs = sum(char.isascii() and not char.isalnum() and char not in _NOT_SIGNS for char in text)
    return signs > _MOST_SIGNS * len(text)


def _clipped(page: Page) -> list[Box]:
    boxes = [
        (max(x0, 0.0), max(y0, 0.0), min(x1, page.width), min(y1, page.height))
        for x0, y0, x1, y1 in page.pictures
    ]
    return sorted(box for box in boxes if box[0] < box[2] and box[1] < box[3])


def _joined(boxes: Sequence[Box]) -> list[Box]:
    """Pictures that touch or overlap as one."""
    joined: list[Box] = []
    for box in boxes:
        touching = [other for other in joined if _touch(box, other)]
        for other in touching:
            joined.remove(other)
            box = _around(box, other)
        joined.append(box)
    return joined if len(joined) == len(boxes) else _joined(sorted(joined))


def _touch(box: Box, other: Box) -> bool:
    apart_x = max(box[0], other[0]) - min(box[2], other[2])
    apart_y = max(box[1], other[1]) - min(box[3], other[3])
    return max(apart_x, apart_y) <= _STRIP_GAP


def _around(box: Box, other: Box) -> Box:
    return min(box[0], other[0]), min(box[1], other[1]), max(box[2], other[2]), max(box[3], other[3])


def _unread(page: Page, box: Box) -> bool:
    """Whether hardly any words stand on the picture: under more of them it is a background."""
    return _cover([word for word in page.words if _inside(word, box)]) < _FEW_WORDS * _area(box)


def _inside(word: Word, box: Box) -> bool:
    return box[0] <= (word.x0 + word.x1) / 2 <= box[2] and box[1] <= (word.y0 + word.y1) / 2 <= box[3]


def _cover(words: Sequence[Word]) -> float:
    return sum((word.x1 - word.x0) * (word.y1 - word.y0) for word in words)


def _large(box: Box) -> bool:
    return box[2] - box[0] >= _LEAST_SIDES[0] and box[3] - box[1] >= _LEAST_SIDES[1]


def _area(box: Box) -> float:
    return (box[2] - box[0]) * (box[3] - box[1])
