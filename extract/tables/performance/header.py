"""In the tables stage: the header rows of a performance table say which field stands where."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from extract.tables.performance.sheets import SheetCell, SheetRow
from extract.tables.performance.words import labels

_TREE = frozenset({"level1", "level2", "name", "target", "actual"})
_SEVERAL = re.compile(r"二级指标.{0,2}三级指标")
_PIECE = re.compile(r"三级指?|年初目标?(?:\(A\))?|实际完?成?")
_NEAR = 0.3
"""How much of its width a cell may begin left of the header it belongs to."""


@dataclass(frozen=True, slots=True)
class Label:
    """A label found in a row: the field it names and its horizontal extent."""

    field: str
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class Header:
    """Labels from left to right; what stands under one, up to the next, belongs to its field.

    ``broken`` tells that labels stand in pieces or beside texts that are none: then the places of
    the cells below say little.
    """

    labels: tuple[Label, ...]
    broken: bool = False

    @property
    def fields(self) -> frozenset[str]:
        return frozenset(label.field for label in self.labels)

    def start(self, field: str) -> float | None:
        return next((label.start for label in self.labels if label.field == field), None)

    def field_at(self, cell: SheetCell, shift: float = 0.0) -> str | None:
        """The field a cell stands under, its place moved by ``shift``; None left of the first."""
        starts = [label.start for label in self.labels]
        position = bisect_right(starts, cell.start + shift + _NEAR * min(1.0, cell.end - cell.start)) - 1
        if position < 0:
            return None
        return self._best(cell, position, shift)

    def _best(self, cell: SheetCell, position: int, shift: float) -> str:
        """Of two neighbours, the label that covers more of the cell."""
        if position + 1 < len(self.labels):
            here, after = self.labels[position], self.labels[position + 1]
            if _overlap(cell, after, shift) > max(
                _overlap(cell, here, shift), 0.5 * (after.end - after.start)
            ):
                return after.field
        return self.labels[position].field

    def under(self, row: SheetRow, shift: float = 0.0) -> Mapping[str, list[SheetCell]]:
        """The filled cells of a row by the field they stand under."""
        found: dict[str, list[SheetCell]] = defaultdict(list)
        for cell in row:
            field = self.field_at(cell, shift) if cell.filled else None
            if field is not None:
                found[field].append(cell)
        return found


def _overlap(cell: SheetCell, label: Label, shift: float) -> float:
    return min(cell.end + shift, label.end) - max(cell.start + shift, label.start)


def labels_in(row: SheetRow, table: str) -> tuple[Label, ...]:
    """The labels of a table of words in a row; one may stand in two cells side by side."""
    cells = [cell for cell in row if cell.filled]
    found: list[Label] = []
    index = 0
    while index < len(cells):
        field, used = _label_at(cells, index, table)
        if field is not None and field not in {label.field for label in found}:
            found.append(Label(field, cells[index].start, cells[index + used - 1].end))
        elif _SEVERAL.search(cells[index].plain):
            middle = (cells[index].start + cells[index].end) / 2
            found += [Label("level2", cells[index].start, middle), Label("name", middle, cells[index].end)]
        index += used
    return tuple(found)


def _label_at(cells: Sequence[SheetCell], index: int, table: str) -> tuple[str | None, int]:
    known = labels(table)
    alone = known.field(cells[index].text)
    if alone is not None or index + 1 == len(cells):
        return alone, 1
    both = known.field(cells[index].text + cells[index + 1].text)
    return (both, 2) if both is not None else (None, 1)


def read_header(row: SheetRow) -> Header | None:
    """The header of indicators a row prints, None when it prints none."""
    if any(len(cell.plain) > 30 for cell in row if cell.begins):
        return None
    found = labels_in(row, "columns")
    fields = {label.field for label in found}
    return Header(found) if len(fields & _TREE) >= 2 and fields & {"name", "level2"} else None


def is_header_part(row: SheetRow) -> bool:
    """Whether a row is one of several that make a header: hardly anything but labels of columns."""
    filled = [cell for cell in row if cell.filled]
    known = sum(labels("columns").field(cell.text) is not None for cell in filled)
    return known >= 3 and known * 2 > len(filled)


def is_broken(row: SheetRow) -> bool:
    """Whether a header stands in pieces: behind its first label come texts that are no whole labels."""
    known = labels("columns")
    cells = [cell for cell in row if cell.filled and cell.box is None]
    first = next((i for i, cell in enumerate(cells) if known.field(cell.text)), len(cells))
    return any(known.field(c.text) is None or _PIECE.fullmatch(c.plain) for c in cells[first:])


def joined_header(rows: Sequence[SheetRow]) -> Header | None:
    """The header several rows print together: a label above parted ones gives way to them."""
    parts: list[Label] = []
    for row in reversed(rows):
        for label in labels_in(row, "columns"):
            covered = any(_within(label, known) for known in parts)
            if not covered and label.field not in {known.field for known in parts}:
                parts.append(label)
    ordered = tuple(sorted(parts, key=lambda label: label.start))
    return Header(ordered, is_broken(rows[-1])) if ordered else None


def _within(label: Label, known: Label) -> bool:
    return min(label.end, known.end) - max(label.start, known.start) > 0.5
