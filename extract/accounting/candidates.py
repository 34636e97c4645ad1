"""In the accounting stage: what the printed text of an amount may have been before it was misread.

Every candidate comes from the reading and has a cost, in tenths of the decimal logarithm of the odds
against that misreading, roughly: what was read costs nothing, a letter that stands for a digit 3,
a digit taken for one that looks like it 12.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from math import log10
from typing import Literal, NamedTuple

from extract.accounting.glyphs import ALIKE, MARKS, MAY_STAND_FOR, STANDS_FOR, STROKES
from extract.tables.amounts import is_blank, normalised, parse_amount
from models.disclosure import Table

Change = Literal["read", "spacing", "character", "digit", "column"]
Trusted = Literal["certain", "doubtful", "poor"]
"""How far the digits of a reading may be wrong.

certain    no digit may be; only the notation may (separators, signs that are no digits)
doubtful   a digit may be taken for one like it, be lost or doubled
poor       any digit may be wrong
"""

SIGN, OTHER_SIGN, UNKNOWN_SIGN = 3, 8, 10
POINT, MARK, GLUED_POINT = 3, 2, 6
LIKE, UNLIKE = 12, 20
LOST_EDGE, LOST_INSIDE, EXTRA, DOUBLED, STROKE = 14, 18, 16, 12, 10
READ_ELSE = 4
DEAREST = 40
"""A candidate that costs more is none."""
FARTHEST = 26
"""Two digits may be taken for others, but none lost and another one gained: so authors swap digits."""
_MONEY = 2
"""Decimals of money; more are a misreading unless many figures have them."""
POOR_BELOW = 0.8
"""Recognised readings below this confidence may have any digit wrong."""
_IMPOSSIBLE = 1000
_LEAST_SCORE = 0.001
_SURE = 0.5
"""A second look that is less likely right than wrong confirms nothing."""


class Alternative(NamedTuple):
    """Another reading of the same cell, such as the second look's, with its probability (0 to 1)."""

    text: str
    score: float = 0.5


class Candidate(NamedTuple):
    """A value a cell may have been printed with.

    ``formal``: the digits are those that were read, in another notation; ``orderly``: and no
    mark stands where a digit may be missing beside it.
    """

    value: Decimal
    cost: int
    change: Change
    formal: bool = False
    orderly: bool = False


@dataclass(frozen=True, slots=True)
class Notation:
    """How most figures of a table are written: decimals, padded with zeros or not.

    ``coarse``: figures with fewer decimals are frequent enough to be the author's.
    """

    decimals: int
    padded: bool
    coarse: bool

    @property
    def unit(self) -> Decimal:
        return Decimal(1).scaleb(-self.decimals)


def notation_of(table: Table) -> Notation:
    """The notation most figures of a table keep to, whatever single misreadings look like."""
    figures = [f for row in table.rows for f in row.amounts.values() if f]
    places = Counter(places_of(figure) for figure in figures)
    rare = {count: 5 if count > _MONEY else 50 for count in places}
    common = [count for count, number in places.items() if number * rare[count] >= len(figures)]
    decimals = max(common, default=2)
    full = [f for f in figures if places_of(f) == decimals]
    zeros = sum(1 for figure in full if figure.as_tuple().digits[-1] == 0)
    fewer = sum(number for count, number in places.items() if count < decimals)
    padded = decimals > 0 and (zeros * 25 >= len(full) or (zeros > 0 and fewer * 10 <= len(figures)))
    return Notation(decimals, padded, padded and fewer > 2 and fewer * 10 > len(figures))


def places_of(figure: Decimal) -> int:
    exponent = figure.as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


# Reading -----------------------------------------------------------------------------------

_TWO_FIGURES = re.compile(r"\d\s*[.,·，．。]+\s*\d{2}\s+\S*\d")
"""Joined rows print two figures in one cell: something follows, behind a blank, two decimals."""
_PROPER = re.compile(r"-?\d+(\.\d+)?|-?\d{1,3}(,\d{3})+(\.\d+)?")


def is_damaged(text: str) -> bool:
    """Whether the text of a figure shows by itself that it was misread: foreign signs, odd separators.

    Blanks beside a separator do not count; engines that read every digit right set them.
    """
    plain = normalised(text).strip("*%¥()")
    if is_blank(text) or not any(sign.isdigit() for sign in plain):
        return False
    return not _PROPER.fullmatch(plain)


