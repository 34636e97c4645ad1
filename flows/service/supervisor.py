"""Keeps the worker of a service running: started with it, started again when it dies, ended with it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from contextlib import suppress
from dataclasses import asdict

from flows.service.settings import Settings
from flows.service.worker import Setting

_PAUSES = (0.5, 2.0, 10.0, 30.0)
"""Seconds before a worker that died is replaced, longer when it happens again and again."""
_STOP = 5.0
_SETTLED = 60.0
"""Seconds after which a worker counts as having started well."""


class Supervisor:
    """A thread that waits for the worker to die."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._stopped = threading.Event()
        self._child: subprocess.Popen[bytes] | None = None
        self._thread = threading.Thread(target=self._watch, name="supervisor", daemon=True)
        self.restarts = 0

    def start(self) -> None:
        """Start the worker."""
        self._thread.start()

    def stop(self) -> None:
        """End the worker, and the processes it has started; what it was reading is read again later."""
        self._stopped.set()
        if self._child:
            _end(self._child)
        if self._thread.is_alive():
            self._thread.join(_STOP)

    @property
    def is_alive(self) -> bool:
        """Whether there is a worker at this moment."""
        return self._child is not None and self._child.poll() is None

    def _watch(self) -> None:
        deaths = 0
        while not self._stopped.is_set():
            self._child = _worker(self._settings)
            waited = threading.Event()
            timer = threading.Timer(_SETTLED, waited.set)
            timer.daemon = True
            timer.start()
            self._child.wait()
            timer.cancel()
            deaths = 0 if waited.is_set() else deaths + 1
            _end(self._child)
            if not self._stopped.wait(_PAUSES[min(deaths, len(_PAUSES)) - 1]):
                self.restarts += 1


def _worker(settings: Settings) -> subprocess.Popen[bytes]:
    setting = Setting(
        out=str(settings.out),
        state=str(settings.state),
        database=str(settings.database),
        workers=settings.workers,
        parameters={"timeout": settings.timeout, "memory": settings.memory, "reader": settings.reader},
    )
    return subprocess.Popen(
        [sys.executable, "-m", "flows.service.worker", json.dumps(asdict(setting))],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        start_new_session=True,
        env=child_environment(),
    )


def child_environment() -> dict[str, str]:
    """What a child needs to find the same code from another folder."""
    path = os.pathsep.join(os.path.abspath(entry) for entry in sys.path if entry)  # noqa: PTH100 - not resolved
    return {**os.environ, "PYTHONPATH": path}


def _end(child: subprocess.Popen[bytes]) -> None:
    """End a process and the others of its session."""
    with suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGTERM)
    try:
        child.wait(_STOP)
    except subprocess.TimeoutExpired:
        with suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
        child.wait()
