"""Harvesting as a Prefect flow and from the command line: hand-over, summary, failing sites, schedules."""

from __future__ import annotations

import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import httpx
import pytest
from typer.testing import CliRunner

from flows.cli import app
from flows.harvesting.keep import Keep
from tests.example import ROOT
from tests.flows.fake import READER
from tests.flows.harvesting.district import Draft, definition, listed, row, static_gbk
from tests.flows.harvesting.server import Resource, hosts


@pytest.fixture
def start():
    with hosts() as opener:
        yield opener


def toml(value: object) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {toml(one)}" for key, one in value.items()) + " }"
    return json.dumps(value, ensure_ascii=False)


def definitions(folder, *tables):
    place = folder / "sites.toml"
    lines = [["[[site]]", *(f"{key} = {toml(value)}" for key, value in table.items())] for table in tables]
    place.write_text("\n".join(line for table in lines for line in table), encoding="utf-8")
    return place


def readable(name: str, **texts: str) -> Draft:
    """A site with documents that the reader of the tests reads."""
    draft = Draft(name)
    for file, text in texts.items():
        draft.put(f"/files/{file}.txt", f"{file}: {text}", "text/plain")
    draft.put(draft.start, listed([row(f"/files/{file}.txt", number) for number, file in enumerate(texts)]))
    return draft


def test_flow_keeps_reads_and_reports(prefect_server, start, tmp_path):
    from flows.harvest import ARTIFACT, run_harvest

    good, broken = readable("good", a="good", b="menu"), static_gbk()
    broken.resources[broken.start] = Resource(b"", status=500)
    tables = [
        definition(good, start("127.0.0.2", good.resources)),
        definition(broken, start("127.0.0.3", broken.resources), attempts=1),
    ]
    sites, keep, out = definitions(tmp_path, *tables), tmp_path / "keep", tmp_path / "out"
    parameters = {"sites": str(sites), "keep": str(keep), "out": str(out), "workers": 1, "reader": READER}
    summary = run_harvest(**parameters)
    assert {report.site: report.state for report in summary.sites} == {"good": "visited", "static": "failed"}
    assert (summary.total("new"), summary.total("failed")) == (2, 1)
    assert (summary.handed["read"]["documents"], summary.handed["failures"]) == (2, 1)
    results = list((out / "documents").iterdir())
    assert sorted(path.name.count(".error.") for path in results) == [0, 1]
    again = run_harvest(**parameters)
    assert (again.run, again.handed) == (2, {})
    assert again.sites[0].counts == {"unchanged": 2}
    (artifact,) = artifacts(prefect_server, ARTIFACT, "Harvest 1")
    assert "| good | visited | 2 | 2 | 0 | 0 | 0 | 0 |" in artifact["data"]
    assert "the server fails (500)" in artifact["data"]


def artifacts(server: str, key: str, description: str) -> list[dict]:
    asked = {"artifacts": {"key": {"any_": [key]}}}
    answer = httpx.post(f"{server}/artifacts/filter", json=asked, trust_env=False).raise_for_status()
    return [one for one in answer.json() if one["description"] == description]


def test_visit_that_breaks_off_stops_no_other(prefect_server, start, tmp_path, monkeypatch):
    from flows.harvest import run_harvest

    one, two = readable("one", a="good"), readable("two", b="good")
    tables = [
        definition(one, start("127.0.0.2", one.resources)),
        definition(two, start("127.0.0.3", two.resources)),
    ]
    put = Keep.put_document

    def full(self, run, document, sighting):
        if sighting.site == "one":
            raise OSError(28, "No space left on device")
        return put(self, run, document, sighting)

    monkeypatch.setattr(Keep, "put_document", full)
    summary = run_harvest(sites=str(definitions(tmp_path, *tables)), keep=str(tmp_path / "keep"))
    assert [report.state for report in summary.sites] == ["not visited", "visited"]
    assert "No space left" in summary.sites[0].warnings[0]
    assert summary.total("new") == 1


