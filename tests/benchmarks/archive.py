"""In the benchmarks of batches: an archive of small documents of which it is known what must come of each."""

from __future__ import annotations

import io
import json
import os
import random
import zipfile
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache
from itertools import repeat
from pathlib import Path

import pymupdf

from tests.corpus.generator import generate
from tests.corpus.raster import CONDITIONS, rasterised

SCANS = 0.05
BROKEN = 0.02
FINISHED = "finished"
_LISTING = "outcomes.json"
_SCAN = "scan150"
_DIFFERENT = 250
_OBJECTS_DEEP = 40
"""How deep drawings of an endless page hold each other; each is drawn ten times by the one above."""


@dataclass(frozen=True, slots=True)
class Archive:
    """A folder of documents; ``outcomes`` tells by file name ``finished`` or the name of the error."""

    folder: Path
    outcomes: dict[str, str]

    @property
    def count(self) -> int:
        """How many documents there are."""
        return len(self.outcomes)


def digital(seed: int) -> bytes:
    """The forms of a disclosure without its prose, about nine pages; higher seeds differ in bytes only."""
    return _forms(seed % _DIFFERENT) + f"\n%{seed}\n".encode()


@cache
def _forms(seed: int) -> bytes:
    return generate(seed, prose=False, subjects=4, rulings="full").data


def scanned(seed: int) -> bytes:
    """One page with a form, as a scanner gives it."""
    return rasterised(digital(seed), CONDITIONS[_SCAN], seed, pages=[0])


def cut_off(seed: int) -> bytes:
    """The first bytes of a PDF, without a page."""
    return digital(seed)[:200]


def noise(seed: int) -> bytes:
    """Bytes that mean nothing."""
    return b"\x00" + random.Random(seed).randbytes(5_000)


def empty(_seed: int) -> bytes:
    """No bytes but a space, as many as tell this file from the others."""
    return b" " * (_seed + 1)


def locked(seed: int) -> bytes:
    """A PDF that asks for a password."""
    with pymupdf.open(stream=digital(seed), filetype="pdf") as document:
        return bytes(document.tobytes(encryption=pymupdf.PDF_ENCRYPT_AES_256, user_pw="x", owner_pw="y"))


def menu(seed: int) -> bytes:
    """A document that discloses nothing."""
    return f"第{seed}周食堂菜单\n".encode() + "周一 西红柿炒鸡蛋 12.00\n周二 麻婆豆腐 10.00\n".encode() * 20


def packed(seed: int) -> bytes:
    """An archive without a document in it. (One with a single document is read as that document.)"""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr(f"{seed}.bin", bytes(range(256)) * 9)
    return data.getvalue()


def bomb(seed: int) -> bytes:
    """A page of a few kilobytes that unpacks to hundreds of megabytes."""
    with pymupdf.open() as document:
        page = document.new_page()
        content = document.get_new_xref()
        document.update_object(content, "<<>>")
        document.update_stream(content, b"q Q\n" * (80 << 20 >> 2) + str(seed).encode(), compress=True)
        document.xref_set_key(page.xref, "Contents", f"{content} 0 R")
        return bytes(document.tobytes())


def endless(seed: int) -> bytes:
    """A page of drawings within drawings, each ten times: more than any machine gets through."""
    with pymupdf.open() as document:
        page = document.new_page()
        forms = [document.get_new_xref() for _ in range(_OBJECTS_DEEP)]
        for form, inner in zip(forms, [*forms[1:], 0], strict=True):
            held = f"/Resources<</XObject<</X {inner} 0 R>>>>" if inner else ""
            document.update_object(form, f"<</Type/XObject/Subtype/Form/BBox[0 0 9 9]{held}>>")
            document.update_stream(form, b"/X Do " * 10 if inner else b"0 0 m 9 9 l S")
        content = document.get_new_xref()
        document.update_object(content, "<<>>")
        document.update_stream(content, f"/X Do %{seed}".encode())
        document.xref_set_key(page.xref, "Contents", f"{content} 0 R")
        document.xref_set_key(page.xref, "Resources", f"<</XObject<</X {forms[0]} 0 R>>>>")
        return bytes(document.tobytes())


Make = Callable[[int], bytes]
BROKEN_KINDS: tuple[tuple[str, str, Make], ...] = (
    ("cut.pdf", "UnreadableDocument", cut_off),
    ("noise.pdf", "UnsupportedFormat", noise),
    ("blank.txt", "UnreadableDocument", empty),
    ("locked.pdf", "EncryptedDocument", locked),
    ("menu.txt", "NotADisclosure", menu),
    ("packed.pdf", "UnsupportedFormat", packed),
    ("bomb.pdf", "LimitExceeded", bomb),
)
_MAKERS: dict[str, Make] = {"digital.pdf": digital, "scan.pdf": scanned} | {
    name: make for name, _, make in BROKEN_KINDS
}


def make_archive(folder: Path, count: int, pages: int | None = None) -> Archive:
    """Write ``count`` documents: SCANS of them scans of one page, BROKEN of them broken in every way.

    Digital ones are cut after so many ``pages``. An archive that is there already is taken as it is.
    """
    folder.mkdir(parents=True, exist_ok=True)
    listing = folder / _LISTING
    if not listing.exists():
        kinds = _kinds(count)
        names, wanted = [kind for kind, _ in kinds], [outcome for _, outcome in kinds]
        with ProcessPoolExecutor(os.cpu_count()) as pool:
            seeds = range(1, count + 1)
            written = pool.map(_write, repeat(folder), seeds, names, repeat(pages), chunksize=8)
            members = dict(zip(written, wanted, strict=True))
        listing.write_text(json.dumps(members), encoding="utf-8")
    return Archive(folder, json.loads(listing.read_text(encoding="utf-8")))


def _kinds(count: int) -> list[tuple[str, str]]:
    """The kind and outcome of each document, mixed in an order that is always the same."""
    scans, broken = round(SCANS * count), round(BROKEN * count)
    kinds = [("scan.pdf", FINISHED)] * scans
    kinds += [BROKEN_KINDS[place % len(BROKEN_KINDS)][:2] for place in range(broken)]
    kinds += [("digital.pdf", FINISHED)] * (count - len(kinds))
    random.Random(count).shuffle(kinds)
    return kinds


def _write(folder: Path, seed: int, kind: str, pages: int | None) -> str:
    name = f"{seed:05d}-{kind}"
    (folder / name).write_bytes(_MAKERS[kind](seed))
    if pages and _MAKERS[kind] is digital:
        _cut(folder / name, pages, seed)
    return name


def _cut(path: Path, pages: int, seed: int) -> None:
    """Keep the first pages of a PDF, and what tells it from the same one of another seed."""
    with pymupdf.open(stream=path.read_bytes(), filetype="pdf") as document:
        document.select(range(min(pages, document.page_count)))
        path.write_bytes(document.tobytes(garbage=3) + f"\n%{seed}\n".encode())


def write_hostile(folder: Path, makers: Sequence[Make]) -> None:
    """Write one document of each maker, under its name."""
    for make in makers:
        (folder / f"{make.__name__}.pdf").write_bytes(make(0))
