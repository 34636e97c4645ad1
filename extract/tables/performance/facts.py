"""In the tables stage: what stands above the indicators: who, which project, and the line of its money."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal

from extract.tables.amounts import normalised, parse_amount
from extract.tables.performance.entries import Entry
from extract.tables.performance.header import Header, Label, labels_in
from extract.tables.performance.sheets import SheetCell, SheetRow
from extract.tables.performance.values import money, points, weighed

_MONEY = ("initial_budget", "budget", "executed")
_TOTALS = ("basic_total", "project_total")
_NAMES = ("project", "department", "unit", "organisation", "objective")
_UNIT = re.compile(r"\(?(万元|元)\)?")
_PRINTED_UNIT = re.compile(r"\d(万元|元)$")
_PIECE = re.compile(r"[\d.]+%?")


def read_facts(row: SheetRow, entry: Entry) -> bool:
    """Take up the labels of a row with the values beside them; whether there were any."""
    found = labels_in(row, "facts")
    cells = [cell for cell in row if cell.filled]
    for position, label in enumerate(found):
        end = found[position + 1].start if position + 1 < len(found) else float("inf")
        values = [cell for cell in cells if label.end - 0.01 <= cell.start < end]
        _state(entry, label.field, values)
    return bool(found)


def _state(entry: Entry, field: str, values: Sequence[SheetCell]) -> None:
    if field in _NAMES:
        entry.state(field, values)
    elif field in _TOTALS:
        _total(entry, field, values)
    elif field == "total_score":
        scores = [score for cell in values if (score := points(cell.text)) is not None]
        if scores and field not in entry.figures:
            entry.figures[field] = scores[-1]
            entry.state(field, values)


def _total(entry: Entry, field: str, values: Sequence[SheetCell]) -> None:
    text = "".join(cell.text for cell in values)
    value = money(text)
    if value is None or field in entry.figures:
        return
    entry.figures[field] = value
    entry.state(field, values)
    printed = _PRINTED_UNIT.search(normalised(text))
    if printed:
        entry.money_unit = printed[1]


def note_unit(row: SheetRow, entry: Entry) -> None:
    """The unit of money and the weight of the execution where its label prints them."""
    for cell in row:
        plain = cell.plain
        if cell.begins and re.match(r"(?:预算)?执行情况|项目资金|预算资金|资金情况|预算执行", plain):
            unit = _UNIT.search(plain)
            weight = weighed(plain).weight
            entry.money_unit = unit[1] if unit else entry.money_unit
            if weight is not None:
                entry.figures.setdefault("execution_weight", weight)


def execution_header(row: SheetRow) -> Header | None:
    """The labels over the line of money, None where a row is no such header."""
    found = labels_in(row, "execution")
    return Header(found) if sum(label.field in _MONEY for label in found) >= 2 else None


def read_execution(header: Header, row: SheetRow, entry: Entry) -> bool:
    """Read the line of money below its header; whether the row prints figures.

    A line in as many pieces as labels is read in order; a rate in pieces counts only where it
    is what budget and execution give.
    """
    cells = [cell for cell in row if cell.filled and _PIECE.fullmatch(cell.plain.replace(",", ""))]
    under = header.under(tuple(cells))
    if not any(name in under for name in _MONEY):
        return False
    if len(cells) == len(header.labels):
        under = {label.field: [cell] for label, cell in zip(header.labels, cells, strict=True)}
    for label in header.labels:
        _figure(entry, label, under.get(label.field, []))
    return True


def _figure(entry: Entry, label: Label, cells: Sequence[SheetCell]) -> None:
    if not cells or label.field in entry.figures:
        return
    text = "".join(cell.plain for cell in cells)
    value = parse_amount(text)
    if label.field.startswith("execution"):
        value = points(text)
    if value is None or (len(cells) > 1 and not _is_rate_of(value, label, entry)):
        entry.flags.add("pieces")
        return
    entry.figures[label.field] = value
    entry.state(label.field, cells)


def _is_rate_of(rate: Decimal, label: Label, entry: Entry) -> bool:
    budget, executed = entry.figures.get("budget"), entry.figures.get("executed")
    return label.field == "rate_pct" and bool(budget) and executed is not None and agrees(rate, executed, budget)


def agrees(rate: Decimal, executed: Decimal, budget: Decimal | None) -> bool:
    """Whether a rate in per cent is executed / budget, rounded or cut off at its last digit."""
    if not budget:
        return False
    exact = executed * 100 / budget
    step = Decimal(1).scaleb(min(int(rate.as_tuple().exponent), 0))
    return rate in {exact.quantize(step, ROUND_HALF_UP), exact.quantize(step, ROUND_DOWN)}
