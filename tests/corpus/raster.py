"""Pages as a scanner, a fax or a camera would give them: real PDFs drawn as pictures with controlled damage.

``python -m tests.corpus.raster IN.pdf OUT.pdf --condition jpeg40 --seed 3`` rasterises a whole document.
"""

from __future__ import annotations

import argparse
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Noise:
    """What happens to a page on its way to a file; every kind is off by default.

    ``skew``: largest angle in degrees, drawn per page. ``turn``: quarter turns clockwise. ``blur``: sigma
    in pixels at 200 dpi. ``shade``: share of light lost in the darkest corner. ``grain``: standard
    deviation of grey values. ``specks``: share of pixels turned black or white. ``fade``: how far faint
    rules go towards paper, 0 to 1. ``stamp``: number of red seals over the page. ``keystone``: share
    of the width by which opposite sides differ. ``jpeg``: quality. ``bilevel``: black and white.
    ``break_strokes``: share of the ink pixels of a bilevel page that is lost at its edges.
    """

    dpi: int = 200
    skew: float = 0.0
    turn: int = 0
    blur: float = 0.0
    shade: float = 0.0
    grain: float = 0.0
    specks: float = 0.0
    fade: float = 0.0
    stamp: int = 0
    keystone: float = 0.0
    jpeg: int | None = None
    bilevel: bool = False
    break_strokes: float = 0.0


_SCAN = Noise(skew=1.5, blur=0.7, shade=0.25, grain=4.0, jpeg=50)

CONDITIONS: dict[str, Noise] = {
    "clean200": Noise(),
    "clean300": Noise(dpi=300),
    "scan150": replace(_SCAN, dpi=150, skew=1.0, blur=0.5),
    "scan200": _SCAN,
    "scan300": replace(_SCAN, dpi=300, skew=3.0, jpeg=55),
    "skew3": Noise(skew=3.0, jpeg=75),
    "jpeg40": Noise(jpeg=40, blur=0.5),
    "shaded": Noise(shade=0.45, grain=6.0, jpeg=55),
    "fax200": Noise(bilevel=True, skew=0.6),
    "turned90": Noise(turn=1, skew=0.8, jpeg=60),
    "turned180": Noise(turn=2, skew=0.8, jpeg=60),
    "turned270": Noise(turn=3, skew=0.8, jpeg=60),
    "low105": Noise(dpi=105, skew=0.6, blur=0.5, grain=4.0, jpeg=55),
    "specks": Noise(specks=0.015, skew=0.5),
    "faint": Noise(fade=0.85, skew=0.8, blur=0.5, grain=3.0, jpeg=55),
    "stamped": Noise(stamp=2, skew=0.8, blur=0.5, jpeg=60),
    "broken_fax": Noise(bilevel=True, break_strokes=0.18, skew=0.5),
    "photo": Noise(keystone=0.05, skew=1.0, blur=0.7, shade=0.35, grain=4.0, jpeg=60),
}
"""Named sets of damage: normal ones up to ``turned270``, hard ones from ``low105``."""
HARD = ("low105", "specks", "faint", "stamped", "broken_fax", "photo")


def page_picture(page: Any, noise: Noise, seed: int) -> Pixels:
    """One page (of PyMuPDF) as damaged RGB pixels, the same for the same seed on every machine."""
    import pymupdf

    chance = np.random.default_rng([seed, page.number])
    drawn = page.get_pixmap(dpi=noise.dpi, colorspace=pymupdf.csRGB, alpha=False)
    pixels = np.frombuffer(drawn.samples, np.uint8).reshape(drawn.h, drawn.w, 3).copy()
    if noise.fade:
        pixels = faint_rules(pixels, noise.fade, noise.dpi)
    for _ in range(noise.stamp):
        pixels = stamped(pixels, chance, noise.dpi)
    pixels = laid(pixels, chance, noise)
    return _developed(pixels, chance, noise)


