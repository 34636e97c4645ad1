"""First step of loading: the result files of a folder, a store or a bucket, in order."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from pathlib import PurePosixPath
from typing import Any

_STORED = "documents"
"""The folder of a store of ``gongkai digitise`` that holds its results."""
_NO_RESULTS = (".error.json", ".truth.json")


class NoResults(Exception):
    """There is nothing to load at a place; says what to do."""


@dataclass(frozen=True)
class ResultText:
    """One result as it lies: where, and its bytes."""

    address: str
    data: bytes

    @cached_property
    def file_hash(self) -> str:
        """SHA-256 of the bytes: the same file again is known by it without being read."""
        return hashlib.sha256(self.data).hexdigest()


def results_at(place: str) -> Iterator[ResultText]:
    """Every result of a file, folder, store or URL, oldest file first, so that the newest has the last word.

    Files are read one at a time. Raises ``NoResults``.
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
            yield ResultText(address, bytes(filesystem.cat_file(name)))


def _result_files(filesystem: Any, root: str) -> list[str]:
    if not filesystem.isdir(root):
        return [root] if filesystem.exists(root) else []
    stored = f"{root}/{_STORED}"
    folder = stored if filesystem.isdir(stored) else root
    found = [entry for entry in filesystem.ls(folder, detail=True) if _is_result(entry)]
    return [entry["name"] for entry in sorted(found, key=_age_and_name)]


def _is_result(entry: dict[str, Any]) -> bool:
    name = PurePosixPath(entry["name"]).name
    if entry["type"] != "file" or not entry["size"] or name.startswith("."):
        return False
    return name.endswith((".json", ".jsonl")) and not name.endswith(_NO_RESULTS)


def _age_and_name(entry: dict[str, Any]) -> tuple[str, str]:
    changed = entry.get("mtime") or entry.get("LastModified") or entry.get("last_modified") or ""
    return (f"{changed:020.6f}" if isinstance(changed, int | float) else str(changed), entry["name"])


def _lines(filesystem: Any, name: str, address: str) -> Iterator[ResultText]:
    with filesystem.open(name, "rb") as stream:
        for number, line in enumerate(stream, 1):
            if line.strip():
                yield ResultText(f"{address}#{number}", line)


def chunks(results: Iterator[ResultText], size: int) -> Iterator[list[ResultText]]:
    """The results in lists of ``size``, the last one shorter."""
    while chunk := list(islice(results, size)):
        yield chunk


def content_hash(data: bytes) -> str:
    """The hash of what a result says, whatever its layout, its place and the time it took."""
    from pydantic_core import from_json, to_json

    compact = data.strip() if data.startswith(b'{"schema_version":"') else to_json(from_json(data))
    head = compact.find(b'"uri":')
    facts = compact.find(b'"media_type":', head)
    seconds = compact.rfind(b'"seconds":{')
    end = compact.find(b"}", seconds)
    return hashlib.sha256(b"".join((compact[:head], compact[facts:seconds], compact[end:]))).hexdigest()
