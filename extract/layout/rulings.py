"""In the layout stage: loose line segments become clean rulings, and rulings that touch become networks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from extract.reading.pages import Box, Page, Ruling

_JOIN = 3.0
"""Collinear segments closer than this (points, at body text size) are one ruling."""
_SNAP = 1.6
"""Parallel rulings closer than this are the same position."""
_BODY = 10.5
"""Text size in points at which the tolerances above were set; they grow and shrink with the text."""


@dataclass(frozen=True, slots=True)
class Network:
    """Rulings connected by crossings: the skeleton of one table.

    ``rows`` and ``columns`` are the sorted positions of its lines; ``horizontals`` and
    ``verticals`` hold, for each position, the stretches that are really drawn.
    """

    horizontals: tuple[tuple[float, tuple[tuple[float, float], ...]], ...]
    verticals: tuple[tuple[float, tuple[tuple[float, float], ...]], ...]
    tolerance: float

    @property
    def box(self) -> Box:
        xs = [x for x, _ in self.verticals] + [
            end for _, spans in self.horizontals for s in spans for end in s
        ]
        ys = [y for y, _ in self.horizontals] + [
            end for _, spans in self.verticals for s in spans for end in s
        ]
        return min(xs), min(ys), max(xs), max(ys)


def text_scale(page: Page) -> float:
    """How large the page's text is compared with ordinary body text; 1.0 on a page without text."""
    sizes = sorted(word.size for word in page.words)
    return sizes[len(sizes) // 2] / _BODY if sizes else 1.0


Segment = tuple[float, float, float]
"""A stretch of a ruling: its position across, its start and its end along."""


def _by_position(segments: Iterable[Segment], tolerance: float) -> list[list[Segment]]:
    """Segments grouped into lines: neighbours within the tolerance share one."""
    groups: list[list[Segment]] = []
    for segment in sorted(segments):
        if groups and segment[0] - groups[-1][0][0] <= tolerance:
            groups[-1].append(segment)
        else:
            groups.append([segment])
    return groups


def _merged(group: Sequence[Segment], gap: float) -> list[Segment]:
    """The drawn stretches of one line, those that touch joined; the position is the group's mean."""
    position = sum(segment[0] for segment in group) / len(group)
    stretches: list[list[float]] = []
    for _, start, end in sorted(group, key=lambda segment: segment[1]):
        if stretches and start - stretches[-1][1] <= gap:
            stretches[-1][1] = max(stretches[-1][1], end)
        else:
            stretches.append([start, end])
    return [(position, start, end) for start, end in stretches]


def _clean(segments: Iterable[Segment], scale: float) -> list[Segment]:
    groups = _by_position(segments, _SNAP * scale)
    return [segment for group in groups for segment in _merged(group, _JOIN * scale)]


def _along_x(rulings: Iterable[Ruling]) -> list[Segment]:
    return [(r.y0, r.x0, r.x1) for r in rulings if r.horizontal]


def _along_y(rulings: Iterable[Ruling]) -> list[Segment]:
    return [(r.x0, r.y0, r.y1) for r in rulings if not r.horizontal]


def _crosses(horizontal: Segment, vertical: Segment, tolerance: float) -> bool:
    y, left, right = horizontal
    x, top, bottom = vertical
    return left - tolerance <= x <= right + tolerance and top - tolerance <= y <= bottom + tolerance


def _roots(horizontals: Sequence[Segment], verticals: Sequence[Segment], tolerance: float) -> list[int]:
    """For each segment (horizontals first) the number of the network it belongs to."""
    parents = list(range(len(horizontals) + len(verticals)))

    def root(node: int) -> int:
        while parents[node] != node:
            parents[node] = parents[parents[node]]
            node = parents[node]
        return node

    for i, horizontal in enumerate(horizontals):
        for j, vertical in enumerate(verticals):
            if _crosses(horizontal, vertical, tolerance):
                parents[root(i)] = root(len(horizontals) + j)
    return [root(node) for node in range(len(parents))]


def _lines(
    segments: Iterable[Segment], tolerance: float
) -> tuple[tuple[float, tuple[tuple[float, float], ...]], ...]:
    groups = _by_position(segments, tolerance)
    return tuple(
        (sum(s[0] for s in group) / len(group), tuple((start, end) for _, start, end in group))
        for group in groups
    )


def networks(page: Page, *, least_lines: int = 2) -> tuple[Network, ...]:
    """The networks of rulings of a page, top to bottom, then left to right.

    A network needs at least ``least_lines`` horizontals and one vertical: underlines and change
    bars are dropped.
    """
    scale = text_scale(page)
    horizontals = _clean(_along_x(page.rulings), scale)
    verticals = _clean(_along_y(page.rulings), scale)
    roots = _roots(horizontals, verticals, _JOIN * scale)
    found = []
    for number in dict.fromkeys(roots):
        across = [s for s, r in zip(horizontals, roots, strict=False) if r == number]
        down = [s for s, r in zip(verticals, roots[len(horizontals) :], strict=True) if r == number]
        if len(across) >= least_lines and down:
            found.append(_network(across, down, scale))
    return tuple(sorted(found, key=lambda network: (network.box[1], network.box[0])))


def _network(across: Sequence[Segment], down: Sequence[Segment], scale: float) -> Network:
    tolerance = _SNAP * scale
    return Network(_lines(across, tolerance), _lines(down, tolerance), _JOIN * scale)
