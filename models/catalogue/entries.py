"""In the catalogue: what an entry is, and how the data files are read."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import files
from typing import Literal, cast

from models.disclosure import Classification, Level

Evidence = Literal["document", "recalled", "doubtful"]
"""How sure a name is: some document prints it, it is believed right, or it may be wrong."""

_FIRST_DIGITS: dict[str, Classification] = {"1": "income", "2": "function", "3": "economic", "5": "economic"}
_LEVELS: dict[int, Level] = {3: "class", 5: "group", 7: "item"}
_FIELDS_OF_A_NAME = 3


@dataclass(frozen=True, slots=True)
class Name:
    """A name with the editions (fiscal years) it stands in; an open end is None."""

    text: str
    first_year: int | None
    last_year: int | None
    evidence: Evidence

    def nearest(self, year: int) -> int:
        """The year nearest to ``year`` in which the name stands."""
        if self.first_year is not None and year < self.first_year:
            return self.first_year
        if self.last_year is not None and year > self.last_year:
            return self.last_year
        return year

    def covers(self, year: int) -> bool:
        return self.nearest(year) == year


@dataclass(frozen=True, slots=True)
class Entry:
    """A subject in one edition; ``edition`` is None when no year was asked for."""

    classification: Classification
    code: str
    name: str
    edition: int | None
    evidence: Evidence
    names: tuple[Name, ...]

    @property
    def level(self) -> Level:
        return level_of(self.code)

    @property
    def parent(self) -> str | None:
        return parent_of(self.code)

    @property
    def former(self) -> tuple[Name, ...]:
        """The entry's other names, each with its years: former (or later) names and variants."""
        return tuple(name for name in self.names if name.text != self.name)


def level_of(code: str) -> Level:
    """class 类, group 款, item 项 by the length of the code; ``line`` for the forms' income items."""
    if not code.isdigit():
        return "line"
    return _LEVELS.get(len(code), "item" if len(code) > 7 else "line")


def parent_of(code: str) -> str | None:
    """The code one level up, whether the catalogue has it or not.

    >>> parent_of("2080505"), parent_of("208"), parent_of("fiscal_appropriation.general_budget")
    ('20805', None, 'fiscal_appropriation')
    """
    if code.isdigit():
        return code[:-2] if len(code) > 3 else None
    return code.rpartition(".")[0] or None


def classification_of(code: str) -> Classification | None:
    """The classification a code belongs to by its first digit; None for what is no such code."""
    return _FIRST_DIGITS.get(code[:1]) if code.isdigit() else "income"


def parse_years(text: str) -> tuple[int | None, int | None]:
    """``2019-2021`` as its two ends; an end left out is open, ``-`` is every edition."""
    first, _, last = text.partition("-")
    return int(first) if first else None, int(last) if last else None


def parse_line(line: str) -> tuple[str, tuple[Name, ...]]:
    """One line of a data file: the code and its names, the preferred one first."""
    code, *fields = line.split("\t")
    groups = zip(*(fields[start::_FIELDS_OF_A_NAME] for start in range(_FIELDS_OF_A_NAME)), strict=True)
    names = (Name(text, *parse_years(years), cast(Evidence, evidence)) for text, years, evidence in groups)
    return code, tuple(names)


def read(classification: Classification) -> dict[str, tuple[Name, ...]]:
    """A classification's data file: every code with its names, in code order."""
    text = files("models.catalogue").joinpath(f"{classification}.tsv").read_text(encoding="utf-8")
    return dict(parse_line(line) for line in text.splitlines() if line and not line.startswith("#"))
