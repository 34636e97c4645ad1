"""In the ocr stage: how a page lies in its picture, and the picture as if it lay straight."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from extract.ocr.engine import PixelBox
from extract.reading.pages import Mapping, Page

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Pixels = NDArray[np.uint8]
    Floats = NDArray[np.float64]

_FIT_DPI = 150.0
"""Resolution at which rules are fitted: two hundredths of a degree over a page are a pixel."""
_PIECE_INCHES = 0.22
"""Straight pieces at least this long take part; strokes of characters are shorter."""
_LONG_INCHES = 0.8
"""Pieces joined to at least this much are rules."""
_ENOUGH_INCHES = 6.0
"""Rules of this length together fix the angle; with less the lines of text must."""
_STEEPEST = 0.22
"""Largest slope looked for (12 degrees)."""
_STRAIGHT = 0.0006
"""Slopes smaller than this drift less than a pixel over a line of text."""
_KEYSTONE = 0.006
"""Slopes that change more than this over the page are perspective."""


@dataclass(frozen=True, slots=True)
class Lay:
    """How rows and columns run: slopes at the middle of the page, and their change over the whole of it.

    ``down`` is the slope of columns measured against the vertical (x per y).
    """

    across: float = 0.0
    across_change: float = 0.0
    down: float = 0.0
    down_change: float = 0.0

    @property
    def straight(self) -> bool:
        changes = max(abs(self.across_change), abs(self.down_change))
        return max(abs(self.across), abs(self.down)) < _STRAIGHT and changes < 2 * _STRAIGHT


@dataclass(frozen=True, slots=True)
class _Rule:
    """A fitted rule: where its middle lies, its slope and its length, in pixels."""

    x: float
    y: float
    slope: float
    length: float


def lay_of(values: Pixels, dpi: float) -> Lay:
    """How a page lies, from its rules where it has enough of them, else from its lines of text."""
    import cv2
    import numpy as np

    scale = min(_FIT_DPI / dpi, 1.0)
    size = (round(values.shape[1] * scale), round(values.shape[0] * scale))
    small = np.asarray(cv2.resize(values, size, interpolation=cv2.INTER_AREA), np.uint8)
    dark = dark_marks(small, dpi * scale)
    across = _rules(dark, dpi * scale)
    down = [_Rule(r.y, r.x, r.slope, r.length) for r in _rules(np.ascontiguousarray(dark.T), dpi * scale)]
    height, width = small.shape
    enough = _ENOUGH_INCHES * dpi * scale
    row = _fitted([(r.y / height - 0.5, r.slope, r.length) for r in across], enough)
    if row is None:
        row = (text_slope(dark), 0.0)
    column = _fitted([(r.x / width - 0.5, r.slope, r.length) for r in down], enough / 2)
    if column is None or (abs(column[0] + row[0]) > 0.02 and abs(row[1]) < _KEYSTONE):
        column = (-row[0], 0.0)
    keystone = abs(row[1]) > _KEYSTONE or abs(column[1]) > _KEYSTONE
    return Lay(row[0], row[1] if keystone else 0.0, column[0], column[1] if keystone else 0.0)


def dark_marks(values: Pixels, dpi: float) -> Pixels:
    """Marks darker than what is around them, faint rules included: 255 on 0."""
    import cv2
    import numpy as np

    side = int(dpi * 0.12) | 1
    around = cv2.blur(values, (side, side))
    difference = cv2.subtract(around, values)
    return np.asarray(cv2.threshold(difference, 12, 255, cv2.THRESH_BINARY)[1], np.uint8)


def _rules(dark: Pixels, dpi: float) -> list[_Rule]:
    """Nearly horizontal rules: pieces of thin lines, fitted one by one."""
    import cv2
    import numpy as np

    bridged = cv2.dilate(dark, np.ones((3, 1), np.uint8))  # a slanting line climbs from row to row
    pieces = cv2.morphologyEx(bridged, cv2.MORPH_OPEN, np.ones((1, int(dpi * _PIECE_INCHES)), np.uint8))
    _, labels, stats, centres = cv2.connectedComponentsWithStats(pieces, connectivity=8)
    rules = []
    for label in range(1, len(stats)):
        left, top, wide, high, area = (int(value) for value in stats[label])
        if wide < dpi * _LONG_INCHES or high > max(_STEEPEST * wide, 4):
            continue
        patch = labels[top : top + high, left : left + wide] == label
        thickness = area / wide
        if thickness > 0.06 * dpi + 3:
            continue
        rules.append(_Rule(float(centres[label][0]), float(centres[label][1]), _slope(patch), float(wide)))
    return rules


def _slope(patch: Any) -> float:
    """The slope of a thin mark, from the middle of its columns, by least squares."""
    import numpy as np

    counts = patch.sum(axis=0)
    columns = np.flatnonzero(counts)
    rows = (patch * np.arange(patch.shape[0])[:, None]).sum(axis=0)[columns] / counts[columns]
    return float(np.polyfit(columns, rows, 1)[0]) if len(columns) > 2 else 0.0


def _fitted(rules: Sequence[tuple[float, float, float]], enough: float) -> tuple[float, float] | None:
    """Slope at the middle and change of slope over the page, of (place, slope, length); None for too few.

    Lines of one direction in space meet in one point of a photograph, so their slope changes
    linearly from rule to rule. Rules off the rest by more than half a degree are left out.
    """
    import numpy as np

    if not rules:
        return None
    places, slopes, lengths = np.array(rules, dtype=float).T
    order = np.argsort(slopes)
    middle = slopes[order][np.searchsorted(np.cumsum(lengths[order]), lengths.sum() / 2)]
    expected = np.full_like(slopes, middle)
    tolerance = 0.05
    coefficients = (0.0, float(middle))
    for tolerance in (0.05, 0.015, 0.006):
        kept = np.abs(slopes - expected) < tolerance
        if lengths[kept].sum() < enough:
            return None
        spread = float(np.ptp(places[kept])) if kept.any() else 0.0
        if spread > 0.15 and kept.sum() >= 3:
            coefficients = tuple(np.polyfit(places[kept], slopes[kept], 1, w=np.sqrt(lengths[kept])))
        else:
            coefficients = (0.0, float(np.average(slopes[kept], weights=lengths[kept])))
        expected = coefficients[0] * places + coefficients[1]
    return float(coefficients[1]), float(coefficients[0])


def text_slope(dark: Pixels) -> float:
    """The slope under which the rows of text are told apart best (projection profile, Postl 1986)."""
    import cv2
    import numpy as np

    factor = min(800.0 / max(dark.shape), 1.0)
    small = cv2.resize(dark, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA).astype(np.float32)
    if not small.any():
        return 0.0
    coarse = max(np.arange(-0.1, 0.1001, 0.008), key=lambda slope: _sharpness(small, slope))
    fine = np.arange(coarse - 0.008, coarse + 0.0081, 0.001)
    return float(max(fine, key=lambda slope: _sharpness(small, slope)))


def _sharpness(marks: Any, slope: float) -> float:
    """How much the rows differ in ink when the picture is sheared by ``slope``."""
    import cv2
    import numpy as np

    height, width = marks.shape
    shear = np.array([[1.0, 0.0, 0.0], [-slope, 1.0, slope * width / 2]])
    profile = cv2.warpAffine(marks, shear, (width, height)).sum(axis=1)
    return float(np.square(np.diff(profile)).sum())


def straightening(lay: Lay, width: int, height: int) -> Floats:
    """The homography that brings a picture of this size to one where rows and columns run straight.

    Two rows (top and bottom edge) and two columns (left and right edge) with the slopes of the
    page there meet in four corners, which become those of a rectangle around the same middle.
    """
    import cv2
    import numpy as np

    corners = [_corner(lay, sx, sy, width, height) for sx, sy in ((-1, -1), (1, -1), (1, 1), (-1, 1))]
    source = np.array(corners, dtype=np.float32)
    wide = (np.linalg.norm(source[1] - source[0]) + np.linalg.norm(source[2] - source[3])) / 2
    high = (np.linalg.norm(source[3] - source[0]) + np.linalg.norm(source[2] - source[1])) / 2
    x, y = (width - wide) / 2, (height - high) / 2
    target = np.array([[x, y], [x + wide, y], [x + wide, y + high], [x, y + high]], dtype=np.float32)
    return np.asarray(cv2.getPerspectiveTransform(source, target), np.float64)


def _corner(lay: Lay, sx: int, sy: int, width: int, height: int) -> tuple[float, float]:
    """Where the row along one edge meets the column along another (sides -1 and 1)."""
    across = lay.across + lay.across_change * sy / 2
    down = lay.down + lay.down_change * sx / 2
    # Row: y = edge_y + across * (x - width/2); column: x = edge_x + down * (y - height/2).
    edge_x, edge_y = width * (1 + sx) / 2, height * (1 + sy) / 2
    x = (edge_x + down * (edge_y - across * width / 2 - height / 2)) / (1 - down * across)
    return x, edge_y + across * (x - width / 2)


def contained(homography: Floats, width: int, height: int) -> tuple[Floats, int, int]:
    """The homography moved so that nothing of the picture is cut off, and the size it then needs."""
    import cv2
    import numpy as np

    corners = np.array([[[0, 0], [width, 0], [width, height], [0, height]]], dtype=np.float64)
    moved = cv2.perspectiveTransform(corners, homography)[0]
    low, high = moved.min(axis=0), moved.max(axis=0)
    shift = np.array([[1, 0, -low[0]], [0, 1, -low[1]], [0, 0, 1]], dtype=np.float64)
    size = np.minimum(np.ceil(high - low), [width * 1.5, height * 1.5]).astype(int)
    return shift @ homography, int(size[0]), int(size[1])


def warped(values: Pixels, homography: Floats, width: int, height: int) -> Pixels:
    """The picture seen through a homography, white where there was none."""
    import cv2
    import numpy as np

    return np.asarray(
        cv2.warpPerspective(
            values,
            homography,
            (width, height),
            flags=cv2.INTER_CUBIC,
            borderMode=cv2.BORDER_CONSTANT,
            borderValue=255,
        ),
        np.uint8,
    )


def turned(values: Pixels, turns: int) -> Pixels:
    """The picture turned clockwise by quarters."""
    import numpy as np

    return np.ascontiguousarray(np.rot90(values, -turns))


def stands_on_edge(boxes: Sequence[PixelBox]) -> bool:
    """Whether the lines of text run up or down: most of their length is in boxes higher than wide."""
    wide = sum(x1 - x0 for x0, y0, x1, y1 in boxes if x1 - x0 > 1.5 * (y1 - y0))
    high = sum(y1 - y0 for x0, y0, x1, y1 in boxes if y1 - y0 > 1.5 * (x1 - x0))
    return high > 1.5 * wide


def quarter(turns: int, width: float, height: float) -> Floats:
    """The homography of ``turned`` for a picture of this size."""
    import numpy as np

    table = {
        0: [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
        1: [[0, -1, height], [1, 0, 0], [0, 0, 1]],
        2: [[-1, 0, width], [0, -1, height], [0, 0, 1]],
        3: [[0, 1, 0], [-1, 0, width], [0, 0, 1]],
    }
    return np.array(table[turns % 4], dtype=np.float64)


def as_mapping(homography: Floats) -> Mapping:
    """A homography as plain numbers, scaled so that the last is 1."""
    values = [float(value) for value in (homography / homography[2, 2]).ravel()]
    a, b, c, d, e, f, g, h, i = values
    return a, b, c, d, e, f, g, h, i


def onto_displayed(mapping: Mapping, page: Page) -> Mapping:
    """A mapping that ends in the upright frame of a page, carried on to the page as displayed."""
    import numpy as np

    turn = quarter(page.turn, page.width, page.height)
    return as_mapping(turn @ np.array(mapping).reshape(3, 3))
