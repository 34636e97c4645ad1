"""Random tables for tests: a rectangle divided into cells, and the many ways its lines can be drawn."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass

from hypothesis import strategies as st

from extract.reading.pages import Page, Ruling, Word

SIZE = 10.0
JITTER = 0.35
"""Points by which a line may miss its place; well below what counts as the same position."""

Span = tuple[int, int, int, int]
"""First row, first column, number of rows, number of columns."""


@dataclass(frozen=True, slots=True)
class Partition:
    """A table: the positions of its lines and the cells between them, each with one word."""

    xs: tuple[float, ...]
    ys: tuple[float, ...]
    spans: tuple[Span, ...]

    def sides(self, span: Span) -> tuple[float, float, float, float]:
        row, column, height, width = span
        return self.xs[column], self.ys[row], self.xs[column + width], self.ys[row + height]

    def texts(self) -> dict[Span, str]:
        return {span: f"W{index}" for index, span in enumerate(self.spans)}


@st.composite
def partitions(draw: st.DrawFn) -> Partition:
    """Up to seven rows and columns at random places, with up to six rectangles of cells merged."""
    rows, columns = draw(st.integers(1, 7)), draw(st.integers(1, 7))
    owners = [[(row, column) for column in range(columns)] for row in range(rows)]
    for _ in range(draw(st.integers(0, 6))):
        _merge(draw, owners)
    spans = _spans(owners)
    # A line along which no cell begins is not drawn: it does not exist.
    tops = sorted({row for row, *_ in spans})
    lefts = sorted({column for _, column, *_ in spans})
    spans = [_renumbered(span, tops, lefts) for span in spans]
    chance = _chance(draw)
    xs, ys = _positions(chance, len(lefts), 26.0, 120.0), _positions(chance, len(tops), 13.0, 60.0)
    return Partition(xs, ys, tuple(spans))


def _merge(draw: st.DrawFn, owners: list[list[tuple[int, int]]]) -> None:
    """Merge a rectangle unless it cuts through one merged before."""
    top, left = draw(st.integers(0, len(owners) - 1)), draw(st.integers(0, len(owners[0]) - 1))
    bottom = draw(st.integers(top, len(owners) - 1))
    right = draw(st.integers(left, len(owners[0]) - 1))
    covered = [(row, column) for row in range(top, bottom + 1) for column in range(left, right + 1)]
    if all(owners[row][column] == (row, column) for row, column in covered) and not _cuts(owners, covered):
        for row, column in covered:
            owners[row][column] = (top, left)


def _cuts(owners: list[list[tuple[int, int]]], covered: list[tuple[int, int]]) -> bool:
    return any(
        owner in covered and (row, column) not in covered
        for row, line in enumerate(owners)
        for column, owner in enumerate(line)
    )


def _spans(owners: list[list[tuple[int, int]]]) -> list[Span]:
    places: dict[tuple[int, int], list[tuple[int, int]]] = {}
    for row, line in enumerate(owners):
        for column, owner in enumerate(line):
            places.setdefault(owner, []).append((row, column))
    return [
        (row, column, max(r for r, _ in covered) - row + 1, max(c for _, c in covered) - column + 1)
        for (row, column), covered in places.items()
    ]


def _renumbered(span: Span, tops: list[int], lefts: list[int]) -> Span:
    row, column, height, width = span
    covered_rows = [top for top in tops if row <= top < row + height]
    covered_columns = [left for left in lefts if column <= left < column + width]
    return tops.index(row), lefts.index(column), len(covered_rows), len(covered_columns)


def _chance(draw: st.DrawFn) -> random.Random:
    """One draw for many numbers: a table has hundreds, and none of them is worth shrinking."""
    return random.Random(draw(st.integers(0, 2**32)))


def _positions(chance: random.Random, count: int, least: float, most: float) -> tuple[float, ...]:
    positions = [chance.uniform(20, 60)]
    for _ in range(count):
        positions.append(positions[-1] + chance.uniform(least, most))
    return tuple(positions)


Line = tuple[float, float, float, float]


def cell_sides(table: Partition) -> Iterator[Line]:
    """The four sides of every cell: inner lines are drawn twice."""
    for span in table.spans:
        x0, y0, x1, y1 = table.sides(span)
        yield from ((x0, y0, x1, y0), (x0, y1, x1, y1), (x0, y0, x0, y1), (x1, y0, x1, y1))


@st.composite
def drawings(draw: st.DrawFn, table: Partition) -> tuple[Ruling, ...]:
    """The sides of the cells as a PDF may have them: cut in pieces, a little off, in any order."""
    chance = _chance(draw)
    jitter = draw(st.sampled_from((0.0, JITTER)))
    most = draw(st.integers(1, 3))
    pieces = [
        piece
        for line in cell_sides(table)
        for piece in _pieces(line, chance.randint(1, most), overlap=chance.random() < 0.5)
    ]
    chance.shuffle(pieces)
    return tuple(_ruling([end + chance.uniform(-jitter, jitter) for end in piece], piece) for piece in pieces)


def _pieces(line: Line, count: int, *, overlap: bool) -> Iterator[Line]:
    """A line in equal pieces that overlap or leave a hair's breadth between them."""
    x0, y0, x1, y1 = line
    reach = 0.4 if overlap else -0.4
    for number in range(count):
        start, end = number / count, (number + 1) / count
        before, after = (reach if number else 0.0), (reach if number + 1 < count else 0.0)
        if y0 == y1:
            yield x0 + start * (x1 - x0) - before, y0, x0 + end * (x1 - x0) + after, y0
        else:
            yield x0, y0 + start * (y1 - y0) - before, x0, y0 + end * (y1 - y0) + after


def _ruling(moved: list[float], piece: Line) -> Ruling:
    """A piece moved, still exactly straight."""
    x0, y0, x1, y1 = moved
    return Ruling(x0, y0, x1, y0) if piece[1] == piece[3] else Ruling(x0, y0, x0, y1)


@st.composite
def words(draw: st.DrawFn, table: Partition) -> tuple[Word, ...]:
    """One word in each cell, anywhere in it."""
    chance = _chance(draw)
    found = []
    for span, text in table.texts().items():
        x0, y0, x1, y1 = table.sides(span)
        wide = len(text) * SIZE / 2
        x = chance.uniform(x0 + 1, x1 - wide - 1)
        y = chance.uniform(y0 + 1, max(y0 + 1, y1 - SIZE - 1))
        found.append(Word(text, x, y, x + wide, y + SIZE, SIZE))
    chance.shuffle(found)
    return tuple(found)


@st.composite
def drawn_tables(draw: st.DrawFn) -> tuple[Partition, Page]:
    """A random table and a page it is drawn on."""
    table = draw(partitions())
    rulings, set_words = draw(drawings(table)), draw(words(table))
    return table, Page(1, table.xs[-1] + 50, table.ys[-1] + 50, set_words, rulings)
