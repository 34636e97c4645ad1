"""Forms of every layout, drawn on a page and read back: codes, names, sides, figures, doubts."""

from __future__ import annotations

import pytest

from extract.tables.formrows import NOT_A_FIGURE
from tests.drawing import Drawn, amounts, page, readings, tables


def form(title: str, text: str, *, kind: str = "final_accounts", year: int = 2023):
    """The only table of a page that prints a title and a ruled table."""
    (table,) = tables(page(title, "单位：万元", Drawn(text)), kind=kind, year=year)
    return table


def codes(table) -> list[str | None]:
    return [row.code for row in table.rows]


# Codes --------------------------------------------------------------------------------------

SPLIT = """
科目编码|<|<|科目名称|合计|基本支出|项目支出
类|款|项|^|^|^|^
合计|<|<|<|33.57|20.57|13.00
204|||公共安全支出|33.57|20.57|13.00
204|06||司法|33.57|20.57|13.00
204|06|01|行政运行|20.57|20.57|
204|06|99|其他司法支出|13.00||13.00
"""
CODES = [None, "204", "20406", "2040601", "2040699"]
FIGURES = {
    "合计": {"total": "33.57", "basic": "20.57", "project": "13.00"},
    "204": {"total": "33.57", "basic": "20.57", "project": "13.00"},
    "20406": {"total": "33.57", "basic": "20.57", "project": "13.00"},
    "2040601": {"total": "20.57", "basic": "20.57"},
    "2040699": {"total": "13.00", "project": "13.00"},
}
TYPED_SHORT = SPLIT.replace("204|06|01", "204|6|1").replace("204|06|", "204|6|")
BLANK_ABOVE = SPLIT.replace("204|06|01", "||01").replace("204|06|99", "||99").replace("204|06|", "|06|")
CUMULATIVE = (
    SPLIT.replace("204|06|01", "204|20406|2040601").replace("204|06|99", "204|20406|2040699")
    .replace("204|06|", "204|20406|")
)  # fmt: skip
ONE_COLUMN = """
科目编码|科目名称|合计|基本支出|项目支出
合计|<|33.57|20.57|13.00
204|公共安全支出|33.57|20.57|13.00
20406|司法|33.57|20.57|13.00
2040601|行政运行|20.57|20.57|
2040699|其他司法支出|13.00||13.00
"""
ONE_CELL = """
功能分类科目|合计|基本支出|项目支出
合计|33.57|20.57|13.00
204公共安全支出|33.57|20.57|13.00
20406司法|33.57|20.57|13.00
2040601行政运行|20.57|20.57|
2040699其他司法支出|13.00||13.00
"""


@pytest.mark.parametrize(
    "text",
    [SPLIT, TYPED_SHORT, BLANK_ABOVE, CUMULATIVE, ONE_COLUMN, ONE_CELL],
    ids=["split", "typed short", "blank above", "cumulative", "one column", "in one cell with the name"],
)
def test_codes_however_they_are_printed(text):
    table = form("支出决算表", text)
    assert table.kind == "expenditure"
    assert codes(table) == CODES
    assert amounts(table) == FIGURES
    assert [row.name for row in table.rows] == ["合计", "公共安全支出", "司法", "行政运行", "其他司法支出"]
    assert [row.level for row in table.rows] == ["total", "class", "group", "item", "item"]


def test_the_printed_code_stays_beside_the_full_one():
    printed = [row.printed_code for row in form("支出决算表", TYPED_SHORT).rows]
    assert printed == [None, "204", "204 6", "204 6 1", "204 6 99"]


def test_every_figure_has_its_cell_with_text_page_and_box():
    table = form("支出决算表", SPLIT)
    for row in table.rows:
        for key, amount in row.amounts.items():
            if amount is not None:
                cell = row.cells[key]
                assert cell.text == str(amount)
                assert cell.page == 1
                x0, y0, x1, y1 = cell.bbox
                assert table.bbox[1][0] <= x0 < x1 <= table.bbox[1][2] + 0.01
                assert table.bbox[1][1] <= y0 < y1 <= table.bbox[1][3] + 0.01


