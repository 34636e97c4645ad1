"""Sentences as other authors might write them: every figure in its place, and in no other."""

from __future__ import annotations

import pytest

from tests.narrative.reading import statements

SUBJECT = "1.一般公共服务支出（类）财政事务（款）行政运行（项）"
PUBLIC = "五、“三公”经费情况说明"
SAID = (
    "initial_budget",
    "final",
    "previous",
    "budget",
    "amount",
    "change",
    "share_pct",
    "trips",
    "travellers",
)


def figures(statement):
    """The figures of a statement by field."""
    return {name: statement[name] for name in SAID if name in statement}


@pytest.mark.parametrize(
    ("kind", "text", "told"),
    [
        ("final_accounts", "支出决算为100万元，比上年决算数90万元增加10万元。", ("final", "100", "90", "10")),
        (
            "final_accounts",
            "2023年决算数100万元，2022年决算数90万元，增加10万元。",
            ("final", "100", "90", "10"),
        ),
        (
            "budget",
            "2023年预算数为100万元，比上年预算数90万元增加10万元。",
            ("initial_budget", "100", "90", "10"),
        ),
        (
            "budget",
            "2023年预算安排100万元，2022年预算安排90万元，增加10万元。",
            ("initial_budget", "100", "90", "10"),
        ),
    ],
)
def test_the_figure_of_the_year_before_is_told_apart(kind, text, told):
    (statement,) = statements(SUBJECT + text, kind=kind)
    field, amount, previous, change = told
    assert figures(statement) == {field: amount, "previous": previous, "change": change}
    assert "flags" not in statement


def test_parts_and_additions_are_not_the_subjects():
    (statement,) = statements(
        f"{SUBJECT}。年初预算为10万元，年中追加5万元，支出决算为15万元，其中：基本支出9万元。"
    )
    assert figures(statement) == {"initial_budget": "10", "final": "15"}


def test_what_exceeds_the_budget_is_a_change_and_a_changed_budget_is_the_years():
    (over,) = statements(f"{SUBJECT}。年初预算10万元，决算15万元，超年初预算5万元。")
    assert figures(over) == {"initial_budget": "10", "final": "15", "change": "5"}
    (changed,) = statements(f"{SUBJECT}年初预算安排3万元，全年预算调整为2.5万元，支出决算2.4万元。")
    assert changed["annual_budget"] == "2.5"


def test_a_code_in_brackets_is_believed_before_the_context():
    first, second = statements(
        "1.教育支出（类）普通教育（款）小学教育（项）。年初预算为5万元，支出决算为4万元。\n"
        "（2）行政运行（2010601）支出3万元，较上年决算数增加1万元。"
    )
    assert (first["subject"]["code"], second["subject"]["code"]) == ("2050202", "2010601")


def test_a_class_and_its_groups_of_a_budget():
    told = statements("1.公共安全支出（类）2023年预算数为300万元，其中：公安（款）200万元。", kind="budget")
    assert [(each["kind"], each["subject"]["code"]) for each in told] == [
        ("class_use", "204"),
        ("subject_execution", "20402"),
    ]
    assert [figures(each) for each in told] == [{"amount": "300"}, {"initial_budget": "200"}]


def test_a_change_behind_a_bracket_is_of_the_expense_before_it():
    text = (
        "公务用车购置及运行费20.00万元（其中：公务用车购置费0万元，公务用车运行费20.00万元），"
        "比上年减少2.00万元；公务接待费5万元。"
    )
    told = {each["item"]: figures(each) for each in statements(text, PUBLIC, kind="budget")}
    assert told == {
        "vehicles": {"budget": "20.00", "change": "2.00"},
        "vehicle_purchase": {"budget": "0"},
        "vehicle_operation": {"budget": "20.00"},
        "reception": {"budget": "5"},
    }


def test_groups_abroad_are_trips_and_no_receptions():
    (told,) = statements(
        "因公出国（境）费支出决算为1.8万元。全年安排因公出国（境）团组1个，累计2人次。", PUBLIC
    )
    assert figures(told) == {"final": "1.8", "trips": "1", "travellers": "2"}
    assert "receptions" not in told


def test_the_total_of_a_budget_and_the_operating_cost():
    (total,) = statements("2023年“三公”经费财政拨款预算总额为18.6万元，较上年下降5%。", PUBLIC, kind="budget")
    assert figures(total) == {"budget": "18.6"}
    (cost,) = statements("2023年机关运行经费支出决算1,386.52万元，较年初预算数增加20万元。", "机关运行经费")
    assert (cost["kind"], figures(cost)) == ("operating_cost", {"amount": "1386.52", "change": "20"})


def test_a_share_without_its_whole():
    told = statements("本年收入合计1,234万元，其中财政拨款收入1,000万元，占比81.04%。", "收入决算情况")
    assert figures(told[1]) == {"amount": "1000", "share_pct": "81.04"}
    assert "whole" not in told[1]
