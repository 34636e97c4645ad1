"""Comparing disclosures: what is set beside what, and what happened to subjects between editions."""

from __future__ import annotations

import copy
import re
from decimal import Decimal
from typing import Any

import pytest
from typer.testing import CliRunner

from flows.cli import app
from flows.comparison import NothingToCompare, compare
from flows.comparison_page import page_of
from models.catalogue import catalogue
from models.disclosure import Disclosure
from tests.example import example_json


def row(
    code: str, year: int, total: str | None, *, level: str = "item", proof: str = "proven"
) -> dict[str, Any]:
    entry = catalogue().entry("function", code, year)
    assert entry, (code, year)
    subject = {"classification": "function", "edition": year, "code": code, "name": entry.name}
    return {
        "code": code,
        "name": entry.name,
        "level": level,
        "subject": subject | {"matched_by": "code+name", "score": 1.0},
        "amounts": {"total": total},
        "cells": {"total": {"text": total or "", "proof": proof}},
    }


def disclosure(
    year: int, rows: list[dict[str, Any]], *, kind: str = "final_accounts", unit: str = "万元", **facts: Any
) -> Disclosure:
    result = copy.deepcopy(example_json())
    result["id"] = f"sha256:{year}{kind}"
    result["disclosure"] |= {"fiscal_year": year, "kind": kind}
    result["disclosure"]["organisation"] |= facts
    table = result["tables"][0] | {"rows": rows, "unit": unit}
    return Disclosure.model_validate(result | {"tables": [table], "checks": []})


def lines(*disclosures: Disclosure) -> dict[str, Any]:
    (section,) = compare(disclosures).sections
    return {line.code: line for line in section.lines}


def test_figures_stand_in_order_of_time_in_yuan_with_their_change():
    later = disclosure(2023, [row("2130301", 2023, "150.00")])
    earlier = disclosure(2022, [row("2130301", 2022, "1200000.00")], unit="元")
    line = lines(later, earlier)["2130301"]
    assert [figure.yuan for figure in line.figures] == [1_200_000, 1_500_000]
    assert (line.change, line.change_pct, line.note) == (300_000, Decimal("25.00"), None)


def test_budget_stands_before_the_final_account_of_its_year():
    final = disclosure(2023, [row("2130301", 2023, "150.00")])
    budget = disclosure(2023, [row("2130301", 2023, "100.00")], kind="budget")
    comparison = compare([final, budget])
    assert [heading.label for heading in comparison.headings] == ["2023 预算", "2023 决算"]
    assert comparison.sections[0].lines[0].change_pct == Decimal("50.00")


def test_renamed_subject_is_one_line_with_both_names():
    line = lines(
        disclosure(2018, [row("20805", 2018, "1.00", level="group")]),
        disclosure(2023, [row("20805", 2023, "2.00", level="group")]),
    )["20805"]
    assert line.note == "renamed"
    assert line.names == ("行政事业单位离退休", "行政事业单位养老支出")


def test_moved_subject_stands_under_its_new_code():
    found = lines(
        disclosure(2016, [row("2100501", 2016, "1.00")]),
        disclosure(2023, [row("2101101", 2023, "2.00")]),
    )
    assert list(found) == ["2101101"]
    assert found["2101101"].codes == ("2100501", "2101101")
    assert (found["2101101"].note, found["2101101"].change) == ("moved", 10_000)


def test_subjects_an_edition_lacks_are_told_from_those_without_money():
    found = lines(
        disclosure(2018, [row("2130301", 2018, "1.00"), row("2010307", 2018, "2.00")]),
        disclosure(2024, [row("20139", 2024, "3.00", level="group"), row("2130302", 2024, "4.00")]),
    )
    assert {code: line.note for code, line in found.items()} == {
        "2010307": "dropped",
        "20139": "added",
        "2130301": None,
        "2130302": None,
    }
    assert [line.change for line in found.values()] == [None] * 4


def test_weaker_proof_of_merged_figures_is_shown():
    line = lines(
        disclosure(2018, [row("2130301", 2018, "1.00", proof="contradicted")]),
        disclosure(2023, [row("2130301", 2023, "0.00")]),
    )["2130301"]
    assert [figure.proof for figure in line.figures] == ["contradicted", "proven"]
    assert line.change_pct == -100


def test_unknown_unit_is_never_compared():
    known = disclosure(2023, [row("2130301", 2023, "1.00")])
    found = lines(disclosure(2022, [row("2130301", 2022, "1.00")], unit="万美元"), known)
    assert found["2130301"].figures[0] is None


def test_other_organisations_and_scopes_are_remarked_on():
    one = disclosure(2022, [row("2130301", 2022, "1.00")])
    other = disclosure(2023, [row("2130301", 2023, "1.00")], name="云岭市青川区城管局", scope="unit")
    assert [remark.partition(":")[0] for remark in compare([one, other]).remarks][:2] == [
        "different organisations",
        "different scopes",
    ]


def test_nothing_in_common_is_an_error():
    one = disclosure(2022, [row("2130301", 2022, "1.00")])
    empty = one.model_copy(update={"tables": (), "id": "sha256:other"})
    with pytest.raises(NothingToCompare, match="no form"):
        compare([one, empty])
    with pytest.raises(NothingToCompare, match="two or more"):
        compare([one])


def test_page_shows_everything_and_asks_nobody_for_anything():
    comparison = compare(
        [
            disclosure(2018, [row("210", 2018, "120.50", level="class")]),
            disclosure(2023, [row("210", 2023, "241.00", level="class")], name="<b>局</b>"),
        ]
    )
    page = page_of(comparison)
    assert not re.search(r"https?:|src=|<script|url\(", page)
    assert "<b>局" not in page
    assert "医疗卫生与计划生育支出" in page
    assert "default-src 'none'" in page
    widths = [float(width) for width in re.findall(r'<rect x="290" y="[\d.]+" width="([\d.]+)"', page)]
    assert len(widths) == 2
    assert widths[1] == pytest.approx(2 * widths[0], rel=0.01)
    assert "+100.00" in page


def test_command_prints_and_writes_the_page(tmp_path):
    paths = []
    for year in (2022, 2023):
        paths.append(tmp_path / f"{year}.json")
        text = disclosure(year, [row("2130301", year, f"{year}.50")]).model_dump_json(by_alias=True)
        paths[-1].write_text(text, encoding="utf-8")
    page = tmp_path / "page.html"
    run = CliRunner().invoke(app, ["compare", *map(str, paths), "-o", str(page)])
    assert run.exit_code == 0, run.output
    assert "2,023.50 ✓✓" in run.output
    assert "水务局" in page.read_text(encoding="utf-8")
    refused = CliRunner().invoke(app, ["compare", str(paths[0])])
    assert refused.exit_code == 1
    assert "name two or more" in refused.output
