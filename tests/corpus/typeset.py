"""In the corpus generator: a document broken into pages, ready for a renderer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from tests.corpus.blocks import Block, Document, PageBreak, TableBlock, TextBlock
from tests.corpus.ink import Face, Sheet, Text
from tests.corpus.style import Style
from tests.corpus.table_setting import SetTable, draw, page_slices, set_table

A4 = (595.0, 842.0)
MARGIN = 56.0
TEXT_SIZE = 12.0
TEXT_LEADING = 1.75
TITLE_SIZE = 15.0
CAPTION_SIZE = 9.0


@dataclass
class _Press:
    """Pages being filled from the top; ``pages_of`` notes where each title came to stand."""

    style: Style
    face: Face
    numbers: dict[str, int]
    sheets: list[Sheet] = field(default_factory=list)
    pages_of: dict[str, int] = field(default_factory=dict)
    y: float = 0.0
    broken: bool = True

    @property
    def sheet(self) -> Sheet:
        return self.sheets[-1]

    @property
    def room(self) -> float:
        """Height left on the page."""
        return self.sheet.height - MARGIN - self.y

    @property
    def measure(self) -> float:
        """Width between the margins."""
        return self.sheet.width - 2 * MARGIN

    def new_page(self, landscape: bool) -> None:
        width, height = A4[::-1] if landscape else A4
        self.sheets.append(Sheet(width, height, self.style.orientation if landscape else "upright"))
        self.y = MARGIN
        self.broken = False

    def want_page(self, landscape: bool) -> None:
        """Make sure that the current page is of this format and that a wanted page break was made."""
        if self.broken or (self.sheet.width > self.sheet.height) != landscape:
            self.new_page(landscape)

    def line(self, text: str, size: float, x: float, leading: float = TEXT_LEADING) -> None:
        """One line at x, on the next page if this one is full."""
        if self.room < size * leading:
            self.new_page(self.sheet.width > self.sheet.height)
        self.sheet.marks.append(Text(x, self.y + size * (leading + 0.7) / 2, text, size))
        self.y += size * leading

    def centred(self, text: str, size: float) -> None:
        for line in self.face.wrap(text, self.measure, size):
            self.line(line, size, (self.sheet.width - self.face.width(line, size)) / 2)


def typeset(document: Document, style: Style) -> list[Sheet]:
    """The pages of a document; set twice, because the contents page tells where things came to stand."""
    draft = _set(document, style, {})
    press = _set(document, style, draft.pages_of)
    _furnish(press, document)
    return press.sheets


def _set(document: Document, style: Style, numbers: dict[str, int]) -> _Press:
    press = _Press(style, Face(style.latin), numbers)
    for block in document.blocks:
        _set_block(press, block)
    return press


def _set_block(press: _Press, block: Block) -> None:
    if isinstance(block, PageBreak):
        press.broken = True
    elif isinstance(block, TableBlock):
        _set_form(press, block)
    else:
        press.want_page(landscape=False)
        _set_text(press, block)


def _set_text(press: _Press, block: TextBlock) -> None:
    if block.style == "paragraph":
        return _paragraph(press, block.text)
    if block.style == "heading":
        return press.line(block.text, TEXT_SIZE + 1, MARGIN + 2 * TEXT_SIZE)
    if block.style == "contents":
        return _contents_line(press, block.text)
    if block.style == "cover":
        press.y = max(press.y, press.sheet.height * 0.3)
    if block.style == "date":
        press.y = press.sheet.height * 0.7
    if block.style == "part":
        press.pages_of[block.text] = len(press.sheets)
    size = {"cover": 26.0, "date": 14.0, "part": 18.0}[block.style]
    return press.centred(block.text, size)


def _paragraph(press: _Press, text: str) -> None:
    indent = "　　"
    for line in press.face.wrap(indent + text, press.measure, TEXT_SIZE, hanging=True):
        press.line(line, TEXT_SIZE, MARGIN)


def _contents_line(press: _Press, text: str) -> None:
    title = text.split("、", 1)[1] if text.startswith(" ") else text
    number = str(press.numbers.get(title, ""))
    press.line(text, TEXT_SIZE, MARGIN)
    sheet, face = press.sheet, press.face
    start = MARGIN + face.width(text, TEXT_SIZE) + 4
    dots = int((sheet.width - MARGIN - 24 - start) / face.width(".", TEXT_SIZE))
    baseline = press.y - TEXT_SIZE * (TEXT_LEADING - 0.7) / 2
    if number and dots > 0:
        sheet.marks.append(Text(start, baseline, "." * dots, TEXT_SIZE))
        end = sheet.width - MARGIN - face.width(number, TEXT_SIZE)
        sheet.marks.append(Text(end, baseline, number, TEXT_SIZE))


def _set_form(press: _Press, table: TableBlock) -> None:
    """Title, captions, the table over as many pages as it needs, and its notes."""
    press.want_page(table.landscape or (press.style.landscape and table.kind != "other"))
    laid = set_table(table, press.measure, press.style, press.face)
    first_rows = sum(laid.heights[: laid.header_rows + 1])
    if press.room < TITLE_SIZE * 4 + first_rows and press.y > MARGIN:
        press.new_page(press.sheet.width > press.sheet.height)
    press.pages_of[table.title] = len(press.sheets)
    _form_head(press, table)
    _form_body(press, laid)
    press.y += 3
    for note in table.notes:
        for line in press.face.wrap(note, press.measure, CAPTION_SIZE):
            press.line(line, CAPTION_SIZE, MARGIN, 1.5)
    press.y += 14


def _form_head(press: _Press, table: TableBlock) -> None:
    face, sheet = press.face, press.sheet
    press.centred(table.title, TITLE_SIZE if table.kind != "other" else TEXT_SIZE)
    right = sheet.width - MARGIN
    if table.number:
        press.line(table.number, CAPTION_SIZE, right - face.width(table.number, CAPTION_SIZE), 1.4)
    if not any(table.captions):
        return
    press.line(table.captions[0], CAPTION_SIZE, MARGIN, 1.7)
    unit = table.captions[1]
    baseline = press.y - CAPTION_SIZE * (1.7 - 0.7) / 2
    sheet.marks.append(Text(right - face.width(unit, CAPTION_SIZE), baseline, unit, CAPTION_SIZE))


def _form_body(press: _Press, laid: SetTable) -> None:
    room = press.sheet.height - 2 * MARGIN
    for position, slices in enumerate(page_slices(laid, press.room, room, press.style)):
        if position:
            press.new_page(press.sheet.width > press.sheet.height)
        press.sheet.marks += draw(laid, slices, MARGIN, press.y, press.style, press.face)
        press.y += sum(part.height for part in slices)


def _furnish(press: _Press, document: Document) -> None:
    """Running heads and page numbers, on every page but the cover."""
    for number, sheet in enumerate(press.sheets, 1):
        if number > 1 or len(document.blocks) == len(document.tables):
            sheet.marks += _furniture(press, document, sheet, number)


def _furniture(press: _Press, document: Document, sheet: Sheet, number: int) -> Iterator[Text]:
    if press.style.running_head:
        x = (sheet.width - press.face.width(document.title, CAPTION_SIZE)) / 2
        yield Text(x, MARGIN * 0.6, document.title, CAPTION_SIZE)
    label = {
        "none": "",
        "plain": str(number),
        "dashes": f"— {number} —",
        "of": f"第 {number} 页 共 {len(press.sheets)} 页",
    }[press.style.page_numbers]
    if label:
        x = (sheet.width - press.face.width(label, CAPTION_SIZE)) / 2
        yield Text(x, sheet.height - MARGIN * 0.5, label, CAPTION_SIZE)
