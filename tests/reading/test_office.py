"""Word, Excel and HTML files nobody means well with, and those only damaged."""

from __future__ import annotations

import random
import re
from contextlib import suppress
from functools import cache

import pytest

from extract import Options, extract
from extract.errors import (
    EncryptedDocument,
    ExtractionError,
    LimitExceeded,
    UnreadableDocument,
    UnsupportedFormat,
)
from extract.reading.html import read_html
from extract.reading.intake import Limits, read_source
from extract.reading.numbering import chinese
from extract.reading.old_word import read_old_word
from extract.reading.pages import NativeDocument, NativeTable, Paragraph
from extract.reading.word import read_word
from extract.reading.workbook import read_workbook
from tests.corpus.generator import generate
from tests.reading.office import package, parts, with_part, word, workbook, write

SHEET = "xl/worksheets/sheet1.xml"
BODY = "word/document.xml"


def sheet(data: bytes, **limits: int) -> NativeDocument:
    return read_workbook(data, file_name="a.xlsx", limits=Limits(**limits))


def html(markup: str, **limits: int) -> NativeDocument:
    return read_html(markup.encode(), file_name="a.html", limits=Limits(**limits))


def docx(data: bytes) -> NativeDocument:
    return read_word(data, file_name="a.docx", limits=Limits())


def texts(found: NativeDocument) -> list[str]:
    return [block.text for block in found.blocks if isinstance(block, Paragraph)]


def grid(found: NativeDocument) -> list[tuple[int, int, int, int, str]]:
    [table] = [block for block in found.blocks if isinstance(block, NativeTable)]
    return [(c.row, c.column, c.row_span, c.column_span, c.text) for c in table.cells]


@cache
def plain_sheet() -> bytes:
    return workbook(表=lambda page: write(page, 1, [["合计", 12.5], ["其中", 2.5]]))


# Hostile --------------------------------------------------------------------------------------

ENTITIES = b'<!DOCTYPE a [<!ENTITY x "&#60;&#60;"><!ENTITY y SYSTEM "file:///etc/passwd">]>'


@pytest.mark.parametrize(("data", "name"), [(plain_sheet(), SHEET), (word("决算"), BODY)])
def test_entities_are_refused(data, name):
    hostile = with_part(data, name, lambda part: re.sub(rb"^(<\?xml.*?\?>)?", ENTITIES, part, count=1))
    with pytest.raises(UnreadableDocument, match="entities"):
        extract(hostile)


def test_a_merged_range_as_wide_as_the_sheet_is_refused():
    merge = b'</sheetData><mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells>'
    hostile = with_part(plain_sheet(), SHEET, lambda part: part.replace(b"</sheetData>", merge))
    with pytest.raises(LimitExceeded, match="merges"):
        sheet(hostile)


def test_a_cell_in_the_far_corner_costs_nothing():
    far = b'<row r="1048576"><c r="XFD1048576" t="inlineStr"><is><t>end</t></is></c></row></sheetData>'
    found = sheet(with_part(plain_sheet(), SHEET, lambda part: part.replace(b"</sheetData>", far)))
    assert grid(found)[-1] == (3, 2, 1, 1, "end")


def test_xml_that_unpacks_to_too_much_is_refused():
    blown = package({**parts(plain_sheet()), "xl/big.xml": bytes(40_000_000)})
    with pytest.raises(LimitExceeded, match="times its size"):
        sheet(blown)
    with pytest.raises(LimitExceeded, match="unpacked"):
        sheet(plain_sheet(), unpacked=1000)


def test_spans_end_with_the_table():
    found = html("<table><tr><td colspan=99999999 rowspan=99999999>a<td>b<tr><td>c</table>")
    assert grid(found) == [(0, 0, 2, 1, "a"), (0, 1, 1, 1, "b"), (1, 1, 1, 1, "c")]


@pytest.mark.parametrize("tag", ["div", "table><tr><td", "b", "x"])
def test_senseless_nesting_is_refused(tag):
    with pytest.raises(LimitExceeded, match="nested"):
        html(f"<{tag}>" * 100_000)


def test_formatting_that_every_block_would_repeat_is_refused():
    with pytest.raises(LimitExceeded, match="nested"):
        html("".join(f"<b id={n}>" for n in range(2000)) + "<p>x" * 100_000)


def test_more_cells_than_the_limit_are_refused():
    with pytest.raises(LimitExceeded, match="table cells"):
        html("<table>" + "<tr><td>1<td>2" * 20 + "</table>", cells=30)


def test_formulas_are_not_calculated_and_links_not_followed(monkeypatch):
    monkeypatch.setattr("socket.socket.connect", lambda *_: pytest.fail("reached out"))
    data = workbook(表=lambda page: write(page, 1, [["合计", '=WEBSERVICE("http://127.0.0.1/")'], ["a", 1]]))
    found = sheet(data)
    assert found.problems == ("1 formulas were saved without their results, which are lost: 表!B1",)
    html('<img src="http://127.0.0.1/x"><link rel=stylesheet href="http://127.0.0.1/y"><p>text')


def test_deep_word_tables_end():
    nested = "<w:tbl><w:tr><w:tc>" * 400 + "<w:p/>" + "</w:tc></w:tr></w:tbl>" * 400
    with pytest.raises(UnreadableDocument):
        docx(word(body=nested))


