"""Forms as offices of the Shanghai family write them in Excel, Word and HTML, read as on paper."""

from __future__ import annotations

import json
import shutil
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from extract import Options, extract
from models.disclosure import Disclosure, Table
from tests.corpus.compare import compare
from tests.corpus.forms import families
from tests.corpus.generator import generate
from tests.reading.office import ACCOUNTING, MONEY, word, workbook, write

DATA = Path(__file__).parent / "reading" / "data"
RENDERED = ("docx", "xlsx", "html")
OWNER = "云岭市青川区水务局"


def read(data: bytes, name: str) -> Disclosure:
    return extract(data, options=Options(file_name=name, narrative=False))


def only(found: Disclosure, kind: str) -> Table:
    [table] = [table for table in found.tables if table.kind == kind and table.status != "missing"]
    return table


def figures(table: Table) -> dict[str, dict[str, str]]:
    """The amounts that are printed, by code or name."""
    return {
        row.code or row.name or "": {
            key: str(value) for key, value in row.amounts.items() if value is not None
        }
        for row in table.rows
    }


def summary(sheet: Any) -> None:
    """Title merged, owner and unit in the corners, a zero shown as a dash, a blank column between."""
    write(sheet, 1, [["2024年部门财务收支预算总表"]])
    sheet.merge_cells("A1:E1")
    write(sheet, 2, [["编制部门：", OWNER, None, None, "单位：元"]])
    rows = [
        ["本年收入", None, None, "本年支出", None],
        ["项目", "预算数", None, "项目", "预算数"],
        ["一、财政拨款收入", 14348853.34, None, "一、农林水支出", 14348853.34],
        ["1. 一般公共预算资金", 14348853.34, None, "二、住房保障支出", 0.1 + 0.2],
        ["2. 政府性基金", 0.0, None, None, None],
        ["二、其他收入", 0.3, None, None, None],
        [None, None, None, None, None],
        ["收入总计", 14348853.64, None, "支出总计", 14348853.64],
    ]
    write(sheet, 4, rows, form=ACCOUNTING)
    sheet.merge_cells("A4:B4")
    sheet.merge_cells("D4:E4")


def expenditure(sheet: Any) -> None:
    """Codes in three columns as numbers, a header of two rows, repeated; a hidden row and column; notes."""
    write(sheet, 2, [["2024年部门支出预算总表"]])
    sheet.merge_cells("A2:H2")
    write(sheet, 3, [[f"编制部门：{OWNER}", *[None] * 6, "单位：元"]])
    head = [
        ["项目", None, None, None, "停用", "支出预算", None, None],
        ["功能分类科目编码", None, None, "功能分类科目名称", None, "合计", "基本支出", "项目支出"],
        ["类", "款", "项", None, None, None, None, None],
    ]
    rows = [
        [213, None, None, "农林水支出", 1.0, 14348853.34, 14000000.0, 348853.34],
        [213, 3, None, "水利", 1.0, 14348853.34, 14000000.0, 348853.34],
        ["213", "03", "01", "行政运行", 1.0, 14000000.0, 14000000.0, None],
        [208, 99, 9, "不显示的一行", 9.0, 9.0, 9.0, 9.0],
    ]
    more = [
        [213, 3, 99, "其他水利支出", 1.0, 348853.34, None, 348853.34],
        [221, None, None, "住房保障支出", 1.0, 0.3, 0.3, None],
        [221, 2, None, "住房改革支出", 1.0, 0.3, 0.3, None],
        [221, 2, 1, "住房公积金", 1.0, 0.1 + 0.2, 0.1 + 0.2, None],
        ["合计", None, None, None, None, 14348853.64, 14000000.3, 348853.34],
    ]
    hidden = write(sheet, 4, head + rows, form=MONEY) - 1
    sheet.row_dimensions[hidden].hidden = True
    sheet.column_dimensions["E"].hidden = True
    after = write(sheet, hidden + 1, head + more, form=MONEY)
    write(sheet, after + 1, [["注：本表按功能分类科目填列。"], ["单位负责人：张某", None, "制表人：李某"]])
    for first, last in (("A4", "D4"), ("F4", "H4"), ("A5", "C5")):
        sheet.merge_cells(f"{first}:{last}")


