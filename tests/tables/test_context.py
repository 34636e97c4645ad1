"""The lines around a table: title, form number, unit, notes."""

from __future__ import annotations

import pytest

from extract.tables.context import form_number_in, is_note, is_title, look_above, look_below, unit_in


@pytest.mark.parametrize(
    ("line", "unit"),
    [
        ("单位：万元", "万元"),
        ("金额单位：元", "元"),
        ("编制部门：云岭市水务局 单位：万元", "万元"),
        ("（单位：万元）", "万元"),
        ("单位:人民币元", "元"),
        ("货币单位：千元", "千元"),
        ("（万元）", "万元"),
        ("单 位：万 元", "万元"),
        ("万元", "万元"),
        ("编制单位：云岭市水务局", None),
        ("收入总计1,266.16万元", None),
    ],
)
def test_units(line, unit):
    assert unit_in(line) == unit


@pytest.mark.parametrize(
    ("line", "number"),
    [
        ("公开02表", "公开02表"),
        ("公开 02 表", "公开02表"),
        ("公开表一", "公开表一"),
        ("预算公开表3", "预算公开表3"),
        ("部门预算公开01表", "部门预算公开01表"),
        ("表7", "表7"),
        ("附表1", "附表1"),
        ("表一：", "表一"),
        ("收入决算表", None),
        ("表7 一般公共预算支出表", None),
        ("2023年", None),
    ],
)
def test_form_numbers(line, number):
    assert form_number_in(line) == number


@pytest.mark.parametrize(
    "line", ["支出决算表", "2023年度支出决算表（公开03表）", "支 出 决 算 表", "收支预算总表1"]
)
def test_titles(line):
    assert is_title(line)


@pytest.mark.parametrize(
    "line",
    ["公开03表", "本表反映部门本年度各项支出情况。", "一、收入支出总体情况说明", "部门决算公开表",
     "详见支出决算表。", ""],
)  # fmt: skip
def test_lines_that_are_no_titles(line):
    assert not is_title(line)


# Above --------------------------------------------------------------------------------------


def test_title_number_and_unit():
    found = look_above(["一段正文。", "支出决算表", "公开03表", "部门：云岭市水务局 单位：万元"])
    assert (found.title, found.number, found.unit) == ("支出决算表", "公开03表", "万元")
    assert found.forms[0].kind == "expenditure"
    assert found.above == 3


@pytest.mark.parametrize("line", ["表7 一般公共预算支出表", "一般公共预算支出表 表7"])
def test_a_number_beside_the_title(line):
    found = look_above([line, "单位：万元"])
    assert (found.title, found.number) == ("一般公共预算支出表", "表7")
    assert found.forms[0].kind == "general_budget_expenditure"


def test_unit_beside_the_title():
    found = look_above(["支出决算表 单位：万元"])
    assert (found.title, found.unit) == ("支出决算表", "万元")


def test_a_title_over_several_lines():
    found = look_above(["2024年部门预算", "财政拨款“三公”经费和", "机关运行经费预算表", "单位：万元"])
    assert found.title == "财政拨款“三公”经费和机关运行经费预算表"
    assert found.forms[0].kind == "three_public"


@pytest.mark.parametrize(
    "lines",
    [("一般公共预算财政拨款", "支出决算表"), ("一般公共预算", "财政拨款", "支出决算表")],
)
def test_a_title_whose_last_line_alone_names_another_form(lines):
    found = look_above(lines)
    assert found.forms[0].kind == "general_budget_expenditure"
    assert found.title == "一般公共预算财政拨款支出决算表"


def test_the_title_is_the_nearest_that_names_a_form():
    found = look_above(["收入决算表", "支出决算表", "公开03表"])
    assert found.title == "支出决算表"


def test_a_table_of_unknown_title_has_it_without_a_form():
    found = look_above(["固定资产情况表", "单位：台"])
    assert (found.title, found.forms, found.unit) == ("固定资产情况表", (), None)


def test_running_text_above_is_no_title():
    found = look_above(["二、支出决算情况说明", "本年支出合计33.57万元。"])
    assert (found.title, found.forms, found.above) == (None, (), 0)


def test_the_series_printed_over_every_table_is_not_its_title():
    found = look_above(["部门预算公开表", "部门支出总表", "单位：元"])
    assert (found.title, found.unit) == ("部门支出总表", "元")
    found = look_above(["部门支出总表", "部门预算公开表", "单位：元"])
    assert (found.title, found.unit) == ("部门支出总表", "元")


# Below --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "line",
    ["注：本表反映部门本年度各项支出情况。", "备注：本表为空表。", "本表无数据",
     "说明：金额转换为万元时因四舍五入", "1栏各行=(2+3+4+5+6+7)栏各行", "27行＝(1+2+3)行",
     "本单位没有政府性基金预算收入，也没有使用政府性基金安排的支出。",
     "我部门无国有资本经营预算拨款收支，故本表为空。"],
)  # fmt: skip
def test_notes(line):
    assert is_note(line)


@pytest.mark.parametrize(
    "line", ["第三部分 2023年度部门决算情况说明", "一、收入支出总体情况", "收入决算表", "单位：万元"]
)
def test_lines_that_are_no_notes(line):
    assert not is_note(line)


def test_a_note_that_wraps_is_one_note():
    lines = ["注：本表反映部门本年度总收支和年末结转", "结余情况。", "第三部分 情况说明"]
    assert look_below(lines) == (2, ("注：本表反映部门本年度总收支和年末结转结余情况。",))


def test_numbered_notes_are_several():
    lines = ["注：1.本表反映支出情况。", "2.本表以万元为单位，", "保留两位小数。", "表9"]
    assert look_below(lines) == (3, ("注：1.本表反映支出情况。", "2.本表以万元为单位，保留两位小数。"))


@pytest.mark.parametrize(
    "line", ["第三部分 情况说明", "一、收入支出总体情况", "（一）总体情况", "收入决算表", "表9", "附件："]
)
def test_a_note_ends_where_something_new_begins(line):
    assert look_below(["注：本表反映支出情况", line]) == (1, ("注：本表反映支出情况",))


def test_running_text_below_is_no_note():
    assert look_below(["本年支出合计33.57万元。", "注：以上为万元。"]) == (0, ())
