"""In the accounting stage: performance tables held against themselves and against the reviews in the text.

Rates against the money they are made of, weights and scores against their totals. In a transcript
rows may be lost, so that a sum that falls short proves nothing there.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from extract.accounting.rates import Precision, places_of, weigh_equal, weigh_rate
from models.catalogue import comparable
from models.disclosure import Check, CheckStatus, Table, Verdict
from models.performance import Indicator, Performance
from models.statements import ProjectExecution, Statement

WHOLES = (Decimal(100), Decimal(90), Decimal(80))
"""What weights usually add up to: all points, or those the line of the execution leaves (10 or 20 for it)."""
_MONEY = ("annual_budget", "budget"), ("executed", "executed"), ("completion_pct", "rate_pct")


@dataclass(frozen=True, slots=True)
class _Finding:
    formula: str
    where: str
    status: CheckStatus
    left: Decimal | None
    right: Decimal | None
    message: str | None = None


def examine_performance(
    tables: Sequence[Table], statements: Sequence[Statement], *, trust: str, first: int = 1
) -> tuple[Check, ...]:
    """Every check the performance tables allow, numbered from ``first``, rule ``narrative``."""
    complete = trust == "text_layer"
    verdict: Verdict = "author_error" if complete else "unresolved"
    findings = [
        finding
        for table in tables
        for performance in table.performance
        for finding in _findings(table, performance, statements, complete=complete)
    ]
    return tuple(_check(finding, number, verdict) for number, finding in enumerate(findings, first))


def _check(finding: _Finding, number: int, verdict: Verdict) -> Check:
    left, right = finding.left, finding.right
    return Check(
        id=f"c{number}",
        rule="narrative",
        formula=finding.formula,
        where=finding.where,
        status=finding.status,
        left=left,
        right=right,
        difference=left - right if left is not None and right is not None else None,
        verdict=verdict if finding.status == "fail" else None,
        message=finding.message,
    )


def _findings(
    table: Table, performance: Performance, statements: Sequence[Statement], *, complete: bool
) -> Iterator[_Finding]:
    where = f"{table.id}/{performance.project or performance.unit or '整体'}"
    yield from _rate(performance, where)
    yield from _weights(performance, where, complete=complete)
    yield from _level_weights(performance, where, complete=complete)
    yield from _goals(performance, where, complete=complete)
    yield from _total(performance, where, complete=complete)
    yield from _told(performance, where, statements)


def _rate(performance: Performance, where: str) -> Iterator[_Finding]:
    budget, executed, rate = performance.budget, performance.executed, performance.rate_pct
    if budget is None or executed is None or rate is None:
        return
    slack = Precision.of((budget, executed))
    found = weigh_rate(rate, executed, budget, slack.half(executed), slack.half(budget))
    if found is not None:
        yield _Finding(
            "rate = executed / budget", f"{where}/rate_pct", found.status, rate, found.right, found.message
        )


def _summed(
    formula: str, where: str, printed: Decimal, parts: Sequence[Decimal | None], *, complete: bool
) -> Iterator[_Finding]:
    """A printed total against its parts; not applicable while a part is missing or may have been lost."""
    if not parts:
        return
    if any(part is None for part in parts):
        yield _Finding(formula, where, "not_applicable", printed, None)
        return
    total = sum((part for part in parts if part is not None), Decimal(0))
    status = weigh_equal(printed, total, Decimal(0))
    if status == "fail" and not complete and total < printed:
        status = "not_applicable"
    yield _Finding(formula, where, status, printed, total)


def _weights(performance: Performance, where: str, *, complete: bool) -> Iterator[_Finding]:
    """The weights of a project without annual targets make a whole."""
    weights = [indicator.weight for indicator in performance.indicators]
    if performance.goals or not any(weight is not None for weight in weights):
        return
    total = sum((weight for weight in weights if weight is not None), Decimal(0))
    rest = [Decimal(100) - performance.execution_weight] if performance.execution_weight is not None else []
    whole = next((each for each in (*rest, *WHOLES) if each == total), (*rest, Decimal(100))[0])
    yield from _summed("total weight = sum of weights", f"{where}/weight", whole, weights, complete=complete)


def _level_weights(performance: Performance, where: str, *, complete: bool) -> Iterator[_Finding]:
    """The weight printed with a 一级指标 is that of its indicators."""
    groups: dict[tuple[int | None, str], list[Indicator]] = {}
    for indicator in performance.indicators:
        if indicator.level1 is not None and indicator.level1_weight is not None:
            groups.setdefault((indicator.goal, indicator.level1), []).append(indicator)
    for (goal, level), members in groups.items():
        printed = {each.level1_weight for each in members}
        place = f"{where}/{goal}/{level}" if goal is not None else f"{where}/{level}"
        weight = members[0].level1_weight
        if complete and len(printed) == 1 and weight is not None:
            yield from _summed(
                "level weight = sum of weights", place, weight, [m.weight for m in members], complete=complete
            )


def _goals(performance: Performance, where: str, *, complete: bool) -> Iterator[_Finding]:
    """The score of an annual target is that of its indicators, where all of them are there."""
    for goal in performance.goals:
        members = [each for each in performance.indicators if each.goal == goal.number]
        weights = [each.weight for each in members if each.weight is not None]
        whole = complete or (goal.weight is not None and sum(weights, Decimal(0)) == goal.weight)
        if goal.score is not None and members and whole:
            yield from _summed(
                "goal score = sum of scores",
                f"{where}/{goal.number}/score",
                goal.score,
                [each.score for each in members],
                complete=True,
            )


def _total(performance: Performance, where: str, *, complete: bool) -> Iterator[_Finding]:
    """The total score is that of the execution and of the annual targets, or of the indicators."""
    total = performance.total_score
    if total is None:
        return
    parts = [goal.score for goal in performance.goals] or [each.score for each in performance.indicators]
    if not any(part is not None for part in parts):
        return
    execution = [performance.execution_score] if performance.execution_score is not None else []
    yield from _summed(
        "total score = sum of scores", f"{where}/total_score", total, [*execution, *parts], complete=complete
    )


def _project(name: str) -> str:
    """A project's name to compare, whether or not the word 项目 stands at its end."""
    return comparable(name.removesuffix("项目"))


def _told(performance: Performance, where: str, statements: Sequence[Statement]) -> Iterator[_Finding]:
    """What the review in the text says of a project is what its table says."""
    if performance.project is None:
        return
    name = _project(performance.project)
    told = [s for s in statements if isinstance(s, ProjectExecution) and _project(s.project) == name]
    compared: set[tuple[str, Decimal]] = set()
    for statement in told:
        for said, printed in _MONEY:
            left, right = getattr(statement, said), getattr(performance, printed)
            if left is not None and right is not None and (printed, left) not in compared:
                compared.add((printed, left))
                slack = Decimal(1).scaleb(-min(places_of(left), places_of(right))) / 2
                status = weigh_equal(left, right, slack)
                yield _Finding("review = table", f"{where}/{printed}", status, left, right)
