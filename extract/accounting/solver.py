"""In the accounting stage: the cheapest readings under which the identities of a document hold.

The approach is that of cardinality-minimal repair under aggregate constraints (Flesca, Furfaro
and Parisi, 2005-2010), with costs from the reader, solved exactly with OR-tools CP-SAT.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from extract.accounting.constraints import Arithmetic, Constraint
from extract.tables.weighing import Address

if TYPE_CHECKING:
    from ortools.sat.python.cp_model import CpModel, IntVar, LinearExprT

VIOLATED = 25
"""Cost of an identity that does not hold: two of them outweigh two misread digits in one figure."""
INEXACT = 7
"""Cost of an identity that holds by rounding only, where the author's sums are exact."""
MARGIN = 6
"""An assignment this much dearer than the cheapest is still a rival."""
_PAIRED = 2
"""With so many other open cells a sum is searched for any combination, with more for one change."""
_PASSES = 6
_SHARE = 0.5
"""Of the budget left, for one component."""


class Option(NamedTuple):
    """A value (whole number) a cell may have, and what it costs to believe it."""

    value: int
    cost: int


Domains = Mapping[Address, Sequence[Option]]
"""Options of the open cells, what was read first; every other cell is as read."""


@dataclass(frozen=True)
class Answer:
    """The values of the changed cells of the cheapest assignment; the ``doubtful`` ones have rivals.

    ``finished`` is false where the solver ran out of time: then nothing is proven.
    """

    changed: Mapping[Address, int]
    doubtful: frozenset[Address]
    finished: bool


# Leaving out what cannot matter ---------------------------------------------------------------


def pruned(arithmetic: Arithmetic, domains: Domains) -> dict[Address, tuple[Option, ...]]:
    """The options that can belong to a cheapest assignment or a rival of it, what was read among them.

    An option pays if the failing identities that can hold with it outweigh its cost and the
    holding ones that must then fail. Whether an identity can hold is asked of every combination
    of the other open cells in a short one, of one further change in a long one.
    """
    current = {cell: tuple(options) for cell, options in domains.items()}
    numbers = {n for cell in domains for n in arithmetic.by_cell.get(cell, ())}
    worth: dict[int, dict[tuple[Address, int], int]] = {}
    for _ in range(_PASSES):
        for number in sorted(numbers):
            worth[number] = dict(_gains(arithmetic, arithmetic.constraints[number], current))
        touched = {cell for number in numbers for cell in arithmetic.constraints[number].cells}
        fewer = {cell: _paying(arithmetic, cell, current[cell], worth) for cell in current if cell in touched}
        changed = [cell for cell, options in fewer.items() if len(options) < len(current[cell])]
        current |= fewer
        numbers = {n for cell in changed for n in arithmetic.by_cell[cell]}
    return current


def _paying(
    arithmetic: Arithmetic,
    cell: Address,
    options: Sequence[Option],
    worth: Mapping[int, Mapping[tuple[Address, int], int]],
) -> tuple[Option, ...]:
    base = arithmetic.values.get(cell, 0)
    usual = next((option.cost for option in options if option.value == base), 0)
    kept = (options[0].value, base)
    own = [worth[number] for number in arithmetic.by_cell[cell]]
    return tuple(
        option
        for option in options
        if option.value in kept
        or sum(gains.get((cell, option.value), 0) for gains in own) - (option.cost - usual) + MARGIN >= 0
    )


def _gains(
    arithmetic: Arithmetic, constraint: Constraint, domains: Domains
) -> Iterator[tuple[tuple[Address, int], int]]:
    """What an identity is worth to each option: its cost if it can hold now, minus it if it no longer can."""
    values = arithmetic.values
    residual = arithmetic.residual(constraint, values)
    slack = 0 if arithmetic.exact else constraint.slack
    failing = abs(residual) > slack
    steps: dict[Address, list[tuple[int, int]]] = {}
    for cell, weight in zip(constraint.cells, constraint.weights, strict=True):
        if cell in domains:
            base = values.get(cell, 0)
            own = [(weight * (o.value - base), o.value) for o in domains[cell] if o.value != base]
            if own:
                steps[cell] = own
    for cell, own in steps.items():
        reachable = _Reachable([steps[other] for other in steps if other != cell], slack)
        for step, value in own:
            if abs(step) > slack and reachable.covers(-(residual + step)) == failing:
                yield (cell, value), VIOLATED if failing else -VIOLATED


