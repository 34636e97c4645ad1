"""Before the first stage: bytes or a path become checked bytes of a known format, or a clear refusal."""

from __future__ import annotations

import os
import re
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from extract.errors import ExtractionError, LimitExceeded, UnreadableDocument, UnsupportedFormat
from extract.reading.containers import (
    OLE,
    READ_ARCHIVE,
    ZIP,
    is_clutter,
    is_picture_name,
    old_format,
    packed_format,
    packed_pictures,
)

Format = Literal["pdf", "text", "image", "pictures", "word", "workbook", "old_word", "old_workbook", "html"]
"""What can be read; ``pictures`` is a zip archive of nothing but pictures: the pages of one document."""

UNNAMED = "<bytes>"
"""What a document that came as bytes without a name is called."""

_HEAD = 1024
"""Bytes from the start within which PDF readers accept the header, and HTML shows its first tag."""
_HTML_HEAD = 4096
"""CMS pages begin with comments and scripts; within so many bytes their first telling tag stands."""
_SAMPLE = 65_536
"""Bytes looked at to tell text from anything else."""
SIGHT = _SAMPLE + _HTML_HEAD
"""Bytes from the start that tell what is no document from what may be one."""
_CONTROL_SHARE = 0.02
"""Text copied out of Word carries a few control characters (cell and bullet marks); data carries many."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How large a document may be before it is refused; input is untrusted.

    ``bytes`` is the size of the file, ``page_bytes`` what the content of one page may unpack
    to, ``words`` and ``drawings`` count per page, ``lines`` per transcript, ``pixels`` per
    picture, ``cells`` the table cells of a Word, Excel or HTML document; ``seconds`` is wall time
    per document, to which every page that has to be recognised adds ``picture_seconds``. For
    everything packed (archives, and Word and Excel files, which are archives) ``members`` counts the
    files inside, ``unpacked`` their bytes together, ``ratio`` how many times its packed size a large
    member may unpack to, ``nesting`` how deep archives may lie in archives.
    """

    bytes: int = 512 * 1024 * 1024
    pages: int = 2_000
    page_bytes: int = 64 * 1024 * 1024
    words: int = 50_000
    drawings: int = 200_000
    lines: int = 500_000
    pixels: int = 120_000_000
    cells: int = 1_000_000
    members: int = 5_000
    unpacked: int = 1024 * 1024 * 1024
    ratio: int = 400
    nesting: int = 3
    seconds: float = 300.0
    picture_seconds: float = 15.0


@dataclass(frozen=True, slots=True)
class Deadline:
    """The wall time a document has left, counted from when this was made."""

    file_name: str
    seconds: float
    _start: float = field(default_factory=time.monotonic)

    def check(self) -> None:
        """Raise ``LimitExceeded`` once the time is up."""
        if time.monotonic() - self._start > self.seconds:
            raise LimitExceeded(
                self.file_name,
                f"takes longer than the limit of {self.seconds:g} seconds",
                "raise Limits.seconds if the document is meant to be that heavy",
            )


@dataclass(frozen=True, slots=True)
class Intake:
    """Bytes that are worth reading, and what they are.

    ``uri`` is the path as the caller gave it (``file_name`` for bytes); ``media_type`` is that
    of the content, whatever the name says.
    """

    data: bytes
    file_name: str
    uri: str
    media_type: str
    format: Format


def hold_to(limit: int, count: int, *, file_name: str, unit: str, option: str) -> None:
    """Raise ``LimitExceeded`` when ``count`` is above ``limit``; ``option`` names the field of ``Limits``."""
    if count > limit:
        raise LimitExceeded(
            file_name,
            f"has {count:,} {unit}, more than the limit of {limit:,}",
            f"split it, or raise Limits.{option} if it really is one disclosure",
        )


