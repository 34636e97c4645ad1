"""In the ocr stage: whatever lies over a page — colour, stamps, shadows, specks — is taken off its text."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Pixels = NDArray[np.uint8]
    Mask = NDArray[np.uint8]

WORKING_DPI = 300.0
"""Resolution at which faint and 1-bit pictures are mended."""
_COLOURED = 50
"""A pixel whose red exceeds green and blue by so much is red."""
_REDDISH = 10
"""Red so little above green and blue is still the edge of a stamp."""
_LIGHT_RED = 140
"""Pixels darker than this in the red channel have black ink under the stamp."""
_STAMP_INCHES = 0.6
"""Red larger than this both ways is a stamp; red text is smaller."""
_GROUND_DPI = 40.0
"""Resolution at which light changes over a page are seen; at it text is a few pixels."""
_GROUND_INCHES = 0.35
"""Dark marks smaller than this are text and lines, anything larger is light."""
_SPECK = 3
"""Connected pixels, at the resolution of the scan, that are dirt; a decimal point has more."""
_SPECKS_A_MEGAPIXEL = 400
"""So many specks are noise; fewer may be dots of print."""
_BROKEN_SHARE = 0.02
"""Specks per dark pixel above which strokes are broken."""
_BESIDE_PRINT = 16
"""So many pixels around larger marks, specks may be pieces of print; dirt also lies further off."""
_BILEVEL_SHARE = 0.995


def grey(pixels: Pixels) -> Pixels:
    """Grey values of an RGB picture."""
    import cv2
    import numpy as np

    return np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), np.uint8)


def without_stamps(pixels: Pixels, values: Pixels, dpi: float) -> Pixels:
    """The grey ``values`` of an RGB picture with the red channel put in where a red stamp lies."""
    import cv2
    import numpy as np

    step = max(int(dpi // 75), 1)
    thumb = pixels[::step, ::step].astype(np.int16)
    red = (thumb[:, :, 0] - np.maximum(thumb[:, :, 1], thumb[:, :, 2]) > _COLOURED).astype(np.uint8)
    if not red.any():
        return values
    joined = cv2.morphologyEx(red, cv2.MORPH_CLOSE, np.ones((9, 9), np.uint8))
    least = _STAMP_INCHES * dpi / step
    _, _, stats, _ = cv2.connectedComponentsWithStats(joined, connectivity=8)
    result = values.copy()
    for left, top, wide, high, _ in stats[1:]:
        if wide >= least and high >= least:
            area = np.s_[
                max(top - 4, 0) * step : (top + high + 4) * step,
                max(left - 4, 0) * step : (left + wide + 4) * step,
            ]
            result[area] = np.maximum(result[area], _beneath_red(pixels[area]))
    return result


def _beneath_red(pixels: Pixels) -> Pixels:
    """What a red filter shows of an RGB picture: red ink as white as the paper, black ink black.

    Red ink darkens even the red channel a little; reddish pixels are lightened by as much as the
    ink of the stamp itself is darkened.
    """
    import cv2
    import numpy as np

    smooth = cv2.GaussianBlur(pixels, (0, 0), 1.0).astype(np.int16)  # JPEG halves the resolution of colour
    redness = smooth[:, :, 0] - np.maximum(smooth[:, :, 1], smooth[:, :, 2])
    red = pixels[:, :, 0]
    ink = red[(redness > _COLOURED) & (red > _LIGHT_RED)]
    level = float(np.percentile(ink, 20)) if ink.size else 255.0
    lightened = np.clip(red.astype(np.float32) * (255.0 / level), 0, 255)
    return np.where(redness > _REDDISH, lightened, red).astype(np.uint8)


def is_bilevel(values: Pixels) -> bool:
    """Whether a picture is black and white without greys (a fax)."""
    import numpy as np

    sample = values[::3, ::3]
    return bool(np.mean((sample < 20) | (sample > 235)) >= _BILEVEL_SHARE)


def without_specks(values: Pixels) -> Pixels:
    """Remove salt and pepper: specks of a few pixels, and holes as small.

    A median would eat decimal points. Specks that lie beside larger marks only are what is left of
    strokes: of broken ones, and of thin ones in coarse pictures. They stay.
    """
    import cv2
    import numpy as np

    dark = np.asarray(values < 128, np.uint8)
    window = dark[dark.shape[0] // 4 : dark.shape[0] // 4 * 3, :]
    if _speck_count(window) < _SPECKS_A_MEGAPIXEL * max(window.size / 1e6, 0.1):
        return values
    if not _dirty_paper(dark):
        return values
    result = values.copy()
    for mask, paint in ((dark, 255), (1 - dark, 0)):
        count, labels, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
        small = stats[:, cv2.CC_STAT_AREA] <= _SPECK
        small[0] = False
        if count > 1:
            result[small[labels]] = paint
    return result


def _dirty_paper(dark: Mask) -> bool:
    """Whether there are as many specks where nothing is printed."""
    import cv2
    import numpy as np

    _, labels, stats, _ = cv2.connectedComponentsWithStats(dark, connectivity=8)
    larger = stats[:, cv2.CC_STAT_AREA] > _SPECK
    larger[0] = False
    side = 2 * _BESIDE_PRINT + 1
    near = cv2.dilate(larger[labels].astype(np.uint8), np.ones((side, side), np.uint8))
    paper = np.asarray(near == 0, np.uint8)
    return _speck_count(dark & paper) > _SPECKS_A_MEGAPIXEL * float(paper.sum()) / 1e6


def _speck_count(dark: Mask) -> int:
    import cv2

    _, _, stats, _ = cv2.connectedComponentsWithStats(dark, connectivity=8)
    return int((stats[1:, cv2.CC_STAT_AREA] <= _SPECK).sum())


def even_light(values: Pixels, dpi: float) -> Pixels:
    """Divide by the light that falls on the paper, and stretch so that paper is white and ink dark."""
    import cv2
    import numpy as np

    ground = _ground(values, dpi)
    if float(np.mean(ground >= 250)) > 0.98:
        return values
    level = np.asarray(cv2.divide(values, ground, scale=255), np.uint8)
    ink = int(np.percentile(level[::4, ::4], 0.5))
    if ink < 40:
        return level
    table = np.clip((np.arange(256) - ink * 0.8) * 255.0 / (250.0 - ink * 0.8), 0, 255).astype(np.uint8)
    return np.asarray(cv2.LUT(level, table), np.uint8)


def _ground(values: Pixels, dpi: float) -> Pixels:
    """The paper without what is printed on it: at low resolution, the lightest values around, smoothed."""
    import cv2
    import numpy as np

    scale = _GROUND_DPI / dpi
    size = (max(round(values.shape[1] * scale), 8), max(round(values.shape[0] * scale), 8))
    small = cv2.resize(values, size, interpolation=cv2.INTER_AREA)
    side = int(_GROUND_INCHES * _GROUND_DPI) | 1
    closed = cv2.morphologyEx(
        small, cv2.MORPH_CLOSE, np.ones((side, side), np.uint8), borderType=cv2.BORDER_REPLICATE
    )
    smooth = cv2.GaussianBlur(closed, (0, 0), side / 4)
    ground = cv2.resize(smooth, (values.shape[1], values.shape[0]), interpolation=cv2.INTER_LINEAR)
    return np.asarray(np.maximum(ground, 1), np.uint8)


def resized(values: Pixels, factor: float) -> Pixels:
    """The picture ``factor`` times as large, smooth when it grows."""
    import cv2
    import numpy as np

    if abs(factor - 1.0) < 0.02:
        return values
    how = cv2.INTER_CUBIC if factor > 1 else cv2.INTER_AREA
    size = (max(round(values.shape[1] * factor), 1), max(round(values.shape[0] * factor), 1))
    return np.asarray(cv2.resize(values, size, interpolation=how), np.uint8)


def is_broken(values: Pixels) -> bool:
    """Whether a black and white page has strokes that fell to pieces."""
    import numpy as np

    dark = np.asarray(values < 128, np.uint8)
    return _speck_count(dark) > _BROKEN_SHARE * float(dark.sum())


def mended_strokes(values: Pixels, *, broken: bool) -> Pixels:
    """A black and white picture, brought to 300 dpi, softened; broken strokes thickened until they close."""
    import cv2
    import numpy as np

    side, soft = (3, 1.3) if broken else (1, 0.9)
    thick = cv2.erode(values, np.ones((side, side), np.uint8))
    return np.asarray(cv2.GaussianBlur(thick, (0, 0), soft), np.uint8)


def softer(values: Pixels) -> Pixels:
    """Slightly blurred: the steps of coarse pixels go."""
    import cv2
    import numpy as np

    return np.asarray(cv2.GaussianBlur(values, (0, 0), 1.0 + values.shape[0] / 100), np.uint8)


def sharper(values: Pixels) -> Pixels:
    """Unsharp masking: strokes that ran into each other part."""
    import cv2
    import numpy as np

    blurred = cv2.GaussianBlur(values, (0, 0), 1.5 + values.shape[0] / 60)
    return np.asarray(cv2.addWeighted(values, 1.8, blurred, -0.8, 0), np.uint8)
