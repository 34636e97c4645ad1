"""In the tables stage: the columns a transcript's broken header names, its pieces put together again.

A text layer read line by line prints a header row by row, each label whole or in pieces; what stood
beside or below what is lost. Labels are put together out of whole pieces, so that no word is found
across two labels (项目 and 支出预算 are no 项目支出), and the rows by what is known of the forms: a
小计 opens the parts of a column named before.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, TypeVar

from extract.tables.context import unit_in
from extract.tables.forms.registry import FormSpec, all_forms
from models.disclosure import TableKind

_L = TypeVar("_L")
_Sort = Literal["column", "value", "other"]

_PARTS: Mapping[str, frozenset[str]] = {
    "basic": frozenset({"personnel", "public"}),
    "fiscal_appropriation": frozenset({"general_budget", "government_fund", "state_capital"}),
    "total": frozenset({"basic", "project"}),
    "general_budget": frozenset(),
}
"""The columns that some templates break down, and what into; those of no key are in ``_NAMELESS``."""
_NAMELESS = {
    "经费拨款": "general_budget",
    "纳入一般公共预算管理的非税收入拨款": "general_budget",
    "纳入预算管理的非税收入拨款": "general_budget",
    "纳入一般公共预算管理的非税收入": "general_budget",
    "纳入预算管理的非税收入": "general_budget",
}
"""Labels of columns that have no key, with the column they are part of."""
_GROUP_TOTALS: Mapping[TableKind, frozenset[str]] = {
    "government_fund": frozenset({"本年支出"}),
    "state_capital": frozenset({"本年支出"}),
}
"""Labels that stand over a total and its parts where the form also carries balances."""
_VALUE = re.compile(
    r"(?:本年|年初|当年|全年)?(?:收入|支出)?(?:预算|决算)(?:数|金额|额)?|金额|机关运行经费(?:支出)?"
)
"""Labels of what is printed, whatever it is of: alone they name the total."""
_HEADING = re.compile(
    r"(?:本年|当年)?(?:收入|支出|收支)?(?:项目|科目)(?:名称)?"
    r"|(?:(?:部门|政府)?预算)?(?:支出|收入)?(?:按)?(?:功能|经济)?(?:分类)?(?:预算)?(?:科目)?(?:编码|代码|名称)"
    r"|(?:(?:部门|政府)?预算)?(?:支出|收入)?(?:功能|经济)(?:分类)?(?:科目)?(?:编码|代码|名称)?"
    r"|栏次|行次|序号|[类款项目]|其中:?|(?:本年)?(?:收入|支出)"
    r"|(?:本年)?(?:一般公共预算|政府性基金|政府性基金预算|国有资本经营预算|财政拨款)?(?:财政拨款)?(?:基本)?支出"
)
"""Labels that name no column of figures: of codes and names, and of what stands over several columns."""
_AROUND = re.compile(r"^(?:其中:|本年)|(?:收入|支出|资金|拨款|拨款收入)$")
_LONGEST = 24
"""Longest label, in characters."""
_NAME_HEAD = "项目"


@dataclass(frozen=True, slots=True)
class ToldColumn:
    """An amount column the header names; ``key`` is None where it is known to have none."""

    key: str | None
    label: str


@dataclass(frozen=True, slots=True)
class ToldColumns:
    """The columns in printed order, and the sums their order on the header shows.

    ``sums`` are indexes of a column and of its parts. ``certain`` is False where the header holds
    words nobody knows, or names its columns in an order nobody can say.
    """

    columns: tuple[ToldColumn, ...]
    sums: tuple[tuple[int, tuple[int, ...]], ...] = ()
    certain: bool = False


@dataclass(frozen=True, slots=True)
class _Label:
    text: str
    sort: _Sort
    key: str | None = None


def told_columns(spec: FormSpec, pieces: Sequence[str]) -> ToldColumns:
    """The amount columns a header names, read from its pieces in printed order."""
    shown = [piece for piece in pieces if piece and unit_in(piece) is None]
    labels = _labels(shown, _vocabulary(spec))
    if labels is None:
        return ToldColumns(())
    named = [label for label in labels if label.sort == "column"]
    if not named:
        values = [label.text for label in labels if label.sort == "value"]
        single = tuple(ToldColumn("total", value) for value in values)
        return ToldColumns(single, (), len(single) == 1)
    return _ordered(named)


# --- labels out of pieces ----------------------------------------------------------------------------


def _vocabulary(spec: FormSpec) -> dict[str, str]:
    """The words for columns in every family that prints the form, the form's own going first."""
    words: dict[str, str] = {}
    forms = [spec, *(form for form in all_forms() if form.kind == spec.kind)]
    for column in (column for form in forms for column in form.columns):
        for word in column.words:
            words.setdefault(word, column.key)
    return words | dict.fromkeys(_GROUP_TOTALS.get(spec.kind, ()), "total")


