"""Second step of loading: one result as rows of the star, each in the column order of its table.

Amounts and checks are not among them: ``columns`` has them.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final

from flows.warehouse.money import YUAN, DoesNotFit, stored, stored_with_yuan
from flows.warehouse.parts import Json, Result, Subject, Table
from models.catalogue import catalogue, level_of, parent_of
from models.disclosure import Classification

Value = Any
Row = tuple[Value, ...]
Rows = dict[str, list[Row]]

_PLACES = ("section", "page", "span", "text", "unit", "flags", "kind", "subject")
_WORDS = (
    "name",
    "whole",
    "project",
    "item",
    "reason",
    "use",
    "result",
    "direction",
    "compared_with",
    "completion_of",
    "as_of",
    "micro_share_of",
    "planned",
)
"""Fields of statements that are no figures."""
COUNTED = frozenset(
    {
        "vehicles_bought",
        "vehicles_held",
        "trips",
        "travellers",
        "receptions",
        "guests",
        "foreign_receptions",
        "foreign_guests",
    }
)
"""Figures of statements that count things; those of assets and personnel do so too."""
_COUNTING_KINDS = frozenset({"assets", "personnel"})


@dataclass(frozen=True, slots=True)
class Keys:
    """What tells a disclosure from others, and who it is of."""

    source_id: str
    content_hash: str
    organisation_key: str | None
    disclosure_key: str
    published_on: date | None


@dataclass(slots=True)
class Content:
    """What one result brings: its keys, the values of its document, its organisation, and facts by table.

    Rows of facts begin with ``ordinal``, the number of the document in its batch: its key, which
    will stand there, is known only when the version is. ``misfits`` are the addresses of figures
    that could not be stored as numbers.
    """

    keys: Keys
    document: dict[str, Value]
    organisation: Row | None
    ordinal: int = 0
    rows: Rows = field(default_factory=lambda: defaultdict(list))
    misfits: list[str] = field(default_factory=list)

    def add(self, table: str, *row: Value) -> None:
        self.rows[table].append((self.ordinal, *row))

    def number(self, text: str | None, address: str) -> Decimal | None:
        """A figure; one that does not fit is left out and put down as a misfit."""
        if text is None:
            return None
        try:
            return stored(text)
        except DoesNotFit:
            self.misfits.append(address)
            return None

    def money(
        self, text: str | None, unit: str | None, address: str
    ) -> tuple[Decimal | None, Decimal | None]:
        """A figure and what it is in yuan, likewise."""
        if text is None:
            return None, None
        try:
            return stored_with_yuan(text, unit)
        except DoesNotFit:
            self.misfits.append(address)
            return None, None


def short_hash(*parts: str) -> str:
    """Sixteen hexadecimal digits for some texts in order."""
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:16]


def keys_of(result: Result, content_hash: str) -> Keys:
    """The keys of a result. Without name, year or kind a disclosure is known by its source alone."""
    facts = result.disclosure
    organisation = facts.organisation
    name, division = organisation.name, organisation.division
    place = (division.city or "", division.district or "")
    organisation_key = short_hash(name, *place) if name else None
    known = (organisation_key, facts.fiscal_year, facts.kind)
    whole = None not in known
    parts = (*known, organisation.scope) if whole else (result.id,)
    return Keys(
        result.id,
        content_hash,
        organisation_key,
        short_hash(*map(str, parts)),
        _date(facts.published_on),
    )


def _organisation(result: Result, keys: Keys) -> Row | None:
    """The organisation, if the document names one."""
    if keys.organisation_key is None:
        return None
    organisation = result.disclosure.organisation
    division = organisation.division
    place = (division.code, division.province, division.city, division.district)
    return (keys.organisation_key, organisation.name, *place)


_COPIED: Final = {
    "disclosure": ("kind", "fiscal_year", "title", "unit"),
    "source": ("file_name", "uri", "media_type", "bytes", "pages", "reader", "trust"),
    "quality": ("score", "needs_review", "cells", "proven", "contradicted", "pages_ocr"),
}


def document_values(result: Result, keys: Keys) -> dict[str, Value]:
    """The columns of a document that do not depend on its versions."""
    taken = {name: getattr(getattr(result, part), name) for part, names in _COPIED.items() for name in names}
    return taken | {
        "disclosure_key": keys.disclosure_key,
        "source_id": keys.source_id,
        "content_hash": keys.content_hash,
        "organisation_key": keys.organisation_key,
        "scope": result.disclosure.organisation.scope,
        "published_on": keys.published_on,
        "json_version": result.schema_version,
        "reasons": "\n".join(result.quality.reasons) or None,
        "corrected": len(result.corrections),
    }


def content_of(result: Result, content_hash: str, ordinal: int = 0) -> Content:
    """What a result says, as rows. Raises KeyError, TypeError and the like for foreign JSON."""
    keys = keys_of(result, content_hash)
    document, organisation = document_values(result, keys), _organisation(result, keys)
    facts = Content(keys, document, organisation, ordinal)
    for position, table in enumerate(result.tables, 1):
        facts.add("tables", *_table_row(table, position))
        for number, performance in enumerate(table.performance, 1):
            _add_performance(facts, performance, table.id, number)
    for number, statement in enumerate(result.statements, 1):
        facts.add("statements", *_statement_row(statement, number))
        _add_statement_figures(facts, statement, number)
    for number, repair in enumerate(result.repairs, 1):
        facts.add("repairs", *_repair_row(repair, number))
    for number, correction in enumerate(result.corrections, 1):
        facts.add("corrections", *_correction_row(correction, number))
    return facts


def subject_row(key: str, subject: Subject) -> Row:
    """A catalogue entry with its class and group. Raises KeyError and the like for a foreign one."""
    return _subject_row(key, subject.classification, subject.edition, subject.code, subject.name)


@lru_cache(maxsize=32_768)
def _subject_row(key: str, classification: Classification, edition: int, code: str, name: str) -> Row:
    ancestors = [*_ancestors(code), code]
    levels = {level_of(each): each for each in ancestors}
    top, group = levels.get("class", ancestors[0]), levels.get("group")
    named = (_name(classification, top, edition), _name(classification, group, edition))
    return (key, classification, edition, code, name, level_of(code), top, named[0], group, named[1])


def _ancestors(code: str) -> list[str]:
    parent = parent_of(code)
    return [*_ancestors(parent), parent] if parent else []


def _name(classification: Classification, code: str | None, edition: int) -> str | None:
    entry = catalogue().nearest(classification, code, edition) if code else None
    return entry.name if entry else None


def _table_row(table: Table, position: int) -> Row:
    return (
        table.id,
        position,
        table.kind,
        table.form,
        table.title,
        table.status,
        table.unit,
        YUAN.get(table.unit or ""),
        min(table.pages, default=None),
        max(table.pages, default=None),
        len(table.rows),
        "\n".join(table.notes) or None,
    )


_TARGETS = ("comparator", "target", "target_value", "unit", "actual", "actual_value", "weight", "score")
_FIGURES = frozenset({"target_value", "actual_value", "weight", "score"})


def _add_performance(facts: Content, performance: Json, table_id: str, number: int) -> None:
    """A project and its indicators. Results of versions that do not read performance tables have none."""
    address = f"{table_id}/performance {number}"
    unit = performance["money_unit"]
    budgets = (facts.number(performance[name], f"{address}/{name}") for name in ("initial_budget", "budget"))
    rates = (facts.number(performance[name], f"{address}/{name}") for name in ("rate_pct", "total_score"))
    executed = facts.money(performance["executed"], unit, f"{address}/executed")
    told = (performance["project"], performance["department"], performance["objective"], unit)
    facts.add("performances", table_id, number, *told, *budgets, *executed, *rates)
    for index, indicator in enumerate(performance["indicators"], 1):
        stated = (
            facts.number(indicator[name], f"{address}/{index}/{name}")
            if name in _FIGURES
            else indicator[name]
            for name in _TARGETS
        )
        place = (performance["project"], indicator["level1"], indicator["level2"], indicator["name"])
        facts.add(
            "indicators", table_id, number, index, *place, *stated, indicator["reason"], indicator["page"]
        )


def _statement_row(statement: Json, number: int) -> Row:
    subject = statement.get("subject") or {}
    return (
        number,
        statement["kind"],
        subject.get("code"),
        _named(statement),
        statement["unit"],
        statement.get("direction"),
        statement.get("compared_with"),
        statement.get("reason"),
        statement["section"],
        statement["page"],
        statement["text"],
        ",".join(statement["flags"]) or None,
    )


def _named(statement: Json) -> str | None:
    subject = statement.get("subject")
    if subject:
        names = [subject[level] for level in ("item", "group", "class")]
    else:
        names = [statement.get(field) for field in ("name", "project", "item")]
    return next((str(name) for name in names if name), None)


def _add_statement_figures(facts: Content, statement: Json, number: int) -> None:
    for name, text in _statement_figures(statement):
        unit = _unit_of(name, statement)
        value, yuan = facts.money(text, unit, f"statement {number}/{name}")
        facts.add("statement_figures", number, name, value, unit, yuan)


def _statement_figures(statement: Json) -> Iterator[tuple[str, str]]:
    """Every figure of a statement by its field; those of a mapping by field and word."""
    for name, value in statement.items():
        if name in _PLACES or name in _WORDS:
            continue
        if isinstance(value, str):
            yield name, value
        elif isinstance(value, dict):
            yield from ((f"{name}.{word}", count) for word, count in value.items())
        elif name == "equipment":
            yield from ((f"{name}.{index}", each["count"]) for index, each in enumerate(value, 1))


def _unit_of(name: str, statement: Json) -> str | None:
    if name.endswith("_pct"):
        return "%"
    if name in COUNTED or statement["kind"] in _COUNTING_KINDS:
        return None
    return str(statement["unit"]) if statement["unit"] else None


def _repair_row(repair: Json, number: int) -> Row:
    said = (repair["where"], repair["kind"], repair["from"], repair["to"], repair["certainty"])
    return (number, *said, ",".join(repair["because"]) or None)


def _correction_row(correction: Json, number: int) -> Row:
    names = ("where", "action", "read", "was", "to", "by", "at", "why", "applied")
    return (number, *(correction[name] for name in names))


def _date(text: str | None) -> date | None:
    """A date of the form YYYY-MM-DD; None for any other text."""
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None