def test_an_empty_cell_is_none_and_a_printed_zero_is_zero():
    table = form(
        "支出决算表", SPLIT.replace("204|06|99|其他司法支出|13.00||", "204|06|99|其他司法支出|13.00|0.00|")
    )
    assert table.rows[3].amounts["project"] is None
    assert str(table.rows[4].amounts["basic"]) == "0.00"


def test_a_figure_that_cannot_be_read_is_kept_as_printed_and_doubted():
    (reading,) = readings(page("支出决算表", Drawn(SPLIT.replace("|20.57|20.57|\n", "|20.57|2O.57|\n"))))
    row = reading.table.rows[3]
    assert (row.amounts["basic"], row.cells["basic"].text) == (None, "2O.57")
    assert [(doubt.row, doubt.column, doubt.reason) for doubt in reading.doubts] == [
        (3, "basic", NOT_A_FIGURE)
    ]


def test_figures_without_code_and_name_are_doubted():
    (reading,) = readings(page("支出决算表", Drawn(SPLIT.replace("204|06|01|行政运行", "|||"))))
    assert [(doubt.row, doubt.column) for doubt in reading.doubts] == [(3, "total"), (3, "basic")]


# Names --------------------------------------------------------------------------------------


def test_wrapped_names_are_whole():
    text = ONE_COLUMN.replace("2040699|其他司法支出", "2080505|机关事业单位基本/养老保险缴费支/出")
    row = form("支出决算表", text).rows[-1]
    assert row.name == "机关事业单位基本养老保险缴费支出"
    assert row.printed_name == "机关事业单位基本养老保险缴费支出"


def test_footers_inside_the_frame_are_notes_and_no_rows():
    table = form("支出决算表", ONE_COLUMN + "注：本表反映部门本年度各项支出情况。|<|<|<|<\n")
    assert len(table.rows) == 5
    assert table.notes == ("注:本表反映部门本年度各项支出情况。",)


# Two sides ----------------------------------------------------------------------------------

TWO_SIDED = """
收入|<|<|支出|<|<
项目|行次|决算数|项目|行次|决算数
栏次||1|栏次||2
一、一般公共预算财政拨款收入|1|33.57|一、一般公共服务支出|32|
二、政府性基金预算财政拨款收入|2||四、公共安全支出|35|33.57
本年收入合计|27|33.57|本年支出合计|58|33.57
使用非财政拨款结余|28||结余分配|59|
年初结转和结余|29|1.20|年末结转和结余|60|1.20
总计|31|34.77|总计|62|34.77
"""


def test_a_two_sided_form_with_line_numbers():
    table = form("收入支出决算总表", TWO_SIDED)
    assert table.kind == "income_expenditure_summary"
    assert {row.line: str(row.amounts["total"]) for row in table.rows if row.amounts["total"]} == {
        1: "33.57", 27: "33.57", 29: "1.20", 31: "34.77", 35: "33.57", 58: "33.57", 60: "1.20", 62: "34.77",
    }  # fmt: skip
    sides = {row.line: row.side for row in table.rows}
    assert all(side == ("income" if line < 32 else "expenditure") for line, side in sides.items())
    assert [row.level for row in table.rows if row.line in (27, 31)] == ["total", "total"]


def test_a_two_sided_form_with_several_amounts_on_one_side():
    table = form(
        "财政拨款收入支出决算总表",
        """
        收入|<|支出|<|<|<|<
        项目|金额|项目|合计|一般公共预算财政拨款|政府性基金预算财政拨款|国有资本经营预算财政拨款
        一、一般公共预算财政拨款|33.57|一、一般公共服务支出||||
        二、政府性基金预算财政拨款|2.00|四、公共安全支出|35.57|33.57|2.00|
        本年收入合计|35.57|本年支出合计|35.57|33.57|2.00|
        """,
    )
    assert amounts(table, side="income") == {
        "一、一般公共预算财政拨款": {"total": "33.57"},
        "二、政府性基金预算财政拨款": {"total": "2.00"},
        "本年收入合计": {"total": "35.57"},
    }
    assert amounts(table, side="expenditure")["四、公共安全支出"] == {
        "total": "35.57", "general_budget": "33.57", "government_fund": "2.00",
    }  # fmt: skip