def _labels(pieces: Sequence[str], words: Mapping[str, str]) -> list[_Label] | None:
    return put_together(pieces, lambda text, first: _known(text, words, first))


def put_together(pieces: Sequence[str], known: Callable[[str, bool], _L | None]) -> list[_L] | None:
    """The pieces as the fewest known labels; None where some can be no part of any.

    ``known`` tells what a text is as a label, if it is one, and is told whether it comes first.
    The cheapest way to every piece is kept on the way (the shortest path through the pieces).
    """
    best: list[tuple[_L, ...] | None] = [()]
    for end in range(1, len(pieces) + 1):
        ways: list[tuple[_L, ...]] = []
        for start in range(end - 1, -1, -1):
            text, before = "".join(pieces[start:end]), best[start]
            if len(text) > _LONGEST and end - start > 1:
                break
            label = known(text, start == 0) if before is not None else None
            if label is not None and before is not None:
                ways.append((*before, label))
        best.append(min(ways, key=len, default=None))
    found = best[-1]
    return list(found) if found is not None else None


def _known(text: str, words: Mapping[str, str], first: bool) -> _Label | None:
    label = _label(text, words)
    return None if first and label is not None and _runs_on(label) else label


def _runs_on(first: _Label) -> bool:
    """Whether the first label is the head of the names run together with the one behind it."""
    return first.sort == "column" and first.text.startswith(_NAME_HEAD)


def _label(text: str, words: Mapping[str, str]) -> _Label | None:
    if text in _NAMELESS:
        return _Label(text, "column")
    for known in (text, _AROUND.sub("", text), _AROUND.sub("", _AROUND.sub("", text))):
        if known in words and not _VALUE.fullmatch(text):
            return _Label(text, "column", words[known])
    if _VALUE.fullmatch(text):
        return _Label(text, "value")
    return _Label(text, "other") if _HEADING.fullmatch(text) else None


# --- columns in order --------------------------------------------------------------------------------


@dataclass(slots=True)
class _Order:
    """Columns placed so far, and under which of them each part goes."""

    top: list[_Label] = field(default_factory=list)
    parts: dict[int, list[_Label]] = field(default_factory=dict)


def _ordered(named: Sequence[_Label]) -> ToldColumns:
    """Put the parts that a 小计 opens behind the column they are parts of."""
    start = next((i for i, label in enumerate(named) if i and _is_subtotal(label, named[:i])), len(named))
    top, below = list(named[:start]), list(named[start + 1 :])
    if not below:
        return _flat(top) if start == len(named) else ToldColumns(())
    count = _count_of_parts(below)
    owner = _owner(top, below[:count])
    if owner is None:
        return ToldColumns(())
    return _nested([*top, *below[count:]], owner, below[:count])


def _is_subtotal(label: _Label, before: Sequence[_Label]) -> bool:
    return label.key == "total" and any(other.key == "total" for other in before)


