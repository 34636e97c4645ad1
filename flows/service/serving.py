"""For the command line: a service from its first line to Ctrl-C."""

from __future__ import annotations

import asyncio
from typing import Any

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from flows.service.app import create_app
from flows.service.service import Service
from flows.service.settings import Settings

_MOST_CONNECTIONS = 512
_STOP = 10
_HEADERS_IN = 20.0
"""Seconds a client has to send the head of its first request."""


class PatientProtocol(H11Protocol):
    """HTTP/1.1 that hangs up on who connects and says nothing, or says it a byte a minute."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Start the clock."""
        super().connection_made(transport)
        self._silence = self.loop.call_later(_HEADERS_IN, self._hang_up_on_silence)

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop the clock."""
        self._silence.cancel()
        super().connection_lost(exc)

    def _hang_up_on_silence(self) -> None:
        if self.cycle is None and not self.transport.is_closing():
            self.transport.close()


def server_of(service: Service) -> uvicorn.Server:
    """The HTTP server of a service, not started yet."""
    settings = service.settings
    config: dict[str, Any] = {
        "host": settings.host,
        "port": settings.port,
        "http": PatientProtocol,
        "ws": "none",
        "log_level": "warning",
        "access_log": False,
        "server_header": False,
        "proxy_headers": False,
        "limit_concurrency": _MOST_CONNECTIONS,
        "timeout_graceful_shutdown": _STOP,
    }
    return uvicorn.Server(uvicorn.Config(create_app(service), **config))


def serve(settings: Settings) -> None:
    """Serve until told to stop. Raises ``AlreadyServed``, and OSError when folders cannot be made."""
    server_of(Service.of(settings)).run()
