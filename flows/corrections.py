"""What people decided about figures: a file in the store that is only ever added to, laid over results.

``corrections.jsonl`` holds one decision a line, by the SHA-256 of the source, the place and the
text that was read there. It outlives the results: a document that is read again, by another
version too, finds its corrections as long as the same text is read at the same place.
"""

from __future__ import annotations

import fcntl
import json
import os
import threading
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from extract.accounting.corrections import corrected
from extract.accounting.examination import Examination
from flows.store import CORRECTIONS, Store
from models.base import BBox
from models.disclosure import Correction, Disclosure

Decision = Literal["accept", "correct", "author_error", "withdraw"]


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the file.

    ``source`` is the SHA-256 of the document, ``where`` and ``read`` the place and the text
    read there, ``page`` and ``bbox`` where that stands on the page (PDF points). ``withdraw``
    takes back what was decided before about the same place and text.
    """

    source: str
    where: str
    read: str
    action: Decision
    by: str
    at: str
    to: str | None = None
    why: str | None = None
    page: int | None = None
    bbox: BBox | None = None

    @property
    def correction(self) -> Correction:
        """The entry as the document shows it."""
        assert self.action != "withdraw"
        return Correction(
            where=self.where,
            read=self.read,
            to=self.to,
            action=self.action,
            by=self.by,
            at=self.at,
            why=self.why,
        )


class Overlay:
    """The corrections of a store. Several processes may add to the file at the same time."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / CORRECTIONS
        self._lock = threading.Lock()
        self._offset = 0
        self._last: dict[str, dict[tuple[str, str], Entry]] = {}
        self._known: dict[str, tuple[Entry, ...]] = {}

    @property
    def version(self) -> tuple[int, int]:
        """Changes whenever the file does; (0, 0) as long as there is none."""
        try:
            status = self.path.stat()
        except FileNotFoundError:
            return (0, 0)
        return (status.st_size, status.st_mtime_ns)

    def add(self, entry: Entry) -> None:
        """Write one more line, safe on disk when this returns. Raises OSError."""
        line = json.dumps(asdict(entry), ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("a+b") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            end = file.seek(0, os.SEEK_END)
            if end and os.pread(file.fileno(), 1, end - 1) != b"\n":
                line = b"\n" + line  # a crash of the machine left half a line: it stays, and is not read
            file.write(line)
            file.flush()
            os.fsync(file.fileno())

    def entries(self) -> Iterator[Entry]:
        """Every decision there ever was, in order."""
        try:
            lines = self.path.read_bytes().splitlines()
        except FileNotFoundError:
            return
        for line in lines:
            if entry := _entry(line):
                yield entry

    def of(self, source: str) -> tuple[Entry, ...]:
        """What holds for a document: the last decision for every place and text, in the order made."""
        return self._standing().get(source, ())

    def standing(self) -> Iterator[Entry]:
        """What holds for all documents."""
        for entries in self._standing().values():
            yield from entries

    def _standing(self) -> dict[str, tuple[Entry, ...]]:
        """What holds, by source; only what was added since the last time is read."""
        with self._lock:
            try:
                self._read_on()
            except FileNotFoundError:
                self._offset, self._last, self._known = 0, {}, {}
            return self._known

    def _read_on(self) -> None:
        with self.path.open("rb") as file:
            if os.fstat(file.fileno()).st_size < self._offset:
                self._offset, self._last, self._known = 0, {}, {}
            file.seek(self._offset)
            added = file.read()
        whole = added[: added.rfind(b"\n") + 1]
        self._offset += len(whole)
        changed = {
            entry.source for line in whole.splitlines() if (entry := _entry(line)) and self._put(entry)
        }
        self._known = {**self._known, **{source: tuple(self._last[source].values()) for source in changed}}

    def _put(self, entry: Entry) -> bool:
        """Take in the next decision, which comes last however often its place was decided before."""
        decided = self._last.setdefault(entry.source, {})
        decided.pop((entry.where, entry.read), None)
        if entry.action != "withdraw":
            decided[entry.where, entry.read] = entry
        return True


def overlay_of(store: Store) -> Overlay:
    """The corrections of a store; raises ValueError for a bucket, which cannot be added to."""
    if not store.is_local:
        raise ValueError(f"{store.url}: corrections need a store in a folder")
    return Overlay(Path(store.url))


def _entry(line: bytes) -> Entry | None:
    """A line as it was written; None for half a line."""
    try:
        value: dict[str, Any] = json.loads(line)
        box = value.get("bbox")
        return Entry(**{**value, "bbox": tuple(box) if box else None})
    except (ValueError, TypeError):
        return None


def sha256_of(disclosure: Disclosure) -> str:
    """The hash of the source a result was read from."""
    return disclosure.id.removeprefix("sha256:")


def overlaid(
    disclosure: Disclosure, entries: Sequence[Entry], *, before: Examination | None = None
) -> Disclosure:
    """A result with the corrections that stand for its source; ``before`` as ``corrected`` takes it."""
    return corrected(disclosure, [entry.correction for entry in entries], before=before)


def labelled(entry: Entry) -> dict[str, Any] | None:
    """A decision about what a picture says, as a label for training and measuring recognition.

    None for decisions about the document as a whole, and about what was not read from a place.
    """
    if entry.page is None or entry.bbox is None:
        return None
    text = entry.to if entry.action == "correct" else entry.read
    return {
        "source": f"sha256:{entry.source}",
        "page": entry.page,
        "bbox": list(entry.bbox),
        "where": entry.where,
        "read": entry.read,
        "text": text or "",
        "action": entry.action,
        "by": entry.by,
        "at": entry.at,
    }
