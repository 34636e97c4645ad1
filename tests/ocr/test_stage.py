"""From files with pictures to pages with words, with an engine whose answers are known."""

from __future__ import annotations

import io
import sys
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from extract.errors import LimitExceeded, UnreadableDocument
from extract.ocr.paddle import paddle_engine
from extract.ocr.pageread import distinct
from extract.ocr.stage import read_pictures
from extract.reading.image import read_image
from extract.reading.intake import Limits, read_source
from extract.reading.pages import PageDocument
from extract.reading.pdf import read_pdf
from tests.ocr.drawing import Babbling, Failing, Replayed, drawn, said, scan_of, table_page

SCALE = 200 / 72


def document(data: bytes) -> PageDocument:
    return read_pdf(data, file_name="a.pdf", limits=Limits())


def recognised(source: PageDocument, engine: object):
    return read_pictures(source, file_name="a.pdf", limits=Limits(), engine=lambda: engine)


def pixel_box(x0: float, y0: float, x1: float, y1: float) -> tuple[int, int, int, int]:
    return tuple(round(value * SCALE) for value in (x0, y0, x1, y1))


@pytest.fixture(scope="module")
def scan() -> PageDocument:
    return document(scan_of(drawn(table_page())))


def test_a_text_layer_never_wakes_the_engine():
    source = document(table_page())
    found = read_pictures(source, file_name="a.pdf", limits=Limits(), engine=lambda: pytest.fail("woken"))
    assert found.document is source
    assert found.pages == 0


def test_a_scan_gets_words_and_rulings_where_they_stand(scan):
    engine = Replayed(
        [
            (pixel_box(64, 150, 100, 165), "208"),
            (pixel_box(120, 60, 420, 85), "水务局部门收入支出决算总表云岭市"),
        ]
    )
    found = recognised(scan, engine)
    page = found.document.pages[0]
    assert (found.pages, found.document.trust, page.trust) == (1, "ocr", "ocr")
    assert [word.text for word in page.words] == ["208", "水务局部门收入支出决算总表云岭市"]
    assert (page.words[0].x0, page.words[0].y0) == pytest.approx((64, 150), abs=1)
    assert page.words[0].confidence == 0.99
    assert len([r for r in page.rulings if r.horizontal]) == 6
    assert len([r for r in page.rulings if not r.horizontal]) == 5


def test_a_line_does_not_begin_with_the_mark_behind_a_lost_ordinal(scan):
    found = recognised(scan, Replayed([(pixel_box(64, 150, 120, 165), "、财政拨款")])).document.pages[0]
    assert [word.text for word in found.words] == ["财政拨款"]
    assert found.words[0].x0 == pytest.approx(64, abs=1)


def test_the_single_stroke_of_a_usual_word_is_put_back(scan):
    for read, wanted in (("、般公共服务支出", "一般公共服务支出"), ("一、般公共预算", "一、一般公共预算")):
        engine = Replayed([(pixel_box(64, 150, 120, 165), read)])
        assert [word.text for word in recognised(scan, engine).document.pages[0].words] == [wanted]


def test_a_blurred_sign_of_a_usual_word_is_put_right(scan):
    for read, wanted in (
        ("股公共服务支出", "一般公共服务支出"),
        ("一股公共预算", "一般公共预算"),
        ("控股公司", "控股公司"),
        ("台式计算机（20方以下）", "台式计算机（20万以下）"),
        ("方以上）", "万以上）"),
        ("10立方以下", "10立方以下"),
    ):
        engine = Replayed([(pixel_box(64, 150, 120, 165), read)])
        assert [word.text for word in recognised(scan, engine).document.pages[0].words] == [wanted]


def test_coarse_pictures_are_named():
    coarse = scan_of(drawn(table_page(), 105), 105)
    words = [((60, 100, 300, 130), "208"), ((60, 300, 300, 322), "210")]
    told = recognised(with_a_page_of_text(coarse, 2), Replayed(words)).document.problems
    assert told == ("pages 2, 3 scanned coarsely (105 dpi): small print may be misread",)


def test_print_of_few_pixels_is_coarse_at_any_resolution(scan):
    small, large = (
        recognised(scan, Replayed([((60, 100, 300, 100 + height), "208")])).document.problems
        for height in (12, 30)
    )
    assert small == ("page 1 scanned coarsely (200 dpi): small print may be misread",)
    assert large == ()


def test_blanks_around_the_separators_of_a_figure_are_no_gaps(scan):
    for read, words in (("8, 882, 399", ["8,882,399"]), ("12 .50", ["12.50"]), ("12 50", ["12", "50"])):
        found = recognised(scan, Replayed([(pixel_box(64, 150, 120, 165), read)])).document.pages[0]
        assert [word.text for word in found.words] == words


