"""In the tables stage: the standard forms a disclosure must contain, so that absent ones are named."""

from __future__ import annotations

from collections.abc import Collection

from extract.tables.forms.registry import form_number
from models.disclosure import Kind, Table, TableKind

_STANDARD: tuple[TableKind, ...] = (
    "income_expenditure_summary",
    "income",
    "expenditure",
    "appropriation_summary",
    "general_budget_expenditure",
    "general_budget_basic_expenditure",
    "government_fund",
    "state_capital",
    "three_public",
)
"""The nine forms of final accounts; budgets print the same ideas under other titles."""


def missing_forms(kind: Kind | None, found: Collection[TableKind]) -> tuple[Table, ...]:
    """The standard forms not among those found, as tables of status ``missing`` without id."""
    if kind is None:
        return ()
    return tuple(
        Table(id="", kind=standard, form=form_number(standard, kind), status="missing")
        for standard in _STANDARD
        if standard not in found
    )
