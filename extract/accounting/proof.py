"""In the accounting stage: how far each figure is proven by the identities it stands in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence

from extract.accounting.ledger import Finding, Sheet
from extract.tables.weighing import Address
from models.disclosure import Proof

PROVEN_BY = 2
"""Independent identities that prove a figure."""


def prove(
    sheets: Iterable[Sheet], findings: Sequence[Finding], at_fault: Collection[Address] = ()
) -> dict[Address, Proof]:
    """The proof level of every printed figure.

    Proven: at least two independent identities with the figure hold. Consistent: one does.
    Contradicted: one fails, and it is not located elsewhere. A failing identity is located when
    exactly one of its cells, printed or blank, is not proven by others; then that cell alone
    is to blame. Identities over the same cells count once.
    """
    support = _support(findings)
    blamed = _blamed(findings, support, at_fault)
    return {
        address: _level(address, support, blamed) for sheet in sheets for address in sheet.figures.amounts
    }


def _level(address: Address, support: Mapping[Address, int], blamed: set[Address]) -> Proof:
    if address in blamed:
        return "contradicted"
    held = support.get(address, 0)
    if held >= PROVEN_BY:
        return "proven"
    return "consistent" if held else "unchecked"


def _support(findings: Iterable[Finding]) -> Counter[Address]:
    """How many different identities confirm each cell."""
    holding = {finding.cells: finding for finding in findings if finding.weighing.speaks_for}
    independent = {frozenset(cells): finding for cells, finding in holding.items()}
    return Counter(
        cell
        for finding in independent.values()
        for cell, confirmed in zip(finding.cells, finding.weighing.speaks_for, strict=True)
        if confirmed
    )


def _blamed(
    findings: Iterable[Finding], support: Mapping[Address, int], at_fault: Collection[Address]
) -> set[Address]:
    blamed: set[Address] = set()
    for finding in findings:
        if finding.weighing.status == "fail":
            blamed.update(_suspects(finding, support, at_fault))
    return blamed


def _suspects(
    finding: Finding, support: Mapping[Address, int], at_fault: Collection[Address]
) -> Sequence[Address]:
    known = [cell for cell in finding.cells if cell in at_fault]
    suspects = known or [cell for cell in finding.cells if support.get(cell, 0) < PROVEN_BY]
    return suspects if known or len(suspects) == 1 else finding.cells
