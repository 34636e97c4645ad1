"""The three public expenses: across or down, budget and final, beside other expenses or alone."""

from __future__ import annotations

import pytest

from extract.tables.headers import read_header
from extract.tables.three_public import is_across, item_of, read_public_expenses
from tests.drawing import Drawn, amounts, grid, page, readings, tables


def read(text: str, kind: str = "final_accounts", year: int = 2023):
    return read_public_expenses(read_header(grid(text)), kind, year)


def figures(found) -> dict[str, dict[str, str]]:
    return {
        row.code: {key: str(value) for key, value in row.amounts.items() if value is not None}
        for row in found.rows
    }


@pytest.mark.parametrize(
    ("label", "item"),
    [
        ("“三公”经费合计", "total"),
        ("合计", "total"),
        ("因公出国（境）费", "abroad"),
        ("1.因公出国（境）费用", "abroad"),
        ("（一）因公出国（境）支出", "abroad"),
        ("公务用车购置及运行费", "vehicles"),
        ("2.公务用车购置及运行维护费", "vehicles"),
        ("公务用车费", "vehicles"),
        ("其中：公务用车购置费", "vehicle_purchase"),
        ("（1）公务用车购置", "vehicle_purchase"),
        ("公务用车运行维护费", "vehicle_operation"),
        ("公 务 接 待 费", "reception"),
        ("3、公务接待费", "reception"),
        ("机关运行经费", "operating_costs"),
        ("会议费", "meetings"),
        ("培训费", "training"),
    ],
)
def test_labels_of_the_expenses(label, item):
    assert item_of(label) == item


@pytest.mark.parametrize(
    "label",
    ["公务用车购置数（辆）", "公务用车保有量（辆）", "国内公务接待批次（个）", "国内公务接待人次（人）",
     "因公出国（境）团组数（个）", "因公出国（境）人次数（人）", "公务接待（批次）", "办公费", ""],
)  # fmt: skip
def test_counts_are_no_expenses(label):
    assert item_of(label) is None


INTERLEAVED = """
合计|<|因公出国（境）费|<|公务用车购置及运行费|<|<|<|<|<|公务接待费|<
^|^|^|^|小计|<|公务用车购置费|<|公务用车运行费|<|^|^
预算数|决算数|预算数|决算数|预算数|决算数|预算数|决算数|预算数|决算数|预算数|决算数
9.50|8.20|1.00|0.80|6.50|6.40|2.00|2.00|4.50|4.40|2.00|1.00
"""
WANTED = {
    "total": {"budget": "9.50", "final": "8.20"},
    "abroad": {"budget": "1.00", "final": "0.80"},
    "vehicles": {"budget": "6.50", "final": "6.40"},
    "vehicle_purchase": {"budget": "2.00", "final": "2.00"},
    "vehicle_operation": {"budget": "4.50", "final": "4.40"},
    "reception": {"budget": "2.00", "final": "1.00"},
}


def test_budget_and_final_interleaved_across():
    found = read(INTERLEAVED)
    assert is_across(read_header(grid(INTERLEAVED)))
    assert figures(found) == WANTED
    assert not found.more


BLOCKS = """
预算数|<|<|<|<|<|决算数|<|<|<|<|<
合计|因公出国（境）费|公务用车购置及运行费|<|<|公务接待费|合计|因公出国（境）费|公务用车购置及运行费|<|<|公务接待费
^|^|小计|公务用车购置费|公务用车运行维护费|^|^|^|小计|公务用车购置费|公务用车运行维护费|^
1|2|3|4|5|6|7|8|9|10|11|12
9.50|1.00|6.50|2.00|4.50|2.00|8.20|0.80|6.40|2.00|4.40|1.00
"""


def test_budget_and_final_in_two_blocks():
    assert figures(read(BLOCKS)) == WANTED


DOWN = """
项目|行次|年初预算数|全年预算数|决算数
栏次||1|2|3
合计|1|9.00|9.50|8.20
1.因公出国（境）费|2|1.00|1.00|0.80
2.公务用车购置及运行维护费|3|6.00|6.50|6.40
（1）公务用车购置费|4|2.00|2.00|2.00
（2）公务用车运行维护费|5|4.00|4.50|4.40
3.公务接待费|6|2.00|2.00|1.00
公务用车购置数（辆）|7|||1
公务用车保有量（辆）|8|||3
国内公务接待批次（个）|9|||12
"""


