"""Where bulk results live: a content-addressed folder or bucket whose own files are the ledger of a batch.

``documents/<id>.json`` is a result and ``documents/<id>.error.json`` a failure; whatever has
neither is still to do. Nothing else records what is done, so nothing can disagree with it.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import socket
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import cache, cached_property
from importlib.metadata import version
from pathlib import Path, PurePosixPath
from typing import Any

from extract.reading.intake import Limits

DOCUMENTS = "documents"
CORRECTIONS = "corrections.jsonl"
"""What people decided, beside the documents (``flows.corrections``)."""
BATCHES = "batches"
RESULT = ".json"
FAILURE = ".error.json"
_PARTS = ".parts"
_PART_LIFETIME = 24 * 3600.0
"""Seconds after which the half-written file of another machine is taken for abandoned."""
_OF_TIME = frozenset({"seconds", "picture_seconds"})
_WHOLE_OBJECT_PROTOCOLS = frozenset({"s3", "s3a", "gs", "gcs", "az", "abfs", "abfss", "adl", "memory"})
"""Stores in which an object appears whole or not at all, so that nothing need be renamed."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """What a result depends on besides the bytes: the version, and the limits that shape it.

    Limits of time are left out: they decide whether there is a result, never which. The other
    options of ``extract`` are its defaults, which belong to the version.
    """

    version: str
    limits: Limits

    @property
    def digest(self) -> str:
        """Twelve hexadecimal digits that change with anything that may change a result."""
        limits = {name: value for name, value in asdict(self.limits).items() if name not in _OF_TIME}
        text = json.dumps({"gongkai": self.version, "limits": limits}, sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:12]

    def id_of(self, sha256: str) -> str:
        """The name in the store of a document with these bytes."""
        return f"{sha256}-{self.digest}"


def current_recipe(limits: Limits | None = None) -> Recipe:
    """The recipe of the installed version."""
    return Recipe(_installed(), limits or Limits())


@cache
def _installed() -> str:
    """The version, whose file need not be read for every document."""
    return version("gongkai")


@dataclass(frozen=True)
class Store:
    """A store by its address: a folder, or any URL fsspec knows.

    Every write appears whole or not at all. Raises OSError when the place cannot be reached.
    """

    url: str

    @cached_property
    def _place(self) -> tuple[Any, str]:
        from fsspec.core import url_to_fs

        filesystem, root = url_to_fs(self.url, use_listings_cache=False)
        return filesystem, root.rstrip("/")

    @property
    def is_local(self) -> bool:
        """Whether results are files of this machine."""
        return "://" not in self.url

    def address(self, name: str) -> str:
        """The path or URL of something in the store."""
        return f"{self.url}/{name}"

    def finished(self) -> frozenset[str]:
        """Ids with a result."""
        return frozenset(
            name.removesuffix(RESULT) for name in self._names(DOCUMENTS) if not name.endswith(FAILURE)
        )

    def failed(self) -> frozenset[str]:
        """Ids with a recorded failure."""
        names = self._names(DOCUMENTS)
        return frozenset(name.removesuffix(FAILURE) for name in names if name.endswith(FAILURE))

    def _names(self, folder: str) -> Iterator[str]:
        """Names of the files in a folder, empty ones left out: a crash of the machine leaves such."""
        filesystem, root = self._place
        try:
            entries = filesystem.ls(f"{root}/{folder}", detail=True)
        except FileNotFoundError:
            return
        for entry in entries:
            name = PurePosixPath(entry["name"]).name
            if entry["type"] == "file" and entry["size"] and name.endswith(RESULT):
                yield name

    def names(self, folder: str) -> tuple[str, ...]:
        """Sorted names of the JSON files in a folder of the store."""
        return tuple(sorted(self._names(folder)))

    def folders(self, folder: str) -> tuple[str, ...]:
        """Sorted names of the folders in a folder of the store."""
        filesystem, root = self._place
        try:
            entries = filesystem.ls(f"{root}/{folder}", detail=True)
        except FileNotFoundError:
            return ()
        names = (PurePosixPath(entry["name"]).name for entry in entries if entry["type"] == "directory")
        return tuple(sorted(names))

    def remove_folder(self, name: str) -> None:
        """Take away a folder that is empty; in a bucket there are none."""
        if self.is_local:
            with suppress(OSError):
                (Path(self.url) / name).rmdir()

    def has(self, name: str) -> bool:
        """Whether there is such a file."""
        filesystem, root = self._place
        return bool(filesystem.exists(f"{root}/{name}"))

    def read(self, name: str) -> bytes:
        """The bytes of a file; raises FileNotFoundError."""
        filesystem, root = self._place
        return bytes(filesystem.cat_file(f"{root}/{name}"))

    def write(self, name: str, data: bytes) -> None:
        """Put a file in its place in one step."""
        if self.is_local:
            return self._write_file(Path(self.url), name, data)
        return self._write_object(name, data)

    def _write_file(self, root: Path, name: str, data: bytes) -> None:
        target = root / name
        part = root / _PARTS / f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(4)}"
        for folder in (target.parent, part.parent):
            folder.mkdir(parents=True, exist_ok=True)
        try:
            part.write_bytes(data)
            part.replace(target)
        finally:
            part.unlink(missing_ok=True)

    def _write_object(self, name: str, data: bytes) -> None:
        filesystem, root = self._place
        target = f"{root}/{name}"
        if self.url.partition("://")[0] in _WHOLE_OBJECT_PROTOCOLS:
            filesystem.pipe_file(target, data)
            return
        part = f"{root}/{_PARTS}/{secrets.token_hex(8)}"
        for folder in (target, part):
            filesystem.makedirs(folder.rpartition("/")[0], exist_ok=True)
        filesystem.pipe_file(part, data)
        filesystem.mv(part, target)

    def write_json(self, name: str, value: object) -> None:
        """Put a value in its place as JSON: non-ASCII kept, one line, a final newline."""
        text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
        # File names that are not UTF-8 on disk come as lone surrogates and must find their way back.
        self.write(name, text.encode("utf-8", "surrogatepass") + b"\n")

    def read_json(self, name: str) -> Any:
        """A value written by ``write_json``; raises FileNotFoundError."""
        return json.loads(self.read(name))

    def remove(self, name: str) -> None:
        """Take a file away; it is no error if it is not there."""
        filesystem, root = self._place
        with suppress(FileNotFoundError):
            filesystem.rm_file(f"{root}/{name}")

    def sweep(self) -> None:
        """Remove what writers that are dead left half-written. Only a store of files has such parts."""
        folder = Path(self.url) / _PARTS
        if not self.is_local or not folder.is_dir():
            return
        for part in folder.iterdir():
            if _is_abandoned(part):
                part.unlink(missing_ok=True)


def store_at(place: str) -> Store:
    """The store at a path or URL, by an address that means the same in every process of this machine."""
    if "://" not in place or place.startswith(("file://", "local://")):
        path = place.partition("://")[2] if "://" in place else place
        return Store(Path(path).expanduser().resolve().as_posix())
    return Store(place.rstrip("/"))


def _is_abandoned(part: Path) -> bool:
    host, _, rest = part.name.rpartition("-")[0].rpartition("-")
    if host == socket.gethostname() and rest.isdigit():
        return not is_alive(int(rest))
    with suppress(FileNotFoundError):
        return time.time() - part.stat().st_mtime > _PART_LIFETIME
    return False


def is_alive(pid: int) -> bool:
    """Whether this machine runs a process of that number."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
