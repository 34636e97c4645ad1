"""What people decide, laid over a result: figures, sums, proofs and quality follow, nothing else changes."""

from __future__ import annotations

from decimal import Decimal

import pytest

from extract.accounting import examine
from extract.accounting.corrections import (
    NoSuchFigure,
    checked_value,
    corrected,
    place_of,
    places_of,
    text_read,
)
from extract.accounting.quality import assess, with_proofs
from extract.tables.reading import Doubt
from models.disclosure import Cell, Correction, Disclosure, Repair, Table
from models.statements import TotalExecution
from tests.accounting.builders import subjects
from tests.example import example

LINES = """
合计 1266.16 786.16 480.00
213 1266.16 786.16 480.00
21303 1266.16 786.16 480.00
2130301 786.16 768.16 -
2130305 480.00 - 480.00
"""
WRONG = "t1/2130301/basic"


def printed(table: Table) -> Table:
    """The table with a cell for every figure, as a reader leaves it."""
    rows = [
        row.model_copy(
            update={"cells": {key: Cell(text=f"{amount}") for key, amount in row.amounts.items() if amount}}
        )
        for row in table.rows
    ]
    return table.model_copy(update={"rows": tuple(rows)})


def document(trust: str = "ocr", lines: str = LINES) -> Disclosure:
    """An examined document of one form in which one figure is wrong."""
    table = printed(subjects("expenditure", ["total", "basic", "project"], lines))
    examination = examine([table], kind="final_accounts", trust=trust)
    tables = with_proofs([table], examination.proofs, {})
    base = example()
    return base.model_copy(
        update={
            "source": base.source.model_copy(update={"trust": trust}),
            "tables": tables,
            "checks": examination.checks,
            "quality": assess(base.disclosure, tables, examination.checks, {}, ("page 9 is torn",), {}),
        }
    )


def decision(where: str = WRONG, read: str = "768.16", action: str = "correct", **more: object) -> Correction:
    given = {
        "to": "786.16" if action == "correct" else None,
        "by": "王芳",
        "at": "2026-01-02T03:04:05Z",
        **more,
    }
    return Correction(where=where, read=read, action=action, **given)


def failing(disclosure: Disclosure) -> list[str]:
    return [check.where for check in disclosure.checks if check.status == "fail"]


def cell(disclosure: Disclosure, code: str, key: str) -> tuple[Decimal | None, Cell]:
    row = next(row for row in disclosure.tables[0].rows if row.code == code)
    return row.amounts[key], row.cells[key]


def test_without_decisions_the_result_is_the_same():
    result = document()
    assert corrected(result, ()) is result


def test_corrected_figure_makes_its_sums_hold_and_keeps_what_was_read():
    before = document()
    assert failing(before) == ["t1/2130301", "t1/21303/basic"]
    after = corrected(before, [decision()])
    assert failing(after) == []
    amount, kept = cell(after, "2130301", "basic")
    assert (amount, kept.text, kept.proof) == (Decimal("786.16"), "768.16", "proven")
    assert [(each.was, each.to, each.applied) for each in after.corrections] == [("768.16", "786.16", True)]
    assert after.quality.contradicted == 0
    assert after.quality.reasons == ("page 9 is torn",)


def test_wrong_correction_breaks_what_held():
    after = corrected(document(), [decision("t1/2130305/total", "480.00", to="489.00")])
    assert {"t1/2130305", "t1/21303/total"} <= set(failing(after))


def test_author_error_clears_the_other_figures_of_the_sum():
    before = document()
    after = corrected(before, [decision(action="author_error")])
    assert failing(after) == failing(before)
    assert {check.verdict for check in after.checks if check.status == "fail"} == {"author_error"}
    assert cell(after, "2130301", "basic")[1].proof == "contradicted"
    assert cell(after, "2130301", "total")[1].proof != "contradicted"
    assert after.quality.reasons == ("page 9 is torn",)


