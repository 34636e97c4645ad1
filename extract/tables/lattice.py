"""In the tables stage: a network of rulings and the words inside it become a grid of cells with spans."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from itertools import pairwise

from extract.layout.rulings import Network
from extract.reading.pages import Page, Word
from extract.tables.grid import Grid, GridCell, compact

_COVER = 0.5
"""Share of a cell's side that must be drawn for the side to count as a wall."""
_STRIP = 1.2
"""A row or column narrower than this many text sizes may be an artefact of uneven drawing."""

Stretches = Sequence[tuple[float, float]]


def lattice_grid(page: Page, network: Network, words: Sequence[Word]) -> Grid:
    """Rebuild the table a network of rulings draws.

    Walls are looked for between every two neighbouring positions; positions without a wall
    between them belong to one cell. A missing outer frame is supplied where the inner rulings
    end. Words go to the cell their middle lies in.
    """
    xs, ys = _positions(network)
    xs, ys = _without_strips(network, xs, ys, words)
    owners = _owners(network, xs, ys)
    spans = _rectangles(owners)
    inside = _words_inside(xs, ys, owners, words)
    cells = tuple(
        _cell(page, xs, ys, span, inside.get(owner, ()))
        for owner, span in sorted(spans.items(), key=lambda item: item[1])
    )
    box = page.displayed((xs[0], ys[0], xs[-1], ys[-1]))
    return compact(Grid(len(ys) - 1, len(xs) - 1, cells, {page.number: box}, tuple(xs)))


def _positions(network: Network) -> tuple[list[float], list[float]]:
    """Column and row boundaries, an absent outer frame added where the rulings end."""
    x0, y0, x1, y1 = network.box
    xs = _framed([x for x, _ in network.verticals], x0, x1, network.tolerance)
    ys = _framed([y for y, _ in network.horizontals], y0, y1, network.tolerance)
    return xs, ys


def _framed(positions: list[float], start: float, end: float, tolerance: float) -> list[float]:
    before = [start] if positions[0] - start > 2 * tolerance else []
    after = [end] if end - positions[-1] > 2 * tolerance else []
    return before + positions + after


def _covered(stretches: Stretches, start: float, end: float) -> bool:
    drawn = sum(max(0.0, min(end, high) - max(start, low)) for low, high in stretches)
    return drawn >= _COVER * (end - start)


def _walls(
    lines: Sequence[tuple[float, Stretches]], positions: Sequence[float], along: Sequence[float]
) -> list[list[bool]]:
    """For each inner position, whether it is drawn along each stretch of the other axis."""
    drawn: list[list[tuple[float, float]]] = [[] for _ in positions]
    for at, stretches in lines:
        drawn[_nearest(positions, at)].extend(stretches)
    return [[_covered(spans, start, end) for start, end in pairwise(along)] for spans in drawn[1:-1]]


def _nearest(positions: Sequence[float], at: float) -> int:
    return min(range(len(positions)), key=lambda index: abs(positions[index] - at))


def _owners(network: Network, xs: Sequence[float], ys: Sequence[float]) -> list[list[int]]:
    """The cell each grid position belongs to: positions with no wall between them share one."""
    columns = len(xs) - 1
    parents = list(range(columns * (len(ys) - 1)))

    def root(node: int) -> int:
        while parents[node] != node:
            parents[node] = parents[parents[node]]
            node = parents[node]
        return node

    for column, walls in enumerate(_walls(network.verticals, xs, ys)):
        for row, wall in enumerate(walls):
            if not wall:
                parents[root(row * columns + column + 1)] = root(row * columns + column)
    for row, walls in enumerate(_walls(network.horizontals, ys, xs)):
        for column, wall in enumerate(walls):
            if not wall:
                parents[root((row + 1) * columns + column)] = root(row * columns + column)
    return [[root(row * columns + column) for column in range(columns)] for row in range(len(ys) - 1)]


Span = tuple[int, int, int, int]
"""First row, first column, number of rows, number of columns."""


