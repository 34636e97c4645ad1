"""First step of loading: where the results of a folder, a store or a bucket lie, in order."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path, PurePosixPath
from typing import Any, TypeVar

from flows.store import CORRECTIONS, DOCUMENTS

Thing = TypeVar("Thing")
_NO_RESULTS = (".error.json", ".truth.json")


class NoResults(Exception):
    """There is nothing to load at a place; says what to do."""


@dataclass(frozen=True, slots=True)
class ResultPlace:
    """Where one result lies: path or URL of its file, or what its line of a ``.jsonl`` holds."""

    address: str
    line: bytes | None = None

    def read(self) -> bytes:
        """The bytes there. Raises OSError."""
        if self.line is not None:
            return self.line
        if "://" not in self.address:
            return Path(self.address).read_bytes()
        from fsspec.core import url_to_fs

        filesystem, name = url_to_fs(self.address)
        return bytes(filesystem.cat_file(name))


def results_at(place: str) -> Iterator[ResultPlace]:
    """Every result of a file, folder, store or URL, oldest file first, so that the newest has the last word.

    Raises ``NoResults``.
    """
    from fsspec.core import url_to_fs

    filesystem, root = url_to_fs(place, use_listings_cache=False)
    names = _result_files(filesystem, root.rstrip("/"))
    if not names:
        raise NoResults(
            f"{place}: holds no results (.json, .jsonl); make some with gongkai extract -o {place}"
        )
    for name in names:
        address = filesystem.unstrip_protocol(name).removeprefix("file://")
        if name.endswith(".jsonl"):
            yield from _lines(filesystem, name, address)
        else:
            yield ResultPlace(address)


def _result_files(filesystem: Any, root: str) -> list[str]:
    if not filesystem.isdir(root):
        return [root] if filesystem.exists(root) else []
    stored = f"{root}/{DOCUMENTS}"
    folder = stored if filesystem.isdir(stored) else root
    found = [entry for entry in filesystem.ls(folder, detail=True) if _is_result(entry)]
    return [entry["name"] for entry in sorted(found, key=_age_and_name)]


def _is_result(entry: dict[str, Any]) -> bool:
    name = PurePosixPath(entry["name"]).name
    if entry["type"] != "file" or not entry["size"] or name.startswith("."):
        return False
    return name.endswith((".json", ".jsonl")) and not name.endswith(_NO_RESULTS) and name != CORRECTIONS


def _age_and_name(entry: dict[str, Any]) -> tuple[str, str]:
    changed = entry.get("mtime") or entry.get("LastModified") or entry.get("last_modified") or ""
    return (f"{changed:020.6f}" if isinstance(changed, int | float) else str(changed), entry["name"])


def _lines(filesystem: Any, name: str, address: str) -> Iterator[ResultPlace]:
    with filesystem.open(name, "rb") as stream:
        for number, line in enumerate(stream, 1):
            if line.strip():
                yield ResultPlace(f"{address}#{number}", line)


def chunks(things: Iterator[Thing], size: int) -> Iterator[list[Thing]]:
    """The things in lists of ``size``, the last one shorter."""
    while chunk := list(islice(things, size)):
        yield chunk


def content_hash(data: bytes) -> str:
    """The hash of what a result says, whatever its layout, its place and the time it took."""
    from pydantic_core import from_json, to_json

    compact = data.strip() if data.startswith(b'{"schema_version":"') else to_json(from_json(data))
    head = compact.find(b'"uri":')
    facts = compact.find(b'"media_type":', head)
    seconds = compact.rfind(b'"seconds":{')
    end = compact.find(b"}", seconds)
    digest = hashlib.sha256()
    with memoryview(compact) as whole:
        for part in (whole[:head], whole[facts:seconds], whole[end:]):
            digest.update(part)
    return digest.hexdigest()
