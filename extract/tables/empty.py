"""In the tables stage: forms of which only the title and the word that they are empty is printed."""

from __future__ import annotations

import re
from collections.abc import Collection

from extract.layout.flow import Flow, TextLine
from extract.tables.context import form_number_in, is_note, is_title, unit_in
from extract.tables.formreader import Setting
from extract.tables.forms.registry import FormSpec, forms_for_title
from extract.tables.reading import PlacedTable, TableReading
from models.disclosure import Table

_NOTHING = re.compile(r"空表|无数据|为空|没有|未发生|无.{0,30}(?:收入|支出|预算|拨款|内容|经费|收支)")
_REACH = 8
"""The statement stands within this many lines of the title; a header without figures may lie between."""


def announced_empty(flow: Flow, taken: Collection[int], setting: Setting) -> list[PlacedTable]:
    """Forms whose title stands over a statement that they are empty, outside any table read."""
    found: list[PlacedTable] = []
    for index, line in enumerate(flow):
        if index in taken or not isinstance(line, TextLine) or not is_title(line.text):
            continue
        forms = forms_for_title(line.text)
        statement = _statement(flow, index, taken) if forms else None
        if statement is not None:
            lines = range(index, statement + 1)
            found.append(PlacedTable((_empty(flow, lines, forms[0], setting),), tuple(lines)))
    return found


def _statement(flow: Flow, title: int, taken: Collection[int]) -> int | None:
    """Where it is said that the form is empty: before the next title, heading or table."""
    for index in range(title + 1, min(title + 1 + _REACH, len(flow))):
        line = flow[index]
        if index in taken or not isinstance(line, TextLine) or is_title(line.text):
            return None
        if is_note(line.text) and _NOTHING.search(line.text):
            return index
        if "。" in line.text or "；" in line.text:
            return None
    return None


def _empty(flow: Flow, lines: range, spec: FormSpec, setting: Setting) -> TableReading:
    printed = [item for index in lines if isinstance(item := flow[index], TextLine)]
    pages = {line.page for line in printed if line.page is not None}
    return TableReading(
        Table(
            id="",
            kind=spec.kind,
            form=next((number for line in printed if (number := form_number_in(line.text))), None),
            title=printed[0].text,
            status="empty",
            unit=next((unit for line in printed if (unit := unit_in(line.text))), setting.unit),
            pages=tuple(sorted(pages)),
            notes=(printed[-1].text,),
        )
    )
