"""Segments become rulings, rulings that touch become networks."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings

from extract.layout.rulings import networks, text_scale
from extract.reading.pages import Page, Ruling, Word
from tests.drawing import Drawn, page
from tests.tables.partitions import drawn_tables

WORD = Word("字", 0, 0, 10.5, 10.5, 10.5)


def drawn(*lines: tuple[float, float, float, float], size: float = 10.5) -> Page:
    return Page(1, 600, 800, (replace(WORD, size=size),), tuple(Ruling(*line) for line in lines))


def square(x: float, y: float, side: float = 50) -> list[tuple[float, float, float, float]]:
    return [
        (x, y, x + side, y), (x, y + side, x + side, y + side),
        (x, y, x, y + side), (x + side, y, x + side, y + side),
    ]  # fmt: skip


@settings(max_examples=50, deadline=None, suppress_health_check=list(HealthCheck))
@given(drawn_tables())
def test_the_positions_of_a_random_table_are_found(drawn_table):
    table, on = drawn_table
    (network,) = networks(on)
    assert [x for x, _ in network.verticals] == pytest.approx(table.xs, abs=1.0)
    assert [y for y, _ in network.horizontals] == pytest.approx(table.ys, abs=1.0)
    assert network.box == pytest.approx((table.xs[0], table.ys[0], table.xs[-1], table.ys[-1]), abs=1.0)


def test_pieces_of_a_line_are_joined_and_gaps_stay():
    (network,) = networks(drawn(*square(0, 0, 100), (0, 40, 30, 40), (32, 40.5, 60, 40.5), (80, 40, 100, 40)))
    (_, stretches) = network.horizontals[1]
    assert stretches == ((0, 60), (80, 100))


def test_tolerances_grow_with_the_text():
    lines = [*square(0, 0, 100), (0, 40, 45, 40), (50, 40, 100, 40)]
    (small,), (large,) = networks(drawn(*lines)), networks(drawn(*lines, size=21))
    assert len(small.horizontals[1][1]) == 2
    assert len(large.horizontals[1][1]) == 1


def test_tables_apart_are_networks_of_their_own_from_the_top_down():
    found = networks(drawn(*square(300, 400), *square(300, 100), *square(50, 100)))
    assert [network.box[:2] for network in found] == [(50, 100), (300, 100), (300, 400)]


@pytest.mark.parametrize(
    "lines",
    [
        [(50, 100, 300, 100)],
        [(50, 100, 300, 100), (50, 120, 300, 120)],
        [(50, 100, 300, 100), (60, 90, 60, 110)],
        [(60, 90, 60, 300), (80, 90, 80, 300)],
    ],
    ids=["underline", "two rules", "cross", "change bars"],
)
def test_lines_that_make_no_table_are_dropped(lines):
    assert networks(drawn(*lines)) == ()


def test_the_scale_is_that_of_most_text():
    words = [replace(WORD, size=size) for size in (9.0, 9.0, 9.0, 22.0)]
    assert text_scale(Page(1, 600, 800, tuple(words))) == pytest.approx(9 / 10.5)
    assert text_scale(Page(1, 600, 800, ())) == 1.0


def test_a_table_of_hairlines_crossing_over_the_frame_is_one_network():
    on = page(Drawn("A|B\nC|D", widths=(60, 60)))
    stretched = [
        replace(r, x0=r.x0 - 2, x1=r.x1 + 2) if r.horizontal else replace(r, y0=r.y0 - 2, y1=r.y1 + 2)
        for r in on.rulings
    ]
    assert len(networks(replace(on, rulings=tuple(stretched)))) == 1