def _developed(pixels: Pixels, chance: np.random.Generator, noise: Noise) -> Pixels:
    import cv2

    values = pixels.astype(np.float32)
    if noise.blur:
        values = cv2.GaussianBlur(values, (0, 0), noise.blur * noise.dpi / 200)
    if noise.shade:
        values *= _light(values.shape[:2], chance, noise.shade)[:, :, None]
    if noise.grain:
        values += chance.normal(0.0, noise.grain, values.shape[:2]).astype(np.float32)[:, :, None]
    result = np.clip(np.rint(values), 0, 255).astype(np.uint8)
    if noise.bilevel:
        result = _black_and_white(result, chance, noise.break_strokes)
    if noise.specks:
        result = _specked(result, chance, noise.specks)
    return np.ascontiguousarray(np.rot90(result, -noise.turn))


def faint_rules(pixels: Pixels, fade: float, dpi: int) -> Pixels:
    """Long straight lines lightened towards paper."""
    import cv2

    dark = (pixels.min(axis=2) < 160).astype(np.uint8)
    length = int(dpi * 0.35)
    across = cv2.morphologyEx(dark, cv2.MORPH_OPEN, np.ones((1, length), np.uint8))
    down = cv2.morphologyEx(dark, cv2.MORPH_OPEN, np.ones((length, 1), np.uint8))
    lines = cv2.dilate(across | down, np.ones((3, 3), np.uint8)) > 0
    result = pixels.astype(np.float32)
    result[lines] += (255.0 - result[lines]) * fade
    return result.astype(np.uint8)


def stamped(pixels: Pixels, chance: np.random.Generator, dpi: int) -> Pixels:
    """A round red seal somewhere over the page, multiplied into it as ink is."""
    import cv2

    height, width = pixels.shape[:2]
    radius = int(dpi * 0.8)
    middle = (int(chance.uniform(0.25, 0.75) * width), int(chance.uniform(0.3, 0.7) * height))
    seal = np.full_like(pixels, 255)
    red = (225, 60, 60)
    cv2.circle(seal, middle, radius, red, max(dpi // 35, 2), cv2.LINE_AA)
    star = [
        (
            middle[0] + radius * (0.35 if i % 2 == 0 else 0.14) * np.sin(np.pi * i / 5),
            middle[1] - radius * (0.35 if i % 2 == 0 else 0.14) * np.cos(np.pi * i / 5),
        )
        for i in range(10)
    ]
    cv2.fillPoly(seal, [np.array(star, np.int32)], red, cv2.LINE_AA)
    return (pixels.astype(np.uint16) * seal // 255).astype(np.uint8)


def laid(pixels: Pixels, chance: np.random.Generator, noise: Noise) -> Pixels:
    """The page turned by a small angle and seen from the side."""
    import cv2

    angle = np.deg2rad(chance.uniform(-noise.skew, noise.skew)) if noise.skew else 0.0
    narrower, lower = (chance.uniform(0.4, 1.0, 2) * noise.keystone) if noise.keystone else (0.0, 0.0)
    if not angle and not narrower and not lower:
        return pixels
    height, width = pixels.shape[:2]
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    seen = corners.copy()
    seen[0] += (narrower * width / 2, lower * height / 4)
    seen[1] += (-narrower * width / 2, 0)
    seen[2] += (0, -lower * height / 4)
    middle = np.array([width / 2, height / 2], np.float32)
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]], np.float32)
    seen = (seen - middle) @ turn + middle
    view = cv2.getPerspectiveTransform(corners, seen.astype(np.float32))
    return np.asarray(
        cv2.warpPerspective(pixels, view, (width, height), flags=cv2.INTER_AREA, borderValue=(255, 255, 255)),
        np.uint8,
    )


def _light(shape: tuple[int, int], chance: np.random.Generator, loss: float) -> NDArray[np.float32]:
    """Light falling off linearly in a random direction, with a soft shadow along one side."""
    rows, columns = np.linspace(-1, 1, shape[0])[:, None], np.linspace(-1, 1, shape[1])[None, :]
    direction = chance.uniform(0, 2 * np.pi)
    slope = (np.cos(direction) * columns + np.sin(direction) * rows) / 2 + 0.5
    return np.asarray(1.0 - loss * np.clip(slope, 0, 1), np.float32)


