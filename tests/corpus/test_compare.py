"""The measure itself: what counts as right, wrong, missing, false, and as silently wrong."""

from __future__ import annotations

from typing import Any

from tests.corpus.compare import compare
from tests.corpus.generator import generate

TRUTH: dict[str, Any] = {
    "organisation": "云岭市青川区统计局",
    "fiscal_year": 2024,
    "kind": "budget",
    "tables": {
        "expenditure": [
            {"code": "201", "name": "一般公共服务支出", "amounts": {"total": "30.00", "basic": "10.00"}},
            {"code": None, "name": "合计", "amounts": {"total": "30.00"}},
        ],
        "income_expenditure_summary": [
            {"code": None, "name": "一、其他收入", "side": "income", "amounts": {"total": "30.00"}}
        ],
    },
    "status": {"expenditure": "extracted", "income_expenditure_summary": "extracted"},
    "also_printed": {"expenditure": ["7.00"]},
}


def _output(rows: list[dict[str, Any]], review: bool = False) -> dict[str, Any]:
    summary = [{"code": None, "name": "其他收入", "side": "income", "amounts": {"total": "30"}}]
    facts = {"organisation": {"name": "云岭市青川区统计局"}, "fiscal_year": 2024, "kind": "budget"}
    return {
        "disclosure": facts,
        "tables": [
            {"kind": "expenditure", "status": "extracted", "rows": rows},
            {"kind": "income_expenditure_summary", "status": "extracted", "rows": summary},
        ],
        "quality": {"needs_review": review},
    }


def _row(code: str | None, proof: str = "unchecked", **amounts: str | None) -> dict[str, Any]:
    cells = {column: {"text": text, "proof": proof} for column, text in amounts.items()}
    name = "一般公共服务支出" if code else "合 计"
    return {"code": code, "name": name, "amounts": amounts, "cells": cells}


def test_the_truth_itself_is_all_right() -> None:
    result = compare(_output([_row("201", total="30", basic="10.0"), _row(None, total="30.00")]), TRUTH)
    assert (result.right, result.wrong, result.missing, result.false) == (4, 0, 0, 0)
    assert result.f1 == 1.0
    assert not result.status
    assert not result.identity


def test_zero_counts_as_nothing() -> None:
    rows = [_row("201", total="30", basic="10", project="0.00"), _row(None, total="30")]
    assert compare(_output(rows), TRUTH).false == 0


def test_wrong_and_false_figures_must_be_flagged() -> None:
    rows = [_row("201", "proven", total="80", basic="10", project="20"), _row(None, total="30")]
    silent = compare(_output(rows, review=True), TRUTH)
    assert (silent.wrong, silent.false, silent.unflagged) == (1, 1, 2)
    rows = [_row("201", "contradicted", total="80", basic="10"), _row(None, total="30")]
    assert compare(_output(rows, review=True), TRUTH).unflagged == 0
    assert compare(_output(rows, review=False), TRUTH).unflagged == 1


def test_missing_figures_are_counted() -> None:
    result = compare(_output([_row("201", total="30", basic=None)]), TRUTH)
    assert (result.right, result.missing) == (2, 2)
    assert 0 < result.f1 < 1


def test_figures_without_an_agreed_place_are_spared_once() -> None:
    rows = [_row("201", total="30", basic="10", use="7"), _row(None, total="30", use="7")]
    assert compare(_output(rows), TRUTH).false == 1


def test_a_row_read_twice_counts_once_right_and_once_not_at_all_or_false() -> None:
    twice = [_row("201", total="30", basic="10"), _row("201", total="31", basic="10"), _row(None, total="30")]
    result = compare(_output(twice), TRUTH)
    assert (result.right, result.wrong, result.false) == (4, 0, 1)


def test_status_and_identity_are_compared() -> None:
    output = _output([_row("201", total="30", basic="10"), _row(None, total="30")])
    output["tables"][0]["status"] = "empty"
    output["disclosure"]["fiscal_year"] = 2023
    result = compare(output, TRUTH)
    assert result.status == ("expenditure: empty, should be extracted",)
    assert result.identity == ("fiscal_year: 2023, should be 2024",)


def test_a_generated_truth_compared_with_itself_is_perfect() -> None:
    for family in ("wuhan", "jiangsu_budget", "hunan_budget"):
        truth = generate(17, family=family, renderer="tabs").truth
        tables = [
            {"kind": kind, "status": status, "rows": truth["tables"].get(kind, [])}
            for kind, status in truth["status"].items()
        ]
        facts = {**truth, "organisation": {"name": truth["organisation"]}}
        result = compare({"disclosure": facts, "tables": tables}, truth)
        assert result.f1 == 1.0
        assert (result.differences, result.status, result.identity) == ((), (), ())


def test_planted_mistakes_must_show_in_the_checks_of_their_form() -> None:
    mistake = {
        "kind": "expenditure",
        "code": "201",
        "name": "",
        "column": "total",
        "exact": "3",
        "printed": "8",
    }
    truth = {**TRUTH, "planted": [mistake]}
    output = _output([])
    output["tables"][0]["id"] = "t1"
    assert compare(output, truth).unnoticed == ("expenditure/201/total: 3 printed as 8",)
    output["checks"] = [{"status": "pass", "where": "t1/201"}]
    assert compare(output, truth).unnoticed
    output["checks"] += [{"status": "fail", "where": "t1/201", "cells": ["t1/201/total"]}]
    assert compare(output, truth).unnoticed == ()
