"""In the benchmarks of batches: a command with all it starts, to be watched and killed."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from tests.benchmarks.documents import ROOT


def descendants(pid: int) -> list[int]:
    """A process and everything below it (Linux)."""
    tree = [pid]
    for one in tree:
        with suppress(OSError):
            for task in Path(f"/proc/{one}/task").iterdir():
                tree += map(int, (task / "children").read_text(encoding="ascii").split())
    return tree


def resident_mb(pids: list[int]) -> float:
    """The resident memory of some processes together, in MB; pages they share count for each."""
    return sum(map(_resident, pids)) / 1e6


def _resident(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1]) * resource.getpagesize()
    except (OSError, IndexError):
        return 0


def kill_tree(pid: int) -> None:
    """``kill -9`` of a process and all below it, with no chance to tidy up."""
    for one in descendants(pid):
        with suppress(ProcessLookupError):
            os.kill(one, signal.SIGKILL)


def digitise(
    *arguments: str, home: Path, environment: dict[str, str] | None = None
) -> subprocess.Popen[bytes]:
    """Start ``gongkai digitise`` of this checkout with a Prefect of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "flows.cli", "digitise", *arguments],
        cwd=ROOT,
        env={**os.environ, "PREFECT_HOME": str(home), "PYTHONPATH": str(ROOT), **(environment or {})},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


@dataclass
class Samples:
    """Resident memory of a tree of processes over time, in MB, with how many documents were done."""

    documents: list[int] = field(default_factory=list)
    mb: list[float] = field(default_factory=list)


@contextmanager
def sampled(pid: int, store: Path, every: float = 1.0) -> Iterator[Samples]:
    """Read the memory of a tree of processes during the block."""
    samples, ended = Samples(), threading.Event()

    def watch() -> None:
        while not ended.wait(every):
            samples.documents.append(count_done(store))
            samples.mb.append(resident_mb(descendants(pid)))

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield samples
    finally:
        ended.set()
        watcher.join()


def count_done(store: Path) -> int:
    """How many documents a store of files has a result or a failure for."""
    folder = store / "documents"
    return sum(1 for _ in folder.iterdir()) if folder.is_dir() else 0
