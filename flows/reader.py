"""The inside of an isolated reader: ``python -m flows.reader`` reads documents until its parent is gone.

Requests come as lines of JSON on standard input, replies leave as lines of JSON on what was
standard output. Results go straight into the store, so no payload passes between processes.
Whatever is no ``ExtractionError`` or trouble of input and output ends the process: the parent
takes that for a crash and reports the last line of the traceback.
"""

from __future__ import annotations

import hashlib
import importlib
import json
import os
import resource
import signal
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import IO, Any, TextIO

from extract.errors import ExtractionError, UnreadableDocument
from extract.pipeline import Options
from extract.reading.intake import Limits
from flows.output import rendered
from flows.records import STARVED, failed, finished, too_much_memory
from flows.store import DOCUMENTS, RESULT, Store
from models.disclosure import Disclosure

Extract = Callable[..., Disclosure]

_ORPHAN_CHECK = 0.5
"""Seconds between two looks at whether the parent is still there."""
_BLOCK = 1 << 20


def main() -> None:
    """Read what is asked for until there are no more requests."""
    settings = json.loads(sys.argv[1])
    replies = _private_output()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_leave_with_parent, args=(os.getppid(),), daemon=True).start()
    module, _, name = settings["extract"].partition(":")
    extract: Extract = getattr(importlib.import_module(module), name)
    _reply(replies, {"ready": True})
    for line in sys.stdin:
        request = json.loads(line)
        signal.setitimer(signal.ITIMER_REAL, request["lifetime"])
        _reply(replies, _answer(request, extract))
        signal.setitimer(signal.ITIMER_REAL, 0)


def _private_output() -> TextIO:
    """Standard output for replies alone: what libraries print goes to standard error."""
    replies = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    return replies


def _reply(replies: TextIO, message: dict[str, Any]) -> None:
    replies.write(json.dumps(message) + "\n")
    replies.flush()


def _leave_with_parent(parent: int) -> None:
    """Nothing is left running when the parent is killed. (In C code the timer of the request ends it.)"""
    while os.getppid() == parent:
        time.sleep(_ORPHAN_CHECK)
    os._exit(1)


def _limit_memory(extra: int) -> int:
    """Let the process write to so many bytes more than now; what it has in use now comes back.

    What it only maps is not counted: the recogniser maps gigabytes and never touches them.
    """
    if sys.platform == "linux":
        _, most = resource.getrlimit(resource.RLIMIT_DATA)
        resource.setrlimit(resource.RLIMIT_DATA, (_told("VmData") + extra, most))
        with suppress(OSError):  # the peak begins anew
            Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    return _told("VmRSS")


def _told(field: str) -> int:
    """Bytes of memory of this process by a field of the kernel's; 0 where the system does not tell."""
    try:
        status = Path("/proc/self/status").read_text(encoding="ascii")
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in status.splitlines() if line.startswith(field)), 0)


def _answer(request: dict[str, Any], extract: Extract) -> dict[str, Any]:
    """The reply to one request: a record, or trouble that may pass."""
    start = time.perf_counter()
    uri, identity, name = request["uri"], request["id"], request["file_name"]
    before = _limit_memory(request["memory"])
    try:
        record = finished(uri, identity, _read(request, extract))
    except MemoryError:
        record = failed(uri, identity, too_much_memory(name, request["memory"]))
    except ExtractionError as error:
        starved = _told("VmHWM") - before > STARVED * request["memory"]
        record = failed(uri, identity, too_much_memory(name, request["memory"]) if starved else error)
    except OSError as error:
        return {"trouble": f"{type(error).__name__}: {error}"}
    return {
        "record": record.to_json(),
        "seconds": round(time.perf_counter() - start, 4),
        "resident": _resident(),
    }


def _read(request: dict[str, Any], extract: Extract) -> Disclosure:
    data = _bytes(request)
    limits = Limits(**request["limits"])
    disclosure = extract(data, options=Options(limits=limits, file_name=request["file_name"]))
    del data
    source = disclosure.source.model_copy(update={"uri": request["uri"]})
    disclosure = disclosure.model_copy(update={"source": source})
    Store(request["store"]).write(f"{DOCUMENTS}/{request['id']}{RESULT}", rendered(disclosure, pretty=False))
    return disclosure


def _bytes(request: dict[str, Any]) -> bytes:
    """The document, if it is still what was hashed. Raises OSError for what may be tried again."""
    import fsspec

    name = request["file_name"]
    try:
        with fsspec.open(request["location"], "rb") as stream:
            data = _at_most(stream, request["limits"]["bytes"] + 1)
    except FileNotFoundError as error:
        raise UnreadableDocument(name, "is gone since the batch began", "run the batch again") from error
    if len(data) <= request["limits"]["bytes"] and hashlib.sha256(data).hexdigest() != request["sha256"]:
        raise UnreadableDocument(name, "was changed while the batch ran", "run the batch again")
    return data


def _at_most(stream: IO[bytes], most: int) -> bytes:
    """The stream up to so many bytes, block by block: ``read`` would set aside room for all of them."""
    data = bytearray()
    while len(data) < most and (block := stream.read(min(_BLOCK, most - len(data)))):
        data += block
    return bytes(data)


def _resident() -> int:
    """Bytes of memory in use, or the most that ever were where the system tells no better."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return pages * resource.getpagesize()


if __name__ == "__main__":
    main()
