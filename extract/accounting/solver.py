"""In the accounting stage: the cheapest readings under which the identities of a document hold.

The approach is that of cardinality-minimal repair under aggregate constraints (Flesca, Furfaro
and Parisi, 2005-2010), with costs from the reader, solved exactly with OR-tools CP-SAT.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from time import process_time
from typing import TYPE_CHECKING

from extract.accounting.constraints import Arithmetic, Constraint
from extract.accounting.pruning import INEXACT, MARGIN, VIOLATED, Domains, Option, contestable
from extract.tables.weighing import Address

if TYPE_CHECKING:
    from ortools.sat.python.cp_model import CpModel, IntVar, LinearExprT

_SHARE = 0.5
"""Of the budget left, for one component."""
_AT_MOST = 3.0
"""Seconds of the processor that the parts of a round may take, whatever the solver counts: a guard."""


@dataclass(frozen=True)
class Answer:
    """The values of the changed cells of the cheapest assignment; the ``doubtful`` ones have rivals.

    ``finished`` is false where the solver ran out of time: then nothing is proven.
    """

    changed: Mapping[Address, int]
    doubtful: frozenset[Address]
    finished: bool


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

    numbers = {number for cell in wanted for number in arithmetic.by_cell.get(cell, ())}
    for number in sorted(numbers):
        group = [cell for cell in arithmetic.constraints[number].cells if cell in joined]
        for cell in group[1:]:
            joined[root(cell)] = root(group[0])
    found: dict[Address, list[Address]] = {}
    for cell in wanted:
        found.setdefault(root(cell), []).append(cell)
    return list(found.values())


# Solving --------------------------------------------------------------------------------------


Known = dict[Hashable, Answer]
"""Answers to components, by all that they depend on."""


class Solver:
    """Solves one component after the other within one budget of deterministic time.

    ``known`` answers are given again, and added to. What the solver counts leaves out its preparations;
    should they take seconds, the clock ends the search.
    """

    def __init__(self, arithmetic: Arithmetic, budget: float, known: Known | None = None) -> None:
        self.arithmetic = arithmetic
        self.left = budget
        self._start = process_time()
        self._known: Known = {} if known is None else known

    def solve(self, domains: Domains) -> Answer:
        """The cheapest assignment of one component, and which of its changes have rivals."""
        key = self._key(domains)
        if key not in self._known:
            self._known[key] = self._solved(domains)
        return self._known[key]

    def _key(self, domains: Domains) -> Hashable:
        """The component: its options, and what its identities are off."""
        numbers = {n for cell in domains for n in self.arithmetic.by_cell.get(cell, ())}
        constraints = self.arithmetic.constraints
        sums = frozenset(
            (constraints[n].cells, constraints[n].slack, self.arithmetic.off(n)) for n in numbers
        )
        return sums, tuple((cell, tuple(options)) for cell, options in domains.items()), self.arithmetic.exact

    def _solved(self, domains: Domains) -> Answer:
        best = self._run(_Model(self.arithmetic, domains))
        if best is None:
            return Answer({}, frozenset(), finished=False)
        changed = {cell: value for cell, value in best.items() if value != domains[cell][0].value}
        doubtful = self._doubtful(domains, best, changed)
        return Answer(changed, doubtful or frozenset(), finished=doubtful is not None)

    def _doubtful(
        self, domains: Domains, best: Mapping[Address, int], changed: Mapping[Address, int]
    ) -> frozenset[Address] | None:
        """The changed cells that another value suits nearly as well; None where time ran out.

        Options that belong to no rival are left out first, and what is left falls into parts. The
        best of all is the best in every part.
        """
        assigned = self.arithmetic.with_values(best)
        left = {cell: o for cell, o in contestable(assigned, domains).items() if len(o) > 1}
        doubtful: set[Address] = set()
        for cells in components(assigned, left):
            settled = {cell: changed[cell] for cell in cells if cell in changed}
            rivals = self._rivals(assigned, {cell: left[cell] for cell in cells}, settled)
            if rivals is None:
                return None
            doubtful |= rivals
        return frozenset(doubtful)

    def _rivals(
        self, assigned: Arithmetic, domains: Domains, settled: dict[Address, int]
    ) -> set[Address] | None:
        """The settled cells of one part that have another value in some assignment within the margin."""
        doubtful: set[Address] = set()
        if not settled:
            return doubtful
        model = _Model(assigned, domains)
        if self._run(model) is None:
            return None
        model.limit(model.cost + MARGIN)
        while settled:
            model.differ(settled)
            rival = self._run(model, refuting=True)
            if rival is None:
                return doubtful if model.refuted else None
            doubtful |= {cell for cell, value in settled.items() if rival[cell] != value}
            settled = {cell: value for cell, value in settled.items() if cell not in doubtful}
        return doubtful

    def _run(self, model: _Model, *, refuting: bool = False) -> dict[Address, int] | None:
        if self.left <= 0:
            model.refuted = False
            return None
        values, spent = model.run(self.left * _SHARE, refuting=refuting)
        self.left -= spent
        if process_time() - self._start > _AT_MOST:
            self.left = 0.0
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

    def run(self, limit: float, *, refuting: bool = False) -> tuple[dict[Address, int] | None, float]:
        """The values of the open cells and the deterministic seconds spent; None when there are none.

        ``refuted`` tells whether that was proven. Cores find the cheapest assignment
        soonest; that there is no other (``refuting``), the linear relaxation shows.
        """
        from ortools.sat.python import cp_model

        solver = cp_model.CpSolver()
        solver.parameters.num_workers = 1
        solver.parameters.random_seed = 0
        solver.parameters.optimize_with_core = not refuting
        solver.parameters.linearization_level = 2 if refuting else 0
        solver.parameters.cp_model_probing_level = 0
        solver.parameters.symmetry_level = 0
        solver.parameters.max_deterministic_time = limit
        solver.parameters.max_time_in_seconds = _AT_MOST
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
