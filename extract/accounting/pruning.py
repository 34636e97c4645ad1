"""In the accounting stage: the options that cannot matter, left out before and after the solver's search."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import NamedTuple

from extract.accounting.constraints import Arithmetic
from extract.tables.weighing import Address

VIOLATED = 25
"""Cost of an identity that does not hold: two of them outweigh two misread digits in one figure."""
INEXACT = 7
"""Cost of an identity that holds by rounding only, where the author's sums are exact."""
MARGIN = 6
"""An assignment this much dearer than the cheapest is still a rival."""
_TRIPLE = 3
"""With so many open cells a sum is searched for any combination, with more for one change."""
_PASSES = 6


class Option(NamedTuple):
    """A value (whole number) a cell may have, and what it costs to believe it."""

    value: int
    cost: int


Domains = Mapping[Address, Sequence[Option]]
"""Options of the open cells, what was read first; every other cell is as read."""


class _Sum:
    """An identity with what its open cells can add to it: any combination of few, one change of many."""

    def __init__(self, arithmetic: Arithmetic, number: int, domains: Domains) -> None:
        constraint = arithmetic.constraints[number]
        self.residual = arithmetic.off(number)
        self.slack = constraint.slack
        self.steps: dict[Address, dict[int, int]] = {}
        for cell, weight in zip(constraint.cells, constraint.weights, strict=True):
            base = arithmetic.values.get(cell, 0)
            own = {o.value: weight * (o.value - base) for o in domains.get(cell, ()) if o.value != base}
            if own:
                self.steps[cell] = own

    @cached_property
    def _owners(self) -> dict[int, Address | None]:
        """The only open cell that can add so much; None if several can."""
        found: dict[int, Address | None] = {}
        for cell, own in self.steps.items():
            for step in own.values():
                found[step] = cell if found.get(step, cell) == cell else None
        return found

    @cached_property
    def _ordered(self) -> list[int]:
        return sorted(self._owners)

    @cached_property
    def _pairs(self) -> dict[Address, list[int]]:
        """What the two other open cells of three can add together, in order."""
        if len(self.steps) != _TRIPLE:
            return {}
        found = {}
        for cell in self.steps:
            left, right = (own.values() for other, own in self.steps.items() if other != cell)
            found[cell] = sorted({a + b for a in left for b in right})
        return found

    def can_hold(self, cell: Address, value: int, slack: int) -> bool:
        """Whether the identity can hold within ``slack`` if a cell has this value."""
        wanted = -(self.residual + self.steps[cell][value])
        if abs(wanted) <= slack:
            return True
        if self._alone(cell, wanted, slack):
            return True
        pairs = self._pairs.get(cell)
        return pairs is not None and next(_between(pairs, wanted - slack, wanted + slack), None) is not None

    def tell(self, cell: Address, slack: int, *, failing: bool) -> list[int]:
        """The values of a cell with which a failing identity can hold, or a holding one cannot."""
        own = {value: step for value, step in self.steps[cell].items() if abs(step) > slack}
        if slack or cell in self._pairs:
            return [value for value in own if self.can_hold(cell, value, slack) == failing]
        owner, off = self._owners.get, self.residual
        return [
            value
            for value, step in own.items()
            if (off + step == 0 or owner(-off - step, cell) != cell) == failing
        ]

    def _alone(self, cell: Address, wanted: int, slack: int) -> bool:
        """Whether one change of another cell makes it hold."""
        if not slack:
            return self._owners.get(wanted, cell) != cell
        return any(
            self._owners[step] != cell for step in _between(self._ordered, wanted - slack, wanted + slack)
        )


def _between(ordered: Sequence[int], least: int, most: int) -> Iterator[int]:
    for place in range(bisect_left(ordered, least), len(ordered)):
        if ordered[place] > most:
            return
        yield ordered[place]


# Before the search ----------------------------------------------------------------------------


def pruned(arithmetic: Arithmetic, domains: Domains) -> dict[Address, tuple[Option, ...]]:
    """The options that can belong to a cheapest assignment or a rival of it, what was read among them.

    An option pays if the failing identities that can hold with it outweigh its cost and the
    holding ones that must then fail. Whether an identity can hold is asked of every combination
    of the other open cells in a short one, of one further change in a long one.
    """
    current = {cell: tuple(options) for cell, options in domains.items()}
    numbers = {n for cell in domains for n in arithmetic.by_cell.get(cell, ())}
    worth: _Worth = {}
    todo = {n for n in numbers if _is_failing(arithmetic, n)}
    untouched = numbers - todo
    for _ in range(_PASSES):
        for number in sorted(todo):
            worth[number] = _gains(arithmetic, number, current)
        touched = {cell for number in todo for cell in arithmetic.constraints[number].cells}
        fewer = {cell: _paying(arithmetic, cell, current[cell], worth) for cell in current if cell in touched}
        changed = [cell for cell, options in fewer.items() if len(options) < len(current[cell])]
        current |= fewer
        todo = {n for cell in changed for n in arithmetic.by_cell[cell]} | untouched
        untouched = set()
    return current


_Worth = dict[int, dict[Address, dict[int, int]]]
"""What an identity is worth to the options of its cells."""


def _is_failing(arithmetic: Arithmetic, number: int) -> bool:
    slack = 0 if arithmetic.exact else arithmetic.constraints[number].slack
    return abs(arithmetic.off(number)) > slack


