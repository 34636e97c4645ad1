"""The sums of one table: which apply, how they are weighed, what rounding explains."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extract.tables.identities import (
    Tally,
    column_identities,
    public_expense_identities,
    subtotal_identities,
    table_identities,
    tally,
    tree_identities,
)
from extract.tables.weighing import figures_of, residual, row_address, weigh
from tests.accounting.builders import row, sides, subjects, table

SPLIT = ("total", "basic", "project")


def _outcomes(built, identities=None):
    """Status by address and formula."""
    figures = figures_of(built)
    weighed = [(each, weigh(each, figures)) for each in identities or table_identities(built, figures)]
    return {(each.where, each.formula): found.status for each, found in weighed if found is not None}


def _status(left, terms):
    """Weigh one row of total and parts."""
    keys = ("total", "basic", "project")
    built = subjects("expenditure", keys, f"208 {left} {' '.join(terms)}")
    identity = column_identities(built, figures_of(built))[0]
    return weigh(identity, figures_of(built))


# Weighing ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("left", "terms", "status"),
    [
        ("33.57", ("20.57", "13.00"), "pass"),
        ("33.57", ("-", "33.57"), "pass"),
        ("0.00", ("0.00", "-"), "pass"),
        ("33.58", ("20.57", "13.00"), "rounding"),
        ("33.59", ("20.57", "13.00"), "fail"),
        ("33.58", ("-", "33.57"), "rounding"),
        ("33.59", ("-", "33.57"), "fail"),
        ("33.57", ("-", "-"), "fail"),
        ("-", ("20.57", "13.00"), "not_applicable"),
    ],
)
def test_statuses(left, terms, status):
    assert _status(left, terms).status == status


@pytest.mark.parametrize(
    ("left", "terms"), [("-", ("-", "-")), ("0.00", ("-", "-")), ("-", ("0.00", "0.00"))]
)
def test_nothing_printed_is_nothing_to_weigh(left, terms):
    assert _status(left, terms) is None


def test_the_difference_is_left_minus_right():
    weighing = _status("33.58", ("20.57", "13.00"))
    assert (weighing.left, weighing.right, weighing.difference) == (
        Decimal("33.58"),
        Decimal("33.57"),
        Decimal("0.01"),
    )
    assert residual(Decimal("5"), [(1, Decimal("4")), (-1, Decimal("1")), (1, None)]) == 2


def test_a_figure_without_padded_decimals_was_rounded_to_its_own_place():
    built = subjects("expenditure", SPLIT, "208 14348853.34 14348853 0.00\n210 20.00 20.00 0.00")
    found = [weigh(each, figures_of(built)) for each in column_identities(built, figures_of(built))]
    assert found[0].status == "rounding"
    assert found[0].speaks_for == (False, False, False)


def test_a_figure_whose_trailing_zeros_were_dropped_is_exact():
    built = subjects("expenditure", SPLIT, "208 46.86 25 21.56")
    assert weigh(column_identities(built, figures_of(built))[0], figures_of(built)).status == "fail"


def test_a_zero_is_not_rounded():
    # Half a unit for 4.13 and 4.12 each explains 0.01, not 0.02; the zero adds nothing.
    assert _status("4.14", ("4.12", "0.00")).status == "fail"


def test_rounding_confirms_fine_figures_only():
    assert _status("33.58", ("20.57", "13.00")).speaks_for == (True, True, True)


# Columns -----------------------------------------------------------------------------------


def test_the_usual_rule_applies_with_the_columns_there_are():
    keys = ("total", "fiscal_appropriation", "other")
    built = subjects("income", keys, "208 20.60 15.60 5.00\n210 3.00 3.00 -")
    assert _outcomes(built)["208", "total=fiscal_appropriation+other"] == "pass"


def test_nothing_applies_where_a_column_of_the_rule_is_all_there_is():
    built = subjects("expenditure", ("total", "previous", "change"), "208 20.60 15.60 5.00")
    assert column_identities(built, figures_of(built)) == ()


def test_a_signed_rule_needs_all_its_columns():
    keys = ("income", "total", "basic", "project", "closing_balance")
    built = subjects("government_fund", keys, "212 5.00 4.00 1.00 3.00 9.00")
    assert {each.formula for each in column_identities(built, figures_of(built))} == {"total=basic+project"}


def test_printed_formulas_number_the_columns():
    keys = ("opening_balance", "income", "total", "basic", "project", "closing_balance")
    built = subjects(
        "government_fund",
        keys,
        "212 1.00 5.00 4.00 1.00 3.00 2.00",
        numbers=range(1, 7),
        notes=["6 栏各行 = (1+2-3) 栏各行；3 栏各行 = (4+5) 栏各行。"],
    )
    assert {key: status for key, status in _outcomes(built).items() if key[0] == "212"} == {
        ("212", "6=1+2-3"): "pass",
        ("212", "3=4+5"): "pass",
    }


def test_a_formula_left_over_from_another_template_gives_way_to_the_rule_that_holds():
    keys = ("total", "basic", "project", "commercial")
    built = subjects(
        "expenditure",
        keys,
        "208 9.00 2.00 3.00 4.00\n210 5.00 1.00 3.00 1.00",
        numbers=range(1, 5),
        notes=["1栏各行=(2+3)栏各行"],
    )
    assert _outcomes(built)["208", "1=2+3+4"] == "pass"


def test_a_printed_formula_that_fails_no_more_than_the_rule_stays():
    built = subjects(
        "expenditure", SPLIT, "208 9.00 2.00 3.00", numbers=range(1, 4), notes=["1栏各行=(2+3)栏各行"]
    )
    assert _outcomes(built)["208", "1=2+3"] == "fail"


def test_a_further_amount_column_belongs_to_the_sum_where_the_figures_say_so():
    keys = ("total", "basic", "project", "fiscal_account")
    built = subjects("general_budget_expenditure", keys, "208 9.00 2.00 3.00 4.00\n210 5.00 2.00 3.00 -")
    assert set(_outcomes(built, column_identities(built, figures_of(built))).values()) == {"pass"}


def test_a_further_column_does_not_excuse_an_error():
    keys = ("total", "basic", "project", "fiscal_account")
    built = subjects("general_budget_expenditure", keys, "208 9.00 2.00 3.00 1.00\n210 5.00 2.00 3.00 -")
    assert _outcomes(built)["208", "total=basic+project"] == "fail"


def test_basic_expenditure_may_be_printed_in_its_parts():
    keys = ("total", "personnel", "public", "project")
    built = subjects("expenditure", keys, "208 9.00 2.00 3.00 4.00")
    assert _outcomes(built)["208", "total=personnel+public+project"] == "pass"


def test_basic_expenditure_is_its_parts():
    keys = ("total", "basic", "personnel", "public", "project")
    built = subjects("expenditure", keys, "208 9.00 5.00 2.00 3.00 4.00")
    assert _outcomes(built) == {
        ("208", "total=basic+project"): "pass",
        ("208", "basic=personnel+public"): "pass",
    }


def test_formulas_are_written_with_the_headers_where_no_numbers_are_printed():
    labels = {"total": "支出预算/合计", "basic": "支出预算/基本支出", "project": "支出预算/项目支出"}
    built = subjects("expenditure", SPLIT, "208 9.00 5.00 4.00", labels=labels)
    assert ("208", "合计=基本支出+项目支出") in _outcomes(built)


# The tree ----------------------------------------------------------------------------------

TREE = """
合计 30.00
2080505 5.00
208 12.00
20805 12.00
2080506 7.00
221 18.00
22102 18.00
2210201 18.00
"""


def test_the_tree_in_any_order():
    built = subjects("income", ("total",), TREE)
    assert _outcomes(built) == {
        ("208/total", "208=20805"): "pass",
        ("20805/total", "20805=2080505+2080506"): "pass",
        ("221/total", "221=22102"): "pass",
        ("22102/total", "22102=2210201"): "pass",
        ("合计/total", "合计=208+221"): "pass",
    }


def test_a_class_with_items_only_is_their_sum():
    built = subjects("income", ("total",), "208 12.00\n2080505 5.00\n2080506 7.00")
    assert _outcomes(built) == {("208/total", "208=2080505+2080506"): "pass"}


def test_an_item_without_its_group_counts_for_the_class():
    built = subjects("income", ("total",), "208 15.00\n20805 12.00\n2080505 12.00\n2082801 3.00")
    assert _outcomes(built)["208/total", "208=20805+2082801"] == "pass"


def test_a_subject_without_parts_is_no_sum():
    assert tree_identities(subjects("income", ("total",), "208 12.00\n221 3.00")) == ()


def test_a_code_cut_short_is_a_part_and_no_whole():
    built = subjects("general_budget_basic_expenditure", ("total",), "301 9.00\n3010 4.00\n30107 5.00")
    assert _outcomes(built) == {("301/total", "301=3010+30107"): "pass"}


def test_a_code_printed_twice_is_no_sum_but_a_part():
    built = subjects("income", ("total",), "208 12.00\n20805 5.00\n20805 7.00\n2080505 5.00\n2080506 7.00")
    assert _outcomes(built) == {("208/total", "208=20805+20805"): "pass"}


def test_long_sums_are_shortened():
    built = subjects("income", ("total",), "合计 6.00\n201 1.00\n202 1.00\n203 1.00\n204 1.00\n205 2.00")
    assert list(_outcomes(built)) == [("合计/total", "合计=201+202+…+205")]


def test_personnel_and_public_totals():
    built = subjects(
        "general_budget_basic_expenditure",
        ("total",),
        "301 5.00\n302 3.00\n303 1.00\n310 2.00\n人员经费合计 6.00\n公用经费合计 5.00",
    )
    assert _outcomes(built) == {
        ("人员经费合计/total", "人员经费合计=301+303"): "pass",
        ("公用经费合计/total", "公用经费合计=302+310"): "pass",
    }


def test_rates_and_changes_do_not_add_up():
    keys = ("total", "change", "rate")
    built = subjects("income", keys, "208 9.00 1 90\n20805 9.00 2 80", labels={"rate": "完成率%"})
    assert [each.where for each in tree_identities(built)] == ["208/total"]


def test_subtotals_of_a_list():
    built = subjects(
        "income",
        ("total",),
        """
        收入总计 9.00
        一般公共预算资金小计 7.00
        拨款资金 6.00
        专项收入 1.00
        其他资金小计 2.00
        事业收入 2.00
        其中：利息 1.00
        """,
    )
    assert _outcomes(built, subtotal_identities(built)) == {
        ("收入总计/total", "收入总计=一般公共预算资金小计+其他资金小计"): "pass",
        ("一般公共预算资金小计/total", "一般公共预算资金小计=拨款资金+专项收入"): "pass",
        ("其他资金小计/total", "其他资金小计=事业收入"): "pass",
    }


def test_the_three_public_expenses():
    keys = ("budget", "final")
    codes = ("total", "abroad", "vehicles", "vehicle_purchase", "vehicle_operation", "reception")
    budget = ("9.00", None, "7.00", "5.00", "2.00", "2.00")
    final = ("8.00", None, "6.00", None, "6.00", "1.00")
    rows = [row(c, None, keys, figures) for c, *figures in zip(codes, budget, final, strict=True)]
    assert _outcomes(table("three_public", keys, rows)) == {
        ("total/budget", "total=abroad+vehicles+reception"): "pass",
        ("total/final", "total=abroad+vehicles+reception"): "fail",
        ("vehicles/budget", "vehicles=vehicle_purchase+vehicle_operation"): "pass",
        ("vehicles/final", "vehicles=vehicle_purchase+vehicle_operation"): "pass",
    }
    assert (
        public_expense_identities(table("three_public", keys, rows[:-1]))
        == public_expense_identities(table("three_public", keys, rows))[2:]
    )


# Two sides ---------------------------------------------------------------------------------

INCOME = """
1:一、财政拨款收入 8.00
2:1.一般公共预算 6.00
3:2.政府性基金预算 2.00
4:二、事业收入 -
5:三、其他收入 1.00
6:本年收入合计 9.00
7:年初结转和结余 0.50
8:总计 9.50
"""
EXPENDITURE = """
9:一、教育支出 5.00
10:二、科学技术支出 4.00
11:本年支出合计 9.00
12:结余分配 -
13:年末结转和结余 0.50
14:总计 9.50
"""


def test_the_sums_of_a_two_sided_form():
    built = sides("income_expenditure_summary", ("total",), INCOME, EXPENDITURE)
    assert _outcomes(built) == {
        ("line 1/total", "1=2+3"): "pass",
        ("line 6/total", "6=1+4+5"): "pass",
        ("line 8/total", "8=6+7"): "pass",
        ("line 11/total", "11=9+10"): "pass",
        ("line 14/total", "14=11+12+13"): "pass",
        ("line 8/total", "8=14"): "pass",
    }


def test_printed_line_formulas_are_used():
    notes = ["6行=(1+4+5)行；8行=(6+7)行", "11行=(9+…+10)行；14行=(11+12+13)行"]
    built = sides("income_expenditure_summary", ("total",), INCOME, EXPENDITURE, notes=notes)
    formulas = {formula for _, formula in _outcomes(built)}
    assert {"6行=(1+4+5)行", "8行=(6+7)行", "11行=(9+…+10)行", "14行=(11+12+13)行"} <= formulas
    assert "6=1+4+5" not in formulas


@pytest.mark.parametrize(
    "stale",
    [
        "9行=(6+7)行",  # another year's line: a class is no total, and the sides differ
        "12行=(9+10)行",  # what is left over is not the sum of the classes above it
        "11行=(9+10+99)行",  # a line the form does not have
        "8行=(6+9)行",  # lines of both sides
    ],
)
def test_stale_line_formulas_are_not(stale):
    built = sides("income_expenditure_summary", ("total",), INCOME, EXPENDITURE, notes=[stale])
    assert set(_outcomes(built).values()) == {"pass"}
    assert not any("行" in formula for _, formula in _outcomes(built))


def test_classes_and_uses_are_two_breakdowns():
    expenditure = """
    一、教育支出 5.00
    一、基本支出 6.00
    二、科学技术支出 4.00
    二、项目支出 3.00
    支出合计 9.00
    """
    built = sides("income_expenditure_summary", ("total",), "收入合计 9.00", expenditure)
    assert _outcomes(built) == {
        ("expenditure:支出合计/total", "支出合计=教育支出+科学技术支出"): "pass",
        ("expenditure:支出合计/total", "支出合计=基本支出+项目支出"): "pass",
        ("income:收入合计/total", "收入合计=支出合计"): "pass",
    }


def test_of_which_is_not_all_of_it():
    income = "一、财政拨款收入 8.00\n其中：政府性基金 2.00\n收入总计 8.00"
    built = sides("income_expenditure_summary", ("total",), income, "支出总计 8.00")
    assert _outcomes(built) == {
        ("income:收入总计/total", "收入总计=财政拨款收入"): "pass",
        ("income:收入总计/total", "收入总计=支出总计"): "pass",
    }


def test_carried_amounts_by_fund_are_counted_once():
    income = """
    一、一般公共预算财政拨款 8.00
    二、政府性基金预算财政拨款 1.00
    本年收入合计 9.00
    年初财政拨款结转和结余 3.00
    一般公共预算财政拨款 2.00
    政府性基金预算财政拨款 1.00
    总计 12.00
    """
    built = sides("appropriation_summary", ("total",), income, "总计 12.00")
    assert _outcomes(built)["income:总计/total", "总计=本年收入合计+年初财政拨款结转和结余"] == "pass"
    formula = "年初财政拨款结转和结余=一般公共预算财政拨款+政府性基金预算财政拨款"
    assert _outcomes(built)["income:年初财政拨款结转和结余/total", formula] == "pass"


def test_carried_amounts_join_the_items_where_no_total_of_the_year_is_printed():
    income = "一、财政拨款收入 8.00\n二、其他收入 1.00\n上年结转 3.00\n收入总计 12.00"
    built = sides("income_expenditure_summary", ("total",), income, "支出总计 12.00")
    assert _outcomes(built)["income:收入总计/total", "收入总计=财政拨款收入+其他收入+上年结转"] == "pass"


def test_a_total_of_the_year_that_prints_nothing_is_passed_over():
    expenditure = "一、教育支出 5.00\n二、科学技术支出 4.00\n本年支出合计 -\n年末结转和结余 0.50\n总计 9.50"
    built = sides("income_expenditure_summary", ("total",), "总计 9.50", expenditure)
    assert _outcomes(built) == {
        ("expenditure:总计/total", "总计=教育支出+科学技术支出+年末结转和结余"): "pass",
        ("income:总计/total", "总计=总计"): "pass",
    }


def test_items_within_this_year_and_carried_over():
    income = """
    一、本年收入 8.00
    （一）一般公共预算拨款 5.00
    （二）政府性基金预算拨款 3.00
    二、上年结转 4.00
    （一）一般公共预算拨款 4.00
    收入总计 12.00
    """
    built = sides("appropriation_summary", ("total",), income, "支出总计 12.00")
    assert set(_outcomes(built).values()) == {"pass"}
    assert ("income:收入总计/total", "收入总计=本年收入+上年结转") in _outcomes(built)


def test_expenditure_by_fund_adds_up_line_by_line():
    keys = ("total", "general_budget", "government_fund")
    built = sides(
        "appropriation_summary", keys, "总计 9.00", "一、教育支出 9.00 5.00 4.00\n总计 9.00 5.00 3.00"
    )
    outcomes = _outcomes(built, column_identities(built, figures_of(built)))
    assert outcomes == {
        ("expenditure:一、教育支出", "total=general_budget+government_fund"): "pass",
        ("expenditure:总计", "total=general_budget+government_fund"): "fail",
    }


# Addresses and readings --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("built", "address"),
    [
        (row("2080505", "某项", (), ()), "2080505"),
        (row(None, "总计", (), (), side="income", line=31), "line 31"),
        (row(None, "总 计", (), (), side="expenditure"), "expenditure:总计"),
        (row(None, "合 计", (), ()), "合计"),
    ],
)
def test_row_addresses(built, address):
    assert row_address(built) == address


def test_the_better_reading_satisfies_more():
    right = subjects("expenditure", SPLIT, "212 33.57 - 33.57\n21201 33.57 - 33.57\n合计 33.57 - 33.57")
    slid = subjects("expenditure", SPLIT, "212 33.57 33.57 -\n21201 33.57 - 33.57\n合计 33.57 - 33.57")
    assert tally(right) == Tally(held=7, failed=0)
    assert tally(slid).failed == 2


# Properties --------------------------------------------------------------------------------


@st.composite
def _trees(draw):
    """Subjects with consistent figures in cents, in any printed order."""
    items = draw(
        st.dictionaries(
            st.tuples(st.integers(201, 204), st.integers(1, 3), st.integers(1, 4)),
            st.integers(0, 10**7),
            min_size=1,
            max_size=20,
        )
    )
    sums: dict[str, int] = {"合计": 0}
    for (klass, group, item), cents in items.items():
        code = f"{klass}{group:02}{item:02}"
        for each in ("合计", code[:3], code[:5], code):
            sums[each] = sums.get(each, 0) + cents
    order = draw(st.permutations(sorted(sums)))
    return [(code, sums[code]) for code in order]


def _printed(tree, places):
    step = Decimal(1).scaleb(-places)
    lines = (f"{code} {(Decimal(cents) / 100).quantize(step)}" for code, cents in tree)
    return subjects("income", ("total",), "\n".join(lines))


@given(_trees())
def test_a_consistent_tree_passes_everywhere(tree):
    outcomes = _outcomes(_printed(tree, 2))
    assert set(outcomes.values()) == {"pass"}
    assert len(outcomes) == sum(1 for code, _ in tree if len(code) < 7)


@given(_trees(), st.integers(0, 1))
def test_rounding_to_a_coarser_place_never_fails(tree, places):
    assert "fail" not in _outcomes(_printed(tree, places)).values()
