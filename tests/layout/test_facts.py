"""What a document says about itself: kind, year, who, when."""

from __future__ import annotations

import pytest

from extract.layout.facts import organisation_name, read_facts
from extract.layout.flow import TextLine
from tests.drawing import Drawn, flow, page


def facts(*lines: str):
    return read_facts(
        [
            TextLine(line, 1, (60.0, 100.0 + 20 * i, 300.0, 112.0 + 20 * i), 12.0)
            for i, line in enumerate(lines)
        ]
    )


# Kind and year ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lines", "kind", "year"),
    [
        (("云岭市青川区水务局", "2023年度部门决算"), "final_accounts", 2023),
        (("云岭市青川区水务局2024年部门预算",), "budget", 2024),
        (("2024年度", "云岭市青川区水务局部门预算公开"), "budget", 2024),
        (("2023年度云岭市青川区水务局单位决算公开",), "final_accounts", 2023),
        (("云岭市青川区水务局", "2025年预算公开"), "budget", 2025),
        (("云岭市青川区水务局 2 0 2 3 年度部门决算",), "final_accounts", 2023),
    ],
)
def test_the_cover(lines, kind, year):
    found = facts(*lines)
    assert (found.kind, found.fiscal_year) == (kind, year)
    assert found.organisation.name == "云岭市青川区水务局"


def test_a_final_account_that_speaks_of_budgets_all_the_time():
    found = facts(
        "云岭市青川区水务局",
        "2023年度部门决算",
        "目录",
        "五、一般公共预算财政拨款支出决算表",
        "六、一般公共预算财政拨款基本支出决算表",
        "七、政府性基金预算财政拨款收入支出决算表",
        "八、国有资本经营预算财政拨款支出决算表",
        "2023年度一般公共预算财政拨款支出决算情况",
        "2023年度政府性基金预算财政拨款支出决算情况",
    )
    assert (found.kind, found.fiscal_year) == ("final_accounts", 2023)


def test_the_year_of_the_money_is_not_that_of_publication_or_comparison():
    found = facts(
        "云岭市青川区水务局", "2023年度部门决算", "2024年9月",
        "与2022年度决算相比，增加1.20万元。", "2022年度决算数为33.57万元。",
    )  # fmt: skip
    assert (found.fiscal_year, found.published_on) == (2023, "2024-09")


def test_tables_tell_the_kind_where_no_cover_does():
    found = facts("收入支出决算总表", "公开01表", "收入决算表", "公开02表", "支出决算表", "公开03表")
    assert (found.kind, found.fiscal_year) == ("final_accounts", None)


def test_captions_of_tables_tell_the_year_where_no_cover_does():
    found = facts("2024年部门收支预算总表", "单位：元", "2024年部门收入预算总表", "单位：元")
    assert (found.kind, found.fiscal_year) == ("budget", 2024)


def test_a_document_that_says_nothing_has_no_facts():
    found = facts("会议通知", "请准时参加。")
    assert (found.kind, found.fiscal_year, found.title, found.published_on) == (None, None, None, None)
    assert found.organisation.name is None
    assert found.organisation.scope is None
    assert found.read_from == {}


# Who ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lines", "name"),
    [
        (("2023年度部门决算", "部门名称：云岭市青川区水务局"), "云岭市青川区水务局"),
        (("收入决算表", "编制单位：云岭市青川区水务局", "单位：万元"), "云岭市青川区水务局"),
        (("收入决算表", "部门：云岭市青川区水务局 单位：万元"), "云岭市青川区水务局"),
        (("预算主管部门：云岭市青川区水务局",), "云岭市青川区水务局"),
        (("第一部分 云岭市青川区水务局概况",), "云岭市青川区水务局"),
        (("第一部分", "云岭市青川区水务局", "部门概况"), "云岭市青川区水务局"),
        (("云岭市青川区水务局主要职能",), "云岭市青川区水务局"),
        (("一、云岭市青川区水务局主要职责",), "云岭市青川区水务局"),
        (("云岭市青川区人民政府", "石桥街道办事处", "2024年部门预算"), "云岭市青川区人民政府石桥街道办事处"),
    ],
)  # fmt: skip
def test_names_from_covers_captions_and_headings(lines, name):
    assert facts(*lines).organisation.name == name


