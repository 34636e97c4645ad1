"""The parts of one service, put together: what every route works with."""

from __future__ import annotations

import fcntl
import json
import shutil
import threading
from contextlib import suppress
from dataclasses import dataclass
from typing import IO

from flows.service.archive import Archive
from flows.service.index import Index
from flows.service.ledger import Ledger
from flows.service.metrics import Metrics
from flows.service.painting import Painter
from flows.service.problems import Refusal
from flows.service.settings import Settings
from flows.service.supervisor import Supervisor
from flows.service.uploads import Receiver

_PICTURES = "pages"
_SIZES = "sizes.json"


class AlreadyServed(RuntimeError):
    """Another service has the folder."""


@dataclass(frozen=True)
class Service:
    """One service on one store. Routes take what they need from it."""

    settings: Settings
    ledger: Ledger
    archive: Archive
    index: Index
    painter: Painter
    receiver: Receiver
    supervisor: Supervisor
    metrics: Metrics
    lock: IO[bytes]

    @classmethod
    def of(cls, settings: Settings) -> Service:
        """Set up a service. Raises ``AlreadyServed``, and OSError when folders cannot be made."""
        settings.state.mkdir(parents=True, exist_ok=True)
        lock = _locked(settings)
        ledger = Ledger(settings.database)
        archive = Archive(settings)
        painter = Painter(settings.state / _PICTURES)
        supervisor = Supervisor(settings)
        return cls(
            settings=settings,
            ledger=ledger,
            archive=archive,
            index=Index(settings.state / "index.sqlite", archive),
            painter=painter,
            receiver=Receiver(settings.state, painter, settings.upload_bytes),
            supervisor=supervisor,
            metrics=Metrics(ledger, supervisor),
            lock=lock,
        )

    def start(self) -> None:
        """Start the worker, and bring the index up to date beside it."""
        self.supervisor.start()
        threading.Thread(target=self.index.refresh, name="index", daemon=True).start()

    def stop(self) -> None:
        """End the worker; what it was reading is read by the next service."""
        self.supervisor.stop()
        self.ledger.close()
        self.index.close()
        self.lock.close()

    def page_sizes(self, sha256: str) -> tuple[tuple[float, float], ...]:
        """Width and height of the pages of a document in points. Raises ``Refusal``."""
        kept = self.settings.state / _PICTURES / sha256 / _SIZES
        with suppress(FileNotFoundError):
            return tuple((width, height) for width, height in json.loads(kept.read_bytes()))
        pages = self.painter.inspect(self.archive.original(sha256)).pages
        self.keep_sizes(sha256, pages)
        return pages

    def keep_sizes(self, sha256: str, pages: tuple[tuple[float, float], ...]) -> None:
        """Remember the sizes of the pages of a document."""
        kept = self.settings.state / _PICTURES / sha256 / _SIZES
        kept.parent.mkdir(parents=True, exist_ok=True)
        part = kept.with_suffix(".part")
        part.write_text(json.dumps(pages), encoding="utf-8")
        part.replace(kept)

    def readiness(self) -> dict[str, bool]:
        """What of the service works."""
        parts = {"worker": self.supervisor.is_alive, "store": self._has_room()}
        try:
            self.ledger.counts()
            self.index.one("")
        except OSError:
            return {**parts, "ledger": False}
        return {**parts, "ledger": True}

    def _has_room(self) -> bool:
        try:
            return shutil.disk_usage(self.settings.state).free > 2 * self.settings.upload_bytes
        except OSError:
            return False


def _locked(settings: Settings) -> IO[bytes]:
    lock = (settings.state / "lock").open("ab")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.close()
        raise AlreadyServed(f"{settings.state}: another service uses this folder") from None
    return lock


def known_pages(service: Service, sha256: str) -> tuple[tuple[float, float], ...]:
    """The sizes of the pages, none where the original is not at hand."""
    try:
        return service.page_sizes(sha256)
    except Refusal:
        return ()
