"""Second stage for transcripts: lines become running text and the stretches that hold tables.

Archives keep tables of a text in four ways: cells between tabs or bars, one printed line a row,
one cell a line between blank lines, one cell a line without any. Which lines belong to one table
is decided here from the look of the lines alone; what the table means is the tables stage's.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from extract.layout.flow import Flow, FlowItem, LooseTable, TextLine
from extract.layout.marks import without_marks
from extract.reading.pages import Transcript

Kind = Literal[
    "blank",
    "divider",
    "cells",
    "stacked",
    "page",
    "caption",
    "note",
    "title",
    "row",
    "heading",
    "fragment",
    "text",
]
"""What a line looks like.

divider   a Markdown rule between header and rows
cells     cells between tabs or bars
stacked   one cell behind a leading tab
page      a page number
caption   form number, unit or department above a form
row       a printed row: a code or name followed by figures, or figures alone
fragment  a few words without punctuation
"""

_FIGURE = r"[-−－—]?\d[\d,，.．·]*%?"
_DIVIDER = re.compile(r"^[\s|:+\t-]*-{2}[\s|:+\t-]*$")
_PAGE = re.compile(r"^[-—–－]+\d{1,3}[-—–－]+$|^第\d{1,3}页(?:共\d{1,3}页)?$")
_CAPTION = re.compile(
    r"^(?:公开|预算|决算|附)?\d{1,2}表|^公开表[一二三四五六七八九十]"
    r"|^(?:编制|填报|预算|公开)?(?:部门|单位)(?:名称)?(?:[（(]盖?公?章?[)）])?[:：]"
    r"|(?:金额)?单位[:：](?:人民币)?(?:万|千|亿|百万)?元?$|^填报(?:日期|时间|单位)"
)
_UNIT = re.compile(r"^(?:人民币)?(?:万|千|亿|百万)?元$")
_NOTE = re.compile(
    r"^(?:备?注|说明)\s*[:：\d]|^\d+\s*[栏行].*[=＝]|^[（(]?(?:本|我|此|该)(?:单位|部门|表).{0,30}无"
)
_TITLE = re.compile(r"^[^。；，;|]{2,60}表(?:[》”]|[（(][^）)]*[)）]|续\d*)*$")
_HEADING = re.compile(
    r"^第[一二三四五六七八九十]+(?:部分|章|节)|^[一二三四五六七八九十]+、|^[（(][一二三四五六七八九十]+[)）]"
    r"|^附件|^[（(]\d+[)）]"
)
_DIVISION = re.compile(
    r"^第[一二三四五六七八九十]+(?:部分|章|节)|^附件[\d一二三四五六七八九十]*(?:[-－]\d+)*[:：]?$"
)
_ITEM = re.compile(
    r"^(?:[一二三四五六七八九十]+、|[（(][一二三四五六七八九十]+[)）])"
    r".{0,30}(?:收入|支出|拨款|资金|结余|结转|事务|付息|还本|预备费|分配|预算)(?:[（(][^）)]*[)）])?$"
)
_CODED = re.compile(rf"^[235]\d{{2}}(?:\s?\d{{2}}){{0,2}}\s*[一-鿿][^，。；]*?(?:\s+{_FIGURE})+$")
_TAIL = re.compile(rf"^[^，。；：]*(?:^|\s)(?:{_FIGURE}|[-—/]+)(?:\s+(?:{_FIGURE}|[-—/]+))*$")
_PAIR = re.compile(r"[一二三四五六七八九十]+、.+\s[一二三四五六七八九十]+、")
_SENTENCE = re.compile(r"[。；！？]|，.*，")
_INDICATORS = re.compile(r"一级指标|二级指标|项目名称|预算执行情况|主管部门|基本支出总额")
_PERFORMANCE = re.compile(r"绩效|自评表")
_FIRST_LEVEL = re.compile(r"(?:产出|效益|成本|数量)指标")
_HEADER_LINES = 60
"""A header whose labels are broken into single characters is that long."""
_LISTED = re.compile(r"^序号\s+\S+\s+\S+")
_FRAGMENT = 24
"""Longest line, in characters without blanks, that can be a piece of a header or of a name."""
_REACH = 5
"""An item of a form has a figure, or a neighbour with one, within this many lines."""
_WORD = 20
"""Longest label of a header that stands beside others."""


@dataclass(frozen=True, slots=True)
class _Line:
    raw: str
    plain: str
    kind: Kind

    @property
    def bare(self) -> str:
        return "".join(self.plain.split())


def transcript_flow(transcript: Transcript) -> Flow:
    """The transcript as text lines, marks of Markdown removed, and tables, in order.

    A table's lines keep their marks and tabs, and the blank lines between them, which may part rows.
    """
    lines = tuple(_seen(line) for line in transcript.lines)
    return tuple(_items(lines))


def _items(lines: Sequence[_Line]) -> Iterator[FlowItem]:
    position = 0
    while position < len(lines):
        stop = _table_end(lines, position)
        if stop > position:
            yield LooseTable(tuple(line.raw for line in lines[position:stop]), position)
            position = stop
            continue
        if lines[position].plain and lines[position].kind != "divider":
            yield TextLine(lines[position].plain)
        position += 1


def _seen(raw: str) -> _Line:
    plain = " ".join(without_marks(raw).split())
    return _Line(raw, plain, _kind(raw, plain))


def _kind(raw: str, plain: str) -> Kind:
    if not plain and "\t" not in raw:
        return "blank"
    if _DIVIDER.match(raw):
        return "divider"
    if _between_bars(raw) or "\t" in raw.strip(" ").removeprefix("\t"):
        return "cells"
    if "\t" in raw:
        return "stacked"
    return _kind_of_text(plain)


def _kind_of_text(plain: str) -> Kind:
    bare = "".join(plain.split())
    for kind, looks in _LOOKS:
        if looks(plain, bare):
            return kind
    short = len(bare) <= _FRAGMENT and not _SENTENCE.search(bare)
    return "fragment" if short or _is_row_of_words(plain) else "text"


def _is_row_of_words(plain: str) -> bool:
    """Whether a line is several short words side by side, as a header's labels are."""
    words = plain.split(" ")
    return len(words) > 1 and max(map(len, words)) <= _WORD and not re.search(r"[，。；：！？]", plain)


