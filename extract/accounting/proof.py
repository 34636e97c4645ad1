"""In the accounting stage: how far each figure is proven by the identities it stands in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from extract.accounting.ledger import CellKey, Finding, Sheet
from models.disclosure import Proof

PROVEN_BY = 2
"""Independent identities that prove a figure."""


def prove(sheets: Iterable[Sheet], findings: Sequence[Finding]) -> dict[CellKey, Proof]:
    """The proof level of every printed figure.

    Proven: at least two independent identities with the figure hold. Consistent: one does.
    Contradicted: one fails, and it is not located elsewhere. A failing identity is located when
    exactly one of its cells, printed or blank, is not proven by others; then that cell alone
    is to blame. Identities over the same cells count once.
    """
    support = _support(findings)
    blamed = _blamed(findings, support)
    return {
        key: _level(key, support, blamed)
        for sheet in sheets
        for key in ((sheet.table.id, row, column) for row, column in sheet.figures.amounts)
    }


def _level(key: CellKey, support: Mapping[CellKey, int], blamed: set[CellKey]) -> Proof:
    if key in blamed:
        return "contradicted"
    held = support.get(key, 0)
    if held >= PROVEN_BY:
        return "proven"
    return "consistent" if held else "unchecked"


def _support(findings: Iterable[Finding]) -> Counter[CellKey]:
    """How many different sets of cells hold around each cell."""
    holding = {frozenset(finding.cells) for finding in findings if finding.weighing.supports}
    return Counter(cell for cells in holding for cell in cells)


def _blamed(findings: Iterable[Finding], support: Mapping[CellKey, int]) -> set[CellKey]:
    blamed: set[CellKey] = set()
    for finding in findings:
        if finding.weighing.status == "fail":
            suspects = [cell for cell in finding.cells if support.get(cell, 0) < PROVEN_BY]
            blamed.update(suspects if len(suspects) == 1 else finding.cells)
    return blamed
