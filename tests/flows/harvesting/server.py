"""Hosts on loopback for tests: each serves a table of resources and logs what it is asked."""

from __future__ import annotations

import hashlib
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

CONDITIONS = ("If-None-Match", "If-Modified-Since")
LAST_MODIFIED = "Sat, 03 Feb 2024 08:00:00 GMT"


@dataclass(frozen=True)
class Resource:
    """An answer. ``validator`` is which header makes it conditional: etag, date, or none."""

    body: bytes = b""
    media_type: str = "text/html; charset=utf-8"
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    validator: str = "etag"
    seconds: float = 0.0


Answer = Resource | Callable[[dict[str, str]], Resource]
"""What is at an address; a function is given the fields of query and form."""


@dataclass(frozen=True)
class Request:
    """A line of a host's log; times are those of ``time.monotonic``."""

    method: str
    target: str
    came: float
    is_conditional: bool
    agent: str
    status: int


class Host:
    """A host with an address of its own; ``log`` is what it was asked, in order."""

    def __init__(self, address: str, resources: dict[str, Answer]) -> None:
        self.resources = resources
        self.log: list[Request] = []
        self.busiest = self._busy = 0
        self._lock = threading.Lock()
        self.server = ThreadingHTTPServer((address, 0), self._handler())
        self.server.daemon_threads = True
        self.url = f"http://{address}:{self.server.server_port}"
        self._thread = threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()

    def _handler(host) -> type[BaseHTTPRequestHandler]:  # noqa: N805 - self is that of the handler
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_GET(self) -> None:
                self._answer({})

            def do_POST(self) -> None:
                size = int(self.headers.get("Content-Length", 0))
                self._answer(dict(parse_qsl(self.rfile.read(size).decode())))

            def _answer(self, form: dict[str, str]) -> None:
                came = time.monotonic()
                resource = host._resource(self.path, form)
                tag = '"' + hashlib.sha1(resource.body).hexdigest() + '"'
                validators = {"etag": ("ETag", tag), "date": ("Last-Modified", LAST_MODIFIED)}
                name, value = validators.get(resource.validator, ("X-Validator", "none"))
                conditions = [self.headers[name] for name in CONDITIONS if self.headers[name]]
                status = 304 if value in conditions and resource.status == 200 else resource.status
                agent = self.headers.get("User-Agent", "")
                host.log.append(Request(self.command, self.path, came, bool(conditions), agent, status))
                with host._at_work():
                    time.sleep(resource.seconds)
                headers = {name: value, "Content-Type": resource.media_type, **resource.headers}
                self._send(status, headers, b"" if status == 304 else resource.body)

            def _send(self, status: int, headers: dict[str, str], body: bytes) -> None:
                self.send_response(status)
                for name, value in {**headers, "Content-Length": str(len(body))}.items():
                    self.send_header(name, value)
                self.end_headers()
                try:
                    self.wfile.write(body)
                except OSError:
                    self.close_connection = True

            def log_message(self, *words: object) -> None:
                """Nothing on standard error."""

            def handle(self) -> None:
                try:
                    super().handle()
                except OSError:
                    self.close_connection = True

        return Handler

    def _resource(self, target: str, form: dict[str, str]) -> Resource:
        parts = urlsplit(target)
        answer = self.resources.get(target) or self.resources.get(parts.path)
        if callable(answer):
            return answer({**dict(parse_qsl(parts.query)), **form})
        return answer or Resource(b"<title>404</title>", status=404, validator="none")

    @contextmanager
    def _at_work(self) -> Iterator[None]:
        """Count the requests that are answered at the same time."""
        with self._lock:
            self._busy += 1
            self.busiest = max(self.busiest, self._busy)
        try:
            yield
        finally:
            with self._lock:
                self._busy -= 1

    def asked(self, target: str) -> int:
        """How often an address was asked for."""
        return self.counts()[target]

    def counts(self) -> Counter[str]:
        return Counter(request.target for request in self.log)


@contextmanager
def hosts() -> Iterator[Callable[[str, dict[str, Answer]], Host]]:
    """Opens hosts and closes them in the end."""
    opened: list[Host] = []

    def start(address: str, resources: dict[str, Answer]) -> Host:
        opened.append(Host(address, resources))
        return opened[-1]

    try:
        yield start
    finally:
        for host in opened:
            host.close()
