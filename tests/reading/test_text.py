"""Bytes of every kind archives hold become the same lines; what is no text is refused."""

from __future__ import annotations

import codecs

import pytest

from extract.errors import UnreadableDocument, UnsupportedFormat
from extract.reading.text import read_text

TEXT = "云岭市青川区财政局\n2023年度部门决算\n合计\t878.45\t\t\n"
LINES = ("云岭市青川区财政局", "2023年度部门决算", "合计\t878.45\t\t", "")


@pytest.mark.parametrize(
    "data",
    [
        TEXT.encode(),
        codecs.BOM_UTF8 + TEXT.encode(),
        codecs.BOM_UTF16_LE + TEXT.encode("utf-16-le"),
        codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"),
        TEXT.encode("gb18030"),
        TEXT.replace("\n", "\r\n").encode(),
        TEXT.replace("\n", "\r").encode("gb18030"),
    ],
    ids=["utf-8", "utf-8 marked", "utf-16-le", "utf-16-be", "gb18030", "windows lines", "old mac lines"],
)
def test_encodings_and_line_ends(data: bytes) -> None:
    transcript = read_text(data, file_name="a.txt")
    assert transcript.lines == LINES
    assert transcript.problems == ()


def test_a_page_break_ends_a_line() -> None:
    assert read_text("第一页\f第二页".encode(), file_name="a.txt").lines == ("第一页", "第二页")


def test_blanks_become_plain_and_invisible_characters_go() -> None:
    text = "\ufeff合\u3000计\u00a0878\u200b.45 \u2003"
    assert read_text(text.encode(), file_name="a.txt").lines == ("合 计 878.45",)


def test_media_type_follows_the_name() -> None:
    assert read_text(b"a", file_name="a.MD").media_type == "text/markdown"
    assert read_text(b"a", file_name="a.txt").media_type == "text/plain"


def test_a_character_cut_in_two_is_reported_and_the_rest_kept() -> None:
    data = ("收入支出" * 400).encode()[:-1]
    transcript = read_text(data, file_name="a.txt")
    assert transcript.lines[0].startswith("收入支出")
    assert len(transcript.problems) == 1
    assert "utf-8" in transcript.problems[0]


@pytest.mark.parametrize("data", [b"", b"\n \n", codecs.BOM_UTF8])
def test_nothing_to_read(data: bytes) -> None:
    with pytest.raises(UnreadableDocument, match=r"empty\.txt"):
        read_text(data, file_name="empty.txt")


@pytest.mark.parametrize(
    "data",
    [
        bytes(range(256)) * 8,
        b"%PDF-1.7\n" + bytes(range(128, 256)) * 20 + b"\0\1",
        b"\xff\xd8\xff\xe0\0\x10JFIF" + b"\x01" * 400,
    ],
    ids=["every byte", "pdf", "jpeg"],
)
def test_binary_is_refused(data: bytes) -> None:
    with pytest.raises(UnsupportedFormat, match=r"picture\.txt"):
        read_text(data, file_name="picture.txt")
