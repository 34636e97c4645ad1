"""In the tables stage: the lines around a table say its title, form number, unit and notes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from extract.tables.amounts import normalised
from extract.tables.forms.registry import FormSpec, forms_for_title

_UNIT = re.compile(r"(?:单位|金额单位|货币单位)[::]?(?:人民币)?(万元|亿元|千元|百元|元)")
_UNIT_ALONE = re.compile(r"[(]?(?:单位)?[::]?(万元|亿元|千元|元)[)]?")
_FORM_NUMBER = re.compile(
    r"(?:部门|单位)?(?:预算|决算)?公开(?:表)?0?[\d一二三四五六七八九十]{1,3}(?:-\d+)?表?|(?:预算|决算|财决|批复|附)?表[\d一二三四五六七八九十]{1,3}"
)
_TITLE_END = re.compile(r"表(?:\([^()]*\))*(?:\d{1,2})?$")
_NOTE = re.compile(
    r"^(?:注|备注|说明|附注)[::.]?|^[\d.、]*(?:本表|本套报表|此表|本报表)|空表|无数据|栏各行|\d+行[=＝]|\d+栏[=＝]"
    r"|^[\d.、]*(?:本|我)?(?:单位|部门).{0,12}(?:没有|无|未).{0,40}(?:收入|支出|经费|预算|拨款|内容|安排|收支)"
)
_SERIES = re.compile(r"(?:部门|单位)?(?:预算|决算)?公开报?表")
"""What some templates print over every table: the series, not the title."""
_SENTENCE_LIMIT = 120
_LOOK_BACK = 12


@dataclass(frozen=True, slots=True)
class Context:
    """What stands around a table; ``forms`` are the forms its title can name, best first.

    ``above`` and ``below`` count the lines before and after it that belong to the table.
    """

    title: str | None = None
    number: str | None = None
    unit: str | None = None
    notes: tuple[str, ...] = ()
    forms: tuple[FormSpec, ...] = ()
    above: int = 0
    below: int = 0


def unit_in(text: str) -> str | None:
    """The money unit a line states, if it states one."""
    plain = normalised(text)
    found = _UNIT.search(plain) or _UNIT_ALONE.fullmatch(plain)
    return found[1] if found else None


def form_number_in(text: str) -> str | None:
    """The form number a line consists of or begins with (``公开02表``, ``公开表一``)."""
    plain = normalised(text)
    found = _FORM_NUMBER.match(plain)
    return found[0] if found and len(plain) - len(found[0]) <= 2 else None


def is_title(text: str) -> bool:
    """Whether a line can be the title of a table: it ends in 表 and is no sentence."""
    plain = normalised(text)
    if _SERIES.fullmatch(plain):
        return False
    return (
        bool(_TITLE_END.search(plain))
        and len(plain) <= 60
        and "。" not in plain
        and form_number_in(text) is None
    )


def is_note(text: str) -> bool:
    """Whether a line under a table is a note to it."""
    return bool(_NOTE.search(normalised(text)))


def look_above(lines: Sequence[str]) -> Context:
    """Read the lines above a table, nearest last.

    The title is the nearest line, or run of up to three lines, that names a known form; failing
    that, the nearest line that ends in 表.
    """
    nearest = list(reversed(lines))[:_LOOK_BACK]
    whole, nearest = nearest, [_without_corners(line) for line in nearest]
    end, title, forms = _title(nearest)
    scope = [part for line in (whole[: end + 3] if title else whole[:5]) for part in (line, *line.split(" "))]
    number = next((n for part in scope if (n := form_number_in(part))), None)
    unit = next((u for line in whole[: max(end, 5)] if (u := unit_in(line))), None)
    used = max(
        (i + 1 for i, line in enumerate(nearest[: end + 2]) if i < end or form_number_in(line)), default=0
    )
    return Context(title, number, unit, forms=forms, above=used if title else 0)


def _without_corners(line: str) -> str:
    """A line without the form number or unit some templates print at its end, apart from the title."""
    parts = line.strip().split(" ")
    while len(parts) > 1 and (form_number_in(parts[-1]) or unit_in(parts[-1])):
        parts.pop()
    while len(parts) > 1 and form_number_in(parts[0]):
        parts.pop(0)
    return " ".join(parts)


def _is_corner(line: str) -> bool:
    """What stands in the corners above a table: its number, its unit, the series it belongs to."""
    return bool(form_number_in(line) or unit_in(line) or _SERIES.fullmatch(normalised(line)))


def _title(nearest: Sequence[str]) -> tuple[int, str | None, tuple[FormSpec, ...]]:
    """How many lines up the title ends, its text and the forms it can name."""
    fallback: tuple[int, str | None, tuple[FormSpec, ...]] = (0, None, ())
    for index in range(len(nearest)):
        for size in (1, 2, 3):
            parts = nearest[index : index + size]
            text = "".join(part.strip() for part in reversed(parts))
            if not is_title(text) or any(map(_is_corner, parts)):
                continue
            forms = forms_for_title(text)
            if forms:
                return _widest(nearest, index, size, text, forms)
            if fallback[1] is None and size == 1:
                fallback = (index + 1, text, ())
        if fallback[1] is not None:
            break
    return fallback


def _widest(
    nearest: Sequence[str], index: int, size: int, text: str, forms: tuple[FormSpec, ...]
) -> tuple[int, str, tuple[FormSpec, ...]]:
    """Take the lines above into the title too where the title plainly began there."""
    above = nearest[index + size] if index + size < len(nearest) else ""
    joined = above.strip() + text
    wider = forms_for_title(joined) if above and not is_title(above) and "。" not in above else ()
    if wider and wider[0].kind != forms[0].kind and len(normalised(joined)) <= 45:
        return _widest(nearest, index, size + 1, joined, wider)
    return index + size, text, forms


def look_below(lines: Iterable[str]) -> tuple[int, tuple[str, ...]]:
    """The notes printed directly under a table: how many lines they take, and their texts.

    A note that wraps is one note.
    """
    notes: list[str] = []
    count = 0
    for line in lines:
        if is_note(line) or (notes and _is_numbered(line)):
            notes.append(line.strip())
        elif notes and _goes_on(notes[-1], normalised(line)):
            notes[-1] += line.strip()
        else:
            break
        count += 1
    return count, tuple(notes)


def _is_numbered(line: str) -> bool:
    return bool(re.match(r"\d[.、]", normalised(line))) and not is_title(line)


def _goes_on(note: str, plain: str) -> bool:
    """A note runs on over the next line unless it ended, or the next line begins something new."""
    if re.match(
        r"^(?:第.部分|[一二三四五六七八九十]+、|[(][一二三四五六七八九十]+[)]|表\d|附)", plain
    ) or is_title(plain):
        return False
    return note[-1] not in "。；;.）)" and len(plain) <= _SENTENCE_LIMIT
