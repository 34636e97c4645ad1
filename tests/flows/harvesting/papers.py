"""Tiny files of every format in which disclosures are published, each with bytes of its own."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable

RAR = bytes.fromhex("526172211a0700cf907300000d00000000000000c43d7b00400700")
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010800000000"
    "3a7e9b550000000a49444154789c63600000000200014898ad0d0000000049454e44ae426082"
)


def pdf(number: int) -> bytes:
    body = (
        b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
        b"2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
        b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]>>endobj\n"
    )
    return body + b"trailer<</Root 1 0 R>>\n% " + str(number).encode() + b"\n%%EOF\n"


def packed(*names: str) -> Callable[[int], bytes]:
    def make(number: int) -> bytes:
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w") as archive:
            for name in (*names, f"{number}.txt"):
                archive.writestr(zipfile.ZipInfo(name), f"{name} {number}")
        return stream.getvalue()

    return make


def ole(stream: str) -> Callable[[int], bytes]:
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + stream.encode("utf-16-le")
    return lambda number: head + b"%d" % number


def page(number: int) -> bytes:
    rows = "".join(f"<tr><td>{2010101 + row}</td><td>{number}.{row}0</td></tr>" for row in range(4))
    return (
        f"<html><head><meta charset=utf-8><title>决算 {number}</title></head>"
        f"<body><table>{rows}</table></body></html>"
    ).encode()


FORMATS: dict[str, tuple[Callable[[int], bytes], str]] = {
    ".pdf": (pdf, "application/pdf"),
    ".docx": (packed("word/document.xml"), "application/octet-stream"),
    ".xlsx": (packed("xl/workbook.xml"), "application/octet-stream"),
    ".doc": (ole("WordDocument"), "application/msword"),
    ".xls": (ole("Workbook"), "application/vnd.ms-excel"),
    ".zip": (packed(), "application/zip"),
    ".rar": (lambda number: RAR + b"%d" % number, "application/x-rar-compressed"),
    ".ofd": (packed("OFD.xml"), "application/octet-stream"),
    ".png": (lambda number: PNG + b"%d" % number, "image/png"),
}
"""How to make a file of a format from a number, and the media type a server says it has."""
