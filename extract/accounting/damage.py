"""In the accounting stage: the damage: amounts as read, what they may have been, what is settled."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from extract.accounting.candidates import (
    Alternative,
    Candidate,
    Notation,
    Trusted,
    agrees,
    candidates,
    is_damaged,
    misplaced,
    notation_of,
    trust_of,
)
from extract.accounting.constraints import Scale
from extract.accounting.pruning import Option
from extract.tables.amounts import is_blank, normalised
from extract.tables.weighing import Address
from models.disclosure import Cell, Table

_NOISY_CELLS = 3
_NOISY_SHARE = 0.01


@dataclass(frozen=True, slots=True)
class PrintedCell:
    """A printed cell of an amount column: its text, what was read, and what it may have been."""

    text: str
    read: Decimal | None
    trusted: Trusted
    notation: Notation
    others: tuple[Alternative, ...]
    odd: bool = False
    """A figure with other decimals than its table prints: no author rounds like that."""
    score: float = 1.0
    scored: bool = False
    """Read by a recogniser, which gives every reading a score."""
    boxed: bool = False
    fallible: bool = False
    """Read by a recogniser, or from a transcript that shows damage anywhere."""

    @property
    def confirmed(self) -> bool:
        """Whether a second look found the same."""
        return bool(self.others) and agrees(self.text, self.others)


@dataclass
class Damage:
    """What is known so far: cells as printed, repairs accepted, doubts."""

    cells: Mapping[Address, PrintedCell]
    _choices: dict[Address, tuple[Candidate, ...]] = field(default_factory=dict)
    _options: dict[tuple[Address, int], tuple[Option, ...]] = field(default_factory=dict)
    accepted: dict[Address, Candidate] = field(default_factory=dict)
    doubtful: dict[Address, str] = field(default_factory=dict)

    def choices(self, address: Address) -> tuple[Candidate, ...]:
        """What a cell may have been printed with, what was read first."""
        if address not in self._choices:
            self._choices[address] = _choices(self.cells[address])
        return self._choices[address]

    def options(self, address: Address, scale: Scale) -> tuple[Option, ...]:
        """The same as whole numbers."""
        key = address, scale.powers[address[0]]
        if key not in self._options:
            self._options[key] = tuple(
                Option(scale.whole(address, c.value), c.cost) for c in self.choices(address)
            )
        return self._options[key]

    def readings(self, address: Address) -> Iterator[Decimal]:
        """The values a cell may have been printed with."""
        if address in self.cells and address not in self.accepted:
            yield from (candidate.value for candidate in self.choices(address))

    def unplaced(self) -> set[Address]:
        """Figures without a box that were read as they stand: they may have slid."""
        return {address for address, cell in self.cells.items() if not cell.boxed} - self.accepted.keys()

    def is_odd(self, address: Address) -> bool:
        """Whether a figure stands as read though no author prints such decimals in its table."""
        return address in self.cells and self.cells[address].odd and address not in self.accepted

    def guesses(self) -> dict[Address, Candidate]:
        """The likeliest figure of each cell whose text is none."""
        return {
            address: self.choices(address)[0]
            for address, cell in self.cells.items()
            if cell.read is None and self.choices(address) and address not in self.accepted
        }


def read_cells(
    tables: Sequence[Table],
    trust: str,
    others: Mapping[Address, Sequence[Alternative]],
    pages: Collection[int] | None,
) -> Damage:
    found = list(_printed_cells(tables, pages))
    notations = {table.id: notation_of(table) for table in tables}
    damaged = {address: is_damaged(cell.text) for address, _, cell in found}
    noisy = sum(damaged.values()) >= max(_NOISY_CELLS, _NOISY_SHARE * len(found))
    fallible = trust != "transcript" or any(damaged.values())
    cells: dict[Address, PrintedCell] = {}
    for address, read, cell in found:
        more = tuple(others.get(address, ()))
        scored = trust != "transcript"
        notation = notations[address[0]]
        cells[address] = PrintedCell(
            text=cell.text,
            read=read,
            trusted=trust_of(cell.text, cell.confidence, more, noisy=noisy, recognised=scored),
            notation=notation,
            others=more,
            odd=misplaced(normalised(cell.text), notation),
            score=cell.confidence,
            scored=scored,
            boxed=cell.bbox is not None,
            fallible=fallible,
        )
    return Damage(cells)


def _printed_cells(
    tables: Sequence[Table], pages: Collection[int] | None
) -> Iterator[tuple[Address, Decimal | None, Cell]]:
    for table in tables:
        keys = [column.key for column in table.columns]
        for index, row in enumerate(table.rows):
            for key in keys:
                cell = row.cells.get(key)
                if cell is not None and not is_blank(cell.text) and _is_open(cell, pages):
                    yield (table.id, index, key), row.amounts.get(key), cell


def _is_open(cell: Cell, pages: Collection[int] | None) -> bool:
    """Whether a cell was read from pixels, or the whole document was."""
    return pages is None or (cell.page in pages and cell.confidence < 1)


def _choices(cell: PrintedCell) -> tuple[Candidate, ...]:
    found = candidates(cell.text, cell.notation, cell.trusted, cell.others)
    if cell.read is None:
        return found
    others = (candidate for candidate in found if candidate.value != cell.read)
    return (Candidate(cell.read, 0, "read", formal=True), *others)
