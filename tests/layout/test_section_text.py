"""Headings of every level, text without printed line breaks, the page of each part."""

from __future__ import annotations

import pytest

from extract.layout.flow import TextLine
from extract.layout.paragraphs import without_half_spaces
from extract.layout.sections import read_sections


def printed(text, width=28):
    """A text as a transcript of printed lines of this width."""
    lines = []
    for paragraph in text.split("\n"):
        lines += [paragraph[at : at + width] for at in range(0, len(paragraph), width)]
    return [TextLine(line) for line in lines]


BODY = (
    "青川区林草局负责全区森林防火和绿化养护，组织开展日常巡查工作。年初预算为二百万元，支出决算为一百九十万元。"
    "决算数小于预算数的主要原因是压减了一般性支出并且有两名职工退休。"
)


def test_paragraphs_of_wrapped_transcripts_are_whole_again():
    text = "\n".join(["第一部分 概况", "一、主要职责", *[BODY] * 6])
    sections = read_sections(printed(text))
    assert [section.heading for section in sections] == ["第一部分 概况", "一、主要职责"]
    assert sections[1].text.split("\n") == [BODY] * 6


def test_sentence_that_ends_with_a_full_line_does_not_end_the_paragraph():
    body = "甲" * 27 + "。" + "乙" * 27 + "，" + "丙" * 12 + "。"
    sections = read_sections(printed("\n".join(["一、情况说明", *[body] * 12])))
    assert sections[0].text.split("\n") == [body] * 12


def test_page_numbers_of_transcripts_are_dropped():
    lines = [TextLine("一、情况说明"), TextLine("收入合计为"), TextLine("19"), TextLine("— 20 —图1：收入")]
    assert read_sections(lines)[0].text.split("\n") == ["收入合计为", "图1：收入"]


def test_every_level_of_heading():
    marks = ["第一部分 概况", "二、收支情况", "（一）总体情况", "1.执行情况", "（2）得分情况", "③存在的原因"]
    sections = read_sections([TextLine(mark) for mark in marks])
    assert [section.level for section in sections] == [1, 2, 3, 4, 5, 6]
    assert sections[-1].id == "s1.1.1.1.1.1"


def test_list_items_are_no_headings():
    lines = [TextLine("一、机构设置情况"), TextLine("1.办公室"), TextLine("（2）财务科"), TextLine("①档案室")]
    assert len(read_sections(lines)) == 1


def paged(text, page, top, x0=80.0, x1=520.0):
    return TextLine(text, page, (x0, top, x1, top + 12.0), 12.0)


def test_paragraph_that_begins_like_a_heading_is_text():
    lines = [
        paged("一、主要职责", 3, 100, x1=160),
        paged("（二）依法向青川区人民代表大会及其常务委员会提出议", 3, 120),
        paged("案，并答复询问。", 3, 140, x1=180),
        paged("这一行到达右边界以便确定版心的宽度并且继续写到", 3, 160),
    ]
    sections = read_sections(lines)
    assert [section.heading for section in sections] == ["一、主要职责"]
    assert sections[0].text.startswith("（二）依法向青川区人民代表大会及其常务委员会提出议案，并答复询问。")


def test_heading_over_two_lines():
    lines = [
        paged("九、一般公共预算“三公”经费、会议费、培训费支出预", 5, 100),
        paged("算情况说明", 5, 120, x1=140),
        paged("本年度安排二十万元。", 5, 140, x1=300),
    ]
    sections = read_sections(lines)
    assert sections[0].heading == "九、一般公共预算“三公”经费、会议费、培训费支出预算情况说明"
    assert sections[0].text == "本年度安排二十万元。"


def test_offsets_tell_the_page():
    lines = [
        paged("一、情况说明", 5, 700, x1=140),
        paged("年初预算为二百万元，支出决算为一百九十万元，完成", 5, 720),
        paged("年初预算的百分之九十五。", 6, 90, x1=240),
    ]
    section = read_sections(lines)[0]
    assert (section.pages, section.page_starts) == ((5, 6), (0, 24))
    assert section.page_at(section.text.index("百分之")) == 6
    assert section.page_at(0) == 5


def test_line_cut_short_by_a_long_word_does_not_break_the_sentence():
    lines = [
        paged("一、情况说明", 5, 700, x1=140),
        paged("这一行到达右边界以便确定版心的宽度年初预算为", 5, 720),
        paged("二百万元，支出决算占", 5, 740, x1=470),
        paged("15.16%。", 5, 760, x1=120),
    ]
    assert read_sections(lines)[0].text.endswith("支出决算占15.16%。")


@pytest.mark.parametrize(
    ("printed_text", "plain"),
    [
        ("2023 年度 收入合计 1286.76 万元", "2023年度收入合计1286.76万元"),
        ("支出 546. 03 万元，占 42. 43 %", "支出546.03万元，占42.43%"),
        ("1. 一般公共服务", "1.一般公共服务"),
        ("1. 2023 年度", "1. 2023年度"),
        ("A1 platform 平台", "A1 platform平台"),
    ],
)
def test_half_spaces(printed_text, plain):
    assert without_half_spaces(printed_text) == plain