def test_a_box_that_cuts_a_figure_is_grown_to_its_end(scan):
    widths: list[int] = []

    class Watching(Replayed):
        def read(self, crops):
            widths.extend(crop.shape[1] for crop in crops if crop.shape[0] > 20)
            return super().read(crops)

    recognised(scan, Watching([(pixel_box(333, 149, 352, 166), "1,28")]))
    assert widths[0] == pytest.approx(19 * SCALE, abs=2)
    assert any(41 * SCALE < width < 46 * SCALE for width in widths[1:])  # to the end of 1,286.76


@pytest.mark.parametrize("turns", [0, 2])
def test_text_that_scores_well_upside_down_is_told_from_upright_text(turns):
    """A page of figures read upside down: most of its lines were sure of something."""
    pixels = np.full((2338, 1654, 3), 225, np.uint8)  # lighter, it would be a fax
    middle = (677, 1149, 977, 1189)
    for x in range(690, 820, 20):
        pixels[1156:1182, x : x + 8] = 0  # the beginning of the line is dark

    class EitherWay(Replayed):
        def read(self, crops):
            upright = [crop[:, : crop.shape[1] // 2].mean() < 230 for crop in crops]
            return tuple(said("社会保障和就业支出") if up else said("1693336090", 0.75) for up in upright)

    scan = document(scan_of(np.ascontiguousarray(np.rot90(pixels, turns)), dpi=200))
    page = recognised(scan, EitherWay([(middle, "")])).document.pages[0]
    assert (page.turn, [word.text for word in page.words]) == (turns, ["社会保障和就业支出"])


def test_what_another_box_covers_is_not_read_again():
    line, part, beside, over_two = (10, 10, 200, 40), (180, 12, 202, 39), (205, 10, 240, 40), (0, 0, 300, 90)
    assert distinct([line, part, beside]) == [line, beside]
    assert distinct([over_two, line]) == [over_two, line]


def test_nothing_read_from_pixels_counts_as_certain(scan):
    class Certain(Replayed):
        def read(self, crops):
            return tuple(replace(line, weakest=1.0) for line in super().read(crops))

    found = recognised(scan, Certain([(pixel_box(64, 150, 100, 165), "208")])).document.pages[0]
    assert found.words[0].confidence < 1


def test_a_line_over_two_cells_is_read_cell_by_cell(scan):
    engine = Replayed([(pixel_box(300, 150, 420, 165), "over the ruling")])
    recognised(scan, engine)
    page = recognised(scan, Replayed([(pixel_box(64, 150, 100, 165), "208")])).document.pages[0]
    assert any(r.x0 == pytest.approx(330, abs=1) for r in page.rulings if not r.horizontal)
    pieces: list[tuple[int, ...]] = []

    class Watching(Replayed):
        def read(self, crops):
            pieces.extend(crop.shape for crop in crops)
            return super().read(crops)

    recognised(scan, Watching([(pixel_box(300, 150, 420, 165), "")]))
    assert [width for _, width in pieces[:2]] == pytest.approx([30 * SCALE, 90 * SCALE], abs=6)


def with_a_page_of_text(scan: bytes, scans: int) -> PageDocument:
    import pymupdf

    with pymupdf.open(stream=table_page(), filetype="pdf") as both:
        with pymupdf.open(stream=scan, filetype="pdf") as pictures:
            for _ in range(scans):
                both.insert_pdf(pictures)
        return document(both.tobytes())


def test_a_failing_engine_leaves_the_pages_and_says_so():
    source = with_a_page_of_text(scan_of(drawn(table_page())), 2)
    found = recognised(source, Failing())
    assert found.document.pages == source.pages
    assert found.document.problems == ("pages 2, 3 could not be recognised (out of memory)",)
    assert found.pages == 0


def test_a_scan_nothing_can_be_read_of_is_refused_with_the_reason(scan):
    with pytest.raises(UnreadableDocument, match=r"page 1 could not be recognised.*out of memory"):
        recognised(scan, Failing())


def test_a_missing_recogniser_is_named_with_what_to_install(scan, monkeypatch):
    paddle_engine.cache_clear()
    monkeypatch.setitem(sys.modules, "rapidocr", None)
    with pytest.raises(UnreadableDocument, match=r"not installed.*pip install rapidocr"):
        read_pictures(scan, file_name="a.pdf", limits=Limits())


def test_rubbish_from_the_engine_becomes_no_words(scan):
    found = recognised(scan, Babbling())
    assert found.document.pages[0].words == ()


def test_hidden_text_over_a_scan_is_not_believed():
    import pymupdf

    with pymupdf.open(stream=scan_of(drawn(table_page())), filetype="pdf") as hidden:
        hidden[0].insert_text((64, 160), "1Z86.7G hidden words of another recogniser", render_mode=3)
        source = document(hidden.tobytes())
    assert source.pages[0].words == ()
    engine = Replayed([(pixel_box(64, 150, 100, 165), "208")])
    assert [word.text for word in recognised(source, engine).document.pages[0].words] == ["208"]


def test_a_pasted_table_joins_the_text_around_it():
    import pymupdf

    part = drawn(table_page())[
        round(110 * SCALE) : round(260 * SCALE), round(50 * SCALE) : round(540 * SCALE)
    ]
    picture = pymupdf.Pixmap(
        pymupdf.csRGB, part.shape[1], part.shape[0], np.ascontiguousarray(part).tobytes(), False
    )
    with pymupdf.open() as pasted:
        page = pasted.new_page()
        page.insert_text((72, 72), "the text around the table stays as it was printed here")
        page.insert_image((50, 310, 540, 460), pixmap=picture)
        source = document(pasted.tobytes())
    found = recognised(source, Replayed([(pixel_box(14, 40, 50, 55), "208")])).document
    assert (found.trust, found.pages[0].trust) == ("mixed", "mixed")
    word = next(word for word in found.pages[0].words if word.text == "208")
    assert (word.x0, word.y0) == pytest.approx((64, 350), abs=1.5)
    assert "around" in [word.text for word in found.pages[0].words]
    assert len(found.pages[0].rulings) == 11


def saved(kind: str, **options: object) -> bytes:
    stream = io.BytesIO()
    Image.fromarray(drawn(table_page())).save(stream, kind, **options)
    return stream.getvalue()


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "TIFF"])
def test_pictures_are_taken_in_by_what_they_are(kind):
    intake = read_source(saved(kind, dpi=(200, 200)), name="scan.pdf")
    assert (intake.format, intake.media_type) == ("image", f"image/{kind.lower()}")
    source = read_image(intake.data, file_name="scan", media_type=intake.media_type, limits=Limits())
    assert (source.pages[0].width, source.pages[0].height) == pytest.approx((595, 842), abs=1)
    found = recognised(source, Replayed([(pixel_box(64, 150, 100, 165), "208")]))
    assert [word.text for word in found.document.pages[0].words] == ["208"]


