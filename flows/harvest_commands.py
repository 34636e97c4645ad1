"""For the command line: harvesting from its first line to its exit code."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Sequence
from typing import Any

INTERRUPTED = 130
DEPLOYMENT = "scheduled"
Say = Callable[[str], None]


def show_probe(url: str, *, private: Sequence[str], contact: str, say: Say) -> int:
    """Look at a site and say what definition fits; the exit code comes back, 1 when nothing was found.

    Raises ``DefinitionError``.
    """
    from flows.harvesting.probe import probe, probe_lines
    from flows.harvesting.web import NoShelf, Web

    _hush_retries()
    with Web(NoShelf()) as web:
        found = probe(url, web, private=private, politeness={"contact": contact} if contact else None)
    for line in probe_lines(found):
        say(line)
    return 0 if found.chosen or found.lists else 1


def _hush_retries() -> None:
    """Requests that are tried again are no news on the terminal: their end is in the summary."""
    from stamina.instrumentation import set_on_retry_hooks

    set_on_retry_hooks([])


def harvest_sites(parameters: dict[str, Any], *, say: Say, complain: Say, verbose: bool) -> int:
    """Visit sites once and say what came of it; the exit code comes back.

    0 when every site was visited, 1 when one was not or what is kept could not be read or written,
    130 after Ctrl-C.
    """
    from flows.embedded import ServerFailed, embedded_server
    from flows.harvesting.keep import KeepInUse
    from flows.harvesting.summary import summary_lines
    from flows.quiet import settle_environment

    settle_environment(quiet=not verbose)
    try:
        with embedded_server():
            from flows.harvest import run_harvest

            _hush_retries()
            summary = run_harvest(**parameters)
    except KeyboardInterrupt:
        complain("stopped; the same command goes on where it was")
        return INTERRUPTED
    except (OSError, sqlite3.Error, ServerFailed, KeepInUse) as error:
        complain(f"the harvest ended early: {error}; what is done is kept")
        return 1
    for line in summary_lines(summary):
        say(line)
    return 0 if summary.is_complete else 1


def serve_harvest(parameters: dict[str, Any], *, cron: str, timezone: str, port: int, say: Say) -> None:
    """Visit sites by a schedule until stopped, with a server of Prefect unless the user has one."""
    from flows.embedded import embedded_server
    from flows.quiet import settle_environment

    settle_environment(quiet=False, embedded=False)
    with embedded_server(port=port, whole=True):
        from prefect.client.schemas.objects import ConcurrencyLimitConfig, ConcurrencyLimitStrategy
        from prefect.schedules import Cron
        from prefect.types.entrypoint import EntrypointType

        from flows.harvest import TAG, harvest

        one = ConcurrencyLimitConfig(limit=1, collision_strategy=ConcurrencyLimitStrategy.CANCEL_NEW)
        say(f"Prefect: {os.environ.get('PREFECT_API_URL') or 'as your profile says'}")
        say(f"harvest {parameters['sites']} at {cron} ({timezone}); stop with Ctrl-C")
        harvest.serve(
            name=DEPLOYMENT,
            schedule=Cron(cron, timezone=timezone),
            parameters=parameters,
            tags=[TAG],
            global_limit=one,
            limit=1,
            pause_on_shutdown=False,
            print_starting_message=False,
            entrypoint_type=EntrypointType.MODULE_PATH,
        )
