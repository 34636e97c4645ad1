"""The reading stage as a whole: which reader takes which format."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from extract.reading.html import read_html
from extract.reading.image import read_image
from extract.reading.intake import Format, Intake, Limits
from extract.reading.old_word import read_old_word
from extract.reading.old_workbook import read_old_workbook
from extract.reading.pages import SourceDocument
from extract.reading.pdf import read_pdf
from extract.reading.picture_sets import read_picture_set
from extract.reading.text import read_text
from extract.reading.word import read_word
from extract.reading.workbook import read_workbook


def _image(intake: Intake, limits: Limits) -> SourceDocument:
    return read_image(intake.data, file_name=intake.file_name, media_type=intake.media_type, limits=limits)


READERS: Mapping[Format, Callable[[Intake, Limits], SourceDocument]] = {
    "pdf": lambda intake, limits: read_pdf(intake.data, file_name=intake.file_name, limits=limits),
    "text": lambda intake, _: read_text(intake.data, file_name=intake.file_name),
    "image": _image,
    "word": lambda intake, limits: read_word(intake.data, file_name=intake.file_name, limits=limits),
    "workbook": lambda intake, limits: read_workbook(intake.data, file_name=intake.file_name, limits=limits),
    "pictures": lambda intake, limits: read_picture_set(
        intake.data, file_name=intake.file_name, limits=limits
    ),
    "old_word": lambda intake, limits: read_old_word(intake.data, file_name=intake.file_name, limits=limits),
    "old_workbook": lambda intake, limits: read_old_workbook(
        intake.data, file_name=intake.file_name, limits=limits
    ),
    "html": lambda intake, limits: read_html(intake.data, file_name=intake.file_name, limits=limits),
}