def _paying(
    arithmetic: Arithmetic, cell: Address, options: Sequence[Option], worth: _Worth
) -> tuple[Option, ...]:
    base = arithmetic.values.get(cell, 0)
    usual = next((option.cost for option in options if option.value == base), 0)
    kept = (options[0].value, base)
    known = (worth.get(number) for number in arithmetic.by_cell[cell])
    own = [gains[cell] for gains in known if gains is not None and cell in gains]
    return tuple(
        option
        for option in options
        if option.value in kept
        or sum(gains.get(option.value, 0) for gains in own) - (option.cost - usual) + MARGIN >= 0
    )


def _gains(arithmetic: Arithmetic, number: int, domains: Domains) -> dict[Address, dict[int, int]]:
    """What an identity is worth to each option: its cost if it can hold now, minus it if it no longer can."""
    sums = _Sum(arithmetic, number, domains)
    slack = 0 if arithmetic.exact else sums.slack
    failing = abs(sums.residual) > slack
    worth = VIOLATED if failing else -VIOLATED
    return {cell: dict.fromkeys(sums.tell(cell, slack, failing=failing), worth) for cell in sums.steps}


# After the search -----------------------------------------------------------------------------


class _Stake(NamedTuple):
    """What an option costs more than the assigned one, and what identities lose by it at least."""

    extra: int
    losses: Mapping[int, int]

    def shared(self, savers: Mapping[int, int], spared: Mapping[int, int]) -> int:
        """The price of the option where others may spoil the same identities, or have already."""
        return self.extra + sum(
            loss if loss < 0 else loss // max(1, savers.get(number, 1))
            for number, loss in self.losses.items()
            if loss < 0 or number not in spared
        )


_Stakes = Mapping[Address, Mapping[int, _Stake]]


def contestable(arithmetic: Arithmetic, domains: Domains) -> dict[Address, tuple[Option, ...]]:
    """The options that can belong to a rival of an assignment, the assigned one among them.

    ``arithmetic`` has the values assigned. What a rival costs more is the sum of what its options cost
    more, and of the identities they spoil. Options that are cheaper than the assigned ones (what was
    read) can make up for dearer ones; what they spoil is shared among as many of them as may spoil
    the same. An option is left out if even so a rival with it costs more than the margin.
    """
    current = {cell: tuple(options) for cell, options in domains.items()}
    while True:
        stakes = dict(_stakes(arithmetic, current))
        bounds = _Bounds(arithmetic, stakes)
        fewer = {
            cell: tuple(o for o in options if o.value not in stakes[cell] or bounds.rivals(cell, o.value))
            for cell, options in current.items()
        }
        if fewer == current:
            return current
        current = fewer


def _stakes(arithmetic: Arithmetic, domains: Domains) -> Iterator[tuple[Address, dict[int, _Stake]]]:
    numbers = dict.fromkeys(n for cell in domains for n in arithmetic.by_cell.get(cell, ()))
    sums = {n: _Sum(arithmetic, n, domains) for n in numbers}
    for cell, options in domains.items():
        base = arithmetic.values.get(cell, 0)
        usual = next((option.cost for option in options if option.value == base), 0)
        yield (
            cell,
            {
                option.value: _Stake(
                    option.cost - usual,
                    {
                        n: loss
                        for n in arithmetic.by_cell.get(cell, ())
                        if (loss := _loss(sums[n], cell, option.value, exact=arithmetic.exact))
                    },
                )
                for option in options
                if option.value != base
            },
        )


def _loss(identity: _Sum, cell: Address, value: int, *, exact: bool) -> int:
    """What an identity costs more at least if a cell has this value; less than 0 if it may hold then."""
    rounded = INEXACT if exact and identity.slack else 0
    off = abs(identity.residual)
    now = (VIOLATED if off > identity.slack else 0) + (rounded if off else 0)
    if not identity.can_hold(cell, value, identity.slack):
        return VIOLATED + rounded - now
    return (rounded if rounded and not identity.can_hold(cell, value, 0) else 0) - now


class _Bounds:
    """The least that rivals with an option can cost more than the assignment."""

    def __init__(self, arithmetic: Arithmetic, stakes: _Stakes) -> None:
        self._by_cell = arithmetic.by_cell
        self._stakes = stakes
        self._saving = {
            cell: [stake for stake in own.values() if stake.shared({}, stake.losses) < 0]
            for cell, own in stakes.items()
        }
        self._beside: dict[int, list[Address]] = {}
        for cell, saving in self._saving.items():
            for number in self._by_cell.get(cell, ()) if saving else ():
                self._beside.setdefault(number, []).append(cell)
        self._savers = {number: len(cells) for number, cells in self._beside.items()}
        self._least = {cell: self._least_of(cell, {}) for cell, saving in self._saving.items() if saving}
        self._sum = sum(self._least.values())

    def _least_of(self, cell: Address, spared: Mapping[int, int]) -> int:
        return min(0, *(stake.shared(self._savers, spared) for stake in self._saving[cell]), 0)

    def rivals(self, cell: Address, value: int) -> bool:
        """Whether a rival with this option may be within the margin."""
        stake = self._stakes[cell][value]
        own = stake.extra + sum(stake.losses.values())
        if own + self._sum - self._least.get(cell, 0) > MARGIN:
            near = {
                other for n, loss in stake.losses.items() if loss > 0 for other in self._beside.get(n, ())
            }
            others = sum(self._least_of(other, stake.losses) - self._least[other] for other in near - {cell})
            return own + self._sum - self._least.get(cell, 0) + others <= MARGIN
        return True
