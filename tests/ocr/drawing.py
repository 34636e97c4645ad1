"""Pictures of invented tables, drawn line by line, and engines whose answers are known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pymupdf

from extract.ocr.engine import Alternative, Line, PixelBox, RecognitionFailed

ROWS = (
    ("科目编码", "科目名称", "合计", "基本支出"),
    ("208", "社会保障和就业支出", "1,286.76", "1,286.76"),
    ("20805", "行政事业单位养老支出", "335.27", "335.27"),
    ("2080505", "机关事业单位基本养老保险缴费支出", "20.60", "20.60"),
    ("210", "卫生健康支出", "66,008.34", "8.34"),
)
LEFTS = (60.0, 130.0, 330.0, 430.0, 530.0)
TOP, ROW = 120.0, 26.0
TITLE = "2023年度云岭市青川区水务局部门决算"


def _font(text: str) -> str:
    """Figures in a Latin font, as everywhere: the Chinese one sets them a full width apart."""
    return "helv" if text.isascii() else "china-s"


def table_page(*, rotation: int = 0) -> bytes:
    """A PDF page with a title and a ruled table."""
    with pymupdf.open() as document:
        page = document.new_page(width=595, height=842)
        page.insert_text((120, 80), TITLE, fontname="china-s", fontsize=16)
        for index in range(len(ROWS) + 1):
            page.draw_line((LEFTS[0], TOP + index * ROW), (LEFTS[-1], TOP + index * ROW), width=0.8)
        for x in LEFTS:
            page.draw_line((x, TOP), (x, TOP + len(ROWS) * ROW), width=0.8)
        for row, texts in enumerate(ROWS):
            for x, text in zip(LEFTS, texts, strict=False):
                page.insert_text((x + 4, TOP + row * ROW + 17), text, fontname=_font(text), fontsize=10.5)
        page.set_rotation(rotation)
        return document.tobytes(no_new_id=True)


def drawn(data: bytes, dpi: int = 200) -> np.ndarray:
    """The first page as RGB pixels."""
    with pymupdf.open(stream=data, filetype="pdf") as document:
        pixmap = document[0].get_pixmap(dpi=dpi, colorspace=pymupdf.csRGB, alpha=False)
        return np.frombuffer(pixmap.samples, np.uint8).reshape(pixmap.h, pixmap.w, 3).copy()


def scan_of(pixels: np.ndarray, dpi: int = 200) -> bytes:
    """A PDF whose only page is the picture."""
    picture = pymupdf.Pixmap(pymupdf.csRGB, pixels.shape[1], pixels.shape[0], pixels.tobytes(), False)
    with pymupdf.open() as document:
        page = document.new_page(width=pixels.shape[1] * 72 / dpi, height=pixels.shape[0] * 72 / dpi)
        page.insert_image(page.rect, pixmap=picture)
        return document.tobytes(no_new_id=True)


def said(text: str, score: float = 0.99) -> Line:
    """A line whose characters stand evenly over its crop."""
    places = tuple((index + 0.5) / len(text) for index in range(len(text)))
    return Line(text, score, score, places)


@dataclass
class Replayed:
    """An engine that answers from a list of boxes and lines; anything else it reads as nothing."""

    answers: Sequence[tuple[PixelBox, str]]
    asked: list[tuple[int, int]] = field(default_factory=list)

    def find(self, picture: np.ndarray) -> tuple[PixelBox, ...]:
        self.asked.append(picture.shape)
        return tuple(box for box, _ in self.answers)

    def read(self, crops: Sequence[np.ndarray]) -> tuple[Line, ...]:
        texts = {(box[3] - box[1], box[2] - box[0]): text for box, text in self.answers}
        return tuple(
            said(texts.get(crop.shape, "")) if texts.get(crop.shape) else Line("", 0, 0, ()) for crop in crops
        )

    def alternatives(
        self, crops: Sequence[np.ndarray], alphabet: str = ""
    ) -> tuple[tuple[Alternative, ...], ...]:
        return ((),) * len(crops)


class Failing:
    """An engine that breaks at the first picture."""

    def find(self, picture: np.ndarray) -> tuple[PixelBox, ...]:
        raise RecognitionFailed("out of memory")

    def read(self, crops: Sequence[np.ndarray]) -> tuple[Line, ...]:
        raise RecognitionFailed("out of memory")

    def alternatives(
        self, crops: Sequence[np.ndarray], alphabet: str = ""
    ) -> tuple[tuple[Alternative, ...], ...]:
        raise RecognitionFailed("out of memory")


class Babbling:
    """An engine that finds lines everywhere and reads dirt in all of them."""

    def find(self, picture: np.ndarray) -> tuple[PixelBox, ...]:
        height, width = picture.shape
        return tuple((0, y, width, min(y + 30, height)) for y in range(0, height - 30, 40))

    def read(self, crops: Sequence[np.ndarray]) -> tuple[Line, ...]:
        return tuple(said("乂丶丿亅冖龘", 0.05) for _ in crops)

    def alternatives(
        self, crops: Sequence[np.ndarray], alphabet: str = ""
    ) -> tuple[tuple[Alternative, ...], ...]:
        return ((),) * len(crops)
