"""In the ocr stage: points and commas inside recognised figures, told apart by all figures of the document.

A comma of three pixels reads as a point. Where a document prints whole yuan in groups of three
(``4,060,198``), such a misreading divides every figure by a thousand, and its sums still hold.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from extract.reading.pages import Page, Word

_GROUPED = re.compile(r"-?\d{1,3}(?:[.,]\d{3})+")
"""A figure that ends in a group of three: what stands before it is a comma, or a point before decimals."""
_WHOLE = re.compile(r"-?\d{1,3}(?:,\d{3})+")
_THREE_DECIMALS = re.compile(r"-?(?:0|\d{1,3}(?:,\d{3})+)\.\d{3}|-?\d{4,}\.\d{3}")

_TWO_DECIMALS = re.compile(r"-?(?:\d+|\d{1,3}(?:,\d{3})+)\.\d{2}")
_TWO_BEHIND_A_COMMA = re.compile(r"(-?(?:\d+|\d{1,3}(?:,\d{3})+)),(\d{2})")
"""Two digits behind a comma are no group: it was a point, or a digit is lost."""

_MISREAD = 3
_USUAL = 10
"""A document prints two decimals when so many figures do to one in whole groups, and three at least."""


def with_separators(pages: Sequence[Page]) -> tuple[Page, ...]:
    """The pages with the separators of recognised figures as the document prints them.

    Figures that end in three digits behind a point are whole numbers where figures that end so
    behind a comma are no exception in the document; else they stay. Where a document prints two
    decimals throughout, the comma before the last two digits is their point.
    """
    texts = [word.text for page in pages for word in page.words]
    if prints_whole_groups(texts):
        return _with_words(pages, _regrouped)
    return _with_words(pages, _pointed) if _prints_two_decimals(texts) else tuple(pages)


def _with_words(pages: Sequence[Page], change: Callable[[Word], Word]) -> tuple[Page, ...]:
    return tuple(replace(page, words=tuple(map(change, page.words))) for page in pages)


def prints_whole_groups(texts: Iterable[str]) -> bool:
    """Whether figures in groups of three without decimals are what the document prints.

    A third as many as of the others will do: commas turn into points far more often than points
    into commas.
    """
    whole = decimals = 0
    for text in texts:
        whole += bool(_WHOLE.fullmatch(text))
        decimals += bool(_THREE_DECIMALS.fullmatch(text))
    return whole * _MISREAD > decimals


def _prints_two_decimals(texts: Iterable[str]) -> bool:
    whole = decimals = 0
    for text in texts:
        whole += bool(_WHOLE.fullmatch(text))
        decimals += bool(_TWO_DECIMALS.fullmatch(text))
    return decimals >= max(_MISREAD, _USUAL * whole)


def _pointed(word: Word) -> Word:
    found = _TWO_BEHIND_A_COMMA.fullmatch(word.text)
    if word.confidence == 1.0 or not found:
        return word
    return replace(word, text=f"{found[1]}.{found[2]}")


def _regrouped(word: Word) -> Word:
    if word.confidence == 1.0 or not _GROUPED.fullmatch(word.text):
        return word
    return replace(word, text=word.text.replace(".", ","))
