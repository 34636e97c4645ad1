"""Results appear whole, under a name that says what they are made of; sources are found and hashed once."""

from __future__ import annotations

import os
import socket
import threading
from pathlib import Path

import pytest

from extract.reading.intake import Limits
from flows.isolation import Work
from flows.plan import Order, chunks, make_plan
from flows.sources import Found, NoSuchSource, find_documents, fingerprint_of, fingerprints, remembered
from flows.store import Recipe, store_at


class TestRecipe:
    def test_name_depends_on_version_and_limits_but_not_on_time(self):
        names = {
            Recipe("1", Limits()).id_of("ab"),
            Recipe("2", Limits()).id_of("ab"),
            Recipe("1", Limits(pages=1)).id_of("ab"),
        }
        assert len(names) == 3
        assert Recipe("1", Limits(seconds=1)).id_of("ab") in names


@pytest.fixture(params=["local", "memory"])
def store(request, tmp_path):
    if request.param == "local":
        return store_at(str(tmp_path / "out"))
    return store_at(f"memory://{tmp_path.name}-{os.getpid()}")


class TestStore:
    def test_ledger_is_what_the_files_say(self, store):
        assert store.finished() == store.failed() == frozenset()
        store.write("documents/a.json", b"{}")
        store.write("documents/b.error.json", b"{}")
        assert (store.finished(), store.failed()) == ({"a"}, {"b"})
        store.remove("documents/b.error.json")
        store.remove("documents/b.error.json")
        assert store.failed() == frozenset()

    def test_empty_file_that_a_crash_of_the_machine_left_is_no_result(self, store):
        store.write("documents/a.json", b"")
        assert store.finished() == frozenset()

    def test_what_is_written_is_read(self, store):
        value = {"名": "\udcd4云岭", "n": 1.5}
        store.write_json("x.json", value)
        assert store.read_json("x.json") == value
        assert store.has("x.json")
        assert not store.has("y.json")

    def test_what_is_not_there(self, store):
        with pytest.raises(FileNotFoundError):
            store.read("x.json")


class TestAtomicity:
    def test_reader_never_sees_a_part(self, tmp_path):
        store = store_at(str(tmp_path / "out"))
        whole = [letter * 3_000_000 for letter in (b"a", b"b")]
        store.write("documents/x.json", whole[0])
        done = threading.Event()

        def rewrite() -> None:
            for number in range(60):
                store.write("documents/x.json", whole[number % 2])
            done.set()

        writer = threading.Thread(target=rewrite)
        writer.start()
        seen = set()
        while not done.is_set():
            data = store.read("documents/x.json")
            assert data in whole
            seen.add(data[:1])
        writer.join()
        assert seen <= {b"a", b"b"}
        assert [path.name for path in (tmp_path / "out" / "documents").iterdir()] == ["x.json"]

    def test_failed_write_leaves_what_was_there(self, tmp_path, monkeypatch):
        store = store_at(str(tmp_path / "out"))
        store.write("documents/x.json", b"before")

        def full(self, _data):
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(Path, "write_bytes", full)
        with pytest.raises(OSError, match="No space"):
            store.write("documents/x.json", b"after")
        assert store.read("documents/x.json") == b"before"
        assert list((tmp_path / "out" / ".parts").iterdir()) == []

    def test_only_parts_of_the_dead_are_swept(self, tmp_path):
        parts = tmp_path / "out" / ".parts"
        parts.mkdir(parents=True)
        host = socket.gethostname()
        child = os.fork()
        if child == 0:
            os._exit(0)
        os.waitpid(child, 0)
        for name in (f"{host}-{child}-ab", f"{host}-{os.getpid()}-cd", "elsewhere-1-ef"):
            (parts / name).write_bytes(b"half")
        store_at(str(tmp_path / "out")).sweep()
        assert {path.name for path in parts.iterdir()} == {f"{host}-{os.getpid()}-cd", "elsewhere-1-ef"}


def uris(source: object) -> list[str]:
    return [document.uri for document in find_documents(str(source))]


