"""In the accounting stage: a figure that slid into the column beside its own."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import NamedTuple

from extract.accounting.constraints import Arithmetic
from extract.tables.weighing import Address
from models.disclosure import Row, Table

_NEEDED = 2
"""Failing identities a move must put right, each exactly."""


class Slide(NamedTuple):
    """A figure printed in ``source`` whose place is ``target``, and the identities that puts right."""

    source: Address
    target: Address
    because: frozenset[int]


def slides(arithmetic: Arithmetic, tables: Sequence[Table], cells: Collection[Address]) -> list[Slide]:
    """The moves of one figure to a blank cell beside it that the identities prove.

    A move must make at least two failing identities hold exactly and let none fail that held. Where two
    moves would put the same identity right, neither is proven. ``cells`` are the figures that may
    have slid: those without a box, for one with a box stands where it was printed.
    """
    found = [
        slide
        for table in tables
        for source, target in _neighbours(table, cells)
        if (slide := _slide(arithmetic, source, target)) is not None
    ]
    return [slide for slide in found if not any(_rival(slide, other) for other in found)]


def with_slides(tables: Sequence[Table], found: Sequence[Slide]) -> tuple[Table, ...]:
    """Copies of the tables with the figures, and the cells they were read from, in their places."""
    moves: dict[str, dict[int, tuple[str, str]]] = {}
    for (id, row, source), (_, _, target), _ in found:
        moves.setdefault(id, {})[row] = source, target
    return tuple(_moved_table(table, moves[table.id]) if table.id in moves else table for table in tables)


def _moved_table(table: Table, moves: Mapping[int, tuple[str, str]]) -> Table:
    rows = tuple(
        _moved_row(row, *moves[index]) if index in moves else row for index, row in enumerate(table.rows)
    )
    return table.model_copy(update={"rows": rows})


def _moved_row(row: Row, source: str, target: str) -> Row:
    amounts = {**row.amounts, source: None, target: row.amounts[source]}
    cells = {target if key == source else key: cell for key, cell in row.cells.items()}
    return row.model_copy(update={"amounts": amounts, "cells": cells})


def _rival(slide: Slide, other: Slide) -> bool:
    return other is not slide and bool(slide.because & other.because)


def _neighbours(table: Table, cells: Collection[Address]) -> Iterator[tuple[Address, Address]]:
    keys = [column.key for column in table.columns]
    for index, row in enumerate(table.rows):
        for place, key in enumerate(keys):
            if not row.amounts.get(key) or (table.id, index, key) not in cells:
                continue
            for other in keys[max(place - 1, 0) : place] + keys[place + 1 : place + 2]:
                if other not in row.cells and row.amounts.get(other) is None:
                    yield (table.id, index, key), (table.id, index, other)


def _slide(arithmetic: Arithmetic, source: Address, target: Address) -> Slide | None:
    figure = arithmetic.values.get(source, 0)
    numbers = {*arithmetic.by_cell.get(source, ()), *arithmetic.by_cell.get(target, ())}
    moved = {source: -figure, target: figure}
    fixed = set()
    for number in numbers:
        before = arithmetic.residual(arithmetic.constraints[number], arithmetic.values)
        after = before + _step(arithmetic, number, moved)
        slack = arithmetic.constraints[number].slack
        if abs(before) <= slack < abs(after):
            return None
        if after == 0 and abs(before) > slack:
            fixed.add(number)
    return Slide(source, target, frozenset(fixed)) if len(fixed) >= _NEEDED else None


def _step(arithmetic: Arithmetic, number: int, moved: Mapping[Address, int]) -> int:
    """By how much a move changes what an identity is off."""
    constraint = arithmetic.constraints[number]
    weights = zip(constraint.cells, constraint.weights, strict=True)
    return sum(weight * moved[cell] for cell, weight in weights if cell in moved)
