"""Headers: where they end, what each column is called and what it holds."""

from __future__ import annotations

from dataclasses import replace

import pytest

from extract.tables.headers import is_number_row, read_header
from tests.drawing import grid


def heads(text: str):
    return read_header(grid(text)).columns


def paths(text: str) -> list[str]:
    return [head.label for head in heads(text)]


def roles(text: str) -> list[str]:
    return [head.role for head in heads(text)]


def recognised(labels: str) -> list[str]:
    """The labels as they are understood when they were read from pixels."""
    drawn = grid(f"{labels}\n204|公共安全支出|33.57|20.57|13.00")
    cells = tuple(replace(cell, confidence=0.9) for cell in drawn.cells)
    return [head.label for head in read_header(replace(drawn, cells=cells)).columns]


def test_recognised_labels_give_way_to_the_words_of_the_forms():
    assert recognised("科目编码|科目名称|合计|一般公共演算|政府性基全预真")[3:] == [
        "一般公共预算",
        "政府性基金预算",
    ]


def test_labels_of_other_words_are_not_taken_for_misread_ones():
    others = ["国有资本经营收入", "政府性基金支出"]
    assert recognised("|".join(["科目编码", "科目名称", "合计", *others]))[3:] == others
    digital = "科目编码|科目名称|合计|一般公共演算|其他\n204|公共安全支出|33.57|20.57|13.00"
    assert paths(digital)[3] == "一般公共演算"


# Header trees -------------------------------------------------------------------------------


def test_a_header_of_one_level():
    header = read_header(grid("科目编码|科目名称|合计|基本支出|项目支出\n204|公共安全支出|33.57|20.57|13.00"))
    assert header.body == 1
    assert [head.label for head in header.columns] == ["科目编码", "科目名称", "合计", "基本支出", "项目支出"]
    assert [head.role for head in header.columns] == ["code", "name", "amount", "amount", "amount"]


TWO = """
项目|<|本年支出合计|基本支出|项目支出
功能分类科目编码|科目名称|^|^|^
208|社会保障和就业支出|12.30|12.30|
"""


def test_a_header_of_two_levels():
    assert paths(TWO) == ["项目/功能分类科目编码", "项目/科目名称", "本年支出合计", "基本支出", "项目支出"]
    assert roles(TWO) == ["code", "name", "amount", "amount", "amount"]


THREE = """
功能分类科目编码|<|<|功能分类科目名称|本年支出|<|<
^|^|^|^|合计|基本支出|项目支出
类|款|项|^|^|^|^
208|05|05|机关事业单位基本养老保险缴费支出|12.30|12.30|
"""


def test_a_header_of_three_levels_with_split_codes():
    assert paths(THREE)[:3] == ["功能分类科目编码/类", "功能分类科目编码/款", "功能分类科目编码/项"]
    assert paths(THREE)[4:] == ["本年支出/合计", "本年支出/基本支出", "本年支出/项目支出"]
    assert roles(THREE) == ["code", "code", "code", "name", "amount", "amount", "amount"]


FOUR = """
科目编码|科目名称|预算数|<|<|<|<
^|^|合计|财政拨款|<|<|其他资金
^|^|^|小计|基本支出|<|^
^|^|^|^|人员经费|公用经费|^
208|社会保障和就业支出|30.00|20.00|15.00|5.00|10.00
"""


def test_a_header_of_four_levels():
    header = read_header(grid(FOUR))
    assert header.body == 4
    assert [head.path for head in header.columns][2:] == [
        ("预算数", "合计"),
        ("预算数", "财政拨款", "小计"),
        ("预算数", "财政拨款", "基本支出", "人员经费"),
        ("预算数", "财政拨款", "基本支出", "公用经费"),
        ("预算数", "其他资金"),
    ]


@pytest.mark.parametrize("spelled", ["合 计", "合/计", "合  计", "合　计"])
def test_headers_spelled_letter_by_letter(spelled):
    header = f"科目编码|科 目 名 称|{spelled}|基/本/支/出|项 目 支 出\n208|社会保障和就业支出|3.00|1.00|2.00"
    assert paths(header) == ["科目编码", "科目名称", "合计", "基本支出", "项目支出"]


