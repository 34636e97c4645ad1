"""Grids from rulings: whatever is drawn is read back, cell by cell."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from extract.layout.rulings import networks
from extract.reading.pages import Page, Ruling, Word
from extract.tables.lattice import cell_text, lattice_grid
from tests import drawing
from tests.drawing import Drawn, grid, page
from tests.tables.partitions import drawn_tables

MODEST = settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))


def read(on: Page):
    """The grid of the only network of a page."""
    (network,) = networks(on)
    return lattice_grid(on, network, on.words)


def shape(of):
    return {(c.row, c.column, c.row_span, c.column_span): c.text for c in of.cells}


@MODEST
@given(drawn_tables())
def test_a_random_table_is_read_back_exactly(drawn):
    table, on = drawn
    assert shape(read(on)) == table.texts()


@MODEST
@given(drawn_tables())
def test_cells_cover_the_grid_and_lie_where_they_were_drawn(drawn):
    table, on = drawn
    found = read(on)
    assert all(cell is not None for line in found.covering() for cell in line)
    for cell in found.cells:
        sides = table.sides((cell.row, cell.column, cell.row_span, cell.column_span))
        assert cell.box == pytest.approx(sides, abs=1.0)


@MODEST
@given(drawn_tables(), st.floats(0.6, 2.5), st.floats(-300, 300), st.floats(-300, 300))
def test_size_and_place_do_not_matter(drawn, scale, right, down):
    table, on = drawn
    rulings = [
        Ruling(r.x0 * scale + right, r.y0 * scale + down, r.x1 * scale + right, r.y1 * scale + down)
        for r in on.rulings
    ]
    words = [
        Word(
            w.text, w.x0 * scale + right, w.y0 * scale + down,
            w.x1 * scale + right, w.y1 * scale + down, w.size * scale,
        )
        for w in on.words
    ]  # fmt: skip
    moved = replace(on, words=tuple(words), rulings=tuple(rulings))
    assert shape(read(moved)) == table.texts()


@MODEST
@given(drawn_tables(), st.integers(1, 3))
def test_boxes_are_those_of_the_page_as_displayed(drawn, turn):
    table, on = drawn
    turned = replace(on, turn=turn)
    found = read(turned)
    assert shape(found) == table.texts()
    for cell in found.cells:
        sides = table.sides((cell.row, cell.column, cell.row_span, cell.column_span))
        assert cell.box == pytest.approx(turned.displayed(sides), abs=1.0)


THREE = """
A|B|<
^|C|D
E|F|G
"""


def test_a_table_open_at_its_sides_is_closed_where_its_lines_end():
    found = read(page(Drawn(THREE, drawing.no_sides)))
    assert shape(found) == shape(grid(THREE))


def test_a_broken_wall_joins_no_rows():
    """Where a missing piece of wall joins positions into an L, the rows of it stay apart."""
    whole = page(Drawn("A|B\nC|D", widths=(60, 60)))
    xs, ys = sorted({r.x0 for r in whole.rulings if not r.horizontal}), sorted({r.y0 for r in whole.rulings})
    between_a_and_b = Ruling(xs[1], ys[0], xs[1], ys[1])
    between_b_and_d = Ruling(xs[1], ys[1], xs[2], ys[1])
    gone = {between_a_and_b, between_b_and_d}
    found = read(replace(whole, rulings=tuple(r for r in whole.rulings if r not in gone)))
    assert [[cell.text for cell in found.cells if cell.row == row] for row in (0, 1)] == [["A B"], ["C", "D"]]


def test_a_wall_that_is_hardly_drawn_is_none():
    whole = page(Drawn("A|B\nC|D", widths=(60, 60)))
    xs, ys = sorted({r.x0 for r in whole.rulings if not r.horizontal}), sorted({r.y0 for r in whole.rulings})
    kept = [r for r in whole.rulings if r != Ruling(xs[1], ys[0], xs[1], ys[1])]
    stub = Ruling(xs[1], ys[0], xs[1], ys[0] + 0.3 * (ys[1] - ys[0]))
    found = read(replace(whole, rulings=(*kept, stub)))
    assert shape(found) == {(0, 0, 1, 2): "A B", (1, 0, 1, 1): "C", (1, 1, 1, 1): "D"}


def test_lines_drawn_unevenly_from_row_to_row_make_no_columns():
    """The boundary between two columns stands five points further right in the second row."""
    rulings = [
        Ruling(0, 0, 200, 0), Ruling(0, 20, 200, 20), Ruling(0, 40, 200, 40),
        Ruling(0, 0, 0, 40), Ruling(200, 0, 200, 40), Ruling(100, 0, 100, 20), Ruling(105, 20, 105, 40),
    ]  # fmt: skip
    words = [Word(t, x, y, x + 30, y + 10, 10) for t, x, y in
             (("A", 10, 5), ("B", 110, 5), ("C", 10, 25), ("D", 110, 25))]  # fmt: skip
    found = read(Page(1, 300, 100, tuple(words), tuple(rulings)))
    assert shape(found) == shape(grid("A|B\nC|D"))


def test_a_narrow_column_that_holds_a_word_stays():
    found = read(page(Drawn("A|1|B\nC|2|D", widths=(60, 10, 60))))
    assert shape(found) == shape(grid("A|1|B\nC|2|D"))


def test_text_of_a_cell_keeps_its_lines_and_blanks():
    words = [
        Word("财政拨款", 10, 20, 50, 30, 10),
        Word("支出", 30, 8, 50, 18, 10),
        Word("本年", 8, 8.5, 28, 18.5, 10),
    ]
    assert cell_text(words) == "本年 支出\n财政拨款"
