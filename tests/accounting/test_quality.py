"""How much of a document is proven, and what a reviewer is told."""

from __future__ import annotations

from decimal import Decimal

import pytest

from extract.accounting.quality import assess, with_proofs
from extract.tables.reading import Doubt
from models.disclosure import Cell, Check, Facts, Organisation
from tests.accounting.builders import row, table

KEYS = ("total", "basic", "project")
FACTS = Facts(kind="budget", fiscal_year=2024, organisation=Organisation(name="云岭市水务局"))


def printed(*figures: str | None):
    """A table of one row a figure tuple, with a cell for whatever is printed."""
    rows = []
    for index, values in enumerate(figures):
        bare = row(f"20{index + 1}", "甲", KEYS, values)
        cells = {key: Cell(text=text) for key, text in zip(KEYS, values, strict=False) if text}
        rows.append(bare.model_copy(update={"cells": cells}))
    return table("expenditure", KEYS, rows)


def quality(tables=(), *, facts=FACTS, checks=(), doubts=None, problems=()):
    return assess(facts, tables, checks, doubts or {}, problems, {"reading": 0.1})


def check(number: int, status: str, where: str = "t1/201") -> Check:
    return Check(id=f"c{number}", rule="column", formula="1=2+3", where=where, status=status)


# Proofs -------------------------------------------------------------------------------------


def test_every_cell_gets_its_proof():
    proofs = {("t1", 0, "total"): "proven", ("t1", 0, "basic"): "contradicted"}
    (found,) = with_proofs([printed(("3", "2", "1"))], proofs, {})
    cells = found.rows[0].cells
    assert {key: cell.proof for key, cell in cells.items()} == {
        "total": "proven", "basic": "contradicted", "project": "unchecked",
    }  # fmt: skip
    assert {cell.confidence for cell in cells.values()} == {1.0}


@pytest.mark.parametrize(
    ("proof", "shown"),
    [
        ("proven", "unchecked"),
        ("consistent", "unchecked"),
        ("contradicted", "contradicted"),
        (None, "unchecked"),
    ],
)
def test_a_doubtful_figure_is_never_better_than_unchecked(proof, shown):
    proofs = {("t1", 0, "total"): proof} if proof else {}
    doubts = {"t1": [Doubt(0, "total", "the column is open")]}
    (found,) = with_proofs([printed(("3", "2"), ("3", "2"))], proofs, doubts)
    cell = found.rows[0].cells["total"]
    assert (cell.proof, cell.confidence) == (shown, 0.5)
    assert found.rows[0].cells["basic"].confidence == 1.0
    assert found.rows[1].cells["total"].confidence == 1.0


# The summary --------------------------------------------------------------------------------


def proven(levels: dict[tuple[int, str], str]):
    proofs = {("t1", index, key): level for (index, key), level in levels.items()}
    return with_proofs([printed(("3", "2", "1"), ("4", None, "4"))], proofs, {})


def test_figures_are_counted_and_confirmed_ones_scored():
    found = quality(
        proven({(0, "total"): "proven", (0, "basic"): "consistent", (1, "total"): "contradicted"})
    )
    assert (found.cells, found.proven, found.contradicted) == (5, 1, 1)
    assert found.score == pytest.approx(0.4)


def test_the_score_is_rounded_exactly():
    tables = with_proofs([printed(("3", "2", "1"))], {("t1", 0, "total"): "proven"}, {})
    assert quality(tables).score == float(Decimal("0.3333"))


def test_a_sound_document_needs_no_review():
    found = quality(proven({(0, "total"): "proven"}))
    assert (found.needs_review, found.reasons, found.seconds) == (False, (), {"reading": 0.1})


def test_a_document_without_figures_needs_one():
    found = quality([])
    assert (found.score, found.cells, found.needs_review) == (0.0, 0, True)
    assert found.reasons == ("no table was recognised as a form",)


def test_cells_of_text_are_no_figures():
    (bare,) = [printed(("3",))]
    line = bare.rows[0]
    with_text = line.model_copy(update={"cells": {**line.cells, "method": Cell(text="集中采购")}})
    assert quality([bare.model_copy(update={"rows": (with_text,)})]).cells == 1


@pytest.mark.parametrize(
    ("facts", "named"),
    [
        (FACTS.model_copy(update={"kind": None}), "the kind could not be read"),
        (FACTS.model_copy(update={"fiscal_year": None}), "the fiscal year could not be read"),
        (FACTS.model_copy(update={"organisation": Organisation()}), "the organisation could not be read"),
    ],
)
def test_facts_that_are_not_known_are_named(facts, named):
    assert quality(proven({}), facts=facts).reasons == (named,)


def test_failed_checks_are_named_and_others_are_not():
    checks = [check(1, "pass"), check(2, "rounding"), check(3, "not_applicable")]
    assert quality(proven({}), checks=checks).reasons == ()
    found = quality(proven({}), checks=[*checks, check(4, "fail"), check(5, "fail", "t2/208/total")])
    assert found.reasons == ("2 checks fail: c4 t1/201, c5 t2/208/total",)


def test_of_many_only_some_are_named():
    checks = [check(number, "fail", f"t1/{number}") for number in range(1, 9)]
    (reason,) = quality(proven({}), checks=checks).reasons
    assert reason.startswith("8 checks fail: c1 t1/1, ")
    assert reason.endswith("c5 t1/5 and 3 more")


def test_doubts_are_named_by_reason_and_place():
    doubts = {
        "t1": [
            Doubt(0, "basic", "open column"),
            Doubt(1, "total", "open column"),
            Doubt(0, "total", "no figure"),
        ]
    }
    assert quality(proven({}), doubts=doubts).reasons == (
        "2 figures of t1 (expenditure): open column: t1/201/basic, t1/202/total",
        "1 figures of t1 (expenditure): no figure: t1/201/total",
    )


def test_problems_of_reading_come_first():
    found = quality(proven({}), problems=("page 3 is damaged",), checks=[check(1, "fail")])
    assert found.reasons[0] == "page 3 is damaged"
    assert len(found.reasons) == 2
