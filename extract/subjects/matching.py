"""In the subjects stage: one row at a time, the printed code and name become a catalogue entry.

Four things speak for an entry: the code, the name, the place in the tree and the printed order.
Code and name in agreement settle it. Where they disagree the place decides and the disagreement is
kept; where one is missing the others stand in; what the catalogue lacks is never replaced by what
it has.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from extract.subjects.edition import Edition, Likeness, edition_of
from extract.subjects.position import Place
from models.catalogue import Entry, catalogue, classification_of, parent_of
from models.catalogue.lookalike import canonical
from models.disclosure import Classification

MatchedBy = Literal["code+name", "code", "name", "position"]

_CODE_LENGTHS = frozenset({3, 5, 7, 9})
_SHORTEST_NEAR = 5
_NAME_ALONE = 0.95
_PLACE_ALONE = 0.9
_SUMS = ("合计", "总计", "小计")


@dataclass(frozen=True, slots=True)
class Matched:
    """The entry a row was matched to. ``disputed`` is the other entry where code and name disagree."""

    entry: Entry
    matched_by: MatchedBy
    score: float
    likeness: Likeness
    disputed: Entry | None = None


def is_subject_code(code: str | None, classification: Classification) -> bool:
    """Whether the text has the shape of a code of the classification (an organisation's has not)."""
    if not code or not code.isascii() or not code.isdigit() or len(code) not in _CODE_LENGTHS:
        return False
    return classification_of(code) == classification


def match_coded(code: str, printed: str, place: Place, edition: Edition) -> Matched | None:
    """Match a row by its printed code; None when the catalogue lacks the code."""
    entry = edition.entries.get(code)
    if entry is None:
        return None
    likeness = edition.likeness(printed, code)
    if likeness.same:
        return Matched(entry, "code+name", likeness.score, likeness)
    rival = _rival(code, printed, likeness, place, edition)
    if rival is None:
        by: MatchedBy = "code+name" if likeness.way == "like" else "code"
        return Matched(entry, by, likeness.score, likeness)
    if place.weight(rival.code) > place.weight(code):
        return Matched(rival, "position", _PLACE_ALONE, edition.likeness(printed, rival.code), entry)
    return Matched(entry, "code", likeness.score, likeness, rival)


def _rival(code: str, printed: str, likeness: Likeness, place: Place, edition: Edition) -> Entry | None:
    """The entry of another code whose name is printed here, the nearest in the tree."""
    if likeness.way == "blank":
        return None
    bearers = edition.bearers(printed)
    if not bearers and likeness.way == "unlike" and len(printed) >= _SHORTEST_NEAR:
        bearers = edition.near_bearers(printed)
    if not bearers or code in bearers:
        return None
    best = max(bearers, key=lambda bearer: (_shared(bearer, code), place.weight(bearer)))
    return edition.entries[best]


def _shared(code: str, other: str) -> int:
    """How many leading digits two codes share."""
    return next((at for at, (a, b) in enumerate(zip(code, other, strict=False)) if a != b), len(code))


def match_uncoded(
    printed: str, place: Place, edition: Edition, *, beginning: str = "", anchored: bool = True
) -> Matched | None:
    """Match a row without a usable code by its name and place.

    ``beginning`` is what could be read of the code, if anything; a name that agrees with it is
    believed anywhere. ``anchored`` says whether the table prints codes at all; where it does, a
    name that breaks their order is not believed.
    """
    if not printed or printed.endswith(_SUMS):
        return None
    bearers = [code for code in edition.bearers(printed) if code.startswith(beginning)]
    admitted = [code for code in bearers if place.admits(code)] if anchored and not beginning else bearers
    if len(bearers) == 1 and admitted:
        return _by_name(bearers[0], printed, "name", _NAME_ALONE, edition)
    if not bearers:
        admitted = _loosely_named(printed, place, beginning, edition)
    elif len(admitted) > 1:
        admitted = [code for code in admitted if place.admits(code) and place.continues(code)]
    if len(admitted) != 1:
        return None
    return _by_name(admitted[0], printed, "position", _PLACE_ALONE, edition)


def _loosely_named(printed: str, place: Place, beginning: str, edition: Edition) -> list[str]:
    if place.before is None:
        return []
    window = (code for code in edition.entries if code.startswith(beginning))
    return edition.loosely(printed, (code for code in window if place.admits(code) and place.continues(code)))


def _by_name(code: str, printed: str, by: MatchedBy, score: float, edition: Edition) -> Matched:
    likeness = edition.likeness(printed, code)
    return Matched(edition.entries[code], by, round(likeness.score * score, 3), likeness)


def match_class(
    name: str, year: int, order: Iterable[Classification], open_code: str | None = None
) -> Matched | None:
    """Match an expenditure line of a two-sided form to the class it names.

    ``order`` are the classifications to look in. A name that two classes of the classification
    of ``open_code`` (the line before) share, such as 303 and 509, means the next of them.
    """
    if name.endswith(_SUMS):
        return None
    for classification in order:
        entry = catalogue().class_for_name(name, year, classification)
        code = entry.code if entry else _next_bearer(name, year, classification, open_code)
        if code:
            return _by_name(code, name, "name", 1.0, edition_of(classification, year))
    return None


def _next_bearer(name: str, year: int, classification: Classification, open_code: str | None) -> str | None:
    if open_code is None or classification_of(open_code) != classification:
        return None
    bearers = edition_of(classification, year).bearers(name)
    return next((code for code in bearers if code > open_code and parent_of(code) is None), None)


def match_income(name: str, year: int) -> Matched | None:
    """Match an income line of a two-sided form: the forms' own items before the government's classes."""
    edition = edition_of("income", year)
    if not name or name.endswith(_SUMS):
        return None
    alike = edition.bearers(name) or edition.canonical_names().get(canonical(name), ())
    bearers = sorted(alike, key=str.isdigit)
    return _by_name(bearers[0], name, "name", 1.0, edition) if bearers else None
