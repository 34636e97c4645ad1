"""In the ocr stage: one picture becomes words and rulings, placed as on a page with a text layer."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from extract.ocr import light, skew
from extract.ocr.engine import Engine, Line, PixelBox, Recognised
from extract.ocr.rules import Rules, find_rules
from extract.reading.pages import Mapping, Ruling, Word
from extract.reading.picture import Picture

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Pixels = NDArray[np.uint8]
    Floats = NDArray[np.float64]

_POINTS = 72.0
_READABLE_DPI = 150.0
"""Coarser pictures are enlarged to this: the engine finds more in them."""
_FINEST_DPI = 300.0
"""Finer pictures are reduced to this: nothing is gained above."""
_UPRIGHT = 0.95
"""Upright text scores above this on the median line; where it does not, both ways up are tried."""
_BETTER = 0.1
"""Read the right way up, the median line scores higher by more than this."""
_SAMPLE = 8
"""So many lines tell which way up a page is."""
_SIZE_OF_BOX = 0.72
"""Font size as a share of the height of the box the engine draws around a line."""
_SAME_INK = 0.6
"""A box of which another covers this share shows nothing of its own."""
_ADJACENT = 0.2
"""Ink nearer to the end of a line than this share of its height belongs to it."""
_NEVER_FIRST = "、。，；"
"""Marks that end a phrase or an ordinal (一、) and begin no line."""
_LOST_STROKE = re.compile(r"(?<!一)般(?=公共|行政|性)")
_BLURRED = re.compile(r"(?<=一)股(?=公共|行政|性)|(?<!一)股(?=公共)")
"""What low resolution makes of 般 in the words a budget uses it in."""
_TENS_OF_THOUSANDS = re.compile(r"(?:(?<=\d)|^)[方刀](?=以[上下])")
"""What it makes of 万 in the limits of purchases (20万以下), which may begin a line."""
_SPACED_FIGURE = re.compile(r"-?\d{1,3}(?: ?, ?\d{3})*(?: ?\. ?\d+)?")
_GAP = 1.3
"""A gap between characters wider than this many text sizes ends a word."""
_SURE = 0.7
"""A line whose least certain character scores below this is worth another look."""
_SUREST = 0.9999
"""Nothing read from pixels is as certain as a text layer, which counts as 1."""
_INK = 60
"""Ink is darker than paper by at least this."""
_BLANK = 0.0002
"""Less ink than this share of the page is dust."""
_LEAST_SCORE = 0.3
"""Lines less certain than this are dirt or pictures, not text."""


@dataclass(frozen=True, slots=True)
class PictureReading:
    """What a picture says: words and rulings in points of its upright, straightened frame.

    ``mapping`` goes from that frame to the picture as given, in points from its top left corner.
    """

    width: float
    height: float
    words: tuple[Word, ...]
    rulings: tuple[Ruling, ...]
    mapping: Mapping
    turn: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Sheet:
    """A picture made ready: grey, evenly lit, straight; ``homography`` leads from the given pixels to it."""

    values: Pixels
    dpi: float
    homography: Floats


def has_ink(picture: Picture) -> bool:
    """Whether anything is printed at all: blank pages need no engine."""
    import numpy as np

    sample = picture.pixels[::2, ::2].min(axis=2)
    paper = float(np.percentile(sample, 75))
    return float(np.mean(sample < paper - _INK)) > _BLANK


def read_picture(picture: Picture, engine: Engine) -> PictureReading:
    """Recognise a picture of a page or of a part of one. Raises ``RecognitionFailed``."""
    sheet = straightened(made_even(picture))
    boxes = engine.find(sheet.values)
    turns = 0
    if skew.stands_on_edge(boxes):
        sheet, turns = _turned(sheet, 1), 1
        boxes = engine.find(sheet.values)
    rules = find_rules(sheet.values, sheet.dpi)
    lines = _read_lines(sheet, boxes, rules, engine)
    if _upside_down(sheet, lines, engine):
        sheet, turns = _turned(sheet, 2), turns + 2
        rules = find_rules(sheet.values, sheet.dpi)
        lines = _read_lines(sheet, engine.find(sheet.values), rules, engine)
    lines = _with_missed(sheet, lines, rules, engine)
    return _placed(picture, sheet, lines, rules, turns)


def made_even(picture: Picture) -> Sheet:
    """Grey, without stamps, specks and shadows, at a resolution the engine likes."""
    import numpy as np

    values = light.without_stamps(picture.pixels, light.grey(picture.pixels), picture.dpi)
    bilevel = light.is_bilevel(values)
    values = light.without_specks(values)
    broken = bilevel and light.is_broken(values)
    if not bilevel:
        values = light.even_light(values, picture.dpi)
    wanted = light.WORKING_DPI if bilevel else min(max(picture.dpi, _READABLE_DPI), _FINEST_DPI)
    factor = wanted / picture.dpi
    values = light.resized(values, factor)
    if bilevel and picture.dpi < _FINEST_DPI:
        values = light.mended_strokes(values, broken=broken)
    return Sheet(values, picture.dpi * factor, np.diag([factor, factor, 1.0]))


def straightened(sheet: Sheet) -> Sheet:
    """The sheet as if it had lain straight, seen from above."""
    lay = skew.lay_of(sheet.values, sheet.dpi)
    if lay.straight:
        return sheet
    height, width = sheet.values.shape
    homography = skew.straightening(lay, width, height)
    homography, new_width, new_height = skew.contained(homography, width, height)
    values = skew.warped(sheet.values, homography, new_width, new_height)
    return Sheet(values, sheet.dpi, homography @ sheet.homography)


def _turned(sheet: Sheet, turns: int) -> Sheet:
    height, width = sheet.values.shape
    turn = skew.quarter(turns, width, height)
    return replace(sheet, values=skew.turned(sheet.values, turns), homography=turn @ sheet.homography)


def _read_lines(sheet: Sheet, boxes: Sequence[PixelBox], rules: Rules, engine: Engine) -> list[Recognised]:
    """Read what is found, cut where rules run through it: a ruling is no character of a cell."""
    pieces = distinct([piece for box in boxes for piece in cut_at_rules(box, rules, sheet.dpi)])
    crops = [sheet.values[y0:y1, x0:x1] for x0, y0, x1, y1 in pieces]
    lines = _surer(crops, engine.read(crops), engine)
    found = [Recognised(_tidied(line), box) for line, box in zip(lines, pieces, strict=True)]
    return [each for each in found if each.line.text.strip()]


def _with_thinnest(line: Line) -> Line:
    """A line with 一般 where only 般 was read, or 股 for it: faxes lose a single stroke, blur fills gaps."""
    line = replace(line, text=_TENS_OF_THOUSANDS.sub("万", _BLURRED.sub("般", line.text)))
    lost = _LOST_STROKE.search(line.text)
    if lost is None:
        return line
    at = lost.start()
    text, places = line.text[:at] + "一" + line.text[at:], line.places
    return replace(line, text=text, places=(*places[:at], places[at], *places[at:]))


def distinct(boxes: Sequence[PixelBox]) -> list[PixelBox]:
    """The boxes without those that lie in a larger one for the most part: ink is read once."""
    larger = sorted(boxes, key=_area, reverse=True)
    kept: list[PixelBox] = []
    for box in larger:
        if not any(_repeats(box, other) for other in kept):
            kept.append(box)
    return [box for box in boxes if box in kept]


def _repeats(box: PixelBox, other: PixelBox) -> bool:
    """Whether another box covers this one; one over two lines is no reading of either."""
    alike = other[3] - other[1] < 1.6 * (box[3] - box[1])
    return alike and _shared(box, other) >= _SAME_INK * _area(box)


def _area(box: PixelBox) -> int:
    return max(box[2] - box[0], 0) * max(box[3] - box[1], 0)


def _shared(box: PixelBox, other: PixelBox) -> int:
    return _area((max(box[0], other[0]), max(box[1], other[1]), min(box[2], other[2]), min(box[3], other[3])))


def _tidied(line: Line) -> Line:
    """A line as it can have been printed.

    It does not begin with the mark behind an ordinal: what stood before, a lone 一, was not read.
    Blanks around the separators of a figure are the wide places of its font.
    """
    line = _with_thinnest(line)
    first = len(line.text) - len(line.text.lstrip(_NEVER_FIRST))
    kept = list(range(first, len(line.text)))
    if _SPACED_FIGURE.fullmatch(line.text):
        kept = [place for place in kept if not line.text[place].isspace()]
    if not kept or len(kept) == len(line.text):
        return line
    text = "".join(line.text[place] for place in kept)
    return replace(line, text=text, places=tuple(line.places[place] for place in kept))


def _surer(crops: Sequence[Pixels], lines: Sequence[Line], engine: Engine) -> list[Line]:
    """Lines with an uncertain character are read again, softer and sharper; the surest reading stays."""
    best = list(lines)
    unsure = [index for index, line in enumerate(lines) if line.weakest < _SURE and crops[index].size]
    for change in (light.softer, light.sharper):
        again = engine.read([change(crops[index]) for index in unsure])
        for index, line in zip(unsure, again, strict=True):
            if line.weakest > best[index].weakest:
                best[index] = line
    return best


def cut_at_rules(box: PixelBox, rules: Rules, dpi: float) -> list[PixelBox]:
    """The parts of a box between the rules that cross it, with the rules themselves left out."""
    x0, y0, x1, y1 = box
    margin = max(round(0.012 * dpi), 1)
    top, bottom = _between_rows(box, rules, margin)
    cuts = rules.crossings(box)
    edges = [x0, *(side for place in cuts for side in (round(place) - margin, round(place) + margin)), x1]
    parts = list(zip(edges[::2], edges[1::2], strict=True))
    least = 0.3 * (y1 - y0)
    return [(max(a, x0), top, min(b, x1), bottom) for a, b in parts if b - a >= least] or [box]


def _between_rows(box: PixelBox, rules: Rules, margin: int) -> tuple[int, int]:
    """Top and bottom of a box, moved in where a horizontal rule runs along its upper or lower quarter."""
    x0, y0, x1, y1 = box
    near = [r.place for r in rules.horizontals if r.start < (x0 + x1) / 2 < r.end]
    quarter = (y1 - y0) / 4
    above = [round(place) + margin for place in near if y0 <= place < y0 + quarter]
    below = [round(place) - margin for place in near if y1 - quarter < place <= y1]
    return max(above, default=y0), min(below, default=y1)


def _upside_down(sheet: Sheet, lines: Sequence[Recognised], engine: Engine) -> bool:
    """Whether a page that reads badly reads better turned round."""
    longest = sorted(lines, key=lambda line: line.box[0] - line.box[2])[:_SAMPLE]
    if not longest or _median([line.line.score for line in longest]) > _UPRIGHT:
        return False
    crops = [sheet.values[y0:y1, x0:x1] for x0, y0, x1, y1 in (line.box for line in longest)]
    turned = engine.read([skew.turned(crop, 2) for crop in crops])
    return _median([line.score for line in turned]) > _median([line.line.score for line in longest]) + _BETTER


def _median(values: Sequence[float]) -> float:
    return sorted(values)[len(values) // 2] if values else 0.0


def _with_missed(sheet: Sheet, lines: Sequence[Recognised], rules: Rules, engine: Engine) -> list[Recognised]:
    """The lines with what the engine overlooked: lone characters, and ends of lines its boxes cut off."""
    grown: dict[int, PixelBox] = {}
    lone: list[PixelBox] = []
    for box in missed(sheet, lines, rules):
        beside = next((index for index, line in enumerate(lines) if _goes_on(line.box, box)), None)
        if beside is None:
            lone.append(_padded(box, sheet))
        else:
            grown[beside] = _around(grown.get(beside, lines[beside].box), box)
    result = [line for index, line in enumerate(lines) if index not in grown]
    for index, box in grown.items():
        result += _read_lines(sheet, [box], rules, engine) or [lines[index]]
    return result + _read_lines(sheet, lone, rules, engine)


def missed(sheet: Sheet, lines: Sequence[Recognised], rules: Rules) -> list[PixelBox]:
    """Boxes around ink as high as text that no line covers."""
    import cv2
    import numpy as np

    if not lines:
        return []
    height = _median([line.box[3] - line.box[1] for line in lines])
    ink = np.asarray(sheet.values < 140, np.uint8)
    for x0, y0, x1, y1 in (line.box for line in lines):
        ink[y0:y1, x0:x1] = 0
    _erase_rules(ink, rules, sheet.dpi)
    joined = cv2.morphologyEx(ink, cv2.MORPH_CLOSE, np.ones((3, max(int(height * 0.35), 3)), np.uint8))
    _, _, stats, _ = cv2.connectedComponentsWithStats(joined, connectivity=8)
    return [
        (left, top, left + wide, top + high)
        for left, top, wide, high, area in stats[1:].tolist()
        if 0.3 * height <= high <= 1.2 * height and 0.12 * height <= wide and area > 0.02 * height**2
    ]


def _goes_on(line: PixelBox, box: PixelBox) -> bool:
    """Whether a box stands in a line, right at one of its ends."""
    height = line[3] - line[1]
    gap = max(line[0] - box[2], box[0] - line[2])
    within = min(line[3], box[3]) - max(line[1], box[1])
    return gap < _ADJACENT * height and within > 0.7 * (box[3] - box[1])


def _padded(box: PixelBox, sheet: Sheet) -> PixelBox:
    pad = int(0.2 * (box[3] - box[1]))
    height, width = sheet.values.shape
    return max(box[0] - pad, 0), max(box[1] - pad, 0), min(box[2] + pad, width), min(box[3] + pad, height)


def _around(box: PixelBox, other: PixelBox) -> PixelBox:
    return min(box[0], other[0]), min(box[1], other[1]), max(box[2], other[2]), max(box[3], other[3])


def _erase_rules(ink: Pixels, rules: Rules, dpi: float) -> None:
    half = max(round(0.015 * dpi), 2)
    for rule in rules.horizontals:
        ink[
            max(round(rule.place) - half, 0) : round(rule.place) + half + 1,
            round(rule.start) : round(rule.end),
        ] = 0
    for rule in rules.verticals:
        ink[
            round(rule.start) : round(rule.end),
            max(round(rule.place) - half, 0) : round(rule.place) + half + 1,
        ] = 0


def _placed(
    picture: Picture, sheet: Sheet, lines: Sequence[Recognised], rules: Rules, turns: int
) -> PictureReading:
    import numpy as np

    scale = _POINTS / sheet.dpi
    height, width = sheet.values.shape
    sizes = _sizes(lines)
    words = [
        word
        for found, size in zip(lines, sizes, strict=True)
        if found.line.score >= _LEAST_SCORE
        for word in _words(found, size, scale)
    ]
    to_points = np.diag([_POINTS / picture.dpi, _POINTS / picture.dpi, 1.0])
    back = to_points @ np.linalg.inv(sheet.homography) @ np.diag([1 / scale, 1 / scale, 1.0])
    return PictureReading(
        width * scale, height * scale, tuple(words), _rulings(rules, scale), skew.as_mapping(back), turns % 4
    )


def _sizes(lines: Sequence[Recognised]) -> list[float]:
    """Font sizes in pixels: heights of boxes of a few pixels' difference are one size."""
    heights = [found.box[3] - found.box[1] for found in lines]
    result = []
    for height in heights:
        alike = sorted(other for other in heights if abs(other - height) <= 0.12 * height)
        result.append(alike[len(alike) // 2] * _SIZE_OF_BOX)
    return result


def _words(found: Recognised, size: float, scale: float) -> Iterator[Word]:
    """The words of a line: cut at blanks and wide gaps, placed by where its characters stand."""
    x0, y0, x1, y1 = found.box
    for start, end in _runs(found.line, x1 - x0, size):
        text = found.line.text[start:end]
        left, right = _extent(found.line, start, end, x1 - x0)
        yield Word(
            text,
            (x0 + left) * scale,
            y0 * scale,
            (x0 + right) * scale,
            y1 * scale,
            round(size * scale, 2),
            min(found.line.weakest, _SUREST),
        )


def _runs(line: Line, width: float, size: float) -> Iterator[tuple[int, int]]:
    """Ranges of characters without blank or wide gap between them."""
    start = None
    for index, char in enumerate(line.text):
        if char.isspace():
            if start is not None:
                yield start, index
            start = None
            continue
        if start is not None and _parted(line, index, width, size):
            yield start, index
            start = index
        elif start is None:
            start = index
    if start is not None:
        yield start, len(line.text)


def _parted(line: Line, index: int, width: float, size: float) -> bool:
    apart = (line.places[index] - line.places[index - 1]) * width
    own = (_advance(line.text[index]) + _advance(line.text[index - 1])) / 2 * size
    return apart - own > _GAP * size


def _advance(char: str) -> float:
    """The width of a character as a share of the font size."""
    return 0.5 if char.isascii() else 1.0


def _extent(line: Line, start: int, end: int, width: float) -> tuple[float, float]:
    """Left and right of a run within its line: the box's own where the run reaches its ends."""
    left = 0.0 if start == 0 else (line.places[start - 1] + line.places[start]) / 2 * width
    right = width if end == len(line.text) else (line.places[end - 1] + line.places[end]) / 2 * width
    return left, right


def _rulings(rules: Rules, scale: float) -> tuple[Ruling, ...]:
    across = [
        Ruling(r.start * scale, r.place * scale, r.end * scale, r.place * scale) for r in rules.horizontals
    ]
    down = [Ruling(r.place * scale, r.start * scale, r.place * scale, r.end * scale) for r in rules.verticals]
    return (*across, *down)
