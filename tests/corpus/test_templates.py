"""The filled-in forms satisfy the identities of the field, and the truth covers all that is printed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

import pytest

from tests.corpus.blocks import Document, placed
from tests.corpus.forms import families
from tests.corpus.templates import Wishes, make_document
from tests.corpus.truth import printed_figures, truth_of

Row = dict[str, Any]
EXACT = Wishes(rounded=False)
BREAKDOWN = {
    "income": (
        "fiscal_appropriation",
        "superior_subsidy",
        "institutional",
        "commercial",
        "affiliate_remittance",
        "other",
    ),
    "expenditure": ("basic", "project", "remittance_to_superior", "commercial", "affiliate_subsidy"),
    "general_budget_expenditure": ("basic", "project"),
    "appropriation_summary": ("general_budget", "government_fund", "state_capital"),
    "general_budget_basic_expenditure": ("personnel", "public"),
}


def _documents() -> Iterator[tuple[str, Document]]:
    for family in families():
        for seed in range(4):
            yield family, make_document(seed, family, EXACT)


@pytest.fixture(scope="module")
def documents() -> list[tuple[str, Document]]:
    return list(_documents())


def _amount(row: Row, column: str) -> Decimal:
    return Decimal(row["amounts"].get(column, "0"))


def _total_row(rows: Iterable[Row]) -> Row:
    return next(row for row in rows if row["code"] is None)


def test_columns_add_up(documents: list[tuple[str, Document]]) -> None:
    checked = 0
    for _, document in documents:
        for kind, rows in truth_of(document)["tables"].items():
            printed = {column for row in rows for column in row["amounts"]}
            if kind == "income" and "fiscal_appropriation" not in printed:
                continue  # prints its appropriations purse by purse
            for row in rows:
                parts = [_amount(row, column) for column in BREAKDOWN.get(kind, ())]
                if len([part for part in parts if part]) > 1:
                    assert _amount(row, "total") == sum(parts), (kind, row)
                    checked += 1
    assert checked > 100


def test_parents_are_the_sum_of_their_children(documents: list[tuple[str, Document]]) -> None:
    checked = 0
    for family, document in documents:
        for kind, rows in truth_of(document)["tables"].items():
            coded = {row["code"]: row for row in rows if row["code"] and row["code"].isdigit()}
            for code, row in coded.items():
                children = [other for key, other in coded.items() if key[:-2] == code]
                for column in row["amounts"] if children else ():
                    assert _amount(row, column) == sum(_amount(child, column) for child in children), (
                        family,
                        kind,
                        code,
                    )
                    checked += 1
    assert checked > 500


def test_totals_are_the_sum_of_classes(documents: list[tuple[str, Document]]) -> None:
    for _, document in documents:
        for kind in ("expenditure", "general_budget_expenditure"):
            rows = truth_of(document)["tables"].get(kind, [])
            classes = [row for row in rows if row["code"] and len(row["code"]) == 3]
            if classes:
                assert _amount(_total_row(rows), "total") == sum(_amount(row, "total") for row in classes)


def test_forms_agree_with_each_other(documents: list[tuple[str, Document]]) -> None:
    for family, document in documents:
        tables = truth_of(document)["tables"]
        general = _total_row(tables["general_budget_expenditure"])
        basic_rows = tables.get("general_budget_basic_expenditure", [])
        classes = sum(_amount(row, "total") for row in basic_rows if row["code"] and len(row["code"]) == 3)
        if "basic" in general["amounts"]:
            assert _amount(general, "basic") == classes
        summary = tables["income_expenditure_summary"]
        grand = [row for row in summary if re.search(r"总\s*计|收入合计|支出合计", row["name"])]
        sides = {row["side"]: _amount(row, "total") for row in grand}
        assert sides["income"] == sides["expenditure"], family


def test_rounded_figures_are_each_printed_by_themselves() -> None:
    """Counted in cents and printed in units of 10,000 yuan, sums are off by a unit now and then."""
    off = 0
    for seed in range(8):
        truth = truth_of(make_document(seed, "national_final", Wishes(rounded=True, subjects=20)))
        rows = truth["tables"]["expenditure"]
        items = sum(_amount(row, "total") for row in rows if row["code"] and len(row["code"]) == 7)
        difference = abs(items - _amount(_total_row(rows), "total"))
        assert difference <= Decimal("0.005") * (len(rows) + 1)
        off += bool(difference)
    assert off


def test_truth_covers_every_printed_figure(documents: list[tuple[str, Document]]) -> None:
    """A cell with a decimal point or a separator is a figure, and every figure carries its mark."""
    for family, document in documents:
        truth = truth_of(document)
        count = 0
        for table in document.tables:
            texts = {
                cell.text for row in table.body for cell in row if re.fullmatch(r"[\d,]*\.\d\d", cell.text)
            }
            marked = [cell.text for _, cell in printed_figures(table)]
            assert texts <= set(marked), (family, table.kind)
            count += len(marked)
        judged = sum(len(row["amounts"]) for rows in truth["tables"].values() for row in rows)
        assert judged + sum(map(len, truth["also_printed"].values())) == count, family


def test_cells_tile_every_table(documents: list[tuple[str, Document]]) -> None:
    for _, document in documents:
        for table in document.tables:
            cells = list(placed(table.rows, len(table.widths)))
            area = sum(cell.cell.row_span * cell.cell.column_span for cell in cells)
            assert area == len(table.rows) * len(table.widths)


def test_overlapping_cells_are_refused() -> None:
    table = make_document(1, "wuhan").tables[0]
    with pytest.raises(ValueError, match="overlaps or leaves"):
        list(placed(table.rows, len(table.widths) - 1))


def test_a_form_without_money_is_empty_and_says_so() -> None:
    empty = 0
    for seed in range(6):
        document = make_document(seed, "wuhan", EXACT)
        fund = next(table for table in document.tables if table.kind == "government_fund")
        said = any("无数据" in note or "为空" in note for note in fund.notes)
        assert said == (fund.status == "empty") == ("government_fund" not in truth_of(document)["tables"])
        empty += said
    assert 0 < empty < 6


def test_wuhan_forms_carry_their_formulas_and_line_numbers() -> None:
    truth = truth_of(make_document(11, "wuhan", EXACT))
    by_line = {row["line"]: _amount(row, "total") for row in truth["tables"]["income_expenditure_summary"]}
    assert by_line[31] == by_line[62]
    assert by_line[27] == sum(by_line.get(line, 0) for line in range(1, 9))
    assert by_line[58] == sum(by_line.get(line, 0) for line in range(32, 58))


def test_shanghai_prints_codes_in_parts_and_the_total_last() -> None:
    document = make_document(2, "shanghai_district_budget", Wishes(rounded=False, subjects=5))
    form = next(table for table in document.tables if table.kind == "expenditure")
    items = form.body[:-1]
    assert len(items) > 4
    assert all(len(row[0].text) == 3 and len(row[1].text) <= 2 for row in items)
    assert "".join(form.body[-1][0].text.split()) == "合计"


def test_sentences_repeat_the_figures_of_the_forms() -> None:
    document = make_document(5, "wuhan", EXACT)
    rows = {row["code"]: row for row in truth_of(document)["tables"]["general_budget_expenditure"]}
    assert document.narrative
    for fact in document.narrative:
        assert Decimal(fact["final"] or "0") == _amount(rows[fact["subject"]], "total")
