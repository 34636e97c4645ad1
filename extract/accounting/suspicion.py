"""In the accounting stage: the cells of recognised pages that are worth a second look at the pixels."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from extract.accounting.candidates import POOR_BELOW
from extract.accounting.constraints import Arithmetic, arithmetic_of
from extract.tables.amounts import is_blank
from extract.tables.weighing import Address
from models.disclosure import Cell, Kind, Table

_ENOUGH = 2
"""Identities that hold exactly and leave no reason to look again."""
_MOST_PER_PAGE = 12
"""A second look costs about a hundredth of what reading the page did."""


def suspects(tables: Sequence[Table], *, kind: Kind | None, pages: Collection[int]) -> list[Address]:
    """Cells of ``pages`` to look at again: unread ones, those of sums that fail, those read badly.

    At most 12 a page: those in most failing sums first, then those read worst. A cell that two
    sums confirm exactly is left alone.
    """
    arithmetic = arithmetic_of(tables, kind)
    ranked: dict[int, list[tuple[int, float, Address]]] = {}
    for address, cell in _recognised_cells(tables, pages):
        failing, exact = _standing(arithmetic, address)
        unread = address not in arithmetic.values
        doubtful = unread or failing or cell.confidence < POOR_BELOW
        if doubtful and exact < _ENOUGH and cell.page is not None:
            ranked.setdefault(cell.page, []).append((exact - failing, cell.confidence, address))
    return [address for found in ranked.values() for _, _, address in sorted(found)[:_MOST_PER_PAGE]]


def cells_of(tables: Sequence[Table]) -> Mapping[Address, Cell]:
    """The printed cells of the tables by their addresses."""
    return {
        (table.id, index, key): cell
        for table in tables
        for index, row in enumerate(table.rows)
        for key, cell in row.cells.items()
    }


def _recognised_cells(tables: Sequence[Table], pages: Collection[int]) -> Iterator[tuple[Address, Cell]]:
    for address, cell in cells_of(tables).items():
        if cell.page in pages and cell.bbox is not None and cell.confidence < 1 and not is_blank(cell.text):
            yield address, cell


def _standing(arithmetic: Arithmetic, address: Address) -> tuple[int, int]:
    """How many identities of a cell fail, and how many hold exactly."""
    failing = exact = 0
    for number in arithmetic.by_cell.get(address, ()):
        constraint = arithmetic.constraints[number]
        residual = arithmetic.residual(constraint, arithmetic.values)
        failing += abs(residual) > constraint.slack
        exact += residual == 0
    return failing, exact
