"""Whatever a document does to its reader, it fails alone and says why."""

from __future__ import annotations

import hashlib
import os
import signal
import time
from pathlib import Path

import pytest

from extract.reading.intake import Limits
from flows.isolation import (
    _IDLE,
    Isolation,
    Reader,
    Reading,
    Stopped,
    Work,
    close_readers,
    reader,
    start_readers,
)
from flows.records import MIB
from flows.store import store_at
from tests.benchmarks.archive import bomb, endless, menu
from tests.flows.fake import READER

ISOLATION = Isolation(seconds=1.0, memory=300 * MIB, documents=50, extract=READER)


def work_of(path: Path) -> Work:
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    return Work(path.as_posix(), path.as_posix(), path.name, sha256, f"{sha256}-0", 1)


@pytest.fixture
def read(archive, tmp_path):
    """Reads one document after the other as a chunk does."""
    store = store_at(str(tmp_path / "out"))
    with reader(ISOLATION) as current:

        def one(content: str, name: str = "a") -> Reading:
            path = archive(**{name: content}) / f"{name}.txt"
            return current().read(work_of(path), store.url, Limits(), lambda: False)

        one.current = current
        one.store = store
        yield one


HOSTILE = {
    "menu": ("NotADisclosure", "is a menu"),
    "crash": ("ReaderCrashed", "crashed its reader (SIGSEGV)"),
    "stumble": ("ReaderCrashed", "ZeroDivisionError: a fault of the program"),
    "leave": ("ReaderCrashed", "exit code 7"),
    "endless": ("LimitExceeded", "takes longer than the limit of 1 seconds"),
    "eat 3000": ("LimitExceeded", "needs more memory than the limit of 300 MiB"),
    "gulp 3000": ("LimitExceeded", "needs more memory than the limit of 300 MiB"),
}


def test_every_kind_fails_alone_with_its_reason(read):
    for number, (content, (error, problem)) in enumerate(HOSTILE.items()):
        record = read(content, f"bad{number}").record
        assert record.state == "failed"
        assert record.failure.error == error
        assert problem in record.failure.problem
        assert read("good", f"good{number}").record.state == "finished"
    assert len(read.store.finished()) == len(HOSTILE)


def test_bomb_and_endless_page_fail_alone_in_the_real_reader(tmp_path):
    store = store_at(str(tmp_path / "out"))
    outcomes = []
    with reader(Isolation(seconds=2.0)) as current:
        for make in (bomb, endless, menu):
            (tmp_path / make.__name__).write_bytes(make(1))
            reading = current().read(work_of(tmp_path / make.__name__), store.url, Limits(), lambda: False)
            outcomes.append(reading.record.failure.error)
    assert outcomes == ["LimitExceeded", "LimitExceeded", "NotADisclosure"]


def test_result_is_in_the_store_and_the_record_tells_of_it(read):
    record = read("good").record
    assert (record.fiscal_year, record.cells, record.proven, record.needs_review) == (2023, 13, 10, True)
    assert read.store.read_json(f"documents/{record.id}.json")["source"]["uri"].endswith("archive/a.txt")


def test_what_a_library_prints_is_no_reply(read):
    assert read("print").record.state == "finished"


def test_file_that_was_changed_or_removed_meanwhile(archive, tmp_path):
    path = archive(a="good") / "a.txt"
    work = work_of(path)
    store = store_at(str(tmp_path / "out"))
    with reader(ISOLATION) as current:
        path.write_text("a: good now")
        changed = current().read(work, store.url, Limits(), lambda: False)
        path.unlink()
        gone = current().read(work, store.url, Limits(), lambda: False)
    assert "was changed" in changed.record.failure.problem
    assert "is gone" in gone.record.failure.problem


def test_store_that_cannot_be_written_may_be_tried_again(archive, tmp_path):
    path = archive(a="good") / "a.txt"
    (tmp_path / "out").touch()
    with reader(ISOLATION) as current:
        reading = current().read(work_of(path), str(tmp_path / "out"), Limits(), lambda: False)
    assert reading.record is None
    assert "NotADirectoryError" in reading.trouble or "FileExistsError" in reading.trouble


def test_reader_is_kept_between_documents_and_replaced_in_time(read):
    first = read.current()
    read("good")
    assert read.current() is first
    first._documents = ISOLATION.documents
    assert read.current() is not first


def test_readers_started_beforehand_are_the_ones_that_are_lent():
    close_readers()
    start_readers(ISOLATION, 1)
    (started,) = _IDLE[ISOLATION]
    start_readers(ISOLATION, 1)
    with reader(ISOLATION) as current:
        assert current() is started
        assert not _IDLE[ISOLATION]
    close_readers()


def test_stopping_does_not_wait_for_the_document(archive, tmp_path):
    path = archive(a="sleep 60") / "a.txt"
    patient = Reader(Isolation(seconds=60, extract=READER))
    start = time.monotonic()
    with pytest.raises(Stopped):
        patient.read(work_of(path), str(tmp_path / "out"), Limits(), lambda: time.monotonic() - start > 2.0)
    assert time.monotonic() - start < 30
    assert patient._child.poll() == -signal.SIGKILL


def test_reader_leaves_with_its_parent(tmp_path):
    child = os.fork()
    if child == 0:
        lonely = Reader(ISOLATION)
        (tmp_path / "pid").write_text(str(lonely._child.pid))
        os._exit(0)
    os.waitpid(child, 0)
    pid = int((tmp_path / "pid").read_text())
    for _ in range(600):
        if not Path(f"/proc/{pid}").exists() or "Z" in Path(f"/proc/{pid}/stat").read_text().split()[2]:
            return
        time.sleep(0.1)
    pytest.fail("the reader is still there")