def test_a_two_sided_form_without_a_row_of_sides_goes_by_order():
    table = form(
        "部门收支总表",
        "项目|预算数|项目|预算数\n一、财政拨款|9.00|一、公共安全|9.00\n总计|9.00|总计|9.00",
        kind="budget",
    )
    assert [row.side for row in table.rows] == ["income", "income", "expenditure", "expenditure"]


def test_the_second_side_has_its_names_whatever_their_label_was_read_as():
    table = form(
        "部门收支总表",
        """
        本年收入|<|本年支出|<|<|<
        项目|预算数|项H|合计|人员经费|项目支出
        一、财政拨款收入|9.00|一、公共安全支出|9.00|5.00|4.00
        收入总计|9.00|支出总计|9.00|5.00|4.00
        """,
        kind="budget",
    )
    assert amounts(table, side="income") == {
        "一、财政拨款收入": {"total": "9.00"},
        "收入总计": {"total": "9.00"},
    }
    expenditure = amounts(table, side="expenditure")
    assert {name: row["total"] for name, row in expenditure.items()} == {
        "一、公共安全支出": "9.00",
        "支出总计": "9.00",
    }


# Groups side by side ------------------------------------------------------------------------

GROUPS = """
人员经费|<|<|公用经费|<|<|<|<|<
科目编码|科目名称|金额|科目编码|科目名称|金额|科目编码|科目名称|金额
301|工资福利支出|25.00|302|商品和服务支出|6.00|310|资本性支出|1.50
30101|基本工资|15.00|30201|办公费|4.00|31002|办公设备购置|1.50
30102|津贴补贴|10.00|30202|印刷费|2.00|||
303|对个人和家庭的补助|2.00||||||
30302|退休费|2.00||||||
人员经费合计|<|27.00|公用经费合计|<|<|<|<|7.50
"""


def test_three_groups_of_economic_subjects():
    table = form("一般公共预算财政拨款基本支出决算表", GROUPS)
    assert table.kind == "general_budget_basic_expenditure"
    assert {name: row["total"] for name, row in amounts(table).items() if row} == {
        "301": "25.00", "30101": "15.00", "30102": "10.00", "303": "2.00", "30302": "2.00",
        "302": "6.00", "30201": "4.00", "30202": "2.00", "310": "1.50", "31002": "1.50",
        "人员经费合计": "27.00", "公用经费合计": "7.50",
    }  # fmt: skip
    assert [column.key for column in table.columns] == ["total"]
    assert all(row.level == "group" for row in table.rows if row.code and len(row.code) == 5)


def test_one_group_of_economic_subjects_with_its_parts():
    table = form(
        "一般公共预算基本支出表",
        """
        经济分类科目|<|<|一般公共预算基本支出|<|<
        科目编码|<|科目名称|合计|人员经费|公用经费
        类|款|^|^|^|^
        301||工资福利支出|25.00|25.00|
        301|01|基本工资|25.00|25.00|
        302||商品和服务支出|6.00||6.00
        302|01|办公费|6.00||6.00
        合计|<|<|31.00|25.00|6.00
        """,
        kind="budget",
    )
    assert codes(table) == ["301", "30101", "302", "30201", None]
    assert amounts(table)["30101"] == {"total": "25.00", "personnel": "25.00"}
    assert amounts(table)["合计"] == {"total": "31.00", "personnel": "25.00", "public": "6.00"}


# Other layouts ------------------------------------------------------------------------------


def test_lines_without_codes():
    table = form(
        "收入预算总表",
        "项目|一般公共预算资金|政府性基金|其他资金|合计\n本年收入|9.00|1.00|0.50|10.50\n合计|9.00|1.00|0.50|10.50",
        kind="budget",
    )
    assert table.kind == "income"
    assert amounts(table)["合计"]["total"] == "10.50"


