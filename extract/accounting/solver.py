"""In the accounting stage: the cheapest readings under which the identities of a document hold.

The approach is that of cardinality-minimal repair under aggregate constraints (Flesca, Furfaro
and Parisi, 2005-2010), with costs from the reader, solved exactly with OR-tools CP-SAT.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
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
_PAIRED = 3
"""Sums with so few open cells are searched for any combination, longer ones for two changes."""
_LARGEST = 10**15


class Option(NamedTuple):
    """A value (whole number) a cell may have, and what it costs to believe it."""

    value: int
    cost: int


class Move(NamedTuple):
    """A value that may have slid from its own cell into the next one, which it then occupies."""

    own: Address
    found: Address
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


def pruned(arithmetic: Arithmetic, domains: Domains, moves: Sequence[Move]) -> dict[Address, tuple[Option, ...]]:
    """The options with which some failing identity can hold, what was read always among them.

    Any combination of values counts in a short identity, one further change in a long one: an
    option without such support leaves all its identities as they are and is never the cheapest.
    """
    supported: dict[Address, set[int]] = {
        cell: {options[0].value, arithmetic.values.get(cell, 0)} for cell, options in domains.items()
    }
    for number in sorted({n for cell in domains for n in arithmetic.by_cell.get(cell, ())}):
        if _open_to_doubt(arithmetic, number):
            for cell, value in _supports(arithmetic, arithmetic.constraints[number], domains):
                supported[cell].add(value)
    for move in moves:
        for cell in (move.own, move.found):
            supported.setdefault(cell, set()).update(option.value for option in domains.get(cell, ()))
    return {
        cell: tuple(option for option in options if option.value in supported[cell])
        for cell, options in domains.items()
    }


def _open_to_doubt(arithmetic: Arithmetic, number: int) -> bool:
    residual = abs(arithmetic.residual(arithmetic.constraints[number], arithmetic.values))
    return residual > (0 if arithmetic.exact else arithmetic.constraints[number].slack)


def _supports(
    arithmetic: Arithmetic, constraint: Constraint, domains: Domains
) -> Iterator[tuple[Address, int]]:
    values = arithmetic.values
    residual = arithmetic.residual(constraint, values)
    steps: dict[Address, list[tuple[int, int]]] = {
        cell: [(weight * (option.value - values.get(cell, 0)), option.value) for option in domains[cell]]
        for cell, weight in zip(constraint.cells, constraint.weights, strict=True)
        if cell in domains
    }
    for cell, own in steps.items():
        others = [steps[other] for other in steps if other != cell]
        reachable = _reachable(others)
        for step, value in own:
            if _hits(reachable, -(residual + step), constraint.slack):
                yield cell, value


def _reachable(others: Sequence[Sequence[tuple[int, int]]]) -> list[int]:
    """What the other open cells can add to the residual, sorted."""
    if len(others) < _PAIRED:
        steps = [[0, *(step for step, _ in each)] for each in others]
        return sorted({sum(chosen) for chosen in product(*steps)})
    return sorted({0, *(step for each in others for step, _ in each)})


def _hits(reachable: Sequence[int], wanted: int, slack: int) -> bool:
    place = bisect_left(reachable, wanted - slack)
    return place < len(reachable) and reachable[place] <= wanted + slack


# Parts that have nothing to do with each other ------------------------------------------------


def components(arithmetic: Arithmetic, cells: Iterable[Address], moves: Sequence[Move]) -> list[list[Address]]:
    """Open cells, grouped by the identities and moves that join them; in document order."""
    wanted = list(cells)
    joined = {cell: cell for cell in wanted}

    def root(cell: Address) -> Address:
        while joined[cell] != cell:
            joined[cell] = joined[joined[cell]]
            cell = joined[cell]
        return cell

    groups = [[c for c in constraint.cells if c in joined] for constraint in arithmetic.constraints]
    for group in (*groups, *([move.own, move.found] for move in moves)):
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

    def solve(self, domains: Domains, moves: Sequence[Move]) -> Answer:
        """The cheapest assignment of one component, and which of its changes have rivals."""
        model = _Model(self.arithmetic, domains, moves)
        best = self._run(model)
        if best is None:
            return Answer({}, frozenset(), finished=False)
        changed = {cell: value for cell, value in best.items() if value != domains[cell][0].value}
        doubtful: set[Address] = set()
        model.limit(model.cost_of(best) + MARGIN)
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
        values, spent = model.run(self.left)
        self.left -= spent
        return values


class _Model:
    """One component as a CP-SAT model: a choice per cell, and for each identity whether it holds."""

    def __init__(self, arithmetic: Arithmetic, domains: Domains, moves: Sequence[Move]) -> None:
        from ortools.sat.python.cp_model import CpModel

        self.model: CpModel = CpModel()
        self.domains = domains
        self.refuted = False
        self.chosen: dict[Address, list[IntVar]] = {}
        self._costs: list[LinearExprT] = []
        self._differences: list[object] = []
        self._exact = arithmetic.exact
        for cell, options in domains.items():
            self._add_cell(cell, options)
        for move in moves:
            self._add_move(move)
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

    def _add_move(self, move: Move) -> None:
        """The value leaves one cell exactly when it enters the other; each option pays half."""
        left = [c for c, o in zip(self.chosen[move.found], self.domains[move.found], strict=True) if o.value == 0]
        read = self.domains[move.found][0].value
        came = [c for c, o in zip(self.chosen[move.own], self.domains[move.own], strict=True) if o.value == read]
        self.model.add(sum(left) == sum(came))

    def _add_identity(self, arithmetic: Arithmetic, constraint: Constraint) -> None:
        open_cells = [cell for cell in constraint.cells if cell in self.domains]
        weights = dict(zip(constraint.cells, constraint.weights, strict=True))
        fixed = sum(
            weight * arithmetic.values.get(cell, 0) for cell, weight in weights.items() if cell not in self.domains
        )
        total = fixed + sum(
            weights[cell] * option.value * choice
            for cell in open_cells
            for option, choice in zip(self.domains[cell], self.chosen[cell], strict=True)
            if option.value
        )
        holds = self.model.new_bool_var("")
        self._within(total, constraint.slack, holds)
        self._costs.append(VIOLATED * (1 - holds))
        if self._exact and constraint.slack:
            exact = self.model.new_bool_var("")
            self._within(total, 0, exact)
            self._costs.append(INEXACT * (1 - exact))

    def _within(self, total: LinearExprT, slack: int, holds: IntVar) -> None:
        if isinstance(total, int):
            self.model.add(holds == int(abs(total) <= slack))
        else:
            self.model.add_linear_constraint(total, -slack, slack).only_enforce_if(holds)

    def limit(self, cost: int) -> None:
        """From now on any assignment up to this cost will do."""
        self.model.clear_objective()
        self.model.add(sum(self._costs) <= cost)

    def differ(self, settled: Mapping[Address, int]) -> None:
        """At least one of these cells must have another value."""
        self.model.add_bool_or([~self._choice(cell, value) for cell, value in settled.items()])

    def _choice(self, cell: Address, value: int) -> IntVar:
        options = self.domains[cell]
        return next(c for c, o in zip(self.chosen[cell], options, strict=True) if o.value == value)

    def cost_of(self, values: Mapping[Address, int]) -> int:
        return round(self.objective)

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
        self.objective = solver.objective_value
        values = {
            cell: next(o.value for c, o in zip(choices, self.domains[cell], strict=True) if solver.value(c))
            for cell, choices in self.chosen.items()
        }
        return values, spent


def small_enough(value: int) -> bool:
    """Whether sums of such values stay within the solver's 64 bits."""
    return abs(value) < _LARGEST
