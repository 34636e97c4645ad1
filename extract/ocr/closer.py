"""In the ocr stage: one cell looked at again, larger and for figures only, when its sums do not come out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from extract.ocr import light
from extract.ocr.engine import DIGITS, Alternative, Engine, RecognitionFailed
from extract.ocr.paddle import paddle_engine
from extract.ocr.skew import quarter
from extract.reading.intake import Limits
from extract.reading.pages import Box, Page, PageDocument
from extract.reading.picture import Picture, PictureSource, picture_source

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Pixels = NDArray[np.uint8]
    Floats = NDArray[np.float64]

_POINTS = 72.0
_LOOK_DPI = 400.0
_INSET = 1.5
"""Points cut off every side of a cell: its rulings."""
_AROUND = 3.0
"""Points of the page kept around a cell, so that light can be judged."""
_MOST = 5


def second_look(
    source: PictureSource, page: Page, box: Box, engine: Engine, alphabet: str = DIGITS
) -> tuple[Alternative, ...]:
    """Read the cell in ``box`` (page as displayed, points) again, in the given characters only.

    The cell is taken from the picture once more, straight and enlarged, and read plain, evened out,
    thinned and thickened; the probabilities of the readings are averaged. Likeliest first; empty for
    a cell without ink. Raises ``RecognitionFailed``.
    """
    return _looks_at(_evened(pictured(source, page)), page, [box], engine, alphabet)[0]


def second_looks(
    document: PageDocument,
    boxes: Mapping[int, Sequence[Box]],
    *,
    file_name: str,
    limits: Limits,
    engine: Callable[[], Engine] = paddle_engine,
) -> dict[tuple[int, Box], tuple[Alternative, ...]]:
    """Read cells again, given by page number; each page is drawn once.

    A page the engine fails on has no second readings. The engine is loaded only if there is
    a cell to look at. Raises ``LimitExceeded`` for too many pixels.
    """
    found: dict[tuple[int, Box], tuple[Alternative, ...]] = {}
    pages = [page for page in document.pages if boxes.get(page.number)]
    if not pages:
        return found
    with picture_source(document, file_name, limits) as source:
        for page in pages:
            found.update(_page_looks(source, page, boxes[page.number], engine()))
    return found


def _page_looks(
    source: PictureSource, page: Page, boxes: Sequence[Box], engine: Engine
) -> Iterator[tuple[tuple[int, Box], tuple[Alternative, ...]]]:
    places = [(page.number, box) for box in boxes]
    try:
        found = _looks_at(_evened(pictured(source, page)), page, boxes, engine, DIGITS)
    except RecognitionFailed:
        return
    yield from zip(places, found, strict=True)


def _looks_at(
    picture: Picture, page: Page, boxes: Sequence[Box], engine: Engine, alphabet: str
) -> list[tuple[Alternative, ...]]:
    """The readings of every box; all looks at all of them go to the engine together."""
    cells = [_trimmed(cell_picture(picture, page, box)) for box in boxes]
    looks = [() if cell is None else _looks(cell) for cell in cells]
    readings = iter(engine.alternatives([look for each in looks for look in each], alphabet))
    return [_agreed([next(readings) for _ in each]) for each in looks]


def pictured(source: PictureSource, page: Page) -> Picture:
    """The page as displayed, however its text lies."""
    return source.picture(replace(page, turn=0))


def _evened(picture: Picture) -> Picture:
    """The page in grey, without stamps."""
    return Picture(light.without_stamps(picture.pixels, light.grey(picture.pixels), picture.dpi), picture.dpi)


def cell_picture(picture: Picture, page: Page, box: Box) -> Pixels:
    """The inside of a cell as the straightened page shows it, at 400 dpi.

    ``picture`` is grey and shows the page as displayed, ``box`` is a box of it in points.
    """
    import cv2
    import numpy as np

    upright = _upright_box(page, box)
    grow = _LOOK_DPI / _POINTS
    left, top = upright[0] + _INSET, upright[1] + _INSET
    width = max(round((upright[2] - upright[0] - 2 * _INSET) * grow), 8)
    height = max(round((upright[3] - upright[1] - 2 * _INSET) * grow), 8)
    to_crop = np.array([[grow, 0, -left * grow], [0, grow, -top * grow], [0, 0, 1]])
    to_points = np.diag([_POINTS / picture.dpi, _POINTS / picture.dpi, 1.0])
    view = to_crop @ np.linalg.inv(_to_picture(page)) @ to_points
    return np.asarray(
        cv2.warpPerspective(picture.pixels, view, (width, height), flags=cv2.INTER_CUBIC, borderValue=255),
        np.uint8,
    )


def _to_picture(page: Page) -> Floats:
    """From the page's upright frame to the picture of it as displayed, in points."""
    import numpy as np

    if page.mapping is None:
        return quarter(page.turn, page.width, page.height)
    return np.array(page.mapping, np.float64).reshape(3, 3)


