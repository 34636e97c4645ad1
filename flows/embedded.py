"""Prefect's embedded server for one batch, started early and ended with the process that wants it.

Prefect starts such a server itself, but only after it has imported all of it into the client as
well, and leaves it behind when the client is killed. Here it comes up while the client is still
being imported, on a socket that is open from the start: the first request waits in its backlog.
``python -m flows.embedded FD`` is the server's side; with ``whole`` behind it, it also keeps
schedules and shows Prefect's pages.
"""

from __future__ import annotations

import gc
import http.client
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_START = 180.0
"""Seconds the server may take on a machine that is very busy, its first database included."""
_STOP = 5.0
_ORPHAN_CHECK = 0.5
_BACKLOG = 128
_WHOLE = "whole"
_FEW_COLLECTIONS = 100_000
"""Objects between two garbage collections: starting up makes many and drops few."""


class ServerFailed(RuntimeError):
    """The embedded server did not come up."""


def is_first_start() -> bool:
    """Whether the embedded server will have to make its database first, which takes it a while."""
    if has_server() or os.environ.get("PREFECT_API_DATABASE_CONNECTION_URL"):
        return False
    return not (_home() / "prefect.db").exists()


def _home() -> Path:
    return Path(os.environ.get("PREFECT_HOME", "~/.prefect")).expanduser()


def has_server() -> bool:
    """Whether the user has set up a server of Prefect, by variable or profile, which is to be used then."""
    if os.environ.get("PREFECT_API_URL"):
        return True
    places = (_home() / "profiles.toml", Path("prefect.toml"), Path(".env"))
    return any(_mentions_server(place) for place in places)


def _mentions_server(settings: Path) -> bool:
    try:
        text = settings.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False
    return "PREFECT_API_URL" in text or "[api]" in text


@contextmanager
def embedded_server(*, port: int = 0, whole: bool = False) -> Iterator[None]:
    """Have a server for the block, unless the user has one; PREFECT_API_URL names it.

    Call ``settle_environment`` before, import Prefect inside. ``port`` 0 is any; a ``whole`` server
    keeps schedules. Raises ``ServerFailed``, and OSError when the port is taken.
    """
    if has_server():
        yield
        return
    with socket.create_server(("127.0.0.1", port), backlog=_BACKLOG) as door:
        port = door.getsockname()[1]
        errors = tempfile.TemporaryFile()  # noqa: SIM115 - closed when the server has ended
        server = subprocess.Popen(
            [sys.executable, "-m", "flows.embedded", str(door.fileno()), *([_WHOLE] if whole else [])],
            pass_fds=[door.fileno()],
            stdin=subprocess.DEVNULL,
            stdout=errors,
            stderr=errors,
            start_new_session=True,
        )
    os.environ["PREFECT_API_URL"] = f"http://127.0.0.1:{port}/api"
    try:
        import prefect  # noqa: F401 - while the server starts

        _wait_for(port)
        yield
    except ConnectionError as error:
        errors.seek(0)
        words = errors.read().decode(errors="replace").strip().splitlines()
        raise ServerFailed(f"Prefect's server did not start: {words[-1] if words else error}") from error
    finally:
        del os.environ["PREFECT_API_URL"]
        _stop(server)
        errors.close()


def _wait_for(port: int) -> None:
    """Wait until the server answers; raises ConnectionError when it is gone."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_START)
    try:
        connection.request("GET", "/api/health")
        connection.getresponse().read()
    finally:
        connection.close()


def _stop(server: subprocess.Popen[bytes]) -> None:
    server.terminate()
    try:
        server.wait(_STOP)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()


def serve(descriptor: int, *, whole: bool) -> None:
    """Serve on an open socket until told to end, or until the parent is gone."""
    threading.Thread(target=_leave_with_parent, args=(os.getppid(),), daemon=True).start()
    gc.set_threshold(_FEW_COLLECTIONS)
    door = socket.socket(fileno=descriptor)
    import uvicorn
    from prefect.server.api.server import create_app

    app = create_app(ephemeral=not whole, final=True)
    uvicorn.Server(uvicorn.Config(app, log_level="critical", lifespan="on")).run(sockets=[door])


def _leave_with_parent(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(_ORPHAN_CHECK)
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    serve(int(sys.argv[1]), whole=_WHOLE in sys.argv[2:])
