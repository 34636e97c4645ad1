"""In the accounting stage: other readings of a figure that is printed several times, all prints together.

The solver compares readings that cost nearly the same. Here a figure that is repeated (by a row with
a single fund, by the only item of a group, by another form) is one unknown with several witnesses:
whether all were misread alike, its other sums may tell.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from extract.accounting.candidates import LIKE, nearness
from extract.accounting.constraints import Arithmetic
from extract.accounting.damage import Damage
from extract.accounting.pruning import VIOLATED
from extract.tables.weighing import Address

REACH = 18
"""Readings this much dearer than the one that stands are rivals: with one digit more misread, not two."""
_INEXACT = 14
"""What a sum costs that is off by rounding where hardly any is."""
_COPY_OFF = 17
"""What a figure costs that is off by rounding where it is printed again: authors hardly ever do so."""
_NEVER = 1000

_Moved = Mapping[Address, int]
"""Cells with other values than they have."""


class _Term(NamedTuple):
    """An identity with a figure: what the others make it off, how often the figure counts in it, its cost."""

    number: int
    rest: int
    weight: int
    penalty: int


class _Figure(NamedTuple):
    """A figure: the cells that print it and may be misread, what they cost as they stand, its identities."""

    prints: tuple[Address, ...]
    cost: int
    terms: tuple[_Term, ...]

    @property
    def gain(self) -> int:
        """What the document could cost less at most with another figure."""
        return sum(term.penalty for term in self.terms)


@dataclass(frozen=True)
class Rivals:
    """Looks for rivals of the figures of a document, as they stand in ``arithmetic``."""

    arithmetic: Arithmetic
    damage: Damage
    _costs: dict[tuple[Address, int], int] = field(default_factory=dict)
    _options: dict[Address, Mapping[int, int]] = field(default_factory=dict)

    def has(self, address: Address) -> bool:
        """Whether the figure may as well be another one, here and wherever else it is printed.

        All other figures stay as they are, or all but one, wherever that is printed.
        """
        figure = self._figure(address)
        others = self._readings(figure) - {self.arithmetic.values[address]}
        return any(
            self._is_near_alone(figure, whole) or self._is_near_with_another(figure, whole)
            for whole in others
        )

    def blurred(self) -> set[Address]:
        """The figures of sums that hold by rounding only, though the author's hardly ever do."""
        numbers = range(len(self.arithmetic.constraints)) if self.arithmetic.exact else self._copies
        return {
            cell
            for number in numbers
            if self.arithmetic.off(number) and not self.arithmetic.fails(number)
            for cell in self._figures(number)
        }

    # What may be -----------------------------------------------------------------------------

    def _figure(self, address: Address) -> _Figure:
        """The figure of a cell with all its prints; those that were surely read stay."""
        prints = self._prints.get(address, (address,))
        loose = tuple(cell for cell in prints if cell == address or self._is_loose(cell))
        terms = []
        for number in self._touched(loose):
            weights = {c: w for c, w in self.arithmetic.weights[number].items() if c in loose}
            weight = sum(weights.values())
            off = self.arithmetic.off(number)
            rest = off - sum(self.arithmetic.values[c] * w for c, w in weights.items())
            if weight or rest != off:
                terms.append(_Term(number, rest, weight, self._penalty(number, off)))
        return _Figure(loose, sum(map(self._standing_cost, loose)), tuple(terms))

    def _is_loose(self, address: Address) -> bool:
        cell = self.damage.cells.get(address)
        return cell is not None and cell.trusted != "certain"

    def _readings(self, figure: _Figure) -> set[int]:
        """What any print of the figure may say, and what its sums ask for."""
        found = {-term.rest * term.weight for term in figure.terms if term.weight}
        for cell in figure.prints:
            limit = REACH + self._standing_cost(cell)
            found.update(whole for whole, cost in self._choices(cell).items() if cost <= limit)
        return found

    def _is_near_alone(self, figure: _Figure, whole: int) -> bool:
        """Whether the document costs little more with another figure, and all else as it is."""
        room = REACH + figure.cost
        least = sum(self._choices(cell).get(whole, LIKE) for cell in figure.prints)
        if least > room + figure.gain:
            return False
        for term in figure.terms:
            room -= self._penalty(term.number, term.rest + term.weight * whole) - term.penalty
        return least <= room and sum(self._cost(cell, whole) for cell in figure.prints) <= room

    def _is_near_with_another(self, figure: _Figure, whole: int) -> bool:
        """Whether it does with one more figure changed, so that all sums hold that would fail."""
        least = sum(self._choices(cell).get(whole, LIKE) for cell in figure.prints)
        if least + LIKE > REACH + figure.cost + figure.gain:
            return False
        off = {t.number: t.rest + t.weight * whole for t in figure.terms}
        failing = {n for n, by in off.items() if self._fails(n, by)}
        if not failing:
            return False
        number = min(failing)
        for cell in self._figures(number):
            prints = self._prints.get(cell, (cell,))
            if cell in figure.prints or not failing <= {
                n for c in prints for n in self.arithmetic.by_cell[c]
            }:
                continue
            other = self.arithmetic.values[cell] - off[number] * self.arithmetic.weight(number, cell)
            loose = {c: other for c in prints if self._is_loose(c)}
            if loose and self._is_near({**dict.fromkeys(figure.prints, whole), **loose}):
                return True
        return False

    # What it costs -----------------------------------------------------------------------------

    def _is_near(self, moved: _Moved) -> bool:
        """Whether the document costs little more with these values."""
        room = REACH + sum(map(self._standing_cost, moved))
        least = sum(self._choices(cell).get(whole, LIKE) for cell, whole in moved.items())
        touched = self._touched(tuple(moved))
        room -= sum(self._penalty_change(number, moved) for number in touched)
        return least <= room and sum(self._cost(cell, whole) for cell, whole in moved.items()) <= room

    def _penalty_change(self, number: int, moved: _Moved) -> int:
        before, after = self.arithmetic.off(number), self._off(number, moved)
        return 0 if before == after else self._penalty(number, after) - self._penalty(number, before)

    def _touched(self, cells: tuple[Address, ...]) -> list[int]:
        """The identities of some cells that tell something."""
        found = dict.fromkeys(n for cell in cells for n in self.arithmetic.by_cell.get(cell, ()))
        return [number for number in found if number not in self._unread]

    def _penalty(self, number: int, off: int) -> int:
        if self._fails(number, off):
            return VIOLATED
        if off and number in self._copies:
            return _COPY_OFF
        return _INEXACT if off and self.arithmetic.exact else 0

    def _fails(self, number: int, off: int) -> bool:
        return abs(off) > self.arithmetic.constraints[number].slack

    def _off(self, number: int, moved: _Moved) -> int:
        """What an identity is off with other values."""
        steps = (
            weight * (moved[cell] - self.arithmetic.values[cell])
            for cell, weight in self.arithmetic.weights[number].items()
            if cell in moved
        )
        return self.arithmetic.off(number) + sum(steps)

    def _standing_cost(self, address: Address) -> int:
        """What it costs to take the text of a cell for the value it has."""
        if address not in self.damage.accepted:
            return 0
        return self._cost(address, self.arithmetic.values[address])

    def _cost(self, address: Address, whole: int) -> int:
        """What it costs to take the text of an open cell for this value."""
        key = address, whole
        if key not in self._costs:
            self._costs[key] = min(self._choices(address).get(whole, _NEVER), self._nearness(address, whole))
        return self._costs[key]

    def _nearness(self, address: Address, whole: int) -> int:
        cell, scale = self.damage.cells[address], self.arithmetic.scale
        value = scale.value(address, whole).quantize(cell.notation.unit)
        return nearness(cell.text, value, cell.trusted) if scale.whole(address, value) == whole else _NEVER

    def _choices(self, address: Address) -> Mapping[int, int]:
        """What a cell may say, with the cost."""
        if address not in self._options:
            known = address in self.damage.cells
            options = self.damage.options(address, self.arithmetic.scale) if known else ()
            self._options[address] = {o.value: o.cost for o in reversed(options)}
        return self._options[address]

    # Where figures are printed again -------------------------------------------------------------

    @cached_property
    def _unread(self) -> frozenset[int]:
        """Sums with a figure that could not be read: they tell nothing."""
        lost = self.damage.cells.keys() - self.arithmetic.values.keys()
        return frozenset(n for cell in lost for n in self.arithmetic.by_cell.get(cell, ()))

    @cached_property
    def _copies(self) -> frozenset[int]:
        """Identities of two figures."""
        return frozenset(
            number for number in range(len(self.arithmetic.constraints)) if len(self._figures(number)) == 2
        )

    def _figures(self, number: int) -> list[Address]:
        """The cells of an identity that print something other than zero."""
        values = self.arithmetic.values
        return [cell for cell in self.arithmetic.constraints[number].cells if values.get(cell)]

    @cached_property
    def _prints(self) -> dict[Address, tuple[Address, ...]]:
        """The cells that should say the same, for each of them."""
        groups: dict[Address, list[Address]] = {}
        for number in self._copies - self._unread:
            left, right = (groups.setdefault(cell, [cell]) for cell in self._figures(number))
            if left is not right:
                left += right
                groups.update((cell, left) for cell in right)
        return {cell: tuple(group) for cell, group in groups.items()}
