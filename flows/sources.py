"""First step of a batch: from a folder, glob, list or URL to documents, each with the hash of its bytes."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from extract.reading.intake import spelled

LIST_MARK = "@"
"""A source that begins with it is a file with one document a line."""
_NO_DOCUMENTS = frozenset({".json", ".jsonl", ".ndjson", ".csv", ".tsv", ".toml", ".yaml", ".yml", ".log"})
"""What lies beside documents in archives: data about them. Every other file is tried and told by content."""
_REMOTE_READERS = 16
_LOCAL_READERS = 4
_BLOCK = 1 << 20
_PAGE_OBJECT = re.compile(rb"/Type\s*/Page(?![a-zA-Z])")
_BYTES_A_PAGE = 40_000
"""A page of a disclosure whose page objects are packed away takes about this much."""


class NoSuchSource(ValueError):
    """The source names nothing that is there."""


@dataclass(frozen=True, slots=True)
class Found:
    """A document to be read: ``uri`` as the caller named it, ``location`` as any process can open it.

    ``stamp`` changes when the file does: size and time of a file, ETag of an object.
    """

    uri: str
    location: str
    bytes: int
    stamp: str

    @property
    def file_name(self) -> str:
        """The last part of the location."""
        return spelled(PurePosixPath(self.location).name)


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What a look at the bytes gives: their hash, and about how many pages they hold.

    ``problem`` says why they could not be read; then there is no hash.
    """

    sha256: str
    pages: int
    problem: str = ""


def find_documents(source: str) -> list[Found]:
    """Everything the source names, sorted by URI, each once.

    Raises ``NoSuchSource`` when there is nothing of that name.
    """
    if source.startswith(LIST_MARK):
        found = [document for line in _lines(source[1:]) for document in _found(line)]
    else:
        found = list(_found(source))
    if not found:
        raise NoSuchSource(f"{source}: holds no documents; check the path")
    return sorted({document.location: document for document in found}.values(), key=lambda one: one.uri)


def _lines(list_file: str) -> Iterator[str]:
    """The documents a list names; relative ones are relative to the list."""
    import fsspec

    try:
        with fsspec.open(list_file, "rt", encoding="utf-8-sig") as stream:
            lines = [line.strip() for line in stream]
    except FileNotFoundError as error:
        raise NoSuchSource(f"{list_file}: there is no such list") from error
    folder = list_file.rpartition("/")[0]
    for line in lines:
        if line and not line.startswith("#"):
            relative = folder and "://" not in line and not line.startswith("/")
            yield f"{folder}/{line}" if relative else line


def _found(source: str) -> Iterator[Found]:
    from fsspec.core import url_to_fs

    filesystem, root = url_to_fs(source, use_listings_cache=False)
    given = _Spelling(source, root)
    if filesystem.isfile(root):
        yield _document(filesystem.info(root), given)
        return
    if filesystem.isdir(root):
        paths = filesystem.find(root, detail=True)
    elif _is_pattern(source):
        paths = filesystem.glob(root, detail=True)
    else:
        raise NoSuchSource(f"{source}: there is no such file or folder")
    for path, details in paths.items():
        if details["type"] == "file" and _may_be_document(path, root):
            yield _document(details, given)


def _is_pattern(source: str) -> bool:
    return any(mark in source for mark in "*?[")


def _may_be_document(path: str, root: str) -> bool:
    inner = PurePosixPath(path.removeprefix(root)).parts
    hidden = any(part.startswith(".") for part in inner if part not in {".", "/"})
    return not hidden and PurePosixPath(path).suffix.lower() not in _NO_DOCUMENTS


@dataclass(frozen=True, slots=True)
class _Spelling:
    """How the caller wrote what the file system calls ``root``."""

    source: str
    root: str

    def uri(self, path: str) -> str:
        if "://" in self.source:
            return (
                f"{self.source.partition('://')[0]}://{path.removeprefix('/') if self._is_bucket else path}"
            )
        if path.startswith(self.root):
            return spelled(Path(f"{self.source}{path.removeprefix(self.root)}").as_posix())
        here = "" if self.source.startswith("/") else Path.cwd().as_posix() + "/"
        return spelled(path.removeprefix(here))

    @property
    def _is_bucket(self) -> bool:
        return not self.source.startswith(("file://", "local://"))

    def location(self, path: str) -> str:
        return path if "://" not in self.source else self.uri(path)


def _document(details: dict[str, Any], given: _Spelling) -> Found:
    path = str(details["name"])
    stamp = details.get("ETag") or details.get("mtime") or details.get("LastModified") or ""
    return Found(given.uri(path), given.location(path), int(details["size"] or 0), f"{stamp}")


def fingerprints(
    documents: Sequence[Found],
    known: dict[str, dict[str, Any]],
    *,
    advance: Callable[[int], None] = lambda _: None,
) -> dict[str, Fingerprint]:
    """The fingerprint of every document by location; ``known`` (see ``remembered``) saves reading again."""
    prints = {one.location: recalled for one in documents if (recalled := _recalled(one, known))}
    unknown = [one for one in documents if one.location not in prints]
    advance(len(prints))
    readers = _REMOTE_READERS if any("://" in one.location for one in unknown) else _LOCAL_READERS
    with ThreadPoolExecutor(readers) as pool:
        for document, fingerprint in zip(unknown, pool.map(fingerprint_of, unknown), strict=True):
            prints[document.location] = fingerprint
            advance(1)
    return prints


def _recalled(document: Found, known: dict[str, dict[str, Any]]) -> Fingerprint | None:
    old = known.get(document.location)
    if old and document.stamp and (old["bytes"], old["stamp"]) == (document.bytes, document.stamp):
        return Fingerprint(old["sha256"], old["pages"])
    return None


def remembered(documents: Iterable[Found], prints: dict[str, Fingerprint]) -> dict[str, dict[str, Any]]:
    """What the next batch need not read again, by location."""
    return {
        one.location: {
            "bytes": one.bytes,
            "stamp": one.stamp,
            "sha256": prints[one.location].sha256,
            "pages": prints[one.location].pages,
        }
        for one in documents
        if not prints[one.location].problem
    }


def fingerprint_of(document: Found) -> Fingerprint:
    """Hash the bytes as they stream by, and count what look like pages of a PDF."""
    import fsspec

    digest, size, marks = hashlib.sha256(), 0, 0
    try:
        with fsspec.open(document.location, "rb") as stream:
            while block := stream.read(_BLOCK):
                digest.update(block)
                size += len(block)
                marks += len(_PAGE_OBJECT.findall(block))
    except OSError as error:
        return Fingerprint("", 0, f"cannot be read ({error.strerror or error})")
    return Fingerprint(digest.hexdigest(), marks or 1 + size // _BYTES_A_PAGE)


def as_json(document: Found) -> dict[str, Any]:
    """A document as a value of JSON."""
    return asdict(document)
