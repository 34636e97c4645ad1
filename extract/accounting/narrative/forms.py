"""In the accounting stage: statements held against the figures of the forms."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal

from extract.accounting.cross_form import unit_power
from extract.accounting.measures import TableFigure, printed_as
from extract.accounting.narrative.comparison import RANKS, Comparison, amount_of, place_of
from extract.accounting.narrative.told import FUNCTION_FORMS, Text
from extract.accounting.rates import places_of, weigh_equal
from models.disclosure import Table, TableKind
from models.statements import (
    ClassUse,
    OperatingCost,
    Procurement,
    Statement,
    SubjectExecution,
    ThreePublicItem,
)

_PUBLIC_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "final": ("final",),
    "budget": ("budget",),
    "annual_budget": ("budget",),
    "initial_budget": ("budget",),
}


def against_tables(text: Text) -> Iterator[Comparison]:
    """Totals, classes, subjects and expenses as the forms print them."""
    for position, statement in enumerate(text.statements):
        left = amount_of(statement)
        if left is None:
            continue
        if (measure := text.measures.get(position)) is not None:
            yield from _nearest(text, statement, left, list(printed_as(measure, text.tables)))
        elif isinstance(statement, SubjectExecution | ClassUse):
            yield from _subject(text, statement, left)
        elif isinstance(statement, OperatingCost):
            yield from _nearest(text, statement, left, list(_totals(text, "operating_costs")))
        elif isinstance(statement, Procurement):
            yield from _nearest(text, statement, left, list(_totals(text, "procurement")))
        elif isinstance(statement, ThreePublicItem):
            yield from _public(text, statement)


def _totals(text: Text, kind: TableKind) -> Iterator[TableFigure]:
    for table in text.tables:
        totals = (row for row in table.rows if row.level == "total" and row.amounts.get("total") is not None)
        if table.kind == kind and (row := next(totals, None)) is not None:
            figure = row.amounts["total"]
            if figure is not None:
                yield TableFigure(f"{table.id}/合计/total", figure, table.unit)


def _subject(text: Text, statement: SubjectExecution | ClassUse, left: Decimal) -> Iterator[Comparison]:
    code = statement.subject.code
    if code is None:
        return
    figures = list(_printed_subject(code, text.tables))
    if figures:
        yield from _nearest(text, statement, left, figures)
    elif left and _prints_level(code, text.tables) and any(map(_is_whole, text.tables)):
        yield Comparison(
            "text = form", place_of(statement), "fail", left, None, "no form prints this subject"
        )


def _public(text: Text, statement: ThreePublicItem) -> Iterator[Comparison]:
    for field, columns in _PUBLIC_COLUMNS.items():
        left = getattr(statement, field)
        if left is None:
            continue
        figures = [
            TableFigure(f"{table.id}/{row.code}/{column}", figure, table.unit)
            for table in text.tables
            if table.kind == "three_public"
            for row in table.rows
            for column in columns
            if row.code == statement.item and (figure := row.amounts.get(column)) is not None
        ]
        yield from _nearest(text, statement, left, figures, field)


def _nearest(
    text: Text, statement: Statement, left: Decimal, figures: Sequence[TableFigure], field: str = ""
) -> Iterator[Comparison]:
    """The figure of the forms that comes nearest; any that agrees will do."""
    best: Comparison | None = None
    for figure in figures:
        right = _converted(figure, statement.unit)
        if right is None:
            continue
        slack = _conversion_slack(text, statement, left, right)
        status = weigh_equal(left, right, slack)
        place = place_of(statement) + (f"/{field}" if field else "")
        shown = right if status != "rounding" else right.quantize(Decimal(1).scaleb(-max(places_of(left), 2)))
        found = Comparison(f"text = {figure.where}", place, status, left, shown)
        if best is None or _rank(found) < _rank(best):
            best = found
    if best is not None:
        yield best


def _conversion_slack(text: Text, statement: Statement, left: Decimal, right: Decimal) -> Decimal:
    """Half a unit of the text's last place, and a whole one where it was cut off in converting."""
    half = text.slack(statement, left)
    return 2 * half if places_of(right) > places_of(left) else half


def _rank(comparison: Comparison) -> tuple[int, Decimal]:
    left, right = comparison.left or Decimal(0), comparison.right or Decimal(0)
    return RANKS[comparison.status], abs(left - right)


def _converted(figure: TableFigure, unit: str | None) -> Decimal | None:
    """A form's figure in the unit of the text; a form without a unit is taken to have the same."""
    there, here = unit_power(figure.unit), unit_power(unit)
    if figure.unit is None or unit is None:
        return figure.figure
    if there is None or here is None:
        return None
    return figure.figure.scaleb(there - here)


def _printed_subject(code: str, tables: Iterable[Table]) -> Iterator[TableFigure]:
    for table in tables:
        if table.kind not in FUNCTION_FORMS or table.kind == "income":
            continue
        for row in table.rows:
            own = row.code or (row.subject.code if row.subject else None)
            figure = row.amounts.get("total")
            if own == code and figure is not None:
                yield TableFigure(f"{table.id}/{code}/total", figure, table.unit)


def _is_whole(table: Table) -> bool:
    """Whether a form of subjects was read to its end: its classes make up its total."""
    if table.kind not in ("general_budget_expenditure", "expenditure", "appropriation_expenditure"):
        return False
    totals = [row.amounts.get("total") for row in table.rows if row.level == "total" and not row.code]
    classes = [
        row.amounts.get("total") or Decimal(0) for row in table.rows if row.code and len(row.code) == 3
    ]
    slack = Decimal(len(classes) + 1) / 200
    return bool(totals and classes) and abs(sum(classes, Decimal(0)) - (totals[0] or Decimal(0))) <= slack


def _prints_level(code: str, tables: Iterable[Table]) -> bool:
    """Whether some form of the function classification goes down to the level of the code."""
    return any(
        table.kind in ("general_budget_expenditure", "expenditure", "appropriation_expenditure")
        and any(row.code and len(row.code) == len(code) for row in table.rows)
        for table in tables
    )
