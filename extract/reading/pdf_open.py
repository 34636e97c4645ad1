"""In the reading stage: a PDF is opened, or refused with the reason, before any page is read."""

from __future__ import annotations

import re
import zlib
from contextlib import ExitStack
from typing import TYPE_CHECKING

from extract.errors import EncryptedDocument, LimitExceeded, UnreadableDocument
from extract.reading.intake import Limits, hold_to

if TYPE_CHECKING:
    import pymupdf

_DEFLATE_RATIO = 1032
"""The most that deflate can shrink data (RFC 1951 codes at most 258 bytes in 2 bits)."""


_CONTENT_DAMAGE = re.compile(
    r"page may not be correct|zlib error|premature end of data|treating as end of file"
)
"""MuPDF's warnings about content it could not read; it has others that mean no loss (fonts, metadata)."""


def open_pdf(data: bytes, file_name: str, limits: Limits) -> pymupdf.Document:
    """Open a PDF whose pages can be read; the caller closes it.

    MuPDF mends damaged files as far as it can: ``damage`` says whether it had to. Files
    protected by an owner password only are open to readers and are read. Raises
    ``UnreadableDocument`` when no page is left, ``EncryptedDocument`` when a password is
    needed and ``LimitExceeded`` for too many pages or content that unpacks to too much.
    """
    import pymupdf

    pymupdf.TOOLS.mupdf_display_errors(False)
    pymupdf.TOOLS.mupdf_display_warnings(False)
    try:
        document = pymupdf.open(stream=data, filetype="pdf")
    except mupdf_errors() as error:
        raise _unreadable(file_name, "is damaged beyond repair") from error
    with ExitStack() as if_refused:
        if_refused.callback(document.close)
        _check(document, file_name, limits)
        if_refused.pop_all()
    return document


def mupdf_errors() -> tuple[type[Exception], ...]:
    """What PyMuPDF raises on damage: its own errors, and those of MuPDF that it lets through."""
    import pymupdf

    return RuntimeError, ValueError, pymupdf.mupdf.FzErrorBase


def damage(document: pymupdf.Document) -> tuple[str, ...]:
    """What had to be mended to open the file, as reasons for a second look; empty for a sound file."""
    if not document.is_repaired:
        return ()
    return ("the PDF is damaged and was mended to read it: pages or parts of pages may be lost",)


def damage_while_reading() -> bool:
    """Whether MuPDF met damaged content since this was last asked, and went on with what it could read."""
    import pymupdf

    return bool(_CONTENT_DAMAGE.search(pymupdf.TOOLS.mupdf_warnings(reset=1)))


def _check(document: pymupdf.Document, file_name: str, limits: Limits) -> None:
    if document.needs_pass:
        raise EncryptedDocument(file_name, "is encrypted and needs a password", "save it without one")
    if not document.is_pdf:
        raise _unreadable(file_name, "does not hold a PDF")
    pages = _page_count(document)
    hold_to(limits.pages, pages, file_name=file_name, unit="pages", option="pages")
    opened = [_page_opens(document, page, file_name, limits) for page in range(pages)]
    if not any(opened):
        raise _unreadable(file_name, "is truncated or damaged so that no page can be read")


def _page_count(document: pymupdf.Document) -> int:
    """The number of pages; 0 when the page tree contradicts itself."""
    try:
        return int(document.page_count)
    except mupdf_errors():
        return 0


def _page_opens(document: pymupdf.Document, page: int, file_name: str, limits: Limits) -> bool:
    """Whether a page can be opened; raises when its content would unpack to more than the limit."""
    try:
        contents = document[page].get_contents()
        size = sum(_unpacked(document, xref, limits.page_bytes) for xref in contents)
    except mupdf_errors():
        return False
    if size > limits.page_bytes:
        raise LimitExceeded(
            file_name,
            f"has content on page {page + 1} that unpacks to more than {limits.page_bytes:,} bytes",
            "do not trust this file, or raise Limits.page_bytes if you do",
        )
    return True


def _unpacked(document: pymupdf.Document, xref: int, limit: int) -> int:
    """Bytes a content stream unpacks to, at most ``limit`` + 1; 0 when it cannot come near the limit."""
    packed = document.xref_stream_raw(xref) or b""
    if document.xref_get_key(xref, "Filter") == ("name", "/FlateDecode"):
        if len(packed) * _DEFLATE_RATIO <= limit:
            return 0
        return _inflated(packed, limit)
    return len(document.xref_stream(xref) or b"")  # MuPDF has its own guard for chained filters


def _inflated(packed: bytes, limit: int) -> int:
    try:
        return len(zlib.decompressobj().decompress(packed, limit + 1))
    except zlib.error:
        return 0


def _unreadable(file_name: str, problem: str) -> UnreadableDocument:
    return UnreadableDocument(file_name, problem, "fetch it again from where it was published")
