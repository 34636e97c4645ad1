"""In the tables stage: the sums of two-sided forms, income items against expenditure items."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from extract.tables.formulas import Formula, printed_formulas
from extract.tables.weighing import Figures, Identity, row_address, row_name
from models.disclosure import Row, Side, Table

Role = Literal["item", "current", "carry", "grand"]

_SIDES: tuple[Side, ...] = ("income", "expenditure")
_DIGITS = "一二三四五六七八九十"
_NUMBERING = (
    re.compile(rf"^[{_DIGITS}]+[、.．]"),
    re.compile(rf"^[(（][{_DIGITS}]+[)）]"),
    re.compile(r"^\d+[、.．]"),
    re.compile(r"^[(（]\d+[)）]"),
)
"""How the forms number their items, outermost first: 一、 （一） 1. （1）"""
_OF_WHICH = re.compile(r"^其中[:：]?")
_CURRENT = re.compile(r"^(?:本年|当年)度?(?:财政拨款)?(?:收入|支出)?(?:合计|小计|总计)$")
_GRAND = re.compile(r"^(?:财政拨款)?(?:收入|支出|收支)?(?:总计|合计)$|总计$")
_YEAR = re.compile(r"^(?:本年|当年)(?:财政拨款)?(?:收入|支出)$")
_CARRY = re.compile(r"结转|结余|弥补.*差额|结转下年")
_USES = re.compile(
    r"^(?:基本支出|项目支出|.*预留.*经费|上缴上级支出|(?:事业单位)?经营支出|对(?:附属|下级)单位补助支出)$"
)
"""Uses (支出用途) listed beside the classes: a second breakdown of the same total."""
_FUNDS = re.compile(r"^(?:一般公共预算|政府性基金|国有资本经营)")


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a side: its row, name without numbering, rank of the numbering (0 for none)."""

    row: int
    name: str
    rank: int
    of_which: bool
    role: Role


@dataclass(frozen=True, slots=True)
class SideLines:
    """The lines of one side in printed order, with its current-year total and grand total if any."""

    side: Side
    entries: tuple[Entry, ...]

    def last(self, role: Role) -> Entry | None:
        return next((entry for entry in reversed(self.entries) if entry.role == role), None)

    @property
    def current(self) -> Entry | None:
        """The total of the year (本年收入合计, 当年支出小计)."""
        return self.last("current")

    @property
    def grand(self) -> Entry | None:
        """The total with what is carried over (总计, 收入总计)."""
        return self.last("grand")

    @property
    def year(self) -> Entry | None:
        """The figure of the year without what is carried over: its total, or an item 本年支出 of its own."""
        return self.current or next((entry for entry in self.items if _YEAR.match(entry.name)), None)

    def parts(self, whole: Entry) -> tuple[Entry, ...]:
        """The direct parts of an item; none when they are only some of it (其中)."""
        return _parts(whole, [entry for entry in self.entries if entry.row > whole.row])

    def until(self, total: Entry | None) -> tuple[Entry, ...]:
        """Items and carried amounts printed above a total (above the end when there is none)."""
        stop = total.row if total else None
        lines = (entry for entry in self.entries if stop is None or entry.row < stop)
        return tuple(entry for entry in lines if entry.role in ("item", "carry"))

    @property
    def items(self) -> tuple[Entry, ...]:
        """The outermost items: every class, use or source above the year's total."""
        above = [e for e in self.until(self.current or self.grand) if not e.of_which and e.name]
        if not above or not above[0].rank:
            return tuple(e for e in above if not e.rank and e.role == "item")
        outermost = min(e.rank for e in above if e.rank)
        return tuple(e for e in above if e.rank == outermost)

    @property
    def carried(self) -> tuple[Entry, ...]:
        """What the grand total adds to the year's total; its parts by fund are not counted again."""
        start = self.current.row if self.current else -1
        stop = self.grand.row if self.grand else start
        items = set(self.items)
        lines = [e for e in self.entries if e.role == "carry" and start < e.row < stop and e not in items]
        whole = [e for e in lines if not e.of_which and not _FUNDS.match(e.name)] or lines
        outermost = min((e.rank for e in whole), default=0)
        return tuple(e for e in whole if e.rank == outermost)


