"""Rows without codes, lines of two-sided forms, and names that the cell cut."""

import pytest

from extract.subjects import match_subjects
from models.disclosure import Row, Table
from tests.subjects.test_matching import read, row


def sided(name, side, **fields):
    return Row(code=None, name=name, printed_name=name, level="line", side=side, **fields)


def summary(lines, year=2023):
    table = Table(id="", kind="income_expenditure_summary", status="extracted", rows=tuple(lines))
    return match_subjects(table, edition=year, classification="function")


def test_a_cut_name_is_completed_and_the_change_written_down():
    reading = read([row("2010399", "其他政府办公厅(室)及相关机构事务支")])
    after = reading.table.rows[0]
    assert after.name == "其他政府办公厅(室)及相关机构事务支出"
    assert after.printed_name == "其他政府办公厅(室)及相关机构事务支"
    (repair,) = reading.repairs
    assert (repair.where, repair.kind, repair.certainty) == ("2010399/name", "name", "formal")
    assert (repair.from_, repair.to) == (after.printed_name, after.name)


def test_white_space_alone_is_no_repair():
    reading = read([row("2080505", "机关事业单位基本养老保险缴费 支出")])
    assert reading.table.rows[0].name == "机关事业单位基本养老保险缴费支出"
    assert reading.repairs == ()


def test_a_cut_that_fits_two_names_of_the_code_is_left():
    reading = read([row("2100410", "突发公共卫生事件应急处")], 2024)
    assert reading.table.rows[0].name == "突发公共卫生事件应急处"
    assert reading.table.rows[0].subject.code == "2100410"
    assert reading.repairs == ()


def test_a_cut_that_is_another_codes_whole_name_is_left():
    reading = read([row("2210302", "住房公积金")])
    assert reading.table.rows[0].name == "住房公积金"
    assert reading.repairs == ()


def test_an_abbreviation_is_no_cut():
    rows = [row("30108", "机关事业单位基本养老保险缴费"), row("30239", "其他交通费")]
    reading = read(rows, classification="economic")
    assert reading.table.rows[1].name == "其他交通费"
    assert reading.table.rows[1].subject.name == "其他交通费用"
    assert reading.repairs == ()


def test_a_cut_name_of_a_former_year_is_completed_by_that_years_name():
    assert read([row("2130599", "其他扶贫支")], 2019).table.rows[0].name == "其他扶贫支出"


def test_a_name_between_coded_rows_finds_its_subject_but_no_code():
    rows = [
        row("221", "住房保障支出"),
        row("22102", "住房改革支出"),
        row(None, "提租补贴"),
        row("2210203", "购房补贴"),
    ]
    after = read(rows).table.rows[2]
    assert (after.code, after.subject.code, after.subject.matched_by) == (None, "2210202", "name")
    assert after.level == "item"


def test_a_shared_name_is_told_by_its_place():
    rows = [
        row("20132", "组织事务"),
        row(None, "行政运行"),
        row("2013202", "一般行政管理事务"),
        row("20133", "宣传事务"),
    ]
    rows.append(row(None, "行政运行"))
    after = read(rows).table.rows
    assert [after[at].subject.code for at in (1, 4)] == ["2013201", "2013301"]
    assert after[1].subject.matched_by == "position"


def test_a_name_against_the_printed_order_is_not_believed():
    rows = [row("208", "社会保障和就业支出"), row(None, "住房公积金"), row("20805", "行政事业单位养老支出")]
    assert read(rows).table.rows[1].subject is None


def test_a_cut_name_without_code_is_completed_by_its_place():
    rows = [
        row("20805", "行政事业单位养老支出"),
        row(None, "机关事业单位基本养老保险缴"),
        row("2080506", None),
    ]
    reading = read(rows)
    assert reading.table.rows[1].subject.code == "2080505"
    assert reading.table.rows[1].name == "机关事业单位基本养老保险缴费支出"
    assert [repair.where for repair in reading.repairs] == ["row 1/name"]


