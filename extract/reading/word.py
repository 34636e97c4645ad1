"""First stage for .docx: paragraphs and tables of the body, in order, with what Word numbers by itself."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from extract.errors import UnreadableDocument
from extract.reading.cellplacing import CellBudget, WrittenCell, placed_table
from extract.reading.intake import Limits
from extract.reading.numbering import Numbering
from extract.reading.packages import Package, damaged, open_package
from extract.reading.pages import NativeDocument, NativeTable, Paragraph

if TYPE_CHECKING:
    Element = Any
    """An lxml element; lxml comes without types."""

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_STRICT = b"http://purl.oclc.org/ooxml/wordprocessingml/main"
_TRANSITIONAL = b"http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_PICTURE = "{http://schemas.openxmlformats.org/drawingml/2006/main}blip"
_EXTENT = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}extent"
_DROPPED = frozenset({f"{W}del", f"{W}moveFrom", f"{W}instrText", f"{W}delText", _FALLBACK})
"""What is not part of the text: deletions being tracked, field codes, second writings for old programs."""
_MARKS = {f"{W}tab": " ", f"{W}br": "\n", f"{W}cr": "\n", f"{W}noBreakHyphen": "-", f"{W}ptab": " "}
_LARGE_PICTURE = 3_600_000
"""English Metric Units: a picture 10 cm wide can be a table, a smaller one is a seal or an ornament."""
_BLANKS = re.compile(r"[ \t\u00a0\u3000]+")
_MOST_COLUMNS = 1000
_SLIVER = 110
"""Twentieths of a point: a grid column narrower than a digit is a line drawn unevenly."""
_DEEPEST = 60
"""Levels of tables in tables and text boxes in text boxes that are followed."""


def read_word(data: bytes, *, file_name: str, limits: Limits) -> NativeDocument:
    """Read a .docx file: its body in order, tracked changes accepted, list numbers written out.

    Headers, footers, comments and notes are left out; nothing linked is loaded. Raises
    ``UnreadableDocument``, ``EncryptedDocument`` and ``LimitExceeded``.
    """
    package = open_package(data, file_name, limits)
    body = _body(package, file_name)
    numbering = Numbering.of(_parsed(package, "word/numbering.xml"), _parsed(package, "word/styles.xml"))
    try:
        blocks = tuple(_Walk(numbering, CellBudget(file_name, limits.cells)).blocks(body, 0))
        pictures = sum(_is_large(extent) for extent in body.iter(_EXTENT))
    except (ValueError, TypeError, RecursionError) as error:
        raise damaged(file_name, error) from error
    if not any(map(_has_text, blocks)):
        raise UnreadableDocument(
            file_name, "is a Word document without text", "save it as PDF: its pictures are recognised there"
        )
    problems = (f"{pictures} large pictures were not read: save it as PDF to have them recognised",) * (
        pictures > 0
    )
    return NativeDocument(blocks, MEDIA_TYPE, "docx", problems=problems)


def _body(package: Package, file_name: str) -> Element:
    name = next((name for name in sorted(package.parts) if re.fullmatch(r"word/document\d*\.xml", name)), "")
    root = _parsed(package, name)
    body = root.find(f"{W}body") if root is not None else None
    if body is None:
        raise damaged(file_name, ValueError("no text body"))
    return body


def _parsed(package: Package, name: str) -> Element | None:
    """The XML of a part; None where there is none or it cannot be parsed."""
    from lxml import etree

    part = package.part(name)
    if part is None:
        return None
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, recover=True)
    return etree.fromstring(part.replace(_STRICT, _TRANSITIONAL), parser)


def _has_text(block: Paragraph | NativeTable) -> bool:
    return isinstance(block, Paragraph) or any(cell.text for cell in block.cells)


def _is_large(extent: Element) -> bool:
    wide = str(extent.get("cx", "0"))
    inside = extent.getparent()
    return wide.isdigit() and int(wide) >= _LARGE_PICTURE and next(inside.iter(_PICTURE), None) is not None


class _Walk:
    """One walk over a body; list numbers count along."""

    def __init__(self, numbering: Numbering, budget: CellBudget) -> None:
        self._numbering = numbering
        self._budget = budget
        self._tables = 0

    def blocks(self, parent: Element, depth: int) -> Iterator[Paragraph | NativeTable]:
        """The paragraphs and tables of a container, those of wrappers inside it included."""
        for child in parent:
            if child.tag == f"{W}p":
                yield from self._paragraphs(child, depth)
            elif child.tag == f"{W}tbl":
                yield from self._table(child, depth)
            elif child.tag not in _DROPPED and isinstance(child.tag, str) and depth < _DEEPEST:
                yield from self.blocks(child, depth + 1)

    def _paragraphs(self, paragraph: Element, depth: int) -> Iterator[Paragraph | NativeTable]:
        """A paragraph, after it what stands in text boxes anchored to it; line breaks part it."""
        number = self._numbering.label(paragraph)
        lines = [line for part in _text(paragraph).split("\n") if (line := _tidy(part))]
        if lines:
            yield Paragraph(number + lines[0])
            yield from (Paragraph(line) for line in lines[1:])
        if depth < _DEEPEST:
            for box in paragraph.iter(f"{W}txbxContent"):
                if not any(above.tag in _DROPPED for above in box.iterancestors()):
                    yield from self.blocks(box, depth + 1)

    def _table(self, table: Element, depth: int) -> Iterator[Paragraph | NativeTable]:
        """A table; one that only lays out the page gives what its single cell holds."""
        self._tables += 1
        number = self._tables
        rows = [row for row in table.iter(f"{W}tr") if _owner(row) is table]
        cells = [cell for row in rows for cell in _cells(row)]
        if len(cells) == 1 and depth < _DEEPEST:
            yield from self.blocks(cells[0], depth + 1)
            return
        self._tables += sum(1 for _ in table.iter(f"{W}tbl")) - 1
        found = placed_table(_written(rows, _columns(table), self._numbering), number)
        self._budget.take(found.rows * found.columns)
        yield found


def _owner(row: Element) -> Element | None:
    """The table a row belongs to, through wrappers."""
    return next(row.iterancestors(f"{W}tbl"), None)


def _cells(row: Element) -> list[Element]:
    return [cell for cell in row.iter(f"{W}tc") if next(cell.iterancestors(f"{W}tr"), None) is row]


def _columns(table: Element) -> list[int]:
    """Where each column of the table's grid goes: slivers too narrow for text belong to their neighbour.

    Rows drawn by hand do not quite line up, and Word keeps a grid column for every difference.
    """
    grid = table.find(f"{W}tblGrid")
    sizes = [str(column.get(f"{W}w", "")) for column in grid] if grid is not None else []
    widths = [int(size) if size.isdigit() else 0 for size in sizes[:_MOST_COLUMNS]]
    places, place = [0], 0
    since = 0
    for width in widths:
        since += width
        if since >= _SLIVER or not any(widths):
            place, since = place + 1, 0
        places.append(place)
    return places


def _place(columns: Sequence[int], index: int) -> int:
    """The place of a grid column; those a damaged table does not declare follow one by one."""
    return columns[index] if index < len(columns) else columns[-1] + index - len(columns) + 1


def _written(rows: list[Element], columns: Sequence[int], numbering: Numbering) -> list[list[WrittenCell]]:
    """The cells row by row with their spans; a cell merged with the one above counts as its continuation.

    Word writes merged cells down out in every row (vMerge), at the same column of the table's grid.
    """
    written: list[list[WrittenCell]] = []
    open_at: dict[int, tuple[int, int]] = {}
    for index, row in enumerate(rows):
        line: list[WrittenCell] = []
        reach = _gap(row, "gridBefore")
        column = _place(columns, reach)
        line += [WrittenCell("", 1, column)] * (column > 0)
        for cell in _cells(row):
            reach += min(max(_number(cell, "gridSpan", 1), 1), _MOST_COLUMNS)
            width = max(_place(columns, reach) - column, 1)
            merge = cell.find(f"{W}tcPr/{W}vMerge")
            going_on = merge is not None and merge.get(f"{W}val", "continue") != "restart"
            if going_on and column in open_at:
                top, place = open_at[column]
                above = written[top][place]
                written[top][place] = WrittenCell(above.text, index - top + 1, above.column_span)
            else:
                open_at.pop(column, None)
                if merge is not None:
                    open_at[column] = (index, len(line))
                line.append(WrittenCell(_cell_text(cell, numbering), 1, width))
            column += width
        written.append(line)
    return written


def _gap(row: Element, name: str) -> int:
    found = row.find(f"{W}trPr/{W}{name}")
    value = found.get(f"{W}val", "0") if found is not None else "0"
    return min(int(value), 1000) if value.isdigit() else 0


def _number(cell: Element, name: str, default: int) -> int:
    found = cell.find(f"{W}tcPr/{W}{name}")
    value = found.get(f"{W}val", "") if found is not None else ""
    return int(value) if value.isdigit() else default


def _cell_text(cell: Element, numbering: Numbering) -> str:
    """The lines of a cell: its paragraphs, those of tables inside it too."""
    lines = []
    for paragraph in cell.iter(f"{W}p"):
        number = numbering.label(paragraph)
        if not any(above.tag in _DROPPED for above in paragraph.iterancestors()):
            text = _text(paragraph)
            lines += [line for part in f"{number}{text}".split("\n") if (line := _tidy(part))]
    return "\n".join(lines)


def _tidy(text: str) -> str:
    return _BLANKS.sub(" ", text).strip()


def _text(paragraph: Element) -> str:
    """The text of a paragraph without what is deleted, hidden or in text boxes."""
    parts: list[str] = []
    stack = list(reversed(paragraph))
    while stack:
        node = stack.pop()
        if not isinstance(node.tag, str) or node.tag in _DROPPED or node.tag == f"{W}txbxContent":
            continue
        if node.tag == f"{W}t":
            parts.append(node.text or "")
        elif node.tag in _MARKS:
            parts.append(_MARKS[node.tag] if node.get(f"{W}type") != "page" else "")
        elif node.tag == f"{W}r" and _is_hidden(node):
            continue
        elif node.tag != f"{W}pPr":
            stack += reversed(node)
    return "".join(parts)


def _is_hidden(run: Element) -> bool:
    vanish = run.find(f"{W}rPr/{W}vanish")
    return vanish is not None and vanish.get(f"{W}val", "1") not in ("0", "false", "off")
