"""Confidence is a probability that rises with the score, and only of what may have been misread."""

from __future__ import annotations

from decimal import Decimal

import pytest

from extract.accounting import Alternative, cells_of, prove_amounts, suspects
from extract.accounting.confidence import UNKNOWN, Evidence, confidence, table
from extract.accounting.quality import assess, with_proofs
from extract.tables.reading import Doubt
from models.disclosure import Facts
from tests.accounting.builders import subjects
from tests.accounting.test_repair import BOOKS, SPLIT, books, printed, spoilt

CELL = ("t1", 3, "total")


def proven(tables, trust="ocr", **more):
    return prove_amounts(tables, kind="final_accounts", trust=trust, **more)


def graded(found):
    proofs = found.examination.proofs
    return {
        (each.id, index, key): cell
        for each in with_proofs(found.tables, proofs, found.doubts, found.evidence)
        for index, row in enumerate(each.rows)
        for key, cell in row.cells.items()
    }


def test_every_probability_is_one_and_rises_with_the_score():
    assert len(table()) >= 8
    for rows in table().values():
        probabilities = [row.probability for row in rows]
        assert all(0 < each < 1 for each in probabilities)
        assert probabilities == sorted(probabilities)


def test_proof_is_worth_more_than_none():
    for reader in ("pixels", "transcript"):
        sure = [confidence(Evidence(reader, how, "once", 0.995)) for how in ("proven", "contradicted")]
        assert sure[0] > 0.99 > 0.9 > sure[1]


def test_nothing_is_known_of_what_was_never_counted():
    assert confidence(Evidence("pixels", "never", "once", 0.9)) == UNKNOWN


def test_what_was_never_looked_at_that_way_is_worth_the_least_of_its_kind():
    alike = [confidence(Evidence("transcript", "proven", look, 1.0)) for look in ("once", "repaired")]
    assert confidence(Evidence("transcript", "proven", "never", 1.0)) == min(alike)


def test_a_text_layer_is_certain():
    found = proven(spoilt(books(), 3, "total", "1100.20"), "text_layer")
    assert {cell.confidence for cell in graded(found).values()} == {1.0}


def test_a_clean_transcript_is_certain_and_a_damaged_one_is_not():
    assert {cell.confidence for cell in graded(proven(books(), "transcript")).values()} == {1.0}
    damaged = proven(spoilt(books(), 4, "project", "745O.10"), "transcript")
    assert max(cell.confidence for cell in graded(damaged).values()) < 1


def test_evidence_says_what_a_second_look_found():
    tables = spoilt(books(confidence=0.97), 3, "total", "1100.20", confidence=0.7)
    looks = {}
    for text, name in (("1100.20", "confirmed"), ("1700.20", "repaired")):
        found = proven(tables, alternatives={CELL: (Alternative(text, 0.9),)})
        looks[name] = found.evidence[CELL].look
    assert looks == {name: name for name in looks}
    found = proven(books(confidence=0.97), alternatives={CELL: (Alternative("1700.70", 0.9),)})
    assert found.evidence[CELL].look == "differing"
    assert proven(tables, alternatives={}).evidence[("t1", 4, "total")].look == "once"


# Rounding proves no last digit ------------------------------------------------------------------


ROUNDED = """
    合计     9750.68 1350.18 8400.50
    204      9250.30 1000.01 8250.30
    20406    9250.31 1000.00 8250.30
    2040601  1700.20  900.00  800.21
    2040604  7550.10  100.00 7450.10
    208       500.37  350.16  150.20
    20805     500.37  350.15  150.21
    2080501   200.11  150.00   50.10
    2080505   300.27  200.16  100.10
"""


@pytest.mark.parametrize(("trust", "flagged"), [("ocr", True), ("text_layer", False)])
def test_a_figure_that_only_slack_confirms_is_flagged_where_it_may_be_misread(trust, flagged):
    """200.16 stands in two sums, both off by 0.01: with 200.15 one of them would even be exact."""
    one = printed(subjects("expenditure", SPLIT, ROUNDED, id="t1"), confidence=0.97)
    found = proven([one], trust)
    doubted = {(doubt.row, doubt.column) for doubt in found.doubts.get("t1", ())}
    assert ((8, "basic") in doubted) == flagged
    if flagged:
        assert graded(found)["t1", 8, "basic"].proof == "unchecked"


# Where to look again ----------------------------------------------------------------------------


def boxed(tables):
    return [
        each.model_copy(
            update={
                "rows": tuple(
                    row.model_copy(
                        update={
                            "cells": {
                                key: cell.model_copy(update={"bbox": (0.0, 0.0, 9.0, 9.0)})
                                for key, cell in row.cells.items()
                            }
                        }
                    )
                    for row in each.rows
                )
            }
        )
        for each in tables
    ]


def test_cells_of_failing_sums_and_unread_ones_are_looked_at_again():
    tables = boxed(spoilt(books(confidence=0.97), 3, "total", "1100.20", confidence=0.9))
    assert suspects(boxed(books(confidence=0.97)), kind="final_accounts", pages={1}) == []
    assert suspects(tables, kind="final_accounts", pages={1})[0] == CELL
    assert suspects(tables, kind="final_accounts", pages={2}) == []
    unread = boxed(spoilt(books(confidence=0.97), 4, "project", "745O.10", confidence=0.9))
    assert ("t1", 4, "project") in suspects(unread, kind="final_accounts", pages={1})
    assert cells_of(unread)["t1", 4, "project"].text == "745O.10"


# What a reviewer gains --------------------------------------------------------------------------


def test_figures_that_explain_more_and_cost_more_come_first():
    tables = spoilt(books(confidence=0.97), 3, "total", "1100.20", confidence=0.97)
    found = proven(tables)
    doubts = {"t1": (Doubt(8, "project", "small"), Doubt(3, "total", "large"), Doubt(4, "project", "large"))}
    tables = with_proofs(found.tables, found.examination.proofs, doubts, found.evidence)
    examination = found.examination
    quality = assess(Facts(), tables, examination.checks, doubts, (), {}, examination.cells)
    figures = [reason for reason in quality.reasons if " figures " in reason]
    assert figures[0].startswith("2 figures of t1 (expenditure): large: t1/2040601/total, t1/2040604/project")
    failed = next(reason for reason in quality.reasons if "checks fail" in reason)
    assert quality.reasons.index(failed) < quality.reasons.index(figures[0])


def test_the_largest_difference_is_named_first():
    text = BOOKS.replace("800.20", "800.90").replace("150.20\n    2080501", "950.20\n    2080501")
    one = printed(subjects("expenditure", SPLIT, text, id="t1"))
    found = proven([one], "text_layer")
    quality = assess(Facts(), found.tables, found.examination.checks, {}, (), {}, found.examination.cells)
    (failed,) = (reason for reason in quality.reasons if "checks fail" in reason)
    by_id = {check.id: check for check in found.examination.checks}
    named = [by_id[word] for word in failed.split(": ")[1].replace(",", "").split() if word in by_id]
    sizes = [abs(check.difference) for check in named if check.difference is not None]
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[0] == Decimal("800.00")
