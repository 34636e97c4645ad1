"""First stage for PDF files: characters, rulings and pictures of every page, turned upright."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from extract.reading.intake import Deadline, Limits, hold_to
from extract.reading.pages import Box, Page, PageDocument, Ruling, Word
from extract.reading.pdf_open import damage, damage_while_reading, mupdf_errors, open_pdf

MEDIA_TYPE = "application/pdf"

_GAP = 0.35
"""A gap wider than this share of the font size ends a word."""
_THIN = 3.0
"""A filled rectangle no thicker than this, in points, is a line."""
_WHITE = 0.97
"""Strokes and fills at least this light in every component cannot be seen on paper."""
_SLANT = 0.02
"""Largest drift of a line, as a share of its length, that still counts as straight."""

_TURNS = {(1, 0): 0, (0, -1): 1, (-1, 0): 2, (0, 1): 3}
"""Clockwise quarter turns that bring text of a writing direction upright."""


def read_pdf(data: bytes, *, file_name: str, limits: Limits) -> PageDocument:
    """Read every page of a PDF.

    Raises the errors of ``open_pdf``, and ``LimitExceeded`` for a page or a document beyond the
    limits. A page that cannot be read is left out and named in ``problems``; the rest is returned.
    """
    pages: list[Page] = []
    deadline = Deadline(file_name, limits.seconds)
    with open_pdf(data, file_name, limits) as document:
        problems = list(damage(document))
        damage_while_reading()  # asked only to forget what was met while opening
        for index in range(document.page_count):
            deadline.check()
            try:
                page = _read_page(document[index])
            except mupdf_errors() as error:
                problems.append(f"page {index + 1} cannot be read ({error})")
                continue
            if damage_while_reading():
                problems.append(f"page {page.number} is damaged: text or lines of it may be lost")
            _hold_page(page, file_name, limits)
            pages.append(page)
    return PageDocument(tuple(pages), MEDIA_TYPE, data, problems=tuple(problems))


def _hold_page(page: Page, file_name: str, limits: Limits) -> None:
    where = f"on page {page.number}"
    hold_to(limits.words, len(page.words), file_name=file_name, unit=f"words {where}", option="words")
    hold_to(limits.drawings, len(page.rulings), file_name=file_name, unit=f"lines {where}", option="drawings")


def _read_page(page: Any) -> Page:
    lines = _text_lines(page)
    rotation = int(page.rotation) // 90 % 4
    text_turn = _upright_turn(lines, default=rotation)
    frame = _Frame(text_turn, *_unrotated_size(page, rotation))
    rulings = tuple(ruling for box in _drawn_lines(page) if (ruling := frame.ruling(box)))
    verticals = sorted((r.x0, r.y0, r.y1) for r in rulings if not r.horizontal)
    pictures = _pictures(page)
    words = tuple(word for line in lines for word in _line_words(line, frame, verticals))
    if words and pictures:
        words = _uncovered(words, _painted(page, frame))
    return Page(
        number=page.number + 1,
        width=frame.width,
        height=frame.height,
        words=tuple(word for word in words if _on_page(word, frame)),
        rulings=rulings,
        pictures=tuple(frame.box(box) for box in pictures),
        turn=(rotation - text_turn) % 4,
        curves=0 if words else _curves(page),
    )


def _curves(page: Any) -> int:
    return sum(item[0] == "c" for path in page.get_cdrawings() for item in path["items"])


def _text_lines(page: Any) -> list[dict[str, Any]]:
    import pymupdf

    flags = pymupdf.TEXT_PRESERVE_WHITESPACE | pymupdf.TEXT_MEDIABOX_CLIP | pymupdf.TEXT_PRESERVE_LIGATURES
    blocks = page.get_text("rawdict", flags=flags)["blocks"]
    lines = [line for block in blocks for line in block.get("lines", ())]
    for line in lines:  # text nobody sees is what some other program recognised in the picture over it
        line["spans"] = [span for span in line["spans"] if span.get("alpha", 255)]
    return lines


def _direction(line: dict[str, Any]) -> tuple[int, int] | None:
    """The writing direction as a unit step; None for slanted text (watermarks)."""
    cosine, sine = line["dir"]
    step = round(cosine), round(sine)
    straight = step in _TURNS and abs(cosine - step[0]) + abs(sine - step[1]) < 0.05
    return step if straight else None


def _upright_turn(lines: Iterable[dict[str, Any]], *, default: int) -> int:
    """The quarter turns under which most characters of the page read upright."""
    votes: Counter[int] = Counter()
    for line in lines:
        step = _direction(line)
        if step is not None:
            votes[_TURNS[step]] += sum(len(span["chars"]) for span in line["spans"])
    return votes.most_common(1)[0][0] if votes else default


def _unrotated_size(page: Any, rotation: int) -> tuple[float, float]:
    width, height = float(page.rect.width), float(page.rect.height)
    return (height, width) if rotation % 2 else (width, height)


class _Frame:
    """Maps unrotated page coordinates to the upright frame."""

    def __init__(self, turn: int, page_width: float, page_height: float) -> None:
        self._turn = turn
        self._page = (page_width, page_height)
        self.width, self.height = (page_height, page_width) if turn % 2 else (page_width, page_height)

    def box(self, box: Sequence[float]) -> Box:
        x0, y0, x1, y1 = box
        width, height = self._page
        if self._turn == 1:
            return height - y1, x0, height - y0, x1
        if self._turn == 2:
            return width - x1, height - y1, width - x0, height - y0
        if self._turn == 3:
            return y0, width - x1, y1, width - x0
        return x0, y0, x1, y1

    def ruling(self, box: Sequence[float]) -> Ruling | None:
        """The straight line a thin box stands for; None for slanted strokes and dots."""
        x0, y0, x1, y1 = self.box(box)
        wide, high = x1 - x0, y1 - y0
        thin = max(_SLANT * max(wide, high), _THIN)
        if wide >= high and high <= thin and wide > 0:
            return Ruling(x0, (y0 + y1) / 2, x1, (y0 + y1) / 2)
        if high > wide and wide <= thin:
            return Ruling((x0 + x1) / 2, y0, (x0 + x1) / 2, y1)
        return None


def _drawn_lines(page: Any) -> Iterator[Box]:
    """Thin boxes of everything drawn that can be seen as a line, unrotated coordinates."""
    for path in page.get_cdrawings():
        stroked = "s" in path["type"] and not _invisible(path.get("color"), path.get("stroke_opacity"))
        filled = "f" in path["type"] and not _invisible(path.get("fill"), path.get("fill_opacity"))
        if stroked or filled:
            for item in path["items"]:
                yield from _item_lines(item, stroked=stroked)
            if stroked and path.get("closePath"):
                yield from _closing_line(path["items"])
            if filled and not stroked:
                yield from _thin_polygons(path["items"])


def _thin_polygons(items: Sequence[Sequence[Any]]) -> Iterator[Box]:
    """Filled outlines drawn side by side of lines (a rectangle turned with its page), where thin."""
    outline: list[Box] = []
    end: Sequence[float] | None = None
    for item in [*(item for item in items if item[0] == "l"), None]:
        if outline and (item is None or item[1] != end):
            box = outline[0]
            for side in outline[1:]:
                box = _joined(box, side)
            if min(box[2] - box[0], box[3] - box[1]) <= _THIN:
                yield box
            outline = []
        if item is not None:
            outline.append(_segment(item[1], item[2]))
            end = item[2]


def _invisible(color: Sequence[float] | None, opacity: float | None) -> bool:
    return color is None or min(color) >= _WHITE or opacity == 0


def _item_lines(item: Sequence[Any], *, stroked: bool) -> Iterator[Box]:
    shape = item[0]
    if shape == "l" and stroked:
        yield _segment(item[1], item[2])
    elif shape in ("re", "qu"):
        yield from _rectangle_lines(_bounds(item), stroked=stroked)


def _bounds(item: Sequence[Any]) -> Box:
    if item[0] == "re":
        x0, y0, x1, y1 = item[1]
        return min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)
    xs, ys = zip(*item[1], strict=True)
    return min(xs), min(ys), max(xs), max(ys)


def _rectangle_lines(box: Box, *, stroked: bool) -> Iterator[Box]:
    """A thin rectangle is one line; the outline of a larger one counts only when stroked."""
    x0, y0, x1, y1 = box
    if min(x1 - x0, y1 - y0) <= _THIN:
        yield box
    elif stroked:
        yield from ((x0, y0, x1, y0), (x0, y1, x1, y1), (x0, y0, x0, y1), (x1, y0, x1, y1))


def _segment(start: Sequence[float], end: Sequence[float]) -> Box:
    return min(start[0], end[0]), min(start[1], end[1]), max(start[0], end[0]), max(start[1], end[1])


def _closing_line(items: Sequence[Sequence[Any]]) -> Iterator[Box]:
    if len(items) > 1 and items[0][0] == items[-1][0] == "l":
        yield _segment(items[-1][2], items[0][1])


def _pictures(page: Any) -> list[Box]:
    if not page.get_images():  # asking for positions costs as much as reading the text
        return []
    return [tuple(info["bbox"]) for info in page.get_image_info()]


def _painted(page: Any, frame: _Frame) -> list[tuple[bool, Box]]:
    """What covers and what is text, in the order it is painted: whether it is a picture, and its box.

    Pictures with a mask (seals, logos) let shine through what is below them and are left out.
    """
    masked = {xref for xref, mask, *_ in page.get_images() if mask}
    clear = {
        tuple(round(edge) for edge in info["bbox"])
        for info in page.get_image_info(xrefs=True)
        if info["xref"] in masked
    }
    return [
        (kind == "fill-image", frame.box(box))
        for kind, box, *_ in page.get_bboxlog()
        if kind == "fill-text" or (kind == "fill-image" and tuple(round(edge) for edge in box) not in clear)
    ]


def _uncovered(words: tuple[Word, ...], painted: Sequence[tuple[bool, Box]]) -> tuple[Word, ...]:
    """The words that no picture was painted over: the text below a scan is some other program's reading."""
    first = next((place for place, (picture, _) in enumerate(painted) if not picture), len(painted))
    last = max((place for place, (picture, _) in enumerate(painted) if picture), default=-1)
    if last < first:
        return words
    return tuple(word for word in words if not _is_covered(word, painted))


