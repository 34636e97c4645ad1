"""For the command line: a batch from its first line to its exit code."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

INTERRUPTED = 130
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


def digitise_archive(parameters: dict[str, Any], *, say: Say, verbose: bool) -> int:
    """Run a batch with a progress bar; the exit code comes back.

    0 when every document of the source has a result, 1 when some failed, 130 after Ctrl-C.
    Raises ``NoSuchSource`` before anything is started, ValueError for a command no shell would take.
    """
    from flows.batchreport import REPORT
    from flows.embedded import embedded_server
    from flows.progress import ProgressBar, batch_line
    from flows.quiet import settle_environment
    from flows.sources import find_documents
    from flows.store import store_at

    find_documents(parameters["source"])
    settle_environment(quiet=not verbose)
    with ProgressBar() as bar, embedded_server():
        from flows.digitise import run_batch

        try:
            head = run_batch(bar, **parameters)
        except KeyboardInterrupt:
            print("gongkai: stopped; the same command goes on where it was", file=sys.stderr)
            return INTERRUPTED
    say(batch_line(head, store_at(parameters["out"]).address(REPORT)))
    return 1 if head["failures"] else 0
