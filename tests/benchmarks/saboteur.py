"""In the benchmarks of batches: the real reader, but for documents that end in an order to do harm."""

from __future__ import annotations

import ctypes
from typing import Any

from extract.pipeline import Options
from extract.pipeline import extract as read
from models.disclosure import Disclosure

_GIGABYTE = 1 << 30


def extract(data: bytes, *, options: Options) -> Disclosure:
    """Eat 3 GB or crash as the last line of the document says, else extract it."""
    last = data.rpartition(b"%")[2]
    harm: Any = _HARM.get(last)
    if harm:
        harm()
    return read(data, options=options)


def _eat() -> None:
    """Page after page, as a parser does: no request is too large by itself."""
    eaten = []
    for _ in range(3 * _GIGABYTE >> 20):
        eaten.append(b"\x01" * (1 << 20))  # noqa: PERF401 - one at a time
    raise AssertionError("was allowed to eat 3 GB")


def _crash() -> None:
    ctypes.string_at(0)


_HARM = {b"eater": _eat, b"crash": _crash}
