"""In the accounting stage: statements held against each other: shares, totals told twice, bounds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from extract.accounting.measures import Measure, measure_of
from extract.accounting.narrative.comparison import Comparison, amount_of, of_rate, place_of
from extract.accounting.narrative.told import Text
from extract.accounting.rates import weigh_equal, weigh_rate
from models.disclosure import CheckStatus
from models.statements import (
    ClassUse,
    Composition,
    Statement,
    ThreePublicItem,
    TotalChange,
    TotalExecution,
)

_PUBLIC_SUMS = (
    ("total", ("abroad", "vehicles", "reception")),
    ("vehicles", ("vehicle_purchase", "vehicle_operation")),
)


def shares(text: Text) -> Iterator[Comparison]:
    """Shares of the total they are said to be of, or of the total their section began with."""
    section_total: dict[str, Statement] = {}
    for position, statement in enumerate(text.statements):
        if isinstance(statement, TotalChange | TotalExecution) and amount_of(statement) is not None:
            section_total[statement.section] = statement
        if not isinstance(statement, Composition | ClassUse):
            continue
        whole = _whole(text, position, statement) or section_total.get(statement.section)
        if isinstance(statement, Composition) and whole is None and statement.share_pct is None:
            section_total.setdefault(statement.section, statement)
        yield from _share(text, statement, whole)
        if isinstance(statement, Composition) and _heads_section(text, position, statement):
            section_total[statement.section] = statement


def _heads_section(text: Text, position: int, statement: Composition) -> bool:
    """Whether a part of another total is the total of its own section."""
    measure = text.measures.get(position)
    return measure is not None and measure.part is None and statement.whole is not None


def _whole(text: Text, position: int, statement: Composition | ClassUse) -> Statement | None:
    name = statement.whole if isinstance(statement, Composition) else None
    wanted = measure_of(name) if name else None
    if wanted is None:
        return None
    return next(
        (
            other
            for at, other in enumerate(text.statements)
            if at != position and text.measures.get(at) == wanted and amount_of(other) is not None
        ),
        None,
    )


def _share(text: Text, statement: Composition | ClassUse, whole: Statement | None) -> Iterator[Comparison]:
    base = amount_of(whole) if whole is not None else None
    if whole is None or base is None or statement.share_pct is None or statement.amount is None:
        return
    if whole.unit != statement.unit:
        return
    part = statement.amount
    weighing = weigh_rate(
        statement.share_pct, part, base, text.slack(statement, part), text.slack(statement, base)
    )
    if weighing:
        yield of_rate(f"share = amount / {place_of(whole)}", place_of(statement), weighing)


def repeats(text: Text) -> Iterator[Comparison]:
    """Totals told in several places must be the same everywhere."""
    told: dict[Measure, list[Statement]] = {}
    for position, measure in text.measures.items():
        statement = text.statements[position]
        if amount_of(statement) is not None and (measure.part is None or _scoped(statement)):
            told.setdefault(measure, []).append(statement)
    for statements in told.values():
        usual = _most_common([amount for each in statements if (amount := amount_of(each)) is not None])
        for other in statements[1:] if len(statements) > 1 else ():
            left = amount_of(other)
            if left == usual and amount_of(statements[0]) != usual:
                continue
            status = weigh_equal(left or Decimal(0), usual, Decimal(0))
            yield Comparison(
                f"{statements[0].section} = {other.section}", place_of(other), status, left, usual
            )
        if len(statements) > 1 and amount_of(statements[0]) != usual:
            left = amount_of(statements[0])
            yield Comparison("told elsewhere", place_of(statements[0]), "fail", left, usual)


def bounds(text: Text) -> Iterator[Comparison]:
    """A year's income or expenditure is never more than the grand total of the same budget."""
    first: dict[Measure, Statement] = {}
    for position, measure in text.measures.items():
        if amount_of(text.statements[position]) is not None:
            first.setdefault(measure, text.statements[position])
    for measure, statement in first.items():
        grand = first.get(Measure(measure.scope, "both")) if measure.part is None else None
        if grand is None or measure.side == "both":
            continue
        left, right = amount_of(statement), amount_of(grand)
        if left is not None and right is not None:
            status: CheckStatus = "pass" if left <= right else "fail"
            yield Comparison(f"≤ {place_of(grand)}", place_of(statement), status, left, right)


def three_public(text: Text) -> Iterator[Comparison]:
    """The total of the three public expenses and of the vehicles are the sums of their parts."""
    for field in ("budget", "initial_budget", "annual_budget", "final"):
        told: dict[str, ThreePublicItem] = {}
        for each in text.statements:
            if isinstance(each, ThreePublicItem) and getattr(each, field) is not None:
                told.setdefault(each.item, each)
        for whole, parts in _PUBLIC_SUMS:
            if whole in told and all(part in told for part in parts):
                yield _public_sum(text, field, told[whole], [told[part] for part in parts])


def _public_sum(
    text: Text, field: str, whole: ThreePublicItem, parts: Sequence[ThreePublicItem]
) -> Comparison:
    left = Decimal(getattr(whole, field))
    terms = [Decimal(getattr(part, field)) for part in parts]
    right = sum(terms, Decimal(0))
    status = weigh_equal(left, right, text.slack(whole, left, *terms))
    formula = f"{whole.item} = {' + '.join(part.item for part in parts)}"
    return Comparison(formula, f"{place_of(whole)}/{field}", status, left, right)


def _scoped(statement: Statement) -> bool:
    name = getattr(statement, "name", "")
    return any(word in name for word in ("一般公共预算", "政府性基金", "国有资本", "财政拨款"))


def _most_common(amounts: Sequence[Decimal]) -> Decimal:
    """The amount told most often, the first among equals."""
    return max(amounts, key=amounts.count)
