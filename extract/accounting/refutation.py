"""In the accounting stage: repairs that the finished document speaks against."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from extract.accounting.acceptance import SUPPORT, UNPROVEN
from extract.accounting.constraints import Arithmetic, arithmetic_of, read_as
from extract.accounting.damage import Damage
from extract.accounting.rivals import Rivals
from extract.accounting.substitution import with_values
from extract.tables.weighing import Address
from models.disclosure import Kind, Table


def take_back(tables: Sequence[Table], kind: Kind | None, damage: Damage) -> None:
    """Take back repairs that the finished document speaks against, until none is left.

    A sum that fails with a repaired figure although everything else in it is read puts the repair
    in doubt, however well its other sums hold: figures that stand in a chain (a class, its only
    group, its only item) can all be changed alike. What leaned on such a repair falls with it.
    So do those fall that may as well be another figure, all their prints taken together (``rivals``).
    A zero that was read needs a sum more: two other zeros misread alike ask for the same change.
    Another figure needs a sum whose other figures no sum contradicts: else two of them were misread.
    """
    weighed: set[Address] = set()
    values = {address: candidate.value for address, candidate in damage.accepted.items()}
    arithmetic = arithmetic_of(with_values(tables, values), kind)
    while damage.accepted:
        rivals = Rivals(arithmetic, damage)
        fallen = [
            address
            for address in damage.accepted
            if _is_refuted(arithmetic, damage, address) or (address not in weighed and rivals.has(address))
        ]
        weighed.update(damage.accepted)
        if not fallen:
            return
        weighed.difference_update(_beside(arithmetic, fallen))
        for address in fallen:
            del damage.accepted[address]
            damage.doubtful[address] = UNPROVEN
        arithmetic = read_as(arithmetic, {address: _read(arithmetic, damage, address) for address in fallen})


def _read(arithmetic: Arithmetic, damage: Damage, address: Address) -> int | None:
    read = damage.cells[address].read
    return None if read is None else arithmetic.scale.whole(address, read)


def _beside(arithmetic: Arithmetic, cells: Iterable[Address]) -> set[Address]:
    """All that stands in a sum with one of these cells."""
    numbers = {number for cell in cells for number in arithmetic.by_cell.get(cell, ())}
    return {cell for number in numbers for cell in arithmetic.constraints[number].cells}


def _is_refuted(arithmetic: Arithmetic, damage: Damage, address: Address) -> bool:
    numbers = arithmetic.by_cell.get(address, ())
    holding = [number for number in numbers if not arithmetic.fails(number)]
    read = damage.cells[address].read
    formal = damage.accepted[address].formal and read is None
    if not formal and (
        len(holding) < SUPPORT + (read == 0) or not _has_sound_sum(arithmetic, address, holding)
    ):
        return True
    if formal and _is_echo(arithmetic, damage, address, holding):
        return True
    return any(
        arithmetic.fails(number) and not _is_excused(arithmetic, damage, number, address)
        for number in numbers
    )


def _has_sound_sum(arithmetic: Arithmetic, address: Address, holding: Sequence[int]) -> bool:
    """Whether a sum that holds has no other figure that a further sum contradicts."""
    for number in holding:
        others = [
            c for c in arithmetic.constraints[number].cells if c != address and arithmetic.values.get(c)
        ]
        if not any(arithmetic.fails(n) for cell in others for n in arithmetic.by_cell[cell]):
            return True
    return False


def _is_echo(arithmetic: Arithmetic, damage: Damage, address: Address, holding: Sequence[int]) -> bool:
    """Whether all a figure has is that it is printed again, and other sums do not hold.

    So does a digit misread in both places, one of them with a letter for another digit. A figure
    printed twice needs a sum with the other print, one printed more often none that contradicts one.
    """
    printed = [
        [c for c in arithmetic.constraints[number].cells if c != address and arithmetic.values.get(c)]
        for number in holding
    ]
    if not all(len(others) == 1 for others in printed):
        return False
    if len(holding) == 1 < len(arithmetic.by_cell[address]):
        return not any(_is_summed(arithmetic, damage, cell) for cell in printed[0])
    return not _has_sound_sum(arithmetic, address, holding)


def _is_summed(arithmetic: Arithmetic, damage: Damage, address: Address) -> bool:
    """Whether a figure stands in a sum of several that holds, none of them with odd decimals."""
    for number in arithmetic.by_cell[address]:
        figures = [cell for cell in arithmetic.constraints[number].cells if arithmetic.values.get(cell)]
        odd = any(damage.is_odd(cell) for cell in figures)
        if len(figures) > SUPPORT and not odd and not arithmetic.fails(number):
            return True
    return False


def _is_excused(arithmetic: Arithmetic, damage: Damage, number: int, address: Address) -> bool:
    """Whether another cell of the sum is known to be misread and not put right."""
    others = set(arithmetic.constraints[number].cells) - {address}
    return any(cell in damage.doubtful or cell not in arithmetic.values for cell in others)
