"""How one service is set up; made by the command line, read by everything else in this package."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from pathlib import Path

from flows.store import Store, store_at

MIB = 1 << 20
LOOPBACK_NAMES = ("localhost", "127.0.0.1", "[::1]")


class UnsafeSetting(ValueError):
    """The service would be open to others without a key."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Where a service keeps things and how far a client may go.

    ``out`` is the store of results (that of ``gongkai digitise``), ``state`` a folder of the
    service's own: uploads, queue, index, pictures of pages. ``upload_bytes`` is the size of
    the largest upload; ``upload_seconds`` what it may take in all and ``idle_seconds`` between
    two pieces. ``rate`` is requests a minute for each client, 0 for no limit. ``hosts`` are
    further names it is called by. ``reader`` names the function that reads documents.
    """

    out: Path
    state: Path
    host: str = "127.0.0.1"
    port: int = 8000
    key: str | None = None
    hosts: tuple[str, ...] = ()
    upload_bytes: int = 64 * MIB
    upload_seconds: float = 300.0
    idle_seconds: float = 20.0
    rate: int = 1200
    workers: int = 1
    timeout: float = 300.0
    memory: int = 2048
    reader: str = "extract.pipeline:extract"

    def __post_init__(self) -> None:
        if not self.key and not is_loopback(self.host):
            raise UnsafeSetting(
                f"{self.host} is open to other machines: set a key (GONGKAI_API_KEY), or serve on 127.0.0.1"
            )

    @property
    def store(self) -> Store:
        """The store of results."""
        return store_at(str(self.out))

    @property
    def database(self) -> Path:
        """The file of the queue and the index."""
        return self.state / "service.sqlite"

    @property
    def allowed_hosts(self) -> frozenset[str]:
        """Names in the Host header that are this service's, without port."""
        own = () if self.host in ("0.0.0.0", "::") else (_bracketed(self.host),)
        return frozenset(name.lower() for name in (*LOOPBACK_NAMES, *own, *map(_bracketed, self.hosts)))


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach an address."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host and not host.startswith("[") else host


def default_state(out: Path) -> Path:
    """The folder of a service beside its store: what belongs into no store."""
    return out.with_name(f"{out.name}.service")
