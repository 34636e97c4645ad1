"""In the subjects stage: the lines of two-sided forms that no classification lists, as the forms word them.

Their names are fixed. A recognised line that is one of them but for signs that look alike, or whose
ordinal lost its mark (``八其他收入``), is that line.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable
from functools import cache
from importlib.resources import files

from rapidfuzz.distance import Levenshtein

from extract.reading.pages import Trust
from extract.subjects.items import corrected_item
from extract.tables.weighing import row_address
from models.catalogue import CLASSIFICATIONS, catalogue, comparable, without_space
from models.catalogue.lookalike import is_misread, plain_name
from models.disclosure import Repair, Row, Side, Table

_MARK = r"[、.,:;·。'`_-]"
_ORDINALS = (
    (re.compile(rf"([一二三四五六七八九十]{{1,3}}){_MARK}+"), "、"),
    (re.compile(rf"(\d{{1,2}}){_MARK}+(?!\d)"), "."),
    (re.compile(r"([一二三四五六七八九十])"), "、"),
    (re.compile(r"(十[一二三四五六七八九])"), "、"),
    (re.compile(r"(\d)(?!\d)"), "."),
)
"""Ordinals with and without their mark, and the mark they have; a mark may be read as another."""
_TOTALS = ("合计", "总计")
_OF_SIDE = {"income": "收入", "expenditure": "支出"}
_SHORTEST = 4
"""Shorter names (合计, 小计) are too near to others to be put right."""
_ENDS = {"支": "出", "收": "入"}
"""What follows at the end of a line; no author leaves it out."""
_FEW = 4
"""One changed sign in so many."""


def is_known_line(name: str | None, side: Side | None) -> bool:
    """Whether a line of the side, its ordinal aside, is worded as the forms word theirs."""
    return bool(name) and _comparable_name(name or "") in _worded(side)


def corrected_line(printed: str, side: Side | None) -> str | None:
    """The whole name, ordinal included, that recognition misread here; None where it is right or unknown.

    One wording alone must be meant. What differs must be the mark of the ordinal, look-alike signs,
    or a few signs that no disclosure prints; a word more, less or other is the author's.

    >>> corrected_line("三.基木支出", "expenditure"), corrected_line("基建支出", "expenditure")
    ('三、基本支出', None)
    """
    text = plain_name(printed)
    divided = tuple(_divided(text))
    worded = set(_worded(side).values())
    meant = [ordinal + name for ordinal, name in divided if name in worded] or [
        ordinal + whole for ordinal, name in divided if (whole := _meant(name, side))
    ]
    return meant[0] if meant and meant[0] != text else None


def word_lines(table: Table, trust: Trust) -> tuple[Table, tuple[Repair, ...]]:
    """A recognised table with its misread lines and totals worded as the forms do, and what was changed.

    What stands on the page is the right wording, so it is the printed name too; what was read is in
    the repair.
    """
    if trust == "text_layer":
        return table, ()
    word = _worded_item if table.kind == "procurement" else _worded_row
    rows = [word(row) for row in table.rows]
    repairs = [_repair(old, new) for old, new in zip(table.rows, rows, strict=True) if old is not new]
    return (table.model_copy(update={"rows": tuple(rows)}), tuple(repairs)) if repairs else (table, ())


def _worded_row(row: Row) -> Row:
    printed = row.name or row.printed_name
    if row.code is not None or not printed or not (row.side or row.level == "total"):
        return row
    return _reworded(row, corrected_line(printed, row.side))


def _worded_item(row: Row) -> Row:
    printed = row.name or row.printed_name
    return _reworded(row, corrected_item(printed) if row.code is None and printed else None)


def _reworded(row: Row, meant: str | None) -> Row:
    """The row under the name that is meant, or the row itself where none is."""
    if meant is None:
        return row
    level = {"level": "total"} if meant.endswith(_TOTALS) else {}
    return row.model_copy(update={"name": meant, "printed_name": meant, **level})


def _repair(old: Row, new: Row) -> Repair:
    return Repair(
        where=f"{row_address(new)}/name",
        from_=without_space(old.name or old.printed_name or ""),
        to=new.name or "",
        kind="name",
        because=("a fixed line of the form",),
        certainty="formal",
    )


def _divided(text: str) -> Iterable[tuple[str, str]]:
    """The text as a name alone, and as an ordinal with its right mark before a name."""
    yield "", text
    for pattern, mark in _ORDINALS:
        if found := pattern.match(text):
            written = found[0] if found[0].endswith(("、", mark)) else text[: found.end(1)] + mark
            yield written, text[found.end() :]


def _meant(name: str, side: Side | None) -> str | None:
    """The one wording that a name was misread from."""
    meant = {whole for whole in _worded(side).values() if _misreads(name, whole)} or _with_end(name, side)
    if not meant and side and name.endswith(_TOTALS):
        meant = {whole for whole in _worded(side).values() if _misreads_total(name, whole, side)}
    return meant.pop() if len(meant) == 1 else None


def _with_end(name: str, side: Side | None) -> set[str]:
    """The wording of which the last sign was lost (``基本支``), where half a word stands at the end."""
    end = _ENDS.get(name[-1:])
    if end is None or len(name) + 1 < _SHORTEST:
        return set()
    return {name + end}.intersection(_worded(side).values())


def _misreads_total(name: str, whole: str, side: Side) -> bool:
    """Whether a total of the side is meant but for one sign that no total has, or that was lost (支总计)."""
    if not (whole.endswith(_TOTALS) and _OF_SIDE[side] in whole):
        return False
    changes = list(Levenshtein.editops(name, whole))
    lost = [change for change in changes if change.tag == "insert"]
    foreign = [
        change for change in changes if change.tag == "replace" and name[change.src_pos] not in _total_signs()
    ]
    return len(changes) == len([*lost, *foreign]) == 1


@cache
def _total_signs() -> frozenset[str]:
    return frozenset("".join(whole for whole in _worded(None).values() if whole.endswith(_TOTALS)))


def _misreads(name: str, whole: str) -> bool:
    if len(name) < _SHORTEST:
        return False
    return is_misread(name, whole) or _differs_in_foreign_signs(name, whole)


def _differs_in_foreign_signs(name: str, whole: str) -> bool:
    if len(name) != len(whole):
        return False
    changed = [one for one, other in zip(name, whole, strict=True) if one != other]
    return _FEW * len(changed) <= len(whole) and not _vocabulary().intersection(changed)


def _comparable_name(name: str) -> str:
    return comparable(plain_name(name))


@cache
def _worded(side: Side | None) -> dict[str, str]:
    """The names of a side by their comparable form: the fixed lines, and income subjects or classes."""
    with (files("extract.subjects") / "lines.tsv").open(encoding="utf-8") as lines:
        fixed = [line for line in csv.reader(lines, delimiter="\t") if not line[0].startswith("#")]
    names = [name for of, name in fixed if side is None or of in ("-", side)]
    names += {"income": _income_subjects, "expenditure": _classes}.get(side or "", list)()
    return {comparable(name): plain_name(name) for name in names}


def _classes() -> list[str]:
    """The classes of expenditure, of every year."""
    named = (catalogue().names(each) for each in ("function", "economic"))
    return [name.text for codes in named for code in codes if len(code) == 3 for name in codes[code]]


def _income_subjects() -> list[str]:
    """The income of departments; the government's own, which has digits for codes, is none."""
    named = catalogue().names("income")
    return [name.text for code, names in named.items() if not code.isdigit() for name in names]


@cache
def _vocabulary() -> frozenset[str]:
    """Every sign of the names of the catalogue and of the lines."""
    known = (catalogue().names(each) for each in CLASSIFICATIONS)
    listed = (name.text for names in known for each in names.values() for name in each)
    return frozenset(sign for text in (*listed, *_worded(None).values()) for sign in text)