def small_forms(sheet: Any) -> None:
    """Two forms beside each other and one below, each under its own title; text where figures could stand."""
    write(sheet, 1, [["政府性基金预算支出表", *[None] * 7, "国有资本经营预算支出表"]])
    write(sheet, 2, [[*[None] * 5, "单位：元", None, None, *[None] * 5, "单位：元"]])
    head = ["类", "款", "项", "科目名称", "合计", "基本支出", "项目支出"]
    subject = ["212", "08", "99", "其他国有土地使用权出让收入安排的支出", "1,200.00", None, "1,200.00"]
    write(sheet, 3, [head, subject, ["合计", None, None, None, *subject[4:]]])
    write(sheet, 3, [head, ["合计"]], left=9)
    write(sheet, 6, [["注：国有资本经营预算为空表。"]], left=9)
    write(sheet, 9, [["“三公”经费和机关运行经费预算表"], ["单位：万元"]])
    rows = [
        ["“三公”经费预算数", None, None, None, None, None, "机关运行经费预算数"],
        ["合计", "因公出国（境）费", "公务接待费", "公务用车购置及运行费", None, None, None],
        [None, None, None, "小计", "购置费", "运行费", None],
        [2.5, 0.0, 0.5, 2.0, 0.0, 2.0, 12.34],
    ]
    write(sheet, 11, rows, form="0.00;-0.00;")
    for merged in ("A11:F11", "G11:G13", "A12:A13", "B12:B13", "C12:C13", "D12:F12"):
        sheet.merge_cells(merged)


def hidden(sheet: Any) -> None:
    write(sheet, 1, [["部门收入总表"], ["项目", "合计"], ["某收入", 99.0]])
    sheet.sheet_state = "hidden"


@cache
def budget() -> Disclosure:
    data = workbook(收支总表=summary, 支出总表=expenditure, 其他=small_forms, 代码=hidden)
    return read(data, "budget.xlsx")


def test_a_sheet_says_what_it_is_and_whose():
    facts = budget().disclosure
    assert (facts.kind, facts.fiscal_year, facts.organisation.name) == ("budget", 2024, OWNER)
    assert budget().source.reader == "xlsx"
    assert budget().source.pages == 4


def test_two_sides_with_a_blank_column_between():
    table = only(budget(), "income_expenditure_summary")
    assert table.unit == "元"
    assert figures(table)["支出总计"] == {"total": "14348853.64"}
    assert figures(table)["221"] == {"total": "0.30"}
    assert figures(table)["2.政府性基金"] == {}  # a dash on the page


def test_codes_in_three_columns_as_numbers():
    table = only(budget(), "expenditure")
    assert figures(table) == {
        "213": {"total": "14348853.34", "basic": "14000000.00", "project": "348853.34"},
        "21303": {"total": "14348853.34", "basic": "14000000.00", "project": "348853.34"},
        "2130301": {"total": "14000000.00", "basic": "14000000.00"},
        "2130399": {"total": "348853.34", "project": "348853.34"},
        "221": {"total": "0.30", "basic": "0.30"},
        "22102": {"total": "0.30", "basic": "0.30"},
        "2210201": {"total": "0.30", "basic": "0.30"},
        "合计": {"total": "14348853.64", "basic": "14000000.30", "project": "348853.34"},
    }
    assert table.notes == ("注：本表按功能分类科目填列。",)
    assert table.pages == (2,)


def test_every_figure_tells_its_cell():
    table = only(budget(), "expenditure")
    cell = table.rows[0].cells["total"]
    assert (cell.text, cell.page, cell.bbox, cell.address) == ("14,348,853.34", 2, None, "支出总表!F7")


