"""Second step of loading: what reviewers decided about a result, laid over it on its way into a warehouse."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from flows.store import CORRECTIONS
from flows.warehouse.parts import head_of

if TYPE_CHECKING:
    from flows.corrections import Entry, Overlay


def decisions_at(place: str) -> str | None:
    """The folder of a store that holds decisions; None for a place without, such as a bucket."""
    folder = place.removeprefix("file://")
    return folder if "://" not in folder and Path(folder, CORRECTIONS).is_file() else None


def decisions_on(data: bytes, folder: str) -> tuple[Entry, ...]:
    """What holds for the source of a result. Raises ValueError for what is no result."""
    return _overlay(folder).of(head_of(data).id.removeprefix("sha256:"))


@lru_cache(maxsize=1)
def _overlay(folder: str) -> Overlay:
    from flows.corrections import Overlay

    return Overlay(Path(folder))


def with_decisions(data: bytes, entries: Sequence[Entry]) -> bytes:
    """The result with its corrections and everything that follows from them. Raises ValueError."""
    from flows.corrections import overlaid
    from models.disclosure import Disclosure

    return overlaid(Disclosure.model_validate_json(data), entries).model_dump_json(by_alias=True).encode()


def hash_with(data: bytes, entries: Sequence[Entry]) -> str:
    """SHA-256 of the bytes of a result and of what was decided: the same again need not be read."""
    digest = hashlib.sha256(data)
    for entry in entries:
        digest.update(repr(entry).encode())
    return digest.hexdigest()