def _black_and_white(pixels: Pixels, chance: np.random.Generator, lost: float) -> Pixels:
    import cv2

    values = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)
    dark = values < 150
    if lost:
        edge = dark & ~(cv2.erode(dark.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0)
        dark &= ~(edge & (chance.random(dark.shape) < lost * 2))
    return np.repeat(np.where(dark, 0, 255).astype(np.uint8)[:, :, None], 3, axis=2)


def _specked(pixels: Pixels, chance: np.random.Generator, share: float) -> Pixels:
    draw = chance.random(pixels.shape[:2])
    result = pixels.copy()
    result[draw < share / 2] = 0
    result[draw > 1 - share / 2] = 255
    return result


def encoded(pixels: Pixels, noise: Noise) -> bytes:
    """The picture as a file: JPEG where the noise names a quality, 1-bit PNG for faxes, else PNG."""
    from PIL import Image

    image = Image.fromarray(pixels)
    stream = io.BytesIO()
    if noise.jpeg:
        image.save(stream, "JPEG", quality=noise.jpeg, dpi=(noise.dpi, noise.dpi))
    elif noise.bilevel:
        image.convert("1", dither=Image.Dither.NONE).save(stream, "PNG", dpi=(noise.dpi, noise.dpi))
    else:
        image.save(stream, "PNG", dpi=(noise.dpi, noise.dpi))
    return stream.getvalue()


def rasterised(data: bytes, noise: Noise, seed: int, pages: Sequence[int] | None = None) -> bytes:
    """A PDF as a scanner makes it: every page (counted from 0) one picture."""
    import pymupdf

    with pymupdf.open(stream=data, filetype="pdf") as source, pymupdf.open() as scan:
        for number in pages if pages is not None else range(source.page_count):
            picture = page_picture(source[number], noise, seed)
            height, width = picture.shape[:2]
            page = scan.new_page(width=width * 72 / noise.dpi, height=height * 72 / noise.dpi)
            page.insert_image(page.rect, stream=encoded(picture, noise))
        return bytes(scan.tobytes(no_new_id=True))


def picture_tables(data: bytes, noise: Noise, seed: int) -> bytes:
    """The same document with its ruled tables pasted in as pictures, the text around them left digital."""
    import pymupdf

    with pymupdf.open(stream=data, filetype="pdf") as document:
        for page in document:
            boxes = list(_table_boxes(page))
            for box in boxes:
                part = _clipping(page, box, noise, seed)
                page.add_redact_annot(box)
                page.apply_redactions(graphics=pymupdf.PDF_REDACT_LINE_ART_REMOVE_IF_TOUCHED)
                page.insert_image(box, stream=encoded(part, noise))
        return bytes(document.tobytes(no_new_id=True))


def _clipping(page: Any, box: Any, noise: Noise, seed: int) -> Pixels:
    import pymupdf

    drawn = page.get_pixmap(dpi=noise.dpi, clip=box, colorspace=pymupdf.csRGB, alpha=False)
    pixels = np.frombuffer(drawn.samples, np.uint8).reshape(drawn.h, drawn.w, 3).copy()
    return _developed(pixels, np.random.default_rng([seed, page.number]), replace(noise, turn=0))


def _table_boxes(page: Any) -> Iterator[Any]:
    """Boxes around what rules draw together."""
    import pymupdf

    if page.rotation:
        return
    joined: list[Any] = []
    for drawing in page.get_drawings():
        box = drawing["rect"] + (-2, -2, 2, 2)
        for other in [other for other in joined if other.intersects(box)]:
            joined.remove(other)
            box |= other
        joined.append(pymupdf.Rect(box))
    whole = page.rect
    yield from (box & whole for box in joined if box.width > 200 and box.height > 60)


def main() -> None:
    """Rasterise a file given on the command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.corpus.raster", description=__doc__)
    parser.add_argument("source", type=Path)
    parser.add_argument("target", type=Path)
    parser.add_argument("--condition", choices=sorted(CONDITIONS), default="scan200")
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    args.target.write_bytes(rasterised(args.source.read_bytes(), CONDITIONS[args.condition], args.seed))


if __name__ == "__main__":
    main()
