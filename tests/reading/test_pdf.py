"""PDF pages become words, rulings and pictures, upright whichever way they lie."""

from __future__ import annotations

import pymupdf
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from extract.errors import LimitExceeded
from extract.reading.intake import Limits
from extract.reading.pages import Page, Ruling
from extract.reading.pdf import read_pdf
from tests import drawing
from tests.drawing import Drawn, as_pdf

WIDTH, HEIGHT = 595.0, 842.0


def read(document: pymupdf.Document, **limits) -> Page:
    return read_pdf(bytes(document.tobytes()), file_name="x.pdf", limits=Limits(**limits)).pages[0]


def sheet(*, rotation: int = 0) -> tuple[pymupdf.Document, pymupdf.Page]:
    document = pymupdf.open()
    page = document.new_page(width=WIDTH, height=HEIGHT)
    page.set_rotation(rotation)
    return document, page


def texts(page: Page) -> list[str]:
    return [word.text for word in page.words]


def lines(page: Page) -> set[tuple[float, ...]]:
    return {tuple(round(end, 1) for end in (r.x0, r.y0, r.x1, r.y1)) for r in page.rulings}


# Words --------------------------------------------------------------------------------------


def test_words_have_text_box_and_size():
    document, page = sheet()
    page.insert_text((100, 200), "1,286.76", fontsize=12)
    (word,) = read(document).words
    assert (word.text, word.size) == ("1,286.76", 12.0)
    assert (word.x0, word.x1) == pytest.approx((100, 146.7), abs=1)
    assert word.y0 < 200 - 6 < word.y1


def test_blanks_and_wide_gaps_part_words_and_narrow_ones_do_not():
    document, page = sheet()
    page.insert_text((100, 200), "12.30 45.60", fontsize=10)
    page.insert_text((100, 300), "支", fontname="china-s", fontsize=10)
    page.insert_text((111, 300), "出", fontname="china-s", fontsize=10)
    page.insert_text((126, 300), "数", fontname="china-s", fontsize=10)
    assert texts(read(document)) == ["12.30", "45.60", "支出", "数"]


def test_a_ruling_between_two_figures_parts_them():
    """Right-set figures of narrow columns can touch; the line between them says they are two."""
    document, page = sheet()
    page.insert_text((100, 200), "1234567.00", fontsize=10)
    (whole,) = read(document).words
    middle = whole.x0 + (whole.x1 - whole.x0) * 0.5
    page.draw_line((middle, 150), (middle, 250))
    assert "".join(texts(read(document))) == "1234567.00"
    assert len(read(document).words) == 2


def test_a_ruling_elsewhere_parts_nothing():
    document, page = sheet()
    page.insert_text((100, 200), "1234567.00", fontsize=10)
    page.draw_line((125, 10), (125, 100))
    page.draw_line((50, 205), (300, 205))
    assert texts(read(document)) == ["1234567.00"]


def test_slanted_watermarks_and_text_off_the_page_are_left_out():
    document, page = sheet()
    page.insert_text((100, 200), "12.30")
    page.insert_text((-300, 200), "lost")
    page.insert_text((100, 500), "DRAFT", fontsize=40, morph=(pymupdf.Point(100, 500), pymupdf.Matrix(30)))
    assert texts(read(document)) == ["12.30"]


# Rulings ------------------------------------------------------------------------------------


def test_lines_thin_rectangles_and_borders_are_rulings():
    document, page = sheet()
    page.draw_line((50, 100), (300, 100))
    page.draw_line((50, 100), (50, 300))
    page.draw_rect((50, 150, 300, 150.8), color=None, fill=(0, 0, 0))
    page.draw_rect((100, 100, 100.8, 300), color=None, fill=(0, 0, 0))
    page.draw_rect((400, 400, 500, 450))
    assert lines(read(document)) == {
        (50.0, 100.0, 300.0, 100.0), (50.0, 100.0, 50.0, 300.0), (50.0, 150.4, 300.0, 150.4),
        (100.4, 100.0, 100.4, 300.0),
        (400.0, 400.0, 500.0, 400.0), (400.0, 450.0, 500.0, 450.0),
        (400.0, 400.0, 400.0, 450.0), (500.0, 400.0, 500.0, 450.0),
    }  # fmt: skip


