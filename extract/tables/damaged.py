"""In the tables stage: codes and figures that recognition damaged are still told from names.

What they should be is not decided here: a damaged code keeps its signs until the subjects stage
restores it, a damaged figure its text until the identities do.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from decimal import Decimal

_LETTERS = {
    "0": "OoQDU○〇口。",
    "1": "lIi|!丨｜][",
    "2": "Zz",
    "3": "Ee",
    "4": "A",
    "5": "Ss",
    "6": "bG",
    "7": "T",
    "8": "B&",
    "9": "qg",
}
"""What is read for a digit and is none."""
_DIGITS = str.maketrans({letter: digit for digit, letters in _LETTERS.items() for letter in letters})
_NOT_IN_CODES = re.compile(r"[\s\W_]")
_MARKS = str.maketrans({"·": ".", "。": ".", "、": ",", "'": ",", "−": "-", "—": "-", "–": "-"})
_FIGURE = re.compile(r"-?\d+(?:[.,]+\d+)+")
_FIGURE_LIKE = re.compile(r"\d+")
_SHAPE = re.compile(r"[1-9]\d{2,7}")


def code_signs(text: str) -> str:
    """A printed code without blanks and marks, its letters kept: what there is to compare."""
    return _NOT_IN_CODES.sub("", unicodedata.normalize("NFKC", text))


def as_digits(text: str) -> str:
    """The signs of a code with every letter that stands for a digit replaced.

    >>> as_digits("2O8O5O5"), as_digits("3022q")
    ('2080505', '30229')
    """
    return code_signs(text.translate(_DIGITS)).translate(_DIGITS)


def joined_signs(parts: Sequence[str]) -> str:
    """The pieces of a code; group and item printed apart from the class are filled up to two digits.

    >>> joined_signs(["208", "5", "1"]), joined_signs(["208050", "5"])
    ('2080501', '2080505')
    """
    classed = bool(parts) and len(parts[0]) == 3 and all(len(part) < 3 for part in parts[1:])
    return "".join([*parts[:1], *(part.zfill(2) for part in parts[1:])] if classed else parts)


def damaged_code(text: str) -> str | None:
    """The signs of a text that is a code but for look-alike letters, blanks or a lost or added digit.

    None when it is something else: most of a code's signs are digits, and it holds no separator.

    >>> damaged_code("2O8 0505"), damaged_code("3010"), damaged_code("12.50"), damaged_code("事业")
    ('2O80505', '3010', None, None)
    """
    signs = code_signs(text)
    real = sum(sign.isascii() and sign.isdigit() for sign in signs)
    if re.search(r"[.,，．·%]", text) or 2 * real <= len(signs) or not _SHAPE.fullmatch(as_digits(text)):
        return None
    return signs


def tidied_figure(text: str) -> Decimal | None:
    """A figure whose separators were misread, doubled or swapped; None when its shape leaves a choice.

    Only notation may differ: groups of three digits, and two decimals behind the last separator
    tell which separator was which. Letters are not read as digits.

    >>> tidied_figure("66.008.34"), tidied_figure("80，39"), tidied_figure("1621..59")
    (Decimal('66008.34'), Decimal('80.39'), Decimal('1621.59'))
    >>> tidied_figure("74.730"), tidied_figure("12,3456")
    (None, None)
    """
    plain = "".join(unicodedata.normalize("NFKC", text).split()).translate(_MARKS)
    if not _FIGURE.fullmatch(plain):
        return None
    sign, groups = ("-" if plain.startswith("-") else ""), re.split(r"[.,]+", plain.lstrip("-"))
    if len(groups) > 2 and not all(len(group) == 3 for group in groups[1:-1]):
        return None
    if len(groups) > 2 and len(groups[0]) > 3:
        return None
    if len(groups[-1]) == 2:
        return Decimal(f"{sign}{''.join(groups[:-1])}.{groups[-1]}")
    return Decimal(sign + "".join(groups)) if len(groups) > 2 and len(groups[-1]) == 3 else None


def looks_like_figure(text: str) -> bool:
    """Whether a text among figures is a figure that cannot be read: digits mostly, and no words.

    >>> looks_like_figure("5,571,8S7"), looks_like_figure("事业运行"), looks_like_figure("3O.21")
    (True, False, True)
    """
    plain = "".join(unicodedata.normalize("NFKC", text).split()).translate(_MARKS)
    digits = sum(sign.isdigit() for sign in plain)
    return 2 * digits >= max(len(plain), 1) and bool(_FIGURE_LIKE.fullmatch(as_digits(plain)))
