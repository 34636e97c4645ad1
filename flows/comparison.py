"""Comparing disclosures: the same forms side by side, their subjects aligned across editions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Final, Literal

from flows.results import disclosures_in
from flows.warehouse.money import in_yuan
from models.catalogue import catalogue, classification_of, comparable, level_of, parent_of
from models.disclosure import Classification, Disclosure, Kind, Level, Proof, Row, Table, TableKind

Note = Literal["renamed", "moved", "added", "dropped"]
"""What became of a subject between the editions of the documents.

renamed  the code bears another name
moved    the subject has another code; its older figures stand under the newer one
added    an earlier document's edition does not have the code
dropped  a later document's edition does not have it, and none of its name
"""

FORMS: Final[dict[TableKind, str]] = {
    "expenditure": "支出",
    "income": "收入",
    "appropriation_expenditure": "财政拨款支出",
    "general_budget_expenditure": "一般公共预算财政拨款支出",
    "general_budget_basic_expenditure": "一般公共预算财政拨款基本支出",
    "appropriation_basic_expenditure": "财政拨款基本支出",
    "government_fund": "政府性基金预算财政拨款支出",
    "state_capital": "国有资本经营预算财政拨款支出",
    "three_public": "“三公”经费",
}
"""The forms that are compared, each with its like only: they cover different money."""
_KINDS: Final[dict[Kind | None, str]] = {"budget": "预算", "final_accounts": "决算", None: ""}
_PUBLIC_COLUMN: Final[dict[Kind | None, str]] = {"budget": "budget", "final_accounts": "final"}
_CENT = Decimal("0.01")


class NothingToCompare(Exception):
    """The documents have no form in common, or are too few; says what to do."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure in yuan, and how far it is proven."""

    yuan: Decimal
    proof: Proof


@dataclass(frozen=True, slots=True)
class Line:
    """One subject: its code in the newest edition, and name and figure in each document."""

    code: str | None
    level: Level
    names: tuple[str | None, ...]
    codes: tuple[str | None, ...]
    figures: tuple[Figure | None, ...]
    note: Note | None

    @property
    def name(self) -> str:
        """The newest name."""
        return next((name for name in reversed(self.names) if name), "")

    @property
    def change(self) -> Decimal | None:
        """The last figure less the one before, in yuan; None unless both are printed."""
        before, after = self.figures[-2:]
        return after.yuan - before.yuan if before and after else None

    @property
    def change_pct(self) -> Decimal | None:
        """The change in per cent of the figure before; None where that is zero or not printed."""
        before = self.figures[-2]
        if self.change is None or not before or not before.yuan:
            return None
        return (self.change / abs(before.yuan) * 100).quantize(_CENT)


@dataclass(frozen=True, slots=True)
class Section:
    """One form."""

    kind: TableKind
    title: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Heading:
    """One of the documents."""

    label: str
    organisation: str | None
    file_name: str
    edition: int | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """Documents, oldest first, and the forms they have in common. ``remarks`` say what limits them."""

    headings: tuple[Heading, ...]
    sections: tuple[Section, ...]
    remarks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Entry:
    """A row of one document under the key it is aligned by."""

    key: str
    code: str | None
    row: Row
    figure: Figure | None


def compare_files(files: Sequence[Path]) -> Comparison:
    """Compare the disclosures of some files. Raises ``NothingToCompare`` and the errors of ``extract``."""
    return compare([disclosure for file in files for disclosure in disclosures_in(file)])


def compare(disclosures: Sequence[Disclosure]) -> Comparison:
    """Compare two or more disclosures; a budget stands before the final account of its year."""
    if len(disclosures) < 2:
        raise NothingToCompare("one document alone cannot be compared; name two or more")
    ordered = sorted(disclosures, key=_time)
    sections = tuple(section for kind in FORMS if (section := _section(kind, ordered)))
    if not sections:
        raise NothingToCompare("the documents have no form with figures in common; compare others")
    return Comparison(tuple(map(_heading, ordered)), sections, tuple(_remarks(ordered)))


def _time(disclosure: Disclosure) -> tuple[int, int, str]:
    facts = disclosure.disclosure
    return (facts.fiscal_year or 0, int(facts.kind == "final_accounts"), disclosure.id)


def _heading(disclosure: Disclosure) -> Heading:
    facts = disclosure.disclosure
    label = f"{facts.fiscal_year or '?'} {_KINDS[facts.kind]}".strip()
    return Heading(label, facts.organisation.name, disclosure.source.file_name, facts.fiscal_year)


def _remarks(disclosures: Sequence[Disclosure]) -> Iterator[str]:
    names = {each.disclosure.organisation.name for each in disclosures}
    if len(names) > 1:
        yield "different organisations: " + ", ".join(sorted(name or "?" for name in names))
    scopes = {each.disclosure.organisation.scope for each in disclosures}
    if len(scopes) > 1:
        yield "different scopes: a department answers for its units, a unit for itself"
    for each in disclosures:
        if each.quality.needs_review:
            yield f"{_heading(each).label} needs review: {', '.join(each.quality.reasons[:1])}"


