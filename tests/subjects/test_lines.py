"""Lines of two-sided forms that recognition misread: fixed wordings, and what is not touched."""

from __future__ import annotations

import pytest

from extract.subjects.lines import corrected_line, is_known_line, word_lines
from models.disclosure import Row, Side, Table


@pytest.mark.parametrize(
    ("printed", "side", "meant"),
    [
        ("基木支出", "expenditure", "基本支出"),
        ("三.单位预留机动经费", "expenditure", "三、单位预留机动经费"),
        ("八其他收入", "income", "八、其他收入"),
        ("1一般公共预算", "income", "1.一般公共预算"),
        ("一一般公共预算财政拨款收入", "income", "一、一般公共预算财政拨款收入"),
        ("十一其他收入", "income", "十一、其他收入"),
        ("收入总汁", "income", "收入总计"),
        ("般公共预算", "income", "一般公共预算"),
        ("财政投款", "income", "财政拨款"),
        ("支总计", "expenditure", "支出总计"),
        ("一、基本支", "expenditure", "一、基本支出"),
        ("事业收", "income", "事业收入"),
        ("充出总计", "expenditure", "支出总计"),
        ("出合计", "expenditure", "支出合计"),
        ("八、作房保障支出", "expenditure", "八、住房保障支出"),
    ],
)
def test_a_misread_line_is_worded_as_the_forms_word_it(printed, side, meant):
    assert corrected_line(printed, side) == meant


@pytest.mark.parametrize(
    ("printed", "side"),
    [
        ("基本支出", "expenditure"),
        ("1、一般公共预算", "income"),
        ("一般公共预算", "income"),
        ("（一）一般公共预算", "income"),
        ("其中：动用上年结转和结余资金", "income"),
        ("基建支出", "expenditure"),
        ("专项支出", "expenditure"),
        ("十二、农林水支出", "expenditure"),
        ("二十一、其他支出", "expenditure"),
        ("基木支出", "income"),
        ("年支出合计", "expenditure"),
        ("收支总计", "expenditure"),
        ("政府收支", "expenditure"),
        ("支", "expenditure"),
        ("本年支出总计", "expenditure"),
        ("基本支出合计", "expenditure"),
        ("合计", "income"),
    ],
)
def test_a_right_line_or_another_is_left(printed, side):
    assert corrected_line(printed, side) is None


def test_a_line_is_known_on_its_own_side():
    assert is_known_line("一、基本支出", "expenditure")
    assert not is_known_line("一、基本支出", "income")
    assert not is_known_line(None, "income")


def summary(name: str, side: Side) -> Table:
    line = Row(code=None, name=name, printed_name=name, level="line", side=side)
    return Table(id="", kind="income_expenditure_summary", status="extracted", rows=(line,))


def test_only_what_was_recognised_is_put_right():
    read = summary("基木支出", "expenditure")
    assert word_lines(read, "text_layer") == (read, ())
    table, (repair,) = word_lines(read, "ocr")
    assert (table.rows[0].name, table.rows[0].printed_name) == ("基本支出", "基本支出")
    assert (repair.kind, repair.from_, repair.to) == ("name", "基木支出", "基本支出")


def test_a_misread_total_becomes_one():
    table, _ = word_lines(summary("收入总汁", "income"), "ocr")
    assert (table.rows[0].level, table.rows[0].name) == ("total", "收入总计")
