"""Defects once found in transcripts of other families than the nine numbered forms; all data invented."""

from __future__ import annotations

from decimal import Decimal

from extract.layout.transcripts import transcript_flow
from extract.reading.text import read_text
from extract.tables.formreader import Setting
from extract.tables.loose import read_loose_tables
from extract.tables.reading import TableReading
from models.disclosure import Row

BUDGET = Setting("budget", 2024)


def readings(text: str, kind: str) -> list[TableReading]:
    flow = transcript_flow(read_text(text.encode(), file_name="a.txt"))
    found = [reading for table in read_loose_tables(flow, BUDGET) for reading in table.readings]
    return [reading for reading in found if reading.table.kind == kind]


def only(text: str, kind: str) -> TableReading:
    (found,) = readings(text, kind)
    return found


def figures(row: Row) -> dict[str, str]:
    return {key: str(amount) for key, amount in row.amounts.items() if amount}


def by_code(reading: TableReading) -> dict[str, dict[str, str]]:
    return {row.code or row.name or "": figures(row) for row in reading.table.rows}


def doubted(reading: TableReading) -> set[tuple[int, str]]:
    return {(doubt.row, doubt.column) for doubt in reading.doubts}


LINES = """部门支出总表
单位：万元
科目
编码
科目名
称
合计
{header}
合计 100.00 60.00 40.00
201 一般公共服务支出 70.00 60.00 10.00
20101 人大事务 70.00 60.00 10.00
2010101 行政运行 60.00 60.00
2010102 一般行政管理事务 10.00 10.00
204 公共安全支出 30.00 30.00
20402 公安 30.00 30.00
2040299 其他公安支出 30.00 30.00

第三部分 说明
"""


def test_a_broken_header_names_the_columns_of_printed_lines() -> None:
    reading = only(LINES.format(header="基本支\n出\n项\n目\n支\n出"), "expenditure")
    found = by_code(reading)
    assert found["2040299"] == {"total": "30.00", "project": "30.00"}
    assert found["2010101"] == {"total": "60.00", "basic": "60.00"}
    assert not reading.doubts


def test_figures_under_a_header_nobody_knows_are_all_doubted() -> None:
    reading = only(LINES.format(header="甲类经费\n乙类经费"), "expenditure")
    printed = {
        (index, key)
        for index, row in enumerate(reading.table.rows)
        for key, amount in row.amounts.items()
        if amount is not None
    }
    assert printed
    assert printed <= doubted(reading)


SPANNED = """2024年单位支出预算总表
单位：元
项目\t\t\t\t支出预算\t\t\t\t
功能分类科目编码\t\t\t功能分类科目名称\t合计\t基本支出\t\t\t项目支出
类\t款\t项\t\t\t小计\t人员经费\t公用经费\t
208\t\t\t社会保障和就业支出\t900\t500\t300\t200\t400
208\t5\t\t行政事业单位养老支出\t900\t500\t300\t200\t400
208\t5\t1\t行政单位离退休\t900\t500\t300\t200\t400
"""


def test_whole_figures_under_a_header_of_three_rows() -> None:
    found = by_code(only(SPANNED, "expenditure"))
    wanted = {"total": "900", "basic": "500", "personnel": "300", "public": "200", "project": "400"}
    assert found == {"208": wanted, "20805": wanted, "2080501": wanted}


def test_codes_without_their_zeros_on_printed_lines() -> None:
    text = """部门支出总表
单位：元
科目编码
科目名称
合计
基本支出
项目支出
208 社会保障和就业支出 900 500 400
208 5 行政事业单位养老支出 900 500 400
208 5 1 行政单位离退休 900 500 400
"""
    assert set(by_code(only(text, "expenditure"))) == {"208", "20805", "2080501"}


PUBLIC = """#### 2024年单位“三公”经费和机关运行经费预算表

单位：万元

| “三公”经费预算数 |  |  |  |  |  | 机关运行经费预算数 |
| --- | --- | --- | --- | --- | --- | --- |
| 合计 | 因公出国(境)费 | 公务接待费 | 公务用车购置及运行费 |  |  |  |
|  |  |  | 小计 | 购置费 | 运行费 |  |
| **7.00** |  | **3.00** | **4.00** |  | **4.00** | **9.50** |
"""


def test_bold_figures_are_figures_and_the_operating_costs_are_read_once() -> None:
    found = by_code(only(PUBLIC, "three_public"))
    assert found["total"] == {"budget": "7.00"}
    assert found["vehicle_operation"] == {"budget": "4.00"}
    (operating,) = readings(PUBLIC, "operating_costs")
    assert operating.table.rows[0].amounts == {"total": Decimal("9.50")}


