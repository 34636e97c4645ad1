"""Figures without columns are put where the identities leave one place, and doubted elsewhere."""

from __future__ import annotations

from decimal import Decimal
from itertools import combinations, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extract.tables.placement import OPEN, UNBALANCED, UNSOLVED, ColumnRule, Line, place_lines

TWO: tuple[ColumnRule, ...] = ((0, ((1, 1), (1, 2))),)
"""total = basic + project"""


def line(*figures: str, parent: int | None = None, slots: tuple[int | None, ...] | None = None) -> Line:
    return Line(tuple(map(Decimal, figures)), slots or (None,) * len(figures), parent)


def test_the_sums_of_the_columns_decide() -> None:
    lines = [
        line("7.00", "2.00", "5.00"),
        line("4.00", "4.00", parent=0),
        line("3.00", "2.00", "1.00", parent=0),
    ]
    placed = place_lines(lines, 3, TWO)
    assert [each.columns for each in placed] == [(0, 1, 2), (0, 2), (0, 1, 2)]
    assert not any(each.doubtful for each in placed)


def test_what_no_sum_decides_is_placed_as_usual_and_doubted() -> None:
    (placed,) = place_lines([line("4.00", "4.00")], 3, TWO)
    assert placed.columns == (0, 1)
    assert placed.doubtful == {1: OPEN, 2: OPEN}


def test_weights_say_what_is_usual() -> None:
    (placed,) = place_lines([line("4.00", "4.00")], 3, TWO, weights=(0, 5, 1))
    assert placed.columns == (0, 2)
    assert placed.doubtful


def test_what_is_known_from_elsewhere_decides() -> None:
    (placed,) = place_lines([line("4.00", "4.00")], 3, TWO, known={0: {2: Decimal("4.00")}})
    assert placed.columns == (0, 2)
    assert not placed.doubtful


def test_knowledge_that_fits_no_placement_is_not_used() -> None:
    (placed,) = place_lines([line("4.00", "4.00")], 3, TWO, known={0: {2: Decimal("9.00")}})
    assert placed.doubtful


def test_printed_places_that_satisfy_everything_are_certain() -> None:
    lines = [
        line("4.00", "4.00", slots=(0, 2)),
        line("3.00", "3.00", slots=(0, 2), parent=0),
        line("1.00", "1.00", slots=(0, 2), parent=0),
    ]
    placed = place_lines(lines, 3, TWO)
    assert all(each.columns == (0, 2) and not each.doubtful for each in placed)


def test_only_a_slid_line_is_moved() -> None:
    lines = [
        line("4.00", "1.00", "3.00", slots=(0, 1, 2)),
        line("3.00", "3.00", slots=(1, 3), parent=0),
        line("1.00", "1.00", slots=(0, 1), parent=0),
    ]
    placed = place_lines(lines, 3, TWO)
    assert [each.columns for each in placed] == [(0, 1, 2), (0, 2), (0, 1)]
    assert not any(each.doubtful for each in placed)


def test_a_slide_that_obeys_its_row_is_found_by_the_sums() -> None:
    lines = [
        line("4.00", "1.00", "3.00", slots=(0, 1, 2)),
        line("3.00", "3.00", slots=(0, 1), parent=0),  # slid from project to basic
        line("1.00", "1.00", slots=(0, 1), parent=0),
    ]
    placed = place_lines(lines, 3, TWO)
    assert placed[1].columns == (0, 2)
    assert not placed[1].doubtful


def test_an_author_s_wrong_sum_moves_nothing_and_is_doubted() -> None:
    lines = [
        line("9.00", "6.00", "3.00", slots=(0, 1, 2)),
        line("3.00", "3.00", slots=(0, 2), parent=0),
        line("1.00", "1.00", slots=(0, 1), parent=0),
    ]
    placed = place_lines(lines, 3, TWO)
    assert [each.columns for each in placed] == [(0, 1, 2), (0, 2), (0, 1)]
    assert placed[0].doubtful == {0: UNBALANCED, 1: UNBALANCED}
    assert placed[2].doubtful == {0: UNBALANCED, 1: UNBALANCED}


def test_a_row_nothing_satisfies_is_kept_and_doubted() -> None:
    (placed,) = place_lines([line("9.00", "6.00", "2.00", slots=(0, 1, 2))], 3, TWO)
    assert placed.columns == (0, 1, 2)
    assert set(placed.doubtful.values()) == {UNSOLVED}


def test_rounding_is_no_fault() -> None:
    lines = [
        line("10.01", "3.34", "6.67", slots=(0, 1, 2)),
        line("5.00", "1.67", "3.33", slots=(0, 1, 2), parent=0),
        line("5.00", "1.67", "3.34", slots=(0, 1, 2), parent=0),
    ]
    assert not any(each.doubtful for each in place_lines(lines, 3, TWO))


