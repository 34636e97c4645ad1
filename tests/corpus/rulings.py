"""In the corpus generator: the ways authors rule their tables."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from tests.corpus.ink import Bar, Frame, Mark, Stroke

Edge = tuple[float, float, float, float]
THICKNESS = 0.48


@dataclass(frozen=True, slots=True)
class Box:
    """A cell as it stands on the page."""

    x0: float
    y0: float
    x1: float
    y1: float
    header: bool = False


def _joined(intervals: Iterable[tuple[float, float]]) -> list[tuple[float, float]]:
    """Touching or overlapping intervals made one."""
    joined: list[tuple[float, float]] = []
    for start, end in sorted(intervals):
        if joined and start <= joined[-1][1] + 0.01:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def horizontals(boxes: Sequence[Box]) -> list[Edge]:
    """The horizontal edges of the boxes as few long lines."""
    levels: dict[float, list[tuple[float, float]]] = {}
    for box in boxes:
        for y in (box.y0, box.y1):
            levels.setdefault(round(y, 2), []).append((box.x0, box.x1))
    return [(x0, y, x1, y) for y in sorted(levels) for x0, x1 in _joined(levels[y])]


def verticals(boxes: Sequence[Box]) -> list[Edge]:
    """The vertical edges of the boxes as few long lines."""
    levels: dict[float, list[tuple[float, float]]] = {}
    for box in boxes:
        for x in (box.x0, box.x1):
            levels.setdefault(round(x, 2), []).append((box.y0, box.y1))
    return [(x, y0, x, y1) for x in sorted(levels) for y0, y1 in _joined(levels[x])]


def _strokes(edges: Iterable[Edge]) -> list[Mark]:
    return [Stroke(*edge, THICKNESS) for edge in edges]


def _full(boxes: Sequence[Box]) -> list[Mark]:
    return _strokes([*horizontals(boxes), *verticals(boxes)])


def _frames(boxes: Sequence[Box]) -> list[Mark]:
    return [Frame(box.x0, box.y0, box.x1, box.y1, THICKNESS) for box in boxes]


def _cell_edges(boxes: Sequence[Box]) -> list[Mark]:
    """Every cell with four lines of its own, so that inner edges are drawn twice."""
    return [mark for box in boxes for mark in _full([box])]


def _bars(boxes: Sequence[Box]) -> list[Mark]:
    half = THICKNESS / 2
    edges = [*horizontals(boxes), *verticals(boxes)]
    return [Bar(x0 - half, y0 - half, x1 + half, y1 + half) for x0, y0, x1, y1 in edges]


def _open_sides(boxes: Sequence[Box]) -> list[Mark]:
    lines = verticals(boxes)
    return _strokes([*horizontals(boxes), *lines[1:-1]]) if lines else []


def _no_verticals(boxes: Sequence[Box]) -> list[Mark]:
    return _strokes(horizontals(boxes))


def _no_inner_horizontals(boxes: Sequence[Box]) -> list[Mark]:
    body = [box for box in boxes if not box.header]
    header = [box for box in boxes if box.header]
    return _strokes([*horizontals(header), *_outer_levels(body), *verticals(boxes)])


def _three_lines(boxes: Sequence[Box]) -> list[Mark]:
    header = [box for box in boxes if box.header]
    return _strokes([*_outer_levels(boxes), *_outer_levels(header)[1:]])


def _outer_levels(boxes: Sequence[Box]) -> list[Edge]:
    lines = horizontals(boxes)
    return [line for line in lines if line[1] in (lines[0][1], lines[-1][1])] if lines else []


RULINGS: dict[str, Callable[[Sequence[Box]], list[Mark]]] = {
    "full": _full,
    "frames": _frames,
    "cell_edges": _cell_edges,
    "bars": _bars,
    "open_sides": _open_sides,
    "no_verticals": _no_verticals,
    "no_inner_horizontals": _no_inner_horizontals,
    "three_lines": _three_lines,
}
"""Ruling styles by name: the cells of a table on one page become what is drawn."""

CLOSED = ("full", "frames", "cell_edges", "bars")
"""Styles that draw every cell's whole border."""
LOOSE = ("no_verticals", "three_lines")
"""Styles that draw nothing between columns."""
