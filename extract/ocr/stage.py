"""The ocr stage: pages and parts of pages without readable text get words and rulings from their pixels."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import median

from extract.errors import UnreadableDocument
from extract.layout.triage import Triage, triage
from extract.ocr.engine import Engine, RecognitionFailed
from extract.ocr.paddle import paddle_engine
from extract.ocr.pageread import PictureReading, has_ink, read_picture
from extract.ocr.separators import with_separators
from extract.ocr.skew import onto_displayed
from extract.reading.intake import Deadline, Limits
from extract.reading.pages import Box, Page, PageDocument, Ruling, Trust, Word
from extract.reading.picture import Picture, PictureSource, picture_source

_POINTS = 72.0
_COARSE_DPI = 130.0
"""Pictures below this lose figures: of pages at 105 dpi a share is misread, of such at 150 dpi none."""
_COARSE_PRINT = 11.0
"""So many pixels are the least for the font size of most words."""


@dataclass(frozen=True, slots=True)
class Recognition:
    """A document with its pictures read; ``pages`` counts those of which any part was recognised."""

    document: PageDocument
    pages: int = 0


def read_pictures(
    document: PageDocument,
    *,
    file_name: str,
    limits: Limits,
    engine: Callable[[], Engine] = paddle_engine,
) -> Recognition:
    """Recognise whatever of the document has no readable text, and nothing else.

    The engine is only loaded when there is something to recognise. Pages it fails on stay as they
    were and are named in ``problems``. Raises ``LimitExceeded`` for too many pixels or too much time,
    ``UnreadableDocument`` when the engine fails (or is not installed) and nothing else can be read.
    """
    found = {page.number: triage(page) for page in document.pages}
    needs = {number: need for number, need in found.items() if need.kind != "text"}
    if not needs:
        return Recognition(document)
    deadline = Deadline(file_name, limits.seconds + limits.picture_seconds * len(needs))
    pages: list[Page] = []
    coarse: dict[int, float] = {}
    failures: dict[str, list[str]] = {}
    with picture_source(document, file_name, limits) as source:
        for page in document.pages:
            deadline.check()
            if page.number not in needs:
                pages.append(page)
                continue
            try:
                recognised, dpi = _recognised(page, needs[page.number], source, engine)
                pages.append(recognised)
                coarse |= {page.number: dpi} if dpi else {}
            except RecognitionFailed as error:
                pages.append(page)
                failures.setdefault(str(error), []).append(str(page.number))
    if failures and not any(page.words for page in pages):
        _refuse(file_name, failures)
    count = sum(page.trust in ("ocr", "mixed") for page in pages)
    read = replace(
        document,
        pages=with_separators(pages) if count else tuple(pages),
        problems=(*document.problems, *_unrecognised(failures), *_coarsely_scanned(coarse)),
        trust=_trust([page for page in pages if page.words]) if count else document.trust,
    )
    return Recognition(read, count)


def _unrecognised(failures: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """What to tell of the pages that failed, by reason."""
    for reason, numbers in failures.items():
        pages = f"page{'s' * (len(numbers) > 1)} {', '.join(numbers)}"
        yield f"{pages} could not be recognised ({reason})"


def _refuse(file_name: str, failures: Mapping[str, Sequence[str]]) -> None:
    told = "; ".join(_unrecognised(failures))
    raise UnreadableDocument(
        file_name, f"has no text but pictures, and {told}", "see that the recogniser works, then try again"
    )


def _trust(pages: Sequence[Page]) -> Trust:
    kinds = {page.trust for page in pages}
    if kinds == {"ocr"}:
        return "ocr"
    return "mixed" if kinds & {"ocr", "mixed"} else "text_layer"


def _coarsely_scanned(resolutions: Mapping[int, float]) -> Iterator[str]:
    """What to tell of pages whose pictures are too coarse for their print."""
    if resolutions:
        several = "s" * (len(resolutions) > 1)
        numbers = ", ".join(map(str, resolutions))
        lowest, highest = round(min(resolutions.values())), round(max(resolutions.values()))
        dpi = f"{lowest}" if lowest == highest else f"{lowest} to {highest}"
        yield f"page{several} {numbers} scanned coarsely ({dpi} dpi): small print may be misread"


def _recognised(
    page: Page, need: Triage, source: PictureSource, engine: Callable[[], Engine]
) -> tuple[Page, float | None]:
    """The page with what was read, and the resolution of its pictures where that is coarse."""
    return _parts(page, need, source, engine) if need.kind == "mixed" else _whole(page, source, engine)


def _whole(page: Page, source: PictureSource, engine: Callable[[], Engine]) -> tuple[Page, float | None]:
    """A page that is a picture: everything comes from the pixels."""
    picture = source.picture(page)
    if not has_ink(picture):
        return page, None
    reading = read_picture(picture, engine())
    if not reading.words:
        return page, None
    read = Page(
        number=page.number,
        width=reading.width,
        height=reading.height,
        words=reading.words,
        rulings=reading.rulings,
        pictures=page.pictures,
        turn=(page.turn + reading.turn) % 4,
        mapping=onto_displayed(reading.mapping, page),
        trust="ocr",
    )
    return read, picture.dpi if _is_coarse(picture, reading) else None


def _parts(
    page: Page, need: Triage, source: PictureSource, engine: Callable[[], Engine]
) -> tuple[Page, float | None]:
    """A page of text with pictures in it: the words of the pictures join those of the page."""
    coarse: list[float] = []
    for box in need.regions:
        picture = source.picture(page, box)
        if has_ink(picture):
            reading = read_picture(picture, engine())
            page = _with_part(page, box, reading)
            coarse += [picture.dpi] if _is_coarse(picture, reading) else []
    return page, min(coarse, default=None)


def _is_coarse(picture: Picture, reading: PictureReading) -> bool:
    """Whether a picture has too few pixels for its print: by resolution, or by the size of most words."""
    if not reading.words:
        return False
    print_size = median(word.size for word in reading.words)
    return picture.dpi < _COARSE_DPI or print_size * picture.dpi < _COARSE_PRINT * _POINTS


def _with_part(page: Page, box: Box, reading: PictureReading) -> Page:
    """Lay what was read around the middle of the picture's box, straight even where the picture is not."""
    if not reading.words:
        return page
    right = (box[0] + box[2] - reading.width) / 2
    down = (box[1] + box[3] - reading.height) / 2
    words = [_moved_word(word, right, down) for word in reading.words]
    rulings = [Ruling(r.x0 + right, r.y0 + down, r.x1 + right, r.y1 + down) for r in reading.rulings]
    new = tuple(word for word in words if not any(_covers(own, word) for own in page.words))
    return replace(page, words=(*page.words, *new), rulings=(*page.rulings, *rulings), trust="mixed")


def _moved_word(word: Word, right: float, down: float) -> Word:
    return replace(word, x0=word.x0 + right, y0=word.y0 + down, x1=word.x1 + right, y1=word.y1 + down)


def _covers(own: Word, word: Word) -> bool:
    """Whether a word of the text layer stands where one was recognised: it was printed over the picture."""
    x, y = (word.x0 + word.x1) / 2, (word.y0 + word.y1) / 2
    return own.x0 <= x <= own.x1 and own.y0 <= y <= own.y1