def misplaced(plain: str, notation: Notation) -> bool:
    """Whether a figure has other decimals than a table that pads them."""
    value = parse_amount(plain)
    if not value or not notation.padded:
        return False
    places = places_of(value)
    return places > notation.decimals or (places < notation.decimals and not notation.coarse)


class Shape(NamedTuple):
    """A text as digits and where its decimals begin: sign, digits (``?`` for unknown), decimals, cost."""

    negative: bool
    digits: str
    decimals: int
    cost: int
    formal: bool
    change: Change
    orderly: bool = True


def shapes(text: str, notation: Notation) -> Iterator[Shape]:
    """The ways to understand a text without changing a digit, cheapest first for each."""
    plain = normalised(text).replace("*", "").removesuffix("%").lstrip("¥￥")
    bracketed = plain.startswith("(") and plain.endswith(")")
    negative = bracketed or plain.startswith("-")
    body = plain.strip("()-—_") if negative or plain[-1:] in "-—_" else plain
    if parse_amount(plain) is not None and _PROPER.fullmatch(body):
        yield _proper(body, negative, notation)
        if misplaced(body, notation):
            yield from _reset(body, negative, notation)
    elif any(sign.isdigit() or STANDS_FOR.get(sign) == "0" for sign in body):
        yield from _decoded(body, negative, notation)


def _proper(body: str, negative: bool, notation: Notation) -> Shape:
    digits = body.replace(",", "")
    whole, _, decimals = digits.partition(".")
    odd = misplaced(body, notation)
    return Shape(negative, whole + decimals, len(decimals), 6 if odd else 0, True, "read")


def _reset(body: str, negative: bool, notation: Notation) -> Iterator[Shape]:
    """The point lost or moved: where the table pads decimals it stands before the last ones."""
    digits = re.sub(r"[.,]", "", body)
    whole = body.partition(".")[2] == ""
    if len(digits) > notation.decimals:
        cost = GLUED_POINT if whole else LIKE
        yield Shape(negative, digits, notation.decimals, cost, False, "character")


def _decoded(body: str, negative: bool, notation: Notation) -> Iterator[Shape]:
    digits: list[str] = []
    marks: list[int] = []
    cost = 0
    letters = False
    for sign in body:
        if sign.isdigit() and sign.isascii():
            digits.append(sign)
        elif sign in MARKS:
            marks.append(len(digits))
        else:
            letters = True
            digits.append(sign)
            cost += SIGN
    change: Change = "character" if letters else "spacing"
    text = "".join(digits)
    for decimals, extra, formal in _points(len(text), marks, notation):
        named: Change = change if formal else "character"
        yield Shape(negative, text, decimals, cost + extra, formal, named, orderly=extra < MARK)


def _points(length: int, marks: Sequence[int], notation: Notation) -> Iterator[tuple[int, int, bool]]:
    """Numbers of decimals the marks of a text allow, each with its cost and whether a mark stands there."""
    after = [length - mark for mark in dict.fromkeys(marks) if mark < length]
    usual = notation.decimals
    stray = MARK * sum(1 for place in after if place != usual and (place - usual) % 3)
    if usual in after:
        yield usual, stray, True
    elif not (usual and notation.padded) and all(place % 3 == 0 for place in after):
        yield 0, POINT * (not after), True
    elif usual and length > usual:
        yield usual, stray + GLUED_POINT, False
    if after and after[-1] != usual and (after[-1] < usual or after[-1] % 3 == 0):
        yield (after[-1] if after[-1] < usual else 0), stray + POINT, False


# Candidates --------------------------------------------------------------------------------


def candidates(
    text: str, notation: Notation, trusted: Trusted, others: Sequence[Alternative] = ()
) -> tuple[Candidate, ...]:
    """What a cell may have been printed with, cheapest first, each value once.

    Texts without digits and blanks have no candidates: nothing in the reading hints at a figure.
    """
    found: dict[Decimal, Candidate] = {}
    for candidate in _all_candidates(text, notation, trusted, others):
        known = found.get(candidate.value)
        if candidate.cost <= DEAREST and (known is None or candidate.cost < known.cost):
            found[candidate.value] = candidate
    return tuple(sorted(found.values(), key=lambda candidate: (candidate.cost, candidate.value)))


