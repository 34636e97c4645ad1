"""In the corpus generator: the families of templates, read from the data files in ``families``."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

from tests.corpus.figures import Notation

FOLDER = Path(__file__).parent / "families"
LabelPath = tuple[str, ...]

JUDGED_COLUMNS: dict[str, tuple[str, ...]] = {
    "income_expenditure_summary": ("total",),
    "income": (
        "total",
        "fiscal_appropriation",
        "superior_subsidy",
        "institutional",
        "commercial",
        "affiliate_remittance",
        "other",
    ),
    "expenditure": (
        "total",
        "basic",
        "project",
        "remittance_to_superior",
        "commercial",
        "affiliate_subsidy",
    ),
    "appropriation_summary": ("total", "general_budget", "government_fund", "state_capital"),
    "general_budget_expenditure": ("total", "basic", "project"),
    "general_budget_basic_expenditure": ("total", "personnel", "public"),
    "government_fund": ("opening_balance", "income", "total", "basic", "project", "closing_balance"),
    "state_capital": ("opening_balance", "income", "total", "basic", "project", "closing_balance"),
    "three_public": ("budget", "final"),
    "appropriation_expenditure": ("total",),
    "appropriation_basic_expenditure": ("total",),
    "operating_costs": ("total",),
}
"""Column keys that the output has agreed names for; whatever else a form prints is not judged."""


@dataclass(frozen=True, slots=True)
class FormColumn:
    """An amount column: header path, column key, and the flow and purse its figures come from.

    ``row`` names the row of the figure where a form prints its rows side by side (three public expenses);
    ``belongs`` the kind of form its figures belong to by their meaning, where it is another.
    """

    key: str
    path: LabelPath
    flow: str = "nothing"
    purse: str = ""
    row: str = ""
    judged: bool = True
    belongs: str = ""
    weight: float = 3.0


@dataclass(frozen=True, slots=True)
class FormLine:
    """A named line of a form; ``group`` is the merged cell in front of it, where there is one."""

    label: str
    flow: str = "nothing"
    purse: str = "all"
    row: str = ""
    group: str = ""
    judged: bool = True


@dataclass(frozen=True, slots=True)
class Lines:
    """One side of a form of named lines; ``classes`` adds the expenditure classes (all of them or the own).

    ``economic`` lists economic subjects below the prefixes instead.
    """

    side: Literal["income", "expenditure", "use"] | None
    lead: tuple[LabelPath, ...]
    columns: tuple[FormColumn, ...]
    classes: Literal["", "all", "own"] = ""
    economic: tuple[str, ...] = ()
    lines: tuple[FormLine, ...] = ()
    foot: tuple[FormLine, ...] = ()


@dataclass(frozen=True, slots=True)
class Form:
    """A printed form of a family; see the data files for the meaning in use.

    ``lead`` are the header paths of the columns before the amounts, ``code`` how codes are printed
    in them: ``joined``, ``split`` over two or three columns, or ``merged`` across three.
    ``numbered`` holds the labels of the 栏次 row over the lead columns.
    """

    kind: str
    layout: str
    titles: tuple[str, ...]
    number: str = ""
    purse: str = "all"
    code: Literal["joined", "split", "merged"] = "joined"
    lead: tuple[LabelPath, ...] = ()
    numbered: tuple[str, ...] = ()
    columns: tuple[FormColumn, ...] = ()
    total: Literal["first", "last", "none"] = "first"
    total_label: str = "合计"
    total_merged: bool = False
    sides: tuple[Lines, ...] = ()
    line_numbers: bool = False
    merge_foot: bool = False
    economic: tuple[str, ...] = ()
    spare_rows: int = 0
    notes: tuple[str, ...] = ()
    empty_notes: tuple[str, ...] = ()
    unit: str = ""
    likely: float = 1.0
    landscape: bool = False


@dataclass(frozen=True, slots=True)
class Family:
    """A city's way to disclose: its forms in order and the words around them."""

    name: str
    disclosure: Literal["final_accounts", "budget"]
    notations: tuple[Notation, ...]
    forms: tuple[Form, ...]
    captions: tuple[tuple[str, str], ...]
    covers: tuple[str, ...]
    parts: tuple[str, ...]
    opening: bool = False
    closing: bool = False
    contingency: bool = False
    flowing: bool = False


def _paths(entries: list[str] | list[list[str]]) -> tuple[LabelPath, ...]:
    return tuple((entry,) if isinstance(entry, str) else tuple(entry) for entry in entries)


def _column(entry: dict[str, Any]) -> FormColumn:
    return FormColumn(**{**entry, "path": tuple(entry["path"])})


def _lines(entry: dict[str, Any]) -> Lines:
    return Lines(
        side=entry.get("side"),
        lead=_paths(entry["lead"]),
        columns=tuple(map(_column, entry["columns"])),
        classes=entry.get("classes", ""),
        economic=tuple(entry.get("economic", ())),
        lines=tuple(FormLine(**line) for line in entry.get("lines", ())),
        foot=tuple(FormLine(**line) for line in entry.get("foot", ())),
    )


_TUPLES = ("titles", "numbered", "notes", "empty_notes", "economic")


def _form(entry: dict[str, Any]) -> Form:
    fields: dict[str, Any] = {key: tuple(value) if key in _TUPLES else value for key, value in entry.items()}
    fields["lead"] = _paths(entry.get("lead", []))
    fields["columns"] = tuple(map(_column, entry.get("columns", ())))
    fields["sides"] = tuple(map(_lines, entry.get("sides", ())))
    return Form(**fields)


@cache
def families() -> dict[str, Family]:
    """All families by name."""
    return {path.stem: _family(path) for path in sorted(FOLDER.glob("*.toml"))}


def _family(path: Path) -> Family:
    data = tomllib.loads(path.read_text(encoding="utf-8"))
    return Family(
        name=path.stem,
        disclosure=data["disclosure"],
        notations=tuple(Notation(**entry) for entry in data["notations"]),
        forms=tuple(map(_form, data["form"])),
        captions=tuple((left, right) for left, right in data["captions"]),
        covers=tuple(data["covers"]),
        parts=tuple(data["parts"]),
        opening=data.get("opening", False),
        closing=data.get("closing", False),
        contingency=data.get("contingency", False),
        flowing=data.get("flowing", False),
    )