def test_a_table_of_names_alone_is_matched_down_the_tree():
    names = ["住房保障支出", "住房改革支出", "住房公积金", "一般公共服务支出", "财政事务", "行政运行"]
    after = read([row(None, name) for name in names]).table.rows
    assert [each.subject.code for each in after] == ["221", "22102", "2210201", "201", "20106", "2010601"]
    assert {each.code for each in after} == {None}


def test_a_shared_name_without_a_place_stays_open():
    assert read([row(None, "行政运行")]).table.rows[0].subject is None


def test_what_is_left_of_a_code_and_the_name_restore_it():
    rows = [
        row("301", "工资福利支出"),
        row("3010", "奖金"),
        row("303", "对个人和家庭的补助"),
        row("3030", "奖励金"),
    ]
    after = read(rows, classification="economic", trust="transcript").table.rows
    assert [(each.code, each.subject.code) for each in after] == [
        ("301", "301"),
        ("30103", "30103"),
        ("303", "303"),
        ("30309", "30309"),
    ]


@pytest.mark.parametrize("name", ["合计", "人员经费合计", "云岭市青川区财政局", "", None])
def test_rows_that_are_no_subjects(name):
    after = read([row("221", "住房保障支出"), row(None, name)]).table.rows[1]
    assert (after.subject, after.level) == (None, "line")


def test_expenditure_lines_get_the_code_of_their_class():
    lines = [
        "八、社会保障和就业支出",
        "九、医疗卫生与计划生育支出",
        "十、节能坏保支出",
        "本年支出合计",
        "结余分配",
    ]
    after = summary([sided(name, "expenditure") for name in lines]).table.rows
    assert [each.code for each in after] == ["208", "210", "211", None, None]
    assert [each.level for each in after] == ["class", "class", "class", "line", "line"]
    assert [each.name for each in after] == lines
    assert after[0].subject.score == 1.0
    assert after[1].subject.name == "卫生健康支出"


def test_expenditure_lines_by_economic_class():
    lines = ["一、工资福利支出", "二、商品和服务支出", "三、对个人和家庭的补助", "四、其他支出"]
    after = summary([sided(name, "expenditure") for name in lines]).table.rows
    assert [each.code for each in after] == ["301", "302", "303", "399"]


def test_income_lines_get_an_income_subject_and_no_code():
    lines = [
        "一、一般公共预算财政拨款收入",
        "1、政府性基金预算",
        "五、事业收入",
        "八、其他收入",
        "本年收入合计",
    ]
    after = summary([sided(name, "income") for name in lines]).table.rows
    assert [each.subject and each.subject.code for each in after] == [
        "fiscal_appropriation.general_budget",
        "fiscal_appropriation.government_fund",
        "institutional",
        "other",
        None,
    ]
    assert {(each.code, each.level) for each in after} == {(None, "line")}


def test_no_class_is_made_of_something_like_one():
    lines = ["一、基本支出", "二、项目支出", "上年结转", "年末结转和结余"]
    after = summary([sided(name, "expenditure") for name in lines]).table.rows
    assert [(each.code, each.subject) for each in after] == [(None, None)] * 4


def test_the_two_sides_of_a_form_do_not_mix():
    lines = [sided("年初结转和结余", "income"), sided("年末结转和结余", "expenditure")]
    income, expenditure = summary(lines).table.rows
    assert income.subject.code == "carried_over"
    assert (expenditure.code, expenditure.subject) == (None, None)


def test_what_is_left_of_a_code_counts_for_more_than_the_order():
    rows = [row("310", "资本性支出"), row("3010", "基本工资"), row("302", "商品和服务支出")]
    after = read(rows, classification="economic").table.rows
    assert (after[1].code, after[1].subject.code) == ("3010", "30101")


def test_a_level_word_in_a_cut_name_stops_its_completion():
    reading = read([row("2010399", "其他政府办公厅（室）及相关（项）")])
    assert reading.table.rows[0].name == "其他政府办公厅（室）及相关（项）"
    assert reading.repairs == ()
