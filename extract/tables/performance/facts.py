"""In the tables stage: what stands above the indicators: who, which project, and the line of its money."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
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
_GAP = re.compile(r"\d\s+\d")
_ORDERED = {
    "年初预算数": "initial_budget",
    "预算数": "budget",
    "全年预算数": "budget",
    "执行数": "executed",
    "全年执行数": "executed",
    "执行率": "rate_pct",
    "得分": "execution_score",
}
_LABELS = re.compile("|".join(sorted(_ORDERED, key=len, reverse=True)))
_INSIDE = re.compile(r"项目实施.{0,2}[单単]位")
_UNIT_BEGINS = re.compile(r"\(?(万元|元)\)")


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
    inside = _INSIDE.search("".join(cell.text for cell in values)) if field == "department" else None
    if inside is not None:
        text = "".join(cell.text for cell in values)
        entry.state("department", values, text[: inside.start()])
        entry.state("unit", values, text[inside.end() :])
        entry.flags.add("pieces")
    elif field in _NAMES:
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
    begins = _UNIT_BEGINS.match("".join(cell.plain for cell in row[:3]))
    if begins is not None and entry.money_unit is None:
        entry.money_unit = begins[1]
    for cell in row:
        plain = cell.plain
        if cell.begins and re.match(r"(?:预算)?执行情况|项目资金|预算资金|资金情况|预算执行", plain):
            unit = _UNIT.search(plain)
            weight = weighed(plain).weight
            entry.money_unit = unit[1] if unit else entry.money_unit
            if weight is not None:
                entry.figures.setdefault("execution_weight", weight)


def execution_header(row: SheetRow) -> Header | None:
    """The labels over the line of money, None where a row is no such header.

    Labels that share a cell or stand in pieces say only their order.
    """
    found = labels_in(row, "execution")
    if sum(label.field in _MONEY for label in found) >= 2:
        return Header(found)
    text = "".join(cell.plain for cell in row if cell.begins)
    order = [_ORDERED[match[0]] for match in _LABELS.finditer(text)]
    if sum(name in _MONEY for name in order) < 2:
        return None
    return Header(tuple(Label(name, -1.0, -1.0) for name in dict.fromkeys(order)), broken=True)


def read_execution(header: Header, row: SheetRow, entry: Entry) -> bool:
    """Read the line of money below its header; whether the row prints figures.

    Figures stand under their labels or, in a broken line, in the order of the labels; a rate in
    pieces counts only where it is what budget and execution give.
    """
    pieces = tuple(piece for cell in row if cell.filled for piece in _pieces(cell))
    under = header.under(pieces) if not header.broken else {}
    if not pieces or not (header.broken or any(name in under for name in _MONEY)):
        return False
    stray = any(any(map(str.isdigit, cell.plain)) and not _pieces(cell) for cell in row if cell.filled)
    if stray or header.broken or any(len(cells) > 1 for cells in under.values()):
        under = _in_order(header, pieces)
    for name in (*_MONEY, "rate_pct", "execution_weight", "execution_score"):
        _figure(entry, name, under.get(name, []), stray=stray)
    return True


def _pieces(cell: SheetCell) -> list[SheetCell]:
    """The figures of a cell: two that share it are parted, anything else is none."""
    texts = cell.text.split()
    if all(_PIECE.fullmatch(normalised(text).replace(",", "")) for text in texts):
        return [replace(cell, text=text) for text in texts]
    return [cell] if _PIECE.fullmatch(cell.plain.replace(",", "")) and not _GAP.search(cell.text) else []


def _in_order(header: Header, pieces: Sequence[SheetCell]) -> dict[str, list[SheetCell]]:
    """Money first, then the pieces of the rate up to its sign, then what is left."""
    rest = list(pieces)
    found: dict[str, list[SheetCell]] = {}
    for label in header.labels:
        if label.field in _MONEY and rest and "%" not in rest[0].text:
            found[label.field] = [rest.pop(0)]
    if "execution_weight" in header.fields and len(rest) > 1 and "%" not in rest[0].text:
        found["execution_weight"] = [rest.pop(0)]
    end = next((i + 1 for i, cell in enumerate(rest) if cell.plain.endswith("%")), 0)
    found["rate_pct"], rest = rest[:end], rest[end:]
    if "execution_score" in header.fields:
        found["execution_score"] = rest[-1:]
    return found


def _figure(entry: Entry, field: str, cells: Sequence[SheetCell], *, stray: bool) -> None:
    if not cells or field in entry.figures:
        return
    text = "".join(cell.plain for cell in cells)
    value = points(text) if field.startswith("execution") else parse_amount(text)
    doubtful = len(cells) > 1 or (stray and field == "rate_pct")
    if value is None or (doubtful and not _is_rate_of(value, field, entry)):
        entry.flags.add("pieces")
        return
    entry.figures[field] = value
    entry.state(field, cells)


def _is_rate_of(rate: Decimal, field: str, entry: Entry) -> bool:
    budget, executed = entry.figures.get("budget"), entry.figures.get("executed")
    return field == "rate_pct" and executed is not None and agrees(rate, executed, budget)


def agrees(rate: Decimal, executed: Decimal, budget: Decimal | None) -> bool:
    """Whether a rate in per cent is executed / budget, rounded or cut off at its last digit."""
    if not budget:
        return False
    exact = executed * 100 / budget
    step = Decimal(1).scaleb(min(int(rate.as_tuple().exponent), 0))
    return rate in {exact.quantize(step, ROUND_HALF_UP), exact.quantize(step, ROUND_DOWN)}
