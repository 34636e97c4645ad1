"""In the tables stage: printed figures become exact decimals, without ever guessing."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal
from functools import lru_cache

_PLAIN = re.compile(r"[-+]?\d+(?:\.\d+)?")
_GROUPED = re.compile(r"[-+]?\d{1,3}(?:,\d{3})+(?:\.\d+)?")
_SIGNS = str.maketrans({"−": "-", "－": "-", "—": "-", "–": "-", "，": ",", "．": ".", "﹣": "-"})
DASHES = frozenset({"-", "--", "---", "/", "\\"})
"""Signs authors print for "nothing here"."""

# A table is looked at from many sides, and each asks for the same texts.
_remembered = lru_cache(maxsize=4096)


@_remembered
def normalised(text: str) -> str:
    """Half-width text without any white space."""
    return "".join(unicodedata.normalize("NFKC", text).translate(_SIGNS).split())


@_remembered
def parse_amount(text: str) -> Decimal | None:
    """Read a printed figure exactly; None when the text is no figure.

    Accepts thousands separators in groups of three, a leading sign, accounting brackets
    ``(12.30)`` for negatives and a trailing ``%``. Misplaced separators are no figure.

    >>> parse_amount("1,286.76")
    Decimal('1286.76')
    >>> parse_amount("66.008.34") is None
    True
    """
    figure = normalised(text).removesuffix("%").removeprefix("¥").removeprefix("￥")
    if figure.startswith("(") and figure.endswith(")"):
        figure = "-" + figure[1:-1]
    if _PLAIN.fullmatch(figure) or _GROUPED.fullmatch(figure):
        return Decimal(figure.replace(",", ""))
    return None


def is_blank(text: str) -> bool:
    """Whether a cell prints nothing, or a dash that stands for nothing."""
    plain = normalised(text)
    return not plain or plain in DASHES