def _rectangles(owners: list[list[int]]) -> dict[int, Span]:
    """The span of each cell; ``owners`` is rewritten where a region is no rectangle.

    Broken walls can join positions into an L or a U. Such a region is cut into its rows, so
    that no text moves to another row.
    """
    spans = _bounding(owners)
    for owner, (row, column, height, width) in tuple(spans.items()):
        area = sum(line[column : column + width].count(owner) for line in owners[row : row + height])
        if area != height * width:
            _cut_into_runs(owners, owner)
    return _bounding(owners)


def _bounding(owners: Sequence[Sequence[int]]) -> dict[int, Span]:
    spans: dict[int, Span] = {}
    for row, line in enumerate(owners):
        for column, owner in enumerate(line):
            top, left, _, width = spans.get(owner, (row, column, 1, 1))
            first = min(left, column)
            last = max(left + width - 1, column)
            spans[owner] = (top, first, row - top + 1, last - first + 1)
    return spans


def _cut_into_runs(owners: list[list[int]], owner: int) -> None:
    columns = len(owners[0])
    for row, line in enumerate(owners):
        previous = False
        name = owner
        for column, current in enumerate(line):
            if current == owner:
                name = name if previous else row * columns + column
                line[column] = -1 - name  # names of cut cells are negative: no clash with other roots
            previous = current == owner


def _cell(
    page: Page, xs: Sequence[float], ys: Sequence[float], span: Span, words: Sequence[Word]
) -> GridCell:
    row, column, height, width = span
    box = page.displayed((xs[column], ys[row], xs[column + width], ys[row + height]))
    text = cell_text(words) if words else ""
    return GridCell(row, column, text, height, width, page.number, box, confidence_of(words))


def confidence_of(words: Sequence[Word]) -> float:
    """The confidence of the least certain word; 1.0 where there are none."""
    return min((word.confidence for word in words), default=1.0)


def _words_inside(
    xs: Sequence[float], ys: Sequence[float], owners: Sequence[Sequence[int]], words: Sequence[Word]
) -> dict[int, list[Word]]:
    inside: dict[int, list[Word]] = {}
    for word in words:
        column = bisect_right(xs, (word.x0 + word.x1) / 2) - 1
        row = bisect_right(ys, (word.y0 + word.y1) / 2) - 1
        if 0 <= row < len(owners) and 0 <= column < len(owners[0]):
            inside.setdefault(owners[row][column], []).append(word)
    return inside


def cell_text(words: Sequence[Word]) -> str:
    """The text of a cell: lines from top to bottom, joined by line breaks, words by blanks.

    Words belong to one line when their middles differ by less than half a text size.
    """
    if len(words) == 1:
        return words[0].text
    lines: list[list[Word]] = []
    for word in sorted(words, key=lambda word: word.y0 + word.y1):
        if lines and (word.y0 + word.y1) - (lines[-1][0].y0 + lines[-1][0].y1) < word.size:
            lines[-1].append(word)
        else:
            lines.append([word])
    return "\n".join(" ".join(w.text for w in sorted(line, key=lambda w: w.x0)) for line in lines)


def _without_strips(
    network: Network, xs: list[float], ys: list[float], words: Sequence[Word]
) -> tuple[list[float], list[float]]:
    """Drop boundaries that only exist because rows or columns were drawn unevenly.

    A strip is an artefact when it is narrow, holds no word and no cell is exactly as narrow:
    its two sides are the same boundary, drawn in different rows.
    """
    size = sorted(word.size for word in words)[len(words) // 2] if words else 0.0
    narrow = _STRIP * size
    strips_x = _narrow(xs, narrow)
    strips_y = _narrow(ys, narrow / 2)
    if not strips_x and not strips_y:
        return xs, ys
    spans = _rectangles(_owners(network, xs, ys)).values()
    lone_x = {column for _, column, _, width in spans if width == 1}
    lone_y = {row for row, _, height, _ in spans if height == 1}
    return _dropped(xs, strips_x - lone_x), _dropped(ys, strips_y - lone_y)


def _narrow(positions: Sequence[float], limit: float) -> set[int]:
    return {index for index, (start, end) in enumerate(pairwise(positions)) if end - start < limit}


def _dropped(positions: Sequence[float], strips: set[int]) -> list[float]:
    """Positions without the right side of each strip (the left side of a strip at the far end)."""
    last = len(positions) - 2
    gone = {strip if strip == last else strip + 1 for strip in strips}
    return [position for index, position in enumerate(positions) if index not in gone]
