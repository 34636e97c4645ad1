"""From pages to forms: several tables a page, captions, notes, and what is owned up to."""

from __future__ import annotations

from dataclasses import replace

import pytest

from extract.layout.flow import TextLine
from extract.reading.pages import Ruling
from extract.tables.formreader import Setting
from extract.tables.opinions import INFERRED
from extract.tables.pagetables import read_page_tables
from tests import drawing
from tests.drawing import Drawn, amounts, flow, page, readings, tables

TEXT = """
科目编码|<|<|科目名称|合计|基本支出|项目支出
类|款|项|^|^|^|^
合计|<|<|<|33.57|20.57|13.00
204|||公共安全支出|33.57|20.57|13.00
204|06||司法|33.57|20.57|13.00
204|06|01|行政运行|20.57|20.57|
204|06|99|其他司法支出|13.00||13.00
"""
SMALL = "科目编码|科目名称|合计|基本支出|项目支出\n合计|<|1.00|1.00|\n208|社会保障和就业支出|1.00|1.00|"
WANTED = {
    "合计": {"total": "33.57", "basic": "20.57", "project": "13.00"},
    "204": {"total": "33.57", "basic": "20.57", "project": "13.00"},
    "20406": {"total": "33.57", "basic": "20.57", "project": "13.00"},
    "2040601": {"total": "20.57", "basic": "20.57"},
    "2040699": {"total": "13.00", "project": "13.00"},
}


# Around tables ------------------------------------------------------------------------------


def test_several_tables_on_a_page_each_with_its_own_title_unit_and_notes():
    found = tables(
        page(
            "支出决算表", "公开03表 单位：万元", Drawn(TEXT), "注：本表反映部门本年度各项支出情况。",
            "一般公共预算财政拨款支出决算表", "公开05表 单位：元", Drawn(SMALL), "注：本表另有说明。",
        )
    )  # fmt: skip
    assert [(t.kind, t.form, t.unit, t.notes) for t in found] == [
        ("expenditure", "公开03表", "万元", ("注：本表反映部门本年度各项支出情况。",)),
        ("general_budget_expenditure", "公开05表", "元", ("注：本表另有说明。",)),
    ]
    assert amounts(found[0]) == WANTED
    assert amounts(found[1])["208"] == {"total": "1.00", "basic": "1.00"}


def test_tables_side_by_side_on_a_page_are_two():
    left = page("支出决算表", Drawn(SMALL))
    right = page(Drawn("姓名|电话\n甲|乙"), top=drawing.TOP + 16)
    shift = max(r.x1 for r in left.rulings) + 30
    words = [replace(w, x0=w.x0 + shift, x1=w.x1 + shift) for w in right.words]
    rulings = [replace(r, x0=r.x0 + shift, x1=r.x1 + shift) for r in right.rulings]
    both = replace(left, words=(*left.words, *words), rulings=(*left.rulings, *rulings), width=1200.0)
    assert [table.kind for table in tables(both)] == ["expenditure", "other"]


def test_title_number_and_unit_inside_the_frame():
    inside = "支出决算表|<|<|<|<|<|<\n|<|<|<|<|<|公开03表\n部门：云岭市水务局|<|<|<|<|<|单位：万元\n"
    (table,) = tables(page(Drawn(inside + TEXT.strip())))
    assert (table.kind, table.title, table.form, table.unit) == (
        "expenditure", "支出决算表", "公开03表", "万元",
    )  # fmt: skip
    assert amounts(table) == WANTED


def test_captions_inside_the_frame_are_repeated_on_the_next_page():
    inside = "支出决算表|<|<|<|<|<|<\n部门：云岭市水务局|<|<|<|<|<|单位：万元\n"
    lines = TEXT.strip().splitlines()
    widths = (40.0, 30.0, 30.0, 140.0, 60.0, 60.0, 60.0)
    first = Drawn(inside + "\n".join(lines[:5]), widths=widths)
    second = Drawn(inside + "\n".join([*lines[:2], *lines[5:]]), widths=widths)
    (table,) = tables(page(first), page(second, number=2))
    assert amounts(table) == WANTED


def test_a_note_over_several_lines_is_one_note():
    (table,) = tables(
        page(
            "支出决算表",
            Drawn(SMALL),
            "注：本表反映部门本年度支出情况，因四舍五入存在",
            "尾数差异。",
            "第三部分 说明",
        )
    )
    assert table.notes == ("注：本表反映部门本年度支出情况，因四舍五入存在尾数差异。",)


