"""In the subjects stage: what a row of a recognised column could be, and what speaks against each reading.

A row is either kept as printed or an entry of the edition. Costs are on one scale: 1 is a fault that
happens now and then (a digit misread, a name half legible), 4 one that hardly does.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from rapidfuzz import process
from rapidfuzz.distance import Levenshtein

from extract.subjects.edition import Edition
from extract.subjects.path import Option
from extract.tables.damaged import as_digits, code_signs, joined_signs
from models.catalogue import Entry, parent_of
from models.catalogue.lookalike import are_look_alike_digits, canonical

_LENGTHS = {3, 5, 7}
_LOST_END, _LOST, _ADDED = 0.4, 1.2, 1.2
_LETTER, _NEAR_DIGIT, _OTHER_DIGIT = 0.2, 1.0, 1.6
_WORST_CODE = 2.5
_NEARLY_SAME = 0.7
_CUT, _SPILLED, _BLANK, _UNLIKE = 0.3, 0.6, 1.2, 4.0
_SHORTEST_CUT = 3
_LIKE = 0.6
_UNKNOWN, _NO_CODE = 2.0, 3.5
_REACH = 24
"""So many entries with similar names are looked at."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a row stands for: the code, None where what is printed is none; ``kept`` when as printed."""

    code: str | None
    kept: bool


@dataclass(frozen=True, slots=True)
class PrintedSubject:
    """The printed code of a row, its signs only, and the printed name."""

    signs: str
    name: str

    @property
    def digits(self) -> str:
        return as_digits(self.signs)

    @property
    def clear(self) -> bool:
        """Whether every sign was read as a digit and there are as many as codes have."""
        return self.signs.isascii() and self.signs.isdigit() and len(self.signs) in _LENGTHS


def printed_subject(code: str | None, name: str | None) -> PrintedSubject:
    return PrintedSubject(code_signs(joined_signs((code or "").split())), name or "")


def options(printed: PrintedSubject, edition: Edition) -> list[Option[Reading]]:
    """What a row could be; one option alone where code and name agree."""
    kept = Option(Reading(printed.signs if printed.clear else None, kept=True), _kept_cost(printed, edition))
    if is_anchor(printed, edition):
        return [kept]
    others = (
        Option(Reading(code, kept=False), cost)
        for code in _candidates(printed, edition)
        if code != printed.signs and (cost := _cost(printed, edition.entries[code])) is not None
    )
    unlisted = _unlisted(printed, edition)
    return [kept, *others, *unlisted]


def is_anchor(printed: PrintedSubject, edition: Edition) -> bool:
    """Whether the code is known and the name beside it is, or resembles, its own."""
    entry = edition.entries.get(printed.signs) if printed.clear else None
    return entry is not None and (not printed.name or name_cost(printed.name, entry) <= _NEARLY_SAME)


def _kept_cost(printed: PrintedSubject, edition: Edition) -> float:
    if not printed.clear:
        return _NO_CODE
    entry = edition.entries.get(printed.signs)
    return _UNKNOWN if entry is None else name_cost(printed.name, entry)


def _unlisted(printed: PrintedSubject, edition: Edition) -> Iterator[Option[Reading]]:
    """The code with its letters read as digits, though the catalogue lacks it."""
    digits = printed.digits
    shaped = digits != printed.signs and len(digits) in _LENGTHS and digits.isdigit()
    if shaped and digits not in edition.entries and parent_of(digits) in edition.entries:
        yield Option(Reading(digits, kept=False), _UNKNOWN)


def _cost(printed: PrintedSubject, entry: Entry) -> float | None:
    """What speaks against the entry; None when its code is not worth considering.

    A known code, clearly printed, is only given up for one it is the beginning of or has one
    look-alike digit in.
    """
    cost = code_cost(printed.signs, entry.code)
    return None if cost > _WORST_CODE else cost + name_cost(printed.name, entry)


def _candidates(printed: PrintedSubject, edition: Edition) -> Iterable[str]:
    known = printed.clear and printed.signs in edition.entries
    by_name = [*edition.bearers(printed.name), *_similar(printed.name, edition)] if printed.name else []
    if known:
        return [code for code in dict.fromkeys(by_name) if _is_one_off(printed.signs, code)]
    near = process.extract(
        printed.digits,
        list(edition.entries),
        scorer=Levenshtein.distance,
        score_cutoff=2,
        limit=None,
    )
    return dict.fromkeys([*by_name, *(code for code, _, _ in near)])


def _is_one_off(signs: str, code: str) -> bool:
    """Whether a code is what the digits begin, or has a look-alike digit for one of them."""
    if code.startswith(signs):
        return True
    changed = [pair for pair in zip(signs, code, strict=False) if pair[0] != pair[1]]
    return len(signs) == len(code) and len(changed) == 1 and are_look_alike_digits(*changed[0])


def _similar(name: str, edition: Edition) -> list[str]:
    texts = edition.canonical_names()
    likeness = Levenshtein.normalized_similarity
    found = process.extract(canonical(name), list(texts), scorer=likeness, score_cutoff=_LIKE, limit=_REACH)
    return [code for text, _, _ in found for code in texts[text]]


def name_cost(printed: str, entry: Entry) -> float:
    """How unlikely the printed name is a reading of one of the entry's names, from 0 to 4."""
    text = canonical(printed)
    if not text:
        return _BLANK
    return min(_distance(text, canonical(name.text)) for name in entry.names)


def _distance(text: str, name: str) -> float:
    if text == name:
        return 0.0
    if len(text) >= _SHORTEST_CUT and name.startswith(text):
        return _CUT
    if len(name) >= _SHORTEST_CUT and (text.startswith(name) or text.endswith(name)):
        return _SPILLED
    return _UNLIKE * (1 - Levenshtein.normalized_similarity(text, name))


def code_cost(signs: str, code: str) -> float:
    """Weighted edit distance (Wagner and Fischer, 1974) of the printed signs from a code.

    Digits lost at the end, where cells wrap, cost little; letters for the digits they look like
    next to nothing.
    """
    above = [round(place * _ADDED, 2) for place in range(len(signs) + 1)]
    for row, digit in enumerate(code, 1):
        line = [row * _LOST]
        for place, sign in enumerate(signs, 1):
            line.append(
                min(
                    above[place - 1] + _replaced(sign, digit),
                    above[place] + (_LOST_END if place == len(signs) else _LOST),
                    line[place - 1] + _ADDED,
                )
            )
        above = line
    return above[-1]


def _replaced(sign: str, digit: str) -> float:
    if sign == digit:
        return 0.0
    if not (sign.isascii() and sign.isdigit()):
        return _LETTER if as_digits(sign) == digit else _NEAR_DIGIT
    return _NEAR_DIGIT if are_look_alike_digits(sign, digit) else _OTHER_DIGIT


_BACK, _AGAIN, _ORPHAN, _NEW_CLASS = 3.0, 4.0, 0.4, 0.8


def step(above: Reading, below: Reading) -> float:
    """What it costs that one row stands under another: codes rise and parents stand before children.

    A class may begin anew where columns of groups are read one after the other.
    """
    if above.code is None or below.code is None:
        return 0.0
    if above.code == below.code:
        return _AGAIN
    if below.code < above.code:
        return _NEW_CLASS if len(below.code) == 3 else _BACK
    parent = parent_of(below.code)
    return 0.0 if parent is None or above.code.startswith(parent) else _ORPHAN