def _all_candidates(
    text: str, notation: Notation, trusted: Trusted, others: Sequence[Alternative]
) -> Iterator[Candidate]:
    if is_blank(text) or _TWO_FIGURES.search(text):
        return
    for other in others:
        value = parse_amount(other.text)
        if value is not None and not is_blank(other.text):
            yield Candidate(value, READ_ELSE + round(-10 * log10(max(other.score, _LEAST_SCORE))), "digit")
    for shape in shapes(text, notation):
        for digits, cost, exact in _spelt(shape.digits):
            yield _candidate(shape, digits, cost, shape.change, shape.formal and exact)
        plain = "".join(STANDS_FOR.get(sign, sign) for sign in shape.digits)
        if plain.isdigit():
            yield from _tailed(shape, plain, notation)
            if trusted != "certain":
                yield from _misread(shape, plain, notation, trusted)


def _candidate(shape: Shape, digits: str, cost: int, change: Change, formal: bool = False) -> Candidate:
    value = Decimal(int(digits or "0")).scaleb(-shape.decimals)
    signed = -value if shape.negative else value
    return Candidate(signed, shape.cost + cost, change, formal, formal and shape.orderly)


def _spelt(digits: str) -> Iterator[tuple[str, int, bool]]:
    """Digit strings for a text that may hold other signs; whether each sign stands for its first digit."""
    plain = "".join(STANDS_FOR.get(sign, sign) for sign in digits)
    odd = [place for place, sign in enumerate(digits) if not sign.isdigit()]
    if plain.isdigit():
        yield plain, 0, True
    if len(odd) > 2:
        return
    for place in odd:
        choices = MAY_STAND_FOR.get(digits[place], "")
        for digit in "0123456789":
            cost = OTHER_SIGN if digit in choices else UNKNOWN_SIGN + 4 * (digits[place] in STANDS_FOR)
            changed = plain[:place] + digit + plain[place + 1 :]
            if changed.isdigit():
                yield changed, cost - SIGN, False
        if place in (0, len(digits) - 1) and len(digits) > 1:
            dropped = plain[:place] + plain[place + 1 :]
            if dropped.isdigit():
                yield dropped, (1 if digits[place] in STROKES else 4), digits[place] not in STANDS_FOR


def _tailed(shape: Shape, digits: str, notation: Notation) -> Iterator[Candidate]:
    """A decimal cut off or doubled, where the table pads decimals and this figure has one fewer or more."""
    if not notation.padded:
        return
    if shape.decimals == notation.decimals - 1:
        for digit in "0123456789":
            yield _candidate(shape._replace(decimals=notation.decimals), digits + digit, 4, "digit")
    if shape.decimals == notation.decimals + 1:
        shorter = shape._replace(decimals=notation.decimals)
        for place in range(len(digits) - shape.decimals, len(digits)):
            yield _candidate(shorter, digits[:place] + digits[place + 1 :], 6, "digit")


def _misread(shape: Shape, digits: str, notation: Notation, trusted: Trusted) -> Iterator[Candidate]:
    """One digit wrong. Digits lost inside are too many to list; the sums must ask for them (``nearness``)."""
    for place, digit in enumerate(digits):
        before, after = digits[:place], digits[place + 1 :]
        for other in "0123456789":
            if other in ALIKE[digit]:
                yield _candidate(shape, before + other + after, LIKE, "character")
            elif other != digit and trusted == "poor":
                yield _candidate(shape, before + other + after, UNLIKE, "digit")
    yield from _extra_digits(shape, digits, notation)
    yield from _lost_digits(shape, digits, notation)


def _extra_digits(shape: Shape, digits: str, notation: Notation) -> Iterator[Candidate]:
    """A digit too many: before the point, or behind it where there are more decimals than usual."""
    whole = len(digits) - shape.decimals
    shorter = shape._replace(decimals=shape.decimals - 1)
    for place, digit in enumerate(digits):
        rest = digits[:place] + digits[place + 1 :]
        if digits[place - 1 : place] == digit:
            continue
        if place < whole and whole > 1:
            yield _candidate(shape, rest, _extra_cost(digits, place), "digit")
        elif place >= whole and shape.decimals > (notation.decimals if notation.padded else 0):
            yield _candidate(shorter, rest, _extra_cost(digits, place), "digit")


