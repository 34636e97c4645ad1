"""The broken-file collection: everything that arrives under the name of a disclosure and is none."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Callable
from io import BytesIO

import pymupdf
import pytest

from extract.errors import (
    EncryptedDocument,
    ExtractionError,
    LimitExceeded,
    UnreadableDocument,
    UnsupportedFormat,
)
from extract.reading.intake import SIGHT, Deadline, Intake, Limits, read_source, refuse_at_sight, spelled
from extract.reading.pdf import read_pdf
from extract.reading.pdf_open import damage, open_pdf

TEXT = "2023年度云岭市青川区水务局部门决算\n收入支出决算总表\n"
PAGES_OF_THE_SAMPLE = 6


def pdf(pages: int = PAGES_OF_THE_SAMPLE, **save: object) -> bytes:
    with pymupdf.open() as document:
        for number in range(pages):
            document.new_page().insert_text((72, 72), f"page {number + 1}")
        return document.tobytes(**save)


def pdf_of_many_pages(pages: int) -> bytes:
    """Blank pages, written down rather than made one by one."""
    kids = b" ".join(b"%d 0 R" % number for number in range(3, pages + 3))
    page = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 100 100] >>"
    tree = b"<< /Type /Pages /Count %d /Kids [%s] >>" % (pages, kids)
    return pdf_of_objects([b"<< /Type /Catalog /Pages 2 0 R >>", tree, *[page] * pages])


def pdf_of_objects(objects: list[bytes]) -> bytes:
    data, places = b"%PDF-1.7\n", []
    for number, body in enumerate(objects, start=1):
        places.append(len(data))
        data += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(objects) + 1
    return data + (
        b"xref\n0 %d\n0000000000 65535 f \n%strailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n"
        % (size, table, size, len(data))
    )


def zipped(*names: str) -> bytes:
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return packed.getvalue()


def jpeg() -> bytes:
    picture = pymupdf.Pixmap(pymupdf.csRGB, pymupdf.IRect(0, 0, 8, 8))
    picture.clear_with(255)
    return picture.tobytes("jpeg")


def opened(data: bytes, name: str = "a.pdf", limits: Limits | None = None) -> int:
    """Take a PDF in and open it, as the readers do; the number of its pages."""
    limits = limits or Limits()
    intake = read_source(data, name=name, limits=limits)
    with open_pdf(intake.data, intake.file_name, limits) as document:
        return document.page_count


def one_line(error: ExtractionError, name: str) -> bool:
    text = str(error)
    return text.startswith(f"{name}: ") and "\n" not in text and "; " in text


def test_pdf_is_told_by_content_not_by_name(tmp_path):
    path = tmp_path / "statement.txt"
    path.write_bytes(pdf(1))
    intake = read_source(path)
    assert intake == Intake(path.read_bytes(), "statement.txt", path.as_posix(), "application/pdf", "pdf")


def test_bytes_before_the_header_are_no_obstacle():
    assert read_source(b"\r\n\r\n" + pdf(1), name="a.pdf").format == "pdf"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_text_in_the_encodings_of_archives(encoding):
    assert read_source(TEXT.encode(encoding), name="a.txt").format == "text"


@pytest.mark.parametrize(
    ("name", "media_type"), [("a.md", "text/markdown"), ("a.TXT", "text/plain"), ("a", "text/plain")]
)
def test_media_type_of_text(name, media_type):
    assert read_source(TEXT.encode(), name=name).media_type == media_type


def test_text_with_the_cell_marks_of_word_is_text():
    assert read_source("合计\x07 12.50\x07 ".encode() + TEXT.encode() * 3, name="a.txt").format == "text"


def test_bytes_without_a_name_have_one_to_be_called_by():
    assert read_source(TEXT.encode()).file_name == "<bytes>"


def test_name_given_replaces_that_of_the_path(tmp_path):
    path = tmp_path / "0001.bin"
    path.write_text(TEXT, encoding="utf-8")
    assert read_source(path, name="水务局.txt").file_name == "水务局.txt"


def test_names_of_chinese_windows_are_spelled_out():
    name = os.fsdecode("水务局2023年度决算.pdf".encode("gb18030"))
    assert spelled(name) == "水务局2023年度决算.pdf"


FOREIGN = {
    "GIF": (b"GIF89a" + bytes(64), "save it as PNG"),
    "PowerPoint": (zipped("[Content_Types].xml", "ppt/presentation.xml"), "save it as PDF"),
    "binary Excel workbook": (zipped("[Content_Types].xml", "xl/workbook.bin"), "save it as .xlsx"),
    "OpenDocument": (zipped("mimetype", "META-INF/manifest.xml"), "save it as PDF"),
    "OFD": (zipped("OFD.xml", "Doc_0/Document.xml"), "OFD reader"),
    "zip archive": (zipped("一.pdf", "二.pdf"), "one by one"),
    "old Office file": (bytes.fromhex("d0cf11e0a1b11ae1") + bytes(512), "save it as PDF"),
    "Office 2003 XML": (
        b'<?xml version="1.0"?>\n<?mso-application progid="Excel.Sheet"?>',
        "save it as .xlsx",
    ),
    "neither PDF, picture, Word": (bytes(range(256)) * 8, "give a file of one of these kinds"),
}


@pytest.mark.parametrize("what", FOREIGN)
def test_foreign_content_is_named_whatever_the_file_name_says(what):
    data, advice = FOREIGN[what]
    with pytest.raises(UnsupportedFormat, match=what) as caught:
        read_source(data, name="决算公开.pdf")
    assert one_line(caught.value, "决算公开.pdf")
    assert advice in caught.value.advice


def test_pictures_are_known_by_their_content():
    assert read_source(jpeg(), name="决算公开.pdf").format == "image"


@pytest.mark.parametrize("data", [b"", b"  \n\t\r\n "])
def test_nothing_to_read(data):
    with pytest.raises(UnreadableDocument, match=r"empty|white space") as caught:
        read_source(data, name="a.pdf")
    assert one_line(caught.value, "a.pdf")


def test_no_such_file(tmp_path):
    with pytest.raises(UnreadableDocument, match="no such file"):
        read_source(tmp_path / "gone.pdf")


def test_directory(tmp_path):
    with pytest.raises(UnreadableDocument, match="is a directory"):
        read_source(tmp_path)


def test_no_permission(tmp_path):
    path = tmp_path / "locked.pdf"
    path.write_bytes(pdf(1))
    path.chmod(0)
    if os.access(path, os.R_OK):
        pytest.skip("this user may read everything")
    with pytest.raises(UnreadableDocument, match="may not be read"):
        read_source(path)


def test_large_file_is_refused_without_reading_it(tmp_path):
    path = tmp_path / "large.pdf"
    with path.open("wb") as stream:
        stream.truncate(1 << 40)  # a sparse terabyte: reading it would fail the test by itself
    with pytest.raises(LimitExceeded, match="bytes, more than the limit"):
        read_source(path)


def test_transcript_of_too_many_lines():
    with pytest.raises(LimitExceeded, match="11 lines, more than the limit of 10"):
        read_source(b"x\n" * 11, limits=Limits(lines=10))


def test_endless_device_ends():
    with pytest.raises(LimitExceeded, match="1,025 bytes"):
        read_source("/dev/zero", limits=Limits(bytes=1024))


def test_sound_pdf_opens_without_a_complaint(capfd):
    with open_pdf(pdf(), "a.pdf", Limits()) as document:
        assert document.page_count == PAGES_OF_THE_SAMPLE
        assert damage(document) == ()
    assert capfd.readouterr().err == ""


def test_pdf_without_its_end_is_mended_and_says_so(capfd):
    whole = pdf()
    with open_pdf(whole[: whole.rindex(b"startxref")], "a.pdf", Limits()) as document:
        assert document.page_count == PAGES_OF_THE_SAMPLE
        assert "damaged" in damage(document)[0]
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("share", [0.0, 0.02, 0.3])
def test_pdf_cut_before_its_pages_is_unreadable(share, capfd):
    # Objects are written in order, the page tree of this file last: a cut loses every page.
    data = pdf_of_objects(
        [b"<< /Type /Catalog /Pages 3 0 R >>", b"<< /Filler (%s) >>" % (b"x" * 2000), b"<< /Kids [] >>"]
    )
    with pytest.raises(UnreadableDocument) as caught:
        opened(data[: max(8, int(len(data) * share))])
    assert one_line(caught.value, "a.pdf")
    assert "fetch it again" in caught.value.advice
    assert capfd.readouterr() == ("", "")


def test_password_is_asked_for():
    data = pdf(encryption=pymupdf.PDF_ENCRYPT_AES_256, user_pw="user", owner_pw="owner")
    with pytest.raises(EncryptedDocument, match="needs a password"):
        opened(data)


def test_owner_password_alone_is_no_obstacle():
    data = pdf(encryption=pymupdf.PDF_ENCRYPT_AES_256, user_pw="", owner_pw="owner")
    assert opened(data) == PAGES_OF_THE_SAMPLE


def test_ten_thousand_pages_are_refused():
    with pytest.raises(LimitExceeded, match=r"10,000 pages, more than the limit of 2,000"):
        opened(pdf_of_many_pages(10_000))


def test_page_tree_that_promises_more_than_it_holds():
    tree = b"<< /Type /Pages /Count 900000000 /Kids [3 0 R] >>"
    page = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 100 100] >>"
    with pytest.raises(UnreadableDocument, match="no page can be read"):
        opened(pdf_of_objects([b"<< /Type /Catalog /Pages 2 0 R >>", tree, page]))


def test_page_that_unpacks_to_too_much_is_refused():
    with pymupdf.open() as document:
        document.new_page()
        page = document.new_page()
        content = document.get_new_xref()
        document.update_object(content, "<<>>")
        document.update_stream(content, b" " * 4_000_000)
        page.set_contents(content)
        data = document.tobytes()
    assert opened(data) == 2
    with pytest.raises(LimitExceeded, match="page 2 that unpacks to more than 1,000,000 bytes"):
        opened(data, limits=Limits(page_bytes=1_000_000))


def test_damaged_content_of_a_page_is_a_problem_and_not_a_failure():
    with pymupdf.open("pdf", pdf()) as document:
        (content,) = document[3].get_contents()
        document.update_stream(content, b"BT /F1 12 Tf 72 700 Td (12.50) Tj ET 1\xc02.3 0 Qx\n")
        data = document.tobytes()
    sound, damaged = (read_pdf(each, file_name="a.pdf", limits=Limits()) for each in (pdf(), data))
    assert sound.problems == ()
    assert damaged.problems == ("page 4 is damaged: text or lines of it may be lost",)
    assert len(damaged.pages) == PAGES_OF_THE_SAMPLE


def test_deadline():
    Deadline("a.pdf", seconds=60).check()
    with pytest.raises(LimitExceeded, match="longer than the limit of -1 seconds"):
        Deadline("a.pdf", seconds=-1).check()


def refusal_of(look: Callable[[], object]) -> tuple[type, str] | None:
    try:
        look()
    except ExtractionError as error:
        return type(error), str(error)
    return None


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b" \n" * 8,
        b" " * SIGHT + TEXT.encode(),
        b"GIF89a" + bytes(SIGHT),
        b"Rar!\x1a\x07" + bytes(40),
        b"MZ\x90\x00" + bytes(range(256)),
        b" " * (SIGHT - 5) + b"\x00<html>",
        b" " * 65_530 + b"<\x00" + b" " * 4_000 + b"<body>" + b" " * SIGHT,
        TEXT.encode("gb18030"),
        pdf(pages=1),
    ],
)
def test_first_bytes_refuse_as_the_whole_does(data):
    whole = refusal_of(lambda: read_source(data, name="file"))
    assert refusal_of(lambda: refuse_at_sight(data[:SIGHT], "file")) == whole


def test_first_bytes_open_no_container():
    refuse_at_sight(zipped("program.exe"), "archive.zip")
    with pytest.raises(UnsupportedFormat):
        read_source(zipped("program.exe"), name="archive.zip")
