"""In the accounting stage: every identity of a document as a linear constraint over whole numbers."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import NamedTuple

from extract.accounting.candidates import Notation, notation_of, places_of
from extract.accounting.cross_form import SameMoney, common_unit, cross_form_findings, unit_power
from extract.accounting.ledger import Finding, Sheet
from extract.tables.identities import table_identities
from extract.tables.weighing import Address, weigh
from models.disclosure import Kind, Table

LARGEST = 10**15
"""Sums of smaller values stay within the 64 bits of the solver; what is larger is no amount."""
_COPY = 2
"""A sum of a table with so many figures says that one is printed twice: no rounding comes between."""
_EXACT_SHARE = 0.02
"""Documents in which fewer of the sums that hold are off by rounding are exact."""
_FEW, _OF_MANY = 2, 20
"""So are those of this many sums, with so few off: one misread figure puts two of them off."""


Readings = Callable[[Address], Iterable[Decimal]]


class Constraint(NamedTuple):
    """|Σ weight × cell| ≤ slack, in units of ``Scale``; left side first, with weight 1.

    ``slack`` is half a unit of the last printed place for every figure of the sum.
    """

    cells: tuple[Address, ...]
    weights: tuple[int, ...]
    slack: int


@dataclass(frozen=True)
class Scale:
    """Turns the figures of every table into whole numbers of one unit for the whole document."""

    powers: Mapping[str, int]
    """Power of ten by table id."""

    @classmethod
    def of(cls, sheets: Sequence[Sheet]) -> Scale:
        common = common_unit(sheets)
        units = {sheet.table.id: unit_power(sheet.table.unit or common) or 0 for sheet in sheets}
        places = {
            sheet.table.id: max((places_of(figure) for figure in sheet.figures.amounts.values()), default=0)
            for sheet in sheets
        }
        finest = max((max(places[id], 4) - units[id] for id in units), default=0)
        return cls({id: power + finest for id, power in units.items()})

    def whole(self, address: Address, value: Decimal) -> int:
        return int(value.scaleb(self.powers[address[0]]))

    def value(self, address: Address, whole: int) -> Decimal:
        return Decimal(whole).scaleb(-self.powers[address[0]])


@dataclass(frozen=True)
class Arithmetic:
    """The constraints of a document with the figures they were derived from, as whole numbers.

    ``exact``: the author's sums are exact (hardly any is off by rounding), so that an inexact
    one is a hint of a misreading.
    """

    constraints: tuple[Constraint, ...]
    values: Mapping[Address, int]
    scale: Scale
    exact: bool

    @cached_property
    def by_cell(self) -> dict[Address, list[int]]:
        found: dict[Address, list[int]] = {}
        for number, constraint in enumerate(self.constraints):
            for cell in constraint.cells:
                found.setdefault(cell, []).append(number)
        return found

    @cached_property
    def weights(self) -> list[dict[Address, int]]:
        """What every cell counts in each identity."""
        return [dict(zip(each.cells, each.weights, strict=True)) for each in self.constraints]

    def weight(self, number: int, cell: Address) -> int:
        """What a cell counts in an identity."""
        return self.weights[number][cell]

    def residual(self, constraint: Constraint, values: Mapping[Address, int]) -> int:
        """Left minus right; a blank counts nothing."""
        pairs = zip(constraint.weights, constraint.cells, strict=True)
        return sum(weight * values.get(cell, 0) for weight, cell in pairs)

    def room(
        self, address: Address, numbers: Iterable[int], values: Mapping[Address, int]
    ) -> tuple[int, int]:
        """The least and the greatest value of a cell with which identities hold, others as in ``values``."""
        base = values.get(address, 0)
        least, most = -LARGEST, LARGEST
        for number in numbers:
            constraint = self.constraints[number]
            middle = base - self.weight(number, address) * self.residual(constraint, values)
            least, most = max(least, middle - constraint.slack), min(most, middle + constraint.slack)
        return least, most

    @cached_property
    def _off(self) -> dict[int, int]:
        return {}

    def off(self, number: int) -> int:
        """Left minus right of an identity, with the figures as they are."""
        if number not in self._off:
            self._off[number] = self.residual(self.constraints[number], self.values)
        return self._off[number]

    def fails(self, number: int) -> bool:
        return abs(self.off(number)) > self.constraints[number].slack

    def with_values(self, values: Mapping[Address, int]) -> Arithmetic:
        """The same identities with some figures replaced."""
        found = Arithmetic(self.constraints, {**self.values, **values}, self.scale, self.exact)
        found.__dict__.update(by_cell=self.by_cell, weights=self.weights)
        return found

    def apart_from(self, cells: Collection[Address]) -> Arithmetic:
        """Only the identities without these cells."""
        rest = tuple(each for each in self.constraints if not any(cell in cells for cell in each.cells))
        return Arithmetic(rest, self.values, self.scale, self.exact)


def read_as(arithmetic: Arithmetic, values: Mapping[Address, int | None]) -> Arithmetic:
    """The arithmetic with some figures as they were read; None where nothing was.

    Identities whose left side is blank then say nothing.
    """
    known = {**arithmetic.values, **values}
    left = {cell: value for cell, value in known.items() if value is not None}
    constraints = tuple(
        each
        for each in arithmetic.constraints
        if each.cells[0] in left and sum(cell in left for cell in each.cells) > 1
    )
    found = Arithmetic(constraints, left, arithmetic.scale, exact=False)
    return Arithmetic(constraints, left, arithmetic.scale, _is_exact(found))


def arithmetic_of(tables: Sequence[Table], kind: Kind | None, readings: Readings | None = None) -> Arithmetic:
    """Every identity of the document that has a figure on its left side.

    Sums whose left side is blank say nothing (a form need not print its totals), and identities
    over the same cells count once. Figures too large for an amount take part in none.
    ``readings`` gives the values a cell may have been printed with: two totals with one in common
    may be one figure, so that the forms are compared as if they agreed.
    """
    sheets = [Sheet.of(table) for table in tables if table.status == "extracted"]
    scale = Scale.of(sheets)
    values = {
        address: scale.whole(address, figure)
        for sheet in sheets
        for address, figure in sheet.figures.amounts.items()
    }
    slacks = _Slacks(scale, {sheet.table.id: notation_of(sheet.table) for sheet in sheets}, values)
    found: dict[frozenset[Address], Constraint] = {}
    for cells, signs in _identities(
        sheets, tables, kind, _same_money(scale, values, readings or _no_readings)
    ):
        printed = [abs(values[cell]) for cell in cells if cell in values]
        if cells[0] in values and len(printed) > 1 and max(printed) < LARGEST:
            weights = (1, *(-sign for sign in signs))
            found.setdefault(frozenset(cells), Constraint(cells, weights, slacks.of(cells)))
    arithmetic = Arithmetic(tuple(found.values()), values, scale, exact=False)
    return Arithmetic(arithmetic.constraints, values, scale, _is_exact(arithmetic))


def _identities(
    sheets: Sequence[Sheet], tables: Sequence[Table], kind: Kind | None, same_money: SameMoney
) -> Iterable[tuple[tuple[Address, ...], tuple[int, ...]]]:
    for sheet in sheets:
        for identity in table_identities(sheet.table, sheet.figures, kind):
            if weigh(identity, sheet.figures) is not None:
                yield identity.cells, identity.signs
    for finding in cross_form_findings(sheets, tables, kind, same_money):
        if len(finding.cells) > 1:
            yield finding.cells, (1,) * (len(finding.cells) - 1)


def _no_readings(_: Address) -> tuple[Decimal, ...]:
    return ()


def _same_money(scale: Scale, values: Mapping[Address, int], readings: Readings) -> SameMoney:
    def decide(totals: Finding) -> bool:
        if len(totals.cells) != 2:
            return False
        left, right = (
            {values.get(cell), *(scale.whole(cell, value) for value in readings(cell))} - {None}
            for cell in totals.cells
        )
        return not left.isdisjoint(right)

    return decide


@dataclass(frozen=True, slots=True)
class _Slacks:
    scale: Scale
    notations: Mapping[str, Notation]
    values: Mapping[Address, int]

    def of(self, cells: Iterable[Address]) -> int:
        figures = [cell for cell in cells if self.values.get(cell)]
        if len(figures) == _COPY and figures[0][0] == figures[1][0]:
            return 0
        return sum(self._unit(cell) for cell in figures) // 2

    def _unit(self, cell: Address) -> int:
        """One unit of the last place; an author's whole numbers among decimals are rounded to 1."""
        notation = self.notations[cell[0]]
        unit: int = 10 ** max(0, self.scale.powers[cell[0]] - notation.decimals)
        if notation.coarse:
            whole: int = 10 ** self.scale.powers[cell[0]]
            return whole if self.values[cell] % whole == 0 else unit
        return unit


def _is_exact(arithmetic: Arithmetic) -> bool:
    residuals = [abs(arithmetic.residual(c, arithmetic.values)) for c in arithmetic.constraints]
    held = [r for r, c in zip(residuals, arithmetic.constraints, strict=True) if r <= c.slack]
    few = _FEW if len(held) >= _OF_MANY else 0
    return sum(1 for r in held if r) <= max(few, _EXACT_SHARE * len(held))
