"""Starts batches with the fake reader, in this process or in one that can be killed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

from tests.flows.fake import READER


class Listener:
    """A watcher that remembers what it was told."""

    def __init__(self) -> None:
        self.records: list[Any] = []
        self.plan: Any = None
        self.documents = self.hashed_documents = 0
        self.lock = threading.Lock()  # cannot be pickled, as a progress bar cannot

    def hashed(self, documents: int, more: int) -> None:
        self.documents, self.hashed_documents = documents, self.hashed_documents + more

    def planned(self, plan: Any) -> None:
        self.plan = plan

    def read(self, record: Any) -> None:
        self.records.append(record)


def run(
    source: object, out: object, *, watcher: Listener | None = None, **options: Any
) -> tuple[dict[str, Any], Listener]:
    """Run a batch here; the head of its manifest and what a watcher saw."""
    from flows.digitise import run_batch

    listener = watcher or Listener()
    parameters = {"workers": 2, "timeout": 20, "memory": 400, "reader": READER, **options}
    return run_batch(listener, source=str(source), out=str(out), **parameters), listener


def start(source: object, out: object, **options: Any) -> subprocess.Popen[bytes]:
    """Start a batch in a process of its own, with this process's server."""
    arguments = json.dumps({"source": str(source), "out": str(out), **options})
    return subprocess.Popen(
        [sys.executable, "-m", "tests.flows.batches", arguments],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(entry for entry in sys.path if entry)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )


def kill_tree(process: subprocess.Popen[bytes]) -> None:
    """End a process and all below it at once, with no chance to tidy up."""
    tree = [process.pid]
    for pid in tree:
        tree += _children(pid)
    for pid in tree:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue
    process.wait()
    if process.stderr:
        process.stderr.close()


def _children(pid: int) -> list[int]:
    listed = Path(f"/proc/{pid}/task/{pid}/children")
    tasks = Path(f"/proc/{pid}/task")
    try:
        lists = [task / "children" for task in tasks.iterdir()] if listed.exists() else []
        return [int(child) for one in lists for child in one.read_text().split()]
    except FileNotFoundError:
        return []


def results(out: Path) -> dict[str, bytes]:
    """What lies in the documents of a store, by name."""
    return {path.name: path.read_bytes() for path in sorted((out / "documents").iterdir())}


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell lets what it starts behind ignore it
    asked = json.loads(sys.argv[1])
    run(asked.pop("source"), asked.pop("out"), **asked)
