"""Ways in which a disclosure arrives without its text: scans, pasted pictures, text layers that lie.

Every way is one entry of ``ARRIVALS``: a function from the bytes of a digital PDF and a seed to the
bytes of the file that arrives.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import cycle
from typing import Any

import numpy as np

from tests.corpus.raster import CONDITIONS, HARD, Noise, encoded, page_picture, picture_tables, rasterised

Making = Callable[[bytes, int], bytes]


@dataclass(frozen=True, slots=True)
class Arrival:
    """One way: how the file is made, its suffix, and whether it counts among the hard ones."""

    make: Making
    suffix: str = ".pdf"
    hard: bool = False


def _scan(noise: Noise) -> Making:
    return lambda data, seed: rasterised(data, noise, seed)


def _picture_tables(data: bytes, seed: int) -> bytes:
    return picture_tables(data, replace(CONDITIONS["scan200"], skew=0.0, shade=0.0), seed)


def mixed(data: bytes, seed: int) -> bytes:
    """Every other page scanned, the others left digital."""
    import pymupdf

    with pymupdf.open(stream=data, filetype="pdf") as source, pymupdf.open() as result:
        for number in range(source.page_count):
            if number % 2:
                page = rasterised(data, CONDITIONS["scan200"], seed, [number])
                with pymupdf.open(stream=page, filetype="pdf") as scan:
                    result.insert_pdf(scan)
            else:
                result.insert_pdf(source, from_page=number, to_page=number)
        return bytes(result.tobytes(no_new_id=True))


def assorted(names: Sequence[str]) -> Making:
    """Every page scanned in another way, the ways in an order drawn from the seed."""

    def make(data: bytes, seed: int) -> bytes:
        import pymupdf

        chance = np.random.default_rng(seed)
        ways = cycle(name for _ in range(_ROUNDS) for name in chance.permutation(names).tolist())
        with pymupdf.open(stream=data, filetype="pdf") as source, pymupdf.open() as result:
            for number, way in zip(range(source.page_count), ways, strict=False):
                page = rasterised(data, CONDITIONS[way], seed, [number])
                with pymupdf.open(stream=page, filetype="pdf") as scan:
                    result.insert_pdf(scan)
            return bytes(result.tobytes(no_new_id=True))

    return make


_ROUNDS = 10
"""So often the order of the ways is drawn anew."""


def misread_layer(*, under: bool) -> Making:
    """A scan with the text of a poor recogniser: visible ``under`` the picture, or invisible over it."""

    def make(data: bytes, seed: int) -> bytes:
        import pymupdf

        chance = np.random.default_rng(seed)
        noise = replace(CONDITIONS["scan200"], skew=0.0)
        with pymupdf.open(stream=data, filetype="pdf") as source, pymupdf.open() as scan:
            for page in source:
                picture = encoded(page_picture(page, noise, seed), noise)
                sheet = scan.new_page(width=page.rect.width, height=page.rect.height)
                if under:
                    _write_misread(page, sheet, chance, mode=0)
                sheet.insert_image(sheet.rect, stream=picture)
                if not under:
                    _write_misread(page, sheet, chance, mode=3)
            return bytes(scan.tobytes(no_new_id=True))

    return make


_MISREAD = str.maketrans("0135689", "O7886B4")
_MISREAD_SHARE = 0.15


def _write_misread(page: Any, sheet: Any, chance: np.random.Generator, *, mode: int) -> None:
    import pymupdf

    for *box, text, _, _, _ in page.get_text("words"):
        place = pymupdf.Rect(box) * page.rotation_matrix
        signs = [c.translate(_MISREAD) if chance.random() < _MISREAD_SHARE else c for c in text]
        size = max(place.height * 0.7, 4)
        sheet.insert_text(
            place.bl - (0, 2), "".join(signs), fontname="china-s", fontsize=size, render_mode=mode
        )


def wrong_code_table(data: bytes, seed: int) -> bytes:
    """The same pages, but the code tables of the fonts (ToUnicode) name other characters than are shown."""
    import pymupdf

    del seed
    with pymupdf.open(stream=data, filetype="pdf") as document:
        for xref in range(1, document.xref_length()):
            kind, value = document.xref_get_key(xref, "ToUnicode")
            if kind == "xref":
                table = int(value.split()[0])
                stream = document.xref_stream(table)
                if stream is not None and b"%shifted" not in stream:
                    document.update_stream(table, _shifted(stream) + b"\n%shifted")
        return bytes(document.tobytes(no_new_id=True))


def _shifted(table: bytes) -> bytes:
    """A CMap whose targets are moved to rare characters."""
    return re.sub(
        rb"(<[0-9A-Fa-f]{2,4}>\s*(?:<[0-9A-Fa-f]{2,4}>\s*)?)<([0-9A-Fa-f]{4})>(?=\s*[\r\n])",
        lambda found: found[1] + b"<%04X>" % (0x3400 + int(found[2], 16) % 0x1900),
        table,
    )


def pictures(kind: str, noise: Noise) -> Making:
    """All pages as one picture file: a TIFF of many pages, else the first page with a table alone."""

    def make(data: bytes, seed: int) -> bytes:
        import pymupdf
        from PIL import Image

        with pymupdf.open(stream=data, filetype="pdf") as source:
            numbers = range(source.page_count) if kind == "TIFF" else [source.page_count - 1]
            images = [Image.fromarray(page_picture(source[number], noise, seed)) for number in numbers]
        stream = io.BytesIO()
        several = {"save_all": True, "append_images": images[1:], "compression": "tiff_lzw"}
        quality = {"quality": noise.jpeg} if noise.jpeg else {}
        options = several if kind == "TIFF" else quality
        images[0].save(stream, kind, dpi=(noise.dpi, noise.dpi), **options)
        return stream.getvalue()

    return make


ARRIVALS: dict[str, Arrival] = {
    **{name: Arrival(_scan(noise), hard=name in HARD) for name, noise in CONDITIONS.items()},
    "picture_tables": Arrival(_picture_tables),
    "mixed": Arrival(mixed),
    "assorted": Arrival(assorted([name for name in CONDITIONS if name not in HARD])),
    "assorted_hard": Arrival(assorted(HARD), hard=True),
    "hidden_layer": Arrival(misread_layer(under=False)),
    "layer_below": Arrival(misread_layer(under=True)),
    "code_table": Arrival(wrong_code_table),
    "tiff": Arrival(pictures("TIFF", CONDITIONS["scan200"]), ".tif"),
    "png": Arrival(pictures("PNG", CONDITIONS["clean200"]), ".png"),
    "jpeg": Arrival(pictures("JPEG", CONDITIONS["scan200"]), ".jpg"),
}
