"""In the accounting stage: how much of a document is proven, and what a reviewer should look at."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from extract.accounting.confidence import Evidence, confidence
from extract.accounting.cross_form import unit_power
from extract.accounting.ledger import CellKey
from extract.tables.reading import Doubt
from extract.tables.weighing import row_address
from models.disclosure import Cell, Check, Disclosure, Facts, Proof, Quality, Table

_CONFIDENCE_OF_DOUBT = 0.5
_SURE = 0.9
"""A recognised figure less certain than this needs two identities."""
_TYPED = frozenset({"project_performance", "overall_performance", "key_work"})
_DOUBTFUL = frozenset({"unsure", "unnamed", "pieces"})
_SHOWN = 5
"""So many examples are named in one reason."""
_UNCONFIRMED = "not quite certain stand in no sum that holds"
_GIVEN_ANEW = re.compile(rf"\d+ (?:checks fail|figures {_UNCONFIRMED}): ")
"""The reasons that follow from figures and checks alone."""
_DOUBTED = re.compile(r"(\d+) figures of (t\d+) (\(\w+\): .+?): (\2/.+?)(?: and \d+ more)?")
"""A reason of doubtful figures: how many, of which table, which kind and why, and the first of them."""


def with_proofs(
    tables: Sequence[Table],
    proofs: Mapping[CellKey, Proof],
    doubts: Mapping[str, Sequence[Doubt]],
    evidence: Mapping[CellKey, Evidence] | None = None,
) -> tuple[Table, ...]:
    """The tables with the proof level and the confidence of every figure.

    A doubtful figure is never better than unchecked. ``evidence`` belongs to the figures that may
    have been misread; every other has the confidence of a text layer.
    """
    return tuple(_proven_table(table, proofs, doubts.get(table.id, ()), evidence or {}) for table in tables)


def _proven_table(
    table: Table,
    proofs: Mapping[CellKey, Proof],
    doubts: Sequence[Doubt],
    evidence: Mapping[CellKey, Evidence],
) -> Table:
    doubtful = {(doubt.row, doubt.column) for doubt in doubts}
    rows = []
    for index, row in enumerate(table.rows):
        cells = {}
        for key, cell in row.cells.items():
            address = table.id, index, key
            proof = proofs.get(address, "unchecked")
            unsure = proof == "consistent" and cell.confidence < _SURE  # one sum may be misread the same way
            if unsure or ((index, key) in doubtful and proof != "contradicted"):
                proof = "unchecked"
            sure = _confidence(cell, evidence.get(address), (index, key) in doubtful)
            cells[key] = _graded(cell, proof, sure)
        rows.append(row.model_copy(update={"cells": cells}))
    return table.model_copy(update={"rows": tuple(rows)})


def _confidence(cell: Cell, evidence: Evidence | None, doubtful: bool) -> float:
    sure = cell.confidence if evidence is None else confidence(evidence)
    told = evidence is not None and evidence.standing in ("doubtful", "contradicted")
    return min(sure, _CONFIDENCE_OF_DOUBT) if doubtful and not told else sure


def _graded(cell: Cell, proof: Proof, sure: float) -> Cell:
    if (proof, sure) == (cell.proof, cell.confidence):
        return cell
    return cell.model_copy(update={"proof": proof, "confidence": sure})


def assess(
    facts: Facts,
    tables: Sequence[Table],
    checks: Sequence[Check],
    doubts: Mapping[str, Sequence[Doubt]],
    problems: Sequence[str],
    seconds: Mapping[str, float],
    cells: Mapping[str, Sequence[CellKey]] | None = None,
) -> Quality:
    """Count what is proven and collect the reasons for a review, in the order of what a reviewer gains.

    ``score`` is the share of printed figures that at least one identity confirms and none
    contradicts; 0 for a document without figures. ``cells`` are those each check rests on.
    What is lost and unknown comes first, then failed checks, the largest differences first, then
    figures: those in most failed checks first, then those with most money at stake, the amount
    times the probability that it is wrong.
    """
    gains = _Gains.of(tables, checks, cells or {})
    counted = _counted(tables)
    reasons = (
        *problems,
        *_unknown_facts(facts),
        *_unread_performance(tables),
        *_failed(checks, gains),
        *_by_gain([*_doubted(tables, doubts), *_unconfirmed(tables)], gains),
        *(("no table was recognised as a form",) if not counted["cells"] else ()),
    )
    return Quality(needs_review=bool(reasons), reasons=reasons, seconds=dict(seconds), **counted)


def _unread_performance(tables: Sequence[Table]) -> Iterator[str]:
    """Performance tables and lists of key work that say more than could be told."""
    for table in tables:
        if table.kind not in _TYPED or table.status != "extracted":
            continue
        place = f"{table.id} ({table.kind})"
        if not table.performance and not table.key_work:
            yield f"{place}: kept as printed, its contents could not be told"
        indicators = [each for entry in table.performance for each in entry.indicators]
        groups = (("indicators", indicators), ("entries", table.performance), ("matters", table.key_work))
        for what, told in groups:
            doubtful = sum(bool(_DOUBTFUL & set(each.flags)) for each in told)
            if doubtful:
                yield f"{place}: {doubtful} of {len(told)} {what} are not certain"


def reassess(
    before: Disclosure,
    tables: Sequence[Table],
    checks: Sequence[Check],
    settled: Collection[str],
    *,
    decided: Collection[CellKey],
    reviewed: bool,
) -> Quality:
    """The quality of a result over which corrections were laid.

    Reasons that follow from figures and checks are given anew, without the checks that are
    ``settled``; doubts about figures a person has ``decided`` are dropped; what was lost in
    reading stays a reason. A document a person has ``reviewed`` as a whole needs no further
    review, whatever the reasons.
    """
    open_checks = [check for check in checks if check.id not in settled]
    gains = _Gains.of(tables, open_checks, {})
    undecided = _Undecided.of(before.tables, decided)
    kept = [
        left
        for reason in before.quality.reasons
        if not _GIVEN_ANEW.match(reason) and (left := undecided.left_of(reason))
    ]
    reasons = (*kept, *_failed(open_checks, gains), *_by_gain(_unconfirmed(tables), gains))
    counted = _counted(tables)
    return before.quality.model_copy(
        update={"needs_review": bool(reasons) and not reviewed, "reasons": reasons, **counted}
    )


@dataclass(frozen=True)
class _Undecided:
    """What people have decided, by name and by table, and the figures left there that may be doubtful."""

    names: Counter[str]
    decided: Counter[str]
    left: Counter[str]

    @classmethod
    def of(cls, tables: Sequence[Table], decided: Collection[CellKey]) -> _Undecided:
        rows = {(table.id, index): row for table in tables for index, row in enumerate(table.rows)}
        names = Counter(f"{id}/{row_address(rows[id, index])}/{key}" for id, index, key in decided)
        left = Counter(
            id
            for (id, index), row in rows.items()
            for key, cell in row.cells.items()
            if (id, index, key) not in decided and _may_be_doubtful(cell, row.amounts.get(key))
        )
        return cls(names, Counter(id for id, _, _ in decided), left)

    def left_of(self, reason: str) -> str | None:
        """What is left of a reason; None when people have decided all its figures.

        Only the first places of a reason have names. The others are among the figures that may be
        doubtful, or blank: none is taken to be settled that may not be.
        """
        told = _DOUBTED.fullmatch(reason)
        if told is None:
            return reason
        count, table, why = int(told[1]), told[2], told[3]
        named = Counter(told[4].split(", "))
        open_names = list((named - self.names).elements())
        settled = named.total() - len(open_names)
        possible = min(count - settled, self.left[table])
        left = max(len(open_names), possible, count - self.decided[table])
        if left == count or not left:
            return reason if left else None
        places = _named(open_names, more=left - len(open_names))
        return f"{left} figures of {table} {why}" + (f": {places}" if open_names else "")


def _may_be_doubtful(cell: Cell, amount: Decimal | None) -> bool:
    if cell.proof not in ("unchecked", "contradicted"):
        return False
    return cell.confidence <= _CONFIDENCE_OF_DOUBT or (cell.confidence < 1 and amount is not None)


def _counted(tables: Sequence[Table]) -> dict[str, float | int]:
    """Score, figures, and how many are proven and contradicted."""
    levels = [
        cell.proof
        for table in tables
        for row in table.rows
        for key, cell in row.cells.items()
        if row.amounts.get(key) is not None
    ]
    confirmed = sum(level in ("proven", "consistent") for level in levels)
    return {
        "score": float(round(Decimal(confirmed) / len(levels), 4)) if levels else 0.0,
        "cells": len(levels),
        "proven": levels.count("proven"),
        "contradicted": levels.count("contradicted"),
    }


def _unknown_facts(facts: Facts) -> Iterable[str]:
    known = {
        "kind": facts.kind,
        "fiscal year": facts.fiscal_year,
        "organisation": facts.organisation.name,
    }
    return (f"the {name} could not be read" for name, value in known.items() if value is None)


class _Place(NamedTuple):
    """A figure to look at, by its address and by its name in reasons."""

    address: CellKey
    name: str


class _Reason(NamedTuple):
    """What is wrong with some figures."""

    words: str
    places: Sequence[_Place]


@dataclass(frozen=True)
class _Gains:
    """What looking at a figure may settle: failed checks, and money in 元 that may be wrong."""

    failed: Counter[CellKey]
    stakes: Mapping[CellKey, Decimal]
    powers: Mapping[str, int]

    @classmethod
    def of(
        cls, tables: Sequence[Table], checks: Sequence[Check], cells: Mapping[str, Sequence[CellKey]]
    ) -> _Gains:
        powers = {table.id: unit_power(table.unit) or 0 for table in tables}
        failed = Counter(
            cell for check in checks if check.status == "fail" for cell in cells.get(check.id, ())
        )
        stakes = {
            (table.id, index, key): abs(amount.scaleb(powers[table.id])) * _doubt(row.cells[key])
            for table in tables
            for index, row in enumerate(table.rows)
            for key, amount in row.amounts.items()
            if amount is not None and key in row.cells
        }
        return cls(failed, stakes, powers)

    def of_place(self, place: _Place) -> tuple[int, Decimal]:
        return self.failed[place.address], self.stakes.get(place.address, Decimal(0))

    def of_reason(self, reason: _Reason) -> tuple[int, Decimal]:
        """The most checks one of its figures may explain, and the money of all."""
        gains = [self.of_place(place) for place in reason.places]
        return max(failed for failed, _ in gains), sum((stake for _, stake in gains), Decimal(0))

    def difference(self, check: Check) -> Decimal:
        """By how much a check fails, in 元; figures over nothing by all of it."""
        wrong = check.left if check.difference is None else check.difference
        return abs((wrong or Decimal(0)).scaleb(self.powers.get(check.where.split("/")[0], 0)))


def _doubt(cell: Cell) -> Decimal:
    return 1 - Decimal(str(cell.confidence))


def _failed(checks: Sequence[Check], gains: _Gains) -> Iterable[str]:
    failed = sorted((check for check in checks if check.status == "fail"), key=gains.difference, reverse=True)
    if failed:
        yield f"{len(failed)} checks fail: {_named([f'{check.id} {check.where}' for check in failed])}"


def _by_gain(reasons: Iterable[_Reason], gains: _Gains) -> Iterable[str]:
    for reason in sorted(reasons, key=gains.of_reason, reverse=True):
        places = sorted(reason.places, key=gains.of_place, reverse=True)
        yield f"{len(places)} figures {reason.words}: {_named([place.name for place in places])}"


def _doubted(tables: Sequence[Table], doubts: Mapping[str, Sequence[Doubt]]) -> Iterable[_Reason]:
    for table in tables:
        by_reason: dict[str, list[_Place]] = {}
        for doubt in doubts.get(table.id, ()):
            name = f"{table.id}/{row_address(table.rows[doubt.row])}/{doubt.column}"
            place = _Place((table.id, doubt.row, doubt.column), name)
            by_reason.setdefault(doubt.reason, []).append(place)
        for reason, places in by_reason.items():
            yield _Reason(f"of {table.id} ({table.kind}): {reason}", places)


def _unconfirmed(tables: Sequence[Table]) -> Iterable[_Reason]:
    """Figures that may have been misread and that no identity confirms."""
    places = [
        _Place((table.id, index, key), f"{table.id}/{row_address(row)}/{key}")
        for table in tables
        for index, row in enumerate(table.rows)
        for key, cell in row.cells.items()
        if cell.proof == "unchecked" and cell.confidence < 1 and row.amounts.get(key) is not None
    ]
    if places:
        yield _Reason(_UNCONFIRMED, places)


def _named(places: Sequence[str], more: int = 0) -> str:
    more += max(0, len(places) - _SHOWN)
    return ", ".join(places[:_SHOWN]) + (f" and {more} more" if more > 0 else "")
