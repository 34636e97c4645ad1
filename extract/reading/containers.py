"""In the reading stage: what a container file (zip, OLE) holds, told by the names inside."""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Iterable, Sequence
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
_TELLING: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"word/document\d*\.xml"), "word"),
    (re.compile(r"xl/workbook\d*\.xml"), "workbook"),
    (re.compile(r"xl/workbook\.bin"), "xlsb"),
    (re.compile(r"ppt/presentation\.xml"), "slides"),
    (re.compile(r"OFD\.xml"), "ofd"),
    (re.compile(r"META-INF/manifest\.xml"), "opendocument"),
)
"""Members that tell what a zip container is."""
_PACKED: tuple[Packed, ...] = ("word", "workbook", "pictures")
_OTHER_PACKED: tuple[tuple[str, str, str], ...] = (
    ("slides", "a PowerPoint file", _CONVERT),
    ("ofd", "an OFD document", _OFD),
    ("opendocument", "an OpenDocument file", _CONVERT),
    ("xlsb", "a binary Excel workbook (.xlsb)", "save it as .xlsx and give that"),
)
PICTURE_SUFFIXES = (".jpg", ".jpeg", ".png", ".tif", ".tiff")
_CLUTTER = frozenset({"Thumbs.db", "desktop.ini", ".DS_Store"})


def packed_format(data: bytes, file_name: str) -> Packed:
    """The format of a zip container by the names of its members."""
    names = member_names(data, file_name)
    kind = kind_of_zip(names)
    if kind is None:
        files = sum(not is_clutter(name) for name in names)
        raise UnsupportedFormat(file_name, f"is a zip archive of {files} files, no document", READ_ARCHIVE)
    for name, what, advice in _OTHER_PACKED:
        if kind == name:
            raise UnsupportedFormat(file_name, f"is {what}, whatever its name", advice)
    return next(packed for packed in _PACKED if packed == kind)


def kind_of_zip(names: Sequence[str]) -> str | None:
    """The kind of document a zip container is by the names of its members; None for a mere archive."""
    files = [name for name in names if not is_clutter(name)]
    if files and all(map(is_picture_name, files)):
        return "pictures"
    return next((kind for name, kind in _TELLING if any(map(name.fullmatch, names))), None)


def packed_pictures(pictures: Iterable[tuple[str, bytes]]) -> bytes:
    """Pictures as one zip archive, stored as they are; the same pictures give the same bytes."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, data in sorted(pictures):
            archive.writestr(zipfile.ZipInfo(name), data)
    return target.getvalue()


def is_picture_name(name: str) -> bool:
    """Whether a file is called a picture of a kind that is read."""
    return name.lower().endswith(PICTURE_SUFFIXES)


def member_names(data: bytes, file_name: str) -> list[str]:
    """The names in a zip archive as stored; raises ``UnreadableDocument`` when its directory is damaged."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return archive.namelist()
    except ZIP_ERRORS as error:
        raise UnreadableDocument(
            file_name,
            f"is a damaged archive or Office file ({error})",
            "fetch it again from where it was published",
        ) from error


def is_clutter(name: str) -> bool:
    """Whether a member of an archive is a folder or what systems leave behind in archives."""
    last = name.rstrip("/").rsplit("/", 1)[-1]
    return (
        name.endswith("/")
        or name.startswith("__MACOSX/")
        or last in _CLUTTER
        or last.startswith(("._", "~$"))
    )


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