def test_balances_have_a_minus() -> None:
    fund: tuple[ColumnRule, ...] = ((5, ((1, 0), (1, 1), (-1, 2))), (2, ((1, 3), (1, 4))))
    (placed,) = place_lines([line("2.00", "5.00", "6.00", "4.00", "2.00", "1.00")], 6, fund)
    assert placed.columns == (0, 1, 2, 3, 4, 5)
    assert not placed.doubtful


def test_more_figures_than_columns_are_refused() -> None:
    with pytest.raises(ValueError, match="more than 3 figures"):
        place_lines([line("1", "1", "1", "1")], 3, TWO)


def test_a_line_without_figures_counts_as_nothing() -> None:
    lines = [line("4.00", "4.00", slots=(0, 1)), line(parent=0), line("4.00", "4.00", slots=(0, 1), parent=0)]
    placed = place_lines(lines, 3, TWO)
    assert placed[1].columns == ()
    assert not any(each.doubtful for each in placed)


def test_a_huge_search_ends_in_doubt_and_not_in_hours() -> None:
    parts = [str(2**index) for index in range(40)]
    total = sum(2**index for index in range(40))
    basic = sum(2**index for index in range(0, 40, 2))
    lines = [
        line(str(total), str(basic), str(total - basic)),
        *(line(each, each, parent=0) for each in parts),
    ]
    placed = place_lines(lines, 3, TWO)
    wrong = [
        index
        for index, each in enumerate(placed[1:])
        if each.columns != (0, 1 if index % 2 == 0 else 2) and not each.doubtful
    ]
    assert wrong == []


# --- random forms against every placement tried by hand -------------------------------------------------

figures = st.integers(1, 6).map(lambda value: Decimal(value * 100) / 100)


@st.composite
def consistent_forms(draw: st.DrawFn) -> tuple[int, list[list[Decimal]], list[int | None]]:
    """Rows of total and parts that add up, as a tree: the total, its classes and their items."""
    width = draw(st.integers(3, 4))
    rows: list[list[Decimal]] = [[Decimal(0)] * width]
    parents: list[int | None] = [None]
    for _ in range(draw(st.integers(1, 2))):
        head = len(rows)
        rows.append([Decimal(0)] * width)
        parents.append(0)
        for _ in range(draw(st.integers(1, 2))):
            used = draw(st.sets(st.integers(1, width - 1), min_size=1, max_size=2))
            row = [Decimal(0)] + [
                draw(figures) if column in used else Decimal(0) for column in range(1, width)
            ]
            row[0] = sum(row, Decimal(0))
            rows.append(row)
            parents.append(head)
            for upper in (0, head):
                rows[upper] = [a + b for a, b in zip(rows[upper], row, strict=True)]
    return width, rows, parents


def rule(width: int) -> tuple[ColumnRule, ...]:
    return ((0, tuple((1, column) for column in range(1, width))),)


def solutions(
    width: int, rows: list[list[Decimal]], parents: list[int | None]
) -> list[tuple[tuple[Decimal, ...], ...]]:
    """Every way to place the printed figures under which all rows and sums hold."""
    choices = []
    for row in rows:
        printed = [value for value in row if value]
        ways = []
        for columns in combinations(range(width), len(printed)):
            vector = [Decimal(0)] * width
            for column, value in zip(columns, printed, strict=True):
                vector[column] = value
            if vector[0] == sum(vector[1:]):
                ways.append(tuple(vector))
        choices.append(ways)
    return [whole for whole in product(*choices) if _adds_up(whole, parents)]


def _adds_up(whole: tuple[tuple[Decimal, ...], ...], parents: list[int | None]) -> bool:
    for index in range(len(whole)):
        parts = [whole[child] for child, parent in enumerate(parents) if parent == index]
        if parts and tuple(map(sum, zip(*parts, strict=True))) != whole[index]:
            return False
    return True


@settings(max_examples=120, deadline=None)
@given(consistent_forms())
def test_exactly_what_differs_between_solutions_is_doubtful(
    form: tuple[int, list[list[Decimal]], list[int | None]],
) -> None:
    width, rows, parents = form
    lines = [
        Line(tuple(value for value in row if value), (None,) * sum(1 for value in row if value), parent)
        for row, parent in zip(rows, parents, strict=True)
    ]
    placed = place_lines(lines, width, rule(width))
    every = solutions(width, rows, parents)
    for index, (row, each) in enumerate(zip(rows, placed, strict=True)):
        differing = {column for column in range(width) if len({whole[index][column] for whole in every}) > 1}
        assert set(each.doubtful) == differing
        vector = [Decimal(0)] * width
        for column, value in zip(each.columns, lines[index].figures, strict=True):
            vector[column] = value
        assert all(vector[column] == row[column] for column in range(width) if column not in differing)
    chosen = tuple(
        tuple(
            dict(zip(each.columns, lines[index].figures, strict=True)).get(column, Decimal(0))
            for column in range(width)
        )
        for index, each in enumerate(placed)
    )
    assert chosen in every
