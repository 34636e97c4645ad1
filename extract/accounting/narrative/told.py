"""In the accounting stage: the statements of a document with what comparing them needs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from extract.accounting.measures import Measure, measure_of
from extract.accounting.rates import Precision
from models.disclosure import Table, TableKind
from models.statements import (
    Composition,
    Statement,
    TotalChange,
    TotalExecution,
)

FUNCTION_FORMS: tuple[TableKind, ...] = (
    "general_budget_expenditure",
    "expenditure",
    "appropriation_expenditure",
    "income",
    "income_expenditure_summary",
    "appropriation_summary",
    "government_fund",
    "state_capital",
)


def money_of(statement: Statement) -> Iterator[Decimal]:
    for field, value in statement:
        if isinstance(value, Decimal) and not field.endswith("_pct") and statement.unit:
            yield value


class Text:
    """The statements of a document with what comparing them needs."""

    def __init__(self, statements: Sequence[Statement], tables: Sequence[Table]) -> None:
        self.statements = statements
        self.tables = [table for table in tables if table.status == "extracted"]
        by_unit: dict[str | None, list[Decimal]] = {}
        for statement in statements:
            by_unit.setdefault(statement.unit, []).extend(money_of(statement))
        self._precision = {unit: Precision.of(figures) for unit, figures in by_unit.items()}
        self.measures = dict(self._measures())

    def slack(self, statement: Statement, *figures: Decimal) -> Decimal:
        precision = self._precision[statement.unit]
        return sum((precision.half(figure) for figure in figures), Decimal(0))

    def _measures(self) -> Iterator[tuple[int, Measure]]:
        """What the totals mean, by their position; parts take the scope of the total before them."""
        parent: dict[str, Measure] = {}
        for position, statement in enumerate(self.statements):
            if not isinstance(statement, TotalChange | TotalExecution | Composition):
                continue
            measure = measure_of(statement.name, parent.get(statement.section))
            if measure is None:
                continue
            if not isinstance(statement, Composition) or (measure.part is None and statement.whole):
                parent[statement.section] = measure
            yield position, measure
