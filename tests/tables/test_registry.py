"""The forms as data: every title finds its own form, and no title another's."""

from __future__ import annotations

from typing import get_args

import pytest

from extract.tables.forms.registry import (
    Layout,
    all_forms,
    classification_of_form,
    form_number,
    forms_for_title,
    plain_title,
)
from models.catalogue.lookalike import unmistaken
from models.disclosure import TableKind

FORMS = all_forms()
WHOLE = [(form.kind, title) for form in FORMS for title in form.titles]
IDS = [f"{form.family}-{form.kind}-{index}" for index, form in enumerate(FORMS)]


def kind(title: str) -> str | None:
    found = forms_for_title(title)
    return found[0].kind if found else None


# The data -----------------------------------------------------------------------------------


def test_the_families_the_project_promises_are_there():
    assert {form.family for form in FORMS} >= {"wuhan", "shanghai", "jiangsu", "changsha", "general"}


def test_every_kind_of_table_has_a_form():
    assert {form.kind for form in FORMS} == set(get_args(TableKind)) - {"other"}


@pytest.mark.parametrize("form", FORMS, ids=IDS)
def test_entries_are_sound(form):
    keys = {column.key for column in form.columns}
    assert form.titles or form.all_of, "no title can name it"
    assert form.layout in get_args(Layout)
    assert set(form.numbered) <= keys
    assert set(form.side_columns) <= keys
    for rule in form.rules:
        left, right = rule.split(" = ")
        terms = right.replace("-", "+").split("+")
        assert {left, *(term.strip() for term in terms)} <= keys
    assert all(words for column in form.columns for words in column.words)


@pytest.mark.parametrize(("wanted", "title"), sorted(set(WHOLE)))
def test_a_title_finds_its_form_alone_and_below_year_and_organisation(wanted, title):
    found = {form.kind for form in forms_for_title(title)[:1]}
    assert found == {wanted}
    for before in (
        "2023年度",
        "云岭市青川区水务局",
        "2024年云岭市青川区人民政府石桥街道办事处",
        "表3 ",
        "公开03表 ",
    ):
        assert kind(before + title) == wanted, before


# Titles -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("title", "wanted"),
    [
        ("支出决算表", "expenditure"),
        ("一般公共预算财政拨款支出决算表", "general_budget_expenditure"),
        ("一般公共预算财政拨款基本支出决算表", "general_budget_basic_expenditure"),
        ("政府性基金预算财政拨款收入支出决算表", "government_fund"),
        ("国有资本经营预算财政拨款支出决算表", "state_capital"),
        ("财政拨款收入支出决算总表", "appropriation_summary"),
        ("收入支出决算总表", "income_expenditure_summary"),
        ("收入决算表", "income"),
        ("财政拨款“三公”经费支出决算表", "three_public"),
        ("一般公共预算财政拨款\"三公\"经费支出决算表", "three_public"),
        ("财政拨款‘三公’经费支出决算表", "three_public"),
        ("2023 年 支 出 决 算 表", "expenditure"),
        ("支出决算表（公开03表）", "expenditure"),
    ],
)  # fmt: skip
def test_final_accounts(title, wanted):
    assert kind(title) == wanted


@pytest.mark.parametrize(
    ("title", "wanted"),
    [
        ("部门收支总表", "income_expenditure_summary"),
        ("部门收入总表", "income"),
        ("部门支出总表", "expenditure"),
        ("财政拨款收支总表", "appropriation_summary"),
        ("一般公共预算支出表", "general_budget_expenditure"),
        ("一般公共预算基本支出表", "general_budget_basic_expenditure"),
        ("政府性基金预算支出表", "government_fund"),
        ("国有资本经营预算支出表", "state_capital"),
        ("财政拨款支出预算表（功能科目）", "appropriation_expenditure"),
        ("财政拨款基本支出预算表（经济科目）", "appropriation_basic_expenditure"),
        ("一般公共预算机关运行经费支出预算表", "operating_costs"),
        ("政府采购支出预算表", "procurement"),
        ("“三公”经费、会议费、培训费支出预算表", "three_public"),
        ("“三公”经费和机关运行经费预算表", "three_public"),
        ("项目支出绩效目标表", "project_performance"),
        ("部门整体支出绩效目标表", "overall_performance"),
    ],
)
def test_budgets(title, wanted):
    assert kind(title) == wanted