def test_a_name_from_inside_the_frame_of_a_table():
    inside = (
        "收入决算表|<|<\n部门：云岭市青川区水务局|<|单位：万元\n科目编码|科目名称|合计\n208|社会保障|1.00"
    )
    assert read_facts(flow(page(Drawn(inside)))).organisation.name == "云岭市青川区水务局"


def test_the_name_most_lines_give_wins():
    found = facts(
        "云岭市青川区水务局", "2023年度部门决算", "部门：云岭市青川区水务局", "部门：云岭市青川区水务局",
        "编制单位：云岭市青川区财政局",
    )  # fmt: skip
    assert found.organisation.name == "云岭市青川区水务局"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("云岭市青川区水务局", "云岭市青川区水务局"),
        ("云岭市青川区水务局（部门）", "云岭市青川区水务局"),
        ("云岭市青川区水务局 单位：万元", "云岭市青川区水务局"),
        ("云岭市第一中学", "云岭市第一中学"),
        ("云岭市青川区水利站(本级)", "云岭市青川区水利站（本级）"),
        ("云岭市中级人民法院", "云岭市中级人民法院"),
        ("2023年预算", None),
        ("一般公共预算财政拨款", None),
        ("万元", None),
        ("水务局", None),
        ("编制部门：云岭市青川区水务局", None),
        ("主要负责水利工程的建设和管理，指导全区的水务局", None),
    ],
)
def test_what_can_be_the_name_of_an_organisation(text, name):
    assert organisation_name(text) == name


@pytest.mark.parametrize(
    ("lines", "scope"),
    [
        (("云岭市青川区水务局2024年部门预算",), "department"),
        (("云岭市青川区水利站2024年单位预算",), "unit"),
        (("2023年度云岭市青川区水利站单位决算",), "unit"),
        (("2024年预算公开", "部门收支总表", "部门收入总表", "部门支出总表"), "department"),
        (("2024年预算公开", "单位收支总表"), "unit"),
        (("2024年预算公开",), None),
        (("云岭市水利站2024年单位预算", "预算单位收入预算总表", "预算单位支出预算总表"), "unit"),
    ],
)
def test_a_department_answers_for_its_units_a_unit_for_itself(lines, scope):
    assert facts(*lines).organisation.scope == scope


def test_the_division_comes_from_the_name():
    division = facts("云岭市青川区水务局", "2023年度部门决算").organisation.division
    assert (division.city, division.district, division.code) == ("云岭市", "青川区", None)


# When ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "day"),
    [
        ("2024年9月27日", "2024-09-27"),
        ("发布日期：2024-09-27", "2024-09-27"),
        ("2024.9.27", "2024-09-27"),
        ("2024 年 9 月", "2024-09"),
        ("2024年2月31日", None),
        ("2024年13月1日", None),
        ("2024年9月27日召开了会议", None),
        ("二〇二四年九月", None),
    ],
)
def test_dates(line, day):
    assert facts("云岭市青川区水务局", "2023年度部门决算", line).published_on == day


# Where it was read --------------------------------------------------------------------------


def test_every_fact_says_where_it_was_read():
    found = facts("云岭市青川区水务局", "2023年度部门决算", "2024年9月27日")
    assert found.title == "云岭市青川区水务局2023年度部门决算"
    assert set(found.read_from) == {
        "kind", "fiscal_year", "organisation.name", "organisation.scope", "published_on", "title",
    }  # fmt: skip
    assert all(place.page == 1 and place.bbox for place in found.read_from.values())
    assert found.read_from["fiscal_year"].text == "2023年度部门决算"
    assert found.read_from["fiscal_year"].bbox == (60.0, 120.0, 300.0, 132.0)
    assert found.read_from["published_on"].text == "2024年9月27日"


def test_a_title_over_several_lines():
    assert facts("云岭市青川区水务局", "2023年度", "部门决算").title == "云岭市青川区水务局2023年度部门决算"
    assert facts("2024年云岭市青川区水务局", "部门预算公开").title == "2024年云岭市青川区水务局部门预算公开"
