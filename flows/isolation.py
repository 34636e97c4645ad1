"""Around the extraction of one document: a process of its own kind, with a clock and a memory limit.

A document that crashes the parser, never ends or eats the memory costs its reader, nothing else.
Readers are kept between documents, because starting one takes longer than reading a document,
and replaced after a number of documents, so that no leak adds up.
"""

from __future__ import annotations

import atexit
import json
import os
import select
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any

from extract.errors import ExtractionError, LimitExceeded
from extract.ocr.paddle import THREADS
from extract.reading.intake import Limits
from flows.records import MIB, STARVED, ReaderCrashed, Record, failed, too_much_memory

_LOOK = 0.05
"""Seconds between two looks at the memory of a reader that is at work."""
_START = 120.0
"""Seconds a reader may take to start on a machine that is very busy."""
_GRACE = 2.0
"""Seconds a document gets beyond its time, so that the pipeline can say itself what took so long."""
_BACKSTOP = 10.0
"""Seconds after which the kernel ends a reader whose parent is no longer there to do it."""
_LAST_WORDS = 4096
EXTRACT = "extract.pipeline:extract"
"""What reads a document unless somebody says otherwise."""


@dataclass(frozen=True, slots=True)
class Isolation:
    """How far a single document may go, and how long a reader is kept.

    ``seconds`` is wall time and ``memory`` bytes per document, beyond what its reader holds
    before; a reader is replaced after ``documents`` documents or when it stays above ``resident``
    bytes. With the models of the recogniser it holds up to 1.8 GB, and to load them again takes as
    long as ten documents: a limit near that replaced it after every other scan. ``extract`` names
    the function that reads, as ``module:function``, with the signature of ``extract.extract``.
    """

    seconds: float = 300.0
    memory: int = 2048 * MIB
    documents: int = 1000
    resident: int = 2560 * MIB
    extract: str = EXTRACT


def isolation_of(timeout: float, memory: int, extract: str = EXTRACT) -> Isolation:
    """The limits of a batch from what its user says: seconds and MiB for one document."""
    return Isolation(seconds=timeout, memory=memory * MIB, extract=extract)


@dataclass(frozen=True, slots=True)
class Work:
    """One document to read: where it is, what its bytes hash to and its name in the store."""

    uri: str
    location: str
    file_name: str
    sha256: str
    id: str
    pages: int


@dataclass(frozen=True, slots=True)
class Reading:
    """What came of one document: a record, or ``trouble`` with input or output that may pass."""

    record: Record | None
    seconds: float = 0.0
    trouble: str = ""


class Stopped(Exception):
    """The batch was told to stop while a document was being read."""


