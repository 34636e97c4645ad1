"""Last stage but the pipeline: the arithmetic of a whole document, as checks and proof levels."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from pydantic import TypeAdapter

from extract.accounting.cross_form import cross_form_findings
from extract.accounting.ledger import NOT_APPLICABLE, CellKey, Finding, Sheet
from extract.accounting.notes import note_findings
from extract.accounting.proof import prove
from extract.tables.identities import (
    SUBJECT_TABLES,
    TWO_SIDED,
    has_total,
    has_usual_rule,
    table_identities,
)
from extract.tables.weighing import weigh
from models.disclosure import Check, Kind, Proof, Table, Verdict

_CHECKS = TypeAdapter(tuple[Check, ...])  # one validation of all is half the price of one each


@dataclass(frozen=True, slots=True)
class Examination:
    """What the arithmetic of a document came to.

    ``proofs`` gives the level of every printed figure by table id, row index and column key,
    ``cells`` the cells each check rests on, by the id of the check, its left side first.
    """

    checks: tuple[Check, ...]
    proofs: Mapping[CellKey, Proof]
    cells: Mapping[str, tuple[CellKey, ...]] = field(default_factory=dict)


def examine(
    tables: Sequence[Table], *, kind: Kind | None, trust: str, at_fault: Collection[CellKey] = ()
) -> Examination:
    """Hold the figures of a document against every identity that applies to them.

    ``tables`` have their ids; ``trust`` is that of the source: in a text layer what fails is
    the author's error, elsewhere it is unresolved. Where a sum fails with one of the figures
    ``at_fault`` in it, a person has found the culprit and the others are not contradicted.
    No figure is changed. Checks come table by table, then across forms, and are numbered c1,
    c2, … in that order.
    """
    sheets = [Sheet.of(table) for table in tables if table.status == "extracted"]
    findings = [finding for sheet in sheets for finding in _within(sheet, kind)]
    findings += cross_form_findings(sheets, tables, kind)
    verdict: Verdict = "author_error" if trust == "text_layer" else "unresolved"
    checks = _CHECKS.validate_python([_check(n, finding, verdict) for n, finding in enumerate(findings, 1)])
    cells = {check.id: finding.cells for check, finding in zip(checks, findings, strict=True)}
    return Examination(checks, prove(sheets, findings, at_fault), cells)


def _within(sheet: Sheet, kind: Kind | None) -> list[Finding]:
    findings = list(note_findings(sheet))
    for identity in table_identities(sheet.table, sheet.figures, kind):
        weighing = weigh(identity, sheet.figures)
        if weighing is not None:
            where = f"{sheet.table.id}/{identity.where}"
            findings.append(Finding(identity.rule, identity.formula, where, weighing, identity.cells))
    return [*findings, *_unmet(sheet, kind, {finding.rule for finding in findings})]


def _unmet(sheet: Sheet, kind: Kind | None, met: set[str]) -> Iterator[Finding]:
    """The checks a reader would expect of a form and that its printed rows and columns do not allow."""
    table = sheet.table
    if not sheet.prints_figures:
        return
    summed = table.kind in TWO_SIDED or table.kind == "three_public"
    if "column" not in met and (summed or (len(table.columns) > 1 and has_usual_rule(table, kind))):
        yield _missing("column", table, "the form prints no columns or lines that add up")
    if table.kind in SUBJECT_TABLES and any(row.code for row in table.rows):
        if "tree" not in met:
            yield _missing("tree", table, "no subject of the table is printed with its parts")
        if not has_total(table):
            yield _missing("tree", table, "the table has no row for the total")


def _missing(rule: str, table: Table, message: str) -> Finding:
    return Finding("tree" if rule == "tree" else "column", "合计", table.id, NOT_APPLICABLE, message=message)


def _check(number: int, finding: Finding, verdict: Verdict) -> dict[str, object]:
    weighing = finding.weighing
    return {
        "id": f"c{number}",
        "rule": finding.rule,
        "formula": finding.formula,
        "where": finding.where,
        "status": weighing.status,
        "left": weighing.left,
        "right": weighing.right,
        "difference": weighing.difference,
        "verdict": verdict if weighing.status == "fail" else None,
        "message": finding.message or _silence(finding),
    }


def _silence(finding: Finding) -> str | None:
    """Why a sum without figures on one side came out as it did."""
    if finding.weighing.status == "fail" and finding.weighing.right is None:
        return "nothing is printed on the right"
    if finding.weighing.status == "not_applicable" and finding.weighing.left is None:
        return "nothing is printed on the left"
    return None
