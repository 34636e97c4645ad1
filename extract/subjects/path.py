"""In the subjects stage: the cheapest way to read a whole column, and how much dearer every other is.

The column is a chain: each row is in one of its states, at a cost, and so is each step from one
row's state to the next. The cheapest chain is found by dynamic programming (Viterbi, 1967); costs
forward and backward added give the cheapest chain through every single state (min-sum messages),
and with them how sure each row's state is.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

StateT = TypeVar("StateT")


@dataclass(frozen=True, slots=True)
class Option(Generic[StateT]):
    """One state a row can be in, and what that costs by itself."""

    state: StateT
    cost: float


@dataclass(frozen=True, slots=True)
class Chosen(Generic[StateT]):
    """A row's state on the cheapest chain; ``margin`` is what the chain costs more with any other."""

    state: StateT
    margin: float


def cheapest_chain(
    rows: Sequence[Sequence[Option[StateT]]], step: Callable[[StateT, StateT], float]
) -> list[Chosen[StateT]]:
    """The cheapest state of every row, all rows considered together.

    Every row needs at least one option; of equally cheap ones the first is taken, with margin 0.
    ``step`` is the cost of two states of neighbouring rows standing one below the other.
    """
    if not rows:
        return []
    steps = [
        [[step(above.state, below.state) for above in upper] for below in lower]
        for upper, lower in itertools.pairwise(rows)
    ]
    forward = _forward(rows, steps)
    backward = _backward(rows, steps)
    through = [
        [ahead + behind for ahead, behind in zip(*pair, strict=True)]
        for pair in zip(forward, backward, strict=True)
    ]
    picks = _traced(forward, steps)
    return [
        Chosen(row[pick].state, _margin(costs, pick))
        for row, costs, pick in zip(rows, through, picks, strict=True)
    ]


def _forward(
    rows: Sequence[Sequence[Option[StateT]]], steps: Sequence[Sequence[Sequence[float]]]
) -> list[list[float]]:
    costs = [[option.cost for option in rows[0]]]
    for row, table in zip(rows[1:], steps, strict=True):
        costs.append([option.cost + _least(line, costs[-1]) for option, line in zip(row, table, strict=True)])
    return costs


def _backward(
    rows: Sequence[Sequence[Option[StateT]]], steps: Sequence[Sequence[Sequence[float]]]
) -> list[list[float]]:
    """What the rows below cost, for each state of a row."""
    costs = [[0.0 for _ in rows[-1]]]
    for row, table in zip(reversed(rows[1:]), reversed(steps), strict=True):
        below = [option.cost + cost for option, cost in zip(row, costs[-1], strict=True)]
        width = len(table[0])
        costs.append(
            [
                min(line[above] + cost for line, cost in zip(table, below, strict=True))
                for above in range(width)
            ]
        )
    return costs[::-1]


def _least(line: Sequence[float], before: Sequence[float]) -> float:
    return min(step + cost for step, cost in zip(line, before, strict=True))


def _traced(forward: Sequence[Sequence[float]], steps: Sequence[Sequence[Sequence[float]]]) -> list[int]:
    """The cheapest chain from its end to its beginning, turned round."""
    last = forward[-1]
    picks = [min(range(len(last)), key=last.__getitem__)]
    for costs, table in zip(reversed(forward[:-1]), reversed(steps), strict=True):
        sums = [step + cost for step, cost in zip(table[picks[-1]], costs, strict=True)]
        picks.append(min(range(len(sums)), key=sums.__getitem__))
    return picks[::-1]


def _margin(costs: Sequence[float], pick: int) -> float:
    others = [cost for place, cost in enumerate(costs) if place != pick]
    return min(others) - costs[pick] if others else float("inf")
