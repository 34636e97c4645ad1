"""Uploads: good ones become jobs that survive anything, all others do no harm and are told why."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from flows.service.guard import Guard
from flows.service.painting import Original, Painter
from flows.service.problems import Refusal
from flows.service.settings import Settings
from flows.service.uploads import safe_name
from tests.flows.service.papers import BROKEN, SAMPLE


def test_document_is_read_and_given_back(served):
    answer = served.upload("水务局 2023.txt", b"deed: good document")
    assert answer.status_code == 202
    assert answer.headers["Location"] == f"/api/jobs/{answer.json()['id']}"
    job = served.wait(answer.json()["id"])
    assert (job["state"], job["file_name"]) == ("finished", "水务局 2023.txt")
    document = served.client.get(f"/api/documents/{job['document']}").json()
    assert document["source"]["uri"].startswith("sources/")


def test_what_a_killed_service_left_is_read(served):
    assert served.wait(served.left)["state"] == "finished"


def test_job_survives_the_death_of_its_worker(served):
    job = served.upload("slow.txt", b"deed: sleep 2").json()
    while served.client.get(f"/api/jobs/{job['id']}").json()["state"] != "running":
        time.sleep(0.05)
    os.kill(served.service.supervisor._child.pid, signal.SIGKILL)
    assert served.wait(job["id"])["state"] == "finished"
    assert served.service.supervisor.restarts >= 1


def test_same_bytes_wait_once(served):
    first, second = (served.upload(f"{name}.txt", b"deed: sleep 0.5 twice").json() for name in "ab")
    assert first["id"] == second["id"]
    served.wait(first["id"])


def test_failure_is_told_and_can_be_tried_again(served):
    job = served.wait(served.upload("menu.txt", b"deed: menu").json()["id"])
    assert job["failure"] == {
        "error": "NotADisclosure", "problem": "is a menu", "advice": "give a budget",
    }  # fmt: skip
    again = served.client.post(f"/api/jobs/{job['id']}/again")
    assert (again.status_code, again.json()["state"]) == (202, "queued")
    assert served.wait(job["id"])["state"] == "failed"


def test_what_did_not_fail_is_not_tried_again(served):
    id = served.left
    served.wait(id)
    assert served.client.post(f"/api/jobs/{id}/again").status_code == 409


@pytest.mark.parametrize("name", BROKEN)
def test_broken_file_is_refused_with_a_reason(served, name):
    data, status = BROKEN[name]
    answer = served.upload(name, data)
    assert answer.status_code == status, answer.text
    assert answer.headers["Content-Type"] == "application/problem+json"
    problem = answer.json()
    assert problem["status"] == status
    assert problem["detail"].startswith(name)
    assert problem["advice"]


def test_nothing_of_a_refused_file_stays(served):
    served.upload("moving.gif", BROKEN["moving.gif"][0])
    assert list((served.service.settings.state / "incoming").iterdir()) == []


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../../etc/cron.d/x.txt", "x.txt"),
        ("..\\..\\windows\\win.txt", "win.txt"),
        ("/etc/passwd", "passwd"),
        ("a\x00b\n.txt", "a_b_.txt"),
        ("\u202egnp.exe.txt", "_gnp.exe.txt"),
        ("..", "upload"),
        ("", "upload"),
        (None, "upload"),
        ("长" * 200 + ".pdf", "长" * 38 + ".pdf"),
    ],
)
def test_name_cannot_lead_anywhere(given, kept):
    assert safe_name(given) == kept


def test_upload_stays_in_its_folder(served):
    job = served.upload("../../../../escape.txt", b"deed: good escape").json()
    state = served.service.settings.state
    assert job["file_name"] == "escape.txt"
    assert [path.relative_to(state).parts[0] for path in state.rglob("escape.txt")] == ["sources"]
    assert not any(Path(state, *[".."] * depth, "escape.txt").exists() for depth in range(1, 5))
    served.wait(job["id"])


def test_too_large_by_its_own_account(served):
    answer = served.upload("large.pdf", SAMPLE + b"\0" * (3 << 20))
    assert answer.status_code == 413
    assert "--max-upload" in answer.json()["advice"]


def _talk(served, *pieces: bytes, pause: float = 0.0) -> bytes:
    """Send pieces over a bare connection; what comes back until it is closed."""
    host, _, port = served.url.removeprefix("http://").partition(":")
    received = b""
    with socket.create_connection((host, int(port)), timeout=15) as connection:
        for piece in pieces:
            try:
                connection.sendall(piece)
            except OSError:
                break
            time.sleep(pause)
        while block := connection.recv(65536):
            received += block
    return received


HEAD = b"POST /api/documents HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: multipart/form-data; boundary=x\r\n"
PART = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n'


def test_too_large_without_saying_so(served):
    chunks = [b"100000\r\n" + b"\0" * 0x100000 + b"\r\n"] * 3
    body = [b"%x\r\n%s\r\n" % (len(PART), PART), *chunks]
    answer = _talk(served, HEAD + b"Transfer-Encoding: chunked\r\n\r\n", *body)
    assert answer.startswith(b"HTTP/1.1 413")
    assert list((served.service.settings.state / "incoming").iterdir()) == []


def test_slow_upload_is_cut_off(served):
    start = time.monotonic()
    answer = _talk(served, HEAD + b"Content-Length: 5000\r\n\r\n" + PART)
    assert answer.startswith(b"HTTP/1.1 408")
    assert time.monotonic() - start < 14


def test_interrupted_upload_leaves_nothing(served):
    host, _, port = served.url.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port))) as connection:
        connection.sendall(HEAD + b"Content-Length: 5000\r\n\r\n" + PART)
    assert served.client.get("/health").status_code == 200
    assert list((served.service.settings.state / "incoming").iterdir()) == []


@pytest.mark.parametrize(
    "body",
    [b"", b"--x--", b"{}", b'--x\r\nContent-Disposition: form-data; name="other"\r\n\r\nx\r\n--x--\r\n'],
)
def test_form_without_a_file_is_refused(served, body):
    answer = served.client.post(
        "/api/documents", content=body, headers={"Content-Type": "multipart/form-data; boundary=x"}
    )
    assert answer.status_code in (400, 422)
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_who_connects_and_says_nothing_is_hung_up_on(served, monkeypatch):
    monkeypatch.setattr("flows.service.serving._HEADERS_IN", 0.3)
    assert _talk(served, b"GET /health HT") == b""
    assert served.client.get("/health").status_code == 200


@pytest.mark.parametrize(
    "path",
    ["/static/../service.py", "/static/%2e%2e/service.py", "/static/..%2f..%2fcli.py", "/static//etc/passwd"],
)
def test_path_cannot_lead_out_of_the_page(served, path):
    answer = _talk(served, f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n".encode())
    assert answer.startswith(b"HTTP/1.1 404")


def test_upload_that_drips_is_cut_off(tmp_path):
    """Each piece comes in time, the whole does not."""
    limits = Settings(out=tmp_path / "out", state=tmp_path / "state", upload_seconds=0.5, idle_seconds=0.4)
    answered = []

    async def drip():
        await asyncio.sleep(0.1)
        return {"type": "http.request", "body": b"x", "more_body": True}

    async def read_all(scope, receive, send):
        while (await receive())["more_body"]:
            answered.append(scope["path"])

    scope = {"type": "http", "method": "POST", "path": "/api/documents", "headers": [(b"host", b"127.0.0.1")]}

    async def upload():
        await asyncio.wait_for(Guard(read_all, limits)(scope, drip, None), 5)

    # in a thread of its own: the browser of other tests has a loop that runs in this one
    with ThreadPoolExecutor(1) as thread, pytest.raises(Refusal) as refused:
        thread.submit(asyncio.run, upload()).result()
    assert refused.value.problem.status == 408
    assert 1 <= len(answered) <= 5


@pytest.mark.parametrize("name", ["empty.pdf", "moving.gif", "program.exe"])
def test_what_its_first_bytes_betray_is_refused_without_a_process(tmp_path, monkeypatch, name):
    def never(*_: object) -> bytes:
        raise AssertionError("a process was started")

    monkeypatch.setattr(Painter, "_run", never)
    path = tmp_path / name
    data, status = BROKEN[name]
    path.write_bytes(data)
    with pytest.raises(Refusal) as refused:
        Painter(tmp_path).inspect(Original("0" * 64, path, name))
    assert refused.value.problem.status == status
