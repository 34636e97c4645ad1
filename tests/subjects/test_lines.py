"""Lines of two-sided forms that recognition misread: fixed wordings, and what is not touched."""

from __future__ import annotations

import pytest

from extract.subjects import match_subjects
from extract.subjects.lines import corrected_line, is_known_line
from extract.subjects.stage import Trust
from models.disclosure import Row, Table


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
        ("基木支出", "income"),
    ],
)
def test_a_right_line_or_another_is_left(printed, side):
    assert corrected_line(printed, side) is None


def test_a_line_is_known_on_its_own_side():
    assert is_known_line("一、基本支出", "expenditure")
    assert not is_known_line("一、基本支出", "income")
    assert not is_known_line(None, "income")


@pytest.mark.parametrize(
    ("trust", "name", "repairs"), [("ocr", "基本支出", 1), ("text_layer", "基木支出", 0)]
)
def test_only_what_was_recognised_is_put_right(trust: Trust, name: str, repairs: int):
    line = Row(code=None, name="基木支出", printed_name="基木支出", level="line", side="expenditure")
    table = Table(id="", kind="income_expenditure_summary", status="extracted", rows=(line,))
    reading = match_subjects(table, edition=2023, classification="function", trust=trust)
    assert reading.table.rows[0].name == name
    assert len(reading.repairs) == repairs


def test_a_misread_total_becomes_one():
    line = Row(code=None, name="收入总汁", printed_name="收入总汁", level="line", side="income")
    table = Table(id="", kind="income_expenditure_summary", status="extracted", rows=(line,))
    (row,) = match_subjects(table, edition=2023, classification="function", trust="ocr").table.rows
    assert (row.level, row.name, row.printed_name) == ("total", "收入总计", "收入总计")