@pytest.mark.parametrize(
    "title",
    ["固定资产表", "人员情况表", "非税收入征收计划表", "财政专户管理资金收入表", "政府购买服务支出预算表",
     "转移支付支出预算表", "项目支出明细表", "一般公共预算收入表", "一般公共预算支出经济分类明细表",
     "会议记录", ""],
)  # fmt: skip
def test_tables_that_are_no_known_form(title):
    assert kind(title) not in ("expenditure", "income", "general_budget_expenditure", "procurement")


def test_the_longer_whole_title_wins():
    titles = [form.titles for form in forms_for_title("财政拨款收入支出决算总表")]
    assert "财政拨款收入支出决算总表" in titles[0]


@pytest.mark.parametrize("before", ["财政拨款", "一般公共预算", "政府性基金预算", "项目支出及", "收入"])
def test_words_of_the_field_before_a_title_make_it_another_one(before):
    assert kind(f"{before}支出决算表") != "expenditure"
    assert kind(f"云岭市青川区水务局{before}支出决算表") != "expenditure"


@pytest.mark.parametrize(
    "organisation", ["云岭市政府采购中心", "云岭市青川区非税收入管理局", "云岭市财政国库收付与绩效评价中心"]
)
def test_words_of_the_field_in_the_name_of_the_organisation_say_nothing(organisation):
    assert kind(f"{organisation}2023年度支出决算表") == "expenditure"
    assert kind(f"{organisation}2024年部门支出总体情况表") == "expenditure"
    assert kind(f"{organisation}2024年部门收支总体情况表") == "income_expenditure_summary"
    assert kind(f"{organisation}支出预算总表") == "expenditure"


@pytest.mark.parametrize(
    ("read", "kind"),
    [
        ("2021年单位支出页算总表", "expenditure"),
        ("政府性基全预算财政拨款支出决算表", "government_fund"),
        ("支出決算表", "expenditure"),
        ("一般公共预算则政拔款支出决算表", "general_budget_expenditure"),
    ],
)
def test_misread_titles_name_their_form(read, kind):
    assert forms_for_title(read)[0].kind == kind


def test_look_alikes_make_no_two_titles_one():
    """Titles of different forms stay apart when look-alike characters are taken for one another."""
    kinds: dict[str, set[str]] = {}
    for form in FORMS:
        for title in form.titles:
            kinds.setdefault(unmistaken(title), set()).add(form.kind)
    assert [title for title, named in kinds.items() if len(named) > 1] == []


def test_titles_are_compared_without_year_quotes_and_blanks():
    assert plain_title("2023年度 财政拨款“三公”经费支出决算表") == "财政拨款三公经费支出决算表"


# What a kind is -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("form", "classification"),
    [
        ("expenditure", "function"),
        ("general_budget_basic_expenditure", "economic"),
        ("three_public", None),
        ("procurement", None),
    ],
)
def test_classifications(form, classification):
    assert classification_of_form(form) == classification


def test_numbers_of_the_nine_forms_of_final_accounts():
    kinds = ("income_expenditure_summary", "income", "expenditure", "appropriation_summary",
             "general_budget_expenditure", "general_budget_basic_expenditure", "government_fund",
             "state_capital", "three_public")  # fmt: skip
    assert [form_number(kind, "final_accounts") for kind in kinds] == [f"公开0{n}表" for n in range(1, 10)]
    assert form_number("income", "budget") is None