def _count_of_parts(below: Sequence[_Label]) -> int:
    """How many of the labels behind a 小计 are parts of one column."""
    best = 0
    for key in _PARTS:
        count = 0
        while count < len(below) and _is_part(below[count].key, below[count].text, key):
            count += 1
        best = max(best, count)
    return best


def _owner(top: Sequence[_Label], parts: Sequence[_Label]) -> int | None:
    """The column that is broken down into these parts."""
    for index, label in enumerate(top):
        if label.key and parts and all(_is_part(part.key, part.text, label.key) for part in parts):
            return index
    return None


def _flat(labels: Sequence[_Label]) -> ToldColumns:
    """Columns side by side. Parts that follow no 小计 may stand in place of the column they make up."""
    keys = {label.key for label in labels}
    parted = any(parts & keys and owner in keys and owner != "total" for owner, parts in _PARTS.items())
    columns = tuple(ToldColumn(label.key, label.text) for label in labels)
    sums = () if parted else _sum_of(columns, frozenset())
    return ToldColumns(columns, sums, _is_single(columns) and not parted)


def _nested(top: Sequence[_Label], owner: int, parts: Sequence[_Label]) -> ToldColumns:
    labels = [*top[: owner + 1], *parts, *top[owner + 1 :]]
    columns = tuple(ToldColumn(label.key, label.text) for label in labels)
    inner = tuple(range(owner + 1, owner + 1 + len(parts)))
    own = ((owner, inner),) if _is_whole(top[owner].key, columns[owner + 1 : owner + 1 + len(parts)]) else ()
    sums = own if top[owner].key == "total" else (*own, *_sum_of(columns, frozenset(inner)))
    return ToldColumns(columns, sums, _is_single(columns))


def sums_of(columns: Sequence[ToldColumn]) -> tuple[tuple[int, tuple[int, ...]], ...]:
    """The sums that columns of known order make up: a column broken down right behind it, and the total."""
    inner: set[int] = set()
    found: list[tuple[int, tuple[int, ...]]] = []
    for index, column in enumerate(columns):
        count = _parts_behind(columns, index)
        if count and column.key != "total":
            parts = tuple(range(index + 1, index + 1 + count))
            inner.update(parts)
            if _is_whole(column.key, columns[index + 1 : index + 1 + count]):
                found.append((index, parts))
    return (*found, *_sum_of(columns, frozenset(inner)))


def _parts_behind(columns: Sequence[ToldColumn], index: int) -> int:
    key = columns[index].key
    end = index + 1
    while key and end < len(columns) and _is_part(columns[end].key, columns[end].label, key):
        end += 1
    return end - index - 1


def _is_part(key: str | None, label: str, owner: str) -> bool:
    return key in _PARTS.get(owner, ()) if key else _NAMELESS.get(label) == owner


def _is_whole(owner: str | None, parts: Sequence[ToldColumn]) -> bool:
    """Whether nothing of the column is left out: money of a fund may have no column of its own."""
    known = _PARTS.get(owner or "", frozenset())
    return known <= {part.key for part in parts} if known else len(parts) > 1


def _is_single(columns: Sequence[ToldColumn]) -> bool:
    """Whether no key is named twice."""
    keys = Counter(column.key for column in columns if column.key is not None)
    return all(count == 1 for count in keys.values())


_BALANCES = frozenset({"opening_balance", "income", "closing_balance"})


def _sum_of(columns: Sequence[ToldColumn], inner: frozenset[int]) -> tuple[tuple[int, tuple[int, ...]], ...]:
    """The total as the sum of the columns beside it, where it stands first and no balances do."""
    beside = tuple(index for index in range(1, len(columns)) if index not in inner)
    keys = {column.key for column in columns}
    sums = bool(columns) and columns[0].key == "total" and len(beside) > 1 and not keys & _BALANCES
    return ((0, beside),) if sums else ()