def test_lines_that_belong_to_a_table_are_told_from_running_text():
    stream = flow(
        page("第二部分 决算表", "支出决算表", "单位：万元", Drawn(SMALL), "注：本表另有说明。", "正文。")
    )
    (placed,) = read_page_tables(stream, Setting("final_accounts", 2023))
    used = {item.text for index in placed.items if isinstance(item := stream[index], TextLine)}
    assert used == {"支出决算表", "单位：万元", "注：本表另有说明。"}


def test_an_empty_frame_is_no_table():
    assert tables(page("正文。", Drawn("|\n|", widths=(60, 60)))) == []


def test_a_box_in_a_cell_belongs_to_the_cell():
    on = page("支出决算表", Drawn(SMALL))
    x, y = drawing.LEFT + 8, drawing.TOP + 26
    box = [
        Ruling(x, y, x + 6, y), Ruling(x, y + 6, x + 6, y + 6),
        Ruling(x, y, x, y + 6), Ruling(x + 6, y, x + 6, y + 6),
    ]  # fmt: skip
    (table,) = tables(replace(on, rulings=(*on.rulings, *box)))
    assert amounts(table)["208"] == {"total": "1.00", "basic": "1.00"}


# Rulings that are missing -------------------------------------------------------------------

DRAWINGS = [drawing.full, drawing.no_sides, drawing.columns_only, drawing.rows_only, drawing.nothing]


@pytest.mark.parametrize("draw", DRAWINGS, ids=lambda draw: draw.__name__)
def test_a_table_with_few_rulings_or_none_says_the_same(draw):
    (reading,) = readings(page("支出决算表", "单位：万元", Drawn(TEXT, draw)))
    assert reading.table.kind == "expenditure"
    assert amounts(reading.table) == WANTED
    assert reading.doubts == ()


@pytest.mark.parametrize("draw", DRAWINGS, ids=lambda draw: draw.__name__)
def test_the_counting_of_columns_is_read_with_few_rulings_or_none(draw):
    lines = TEXT.strip().splitlines()
    text = "\n".join([*lines[:2], "栏次|<|<|<|1|2|3", *lines[2:]])
    (table,) = tables(page("支出决算表", "单位：万元", Drawn(text, draw)))
    assert [(column.key, column.label, column.number) for column in table.columns] == [
        ("total", "合计", 1), ("basic", "基本支出", 2), ("project", "项目支出", 3),
    ]  # fmt: skip
    assert amounts(table) == WANTED


def doubted(reading) -> set[tuple[int, str]]:
    return {(doubt.row, doubt.column) for doubt in reading.doubts if doubt.reason == INFERRED}


@pytest.mark.parametrize("draw", DRAWINGS[2:], ids=lambda draw: draw.__name__)
def test_an_inferred_table_that_does_not_add_up_is_in_doubt_as_a_whole(draw):
    wrong = TEXT.replace("行政运行|20.57|20.57", "行政运行|20.57|21.57")
    (reading,) = readings(page("支出决算表", "单位：万元", Drawn(wrong, draw)))
    figures = {
        (index, key)
        for index, row in enumerate(reading.table.rows)
        for key, amount in row.amounts.items()
        if amount is not None
    }
    assert doubted(reading) == figures


@pytest.mark.parametrize("draw", DRAWINGS[:2], ids=lambda draw: draw.__name__)
def test_a_drawn_table_that_does_not_add_up_is_the_authors(draw):
    wrong = TEXT.replace("行政运行|20.57|20.57", "行政运行|20.57|21.57")
    (reading,) = readings(page("支出决算表", "单位：万元", Drawn(wrong, draw)))
    assert reading.doubts == ()
    assert amounts(reading.table)["2040601"] == {"total": "20.57", "basic": "21.57"}


def test_an_inferred_table_in_which_nothing_can_be_added_up_is_in_doubt():
    text = "项目|预算数|决算数\n公务接待费|2.00|1.00\n公务用车运行维护费|4.50|4.40"
    (reading, *_) = readings(page("财政拨款“三公”经费支出决算表", Drawn(text, drawing.nothing)))
    assert len(doubted(reading)) == 4


def test_names_that_wrap_in_an_unruled_table_are_whole():
    text = TEXT.replace("其他司法支出", "其他用于司法方/面的支出")
    (table,) = tables(page("支出决算表", "单位：万元", Drawn(text, drawing.nothing)))
    assert table.rows[-1].name == "其他用于司法方面的支出"
    assert amounts(table) == WANTED


def test_running_text_with_figures_is_no_table():
    text = "本年支出合计33.57万元，比上年增加1.20万元，其中基本支出20.57万元。"
    assert tables(page("二、支出决算情况说明", text, "项目支出13.00万元。")) == []
