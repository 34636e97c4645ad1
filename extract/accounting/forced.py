"""In the accounting stage: misreadings so plain that no search is needed, before the solver sees the rest.

A single figure is taken for misread if one of its options puts right enough failing identities and
harms none, while no change of any other single figure would put those right. Any other explanation
leaves them failing or changes three figures and more; both cost more than the solver's margin.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from extract.accounting.constraints import Arithmetic
from extract.accounting.pruning import INEXACT, MARGIN, VIOLATED, Domains, Option
from extract.tables.weighing import Address

_DEAREST = 20
"""Three changes of digits, the fewest that could explain two sums some other way, cost far more than this."""
_OPEN_BELOW = 12
"""A cell with options cheaper than a digit taken for one like it is open: it says little itself."""
_PASSES = 8


class Effect(NamedTuple):
    """What an option does: the identities it puts right, how many it makes exact, whether it harms any."""

    fixed: frozenset[int]
    sharpened: int
    harms: bool


@dataclass
class _Search:
    arithmetic: Arithmetic
    domains: Domains
    formal: Mapping[Address, frozenset[int]]
    unread: set[Address]
    values: dict[Address, int]
    open: set[Address]
    residuals: list[int]
    stale: set[Address] = field(default_factory=set)
    """Cells whose effects must be found anew."""
    _terms: dict[Address, list[tuple[int, int, int]]] = field(default_factory=dict)

    def settle(self, cell: Address, value: int) -> None:
        """Take a cell to have this value from now on."""
        step = value - self.values.get(cell, 0)
        for number in self.arithmetic.by_cell[cell]:
            self.residuals[number] += step * self.weight(number, cell)
            self.stale.update(self.arithmetic.constraints[number].cells)
        self.values[cell] = value
        self.unread.discard(cell)
        self.open.discard(cell)

    def weight(self, number: int, cell: Address) -> int:
        return self.arithmetic.weight(number, cell)

    def effect(self, cell: Address, value: int) -> Effect:
        fixed: set[int] = set()
        sharpened = 0
        step = value - self.values.get(cell, 0)
        unread = cell in self.unread
        for number, weight, slack in self.terms(cell):
            residual = self.residuals[number]
            before = _FAILS if unread else self._state(residual, slack)
            after = self._state(residual + weight * step, slack)
            if after > before:
                return _HARM
            if before == _FAILS and after == _EXACT and (unread or self._far(residual, slack)):
                fixed.add(number)
            sharpened += before == _ROUNDED > after
        return Effect(frozenset(fixed), sharpened, harms=False)

    def asked(self, cell: Address) -> list[tuple[int, int]]:
        """The values that would put an identity of the cell right, or make it exact: from, to."""
        base = self.values.get(cell, 0)
        unread = cell in self.unread
        found = []
        for number, weight, slack in self.terms(cell):
            residual = self.residuals[number]
            if unread or residual:
                room = 0 if self.arithmetic.exact else slack
                found.append((base - weight * residual - room, base - weight * residual + room))
        return found

    def terms(self, cell: Address) -> Sequence[tuple[int, int, int]]:
        """The identities of a cell, with its weight in them and their slack."""
        if cell not in self._terms:
            self._terms[cell] = [
                (number, self.weight(number, cell), self.arithmetic.constraints[number].slack)
                for number in self.arithmetic.by_cell[cell]
            ]
        return self._terms[cell]

    def failing(self, cell: Address, value: int) -> int:
        """How many identities that speak of the cell would still fail."""
        step = value - self.values.get(cell, 0)
        return sum(
            self._state(self.residuals[number] + weight * step, slack) == _FAILS and self.closed(number, cell)
            for number, weight, slack in self.terms(cell)
        )

    def closed(self, number: int, cell: Address) -> bool:
        """Whether no other cell of an identity is open, so that it says something about this one."""
        cells = self.arithmetic.constraints[number].cells
        return all(other == cell or other not in self.open for other in cells)

    def _far(self, residual: int, slack: int) -> bool:
        """Whether a failing identity is off by more than rounding could blur."""
        return abs(residual) > (0 if self.arithmetic.exact else 2 * slack)

    def _state(self, residual: int, slack: int) -> int:
        if abs(residual) > slack:
            return _FAILS
        return _ROUNDED if residual and self.arithmetic.exact else _EXACT


_EXACT, _ROUNDED, _FAILS = 0, 1, 2
_HARM = Effect(frozenset(), 0, harms=True)
_Effects = Sequence[tuple[Option, Effect]]


def forced(
    arithmetic: Arithmetic, domains: Domains, formal: Mapping[Address, frozenset[int]], unread: set[Address]
) -> dict[Address, int]:
    """The values of the cells that are plainly misread, found one after the other.

    ``domains`` give what was read first, for ``unread`` cells (whose text is no figure) blank;
    ``formal`` the values that change the notation only, for which one identity is enough.
    """
    values = dict(arithmetic.values)
    cheap = {cell for cell, options in domains.items() if any(o.cost < _OPEN_BELOW for o in options[1:])}
    residuals = [arithmetic.residual(constraint, values) for constraint in arithmetic.constraints]
    search = _Search(
        arithmetic, domains, formal, set(unread), values, cheap | set(unread), residuals, set(domains)
    )
    found: dict[Address, int] = {}
    effects: dict[Address, _Effects] = {}
    for _ in range(_PASSES):
        effects |= {cell: _harmless(search, cell) for cell in search.stale if cell in domains}
        search.stale.clear()
        step = dict(_plain(search, effects))
        if not step:
            break
        for cell, value in step.items():
            search.settle(cell, value)
            found[cell] = value
    return found


def _plain(search: _Search, effects: Mapping[Address, _Effects]) -> Iterator[tuple[Address, int]]:
    """Cells that are plainly misread given all others as they stand, no two of them in one identity."""
    rivals = _explanations(effects)
    taken: set[int] = set()
    for cell in search.domains:
        options = effects[cell]
        chosen = _best(search, cell, options, rivals)
        touched = set(search.arithmetic.by_cell[cell])
        if chosen is not None and not touched & taken:
            taken |= touched
            yield cell, chosen


def _harmless(search: _Search, cell: Address) -> list[tuple[Option, Effect]]:
    """The options of a cell that put something right and nothing wrong."""
    if cell not in search.unread and not _suspect(search, cell):
        return []
    found = []
    asked = search.asked(cell)
    for option in search.domains[cell]:
        if option.value == search.values.get(cell, 0) and cell not in search.unread:
            continue
        if not any(least <= option.value <= most for least, most in asked):
            continue
        effect = search.effect(cell, option.value)
        if not effect.harms and (effect.fixed or effect.sharpened):
            found.append((option, effect))
    return found


def _suspect(search: _Search, cell: Address) -> bool:
    constraints = search.arithmetic.constraints
    return any(abs(search.residuals[n]) > constraints[n].slack for n in search.arithmetic.by_cell[cell])


def _explanations(effects: Mapping[Address, _Effects]) -> dict[int, dict[Address, int]]:
    """For every failing identity the cells that could put it right, with the least cost of each."""
    found: dict[int, dict[Address, int]] = {}
    for cell, options in effects.items():
        for option, effect in options:
            for number in effect.fixed:
                costs = found.setdefault(number, {})
                costs[cell] = min(option.cost, costs.get(cell, option.cost))
    return found


def _best(
    search: _Search, cell: Address, options: _Effects, rivals: Mapping[int, Mapping[Address, int]]
) -> int | None:
    gains = sorted(
        ((_gain(option, effect), option.value, option, effect) for option, effect in options),
        key=lambda gain: (-gain[0], gain[1]),
    )
    if not gains or (len(gains) > 1 and gains[0][0] - gains[1][0] < MARGIN):
        return None
    _, value, option, effect = gains[0]
    formal = search.formal.get(cell, frozenset())
    if option.cost > _DEAREST or (formal and value not in formal):
        return None
    fixed = [number for number in effect.fixed if search.closed(number, cell)]
    fixed = [number for number in fixed if rivals[number].keys() == {cell}]
    needed = search.failing(cell, value) + 1 if value in formal else 2
    return value if len(fixed) >= needed else None


def _gain(option: Option, effect: Effect) -> int:
    return VIOLATED * len(effect.fixed) + INEXACT * effect.sharpened - option.cost
