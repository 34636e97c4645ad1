"""Headings divide the running text into sections."""

from __future__ import annotations

import pytest

from extract.layout.flow import TextLine
from extract.layout.sections import body_size, heading_level, read_sections

BODY = 12.0


def line(text: str, *, page: int | None = 1, size: float | None = BODY, right: float = 0.0) -> TextLine:
    """A line as wide as its text unless ``right`` says where it ends."""
    if size is None:
        return TextLine(text, page)
    return TextLine(text, page, (60.0, 100.0, right or 60.0 + size * len(text), 112.0), size)


def level(text: str, size: float | None = BODY, known: frozenset[str] = frozenset()) -> int | None:
    return heading_level(line(text, size=size), BODY if size else 0.0, known)


# Headings -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("第一部分 部门概况", 1),
        ("第 二 部分 决算表", 1),
        ("第3部分 情况说明", 1),
        ("第一章 概况", 1),
        ("一、主要职责", 2),
        ("十二、预算绩效情况说明", 2),
        ("一. 主要职责", 2),
        ("（一）机关运行经费", 3),
        ("(二) 政府采购支出情况", 3),
        ("二、收入决算情况说明：", 2),
    ],
)
def test_marks_tell_the_level(text, wanted):
    assert level(text) == wanted


@pytest.mark.parametrize(
    "text",
    [
        "负责水利工程的建设和管理。",
        "一、本年收入合计33.57万元，比上年增加1.20万元。",
        "（一）负责水利工程的建设；",
        "一、" + "负责水利工程的建设和管理" * 5,
        "部门概况",
        "1.负责水利工程",
        "",
    ],
)
def test_running_text_is_no_heading(text):
    assert level(text) is None


def test_large_lines_and_lines_of_the_contents_are_headings():
    assert level("部门概况", size=16.0) == 1
    assert level("部门概况", known=frozenset({"部门概况"})) == 1
    assert level("一、主要职责", size=16.0) == 2
    assert level("部门概况", size=None) is None
    assert level("章", size=16.0) is None


def test_the_body_is_the_size_most_characters_are_set_in():
    lines = [
        line("标题", size=22.0),
        line("正文" * 40, size=12.02),
        line("正文" * 30, size=11.98),
        line("注", size=9.0),
    ]
    assert body_size(lines) == 12.0
    assert body_size([line("正文", size=None)]) == 0.0


# Sections -----------------------------------------------------------------------------------

DOCUMENT = [
    line("云岭市水务局2023年度部门决算", size=BODY),
    line("第一部分 部门概况", page=3),
    line("一、主要职责", page=3),
    line("负责水利工程的建设和管理。", page=3, right=500.0),
    line("二、机构设置", page=4),
    line("内设机构五个。", page=4, right=500.0),
    line("第二部分 决算情况说明", page=10),
    line("一、收入支出决算总体情况说明", page=10),
    line("收入总计33.57万元。", page=11, right=500.0),
    line("（一）机关运行经费支出", page=11, right=200.0),
    line("支出1.20万元。", page=12, right=500.0),
    line("第三部分 名词解释", page=13),
]


def test_ids_count_within_the_parent_and_kinds_pass_down():
    found = read_sections(DOCUMENT)
    assert [(s.id, s.level, s.kind, s.heading) for s in found] == [
        ("s1", 1, "duties", "第一部分 部门概况"),
        ("s1.1", 2, "duties", "一、主要职责"),
        ("s1.2", 2, "structure", "二、机构设置"),
        ("s2", 1, "narrative", "第二部分 决算情况说明"),
        ("s2.1", 2, "narrative", "一、收入支出决算总体情况说明"),
        ("s2.1.1", 3, "narrative", "（一）机关运行经费支出"),
        ("s3", 1, "glossary", "第三部分 名词解释"),
    ]


def test_pages_and_text():
    found = {section.id: section for section in read_sections(DOCUMENT)}
    assert (found["s2.1"].pages, found["s2.1"].text) == ((10, 11), "收入总计33.57万元。")
    assert (found["s3"].pages, found["s3"].text) == ((13,), "")


def test_text_before_the_first_heading_is_left_out():
    assert all("云岭市" not in section.text for section in read_sections(DOCUMENT))


def test_entries_of_the_contents_are_headings_wherever_they_stand():
    lines = [line("概况", page=1), line("负责水利。", page=1), line("说明", page=2), line("收入。", page=2)]
    assert [s.heading for s in read_sections(lines, ["概况......1", "说明......2"])] == ["概况", "说明"]
    assert read_sections(lines) == ()


def test_a_heading_over_two_large_lines_is_one():
    lines = [line("第一部分", size=20.0), line("云岭市水务局概况", size=20.0), line("负责水利。")]
    found = read_sections([*lines, line("正文" * 30)])
    assert [s.heading for s in found] == ["第一部分云岭市水务局概况"]


@pytest.mark.parametrize(
    ("heading", "kind"),
    [
        ("第一部分 部门主要职责", "duties"),
        ("二、部门决算单位构成", "structure"),
        ("第二部分 2023年度部门决算表", "tables"),
        ("第三部分 2023年度部门决算情况说明", "narrative"),
        ("第四部分 2023年重点工作完成情况", "key_work"),
        ("第五部分 名词解释", "glossary"),
        ("第六部分 附件", "annex"),
        ("第七部分 致谢", "other"),
    ],
)
def test_kinds(heading, kind):
    assert read_sections([line(heading)])[0].kind == kind


# Running text -------------------------------------------------------------------------------


def text_of(*lines: TextLine) -> str:
    return read_sections([line("一、主要职责"), *lines])[0].text


def test_printed_line_breaks_are_undone():
    broken = [
        line("负责水利工程的", right=500.0),
        line("建设和管理。", right=200.0),
        line("指导全区的水利。", right=300.0),
    ]
    assert text_of(*broken) == "负责水利工程的建设和管理。\n指导全区的水利。"


def test_a_numbered_line_begins_a_paragraph():
    full = [
        line("负责水利工程的建设", right=500.0),
        line("1.负责水库", right=500.0),
        line("（2）负责河道", right=500.0),
    ]
    assert text_of(*full) == "负责水利工程的建设\n1.负责水库\n（2）负责河道"


def test_figures_broken_over_lines_stay_whole():
    broken = [line("收入总计33.", right=500.0), line("57万元。", right=120.0)]
    assert text_of(*broken) == "收入总计33.57万元。"
