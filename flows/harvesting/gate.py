"""Politeness in one process: how many requests a host gets at a time, and how far apart they are."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

TROUBLES = 3
"""Failures or refusals in a row after which a host is left alone for the rest of the run."""


class Stopped(RuntimeError):
    """The run is to end: no further request is made."""


@dataclass
class _Host:
    condition: threading.Condition = field(default_factory=threading.Condition)
    busy: int = 0
    free_at: float = 0.0
    troubles: int = 0


@dataclass
class Turn:
    """Leave to ask a host once."""

    _host: _Host
    _delay: float

    def answered(self) -> None:
        """The host has answered: the delay to the next request begins."""
        with self._host.condition:
            self._host.free_at = max(self._host.free_at, time.monotonic() + self._delay)


class Gates:
    """All hosts of a run, shared by all its sites and threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._hosts: dict[str, _Host] = {}
        self._stopped = threading.Event()

    def stop(self) -> None:
        """Let no more requests through; who waits for a turn gets ``Stopped``."""
        self._stopped.set()
        with self._lock:
            hosts = list(self._hosts.values())
        for host in hosts:
            with host.condition:
                host.condition.notify_all()

    def _host(self, name: str) -> _Host:
        with self._lock:
            return self._hosts.setdefault(name, _Host())

    @contextmanager
    def turn(self, name: str, *, delay: float, concurrency: int) -> Iterator[Turn]:
        """Wait until a host may be asked again; ``delay`` is seconds from its answer to the next request.

        Raises ``Stopped``.
        """
        host = self._host(name)
        turn = Turn(host, delay)
        with host.condition:
            self._wait(host, concurrency)
            host.busy += 1
            host.free_at = time.monotonic() + delay
        try:
            yield turn
        finally:
            turn.answered()
            with host.condition:
                host.busy -= 1
                host.condition.notify_all()

    def _wait(self, host: _Host, concurrency: int) -> None:
        while True:
            if self._stopped.is_set():
                raise Stopped("the run was stopped")
            remaining = host.free_at - time.monotonic()
            if host.busy >= concurrency:
                host.condition.wait()
            elif remaining > 0:
                host.condition.wait(remaining)
            else:
                return

    def pause(self, name: str, seconds: float) -> None:
        """Leave a host alone for a while, as it has asked."""
        host = self._host(name)
        with host.condition:
            host.free_at = max(host.free_at, time.monotonic() + seconds)

    def note(self, name: str, *, trouble: bool) -> None:
        """Count failures and refusals in a row."""
        host = self._host(name)
        with host.condition:
            host.troubles = host.troubles + 1 if trouble else 0

    def has_given_up(self, name: str) -> bool:
        """Whether a host has only made trouble lately and is not asked again in this run."""
        return self._host(name).troubles >= TROUBLES