def test_command_line_harvests(prefect_server, start, tmp_path):
    draft = readable("only", a="good")
    host = start("127.0.0.2", draft.resources)
    sites = definitions(tmp_path, definition(draft, host))
    words = ["harvest", "run", str(sites), "--keep", str(tmp_path / "keep")]
    done = CliRunner().invoke(app, words)
    assert done.exit_code == 0, done.output
    assert done.output.splitlines()[1].split() == ["only", "1", "0", "0", "0", "0"]
    del draft.resources[draft.start]
    done = CliRunner().invoke(app, words)
    assert done.exit_code == 1
    assert "warning: only: list" in done.output
    done = CliRunner().invoke(app, [*words, "--site", "other"])
    assert done.exit_code == 2
    assert "defines no other" in done.output


def test_command_line_probes(start):
    draft = readable("only", a="good")
    draft.put("/robots.txt", "")
    host = start("127.0.0.2", draft.resources)
    done = CliRunner().invoke(app, ["harvest", "probe", host.url + "/none.html", "--private", "127.0.0.0/8"])
    assert done.exit_code == 1
    assert "# gone" in done.output
    done = CliRunner().invoke(app, ["harvest", "probe", "ftp://example.org"])
    assert done.exit_code == 2


def test_scheduled_run_really_appears(prefect_server, tmp_path):
    """The deployment is made by ``serve``; the server here is one that keeps schedules."""
    sites = definitions(tmp_path, {"name": "only", "start": "http://127.0.0.2:9/"})
    log = tmp_path / "serve.log"
    with log.open("wb") as stream:
        serving = subprocess.Popen(
            [
                *(sys.executable, "-m", "flows.cli", "harvest", "serve", str(sites)),
                *("--keep", str(tmp_path / "keep"), "--cron", "0 6 * * *", "--port", "0"),
            ],
            env=schedulers_environment(same_database(tmp_path / "prefect")),
            stdout=stream,
            stderr=stream,
            start_new_session=True,
        )
    try:
        runs = scheduled(log, serving)
    finally:
        os.killpg(serving.pid, signal.SIGINT)
        try:
            serving.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(serving.pid, signal.SIGKILL)
            serving.wait()
    assert {run["state_type"] for run in runs} == {"SCHEDULED"}
    # Six in the morning in Shanghai is ten in the evening, UTC.
    assert all("T22:00:00" in run["expected_start_time"] for run in runs)
    assert runs[0]["parameters"]["sites"] == str(sites)


def schedulers_environment(home: Path) -> dict[str, str]:
    """As a user's, but with a home of its own and a scheduler that looks every second."""
    env = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")}
    return env | {
        "PREFECT_HOME": str(home),
        "PYTHONPATH": str(ROOT),
        "PREFECT_UI_ENABLED": "false",
        "PREFECT_SERVER_SERVICES_SCHEDULER_LOOP_SECONDS": "1",
    }


def same_database(home: Path) -> Path:
    """A home of Prefect with a copy of this session's database, which need not be made anew."""
    home.mkdir()
    with (
        closing(sqlite3.connect(Path(os.environ["PREFECT_HOME"]) / "prefect.db")) as ours,
        closing(sqlite3.connect(home / "prefect.db")) as copy,
    ):
        ours.backup(copy)
    return home


def scheduled(log: Path, serving: subprocess.Popen[bytes]) -> list[dict]:
    """The runs that the server has planned; its address is what the command says."""
    end = time.monotonic() + 120
    wanted = {"deployments": {"name": {"any_": ["scheduled"]}}}
    while time.monotonic() < end and serving.poll() is None:
        said = re.search(r"^Prefect: (\S+)$", log.read_text(), re.MULTILINE)
        url = f"{said.group(1)}/flow_runs/filter" if said else ""
        answer = httpx.post(url, json=wanted, trust_env=False, timeout=30).raise_for_status() if url else None
        if answer and answer.json():
            return answer.json()
        time.sleep(0.3)
    raise AssertionError(log.read_text())
