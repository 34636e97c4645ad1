"""Pages become one stream: tables where they stand, running heads and page numbers gone."""

from __future__ import annotations

from dataclasses import replace

import pytest

from extract.layout.alignment import aligned_stretches, is_tabular
from extract.layout.flow import TableSpot, TextLine
from extract.layout.pageflow import lay_out, page_flow, word_lines
from extract.reading.pages import Page
from tests import drawing
from tests.drawing import Drawn, flow, page, set_text

TABLE = "科目编码|科目名称|合计\n208|社会保障和就业支出|1.00\n210|卫生健康支出|2.00"


def kinds(stream) -> list[str]:
    return [item.text if isinstance(item, TextLine) else "table" for item in stream]


# Tables and text ----------------------------------------------------------------------------


def test_tables_stand_where_they_are_printed():
    stream = flow(page("一、说明", Drawn(TABLE), "正文。", Drawn(TABLE)), page("结束", number=2))
    assert kinds(stream) == ["一、说明", "table", "正文。", "table", "结束"]


def test_words_of_a_table_are_in_its_spot_and_nowhere_else():
    (spot, line) = flow(page(Drawn(TABLE), "正文。"))
    assert isinstance(spot, TableSpot)
    assert {word.text for word in spot.words} == set(TABLE.replace("\n", "|").split("|"))
    assert line.text == "正文。"


def test_a_table_without_a_frame_is_a_spot_without_a_network():
    stream = flow(page("正文。", Drawn(TABLE, drawing.nothing), "注：本表另有说明。"))
    assert kinds(stream) == ["正文。", "table", "注：本表另有说明。"]
    assert stream[1].network is None


def test_lines_have_their_box_size_and_page():
    (line,) = flow(page("正文。", number=7))
    assert (line.page, line.size, line.box) == (7, 10.0, (60.0, 100.0, 90.0, 110.0))


def test_words_side_by_side_are_one_line_with_blanks_where_they_stand_apart():
    words = [*set_text("编制单位：云岭市水务局", 60, 100), *set_text("单位：万元", 400, 101.5)]
    (line,) = flow(Page(1, 595, 842, tuple(words)))
    assert line.text == "编制单位：云岭市水务局 单位：万元"


def test_halves_of_a_chinese_line_are_joined_and_latin_words_are_not():
    halves = [*set_text("负责水利", 60, 100), *set_text("工程", 103, 100)]
    assert kinds(flow(Page(1, 595, 842, tuple(halves)))) == ["负责水利工程"]
    latin = [*set_text("GDP", 60, 100), *set_text("growth", 78, 100)]
    assert kinds(flow(Page(1, 595, 842, tuple(latin)))) == ["GDP growth"]


def test_lines_of_different_height_are_apart():
    words = [*set_text("上", 60, 100), *set_text("下", 60, 108), *set_text("标", 80, 103, size=6)]
    assert [[word.text for word in line] for line in word_lines(words)] == [["上", "标"], ["下"]]


# Running heads ------------------------------------------------------------------------------


def numbered(number: int, *more: tuple[str, float], body: str = "正文。") -> Page:
    words = [*set_text(body, 60, 400)]
    for text, y in more:
        words += set_text(text, 250, y)
    return Page(number, 595, 842, tuple(words))


def remaining(*pages: Page) -> list[str]:
    return kinds(page_flow([lay_out(on) for on in pages]))


@pytest.mark.parametrize(
    "form",
    ["{}", "- {} -", "—{}—", "第{}页", "第 {} 页", "{}/12", "第{}页 共12页", "－{}－", "· {} ·"],
)
def test_page_numbers_go(form):
    pages = [numbered(n, (form.format(n), 800)) for n in range(1, 3)]
    assert remaining(*pages) == ["正文。", "正文。"]


@pytest.mark.parametrize("read", ["-1一", "一1一", "—l—", "_12_"])
def test_page_numbers_go_as_recognisers_read_them(read):
    """A table was parted from its continuation by a page number whose dash was read as 一."""
    assert remaining(numbered(1, (read, 800))) == ["正文。"]


def test_roman_page_numbers_go():
    assert remaining(numbered(1, ("iv", 800))) == ["正文。"]


