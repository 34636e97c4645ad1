"""A document's tables held against each other: checks, verdicts and proof levels."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest

from extract.accounting import examine
from extract.accounting.notes import says_empty
from models.disclosure import Check
from tests.accounting.builders import sides, subjects, table

SPLIT = ("total", "basic", "project")
EXPENDITURE = """
合计 33.57 20.57 13.00
204 13.00 - 13.00
20406 13.00 - 13.00
2040601 13.00 - 13.00
208 20.57 20.57 -
20805 20.57 20.57 -
2080505 20.57 20.57 -
"""
FUNDS = ("total", "general_budget", "government_fund")


def expenditure(lines=EXPENDITURE, **more):
    return subjects("expenditure", SPLIT, lines, **{"id": "t3", **more})


def general_budget(lines=EXPENDITURE, **more):
    return subjects("general_budget_expenditure", SPLIT, lines, **{"id": "t5", **more})


def summary(**more):
    return sides(
        "income_expenditure_summary",
        ("total",),
        "一、财政拨款收入 33.57\n本年收入合计 33.57\n总计 33.57",
        "一、公共安全支出 13.00\n二、社会保障和就业支出 20.57\n本年支出合计 33.57\n总计 33.57",
        **{"id": "t1", **more},
    )


def appropriation(**more):
    return sides(
        "appropriation_summary",
        FUNDS,
        "一、一般公共预算财政拨款 33.57\n本年收入合计 33.57\n总计 33.57",
        """
        一、公共安全支出 13.00 13.00
        二、社会保障和就业支出 20.57 20.57
        本年支出合计 33.57 33.57
        总计 33.57 33.57
        """,
        **{"id": "t4", **more},
    )


def economic(
    lines="301 15.57\n30101 15.57\n302 5.00\n30201 5.00\n人员经费合计 15.57\n公用经费合计 5.00", **more
):
    return subjects("general_budget_basic_expenditure", ("total",), lines, **{"id": "t6", **more})


def named(built, names):
    """Names for the classes, as the summary forms print them without codes."""
    rows = [row.model_copy(update={"name": names.get(row.code, row.name)}) for row in built.rows]
    return built.model_copy(update={"rows": tuple(rows)})


NAMES = {"204": "公共安全支出", "208": "社会保障和就业支出"}


def checks_of(*tables, kind="final_accounts", trust="text_layer", rule=None):
    found = examine(tables, kind=kind, trust=trust).checks
    return [check for check in found if rule in (None, check.rule)]


def crossed(*tables, kind="final_accounts"):
    return {check.where: check.status for check in checks_of(*tables, kind=kind, rule="cross_form")}


# Checks ------------------------------------------------------------------------------------


def test_checks_are_numbered_in_order_and_survive_json():
    found = examine([summary(), expenditure()], kind="final_accounts", trust="text_layer")
    assert [check.id for check in found.checks] == [f"c{n}" for n in range(1, len(found.checks) + 1)]
    again = [Check.model_validate_json(check.model_dump_json()) for check in found.checks]
    assert again == list(found.checks)
    assert examine([summary(), expenditure()], kind="final_accounts", trust="text_layer") == found


def test_a_check_tells_what_was_held_against_what():
    check = next(c for c in checks_of(expenditure()) if c.where == "t3/204/project")
    assert json.loads(check.model_dump_json()) == {
        "id": check.id,
        "rule": "tree",
        "formula": "204=20406",
        "where": "t3/204/project",
        "status": "pass",
        "left": "13.00",
        "right": "13.00",
        "difference": "0.00",
        "verdict": None,
        "message": None,
    }


@pytest.mark.parametrize(
    ("trust", "verdict"),
    [("text_layer", "author_error"), ("transcript", "unresolved"), ("ocr", "unresolved")],
)
def test_a_failure_is_the_authors_only_in_a_text_layer(trust, verdict):
    failed = [c for c in checks_of(expenditure("208 9.00 2.00 3.00"), trust=trust) if c.status == "fail"]
    assert [check.verdict for check in failed] == [verdict]


def test_empty_and_missing_forms_are_not_examined():
    empty = expenditure().model_copy(update={"status": "empty"})
    found = examine([empty], kind="final_accounts", trust="text_layer")
    assert (found.checks, found.proofs) == ((), {})


def test_rows_of_blanks_are_not_mentioned():
    assert checks_of(expenditure("合计 - - -\n208 - - -\n20805 - - -")) == []


def test_a_form_that_cannot_be_added_up_says_so_once():
    messages = [
        (c.where, c.status, c.message) for c in checks_of(expenditure("208 20.57 - -\n210 1.00 1.00 -"))
    ]
    assert ("t3", "not_applicable", "no subject of the table is printed with its parts") in messages
    assert ("t3", "not_applicable", "the table has no row for the total") in messages
    assert [status for where, status, _ in messages if where == "t3/208"] == ["fail"]


# Across forms ------------------------------------------------------------------------------


def test_forms_02_and_03_against_01():
    income = subjects("income", ("total", "fiscal_appropriation"), "合计 33.57 33.57", id="t2")
    assert crossed(summary(), income, named(expenditure(), NAMES)) == {
        "t2/合计/total": "pass",
        "t2": "not_applicable",  # its appropriation has no form 04 to stand in
        "t3/合计/total": "pass",
        "t3/204/total": "pass",
        "t3/208/total": "pass",
    }


def test_income_with_what_is_carried_over_is_the_whole_income():
    keys = ("total", "fiscal_appropriation", "carried_over")
    income = subjects("income", keys, "合计 36.57 33.57 3.00", id="t2")
    whole = sides(
        "income_expenditure_summary",
        ("total",),
        "一、财政拨款 33.57\n本年收入合计 33.57\n上年结转 3.00\n收入总计 36.57",
        "支出总计 36.57",
        id="t1",
    )
    assert crossed(whole, income, kind="budget")["t2/合计/total"] == "pass"


def test_form_05_against_the_general_budget_of_04_and_the_sum_of_06():
    found = crossed(appropriation(), named(general_budget(), NAMES), economic())
    assert found == {
        "t5/合计/total": "pass",
        "t5/204/total": "pass",
        "t5/208/total": "pass",
        "t5/合计/basic": "pass",
        "t4": "not_applicable",  # no form 02 to hold its income against
    }


def test_the_year_and_what_is_carried_over_as_items():
    whole = sides(
        "appropriation_summary",
        FUNDS,
        "一、本年收入 30.57\n（一）一般公共预算拨款 30.57\n二、上年结转 5.00\n收入总计 35.57",
        """
        一、本年支出 33.57 33.57
        （一）公共安全支出 13.00 13.00
        （二）社会保障和就业支出 20.57 20.57
        二、结转下年 2.00 2.00
        支出总计 35.57 35.57
        """,
        id="t4",
    )
    found = crossed(whole, named(general_budget(), NAMES), kind="budget")
    assert [found[f"t5/{row}/total"] for row in ("合计", "204", "208")] == ["pass"] * 3


def test_what_is_carried_over_unseen_leaves_the_year_open():
    whole = sides(
        "appropriation_summary",
        FUNDS,
        "一、财政拨款 33.57\n收入总计 33.57",
        "一、公共安全支出 13.00 13.00\n年末结转和结余 20.57 20.57\n支出总计 33.57 33.57",
        id="t4",
    )
    found = crossed(whole, general_budget("合计 13.00 - 13.00"))
    assert "t5/合计/total" not in found
    assert found["t5"] == "not_applicable"


def test_a_class_one_form_leaves_out_is_not_applicable():
    lines = "合计 33.57 20.57 13.00\n204 13.00 - 13.00\n208 20.57 20.57 -"
    found = crossed(appropriation(), named(general_budget(lines), {"204": NAMES["204"], "208": "教育支出"}))
    assert found["t5/204/total"] == "pass"
    assert found["t5/208/total"] == "not_applicable"
    assert found["t4/expenditure:二、社会保障和就业支出/general_budget"] == "not_applicable"


def test_subjects_agree_where_all_money_is_general_budget():
    wrong = EXPENDITURE.replace("2080505 20.57 20.57", "2080505 20.75 20.75")
    found = crossed(expenditure(), general_budget(wrong))
    assert found["t3/2040601/project"] == "pass"
    assert found["t3/2080505/total"] == "fail"


def test_subjects_are_not_compared_where_the_totals_differ():
    found = crossed(expenditure(), general_budget("合计 13.00 - 13.00\n204 13.00 - 13.00"))
    assert "t3/208/total" not in found
    assert found["t3"] == "not_applicable"


def test_income_and_expenditure_by_subject_are_compared_in_budgets_only():
    income = subjects("income", ("total",), "合计 33.57\n2040601 13.00\n2080505 20.57", id="t2")
    assert "t2/2080505/total" in crossed(income, expenditure(), kind="budget")
    assert "t2/2080505/total" not in crossed(income, expenditure())


def test_operating_costs_against_the_public_part_of_the_economic_table():
    costs = subjects("operating_costs", ("total",), "合计 5.00\n302 5.00\n30201 5.00", id="t11")
    assert crossed(costs, economic(), kind="budget")["t11/30201/total"] == "pass"
    other = subjects("operating_costs", ("total",), "合计 4.00\n302 4.00\n30201 4.00", id="t11")
    assert crossed(other, economic(), kind="budget")["t11"] == "not_applicable"


def test_uses_of_a_single_line_form():
    keys = ("total", "basic", "project", "reserve")
    line = subjects("expenditure", keys, "合计 9.00 4.00 3.00 2.00", id="t3")
    whole = sides(
        "income_expenditure_summary",
        ("total",),
        "收入合计 9.00",
        "一、基本支出 4.00\n二、项目支出 3.00\n三、单位预留机动经费 2.00\n支出合计 9.00",
        id="t1",
    )
    found = crossed(whole, line, kind="budget")
    assert [found[f"t3/合计/{key}"] for key in keys] == ["pass"] * 4


def test_units_are_converted_exactly():
    in_yuan = (
        EXPENDITURE.replace("33.57", "335712.34").replace("20.57", "205712.34").replace("13.00", "130000.00")
    )
    forms = (expenditure(), general_budget(in_yuan, unit="元"))
    check = next(c for c in checks_of(*forms) if c.where == "t3/合计/total" and c.rule == "cross_form")
    assert (check.status, check.right) == ("rounding", Decimal("33.571234"))
    assert crossed(*forms)["t3/204/total"] == "pass"


def test_a_unit_nobody_knows_is_not_compared():
    found = crossed(expenditure(), general_budget(unit="万"), economic(unit="元"))
    assert found["t3"] == "not_applicable"


def test_a_table_without_a_unit_has_that_of_all_others():
    assert crossed(expenditure(), general_budget(unit=None))["t3/204/total"] == "pass"


def test_a_form_the_document_lacks_is_named_once():
    assert checks_of(expenditure(), rule="cross_form")[0].message == (
        "the document prints no figures in income_expenditure_summary"
    )


def test_forms_printed_unequally_often_are_not_paired():
    found = crossed(summary(), expenditure(), expenditure(id="t8"))
    assert found["t3"] == "not_applicable"
    assert "t3/合计/total" not in found


# Footnotes ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("note", "kind"),
    [
        ("注：本单位无政府性基金预算财政拨款安排的预算，故本表为空表。", "government_fund"),
        ("我单位无此项内容，本表无数据。", "state_capital"),
        ("此表为空", "income"),
        ("本单位本年度无政府性基金预算财政拨款收支。", "government_fund"),
        ("本部门无财政拨款“三公”经费支出。", "three_public"),
        ("本部门无“三公”经费和机关运行经费预算，故本表为空表。", "three_public"),
    ],
)
def test_footnotes_that_deny_the_table(note, kind):
    assert says_empty(note, kind)


@pytest.mark.parametrize(
    ("note", "kind"),
    [
        ("注：本表反映部门本年度各项支出情况。", "expenditure"),
        ("若本表无数据，说明本单位没有相关支出。", "government_fund"),
        ("如为空表，请注明。", "government_fund"),
        ("本单位无因公出国（境）费支出。", "three_public"),
        ("本单位无政府性基金预算财政拨款支出。", "general_budget_expenditure"),
        ("“科目编码”和“科目名称”为必填项。", "income"),
    ],
)
def test_footnotes_that_do_not(note, kind):
    assert not says_empty(note, kind)


def test_a_footnote_that_calls_a_filled_table_empty_is_reported():
    note = "注：本部门无“三公”经费预算，故本表为空表。"
    filled = table(
        "three_public", ("budget",), subjects("three_public", ("budget",), "合计 1.35").rows, notes=[note]
    )
    found = checks_of(filled, rule="note")
    assert [(c.status, c.verdict, c.where) for c in found] == [("fail", "author_error", "t1")]
    assert "1 figures" in (found[0].message or "")


def test_a_footnote_over_zeros_is_true():
    zeros = subjects("government_fund", SPLIT, "合计 0.00 0.00 0.00", notes=["本表无数据。"])
    assert checks_of(zeros, rule="note") == []


# Proof -------------------------------------------------------------------------------------


def proofs_of(*tables, kind="final_accounts"):
    found = examine(tables, kind=kind, trust="text_layer")
    by_id = {each.id: each for each in tables}
    return {
        (table_id, by_id[table_id].rows[index].code or by_id[table_id].rows[index].name, key): proof
        for (table_id, index, key), proof in found.proofs.items()
    }


def test_levels_of_proof():
    lines = "合计 33.57 20.57 13.00\n204 13.00 - 13.00\n208 20.57 20.57 -"
    proofs = proofs_of(expenditure(lines))
    assert proofs["t3", "204", "total"] == "proven"  # 合计 and its own line
    assert proofs["t3", "合计", "basic"] == "proven"
    alone = proofs_of(subjects("income", ("total",), "合计 33.57\n204 13.00\n208 20.57", id="t2"))
    assert set(alone.values()) == {"consistent"}
    assert proofs_of(subjects("income", ("total",), "204 13.00", id="t2")) == {
        ("t2", "204", "total"): "unchecked"
    }


def test_only_printed_figures_have_a_level():
    assert ("t3", "204", "basic") not in proofs_of(expenditure())


def test_an_error_that_can_be_located_is_the_only_contradiction():
    # The item prints the project money of the whole class, in both forms alike.
    lines = """
    合计 60.00 20.00 40.00
    204 60.00 20.00 40.00
    20406 60.00 20.00 40.00
    2040601 20.00 20.00 40.00
    2040604 25.00 - 25.00
    2040605 15.00 - 15.00
    """
    proofs = proofs_of(expenditure(lines), general_budget(lines))
    assert {key for key, proof in proofs.items() if proof == "contradicted"} == {
        ("t3", "2040601", "project"),
        ("t5", "2040601", "project"),
    }


def test_an_error_that_cannot_be_located_taints_the_whole_sum():
    proofs = proofs_of(subjects("income", ("total",), "合计 40.00\n204 13.00\n208 20.57", id="t2"))
    assert set(proofs.values()) == {"contradicted"}


def test_a_sum_saved_by_one_coarse_figure_proves_nothing():
    lines = "208 14348853.34 14348853 0.00\n210 20.00 20.00 0.00"
    proofs = proofs_of(expenditure(lines, unit="元"))
    assert proofs["t3", "208", "total"] == "unchecked"
    assert proofs["t3", "210", "total"] == "consistent"
