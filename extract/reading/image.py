"""First stage for picture files: every picture of a PNG, JPEG or TIFF file is a page that shows it."""

from __future__ import annotations

import io
import struct
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from extract.errors import LimitExceeded, UnreadableDocument
from extract.reading.intake import IMAGES, Limits, hold_to
from extract.reading.pages import Page, PageDocument

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from PIL import Image

    Pixels = NDArray[np.uint8]

_DAMAGED = (OSError, ValueError, SyntaxError, EOFError, IndexError, KeyError, TypeError, struct.error)
"""What Pillow's decoders raise on damaged files."""
MEDIA_TYPES = frozenset(media_type for _, media_type in IMAGES)
_FORMATS = ("PNG", "JPEG", "TIFF")
_POINTS = 72.0
_LONG_SIDE = 11.69
"""Inches along the long side of A4: what a picture that does not tell its resolution is taken for."""
_CREDIBLE_DPI = (90.0, 1200.0)
"""Cameras and screens write 72 or 96 whatever they photographed; nobody scans beyond 1200."""
_CREDIBLE_INCHES = (5.0, 24.0)
"""Long side of a page between A6 and A2; a resolution that makes it another size is not believed."""


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """One picture of a file in RGB, shape (height, width, 3), with its resolution."""

    pixels: Pixels
    dpi: float


def read_image(data: bytes, *, file_name: str, media_type: str, limits: Limits) -> PageDocument:
    """Take every picture of the file as one page without words, to be recognised later.

    Raises ``UnreadableDocument`` for damaged files and ``LimitExceeded`` for too many pictures or
    pixels; sizes are held to the limits before anything is unpacked.
    """
    frames = open_image(data, file_name, limits)
    pages = tuple(frame_page(number, size, dpi) for number, (size, dpi) in enumerate(frames.sizes(), 1))
    return PageDocument(pages, media_type, data, reader="image", trust="ocr")


def frame_page(number: int, size: tuple[int, int], dpi: float) -> Page:
    """A page that shows a picture of this size in pixels."""
    width, height = (side * _POINTS / dpi for side in size)
    return Page(number, width, height, (), pictures=((0.0, 0.0, width, height),), trust="ocr")


def open_image(data: bytes, file_name: str, limits: Limits) -> Frames:
    """The pictures of a file, none of them unpacked yet; raises the errors of ``read_image``."""
    frames = Frames(data, file_name, limits)
    frames.sizes()
    return frames


class Frames:
    """The pictures of one file, unpacked one at a time."""

    def __init__(self, data: bytes, file_name: str, limits: Limits) -> None:
        self._data = data
        self._file_name = file_name
        self._limits = limits

    def sizes(self) -> list[tuple[tuple[int, int], float]]:
        """Width and height in pixels as displayed, and the resolution, of every picture."""
        with self._opened() as image:
            count = getattr(image, "n_frames", 1) if image.format == "TIFF" else 1
            hold_to(self._limits.pages, count, file_name=self._file_name, unit="pages", option="pages")
            found = []
            for number in range(count):
                image.seek(number)
                self._hold(image, number)
                found.append((_displayed_size(image), _resolution(image)))
        return found

    def frame(self, number: int) -> Frame:
        """Unpack the picture with this number, counted from 0, turned as its tags tell."""
        import numpy as np
        from PIL import ImageOps

        with self._opened() as image:
            image.seek(number)
            self._hold(image, number)
            dpi = _resolution(image)
            upright = ImageOps.exif_transpose(image) if image.format in _TAGGED else image
            return Frame(np.asarray(_on_white(upright), np.uint8), dpi)

    def _hold(self, image: Image.Image, number: int) -> None:
        unit = f"pixels in picture {number + 1}"
        pixels = image.width * image.height
        hold_to(self._limits.pixels, pixels, file_name=self._file_name, unit=unit, option="pixels")

    @contextmanager
    def _opened(self) -> Iterator[Image.Image]:
        """The file, opened; what Pillow finds wrong with it becomes the project's own errors."""
        from PIL import Image, UnidentifiedImageError

        try:
            # The limit of pixels is held by this class; Pillow's own warning would only repeat it.
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                with Image.open(io.BytesIO(self._data), formats=_FORMATS) as image:
                    yield image
        except Image.DecompressionBombError as error:
            raise LimitExceeded(
                self._file_name, "unpacks to far too many pixels", "scan it at 300 dpi and give that"
            ) from error
        except (UnidentifiedImageError, *_DAMAGED) as error:
            reason = str(error) or type(error).__name__
            raise UnreadableDocument(
                self._file_name, f"is a damaged picture ({reason})", "scan or fetch it again"
            ) from error


def _on_white(image: Image.Image) -> Image.Image:
    """RGB with transparent parts shown white, as on paper; 16-bit greys brought to 8."""
    from PIL import Image as Images

    if image.mode.startswith("I;16") or image.mode in ("I", "F"):
        image = image.point(lambda value: value / 257).convert("L")
    if "transparency" in image.info or image.mode in ("RGBA", "LA", "PA"):
        paper = Images.new("RGBA", image.size, "white")
        image = Images.alpha_composite(paper, image.convert("RGBA"))
    return image.convert("RGB")


_TAGGED = ("JPEG", "MPO", "TIFF")
"""Formats cameras write; a PNG's tags may stand behind its pixels, which are not unpacked for them."""
_ORIENTATION = 0x0112
"""Exif tag; values 5 to 8 stand for pictures that are shown turned by a quarter."""


def _displayed_size(image: Image.Image) -> tuple[int, int]:
    turned = image.format in _TAGGED and image.getexif().get(_ORIENTATION, 1) >= 5
    return (image.height, image.width) if turned else (image.width, image.height)


def _resolution(image: Image.Image) -> float:
    """Pixels per inch as the file says where that makes a page of it, else as if it were a sheet of A4."""
    longest = max(image.size)
    said = image.info.get("dpi", (0.0, 0.0))
    dpi = float(max(said)) if isinstance(said, tuple) else 0.0
    credible = _CREDIBLE_DPI[0] <= dpi <= _CREDIBLE_DPI[1] and dpi != 96.0
    if credible and _CREDIBLE_INCHES[0] <= longest / dpi <= _CREDIBLE_INCHES[1]:
        return dpi
    return longest / _LONG_SIDE