def test_a_list_of_procurement_keeps_its_texts_beside_the_amounts():
    table = form(
        "政府采购支出预算表",
        """
        采购品目大类|专项名称|经济科目|采购物品名称|采购组织形式|总计
        合计|<|<|<|<|35.00
        货物|信息化建设|办公设备购置|台式计算机|集中采购|12.00
        服务|物业管理|物业管理费|物业服务|分散采购|23.00
        """,
        kind="budget",
    )
    assert table.kind == "procurement"
    assert [(row.name, str(row.amounts["total"])) for row in table.rows] == [
        ("合计", "35.00"), ("台式计算机", "12.00"), ("物业服务", "23.00"),
    ]  # fmt: skip
    assert table.rows[1].cells["category"].text == "货物"
    assert table.rows[1].cells["method"].text == "集中采购"


def test_previous_years_are_told_apart():
    table = form(
        "一般公共预算支出表",
        """
        科目编码|科目名称|2022年执行数|2023年预算数|<|<|增减%
        ^|^|^|合计|基本支出|项目支出|^
        204|公共安全支出|30.00|33.00|20.00|13.00|10.00%
        """,
        kind="budget",
    )
    assert amounts(table)["204"] == {
        "previous": "30.00", "total": "33.00", "basic": "20.00", "project": "13.00", "change_pct": "10.00",
    }  # fmt: skip


def test_a_fund_form_with_balances():
    table = form(
        "政府性基金预算财政拨款收入支出决算表",
        """
        项目|<|年初结转和结余|本年收入|本年支出|<|<|年末结转和结余
        科目编码|科目名称|^|^|小计|基本支出|项目支出|^
        栏次|<|1|2|3|4|5|6
        合计|<|1.00|5.00|4.00||4.00|2.00
        212|城乡社区支出|1.00|5.00|4.00||4.00|2.00
        """,
    )
    assert amounts(table)["212"] == {
        "opening_balance": "1.00", "income": "5.00", "total": "4.00", "project": "4.00",
        "closing_balance": "2.00",
    }  # fmt: skip
    assert [column.number for column in table.columns] == [1, 2, 3, 4, 5, 6]


@pytest.mark.parametrize("blanks", ["合计|<|||", "合计|<|||\n||||", "此表为空|<|<|<|<"])
def test_a_form_without_figures_is_empty(blanks):
    table = form("国有资本经营预算财政拨款支出决算表", f"科目编码|科目名称|合计|基本支出|项目支出\n{blanks}")
    assert (table.kind, table.status) == ("state_capital", "empty")


def test_a_form_of_printed_zeros_is_not_empty():
    table = form(
        "国有资本经营预算财政拨款支出决算表",
        "科目编码|科目名称|合计|基本支出|项目支出\n合计|<|0.00|0.00|0.00",
    )
    assert table.status == "extracted"


def test_a_table_of_no_known_form_is_kept_with_its_spans():
    table = form("固定资产情况表", "类别|数量|<\n^|年初|年末\n车辆|3|4")
    assert (table.kind, table.title, table.rows) == ("other", "固定资产情况表", ())
    assert [(c.row, c.column, c.row_span, c.column_span, c.text) for c in table.cells][:3] == [
        (0, 0, 2, 1, "类别"), (0, 1, 1, 2, "数量"), (1, 1, 1, 1, "年初"),
    ]  # fmt: skip


def test_performance_forms_are_known_and_kept_as_printed():
    table = form(
        "2023年度项目支出绩效自评表", "项目名称|信息化建设|<\n一级指标|二级指标|得分\n产出|数量|9.50"
    )
    assert (table.kind, table.rows) == ("project_performance", ())
    assert {cell.text for cell in table.cells} >= {"信息化建设", "9.50"}


@pytest.mark.parametrize(("year", "unit"), [(None, None), (2023, "万元")])
def test_what_is_unknown_of_the_document_stops_nothing(year, unit):
    (table,) = tables(
        page("支出决算表", *(["单位：万元"] if unit else []), Drawn(SPLIT)), kind=None, year=year
    )
    assert (table.unit, amounts(table)) == (unit, FIGURES)
