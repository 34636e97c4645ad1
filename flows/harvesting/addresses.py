"""Addresses as pages write them, made into addresses that can be compared and asked for."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable
from urllib.parse import parse_qs, quote, unquote_to_bytes, urljoin, urlsplit, urlunsplit

_DEFAULT_PORTS = {"http": 80, "https": 443}
_PATH_SAFE = "/%:@!$&'()*+,;=-._~"
_QUERY_SAFE = _PATH_SAFE + "?"
_SESSION = re.compile(r";jsessionid=[^/?#]*", re.IGNORECASE)
_STRAY_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_DOTS = re.compile(r"(?<=/)(?:\./|\.\.(?:/|$))|(?<=/)\.$")

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


def absolute(link: str, page: str, encoding: str = "utf-8") -> str | None:
    """The address a link on a page leads to; None when it leads to nothing that can be fetched.

    As browsers do it: white space and backslashes are mended, non-ASCII characters of the path are
    UTF-8 and those of the query in the encoding of the page; what is percent-encoded stays so.
    """
    cleaned = re.sub(r"[\t\r\n]", "", link).strip().replace("\\", "/")
    if not cleaned or cleaned.startswith("#"):
        return None
    try:
        return normalised(urljoin(page, cleaned), encoding)
    except ValueError:
        return None


def normalised(url: str, encoding: str = "utf-8") -> str | None:
    """One spelling for one address, without fragment and session; None when it is not of the web."""
    parts = urlsplit(url)
    if parts.scheme not in _DEFAULT_PORTS or not parts.hostname:
        return None
    path = _DOTS.sub("", _SESSION.sub("", parts.path)) or "/"
    safe_path = quote(_STRAY_PERCENT.sub("%25", path), safe=_PATH_SAFE)
    safe_query = quote(
        _STRAY_PERCENT.sub("%25", parts.query), safe=_QUERY_SAFE, encoding=encoding, errors="replace"
    )
    return urlunsplit(
        (parts.scheme, _netloc(parts.scheme, parts.hostname, parts.port), safe_path, safe_query, "")
    )


def _netloc(scheme: str, host: str, port: int | None) -> str:
    name = f"[{host}]" if ":" in host else host.rstrip(".").encode("idna").decode().lower()
    return name if port in {None, _DEFAULT_PORTS[scheme]} else f"{name}:{port}"


def host_key(url: str) -> str:
    """What is one host to be polite to: its name, with the port where that is unusual."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    return host if parts.port in {None, 80, 443} else f"{host}:{parts.port}"


def origin(url: str) -> str:
    """Scheme, host and port: what one robots.txt is valid for."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def is_within(url: str, starts: Iterable[str], hosts: Iterable[str]) -> bool:
    """Whether an address belongs to a site: its start pages' hosts and what lies below them, or ``hosts``."""
    host = (urlsplit(url).hostname or "").lower()
    own = ((urlsplit(start).hostname or "").lower().removeprefix("www.") for start in starts)
    named = (name.lower().removeprefix("*.") for name in hosts)
    return any(host == name or host.endswith(f".{name}") for name in (*own, *named))


def is_public(address: IPAddress) -> bool:
    """Whether an address is one of the public internet, also behind the ways IPv6 has to write IPv4."""
    return _plain(address).is_global and not _plain(address).is_multicast


def _plain(address: IPAddress) -> IPAddress:
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or address


def is_allowed(address: IPAddress, networks: Iterable[str]) -> bool:
    """Whether an address may be connected to: public, or in one of the networks."""
    plain = _plain(address)
    return is_public(address) or any(plain in ipaddress.ip_network(network) for network in networks)


def file_name(url: str) -> str:
    """The last part of the path as people would write it; GBK percent-encoding is understood."""
    return readable(urlsplit(url).path.rpartition("/")[2])


def readable(name: str) -> str:
    """A percent-encoded name in characters: UTF-8, or GBK where it is not that."""
    raw = unquote_to_bytes(name)
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("gb18030", "replace")


def query_values(url: str, names: Iterable[str]) -> list[str]:
    """The values of query fields by name, percent-decoding undone once."""
    fields = parse_qs(urlsplit(url).query, keep_blank_values=False, errors="surrogateescape")
    return [value for name in names for value in fields.get(name, [])]
