"""For the command line: corrections as labelled data, and results with corrections laid over them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from flows.corrections import Entry, labelled
from flows.output import rendered, replacing
from flows.service.archive import Archive
from flows.service.painting import Painter
from flows.service.problems import Refusal
from flows.service.settings import Settings, default_state


def labels(out: Path, crops: Path | None) -> Iterator[str]:
    """A line of JSON for every decision about a place; with ``crops`` its picture goes there as well.

    ``crop`` names the picture; it is null where the original is not on this machine.
    """
    archive = _archive(out)
    for number, entry in enumerate(archive.overlay.standing()):
        label = labelled(entry)
        if label:
            crop = _crop(archive, entry, crops, number) if crops else None
            yield json.dumps({**label, "crop": crop}, ensure_ascii=False) + "\n"


def _archive(out: Path) -> Archive:
    return Archive(Settings(out=out.resolve(), state=default_state(out.resolve())))


def _crop(archive: Archive, entry: Entry, crops: Path, number: int) -> str | None:
    assert entry.page is not None
    assert entry.bbox is not None
    name = f"{entry.source[:12]}-p{entry.page}-{number}.png"
    try:
        picture = Painter(crops).crop(archive.original(entry.source), entry.page, entry.bbox)
    except Refusal:
        return None
    with replacing(crops / name) as write:
        write(picture)
    return name


def write_corrected(out: Path, to: Path) -> Iterator[Path]:
    """Write every document with corrections to ``<sha256>.json`` in a folder; the files come back."""
    archive = _archive(out)
    for sha256, edition in _corrected_editions(archive):
        path = to / f"{sha256}.json"
        with replacing(path) as write:
            write(rendered(archive.corrected(edition), pretty=False))
        yield path


def _corrected_editions(archive: Archive) -> Iterator[tuple[str, Any]]:
    sources = {entry.source for entry in archive.overlay.standing()}
    for sha256, edition in archive.editions().items():
        if sha256 in sources:
            yield sha256, edition
