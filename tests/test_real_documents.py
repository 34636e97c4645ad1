"""Real disclosures, kept beside the project: read without a wrong figure, their authors' mistakes reported.

Skipped where the documents are not at hand.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from extract import extract
from extract.tables.weighing import row_address
from models.disclosure import Check, Disclosure, Row, Table
from tests.corpus.compare import Comparison, compare, plain_name

SHARED = Path(__file__).resolve().parents[1] / ".." / "shared"
DOCUMENTS = sorted((SHARED / "real").glob("*.pdf"))
MEASURED = [path for path in DOCUMENTS if (SHARED / "gold" / f"{path.stem}.json").exists()]
pytestmark = pytest.mark.skipif(not DOCUMENTS, reason="the real documents are not at hand")

JIANGSU = "jiangsu-procuratorate-2019-budget"
CONGRESS = "jiangsu-congress-office-2019-budget-tables"
FINANCE_FINAL = "putuo-finance-bureau-2024-final-accounts"
JUSTICE = "putuo-justice-bureau-unit-2026-budget"
WANLI = "putuo-wanli-subdistrict-2024-budget"

NOT_IN_GOLD = {
    JIANGSU: {
        "general_budget_expenditure/合计/total": "24169.74",
        "general_budget_basic_expenditure/合计/total": "15844.04",
    },
    WANLI: {
        "income/合计/total": "156211123",
        "income/合计/fiscal_appropriation": "156211123",
        "expenditure/合计/total": "156211123",
        "expenditure/合计/basic": "99706020",
        "expenditure/合计/project": "56505103",
    },
}
"""Totals that are printed but that the gold leaves out."""

KEYS_OF_HEADERS = {
    (JUSTICE, "income_expenditure_summary"): {
        "general_budget": "personnel",
        "government_fund": "public",
        "state_capital": "project",
    },
}
"""Columns the gold files by their order; the header says 人员经费, 公用经费, 项目支出."""


def document(name: str) -> Path:
    return SHARED / "real" / f"{name}.pdf"


@cache
def read(path: Path) -> Disclosure:
    return extract(path)


def of(name: str) -> Disclosure:
    if not document(name).exists():
        pytest.skip(f"{name} is not at hand")
    return read(document(name))


def form(found: Disclosure, kind: str) -> Table:
    return next(table for table in found.tables if table.kind == kind)


def row(table: Table, code: str) -> Row:
    return next(row for row in table.rows if row.code == code)


# Against the gold ---------------------------------------------------------------------------


@cache
def gold(path: Path) -> dict[str, Any]:
    """The gold, its columns under the keys the headers say."""
    known = json.loads((SHARED / "gold" / f"{path.stem}.json").read_text(encoding="utf-8"))
    for kind, rows in known["tables"].items():
        keys = KEYS_OF_HEADERS.get((path.stem, kind), {})
        for line in rows:
            line["amounts"] = {keys.get(key, key): text for key, text in line["amounts"].items()}
    return known


@cache
def compared(path: Path) -> Comparison:
    """The forms and columns the gold knows, cell by cell."""
    known = gold(path)
    columns = {
        kind: {key for line in rows for key in line["amounts"]} for kind, rows in known["tables"].items()
    }
    output = json.loads(read(path).model_dump_json())
    output["tables"] = [table for table in output["tables"] if table["kind"] in columns]
    for table in output["tables"]:
        for line in table["rows"]:
            line["amounts"] = {
                key: text for key, text in line["amounts"].items() if key in columns[table["kind"]]
            }
        table["rows"] = _told_apart(table["rows"])
    tables = {kind: _told_apart([_printed(r) for r in rows]) for kind, rows in known["tables"].items()}
    return compare(output, {**known, "tables": tables, "status": {}, "also_printed": {}})


def _told_apart(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Lines with figures that say the same (this year's money, last year's money) counted from the top."""
    seen: Counter[tuple[Any, ...]] = Counter()
    counted = []
    for line in rows:
        name = plain_name(line.get("printed_name") or line.get("name"))
        key = line.get("side"), line.get("code"), name
        seen[key] += any(text is not None for text in line["amounts"].values())
        more = {"name": f"{name}#{seen[key]}", "printed_name": None} if seen[key] > 1 else {}
        counted.append({**line, **more})
    return counted


def _printed(line: dict[str, Any]) -> dict[str, Any]:
    """A line of the gold without the cells it says are blank."""
    return {**line, "amounts": {key: text for key, text in line["amounts"].items() if text is not None}}


@pytest.mark.parametrize("path", MEASURED, ids=lambda path: path.stem)
def test_every_figure_of_the_gold_is_read(path):
    found = compared(path)
    assert found.right > 40
    assert [each for each in found.differences if each.got is None] == []
    assert (found.missing, found.wrong) == (0, 0)


@pytest.mark.parametrize("path", MEASURED, ids=lambda path: path.stem)
def test_no_figure_is_read_that_is_not_printed(path):
    more = {each.cell: each.got for each in compared(path).differences}
    assert more == NOT_IN_GOLD.get(path.stem, {})


@pytest.mark.parametrize("path", MEASURED, ids=lambda path: path.stem)
def test_organisation_year_and_kind_are_right(path):
    assert compared(path).identity == ()


