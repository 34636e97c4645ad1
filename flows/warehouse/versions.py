"""Third step of loading: which versions of a disclosure a chunk brings, and which stands afterwards."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from flows.warehouse.rows import Keys, short_hash


@dataclass(frozen=True, slots=True)
class Version:
    """A version of a disclosure, in the warehouse already or new in this chunk."""

    document_key: str
    disclosure_key: str
    source_id: str
    content_hash: str
    number: int
    published_on: date | None
    is_current: bool
    superseded_by: str | None = None


class Versions:
    """The versions of the disclosures a chunk is about; ``arrive`` takes its documents in order."""

    def __init__(self, known: Iterable[Version]) -> None:
        self._known = {version.document_key: version for version in known}
        self._before = dict(self._known)

    def arrive(self, keys: Keys) -> tuple[str, bool]:
        """The key of the version a document is, and whether it is new.

        The same content again is the version that stands. Else it takes the place of what stands
        for the same source or the same disclosure, unless that was published later.
        """
        rivals = [each for each in self._known.values() if _same_matter(each, keys)]
        standing = [each for each in rivals if each.is_current]
        for each in standing:
            if each.content_hash == keys.content_hash:
                return each.document_key, False
        later = next((each for each in standing if _published_later(each, keys)), None)
        if later:
            for each in rivals:
                if each.content_hash == keys.content_hash:
                    return each.document_key, False
        version = _next_version(keys, rivals, later)
        for each in standing if later is None else ():
            self._known[each.document_key] = replace(
                each, is_current=False, superseded_by=version.document_key
            )
        self._known[version.document_key] = version
        return version.document_key, True

    def __getitem__(self, document_key: str) -> Version:
        return self._known[document_key]

    def superseded(self) -> list[Version]:
        """Versions that were there before and no longer stand."""
        return [self._known[key] for key, before in self._before.items() if self._known[key] != before]


def _same_matter(version: Version, keys: Keys) -> bool:
    return version.source_id == keys.source_id or version.disclosure_key == keys.disclosure_key


def _published_later(version: Version, keys: Keys) -> bool:
    """Whether another source of the disclosure is newer; one source read again always counts as newer."""
    if version.source_id == keys.source_id or not (version.published_on and keys.published_on):
        return False
    return version.published_on > keys.published_on


def _next_version(keys: Keys, rivals: list[Version], later: Version | None) -> Version:
    number = 1 + max((each.number for each in rivals), default=0)
    return Version(
        short_hash(keys.disclosure_key, keys.content_hash, str(number)),
        keys.disclosure_key,
        keys.source_id,
        keys.content_hash,
        number,
        keys.published_on,
        is_current=later is None,
        superseded_by=later.document_key if later else None,
    )
