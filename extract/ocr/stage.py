"""The ocr stage: pages and parts of pages without readable text get words and rulings from their pixels."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from extract.errors import UnreadableDocument
from extract.layout.triage import Triage, triage
from extract.ocr.engine import Engine, RecognitionFailed
from extract.ocr.paddle import paddle_engine
from extract.ocr.pageread import PictureReading, has_ink, read_picture
from extract.ocr.separators import with_separators
from extract.ocr.skew import onto_displayed
from extract.reading.intake import Deadline, Limits
from extract.reading.pages import Box, Page, PageDocument, Ruling, Trust, Word
from extract.reading.picture import PictureSource, picture_source


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
    failures: dict[str, list[str]] = {}
    with picture_source(document, file_name, limits) as source:
        for page in document.pages:
            deadline.check()
            try:
                pages.append(
                    _recognised(page, needs[page.number], source, engine) if page.number in needs else page
                )
            except RecognitionFailed as error:
                pages.append(page)
                failures.setdefault(str(error), []).append(str(page.number))
    if failures and not any(page.words for page in pages):
        _refuse(file_name, failures)
    count = sum(page.trust in ("ocr", "mixed") for page in pages)
    read = replace(
        document,
        pages=with_separators(pages) if count else tuple(pages),
        problems=(*document.problems, *_unrecognised(failures)),
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


def _recognised(page: Page, need: Triage, source: PictureSource, engine: Callable[[], Engine]) -> Page:
    return _parts(page, need, source, engine) if need.kind == "mixed" else _whole(page, source, engine)


def _whole(page: Page, source: PictureSource, engine: Callable[[], Engine]) -> Page:
    """A page that is a picture: everything comes from the pixels."""
    picture = source.picture(page)
    if not has_ink(picture):
        return page
    reading = read_picture(picture, engine())
    if not reading.words:
        return page
    return Page(
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


def _parts(page: Page, need: Triage, source: PictureSource, engine: Callable[[], Engine]) -> Page:
    """A page of text with pictures in it: the words of the pictures join those of the page."""
    for box in need.regions:
        picture = source.picture(page, box)
        if has_ink(picture):
            page = _with_part(page, box, read_picture(picture, engine()))
    return page


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
