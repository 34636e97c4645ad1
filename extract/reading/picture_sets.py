"""First stage for picture sets: the pictures of a folder or archive are the pages of one document."""

from __future__ import annotations

import io
import re
import zipfile

from extract.reading.containers import ZIP_ERRORS, is_clutter
from extract.reading.image import Frames, frame_page, open_image
from extract.reading.intake import Limits, hold_to
from extract.reading.packages import damaged, hold_members
from extract.reading.pages import PageDocument

MEDIA_TYPE = "application/zip"


def read_picture_set(data: bytes, *, file_name: str, limits: Limits) -> PageDocument:
    """Take the pictures of an archive as pages, in the order of the numbers in their names.

    Raises the errors of ``read_image``.
    """
    sizes = [size for frames in open_pictures(data, file_name, limits) for size in frames.sizes()]
    hold_to(limits.pages, len(sizes), file_name=file_name, unit="pages", option="pages")
    pages = tuple(frame_page(number, size, dpi) for number, (size, dpi) in enumerate(sizes, 1))
    return PageDocument(pages, MEDIA_TYPE, data, reader="image", trust="ocr")


def open_pictures(data: bytes, file_name: str, limits: Limits) -> list[Frames]:
    """The picture files of an archive in order, none of them unpacked to pixels yet."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = [info for info in archive.infolist() if not is_clutter(info.filename)]
            hold_members(members, file_name, limits)
            files = [
                (info.filename, archive.read(info))
                for info in sorted(members, key=lambda info: _in_order(info.filename))
            ]
    except ZIP_ERRORS as error:
        raise damaged(file_name, error) from error
    return [open_image(picture, f"{file_name}/{name}", limits) for name, picture in files]


def _in_order(name: str) -> list[tuple[int, str]]:
    """A sort key under which page2 comes before page10."""
    return [(int(part), "") if part.isdigit() else (-1, part) for part in re.split(r"(\d{1,9})", name)]
