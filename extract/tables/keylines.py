"""In the tables stage: lists of key work in texts without cells, told by the numbers of their matters."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from extract.layout.flow import Flow, TextLine
from extract.tables.amounts import normalised
from extract.tables.context import is_title
from extract.tables.forms.registry import forms_for_title
from extract.tables.reading import PlacedTable, TableReading
from models.base import Place
from models.disclosure import PrintedCell, Table
from models.performance import KeyWork

_FIELDS = ("item", "target", "outcome")
_HEADER = re.compile(r"序号(?:重要|重点)\w*事项\w*内容\w*完成情况")
_HEADING = re.compile(
    r"\s*(?:第[一二三四五六七八九十]+部分|[一二三四五六七八九十]+、|[(（][一二三四五六七八九十]+[)）])"
)
_LONGEST_TITLE = 30
_HEADER_LINES = 16
"""A header broken at every character takes no more lines."""


def listed_key_work(flow: Flow, taken: Collection[int]) -> list[PlacedTable]:
    """Lists of key work whose title and header stand outside the tables read."""
    found: list[PlacedTable] = []
    for index, line in enumerate(flow):
        if index not in taken and isinstance(line, TextLine) and _is_list(line.text):
            below = _lines_below(flow, index + 1, taken)
            start = _body_start(below)
            works, used = _works(below[start:]) if start else ((), 0)
            if works:
                items = tuple(range(index, index + 1 + start + used))
                found.append(PlacedTable((TableReading(_table(line, works)),), items))
    return found


def _is_list(text: str) -> bool:
    forms = forms_for_title(text) if len(text) <= _LONGEST_TITLE else ()
    return bool(forms) and forms[0].kind == "key_work"


def _lines_below(flow: Flow, start: int, taken: Collection[int]) -> list[str]:
    lines: list[str] = []
    for index in range(start, len(flow)):
        line = flow[index]
        if index in taken or not isinstance(line, TextLine):
            break
        lines.append(line.text)
    return lines


def _body_start(lines: Sequence[str]) -> int:
    """The line behind the header, 0 where there is none."""
    text = ""
    for index, line in enumerate(lines[:_HEADER_LINES]):
        text += normalised(line)
        if _HEADER.fullmatch(text):
            return index + 1
    return 0


def _works(lines: Sequence[str]) -> tuple[tuple[KeyWork, ...], int]:
    """The matters numbered from 1 and how many lines they take."""
    groups: list[list[str]] = []
    used = 0
    for line in lines:
        pieces = line.split()
        if pieces and pieces[0] == str(len(groups) + 1):
            groups.append(pieces[1:])
        elif not groups or is_title(line) or _HEADING.match(line) or _whole(groups[-1]):
            break
        else:
            groups[-1].extend(pieces)
        used += 1
    return tuple(_work(number, pieces) for number, pieces in enumerate(groups, 1)), used


def _whole(pieces: Sequence[str]) -> bool:
    """Whether a matter has said all: what comes after it is no part of the list."""
    return len(pieces) >= len(_FIELDS) and pieces[-1].endswith("。")


def _work(number: int, pieces: Sequence[str]) -> KeyWork:
    """A matter; where its pieces are not one for each column, what follows the second is the outcome."""
    texts = [*pieces[:2], "".join(pieces[2:])]
    told = {name: text for name, text in zip(_FIELDS, texts, strict=False) if text}
    return KeyWork(
        number=number,
        flags=() if len(pieces) == len(_FIELDS) else ("unsure",),
        cells={name: Place(page=None, text=text) for name, text in told.items()},
        **told,
    )


def _table(title: TextLine, works: Sequence[KeyWork]) -> Table:
    texts = [(str(work.number), *(getattr(work, name) or "" for name in _FIELDS)) for work in works]
    cells = tuple(
        PrintedCell(row=y, column=x, text=text) for y, row in enumerate(texts) for x, text in enumerate(row)
    )
    return Table(
        id="", kind="key_work", title=title.text, status="extracted", cells=cells, key_work=tuple(works)
    )
