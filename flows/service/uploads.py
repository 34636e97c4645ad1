"""An upload on its way to a job: counted and hashed as it goes to disk, looked at, put in its place."""

from __future__ import annotations

import hashlib
import re
import secrets
import unicodedata
from dataclasses import dataclass
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import IO

from flows.service.guard import too_large
from flows.service.painting import Inspection, Original, Painter
from flows.service.problems import Refusal

SOURCES = "sources"
_INCOMING = "incoming"
_BLOCK = 1 << 20
_MOST_NAME = 120
"""Bytes of a file name; file systems allow 255, with room for what is put before and after."""
_UNSAFE = re.compile(r'[\x00-\x1f\x7f/\\:*?"<>|\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]')
UNNAMED = "upload"


@dataclass(frozen=True, slots=True)
class Received:
    """An upload in its place; ``path`` is relative to the folder of the service."""

    sha256: str
    file_name: str
    path: str
    bytes: int
    inspection: Inspection


def safe_name(given: str | None) -> str:
    """The last part of a name somebody gave, without anything a file system or terminal would act on.

    >>> safe_name("../../etc/passwd")
    'passwd'
    """
    last = PureWindowsPath(PurePosixPath(given or "").name).name
    plain = _UNSAFE.sub("_", unicodedata.normalize("NFC", last)).strip(". ")
    printable = plain.encode("utf-8", errors="replace").decode("utf-8")
    stem, dot, suffix = printable.rpartition(".")
    if not dot or len(suffix) > 10:
        stem, suffix = printable, ""
    room = _MOST_NAME - len(suffix.encode()) - 1
    short = stem.encode()[:room].decode("utf-8", errors="ignore")
    return (f"{short}.{suffix}" if suffix and short else short) or UNNAMED


class Receiver:
    """Takes uploads into the folder of the service."""

    def __init__(self, state: Path, painter: Painter, most: int) -> None:
        self._state = state
        self._painter = painter
        self._most = most
        self._incoming = state / _INCOMING
        self._incoming.mkdir(parents=True, exist_ok=True)
        for left in self._incoming.iterdir():
            left.unlink(missing_ok=True)

    def receive(self, stream: IO[bytes], given_name: str | None) -> Received:
        """Take a document in. Raises ``Refusal`` for what is too large or no document."""
        name = safe_name(given_name)
        part = self._incoming / secrets.token_hex(16)
        try:
            sha256, size = self._write(stream, part)
            inspection = self._painter.inspect(Original(sha256, part, name), self._most)
            path = self._put_away(part, sha256, name)
        finally:
            part.unlink(missing_ok=True)
        return Received(sha256, path.name, path.relative_to(self._state).as_posix(), size, inspection)

    def _write(self, stream: IO[bytes], part: Path) -> tuple[str, int]:
        digest, size = hashlib.sha256(), 0
        with part.open("xb") as file:
            while block := stream.read(_BLOCK):
                size += len(block)
                if size > self._most:
                    raise too_large(self._most)
                digest.update(block)
                file.write(block)
        return digest.hexdigest(), size

    def _put_away(self, part: Path, sha256: str, name: str) -> Path:
        """Where the bytes stay; the name they came with first is kept."""
        folder = self._state / SOURCES / sha256[:2] / sha256
        folder.mkdir(parents=True, exist_ok=True)
        for known in folder.iterdir():
            return known
        place = folder / name
        part.replace(place)
        return place


def original_in(state: Path, sha256: str) -> Original | None:
    """An upload by its hash."""
    folder = state / SOURCES / sha256[:2] / sha256
    files = sorted(folder.iterdir()) if folder.is_dir() else []
    return Original(sha256, files[0], files[0].name) if files else None


def no_original(sha256: str) -> Refusal:
    """The document is known, but its bytes are not here."""
    return Refusal(
        404,
        "No original",
        f"{sha256}: the original of this result is not on this machine",
        "upload it, then its pages can be shown",
    )