def test_accepted_figures_make_a_failing_sum_the_authors():
    wheres = [("t1/2130301/total", "786.16"), (WRONG, "768.16"), ("t1/2130301/project", "")]
    decisions = [decision(where, read, "accept") for where, read in wheres]
    after = corrected(document(), decisions)
    verdicts = {check.where: check.verdict for check in after.checks if check.status == "fail"}
    assert verdicts == {"t1/2130301": "author_error", "t1/21303/basic": "unresolved"}


def test_figure_for_a_blank_and_a_blank_for_a_figure():
    after = corrected(
        document(), [decision("t1/2130305/basic", "", to="1.50"), decision("t1/2130301/basic", to="")]
    )
    assert cell(after, "2130305", "basic")[0] == Decimal("1.50")
    assert cell(after, "2130301", "basic")[0] is None


@pytest.mark.parametrize("where", ["t1/2130301/nonsense", "t9/208/total", "nowhere"])
def test_place_that_is_gone_is_kept_and_changes_nothing(where):
    before = document()
    after = corrected(before, [decision(where)])
    assert after.tables == before.tables
    assert [each.applied for each in after.corrections] == [False]


def test_text_that_is_read_otherwise_now_is_not_corrected():
    after = corrected(document(), [decision(read="763.16")])
    assert cell(after, "2130301", "basic")[0] == Decimal("768.16")
    assert not after.corrections[0].applied


def test_last_decision_about_a_place_holds():
    after = corrected(document(), [decision(to="1.00"), decision()])
    assert cell(after, "2130301", "basic")[0] == Decimal("786.16")
    assert len(after.corrections) == 1


def test_document_that_was_reviewed_as_a_whole_needs_no_review():
    after = corrected(document(), [decision("document", "", "accept")])
    assert not after.quality.needs_review
    assert after.quality.reasons


def doubtful(places: list[tuple[int, str]], lines: str = LINES) -> Disclosure:
    """The document with figures of one reason whose place the page leaves open; nothing else is wrong."""
    before = document(lines=lines)
    (table,), doubts = before.tables, {"t1": [Doubt(row, key, "its column is open") for row, key in places]}
    examination = examine([table], kind="final_accounts", trust="ocr")
    tables = with_proofs([table], examination.proofs, doubts)
    quality = assess(before.disclosure, tables, examination.checks, doubts, (), {})
    return before.model_copy(update={"tables": tables, "quality": quality})


def test_doubts_about_decided_figures_are_dropped_and_the_document_leaves_the_queue():
    sound = LINES.replace("786.16 768.16", "786.16 786.16")
    before = doubtful([(3, "basic"), (4, "project")], sound)
    assert any(
        each.startswith("2 figures of t1 (expenditure): its column is") for each in before.quality.reasons
    )
    first = decision("t1/2130301/basic", "786.16", "accept")
    second = decision("t1/2130305/project", "480.00", to="480.00")
    once = corrected(before, [first]).quality
    assert "1 figures of t1 (expenditure): its column is open: t1/2130305/project" in once.reasons
    assert once.needs_review
    again = corrected(before, [first, second]).quality
    assert (again.reasons, again.needs_review) == ((), False)


def test_doubts_without_a_name_in_the_reason_go_with_the_last_decision():
    sound = LINES.replace("786.16 768.16", "786.16 786.16")
    places = [(row, key) for row in range(3) for key in ("total", "basic", "project")]
    before = doubtful(places, sound)
    assert before.quality.reasons[0].endswith(" and 4 more")
    table = before.tables[0]
    decisions = [
        decision(place_of(table, row, key), table.rows[row].cells[key].text, "accept") for row, key in places
    ]
    counts = [
        reasons[0].partition(" ")[0]
        if (reasons := corrected(before, decisions[:n]).quality.reasons)
        else None
        for n in range(1, 10)
    ]
    assert counts[-1] is None
    assert counts[-2] == "1"
    assert [int(count) for count in counts[:-1] if count] == sorted(
        map(int, filter(None, counts)), reverse=True
    )


