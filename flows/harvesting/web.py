"""Asking for one address politely, within the definition's limits; every end is an ``Outcome``."""

from __future__ import annotations

import datetime as dt
import http.cookiejar
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from importlib.metadata import PackageNotFoundError, version
from types import TracebackType
from typing import Protocol, Self

import httpx
import stamina

from flows.harvesting.addresses import absolute, host_key, is_within, origin
from flows.harvesting.blocking import blocked
from flows.harvesting.definitions import Politeness, Site
from flows.harvesting.gate import Gates, Turn
from flows.harvesting.network import NETWORKS, CheckedTransport, PrivateAddress
from flows.harvesting.outcomes import (
    NO_VALIDATORS,
    Blocked,
    Failed,
    Fetched,
    ForbiddenByRobots,
    Gone,
    Moved,
    NotModified,
    Outcome,
    Refused,
    TooLarge,
    Validators,
)
from flows.harvesting.robots import AGENT, Rules, robots_address, rules_from

_GONE = frozenset({404, 410})
_MOVED = frozenset({301, 302, 303, 307, 308})
_TRY_AGAIN = frozenset({500, 502, 503, 504, 520, 522, 523, 524})
_TOO_MANY = frozenset({429, 503})
_LONGEST_PAUSE = 60.0
_ACCEPT = "text/html,application/xhtml+xml,application/json,application/pdf,*/*;q=0.8"


@dataclass(frozen=True, slots=True)
class Ask:
    """One request: an address, with a form to send for POST."""

    url: str
    method: str = "GET"
    form: Mapping[str, str] = field(default_factory=dict)
    validators: Validators = NO_VALIDATORS


class Shelf(Protocol):
    """Where robots.txt is kept between runs."""

    def robots(self, url: str) -> tuple[bytes | None, Validators, bool]:
        """What is kept of it, its validators, and whether it was asked for in this run already."""

    def keep_robots(self, outcome: Outcome) -> None:
        """Keep the end of asking for it."""


class NoShelf:
    """Keeps nothing: for a look at a site without a run."""

    def robots(self, url: str) -> tuple[bytes | None, Validators, bool]:
        """Nothing."""
        del url
        return None, Validators(), False

    def keep_robots(self, outcome: Outcome) -> None:
        """Forget it."""


class _TryAgain(Exception):
    """An end that may be another one next time, and when the host wants to be asked again."""

    def __init__(self, outcome: Outcome, seconds: float | None = None) -> None:
        super().__init__(outcome.reason)
        self.outcome = outcome
        self.seconds = seconds