def _is_covered(word: Word, painted: Sequence[tuple[bool, Box]]) -> bool:
    x, y = (word.x0 + word.x1) / 2, (word.y0 + word.y1) / 2
    here = [picture for picture, box in painted if box[0] <= x <= box[2] and box[1] <= y <= box[3]]
    return bool(here) and here[-1] and not all(here)


def _line_words(
    line: dict[str, Any], frame: _Frame, verticals: Sequence[tuple[float, float, float]]
) -> Iterator[Word]:
    """Words of one line: runs of characters without white space, gap or ruling between them."""
    if _direction(line) is None:
        return
    run: list[str] = []
    box: Box = (0.0, 0.0, 0.0, 0.0)
    size = 0.0
    crossings = _crossings(frame.box(line["bbox"]), verticals)
    for span in line["spans"]:
        for char in span["chars"]:
            text, here = char["c"], frame.box(char["bbox"])
            blank = text.isspace() or text == "\x00"
            if run and (blank or _parted(box, here, max(size, span["size"]), crossings)):
                yield Word("".join(run), *box, size)
                run = []
            if blank:
                continue
            box = _joined(box, here) if run else here
            size = max(size, span["size"]) if run else span["size"]
            run.append(text)
    if run:
        yield Word("".join(run), *box, size)


def _crossings(box: Box, verticals: Sequence[tuple[float, float, float]]) -> list[float]:
    """Where vertical rulings cut through a line of text."""
    x0, y0, x1, y1 = box
    middle = (y0 + y1) / 2
    return [x for x, top, bottom in verticals if x0 < x < x1 and top <= middle <= bottom]


def _parted(box: Box, here: Box, size: float, crossings: Sequence[float]) -> bool:
    if here[0] - box[2] > _GAP * size or here[0] < box[0] - _GAP * size:
        return True
    if not crossings:
        return False
    # The last character is about as wide as the next one: compare where their middles lie.
    before, after = box[2] - min(size, box[2] - box[0]) / 4, (here[0] + here[2]) / 2
    return any(before <= x <= after for x in crossings)


def _joined(box: Box, other: Box) -> Box:
    return min(box[0], other[0]), min(box[1], other[1]), max(box[2], other[2]), max(box[3], other[3])


def _on_page(word: Word, frame: _Frame) -> bool:
    across, down = (word.x0 + word.x1) / 2, (word.y0 + word.y1) / 2
    return 0 <= across <= frame.width and 0 <= down <= frame.height
