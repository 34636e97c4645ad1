"""The ways of arriving take away what they say they take away."""

from __future__ import annotations

import pymupdf
import pytest

from extract.layout.triage import triage
from extract.reading.image import read_image
from extract.reading.intake import Limits, read_source
from extract.reading.pages import Page
from extract.reading.pdf import read_pdf
from tests.corpus.arrivals import ARRIVALS
from tests.corpus.generator import generate


@pytest.fixture(scope="module")
def digital() -> bytes:
    """The first two pages with tables of an invented document."""
    document = generate(12, family="national_final", renderer="reportlab", subjects=2, prose=False)
    with pymupdf.open(stream=document.data, filetype="pdf") as pages:
        pages.select([pages.page_count - 2, pages.page_count - 1])
        return pages.tobytes(garbage=3, no_new_id=True)


def pages(data: bytes) -> tuple[Page, ...]:
    return read_pdf(data, file_name="a.pdf", limits=Limits()).pages


@pytest.mark.parametrize("name", ["scan200", "hidden_layer", "layer_below"])
def test_a_scan_has_no_words_to_believe(digital, name):
    found = pages(ARRIVALS[name].make(digital, 1))
    assert [triage(page).kind for page in found] == ["picture", "picture"]
    assert all(page.words == () for page in found)


def test_every_other_page_of_a_mixed_document_is_a_picture(digital):
    found = pages(ARRIVALS["mixed"].make(digital, 1))
    assert [triage(page).kind for page in found] == ["text", "picture"]


def test_pages_of_an_assorted_document_are_scanned_in_different_ways(digital):
    found = pages(ARRIVALS["assorted_hard"].make(digital, 1))
    assert [triage(page).kind for page in found] == ["picture", "picture"]
    with pymupdf.open(stream=ARRIVALS["assorted_hard"].make(digital, 1)) as scan:
        sizes = {page.get_images()[0][2] / page.rect.width for page in scan}
        kinds = {scan.extract_image(page.get_images()[0][0])["ext"] for page in scan}
    assert len(sizes) + len(kinds) > 2  # another resolution, or another kind of file


def test_a_wrong_code_table_shows_other_characters_than_it_tells():
    with pymupdf.open() as document:
        page = document.new_page()
        page.insert_font(fontname="embedded", fontbuffer=pymupdf.Font("cjk").buffer)
        for line in range(4):
            text = "一般公共预算财政拨款支出决算表本年支出合计"
            page.insert_text((72, 100 + 20 * line), text, fontname="embedded")
        digital = document.tobytes()
    assert [triage(page).kind for page in pages(digital)] == ["text"]
    assert [triage(page).kind for page in pages(ARRIVALS["code_table"].make(digital, 1))] == ["rubbish"]


def test_pictures_are_pages_of_their_own(digital):
    arrival = ARRIVALS["tiff"]
    intake = read_source(arrival.make(digital, 1), name=f"scan{arrival.suffix}")
    found = read_image(intake.data, file_name="scan", media_type=intake.media_type, limits=Limits())
    assert len(found.pages) == 2


def test_the_same_seed_makes_the_same_file(digital):
    made = [ARRIVALS["low105"].make(digital, seed) for seed in (5, 5, 6)]
    assert made[0] == made[1] != made[2]
