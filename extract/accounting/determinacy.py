"""In the accounting stage: which unknowns a set of sums fixes more than once."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import TypeVar

Unknown = TypeVar("Unknown", bound=Hashable)
_PRIME = (1 << 61) - 1
"""Weights are small; modulo a large prime, elimination is exact for all that matters and never grows."""

_Row = tuple[dict[int, int], dict[int, int]]
"""Coefficients by unknown, and the combination of equations they come from."""


def twice_determined(equations: Sequence[Mapping[Unknown, int]]) -> set[Unknown]:
    """The unknowns that are fixed by the equations, whichever single equation is left out.

    Equations give the coefficients of their unknowns; right sides do not matter. An unknown is
    fixed if it is a combination of equations; that none of these is indispensable
    follows from the linear dependencies among the equations: an equation that takes part in no
    dependency is indispensable for whatever it helps to fix.

    >>> sorted(twice_determined([{"a": 1}, {"a": 1, "b": 1}, {"b": 1}, {"c": 1}]))
    ['a', 'b']
    """
    names = list(dict.fromkeys(unknown for equation in equations for unknown in equation))
    place = {unknown: index for index, unknown in enumerate(names)}
    rows: list[_Row] = [
        ({place[unknown]: weight % _PRIME for unknown, weight in equation.items() if weight}, {number: 1})
        for number, equation in enumerate(equations)
    ]
    pivots, dependencies = _eliminated(rows)
    dispensable = {number for combination in dependencies for number in combination}
    return {
        names[index]
        for index, (coefficients, combination) in pivots.items()
        if len(coefficients) == 1 and combination.keys() <= dispensable
    }


def _eliminated(rows: Sequence[_Row]) -> tuple[dict[int, _Row], list[dict[int, int]]]:
    """Reduced rows by their pivot, and the combinations of equations that cancel out."""
    pivots: dict[int, _Row] = {}
    dependencies: list[dict[int, int]] = []
    for row in rows:
        for index in [index for index in row[0] if index in pivots]:
            row = _less(row, pivots[index], row[0].get(index, 0))
        if not row[0]:
            dependencies.append(row[1])
            continue
        pivot = min(row[0])
        row = _times(row, pow(row[0][pivot], -1, _PRIME))
        for index, other in pivots.items():
            pivots[index] = _less(other, row, other[0].get(pivot, 0))
        pivots[pivot] = row
    return pivots, dependencies


def _times(row: _Row, factor: int) -> _Row:
    coefficients, combination = row
    return (
        {index: value * factor % _PRIME for index, value in coefficients.items()},
        {index: value * factor % _PRIME for index, value in combination.items()},
    )


def _less(row: _Row, other: _Row, factor: int) -> _Row:
    """Row minus factor times other."""
    if not factor:
        return row
    return _difference(row[0], other[0], factor), _difference(row[1], other[1], factor)


def _difference(left: Mapping[int, int], right: Mapping[int, int], factor: int) -> dict[int, int]:
    found = dict(left)
    for index, value in right.items():
        rest = (found.get(index, 0) - factor * value) % _PRIME
        if rest:
            found[index] = rest
        else:
            found.pop(index, None)
    return found
