"""In the benchmarks: ``gongkai serve`` with many clients at once, watched for errors and growth."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import statistics
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from tests.benchmarks.documents import ROOT
from tests.benchmarks.report import markdown_table

SAMPLE = ROOT / "samples" / "final-accounts-wuhan.pdf"
_START = 180.0
_WINDOWS = 5


@dataclass
class Tally:
    """What the clients met: seconds by kind of request, statuses, and what went wrong."""

    seconds: dict[str, list[float]] = field(default_factory=dict)
    statuses: Counter[int] = field(default_factory=Counter)
    errors: Counter[str] = field(default_factory=Counter)
    resident: list[float] = field(default_factory=list)
    descriptors: list[int] = field(default_factory=list)


@contextmanager
def running(workplace: Path) -> Iterator[tuple[str, int]]:
    """A service of its own; its address and process."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "flows.cli",
            "serve",
            str(workplace / "out"),
            "--port",
            str(port),
            "--rate",
            "0",
        ],
        stderr=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    try:
        yield f"http://127.0.0.1:{port}", process.pid
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


def prepare(url: str) -> str:
    """Have the sample read and its pages painted; its hash."""
    end = time.monotonic() + _START
    with httpx.Client(base_url=url, timeout=60, trust_env=False) as client:
        while True:
            try:
                client.get("/health")
                break
            except httpx.TransportError:
                time.sleep(0.1)
        job = client.post("/api/documents", files={"file": (SAMPLE.name, SAMPLE.read_bytes())}).json()
        while job["state"] != "finished" and time.monotonic() < end:
            time.sleep(0.2)
            job = client.get(f"/api/jobs/{job['id']}").json()
        for number in range(1, 5):
            client.get(f"/api/documents/{job['document']}/pages/{number}?width=800").raise_for_status()
    return str(job["document"])


def requests_of(sha256: str) -> list[tuple[str, str, str]]:
    """The round of one client: name, method and path of every request."""
    document = f"/api/documents/{sha256}"
    return [
        ("list", "GET", "/api/documents?needs_review=false"),
        ("search", "GET", "/api/documents?q=公共法律服务"),
        ("JSON", "GET", document),
        ("review", "GET", f"{document}/review"),
        *(("page", "GET", f"{document}/pages/{number}?width=800") for number in range(1, 5)),
        ("CSV", "GET", f"{document}/tables/t3.csv"),
        ("XLSX", "GET", f"{document}/tables/t3.xlsx"),
        ("jobs", "GET", "/api/jobs"),
        ("subjects", "GET", "/api/subjects?q=2130301"),
        ("refused upload", "POST", "/api/documents"),
        ("decision", "POST", f"{document}/corrections"),
    ]


async def _client(url: str, number: int, sha256: str, end: float, tally: Tally) -> None:
    round_ = requests_of(sha256)
    round_ = [*round_[number % len(round_) :], *round_[: number % len(round_)]]
    async with httpx.AsyncClient(base_url=url, timeout=60, trust_env=False) as client:
        while True:
            for name, method, path in round_:
                if time.monotonic() > end:
                    return
                await _ask(client, name, method, path, number, tally)


async def _ask(
    client: httpx.AsyncClient, name: str, method: str, path: str, number: int, tally: Tally
) -> None:
    start = time.perf_counter()
    try:
        if name == "refused upload":
            answer = await client.post(path, files={"file": ("moving.gif", b"GIF89a" + b"\0" * 4000)})
        elif name == "decision":
            body = {"where": "document", "read": "", "action": "accept", "by": f"client {number}"}
            answer = await client.post(path, json=body)
        else:
            answer = await client.request(method, path)
    except httpx.HTTPError as error:
        tally.errors[f"{name}: {type(error).__name__}"] += 1
        return
    tally.seconds.setdefault(name, []).append(time.perf_counter() - start)
    tally.statuses[answer.status_code] += 1
    if answer.status_code != (415 if name == "refused upload" else 200):
        tally.errors[f"{name}: {answer.status_code}"] += 1


async def _watch(pid: int, end: float, tally: Tally) -> None:
    while time.monotonic() < end:
        pages = int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1])
        tally.resident.append(pages * os.sysconf("SC_PAGE_SIZE") / 1e6)
        tally.descriptors.append(len(list(Path(f"/proc/{pid}/fd").iterdir())))
        await asyncio.sleep(0.5)


async def _everybody(url: str, pid: int, sha256: str, clients: int, seconds: float) -> Tally:
    tally = Tally()
    end = time.monotonic() + seconds
    everybody = (_client(url, number, sha256, end, tally) for number in range(clients))
    await asyncio.gather(_watch(pid, end, tally), *everybody)
    return tally


def measure(workplace: Path, *, clients: int, seconds: float) -> Tally:
    """Let so many clients work for so long on a service with one document."""
    with running(workplace) as (url, pid):
        return asyncio.run(_everybody(url, pid, prepare(url), clients, seconds))


def report(tally: Tally, *, clients: int, seconds: float) -> str:
    """The result as Markdown."""
    total = sum(map(len, tally.seconds.values()))
    wrong = ", ".join(f"{what} × {times}" for what, times in tally.errors.most_common()) or "none"
    rows = [
        [name, str(len(times)), f"{1000 * statistics.median(times):.0f}", f"{1000 * _late(times):.0f}"]
        for name, times in sorted(tally.seconds.items())
    ]
    return "\n\n".join(
        [
            f"{clients} clients for {seconds:.0f} s: {total:,} requests, {total / seconds:.0f}/s."
            f" Errors: {wrong}.",
            markdown_table(["request", "count", "median, ms", "95 %, ms"], rows),
            _growth(tally),
        ]
    )


def _late(times: list[float]) -> float:
    return sorted(times)[int(0.95 * (len(times) - 1))]


def _growth(tally: Tally) -> str:
    size = max(1, len(tally.resident) // _WINDOWS)
    starts = range(0, size * min(_WINDOWS, len(tally.resident)), size)
    rows = [
        [
            f"{number}",
            f"{statistics.median(tally.resident[start : start + size]):.0f}",
            f"{max(tally.descriptors[start : start + size])}",
        ]
        for number, start in enumerate(starts, 1)
    ]
    return markdown_table(["fifth of the time", "service, MB, median", "open files, at most"], rows)