def read_source(
    source: str | Path | bytes,
    *,
    name: str | None = None,
    uri: str | None = None,
    limits: Limits | None = None,
) -> Intake:
    """Take a document in: read it, hold it to the limits and tell its format by its content.

    ``name`` replaces the file name (and names bytes), ``uri`` the path it is recorded under. A folder
    of nothing but pictures is one document. Raises ``UnreadableDocument`` for what
    cannot be opened or is empty, ``LimitExceeded`` for too many bytes, ``EncryptedDocument`` for
    Office files with a password and ``UnsupportedFormat`` for everything that is not read.
    """
    limits = limits or Limits()
    if isinstance(source, bytes):
        file_name = name or UNNAMED
        place, data = file_name, source
    else:
        path = Path(source)
        file_name, place = name or spelled(path.name), spelled(path.as_posix())
        data = _packed_folder(path, file_name, limits) if path.is_dir() else _read(path, file_name, limits)
    hold_to(limits.bytes, len(data), file_name=file_name, unit="bytes", option="bytes")
    found = _format(data, file_name)
    if found == "text":
        hold_to(limits.lines, data.count(b"\n"), file_name=file_name, unit="lines", option="lines")
    return Intake(data, file_name, uri or place, _media_type(found, data, file_name), found)


def refuse_at_sight(head: bytes, file_name: str) -> None:
    """Raise what ``read_source`` would for a file of which the first ``SIGHT`` bytes say enough.

    Nothing is opened: what passes may still be refused when it is.
    """
    if len(head) < SIGHT or head.strip():
        _format_at_sight(head, file_name)


def spelled(name: str) -> str:
    """A file name as text; what is not UTF-8 on disk is GB 18030, as Chinese Windows packs it."""
    try:
        return os.fsencode(name).decode("utf-8")
    except UnicodeDecodeError:
        return os.fsencode(name).decode("gb18030", errors="replace")


_REFUSALS: tuple[tuple[type[OSError], str, str], ...] = (
    (FileNotFoundError, "there is no such file", "check the path"),
    (
        IsADirectoryError,
        "is a directory",
        "name the files inside it; a folder of pictures alone is read as one document",
    ),
    (PermissionError, "may not be read by this user", "change its permissions or run as a user who may"),
)


def read_bytes(path: Path, *, limits: Limits) -> bytes:
    """The bytes of a file within the limit; raises ``UnreadableDocument`` and ``LimitExceeded``."""
    return _read(path, spelled(path.name), limits)


def _packed_folder(folder: Path, file_name: str, limits: Limits) -> bytes:
    """The pictures of a folder as an archive; raises ``UnreadableDocument`` when it holds anything else."""
    files = sorted(path for path in folder.iterdir() if not is_clutter(path.name))
    if not files or not all(path.is_file() and is_picture_name(path.name) for path in files):
        raise _refusal(IsADirectoryError(), file_name)
    size = sum(path.stat().st_size for path in files)
    hold_to(limits.bytes, size, file_name=file_name, unit="bytes", option="bytes")
    return packed_pictures((spelled(path.name), _read(path, file_name, limits)) for path in files)


def _read(path: Path, file_name: str, limits: Limits) -> bytes:
    """At most one byte more than the limit, so that endless devices and pipes end."""
    try:
        with path.open("rb") as stream:
            size = os.fstat(stream.fileno()).st_size
            hold_to(limits.bytes, size, file_name=file_name, unit="bytes", option="bytes")
            return stream.read(limits.bytes + 1)
    except OSError as error:
        raise _refusal(error, file_name) from error


def _refusal(error: OSError, file_name: str) -> ExtractionError:
    for kind, problem, advice in _REFUSALS:
        if isinstance(error, kind):
            return UnreadableDocument(file_name, problem, advice)
    reason = error.strerror or type(error).__name__
    return UnreadableDocument(
        file_name, f"cannot be read ({reason})", "copy it to a disk that works and try again"
    )


_PICTURE = "save it as PNG, JPEG or TIFF and give that"
_CONVERT = "save it as PDF and give that"
_UNPACK = "unpack it and give the documents inside"

