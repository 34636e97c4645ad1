"""In the tables stage: rows of a transcript whose cells slid sideways are read by what they say."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from extract.tables.performance.header import Header
from extract.tables.performance.sheets import SheetCell, SheetRow
from extract.tables.performance.values import is_weight_alone, points, weighed
from extract.tables.performance.words import level_of

_VALUES = ("target", "actual", "score")
_VALUE_START = re.compile(r"[≥≤≧≦€<>＜＞=\d]")
_BARE = re.compile(r"[≥≤≧≦€<>＜＞=]|[\d.]+%?\D?$")
_CATEGORY = re.compile(r".{1,6}型")


@dataclass(frozen=True, slots=True)
class Slid:
    """A row by fields, and how far left of its place the name stood.

    ``unsure`` tells that fewer values are printed than columns: which one is missing is not certain.
    """

    fields: Mapping[str, list[SheetCell]]
    shift: float
    unsure: bool = False


def slid_row(row: SheetRow, header: Header, before: float) -> Slid | None:
    """The row by what its cells are, None where every cell stands under its label.

    Only positions of a transcript slide. The weight printed behind it gives a name away, the usual
    words give away the levels. A row without either goes on as the row above it slid.
    """
    cells = [cell for cell in row if cell.filled]
    if any(cell.box is not None for cell in cells) or header.start("name") is None:
        return None
    if header.broken:
        return Slid(_pieces(cells, header), 0.0)
    if (moved := _moved_on(cells, header)) is not None:
        return moved
    levels = {cell: level for cell in cells if (level := _level(cell, header))}
    name = next((cell for cell in reversed(cells) if cell not in levels and _is_name(cell)), None)
    if name is not None:
        return _by_name(cells, levels, name, header)
    if not before or levels or any(is_weight_alone(cell.text) for cell in cells):
        return None
    return _unnamed(cells, header, before)


def _level(cell: SheetCell, header: Header) -> str | None:
    """The level a cell names; where words leave it open its place tells."""
    level = level_of(cell.text)
    if level is None or not ("指标" in cell.plain or weighed(cell.text).weight is not None):
        return None
    under = header.field_at(cell)
    return under if under in ("level1", "level2") and _fits_both(cell) else level


def _fits_both(cell: SheetCell) -> bool:
    return (level_of(cell.text) == "level1" and "满意" in cell.plain) or "成本" in cell.plain


def _is_name(cell: SheetCell) -> bool:
    named = weighed(cell.text)
    return named.weight is not None and bool(named.name)


def _by_name(
    cells: Sequence[SheetCell], levels: Mapping[SheetCell, str], name: SheetCell, header: Header
) -> Slid | None:
    place = header.start("name")
    assert place is not None
    shift = place - name.start
    values = [cell for cell in cells if cell.start > name.start]
    regular = not shift and all(header.field_at(cell) == level for cell, level in levels.items())
    if regular and len(values) <= len(header.fields & set(_VALUES)):
        return None
    found: dict[str, list[SheetCell]] = {"name": [name]}
    for cell, level in levels.items():
        found.setdefault(level, []).append(cell)
    lacking = 0 < len(values) < len(header.fields & set(_VALUES))
    return Slid({**found, **_in_order(values)}, shift, unsure=lacking)


def _unnamed(cells: Sequence[SheetCell], header: Header, before: float) -> Slid | None:
    """Values of a row whose name was lost: they stand where the row above had its values."""
    place = header.start("name")
    assert place is not None
    if min(cell.start for cell in cells) + before <= place:
        return None
    if len(cells) == 1:
        only = points(cells[0].text)
        return Slid({"score": [*cells]} if only is not None else header.under(tuple(cells), before), before)
    return Slid(_in_order(cells), before)


def _in_order(values: Sequence[SheetCell]) -> dict[str, list[SheetCell]]:
    """Target, actual and score in the order in which they are printed; the same text twice counts once."""
    rest = list(values)
    found: dict[str, list[SheetCell]] = {}
    if len(rest) > 1 and points(rest[-1].text) is not None and _looks_like_score(rest):
        found["score"] = [rest.pop()]
    if rest:
        found["target"] = [rest.pop(0)]
    if rest:
        found["actual"] = [rest[0], *(cell for cell in rest[1:] if cell.text != rest[0].text)]
    return found


def _looks_like_score(cells: Sequence[SheetCell]) -> bool:
    """Whether the last figure is a score: it stands behind target and actual, or is written like one."""
    return len(cells) > len(_VALUES) - 1 or "." in cells[-1].plain


def _pieces(cells: Sequence[SheetCell], header: Header) -> dict[str, list[SheetCell]]:
    """A row under a broken header: the outcome stands last, the target from where a value begins."""
    found: dict[str, list[SheetCell]] = {}
    rest: list[SheetCell] = []
    name = header.start("name") or 0.0
    for cell in cells:
        under = header.field_at(cell)
        if cell.start < name and under in ("level1", "level2"):
            found.setdefault(under, []).append(cell)
        elif cell.start >= name:
            rest.append(cell)
    start = next((i for i, cell in enumerate(rest) if _begins_value(cell, i)), None)
    if len(rest) > 1:
        found["actual"] = [rest.pop()]
    if start is None or start >= len(rest):
        start = len(rest) - 1 if len(rest) > 1 and start is None else len(rest)
    return {**found, "name": rest[:start], "target": rest[start:]}


def _begins_value(cell: SheetCell, index: int) -> bool:
    """Whether a target begins here; the first text of a row only does when it is nothing but a value."""
    looks = _VALUE_START if index else _BARE
    return bool(looks.match(cell.plain))


def _moved_on(cells: Sequence[SheetCell], header: Header) -> Slid | None:
    """A row whose texts stand one column to the right of their labels: a category is never a name."""
    category = header.start("category")
    beside = next((cell for cell in cells if cell.start == category), None)
    if beside is None or "level1" in header.fields or _CATEGORY.fullmatch(beside.plain):
        return None
    places = {"level2": "level1", "name": "level2", "category": "name"}
    under = header.under(tuple(cells))
    return Slid({places.get(field, field): found for field, found in under.items()}, 0.0)
