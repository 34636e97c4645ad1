"""Tables over pages become one again; tables that only look alike stay apart."""

from __future__ import annotations

from dataclasses import replace

import pytest

from extract.tables.continuation import continued
from extract.tables.headers import read_header
from tests.drawing import LEFT, Drawn, amounts, grid, page, rows_only, tables

HEADER = """
科目编码|<|<|科目名称|合计|基本支出|项目支出
类|款|项|^|^|^|^
"""
FIRST = """
合计|<|<|<|33.57|20.57|13.00
204|||公共安全支出|33.57|20.57|13.00
"""
SECOND = """
204|06||司法|33.57|20.57|13.00
204|06|01|行政运行|20.57|20.57|
204|06|99|其他司法支出|13.00||13.00
"""
WIDTHS = (30.0, 30.0, 30.0, 140.0, 60.0, 60.0, 60.0)
WANTED = {
    "合计": {"total": "33.57", "basic": "20.57", "project": "13.00"},
    "204": {"total": "33.57", "basic": "20.57", "project": "13.00"},
    "20406": {"total": "33.57", "basic": "20.57", "project": "13.00"},
    "2040601": {"total": "20.57", "basic": "20.57"},
    "2040699": {"total": "13.00", "project": "13.00"},
}


def drawn(*parts: str, **more) -> Drawn:
    return Drawn("\n".join(part.strip("\n") for part in parts), widths=WIDTHS, **more)


def over_two_pages(first: Drawn, *second) -> list:
    return tables(page("支出决算表", "单位：万元", first), page(*second, number=2))


# Headers ------------------------------------------------------------------------------------


@pytest.mark.parametrize("again", ["", HEADER, HEADER.strip().splitlines()[0]], ids=["no", "whole", "top"])
def test_a_continuation_with_or_without_the_header(again):
    (table,) = over_two_pages(drawn(HEADER, FIRST), drawn(again, SECOND) if again else drawn(SECOND))
    assert amounts(table) == WANTED
    assert table.pages == (1, 2)
    assert set(table.bbox) == {1, 2}
    assert [row.page for row in table.rows] == [1, 1, 2, 2, 2]


@pytest.mark.parametrize(
    "between", [("支出决算表",), ("支出决算表", "公开03表", "单位：万元"), ("续表",), ("支出决算表续表",)]
)
def test_the_title_repeated_above_a_continuation(between):
    (table,) = over_two_pages(drawn(HEADER, FIRST), *between, drawn(HEADER, SECOND))
    assert amounts(table) == WANTED


def test_three_pages():
    lines = SECOND.strip().splitlines()
    (table,) = tables(
        page("支出决算表", "单位：万元", drawn(HEADER, FIRST)),
        page(drawn(HEADER, lines[0]), number=2),
        page(drawn(*lines[1:]), number=3),
    )
    assert (amounts(table), table.pages) == (WANTED, (1, 2, 3))


def test_a_first_page_of_nothing_but_the_header():
    (table,) = over_two_pages(drawn(HEADER), drawn(FIRST, SECOND))
    assert amounts(table) == WANTED


def test_notes_after_a_continuation_belong_to_the_table():
    (table,) = over_two_pages(drawn(HEADER, FIRST), drawn(SECOND), "注：本表反映部门本年度各项支出情况。")
    assert table.notes == ("注：本表反映部门本年度各项支出情况。",)


# Columns ------------------------------------------------------------------------------------


def test_fewer_columns_on_the_continuation_page():
    """All its rows leave one column blank, whose line is not drawn: figures stay where they stand."""
    first = page("支出决算表", "单位：万元", drawn(HEADER, FIRST, "204|06||司法|33.57|20.57|13.00"))
    whole = page(
        drawn("204|06|01|行政运行|20.57|20.57|", "204|06|02|一般行政管理事务|13.00|13.00|"), number=2
    )
    between = LEFT + sum(WIDTHS[:-1])
    for gone in (between, LEFT + WIDTHS[0]):
        kept = tuple(ruling for ruling in whole.rulings if ruling.horizontal or ruling.x0 != gone)
        assert len(kept) < len(whole.rulings)
        (table,) = tables(first, replace(whole, rulings=kept))
        assert amounts(table)["2040601"] == {"total": "20.57", "basic": "20.57"}
        assert amounts(table)["2040602"] == {"total": "13.00", "basic": "13.00"}


