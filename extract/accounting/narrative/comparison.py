"""In the accounting stage: two sides of something the running text says, and what becomes of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from extract.accounting.rates import RateWeighing
from models.disclosure import Check, CheckStatus, Verdict
from models.statements import (
    ClassUse,
    Composition,
    ProjectExecution,
    Statement,
    SubjectExecution,
    ThreePublicItem,
    TotalChange,
    TotalExecution,
)

RANKS: Mapping[CheckStatus, int] = {"pass": 0, "rounding": 1, "fail": 2, "not_applicable": 3}


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two sides of something the text says, and how far they agree."""

    formula: str
    where: str
    status: CheckStatus
    left: Decimal | None
    right: Decimal | None
    message: str | None = None


def check_of(number: int, each: Comparison, verdict: Verdict) -> Check:
    both = each.left is not None and each.right is not None
    return Check(
        id=f"c{number}",
        rule="narrative",
        formula=each.formula,
        where=each.where,
        status=each.status,
        left=each.left,
        right=each.right,
        difference=each.left - each.right
        if both and each.left is not None and each.right is not None
        else None,
        verdict=verdict if each.status == "fail" else None,
        message=each.message,
    )


def of_rate(formula: str, where: str, weighing: RateWeighing) -> Comparison:
    return Comparison(formula, where, weighing.status, weighing.left, weighing.right, weighing.message)


def place_of(statement: Statement) -> str:
    """The address of a statement: its section and what it is about."""
    if isinstance(statement, SubjectExecution | ClassUse):
        subject = statement.subject
        return f"{statement.section}/{subject.code or subject.item or subject.group or subject.class_}"
    if isinstance(statement, ThreePublicItem):
        return f"{statement.section}/{statement.item}"
    if isinstance(statement, ProjectExecution):
        return f"{statement.section}/{statement.project}"
    if isinstance(statement, TotalChange | TotalExecution | Composition):
        return f"{statement.section}/{statement.name}"
    return f"{statement.section}/{statement.kind}"


def amount_of(statement: Statement) -> Decimal | None:
    """The figure of the year a statement is about."""
    for field in ("amount", "final", "executed", "initial_budget", "budget", "total"):
        figure = getattr(statement, field, None)
        if isinstance(figure, Decimal):
            return figure
    return None