def test_forms_beside_each_other_and_below():
    assert figures(only(budget(), "government_fund"))["2120899"] == {"total": "1200.00", "project": "1200.00"}
    assert only(budget(), "state_capital").status == "empty"
    assert figures(only(budget(), "three_public")) == {
        "total": {"budget": "2.50"}, "abroad": {}, "reception": {"budget": "0.50"},
        "vehicles": {"budget": "2.00"}, "vehicle_purchase": {}, "vehicle_operation": {"budget": "2.00"},
    }  # fmt: skip
    assert only(budget(), "three_public").unit == "万元"
    assert figures(only(budget(), "operating_costs"))["机关运行经费"] == {"total": "12.34"}


def test_hidden_sheets_are_not_published():
    assert "某收入" not in budget().model_dump_json()


def test_nothing_is_in_doubt():
    assert budget().quality.reasons == ()
    assert budget().source.trust == "text_layer"


def test_the_same_workbook_as_xls():
    found = read((DATA / "forms.xls").read_bytes(), "budget.xls")
    assert [figures(table) for table in found.tables] == [figures(table) for table in budget().tables]
    assert only(found, "expenditure").rows[0].cells["total"].address == "支出总表!F7"
    assert found.source.reader == "xls"
    assert found.quality.reasons == ()


@pytest.mark.skipif(not shutil.which("soffice"), reason="LibreOffice is not installed")
def test_doc_gives_the_tables_of_docx():
    truth = generate(5, family="shanghai_district_budget", renderer="docx", subjects=2, prose=False).truth
    found = read((DATA / "forms.doc").read_bytes(), "budget.doc")
    compared = compare(json.loads(found.model_dump_json(by_alias=True)), truth)
    assert (compared.wrong, compared.missing, compared.false, compared.status) == (0, 0, 0, ())
    assert found.source.media_type == "application/msword"


@pytest.mark.parametrize("family", sorted(families()))
def test_a_disclosure_is_the_same_in_word_excel_and_html(family):
    documents = [generate(77, family=family, renderer=name, subjects=2, prose=False) for name in RENDERED]
    assert all(document.truth == documents[0].truth for document in documents)
    for document in documents:
        found = read(document.data, f"a{document.suffix}")
        compared = compare(json.loads(found.model_dump_json(by_alias=True)), document.truth)
        assert (compared.wrong, compared.missing, compared.false) == (0, 0, 0), document.suffix
        assert compared.right > 20
        assert compared.status == ()


# Web pages ------------------------------------------------------------------------------------

CMS_PAGE = """<html><head><meta http-equiv=Content-Type content="text/html; charset=utf-8">
<meta name="ArticleTitle" content="云岭市青川区水务局2024年度部门决算公开">
<meta name="PubDate" content="2025-09-12 10:00">
<title>部门决算_某政府</title>
<style>td {color: red}</style><script>document.write("2019年预算")</script></head><body>
<table><tr><td><table><tr><td><a href="/">首页</a></td><td><a href="/zw">政务公开</a></td></tr>
</table></td></tr>
<tr><td><div id="zoom"><p class=MsoNormal>第二部分&nbsp;部门决算表<o:p></o:p></p>
<table class=MsoNormalTable border=1>
<tr><td colspan=1000000><b>支出决算表</b></td></tr>
<tr><td colspan=3>部门：云岭市青川区水务局</td><td colspan=2>单位：万元</td></tr>
<tr><td colspan=2>项目</td><td rowspan=65000>本年<br>支出<br>合计</td><td rowspan=2>基本支出</td>
<td rowspan=2>项目支出</td></tr>
<tr><td>功能分类<br>科目编码</td><td>科目名称</td></tr>
<tr style='display:none'><td>999</td><td>看不见</td><td>1</td><td>1</td><td>1</td></tr>
<tr><td colspan=2>合计</td><td>1,266.16</td><td>786.16</td><td>480.00</td></tr>
<tr><td>213<td>农林水支出<td>1,266.16<td>786.16<td><p class=MsoNormal>480<span lang=EN-US>.00</span></p>
<tr><td>21303<td>水利<td>1,266.16<td>786.16<td>480.00
<tr><td>2130301<td>行政<br>运行<td>786.16<td>786.16<td>&nbsp;
<tr><td>2130304<td>水利行业业务管理<td>480.00<td><td>480.00</tr>
<tr><td colspan=5>注：本表反映部门本年度各项支出情况。</td></tr>
</table></div></td></tr></table><div class=footer>主办：某办公室</div></body></html>"""


