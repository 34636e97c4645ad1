"""The documents a service shows: results of the store by the hash of their source, with corrections."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Generic, TypeVar

from extract.accounting.corrections import DOCUMENT, examined
from extract.accounting.examination import Examination
from extract.errors import UnreadableDocument
from flows.corrections import Entry, overlaid, overlay_of
from flows.plan import FINGERPRINTS
from flows.results import parsed
from flows.service.painting import Original
from flows.service.problems import Refusal, not_found
from flows.service.review import review_of
from flows.service.settings import Settings
from flows.service.uploads import no_original, original_in
from flows.store import DOCUMENTS, FAILURE, RESULT, current_recipe
from models.disclosure import Disclosure

_REMEMBERED = 24
"""Documents kept parsed."""
_REVIEWS = 8
"""Documents kept as the review page shows them."""
Sizes = tuple[tuple[float, float], ...]
"""Width and height of pages in points."""
Key = TypeVar("Key")
Value = TypeVar("Value")


class Memory(Generic[Key, Value]):
    """The few values that were asked for last, shared by threads; each is made by one of them."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._values: OrderedDict[Key, Value] = OrderedDict()
        self._making: dict[Key, threading.Lock] = {}
        self._lock = threading.Lock()

    def get(self, key: Key, make: Callable[[], Value]) -> Value:
        """The value of a key, made when it is not at hand; who asks meanwhile waits for it."""
        with self._lock:
            if key in self._values:
                return self._known(key)
            turn = self._making.setdefault(key, threading.Lock())
        with turn:
            with self._lock:
                if key in self._values:
                    return self._known(key)
            try:
                return self._keep(key, make())
            finally:
                with self._lock:
                    self._making.pop(key, None)

    def _known(self, key: Key) -> Value:
        self._values.move_to_end(key)
        return self._values[key]

    def _keep(self, key: Key, value: Value) -> Value:
        with self._lock:
            self._values[key] = value
            while len(self._values) > self._most:
                self._values.popitem(last=False)
        return value


@dataclass(frozen=True, slots=True)
class Edition:
    """One result of the store: the hash of its source, its id, when it was written (ns)."""

    sha256: str
    id: str
    written: int

    @property
    def key(self) -> str:
        """Another one for everything that was ever written in its place."""
        return f"{self.id}-{self.written}"


class Archive:
    """Results, originals and corrections. Raises ``Refusal`` for what is not there."""

    def __init__(self, settings: Settings) -> None:
        self.store = settings.store
        self.overlay = overlay_of(self.store)
        self._state = settings.state
        self._folder = Path(self.store.url) / DOCUMENTS
        self._read: Memory[str, Disclosure] = Memory(_REMEMBERED)
        self._examined: Memory[tuple[str, tuple[Entry, ...]], Examination] = Memory(_REMEMBERED)
        self._corrected: Memory[tuple[str, tuple[Entry, ...]], Disclosure] = Memory(_REMEMBERED)
        self._reviews: Memory[tuple[str, tuple[Entry, ...], Sizes], bytes] = Memory(_REVIEWS)

    @property
    def stamp(self) -> int:
        """Changes when results come or go."""
        try:
            return self._folder.stat().st_mtime_ns
        except FileNotFoundError:
            return 0

    def editions(self) -> dict[str, Edition]:
        """The result to show of every source: that of this version, or else the newest."""
        chosen: dict[str, Edition] = {}
        for id in sorted(self.store.finished()):
            edition = self._edition(id)
            if edition and (self._rank(edition) > self._rank(chosen.get(edition.sha256))):
                chosen[edition.sha256] = edition
        return chosen

    def _edition(self, id: str) -> Edition | None:
        try:
            written = (self._folder / f"{id}{RESULT}").stat().st_mtime_ns
        except FileNotFoundError:
            return None
        return Edition(id.partition("-")[0], id, written)

    def _rank(self, edition: Edition | None) -> tuple[bool, int]:
        if edition is None:
            return (False, -1)
        return edition.id == current_recipe().id_of(edition.sha256), edition.written

    def edition_of(self, sha256: str) -> Edition:
        """The result to show of one source."""
        current = self._edition(current_recipe().id_of(sha256))
        if current:
            return current
        names = (path.name for path in self._folder.glob(f"{sha256}-*{RESULT}"))
        ids = (name.removesuffix(RESULT) for name in names if not name.endswith(FAILURE))
        others = [self._edition(id) for id in ids]
        newest = max((one for one in others if one), key=self._rank, default=None)
        if newest is None:
            raise not_found(sha256)
        return newest

    def as_read(self, edition: Edition) -> Disclosure:
        """A result as it was extracted."""
        return self._read.get(edition.key, lambda: self._parsed(edition))

    def _parsed(self, edition: Edition) -> Disclosure:
        name = f"{DOCUMENTS}/{edition.id}{RESULT}"
        try:
            return next(parsed(self.store.read(name), name))
        except (UnreadableDocument, FileNotFoundError, StopIteration) as error:
            raise Refusal(
                409,
                "Outdated result",
                f"{edition.sha256}: the result is not of this version ({error})",
                "upload the document again",
            ) from error

    def corrected(self, edition: Edition) -> Disclosure:
        """A result with its corrections."""
        entries = self.overlay.of(edition.sha256)
        read = self.as_read(edition)
        if not entries:
            return read
        return self._corrected.get((edition.key, entries), lambda: self._overlaid(edition, read, entries))

    def _overlaid(self, edition: Edition, read: Disclosure, entries: tuple[Entry, ...]) -> Disclosure:
        before = self._examined.get((edition.key, ()), lambda: examined(read))
        return overlaid(read, entries, before=before)

    def _examination(self, edition: Edition) -> Examination:
        """The arithmetic of a corrected result; decisions about it as a whole do not touch it."""
        entries = tuple(one for one in self.overlay.of(edition.sha256) if one.where != DOCUMENT)
        return self._examined.get((edition.key, entries), lambda: examined(self.corrected(edition)))

    def review(self, edition: Edition, sizes: Sizes) -> bytes:
        """What the review page shows of a result with its corrections, as JSON."""
        key = (edition.key, self.overlay.of(edition.sha256), sizes)
        make = partial(self._reviewed, edition, sizes)
        return self._reviews.get(key, make)

    def _reviewed(self, edition: Edition, sizes: Sizes) -> bytes:
        review = review_of(self.corrected(edition), self._examination(edition), sizes)
        return review.model_dump_json(by_alias=True).encode()

    def original(self, sha256: str) -> Original:
        """The document as published: an upload, or a file that was digitised and is still there."""
        found = original_in(self._state, sha256) or self._digitised(sha256)
        if found is None:
            raise no_original(sha256)
        return found

    def _digitised(self, sha256: str) -> Original | None:
        """A file the store remembers to have read from this machine, as long as it has the same size."""
        if not self.store.has(FINGERPRINTS):
            return None
        for location, known in self.store.read_json(FINGERPRINTS).items():
            path = Path(location)
            if known["sha256"] == sha256 and path.is_file() and path.stat().st_size == known["bytes"]:
                return Original(sha256, path, path.name)
        return None
