"""Printed codes and names of a table become subjects of the year's edition."""

import time
from decimal import Decimal

import pytest

from extract.subjects import match_subjects
from models.disclosure import Row, Table


def row(code, name, **fields):
    return Row(code=code, printed_code=code, name=name, printed_name=name, level="line", **fields)


def read(rows, year=2023, classification="function", **options):
    table = Table(id="", kind="expenditure", status="extracted", rows=tuple(rows))
    return match_subjects(table, edition=year, classification=classification, **options)


HOUSING = [("221", "住房保障支出"), ("22102", "住房改革支出"), ("2210201", "住房公积金")]


def test_code_and_name_in_agreement():
    reading = read([row(None, "合计", page=3)] + [row(*pair) for pair in HOUSING])
    total, *rows = reading.table.rows
    assert total.subject is None
    assert [each.level for each in rows] == ["class", "group", "item"]
    assert [(each.subject.code, each.subject.matched_by, each.subject.score) for each in rows] == [
        ("221", "code+name", 1.0),
        ("22102", "code+name", 1.0),
        ("2210201", "code+name", 1.0),
    ]
    assert (reading.checks, reading.repairs, reading.unknown) == ((), (), ())


def test_everything_else_of_a_row_is_left_alone():
    before = row("221", "住房保障支出", page=4, amounts={"total": Decimal("20.60")})
    after = read([before]).table.rows[0]
    assert after.model_copy(update={"subject": None, "level": "line"}) == before


@pytest.mark.parametrize("name", ["政府办公厅(室)及相关机构事务", "政府办公厅（室） 及相关机构事务"])
def test_brackets_and_white_space_make_no_difference(name):
    reading = read([row("20103", name)])
    assert reading.table.rows[0].subject.score == 1.0
    assert reading.table.rows[0].name == name.replace(" ", "")
    assert reading.table.rows[0].printed_name == name


def test_look_alike_characters_make_no_difference():
    assert read([row("2120303", "小城镇基础设施建设")]).table.rows[0].subject.score == 1.0
    after = read([row("212", "城乡社区支出"), row("20807", "就业补助")]).table.rows
    assert [each.subject.code for each in after] == ["212", "20807"]
    assert read([row("30113", "住房公积佥")], classification="economic").table.rows[0].subject.code == "30113"


@pytest.mark.parametrize(
    ("year", "edition_name"), [(2018, "行政事业单位离退休"), (2023, "行政事业单位养老支出")]
)
def test_the_edition_is_that_of_the_year(year, edition_name):
    subject = read([row("20805", edition_name)], year).table.rows[0].subject
    assert (subject.edition, subject.name, subject.score) == (year, edition_name, 1.0)


def test_a_former_name_matches_with_less_and_is_no_conflict():
    reading = read([row("20805", "行政事业单位离退休")], 2023)
    subject = reading.table.rows[0].subject
    assert (subject.matched_by, subject.name) == ("code+name", "行政事业单位养老支出")
    assert 0.9 < subject.score < 1.0
    assert reading.checks == ()


def test_a_code_of_another_edition_keeps_that_edition():
    subject = read([row("20139", "社会工作事务")], 2023).table.rows[0].subject
    assert (subject.code, subject.edition) == ("20139", 2024)
    assert subject.score < 1.0


def test_an_unknown_code_is_kept_and_marked():
    reading = read(
        [row("208", "社会保障和就业支出"), row("20805", "行政事业单位养老支出"), row("2080577", "新设补助")]
    )
    after = reading.table.rows[2]
    assert (after.code, after.subject, after.level, after.name) == ("2080577", None, "item", "新设补助")
    assert [(each.row, each.code, each.accepted) for each in reading.unknown] == [(2, "2080577", True)]
    assert [(check.rule, check.status, check.where) for check in reading.checks] == [
        ("subject", "not_applicable", "2080577")
    ]


def test_an_unknown_code_is_accepted_beside_its_siblings_only():
    beside = read([row("2987601", "甲"), row("2987602", "乙")]).unknown
    assert [each.accepted for each in beside] == [True, True]
    alone = read([row("2987601", "甲")]).unknown
    assert [each.accepted for each in alone] == [False]


