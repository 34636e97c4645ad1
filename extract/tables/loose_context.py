"""In the tables stage: what stands around and inside a transcript's table: title, number, unit, notes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from extract.layout.flow import LooseTable
from extract.layout.marks import without_marks
from extract.layout.transcripts import printed_cells
from extract.tables.amounts import normalised
from extract.tables.context import Context, is_title, look_above, unit_in
from extract.tables.forms.registry import all_forms, forms_for_title
from extract.tables.loose_rows import PrintedRow
from models.disclosure import TableKind

_NUMBER = re.compile(
    r"(?:(?:预算|决算)?公开(?:表)?0?[\d一二三四五六七八九十]{1,3}(?:-\d+)?表?|^(?:预算|决算|附)?表[\d一二三四五六七八九十]{1,3}$)"
)
_OWNER = re.compile(r"^(?:编制|填报|预算|公开)?(?:部门|单位)(?:名称)?(?:\(.*\))?:|^填报(?:日期|时间|单位)")
_UNIT_HEAD = re.compile(r"(?:金额)?单位:$")
_UNIT_REST = re.compile(r"(?:人民币)?(?:万|亿|千)?元")
_SIGNATURES: tuple[tuple[TableKind, re.Pattern[str]], ...] = (
    (
        "overall_performance",
        re.compile(r"整体(?:支出)?(?:年度)?绩效目标|(?:基本支出|整体支出)总额.*(?:一级指标|产出指标)"),
    ),
    (
        "project_performance",
        re.compile(r"(?:项目名称|单位\(项目\)名称).*(?:一级指标|二级指标)|一级指标二级指标"),
    ),
    ("key_work", re.compile(r"^序号(?:重要|重点)(?:事项|工作)")),
    (
        "appropriation_summary",
        re.compile(
            r"(?=.*收入(?:总计|合计))(?=.*支出(?:总计|合计))(?=.*政府性基金.*国有资本.*(?:小计|合计))(?=.*年[初末]财政拨款结转)"
        ),
    ),
    (
        "income_expenditure_summary",
        re.compile(r"(?=.*收入总计)(?=.*支出总计)|(?=.*本年收入合计)(?=.*本年支出合计)"),
    ),
)
"""Tables known by what they print where their title was lost."""
_PART = re.compile(r"第[一二三四五六七八九十\d]+部分")
_NEAR = 8
"""Lines above a table among which its number and unit are looked for."""
_FULL_ROW = 2
_FOOT_NOTE = re.compile(r"^(?:注|备注|说明):|^\d+[行栏].*=")


def context_above(lines: Sequence[str]) -> Context:
    """Title, number and unit from the lines above a table, nearest last.

    ``above`` counts the lines from the title (or the first caption) down.
    """
    titles = [index for index, text in enumerate(lines) if not _is_pure_caption(lines, index)]
    found = look_above([lines[index] for index in titles])
    if not found.forms and _PART.match(normalised(found.title or "")):
        found = replace(found, title=None, above=0)
    start = titles[len(titles) - found.above] if found.above else _first_caption(lines)
    near = lines[start:][-_NEAR:] if found.above else lines[-_NEAR:]
    number = next((number for text in reversed(near) if (number := _number_in(text))), None)
    return replace(found, number=number, unit=_unit(near), above=len(lines) - start)


def _is_pure_caption(lines: Sequence[str], index: int) -> bool:
    """Whether a line is a number, a unit or an owner, and so no part of a title."""
    plain = normalised(lines[index])
    rest = _NUMBER.sub("", plain)
    wrapped = index > 0 and bool(
        _UNIT_HEAD.search(normalised(lines[index - 1])) and _UNIT_REST.fullmatch(plain)
    )
    return (
        wrapped
        or not rest
        or bool(_OWNER.match(rest))
        or (unit_in(rest) is not None and not is_title(rest))
        or bool(_UNIT_HEAD.search(rest))
    )


def _first_caption(lines: Sequence[str]) -> int:
    start = len(lines)
    while start > 0 and _is_pure_caption(lines, start - 1):
        start -= 1
    return start


def _number_in(text: str) -> str | None:
    found = _NUMBER.search(normalised(text))
    return found[0] if found else None


def _unit(lines: Sequence[str]) -> str | None:
    """The unit, which may have wrapped to the next line."""
    for index in range(len(lines) - 1, -1, -1):
        joined = (
            "".join(lines[index : index + 2]) if _UNIT_HEAD.search(normalised(lines[index])) else lines[index]
        )
        if (unit := unit_in(joined)) is not None:
            return unit
    return None


def parted(table: LooseTable) -> tuple[list[str], LooseTable, tuple[str, ...]]:
    """Title, unit and owner in the first rows, the table itself, and the notes in the last rows."""
    lines = list(table.lines)
    captions: list[str] = []
    while lines and all(map(_is_caption, _texts(lines[0]))):
        captions += _texts(lines.pop(0))
    start = _notes_start(lines)
    notes = tuple(" ".join(texts) for line in lines[start:] if (texts := _texts(line)))
    return captions, LooseTable(tuple(lines[:start]), table.first_line), notes


def _texts(line: str) -> list[str]:
    cells = printed_cells(line)
    texts = [without_marks(cell) for cell in cells] if cells is not None else [without_marks(line)]
    return [text for text in texts if text]


def _is_caption(text: str) -> bool:
    plain = normalised(text)
    if is_title(text) and forms_for_title(text):
        return True
    return unit_in(text) is not None or _number_in(text) == plain or bool(_OWNER.match(plain))


def _notes_start(lines: Sequence[str]) -> int:
    """Where the notes at the foot of a table begin: lone texts from the first that is a note."""
    start = len(lines)
    for index in range(len(lines) - 1, -1, -1):
        texts = _texts(lines[index])
        if len(texts) >= _FULL_ROW:
            break
        if texts and _FOOT_NOTE.search(normalised(texts[0])):
            start = index
    return start


def with_inner(outer: Context, inner: Context) -> Context:
    """What the table says in its own first rows goes before what stands above it."""
    title, forms = (inner.title, inner.forms) if inner.forms else (outer.title or inner.title, outer.forms)
    return replace(
        outer, title=title, forms=forms, number=inner.number or outer.number, unit=inner.unit or outer.unit
    )


def recognised(context: Context, rows: Sequence[PrintedRow]) -> Context:
    """A form whose title says nothing is known by its number, else by what it prints."""
    if context.forms:
        return context
    forms = tuple(form for form in all_forms() if form.number and context.number == form.number)
    if not forms:
        text = "".join(text for row in rows for text in row.texts)
        kind = next((kind for kind, looks in _SIGNATURES if looks.search(text)), None)
        forms = tuple(form for form in all_forms() if form.kind == kind)
    return replace(context, forms=forms)
