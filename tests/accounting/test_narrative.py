"""The running text against itself and against the forms, in invented documents."""

from __future__ import annotations

from decimal import Decimal

import pytest

from extract.accounting.narrative import examine_narrative
from extract.accounting.rates import Precision, weigh_rate
from extract.narrative import read_glossary, read_statements
from models.disclosure import Column, Facts, Row, Table
from tests.narrative.reading import section


def checks(*texts, tables=(), glossary=None, trust="text_layer", kind="final_accounts", year=2023):
    sections = [section(text, number=number) for number, text in enumerate(texts, 1)]
    told = read_statements(sections, Facts(kind=kind, fiscal_year=year))
    return examine_narrative(told, tables, glossary, trust=trust)


def failures(*texts, **more):
    return [check for check in checks(*texts, **more) if check.status == "fail"]


def form(kind, rows, unit="万元"):
    """A form of one column with rows of (code, name, amount)."""
    return Table(
        id="t1",
        kind=kind,
        status="extracted",
        unit=unit,
        columns=(Column(key="total", label="合计"),),
        rows=tuple(
            Row(
                code=code,
                name=name,
                level="item" if code else "total",
                amounts={"total": Decimal(amount) if amount else None},
            )
            for code, name, amount in rows
        ),
    )


SUBJECT = "住房保障支出（类）住房改革支出（款）购房补贴（项）。"


def test_completion_rate_that_holds():
    (check,) = checks(f"{SUBJECT}年初预算为27.93万元，支出决算为27.15万元，完成年初预算的97.2%。")
    assert (check.rule, check.status, check.where) == ("narrative", "pass", "s1/2210203")


def test_completion_rate_that_does_not_hold():
    (check,) = checks(f"{SUBJECT}年初预算为27.93万元，支出决算为27.15万元，完成年初预算的79.2%。")
    assert (check.status, check.verdict) == ("fail", "author_error")
    assert (str(check.left), str(check.right)) == ("79.2", "97.2")


def test_rate_of_a_budget_of_zero_is_a_finding():
    (check,) = failures(
        f"{SUBJECT}年初预算为0万元，支出决算为65.38万元，完成年初预算的65.38%。", trust="transcript"
    )
    assert check.verdict == "unresolved"
    assert "zero" in check.message


def test_rate_of_a_budget_that_is_not_printed_is_a_finding():
    assert failures(f"{SUBJECT}支出决算为65.38万元，完成年初预算的65.38%。")


def test_nothing_of_nothing_is_no_finding():
    assert checks(f"{SUBJECT}全年预算为0万元，支出决算为0万元，完成全年预算的0%。") == ()


CHANGE = (
    "2023年度收入合计{total}万元，与2022年度相比，收入合计减少350.64万元，下降24.01%，主要原因是项目减少。"
)
GRAND = "2023年度收、支总计均为1109.59万元。与2022年度相比，收、支总计各减少350.64万元，下降24.01%。"


def test_a_total_mistyped_in_one_section_is_found_by_its_change_and_by_the_grand_total():
    found = failures(GRAND, CHANGE.format(total="1190.59"))
    assert {check.formula for check in found} == {"change rate = change / before", "≤ s1/收、支总计"}
    assert all(check.where == "s2/收入合计" for check in found)
    assert failures(GRAND, CHANGE.format(total="1109.59")) == []


def test_totals_repeated_in_several_sections_must_agree():
    text = "2023年度一般公共预算财政拨款支出{}万元，主要用于以下方面："
    assert failures(text.format("88.45"), text.format("88.45")) == []
    (check,) = failures(text.format("88.45"), text.format("88.45"), text.format("84.85"))
    assert check.where == "s3/一般公共预算财政拨款支出"


def test_share_of_the_sections_total():
    text = "本年支出合计692.65万元，其中：基本支出497.65万元，占71.85%；项目支出195.00万元，占{}%。"
    assert failures(text.format("28.15")) == []
    assert [check.where for check in failures(text.format("18.15"))] == ["s1/项目支出"]


def test_procurement_sum():
    text = "政府采购支出总额41.01万元，其中：政府采购货物支出12.69万元、政府采购服务支出{}万元。"
    assert failures(text.format("28.32")) == []
    assert len(failures(text.format("28.23"))) == 1


def test_budget_said_twice():
    text = "住房保障支出（类）住房改革支出（款）购房补贴（项）207万元。2026年预算安排{}万元。"
    assert failures(text.format("207"), kind="budget", year=2026) == []
    assert len(failures(text.format("170.03"), kind="budget", year=2026)) == 1


TABLE = form(
    "general_budget_expenditure",
    [
        ("221", "住房保障支出", "271534.21"),
        ("2210203", "购房补贴", "271534.21"),
        ("2210201", "住房公积金", None),
        (None, "合计", "271534.21"),
    ],
    unit="元",
)


@pytest.mark.parametrize(("amount", "status"), [("27.15", "rounding"), ("27.51", "fail")])
def test_text_against_a_form_in_another_unit(amount, status):
    (check,) = checks(f"{SUBJECT}支出决算为{amount}万元。", tables=[TABLE])
    assert (check.formula, check.status) == ("text = t1/2210203/total", status)


def test_subject_no_form_prints():
    (check,) = failures("教育支出（类）普通教育（款）小学教育（项）。支出决算为2万元。", tables=[TABLE])
    assert "no form" in check.message


def test_a_form_that_lost_rows_denies_no_subject():
    lost = form("general_budget_expenditure", [("2210203", "购房补贴", "27.15"), (None, "合计", "99.15")])
    assert checks("教育支出（类）普通教育（款）小学教育（项）。支出决算为2万元。", tables=[lost]) == ()


def test_glossary_subjects_no_form_gives_a_figure():
    text = (
        "1.住房保障支出（类）住房改革支出（款）购房补贴（项）：反映购房补贴。\n"
        "2.住房保障支出（类）住房改革支出（款）住房公积金（项）：反映住房公积金。"
    )
    glossary = read_glossary([section(text, "名词解释", kind="glossary")], 2023)
    found = checks(tables=[TABLE], glossary=glossary)
    assert [(check.where, check.status) for check in found] == [
        ("s1/2210203", "pass"),
        ("s1/2210201", "fail"),
    ]


@pytest.mark.parametrize(
    ("printed", "status"),
    [
        ("98.53", "pass"),
        ("98.52", "rounding"),
        ("98.5", "pass"),
        ("99", "pass"),
        ("98.1", "fail"),
        ("104", "fail"),
    ],
)
def test_rates_agree_as_far_as_they_are_printed(printed, status):
    slack = Decimal("0.005")
    weighing = weigh_rate(Decimal(printed), Decimal("4.68"), Decimal("4.75"), slack, slack)
    assert weighing.status == status


def test_one_dropped_zero_is_believed_and_two_are_not():
    precision = Precision.of([Decimal("1.25"), Decimal("3.40"), Decimal("7.5"), Decimal("11")])
    assert [precision.half(Decimal(figure)) for figure in ("1.25", "7.5", "11")] == [
        Decimal("0.005"),
        Decimal("0.05"),
        Decimal("0.05"),
    ]
