"""In the accounting stage: the same money in two forms, as the equalities say."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from extract.accounting.equalities import EQUALITIES, Equality
from extract.accounting.equalities import Side as Half
from extract.accounting.ledger import NOT_APPLICABLE, Finding, Sheet
from extract.tables.balance import Entry
from extract.tables.identities import (
    PERSONNEL_CLASSES,
    PERSONNEL_TOTAL,
    PUBLIC_TOTAL,
    is_total,
    outermost_rows,
)
from extract.tables.weighing import Address, Places, Weighing, row_address, row_name, weigh_figures
from models.disclosure import Kind, Side, Table, TableKind

_UNIT = re.compile(r"([十百千万亿]*)元")
_POWERS = {"": 0, "十": 1, "百": 2, "千": 3, "万": 4, "十万": 5, "百万": 6, "千万": 7, "亿": 8}
_FUND_NAMES = (
    ("general_budget", re.compile(r"一般公共预算")),
    ("government_fund", re.compile(r"政府性基金")),
    ("state_capital", re.compile(r"国有资本经营")),
)
_USE_NAMES = {
    "use_basic": re.compile(r"^基本支出$"),
    "use_project": re.compile(r"^项目支出$"),
    "use_reserve": re.compile(r"预留.*经费$"),
}


SameMoney = Callable[[Finding], bool]
"""Whether two totals that differ may be one and the same figure, misread."""


@dataclass(frozen=True, slots=True)
class Line:
    """Rows of a form that stand for one thing: its code if it has one, its bare name, the rows to add up."""

    code: str | None
    name: str
    rows: tuple[int, ...]


# Which rows --------------------------------------------------------------------------------


def _bare(name: str) -> str:
    """A name to compare by: brackets half-width."""
    return unicodedata.normalize("NFKC", name)


def _whole_line(rows: Sequence[int]) -> list[Line]:
    return [Line("", "", tuple(rows))] if rows else []


def _total_row(sheet: Sheet) -> int | None:
    """The 合计; in a table of a single uncoded row, that row."""
    rows = sheet.table.rows
    found = [index for index, row in enumerate(rows) if is_total(row)]
    if not found and len(rows) == 1 and not rows[0].code:
        return 0
    return found[0] if found else None


def _total(sheet: Sheet) -> list[Line]:
    row = _total_row(sheet)
    return [] if row is None else _whole_line([row])


def _footer(sheet: Sheet, word: str) -> list[int]:
    rows = enumerate(sheet.table.rows)
    return [i for i, row in rows if not row.code and row_name(row).startswith(word)][:1]


def _whole(sheet: Sheet) -> list[Line]:
    footers = [*_footer(sheet, PERSONNEL_TOTAL), *_footer(sheet, PUBLIC_TOTAL)]
    return _total(sheet) or _whole_line(footers if len(footers) > 1 else outermost_rows(sheet.table))


def _public(sheet: Sheet) -> list[Line]:
    rows = sheet.table.rows
    classes = [index for index in outermost_rows(sheet.table) if rows[index].code not in PERSONNEL_CLASSES]
    return _whole_line(_footer(sheet, PUBLIC_TOTAL) or classes)


def _classes(sheet: Sheet) -> list[Line]:
    if any(row.side for row in sheet.table.rows):
        side = sheet.sides["expenditure"]
        year = side.year
        items = side.parts(year) if year and year.role == "item" else side.items
        uses = _USE_NAMES.values()
        return [_item_line(sheet, e) for e in items if not any(use.search(e.name) for use in uses)]
    return [_subject_line(sheet, index) for index in outermost_rows(sheet.table)]


def _item_line(sheet: Sheet, entry: Entry) -> Line:
    row = sheet.table.rows[entry.row]
    return Line(row.code or (row.subject.code if row.subject else None), _bare(entry.name), (entry.row,))


def _subject_line(sheet: Sheet, index: int) -> Line:
    row = sheet.table.rows[index]
    return Line(row.code, _bare(row_name(row)), (index,))


def _subjects(sheet: Sheet) -> list[Line]:
    """Every subject; a code printed twice names none."""
    codes = [row.code for row in sheet.table.rows if row.code]
    doubled = {code for code in codes if codes.count(code) > 1} if len(set(codes)) < len(codes) else set()
    return [
        _subject_line(sheet, index)
        for index, row in enumerate(sheet.table.rows)
        if row.code and row.code.isdigit() and row.code not in doubled
    ]


def _current(side: Side) -> Callable[[Sheet], list[Line]]:
    """The year's total; the grand total stands for it where nothing is carried over."""

    def choose(sheet: Sheet) -> list[Line]:
        lines = sheet.sides[side]
        if lines.year:
            return _whole_line([lines.year.row])
        carried = {entry.row for entry in lines.entries if entry.role == "carry"}
        amounts = sheet.figures.amounts
        if lines.grand is None or any(figure for (_, row, _), figure in amounts.items() if row in carried):
            return []
        return _whole_line([lines.grand.row])

    return choose