class Reader:
    """A process that reads one document after the other; it dies instead of this one."""

    def __init__(self, isolation: Isolation) -> None:
        self._isolation = isolation
        self._last_words: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the reader
        self._child = subprocess.Popen(
            [sys.executable, "-m", "flows.reader", json.dumps(asdict(isolation))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._last_words,
            start_new_session=True,
            env=_environment(),
        )
        self._pending = b""
        self._ready = False
        self._documents = 0
        self._resident = self._before = 0

    @property
    def is_spent(self) -> bool:
        """Whether a fresh reader should take its place."""
        limits = self._isolation
        worn = self._documents >= limits.documents or self._resident > limits.resident
        return worn or self._child.poll() is not None

    def read(self, work: Work, store: str, limits: Limits, stopped: Callable[[], bool]) -> Reading:
        """Have a document read into the store. Raises ``Stopped``; the reader is closed then."""
        start = time.monotonic()
        try:
            if not self._ready:
                self._reply(start + _START, stopped)
                self._ready = True
            self._before = self._resident = _resident(self._child.pid)
            self._ask(_request(work, store, limits, self._isolation))
            allowed = self._isolation.seconds * 1.1 + _GRACE
            reply = self._reply(time.monotonic() + allowed, stopped)
        except ExtractionError as error:
            self.close()
            named = type(error)(work.file_name, error.problem, error.advice)
            return Reading(failed(work.uri, work.id, named), time.monotonic() - start)
        except Stopped:
            self.close()
            raise
        self._documents += 1
        return self._understood(reply)

    def _understood(self, reply: dict[str, Any]) -> Reading:
        if "trouble" in reply:
            return Reading(None, trouble=reply["trouble"])
        self._resident = reply["resident"]
        return Reading(Record.from_json(reply["record"]), reply["seconds"])

    def _ask(self, request: dict[str, Any]) -> None:
        assert self._child.stdin is not None
        try:
            self._child.stdin.write(json.dumps(request).encode() + b"\n")
            self._child.stdin.flush()
        except BrokenPipeError:
            raise self._crash() from None

    def _reply(self, deadline: float, stopped: Callable[[], bool]) -> dict[str, Any]:
        """The next line of the reader. Raises ``LimitExceeded``, ``ReaderCrashed`` or ``Stopped``."""
        assert self._child.stdout is not None
        pipe = self._child.stdout.fileno()
        while b"\n" not in self._pending:
            if select.select([pipe], [], [], _LOOK)[0]:
                received = os.read(pipe, 65_536)
                if not received:
                    raise self._crash()
                self._pending += received
                continue
            self._look_after(deadline, stopped)
        line, _, self._pending = self._pending.partition(b"\n")
        reply: dict[str, Any] = json.loads(line)
        return reply

    def _look_after(self, deadline: float, stopped: Callable[[], bool]) -> None:
        if stopped():
            raise Stopped
        self._resident = _resident(self._child.pid) or self._resident
        if self._resident - self._before > self._isolation.memory:
            raise too_much_memory("", self._isolation.memory)
        if time.monotonic() > deadline:
            raise _too_long(self._isolation)

    def _crash(self) -> ExtractionError:
        """What to call the death of the reader."""
        code = self._child.wait()
        if self._resident - self._before > STARVED * self._isolation.memory:
            return too_much_memory("", self._isolation.memory)
        cause = _signal_name(-code) if code < 0 else self._final_line() or f"exit code {code}"
        return ReaderCrashed(
            "", f"crashed its reader ({cause})", "report it with the document; the others are not affected"
        )

    def _final_line(self) -> str:
        size = self._last_words.seek(0, os.SEEK_END)
        self._last_words.seek(max(0, size - _LAST_WORDS))
        lines = self._last_words.read().decode("utf-8", errors="replace").strip().splitlines()
        return lines[-1].strip()[:300] if lines else ""

    def close(self) -> None:
        """End the process and everything it has started."""
        with suppress(ProcessLookupError):
            os.killpg(self._child.pid, signal.SIGKILL)
        self._child.wait()
        for stream in (self._child.stdin, self._child.stdout, self._last_words):
            if stream:
                with suppress(BrokenPipeError):
                    stream.close()


_IDLE: dict[Isolation, list[Reader]] = {}
_LOCK = threading.Lock()


def start_readers(isolation: Isolation, number: int) -> None:
    """Have so many readers idle before the first chunk asks for them: they come up beside everything else."""
    with _LOCK:
        idle = _IDLE.setdefault(isolation, [])
        idle.extend(Reader(isolation) for _ in range(number - len(idle)))


@contextmanager
def reader(isolation: Isolation) -> Iterator[Callable[[], Reader]]:
    """Lends a reader for the length of a chunk: call for the current one, a fresh one when it is spent."""
    with _LOCK:
        idle = _IDLE.setdefault(isolation, [])
        lent = [idle.pop()] if idle else []

    def current() -> Reader:
        if lent and lent[0].is_spent:
            lent.pop().close()
        if not lent:
            lent.append(Reader(isolation))
        return lent[0]

    try:
        yield current
    finally:
        with _LOCK:
            _IDLE.setdefault(isolation, []).extend(one for one in lent if not one.is_spent)
        for one in lent:
            if one.is_spent:
                one.close()


@atexit.register
def close_readers() -> None:
    """End the readers nobody uses."""
    with _LOCK:
        idle = [one for readers in _IDLE.values() for one in readers]
        _IDLE.clear()
    for one in idle:
        one.close()


def _request(work: Work, store: str, limits: Limits, isolation: Isolation) -> dict[str, Any]:
    return {
        **asdict(work),
        "store": store,
        "limits": {**asdict(limits), "seconds": isolation.seconds},
        "memory": isolation.memory,
        "lifetime": isolation.seconds * 1.1 + _GRACE + _BACKSTOP,
    }


def _environment() -> dict[str, str]:
    """Readers share the cores among themselves: libraries that would take all of them get one each."""
    one_thread = dict.fromkeys((THREADS, "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    path = os.pathsep.join(entry for entry in sys.path if entry)
    return {**one_thread, **os.environ, "PYTHONPATH": path, "PYTHONUNBUFFERED": "1"}


def _resident(pid: int) -> int:
    """Bytes of memory a process has in use; 0 where the system does not tell."""
    try:
        pages = Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1:2]
    except OSError:
        return 0
    return int(pages[0]) * os.sysconf("SC_PAGE_SIZE") if pages else 0


def _too_long(isolation: Isolation) -> LimitExceeded:
    return LimitExceeded(
        "",
        f"takes longer than the limit of {isolation.seconds:g} seconds",
        "raise --timeout if the document is meant to be that heavy",
    )


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
