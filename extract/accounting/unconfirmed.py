"""In the accounting stage: figures whose sums hold, and yet prove nothing about them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from extract.accounting.acceptance import SUPPORT
from extract.accounting.candidates import candidates
from extract.accounting.constraints import Arithmetic
from extract.accounting.damage import Damage
from extract.accounting.examination import Examination
from extract.accounting.rivals import Rivals
from extract.tables.weighing import Address

UNCONFIRMED = "another reading fits its sums as well"
LEANING = "its sums hold only with figures that other sums contradict"


def unconfirmed(arithmetic: Arithmetic, damage: Damage) -> Iterator[tuple[Address, str]]:
    """Cells whose identities would hold as well with another reading of the same text.

    A sum of rounded figures holds by its slack whatever the last digit of a term, so it
    confirms none that looks like another; only sums that come out exact do: one where the
    author's sums are exact or the reading is trusted, else two. Nor does a sum confirm that is off
    by rounding where none is: figures printed twice may have been misread alike, and still be equal.
    """
    rivals = Rivals(arithmetic, damage)
    blurred = rivals.blurred()
    for address, cell in damage.cells.items():
        if address in blurred and cell.trusted != "certain" and rivals.has(address):
            yield address, UNCONFIRMED
            continue
        numbers = [n for n in arithmetic.by_cell.get(address, ()) if not arithmetic.fails(n)]
        sharp = sum(1 for n in numbers if arithmetic.off(n) == 0)
        enough = 1 if arithmetic.exact or (cell.scored and cell.trusted == "certain") else SUPPORT
        if not numbers or address not in arithmetic.values or sharp >= enough:
            continue
        others = _other_readings(arithmetic, damage, address)
        telling = [
            n for n in numbers if not _fits_any(arithmetic.room(address, [n], arithmetic.values), others)
        ]
        if others and len(telling) < SUPPORT:
            yield address, UNCONFIRMED


def leaning(
    arithmetic: Arithmetic, damage: Damage, examination: Examination
) -> Iterator[tuple[Address, str]]:
    """Cells that may be misread and stand in no sum that holds without a contradicted figure.

    A group and its only item, misread alike, agree with each other.
    """
    wrong = {address for address, proof in examination.proofs.items() if proof == "contradicted"}
    for address, cell in damage.cells.items():
        holding = [n for n in arithmetic.by_cell.get(address, ()) if not arithmetic.fails(n)]
        if cell.trusted == "certain" or not cell.fallible or address in wrong or not holding:
            continue
        if all(not wrong.isdisjoint(arithmetic.constraints[n].cells) for n in holding):
            yield address, LEANING


def _other_readings(arithmetic: Arithmetic, damage: Damage, address: Address) -> set[int]:
    """What else a cell may say; a recogniser's score, however high, rules out no look-alike digit."""
    cell = damage.cells[address]
    found = damage.choices(address)
    if cell.fallible and not cell.confirmed:
        found = candidates(cell.text, cell.notation, "doubtful", cell.others)
    return {arithmetic.scale.whole(address, c.value) for c in found} - {arithmetic.values[address]}


def _fits_any(room: tuple[int, int], values: Iterable[int]) -> bool:
    return any(room[0] <= value <= room[1] for value in values)
