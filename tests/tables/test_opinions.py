"""A reading that does not add up is held against others, and the one that adds up best is taken."""

from __future__ import annotations

from dataclasses import replace

import pymupdf
import pytest

from extract.layout.flow import TableSpot
from extract.reading.intake import Limits
from extract.reading.pdf import read_pdf
from extract.tables import opinions
from extract.tables.context import look_above
from extract.tables.formreader import Setting
from extract.tables.headers import read_header
from extract.tables.opinions import SecondReader, best_reading
from extract.tables.pagetables import read_page_tables
from extract.tables.second import second_grids
from tests import drawing
from tests.drawing import Drawn, amounts, as_pdf, flow, grid, page

GOOD = """
科目编码|科目名称|合计|基本支出|项目支出
合计|<|33.57|20.57|13.00
204|公共安全支出|33.57|20.57|13.00
20406|司法|33.57|20.57|13.00
2040601|行政运行|20.57|20.57|
2040699|其他司法支出|13.00||13.00
"""
SLID = GOOD.replace("33.57|20.57|13.00", "20.57|33.57|13.00")
"""What a reader sees that put two columns under each other's headers."""
SETTING = Setting("final_accounts", 2023)
EXPENDITURE = look_above(["支出决算表", "单位：万元"])


class Others:
    """Stands in for the other readers: gives the tables it was made of, and counts how often it is asked."""

    def __init__(self, *texts: str) -> None:
        self._texts = texts
        self.asked = 0

    def readings(self, _spots):
        self.asked += 1
        return [read_header(grid(text)) for text in self._texts]


def best(first: str, others: Others, *, drawn: bool = True, context=EXPENDITURE):
    headed = read_header(replace(grid(first), drawn=drawn))
    (reading,) = best_reading(headed, context, SETTING, (), others)
    return reading


def test_a_reading_that_adds_up_needs_no_other():
    others = Others(SLID)
    assert amounts(best(GOOD, others).table)["204"]["total"] == "33.57"
    assert others.asked == 0


def test_the_reading_that_satisfies_more_identities_is_taken():
    others = Others(GOOD)
    assert amounts(best(SLID, others).table)["204"] == {
        "total": "33.57",
        "basic": "20.57",
        "project": "13.00",
    }
    assert others.asked == 1


def test_of_several_the_best_is_taken():
    half = GOOD.replace("20406|司法|33.57|20.57|13.00", "20406|司法|20.57|33.57|13.00")
    assert amounts(best(SLID, Others(half, GOOD, SLID)).table)["20406"]["total"] == "33.57"


@pytest.mark.parametrize("other", [SLID, SLID.replace("20.57|20.57|", "20.58|20.57|"), "甲|乙\n丙|丁"])
def test_a_reading_that_adds_up_no_better_changes_nothing(other):
    assert amounts(best(SLID, Others(other)).table)["204"]["total"] == "20.57"


def test_the_authors_mistake_is_not_read_away():
    """One row that does not add up is news: the reading stays, and nobody else is asked."""
    others = Others(GOOD)
    mistake = GOOD.replace("行政运行|20.57|20.57|", "行政运行|20.57|20.57|64.84")
    assert amounts(best(mistake, others).table)["2040601"]["project"] == "64.84"
    assert others.asked == 0


def test_a_table_of_unknown_title_is_not_asked_about():
    others = Others(GOOD)
    assert best(SLID, others, context=look_above(["固定资产情况表"])).table.kind == "other"
    assert others.asked == 0


def test_a_column_without_a_key_is_asked_about():
    others = Others(GOOD)
    assert best(GOOD.replace("基本支出", "某某支出"), others).table.columns[1].key == "basic"
    assert others.asked == 1


# What others may cost -----------------------------------------------------------------------


@pytest.fixture
def asked(monkeypatch) -> list[int]:
    """The pages camelot would be asked about; it answers with a reading that adds up."""
    pages: list[int] = []

    def second(data, page, box, *, ruled):
        pages.append(page.number)
        yield grid(GOOD, page=page.number)

    monkeypatch.setattr(opinions, "second_grids", second)
    return pages


