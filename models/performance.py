"""What performance tables say: projects, their money, targets and indicators; the key work of a year.

Texts are as printed with the blanks inside Chinese words removed; figures are decimal strings.
``cells`` gives for each field the place it was read from: page and box where there are pages.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from models.base import Model, Money, Place

Comparator = Literal["≥", "≤", "=", ">", "<", "定性"]
PerformanceFlag = Literal["unnamed", "pieces", "name_from_title", "unsure"]
"""What keeps an entry from being whole.

unnamed          the row prints no name of its own (it was lost, or the row goes on with another)
pieces           a text stands in several cells whose pieces may overlap: it is given, its figure is not
name_from_title  the project's cell is broken or lost, so that its name was taken from the title
unsure           without rulings or tabs, where one text ends and the next begins is not certain;
                 of a table that names no project and no unit, whose figures these are
"""


class Indicator(Model):
    """One 三级指标 with its place in the tree of indicators.

    ``goal`` is the number of the annual target (年度目标) it belongs to, where there are several.
    ``target`` and ``actual`` are as printed; ``comparator``, ``target_value`` and ``unit`` are what
    the target says where it is a single figure. 定性 is a target in words.
    ``level1_weight`` and ``level2_weight`` are printed behind the names of the levels.
    """

    goal: int | None = None
    level1: str | None = None
    level1_weight: Money | None = None
    level2: str | None = None
    level2_weight: Money | None = None
    name: str | None = None
    comparator: Comparator | None = None
    target: str | None = None
    target_value: Money | None = None
    unit: str | None = None
    actual: str | None = None
    actual_value: Money | None = None
    weight: Money | None = None
    score: Money | None = None
    content: str | None = None
    criterion: str | None = None
    category: str | None = None
    reason: str | None = None
    page: int | None = None
    flags: tuple[PerformanceFlag, ...] = ()
    cells: dict[str, Place] = Field(default_factory=dict)


class Goal(Model):
    """One annual target: its number, what it is, its weight and the score it got."""

    number: int
    name: str | None = None
    weight: Money | None = None
    score: Money | None = None
    page: int | None = None


class Performance(Model):
    """One project, or the organisation as a whole, and its indicators.

    Money is in ``money_unit``. ``basic_total`` and ``project_total`` are 基本支出总额 and 项目支出总额;
    ``initial_budget``, ``budget``, ``executed``, ``rate_pct`` the line of the execution with its
    weight and score; ``total_score`` is 总分.
    """

    code: str | None = None
    project: str | None = None
    department: str | None = None
    unit: str | None = None
    objective: str | None = None
    money_unit: str | None = None
    initial_budget: Money | None = None
    budget: Money | None = None
    executed: Money | None = None
    rate_pct: Money | None = None
    execution_weight: Money | None = None
    execution_score: Money | None = None
    basic_total: Money | None = None
    project_total: Money | None = None
    total_score: Money | None = None
    goals: tuple[Goal, ...] = ()
    indicators: tuple[Indicator, ...] = ()
    flags: tuple[PerformanceFlag, ...] = ()
    cells: dict[str, Place] = Field(default_factory=dict)


class KeyWork(Model):
    """One matter of 重点工作完成情况: what was to be done and what came of it."""

    number: int | None = None
    item: str | None = None
    target: str | None = None
    outcome: str | None = None
    page: int | None = None
    flags: tuple[PerformanceFlag, ...] = ()
    cells: dict[str, Place] = Field(default_factory=dict)
