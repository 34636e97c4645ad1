"""The pixels of scanned pages, as they are in the file."""

from __future__ import annotations

import io

import numpy as np
import pymupdf
import pytest
from numpy.typing import NDArray
from PIL import Image

from extract.reading.intake import Limits
from extract.reading.pdf import read_pdf
from extract.reading.picture import Picture, picture_source


def pictured(data: bytes) -> Picture:
    document = read_pdf(data, file_name="a.pdf", limits=Limits())
    with picture_source(document, "a.pdf", Limits()) as source:
        return source.picture(document.pages[0])


def scan(pixels: NDArray[np.uint8], size: tuple[float, float], rotation: int) -> bytes:
    """A page of a size that does not fit its picture quite."""
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "PNG")
    with pymupdf.open() as document:
        page = document.new_page(width=size[0], height=size[1])
        page.insert_image(page.rect, stream=stream.getvalue())
        page.set_rotation(rotation)
        return bytes(document.tobytes())


@pytest.mark.parametrize("size", [(595, 842), (595.32, 841.92), (612, 792)])
@pytest.mark.parametrize("rotation", [0, 90])
def test_no_row_or_column_of_a_scan_is_lost_or_doubled(size, rotation):
    printed = np.random.default_rng(3).integers(0, 2, (1228, 869), dtype=np.uint8) * 255
    pixels = pictured(scan(printed, size, rotation)).pixels[:, :, 0]
    printed = np.rot90(printed, -rotation // 90)
    height, width = (side - 6 for side in printed.shape)
    inner = printed[3 : 3 + height, 3 : 3 + width]
    places = [
        (y, x)
        for y in range(pixels.shape[0] - height + 1)
        for x in range(pixels.shape[1] - width + 1)
        if np.array_equal(pixels[y, x : x + width], inner[0])
    ]
    assert len(places) == 1
    y, x = places[0]
    assert np.array_equal(pixels[y : y + height, x : x + width], inner)


def test_a_picture_finer_than_needed_is_drawn_coarser():
    fine = np.full((3300, 2550), 255, np.uint8)
    assert pictured(scan(fine, (306, 396), 0)).dpi == 400
