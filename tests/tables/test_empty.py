"""Forms that are only announced as empty, and forms that are missing."""

from __future__ import annotations

import pytest

from extract.tables.expected import missing_forms
from tests.drawing import Drawn, amounts, page, tables

TABLE = "科目编码|科目名称|合计|基本支出|项目支出\n合计|<|1.00|1.00|\n208|社会保障和就业支出|1.00|1.00|"


@pytest.mark.parametrize(
    "said",
    [
        "本部门无国有资本经营预算财政拨款支出，本表无数据。",
        "注：本表为空表。",
        "此表无数据。",
        "本单位没有国有资本经营预算财政拨款收入，也没有使用国有资本经营预算安排的支出。",
        "说明：我单位2023年度未发生国有资本经营预算支出，故本表为空。",
    ],
)
def test_a_title_over_the_word_that_the_form_is_empty(said):
    (table,) = tables(page("国有资本经营预算财政拨款支出决算表", "公开08表", "单位：万元", said))
    assert (table.kind, table.status, table.form, table.unit) == (
        "state_capital", "empty", "公开08表", "万元",
    )  # fmt: skip
    assert (table.notes, table.rows, table.pages) == ((said,), (), (1,))


def test_announced_forms_stand_in_order_among_the_others():
    found = tables(
        page("支出决算表", Drawn(TABLE), "政府性基金预算财政拨款收入支出决算表", "注：本表无数据。"),
        page("一般公共预算财政拨款支出决算表", Drawn(TABLE), number=2),
    )
    assert [(table.kind, table.status) for table in found] == [
        ("expenditure", "extracted"),
        ("government_fund", "empty"),
        ("general_budget_expenditure", "extracted"),
    ]


@pytest.mark.parametrize(
    "lines",
    [
        ("国有资本经营预算财政拨款支出决算表",),
        ("国有资本经营预算财政拨款支出决算表", "一段正文。", "本表无数据。"),
        ("国有资本经营预算财政拨款支出决算表", "政府采购支出表", "本表无数据。"),
        ("固定资产情况表", "本表无数据。"),
    ],
    ids=["title alone", "text between", "another title between", "no known form"],
)
def test_what_announces_no_empty_form(lines):
    kinds = [table.kind for table in tables(page(*lines))]
    assert "state_capital" not in kinds
    assert "other" not in kinds


def test_a_form_that_is_printed_is_not_announced_as_well():
    note = "本部门无国有资本经营预算财政拨款支出，本表无数据。"
    empty = "科目编码|科目名称|合计|基本支出|项目支出\n合计|<|||"
    (table,) = tables(page("国有资本经营预算财政拨款支出决算表", Drawn(empty), note))
    assert (table.kind, table.status, table.notes) == ("state_capital", "empty", (note,))


def test_a_note_that_calls_a_filled_form_empty_takes_nothing_from_it():
    (table,) = tables(page("支出决算表", Drawn(TABLE), "注：本表为空表。"))
    assert (table.status, table.notes) == ("extracted", ("注：本表为空表。",))
    assert amounts(table)["208"] == {"total": "1.00", "basic": "1.00"}


def test_standard_forms_that_are_absent_are_named():
    missing = missing_forms("final_accounts", {"income", "expenditure", "three_public", "other"})
    assert [(table.kind, table.form) for table in missing] == [
        ("income_expenditure_summary", "公开01表"),
        ("appropriation_summary", "公开04表"),
        ("general_budget_expenditure", "公开05表"),
        ("general_budget_basic_expenditure", "公开06表"),
        ("government_fund", "公开07表"),
        ("state_capital", "公开08表"),
    ]
    assert all(table.status == "missing" and table.rows == table.pages == () for table in missing)
    assert all(table.form is None for table in missing_forms("budget", set()))


def test_nothing_is_missing_of_a_document_of_unknown_kind():
    assert missing_forms(None, set()) == ()