def test_operating_costs_at_the_end_of_a_line_of_figures() -> None:
    text = """2024年单位“三公”经费和机关运行经费预算表
单位：万元
“三公”经费预算数
机关运行经费预算数
合计
因公出国
(境)费
公务接待费
公务用车购置及运行费
小计
购置费
运行费
7.00 3.00 4.00 4.00 9.50
"""
    assert by_code(only(text, "three_public"))["reception"] == {"budget": "3.00"}
    (operating,) = readings(text, "operating_costs")
    assert figures(operating.table.rows[0]) == {"total": "9.50"}


def test_last_year_s_figures_are_not_this_year_s() -> None:
    text = """一般公共预算“三公”经费支出表
单位：万元
项目
上年预
算数
本年
预算数
合计 3.00 7.00
1.因公出国（境）费用 1.00 2.00
2.公务接待费 2.00 5.00
3.公务用车费
"""
    found = by_code(only(text, "three_public"))
    assert found["total"] == {"previous": "3.00", "budget": "7.00"}
    assert found["reception"] == {"previous": "2.00", "budget": "5.00"}


def test_values_of_unknown_years_are_doubted() -> None:
    text = """一般公共预算“三公”经费支出表
单位：万元
项目
某数
另数
合计 3.00 7.00
1.因公出国（境）费用 1.00 2.00
2.公务接待费 2.00 5.00
"""
    reading = only(text, "three_public")
    assert {(index, key) for index in range(3) for key in ("budget", "final")} <= doubted(reading)


def test_sides_beginning_with_empty_cells_are_rows() -> None:
    rows = "\n".join(f"\t\t{name}、其他第{name}类支出\t\t\t\t" for name in "三四五六七八")
    text = f"""财政拨款收支总表
收入\t\t支出\t\t\t\t
项目\t预算数\t项目\t合计\t一般公共预算\t政府性基金预算\t国有资本经营预算
一、一般公共预算拨款\t80.00\t一、一般公共服务支出\t50.00\t50.00\t\t
二、政府性基金预算拨款\t\t二、教育支出\t30.00\t30.00\t\t
{rows}
收入总计\t80.00\t支出总计\t80.00\t80.00\t\t
"""
    reading = only(text, "appropriation_summary")
    total = next(row for row in reading.table.rows if row.name == "支出总计")
    assert figures(total) == {"total": "80.00", "general_budget": "80.00"}


def test_codes_in_two_parts_side_by_side() -> None:
    text = """一般公共预算财政拨款基本支出决算表
单位：元
人员经费
公用经费
301 工资福利支出 30.00 302 商品和服务支出 9.00
301 01 基本工资 20.00 302 01 办公费 9.00
301 02 津贴补贴 10.00 302 02 印刷费
"""
    found = by_code(only(text, "general_budget_basic_expenditure"))
    assert found["30101"] == {"total": "20.00"}
    assert found["30201"] == {"total": "9.00"}
    assert found["30202"] == {}


def test_names_of_both_sides_on_a_line_do_not_run_together() -> None:
    text = """收入支出决算总表
单位：万元
收入
支出
项目
决算数
项目
决算数
一、财政拨款收入 50.00 一、一般公共服务支出 45.00
本年收入合计 50.00 本年支出合计 45.00
年初结转和结余 年末结转和结余 5.00
总计 50.00 总计 50.00
"""
    reading = only(text, "income_expenditure_summary")
    closing = next(row for row in reading.table.rows if row.name == "年末结转和结余")
    assert closing.side == "expenditure"
    assert figures(closing) == {"total": "5.00"}


def test_lines_of_a_list_that_print_nothing_keep_their_names_to_themselves() -> None:
    text = """收入预算总表
公开表二
单位：万元
项目名称
金额
收入总计
85.00
一般公共预算资金
小计
80.00
其他资金
小计
5.00
事业收入
经营收入
其他收入
5.00
"""
    reading = only(text, "income")
    assert {row.name: figures(row) for row in reading.table.rows}["其他收入"] == {"total": "5.00"}


SLID = """国有资本经营预算支出表
科目编码\t科目名称\t合计\t基本支出\t项目支出
合计\t87.00\t\t87.00\t
223\t国有资本经营预算支出\t87.00\t87.00\t
22399\t其他国有资本经营预算支出\t87.00\t87.00\t
2239999\t其他国有资本经营预算支出\t87.00\t87.00\t
"""


def test_where_rows_have_slid_only_identities_count() -> None:
    """Three of four rows print it under the basic expenditure: yet the fourth shows that cells have moved."""
    reading = only(SLID, "state_capital")
    keys = {doubt.column for doubt in reading.doubts}
    assert {"basic", "project"} <= keys
