"""The contents page is told from content."""

from __future__ import annotations

import pytest

from extract.layout.contents import contents_range, is_contents_title, plain_entry
from extract.layout.flow import TextLine
from tests.drawing import Drawn, flow, page


def lines(*texts: str) -> list[TextLine]:
    return [TextLine(text) for text in texts]


@pytest.mark.parametrize("text", ["目录", "目 录", "目　　录", "目次", "目录：", "contents"])
def test_the_title_of_the_contents(text):
    assert is_contents_title(text)


@pytest.mark.parametrize("text", ["目录一", "采购目录", "集中采购目录表", ""])
def test_other_words_with_contents_in_them(text):
    assert not is_contents_title(text)


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("第一部分 部门概况............3", "第一部分部门概况"),
        ("一、主要职责……………………4", "一、主要职责"),
        ("（一）收入支出决算总表 12", "（一）收入支出决算总表"),
        ("二、收入决算表 ········ 7", "二、收入决算表"),
        ("- 第二部分 决算表 - 5", "第二部分决算表"),
        ("第一部分", "第一部分"),
        ("  ", ""),
    ],
)
def test_entries_without_leaders_and_page_numbers(text, plain):
    assert plain_entry(text) == plain


CONTENTS = (
    "目 录",
    "第一部分 部门概况.......1",
    "一、主要职责.......1",
    "二、机构设置.......2",
    "第二部分 决算表.......3",
    "第三部分 情况说明.......12",
)


def test_the_contents_end_where_the_first_entry_comes_again():
    stream = lines(
        "云岭市水务局", *CONTENTS, "第一部分 部门概况", "一、主要职责", "负责水利工程的建设和管理。"
    )
    assert contents_range(stream) == range(1, 7)


def test_the_contents_end_at_a_table():
    stream = [*lines(*CONTENTS), *flow(page(Drawn("甲|乙\n丙|丁"))), *lines("正文")]
    assert contents_range(stream) == range(6)


def test_the_contents_end_at_a_sentence():
    stream = lines(*CONTENTS, "本部门负责水利工程的建设和管理；", "一、主要职责")
    assert contents_range(stream) == range(6)


def test_a_long_line_is_no_entry():
    stream = lines(*CONTENTS, "本部门负责全区水利工程的建设和管理" * 5)
    assert contents_range(stream) == range(6)


def test_the_first_entry_again_without_its_part():
    """Some documents write 第一部分 in the contents and over the text as one line, some as two."""
    stream = lines("目录", "第一部分 云岭市水务局概况", "第二部分 决算表", "第一部分", "云岭市水务局概况")
    assert contents_range(stream) == range(3)


@pytest.mark.parametrize(
    "texts", [(), ("正文。",), ("目录",), ("目录", "第一部分 概况"), ("目录", "负责水利工程。")]
)
def test_no_contents(texts):
    assert contents_range(lines(*texts)) == range(0)
