"""In the accounting stage: which figures of one form must stand in another, as data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from models.disclosure import Kind, TableKind

Choice = Literal[
    "total",
    "whole",
    "public",
    "classes",
    "subjects",
    "current_income",
    "current_expenditure",
    "all_income",
    "all_expenditure",
    "sources",
    "use_basic",
    "use_project",
    "use_reserve",
]
"""Which rows of a form are meant.

total                the 合计 of a table of subjects
whole                the same, or where it is not printed 人员经费合计 + 公用经费合计, or the classes
public               公用经费合计, or where it is not printed the classes of public funds
classes              each class (类)
subjects             每个科目: every subject with a code
current_income       本年收入合计 of a two-sided form; 总计 where nothing is carried over
current_expenditure  本年支出合计, likewise
all_income           收入总计
all_expenditure      支出总计
sources              each fund the appropriation comes from
use_…                基本支出, 项目支出, 单位预留机动经费 as lines of a two-sided form
"""


@dataclass(frozen=True, slots=True)
class Side:
    """Rows of a kind of form."""

    kind: TableKind
    rows: Choice


@dataclass(frozen=True, slots=True)
class Equality:
    """The figures of ``left`` stand in ``right`` too, in each of the pairs of columns both print.

    ``given`` names rows whose first pair of columns must agree for the rest to be comparable at
    all: where they differ the forms cover different money, which is no error. ``disclosure`` limits
    the equality to budgets or final accounts; ``with_column`` and ``without_column`` to left
    tables that print figures in that column, or none; ``label`` (a pattern) to left columns
    so headed. ``optional`` equalities compare lines that many forms do not print.
    """

    left: Side
    right: Side
    columns: tuple[tuple[str, str], ...]
    given: tuple[Choice, Choice] | None = None
    disclosure: Kind | None = None
    with_column: str | None = None
    without_column: str | None = None
    label: str | None = None
    optional: bool = False


_TOTAL = (("total", "total"),)
_SPLIT = (("total", "total"), ("basic", "basic"), ("project", "project"))
_ALIKE: tuple[Choice, Choice] = ("total", "total")
_FUNDS: tuple[tuple[TableKind, str], ...] = (
    ("general_budget_expenditure", "general_budget"),
    ("government_fund", "government_fund"),
    ("state_capital", "state_capital"),
)
_HELD_IN_04: tuple[tuple[Choice, Choice], ...] = (("total", "current_expenditure"), ("classes", "classes"))
_USES: tuple[tuple[Choice, str], ...] = (
    ("use_basic", "basic"),
    ("use_project", "project"),
    ("use_reserve", "reserve"),
)

EQUALITIES: tuple[Equality, ...] = (
    # Form 02 against 01: what is carried over belongs to 02 only where 02 has a column for it.
    Equality(
        Side("income", "total"),
        Side("income_expenditure_summary", "current_income"),
        _TOTAL,
        without_column="carried_over",
    ),
    Equality(
        Side("income", "total"),
        Side("income_expenditure_summary", "all_income"),
        _TOTAL,
        with_column="carried_over",
    ),
    # Form 03 against 01.
    Equality(
        Side("expenditure", "total"),
        Side("income_expenditure_summary", "current_expenditure"),
        _SPLIT,
        without_column="carried_forward",
    ),
    Equality(
        Side("expenditure", "total"),
        Side("income_expenditure_summary", "all_expenditure"),
        _TOTAL,
        with_column="carried_forward",
    ),
    Equality(Side("expenditure", "classes"), Side("income_expenditure_summary", "classes"), _SPLIT),
    *(
        Equality(
            Side("expenditure", "total"),
            Side("income_expenditure_summary", rows),
            ((column, "total"),),
            optional=True,
        )
        for rows, column in _USES
    ),
    # Forms 05, 07 and 08 against the columns of 04.
    *(
        Equality(Side(kind, rows), Side("appropriation_summary", other), (("total", column),))
        for kind, column in _FUNDS
        for rows, other in _HELD_IN_04
    ),
    # Form 05 against 06: the basic expenditure is what 06 breaks down by economic subject.
    Equality(
        Side("general_budget_expenditure", "total"),
        Side("general_budget_basic_expenditure", "whole"),
        (("basic", "total"),),
    ),
    # Appropriation in 02 against 04; budgets often head the column with the general budget alone.
    Equality(
        Side("income", "total"),
        Side("appropriation_summary", "current_income"),
        (("fiscal_appropriation", "total"),),
        label=r"^(?!.*一般公共预算).*财政拨款",
    ),
    Equality(
        Side("appropriation_summary", "sources"),
        Side("income_expenditure_summary", "sources"),
        _TOTAL,
        disclosure="final_accounts",
        optional=True,
    ),
    Equality(
        Side("appropriation_summary", "sources"),
        Side("income_expenditure_summary", "sources"),
        _TOTAL,
        given=("current_income", "current_income"),
        disclosure="budget",
    ),
    # The appropriation tables some provinces print beside those of the general budget.
    Equality(
        Side("appropriation_expenditure", "total"),
        Side("appropriation_summary", "current_expenditure"),
        _TOTAL,
        optional=True,
    ),
    Equality(
        Side("appropriation_basic_expenditure", "total"),
        Side("appropriation_summary", "use_basic"),
        _TOTAL,
        optional=True,
    ),
    Equality(
        Side("appropriation_expenditure", "subjects"),
        Side("general_budget_expenditure", "subjects"),
        _SPLIT,
        given=_ALIKE,
    ),
    Equality(
        Side("appropriation_basic_expenditure", "subjects"),
        Side("general_budget_basic_expenditure", "subjects"),
        _TOTAL,
        given=_ALIKE,
    ),
    Equality(
        Side("operating_costs", "subjects"),
        Side("general_budget_basic_expenditure", "subjects"),
        _TOTAL,
        given=("total", "public"),
    ),
    # Subject by subject, where all money is of one kind.
    Equality(
        Side("expenditure", "subjects"), Side("general_budget_expenditure", "subjects"), _SPLIT, given=_ALIKE
    ),
    Equality(
        Side("income", "subjects"),
        Side("expenditure", "subjects"),
        _TOTAL,
        given=_ALIKE,
        disclosure="budget",
    ),
)
"""Forms 01 … 08 are those of the Ministry's final accounts; budgets print the same ideas."""
