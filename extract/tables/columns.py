"""In the tables stage: amount columns get their keys from the words of their headers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from extract.tables.forms.registry import ColumnSpec
from extract.tables.headers import ColumnHead

_GENERIC = frozenset(
    {"合计", "小计", "总计", "金额", "预算数", "决算数", "本年预算", "年初预算数", "预算", "本年预算数"}
)
"""Labels that name no column of their own: under another label they stand for it."""
_PREVIOUS = re.compile(r"上年(?!结转|结余)|去年|执行数|完成数")
_CHANGE = re.compile(r"增减|增长|比.*(?:年|数)|%|幅度|差额")
_YEAR = re.compile(r"((?:19|20)\d\d)年?")


@dataclass(frozen=True, slots=True)
class KeyedColumn:
    """An amount column with its key."""

    head: ColumnHead
    key: str


def _fit(spec: ColumnSpec, text: str) -> int:
    """How well a column's words explain a header text, in half characters.

    Equality counts double; words at the end count more than words at the beginning, for where a
    label and the one above it ran together (基本支出人员经费) the lower one is the column's.
    """
    best = 0
    for words in spec.words:
        parts = words.split("+")
        if all(part in text for part in parts):
            length = 2 * sum(map(len, parts)) + text.endswith(parts[-1])
            best = max(best, 2 * length if text == words else length)
    return best


def _named_by(text: str, specs: Sequence[ColumnSpec]) -> str | None:
    fits = [(_fit(spec, text), -position) for position, spec in enumerate(specs)]
    score, position = max(fits, default=(0, 0))
    return specs[-position].key if score else None


def column_key(path: Sequence[str], specs: Sequence[ColumnSpec]) -> str | None:
    """The key of a column from its header path, the lowest telling label first.

    ``基本支出/小计`` is the basic column: a generic label yields to the one above it.
    """
    generic: str | None = None
    for text in reversed([_YEAR.sub("", text) for text in path]):
        key = _named_by(text, specs)
        if key is not None and (text not in _GENERIC or key != "total"):
            return key if generic is None or key != "total" else generic
        generic = generic or key
    return generic


def key_columns(
    heads: Sequence[ColumnHead], specs: Sequence[ColumnSpec], fiscal_year: int | None = None
) -> tuple[KeyedColumn, ...]:
    """Keys for the amount columns of one group; no key is given twice.

    Columns of another year or of changes get ``previous``/``change`` keys; a column whose header
    says nothing known becomes ``column_N`` (N counts grid columns from 1), its label kept.
    """
    current = current_year(heads, fiscal_year)
    keys = [_temporal_key(head, specs, current) or column_key(head.path, specs) for head in heads]
    keyed: list[KeyedColumn] = []
    taken: set[str] = set()
    for head, key in zip(heads, _with_subtotal(keys, specs), strict=True):
        if key is None or key in taken:
            key = f"column_{head.index + 1}"
        taken.add(key)
        keyed.append(KeyedColumn(head, key))
    return tuple(keyed)


def _with_subtotal(keys: Sequence[str | None], specs: Sequence[ColumnSpec]) -> list[str | None]:
    """A second total right before personnel or public is that of the basic expenditure they make up."""
    found = list(keys)
    free = any(spec.key == "basic" for spec in specs) and "basic" not in found
    for index in range(1, len(found) - 1):
        if free and found[index] == "total" in found[:index] and found[index + 1] in ("personnel", "public"):
            found[index] = "basic"
            break
    return found


def current_year(heads: Sequence[ColumnHead], fiscal_year: int | None) -> int | None:
    """The year the form reports on, where its columns name more than one."""
    years = {year for head in heads for year in years_in(head.label)}
    if len(years) < 2:
        return None
    return fiscal_year if fiscal_year in years else max(years)


def years_in(label: str) -> set[int]:
    """The years a label names."""
    return {int(year) for year in _YEAR.findall(label)}


def is_previous(head: ColumnHead, current: int | None) -> bool:
    """Whether a column is about an earlier year than the form."""
    years = years_in(head.label)
    return bool(_PREVIOUS.search(head.label)) or (
        current is not None and bool(years) and current not in years
    )


def _temporal_key(head: ColumnHead, specs: Sequence[ColumnSpec], current: int | None) -> str | None:
    label = head.label
    years = years_in(label)
    if _CHANGE.search(label) and (len(years) != 1 or current is None):
        return "change_pct" if "%" in label or "幅度" in label else "change"
    if is_previous(head, current):
        base = column_key(head.path, specs)
        return "previous" if base in (None, "total", "budget", "final") else f"previous_{base}"
    return None
