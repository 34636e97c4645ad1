"""The connection itself: names are looked up here, checked, and the checked address is connected to.

That closes the way by which a public page could have us read from loopback or a private network,
also when a name changes its address between the check and the connection.
"""

from __future__ import annotations

import ipaddress
import socket
import threading
from collections.abc import Callable

import httpx

from flows.harvesting.addresses import IPAddress, is_allowed

NETWORKS = "gongkai.networks"
"""Request extension: the networks that may be reached besides the public internet."""
Resolve = Callable[[str, int], list[IPAddress]]
_ADDRESSES = 3
"""Addresses of a name that are tried."""
_IDLE = httpx.Limits(max_connections=8, max_keepalive_connections=2, keepalive_expiry=20.0)


class PrivateAddress(httpx.TransportError):
    """A name leads to an address that the definition does not allow."""


def resolved(host: str, port: int) -> list[IPAddress]:
    """The addresses of a name; raises ``httpx.ConnectError``."""
    try:
        answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise httpx.ConnectError(f"{host} has no address ({error})") from error
    return list(
        dict.fromkeys(ipaddress.ip_address(str(answer[4][0]).partition("%")[0]) for answer in answers)
    )


class CheckedTransport(httpx.BaseTransport):
    """Connects to checked addresses only. Raises ``PrivateAddress`` before anything is sent."""

    def __init__(self, resolve: Resolve = resolved) -> None:
        self._resolve = resolve
        self._lock = threading.Lock()
        # One pool a host: two hosts behind one address must not share a TLS connection.
        self._pools: dict[tuple[str, str, int], httpx.HTTPTransport] = {}

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request to the first allowed address of its host that takes the connection."""
        host, port = request.url.host, request.url.port or (443 if request.url.scheme == "https" else 80)
        networks = request.extensions.get(NETWORKS, ())
        addresses = self._resolve(host, port)
        if any(not is_allowed(address, networks) for address in addresses):
            raise PrivateAddress(f"{host} leads to a private address")
        pool = self._pool(request.url.scheme, host, port)
        failures: list[httpx.ConnectError] = []
        for address in addresses[:_ADDRESSES]:
            try:
                return pool.handle_request(_towards(request, address, host))
            except httpx.ConnectError as error:
                failures.append(error)
        raise failures[-1] if failures else httpx.ConnectError(f"{host} has no address")

    def _pool(self, scheme: str, host: str, port: int) -> httpx.HTTPTransport:
        with self._lock:
            key = (scheme, host, port)
            if key not in self._pools:
                self._pools[key] = httpx.HTTPTransport(trust_env=False, limits=_IDLE)
            return self._pools[key]

    def close(self) -> None:
        """Close all connections."""
        for pool in self._pools.values():
            pool.close()


def _towards(request: httpx.Request, address: IPAddress, host: str) -> httpx.Request:
    """The same request with the host's address in the place of its name; the header Host stays."""
    return httpx.Request(
        request.method,
        request.url.copy_with(host=str(address)),
        headers=request.headers,
        stream=request.stream,
        extensions={**request.extensions, "sni_hostname": host},
    )
