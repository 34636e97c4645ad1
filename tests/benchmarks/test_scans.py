"""The measure of scans tells right from wrong, lost from false, and owned up to from not."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

from tests.benchmarks import scans
from tests.benchmarks.documents import Document
from tests.benchmarks.scans import Reading, _cells, _codes, _compared, _pages_of, _spread, read_all, report


def output(total: str, proof: str, code: str = "208") -> dict:
    row = {
        "code": code,
        "name": "社会保障和就业支出",
        "printed_name": None,
        "side": None,
        "line": None,
        "amounts": {"total": total, "basic": "0.00"},
        "cells": {"total": {"proof": proof}},
    }
    return {
        "tables": [{"kind": "expenditure", "rows": [row]}],
        "quality": {"pages_ocr": 2, "seconds": {"ocr": 3.0}},
    }


TRUE = output("20.60", "proven")


def compared(read: dict) -> Reading:
    return _compared("a", "scan200", Counter(_cells(TRUE)), Counter(_codes(TRUE)), read, 4.0, "")


def test_a_zero_is_no_figure():
    assert list(_cells(TRUE)) == [("expenditure", "208", "total", Decimal("20.60"))]


def test_the_same_is_right():
    reading = compared(TRUE)
    assert (reading.right, reading.false, reading.unflagged, reading.f1) == (1, 0, 0, 1.0)


def test_a_wrong_figure_that_passes_for_consistent_is_unflagged():
    assert compared(output("26.60", "consistent")).unflagged == 1
    assert compared(output("26.60", "unchecked")).unflagged == 0
    assert compared(output("26.60", "unchecked")).lost == ("expenditure/208/total/20.60",)


def test_a_right_figure_under_a_wrong_code_is_wrong():
    reading = compared(output("20.60", "proven", code="203"))
    assert (reading.right, reading.false, reading.unflagged, reading.codes_wrong) == (0, 1, 1, 2)


def test_the_report_has_a_line_for_each_way():
    told = report([compared(TRUE), compared(output("26.60", "unchecked"))])
    assert "| scan200 | 2 | 2 | 0.5000 | 0.0000 | 1 | 0 | 0 of 2 | 1.50 |" in told


def test_the_seed_chooses_the_pages_and_none_comes_twice():
    chosen = {tuple(_spread(range(10), 3, seed)) for seed in range(10)}
    assert len(chosen) == 10
    assert all(len(set(pages)) == 3 for pages in chosen)
    assert _spread([4, 7], 3, 1) == [4, 7]


def test_all_pages_of_tables_with_figures_are_taken_where_no_number_is_given():
    rows = TRUE["tables"][0]["rows"]
    tables = [{"pages": [4, 5, 6], "rows": rows}, {"pages": [7], "rows": []}, {"pages": [8], "rows": rows}]
    assert _pages_of(tables, 0, 1) == [4, 5, 6, 8]
    assert _pages_of(tables, 2, 1) == [4, 8]


def test_what_stands_in_the_log_is_not_read_again(tmp_path, monkeypatch):
    asked: list[tuple[str, str]] = []

    def read(task: str, name: str, seed: int) -> Reading:
        asked.append((task, name))
        return replace(compared(TRUE), document=task, arrival=name)

    monkeypatch.setattr(scans, "make_task", lambda document, *_: document.path.stem)
    monkeypatch.setattr(scans, "read", read)
    sources = [Document(Path("a.pdf"), None), Document(Path("b.pdf"), None)]
    log = tmp_path / "log.jsonl"
    first = read_all(sources[:1], ["scan200"], seed=1, most=1, log=log)
    both = read_all(sources, ["scan200"], seed=1, most=1, log=log)
    assert asked == [("a", "scan200"), ("b", "scan200")]
    assert (len(first), len(both)) == (1, 2)
    assert both[0] == first[0]


def test_memory_is_told_of_the_process_that_read_most():
    few = replace(compared(TRUE), process=1, resident=9.0)
    many = [replace(few, process=2, resident=500.0 + number // 10) for number in range(50)]
    assert "over 100 of these pages, medians of fifths: 500 · 501 · 502 · 503 · 504 MB" in report(
        [few, *many]
    )
    assert "Resident" not in report([few])