def test_a_closed_path_has_its_last_side():
    document, page = sheet()
    shape = page.new_shape()
    shape.draw_polyline([(50, 50), (150, 50), (150, 90), (50, 90)])
    shape.finish(closePath=True)
    shape.commit()
    assert lines(read(document)) == {
        (50.0, 50.0, 150.0, 50.0), (150.0, 50.0, 150.0, 90.0), (50.0, 90.0, 150.0, 90.0),
        (50.0, 50.0, 50.0, 90.0),
    }  # fmt: skip


def test_a_thin_filled_outline_of_lines_is_a_ruling():
    document, page = sheet()
    shape = page.new_shape()
    shape.draw_polyline([(50, 50), (250, 50), (250, 51), (50, 51)])
    shape.finish(color=None, fill=(0, 0, 0), closePath=True)
    shape.commit()
    assert lines(read(document)) == {(50.0, 50.5, 250.0, 50.5)}


@pytest.mark.parametrize(
    "draw",
    [
        lambda page: page.draw_line((50, 100), (300, 100), color=(1, 1, 1)),
        lambda page: page.draw_line((50, 100), (300, 100), stroke_opacity=0),
        lambda page: page.draw_rect((50, 100, 300, 150), color=None, fill=(0.8, 0.9, 0.8)),
        lambda page: page.draw_rect((50, 100, 300, 100.5), color=None, fill=(1, 1, 1)),
        lambda page: page.draw_line((50, 100), (300, 160)),
        lambda page: page.draw_circle((200, 200), 40),
    ],
    ids=["white line", "see-through line", "shading", "white strip", "slanted line", "circle"],
)
def test_what_is_no_line_on_paper_is_no_ruling(draw):
    document, page = sheet()
    draw(page)
    assert read(document).rulings == ()


def test_a_line_drawn_slightly_askew_is_straight():
    document, page = sheet()
    page.draw_line((50, 100), (300, 102))
    (ruling,) = read(document).rulings
    assert ruling == Ruling(50.0, 101.0, 300.0, 101.0)


# Pictures -----------------------------------------------------------------------------------


def test_pictures_have_their_place():
    document, page = sheet()
    pixmap = pymupdf.Pixmap(pymupdf.csRGB, (0, 0, 8, 8))
    pixmap.clear_with(128)
    page.insert_image((100, 200, 180, 280), pixmap=pixmap)
    (box,) = read(document).pictures
    assert box == pytest.approx((100, 200, 180, 280), abs=0.1)


# Rotation -----------------------------------------------------------------------------------

TABLE = "科目编码|科目名称|合计|基本支出\n合计|<|33.57|20.57\n204|公共安全支出|33.57|20.57"
UPRIGHT = drawing.page("支出决算表", "单位：万元", Drawn(TABLE))


def turned(rotation: int) -> pymupdf.Document:
    """The page with its content lying, and a /Rotate that shows it upright."""
    source = pymupdf.open(stream=as_pdf(UPRIGHT))
    document = pymupdf.open()
    wide, high = (842, 842)
    page = document.new_page(width=wide, height=high)
    page.show_pdf_page(page.rect, source, 0, rotate=rotation)
    page.set_rotation(rotation)
    return document


def sideways(rotation: int) -> pymupdf.Document:
    """The page with its content lying, and shown so."""
    document = turned(rotation)
    document[0].set_rotation(0)
    return document