_SIGNATURES: tuple[tuple[bytes, str, str], ...] = (
    (b"GIF8", "a GIF picture", _PICTURE),
    (b"\x00\x00\x00\x0cjP  ", "a JPEG 2000 picture", _PICTURE),
    (b"{\\rtf", "a Rich Text file", _CONVERT),
    (b"%!PS", "a PostScript file", _CONVERT),
    (b"Rar!\x1a\x07", "a RAR archive", READ_ARCHIVE),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive", _UNPACK),
    (b"\x1f\x8b", "a gzip archive", _UNPACK),
)
IMAGES: tuple[tuple[bytes, str], ...] = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
)
"""First bytes of the picture formats that are read, with their media types."""
_SPREADSHEET_XML = re.compile(rb"<\?mso-application\s+progid=.(Excel|Word)|office:spreadsheet", re.IGNORECASE)
"""Excel 2003 XML and Word 2003 XML, which are neither web pages nor workbooks of today."""
_MEDIA_TYPES: dict[Format, str] = {
    "pdf": "application/pdf",
    "pictures": "application/zip",
    "word": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "workbook": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "old_word": "application/msword",
    "old_workbook": "application/vnd.ms-excel",
    "html": "text/html",
}
_WRAPPED_PICTURES = re.compile(rb"RIFF....WEBP|BM....\x00\x00\x00\x00", re.DOTALL)
_PDF_HEADER = re.compile(rb"%PDF-\d")
_HTML = re.compile(rb"<!doctype\s+html|<(?:html|head|body|table|meta|div|p)[\s>]", re.IGNORECASE)
_WIDE_HTML = re.compile(r"<!doctype\s+html|<(?:html|head|body|table|meta)[\s>]", re.IGNORECASE)
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1f\x7f]")


def _format(data: bytes, file_name: str) -> Format:
    """The format by content; raises for what is empty or of a format not read."""
    found = _format_at_sight(data, file_name)
    if found == "zip":
        return packed_format(data, file_name)
    if found == "ole":
        return old_format(data, file_name)
    return found


def _format_at_sight(data: bytes, file_name: str) -> Format | Literal["zip", "ole"]:
    """The format by the first bytes, or the kind of container; raises likewise."""
    if not data.strip():
        what = "holds only white space" if data else "is empty (0 bytes)"
        raise UnreadableDocument(file_name, what, "fetch it again from where it was published")
    refused = _refused(data)
    if refused:
        raise UnsupportedFormat(file_name, f"is {refused[0]}, whatever its name", refused[1])
    if _PDF_HEADER.search(data[:_HEAD]):
        return "pdf"
    if _image_type(data):
        return "image"
    if data.startswith(ZIP):
        return "zip"
    if data.startswith(OLE):
        return "ole"
    if _is_html(data):
        return "html"
    if _is_text(data[:_SAMPLE]):
        return "text"
    start = data[:8].hex(" ")
    raise UnsupportedFormat(
        file_name,
        f"is neither PDF, picture, Word, Excel, HTML nor text (it starts with the bytes {start})",
        "give a file of one of these kinds",
    )


def _refused(data: bytes) -> tuple[str, str] | None:
    """What the bytes are and what to do, when they are of a format known but not read."""
    for signature, what, advice in _SIGNATURES:
        if data.startswith(signature):
            return what, advice
    if _WRAPPED_PICTURES.match(data):
        return "a picture", _PICTURE
    if data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<?xml") and _SPREADSHEET_XML.search(data[:4096]):
        return "an Office 2003 XML file", "save it as .xlsx or .docx and give that"
    return None


def _is_html(data: bytes) -> bool:
    if data.startswith(_UTF16):
        return bool(_WIDE_HTML.search(data[:_HEAD].decode("utf-16", errors="replace")))
    start = data.lstrip(b"\xef\xbb\xbf \t\r\n")
    return start.startswith(b"<") and bool(_HTML.search(start[:_HTML_HEAD]))


def _is_text(sample: bytes) -> bool:
    """Whether the bytes can be text in UTF-8, GB 18030 or (with its mark) UTF-16."""
    if sample.startswith(_UTF16):
        return True
    return b"\x00" not in sample and len(_CONTROL.findall(sample)) <= _CONTROL_SHARE * len(sample)


def _image_type(data: bytes) -> str | None:
    return next((media_type for signature, media_type in IMAGES if data.startswith(signature)), None)


def _media_type(found: Format, data: bytes, file_name: str) -> str:
    if found == "image":
        return _image_type(data) or "image/*"
    if found in _MEDIA_TYPES:
        return _MEDIA_TYPES[found]
    return "text/markdown" if file_name.lower().endswith((".md", ".markdown")) else "text/plain"
