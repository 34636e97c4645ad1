"""Recognised figures in rows and columns that were not recognised."""

from __future__ import annotations

from decimal import Decimal

import pytest

from extract.subjects.unsure import reading_doubts
from models.disclosure import Cell, Row, Subject, Table

SUBJECT = Subject(
    classification="function",
    edition=2023,
    code="208",
    name="社会保障和就业支出",
    matched_by="code",
    score=1.0,
)


def table(row: Row, kind: str = "expenditure") -> Table:
    return Table(id="t1", kind=kind, status="extracted", rows=(row,))


def row(column: str = "total", confidence: float = 0.98, **fields) -> Row:
    cell = Cell(text="20.60", page=1, bbox=(0, 0, 1, 1), confidence=confidence)
    return Row(
        **{
            "code": None,
            "name": None,
            "level": "line",
            "amounts": {column: Decimal("20.60")},
            "cells": {column: cell},
            **fields,
        }
    )


def reasons(found: Row, kind: str = "expenditure") -> list[str]:
    return [doubt.reason for doubt in reading_doubts(table(found, kind))]


@pytest.mark.parametrize(
    "known",
    [
        row(code="208", subject=SUBJECT),
        row(level="total", name="合计"),
        row(side="income", name="一、财政拨款收入"),
        row(side="income", name="年初结转和结余"),
    ],
)
def test_a_row_known_by_subject_or_by_name_is_not_doubted(known):
    assert reasons(known) == []


@pytest.mark.parametrize("unknown", [row(code="00406"), row(side="income", name="财政投款"), row(name=None)])
def test_a_row_nobody_knows_may_be_another(unknown):
    assert reasons(unknown) == ["recognised in a row whose code or name was not"]


def test_a_total_of_the_other_side_shows_that_columns_were_mistaken():
    beside = row(side="expenditure", level="total", name="收入总计")
    assert reasons(beside) == ["recognised in a row whose code or name was not"]
    assert reasons(row(side="income", level="total", name="本年支出合计"))
    for side, name in (("income", "收入总计"), ("expenditure", "支出总计"), ("expenditure", "收支总计")):
        assert reasons(row(side=side, level="total", name=name)) == []


def test_a_figure_under_an_unread_header_may_belong_to_another_column():
    assert reasons(row("column_7", code="208", subject=SUBJECT)) == ["recognised under a header that was not"]


def test_a_text_layer_says_what_it_says():
    assert reasons(row("column_7", confidence=1.0, code="00406")) == []


def test_rows_of_lists_and_of_the_three_public_expenses_need_no_subject():
    assert reasons(row(name="台式计算机"), "procurement") == []
    assert reasons(row("budget", code="vehicle_operation", name="公务用车运行费"), "three_public") == []


def test_a_line_of_a_two_sided_form_is_known_by_its_whole_name_only():
    assert reasons(row(side="expenditure", name="基本支出")) == []
    assert reasons(row(side="expenditure", name="基支支出")) == [
        "recognised in a row whose code or name was not"
    ]