def _all(side: Side) -> Callable[[Sheet], list[Line]]:
    def choose(sheet: Sheet) -> list[Line]:
        grand = sheet.sides[side].grand
        return _whole_line([grand.row]) if grand else []

    return choose


def _sources(sheet: Sheet) -> list[Line]:
    """The year's income from each fund; the first line that names a fund is it."""
    lines = sheet.sides["income"]
    found: dict[str, Line] = {}
    for entry in lines.until(lines.current or lines.grand):
        fund = next((key for key, name in _FUND_NAMES if name.search(entry.name)), None)
        if fund and entry.role == "item":
            found.setdefault(fund, Line(fund, fund, (entry.row,)))
    return list(found.values())


def _use(choice: str) -> Callable[[Sheet], list[Line]]:
    def choose(sheet: Sheet) -> list[Line]:
        entries = sheet.sides["expenditure"].entries
        return _whole_line([entry.row for entry in entries if _USE_NAMES[choice].search(entry.name)][:1])

    return choose


_CHOICES: Mapping[str, Callable[[Sheet], list[Line]]] = {
    "total": _total,
    "whole": _whole,
    "public": _public,
    "classes": _classes,
    "subjects": _subjects,
    "current_income": _current("income"),
    "current_expenditure": _current("expenditure"),
    "all_income": _all("income"),
    "all_expenditure": _all("expenditure"),
    "sources": _sources,
    **{choice: _use(choice) for choice in _USE_NAMES},
}


# Comparing ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Pair:
    """Two forms to compare; ``shift`` is the power of ten that brings right figures to left's unit."""

    left: Sheet
    right: Sheet
    shift: int | None


def cross_form_findings(
    sheets: Sequence[Sheet], tables: Sequence[Table], kind: Kind | None, same_money: SameMoney | None = None
) -> list[Finding]:
    """Every equality between forms, weighed.

    ``sheets`` are the tables with figures, ``tables`` all of them. Where only one of two forms
    is there, one not-applicable finding says so. ``same_money`` is asked whether two totals that
    differ mean the same money after all, one of them misread.
    """
    by_kind: dict[TableKind, list[Sheet]] = {}
    for sheet in sheets:
        by_kind.setdefault(sheet.table.kind, []).append(sheet)
    common = common_unit(sheets)
    findings: list[Finding] = []
    for equality in EQUALITIES:
        if equality.disclosure in (None, kind):
            findings += _apply(equality, by_kind, common, same_money)
    return _without_repeats([*findings, *_lonely(by_kind, tables, kind)])


def _without_repeats(findings: Sequence[Finding]) -> list[Finding]:
    return list({(finding.where, finding.formula): finding for finding in findings}.values())


def common_unit(sheets: Sequence[Sheet]) -> str | None:
    """The unit of a table that prints none, if all others agree on theirs."""
    units = {sheet.table.unit for sheet in sheets if sheet.table.unit}
    return next(iter(units)) if len(units) == 1 else None


def unit_power(unit: str | None) -> int | None:
    """The unit as a power of ten of 元; None when it is not known."""
    match = _UNIT.search("".join(unit.split())) if unit else None
    return _POWERS.get(match[1]) if match else None


def _shift(left: Table, right: Table, common: str | None) -> int | None:
    if not common and left.unit is None and right.unit is None:
        return 0
    powers = [unit_power(table.unit or common) for table in (left, right)]
    return None if powers[0] is None or powers[1] is None else powers[1] - powers[0]


def _apply(
    equality: Equality,
    by_kind: Mapping[TableKind, Sequence[Sheet]],
    common: str | None,
    same_money: SameMoney | None,
) -> Iterator[Finding]:
    """Compare the forms of the two kinds, first with first; unequal numbers of them stay apart."""
    lefts = by_kind.get(equality.left.kind, ())
    rights = by_kind.get(equality.right.kind, ())
    if lefts and rights and len(lefts) != len(rights):
        yield _not_applicable(Pair(lefts[0], rights[0], None), "the document has several of these forms")
        return
    if not lefts or not rights:
        return
    for left, right in zip(lefts, rights, strict=True):
        if _concerns(equality, left):
            pair = Pair(left, right, _shift(left.table, right.table, common))
            yield from _compare(equality, pair, same_money)


def _concerns(equality: Equality, left: Sheet) -> bool:
    if equality.with_column and equality.with_column not in left.used:
        return False
    if equality.without_column and equality.without_column in left.used:
        return False
    if equality.label:
        labels = {column.key: column.label for column in left.table.columns}
        return bool(re.search(equality.label, labels.get(equality.columns[0][0], "")))
    return True


def _compare(equality: Equality, pair: Pair, same_money: SameMoney | None) -> Iterator[Finding]:
    columns = [(a, b) for a, b in equality.columns if a in pair.left.keys and b in pair.right.keys]
    if not columns:
        return
    if pair.shift is None:
        yield _not_applicable(pair, "the unit of one of the forms is not known")
        return
    if equality.given:
        given = [
            Half(equality.left.kind, equality.given[0]),
            Half(equality.right.kind, equality.given[1]),
        ]
        totals = list(_lines(given[0], given[1], pair, columns))
        if not totals or not _agree(totals[0], same_money):
            if totals:
                yield _not_applicable(pair, "the totals differ, so the forms cover different money")
            return
        yield from totals
    yield from _lines(equality.left, equality.right, pair, columns, strict=_strict(equality))


