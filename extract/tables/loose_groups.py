"""In the tables stage: forms of a transcript with several code, name and amount groups side by side."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from extract.tables.codes import level_of
from extract.tables.damaged import as_digits, damaged_code
from extract.tables.forms.registry import FormSpec
from extract.tables.loose_rows import PrintedRow, Token
from extract.tables.loose_subjects import PlacedRows, spacing
from extract.tables.reading import Doubt
from extract.tables.weighing import row_address
from models.disclosure import Cell, Column, Repair, Row

_CODE = re.compile(r"[1-5]\d{2,6}[A-Za-z]?")
_TOTAL = re.compile(r"合计$|总计$")
UNSURE = "the figure stands on another line than its name"


@dataclass(frozen=True, slots=True)
class GroupLine:
    """One subject of one group, counted from the left; ``apart`` marks a figure from the next line.

    ``item`` is the second part of a code printed in two (类 and 款).
    """

    group: int
    code: Token | None
    name: Token | None
    figure: Token | None
    apart: bool = False
    item: Token | None = None

    @property
    def digits(self) -> str | None:
        """The whole code."""
        if self.code is None:
            return None
        return self.code.plain + (self.item.plain.zfill(2) if self.item else "")

    @property
    def printed_code(self) -> str | None:
        return " ".join(token.text for token in (self.code, self.item) if token) or None


def read_groups(rows: Sequence[PrintedRow], spec: FormSpec) -> tuple[tuple[Column, ...], PlacedRows] | None:
    """Read the groups left to right and top to bottom; None when no line holds a subject."""
    lines: list[GroupLine] = []
    for row in rows:
        found = list(_lines(row))
        if found:
            lines += found
        elif lines and row.figures and not row.texts:
            lines = _with_figures_below(lines, row.figures)
    if not any(line.code for line in lines):
        return None
    column = Column(key="total", label=spec.columns[0].words[0] if spec.columns else "金额")
    placed = _rows(sorted(_grouped(lines), key=lambda line: line.group), spec)
    return (column,), placed


def _lines(row: PrintedRow) -> Iterator[GroupLine]:
    """The subjects of one printed line: a code or a total begins each."""
    line: GroupLine | None = None
    for token in row.tokens:
        if _is_code(token, line):
            if line is not None and line.name is not None:
                yield line
            line = GroupLine(_group(token), token, None, None)
        elif token.sort == "text" and _TOTAL.search(token.plain):
            if line is not None and line.name is not None:
                yield line
            line = GroupLine(_group(token), None, token, None)
        elif line is not None:
            line = _extended(line, token)
    if line is not None and line.name is not None:
        yield line


def _is_code(token: Token, line: GroupLine | None) -> bool:
    """A code stands before a name, so directly behind a bare code stands none."""
    if line is not None and line.code is not None and line.name is None:
        return False
    damaged = damaged_code(token.text) if token.sort == "text" else None
    return _looks_coded(token.plain) or (damaged is not None and _looks_coded(as_digits(damaged)))


def _looks_coded(plain: str) -> bool:
    return "." not in plain and "," not in plain and bool(_CODE.fullmatch(plain))


def _group(token: Token) -> int:
    return token.cell if token.cell is not None else -1


def _is_item(token: Token, line: GroupLine) -> bool:
    """Whether a small number behind a bare class is the rest of its code."""
    bare = line.code is not None and line.name is None and line.item is None and len(line.code.plain) == 3
    return bare and token.whole is not None and len(token.plain) <= 2


def _extended(line: GroupLine, token: Token) -> GroupLine:
    if _is_item(token, line):
        return replace(line, item=token)
    if token.sort == "text":
        if line.name is None:
            return replace(line, name=token)
        if line.figure is None and token.cell is None:
            return replace(line, name=replace(line.name, text=f"{line.name.text} {token.text}"))
        return line
    if token.value is not None and line.figure is None and line.name is not None:
        return replace(line, figure=token)
    return line


def _with_figures_below(lines: list[GroupLine], figures: Sequence[Token]) -> list[GroupLine]:
    """Figures alone on a line belong to the totals of the line above that print none."""
    printed = [token for token in figures if token.value is not None]
    waiting = [i for i, line in enumerate(lines) if line.code is None and line.figure is None]
    if len(waiting) != len(printed):
        return lines
    found = list(lines)
    for index, token in zip(waiting, printed, strict=True):
        found[index] = replace(found[index], figure=token, apart=True)
    return found


def _grouped(lines: Sequence[GroupLine]) -> list[GroupLine]:
    """Number the groups: by cell where cells are kept, else by the class that heads each."""
    cells = [line.group for line in lines if line.code is not None]
    if all(cell >= 0 for cell in cells):
        edges = _edges(cells, {line.group for line in lines if line.code and len(line.code.plain) == 3})
        return [replace(line, group=sum(edge <= line.group for edge in edges)) for line in lines]
    heads = {line.digits: 0 for line in lines if line.digits is not None and len(line.digits) == 3}
    order = {code: position for position, code in enumerate(_by_half(heads))}
    return [
        replace(line, group=order.get(line.code.plain[:3] if line.code else "", len(order))) for line in lines
    ]


def _by_half(heads: Iterable[str]) -> list[str]:
    """Personnel (301, 303) first, then what remains, each in printed order."""
    codes = list(heads)
    return [code for code in codes if code in ("301", "303")] + [
        code for code in codes if code not in ("301", "303")
    ]


def _edges(cells: Sequence[int], heads: Collection[int]) -> list[int]:
    """The cells at which groups begin: those that hold a code in several lines, or a class at the head."""
    several = {cell for cell in cells if cells.count(cell) * 6 >= len(set(cells)) and cells.count(cell) > 1}
    often = sorted(several.union(heads))
    return [cell for cell in often if cell - 1 not in often] or [0]


def _rows(lines: Sequence[GroupLine], spec: FormSpec) -> PlacedRows:
    rows: list[Row] = []
    doubts: list[Doubt] = []
    repairs: list[Repair] = []
    for line in (*(each for each in lines if each.code), *(each for each in lines if not each.code)):
        row = _row(line, spec)
        address = row_address(row)
        if line.apart and not _adds_up(line, lines):
            doubts.append(Doubt(len(rows), "total", UNSURE))
        if line.figure is not None and line.figure.respaced:
            repairs.append(spacing(f"{address}/total", line.figure.text, format(line.figure.value or 0, "f")))
        if line.digits and line.printed_code and " " in line.printed_code:
            repairs.append(spacing(f"{address}/code", line.printed_code, line.digits))
        rows.append(row)
    return PlacedRows(tuple(rows), tuple(doubts), tuple(repairs))


def _row(line: GroupLine, spec: FormSpec) -> Row:
    code, figure = line.digits, line.figure
    return Row(
        code=code,
        name="".join(line.name.text.split()) if line.name else None,
        level=level_of(code, spec.classification) if code else "total",
        printed_code=line.printed_code,
        printed_name=line.name.text if line.name else None,
        amounts={"total": figure.value if figure else None},
        cells={"total": Cell(text=figure.text)} if figure else {},
    )


_PERSONNEL = frozenset({"301", "303"})


def _adds_up(total: GroupLine, lines: Sequence[GroupLine]) -> bool:
    """Whether a total equals the classes it is the sum of (人员经费: 301 and 303; 公用经费: the others)."""
    name = total.name.plain if total.name else ""
    classes = [line for line in lines if line.digits and len(line.digits) == 3 and line.figure]
    if "人员" in name:
        classes = [line for line in classes if line.digits in _PERSONNEL]
    elif "公用" in name:
        classes = [line for line in classes if line.digits not in _PERSONNEL]
    added = sum(line.figure.value for line in classes if line.figure and line.figure.value is not None)
    return total.figure is not None and total.figure.value == added