def test_every_picture_of_a_tiff_is_a_page():
    first = Image.fromarray(drawn(table_page()))
    data = saved("TIFF", save_all=True, append_images=[first.rotate(90, expand=True), first], dpi=(200, 200))
    source = read_image(data, file_name="scan", media_type="image/tiff", limits=Limits())
    assert [round(page.width) for page in source.pages] == pytest.approx([595, 842, 595], abs=1)


def test_a_resolution_nobody_believes_becomes_a_sheet_of_a4():
    source = read_image(saved("JPEG", dpi=(72, 72)), file_name="a", media_type="image/jpeg", limits=Limits())
    assert source.pages[0].height == pytest.approx(842, abs=1)


def test_pictures_beyond_the_limits_are_refused_before_they_are_unpacked():
    bomb = io.BytesIO()
    Image.new("1", (20_000, 20_000)).save(bomb, "PNG")
    with pytest.raises(LimitExceeded, match="pixels"):
        read_image(bomb.getvalue(), file_name="a.png", media_type="image/png", limits=Limits())
    with pytest.raises(LimitExceeded, match="pixels"):
        read_image(saved("PNG"), file_name="a.png", media_type="image/png", limits=Limits(pixels=1_000_000))


def test_damaged_pictures_are_refused():
    data = saved("PNG")
    with pytest.raises(UnreadableDocument):
        read_image(data[:30], file_name="a.png", media_type="image/png", limits=Limits())
    cut = read_image(data[: len(data) // 2], file_name="a.png", media_type="image/png", limits=Limits())
    with pytest.raises(UnreadableDocument, match="damaged"):
        recognised(cut, Replayed([]))


def test_text_below_a_scan_is_not_believed_and_text_over_a_picture_is():
    import pymupdf

    pixels = drawn(table_page())
    scan = pymupdf.Pixmap(pymupdf.csRGB, pixels.shape[1], pixels.shape[0], pixels.tobytes(), False)
    with pymupdf.open() as covered:
        page = covered.new_page()
        page.insert_text((64, 160), "1Z86.7G words of another recogniser")
        page.insert_image(page.rect, pixmap=scan)
        page.insert_text((64, 700), "printed upon it")
        words = document(covered.tobytes()).pages[0].words
    assert [word.text for word in words] == ["printed", "upon", "it"]


def test_text_below_a_seal_that_lets_it_shine_through_stays():
    import pymupdf

    seal = pymupdf.Pixmap(pymupdf.csRGB, (0, 0, 80, 80), True)
    seal.clear_with(0)
    with pymupdf.open() as sealed:
        page = sealed.new_page()
        page.insert_text((64, 160), "signed")
        page.insert_image((40, 120, 140, 220), pixmap=seal)
        assert [word.text for word in document(sealed.tobytes()).pages[0].words] == ["signed"]