class Web:
    """The web as far as definitions allow; shared by the sites of a run and safe among threads."""

    def __init__(self, shelf: Shelf, *, transport: httpx.BaseTransport | None = None) -> None:
        self.gates = Gates()
        self._shelf = shelf
        self._rules: dict[str, Rules] = {}
        self._locks: dict[str, threading.Lock] = {}
        self._lock = threading.Lock()
        # No cookies: every request is the same to the server, whoever came before.
        jar = http.cookiejar.CookieJar(http.cookiejar.DefaultCookiePolicy(allowed_domains=[]))
        self._client = httpx.Client(
            transport=transport or CheckedTransport(), follow_redirects=False, trust_env=False, cookies=jar
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.close()

    def fetch(self, ask: Ask, site: Site) -> Outcome:
        """Ask for an address of a site; robots.txt is asked first, redirects are not followed."""
        objection = self._objection(ask.url, site)
        if objection:
            return objection
        rules = self.rules(ask.url, site)
        if rules.trouble:
            return type(rules.trouble)(ask.url, rules.trouble.reason, rules.trouble.advice)
        if not rules.allows(ask.url):
            return ForbiddenByRobots(ask.url, "robots.txt asks programs to stay away")
        return self._asked(ask, site, rules.delay(site.politeness.delay))

    def _objection(self, url: str, site: Site) -> Outcome | None:
        if not is_within(url, site.start, site.hosts):
            advice = f"add {host_key(url)!r} to hosts if it belongs to the site"
            return Refused(url, "is on a host the definition does not name", advice)
        if self.gates.has_given_up(host_key(url)):
            return Failed(
                url, "was not asked: its host only made trouble in this run", "see the failures before"
            )
        return None

    def rules(self, url: str, site: Site) -> Rules:
        """The rules of the origin of an address, asked for once a run."""
        place = origin(url)
        with self._lock:
            lock = self._locks.setdefault(place, threading.Lock())
        with lock:
            if place not in self._rules:
                self._rules[place] = self._asked_rules(robots_address(place), site)
            return self._rules[place]

    def _asked_rules(self, url: str, site: Site) -> Rules:
        kept, validators, is_fresh = self._shelf.robots(url)
        if is_fresh:
            return rules_from(NotModified(url), kept)
        outcome = self._robots(Ask(url, validators=validators), site)
        self._shelf.keep_robots(outcome)
        return rules_from(outcome, kept)

    def _robots(self, ask: Ask, site: Site) -> Outcome:
        """Five redirects are followed, as RFC 9309 has it, within the site; beyond there are no rules."""
        outcome = self._asked(ask, site, site.politeness.delay)
        for _ in range(5):
            if not isinstance(outcome, Moved):
                break
            moved = self._asked(Ask(outcome.location, validators=ask.validators), site, site.politeness.delay)
            outcome = (
                Fetched(ask.url, body=moved.body, headers=moved.headers)
                if isinstance(moved, Fetched)
                else moved
            )
        return outcome

    def _asked(self, ask: Ask, site: Site, delay: float) -> Outcome:
        """The end after all attempts; the health of the host is noted."""
        host = host_key(ask.url)
        try:
            outcome = self._attempts(ask, site, delay)
        except _TryAgain as error:
            outcome = error.outcome
        trouble = isinstance(outcome, Blocked) or (isinstance(outcome, Failed) and outcome.temporary)
        self.gates.note(host, trouble=trouble)
        return outcome

    def _attempts(self, ask: Ask, site: Site, delay: float) -> Outcome:
        """Ask again after server errors, timeouts and 429 with Retry-After, with growing pauses."""
        polite = site.politeness
        for attempt in stamina.retry_context(
            on=_pause,
            attempts=polite.attempts,
            timeout=None,
            wait_initial=polite.pause,
            wait_max=max(_LONGEST_PAUSE, polite.pause),
            wait_jitter=polite.pause / 2,
        ):
            with attempt:
                return self._once(ask, site, delay)
        raise AssertionError("the last attempt returns or raises")

    def _once(self, ask: Ask, site: Site, delay: float) -> Outcome:
        host, polite = host_key(ask.url), site.politeness
        with self.gates.turn(host, delay=delay, concurrency=polite.concurrency) as turn:
            try:
                with self._client.stream(
                    ask.method,
                    ask.url,
                    data=dict(ask.form) or None,
                    headers={"User-Agent": user_agent(polite), "Accept": _ACCEPT, **ask.validators.headers()},
                    timeout=polite.timeout,
                    extensions={NETWORKS: site.private},
                ) as response:
                    return self._answered(ask, response, site, turn)
            except PrivateAddress as error:
                return Refused(ask.url, str(error), "name the network under private if it is yours")
            except httpx.TimeoutException as error:
                raise _TryAgain(
                    Failed(ask.url, f"does not answer ({type(error).__name__})", _SLOW)
                ) from error
            except httpx.TransportError as error:
                raise _TryAgain(Failed(ask.url, f"cannot be reached ({_words(error)})", _SLOW)) from error
            except (httpx.DecodingError, httpx.InvalidURL) as error:
                return Failed(ask.url, f"answers with damaged content ({_words(error)})", temporary=False)

    def _answered(self, ask: Ask, response: httpx.Response, site: Site, turn: Turn) -> Outcome:
        turn.answered()
        status, polite = response.status_code, site.politeness
        hold = self._hold_back(ask, response, polite)
        if hold:
            return hold
        if status in _MOVED and response.headers.get("location"):
            return _moved(ask, response, site)
        body = _body(response, polite)
        if isinstance(body, str):
            return TooLarge(ask.url, body, "raise politeness.bytes for this site")
        refusal = blocked(ask.url, status, _media_type(response), body)
        if refusal:
            return refusal
        if status in _TRY_AGAIN:
            raise _TryAgain(Failed(ask.url, f"the server fails ({status})", _SLOW))
        return _plain_end(ask, response, body)

    def _hold_back(self, ask: Ask, response: httpx.Response, polite: Politeness) -> Outcome | None:
        """Obey Retry-After: the whole host is left alone as long; raises ``_TryAgain``.

        A host that wants to be left alone for longer than the definition waits ends as ``Failed``.
        """
        if response.status_code not in _TOO_MANY:
            return None
        seconds = retry_after(response.headers.get("retry-after"), dt.datetime.now(dt.UTC))
        if seconds is None:
            return None
        held = Failed(ask.url, f"asks for fewer requests ({response.status_code})", "raise politeness.delay")
        if seconds > polite.longest_wait:
            return held
        self.gates.pause(host_key(ask.url), seconds)
        raise _TryAgain(held, seconds)


_SLOW = "it is tried again by the next run"


def _pause(error: Exception) -> bool | float:
    """For stamina: whether to try again, and after how many seconds where the host has said so."""
    if not isinstance(error, _TryAgain):
        return False
    return True if error.seconds is None else error.seconds


def _moved(ask: Ask, response: httpx.Response, site: Site) -> Outcome:
    location = absolute(response.headers["location"], ask.url)
    if location is None or not is_within(location, site.start, site.hosts):
        where = location or response.headers["location"]
        return Refused(ask.url, f"redirects to {where}, which the definition does not allow", "see hosts")
    return Moved(ask.url, f"redirects ({response.status_code})", location=location)


def _plain_end(ask: Ask, response: httpx.Response, body: bytes) -> Outcome:
    status = response.status_code
    if status == 200:
        return Fetched(ask.url, body=body, headers=_headers(response))
    if status == 304 and ask.validators.headers():
        return NotModified(ask.url)
    if status in _GONE:
        return Gone(ask.url, f"is not there ({status})")
    if status == 429:
        return Failed(ask.url, "asks for fewer requests (429)", "raise politeness.delay")
    return Failed(ask.url, f"answers with status {status}", temporary=False)


def _body(response: httpx.Response, polite: Politeness) -> bytes | str:
    """The bytes of an answer, or why they were not taken; raises ``httpx.ReadTimeout`` past the time."""
    too_large = f"is larger than {polite.bytes} bytes"
    length = response.headers.get("content-length", "")
    if length.isdigit() and int(length) > polite.bytes:
        return too_large
    end, parts, size = time.monotonic() + polite.seconds, [], 0
    for part in response.iter_bytes():
        parts.append(part)
        size += len(part)
        if size > polite.bytes:
            return too_large
        if time.monotonic() > end:
            raise httpx.ReadTimeout(f"not through after {polite.seconds} s")
    return b"".join(parts)


def _headers(response: httpx.Response) -> dict[str, str]:
    """Headers by lower-case name; names of files in raw GBK or UTF-8 bytes are read as such."""
    return {name.decode("latin-1").lower(): _header_text(value) for name, value in response.headers.raw}


def _header_text(value: bytes) -> str:
    for encoding in ("utf-8", "gb18030"):
        try:
            return value.decode(encoding)
        except UnicodeDecodeError:
            continue
    return value.decode("latin-1")


def _media_type(response: httpx.Response) -> str:
    return str(response.headers.get("content-type", "")).partition(";")[0].strip().lower()


def _words(error: Exception) -> str:
    return " ".join(str(error).split()) or type(error).__name__


def retry_after(value: str | None, now: dt.datetime) -> float | None:
    """The seconds a Retry-After header asks for, from a number or a date; None without a usable one."""
    if value is None:
        return None
    if value.strip().isdigit():
        return float(value)
    try:
        return max(0.0, (parsedate_to_datetime(value) - now).total_seconds())
    except (TypeError, ValueError):
        return None


def user_agent(polite: Politeness) -> str:
    """Who asks: the program, its version, and whom to write to."""
    try:
        number = version("gongkai")
    except PackageNotFoundError:
        number = "0"
    who = f"; {polite.contact}" if polite.contact else ""
    return f"{AGENT}/{number} (harvests public budget disclosures{who})"


Fetch = Callable[[Ask, Site], Outcome]