def _section(kind: TableKind, disclosures: Sequence[Disclosure]) -> Section | None:
    tables = [_form(kind, each) for each in disclosures]
    if sum(table is not None for table in tables) < 2:
        return None
    newest = max((each.disclosure.fiscal_year or 0 for each in disclosures), default=0)
    entries = [
        _entries(table, each, newest) if table else {}
        for table, each in zip(tables, disclosures, strict=True)
    ]
    keys = _in_order(entries)
    lines = (_line(key, [of.get(key, ()) for of in entries], disclosures) for key in keys)
    shown = tuple(line for line in lines if any(line.figures))
    return Section(kind, FORMS[kind], shown) if shown else None


def _form(kind: TableKind, disclosure: Disclosure) -> Table | None:
    """The first form of a kind that has figures."""
    return next((table for table in disclosure.tables if table.kind == kind and table.rows), None)


def _entries(table: Table, disclosure: Disclosure, newest: int) -> dict[str, tuple[_Entry, ...]]:
    """The rows of a form by key. A code printed twice counts once; codes that became one are kept apart."""
    kind = disclosure.disclosure.kind
    column = _PUBLIC_COLUMN.get(kind, "total") if table.kind == "three_public" else "total"
    found: dict[str, dict[str | None, _Entry]] = {}
    for row in table.rows:
        code = row.subject.code if row.subject else row.code
        key = aligned(code, row, newest) if code else f"={comparable(row.name or '')}"
        if row.level == "total":
            key = "=total"
        entry = _Entry(key, code, row, _figure(table, row, column))
        found.setdefault(key, {}).setdefault(code, entry)
    return {key: tuple(entries.values()) for key, entries in found.items()}


def _figure(table: Table, row: Row, column: str) -> Figure | None:
    amount = row.amounts.get(column)
    yuan = None if amount is None else in_yuan(amount, table.unit)
    cell = row.cells.get(column)
    return None if yuan is None else Figure(yuan, cell.proof if cell else "unchecked")


def aligned(code: str, row: Row, newest: int) -> str:
    """The code a subject has in the newest edition.

    A code the newest edition has stays. One it lacks is followed by its name: to the one code of
    that name under the same (aligned) parent, else to the only code of that name on its level.
    Where neither exists the code itself stays.
    """
    classification = row.subject.classification if row.subject else classification_of(code)
    name = row.subject.name if row.subject else row.name
    return _followed(classification, code, name, newest)


def _followed(classification: Classification | None, code: str, name: str | None, newest: int) -> str:
    if classification is None or not name or catalogue().entry(classification, code, newest):
        return code
    bearers = [
        each
        for each in catalogue().codes_named(classification, name)
        if level_of(each) == level_of(code) and catalogue().entry(classification, each, newest)
    ]
    parent = parent_of(code)
    under = [each for each in bearers if parent_of(each) == parent]
    if len(under) == 1:
        return under[0]
    return bearers[0] if len(bearers) == 1 else code


def _in_order(entries: Iterable[dict[str, tuple[_Entry, ...]]]) -> list[str]:
    """All keys: the total, then codes in their order, then the lines without a code as first printed."""
    keys = list(dict.fromkeys(key for of in entries for key in of))
    coded = sorted(key for key in keys if not key.startswith("="))
    named = [key for key in keys if key.startswith("=") and key != "=total"]
    return [*(["=total"] if "=total" in keys else []), *coded, *named]


def _line(key: str, entries: Sequence[Sequence[_Entry]], disclosures: Sequence[Disclosure]) -> Line:
    first = next(each for of in entries for each in of)
    codes = tuple(" + ".join(each.code for each in of if each.code) or None for of in entries)
    return Line(
        None if key.startswith("=") else key,
        first.row.level,
        tuple(_names(of) for of in entries),
        codes,
        tuple(map(_sum, entries)),
        _note(key, codes, entries, disclosures),
    )


def _names(entries: Sequence[_Entry]) -> str | None:
    names = (each.row.subject.name if each.row.subject else each.row.name for each in entries)
    return " + ".join(name for name in names if name) or None


def _sum(entries: Sequence[_Entry]) -> Figure | None:
    figures = [each.figure for each in entries if each.figure]
    if not figures:
        return None
    weakest = max((figure.proof for figure in figures), key=_DOUBT.index)
    return Figure(sum((figure.yuan for figure in figures), Decimal()), weakest)


_DOUBT: Final[tuple[Proof, ...]] = ("proven", "consistent", "unchecked", "contradicted")


def _note(
    key: str,
    codes: Sequence[str | None],
    entries: Sequence[Sequence[_Entry]],
    disclosures: Sequence[Disclosure],
) -> Note | None:
    if key.startswith("="):
        return None
    if any(code not in (None, key) for code in codes):
        return "moved"
    names = {comparable(each.row.subject.name) for of in entries for each in of if each.row.subject}
    if len(names) > 1:
        return "renamed"
    return _absence(key, entries, disclosures)


def _absence(key: str, entries: Sequence[Sequence[_Entry]], disclosures: Sequence[Disclosure]) -> Note | None:
    """Whether a document lacks the subject because its edition does."""
    subject = next((each.row.subject for of in entries for each in of if each.row.subject), None)
    if subject is None:
        return None
    lacking = [
        bool(catalogue().names(subject.classification).get(key))
        and not catalogue().entry(subject.classification, key, each.disclosure.fiscal_year)
        for each in disclosures
    ]
    if lacking[-1]:
        return "dropped"
    return "added" if any(lacking) else None
