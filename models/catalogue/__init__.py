"""The classification catalogue (政府收支分类科目): codes, their names by edition, and how sure each is.

The data are the ``.tsv`` files beside this module, one entry a line::

    code <TAB> name <TAB> years <TAB> evidence [<TAB> name <TAB> years <TAB> evidence ...]

``years`` is ``first-last``, either end open. The first name of a line whose years cover an edition
is the name in that edition; the others are former names and variants. ``docs/catalogue.md`` says
more; ``python -m models.catalogue.build`` makes the files.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cache
from typing import get_args

from models.catalogue.entries import (
    Entry,
    Evidence,
    Name,
    classification_of,
    level_of,
    parent_of,
    read,
)
from models.catalogue.names import comparable, without_space
from models.catalogue.naming import Match, containing, only_bearer, resembling
from models.disclosure import Classification

__all__ = [
    "Catalogue",
    "Entry",
    "Evidence",
    "Match",
    "Name",
    "catalogue",
    "classification_of",
    "comparable",
    "level_of",
    "parent_of",
    "without_space",
]

CLASSIFICATIONS: tuple[Classification, ...] = get_args(Classification)


class Catalogue:
    """The entries of every classification; ``catalogue()`` gives the one read from the data files."""

    def __init__(self, names: Mapping[Classification, Mapping[str, tuple[Name, ...]]]) -> None:
        self._names = names
        self._codes_named: dict[Classification, dict[str, tuple[str, ...]]] = {}
        self._nearest_classes: dict[tuple[Classification, int], tuple[Entry, ...]] = {}

    def names(self, classification: Classification) -> Mapping[str, tuple[Name, ...]]:
        """Every code of a classification with all its names, in code order."""
        return self._names[classification]

    def entry(self, classification: Classification, code: str, year: int | None = None) -> Entry | None:
        """The entry of a code in the edition of ``year`` (the newest without one).

        None when the catalogue lacks the code or the edition does not have it. That is no error
        of a document: the catalogue has gaps.
        """
        names = self._names[classification].get(code, ())
        name = next((name for name in names if year is None or name.covers(year)), None)
        return Entry(classification, code, name.text, year, name.evidence, names) if name else None

    def nearest(self, classification: Classification, code: str, year: int) -> Entry | None:
        """The entry of a code in the edition nearest to ``year`` that has it."""
        names = self._names[classification].get(code)
        if not names:
            return None
        editions = (name.nearest(year) for name in names)
        return self.entry(classification, code, min(editions, key=lambda edition: abs(edition - year)))

    def codes_named(self, classification: Classification, name: str) -> tuple[str, ...]:
        """The codes that bear or once bore exactly this name (after ``comparable``), in code order."""
        if classification not in self._codes_named:
            self._codes_named[classification] = _codes_by_name(self._names[classification])
        return self._codes_named[classification].get(comparable(name), ())

    def children(self, code: str, year: int | None = None) -> tuple[Entry, ...]:
        """The entries one level below a code, in code order."""
        classification = classification_of(code)
        return () if classification is None else self._below(classification, code, year)

    def classes(self, classification: Classification, year: int | None = None) -> tuple[Entry, ...]:
        """The topmost entries of a classification, in code order."""
        return self._below(classification, None, year)

    def _below(self, classification: Classification, code: str | None, year: int | None) -> tuple[Entry, ...]:
        codes = (each for each in self._names[classification] if parent_of(each) == code)
        entries = (self.entry(classification, each, year) for each in codes)
        return tuple(entry for entry in entries if entry)

    def class_for_name(
        self, name: str, year: int, classification: Classification = "function"
    ) -> Entry | None:
        """The class that a line of a two-sided form names (``八、社会保障和就业支出``), or None.

        An ordinal before the name is passed over. Former names, names without their last word
        and names one character off are accepted when they mean one class only.
        """
        key = (classification, year)
        if key not in self._nearest_classes:
            codes = (code for code in self._names[classification] if parent_of(code) is None)
            entries = (self.nearest(classification, code, year) for code in codes)
            self._nearest_classes[key] = tuple(entry for entry in entries if entry)
        return only_bearer(name, self._nearest_classes[key])

    def find(
        self,
        text: str,
        classification: Classification | None = None,
        year: int | None = None,
        limit: int = 10,
    ) -> list[Match]:
        """Entries whose code begins with ``text`` or whose name, present or former, holds it.

        Where there are none, those with the most similar names. Best first, then in code order.
        """
        entries = tuple(self._entries(classification, year))
        matches = containing(text, entries) or resembling(text, entries)
        return sorted(matches, key=lambda match: (-match.score, match.entry.code))[:limit]

    def orphans(self, classification: Classification) -> tuple[str, ...]:
        """Codes whose parent the catalogue lacks: kept, and known as such."""
        codes = self._names[classification]
        return tuple(code for code in codes if (parent := parent_of(code)) and parent not in codes)

    def _entries(self, classification: Classification | None, year: int | None) -> Iterator[Entry]:
        for each in (classification,) if classification else CLASSIFICATIONS:
            for code in self._names[each]:
                if entry := self.entry(each, code, year):
                    yield entry


def _codes_by_name(names: Mapping[str, tuple[Name, ...]]) -> dict[str, tuple[str, ...]]:
    codes: dict[str, dict[str, None]] = defaultdict(dict)
    for code, known in names.items():
        for name in known:
            codes[comparable(name.text)][code] = None
    return {name: tuple(bearers) for name, bearers in codes.items()}


@cache
def catalogue() -> Catalogue:
    """The catalogue of the data files, read once per process."""
    return Catalogue({classification: read(classification) for classification in CLASSIFICATIONS})
