"""In the accounting stage: how much of a document is proven, and what a reviewer should look at."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from decimal import Decimal

from extract.accounting.ledger import CellKey
from extract.tables.reading import Doubt
from extract.tables.weighing import row_address
from models.disclosure import Check, Disclosure, Facts, Proof, Quality, Table

_CONFIDENCE_OF_DOUBT = 0.5
_SURE = 0.9
"""A recognised figure less certain than this needs two identities."""
_SHOWN = 5
"""So many examples are named in one reason."""


def with_proofs(
    tables: Sequence[Table], proofs: Mapping[CellKey, Proof], doubts: Mapping[str, Sequence[Doubt]]
) -> tuple[Table, ...]:
    """The tables with the proof level of every figure; a doubtful figure is never better than unchecked."""
    return tuple(_proven_table(table, proofs, doubts.get(table.id, ())) for table in tables)


def _proven_table(table: Table, proofs: Mapping[CellKey, Proof], doubts: Sequence[Doubt]) -> Table:
    doubtful = {(doubt.row, doubt.column) for doubt in doubts}
    rows = []
    for index, row in enumerate(table.rows):
        cells = {}
        for key, cell in row.cells.items():
            proof = proofs.get((table.id, index, key), "unchecked")
            if proof == "consistent" and cell.confidence < _SURE:
                proof = "unchecked"  # one sum may repeat the figure, misread the same way
            if (index, key) in doubtful:
                proof = "contradicted" if proof == "contradicted" else "unchecked"
                cell = cell.model_copy(update={"confidence": _CONFIDENCE_OF_DOUBT})
            cells[key] = cell if proof == cell.proof else cell.model_copy(update={"proof": proof})
        rows.append(row.model_copy(update={"cells": cells}))
    return table.model_copy(update={"rows": tuple(rows)})


def assess(
    facts: Facts,
    tables: Sequence[Table],
    checks: Sequence[Check],
    doubts: Mapping[str, Sequence[Doubt]],
    problems: Sequence[str],
    seconds: Mapping[str, float],
) -> Quality:
    """Count what is proven and collect the reasons for a review, most telling first.

    ``score`` is the share of printed figures that at least one identity confirms and none
    contradicts; 0 for a document without figures.
    """
    counted = _counted(tables)
    reasons = (
        *problems,
        *_unknown_facts(facts),
        *_failed(checks),
        *_doubted(tables, doubts),
        *_unconfirmed(tables),
        *(("no table was recognised as a form",) if not counted["cells"] else ()),
    )
    return Quality(needs_review=bool(reasons), reasons=reasons, seconds=dict(seconds), **counted)


def reassess(
    before: Disclosure,
    tables: Sequence[Table],
    checks: Sequence[Check],
    settled: Collection[str],
    *,
    reviewed: bool,
) -> Quality:
    """The quality of a result over which corrections were laid.

    Reasons that follow from figures and checks are given anew, without the checks that are
    ``settled``; what was lost in reading stays a reason. A document a person has ``reviewed`` as
    a whole needs no further review, whatever the reasons.
    """
    outdated = {*_failed(before.checks), *_unconfirmed(before.tables)}
    kept = [reason for reason in before.quality.reasons if reason not in outdated]
    open_checks = [check for check in checks if check.id not in settled]
    reasons = (*kept, *_failed(open_checks), *_unconfirmed(tables))
    counted = _counted(tables)
    return before.quality.model_copy(
        update={"needs_review": bool(reasons) and not reviewed, "reasons": reasons, **counted}
    )


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


def _failed(checks: Sequence[Check]) -> Iterable[str]:
    failed = [check for check in checks if check.status == "fail"]
    if failed:
        yield f"{len(failed)} checks fail: {_named([f'{check.id} {check.where}' for check in failed])}"


def _doubted(tables: Sequence[Table], doubts: Mapping[str, Sequence[Doubt]]) -> Iterable[str]:
    for table in tables:
        by_reason: dict[str, list[str]] = {}
        for doubt in doubts.get(table.id, ()):
            place = f"{table.id}/{row_address(table.rows[doubt.row])}/{doubt.column}"
            by_reason.setdefault(doubt.reason, []).append(place)
        for reason, places in by_reason.items():
            yield f"{len(places)} figures of {table.id} ({table.kind}): {reason}: {_named(places)}"


def _unconfirmed(tables: Sequence[Table]) -> Iterable[str]:
    """Figures from pixels that no identity confirms: the recogniser may have misread any of them."""
    places = [
        f"{table.id}/{row_address(row)}/{key}"
        for table in tables
        for row in table.rows
        for key, cell in row.cells.items()
        if cell.proof == "unchecked" and cell.confidence < 1 and row.amounts.get(key) is not None
    ]
    if places:
        yield f"{len(places)} figures not quite certain stand in no sum that holds: {_named(places)}"


def _named(places: Sequence[str]) -> str:
    more = len(places) - _SHOWN
    return ", ".join(places[:_SHOWN]) + (f" and {more} more" if more > 0 else "")
