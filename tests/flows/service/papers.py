"""Documents to upload: sound ones, a scan with one wrong figure, and a collection of broken ones."""

from __future__ import annotations

import io
import zipfile
from functools import cache

import pymupdf

from tests.corpus import generate
from tests.corpus.raster import CONDITIONS, rasterised
from tests.example import ROOT

SAMPLE = (ROOT / "samples" / "final-accounts-wuhan.pdf").read_bytes()
SCANNED = {"name": "住房改革支出", "printed": "187.67", "exact": "187.76"}
"""The figure that is wrong in the scan."""


@cache
def scan() -> bytes:
    """Two pages as a scanner gives them, the cover and a form in which one figure is misprinted."""
    made = generate(7, family="wuhan", renderer="reportlab", mistakes=1, subjects=8)
    planted = made.truth["planted"][0]
    assert {key: planted[key] for key in SCANNED} == SCANNED
    with pymupdf.open(stream=made.data) as document:
        form = next(page.number for page in document if "公开05表" in page.get_text())
        document.select([0, form])
        return rasterised(document.tobytes(), CONDITIONS["scan150"], 3)


def _encrypted() -> bytes:
    with pymupdf.open() as document:
        document.new_page()
        return document.tobytes(encryption=pymupdf.PDF_ENCRYPT_AES_256, user_pw="secret", owner_pw="owner")


def _zip(*names: str) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return stream.getvalue()


BROKEN: dict[str, tuple[bytes, int]] = {
    "empty.pdf": (b"", 422),
    "blank.txt": (b" \n \n", 422),
    "cut.pdf": (SAMPLE[:3000], 422),
    "only-header.pdf": (b"%PDF-1.7\n%%EOF", 422),
    "noise.pdf": (b"%PDF-1.4\n" + bytes(range(256)) * 40, 422),
    "locked.pdf": (_encrypted(), 422),
    "cut.png": (b"\x89PNG\r\n\x1a\n" + b"\x00" * 40, 422),
    "cut.jpg": (b"\xff\xd8\xff\xe0" + b"\x00" * 40, 422),
    "moving.gif": (b"GIF89a" + b"\x00" * 40, 415),
    "archive.zip": (_zip("a.pdf"), 415),
    "archive.rar": (b"Rar!\x1a\x07\x00" + b"\x00" * 40, 415),
    "program.exe": (b"MZ\x90\x00" + bytes(range(256)), 415),
    "budget.pdf": (b"PK\x05\x06" + b"\x00" * 18, 415),
}
"""Files that are no documents, by the name they come with, and how they are refused."""
