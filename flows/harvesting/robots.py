"""What a host's robots.txt asks for: where not to go, and how slowly to go elsewhere (RFC 9309)."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urljoin

from protego import Protego

from flows.harvesting.decoding import decoded
from flows.harvesting.outcomes import Blocked, Failed, Fetched, Outcome

AGENT = "gongkai"
_MOST_BYTES = 500 << 10
"""Bytes of robots.txt that are read, as RFC 9309 lets one limit it."""


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules of one origin. ``trouble`` is why they could not be had, which closes the whole origin."""

    parser: Protego | None = None
    trouble: Outcome | None = None

    def allows(self, url: str) -> bool:
        """Whether an address may be asked for."""
        return self.parser is None or bool(self.parser.can_fetch(url, AGENT))

    def delay(self, least: float) -> float:
        """Seconds between requests: what the definition says, or more if the host asks for more."""
        if self.parser is None:
            return least
        asked = self.parser.crawl_delay(AGENT) or 0.0
        rate = self.parser.request_rate(AGENT)
        return max(least, float(asked), rate.seconds / rate.requests if rate and rate.requests else 0.0)


def robots_address(origin: str) -> str:
    """Where the rules of an origin are."""
    return urljoin(origin, "/robots.txt")


def rules_from(outcome: Outcome, kept: bytes | None) -> Rules:
    """The rules an answer amounts to; ``kept`` is the text of the last answer.

    No file, and any other refusal of it with 4xx, means no rules. A server that fails closes the
    origin for this run, as does one that answers with a challenge.
    """
    if isinstance(outcome, Fetched):
        return parsed(outcome.body)
    if isinstance(outcome, Blocked) and "challenge" in outcome.reason:
        return Rules(trouble=outcome)
    if isinstance(outcome, Failed) and outcome.temporary:
        reason = f"its robots.txt could not be read: {outcome.reason}"
        return Rules(trouble=Failed(outcome.url, reason, "it is tried again by the next run"))
    return parsed(kept) if kept is not None else Rules()


def parsed(body: bytes) -> Rules:
    """The rules of a file; an HTML page in its place holds none."""
    text, _ = decoded(body[:_MOST_BYTES])
    return Rules(Protego.parse(text))
