"""One service for the whole session, on the Prefect server that all tests of flows share; one browser."""

from __future__ import annotations

import os
import shutil
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from flows.service.ledger import Ledger
from flows.service.service import Service
from flows.service.serving import server_of
from flows.service.settings import MIB, Settings
from flows.service.uploads import SOURCES
from tests.flows.service.dispatch import READER

CHROMIUM = shutil.which("chromium")
_LEFT = ("9" * 64, b"deed: good left by another life")


@dataclass(frozen=True)
class Served:
    """A service that runs, a client of it, and the job an earlier service had left."""

    service: Service
    url: str
    client: httpx.Client
    left: str

    def upload(self, name: str, data: bytes) -> httpx.Response:
        """Send a file."""
        return self.client.post("/api/documents", files={"file": (name, data)})

    def wait(self, id: str, seconds: float = 240.0) -> dict[str, Any]:
        """A job once it is done."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            job = self.client.get(f"/api/jobs/{id}").json()
            if job["state"] in ("finished", "failed"):
                return job
            time.sleep(0.1)
        raise AssertionError(f"{job} is not done")

    def read(self, name: str, data: bytes) -> str:
        """Have a document read; its hash."""
        job = self.wait(self.upload(name, data).json()["id"])
        assert job["state"] == "finished", job
        return job["document"]


def _leave_job(settings: Settings) -> str:
    """A job as a service leaves it that was killed while reading."""
    path = f"{SOURCES}/99/left/left.txt"
    (settings.state / path).parent.mkdir(parents=True)
    (settings.state / path).write_bytes(_LEFT[1])
    import hashlib

    ledger = Ledger(settings.database)
    job = ledger.add(hashlib.sha256(_LEFT[1]).hexdigest(), "left.txt", path, len(_LEFT[1]))
    ledger.claim(1)
    ledger.close()
    return job.id


@pytest.fixture(scope="session")
def served(prefect_server, tmp_path_factory) -> Iterator[Served]:
    """A service with small limits and a reader that also does what documents tell it."""
    folder: Path = tmp_path_factory.mktemp("service")
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    settings = Settings(
        out=folder / "out", state=folder / "state", port=port, rate=0, upload_bytes=2 * MIB,
        idle_seconds=1.5, reader=READER,
    )  # fmt: skip
    settings.state.mkdir()
    left = _leave_job(settings)
    service = Service.of(settings)
    server = server_of(service)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    url = f"http://127.0.0.1:{port}"
    with httpx.Client(base_url=url, timeout=60, trust_env=False) as client:
        while not server.started:
            time.sleep(0.05)
        yield Served(service, url, client, left)
    server.should_exit = True
    thread.join(20)


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """A Chromium without a window that asks nobody for anything."""
    if not CHROMIUM and not os.environ.get("CI"):
        pytest.skip("needs chromium")
    from playwright.sync_api import sync_playwright

    quiet = ["background-networking", "component-update", "sync", "domain-reliability", "default-apps"]
    arguments = ["--no-sandbox", "--no-first-run", *(f"--disable-{each}" for each in quiet)]
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        yield chromium
        chromium.close()
