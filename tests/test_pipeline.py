"""The whole way: the same document gives the same result, wherever and however it lies on its pages."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from functools import cache
from typing import Any

import pymupdf
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from extract import Options, extract
from extract.errors import NotADisclosure, UnreadableDocument
from extract.reading.intake import Limits
from models.disclosure import Disclosure
from tests.corpus.compare import compare
from tests.corpus.generator import GeneratedDocument, generate
from tests.drawing import Drawn, as_pdf, page
from tests.example import ROOT

FAMILIES = ("wuhan", "shanghai_district_budget", "jiangsu_budget")


@cache
def small(family: str, seed: int = 11, prose: bool = False, **options: Any) -> GeneratedDocument:
    return generate(
        seed, family=family, renderer="pymupdf", subjects=3, prose=prose, rulings="full",
        orientation="upright", **options,
    )  # fmt: skip


def read(data: bytes) -> Disclosure:
    return extract(data, options=Options(file_name="document.pdf"))


@cache
def result(family: str, prose: bool = False) -> dict[str, Any]:
    return content(read(small(family, prose=prose).data))


def content(found: Disclosure) -> dict[str, Any]:
    """What a document says, without where on the page it says it."""
    whole = json.loads(found.model_dump_json())
    for table in whole["tables"]:
        del table["bbox"]
        cells = [cell for row in table["rows"] for cell in row["cells"].values()]
        for cell in [*cells, *(table["cells"] or ())]:
            del cell["bbox"]
    for place in whole["disclosure"]["read_from"].values():
        del place["bbox"]
    return {key: whole[key] for key in ("disclosure", "sections", "tables", "checks", "repairs")}


# Lying otherwise ----------------------------------------------------------------------------


def relaid(data: bytes, lay: Callable[[pymupdf.Document, pymupdf.Document, int], None]) -> bytes:
    """The document with every page set anew; a /Rotate it had is kept."""
    source, target = pymupdf.open(stream=data), pymupdf.open()
    for number in range(len(source)):
        rotation = source[number].rotation
        source[number].set_rotation(0)
        lay(target, source, number)
        target[number].set_rotation((target[number].rotation + rotation) % 360)
    return bytes(target.tobytes(deflate=True))


def scaled(data: bytes, scale: float) -> bytes:
    def lay(target, source, number):
        rect = source[number].rect
        on = target.new_page(width=rect.width * scale, height=rect.height * scale)
        on.show_pdf_page(on.rect, source, number)

    return relaid(data, lay)


def moved(data: bytes, right: float, down: float) -> bytes:
    def lay(target, source, number):
        rect = source[number].rect
        on = target.new_page(width=rect.width, height=rect.height)
        on.show_pdf_page(rect * pymupdf.Matrix(1, 0, 0, 1, right, down), source, number)

    return relaid(data, lay)


def shown_turned(data: bytes, angle: int) -> bytes:
    """/Rotate alone: the content stays, the page is shown turned."""
    document = pymupdf.open(stream=data)
    for on in document:
        on.set_rotation(angle)
    return bytes(document.tobytes(deflate=True))


def drawn_turned(data: bytes, angle: int, *, shown_upright: bool = False) -> bytes:
    """The content drawn turned; with ``shown_upright`` a /Rotate turns it back for the reader."""

    def lay(target, source, number):
        rect = source[number].rect
        wide, high = (rect.width, rect.height) if angle % 180 == 0 else (rect.height, rect.width)
        on = target.new_page(width=wide, height=high)
        on.show_pdf_page(on.rect, source, number, rotate=angle)
        on.set_rotation(angle if shown_upright else 0)

    return relaid(data, lay)


@pytest.mark.parametrize("family", FAMILIES)
def test_the_document_itself_is_read_right(family):
    document = small(family, prose=True)
    comparison = compare(json.loads(read(document.data).model_dump_json()), document.truth)
    assert comparison.right > 50
    assert (comparison.differences, comparison.status, comparison.identity) == ((), (), ())


@pytest.mark.parametrize("scale", [0.6, 1.6])
@pytest.mark.parametrize("family", FAMILIES)
def test_the_size_of_the_page_does_not_matter(family, scale):
    assert content(read(scaled(small(family).data, scale))) == result(family)


@settings(max_examples=4, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.sampled_from(FAMILIES), st.floats(0.6, 1.6), st.floats(-14, 14), st.floats(-14, 14))
def test_nor_does_any_size_and_place(family, scale, right, down):
    laid = scaled(moved(small(family).data, right, down), scale)
    assert content(read(laid)) == result(family)


@pytest.mark.parametrize("angle", [90, 180, 270])
@pytest.mark.parametrize(
    "turn",
    [
        shown_turned,
        drawn_turned,
        lambda data, angle: drawn_turned(data, angle, shown_upright=True),
    ],
    ids=["by rotate", "drawn", "drawn and turned back"],
)
def test_pages_may_lie_on_any_side(turn, angle):
    assert content(read(turn(small("shanghai_district_budget").data, angle))) == result(
        "shanghai_district_budget"
    )


@pytest.mark.parametrize("turn", [shown_turned, drawn_turned], ids=["by rotate", "drawn"])
def test_running_text_is_read_from_pages_on_their_side_too(turn):
    turned = content(read(turn(small("jiangsu_budget", prose=True).data, 90)))
    assert turned["sections"] == result("jiangsu_budget", prose=True)["sections"]
    assert turned["tables"] == result("jiangsu_budget", prose=True)["tables"]


# Again and again ----------------------------------------------------------------------------


def plain(found: Disclosure) -> str:
    quality = found.quality.model_copy(update={"seconds": {}})
    return found.model_copy(update={"quality": quality}).model_dump_json()


def test_the_same_bytes_give_the_same_json():
    data = small("wuhan", prose=True).data
    first, second = read(data), read(data)
    assert plain(first) == plain(second)
    stages = {"reading", "ocr", "layout", "tables", "subjects", "narrative", "accounting"}
    assert set(first.quality.seconds) == stages


def test_other_processes_give_the_same_json():
    """The order of sets and dictionaries depends on the seed of the process; the result must not."""
    script = (
        "import sys, hashlib; from extract import extract; d = extract(sys.argv[1]);"
        "q = d.quality.model_copy(update={'seconds': {}});"
        "print(hashlib.sha256(d.model_copy(update={'quality': q}).model_dump_json().encode()).hexdigest())"
    )
    sample = str(ROOT / "samples" / "final-accounts-wuhan.pdf")
    digests = {
        subprocess.run(
            [sys.executable, "-c", script, sample],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)},
            cwd=ROOT, capture_output=True, text=True, check=True,
        ).stdout
        for seed in ("1", "2")
    }  # fmt: skip
    assert len(digests) == 1


def test_the_id_is_that_of_the_bytes_and_the_source_is_said():
    data = small("wuhan").data
    found = read(data)
    assert found.id.startswith("sha256:")
    assert found.id != read(small("jiangsu_budget").data).id
    assert found.source.model_dump() == {
        "uri": "document.pdf", "file_name": "document.pdf", "media_type": "application/pdf",
        "bytes": len(data), "pages": len(pymupdf.open(stream=data)), "reader": "pdf", "trust": "text_layer",
    }  # fmt: skip


# What a result says -------------------------------------------------------------------------

TABLE = """
科目编码|科目名称|合计|基本支出|项目支出
合计|<|33.57|20.57|13.00
204|公共安全支出|33.57|20.57|13.00
20406|司法|33.57|20.57|13.00
2040601|行政运行|20.57|20.57|
2040699|其他司法支出|13.00||13.00
"""
COVER = ("云岭市青川区司法局", "2023年度部门决算")


def document(*parts, more=()) -> bytes:
    return as_pdf(
        page(*COVER), page("支出决算表", "公开03表", "单位：万元", Drawn(TABLE), *parts, number=2), *more
    )


def test_a_sound_document_needs_no_review():
    found = read(document())
    assert (found.disclosure.kind, found.disclosure.fiscal_year, found.disclosure.unit) == (
        "final_accounts", 2023, "万元",
    )  # fmt: skip
    assert found.disclosure.organisation.name == "云岭市青川区司法局"
    assert found.quality.reasons == ()
    assert (found.quality.cells, found.quality.contradicted, found.quality.needs_review) == (13, 0, False)
    assert found.quality.score == 1.0


def test_tables_are_numbered_and_the_forms_that_are_not_there_are_named():
    found = read(document())
    assert [table.id for table in found.tables] == [
        f"t{number}" for number in range(1, len(found.tables) + 1)
    ]
    missing = {table.kind for table in found.tables if table.status == "missing"}
    assert len(missing) == 8
    assert "expenditure" not in missing


def test_subjects_are_those_of_the_year():
    rows = {row.code: row for row in read(document()).tables[0].rows}
    found = rows["2040601"].subject.model_dump()
    assert {key: found[key] for key in ("classification", "edition", "code", "matched_by")} == {
        "classification": "function", "edition": 2023, "code": "2040601", "matched_by": "code+name",
    }  # fmt: skip


def test_an_authors_mistake_comes_out_as_printed_and_is_reported():
    data = as_pdf(
        page(*COVER),
        page(
            "支出决算表",
            "单位：万元",
            Drawn(TABLE.replace("20.57|20.57|\n", "20.57|20.57|64.84\n")),
            number=2,
        ),
    )
    found = read(data)
    row = next(row for row in found.tables[0].rows if row.code == "2040601")
    assert str(row.amounts["project"]) == "64.84"
    assert row.cells["project"].proof == "contradicted"
    failed = [check for check in found.checks if check.status == "fail"]
    assert "t1/2040601" in {check.where for check in failed}
    assert {check.verdict for check in failed} == {"author_error"}
    assert found.quality.needs_review
    assert found.repairs == ()


def test_every_box_lies_on_its_page():
    found = read(shown_turned(small("wuhan").data, 90))
    sheets = pymupdf.open(stream=shown_turned(small("wuhan").data, 90))
    boxes = [
        (cell.page, cell.bbox)
        for table in found.tables
        for row in table.rows
        for cell in row.cells.values()
    ]  # fmt: skip
    assert boxes
    for number, (x0, y0, x1, y1) in boxes:
        rect = sheets[number - 1].rect
        assert 0 <= x0 < x1 <= rect.width
        assert 0 <= y0 < y1 <= rect.height


def test_the_text_of_a_cell_stands_in_its_box():
    data = shown_turned(small("shanghai_district_budget").data, 90)
    sheets = pymupdf.open(stream=data)
    table = next(t for t in read(data).tables if t.kind == "expenditure")
    for row in table.rows:
        for cell in row.cells.values():
            sheet = sheets[cell.page - 1]
            box = pymupdf.Rect(cell.bbox) * sheet.derotation_matrix
            assert cell.text.replace(",", "") in sheet.get_textbox(box.normalize()).replace(",", "").replace(
                "\n", ""
            )


def test_lines_of_tables_and_contents_are_not_running_text():
    contents = ("目录", "第一部分 部门概况.......3", "第二部分 决算表.......4")
    data = as_pdf(
        page(*COVER),
        page(*contents, number=2),
        page("第一部分 部门概况", "负责司法行政工作。", number=3),
        page(
            "第二部分 决算表",
            "支出决算表",
            "公开03表",
            "单位：万元",
            Drawn(TABLE),
            "注：本表反映支出情况。",
            number=4,
        ),
    )
    sections = read(data).sections
    assert [(section.heading, section.text) for section in sections] == [
        ("第一部分 部门概况", "负责司法行政工作。"), ("第二部分 决算表", ""),
    ]  # fmt: skip


def test_pages_that_are_pictures_are_recognised():
    sheets = pymupdf.open(stream=document())
    pixmap = sheets[1].get_pixmap(dpi=150)
    scanned = sheets.new_page()
    scanned.insert_image(scanned.rect, pixmap=pixmap)
    found = read(bytes(sheets.tobytes()))
    assert (found.quality.pages_ocr, found.source.trust) == (1, "mixed")


# Refusals -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "lines",
    [
        (
            "云岭水务股份有限公司",
            "2023年年度报告",
            "一、公司简介",
            "本公司主要从事自来水生产。",
            "营业收入33.57亿元。",
        ),
        ("云岭市青川区水务局", "2023年度政府信息公开工作年度报告", "一、总体情况", "主动公开信息120条。"),
        ("会议通知", "请准时参加。"),
        ("云岭市2023年国民经济和社会发展统计公报", "全年地区生产总值335.70亿元。"),
    ],
    ids=["annual report", "information report", "notice", "statistics"],
)
def test_documents_of_something_else_are_refused(lines):
    with pytest.raises(NotADisclosure) as refused:
        read(as_pdf(page(*lines)))
    assert refused.value.file_name == "document.pdf"
    assert refused.value.exit_code == 6


def test_an_annual_report_with_tables_is_refused_too():
    table = "项目|2023年|2022年|增减\n营业收入|33.57|30.00|3.57\n净利润|13.00|10.00|3.00"
    with pytest.raises(NotADisclosure):
        read(as_pdf(page("云岭水务股份有限公司", "2023年年度报告", "合并利润表", "单位：亿元", Drawn(table))))


def test_a_disclosure_whose_tables_are_pictures_is_none_of_something_else():
    lines = ("二、决算情况说明", "2023年度财政拨款支出33.57万元。")
    found = read(as_pdf(page(*COVER, *lines)))
    assert found.disclosure.kind == "final_accounts"
    assert {table.status for table in found.tables} == {"missing"}
    assert found.quality.needs_review


def test_an_empty_document_is_refused():
    blank = pymupdf.open()
    blank.new_page()
    with pytest.raises((NotADisclosure, UnreadableDocument)):
        read(bytes(blank.tobytes()))


def test_limits_are_kept():
    with pytest.raises(Exception, match="more than the limit of 1"):
        extract(document(), options=Options(limits=Limits(pages=1), file_name="x.pdf"))


def test_another_value_does_not_settle_the_column_of_a_figure():
    """A generated transcript: a project of 54.77 was read as 5477, and stood in the column before its own."""
    document = generate(8026, renderer="cells", noise=0.05)
    found = extract(document.data, options=Options(file_name="document.txt", narrative=False))
    differences = compare(json.loads(found.model_dump_json(by_alias=True)), document.truth).differences
    assert [r.where for r in found.repairs if r.to == "54.77" and r.from_ == "5477"] == ["t3/2290804/basic"]
    assert [each for each in differences if each.got == "54.77" and not each.flagged] == []
