"""The search for the cheapest readings finds what trying all of them finds."""

from __future__ import annotations

from itertools import product

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from extract.accounting.constraints import Arithmetic, Constraint, Scale, arithmetic_of
from extract.accounting.pruning import MARGIN, VIOLATED, Option, pruned
from extract.accounting.solver import Solver, components
from tests.accounting.test_properties import accounts

CELLS = [("t1", row, "total") for row in range(5)]


@st.composite
def problems(draw):
    """A few sums over five figures, some of them failing, and two or three options for three figures."""
    values = {cell: draw(st.integers(1, 9)) for cell in CELLS}
    constraints = []
    for _ in range(draw(st.integers(1, 4))):
        cells = draw(st.lists(st.sampled_from(CELLS), min_size=2, max_size=4, unique=True))
        constraints.append(Constraint(tuple(cells), (1, *[-1] * (len(cells) - 1)), draw(st.integers(0, 1))))
    open_cells = draw(st.lists(st.sampled_from(CELLS), min_size=1, max_size=3, unique=True))
    used = {cell for constraint in constraints for cell in constraint.cells}
    domains = {}
    for cell in (cell for cell in open_cells if cell in used):
        others = draw(st.dictionaries(st.integers(1, 30), st.integers(1, 30), min_size=1, max_size=3))
        options = [Option(value, cost) for value, cost in others.items() if value != values[cell]]
        domains[cell] = (Option(values[cell], 0), *options)
    return Arithmetic(tuple(constraints), values, Scale({"t1": 0}), exact=False), domains


def cost(arithmetic, assignment):
    values = arithmetic.values | {cell: option.value for cell, option in assignment.items()}
    broken = sum(abs(arithmetic.residual(c, values)) > c.slack for c in arithmetic.constraints)
    return VIOLATED * broken + sum(option.cost for option in assignment.values())


def every(domains):
    for options in product(*domains.values()):
        yield dict(zip(domains, options, strict=True))


@settings(max_examples=60, deadline=None, derandomize=True)
@given(problems())
def test_no_reading_is_cheaper_and_what_has_rivals_is_doubtful(problem):
    arithmetic, domains = problem
    assume(domains)
    ranked = sorted((cost(arithmetic, each), n, each) for n, each in enumerate(every(domains)))
    least = ranked[0][0]
    near = [each for price, _, each in ranked if price <= least + MARGIN]
    answer = Solver(arithmetic, 5.0).solve(domains)
    assert answer.finished
    chosen = {
        cell: next(o for o in options if o.value == answer.changed.get(cell, arithmetic.values[cell]))
        for cell, options in domains.items()
    }
    assert cost(arithmetic, chosen) == least
    for cell in answer.changed.keys() - answer.doubtful:
        assert {each[cell].value for each in near} == {answer.changed[cell]}


@settings(max_examples=60, deadline=None, derandomize=True)
@given(problems())
def test_leaving_out_what_cannot_pay_changes_nothing(problem):
    arithmetic, domains = problem
    assume(domains)
    kept = pruned(arithmetic, domains)
    assert {cell: set(options) <= set(domains[cell]) for cell, options in kept.items()} == dict.fromkeys(
        domains, True
    )
    least = min(cost(arithmetic, each) for each in every(domains))
    assert min(cost(arithmetic, each) for each in every(kept)) == least


@settings(max_examples=60, deadline=None, derandomize=True)
@given(problems())
def test_parts_share_no_sum(problem):
    arithmetic, domains = problem
    parts = components(arithmetic, domains)
    assert sorted(cell for part in parts for cell in part) == sorted(domains)
    place = {cell: number for number, part in enumerate(parts) for cell in part}
    for constraint in arithmetic.constraints:
        assert len({place[cell] for cell in constraint.cells if cell in place}) <= 1


@settings(max_examples=40, deadline=None)
@given(accounts)
def test_consistent_accounts_satisfy_every_constraint_exactly(books):
    arithmetic = arithmetic_of(books.tables(), "final_accounts")
    assert arithmetic.exact
    assert arithmetic.constraints
    assert {arithmetic.residual(c, arithmetic.values) for c in arithmetic.constraints} == {0}


def test_no_time_means_no_answer():
    values = dict.fromkeys(CELLS, 1)
    arithmetic = Arithmetic((Constraint((CELLS[0], CELLS[1]), (1, -1), 0),), values, Scale({"t1": 0}), False)
    answer = Solver(arithmetic, 0.0).solve({CELLS[0]: (Option(1, 0), Option(2, 3))})
    assert (answer.finished, answer.changed) == (False, {})
