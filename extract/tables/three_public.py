"""In the tables stage: the three public expenses, printed across in one line or down in a list."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from extract.tables.amounts import is_blank, normalised
from extract.tables.columns import KeyedColumn, current_year, is_previous, key_columns
from extract.tables.formrows import Group, figure, printed_cell, read_rows, row_cells
from extract.tables.forms.registry import ColumnSpec
from extract.tables.headers import TOTAL_NAMES, ColumnHead, Headed
from models.disclosure import Cell, Kind, Row

_ITEMS: tuple[tuple[str, str], ...] = (
    ("operating_costs", r"机关运行"),
    ("meetings", r"会议费"),
    ("training", r"培训费"),
    ("abroad", r"出国"),
    ("reception", r"接待"),
    (
        "vehicles",
        r"购置(?:费)?(?:及|和|与|、).*(?:运行|运维)|^\D{0,6}公务用车(?:费用?|经费|小计)?$|用车.*小计",
    ),
    ("vehicle_purchase", r"购置|购车"),
    ("vehicle_operation", r"运行|运维"),
    ("total", r"三公|合计|总计"),
)
"""What a label names, first fit wins."""
_COUNTS = re.compile(r"[(](?:个|辆|次|人|批|台|人次|批次)[)]|保有量|团组数|批次|人次|人数|数量|车辆数|购置数")
_GENERIC = frozenset(
    {"小计", "合计", "总计", "金额", "预算数", "决算数", "预算", "决算", "预算金额", "决算金额"}
)
_MARKS = re.compile(
    r"^(?:其中[::]?)?(?:[一二三四五六七八九十\d]+[、.．]|[(（][一二三四五六七八九十\d]+[)）])?"
)
FOREIGN = frozenset({"operating_costs", "meetings", "training"})
"""Expenses printed beside the three, which are none of them."""
NAMES = {
    "total": "“三公”经费合计",
    "abroad": "因公出国（境）费",
    "vehicles": "公务用车购置及运行维护费",
    "vehicle_purchase": "公务用车购置费",
    "vehicle_operation": "公务用车运行维护费",
    "reception": "公务接待费",
}


@dataclass(frozen=True, slots=True)
class PublicExpenses:
    """The rows of the three, the printed operating costs if any, and whether more stands beside them."""

    rows: tuple[Row, ...]
    operating_costs: Row | None
    more: bool
    unread: tuple[tuple[int, str], ...]


def item_of(label: str) -> str | None:
    """Which expense a label names: a row code of the form, one of ``FOREIGN``, or None."""
    plain = _MARKS.sub("", normalised(label).strip("“”\"' "))
    if _COUNTS.search(plain):
        return None
    return next((item for item, words in _ITEMS if re.search(words, plain)), None)


def _item_of_path(path: Sequence[str]) -> str | None:
    """The expense a column is for: the lowest label that is not generic; a generic one stands for it."""
    telling = [text for text in path if text not in _GENERIC]
    for text in reversed(telling):
        item = item_of(text)
        if item is not None:
            return item
    return "total" if any(text in ("合计", "小计", "总计") for text in path) else None


def is_across(headed: Headed) -> bool:
    """Whether the expenses stand across (one column each) rather than down."""
    return sum(_item_of_path(h.path) in NAMES for h in headed.columns if h.role == "amount") >= 3


def read_public_expenses(headed: Headed, kind: Kind | None, fiscal_year: int | None) -> PublicExpenses:
    """Read the form in whichever direction it is printed."""
    if is_across(headed):
        return _across(headed, kind, fiscal_year)
    return _down(headed, kind, fiscal_year)


def _value_key(path: Sequence[str], kind: Kind | None) -> str:
    label = "".join(path)
    if "决算" in label or ("预算" not in label and kind == "final_accounts"):
        return "final"
    return "budget"


def _items(headed: Headed, kind: Kind | None, fiscal_year: int | None) -> list[tuple[ColumnHead, str, str]]:
    """Each amount column with its expense and value key.

    Where a grand total stands beside a total of the three, the grand total is none of them.
    """
    heads = [head for head in headed.columns if head.role == "amount"]
    current = current_year(heads, fiscal_year)
    found = [
        (
            h,
            _item_of_path(h.path),
            ("previous_" if is_previous(h, current) else "") + _value_key(h.path, kind),
        )
        for h in heads
    ]
    named = any(item == "total" and "三公" in h.label for h, item, _ in found)
    crowded = any(item in ("meetings", "training") for _, item, _ in found)
    return [
        (h, item, key)
        for h, item, key in found
        if item is not None and not (item == "total" and crowded and named and "三公" not in h.label)
    ]


def _data_row(headed: Headed) -> int | None:
    """The line the figures stand in: the one called a total, else the first that prints any."""
    filled = [
        row
        for row in range(headed.body, headed.grid.rows)
        if any(figure(cell.text) is not None for cell in row_cells(headed, row, headed.columns).values())
    ]
    for row in filled:
        texts = {normalised(cell.text) for cell in row_cells(headed, row, headed.columns).values()}
        if texts & TOTAL_NAMES:
            return row
    return filled[0] if filled else None


def _across(headed: Headed, kind: Kind | None, fiscal_year: int | None) -> PublicExpenses:
    row = _data_row(headed)
    cells = row_cells(headed, row, headed.columns) if row is not None else {}
    items = _items(headed, kind, fiscal_year)
    keys = tuple(dict.fromkeys(key for _, item, key in items if item in NAMES))
    values: dict[str, dict[str, Cell]] = {}
    for head, item, key in items:
        cell = cells.get(head.index)
        texts = values.setdefault(item, {})
        if cell is not None and cell.text.strip() and key not in texts:
            texts[key] = printed_cell(cell)
    rows = tuple(_row(item, values[item], keys) for item in NAMES if item in values)
    operating = values.get("operating_costs")
    printed = {h.index for h, _, _ in items}
    return PublicExpenses(
        rows=rows,
        operating_costs=_operating_row(operating) if operating else None,
        more=any(item in ("meetings", "training") for item in values)
        or any(h.role == "amount" and h.index not in printed for h in headed.columns),
        unread=tuple((i, key) for i, r in enumerate(rows) for key in _unread(r)),
    )


def _row(item: str, cells: dict[str, Cell], keys: Sequence[str]) -> Row:
    amounts = {key: figure(cells[key].text) if key in cells else None for key in keys}
    return Row(
        code=item,
        name=NAMES[item],
        level="total" if item == "total" else "line",
        amounts=amounts,
        cells=cells,
        page=next((cell.page for cell in cells.values()), None),
    )


def _unread(row: Row) -> list[str]:
    return [
        key for key, cell in row.cells.items() if row.amounts.get(key) is None and not is_blank(cell.text)
    ]


def _operating_row(cells: dict[str, Cell]) -> Row:
    cell = next(iter(cells.values()))
    return Row(
        code=None,
        name="机关运行经费",
        level="total",
        amounts={"total": figure(cell.text)},
        cells={"total": cell},
        page=cell.page,
    )


def _down(headed: Headed, kind: Kind | None, fiscal_year: int | None) -> PublicExpenses:
    heads = headed.columns
    amounts = [head for head in heads if head.role == "amount"]
    group = Group(
        codes=(),
        names=tuple(head for head in heads if head.role in ("name", "text")),
        line=next((head for head in heads if head.role == "line"), None),
        amounts=_down_keys(amounts, kind, fiscal_year),
    )
    rows: list[Row] = []
    more = False
    operating: Row | None = None
    for read in read_rows(headed, group, None):
        item = item_of(read.row.name or "")
        if item == "operating_costs":
            operating = _renamed(read.row)
        elif item in NAMES and all(row.code != item for row in rows):
            rows.append(
                read.row.model_copy(
                    update={
                        "code": item,
                        "level": "total" if item == "total" else "line",
                        "printed_code": None,
                    }
                )
            )
        else:
            more = True
    return PublicExpenses(
        tuple(rows), operating, more, tuple((i, key) for i, r in enumerate(rows) for key in _unread(r))
    )


def _renamed(row: Row) -> Row:
    value = next((amount for amount in row.amounts.values() if amount is not None), None)
    cell = next(iter(row.cells.values()), None)
    cells = {"total": cell} if cell else {}
    return row.model_copy(
        update={"code": None, "level": "total", "amounts": {"total": value}, "cells": cells}
    )


def _down_keys(
    heads: Sequence[ColumnHead], kind: Kind | None, fiscal_year: int | None
) -> tuple[KeyedColumn, ...]:
    specs = (
        ColumnSpec("initial_budget", ("年初预算数",)),
        ColumnSpec("final", ("决算数", "决算", "支出决算")),
        ColumnSpec("budget", ("全年预算数", "调整预算数", "预算数", "预算")),
    )
    keyed = key_columns(heads, specs, fiscal_year)
    if len(keyed) == 1 and keyed[0].key.startswith("column_"):
        return (KeyedColumn(heads[0], "final" if kind == "final_accounts" else "budget"),)
    return keyed
