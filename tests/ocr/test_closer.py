"""A second look sees the cell that was read, whichever way its page lies."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

from extract.ocr.closer import cell_picture, pictured
from extract.ocr.skew import as_mapping, quarter, turned
from extract.reading.intake import Limits
from extract.reading.pages import Page
from extract.reading.pdf import read_pdf
from extract.reading.picture import picture_source
from tests.ocr.drawing import LEFTS, ROW, TOP, drawn, scan_of, table_page

CELL = (LEFTS[2], TOP + 4 * ROW, LEFTS[3], TOP + 5 * ROW)


def seen(data: bytes, page: Page) -> np.ndarray:
    """What a second look at CELL of the only page would be shown, in grey."""
    document = read_pdf(data, file_name="scan.pdf", limits=Limits())
    with picture_source(document, "scan.pdf", Limits()) as source:
        picture = pictured(source, page)
    return cell_picture(replace(picture, pixels=picture.pixels[..., 0]), page, page.displayed(CELL))


def likeness(one: np.ndarray, other: np.ndarray) -> float:
    """Correlation of two pictures of the same size, a pixel or two of shift forgiven."""
    blurred = [cv2.GaussianBlur(each.astype(np.float64), (0, 0), 4).ravel() for each in (one, other)]
    return float(np.corrcoef(*blurred)[0, 1])


@pytest.fixture(scope="module")
def upright():
    return seen(scan_of(drawn(table_page(), 200)), Page(1, 595.0, 842.0, ()))


@pytest.mark.parametrize("turns", [1, 2, 3])
def test_a_scan_whose_content_lies_sideways_is_looked_at_upright(upright, turns):
    """Such a page was drawn turned a second time: the look saw another cell, on its side."""
    page = Page(1, 595.0, 842.0, (), turn=turns, mapping=as_mapping(quarter(turns, 595.0, 842.0)))
    found = seen(scan_of(turned(drawn(table_page(), 200), turns)), page)
    assert likeness(found, upright) > 0.9


@pytest.mark.parametrize("turns", [1, 2, 3])
def test_a_picture_on_a_turned_page_of_text_is_looked_at_upright(upright, turns):
    found = seen(table_page(rotation=90 * turns), Page(1, 595.0, 842.0, (), turn=turns))
    assert likeness(found, upright) > 0.9