# 栏次 ---------------------------------------------------------------------------------------


NUMBERED = """
科目编码|科目名称|本年支出合计|基本支出|项目支出
栏次|<|1|2|3
合计|<|33.57|20.57|13.00
204|公共安全支出|33.57|20.57|13.00
"""


def test_the_row_of_column_numbers_is_part_of_the_header():
    header = read_header(grid(NUMBERED))
    assert header.body == 2
    assert [head.number for head in header.columns][2:] == [1, 2, 3]
    assert [head.label for head in header.columns][2:] == ["本年支出合计", "基本支出", "项目支出"]


def test_column_numbers_in_brackets_and_with_formulas():
    header = read_header(grid("科目编码|名称|合计|基本|项目\n**|**|1=2+3|2|3\n204|甲|3.00|1.00|2.00"))
    assert header.body == 2
    assert [head.number for head in header.columns][2:] == [1, 2, 3]
    header = read_header(grid("科目编码|名称|合计|基本|项目\n栏次||（1）|（2）|（3）\n204|甲|3.00|1.00|2.00"))
    assert [head.number for head in header.columns][2:] == [1, 2, 3]


@pytest.mark.parametrize(
    "texts",
    [
        ["栏次", "1", "2", "3"],
        ["1", "2", "3", "4"],
        ["行次", "栏次", "1", "行次", "2"],
        ["类", "款", "项", "栏次", "1", "2"],
        ["类款项", "栏次", "1", "2"],
        ["栏次", "1"],
        ["(1)", "(2)", "(3)"],
        ["**", "**", "1=2+3", "2", "3"],
    ],
)
def test_rows_that_count_columns(texts):
    assert is_number_row(texts)


@pytest.mark.parametrize(
    "texts",
    [
        ["合计", "1", "2", "3"],
        ["栏次", "3", "2", "1"],
        ["204", "1", "2"],
        ["科目编码", "1"],
        ["12.00", "13.00"],
        ["基本支出", "项目支出"],
        ["301", "302", "303"],
        [],
    ],
)
def test_rows_that_count_nothing(texts):
    assert not is_number_row(texts)


# Where the body begins ----------------------------------------------------------------------


def test_an_empty_form_has_its_lone_total_in_the_body():
    assert read_header(grid("科目编码|科目名称|合计|基本支出|项目支出\n合计|<|||")).body == 1


def test_a_form_whose_first_lines_print_no_figures_begins_at_its_items():
    text = "收入|<|支出|<\n项目|决算数|项目|决算数\n一、一般公共预算||一、公共安全|\n二、基金|3.00|二、教育|"
    assert read_header(grid(text)).body == 2


def test_a_grid_of_nothing_but_headers_has_no_body():
    header = read_header(grid("科目编码|科目名称|合计\n类|款|项"))
    assert header.body == header.grid.rows


# Roles --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("label", "below", "role"),
    [
        ("行次", "1", "line"),
        ("序号", "1", "line"),
        ("科目编码", "208", "code"),
        ("支出功能分类科目代码", "2080505", "code"),
        ("编码", "30101", "code"),
        ("单位编码", "101001", "text"),
        ("项目名称", "基本工资", "name"),
        ("科目名称", "基本工资", "name"),
        ("单位名称", "云岭市水务局", "text"),
        ("合计", "3.00", "amount"),
        ("备注", "见说明", "text"),
        ("科目名称", "3.00", "amount"),
        ("科目", "30101", "code"),
    ],
)
def test_a_column_is_what_its_label_says_unless_its_cells_contradict(label, below, role):
    assert roles(f"{label}|某列|合计\n{below}|其他文字|3.00\n{below}|其他文字|4.00")[0] == role


def test_where_no_label_speaks_of_names_the_last_text_before_the_figures_holds_them():
    assert roles("科目编码|摘要|合计\n208|社会保障和就业支出|3.00") == ["code", "name", "amount"]


def test_a_column_of_unreadable_figures_is_still_one_of_amounts():
    """What cannot be read must be said, so it may not pass for text."""
    text = "科目编码|科目名称|合计\n208|社会保障和就业支出|9.50 8.20\n209|其他|66.008.34"
    assert roles(text)[-1] == "amount"
