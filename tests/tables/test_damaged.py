"""Codes and figures that recognition damaged are told from names, and only notation is put right."""

from __future__ import annotations

from decimal import Decimal

import pytest

from extract.layout.flow import LooseTable
from extract.tables.codes import code_in_name
from extract.tables.damaged import damaged_code, joined_signs, looks_like_figure, tidied_figure
from extract.tables.loose_rows import PrintedRow, Token, printed_rows
from extract.tables.loose_subjects import subject_line


@pytest.mark.parametrize("text", ["12.50", "1,286", "事业运行", "0101", "合计", "12", "OOO"])
def test_what_is_no_code(text):
    assert damaged_code(text) is None


@pytest.mark.parametrize(
    ("text", "signs"), [("2O8 0505", "2O80505"), ("3022 q", "3022q"), ("22I02", "22I02")]
)
def test_damaged_codes_keep_their_signs(text, signs):
    assert damaged_code(text) == signs


def test_short_group_and_item_are_filled_up():
    assert joined_signs(["208", "5", "1"]) == "2080501"
    assert joined_signs(["301", "1"]) == "30101"
    assert joined_signs(["3010", "1"]) == "30101"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1，286·76", "1286.76"),
        ("1.286.76", "1286.76"),
        ("12..34", "12.34"),
        ("6.969,821", "6969821"),
        ("-80,39", "-80.39"),
        ("74.730", None),
        ("1286.7.6", None),
        ("12,3456.78", None),
        ("4O.39", None),
        ("2024", None),
    ],
)
def test_separators_are_put_right_only_where_one_reading_is_left(text, value):
    assert tidied_figure(text) == (None if value is None else Decimal(value))


def test_unreadable_figures_are_no_words():
    assert looks_like_figure("4O.39")
    assert not looks_like_figure("A4纸")
    tokens = (
        Token("22I02", "text", None, 0),
        Token("住房改革支出", "text", None, 1),
        Token("4O.39", "text", None, 2),
    )
    line, _ = subject_line(PrintedRow(tokens, kept=True), ())
    assert line is not None
    assert (line.code, line.name, [token.text for token in line.unread]) == (
        "22I02",
        "住房改革支出",
        ["4O.39"],
    )


def test_a_letter_inside_a_code_begins_no_name():
    assert code_in_name("208O505") is None
    assert code_in_name("2080505养老") == ("2080505", "养老")


def rows_of(*lines):
    return printed_rows(LooseTable(lines, 0))


def test_rows_that_recognition_joined_are_parted():
    (above, below) = rows_of("20805 2080505\t养老支出 养老保险缴费支出\t27.94 27.94\t")
    assert [token.plain for token in above.tokens] == ["20805", "养老支出", "27.94"]
    assert [token.plain for token in below.tokens] == ["2080505", "养老保险缴费支出", "27.94"]


def test_two_figures_in_one_cell_alone_make_no_second_row():
    (row,) = rows_of("20805\t养老支出\t27.94 27.94\t1.00")
    assert len(row.tokens) == 5


def test_the_end_of_a_name_beside_a_figure_is_no_part_of_it():
    (row,) = rows_of("221\t住房保障支\t出 30.21\t30.21")
    line, _ = subject_line(row, ())
    assert [str(token.value) for token in line.figures] == ["30.21", "30.21"]
    assert line.name == "住房保障支"


def test_damaged_codes_begin_rows_where_cells_stand_one_to_a_line():
    cells = "208 社会保障 27.94 20805 养老支出 27.94 2O805O5 养老保险 27.94 2I0 卫生 1.00 221 住房 3.0O 3.00"
    rows = printed_rows(LooseTable(tuple(cells.split()), 0))
    assert [row.tokens[0].plain for row in rows] == ["208", "20805", "2O805O5", "2I0", "221"]
    assert [token.text for token in rows[-1].tokens] == ["221", "住房", "3.0O", "3.00"]
