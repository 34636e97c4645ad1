"""Amount columns get their keys from the words of their headers."""

from __future__ import annotations

import pytest

from extract.tables.columns import column_key, is_previous, key_columns, years_in
from extract.tables.forms.registry import forms_for_title
from extract.tables.headers import ColumnHead


def specs(title: str):
    return forms_for_title(title)[0].columns


def keys(title: str, *labels: str, year: int | None = None) -> list[str]:
    """Keys of columns given by header paths written with slashes; grid columns count from 3."""
    heads = [ColumnHead(index, tuple(label.split("/")), "amount") for index, label in enumerate(labels, 2)]
    return [column.key for column in key_columns(heads, specs(title), year)]


@pytest.mark.parametrize(
    ("title", "labels", "wanted"),
    [
        (
            "收入决算表",
            ("本年收入合计", "财政拨款收入", "上级补助收入", "事业收入", "经营收入",
             "附属单位上缴收入", "其他收入"),
            ["total", "fiscal_appropriation", "superior_subsidy", "institutional", "commercial",
             "affiliate_remittance", "other"],
        ),
        (
            "支出决算表",
            ("本年支出合计", "基本支出", "项目支出", "上缴上级支出", "经营支出", "对附属单位补助支出"),
            ["total", "basic", "project", "remittance_to_superior", "commercial", "affiliate_subsidy"],
        ),
        (
            "财政拨款收入支出决算总表",
            ("合计", "一般公共预算财政拨款", "政府性基金预算财政拨款", "国有资本经营预算财政拨款"),
            ["total", "general_budget", "government_fund", "state_capital"],
        ),
        (
            "政府性基金预算财政拨款收入支出决算表",
            ("年初结转和结余", "本年收入", "本年支出/小计", "本年支出/基本支出", "本年支出/项目支出",
             "年末结转和结余"),
            ["opening_balance", "income", "total", "basic", "project", "closing_balance"],
        ),
        (
            "一般公共预算支出表",
            ("合计", "基本支出/小计", "基本支出/人员经费", "基本支出/公用经费", "项目支出"),
            ["total", "basic", "personnel", "public", "project"],
        ),
        ("一般公共预算支出表", ("2024年预算数/小计", "2024年预算数/基本支出", "2024年预算数/项目支出"),
         ["total", "basic", "project"]),
        ("一般公共预算基本支出表", ("本年一般公共预算基本支出/合计", "人员经费", "公用经费"),
         ["total", "personnel", "public"]),
    ],
)  # fmt: skip
def test_headers_of_the_forms(title, labels, wanted):
    assert keys(title, *labels) == wanted


def test_a_generic_label_yields_to_the_one_above():
    assert column_key(("项目支出", "小计"), specs("支出决算表")) == "project"
    assert column_key(("本年支出", "合计"), specs("支出决算表")) == "total"


def test_labels_that_ran_together_are_named_by_the_lower_one():
    assert column_key(("基本支出人员经费",), specs("一般公共预算支出表")) == "personnel"


def test_a_second_total_before_personnel_is_the_basic_expenditure():
    assert keys("一般公共预算支出表", "合计", "小计", "人员经费", "公用经费", "项目支出") == [
        "total", "basic", "personnel", "public", "project",
    ]  # fmt: skip


def test_unknown_columns_keep_their_place_and_no_key_is_given_twice():
    assert keys("支出决算表", "合计", "基本支出", "基本支出", "随便什么") == [
        "total", "basic", "column_5", "column_6",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("labels", "wanted"),
    [
        (("2022年决算数", "2023年决算数/小计", "2023年决算数/基本支出", "2023年决算数/项目支出"),
         ["previous", "total", "basic", "project"]),
        (("上年执行数", "合计", "基本支出", "项目支出"), ["previous", "total", "basic", "project"]),
        (("2022年/合计", "2022年/基本支出", "2023年/合计", "2023年/基本支出"),
         ["previous", "previous_basic", "total", "basic"]),
        (("合计", "基本支出", "项目支出", "比上年增减额", "比上年增减%"),
         ["total", "basic", "project", "change", "change_pct"]),
        (("合计", "基本支出", "项目支出", "增减幅度"), ["total", "basic", "project", "change_pct"]),
    ],
)  # fmt: skip
def test_columns_of_other_years_and_of_changes_are_kept_apart(labels, wanted):
    assert keys("一般公共预算财政拨款支出决算表", *labels, year=2023) == wanted


def test_money_carried_over_from_last_year_is_this_years_money():
    head = ColumnHead(3, ("上年结转",), "amount")
    assert not is_previous(head, 2023)
    assert keys("部门收入总表", "合计", "财政拨款收入", "上年结转")[-1] == "carried_over"


def test_one_year_alone_is_the_year_of_the_form():
    """A budget of 2024 may print 2023 in all its headers by mistake: nothing is told apart by it."""
    assert keys("支出决算表", "2022年合计", "2022年基本支出", "2022年项目支出", year=2023) == [
        "total", "basic", "project",
    ]  # fmt: skip


def test_years():
    assert years_in("2023年预算数/2022年执行数") == {2022, 2023}
    assert years_in("合计") == set()
