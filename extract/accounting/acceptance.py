"""In the accounting stage: which of the readings proposed for misread amounts the identities prove."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from extract.accounting.candidates import Candidate, nearness
from extract.accounting.constraints import Arithmetic
from extract.accounting.damage import Damage
from extract.accounting.determinacy import twice_determined
from extract.tables.amounts import normalised
from extract.tables.weighing import Address

SUPPORT = 2
"""Identities that must depend on a repair."""
UNPROVEN = "it was misread, and its sums do not prove how"

_FAR = 1
"""Where the author rounds, a sum must have been off by this many times its slack more."""
_BLUR = 24
"""Where the author rounds, readings that fit as well and cost this much more are rivals still."""
_NEIGHBOURS = 12


def accept(
    arithmetic: Arithmetic,
    damage: Damage,
    guesses: Mapping[Address, Candidate],
    proposed: Mapping[Address, Candidate],
) -> None:
    """Take over the proposals that enough identities depend on, given the others that stand."""
    standing = dict(proposed)
    for address, guess in guesses.items():
        if address not in proposed and address not in damage.doubtful and address in arithmetic.by_cell:
            standing.setdefault(address, guess)
    while True:
        evidence = _Proposals.of(arithmetic, damage, guesses, standing)
        fallen = [address for address in standing if not evidence.proves(address)]
        if not fallen:
            sure = evidence.determined()
            fallen = [address for address in standing if address not in sure]
        if not fallen:
            break
        for address in fallen:
            del standing[address]
            damage.doubtful[address] = UNPROVEN
    damage.accepted.update(standing)


class _Effect(NamedTuple):
    """Identities a new value makes hold, makes exact, lets fail; and those of exact accounts it lets
    hold by rounding only, which other misread figures explain."""

    forced: list[int]
    sharpened: list[int]
    broken: list[int]
    rounded: list[int]


@dataclass(frozen=True)
class _Proposals:
    """The figures as proposed, against what was read."""

    arithmetic: Arithmetic
    damage: Damage
    standing: Mapping[Address, Candidate]
    values: Mapping[Address, int]
    unread: frozenset[Address]
    failed: frozenset[int]
    """Identities that do not hold as read: the others say nothing about a change."""

    @classmethod
    def of(
        cls,
        arithmetic: Arithmetic,
        damage: Damage,
        guesses: Mapping[Address, Candidate],
        standing: Mapping[Address, Candidate],
    ) -> _Proposals:
        values = dict(arithmetic.values)
        unread = frozenset(guesses.keys() - standing.keys())
        for address in unread:
            values.pop(address, None)
        for address, candidate in standing.items():
            values[address] = arithmetic.scale.whole(address, candidate.value)
        failed = _failed_as_read(arithmetic, damage, standing, values)
        return cls(arithmetic, damage, standing, values, unread, failed)

    def proves(self, address: Address) -> bool:
        """Whether identities hold with the new value that do not with the old one, and none the other way."""
        effect = self._effects(address)
        if not effect.forced or effect.broken or self._passes_over_notation(address, effect.forced):
            return False
        if self._formal(address) and self._outweighed(address, effect.forced):
            return False
        return self.arithmetic.exact or not self._blurred(address, effect.forced)

    def _outweighed(self, address: Address, forced: Sequence[int]) -> bool:
        """Whether as many identities of a cell fail as hold.

        One that fails may be the fault of another cell that is known to be misread. That is no
        excuse where the one that holds says no more than that the same figure is printed twice: both
        may have been misread alike.
        """
        constraints = self.arithmetic.constraints
        failing = [
            number
            for number in self._applicable(address)
            if self._residuals(number, address)[0] > constraints[number].slack
        ]
        if not all(self._is_copy(number, address) for number in forced):
            failing = [number for number in failing if not self._beside_known_damage(number, address)]
        return len(failing) >= len(forced)

    def _is_copy(self, number: int, address: Address) -> bool:
        cells = self.arithmetic.constraints[number].cells
        return sum(1 for cell in cells if cell != address and self.values.get(cell)) == 1

    def _beside_known_damage(self, number: int, address: Address) -> bool:
        others = set(self.arithmetic.constraints[number].cells) - {address}
        return not others.isdisjoint(self.damage.doubtful)

    def _formal(self, address: Address) -> bool:
        return self.standing[address].formal and self.damage.cells[address].read is None

    def determined(self) -> set[Address]:
        """The cells whose new values the identities fix, and would with any one of them left out.

        Notation alone is taken as given.
        """
        changed = [address for address in self.standing if not self._formal(address)]
        equations: dict[int, dict[Address, int]] = {}
        for address in changed:
            for number in self._evidence(address):
                constraint = self.arithmetic.constraints[number]
                weight = constraint.weights[constraint.cells.index(address)]
                equations.setdefault(number, {})[address] = weight
        return twice_determined(list(equations.values())) | (self.standing.keys() - set(changed))

    def _evidence(self, address: Address) -> tuple[int, ...]:
        """The identities that speak for a new value; in exact accounts by rounding only if no other fits."""
        effect = self._effects(address)
        numbers = (*effect.forced, *effect.sharpened)
        if not effect.rounded or self._blurred(address, (*effect.forced, *effect.rounded)):
            return numbers
        return (*numbers, *effect.rounded)

    def _blurred(self, address: Address, forced: Sequence[int]) -> bool:
        """Whether rounding leaves room for another reading of the cell that is not much dearer.

        Sums that come out exact leave none for values in between; one will do for a change of notation.
        """
        cell = self.damage.cells[address]
        limit = self.standing[address].cost + _BLUR
        others = {c.value for c in self.damage.choices(address) if c.cost <= limit}
        sharp = sum(1 for number in forced if self._residuals(number, address)[0] == 0)
        if not sharp or self._formal(address) or _same_digits(cell.text, self.standing[address].value):
            return not sharp
        for value in self._neighbours(address, forced) if sharp < SUPPORT else ():
            if nearness(cell.text, value, cell.trusted) <= limit:
                others.add(value)
        wholes = {self.arithmetic.scale.whole(address, value) for value in others} - {self.values[address]}
        least, most = self.arithmetic.room(address, forced, self.values)
        return any(least <= whole <= most for whole in wholes)

    def _passes_over_notation(self, address: Address, forced: Sequence[int]) -> bool:
        """Whether a figure in another notation is taken for another one without good reason.

        Where digits are trusted there is none; elsewhere two sums are not enough: two other figures
        misread at the same place make them hold by chance. (That further sums vouch for these figures
        is no help: the columns of one fund are misread alike, and vouch for each other.)
        """
        cell = self.damage.cells[address]
        if cell.read is not None or self._formal(address):
            return False
        if cell.trusted != "certain" and len(forced) >= SUPPORT:
            return False
        return any(candidate.orderly for candidate in self.damage.choices(address))

    def _neighbours(self, address: Address, forced: Iterable[int]) -> Iterator[Decimal]:
        """The values next to the chosen one, as far as the rounding of the sharpest identity reaches."""
        unit = self.damage.cells[address].notation.unit
        whole = self.arithmetic.scale.whole(address, unit)
        reach = min(self.arithmetic.constraints[number].slack for number in forced) * 2 // whole
        chosen = self.standing[address].value
        for step in range(1, min(reach, _NEIGHBOURS) + 1):
            yield chosen - step * unit
            yield chosen + step * unit

    def _effects(self, address: Address) -> _Effect:
        """What the new value does to the identities of its cell."""
        effect = _Effect([], [], [], [])
        cell = self.damage.cells[address]
        unread = cell.read is None
        exact = self.arithmetic.exact
        for number in self._applicable(address):
            now, then = self._residuals(number, address)
            slack = self.arithmetic.constraints[number].slack
            far = 0 if exact and cell.odd else slack if exact else slack + _FAR * slack
            if now > slack:
                effect.broken.extend([number] * (not unread and then <= slack))
            elif number not in self.failed:
                continue
            elif now <= (0 if exact else slack) and (unread or then > far):
                effect.forced.append(number)
            elif exact and now == 0 < then:
                effect.sharpened.append(number)
            elif exact and (unread or then > slack + _FAR * slack):
                effect.rounded.append(number)
        return effect

    def _applicable(self, address: Address) -> Iterator[int]:
        """Identities of a cell whose figures are all read."""
        for number in self.arithmetic.by_cell[address]:
            if self.unread.isdisjoint(self.arithmetic.constraints[number].cells):
                yield number

    def _residuals(self, number: int, address: Address) -> tuple[int, int]:
        constraint = self.arithmetic.constraints[number]
        now = self.arithmetic.residual(constraint, self.values)
        cell = self.damage.cells[address]
        read = self.arithmetic.scale.whole(address, cell.read) if cell.read is not None else 0
        weight = constraint.weights[constraint.cells.index(address)]
        return abs(now), abs(now + weight * (read - self.values[address]))


def _same_digits(text: str, value: Decimal) -> bool:
    """Whether a text has the digits of a value and no letter, whatever became of its point."""
    plain = normalised(text)
    digits = "".join(sign for sign in plain if sign.isdigit())
    return digits == f"{abs(value):f}".replace(".", "") and not any(sign.isalpha() for sign in plain)


def _failed_as_read(
    arithmetic: Arithmetic,
    damage: Damage,
    standing: Mapping[Address, Candidate],
    values: Mapping[Address, int],
) -> frozenset[int]:
    """The identities that do not hold if every standing proposal is taken back."""
    before = dict(values)
    touched: set[int] = set()
    blank: set[int] = set()
    for address in standing:
        numbers = arithmetic.by_cell.get(address, ())
        touched.update(numbers)
        read = damage.cells[address].read
        if read is None:
            blank.update(numbers)
        else:
            before[address] = arithmetic.scale.whole(address, read)
    constraints = arithmetic.constraints
    limit = 0 if arithmetic.exact else 1
    off = (
        n for n in touched if abs(arithmetic.residual(constraints[n], before)) > limit * constraints[n].slack
    )
    return frozenset(blank.union(off))