def _upright_box(page: Page, box: Box) -> Box:
    """The box of the upright frame that a displayed box was drawn around."""
    import numpy as np

    back = np.linalg.inv(_to_picture(page))
    x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    across, down, depth = back @ (x, y, 1.0)
    middle = np.array([across, down]) / depth
    spread = np.abs(_local(page, middle))
    # A displayed box is as wide as what the upright sides cover there; solve that for the sides.
    sides = np.linalg.solve(spread, np.array([box[2] - box[0], box[3] - box[1]]))
    (x0, y0), (x1, y1) = middle - np.abs(sides) / 2, middle + np.abs(sides) / 2
    return float(x0), float(y0), float(x1), float(y1)


def _local(page: Page, middle: Floats) -> Floats:
    """The mapping near a point as a matrix: how far one point across and down leads on the display."""
    import numpy as np

    x, y = float(middle[0]), float(middle[1])
    here, right, below = (page.displayed((a, b, a, b))[:2] for a, b in ((x, y), (x + 1, y), (x, y + 1)))
    return np.array([[right[0] - here[0], below[0] - here[0]], [right[1] - here[1], below[1] - here[1]]])


def _trimmed(crop: Pixels) -> Pixels | None:
    """The crop around its ink, with a margin; None without ink."""
    import numpy as np

    low, high = (float(value) for value in np.percentile(crop, (0.5, 80)))
    if high - low < 40:
        return None
    ink = crop < (low + high) / 2
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    pad = max(int(0.2 * (rows[-1] - rows[0])), 4)
    padded = np.pad(crop, pad, constant_values=int(high))
    return padded[rows[0] : rows[-1] + 2 * pad + 1, columns[0] : columns[-1] + 2 * pad + 1]


def _looks(crop: Pixels) -> tuple[Pixels, ...]:
    """The crop as it is, with full contrast, and with strokes a little thinner and thicker."""
    import cv2
    import numpy as np

    low, high = np.percentile(crop, (1, 80))
    span = max(float(high - low), 1.0)
    even = np.clip((crop.astype(np.float32) - low) * 255.0 / span, 0, 255).astype(np.uint8)
    kernel = np.ones((2, 2), np.uint8)
    thin, thick = (np.asarray(change(even, kernel), np.uint8) for change in (cv2.dilate, cv2.erode))
    return crop, even, thin, thick


def _agreed(looks: Sequence[Sequence[Alternative]]) -> tuple[Alternative, ...]:
    """Readings by their mean probability over all looks."""
    sums: defaultdict[str, float] = defaultdict(float)
    for alternatives in looks:
        for alternative in alternatives:
            sums[alternative.text.strip()] += alternative.probability
    ranked = sorted(((total / len(looks), text) for text, total in sums.items() if text), reverse=True)
    return tuple(Alternative(text, round(probability, 6)) for probability, text in ranked[:_MOST])
