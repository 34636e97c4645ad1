"""The flow as a deployment: a real Prefect server, a work pool and a worker on this machine."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx
import pytest

from tests.example import ROOT
from tests.flows.batches import results
from tests.flows.fake import READER

PREFECT = [sys.executable, "-m", "prefect"]
QUIET = {
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_CLOUD_ENABLE_ORCHESTRATION_TELEMETRY": "false",
    "PREFECT_CLI_PROMPT": "false",
}
POSTGRES = sorted(Path("/usr/lib/postgresql").glob("*/bin"))


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as door:
        return int(door.getsockname()[1])


@contextmanager
def running(words: list[str], env: dict[str, str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A program in a session of its own, ended with everything it has started."""
    with log.open("wb") as stream:
        program = subprocess.Popen(
            words, env=env, cwd=ROOT, stdout=stream, stderr=stream, start_new_session=True
        )
        try:
            yield program
        finally:
            os.killpg(program.pid, signal.SIGTERM)
            try:
                program.wait(15)
            except subprocess.TimeoutExpired:
                os.killpg(program.pid, signal.SIGKILL)
                program.wait()


def wait_for(condition: Callable[[], object], what: str, seconds: float = 120) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"waited in vain for {what}"
        time.sleep(0.2)


def as_postgres(words: list[str]) -> list[str]:
    """PostgreSQL refuses to run as root."""
    return ["runuser", "-u", "postgres", "--", *words] if os.geteuid() == 0 else words


@contextmanager
def postgres(folder: Path) -> Iterator[str]:
    """A database of PostgreSQL on loopback, as Prefect wants it named."""
    programs, port = POSTGRES[-1], free_port()
    data = Path(tempfile.mkdtemp(prefix="gongkai-postgres-"))
    if os.geteuid() == 0:
        shutil.chown(data, "postgres")
    initdb = [f"{programs}/initdb", "-D", str(data), "-U", "gongkai", "--auth", "trust", "-E", "UTF8"]
    subprocess.run(as_postgres(initdb), check=True, capture_output=True, cwd="/")
    serve = [f"{programs}/postgres", "-D", str(data), "-p", str(port), "-h", "127.0.0.1", "-k", ""]
    try:
        with running(as_postgres(serve), dict(os.environ), folder / "postgres.log"):
            yield f"postgresql+asyncpg://gongkai@127.0.0.1:{port}/postgres"
    finally:
        shutil.rmtree(data, ignore_errors=True)


@pytest.fixture(scope="module")
def server(tmp_path_factory) -> Iterator[dict[str, str]]:
    """The environment of a client of a fresh server on PostgreSQL; in CI that has to be there."""
    if not POSTGRES and not os.environ.get("CI"):
        pytest.skip("needs PostgreSQL: apt-get install postgresql")
    home = tmp_path_factory.mktemp("server")
    env = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")}
    env |= {**QUIET, "PREFECT_HOME": str(home), "PYTHONPATH": str(ROOT), "NO_PROXY": "127.0.0.1"}
    with ExitStack() as stack:
        env["PREFECT_SERVER_DATABASE_CONNECTION_URL"] = stack.enter_context(postgres(home))
        port = free_port()
        words = [*PREFECT, "server", "start", "--host", "127.0.0.1", "--port", str(port), "--no-ui"]
        stack.enter_context(running(words, env, home / "server.log"))
        env["PREFECT_API_URL"] = f"http://127.0.0.1:{port}/api"
        wait_for(lambda: is_up(env["PREFECT_API_URL"]), "the server")
        prefect(env, "work-pool", "create", "gongkai", "--type", "process")
        prefect(env, "--no-prompt", "deploy", "--prefect-file", "flows/prefect.yaml", "--all")
        yield env


def is_up(url: str) -> bool:
    try:
        return httpx.get(f"{url}/health", trust_env=False).status_code == 200
    except httpx.TransportError:
        return False


def prefect(env: dict[str, str], *words: str) -> str:
    done = subprocess.run([*PREFECT, *words], env=env, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def ask(env: dict[str, str], what: str, **query: object) -> list[dict]:
    answer = httpx.post(f"{env['PREFECT_API_URL']}/{what}/filter", json=query, trust_env=False)
    return answer.raise_for_status().json()


def test_worker_runs_the_flow_and_schedules_appear(server, archive, tmp_path):
    out = tmp_path / "out"
    folder = archive(a="good", b="menu", c="crash")
    parameters = [f"source={folder}", f"out={out}", f"reader={READER}", "workers=1"]
    asked = [word for parameter in parameters for word in ("--param", parameter)]
    prefect(server, "deployment", "run", "digitise/archive", *asked)
    worker = [*PREFECT, "worker", "start", "--pool", "gongkai", "--run-once", "--limit", "1"]
    done = {"state": {"type": {"any_": ["COMPLETED", "FAILED", "CRASHED"]}}}
    with running(worker, server, tmp_path / "worker.log"):
        wait_for(lambda: ask(server, "flow_runs", flow_runs=done), "the run", 150)
    (run,) = ask(server, "flow_runs", flow_runs=done)
    assert run["state_type"] == "COMPLETED", (tmp_path / "worker.log").read_text()
    assert sorted(name.count(".error") for name in results(out)) == [0, 1, 1]
    planned = {name["name"]: name for name in ask(server, "deployments")}
    assert set(planned) == {"archive", "nightly", "failed-again"}
    assert planned["nightly"]["schedules"][0]["schedule"]["cron"] == "30 2 * * *"
    ahead = {
        "state": {"type": {"any_": ["SCHEDULED"]}},
        "deployment_id": {"any_": [planned["nightly"]["id"]]},
    }
    wait_for(lambda: ask(server, "flow_runs", flow_runs=ahead), "a run of the schedule")
    assert planned["nightly"]["global_concurrency_limit"]["limit"] == 1