class _Reachable:
    """What other open cells can add to a residual: any combination of few, one change of many."""

    def __init__(self, others: Sequence[Sequence[tuple[int, int]]], slack: int) -> None:
        self.slack = slack
        lists = [[0, *(step for step, _ in each)] for each in others]
        self.pair = lists if len(lists) == _PAIRED else None
        sums = lists[0] if self.pair else [step for each in lists for step in each]
        self.sorted = sorted({0, *sums})
        self.exactly = frozenset(self.sorted)

    def covers(self, wanted: int) -> bool:
        if self.pair:
            return any(self._has(wanted - step) for step in self.pair[1])
        return self._has(wanted)

    def _has(self, wanted: int) -> bool:
        if not self.slack:
            return wanted in self.exactly
        place = bisect_left(self.sorted, wanted - self.slack)
        return place < len(self.sorted) and self.sorted[place] <= wanted + self.slack


# Parts that have nothing to do with each other ------------------------------------------------


def components(arithmetic: Arithmetic, cells: Iterable[Address]) -> list[list[Address]]:
    """Open cells, grouped by the identities that join them; in document order."""
    wanted = list(cells)
    joined = {cell: cell for cell in wanted}

    def root(cell: Address) -> Address:
        while joined[cell] != cell:
            joined[cell] = joined[joined[cell]]
            cell = joined[cell]
        return cell

    groups = [[c for c in constraint.cells if c in joined] for constraint in arithmetic.constraints]
    for group in groups:
        for cell in group[1:]:
            joined[root(cell)] = root(group[0])
    found: dict[Address, list[Address]] = {}
    for cell in wanted:
        found.setdefault(root(cell), []).append(cell)
    return list(found.values())


# Solving --------------------------------------------------------------------------------------


class Solver:
    """Solves one component after the other within one budget of deterministic time."""

    def __init__(self, arithmetic: Arithmetic, budget: float) -> None:
        self.arithmetic = arithmetic
        self.left = budget

    def solve(self, domains: Domains) -> Answer:
        """The cheapest assignment of one component, and which of its changes have rivals."""
        model = _Model(self.arithmetic, domains)
        best = self._run(model)
        if best is None:
            return Answer({}, frozenset(), finished=False)
        changed = {cell: value for cell, value in best.items() if value != domains[cell][0].value}
        doubtful: set[Address] = set()
        model.limit(model.cost + MARGIN)
        while settled := {cell: value for cell, value in changed.items() if cell not in doubtful}:
            model.differ(settled)
            rival = self._run(model)
            if rival is None:
                return Answer(changed, frozenset(doubtful), finished=model.refuted)
            doubtful |= {cell for cell, value in settled.items() if rival[cell] != value}
        return Answer(changed, frozenset(doubtful), finished=True)

    def _run(self, model: _Model) -> dict[Address, int] | None:
        if self.left <= 0:
            model.refuted = False
            return None
        values, spent = model.run(self.left * _SHARE)
        self.left -= spent
        return values