def test_an_unknown_code_is_not_bent_to_the_bearer_of_its_name():
    reading = read([row("20805", "行政事业单位养老支出"), row("2080555", "机关事业单位基本养老保险缴费支出")])
    after = reading.table.rows[1]
    assert (after.code, after.subject) == ("2080555", None)


def test_a_name_of_another_code_is_reported():
    rows = [row("210", "卫生健康支出"), row("21011", "行政事业单位医疗"), row("2101101", "公务员医疗补助")]
    reading = read(rows)
    after = reading.table.rows[2]
    assert (after.code, after.name, after.subject.code) == ("2101101", "公务员医疗补助", "2101101")
    (check,) = reading.checks
    assert (check.rule, check.status, check.where) == ("subject", "fail", "2101101")
    assert check.verdict == "author_error"
    assert "2101103" in check.message


@pytest.mark.parametrize("trust", ["ocr", "transcript", "mixed"])
def test_outside_a_text_layer_a_conflict_is_nobodys_yet(trust):
    (check,) = read([row("30205", "电费")], classification="economic", trust=trust).checks
    assert check.verdict == "unresolved"


def test_where_code_and_name_disagree_the_place_decides():
    rows = [row("221", "住房保障支出"), row("22102", "住房改革支出"), row("2080505", "提租补贴")]
    reading = read([*rows, row("2210203", "购房补贴")])
    after = reading.table.rows[2]
    assert (after.code, after.subject.code, after.subject.matched_by) == ("2080505", "2210202", "position")
    assert [check.status for check in reading.checks] == ["fail"]


def test_a_shared_name_is_no_conflict():
    reading = read([row("2010101", "行政运行"), row("2040601", "行政运行"), row("2299999", "其他支出")])
    assert reading.checks == ()
    assert [each.subject.code for each in reading.table.rows] == ["2010101", "2040601", "2299999"]


def test_a_name_the_catalogue_never_heard_is_marked_not_failed():
    reading = read([row("22102", "青川特别事项")])
    assert reading.table.rows[0].subject.code == "22102"
    assert [check.status for check in reading.checks] == ["not_applicable"]


def test_a_misspelt_name_is_close_enough():
    reading = read([row("2080505", "机关事业单位基本养老保险缴纳支出")])
    assert reading.table.rows[0].subject.matched_by == "code+name"
    assert 0.9 < reading.table.rows[0].subject.score < 1.0
    assert reading.checks == ()


def test_a_missing_name_leaves_the_code():
    after = read([row("22102", None)]).table.rows[0]
    assert (after.name, after.subject.matched_by) == (None, "code")


def test_codes_in_printed_white_space_are_taken_over():
    before = Row(code=None, printed_code="208050 5", name=None, printed_name=None, level="line")
    after = read([before]).table.rows[0]
    assert (after.code, after.printed_code, after.level) == ("2080505", "208050 5", "item")


@pytest.mark.parametrize("code", ["306001", "201", "101"])
def test_codes_of_organisations_are_no_subjects(code):
    reading = read([row(code, "云岭市青川区城市管理局")], classification="economic")
    after = reading.table.rows[0]
    assert (after.code, after.level, after.subject) == (code, "line", None)
    assert reading.checks == ()


def test_economic_codes_in_a_function_table_are_known_by_code_and_name():
    after = read([row("30201", "办公费"), row("50101", "工资奖金津补贴")]).table.rows
    assert [each.subject.classification for each in after] == ["economic", "economic"]


def test_economic_tables():
    after = read([row("301", "工资福利支出"), row("30102", "津贴补贴")], classification="economic").table.rows
    assert [(each.level, each.subject.code) for each in after] == [("class", "301"), ("group", "30102")]


def test_the_same_table_gives_the_same_reading():
    rows = [row(*pair) for pair in HOUSING]
    assert read(rows) == read(rows)


def test_sixty_rows_take_milliseconds():
    codes = [("208", "社会保障和就业支出"), ("20805", "行政事业单位养老支出"), ("2080502", "事业单位离退休")]
    rows = [row(*codes[index % 3]) for index in range(50)] + [row(None, "合计")]
    rows += [row("2130599", "其他巩固脱贫攻坚成果衔接乡村振兴支")] * 9
    read(rows)
    runs = []
    for _ in range(7):
        start = time.perf_counter()
        read(rows)
        runs.append(time.perf_counter() - start)
    assert min(runs) < 0.01  # 1 ms on an idle machine
