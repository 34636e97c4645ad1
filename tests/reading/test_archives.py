"""Archives of documents: what is in them, and what is done to whoever unpacks them."""

from __future__ import annotations

import io
import struct
import zlib

import pytest
from PIL import Image

from extract.errors import EncryptedDocument, LimitExceeded, UnreadableDocument, UnsupportedFormat
from extract.reading.archives import is_archive, is_archive_file, safe_name, unpack
from extract.reading.intake import Limits, read_source
from extract.reading.picture_sets import read_picture_set
from tests.reading.office import package, word


def names(data: bytes, **limits: int) -> list[str]:
    return [member.name for member in unpack(data, file_name="a.zip", limits=Limits(**limits))]


def picture(width: int = 40, kind: str = "PNG") -> bytes:
    stream = io.BytesIO()
    Image.new("RGB", (width, 60), "white").save(stream, kind)
    return stream.getvalue()


def with_names_of_windows(data: bytes, before: str, name: bytes) -> bytes:
    return data.replace(before.encode(), name)


def test_an_archive_is_told_from_a_packed_document(tmp_path):
    archive = package({"预算.pdf": b"%PDF-1.4", "说明.docx": b"x"})
    (tmp_path / "a").write_bytes(archive)
    assert is_archive(archive)
    assert is_archive_file(tmp_path / "a")
    assert not is_archive(word("决算"))
    assert not is_archive(package({"1.jpg": picture()}))
    assert not is_archive(b"PK\x03\x04 cut off")
    assert not is_archive_file(tmp_path)


def test_members_come_with_safe_names():
    data = package({
        "../../etc/passwd": b"1", "/root/a.txt": b"2", "C:\\预算\\表.xlsx": b"3",
        "__MACOSX/._a": b"4", "a/Thumbs.db": b"5", "a/": b"", "~$预算.docx": b"6",
    })  # fmt: skip
    assert names(data) == ["etc/passwd", "root/a.txt", "C/预算/表.xlsx"]


def test_names_that_clash_are_told_apart():
    assert names(package({"A.txt": b"1", "../a.txt": b"2", "b": b"3"})) == ["A.txt", "a (2).txt", "b"]
    assert len(safe_name("预" * 500 + ".xlsx").encode()) < 250
    assert safe_name("预" * 500 + ".xlsx").endswith(".xlsx")


@pytest.mark.parametrize("encoding", ["gbk", "utf-8"])
def test_names_without_a_mark_are_gbk_unless_they_read_as_utf_8(encoding):
    name = "水务局决算.pdf".encode(encoding)
    data = package({"x" * len(name): b"%PDF"}).replace(b"x" * len(name), name)
    assert names(data) == ["水务局决算.pdf"]


def test_archives_in_archives_are_unpacked_to_a_depth():
    inner = package({"b.txt": b"b"})
    assert names(package({"a.txt": b"a", "in.zip": inner})) == ["a.txt", "in.zip/b.txt"]
    deep = inner
    for _ in range(4):
        deep = package({"in.zip": deep})
    with pytest.raises(LimitExceeded, match="deep"):
        unpack(deep, file_name="deep.zip")


BOMBS = {
    "members": (package({f"{number}": b"" for number in range(20)}), {"members": 10}),
    "unpacked": (package({"a": bytes(200_000)}), {"unpacked": 100_000}),
    "times its size": (package({"a": bytes(20_000_000)}), {}),
    "more than the limit of": (
        package({f"{n}.zip": package({"a": bytes(9_000)}) for n in range(9)}),
        {"unpacked": 40_000},
    ),
}


@pytest.mark.parametrize("what", BOMBS)
def test_bombs_are_refused(what):
    data, limits = BOMBS[what]
    with pytest.raises(LimitExceeded, match=what):
        unpack(data, file_name="a.zip", limits=Limits(**limits))


def test_a_size_that_is_a_lie_unpacks_no_further():
    data = bytearray(package({"a": bytes(1_000_000)}))
    size = struct.pack("<I", 1_000_000)
    with pytest.raises(UnreadableDocument):
        unpack(bytes(data).replace(size, struct.pack("<I", 10)), file_name="a.zip")


def test_damage_emptiness_passwords_and_other_things():
    sound = package({"a.txt": b"text " * 100})
    with pytest.raises(UnreadableDocument):
        unpack(sound[:-30], file_name="a.zip")
    with pytest.raises(UnreadableDocument, match="without files"):
        unpack(package({"a/": b""}), file_name="a.zip")
    with pytest.raises(UnsupportedFormat):
        unpack(b"7z\xbc\xaf\x27\x1c", file_name="a.7z")
    locked = bytearray(sound)
    locked[6] |= 1
    locked[sound.index(b"PK\x01\x02") + 8] |= 1
    with pytest.raises(EncryptedDocument):
        unpack(bytes(locked), file_name="a.zip")


def test_pictures_of_a_folder_are_one_document_in_the_order_of_their_numbers():
    scans = {f"扫描/page{number}.png": picture(40 + number) for number in (10, 2, 1)}
    found = unpack(package({**scans, "预算.txt": b"1"}), file_name="a.zip")
    assert [member.name for member in found] == ["预算.txt", "扫描"]
    pages = read_picture_set(found[1].data, file_name="扫描", limits=Limits()).pages
    assert [page.number for page in pages] == [1, 2, 3]
    widths = [round(page.width / page.height * 60) for page in pages]
    assert widths == [41, 42, 50]


def test_a_folder_of_pictures_is_a_document(tmp_path):
    for number in (1, 2):
        (tmp_path / f"{number}.jpg").write_bytes(picture(kind="JPEG"))
    intake = read_source(tmp_path)
    assert intake.format == "pictures"
    assert read_source(tmp_path).data == intake.data
    (tmp_path / "list.txt").write_text("x")
    with pytest.raises(UnreadableDocument, match="directory"):
        read_source(tmp_path)


def rar(name: bytes, data: bytes, *, method: int = 0x30) -> bytes:
    """A RAR 3 archive of one file, stored or of another method, as in the format's technical note."""

    def block(kind: int, flags: int, body: bytes, more: int = 0) -> bytes:
        head = struct.pack("<BHH", kind, flags, 7 + len(body)) + body
        return struct.pack("<H", zlib.crc32(head) & 0xFFFF) + head

    fields = struct.pack(
        "<IIBIIBBHI", len(data), len(data), 2, zlib.crc32(data), 0x5A000000, 20, method, len(name), 0x20
    )
    archive = block(0x73, 0, bytes(6))
    return (
        b"Rar!\x1a\x07\x00" + archive + block(0x74, 0x8000, fields + name) + data + block(0x7B, 0x4000, b"")
    )


def test_rar_is_unpacked_too():
    data = rar("水务局.txt".encode("gb18030"), b"text")
    assert is_archive(data)
    [member] = unpack(data, file_name="a.rar")
    assert member.data == b"text"
    assert member.name == "水务局.txt"


def test_rar_that_needs_a_program_says_which(monkeypatch):
    import rarfile

    data = rar(b"a.txt", b"text", method=0x33)

    def none(*_: object, **__: object) -> None:
        raise rarfile.RarCannotExec("no tool")

    monkeypatch.setattr(rarfile, "tool_setup", none)
    with pytest.raises(UnsupportedFormat, match="needs a program to unpack it") as refused:
        unpack(data, file_name="a.rar")
    assert "apt-get install libarchive-tools" in str(refused.value)
