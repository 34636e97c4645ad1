"""What asking for an address can end with: one small type for each end, none of them an exception."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class Validators:
    """What makes a request conditional: the ETag and Last-Modified of the last answer, as they came."""

    etag: str | None = None
    last_modified: str | None = None

    def headers(self) -> dict[str, str]:
        """The request headers; none when there is nothing to compare with."""
        pairs = {"If-None-Match": self.etag, "If-Modified-Since": self.last_modified}
        return {name: value for name, value in pairs.items() if value}


NO_VALIDATORS = Validators()
"""Those of an address that was never fetched."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """The end of one request, or why none was sent. ``kind`` is its name in records and reports."""

    kind: ClassVar[str] = "outcome"
    url: str
    reason: str = ""
    advice: str = ""


@dataclass(frozen=True, slots=True)
class Fetched(Outcome):
    """The bytes of the address, with the headers of the answer by lower-case name."""

    kind: ClassVar[str] = "fetched"
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def validators(self) -> Validators:
        """What the next request is made conditional with."""
        return Validators(self.headers.get("etag"), self.headers.get("last-modified"))


@dataclass(frozen=True, slots=True)
class NotModified(Outcome):
    """The server says that what is kept is still what it has."""

    kind: ClassVar[str] = "not_modified"


@dataclass(frozen=True, slots=True)
class Moved(Outcome):
    """The server names another address, which the definition allows; it has not been asked yet."""

    kind: ClassVar[str] = "moved"
    location: str = ""


@dataclass(frozen=True, slots=True)
class Gone(Outcome):
    """There is no such address any more, or never was."""

    kind: ClassVar[str] = "gone"


@dataclass(frozen=True, slots=True)
class Blocked(Outcome):
    """The site refuses programs: a challenge, a captcha, a login. It is not worked around."""

    kind: ClassVar[str] = "blocked"


@dataclass(frozen=True, slots=True)
class ForbiddenByRobots(Outcome):
    """robots.txt asks programs to stay away; nothing was requested."""

    kind: ClassVar[str] = "forbidden_by_robots"


@dataclass(frozen=True, slots=True)
class Refused(Outcome):
    """The definition does not allow to go there: another host, or a private address."""

    kind: ClassVar[str] = "refused"


@dataclass(frozen=True, slots=True)
class TooLarge(Outcome):
    """The answer is larger than the definition allows; the rest was not taken."""

    kind: ClassVar[str] = "too_large"


@dataclass(frozen=True, slots=True)
class Failed(Outcome):
    """No answer of use, also when tried again. ``temporary`` failures may be over by the next visit."""

    kind: ClassVar[str] = "failed"
    temporary: bool = True


@dataclass(frozen=True, slots=True)
class NoDocument(Outcome):
    """An article that was taken for a disclosure leads to no document and holds no figures."""

    kind: ClassVar[str] = "no_document"


END_TYPES: dict[str, type[Outcome]] = {
    end.kind: end
    for end in (
        *(
            Fetched,
            NotModified,
            Moved,
            Gone,
            Blocked,
            ForbiddenByRobots,
            Refused,
            TooLarge,
            Failed,
            NoDocument,
        ),
    )
}
"""The ends by their names in records."""
