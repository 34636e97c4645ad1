"""A result as rows: addresses, statements, performance tables, figures at the edge of what a column holds."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any, get_args

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from extract.tables.weighing import row_address as address_of_checks
from flows.warehouse.columns import row_address
from flows.warehouse.money import YUAN, DoesNotFit, in_yuan, stored
from flows.warehouse.parts import Row as RowPart
from flows.warehouse.parts import result_of
from flows.warehouse.rows import COUNTED, Content, _statement_figures, content_of
from flows.warehouse.star import star
from models.disclosure import Row
from models.statements import Statement
from tests.flows.warehouse.loading import variant

KINDS = get_args(get_args(Statement)[0])


def read(result: dict[str, Any]) -> Content:
    return content_of(result_of(json.dumps(result).encode()), "hash")


def named(table: str, row: tuple[Any, ...]) -> dict[str, Any]:
    return dict(zip(star()[table].names, row, strict=True))


@pytest.mark.parametrize(
    "fields",
    [
        {"code": "213", "name": "农林水支出"},
        {"code": None, "name": "合 计"},
        {"code": None, "name": "一、本年收入", "side": "income"},
        {"code": None, "name": "二", "side": "income", "line": 7},
        {"code": None, "name": "甲", "printed_name": "乙 丙"},
        {"code": None, "name": None},
    ],
)
def test_rows_are_addressed_as_checks_address_them(fields):
    row = Row(level="line", **fields)
    assert row_address(msgspec.convert(row.model_dump(), RowPart)) == address_of_checks(row)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_every_figure_of_a_statement_is_found(kind):
    figures = {name for name, field in kind.model_fields.items() if "Decimal" in str(field.annotation)}
    figures -= {"vehicles_by_use", "counts"}
    words = {name: "1.00" for name in kind.model_fields}
    found = {name for name, _ in _statement_figures(words | dict.fromkeys(("span", "flags", "subject")))}
    assert found - {"vehicles_by_use", "counts", "equipment", "quote"} == figures


def test_counted_figures_are_figures_of_a_statement():
    assert {name for kind in KINDS for name in kind.model_fields} >= COUNTED


def test_statements_bring_money_shares_and_counts():
    place = {"section": "s1", "page": 3, "span": [0, 4], "text": "…", "unit": "万元", "flags": []}
    item = {"kind": "three_public_item", "item": "vehicles", "final": "2.50", "completion_pct": "50"}
    people = {"kind": "personnel", "counts": {"在职": "12"}}
    content = read(variant(statements=[item | {"vehicles_held": "3"} | place, people | place]))
    rows = [named("statement_figures", row) for row in content.rows["statement_figures"]]
    assert [(row["field"], row["value"], row["unit"], row["value_yuan"]) for row in rows] == [
        ("final", Decimal("2.5"), "万元", Decimal(25000)),
        ("completion_pct", Decimal(50), "%", None),
        ("vehicles_held", Decimal(3), None, None),
        ("counts.在职", Decimal(12), None, None),
    ]


def test_performance_tables_bring_projects_and_indicators():
    indicator = {"level1": "产出指标", "level2": "数量指标", "name": "巡查次数", "comparator": "≥"}
    indicator |= {
        "target": "≥12次",
        "target_value": "12",
        "unit": "次",
        "actual": "13次",
        "actual_value": "13",
    }
    indicator |= {"weight": "20", "score": "20", "reason": None, "page": 30}
    project = {"project": "河道保洁", "department": None, "objective": "清洁", "money_unit": "万元"}
    project |= {
        "initial_budget": "10",
        "budget": "12.5",
        "executed": "12",
        "rate_pct": "96",
        "total_score": "98",
    }
    result = variant()
    result["tables"][0]["performance"] = [project | {"indicators": [indicator]}]
    content = read(result)
    (performance,) = [named("performances", row) for row in content.rows["performances"]]
    assert (performance["budget"], performance["executed_yuan"]) == (Decimal("12.5"), Decimal(120_000))
    (found,) = [named("indicators", row) for row in content.rows["indicators"]]
    assert (found["project"], found["name"], found["target_value"], found["score"], found["page"]) == (
        "河道保洁",
        "巡查次数",
        Decimal(12),
        Decimal(20),
        30,
    )


@given(st.decimals(min_value=-(10**12), max_value=10**12, places=6), st.sampled_from(sorted(YUAN)))
def test_figures_are_stored_exactly_and_converted_exactly(amount, unit):
    assert stored(format(amount, "f")) == amount
    try:
        assert in_yuan(amount, unit) == amount * YUAN[unit]
    except DoesNotFit:
        assert abs(amount * YUAN[unit]) >= 10**17


@pytest.mark.parametrize("text", ["0.0000001", "1" * 19, "abc", "NaN", "Infinity"])
def test_what_does_not_fit_is_never_rounded(text):
    with pytest.raises(DoesNotFit):
        stored(text)