def test_doubt_about_a_blank_is_dropped_when_the_blank_is_decided():
    before = doubtful([(3, "project"), (4, "project")], LINES.replace("786.16 768.16", "786.16 786.16"))
    other = decision("t1/2130305/project", "480.00", "accept")
    once = corrected(before, [other]).quality
    assert once.reasons == ("1 figures of t1 (expenditure): its column is open: t1/2130301/project",)
    again = corrected(before, [other, decision("t1/2130301/project", "", "accept")]).quality
    assert again.reasons == ()


def test_sentence_against_a_figure_somebody_has_decided_is_settled():
    before = document(lines=LINES.replace("786.16 768.16", "786.16 786.16"))
    told = TotalExecution.model_validate(
        {"name": "本年支出合计", "unit": "万元", "final": "1266.61"}
        | {"section": "s1", "page": 1, "span": (0, 4), "text": "…"}
    )
    before = before.model_copy(update={"statements": (told,)})
    after = corrected(before, [decision("t1/213/project", "480.00", "accept")])
    (failed,) = [check for check in after.checks if check.status == "fail"]
    assert failed.formula == "text = t1/合计/total"
    assert any(failed.id in reason for reason in after.quality.reasons)
    settled = corrected(before, [decision("t1/合计/total", "1266.16", "accept")])
    assert settled.quality.reasons == ("page 9 is torn",)


def test_code_that_is_corrected_finds_its_place_in_the_tree():
    lines = LINES.replace("2130301 786.16 768.16", "2180301 786.16 786.16")
    before = document(lines=lines)
    assert "t1/21303/total" in failing(before)
    after = corrected(before, [decision("t1/2180301/code", "2180301", to="2130301")])
    assert failing(after) == []


def test_repairs_keep_pointing_at_the_checks_that_prove_them():
    before = document()
    proof = next(check for check in before.checks if check.where == "t1/213")
    repair = Repair(**{"from": "l266.16"}, where="t1/213/total", to="1266.16", kind="character",
                    because=(proof.id, "as its neighbours"), certainty="formal")  # fmt: skip
    after = corrected(before.model_copy(update={"repairs": (repair,)}), [decision()])
    named = next(check for check in after.checks if check.id == after.repairs[0].because[0])
    assert after.repairs[0].because[1] == "as its neighbours"
    assert (named.rule, named.where, named.formula) == (proof.rule, proof.where, proof.formula)


def test_nothing_but_what_was_corrected_and_its_sums_changes():
    before = document("text_layer")
    after = corrected(before, [decision("t1/213/total", "1266.16", "accept")])
    assert after.checks == before.checks
    assert [row.amounts for row in after.tables[0].rows] == [row.amounts for row in before.tables[0].rows]
    assert after.sections == before.sections


def test_rows_of_one_address_are_told_apart():
    table = subjects("expenditure", ["total"], "其他 1.00\n其他 2.00")
    assert [place_of(table, row, "total") for row in (0, 1)] == ["t1/其他/total", "t1/其他#2/total"]
    places = places_of(example().model_copy(update={"tables": (table,)}))
    assert places["t1/其他#2/total"] == ("t1", 1, "total")
    assert text_read(table.rows[1], "name") == "其他"


@pytest.mark.parametrize(
    ("column", "text", "value"),
    [("total", " 1,286.76 ", "1286.76"), ("total", "", ""), ("total", "—", ""), ("code", "20805", "20805")],
)
def test_what_is_typed_is_kept_in_plain_digits(column, text, value):
    assert checked_value(column, text) == value


@pytest.mark.parametrize(("column", "text"), [("total", "12.3.4"), ("total", "=1+1"), ("code", "二〇八")])
def test_what_is_no_figure_is_refused(column, text):
    with pytest.raises(NoSuchFigure):
        checked_value(column, text)
