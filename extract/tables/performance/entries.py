"""In the tables stage: entries of a performance table while they are being read."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import pairwise

from extract.tables.amounts import normalised, parse_amount
from extract.tables.performance.levels import belong_together
from extract.tables.performance.sheets import SheetCell
from extract.tables.performance.values import (
    Compared,
    Weighed,
    comparator_in,
    compared,
    points,
    tidy,
    weighed,
)
from models.base import Place
from models.performance import Comparator, Goal, Indicator, Performance, PerformanceFlag

TEXTS = ("target", "actual", "content", "criterion", "category", "reason")
"""Fields of an indicator that are texts and may go on below."""
_VALUES = frozenset({"target", "actual", "score", "weight", "unit", "comparator", "remark"})
_FULL = 2
_FEW = 3


@dataclass
class Level:
    """The name of a level as printed so far; its weight may follow in the next row."""

    text: str = ""
    doubted: bool = False

    @property
    def name(self) -> str | None:
        """The name; of a weight whose end went lost nothing is left behind it."""
        return re.sub(r"[(（][\d.]*分?$", "", self._weighed.name) or None

    @property
    def weight(self) -> Decimal | None:
        return self._weighed.weight

    @property
    def _weighed(self) -> Weighed:
        """Some authors leave out 分 behind the weight of a level."""
        return weighed(re.sub(r"(\d)\s*([)）])$", r"\1分\2", self.text))


@dataclass
class Draft:
    """An indicator as printed: the cells of each field, and the ``columns`` its table has."""

    goal: int | None
    level1: Level
    level2: Level
    cells: dict[str, list[SheetCell]] = field(default_factory=dict)
    flags: set[PerformanceFlag] = field(default_factory=set)
    columns: frozenset[str] = frozenset()

    def text(self, name: str) -> str:
        return tidy(" ".join(cell.text for cell in self.cells.get(name, ())))

    def add(self, name: str, cells: Sequence[SheetCell]) -> None:
        self.cells.setdefault(name, []).extend(cells)

    @property
    def empty(self) -> bool:
        return not any(self.text(name) for name in ("name", "target", "actual", "score"))

    def indicator(self) -> Indicator:
        """What the cells say, figures as decimals."""
        named = weighed(self.text("name"))
        target = self._target()
        unit = self.text("unit") or target.unit
        flags = self.flags | ({"unnamed"} if not named.name else set())
        broken = {name for name in ("target", "actual") if self._in_pieces(name)}
        return Indicator(
            goal=self.goal,
            level1=self.level1.name,
            level1_weight=self.level1.weight,
            level2=self.level2.name,
            level2_weight=self.level2.weight,
            name=named.name or None,
            comparator=self._comparator(target),
            target=self.text("target") or None,
            target_value=target.value if "target" not in broken else None,
            unit=unit if "target" not in broken else None,
            actual=self.text("actual") or None,
            actual_value=compared(self.text("actual")).value if "actual" not in broken else None,
            weight=self._weight(named.weight),
            score=points(self.text("score")),
            content=self.text("content") or None,
            criterion=self.text("criterion") or None,
            category=self.text("category") or None,
            reason=self.text("reason") or None,
            page=self.page,
            flags=tuple(sorted(flags | ({"pieces"} if broken else set()))),
            cells={name: place for name, cells in self.cells.items() if (place := placed(cells))},
        )

    def _in_pieces(self, name: str) -> bool:
        """Whether cells side by side were put together to a value that holds figures."""
        cells = self.cells.get(name, ())
        beside = len(cells) >= _FULL and len({cell.start for cell in cells}) > 1
        return beside and any(char.isdigit() for char in self.text(name))

    def _target(self) -> Compared:
        return compared(self.text("target"))

    def _comparator(self, target: Compared) -> Comparator | None:
        printed = self.text("comparator")
        return comparator_in(printed) or (target.comparator if self._says(target, printed) else None)

    def _says(self, target: Compared, printed: str) -> bool:
        """Whether the target itself tells its comparator: none is inferred beside a printed 定量."""
        return bool(self.text("target")) and not (target.comparator == "定性" and printed)

    def _weight(self, named: Decimal | None) -> Decimal | None:
        for name in ("weight", "remark"):
            found = points(self.text(name))
            if found is not None:
                return found
        return named

    @property
    def page(self) -> int | None:
        """The page the indicator begins on."""
        return next((cell.page for cells in self.cells.values() for cell in cells if cell.page), None)


def placed(cells: Sequence[SheetCell]) -> Place | None:
    """Where a value stands: its text, and page and box of its first cell."""
    if not cells:
        return None
    return Place(page=cells[0].page, text=" ".join(cell.text for cell in cells), bbox=cells[0].box)


def doubt_levels(drafts: Sequence[Draft]) -> None:
    """Doubt the indicators of a picture whose level the grid does not prove.

    It is proven when both levels stand in cells that hold the indicator's, and go together.
    """
    for draft in drafts:
        outer, inner = draft.level1.name, draft.level2.name
        doubted = draft.level1.doubted or draft.level2.doubted
        if doubted or (inner and not (outer and belong_together(outer, inner))):
            draft.flags.add("unsure")


def doubt_pieces(drafts: Sequence[Draft]) -> None:
    """Doubt the indicators of a picture that may have lost a sign, or the end of their name.

    A sign alone in its cell is what recognition loses first, or takes for a figure (``≥`` for 2).
    A name without any value beside it may be the rest of the one above.
    """
    for draft in drafts:
        if "comparator" in draft.columns and not _has_sign(draft.text("comparator")):
            draft.flags.add("unsure")
    for draft, below in pairwise(drafts):
        if not _VALUES & below.cells.keys():
            draft.flags.add("unsure")


def _has_sign(text: str) -> bool:
    return comparator_in(text) is not None or "定" in text


def doubt_blanks(drafts: Sequence[Draft]) -> None:
    """Doubt the indicators that lack what nearly all others of their table print.

    A sign alone in its cell, an ``=`` above all, is what the recognition of a picture loses first.
    """
    tellings: tuple[Callable[[Draft], object], ...] = (
        lambda draft: draft.text("target"),
        lambda draft: draft.level2.name,
        _compares,
    )
    for tells in tellings:
        blank = [draft for draft in drafts if not tells(draft)]
        if len(drafts) >= _FEW and 2 * len(blank) < len(drafts):
            for draft in blank:
                draft.flags.add("unsure")


def _compares(draft: Draft) -> bool:
    """Whether a comparator is told: in its own cell, as the kind of figure (定量), or by the target."""
    printed = draft.text("comparator")
    return bool(comparator_in(printed) or "定量" in printed or compared(draft.text("target")).comparator)


@dataclass
class GoalDraft:
    """An annual target while its row is read."""

    number: int
    name: str
    score: Decimal | None = None
    page: int | None = None

    def goal(self) -> Goal:
        named = weighed(self.name)
        return Goal(
            number=self.number, name=named.name or None, weight=named.weight, score=self.score, page=self.page
        )


@dataclass
class Entry:
    """One project, or the organisation, while its rows are read."""

    facts: dict[str, list[SheetCell]] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    figures: dict[str, Decimal] = field(default_factory=dict)
    money_unit: str | None = None
    goals: list[GoalDraft] = field(default_factory=list)
    drafts: list[Draft] = field(default_factory=list)
    flags: set[PerformanceFlag] = field(default_factory=set)

    def state(self, name: str, cells: Sequence[SheetCell], text: str | None = None) -> None:
        """Note a fact where it is first told; ``text`` where it is but a part of the cells."""
        if cells and name not in self.facts:
            self.facts[name] = list(cells)
            self.texts[name] = text if text is not None else " ".join(cell.text for cell in cells)

    def text(self, name: str) -> str | None:
        return tidy(self.texts.get(name, "")) or None

    def performance(self) -> Performance:
        """What was read; a lone annual target without a name is none."""
        if len(self.goals) == 1 and not self.goals[0].name:
            self.goals.clear()
            for draft in self.drafts:
                draft.goal = None
        indicators = tuple(draft.indicator() for draft in self.drafts if not draft.empty)
        return Performance(
            code=self.text("code"),
            project=self.text("project"),
            department=self.text("department"),
            unit=self.text("unit") or self.text("organisation"),
            objective=self.text("objective"),
            money_unit=self.money_unit,
            goals=tuple(goal.goal() for goal in self.goals),
            indicators=indicators,
            flags=tuple(sorted(self.flags)),
            cells={name: place for name, cells in self.facts.items() if (place := placed(cells))},
            **self.figures,
        )

    @property
    def empty(self) -> bool:
        return not (self.figures or self.goals or any(not draft.empty for draft in self.drafts))


def same_name(left: str, right: str) -> bool:
    return normalised(left) == normalised(right)


def first_figure(cells: Sequence[SheetCell]) -> tuple[SheetCell, Decimal] | None:
    """The first cell that is a figure, and what it is."""
    for cell in cells:
        value = parse_amount(cell.text)
        if value is not None:
            return cell, value
    return None
