"""In the subjects stage: a classification as it stood in one fiscal year, ready for comparing names."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Literal

from rapidfuzz import process
from rapidfuzz.distance import Levenshtein

from models.catalogue import Entry, Name, catalogue, comparable
from models.catalogue.lookalike import canonical
from models.disclosure import Classification

Way = Literal["name", "other_name", "cut", "like", "unlike", "blank"]
"""How a printed name relates to an entry: it is its name of the edition, another of its names, the
beginning of one, like one, unlike all of them, or not printed."""

_SCORES: dict[Way, float] = {"name": 1.0, "other_name": 0.97, "cut": 0.95, "blank": 0.9}
_ANOTHER_EDITION = 0.95
_SHORTEST_CUT = 4
_LEAST_LIKENESS = 0.6
_NEARLY = 0.9
_LOOSELY = 0.85


@dataclass(frozen=True, slots=True)
class Likeness:
    """How a printed name relates to an entry, from 0 to 1, and the catalogue names it begins."""

    way: Way
    score: float
    begins: tuple[Name, ...] = ()

    @property
    def same(self) -> bool:
        """Whether the printed name is, as far as it goes, a name of the entry."""
        return self.way in ("name", "other_name", "cut")


class Edition:
    """One classification in one fiscal year; entries of other years answer with their nearest edition.

    Asked for by ``edition_of``, which keeps one per classification and year.
    """

    def __init__(self, classification: Classification, year: int) -> None:
        self.classification = classification
        self.year = year
        self._catalogue = catalogue()
        nearest = (self._catalogue.nearest(classification, code, year) for code in self.codes())
        self.entries: dict[str, Entry] = {entry.code: entry for entry in nearest if entry}
        self._likeness: dict[tuple[str, str], Likeness] = {}
        self._texts: dict[str, str] | None = None
        self._canonical_names: dict[str, list[str]] | None = None

    def codes(self) -> Iterable[str]:
        return self._catalogue.names(self.classification)

    def stands(self, code: str) -> bool:
        """Whether the code belongs to this very edition."""
        entry = self.entries.get(code)
        return entry is not None and entry.edition == self.year

    def bearers(self, printed: str) -> tuple[str, ...]:
        """Codes with exactly this name; those of this edition alone where there are any."""
        codes = self._catalogue.codes_named(self.classification, printed)
        return tuple(code for code in codes if self.stands(code)) or codes

    def near_bearers(self, printed: str) -> tuple[str, ...]:
        """Codes with a name at most one character in ten away (normalised Levenshtein similarity)."""
        found = process.extractOne(
            comparable(printed),
            self._all_texts(),
            scorer=Levenshtein.normalized_similarity,
            score_cutoff=_NEARLY,
        )
        return self.bearers(found[0]) if found else ()

    def _all_texts(self) -> dict[str, str]:
        if self._texts is None:
            names = (comparable(name.text) for entry in self.entries.values() for name in entry.names)
            self._texts = {text: text for text in names}
        return self._texts

    def canonical_names(self) -> dict[str, list[str]]:
        """Every name in its canonical form, with the codes that bear it."""
        if self._canonical_names is None:
            self._canonical_names = {}
            for entry in self.entries.values():
                for name in entry.names:
                    self._canonical_names.setdefault(canonical(name.text), []).append(entry.code)
        return self._canonical_names

    def likeness(self, printed: str, code: str) -> Likeness:
        """How the printed name relates to the names of a known code."""
        key = (printed, code)
        if key not in self._likeness:
            self._likeness[key] = compare(printed, self.entries[code], self.year)
        return self._likeness[key]

    def loosely(self, printed: str, codes: Iterable[str]) -> list[str]:
        """Those of the codes whose name the printed one begins or resembles."""
        alike = ((code, self.likeness(printed, code)) for code in codes)
        return [code for code, found in alike if found.way == "cut" or found.score >= _LOOSELY]


@cache
def edition_of(classification: Classification, year: int) -> Edition:
    return Edition(classification, year)


def compare(printed: str, entry: Entry, year: int) -> Likeness:
    """Hold a printed name against the names of an entry, the name of the edition first.

    Look-alike characters, brackets and white space make no difference; see ``comparable``.
    """
    text = comparable(printed)
    way, score, begins = _way(text, entry)
    score = round(score * (1.0 if entry.edition == year else _ANOTHER_EDITION), 3)
    return Likeness(way, score, begins)


def _way(text: str, entry: Entry) -> tuple[Way, float, tuple[Name, ...]]:
    if not text:
        return "blank", _SCORES["blank"], ()
    names = {name: comparable(name.text) for name in entry.names}
    if text == comparable(entry.name):
        return "name", _SCORES["name"], ()
    if text in names.values():
        return "other_name", _SCORES["other_name"], ()
    begins = tuple(name for name, whole in names.items() if whole.startswith(text))
    if begins and len(text) >= _SHORTEST_CUT:
        return "cut", _SCORES["cut"], begins
    score = max(Levenshtein.normalized_similarity(text, whole) for whole in names.values())
    return ("like" if score >= _LEAST_LIKENESS else "unlike"), score, ()