class TestSources:
    @pytest.fixture
    def here(self, tmp_path, monkeypatch):
        monkeypatch.chdir(tmp_path)
        for name in ("a/b.pdf", "a/deep/c.TXT", "a/.hidden/d.pdf", "a/b.truth.json", "a/e.xyz", "f.pdf"):
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_text(name)
        return tmp_path

    def test_folder_is_searched_for_everything_but_data(self, here):
        assert uris("a") == ["a/b.pdf", "a/deep/c.TXT", "a/e.xyz"]
        assert uris(f"{here}/a") == [f"{here}/a/b.pdf", f"{here}/a/deep/c.TXT", f"{here}/a/e.xyz"]
        assert uris("./a/") == uris("a")

    def test_glob_file_and_url(self, here):
        assert uris("a/**/*.TXT") == ["a/deep/c.TXT"]
        assert uris("f.pdf") == ["f.pdf"]
        assert uris(f"file://{here}/f.pdf") == [f"file://{here}/f.pdf"]

    def test_list_with_comments_relative_to_itself(self, here):
        (here / "a" / "list").write_text(f"# mine\nb.pdf\n\n{here}/f.pdf\nb.pdf\n", encoding="utf-8")
        assert uris(f"@{here}/a/list") == [f"{here}/a/b.pdf", f"{here}/f.pdf"]

    @pytest.mark.parametrize("source", ["nothing", "a/*.doc", "@nothing"])
    @pytest.mark.usefixtures("here")
    def test_nothing_there(self, source):
        with pytest.raises(NoSuchSource, match=r"nothing|a/"):
            find_documents(source)

    def test_hash_is_taken_once(self, here):
        documents = find_documents("a")
        first = fingerprints(documents, {})
        known = remembered(documents, first)
        (here / "a" / "b.pdf").write_text("other!!")
        again = fingerprints(find_documents("a"), known)
        changed = {place for place in first if first[place] != again[place]}
        assert changed == {f"{here}/a/b.pdf"}

    def test_unreadable_file_is_a_fingerprint_with_a_problem(self, tmp_path):
        missing = fingerprint_of(Found("x", str(tmp_path / "x"), 0, ""))
        assert missing.sha256 == ""
        assert "cannot be read" in missing.problem


class TestPlan:
    def test_store_inside_the_source_is_no_source(self, archive):
        folder = archive(a="good")
        store = store_at(str(folder / "out"))
        store.write("report.html", b"<html>")
        plan = make_plan(Order(str(folder), store.url), store, keep_fingerprints=True)
        assert [work.file_name for work in plan.todo] == ["a.txt"]

    def test_same_bytes_are_read_once(self, archive):
        folder = archive(a="good")
        (folder / "b.txt").write_bytes((folder / "a.txt").read_bytes())
        store = store_at(str(folder.parent / "out"))
        plan = make_plan(Order(str(folder), store.url), store, keep_fingerprints=True)
        assert [work.file_name for work in plan.todo] == ["a.txt"]
        assert [work.file_name for work in plan.same] == ["b.txt"]

    @pytest.mark.parametrize(
        ("pages", "workers", "most", "count"),
        [
            ([3] * 1000, 2, 40, 37),
            ([3] * 48, 2, 8, 10),
            ([600] * 4, 1, 1, 4),
            ([5000], 2, 1, 1),
            ([], 2, 0, 0),
        ],
    )
    def test_chunks_are_of_few_enough_documents_and_pages(self, pages, workers, most, count):
        works = [Work("", "", "", "", str(number), size) for number, size in enumerate(pages)]
        cut = chunks(works, workers)
        assert [work for chunk in cut for work in chunk] == works
        assert len(cut) == count
        assert max(map(len, cut), default=0) == most

    def test_chunks_shrink_so_that_no_worker_is_left_waiting_for_another(self):
        """Of equal chunks the last kept one of two workers for ten seconds, over 600 small documents."""
        sizes = [len(chunk) for chunk in chunks([Work("", "", "", "", str(n), 3) for n in range(600)], 2)]
        assert sizes == sorted(sizes, reverse=True)
        assert sizes[0] == 40
        assert sizes[-1] <= 4