def test_more_columns_on_the_continuation_page():
    """The first page prints the merged total only."""
    text = "科目编码|<|<|科目名称|合计|基本支出|项目支出\n合计|<|<|<|33.57|20.57|13.00"
    (table,) = over_two_pages(drawn(text), drawn(FIRST.strip().splitlines()[1], SECOND))
    assert amounts(table) == WANTED


def test_other_columns_are_another_table():
    first = read_header(grid("科目编码|科目名称|合计\n204|公共安全支出|3.00", edges=(0, 50, 150, 200)))
    assert continued(first, grid("甲|乙|丙\n丁|戊|己", page=2, edges=(0, 50, 150, 200))) is None
    narrower = grid("204|3.00", page=2, edges=(0, 90, 200))
    assert continued(first, narrower) is None


# Rows split at the break --------------------------------------------------------------------


def test_a_name_cut_by_the_page_break_is_whole_again():
    first = drawn(HEADER, FIRST, "204|06||司法|33.57|20.57|13.00", "204|06|99|其他司法|13.00||13.00")
    (table,) = over_two_pages(first, drawn("|||支出|||", "204|06|01|行政运行|20.57|20.57|"))
    assert [row.name for row in table.rows][-2:] == ["其他司法支出", "行政运行"]
    assert amounts(table) == WANTED


def test_figures_cut_off_by_the_page_break_come_back_to_their_row():
    first = drawn(HEADER, FIRST, "204|06||司法|33.57|20.57|13.00", "204|06|01|行政运行|||")
    (table,) = over_two_pages(first, drawn("||||20.57|20.57|", "204|06|99|其他司法支出|13.00||13.00"))
    assert amounts(table) == WANTED
    assert table.rows[3].cells["total"].page == 2


def test_a_row_without_a_code_of_its_own_is_not_taken_for_a_rest():
    first = drawn(HEADER, FIRST, SECOND)
    (table,) = over_two_pages(first, drawn("|||结余分配|1.00||1.00"))
    assert amounts(table)["结余分配"] == {"total": "1.00", "project": "1.00"}
    assert amounts(table)["2040699"] == WANTED["2040699"]


# Tables of their own ------------------------------------------------------------------------


def test_another_form_on_the_next_page_is_another_table():
    found = over_two_pages(
        drawn(HEADER, FIRST), "一般公共预算财政拨款支出决算表", drawn(HEADER, FIRST, SECOND)
    )
    assert [table.kind for table in found] == ["expenditure", "general_budget_expenditure"]


def test_a_note_ends_the_table():
    found = tables(
        page("支出决算表", drawn(HEADER, FIRST), "注：本表反映部门本年度各项支出情况。"),
        page("一般公共预算财政拨款支出决算表", drawn(HEADER, SECOND), number=2),
    )
    assert [len(table.rows) for table in found] == [2, 3]


def test_a_page_without_the_table_ends_it():
    found = tables(
        page("支出决算表", drawn(HEADER, FIRST)),
        page("一段正文。", number=2),
        page("部门支出总表", drawn(HEADER, SECOND), number=3),
    )
    assert [len(table.rows) for table in found] == [2, 3]


def test_two_tables_on_one_page_are_never_joined():
    found = tables(page("支出决算表", drawn(HEADER, FIRST), "收入决算表", drawn(HEADER, SECOND)))
    assert [table.kind for table in found] == ["expenditure", "income"]


def test_a_continuation_without_lines_between_its_columns():
    """Its lines leave walls out, so its columns come from how the words line up."""
    wide = (40.0, 40.0, 40.0, 160.0, 80.0, 80.0, 80.0)
    first = Drawn((HEADER + FIRST.strip("\n")).strip(), widths=wide)
    second = Drawn((HEADER + SECOND.strip("\n")).strip(), rows_only, wide)
    (table,) = over_two_pages(first, second)
    assert amounts(table) == WANTED