_LOOKS: tuple[tuple[Kind, Callable[[str, str], bool]], ...] = (
    ("page", lambda _, bare: bool(_PAGE.match(bare))),
    ("heading", lambda _, bare: bool(_DIVISION.match(bare))),
    ("note", lambda _, bare: bool(_NOTE.match(bare))),
    ("row", lambda plain, _: bool(_CODED.match(plain) or _PAIR.search(plain))),
    ("caption", lambda _, bare: bool(_CAPTION.search(bare)) and not _SENTENCE.search(bare)),
    ("title", lambda _, bare: bool(_TITLE.match(bare))),
    ("row", lambda plain, bare: bool(_TAIL.match(plain)) and not bare.endswith("年")),
    ("heading", lambda _, bare: bool(_HEADING.match(bare))),
)
"""The looks of a line of text in the order in which they are tried."""


def _between_bars(raw: str) -> bool:
    line = raw.strip()
    return line.count("|") >= 2 and (line.startswith("|") or line.count("|") >= 3)


def _table_end(lines: Sequence[_Line], start: int) -> int:
    """Where the table that starts here ends; ``start`` itself when none does."""
    for finder in (_cell_rows, _stacked_cells, _indicator_lines, _printed_rows):
        stop = finder(lines, start)
        if stop > start:
            return stop
    return start


def _next_solid(lines: Sequence[_Line], start: int) -> int:
    """The first line from here on that is neither blank nor a divider."""
    while start < len(lines) and lines[start].kind in {"blank", "divider"}:
        start += 1
    return start


def _previous_solid(lines: Sequence[_Line], before: int) -> int:
    before -= 1
    while before >= 0 and lines[before].kind in {"blank", "divider", "page"}:
        before -= 1
    return before


# --- cells between tabs or bars --------------------------------------------------------------


