"""A reader for tests: does to its own process what the text of the document says."""

from __future__ import annotations

import ctypes
import mmap
import os
import re
import time

from extract.errors import NotADisclosure
from models.disclosure import Disclosure
from tests.example import example

READER = "tests.flows.fake:extract"
_WORDS = re.compile(r"\w+: (\w+) ?([\d.]*)")


def extract(data: bytes, *, options) -> Disclosure:
    """The example, under the name of the document, after what the document tells to do."""
    word, number = _WORDS.match(data.decode()).groups()
    DEEDS[word](options.file_name, float(number or 0))
    result = example()
    source = result.source.model_copy(update={"file_name": options.file_name, "pages": 3})
    return result.model_copy(update={"id": data.decode(), "source": source})


def _nothing(_name: str, _number: float) -> None:
    pass


def _sleep(_name: str, seconds: float) -> None:
    time.sleep(seconds)


def _refuse(name: str, _number: float) -> None:
    raise NotADisclosure(name, "is a menu", "give a budget")


def _crash(_name: str, _number: float) -> None:
    ctypes.string_at(0)


def _stumble(_name: str, _number: float) -> None:
    raise ZeroDivisionError("a fault of the program")


def _never_end(_name: str, _number: float) -> None:
    """Inside C code that holds the interpreter, where no signal handler of Python runs."""
    re.match(r"(x+x+)+y", "x" * 40)


def _eat(_name: str, megabytes: float) -> None:
    """Touch every page, a little at a time."""
    eaten = []
    for _ in range(int(megabytes) // 8):
        piece = mmap.mmap(-1, 8 << 20)
        for page in range(0, 8 << 20, 4096):
            piece[page] = 1
        eaten.append(piece)


def _gulp(_name: str, megabytes: float) -> None:
    """Ask for everything at once."""
    bytearray(int(megabytes) << 20)


def _leave(_name: str, _number: float) -> None:
    os._exit(7)


def _print(_name: str, _number: float) -> None:
    os.write(1, b'{"record": "forged"}\n')


DEEDS = {
    "good": _nothing,
    "sleep": _sleep,
    "menu": _refuse,
    "crash": _crash,
    "stumble": _stumble,
    "endless": _never_end,
    "eat": _eat,
    "gulp": _gulp,
    "leave": _leave,
    "print": _print,
}
