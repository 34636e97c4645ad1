"""The process that reads uploads through the flow of digitise: ``python -m flows.service.worker``.

It shares nothing with the service but the ledger and the folders. When it dies, the service
starts another one, which takes up what this one had claimed; it ends when the service does.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flows.service.ledger import Job, Ledger

_AT_ONCE = 4
"""Jobs that one batch takes up: the flow reads so many in one chunk."""
_PAUSE = 0.2
"""Seconds between two looks at an empty queue."""
_ORPHAN_CHECK = 0.5


@dataclass(frozen=True, slots=True)
class Setting:
    """What the service tells its worker: folders, and the parameters of the flow."""

    out: str
    state: str
    database: str
    workers: int
    parameters: dict[str, Any]


class _Quiet:
    """A watcher of batches that is told and tells nobody: the ledger is read from the store."""

    def hashed(self, documents: int, more: int) -> None:
        """Nobody waits for it."""

    def planned(self, plan: Any) -> None:
        """Nobody waits for it."""

    def read(self, record: Any) -> None:
        """Nobody waits for it."""


def main() -> None:
    """Read until the service is gone."""
    from flows.embedded import embedded_server
    from flows.quiet import settle_environment

    setting = Setting(**json.loads(sys.argv[1]))
    threading.Thread(target=_leave_with_parent, args=(os.getppid(),), daemon=True).start()
    os.environ.setdefault("PREFECT_HOME", str(Path(setting.state) / "prefect"))
    settle_environment()
    os.chdir(setting.state)  # what the results call their sources is relative to it
    ledger = Ledger(Path(setting.database))
    ledger.release()
    threading.excepthook = _die
    with embedded_server():
        readers = [
            threading.Thread(target=_read_for_ever, args=(setting, ledger), daemon=True)
            for _ in range(setting.workers)
        ]
        for reader in readers:
            reader.start()
        for reader in readers:
            reader.join()


def _leave_with_parent(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(_ORPHAN_CHECK)
    os._exit(0)


def _die(failure: threading.ExceptHookArgs) -> None:
    """An error of one thread ends the whole process: the service starts a fresh one."""
    threading.__excepthook__(failure)
    sys.stderr.flush()
    os._exit(1)


def _read_for_ever(setting: Setting, ledger: Ledger) -> None:
    """One batch after the other."""
    while True:
        jobs = ledger.claim(_AT_ONCE)
        if jobs:
            _read(jobs, setting, ledger)
        else:
            time.sleep(_PAUSE)


def _read(jobs: list[Job], setting: Setting, ledger: Ledger) -> None:
    from flows.digitise import run_batch

    listed = Path(f"{jobs[0].id}.list")  # here, so that results call their sources sources/…
    listed.write_text("".join(f"{job.path}\n" for job in jobs), encoding="utf-8")
    try:
        run_batch(_Quiet(), source=f"@{listed}", out=setting.out, workers=1, **setting.parameters)
    finally:
        listed.unlink(missing_ok=True)
    for job in jobs:
        settle(job, setting.out, ledger)


def settle(job: Job, out: str, ledger: Ledger) -> None:
    """Enter into the ledger what the store has of a job."""
    from flows.store import DOCUMENTS, FAILURE, RESULT, current_recipe, store_at

    store = store_at(out)
    name = f"{DOCUMENTS}/{current_recipe().id_of(job.sha256)}"
    if store.has(f"{name}{RESULT}"):
        ledger.finish(job.id)
        return
    try:
        failure = store.read_json(f"{name}{FAILURE}")
    except FileNotFoundError:
        ledger.fail(job.id, "SourceUnavailable", "could not be reached or stored", "upload it again")
        return
    ledger.fail(job.id, failure["error"], failure["problem"], failure["advice"])


if __name__ == "__main__":
    main()