class _Model:
    """One component as a CP-SAT model: a choice per cell, and for each identity whether it holds."""

    def __init__(self, arithmetic: Arithmetic, domains: Domains) -> None:
        from ortools.sat.python.cp_model import CpModel

        self.model: CpModel = CpModel()
        self.domains = domains
        self.refuted = False
        self.cost = 0
        self.chosen: dict[Address, list[IntVar]] = {}
        self._costs: list[LinearExprT] = []
        self._exact = arithmetic.exact
        for cell, options in domains.items():
            self._add_cell(cell, options)
        for number in sorted({n for cell in domains for n in arithmetic.by_cell.get(cell, ())}):
            self._add_identity(arithmetic, arithmetic.constraints[number])
        self.model.minimize(sum(self._costs))

    def _add_cell(self, cell: Address, options: Sequence[Option]) -> None:
        choices = [self.model.new_bool_var("") for _ in options]
        self.model.add_exactly_one(choices)
        self.model.add_hint(choices[0], 1)
        self.chosen[cell] = choices
        self._costs += [
            option.cost * choice for option, choice in zip(options, choices, strict=True) if option.cost
        ]

    def _add_identity(self, arithmetic: Arithmetic, constraint: Constraint) -> None:
        open_cells = [cell for cell in constraint.cells if cell in self.domains]
        weights = dict(zip(constraint.cells, constraint.weights, strict=True))
        fixed = sum(
            weight * arithmetic.values.get(cell, 0)
            for cell, weight in weights.items()
            if cell not in self.domains
        )
        total = fixed + sum(
            weights[cell] * option.value * choice
            for cell in open_cells
            for option, choice in zip(self.domains[cell], self.chosen[cell], strict=True)
            if option.value
        )
        holds = self.model.new_bool_var("")
        self._within(total, constraint.slack, holds)
        self._explain(arithmetic, constraint, open_cells, constraint.slack, holds)
        self._costs.append(VIOLATED * (1 - holds))
        if self._exact and constraint.slack:
            exact = self.model.new_bool_var("")
            self._within(total, 0, exact)
            self._explain(arithmetic, constraint, open_cells, 0, exact)
            self._costs.append(INEXACT * (1 - exact))

    def _explain(
        self,
        arithmetic: Arithmetic,
        constraint: Constraint,
        cells: Sequence[Address],
        slack: int,
        holds: IntVar,
    ) -> None:
        """What the sum implies, said plainly: one that fails needs a change, a change another against it.

        Redundant, but it lets the solver count instead of adding.
        """
        residual = arithmetic.residual(constraint, arithmetic.values)
        weights = dict(zip(constraint.cells, constraint.weights, strict=True))
        kept = {cell: self._choice(cell, arithmetic.values.get(cell, 0)) for cell in cells}
        if abs(residual) > slack:
            self.model.add_bool_or([~holds, *(~choice for choice in kept.values())])
        for cell in cells:
            base = arithmetic.values.get(cell, 0)
            others = [~choice for other, choice in kept.items() if other != cell]
            for option, choice in zip(self.domains[cell], self.chosen[cell], strict=True):
                step = weights[cell] * (option.value - base)
                if option.value != base and abs(residual + step) > slack:
                    self.model.add_bool_or([~holds, ~choice, *others])

    def _within(self, total: LinearExprT, slack: int, holds: IntVar) -> None:
        if isinstance(total, int):
            self.model.add(holds == int(abs(total) <= slack))
        else:
            self.model.add_linear_constraint(total, -slack, slack).only_enforce_if(holds)

    def limit(self, cost: int) -> None:
        """From now on no assignment may cost more."""
        self.model.add(sum(self._costs) <= cost)

    def differ(self, settled: Mapping[Address, int]) -> None:
        """At least one of these cells must have another value."""
        self.model.add_bool_or([~self._choice(cell, value) for cell, value in settled.items()])

    def _choice(self, cell: Address, value: int) -> IntVar:
        options = self.domains[cell]
        return next(c for c, o in zip(self.chosen[cell], options, strict=True) if o.value == value)

    def run(self, limit: float) -> tuple[dict[Address, int] | None, float]:
        """The values of the open cells and the deterministic seconds spent; None when there are none.

        ``refuted`` tells whether that was proven.
        """
        from ortools.sat.python import cp_model

        solver = cp_model.CpSolver()
        solver.parameters.num_workers = 1
        solver.parameters.random_seed = 0
        solver.parameters.max_deterministic_time = limit
        status = solver.solve(self.model)
        spent = max(solver.response_proto.deterministic_time, 1e-4)
        self.refuted = status == cp_model.INFEASIBLE
        if status not in (cp_model.OPTIMAL,):
            return None, spent
        self.cost = round(solver.objective_value)
        values = {
            cell: next(o.value for c, o in zip(choices, self.domains[cell], strict=True) if solver.value(c))
            for cell, choices in self.chosen.items()
        }
        return values, spent
