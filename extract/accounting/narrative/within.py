"""In the accounting stage: rates and sums inside one statement."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from extract.accounting.narrative.comparison import RANKS, Comparison, amount_of, of_rate, place_of
from extract.accounting.narrative.told import Text
from extract.accounting.rates import RateWeighing, weigh_equal, weigh_rate
from models.disclosure import CheckStatus
from models.statements import (
    Assets,
    Procurement,
    Statement,
    SubjectExecution,
)


def within(text: Text) -> Iterator[Comparison]:
    """Completion and change rates, restated budgets, and sums inside one statement."""
    for statement in text.statements:
        for formula, weighing in (*_completion(text, statement), *_change(text, statement)):
            if weighing is not None:
                yield of_rate(formula, place_of(statement), weighing)
        yield from _restated(statement)
        if isinstance(statement, Procurement):
            yield from _procurement(text, statement)
        if isinstance(statement, Assets):
            yield from _vehicles(statement)


def _completion(text: Text, statement: Statement) -> Iterator[tuple[str, RateWeighing | None]]:
    printed = getattr(statement, "completion_pct", None)
    base, budget = _budget_of(statement)
    done = _executed(statement)
    if printed is None or done is None:
        return
    if budget is None:
        if isinstance(statement, SubjectExecution):
            yield base, RateWeighing("fail", printed, None, "a rate of a budget that is not printed")
        return
    yield (
        f"completion = final / {base}",
        weigh_rate(printed, done, budget, text.slack(statement, done), text.slack(statement, budget)),
    )


def _change(text: Text, statement: Statement) -> Iterator[tuple[str, RateWeighing | None]]:
    printed = getattr(statement, "change_pct", None)
    direction = getattr(statement, "direction", None)
    if printed is None or direction is None:
        return
    sign = {"up": 1, "down": -1}.get(direction, 0)
    now, change = amount_of(statement), getattr(statement, "change", None)
    previous = getattr(statement, "previous", None)
    if previous is not None and now is not None:
        weighed = [
            weigh_rate(
                printed * sign,
                each - previous,
                previous,
                text.slack(statement, each, previous),
                text.slack(statement, previous),
            )
            for each in (now, getattr(statement, "restated", None))
            if each is not None
        ]
        best = min(weighed, key=lambda weighing: RANKS[weighing.status] if weighing else 0)
        yield "change rate = (now - before) / before", best
    elif change is not None and now is not None:
        before = now - sign * change
        slack = text.slack(statement, now, change)
        yield (
            "change rate = change / before",
            weigh_rate(printed, change, before, text.slack(statement, change), slack),
        )


def _restated(statement: Statement) -> Iterator[Comparison]:
    if isinstance(statement, SubjectExecution) and statement.restated is not None:
        left, right = statement.initial_budget, statement.restated
        if left is not None:
            status = weigh_equal(left, right, Decimal(0))
            yield Comparison("budget = budget said again", place_of(statement), status, left, right)


def _procurement(text: Text, statement: Procurement) -> Iterator[Comparison]:
    parts = [each for each in (statement.goods, statement.works, statement.services) if each is not None]
    if statement.total is not None and len(parts) > 1:
        right = sum(parts, Decimal(0))
        status = weigh_equal(statement.total, right, text.slack(statement, statement.total, *parts))
        yield Comparison(
            "total = goods + works + services", place_of(statement), status, statement.total, right
        )
    micro_of = statement.total if statement.micro_share_of == "total" else statement.sme
    for name, rate, part, whole in (
        ("sme", statement.sme_share_pct, statement.sme, statement.total),
        ("micro", statement.micro_share_pct, statement.micro, micro_of),
    ):
        if rate is None or part is None or whole is None:
            continue
        weighing = weigh_rate(rate, part, whole, text.slack(statement, part), text.slack(statement, whole))
        if weighing:
            yield of_rate(f"share of {name}", place_of(statement), weighing)


def _executed(statement: Statement) -> Decimal | None:
    figure = getattr(statement, "executed", None) or getattr(statement, "final", None)
    if figure is None:
        figure = getattr(statement, "final", None)
    return figure if isinstance(figure, Decimal) else None


def _budget_of(statement: Statement) -> tuple[str, Decimal | None]:
    """The budget a completion rate refers to: the one it names, or the only one printed."""
    named = getattr(statement, "completion_of", None)
    figure = getattr(statement, named, None) if named else None
    if isinstance(figure, Decimal):
        return str(named), figure
    fields = ("annual_budget", "initial_budget", "adjusted_budget", "budget")
    printed = [(each, getattr(statement, each, None)) for each in fields]
    known = [(each, value) for each, value in printed if isinstance(value, Decimal)]
    return known[0] if len(known) == 1 else (str(named or "budget"), None)


def _vehicles(statement: Assets) -> Iterator[Comparison]:
    if statement.vehicles is None or not statement.vehicles_by_use:
        return
    right = sum(statement.vehicles_by_use.values(), Decimal(0))
    if right > statement.vehicles or right == statement.vehicles:
        status: CheckStatus = "pass" if right == statement.vehicles else "fail"
        yield Comparison("vehicles = sum of uses", place_of(statement), status, statement.vehicles, right)