@cache
def sound(renderer: str) -> bytes:
    return generate(5, family="wuhan", renderer=renderer, subjects=2, prose=False).data


def mutated(data: bytes, chance: random.Random) -> bytes:
    damaged = bytearray(data)
    for _ in range(chance.choice((1, 3, 20))):
        place = chance.randrange(len(damaged))
        junk = chance.choice(
            (b"<", b"</td>", b"-1", b"1e999", b"999999999999", b'"', b"\xff", b"<table>", b"")
        )
        damaged[place : place + chance.randrange(12)] = junk
    return bytes(damaged)


@pytest.mark.parametrize("seed", range(24))
def test_damaged_files_are_read_or_refused(seed):
    chance = random.Random(seed)
    renderer = ("docx", "xlsx", "html")[seed % 3]
    data = sound(renderer)
    if renderer == "html" or seed % 4 == 0:
        data = mutated(data, chance)
    else:
        name = {"docx": BODY, "xlsx": "xl/worksheets/sheet2.xml"}[renderer]
        data = with_part(data, name, lambda part: mutated(part, chance))
    with suppress(ExtractionError):
        assert extract(data, options=Options(narrative=False)).source.bytes == len(data)


# Told by content ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (plain_sheet(), "workbook"),
        (word("决算"), "word"),
        (b"\xef\xbb\xbf\n<!-- x --><table><tr><td>1", "html"),
        ("<html><body>决算".encode("utf-16"), "html"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "WordDocument\0".encode("utf-16-le"), "old_word"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "Workbook\0".encode("utf-16-le"), "old_workbook"),
    ],
)  # fmt: skip
def test_content_tells_the_format(data, kind):
    assert read_source(data, name="決算.pdf").format == kind


def test_office_files_with_a_password():
    with pytest.raises(EncryptedDocument):
        read_source(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage\0".encode("utf-16-le"))


def test_doc_without_libreoffice_says_what_to_install(monkeypatch):
    monkeypatch.setattr("shutil.which", lambda _: None)
    with pytest.raises(UnsupportedFormat, match="libreoffice-writer-nogui"):
        read_old_word(b"", file_name="a.doc", limits=Limits())


# What is text, and what is not ------------------------------------------------------------------


def test_word_numbers_its_lists_itself():
    level = '<w:lvl w:ilvl="{0}"><w:start w:val="1"/><w:numFmt w:val="{1}"/><w:lvlText w:val="{2}"/></w:lvl>'
    levels = level.format(0, "chineseCounting", "%1、") + level.format(1, "decimal", "（%2）")
    numbering = (
        '<w:numbering xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">'
        f'<w:abstractNum w:abstractNumId="7">{levels}</w:abstractNum>'
        '<w:num w:numId="3"><w:abstractNumId w:val="7"/></w:num></w:numbering>'
    )

    def item(text: str, depth: int) -> str:
        place = f'<w:numPr><w:ilvl w:val="{depth}"/><w:numId w:val="3"/></w:numPr>'
        return f"<w:p><w:pPr>{place}</w:pPr><w:r><w:t>{text}</w:t></w:r></w:p>"

    body = item("职责", 0) + item("编制", 1) + item("执行", 1) + item("机构", 0) + item("内设", 1)
    data = with_part(word(body=body), "word/numbering.xml", lambda _: numbering.encode())
    assert texts(docx(data)) == ["一、职责", "（1）编制", "（2）执行", "二、机构", "（1）内设"]
    assert chinese(21) == "二十一"


def test_tracked_deletions_hidden_text_and_text_boxes():
    run = "<w:r>{0}<w:t>{1}</w:t></w:r>"
    body = (
        f"<w:p><w:del>{run.format('', '旧')}</w:del><w:ins>{run.format('', '新')}</w:ins>"
        f"{run.format('<w:rPr><w:vanish/></w:rPr>', '藏')}{run.format('', '文')}"
        f"<w:r><w:pict><w:txbxContent><w:p>{run.format('', '框')}</w:p></w:txbxContent></w:pict></w:r></w:p>"
        f"<w:sdt><w:sdtContent><w:p>{run.format('', '控件')}</w:p></w:sdtContent></w:sdt>"
    )
    assert texts(docx(word(body=body))) == ["新文", "框", "控件"]


def test_menus_scripts_and_hidden_parts_of_a_page_are_left_out():
    found = html(
        "<title>决算公开-某市</title><script>var a='x'</script><ul><li><a href=/>首页</a><li><a>动态</a></ul>"
        "<p style='display: none'>藏</p><p>正<b>文</b>第一段<br>第二段</p>"
        "<div hidden>藏</div><footer>脚</footer>"
    )
    assert texts(found) == ["决算公开", "正文第一段", "第二段"]


def test_what_a_sheet_hides_is_left_out_and_addresses_stay():
    def fill(page):
        write(page, 2, [["甲", 1, "乙"], ["丙", 2, "丁"], ["戊", 3, "己"]], left=2)
        page.row_dimensions[3].hidden = True
        page.column_dimensions["C"].hidden = True

    [table] = sheet(workbook(表=fill)).blocks
    assert isinstance(table, NativeTable)
    assert [(cell.text, cell.address) for cell in table.cells] == [
        ("甲", "表!B2"), ("乙", "表!D2"), ("戊", "表!B4"), ("己", "表!D4"),
    ]  # fmt: skip