def _cell_rows(lines: Sequence[_Line], start: int) -> int:
    if lines[start].kind != "cells":
        return start
    stop, rows = start + 1, [lines[start].raw]
    while (row := _next_row(lines, stop)) is not None:
        rows.append(lines[row].raw)
        stop = row + 1
    return stop if _is_table(rows) else start


def _next_row(lines: Sequence[_Line], stop: int) -> int | None:
    """The next row of the same table: past blank lines, or past a cell's text that runs on below."""
    after = _next_solid(lines, stop)
    if after < len(lines) and lines[after].kind == "cells" and not _starts_anew(lines[after]):
        return after
    loose = stop
    while loose < len(lines) and loose - stop < 2 and lines[loose].kind in {"fragment", "text", "row"}:
        loose += 1
    runs_on = loose > stop and loose < len(lines) and lines[loose].kind == "cells"
    return loose if runs_on and not _starts_anew(lines[loose]) else None


def _cells(raw: str) -> list[str]:
    return [cell for cell in (part.strip() for part in re.split(r"[\t|]", raw)) if cell]


def _starts_anew(line: _Line) -> bool:
    """Whether a row is the title of the next table, alone in its row, or the head of a numbered list."""
    cells = _cells(line.raw)
    if len(cells) > 2 and cells[0] == "序号":
        return True
    return len(cells) == 1 and bool(_TITLE.match("".join(without_marks(cells[0]).split())))


def _is_table(rows: Sequence[str]) -> bool:
    cells = [_cells(row) for row in rows]
    if len(rows) == 1:
        return len(cells[0]) >= 3
    contents = sum(len(row) == 2 and row[1].isdigit() and len(row[1]) < 4 for row in cells)
    return contents < 0.8 * len(rows) or all(len(row[0]) < 4 for row in cells if row)


# --- one cell a line, behind a tab --------------------------------------------------------------


def _stacked_cells(lines: Sequence[_Line], start: int) -> int:
    if lines[start].kind != "stacked":
        return start
    stop = after = start
    while after < len(lines) and lines[after].kind in {"stacked", "text", "fragment", "row", "heading"}:
        if lines[after].kind == "stacked":
            stop = after + 1
            if _is_note(lines[after]) or (stop < len(lines) and _starts_stack(lines, stop)):
                break
        elif after - stop > 12:  # a cell of several paragraphs is long, but not that long
            break
        after = _next_solid(lines, after + 1)
    if stop > start + 1 and _is_note(lines[stop - 1]):
        stop -= 1
    return _without_blank_tail(lines, start, stop) if _holds_figures(lines[start:stop]) else start


def _starts_stack(lines: Sequence[_Line], index: int) -> bool:
    """Whether a page break, kept as a blank before the tab, starts a table's header anew."""
    first = next((line for line in lines[:index] if line.kind == "stacked" and line.plain), None)
    here = lines[index]
    return first is not None and here.kind == "stacked" and here.raw.startswith(" \t") and _is_header(here)


def _is_header(line: _Line) -> bool:
    return bool(re.match(r"单位编码|功能科目|科目编码|项目$|单位名称", line.bare))


def _is_note(line: _Line) -> bool:
    return bool(_NOTE.match(line.bare))


def _holds_figures(lines: Sequence[_Line]) -> bool:
    stacked = [line for line in lines if line.kind == "stacked"]
    if stacked and stacked[0].bare == "序号" and any(line.bare == "1" for line in stacked):
        return True
    telling = sum(not line.bare or bool(re.fullmatch(_FIGURE, line.bare)) for line in stacked)
    return len(stacked) >= 4 and telling >= 0.2 * len(stacked)


# --- one printed line a row, or one cell a line without tabs --------------------------------------


def _printed_rows(lines: Sequence[_Line], start: int) -> int:
    if not (_under_caption(lines, start) or _two_coded(lines, start)):
        return start
    stop = after = start
    while after < len(lines) and _goes_on(lines, after):
        if lines[after].kind != "page":
            stop = after + 1
        after = _next_solid(lines, after + 1)
    return _without_next_title(lines, start, stop)