def _lost_digits(shape: Shape, digits: str, notation: Notation) -> Iterator[Candidate]:
    """A digit lost: at the front, one of a pair, or at the end where there are fewer decimals than usual."""
    whole = len(digits) - shape.decimals
    for digit in "123456789":
        yield _candidate(shape, digit + digits, LOST_EDGE, "digit")
    for place in range(1, whole + 1):
        if place == len(digits) or digits[place - 1] != digits[place] or place == whole:
            yield _candidate(shape, digits[:place] + digits[place - 1 :], LOST_EDGE, "digit")
    longer = shape._replace(decimals=shape.decimals + 1) if shape.decimals < notation.decimals else shape
    if longer is not shape or not shape.decimals:
        for digit in "0123456789":
            yield _candidate(longer, digits + digit, LOST_EDGE, "digit")
    if not shape.decimals < notation.decimals and shape.decimals:
        for digit in "0123456789":
            yield _candidate(shape, digits[:whole] + digit + digits[whole:], LOST_EDGE, "digit")


def _extra_cost(digits: str, place: int) -> int:
    if place + 1 < len(digits) and digits[place + 1] == digits[place]:
        return DOUBLED
    return STROKE if digits[place] == "1" and place in (0, len(digits) - 1) else EXTRA


# A value the sums demand -------------------------------------------------------------------


@lru_cache(maxsize=8192)  # each round asks for the same
def nearness(text: str, value: Decimal, trusted: Trusted) -> int:
    """What it costs to take a text for a misreading of a value; above ``FARTHEST`` it is none.

    Weighted edit distance between the text and the value written in the notation of the table.
    """
    plain = normalised(text).replace("*", "").lstrip("¥￥")
    if trusted == "certain" or not plain or (value < 0) != plain.startswith("-"):
        return _IMPOSSIBLE
    written = f"{abs(value):f}"
    forms = {written, f"{abs(value):,f}"} if "," in plain else {written}
    return min(_distance(plain.lstrip("-"), form, trusted) for form in forms)


def _distance(read: str, written: str, trusted: Trusted) -> int:
    row = [0]
    for sign in written:
        row.append(row[-1] + _lost(sign, len(row) == 1))
    for place, seen in enumerate(read):
        edge = place in (0, len(read) - 1)
        above, row = row, [row[0] + _added(seen, edge)]
        for column, sign in enumerate(written, 1):
            last = column == len(written)
            row.append(
                min(
                    above[column - 1] + _taken_for(sign, seen, trusted),
                    above[column] + _added(seen, edge),
                    row[-1] + _lost(sign, last),
                )
            )
    return row[-1]


def _lost(sign: str, edge: bool) -> int:
    if sign.isdigit():
        return LOST_EDGE if edge else LOST_INSIDE
    return MARK if sign == "," else GLUED_POINT


def _added(seen: str, edge: bool) -> int:
    if seen.isdigit():
        return STROKE if edge and seen == "1" else EXTRA
    return MARK if seen in MARKS else POINT


def _taken_for(sign: str, seen: str, trusted: Trusted) -> int:
    if sign == seen:
        return 0
    if not sign.isdigit():
        return POINT if seen in MARKS else GLUED_POINT + SIGN
    if seen.isdigit():
        return LIKE if seen in ALIKE[sign] else UNLIKE if trusted == "poor" else _IMPOSSIBLE
    if STANDS_FOR.get(seen) == sign:
        return SIGN
    return OTHER_SIGN if sign in MAY_STAND_FOR.get(seen, "") else UNKNOWN_SIGN


def agrees(text: str, others: Sequence[Alternative]) -> bool:
    """Whether other readings most likely spell the same digits with as many decimals.

    Readings that take one mark for another share their likelihood: of 3,845.94 half may go to 3.845.94.
    """
    spelt = _spelling(text)
    return sum(other.score for other in others if _spelling(other.text) == spelt) >= _SURE


def _spelling(text: str) -> tuple[str, int]:
    """The signs of a figure but for its marks, and how many follow the last mark."""
    plain = normalised(text)
    last = max((place for place, sign in enumerate(plain) if sign in MARKS), default=len(plain))
    return "".join(sign for sign in plain if sign not in MARKS), len(plain) - last


def trust_of(
    text: str, confidence: float, others: Sequence[Alternative], *, noisy: bool, recognised: bool
) -> Trusted:
    """How far the digits of a reading may be wrong.

    ``recognised`` readings come with confidences: below 0.8 they are poor, and so are those the
    likeliest reading of a second look contradicts; one it confirms is certain. A transcript has
    no confidences: its digits are doubtful if the document shows that it was misread (``noisy``).
    """
    if not recognised:
        return "doubtful" if noisy else "certain"
    if others:
        return "certain" if agrees(text, others) else "poor"
    return "poor" if confidence < POOR_BELOW else "certain"
