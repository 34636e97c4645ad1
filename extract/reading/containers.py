"""In the reading stage: what a container file (zip, OLE) holds, told by the names inside."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from typing import Literal

from extract.errors import EncryptedDocument, UnreadableDocument, UnsupportedFormat

Packed = Literal["word", "workbook", "pictures"]
Old = Literal["old_word", "old_workbook"]

_CONVERT = "save it as PDF and give that"
READ_ARCHIVE = "`gongkai extract` reads what is in it one by one; extract.reading.archives.unpack lists it"
_OFD = "open it in an OFD reader (WPS, Suwell, Foxit) and save it as PDF"
ZIP = b"PK\x03\x04"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ZIP_ERRORS = (
    zipfile.BadZipFile,
    zipfile.LargeZipFile,
    zlib.error,
    struct.error,
    OSError,
    EOFError,
    ValueError,
    NotImplementedError,
    RuntimeError,
    KeyError,
)
"""What zipfile raises on damaged, encrypted and exotic archives."""
_OTHER_PACKED: tuple[tuple[str, str, str], ...] = (
    ("ppt/presentation.xml", "a PowerPoint file", _CONVERT),
    ("OFD.xml", "an OFD document", _OFD),
    ("META-INF/manifest.xml", "an OpenDocument file", _CONVERT),
    ("xl/workbook.bin", "a binary Excel workbook (.xlsb)", "save it as .xlsx and give that"),
)
PICTURE_SUFFIXES = (".jpg", ".jpeg", ".png", ".tif", ".tiff")
_CLUTTER = frozenset({"Thumbs.db", "desktop.ini", ".DS_Store"})
def packed_format(data: bytes, file_name: str) -> Packed:
    """The format of a zip container by the names of its members."""
    names = member_names(data, file_name)
    for kind, what, advice in _OTHER_PACKED:
        if any(name.endswith(kind) for name in names):
            raise UnsupportedFormat(file_name, f"is {what}, whatever its name", advice)
    if any(name.startswith("word/document") for name in names):
        return "word"
    if any(name.startswith("xl/workbook.xml") for name in names):
        return "workbook"
    files = [name for name in names if not is_clutter(name)]
    if files and all(name.lower().endswith(PICTURE_SUFFIXES) for name in files):
        return "pictures"
    raise UnsupportedFormat(file_name, f"is a zip archive of {len(files)} files, no document", READ_ARCHIVE)


def member_names(data: bytes, file_name: str) -> list[str]:
    """The names in a zip archive as stored; raises ``UnreadableDocument`` when its directory is damaged."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return archive.namelist()
    except ZIP_ERRORS as error:
        raise UnreadableDocument(
            file_name, f"is a damaged archive or Office file ({error})", "fetch it again from where it was published"
        ) from error


def is_clutter(name: str) -> bool:
    """Whether a member of an archive is a folder or what systems leave behind in archives."""
    last = name.rstrip("/").rsplit("/", 1)[-1]
    return name.endswith("/") or name.startswith("__MACOSX/") or last in _CLUTTER or last.startswith(("._", "~$"))


def old_format(data: bytes, file_name: str) -> Old:
    """The format of an OLE container by the names of its streams."""
    if _stream(data, "EncryptedPackage"):
        raise EncryptedDocument(file_name, "is encrypted and needs a password", "save it without one")
    if _stream(data, "WordDocument"):
        return "old_word"
    if _stream(data, "Workbook") or _stream(data, "Book"):
        return "old_workbook"
    raise UnsupportedFormat(file_name, "is an old Office file, but neither .doc nor .xls", _CONVERT)


def _stream(data: bytes, name: str) -> bool:
    """Whether the directory of an OLE container can name a stream so: UTF-16, closed by a zero."""
    return (name + "\0").encode("utf-16-le") in data