@pytest.mark.parametrize("y", [30, 800])
def test_a_line_in_the_margin_of_many_pages_goes(y):
    pages = [numbered(n, ("云岭市水务局2023年度部门决算", y)) for n in range(1, 5)]
    assert remaining(*pages) == ["正文。"] * 4


def test_a_running_head_with_a_changing_number_goes():
    pages = [numbered(n, (f"部门决算 第{n}期", 30)) for n in range(1, 5)]
    assert remaining(*pages) == ["正文。"] * 4


def test_a_line_in_the_margin_of_one_page_stays():
    pages = [numbered(1, ("第一部分概况", 30)), *(numbered(n) for n in range(2, 6))]
    assert remaining(*pages) == ["第一部分概况", *["正文。"] * 5]


def test_the_title_on_the_cover_stays_where_it_is_the_running_head_too():
    title = "云岭市水务局2023年度部门决算"
    pages = [numbered(1, (title, 30), (title, 300)), *(numbered(n, (title, 30)) for n in range(2, 6))]
    assert remaining(*pages) == [title, *["正文。"] * 5]


def test_the_same_line_on_many_pages_stays_outside_the_margins():
    pages = [numbered(n, ("本表无数据。", 300)) for n in range(1, 5)]
    assert remaining(*pages) == ["本表无数据。", "正文。"] * 4


def test_a_figure_in_the_text_is_no_page_number():
    assert remaining(numbered(1, ("共计", 200), ("12", 300))) == ["共计", "12", "正文。"]


def test_a_page_number_goes_wherever_the_margin_ends():
    """On a page that was scaled down into a larger one, the number stands far from the edge."""
    assert remaining(numbered(1, ("12", 600))) == ["正文。"]


def test_page_numbers_do_not_part_a_table_from_its_continuation():
    first = page("支出决算表", Drawn(TABLE))
    second = page(Drawn("213|农林水支出|3.00"), number=2)
    both = [replace(on, words=(*on.words, *set_text(f"- {on.number} -", 400, 810))) for on in (first, second)]
    assert kinds(flow(*both)) == ["支出决算表", "table", "table"]


# Alignment ----------------------------------------------------------------------------------


def row(*texts: str, y: float = 100.0):
    """Words in columns 100 points apart."""
    return [word for column, text in enumerate(texts) for word in set_text(text, 60 + 100 * column, y)]


@pytest.mark.parametrize(
    "texts", [("社会保障", "1.00"), ("208", "社会保障", "1,234.50"), ("合计", "-", "12.5%")]
)
def test_lines_with_a_figure_apart_are_tabular(texts):
    assert is_tabular(row(*texts))


@pytest.mark.parametrize(
    "texts", [("收入33.57万元", "支出"), ("1.00",), ("目录", "3"), ("社会保障", "12")], ids=str
)
def test_lines_that_are_not(texts):
    assert not is_tabular(row(*texts))


def stretches(*lines) -> list[tuple[int, int]]:
    placed = [row(*texts, y=100.0 + 16 * index) for index, texts in enumerate(lines)]
    return [(found.start, found.stop) for found in aligned_stretches(placed)]


def test_the_lines_of_a_table_with_its_header():
    assert stretches(
        ("部门收支总表",),
        ("单位：万元",),
        ("项目", "预算数"),
        ("财政拨款", "1.00"),
        ("其他", "2.00"),
        ("正文。",),
    ) == [(2, 5)]


def test_one_line_of_figures_is_a_table_only_when_it_prints_several():
    assert stretches(("项目", "预算数"), ("财政拨款", "1.00"), ("正文。",)) == []
    assert stretches(("合计", "出国", "接待"), ("1.00", "2.00", "3.00")) == [(0, 2)]


def test_a_title_between_figures_parts_two_tables():
    assert stretches(
        ("甲", "1.00"), ("乙", "2.00"), ("部门支出总表",), ("项目", "预算数"), ("丙", "3.00"), ("丁", "4.00")
    ) == [(0, 2), (3, 6)]


def test_lines_without_figures_between_lines_with_some_belong_to_the_table():
    assert stretches(("甲", "1.00"), ("乙",), ("丙",), ("丁", "4.00")) == [(0, 4)]
