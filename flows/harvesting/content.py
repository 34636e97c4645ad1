"""What the bytes of an answer are, told by themselves: a page to look through or a document to keep."""

from __future__ import annotations

import re
import zipfile
from io import BytesIO

from flows.harvesting.addresses import readable

_SIGNATURES = (
    (b"%PDF-", ".pdf"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", ".ole"),
    (b"Rar!\x1a\x07", ".rar"),
    (b"7z\xbc\xaf\x27\x1c", ".7z"),
    (b"\x89PNG\r\n", ".png"),
    (b"\xff\xd8\xff", ".jpg"),
    (b"II*\x00", ".tif"),
    (b"MM\x00*", ".tif"),
    (b"GIF8", ".gif"),
    (b"BM", ".bmp"),
    (b"{\\rtf", ".rtf"),
)
_PACKED = (("word/", ".docx"), ("xl/", ".xlsx"), ("OFD.xml", ".ofd"), ("ppt/", ".pptx"))
_OLE_STREAMS = ((".xls", "Workbook".encode("utf-16-le")), (".doc", "WordDocument".encode("utf-16-le")))
_PDF_WITHIN = 1024
"""Bytes within which %PDF- has to stand, as readers of PDFs have it."""
_MARKUP = re.compile(
    rb"\s*(?:<!--.*?-->\s*)*<(?:!doctype|html|head|body|meta|\?xml|div|table|script|recordset|p\b|ul|ol)",
    re.IGNORECASE | re.DOTALL,
)
_SPREADSHEET_XML = re.compile(rb"urn:schemas-microsoft-com:office:(?:excel|spreadsheet)")
DOCUMENT_NAME = re.compile(
    r"\.(pdf|docx?|xlsx?|wps|et|rtf|ofd|zip|rar|7z|tiff?)(?=$|[\s?#&)）\"'])", re.IGNORECASE
)
PICTURE_NAME = re.compile(r"\.(png|jpe?g|bmp|tiff?)(?=$|[?#])", re.IGNORECASE)
_TEXT_NAMES = frozenset({".txt", ".csv", ".md"})


def suffix_of(body: bytes, name: str = "", media_type: str = "") -> str:
    """The suffix that fits the bytes: ``.pdf``, ``.docx``, ``.html``, ``.json`` …; ``.bin`` if none does."""
    by_signature = next((suffix for mark, suffix in _SIGNATURES if body.startswith(mark)), None)
    if by_signature == ".ole":
        return _ole_suffix(body, name)
    if by_signature:
        return by_signature
    if body.startswith(b"PK\x03\x04"):
        return _zip_suffix(body)
    if b"%PDF-" in body[:_PDF_WITHIN]:
        return ".pdf"
    return _text_suffix(body, name, media_type)


def _ole_suffix(body: bytes, name: str) -> str:
    """Old Office files: by the streams they hold, else by name."""
    by_stream = next((suffix for suffix, stream in _OLE_STREAMS if stream in body), None)
    return by_stream or (".xls" if name.lower().endswith((".xls", ".et")) else ".doc")


def _zip_suffix(body: bytes) -> str:
    try:
        with zipfile.ZipFile(BytesIO(body)) as packed:
            names = packed.namelist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        return ".zip"
    return next((suffix for mark, suffix in _PACKED if any(name.startswith(mark) for name in names)), ".zip")


def _text_suffix(body: bytes, name: str, media_type: str) -> str:
    head = body[:4096].lstrip(b"\xef\xbb\xbf").lstrip()
    if head[:1] in {b"{", b"["} or re.match(rb"[\w.$]{1,60}\(\s*[{\[]", head):
        return ".json"
    if _MARKUP.match(head) or media_type in {
        "text/html",
        "application/xhtml+xml",
        "text/xml",
        "application/xml",
    }:
        return ".html"
    by_name = next((suffix for suffix in _TEXT_NAMES if name.lower().endswith(suffix)), None)
    return by_name or (".txt" if media_type == "text/plain" and b"\0" not in head else ".bin")


def is_page(body: bytes, name: str = "", media_type: str = "") -> bool:
    """Whether an answer is a page to look through; tables that Office saved as HTML are documents."""
    if suffix_of(body, name, media_type) != ".html":
        return False
    return not (_SPREADSHEET_XML.search(body[:4096]) and DOCUMENT_NAME.search(name))


def published_name(disposition: str) -> str | None:
    """The file name of a Content-Disposition header, in whichever of its spellings; None without one."""
    extended = re.search(r"filename\*\s*=\s*[\w-]*'[\w-]*'([^;]+)", disposition, re.IGNORECASE)
    if extended:
        return readable(extended.group(1).strip().strip('"'))
    plain = re.search(r'filename\s*=\s*(?:"((?:\\.|[^"\\])*)"|([^;]+))', disposition, re.IGNORECASE)
    return readable((plain.group(1) or plain.group(2) or "").strip()) or None if plain else None
