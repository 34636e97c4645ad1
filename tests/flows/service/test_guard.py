"""Who may ask: keys, hosts, origins, rates; and what stands around every answer."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient
from typer.testing import CliRunner

from flows.cli import app as cli
from flows.service.app import create_app
from flows.service.guard import Buckets
from flows.service.service import AlreadyServed, Service
from flows.service.settings import Settings, UnsafeSetting

KEY = "correct horse"


@pytest.fixture
def locked(tmp_path):
    """A service with a key, called by the name of its host; its worker is not started."""
    places = {"out": tmp_path / "out", "state": tmp_path / "state"}
    service = Service.of(Settings(**places, host="0.0.0.0", key=KEY, hosts=("gongkai.example",), rate=60))
    yield TestClient(create_app(service), base_url="http://gongkai.example:8000")
    service.stop()


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.5", "::", "gongkai.example"])
def test_key_is_needed_beyond_loopback(tmp_path, host):
    with pytest.raises(UnsafeSetting, match="GONGKAI_API_KEY"):
        Settings(out=tmp_path, state=tmp_path, host=host)
    assert Settings(out=tmp_path, state=tmp_path, host=host, key=KEY)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1", "127.9.9.9"])
def test_loopback_needs_none(tmp_path, host):
    assert Settings(out=tmp_path, state=tmp_path, host=host).key is None


def test_command_refuses_to_be_open_without_a_key(tmp_path):
    run = CliRunner().invoke(cli, ["serve", str(tmp_path), "--host", "0.0.0.0"], env={"GONGKAI_API_KEY": ""})
    assert run.exit_code == 2
    assert "GONGKAI_API_KEY" in run.output


def test_folder_is_served_once(locked, tmp_path):
    with pytest.raises(AlreadyServed):
        Service.of(Settings(out=tmp_path / "out", state=tmp_path / "state"))


def test_key_opens(locked):
    assert locked.get("/api/jobs", headers={"X-API-Key": KEY}).status_code == 200


@pytest.mark.parametrize("headers", [{}, {"X-API-Key": ""}, {"X-API-Key": "wrong"}, {"X-API-Key": KEY + "x"}])
def test_without_the_key_nothing_opens(locked, headers):
    for method, path in [
        ("GET", "/api/jobs"),
        ("GET", "/metrics"),
        ("POST", "/api/documents"),
        ("GET", "/api/x"),
    ]:
        answer = locked.request(method, path, headers=headers)
        assert answer.status_code == 401
        assert answer.headers["WWW-Authenticate"]
        assert answer.json()["title"] == "Key needed"


def test_page_and_health_need_no_key(locked):
    for path in ("/", "/health", "/static/main.js", "/openapi.json"):
        assert locked.get(path).status_code == 200


@pytest.mark.parametrize("host", ["evil.example", "gongkai.example.evil", "", "127.0.0.1.evil.example:80"])
def test_other_names_are_refused(locked, host):
    answer = locked.get("/health", headers={"Host": host})
    assert answer.status_code == 421


@pytest.mark.parametrize("host", ["localhost:8000", "127.0.0.1", "[::1]:8000", "GONGKAI.example"])
def test_own_names_are_known(locked, host):
    assert locked.get("/health", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://gongkai.example:9999"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_other_sites_change_nothing(locked, headers):
    answer = locked.post("/api/documents", headers={"X-API-Key": KEY, **headers})
    assert (answer.status_code, answer.json()["title"]) == (403, "Cross site request")


def test_own_page_may(locked):
    headers = {"X-API-Key": KEY, "Origin": "http://gongkai.example:8000", "Sec-Fetch-Site": "same-origin"}
    assert locked.post("/api/documents", headers=headers).status_code == 422


def test_rate_is_held(locked):
    statuses = [locked.get("/health").status_code for _ in range(70)]
    assert statuses[:60] == [200] * 60
    assert 429 in statuses[60:]


def test_refusal_says_when_to_come_again(locked):
    while (answer := locked.get("/health")).status_code == 200:
        pass
    assert int(answer.headers["Retry-After"]) >= 1


def test_bucket_fills_again():
    buckets = Buckets(60)
    assert [buckets.wait("a", 0.0) for _ in range(60)] == [0.0] * 60
    assert buckets.wait("a", 0.0) == pytest.approx(1.0)
    assert buckets.wait("b", 0.0) == 0.0
    assert buckets.wait("a", 1.0) == 0.0


def test_no_rate_is_no_limit():
    buckets = Buckets(0)
    assert {buckets.wait("a", 0.0) for _ in range(1000)} == {0.0}


def test_small_requests_only_where_nothing_is_uploaded(locked):
    headers = {"X-API-Key": KEY}
    answer = locked.post(f"/api/documents/{'0' * 64}/corrections", content=b"x" * 70_000, headers=headers)
    assert answer.status_code == 413


@pytest.mark.parametrize("path", ["/", "/health", "/nothing", "/static/main.js"])
def test_every_answer_is_confined(locked, path):
    headers = locked.get(path).headers
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"


@pytest.mark.parametrize(
    "path", ["/static/../app.py", "/static/%2e%2e/app.py", "/static/..%2fapp.py", "/static//etc/passwd"]
)
def test_nothing_but_the_page_is_served(locked, path):
    assert locked.get(path).status_code == 404


def test_wrong_method_and_path_are_problems(locked):
    headers = {"X-API-Key": KEY}
    for answer, status in [(locked.delete("/api/jobs", headers=headers), 405), (locked.get("/nothing"), 404)]:
        assert (answer.status_code, answer.json()["status"]) == (status, status)
        assert answer.headers["Content-Type"] == "application/problem+json"