def test_down_a_list_with_counts_beside_them():
    found = read(DOWN)
    assert not is_across(read_header(grid(DOWN)))
    assert {
        code: {k: v for k, v in row.items() if k != "initial_budget"} for code, row in figures(found).items()
    } == WANTED
    assert figures(found)["vehicles"]["initial_budget"] == "6.00"
    assert found.more, "the counts are no money but must not be lost"


def test_down_a_list_of_one_column():
    text = "项目|金额\n“三公”经费合计|3.00\n因公出国（境）费|\n公务接待费|1.00\n公务用车购置及运行维护费|2.00"
    assert figures(read(text, "final_accounts"))["total"] == {"final": "3.00"}
    assert figures(read(text, "budget")) == {
        "total": {"budget": "3.00"}, "abroad": {}, "reception": {"budget": "1.00"},
        "vehicles": {"budget": "2.00"},
    }  # fmt: skip


def test_columns_of_last_year_are_not_this_years():
    text = """
    项目|2022年预算数|2023年预算数
    合计|5.00|3.00
    公务接待费|2.00|1.00
    公务用车购置及运行维护费|3.00|2.00
    """
    assert figures(read(text, "budget", 2023)) == {
        "total": {"previous": "5.00", "budget": "3.00"},
        "reception": {"previous": "2.00", "budget": "1.00"},
        "vehicles": {"previous": "3.00", "budget": "2.00"},
    }


def test_last_year_beside_this_year_across():
    text = """
    2022年预算数|<|<|<|2023年预算数|<|<|<
    合计|因公出国（境）费|公务用车购置及运行费|公务接待费|合计|因公出国（境）费|公务用车购置及运行费|公务接待费
    5.00|0.00|3.00|2.00|3.00|0.00|2.00|1.00
    """
    assert figures(read(text, "budget", 2023))["total"] == {"previous_budget": "5.00", "budget": "3.00"}


MEETINGS = """
合计|“三公”经费|<|<|<|<|<|会议费|培训费
^|小计|因公出国（境）费|公务用车购置及运行费|<|<|公务接待费|^|^
^|^|^|小计|公务用车购置费|公务用车运行费|^|^|^
12.00|9.50|1.00|6.50|2.00|4.50|2.00|1.50|1.00
"""


def test_a_grand_total_with_meetings_and_training_is_not_the_total_of_the_three():
    found = read(MEETINGS, "budget")
    assert figures(found)["total"] == {"budget": "9.50"}
    assert set(figures(found)) == set(WANTED)
    assert found.more


OPERATING = """
“三公”经费|<|<|<|<|<|机关运行经费
合计|因公出国（境）费|公务接待费|公务用车购置及运行费|<|<|^
^|^|^|小计|购置费|运行费|^
9.50|1.00|2.00|6.50|2.00|4.50|120.30
"""


def test_operating_costs_beside_the_three_are_a_form_of_their_own():
    title = "2024年部门“三公”经费和机关运行经费预算表"
    found = readings(page(title, "单位：万元", Drawn(OPERATING)), kind="budget", year=2024)
    main, operating = (reading.table for reading in found)
    assert (main.kind, operating.kind) == ("three_public", "operating_costs")
    assert amounts(main) == {code: {"budget": row["budget"]} for code, row in WANTED.items()}
    assert amounts(operating) == {"机关运行经费": {"total": "120.30"}}
    assert operating.unit == main.unit == "万元"


def test_what_stands_beside_the_three_is_kept_as_printed():
    title = "财政拨款“三公”经费支出决算表"
    main, other = tables(page(title, Drawn(DOWN)))
    assert (main.kind, other.kind) == ("three_public", "other")
    assert {"公务用车保有量（辆）", "12"} <= {cell.text for cell in other.cells}
    assert all("辆" not in (row.name or "") for row in main.rows)


def test_two_figures_in_a_cell_are_none_and_said_to_be_unread():
    found = read(INTERLEAVED.replace("9.50", "9.50 8.20"))
    assert figures(found)["total"] == {"final": "8.20"}
    assert found.unread == ((0, "budget"),)
