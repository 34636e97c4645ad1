"""Looks into untrusted documents in processes with limits, and keeps the pictures of their pages."""

from __future__ import annotations

import json
import secrets
import subprocess
import sys
import threading
from contextlib import suppress
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path
from typing import Any

from extract.errors import ExtractionError, LimitExceeded, UnreadableDocument
from extract.reading.intake import SIGHT, refuse_at_sight
from flows.service.problems import Refusal, refusal_named
from flows.service.supervisor import child_environment
from models.base import BBox

_MEMORY = 2048 << 20
_SECONDS = 20
_GRACE = 10
_AT_ONCE = 2
_MOST_KEPT = 2 << 30
_LOOK_EVERY = 64
_MOST_READ = 512 << 20


class Width(IntEnum):
    """Pixels across a picture of a page; a few sizes, so that few pictures are kept."""

    SMALL = 800
    USUAL = 1200
    LARGE = 1600
    HUGE = 2400


@dataclass(frozen=True, slots=True)
class Original:
    """A document as it was published: its hash, where its bytes are, its name."""

    sha256: str
    path: Path
    file_name: str


@dataclass(frozen=True, slots=True)
class Inspection:
    """What a look at a document told: its media type, and width and height of its pages in points."""

    media_type: str
    pages: tuple[tuple[float, float], ...]


class Painter:
    """Has pages painted, each once, a few at a time; the oldest pictures go when there are too many."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._places = threading.BoundedSemaphore(_AT_ONCE)
        self._painted = 0

    def inspect(self, original: Original, most: int = _MOST_READ) -> Inspection:
        """What a document is. Raises ``Refusal``: it is refused for what is wrong with it."""
        _look_at_head(original)
        told = json.loads(self._run(original, {"deed": "inspect"}, most))
        if "error" in told:
            raise refusal_named(told["error"], f"{original.file_name}: {told['problem']}", told["advice"])
        return Inspection(told["media_type"], tuple((width, height) for width, height in told["pages"]))

    def page(self, original: Original, number: int, width: Width) -> bytes:
        """A page (from 1) as PNG. Raises ``Refusal``."""
        kept = self._folder / original.sha256 / f"{number}-{width}.png"
        with suppress(FileNotFoundError):
            return kept.read_bytes()
        picture = self._picture(original, {"deed": "page", "page": number, "width": width})
        self._keep(kept, picture)
        return picture

    def crop(self, original: Original, number: int, bbox: BBox, dpi: int = 200) -> bytes:
        """A part of a page as PNG. Raises ``Refusal``."""
        return self._picture(original, {"deed": "crop", "page": number, "bbox": bbox, "dpi": dpi})

    def _picture(self, original: Original, request: dict[str, Any]) -> bytes:
        answer = self._run(original, request, _MOST_READ)
        if answer.startswith(b"{"):
            told = json.loads(answer)
            raise refusal_named(told["error"], f"{original.file_name}: {told['problem']}", told["advice"])
        return answer

    def _run(self, original: Original, request: dict[str, Any], most: int) -> bytes:
        whole = {
            **request,
            "path": str(original.path),
            "name": original.file_name,
            "bytes": most,
            "memory": _MEMORY,
            "seconds": _SECONDS,
        }
        with self._places:
            try:
                done = subprocess.run(
                    [sys.executable, "-m", "flows.service.painter", json.dumps(whole)],
                    stdin=subprocess.DEVNULL,
                    capture_output=True,
                    timeout=_SECONDS + _GRACE,
                    env=child_environment(),
                    check=False,
                )
            except subprocess.TimeoutExpired:
                raise _refused(original, LimitExceeded.__name__, "takes too long to be opened") from None
        if done.returncode or not done.stdout:
            raise _refused(original, UnreadableDocument.__name__, "cannot be opened: it broke the reader")
        return done.stdout

    def _keep(self, place: Path, picture: bytes) -> None:
        place.parent.mkdir(parents=True, exist_ok=True)
        part = place.with_name(f".{secrets.token_hex(4)}")
        part.write_bytes(picture)
        part.replace(place)
        self._painted += 1
        if self._painted % _LOOK_EVERY == 0:
            self._tidy()

    def _tidy(self) -> None:
        """Let go of the pictures that were painted first, until the rest is not too much."""
        kept = sorted(
            (
                (status.st_mtime, status.st_size, path)
                for path in self._folder.glob("*/*.png")
                if (status := path.stat())
            ),
            reverse=True,
        )
        total = 0
        for _, size, path in kept:
            total += size
            if total > _MOST_KEPT:
                path.unlink(missing_ok=True)


def _look_at_head(original: Original) -> None:
    """Raise ``Refusal`` for what its first bytes betray, without the wait for a process to look inside."""
    with original.path.open("rb") as file:
        head = file.read(SIGHT)
    try:
        refuse_at_sight(head, original.file_name)
    except ExtractionError as error:
        problem = f"{original.file_name}: {error.problem}"
        raise refusal_named(type(error).__name__, problem, error.advice) from error


def _refused(original: Original, error: str, problem: str) -> Refusal:
    return refusal_named(
        error, f"{original.file_name}: {problem}", "fetch it again from where it was published"
    )
