"""In the accounting stage: what a total named in the running text means, and where the forms print it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, NamedTuple

from extract.tables.identities import is_total
from models.disclosure import Row, Table, TableKind

Scope = Literal["all", "appropriation", "general", "fund", "state"]
MeasureSide = Literal["income", "expenditure", "both"]
Part = Literal["basic", "project", "personnel", "public"]


class Measure(NamedTuple):
    """Whose money (all, or that of one budget), which side, and which part of it."""

    scope: Scope
    side: MeasureSide
    part: Part | None = None


_SCOPES: tuple[tuple[Scope, str], ...] = (
    ("general", "一般公共预算"),
    ("fund", "政府性基金"),
    ("state", "国有资本经营"),
    ("appropriation", "财政拨款"),
)
_PARTS: tuple[tuple[Part, str], ...] = (
    ("basic", "基本支出"),
    ("project", "项目支出"),
    ("personnel", "人员经费"),
    ("public", "公用经费"),
)
_PLAIN = re.compile(
    r"本年度?|当年|年度|\d{4}年|单位|部门|预算|决算|财政|拨款|资金|安排|合计|总计|总额|总|数|各|均|的|、|和|及|与|全年"
)


def measure_of(name: str, parent: Measure | None = None) -> Measure | None:
    """The measure a printed name means; None for anything but the totals of the accounts.

    A part without a scope of its own (``基本支出``) takes that of its parent.
    """
    scope = next((scope for scope, word in _SCOPES if word in name), None)
    rest = name
    for _, word in _SCOPES[:-1]:
        rest = rest.replace(word, "")
    part = next((part for part, word in _PARTS if word in rest), None)
    for _, word in _PARTS:
        rest = rest.replace(word, "支" if "支出" in word else "")
    rest = _PLAIN.sub("", rest).replace("收入", "收").replace("支出", "支")
    if part in ("personnel", "public"):
        return Measure(scope or "general", "expenditure", part) if not rest else None
    side = _side(rest)
    if side is None:
        return None
    if part is not None and scope is None:
        scope = parent.scope if parent is not None else None
        return Measure(scope, side, part) if scope else None
    return Measure(scope or "all", side, part)


def _side(rest: str) -> MeasureSide | None:
    sides: Mapping[str, MeasureSide] = {"收": "income", "支": "expenditure", "收支": "both"}
    return sides.get(rest)


RowChoice = Callable[[Row], bool]


def _named(pattern: str, side: str | None = None) -> RowChoice:
    words = re.compile(pattern)
    return lambda row: (
        bool(words.search("".join((row.name or "").split()))) and (side is None or row.side == side)
    )


@dataclass(frozen=True, slots=True)
class Cell:
    """Where a form prints a measure: the kind of form, its row and column."""

    kind: TableKind
    row: RowChoice
    column: str = "total"


_GRAND = r"总计$|^(?:收入|支出)合计$"
_YEAR = {
    "income": r"本年收入合计|当年收入小计|收入总计|^收入合计",
    "expenditure": r"本年支出合计|当年支出小计|支出总计|^支出合计",
}
_CELLS: dict[Measure, tuple[Cell, ...]] = {
    Measure("all", "income"): (
        Cell("income", is_total),
        Cell("income_expenditure_summary", _named(_YEAR["income"], "income")),
        Cell("income_expenditure_summary", _named(_GRAND, "income")),
    ),
    Measure("all", "expenditure"): (
        Cell("expenditure", is_total),
        Cell("income_expenditure_summary", _named(_YEAR["expenditure"], "expenditure")),
        Cell("income_expenditure_summary", _named(_GRAND, "expenditure")),
    ),
    Measure("all", "both"): (Cell("income_expenditure_summary", _named(_GRAND)),),
    Measure("all", "expenditure", "basic"): (
        Cell("expenditure", is_total, "basic"),
        Cell("income_expenditure_summary", _named(r"基本支出$", "expenditure")),
    ),
    Measure("all", "expenditure", "project"): (
        Cell("expenditure", is_total, "project"),
        Cell("income_expenditure_summary", _named(r"项目支出$", "expenditure")),
    ),
    Measure("appropriation", "both"): (Cell("appropriation_summary", _named(_GRAND)),),
    Measure("appropriation", "income"): (
        Cell("income", is_total, "fiscal_appropriation"),
        Cell("appropriation_summary", _named(_YEAR["income"], "income")),
        Cell("income_expenditure_summary", _named(r"财政拨款(?:收入)?$", "income")),
    ),
    Measure("appropriation", "expenditure"): (
        Cell("appropriation_summary", _named(_YEAR["expenditure"], "expenditure")),
        Cell("appropriation_expenditure", is_total),
    ),
    Measure("appropriation", "expenditure", "basic"): (
        Cell("appropriation_basic_expenditure", is_total),
        Cell("general_budget_expenditure", is_total, "basic"),
    ),
    Measure("general", "income"): (
        Cell("appropriation_summary", _named(r"一般公共预算", "income")),
        Cell("income_expenditure_summary", _named(r"一般公共预算", "income")),
    ),
    Measure("general", "expenditure"): (Cell("general_budget_expenditure", is_total),),
    Measure("general", "expenditure", "basic"): (
        Cell("general_budget_expenditure", is_total, "basic"),
        Cell("general_budget_basic_expenditure", is_total),
    ),
    Measure("general", "expenditure", "project"): (Cell("general_budget_expenditure", is_total, "project"),),
    Measure("general", "expenditure", "personnel"): (
        Cell("general_budget_basic_expenditure", _named(r"人员经费合计")),
        Cell("general_budget_basic_expenditure", is_total, "personnel"),
    ),
    Measure("general", "expenditure", "public"): (
        Cell("general_budget_basic_expenditure", _named(r"公用经费合计")),
        Cell("general_budget_basic_expenditure", is_total, "public"),
    ),
    Measure("fund", "expenditure"): (Cell("government_fund", is_total),),
    Measure("state", "expenditure"): (Cell("state_capital", is_total),),
}


@dataclass(frozen=True, slots=True)
class TableFigure:
    """A figure of a form: its address, the figure and the unit it is in."""

    where: str
    figure: Decimal
    unit: str | None


def printed_as(measure: Measure, tables: Sequence[Table]) -> Iterator[TableFigure]:
    """The figures of the forms that print a measure."""
    for cell in _CELLS.get(measure, ()):
        for table in tables:
            if table.kind == cell.kind and table.status == "extracted":
                yield from _figures(table, cell)


def _figures(table: Table, cell: Cell) -> Iterator[TableFigure]:
    for row in table.rows:
        figure = row.amounts.get(cell.column)
        if figure is not None and cell.row(row):
            yield TableFigure(f"{table.id}/{row.name or '合计'}/{cell.column}", figure, table.unit)
            return