# What the authors got wrong -----------------------------------------------------------------


OF_FORMS = ("column", "tree", "cross_form", "note")
"""The rules of checks that hold forms against themselves and each other."""


def failed(found: Disclosure) -> list[Check]:
    return [check for check in found.checks if check.status == "fail" and check.rule in OF_FORMS]


@pytest.mark.parametrize("kind", ["expenditure", "general_budget_expenditure"])
def test_a_project_figure_that_belongs_to_another_row_comes_out_as_printed(kind):
    found = of(JUSTICE)
    table = form(found, kind)
    wrong = row(table, "2040601")
    assert {key: str(wrong.amounts[key]) for key in ("total", "basic", "project")} == {
        "total": "14348853.34", "basic": "14348853.34", "project": "64840547.00",
    }  # fmt: skip
    assert wrong.cells["project"].proof == "contradicted"
    places = {check.where: check.verdict for check in failed(found)}
    assert places[f"{table.id}/2040601"] == "author_error"
    assert places[f"{table.id}/20406/project"] == "author_error"


def test_that_is_all_that_is_wrong_with_it():
    found = of(JUSTICE)
    assert len(failed(found)) == 4
    assert found.quality.contradicted == 2
    assert found.quality.needs_review


def test_a_cent_between_two_forms_is_rounding():
    found = of(FINANCE_FINAL)
    expenditure, summary = form(found, "expenditure"), form(found, "income_expenditure_summary")
    assert str(row(expenditure, "208").amounts["total"]) == "326.72"
    assert str(row(summary, "208").amounts["total"]) == "326.71"
    formula = f"{expenditure.id}/208/total={summary.id}/208/total"
    (check,) = [check for check in found.checks if check.formula == formula]
    assert (check.status, str(check.difference)) == ("rounding", "0.01")
    assert failed(found) == []


def test_a_footnote_that_calls_a_filled_form_empty_is_reported():
    found = of(WANLI)
    table = form(found, "three_public")
    (check,) = failed(found)
    assert (check.rule, check.where, check.verdict) == ("note", table.id, "author_error")
    assert table.status == "extracted"
    assert any(amount for line in table.rows for amount in line.amounts.values())


def test_the_one_form_in_another_unit_says_so():
    found = of(WANLI)
    units = {table.kind: table.unit for table in found.tables if table.status == "extracted"}
    assert {kind for kind, unit in units.items() if unit == "万元"} == {"three_public", "operating_costs"}
    assert {kind for kind, unit in units.items() if unit == "元"} >= {"income", "expenditure"}
    assert found.disclosure.unit == "元"


# All of them --------------------------------------------------------------------------------


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.stem)
def test_no_figure_is_changed_and_none_is_doubted(path):
    found = read(path)
    assert found.repairs == ()
    assert bool(failed(found)) == (path.stem in (JUSTICE, WANLI))
    assert [reason for reason in found.quality.reasons if "checks fail" not in reason] == []
    for table in found.tables:
        for line in table.rows:
            for key, amount in line.amounts.items():
                if amount is not None:
                    assert Decimal(line.cells[key].text.replace(",", "").replace("\n", "")) == amount


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.stem)
def test_no_check_passes_on_figures_that_are_not_printed(path):
    found = read(path)
    printed = dict(_printed_figures(found))
    held = [c for c in found.checks if c.status in ("pass", "rounding") and c.rule in OF_FORMS]
    assert len(held) > 40
    for check in held:
        assert check.left is not None
        assert check.right is not None
        assert check.left in printed[check.where], check
        if check.rule == "cross_form":
            terms = check.formula.split("=")[1].replace("-", "+").split("+")
            assert any(printed.get(term) for term in terms), check


def _printed_figures(found: Disclosure) -> Iterator[tuple[str, set[Decimal]]]:
    """The figures that stand at an address: one cell's, or those of a whole row."""
    places: dict[str, set[Decimal]] = {}
    for table in found.tables:
        for line in table.rows:
            whole = f"{table.id}/{row_address(line)}"
            for key, amount in line.amounts.items():
                if amount is not None and line.cells[key].text.strip():
                    places.setdefault(whole, set()).add(amount)
                    places.setdefault(f"{whole}/{key}", set()).add(amount)
    yield from places.items()


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.stem)
def test_every_subject_is_known(path):
    subjects = [
        (table.kind, line.code, line.subject)
        for table in read(path).tables
        for line in table.rows
        if line.code and line.level in ("class", "group", "item") and table.kind not in ("procurement",)
    ]
    assert len(subjects) > 40
    assert [each for each in subjects if each[2] is None or each[2].code != each[1]] == []


def test_a_document_of_rotated_pages_has_its_forms_in_order():
    found = of(CONGRESS)
    assert [table.form for table in found.tables if table.status != "missing" and table.kind != "other"] == [
        f"公开表{number}" for number in (*"一二三四五六七八九十", "十一", "十二")
    ]
    assert (found.disclosure.kind, found.disclosure.fiscal_year) == ("budget", 2019)
    assert [table.kind for table in found.tables if table.status == "missing"] == ["state_capital"]