def _under_caption(lines: Sequence[_Line], start: int) -> bool:
    before = _previous_solid(lines, start)
    if before < 0 or lines[start].kind not in {"fragment", "row"} or _UNIT.match(lines[start].bare):
        return False
    above = lines[before]
    if above.kind == "fragment" and _UNIT.match(above.bare):  # the unit wrapped to a line of its own
        above = lines[_previous_solid(lines, before)]
    return above.kind == "caption"


def _two_coded(lines: Sequence[_Line], start: int) -> bool:
    after = _next_solid(lines, start + 1)
    return after < len(lines) and all(_CODED.match(lines[index].plain) for index in (start, after))


def _goes_on(lines: Sequence[_Line], index: int) -> bool:
    line = lines[index]
    if line.kind == "heading":
        return bool(_ITEM.match(line.bare)) or _counted(lines, index)
    if line.kind == "text":
        return False
    return line.kind in {"row", "fragment", "page"}


def _counted(lines: Sequence[_Line], index: int) -> bool:
    """Whether a line that looks like a heading is an item: soon a line number or figure stands alone."""
    after = index
    for _ in range(_REACH):
        if after >= len(lines) or lines[after].kind not in {"heading", "fragment", "row"}:
            return False
        if re.fullmatch(_FIGURE, lines[after].bare):
            return True
        after = _next_solid(lines, after + 1)
    return False


def _without_next_title(lines: Sequence[_Line], start: int, stop: int) -> int:
    """Give back the first line of the next form's title when it was broken over two lines."""
    last = _previous_solid(lines, stop)
    if last > start and lines[last].kind == "fragment" and re.search(r"年度|决算|预算", lines[last].bare):
        stop = last
    return _without_blank_tail(lines, start, stop)


def _without_blank_tail(lines: Sequence[_Line], start: int, stop: int) -> int:
    while stop > start and lines[stop - 1].kind in {"blank", "page"}:
        stop -= 1
    return stop


# --- indicators and lists of key work, kept as printed ------------------------------------------


def _indicator_lines(lines: Sequence[_Line], start: int) -> int:
    line = lines[start]
    if line.kind not in {"fragment", "row", "text"}:
        return start
    if not (
        _LISTED.match(line.plain) or line.plain.count("级指标") >= 2 or _under_indicator_title(lines, start)
    ):
        return start
    stop = after = start
    begun = False
    while after < len(lines) and not _ends_indicators(lines[after], begun=begun):
        begun = begun or bool(_FIRST_LEVEL.search(lines[after].bare))
        stop = after + 1
        after = _next_solid(lines, stop)
    return _without_blank_tail(lines, start, stop)


def _under_indicator_title(lines: Sequence[_Line], start: int) -> bool:
    before = _previous_solid(lines, start)
    while before >= 0 and lines[before].kind == "caption":
        before = _previous_solid(lines, before)
    if before < 0 or lines[before].kind != "title" or not _PERFORMANCE.search(lines[before].bare):
        return False
    ahead: list[_Line] = []
    for line in lines[start : start + _HEADER_LINES]:
        if _ends_indicators(line, begun=False):
            break
        ahead.append(line)
    return bool(_INDICATORS.search("".join(line.bare for line in ahead)))


def _ends_indicators(line: _Line, *, begun: bool) -> bool:
    """Whether the indicators end before a line; above the first of them 备注 is a label of the header."""
    if line.bare == "备注" and not begun:
        return False
    if line.kind == "note" or line.bare in {"备注", "备注："}:
        return True
    return line.kind in {"heading", "title", "caption", "cells", "stacked"} and not _INDICATORS.match(
        line.bare
    )


def printed_cells(raw: str) -> tuple[str, ...] | None:
    """The cells of a line that keeps them apart by tabs or bars, empty ones included; else None.

    Cell texts are as printed, inner blanks and marks of Markdown and HTML included.
    """
    if _DIVIDER.match(raw):
        return ()
    if _between_bars(raw):
        parts = re.split(r"(?<!\\)\|", raw.strip().removeprefix("|").removesuffix("|"))
    elif "\t" in raw:
        parts = raw.split("\t")
    else:
        return None
    return tuple(part.replace("\\|", "|").strip() for part in parts)