def read_side(table: Table, side: Side) -> SideLines:
    """The lines of one side of a two-sided form with their parts in the sum."""
    entries = [_entry(index, row) for index, row in enumerate(table.rows) if row.side == side]
    totals = [position for position, entry in enumerate(entries) if entry.role == "grand"]
    if len(totals) > 1 and not any(entry.role == "current" for entry in entries):
        entries[totals[0]] = replace(entries[totals[0]], role="current")
    return SideLines(side, tuple(entries))


def _entry(index: int, row: Row) -> Entry:
    name = row_name(row)
    of_which = bool(_OF_WHICH.match(name))
    name = _OF_WHICH.sub("", name)
    rank = next((rank for rank, style in enumerate(_NUMBERING, 1) if style.match(name)), 0)
    if rank:
        name = _NUMBERING[rank - 1].sub("", name)
    return Entry(index, name, rank, of_which, _role(name, rank))


def _role(name: str, rank: int) -> Role:
    if not rank and _CURRENT.search(name):
        return "current"
    if not rank and _GRAND.search(name):
        return "grand"
    return "carry" if _CARRY.search(name) else "item"


@dataclass(frozen=True, slots=True)
class LineSum:
    """A row that is the sum of other rows, in every column."""

    left: int
    terms: tuple[tuple[int, int], ...]
    formula: str


def balance_identities(table: Table, figures: Figures) -> tuple[Identity, ...]:
    """The line sums of a two-sided form: printed line formulas first, else the usual sums.

    Usual: 本年收入合计 is the sum of the outermost items, 总计 adds what is carried over, an item
    is the sum of its numbered parts, and both sides end in the same 总计. A printed formula
    counts only where it addresses a sum line and lines of the same side, for formulas are
    often left over from another year's template.
    """
    sides = [_as_printed(read_side(table, side), figures) for side in _SIDES]
    printed = _printed_sums(table)
    usual = [total for side in sides for total in _usual_sums(side, table.rows, figures)]
    sums = [*printed.values(), *(total for total in usual if total.left not in printed)]
    identities = [identity for total in sums for identity in _per_column(total, table, figures)]
    return (*identities, *_equal_ends(sides, table))


def _as_printed(side: SideLines, figures: Figures) -> SideLines:
    """The side without a total of the year that prints nothing, for then the items make up the 总计."""
    printed = {row for _, row, _ in figures.amounts}
    if side.current is None or side.current.row in printed:
        return side
    return SideLines(side.side, tuple(entry for entry in side.entries if entry.role != "current"))


def _per_column(total: LineSum, table: Table, figures: Figures) -> Iterator[Identity]:
    where = row_address(table.rows[total.left])
    rows = (total.left, *(row for _, row in total.terms))
    signs = tuple(sign for sign, _ in total.terms)
    for column in table.columns:
        cells = tuple((table.id, row, column.key) for row in rows)
        if any(cell in figures.amounts for cell in cells):
            yield Identity("column", cells, signs, total.formula, f"{where}/{column.key}")


def _printed_sums(table: Table) -> dict[int, LineSum]:
    """Sums of the printed line formulas, by the row on their left."""
    formulas = printed_formulas(table.notes, "line")
    if not formulas:
        return {}
    lines = _rows_by_line(table.rows)
    found = (_printed_sum(formula, lines, table.rows) for formula in formulas)
    return {total.left: total for total in found if total is not None}


def _rows_by_line(rows: Sequence[Row]) -> dict[int, int]:
    """Row index by 行次; a number printed twice names no row."""
    lines: dict[int, int] = {}
    doubled: set[int] = set()
    for index, row in enumerate(rows):
        if row.line is not None:
            doubled |= {row.line} & lines.keys()
            lines[row.line] = index
    return {line: index for line, index in lines.items() if line not in doubled}


def _printed_sum(formula: Formula, lines: Mapping[int, int], rows: Sequence[Row]) -> LineSum | None:
    numbers = [int(number) for number in (formula.left, *(term for _, term in formula.terms))]
    if any(number not in lines for number in numbers):
        return None
    left, *terms = (lines[number] for number in numbers)
    if not _addresses_a_sum(_entry(left, rows[left]), [_entry(index, rows[index]) for index in terms]):
        return None
    if len({rows[index].side for index in (left, *terms)}) > 1:
        return None
    signs = (sign for sign, _ in formula.terms)
    return LineSum(left, tuple(zip(signs, terms, strict=True)), formula.text)