def spots(*on) -> list[TableSpot]:
    return [item for item in flow(*on) if isinstance(item, TableSpot)]


def test_a_document_gets_second_readings_of_so_many_pages_and_no_more(asked):
    second = SecondReader(b"%PDF", pages=2)
    for number in (1, 2, 3):
        list(second.readings(spots(page("支出决算表", Drawn(SLID), number=number))))
    assert asked == [1, 2]


def test_without_bytes_nobody_else_is_asked(asked):
    assert list(SecondReader(b"").readings(spots(page("支出决算表", Drawn(SLID))))) == []
    assert asked == []


def test_the_second_reading_of_a_page_is_taken_into_the_document(asked):
    stream = flow(page("支出决算表", "单位：万元", Drawn(SLID)))
    (placed,) = read_page_tables(stream, SETTING, b"%PDF")
    (reading,) = placed.readings
    assert amounts(reading.table)["204"] == {"total": "33.57", "basic": "20.57", "project": "13.00"}
    assert (reading.table.unit, reading.table.kind, asked) == ("万元", "expenditure", [1])


# camelot itself -----------------------------------------------------------------------------


@pytest.mark.parametrize("draw", [drawing.full, drawing.nothing], ids=lambda draw: draw.__name__)
def test_camelot_reads_the_same_table(draw):
    on = page("支出决算表", Drawn(GOOD, draw))
    (spot,) = spots(on)
    found = list(second_grids(as_pdf(on), on, spot.box, ruled=spot.network is not None))
    assert found
    wanted = [line.split("|") for line in GOOD.strip().splitlines()[2:]]
    for other in found:
        plane = [[cell.text if cell else "" for cell in line] for line in other.covering()]
        assert plane[-4:] == wanted
        cell = next(cell for cell in other.cells if cell.text == "其他司法支出")
        own = next(word for word in on.words if word.text == "其他司法支出")
        assert cell.box[0] - 3 <= own.x0 < own.x1 <= cell.box[2] + 3
        assert cell.box[1] - 3 <= own.y0 < own.y1 <= cell.box[3] + 3


@pytest.mark.parametrize("angle", [90, 180, 270])
@pytest.mark.parametrize("upright", [True, False], ids=["shown upright", "shown lying"])
def test_camelot_reads_pages_that_lie(angle, upright):
    """With /Rotate and without: what it says is the same, its boxes are on the page as displayed."""
    on = page("支出决算表", Drawn(GOOD, drawing.nothing))
    laid = pymupdf.open()
    sheet = laid.new_page(width=on.width * 1.5, height=on.height * 1.5)
    sheet.show_pdf_page(sheet.rect, pymupdf.open(stream=as_pdf(on)), 0, rotate=angle)
    sheet.set_rotation(angle if upright else 0)
    data = bytes(laid.tobytes())
    (lying,) = read_pdf(data, file_name="x.pdf", limits=Limits()).pages
    (spot,) = spots(lying)
    found = list(second_grids(data, lying, spot.box, ruled=False))
    assert found
    for other in found:
        plane = [[cell.text if cell else "" for cell in line] for line in other.covering()]
        assert plane[-4:] == [line.split("|") for line in GOOD.strip().splitlines()[2:]]
        cell = next(cell for cell in other.cells if cell.text == "其他司法支出")
        own = next(word for word in lying.words if word.text == "其他司法支出")
        shown = lying.displayed((own.x0, own.y0, own.x1, own.y1))
        assert cell.box[0] - 5 <= shown[0] < shown[2] <= cell.box[2] + 5
        assert cell.box[1] - 5 <= shown[1] < shown[3] <= cell.box[3] + 5


@pytest.mark.parametrize("kept", [0.0, 0.02, 0.3, 0.6, 0.98])
def test_a_second_reader_that_stumbles_over_damage_says_nothing(kept, capfd, caplog):
    on = page("支出决算表", Drawn(GOOD, drawing.nothing))
    whole = as_pdf(on)
    cut = b"%PDF-1.4" + whole[8 : int(kept * len(whole))]
    list(second_grids(cut, on, spots(on)[0].box, ruled=False))  # an error would be a failure
    assert capfd.readouterr() == ("", "")
    assert caplog.records == []
