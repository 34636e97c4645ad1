"""First stage for web pages: paragraphs and tables in the order in which the page shows them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from extract.errors import LimitExceeded, UnreadableDocument
from extract.reading.cellplacing import CellBudget, WrittenCell, placed_table
from extract.reading.intake import Limits, hold_to
from extract.reading.pages import NativeDocument, NativeTable, Paragraph
from extract.reading.text import decoded

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode

MEDIA_TYPE = "text/html"
_UNSEEN = frozenset(
    [
        "head",
        "script",
        "style",
        "noscript",
        "template",
        "iframe",
        "object",
        "embed",
        "svg",
        "canvas",
        "select",
        "option",
        "button",
        "input",
        "textarea",
        "nav",
        "footer",
        "audio",
        "video",
        "map",
    ]
)
"""What a page does not show as text, and what frames every page of a site."""
_BLOCKS = frozenset(
    [
        "address",
        "article",
        "aside",
        "blockquote",
        "body",
        "br",
        "caption",
        "center",
        "dd",
        "details",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figcaption",
        "figure",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hr",
        "html",
        "legend",
        "li",
        "main",
        "ol",
        "p",
        "pre",
        "section",
        "summary",
        "table",
        "tbody",
        "td",
        "tfoot",
        "th",
        "thead",
        "tr",
        "ul",
    ]
)
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all", re.IGNORECASE)
_BLANKS = re.compile(r"[\s\u00a0\u200b\ufeff]+")
_SPAN = re.compile(r"\s*(\d{1,9})")
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9:]*)")
_SELF_CLOSED = frozenset(
    [
        "area",
        "base",
        "br",
        "col",
        "dd",
        "dt",
        "embed",
        "hr",
        "img",
        "input",
        "li",
        "link",
        "meta",
        "option",
        "p",
        "param",
        "source",
        "td",
        "th",
        "tr",
        "tbody",
        "thead",
        "wbr",
    ]
)
_FORMATTING = frozenset(
    ["a", "b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt", "u"]
)
_DEEPEST = 3000
_MOST_WORK = 5_000_000
_LINKED = 0.6
"""A stretch of short lines of which more than this share is links is a menu."""
_SHORT = 30
_DATA_ROWS = 3
"""A table around tables is data itself when so many of its own rows hold several texts of their own."""


def read_html(data: bytes, *, file_name: str, limits: Limits) -> NativeDocument:
    """Read a web page: its title, its paragraphs and its tables, cells with their spans.

    The encoding is settled by decoding, not by what the page or a header claims. Tables that only
    lay out the page are taken apart. Nothing the page refers to is loaded, no script runs.
    Raises ``UnreadableDocument`` and ``LimitExceeded``.
    """
    from selectolax.lexbor import LexborHTMLParser, SelectolaxError

    text, problems = decoded(data, file_name)
    hold_to(limits.lines, text.count("<"), file_name=file_name, unit="tags", option="lines")
    _hold_nesting(text, file_name)
    try:
        tree = LexborHTMLParser(text)
        root = tree.body or tree.root
    except (SelectolaxError, ValueError) as error:
        raise UnreadableDocument(
            file_name, "is a damaged web page", "fetch it again from where it was published"
        ) from error
    budget = CellBudget(file_name, limits.cells)
    blocks = [*_titles(tree.head), *_Walk(budget).blocks(root)] if root is not None else []
    if not any(isinstance(block, Paragraph) or block.cells for block in blocks):
        raise UnreadableDocument(
            file_name, "is a web page that shows no text", "it may need a browser: save what it shows as PDF"
        )
    return NativeDocument(tuple(blocks), MEDIA_TYPE, "html", problems=problems)


def _hold_nesting(text: str, file_name: str) -> None:
    """Refuse pages whose tags nest so deep, or repeat so often, that no parser gets through them.

    An open formatting tag is opened anew in every block that follows (HTML Standard, 13.2.4.3).
    """
    depth = formatting = work = 0
    for closing, name in _TAG.findall(text):
        tag = name.lower()
        step = 0 if tag in _SELF_CLOSED else -1 if closing else 1
        depth = max(depth + step, 0)
        formatting = max(formatting + step * (tag in _FORMATTING), 0)
        work += formatting
        if depth > _DEEPEST or work > _MOST_WORK:
            raise LimitExceeded(
                file_name, "is a web page of senselessly nested tags", "save what it shows as PDF"
            )


def _titles(head: LexborNode | None) -> Iterator[Paragraph]:
    """What the page calls itself: the title government sites give of an article, and its date."""
    if head is None:
        return
    named = {
        (node.attributes.get("name") or "").lower(): _plain(node.attributes.get("content") or "")
        for node in head.css("meta")
    }
    if title := named.get("articletitle"):
        yield Paragraph(title)
    elif (node := head.css_first("title")) is not None and _plain(node.text()):
        yield Paragraph(re.split(r"[-_|—]", _plain(node.text()))[0].strip())
    if date := named.get("pubdate"):
        yield Paragraph(f"发布日期：{date.split(' ')[0]}")


def _plain(text: str) -> str:
    return _BLANKS.sub(" ", text).strip()


@dataclass(slots=True)
class _Line:
    """A line being gathered, and how much of it is links."""

    parts: list[str] = field(default_factory=list)
    linked: int = 0


class _Walk:
    """One walk over a page. It keeps its own stack: pages nest deeper than Python calls may."""

    def __init__(self, budget: CellBudget) -> None:
        self._budget = budget
        self._tables = 0

    def blocks(self, root: LexborNode) -> list[Paragraph | NativeTable]:
        """The paragraphs and tables below a node, menus left out."""
        found: list[tuple[Paragraph | NativeTable, int]] = []
        line = _Line()

        def close() -> None:
            nonlocal line
            text = _plain("".join(line.parts))
            if text:
                found.append((Paragraph(text), line.linked))
            line = _Line()

        stack: list[tuple[LexborNode, bool, bool]] = [(root, False, False)]
        while stack:
            node, leaving, linked = stack.pop()
            tag = node.tag or ""
            if tag == "-text":
                text = node.text_content or ""
                line.parts.append(text)
                line.linked += len(_plain(text)) if linked else 0
                continue
            if tag in _BLOCKS:
                close()
            if leaving or not _is_seen(node, tag):
                continue
            if tag == "table":
                self._tables += 1
                number = self._tables
                if not _lays_out(node):
                    self._tables += len(node.css("table")) - 1
                    found.append((self._table(node, number), 0))
                    continue
            stack.append((node, True, linked))
            stack += [
                (child, False, linked or tag == "a") for child in reversed(list(node.iter(include_text=True)))
            ]
        close()
        return _without_menus(found)

    def _table(self, node: LexborNode, number: int) -> NativeTable:
        rows = [_row(row) for row in _own_rows(node) if _is_seen(row, "tr")]
        table = placed_table(rows, number)
        self._budget.take(table.rows * table.columns)
        return table


def _is_seen(node: LexborNode, tag: str) -> bool:
    if tag in _UNSEEN or tag.startswith("-") or tag == "_comment":
        return False
    attributes = node.attributes
    if "style" in attributes and _HIDDEN.search(attributes["style"] or ""):
        return False
    return "hidden" not in attributes


def _own_rows(table: LexborNode) -> Iterator[LexborNode]:
    """The rows of a table, not those of tables inside it."""
    for child in table.iter():
        if child.tag == "tr":
            yield child
        elif child.tag in ("thead", "tbody", "tfoot"):
            yield from (row for row in child.iter() if row.tag == "tr")


def _row(row: LexborNode) -> list[WrittenCell]:
    return [
        WrittenCell(_cell_text(cell), _span(cell, "rowspan"), _span(cell, "colspan"))
        for cell in row.iter()
        if cell.tag in ("td", "th") and _is_seen(cell, cell.tag or "")
    ]


def _span(cell: LexborNode, name: str) -> int:
    found = _SPAN.match(cell.attributes.get(name) or "")
    return max(int(found[1]), 1) if found else 1


def _cell_text(cell: LexborNode) -> str:
    """The lines a cell shows, joined by line breaks."""
    lines: list[str] = []
    parts: list[str] = []

    def close() -> None:
        if text := _plain("".join(parts)):
            lines.append(text)
        parts.clear()

    stack: list[tuple[LexborNode, bool]] = [(cell, False)]
    while stack:
        node, leaving = stack.pop()
        tag = node.tag or ""
        if tag == "-text":
            parts.append(node.text_content or "")
            continue
        if tag in _BLOCKS:
            close()
        if leaving or (node is not cell and not _is_seen(node, tag)):
            continue
        stack.append((node, True))
        stack += [(child, False) for child in reversed(list(node.iter(include_text=True)))]
    close()
    return "\n".join(lines)


def _lays_out(table: LexborNode) -> bool:
    """Whether a table only lays out the page: it has tables inside, or a single cell for everything."""
    rows = list(_own_rows(table))
    if len(table.css("table")) > 1:  # a selection counts its own root
        return sum(_own_texts(row) > 1 for row in rows) < _DATA_ROWS
    return sum(1 for row in rows for cell in row.iter() if cell.tag in ("td", "th")) <= 1


def _own_texts(row: LexborNode) -> int:
    """How many cells of a row hold text and no table."""
    cells = (cell for cell in row.iter() if cell.tag in ("td", "th"))
    return sum(cell.css_first("table") is None and bool(_plain(cell.text())) for cell in cells)


def _without_menus(found: list[tuple[Paragraph | NativeTable, int]]) -> list[Paragraph | NativeTable]:
    """The blocks without short lines that are nothing but links: menus, paths, neighbouring articles."""
    return [
        block
        for block, linked in found
        if isinstance(block, NativeTable) or len(block.text) > _SHORT or linked < _LINKED * len(block.text)
    ]