def _addresses_a_sum(left: Entry, terms: Sequence[Entry]) -> bool:
    """Whether the line on the left can be the sum of the others.

    A total sums lines that are no totals of its own rank; a carried amount its parts below it.
    """
    roles = {entry.role for entry in terms}
    if left.role == "carry":
        return not roles & {"current", "grand"} and all(entry.row > left.row for entry in terms)
    return left.role in ("current", "grand") and left.role not in roles and "grand" not in roles


def _usual_sums(side: SideLines, rows: Sequence[Row], figures: Figures) -> Iterator[LineSum]:
    total = side.current or side.grand
    if total is None:
        return
    carried = () if total is side.current else side.carried
    for breakdown in _breakdowns(side.items, figures):
        yield _line_sum(total, (*breakdown, *(e for e in carried if e not in breakdown)), rows)
    if side.current and side.grand and side.carried:
        yield _line_sum(side.grand, (side.current, *side.carried), rows)
    elif side.current and side.grand:
        yield _line_sum(side.grand, (side.current,), rows)
    yield from _part_sums(side, rows, figures)


def _line_sum(left: Entry, terms: Sequence[Entry], rows: Sequence[Row]) -> LineSum:
    lines = [rows[entry.row].line for entry in (left, *terms)]
    if all(line is not None for line in lines):
        names = [str(line) for line in lines]
    else:
        names = [entry.name for entry in (left, *terms)]
    return LineSum(left.row, tuple((1, entry.row) for entry in terms), written_sum(names[0], names[1:]))


def written_sum(left: str, terms: Sequence[str]) -> str:
    """A plain sum the way the forms print it, the middle of a long one left out."""
    shown = terms if len(terms) <= 4 else (*terms[:2], "…", terms[-1])
    return f"{left}={'+'.join(shown)}"


def _breakdowns(items: Sequence[Entry], figures: Figures) -> list[tuple[Entry, ...]]:
    """Classes and uses apart; where one of the two prints nothing, only the other is a breakdown."""
    uses = tuple(entry for entry in items if _USES.match(entry.name))
    others = tuple(entry for entry in items if entry not in uses)
    lists = [entries for entries in (others, uses) if entries]
    rows = {row for _, row, _ in figures.amounts}
    printed = [entries for entries in lists if any(entry.row in rows for entry in entries)]
    return printed or lists[:1]


def _part_sums(side: SideLines, rows: Sequence[Row], figures: Figures) -> Iterator[LineSum]:
    """Items that are broken down into numbered parts, and carried amounts broken down by fund."""
    printed = {row for _, row, _ in figures.amounts}
    for entry in side.entries:
        if entry.role not in ("item", "carry") or entry.of_which:
            continue
        parts = side.parts(entry)
        if len(parts) > 1 and any(part.row in printed for part in parts):
            yield _line_sum(entry, parts, rows)


def _parts(whole: Entry, below: Sequence[Entry]) -> tuple[Entry, ...]:
    parts: list[Entry] = []
    for entry in below:
        if entry.role in ("current", "grand") or not _belongs(entry, whole):
            break
        if entry.of_which:
            return ()
        if not parts or entry.rank == parts[0].rank:
            parts.append(entry)
    return tuple(parts)


def _belongs(entry: Entry, whole: Entry) -> bool:
    if entry.rank > whole.rank > 0:
        return True
    by_fund = entry.role == "item" and not (entry.rank and whole.rank) and _FUNDS.match(entry.name)
    return bool(by_fund) and whole.role == "carry" and not _FUNDS.match(whole.name)


def _equal_ends(sides: Sequence[SideLines], table: Table) -> Iterator[Identity]:
    """Income 总计 = expenditure 总计, on the column both sides print."""
    income, expenditure = (side.grand for side in sides)
    keys = [column.key for column in table.columns]
    key = "total" if "total" in keys else next(iter(keys), None)
    if income and expenditure and key:
        left, right = (table.rows[entry.row] for entry in (income, expenditure))
        formula = f"{_end_label(left, income)}={_end_label(right, expenditure)}"
        where = f"{row_address(left)}/{key}"
        cells = ((table.id, income.row, key), (table.id, expenditure.row, key))
        yield Identity("column", cells, (1,), formula, where)


def _end_label(row: Row, entry: Entry) -> str:
    return str(row.line) if row.line is not None else entry.name
