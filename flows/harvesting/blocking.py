"""Telling a page that keeps programs out from one that is meant, so that it ends as ``Blocked``."""

from __future__ import annotations

import re
from dataclasses import dataclass

from flows.harvesting.outcomes import Blocked

_ASK = "ask the publisher for the files or a way in, or save them from a browser and digitise them"
_LATER = "visit less often and later, with a longer delay; if it stays, ask the publisher"


@dataclass(frozen=True, slots=True)
class _Refusal:
    reason: str
    advice: str


_BY_STATUS = {
    401: _Refusal("asks for a login (401)", _ASK),
    403: _Refusal("refuses the request (403)", _LATER),
    407: _Refusal("asks for a login at a proxy (407)", _ASK),
    412: _Refusal("answers programs with a challenge (412)", _ASK),
    418: _Refusal("refuses programs (418)", _LATER),
    451: _Refusal("is closed for legal reasons (451)", _ASK),
    521: _Refusal("answers programs with a challenge (521)", _ASK),
}

_CAPTCHA = (
    r"<title>\s*(?:请[^<]{0,6})?(?:人机验证|安全验证|访问验证|滑动验证|行为验证|验证码)[^<]{0,6}</title>"
)
_CHALLENGES = (
    (re.compile(rb"__jsl_clearance|\$_ts\s*=\s*window|acw_sc__v[23]|yunsuo_session_verify"), "script"),
    (re.compile(rb"cf[-_]chl|challenge-platform|_cf_chl_opt|/_guard/|safeline_bot"), "script"),
    (re.compile(_CAPTCHA.encode()), "captcha"),
    (re.compile(_CAPTCHA.encode("gb18030")), "captcha"),
    (re.compile(rb"<title>[^<]{0,40}(?:just a moment|attention required|captcha)", re.IGNORECASE), "captcha"),
)
"""Marks of challenge pages in use: scripts that set a clearance cookie, and pages that ask for a captcha."""

_CHALLENGE_SIZE = 1 << 16
"""Bytes a challenge page has at most: an article that merely loads such a script is longer or has links."""
_LINKS = 5
"""Links that make a page more than a challenge."""


def blocked(url: str, status: int, media_type: str, body: bytes) -> Blocked | None:
    """The refusal an answer amounts to, or None."""
    challenge = _challenge(media_type, body)
    if challenge:
        return Blocked(url, f"answers programs with a {challenge} ({status})", _ASK)
    refusal = _BY_STATUS.get(status)
    return Blocked(url, refusal.reason, refusal.advice) if refusal else None


def _challenge(media_type: str, body: bytes) -> str | None:
    if len(body) > _CHALLENGE_SIZE or not (media_type in {"", "text/html"} or body.lstrip()[:1] == b"<"):
        return None
    if len(re.findall(rb"<a\s[^>]*href", body, re.IGNORECASE)) >= _LINKS:
        return None
    return next((f"{kind} challenge" for mark, kind in _CHALLENGES if mark.search(body)), None)