def placed(page: Page) -> list[tuple[str, int, int]]:
    return sorted((word.text, round(word.x0), round(word.y0)) for word in page.words)


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
@pytest.mark.parametrize("lay", [turned, sideways])
def test_pages_that_lie_are_read_upright(lay, rotation):
    wanted = placed(read(pymupdf.open(stream=as_pdf(UPRIGHT))))
    found = read(lay(rotation))
    for (text, x, y), (other, other_x, other_y) in zip(placed(found), wanted, strict=True):
        assert text == other
        assert (x, y) == pytest.approx((other_x, other_y), abs=1.5)
    assert len(found.rulings) == len(UPRIGHT.rulings)


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
@pytest.mark.parametrize("lay", [turned, sideways])
def test_boxes_are_given_on_the_page_as_displayed(lay, rotation):
    document = lay(rotation)
    page = read(document)
    word = next(word for word in page.words if word.text == "公共安全支出")
    (shown,) = document[0].search_for("公共安全支出")
    shown = shown * document[0].rotation_matrix
    assert page.displayed((word.x0, word.y0, word.x1, word.y1)) == pytest.approx(
        tuple(shown.normalize()), abs=4
    )


@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.sampled_from((0, 90, 180, 270)), st.floats(10, 500), st.floats(10, 500))
def test_a_box_goes_to_the_page_as_displayed_inside_it(rotation, x, y):
    page = Page(1, 600.0, 800.0, (), turn=rotation // 90)
    x0, y0, x1, y1 = page.displayed((x, y, x + 20, y + 10))
    wide, high = (600.0, 800.0) if rotation % 180 == 0 else (800.0, 600.0)
    assert 0 <= x0 < x1 <= wide
    assert 0 <= y0 < y1 <= high
    assert {round(x1 - x0), round(y1 - y0)} == {20, 10}


def test_most_of_the_text_says_which_way_is_up():
    """A page number or a stamp set upright on a page that lies changes nothing."""
    document = sideways(90)
    document[0].insert_text((20, 20), "12")
    assert texts(read(document)).count("公共安全支出") == 1
    assert read(document).turn == 3


def test_a_page_without_text_is_turned_as_it_is_displayed():
    document, page = sheet(rotation=90)
    page.draw_line((50, 100), (300, 100))
    found = read(document)
    assert (found.turn, found.width, found.height) == (0, HEIGHT, WIDTH)
    (ruling,) = found.rulings
    assert not ruling.horizontal


# The document -------------------------------------------------------------------------------


def test_pages_are_numbered_from_one_and_empty_ones_are_kept():
    document = pymupdf.open()
    for text in ("one", "", "three"):
        page = document.new_page()
        page.insert_text((100, 100), text) if text else None
    found = read_pdf(bytes(document.tobytes()), file_name="x.pdf", limits=Limits())
    assert [(page.number, texts(page)) for page in found.pages] == [(1, ["one"]), (2, []), (3, ["three"])]
    assert (found.reader, found.trust, found.problems) == ("pdf", "text_layer", ())


@pytest.mark.parametrize(("limit", "named"), [("words", "words on page 1"), ("drawings", "lines on page 1")])
def test_pages_beyond_the_limits_are_refused(limit, named):
    document, page = sheet()
    for y in range(100, 140, 10):
        page.draw_line((50, y), (300, y))
        page.insert_text((50, y), "12.30")
    with pytest.raises(LimitExceeded, match=named):
        read(document, **{limit: 3})
    assert len(read(document, **{limit: 4}).words) == 4


def test_a_document_that_takes_too_long_is_refused():
    document, _ = sheet()
    with pytest.raises(LimitExceeded, match="seconds"):
        read(document, seconds=-1.0)


def test_content_that_cannot_be_read_to_its_end_is_said():
    document, page = sheet()
    for y in range(100, 800, 10):
        page.insert_text((50, y), f"{y}.50")
    page.clean_contents()
    data = bytes(document.tobytes(deflate=True))
    assert read_pdf(data, file_name="x.pdf", limits=Limits()).problems == ()
    sound = pymupdf.open(stream=data)
    packed = sound.xref_stream_raw(sound[0].get_contents()[0])
    broken = packed[: len(packed) // 2] + bytes(len(packed) - len(packed) // 2)
    found = read_pdf(data.replace(packed, broken), file_name="x.pdf", limits=Limits())
    assert len(found.pages[0].words) < 70
    assert found.problems
