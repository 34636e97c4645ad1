"""Around the application: who may ask, how often and how much, before any of a request is looked at.

The checks run in the order of ``_CHECKS``. Host and Origin keep pages of other sites from using a
browser on this machine against the service (DNS rebinding, cross-site requests), also without a key.
"""

from __future__ import annotations

import asyncio
import hmac
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from flows.service.problems import Refusal, answer
from flows.service.settings import Settings

KEY_HEADER = "X-API-Key"
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_MOST_CLIENTS = 10_000
_SMALL_BODY = 64 * 1024
"""Bytes of a request that is no upload."""
_ENVELOPE = 64 * 1024
"""Bytes a multipart form may add to the file in it."""
_DRAIN_SECONDS = 2.0
_DRAIN_BYTES = 256 * 1024 * 1024
_PROTECTED = ("/api", "/metrics")
UPLOAD_PATH = "/api/documents"
_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; connect-src 'self';"
        " base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Frame-Options": "DENY",
}


class Buckets:
    """A token bucket for each client: ``rate`` requests a minute, as many at once."""

    def __init__(self, rate: int) -> None:
        self._rate = rate
        self._levels: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def wait(self, client: str, now: float) -> float:
        """Take a token; 0, or the seconds until there is one."""
        if not self._rate:
            return 0.0
        level, then = self._levels.pop(client, (float(self._rate), now))
        level = min(self._rate, level + (now - then) * self._rate / 60)
        granted = level >= 1
        self._levels[client] = (level - 1 if granted else level, now)
        if len(self._levels) > _MOST_CLIENTS:
            self._levels.popitem(last=False)
        return 0.0 if granted else (1 - level) * 60 / self._rate


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is known of a request before its body is read."""

    method: str
    path: str
    headers: Headers
    client: str


class Guard:
    """ASGI middleware: refuses what must not come through, bounds bodies, marks every answer."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        self._settings = settings
        self._buckets = Buckets(settings.rate)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        client = scope["client"][0] if scope.get("client") else ""
        asked = _Asked(scope["method"], scope["path"], Headers(scope=scope), client)
        marked = _marking(send)
        try:
            for check in (self._host, self._origin, self._key, self._rate, self._length):
                check(asked)
        except Refusal as refusal:
            await _drained(receive)
            headers = {**(refusal.headers or {}), "Connection": "close"}
            await answer(refusal.problem, headers)(scope, receive, marked)
            return
        await self._app(scope, self._bounded(receive, asked), marked)

    def _host(self, asked: _Asked) -> None:
        host = _without_port(asked.headers.get("host", ""))
        if host not in self._settings.allowed_hosts:
            raise Refusal(
                421,
                "Misdirected request",
                f"{host or 'no host'}: not a name of this service",
                "call it by the address it listens on, or start it with --allow-host",
            )

    def _origin(self, asked: _Asked) -> None:
        if asked.method in _SAFE:
            return
        origin = asked.headers.get("origin")
        site = asked.headers.get("sec-fetch-site", "same-origin")
        if site not in ("same-origin", "none") or (origin and not self._is_own(origin, asked)):
            raise Refusal(403, "Cross site request", "pages of other sites may not change anything here")

    def _is_own(self, origin: str, asked: _Asked) -> bool:
        return urlsplit(origin).netloc.lower() == asked.headers.get("host", "").lower()

    def _key(self, asked: _Asked) -> None:
        key = self._settings.key
        if not key or not asked.path.startswith(_PROTECTED):
            return
        given = asked.headers.get(KEY_HEADER, "")
        if not hmac.compare_digest(given.encode(), key.encode()):
            raise Refusal(
                401,
                "Key needed",
                f"the header {KEY_HEADER} is missing or wrong",
                "ask whoever runs the service for the key",
                WWW_Authenticate=f'ApiKey header="{KEY_HEADER}"',
            )

    def _rate(self, asked: _Asked) -> None:
        wait = self._buckets.wait(asked.client, time.monotonic())
        if wait:
            raise Refusal(
                429,
                "Too many requests",
                f"more than {self._settings.rate} requests a minute",
                "wait and try again",
                Retry_After=str(int(wait) + 1),
            )

    def _length(self, asked: _Asked) -> None:
        length = asked.headers.get("content-length", "0")
        if not length.isdigit():
            raise Refusal(400, "Bad request", "Content-Length is no number")
        if int(length) > self._most(asked):
            raise too_large(self._most(asked))

    def _most(self, asked: _Asked) -> int:
        upload = asked.method == "POST" and asked.path == UPLOAD_PATH
        return self._settings.upload_bytes + _ENVELOPE if upload else _SMALL_BODY

    def _bounded(self, receive: Receive, asked: _Asked) -> Receive:
        """``receive`` with a bound on bytes and on the time between pieces and in all."""
        most, settings = self._most(asked), self._settings
        end = time.monotonic() + settings.upload_seconds
        total = 0
        whole = False

        async def bounded() -> Message:
            nonlocal total, whole
            if whole:  # what follows the body is only the news that the client has gone
                return await receive()
            patience = min(settings.idle_seconds, end - time.monotonic())
            message = await _in_time(receive, patience)
            total += len(message.get("body", b""))
            whole = not message.get("more_body", False)
            if total > most:
                if not whole:
                    await _drained(receive)
                raise too_large(most)
            return message

        return bounded


async def _in_time(receive: Callable[[], Awaitable[Message]], seconds: float) -> Message:
    try:
        return await asyncio.wait_for(receive(), max(seconds, 0.001))
    except TimeoutError:
        raise Refusal(408, "Request timeout", "the request came too slowly", Connection="close") from None


async def _drained(receive: Receive) -> None:
    """Take in a little more of a body nobody wants: who is cut off while sending does not read the answer."""
    end, total = time.monotonic() + _DRAIN_SECONDS, 0
    try:
        while total < _DRAIN_BYTES:
            message = await asyncio.wait_for(receive(), max(end - time.monotonic(), 0.001))
            total += len(message.get("body", b""))
            if not message.get("more_body", False):
                return
    except TimeoutError:
        return


def too_large(most: int) -> Refusal:
    """The refusal of a body of more than ``most`` bytes."""
    return Refusal(
        413,
        "Too large",
        f"the request is larger than {most:,} bytes",
        "split the document, or have the limit raised (--max-upload)",
        Connection="close",
    )


def _without_port(host: str) -> str:
    name, colon, port = host.strip().lower().rpartition(":")
    return (
        name
        if colon and port.isdigit() and (not name.startswith("[") or name.endswith("]"))
        else host.lower()
    )


def _marking(send: Send) -> Send:
    async def marked(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in _HEADERS.items():
                headers.setdefault(name, value)
            headers.setdefault("Cache-Control", "no-store")
        await send(message)

    return marked