def page(markup: str = CMS_PAGE, encoding: str = "gb18030") -> Disclosure:
    # Without the lie about its rows, which the other tests cover, the third column is a column again.
    return read(markup.replace("rowspan=65000", "rowspan=2").encode(encoding), "page.html")


def test_a_page_in_gbk_that_claims_utf_8():
    found = page()
    assert found.disclosure.title == "云岭市青川区水务局2024年度部门决算公开"
    assert found.disclosure.published_on == "2025-09-12"
    assert (found.disclosure.fiscal_year, found.disclosure.organisation.name) == (2024, OWNER)
    assert found.source.reader == "html"


def test_a_table_exported_by_word_inside_tables_for_layout():
    table = only(page(), "expenditure")
    assert figures(table) == {
        "合计": {"total": "1266.16", "basic": "786.16", "project": "480.00"},
        "213": {"total": "1266.16", "basic": "786.16", "project": "480.00"},
        "21303": {"total": "1266.16", "basic": "786.16", "project": "480.00"},
        "2130301": {"total": "786.16", "basic": "786.16"},
        "2130304": {"total": "480.00", "project": "480.00"},
    }
    assert [row.name for row in table.rows][3] == "行政运行"
    assert table.unit == "万元"
    assert table.rows[1].cells["total"].address == "table 3!R6C3"
    assert page().quality.reasons == ()


def test_a_page_says_the_same_in_any_encoding():
    tables = [page(encoding=encoding).tables for encoding in ("utf-8", "utf-8-sig", "utf-16", "gb18030")]
    assert all(found == tables[0] for found in tables)


# Word -----------------------------------------------------------------------------------------


def cell(text: str, wide: int = 1, merge: str = "") -> str:
    down = f'<w:vMerge w:val="{merge}"/>' if merge else ""
    return (
        f'<w:tc><w:tcPr><w:gridSpan w:val="{wide}"/>{down}</w:tcPr>'
        f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:tc>"
    )


def table_of(rows: list[list[str]], grid: list[int]) -> str:
    columns = "".join(f'<w:gridCol w:w="{width}"/>' for width in grid)
    lines = "".join(f"<w:tr>{''.join(row)}</w:tr>" for row in rows)
    return f"<w:tbl><w:tblGrid>{columns}</w:tblGrid>{lines}</w:tbl>"


def test_rows_of_a_word_table_that_do_not_quite_line_up():
    rows = [
        [cell("科目编码", 1, "restart"), cell("科目名称", 1, "restart"), cell("本年支出", 5)],
        [
            cell("", 1, "continue"),
            cell("", 1, "continue"),
            cell("合计", 2),
            cell("基本支出"),
            cell("项目支出", 2),
        ],
        [cell("合计", 2), cell("30.00", 1), cell("20.00", 2), cell("10.00", 2)],
        [cell("213"), cell("农林水支出"), cell("30.00", 2), cell("20.00"), cell("10.00", 2)],
        [cell("21303"), cell("水利"), cell("30.00", 2), cell("20.00"), cell("10.00", 1), cell("", 1)],
        [cell("2130301"), cell("行政运行"), cell("20.00", 2), cell("20.00"), cell("", 2)],
        [cell("2130304"), cell("水利行业业务管理"), cell("10.00"), cell("", 2), cell("10.00", 2)],
    ]
    grid = [1200, 2600, 1500, 40, 1500, 1500, 30]
    found = read(
        word("2024年度云岭市青川区水务局部门决算", "支出决算表", "单位：万元", body=table_of(rows, grid)),
        "a.docx",
    )
    table = only(found, "expenditure")
    assert figures(table)["合计"] == {"total": "30.00", "basic": "20.00", "project": "10.00"}
    assert figures(table)["2130304"] == {"total": "10.00", "project": "10.00"}
    assert table.rows[0].cells["basic"].address == "table 1!R3C4"
    assert found.quality.reasons == ()