def _agree(totals: Finding, same_money: SameMoney | None) -> bool:
    return totals.weighing.holds or (same_money is not None and same_money(totals))


def _strict(equality: Equality) -> bool:
    """Whether a line on one side only is worth a word."""
    return equality.given is None and not equality.optional


def _lines(
    left: Half, right: Half, pair: Pair, columns: Sequence[tuple[str, str]], *, strict: bool = False
) -> Iterator[Finding]:
    """Weigh line by line; a strict comparison reports lines that stand on one side only."""
    lefts, rights = _CHOICES[left.rows](pair.left), _CHOICES[right.rows](pair.right)
    if strict and not (lefts and rights):
        yield _not_applicable(pair, f"one of the forms has no rows for {left.rows} = {right.rows}")
        return
    by_code = {line.code: line for line in rights if line.code is not None}
    by_name = {line.name: line for line in rights}
    met: set[int] = set()
    for line in lefts:
        other = by_code.get(line.code) if line.code is not None else None
        other = other or _same_name(line, by_name)
        for column in columns:
            if other is not None:
                met |= set(other.rows)
                yield from _weigh_line(line, other, pair, column)
            elif strict:
                yield from _alone(pair.left, line, column[0])
    if strict:
        for line in (line for line in rights if not met & set(line.rows)):
            yield from _alone(pair.right, line, columns[0][1])


def _same_name(line: Line, by_name: Mapping[str, Line]) -> Line | None:
    """The line of that name, unless both have codes, which then differ."""
    other = by_name.get(line.name)
    return None if other is None or (line.code is not None and other.code is not None) else other


def _weigh_line(line: Line, other: Line, pair: Pair, column: tuple[str, str]) -> Iterator[Finding]:
    left, right = pair.left, pair.right
    shift = pair.shift or 0
    here, there = left.cell(line.rows[0], column[0]), [right.cell(row, column[1]) for row in other.rows]
    terms = [(1, _scaled(right.figures.get(address), shift)) for address in there]

    def places() -> list[Places]:
        return [left.figures.places(here), *(_shifted(right.figures.places(cell), shift) for cell in there)]

    weighing = weigh_figures(left.figures.get(here), terms, places)
    if weighing is not None:
        where = _place(left.table, here)
        formula = f"{where}={'+'.join(_place(right.table, each) for each in there)}"
        yield Finding("cross_form", formula, where, weighing, (here, *there))


def _shifted(places: Places, shift: int) -> Places:
    return Places(places.own.scaleb(shift), places.finest.scaleb(shift))


def _scaled(figure: Decimal | None, shift: int) -> Decimal | None:
    return figure if figure is None or not shift else figure.scaleb(shift)


def _place(table: Table, cell: Address) -> str:
    _, row, column = cell
    return f"{table.id}/{row_address(table.rows[row])}/{column}"


def _alone(sheet: Sheet, line: Line, column: str) -> Iterator[Finding]:
    """A line with a figure whose counterpart the other form does not print."""
    cell = sheet.cell(line.rows[0], column)
    figure = sheet.figures.get(cell)
    if figure:
        where = _place(sheet.table, cell)
        weighing = Weighing("not_applicable", figure, None, None)
        yield Finding("cross_form", where, where, weighing, message="the other form has no such row")


def _not_applicable(pair: Pair, message: str) -> Finding:
    left, right = pair.left.table.id, pair.right.table.id
    return Finding("cross_form", f"{left}={right}", left, NOT_APPLICABLE, message=message)


def _lonely(
    by_kind: Mapping[TableKind, Sequence[Sheet]], tables: Sequence[Table], kind: Kind | None
) -> Iterator[Finding]:
    """Forms that ought to be compared with one the document does not have, or has without figures."""
    ids = {table.kind: table.id for table in tables}
    for equality in EQUALITIES:
        kinds = (equality.left.kind, equality.right.kind)
        here = [by_kind[each] for each in kinds if by_kind.get(each)]
        if not _strict(equality) or equality.disclosure not in (None, kind) or len(here) != 1:
            continue
        present = here[0][0].table
        other = next(each for each in kinds if not by_kind.get(each))
        if _prints_counterpart(equality, here[0][0]):
            formula = f"{present.id}={ids.get(other, other)}"
            message = f"the document prints no figures in {other}"
            yield Finding("cross_form", formula, present.id, NOT_APPLICABLE, message=message)


def _prints_counterpart(equality: Equality, sheet: Sheet) -> bool:
    """Whether the form that is there prints the figures the missing one ought to hold."""
    side = 0 if sheet.table.kind == equality.left.kind else 1
    columns = {pair[side] for pair in equality.columns}
    return not columns.isdisjoint(sheet.used)
