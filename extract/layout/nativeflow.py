"""The layout stage for Word, Excel and HTML: stored tables are parted into captions, tables and notes.

A sheet holds whatever its author put on it: a title in the first row, the unit in a corner, notes below,
the next form further down or beside. Word and HTML tables carry captions in their frame as well. What is
no table becomes lines of text, so that the tables stage finds titles where it finds them on a page.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import replace

from extract.layout.flow import Flow, FlowItem, TextLine
from extract.reading.pages import NativeCell, NativeDocument, NativeTable

_TITLE = re.compile(r"[^。，；,;|:]{2,60}表(?:[(（][^()（）]*[)）]|[一二三四五六七八九十\d]{1,2}|续)?")
_NUMBER = re.compile(
    r"(?:附件?|(?:部门|单位)?(?:预算|决算|财决|批复)?(?:公开)?)?表?[-\d一二三四五六七八九十]{1,5}表?[:：]?"
)
_LABEL = re.compile(
    r"(?:编制|填报|预算|公开|主管|预算主管|决算)?(?:部门|单位)(?:名称|代码|编码)?(?:[(（][^()（）]*[)）])?[:：].*"
    r"|(?:金额|货币)?单位[:：]?.*元|[(（]?(?:万|千|亿|百万)?元[)）]?|(?:填报|编制|公开|打印)(?:日期|时间)[:：].*"
    r"|(?:19|20)\d{2}年(?:度)?(?:\d{1,2}月)?(?:\d{1,2}日)?|财务?决算批复表"
)
_NOTE = re.compile(
    r"(?:备?注|说明|附注)[:：\d]?|[\d.、]*(?:本表|此表|本套报表)|.*(?:空表|无数据|栏各行|\d行=|\d+[行栏]=)"
)
_HEADING = re.compile(r"第[一二三四五六七八九十]+(?:部分|章)|附件|[^，。]{2,20}(?:情况|说明|解释)$")
_SIGNED = re.compile(r"(?:单位|部门|财务)?(?:负责人|填表人|制表人?|经办人|复核人?|联系电话|联系人)[:：].*")
_FIGURE = re.compile(r"[-−－—(（]?\d[\d,，.]*[)）]?%?")
_LIST_COLUMNS = 3
_PROSE = 30
"""A lone text of so many characters is a sentence, not a cell."""


def native_flow(document: NativeDocument) -> Flow:
    """The document as one stream of whole paragraphs and tables."""
    stream: list[FlowItem] = []
    for block in document.blocks:
        if isinstance(block, NativeTable):
            for table in _side_by_side(_tidied(block)):
                stream += _parted(table)
        else:
            stream.append(TextLine(block.text, block.page, whole=True))
    return tuple(stream)


def _plain(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split())


# Rows and columns -------------------------------------------------------------------------------


def _tidied(table: NativeTable) -> NativeTable:
    """The table without blank cells and without columns in which no text begins."""
    cells = [cell for cell in table.cells if cell.text.strip()]
    columns = sorted({cell.column for cell in cells})
    places = {column: place for place, column in enumerate(columns)}
    kept = [
        replace(
            cell,
            column=places[cell.column],
            column_span=sum(cell.column <= c < cell.column + cell.column_span for c in columns),
        )
        for cell in cells
    ]
    return replace(table, columns=len(columns), cells=tuple(kept))


def _rows(table: NativeTable) -> list[list[NativeCell]]:
    """The cells that begin in each row, left to right."""
    rows: list[list[NativeCell]] = [[] for _ in range(table.rows)]
    for cell in sorted(table.cells, key=lambda cell: cell.column):
        rows[cell.row].append(cell)
    return rows


def _part(table: NativeTable, rows: Sequence[int]) -> NativeTable:
    """Some rows of a table as a table of its own; spans end with it."""
    places = {row: place for place, row in enumerate(rows)}
    cells = tuple(
        replace(
            cell,
            row=places[cell.row],
            row_span=max(1, sum(cell.row <= row < cell.row + cell.row_span for row in rows)),
        )
        for cell in table.cells
        if cell.row in places
    )
    return _tidied(replace(table, rows=len(rows), cells=cells))


def _columns(table: NativeTable, start: int, stop: int) -> NativeTable:
    """The columns from ``start`` to ``stop`` as a table of its own."""
    cells = (cell for cell in table.cells if start <= cell.column < stop)
    kept = (
        replace(cell, column=cell.column - start, column_span=min(cell.column_span, stop - cell.column))
        for cell in cells
    )
    return _tidied(replace(table, columns=stop - start, cells=tuple(kept)))


def _side_by_side(table: NativeTable) -> Iterator[NativeTable]:
    """Forms standing beside each other, apart: each under a title of its own in the same row."""
    for cells in _rows(table):
        titles = [cell for cell in cells if _is_title(cell.text)]
        edges = [cell.column for cell in titles[1:]]
        if len(titles) > 1 and not any(_crosses(cell, edge) for cell in table.cells for edge in edges):
            starts, stops = [0, *edges], [*edges, table.columns]
            for start, stop in zip(starts, stops, strict=True):
                yield _columns(table, start, stop)
            return
    yield table


def _crosses(cell: NativeCell, edge: int) -> bool:
    return cell.column < edge < cell.column + cell.column_span


# Captions, tables, notes ------------------------------------------------------------------------


def _parted(table: NativeTable) -> Iterator[FlowItem]:
    """The lines and tables a stored table holds, top to bottom."""
    rows = _rows(table)
    starts = _starts(rows)
    if table.name and not any(_is_title(cell.text) for row in rows for cell in row):
        yield TextLine(table.name, table.page, whole=True)
    for start, stop in zip(starts, [*starts[1:], len(rows)], strict=True):
        yield from _form(table, rows, start, stop)


def _starts(rows: Sequence[Sequence[NativeCell]]) -> list[int]:
    """The first row of each form: its title, or the captions directly above the title."""
    starts = [0]
    for index, cells in enumerate(rows):
        if not (cells and (_is_title_row(cells) or _heads_a_list(rows, index))):
            continue
        start = index
        while start > starts[-1] and (not rows[start - 1] or _are_captions(rows[start - 1])):
            start -= 1
        if start > starts[-1]:
            starts.append(start)
    return starts


def _heads_a_list(rows: Sequence[Sequence[NativeCell]], index: int) -> bool:
    """Whether a heading alone stands over a numbered list of several columns (重点工作完成情况)."""
    below = next((cells for cells in rows[index + 1 :] if cells), ())
    numbered = len(below) > _LIST_COLUMNS - 1 and _plain(below[0].text) == "序号"
    return numbered and len(rows[index]) == 1 and bool(_HEADING.match(_plain(rows[index][0].text)))


def _form(
    table: NativeTable, rows: Sequence[Sequence[NativeCell]], start: int, stop: int
) -> Iterator[FlowItem]:
    """Captions as lines, then the table, then notes as lines."""
    first = start
    while first < stop and _is_above(rows[first], table):
        first += 1
    last = _end(rows, first, stop, table)
    yield from _lines(rows[start:first], table)
    body = [row for row in range(first, last) if rows[row]]
    inner = _part(table, _without_repeats(rows, body))
    if inner.columns > 1:
        yield inner
    else:
        yield from _lines([rows[row] for row in body], table)
    yield from _lines(rows[last:stop], table)


def _is_above(cells: Sequence[NativeCell], table: NativeTable) -> bool:
    """Whether a row over a table is no part of its header: blank, captions, or a text alone."""
    if not cells or _are_captions(cells) or _is_title_row(cells):
        return True
    alone = len(cells) == 1 and cells[0].row_span == 1
    return (
        alone
        and (cells[0].column == 0 or 2 * cells[0].column_span > table.columns)
        and not _is_figure(cells[0])
    )


def _end(rows: Sequence[Sequence[NativeCell]], first: int, stop: int, table: NativeTable) -> int:
    """The row after the table: below the last row of several cells comes text once a row reads like it."""
    last = stop
    while last > first and (_is_alone(rows[last - 1]) or _is_below(rows[last - 1], table)):
        last -= 1
    while last < stop and not _is_below(rows[last], table):
        last += 1
    return last


def _is_alone(cells: Sequence[NativeCell]) -> bool:
    return len(cells) < 2 and not any(map(_is_figure, cells))


def _is_below(cells: Sequence[NativeCell], table: NativeTable) -> bool:
    """Whether a row under a table is no part of it: blank, a note, signatures, a heading, a sentence."""
    texts = [_plain(cell.text) for cell in cells]
    if not texts or all(map(_SIGNED.fullmatch, texts)):
        return True
    if len(cells) > 1:
        return bool(_NOTE.match(texts[0])) and not any(map(_is_figure, cells))
    if _is_figure(cells[0]):
        return False
    if _HEADING.match(texts[0]):
        return True
    return bool(_NOTE.match(texts[0])) or len(texts[0]) >= _PROSE or cells[0].column_span == table.columns > 1


def _is_title(text: str) -> bool:
    plain = _plain(text)
    return bool(_TITLE.fullmatch(plain)) and not _NUMBER.fullmatch(plain)


def _is_title_row(cells: Sequence[NativeCell]) -> bool:
    """Whether a row prints a title: alone, or with nothing but captions beside it."""
    titles = [cell for cell in cells if _is_title(cell.text)]
    others = [cell for cell in cells if cell not in titles]
    return len(titles) == 1 and (not others or _are_captions(others))


def _are_captions(cells: Sequence[NativeCell]) -> bool:
    """Whether cells hold nothing but form number, unit, organisation, date.

    A label may stand apart from its value.
    """
    texts = [_plain(cell.text) for cell in cells]
    labelled = texts[0].endswith(":") and len(texts[0]) <= 12
    wanted = [
        text for position, text in enumerate(texts) if not (position and texts[position - 1].endswith(":"))
    ]
    return (
        labelled or all(_NUMBER.fullmatch(text) or _LABEL.fullmatch(text) for text in wanted)
    ) and not any(map(_is_figure, cells))


def _is_figure(cell: NativeCell) -> bool:
    return bool(_FIGURE.fullmatch(_plain(cell.text)))


def _without_repeats(rows: Sequence[Sequence[NativeCell]], body: Sequence[int]) -> list[int]:
    """The rows without those that repeat the table's first rows, as on every printed page."""
    texts = {row: tuple((cell.column, _plain(cell.text)) for cell in rows[row]) for row in body}
    kept: list[int] = []
    skip = 0
    for position, row in enumerate(body):
        if skip:
            skip -= 1
            continue
        height = _repeated(texts, body, position) if position else 0
        if height:
            skip = height - 1
            continue
        kept.append(row)
    return kept


def _repeated(texts: dict[int, tuple[tuple[int, str], ...]], body: Sequence[int], position: int) -> int:
    """How many rows from here on are the first rows again; labels only, and more than one of them."""
    height = 0
    while position + height < len(body) and height < position:
        again = texts[body[position + height]]
        if again != texts[body[height]] or any(_FIGURE.fullmatch(text) and "." in text for _, text in again):
            break
        height += 1
    telling = sum(len(texts[body[row]]) for row in range(height))
    return height if telling > 1 and height and len(texts[body[0]]) > 1 else 0


def _lines(rows: Sequence[Sequence[NativeCell]], table: NativeTable) -> Iterator[TextLine]:
    """Every text as a line; a label and the value in the cell beside it are one."""
    for cells in rows:
        label = ""
        for cell in cells:
            if _plain(cell.text).endswith(":") and not label:
                label = cell.text.strip()
                continue
            for text in (label + cell.text.strip()).split("\n"):
                yield TextLine(text, table.page, whole=True)
            label = ""
        if label:
            yield TextLine(label, table.page, whole=True)
