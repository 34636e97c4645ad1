"""In the reading stage: the pixels of a page, whatever file they come from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from extract.reading.image import MEDIA_TYPES, Frames, open_image
from extract.reading.intake import Limits
from extract.reading.pages import Box, Page, PageDocument
from extract.reading.pdf_open import open_pdf
from extract.reading.picture_sets import MEDIA_TYPE as SET_MEDIA_TYPE
from extract.reading.picture_sets import open_pictures

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Pixels = NDArray[np.uint8]

_POINTS = 72.0
_DPI_RANGE = (72.0, 400.0)
"""Resolutions outside are not worth following: below nothing can be read, above nothing is gained."""
_DRAWN_DPI = 300.0
"""Resolution for what is drawn, not photographed: text as outlines, text whose characters are rubbish."""
_SHARE_OF_PAGE = 0.02
"""Pictures smaller than this share of the page say nothing about the resolution of a scan."""


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """Pixels of a page or a part of it in RGB, shape (height, width, 3), with their resolution."""

    pixels: Pixels
    dpi: float


class PictureSource(Protocol):
    """Gives the pixels of pages of one document."""

    def picture(self, page: Page, box: Box | None = None) -> Picture:
        """What the page shows in ``box`` (upright frame, points; all of it by default), turned upright.

        Raises ``LimitExceeded`` for more pixels than the limits allow.
        """
        ...


@contextmanager
def picture_source(document: PageDocument, file_name: str, limits: Limits) -> Iterator[PictureSource]:
    """Open the document's bytes a second time, to look at its pixels."""
    if document.media_type in MEDIA_TYPES:
        yield _ImagePages([open_image(document.data, file_name, limits)])
        return
    if document.media_type == SET_MEDIA_TYPE:
        yield _ImagePages(open_pictures(document.data, file_name, limits))
        return
    with open_pdf(document.data, file_name, limits) as opened:
        yield _RenderedPages(opened, limits)


class _ImagePages:
    """Pictures as they are in one or several image files."""

    def __init__(self, files: Sequence[Frames]) -> None:
        self._places = [(frames, number) for frames in files for number in range(len(frames.sizes()))]

    def picture(self, page: Page, box: Box | None = None) -> Picture:
        frames, number = self._places[page.number - 1]
        frame = frames.frame(number)
        if box is None:
            return Picture(frame.pixels, frame.dpi)
        left, top, right, bottom = (round(edge * frame.dpi / _POINTS) for edge in box)
        return Picture(frame.pixels[max(top, 0) : bottom, max(left, 0) : right], frame.dpi)


class _RenderedPages:
    """Pages of a PDF drawn at the resolution of the scans they hold."""

    def __init__(self, document: Any, limits: Limits) -> None:
        self._document = document
        self._limits = limits

    def picture(self, page: Page, box: Box | None = None) -> Picture:
        import numpy as np
        import pymupdf

        drawn = self._document[page.number - 1]
        clip = pymupdf.Rect(page.displayed(box)) if box else drawn.rect
        grid = _native_grid(drawn, clip)
        dpi = min(grid.dpi, _affordable_dpi(clip, self._limits.pixels))
        zoom = dpi / _POINTS
        right, down = ((-edge * zoom) % 1 if dpi == grid.dpi else 0.0 for edge in grid.corner)
        view = pymupdf.Matrix(zoom, 0, 0, zoom, right, down)
        pixmap = drawn.get_pixmap(matrix=view, colorspace=pymupdf.csRGB, clip=clip, alpha=False)
        pixels = np.frombuffer(pixmap.samples, np.uint8).reshape(pixmap.h, pixmap.w, 3)
        # The upright frame turned clockwise is the page as displayed: turn it back.
        return Picture(np.ascontiguousarray(np.rot90(pixels, page.turn)), dpi)


@dataclass(frozen=True, slots=True)
class _PixelGrid:
    """Where the pixels of a picture lie on its page: their resolution, and its corner in points."""

    dpi: float
    corner: tuple[float, float] = (0.0, 0.0)


def _native_grid(page: Any, clip: Any) -> _PixelGrid:
    """The pixels of the largest picture shown in ``clip``; drawing on them keeps every one as it is.

    Drawn a little coarser or beside them, rows and columns of pixels are lost, and of small print
    and faxes strokes with them.
    """
    import pymupdf

    best, grid = _SHARE_OF_PAGE * abs(page.rect), _PixelGrid(_DRAWN_DPI)
    for info in page.get_image_info():
        box = pymupdf.Rect(info["bbox"]) * page.rotation_matrix
        seen = abs(box & clip)
        if seen > best:
            best, grid = seen, _PixelGrid(_resolution(info), (box.x0, box.y0))
    return grid if _DPI_RANGE[0] <= grid.dpi <= _DPI_RANGE[1] else _PixelGrid(_within_range(grid.dpi))


def _within_range(dpi: float) -> float:
    return min(max(dpi, _DPI_RANGE[0]), _DPI_RANGE[1])


def _resolution(info: dict[str, Any]) -> float:
    """Pixels per inch along the picture's own axes, however it is turned on the page."""
    a, b, c, d, _, _ = info["transform"]
    across = info["width"] / max((a * a + b * b) ** 0.5, 1e-6)
    down = info["height"] / max((c * c + d * d) ** 0.5, 1e-6)
    return float(max(across, down)) * _POINTS


def _affordable_dpi(clip: Any, pixels: int) -> float:
    return float((pixels / max(abs(clip), 1.0)) ** 0.5) * _POINTS
