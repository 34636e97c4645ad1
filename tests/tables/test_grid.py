"""Grids of cells with spans: covering, compacting, moving to other columns."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from extract.tables.grid import Grid, GridCell, compact, remapped
from tests.drawing import grid
from tests.tables.partitions import partitions

MODEST = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))


@st.composite
def grids(draw: st.DrawFn) -> Grid:
    table = draw(partitions())
    cells = tuple(GridCell(r, c, text, h, w) for (r, c, h, w), text in table.texts().items())
    return Grid(len(table.ys) - 1, len(table.xs) - 1, cells, {1: (0, 0, 1, 1)}, table.xs)


@MODEST
@given(grids())
def test_every_position_is_covered_by_the_cell_that_spans_it(found):
    plane = found.covering()
    for row in range(found.rows):
        for column in range(found.columns):
            cell = plane[row][column]
            assert cell.row <= row < cell.row + cell.row_span
            assert cell.column <= column < cell.column + cell.column_span


@MODEST
@given(grids())
def test_a_grid_whose_columns_all_begin_a_cell_is_compact(found):
    assert compact(found) is found


@MODEST
@given(grids(), st.data())
def test_columns_in_which_nothing_begins_go_and_nothing_else_does(found, data):
    """Columns are doubled here and there, as uneven drawing does; compacting undoes it."""
    counts = data.draw(st.lists(st.integers(1, 3), min_size=found.columns, max_size=found.columns))
    places = [sum(counts[:column]) for column in range(found.columns)]
    edges = tuple(float(edge) for edge in range(sum(counts) + 1))
    wide = remapped(found, places, sum(counts), edges)
    narrow = compact(wide)
    assert narrow.columns == found.columns
    assert narrow.cells == found.cells
    assert len(narrow.edges) == narrow.columns + 1
    assert narrow.boxes == found.boxes


def test_pages_are_those_of_the_boxes():
    both = grid("甲|乙")
    assert both.pages == (1,)
    assert Grid(1, 1, (), {9: (0, 0, 1, 1), 7: (0, 0, 1, 1)}).pages == (7, 9)
