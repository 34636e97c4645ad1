"""For the command line: harvesting from its first line to its exit code."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

INTERRUPTED = 130
DEPLOYMENT = "scheduled"
Say = Callable[[str], None]
_SERVER_START = 180.0
"""Seconds Prefect's server may take on a machine that is very busy, its first database included."""
_SERVER_STOP = 10.0


def show_probe(url: str, *, private: Sequence[str], contact: str, say: Say) -> int:
    """Look at a site and say what definition fits; the exit code comes back, 1 when nothing was found.

    Raises ``DefinitionError``.
    """
    from flows.harvesting.probe import probe, probe_lines
    from flows.harvesting.web import NoShelf, Web

    with Web(NoShelf()) as web:
        found = probe(url, web, private=private, contact=contact)
    for line in probe_lines(found):
        say(line)
    return 0 if found.chosen or found.lists else 1


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

            summary = run_harvest(**parameters)
    except KeyboardInterrupt:
        complain("stopped; the same command goes on where it was")
        return INTERRUPTED
    except (OSError, ServerFailed, KeepInUse) as error:
        complain(f"the harvest ended early: {error}; what is done is kept")
        return 1
    for line in summary_lines(summary):
        say(line)
    return 0 if summary.is_complete else 1


def serve_harvest(parameters: dict[str, Any], *, cron: str, timezone: str, port: int, say: Say) -> None:
    """Visit sites by a schedule until stopped, with a server of Prefect unless the user has one."""
    from flows.quiet import settle_environment

    settle_environment(quiet=False, embedded=False)
    with _server(port, say):
        from prefect.client.schemas.objects import ConcurrencyLimitConfig, ConcurrencyLimitStrategy
        from prefect.types.entrypoint import EntrypointType
        from prefect.schedules import Cron

        from flows.harvest import TAG, harvest

        one = ConcurrencyLimitConfig(limit=1, collision_strategy=ConcurrencyLimitStrategy.CANCEL_NEW)
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


@contextmanager
def _server(port: int, say: Say) -> Iterator[None]:
    """A whole server of Prefect on loopback: the one for a single run has no scheduler."""
    from flows.embedded import has_server

    if has_server():
        yield
        return
    port = port or _free_port()
    words = [sys.executable, "-m", "prefect", "server", "start", "--host", "127.0.0.1", "--port", str(port)]
    address = f"http://127.0.0.1:{port}"
    server = subprocess.Popen(
        words, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        os.environ["PREFECT_API_URL"] = f"{address}/api"
        _wait_for(f"{address}/api/health", server)
        say(f"Prefect's pages: {address}")
        yield
    finally:
        os.environ.pop("PREFECT_API_URL", None)
        _stop(server)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as door:
        return int(door.getsockname()[1])


def _wait_for(url: str, server: subprocess.Popen[bytes]) -> None:
    """Wait until the server answers; raises ``ServerFailed`` when it ends instead."""
    from flows.embedded import ServerFailed

    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    end = time.monotonic() + _SERVER_START
    while time.monotonic() < end and server.poll() is None:
        try:
            with opener.open(url, timeout=5):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    raise ServerFailed(f"Prefect's server did not start on {url}; see whether the port is taken")


def _stop(server: subprocess.Popen[bytes]) -> None:
    server.send_signal(signal.SIGINT)
    try:
        server.wait(_SERVER_STOP)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()
