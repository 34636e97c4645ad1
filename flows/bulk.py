"""For the command line: a batch from its first line to its exit code."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

INTERRUPTED = 130
_STARTING = "starting"
_MAKING = "making Prefect's database, once"
Say = Callable[[str], None]


def show_plan(source: str, out: str, *, limit: int | None, only_failed: bool, say: Say) -> None:
    """Say what a batch would do; nothing is written, and Prefect is not started.

    Raises ``NoSuchSource``.
    """
    from flows.plan import Order, make_plan
    from flows.progress import plan_lines
    from flows.store import store_at

    store = store_at(out)
    order = Order(source, store.url, limit, only_failed)
    for line in plan_lines(make_plan(order, store, keep_fingerprints=False)):
        say(line)


def check_parameters(parameters: dict[str, Any]) -> None:
    """Refuse what cannot work before anything is started: raises ValueError (``NoSuchSource`` is one)."""
    from flows.hook import words_of
    from flows.sources import find_documents
    from flows.store import store_at

    store = store_at(parameters["out"])
    if store.is_local and Path(store.url).exists() and not Path(store.url).is_dir():
        raise ValueError(f"{parameters['out']}: is a file; name a folder")
    if parameters["after"]:
        words_of(parameters["after"])
    if "://" not in parameters["source"]:  # a bucket is listed once, when the batch has begun
        find_documents(parameters["source"])


def digitise_archive(parameters: dict[str, Any], *, say: Say, complain: Say, verbose: bool) -> int:
    """Run a batch with a progress bar; the exit code comes back.

    0 when every document of the source has a result, 1 when some failed or the store could not
    be reached, 130 after Ctrl-C. Raises ``NoSuchSource``.
    """
    from flows.batchreport import REPORT
    from flows.embedded import ServerFailed, embedded_server, is_first_start
    from flows.progress import ProgressBar, batch_line
    from flows.quiet import settle_environment
    from flows.store import store_at

    settle_environment(quiet=not verbose)
    try:
        _start_readers(parameters)
        with ProgressBar(start=_MAKING if is_first_start() else _STARTING) as bar, embedded_server():
            from flows.digitise import run_batch

            head = run_batch(bar, **parameters)
    except KeyboardInterrupt:
        complain("stopped; the same command goes on where it was")
        return INTERRUPTED
    except (OSError, ServerFailed) as error:
        complain(f"the batch ended early: {error}; what is done is kept, the same command goes on")
        return 1
    say(batch_line(head, store_at(parameters["out"]).address(REPORT)))
    return 1 if head["failures"] else 0


def _start_readers(parameters: dict[str, Any]) -> None:
    """Have the readers come up while the server does; those of a cluster are started there."""
    from flows.isolation import isolation_of, start_readers

    if not parameters["dask"]:
        isolation = isolation_of(parameters["timeout"], parameters["memory"])
        start_readers(isolation, parameters["workers"] or os.cpu_count() or 1)
