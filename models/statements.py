"""What the running text of a disclosure states, sentence by sentence, each with the place it was read from.

Figures are decimal strings as printed, separators removed. Money is in the statement's ``unit``,
fields ending in ``_pct`` are per cent, changes are unsigned beside their ``direction``. ``None``
says that the text does not give the figure; a printed zero is ``0``.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from models.base import Model, Money

Direction = Literal["up", "down", "flat"]
Flag = Literal[
    "unfinished",
    "unresolved_subject",
    "mixed_units",
    "ambiguous",
    "no_amount",
    "none_stated",
    "subject_by_position",
]
"""What keeps a statement from being whole.

unfinished          the author left a blank (``主要是。``, ``预算万元``)
unresolved_subject  the catalogue has no single entry for the names
mixed_units         a figure in another unit than the statement's was left out
ambiguous           one field is printed twice with different figures; the first is given
no_amount           the sentence speaks of the matter without an amount
subject_by_position the subject's name is no catalogue name; its place between the others settles it
none_stated         the text says that there is none (``无车辆``)
"""
PublicItem = Literal["total", "abroad", "vehicles", "vehicle_purchase", "vehicle_operation", "reception"]
BudgetBase = Literal["initial_budget", "annual_budget", "adjusted_budget", "budget"]


class _Statement(Model):
    """Where a statement stands. ``span`` are offsets in the text of the section; ``page`` counts from 1."""

    section: str
    page: int | None
    span: tuple[int, int]
    text: str
    unit: str | None = None
    flags: tuple[Flag, ...] = ()


class _Compared(_Statement):
    """A statement that may compare its amount with another year or with the budget.

    ``compared_with`` is the printed basis (``2022年度``, ``年初预算数``).
    """

    change: Money | None = None
    direction: Direction | None = None
    change_pct: Money | None = None
    compared_with: str | None = None
    reason: str | None = None


class NamedSubject(Model):
    """A function subject as the text names it. ``code`` is the catalogue's, None where it has no answer."""

    code: str | None
    class_: str | None = Field(alias="class")
    group: str | None
    item: str | None

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True, serialize_by_alias=True)


class SubjectExecution(_Compared):
    """What one subject was budgeted and what was spent.

    ``initial_budget`` is 年初预算 (in a budget disclosure the year's budget itself),
    ``annual_budget`` 全年预算, ``adjusted_budget`` 调整预算; a subject without an initial budget has
    None. ``completion_of`` is the budget the rate refers to. ``previous`` is last year's figure,
    ``restated`` the year's budget where the sentence gives it a second time.
    """

    kind: Literal["subject_execution"] = "subject_execution"
    subject: NamedSubject
    initial_budget: Money | None = None
    annual_budget: Money | None = None
    adjusted_budget: Money | None = None
    final: Money | None = None
    completion_pct: Money | None = None
    completion_of: BudgetBase | None = None
    previous: Money | None = None
    restated: Money | None = None
    use: str | None = None


class TotalChange(_Compared):
    """A total and how it changed. ``name`` is the total as printed (``收入合计``)."""

    kind: Literal["total_change"] = "total_change"
    name: str
    amount: Money | None = None


class TotalExecution(_Statement):
    """A total held against its budget (``支出年初预算为 …，支出决算为 …，完成 …``)."""

    kind: Literal["total_execution"] = "total_execution"
    name: str
    initial_budget: Money | None = None
    annual_budget: Money | None = None
    adjusted_budget: Money | None = None
    final: Money | None = None
    completion_pct: Money | None = None
    completion_of: BudgetBase | None = None
    reason: str | None = None


class Composition(_Statement):
    """A part of a total with its share; ``whole`` is the total as printed (``本年支出``)."""

    kind: Literal["composition"] = "composition"
    name: str
    amount: Money | None = None
    share_pct: Money | None = None
    whole: str | None = None


class ClassUse(_Compared):
    """What was spent on one class, its share of all, and what for."""

    kind: Literal["class_use"] = "class_use"
    subject: NamedSubject
    amount: Money | None = None
    share_pct: Money | None = None
    use: str | None = None


class ProjectExecution(_Statement):
    """A project's money and what came of it. ``project`` is its name without the word 项目 at the end."""

    kind: Literal["project_execution"] = "project_execution"
    project: str
    annual_budget: Money | None = None
    executed: Money | None = None
    completion_pct: Money | None = None
    result: str | None = None


class ThreePublicItem(_Compared):
    """One of the three public expenses; ``item`` as in the rows of the form.

    Counts: vehicles bought and held, groups and persons sent abroad, receptions and guests (the
    foreign ones beside all or the domestic ones, as printed).
    """

    kind: Literal["three_public_item"] = "three_public_item"
    item: PublicItem
    initial_budget: Money | None = None
    annual_budget: Money | None = None
    adjusted_budget: Money | None = None
    budget: Money | None = None
    final: Money | None = None
    completion_pct: Money | None = None
    completion_of: BudgetBase | None = None
    share_pct: Money | None = None
    vehicles_bought: Money | None = None
    vehicles_held: Money | None = None
    trips: Money | None = None
    travellers: Money | None = None
    receptions: Money | None = None
    guests: Money | None = None
    foreign_receptions: Money | None = None
    foreign_guests: Money | None = None


class OperatingCost(_Compared):
    """机关运行经费."""

    kind: Literal["operating_cost"] = "operating_cost"
    amount: Money | None = None


class Procurement(_Statement):
    """政府采购: the total, its three kinds, and what went to small and medium enterprises.

    ``micro_share_of`` tells whether the share of small and micro enterprises is of the total or of
    what went to small and medium ones.
    """

    kind: Literal["procurement"] = "procurement"
    total: Money | None = None
    goods: Money | None = None
    works: Money | None = None
    services: Money | None = None
    sme: Money | None = None
    sme_share_pct: Money | None = None
    micro: Money | None = None
    micro_share_pct: Money | None = None
    micro_share_of: Literal["total", "sme"] | None = None
    goods_sme_share_pct: Money | None = None
    works_sme_share_pct: Money | None = None
    services_sme_share_pct: Money | None = None
    reserved_sme: Money | None = None
    reserved_micro: Money | None = None


class Equipment(Model):
    """Devices above a value: ``threshold`` in the printed unit (``100`` 万元)."""

    threshold: Money
    unit: str
    count: Money
    name: str


class Assets(_Statement):
    """Vehicles and costly equipment; ``planned`` when they are to be bought, not held."""

    kind: Literal["assets"] = "assets"
    planned: bool = False
    as_of: str | None = None
    vehicles: Money | None = None
    vehicles_by_use: dict[str, Money] = Field(default_factory=dict)
    equipment: tuple[Equipment, ...] = ()


class Personnel(_Statement):
    """Posts and people as counted in the text, by the printed word (``在职``, ``事业编制``)."""

    kind: Literal["personnel"] = "personnel"
    counts: dict[str, Money]


Statement = Annotated[
    SubjectExecution
    | TotalChange
    | TotalExecution
    | Composition
    | ClassUse
    | ProjectExecution
    | ThreePublicItem
    | OperatingCost
    | Procurement
    | Assets
    | Personnel,
    Field(discriminator="kind"),
]
"""Any statement, told apart by ``kind``."""
