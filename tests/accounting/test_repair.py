"""What is repaired is what was printed; what an author may have printed stays."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st

from extract.accounting import Alternative, prove_amounts
from extract.accounting.determinacy import twice_determined
from models.disclosure import Cell, Table
from tests.accounting.builders import subjects
from tests.accounting.misreadings import misprint, misread
from tests.accounting.test_properties import Accounts, accounts
from tests.benchmarks.proof import read_clean

SPLIT = ("total", "basic", "project")
BOOKS = """
    合计     9750.60 1350.10 8400.50
    204      9250.30 1000.00 8250.30
    20406    9250.30 1000.00 8250.30
    2040601  1700.20  900.00  800.20
    2040604  7550.10  100.00 7450.10
    208       500.30  350.10  150.20
    20805     500.30  350.10  150.20
    2080501   200.10  150.00   50.10
    2080505   300.20  200.10  100.10
"""

CHAIN = Accounts(
    {
        "2040301": (2101883, 374),
        "2010301": (0, 483574),
        "2040303": (33102757, 2775239),
        "2030201": (29823, 0),
        "2020102": (142748, 100000000),
        "2020302": (0, 21623),
    }
)
"""A group and its only item were once changed alike, against the class above them."""


TWO_ALIKE = Accounts(
    {
        "2010301": (41455362, 0),
        "2020303": (0, 934),
        "2030203": (105, 0),
        "2030103": (0, 114),
        "2030201": (87774, 0),
        "2040202": (0, 2398),
        "2010201": (1424623, 0),
        "2010103": (100, 6742),
        "2010202": (330, 30274),
        "2020301": (0, 100000000),
        "2040303": (131, 0),
        "2030202": (1258, 119),
        "2030301": (901, 3643),
        "2010303": (1242, 7770),
        "2030102": (0, 7982),
        "2040302": (1869, 65248),
        "2040101": (0, 100000000),
        "2020103": (836, 0),
        "2010302": (796, 1360),
        "2040203": (755375, 2661),
        "2010101": (0, 2465),
        "2020302": (389, 19892),
        "2040103": (0, 3879),
        "2030101": (210205, 3397003),
        "2020203": (84393, 145),
        "2020102": (0, 63597),
        "2010203": (0, 100000000),
    }
)
"""A total and a group, misread alike, once changed the right figure between them: 8.36 into 8.56."""


def printed(table: Table, *, confidence: float = 1.0) -> Table:
    """A table by hand with the cells its figures were read from."""
    rows = tuple(
        row.model_copy(
            update={
                "cells": {
                    key: Cell(text=f"{figure:f}", page=1, confidence=confidence)
                    for key, figure in row.amounts.items()
                    if figure is not None
                }
            }
        )
        for row in table.rows
    )
    return table.model_copy(update={"rows": rows})


def books(**more: float) -> list[Table]:
    return [
        printed(subjects(kind, SPLIT, BOOKS, id=id), **more)
        for kind, id in (("expenditure", "t1"), ("general_budget_expenditure", "t2"))
    ]


def spoilt(tables, row, key, text, *, confidence=1.0, id="t1"):
    """The tables with another text read in one cell; a figure if it is one."""
    done = []
    for table in tables:
        if table.id == id:
            rows = list(table.rows)
            try:
                figure = Decimal(text)
            except ArithmeticError:
                figure = None
            cells = {**rows[row].cells, key: Cell(text=text, page=1, confidence=confidence)}
            rows[row] = rows[row].model_copy(
                update={"cells": cells, "amounts": {**rows[row].amounts, key: figure}}
            )
            table = table.model_copy(update={"rows": tuple(rows)})
        done.append(table)
    return done


def figures(tables):
    return {
        (table.id, index, key): figure
        for table in tables
        for index, row in enumerate(table.rows)
        for key, figure in row.amounts.items()
        if figure is not None
    }


def proven(tables, trust="ocr", **more):
    return prove_amounts(tables, kind="final_accounts", trust=trust, **more)


@pytest.mark.parametrize(
    ("text", "kind", "certainty"),
    [
        ("745O.10", "character", "formal"),
        ("7.450.10", "spacing", "formal"),
        ("7450..10", "spacing", "formal"),
        ("745010", "character", "proven"),
        ("74S0.10", "character", "formal"),
        ("74.50.10", "spacing", "formal"),
    ],
)
def test_text_that_shows_its_damage_is_repaired_even_where_the_reader_was_sure(text, kind, certainty):
    found = proven(spoilt(books(), 4, "project", text))
    (repair,) = found.repairs
    assert (repair.where, repair.from_, repair.to) == ("t1/2040604/project", text, "7450.10")
    assert (repair.kind, repair.certainty) == (kind, certainty)
    assert figures(found.tables) == figures(books())


def test_a_repair_names_the_checks_that_hold_with_it():
    found = proven(spoilt(books(), 4, "project", "745O.10"))
    checks = {check.id: check for check in found.examination.checks}
    assert len(found.repairs[0].because) >= 2
    assert all(checks[id].status == "pass" for id in found.repairs[0].because)
    assert all(("t1", 4, "project") in found.examination.cells[id] for id in found.repairs[0].because)


def test_a_wrong_digit_read_with_confidence_is_the_authors():
    """1700.20 misprinted as 1100.20: the sums ask for 7, but the reader was sure of what it saw."""
    found = proven(spoilt(books(), 3, "total", "1100.20", confidence=0.99))
    assert found.repairs == ()
    assert found.examination.proofs["t1", 3, "total"] == "contradicted"


def test_the_same_digit_read_badly_is_repaired():
    found = proven(spoilt(books(), 3, "total", "1100.20", confidence=0.6))
    assert [repair.to for repair in found.repairs] == ["1700.20"]
    assert found.repairs[0].certainty == "proven"


def test_a_second_look_that_agrees_makes_it_the_authors_again():
    again = {("t1", 3, "total"): (Alternative("1100.20", 0.9),)}
    assert proven(spoilt(books(), 3, "total", "1100.20", confidence=0.6), alternatives=again).repairs == ()


def test_a_second_look_that_wavers_between_marks_alone_agrees():
    """The author's 1100.20 in place of 1700.20: its likelihood is shared out, but all for its digits."""
    again = {("t1", 3, "total"): (Alternative("1.100.20", 0.512), Alternative("1100.20", 0.487))}
    found = proven(spoilt(books(), 3, "total", "1100.20", confidence=0.6), alternatives=again)
    assert found.repairs == ()
    assert found.examination.proofs["t1", 3, "total"] == "contradicted"


def test_a_second_look_that_differs_can_be_proven():
    again = {("t1", 3, "total"): (Alternative("1700.20", 0.9),)}
    found = proven(spoilt(books(), 3, "total", "1100.20", confidence=0.97), alternatives=again)
    assert [repair.to for repair in found.repairs] == ["1700.20"]


def test_what_the_sums_ask_for_is_not_put_in_unless_it_looks_like_what_was_read():
    found = proven(spoilt(books(), 3, "total", "2345.67", confidence=0.5))
    assert found.repairs == ()


def test_swapped_digits_and_shifted_points_are_the_authors():
    for text in ("7100.20", "17002.00", "170.02"):
        assert proven(spoilt(books(), 3, "total", text, confidence=0.85)).repairs == ()


def test_a_blank_is_never_filled():
    tables = spoilt(books(), 3, "total", "")
    assert proven(tables).repairs == ()
    assert proven(tables, "transcript").repairs == ()


def test_one_identity_is_not_enough_for_another_digit():
    """In a table of one column an item stands in the sum of its group alone."""
    lines = """
        301    30.30
        30101  10.10
        30102  20.20
        302     4.40
        30201   1.10
        30202   3.30
    """
    table = printed(subjects("general_budget_basic_expenditure", ("total",), lines))
    assert proven(spoilt([table], 1, "total", "70.10", confidence=0.5)).repairs == ()
    (repair,) = proven(spoilt([table], 1, "total", "lO.10", confidence=0.5)).repairs
    assert (repair.to, repair.certainty) == ("10.10", "formal")


def test_a_group_and_its_only_item_misread_alike_do_not_vouch_for_each_other():
    lines = """
        合计   36.80
        301    30.30
        30101  30.30
        302     4.40
        30201   1.10
        30202   3.30
        303     2.10
        30301   2.10
    """
    tables = [printed(subjects("general_budget_basic_expenditure", ("total",), lines))]
    for row, text in ((1, "36.30"), (2, "36.30"), (3, "4.4O"), (4, "l.10"), (5, "3..30")):
        tables = spoilt(tables, row, "total", text)
    found = proven(tables, "transcript")
    assert found.examination.proofs["t1", 2, "total"] == "consistent"
    assert any((doubt.row, "contradict" in doubt.reason) == (2, True) for doubt in found.doubts["t1"])


def test_a_digit_misread_twice_is_not_taken_over_with_the_letter_beside_it():
    """43.30 read as 45.3O and 45.30: the letter is plain, but both have the same wrong digit."""
    lines = """
        合计     90.60  90.60 0.00
        204      80.30  80.30 0.00
        20406    80.30  80.30 0.00
        2040601  43.30  43.30 0.00
        2040604  37.00  37.00 0.00
        208      10.30  10.30 0.00
        20805    10.30  10.30 0.00
        2080501  10.30  10.30 0.00
    """
    tables = [printed(subjects("expenditure", SPLIT, lines))]
    for row, key, text in (
        (2, "total", "x"),
        (3, "total", "45.3O"),
        (3, "basic", "45.30"),
        (6, "total", "1O.30"),
        (7, "basic", "l0.30"),
    ):
        tables = spoilt(tables, row, key, text)
    assert ("t1", 3, "total") not in proven(tables, "transcript").changed


def test_a_figure_printed_twice_in_a_row_leaves_rounding_no_room():
    """99.45 read as g9.44 where the author rounds: the sum of the column comes out exact by chance."""
    lines = """
        合计     611.39 412.00 199.40
        204      511.93 411.94 100.00
        20406    511.93 411.94 100.00
        2040601  400.50 300.50 100.00
        2040604   99.45  99.45      -
        2040605   11.99  11.99      -
        208       99.46   0.06  99.40
        20805     99.46   0.06  99.40
        2080501   49.97      -  49.97
        2080505   49.49   0.06  49.43
    """
    tables = [printed(subjects("expenditure", SPLIT, lines))]
    noisy = tables
    for row, key, text in ((0, "total", "6ll.39"), (3, "basic", "3OO.50"), (4, "total", "g9.44")):
        noisy = spoilt(noisy, row, key, text)
    found = proven(noisy, "transcript")
    assert found.changed == {("t1", 0, "total"), ("t1", 3, "basic")}


def test_a_figure_misread_alike_in_a_row_is_told_by_sums_that_are_off_by_rounding():
    """800.25 read as 8OO.26 and 800.26: the row holds, but nothing else of this author is off by a cent."""
    lines = """
        合计     8850.65  450.10 8400.55
        204      8350.35  100.00 8250.35
        20406    8350.35  100.00 8250.35
        2040601   800.25       -  800.25
        2040604  7550.10  100.00 7450.10
        208       500.30  350.10  150.20
        20805     500.30  350.10  150.20
        2080501   200.10  150.00   50.10
        2080505   300.20  200.10  100.10
    """
    tables = [printed(subjects("expenditure", SPLIT, lines))]
    noisy = spoilt(tables, 3, "total", "8OO.26")
    noisy = spoilt(noisy, 3, "project", "800.26")
    for row, key, text in ((4, "basic", "1OO.00"), (4, "total", "755O.10"), (7, "total", "2OO.10")):
        noisy = spoilt(noisy, row, key, text)
    found = proven(noisy, "transcript")
    doubted = {(id, doubt.row, doubt.column) for id, doubts in found.doubts.items() for doubt in doubts}
    assert found.changed == {("t1", 4, "basic"), ("t1", 4, "total"), ("t1", 7, "total")}
    assert doubted >= {("t1", 3, "total"), ("t1", 3, "project")}


def test_a_figure_misread_alike_in_two_forms_does_not_vouch_for_itself_where_other_sums_fail():
    """30.30 read as 3O.80 and 30.80 in two forms; beside it a figure that happens to suit, or none."""
    lines = """
        合计   90.00
        301    85.60
        30101  30.30
        30102  55.30
        302     4.40
        30201   1.10
        30202   3.30
    """
    tables = [
        printed(subjects("general_budget_basic_expenditure", ("total",), lines, id="t1")),
        printed(subjects("appropriation_basic_expenditure", ("total",), lines, id="t2")),
    ]
    for id, row, text in (
        ("t1", 2, "30.80"),
        ("t1", 3, "54.803"),
        ("t2", 2, "3O.80"),
        ("t2", 3, "5q.30"),
        ("t2", 5, "l.10"),
        ("t2", 6, "3.3O"),
    ):
        tables = spoilt(tables, row, "total", text, id=id)
    assert proven(tables, "transcript").changed == {("t2", 5, "total"), ("t2", 6, "total")}


def test_two_digits_of_a_figure_are_not_changed_to_suit_two_others_misread():
    """2502.47 read as 2502.41 and 2802.47, and 345.29 beside it as 45.29: 2802.47 would suit them all."""
    lines = """
        合计   2847.76
        204    2502.47
        20406  2502.47
        208     345.29
    """
    tables = [*books(), printed(subjects("income", ("total",), lines, id="t3"))]
    for id, row, key, text in (
        ("t1", 4, "project", "745O.10"),
        ("t1", 4, "basic", "1OO.00"),
        ("t1", 8, "total", "3OO.20"),
        ("t3", 1, "total", "2502.41"),
        ("t3", 2, "total", "2802.47"),
        ("t3", 3, "total", "45.29"),
    ):
        tables = spoilt(tables, row, key, text, id=id)
    assert {address[0] for address in proven(tables, "transcript").changed} == {"t1"}


def test_a_letter_in_a_table_without_sums_is_left_alone():
    """A generated transcript: a form that could not be read whole has cells, and takes part in nothing."""
    lost = spoilt([printed(subjects("income", SPLIT, BOOKS, id="t3"))], 4, "total", "745O.10", id="t3")
    tables = [*spoilt(books(), 4, "project", "745O.10"), lost[0].model_copy(update={"status": "empty"})]
    assert [repair.where for repair in proven(tables).repairs] == ["t1/2040604/project"]


def test_a_text_layer_is_never_changed():
    tables = spoilt(books(), 4, "project", "745O.10")
    found = proven(tables, "text_layer")
    assert list(found.tables) == tables
    assert found.repairs == ()


def test_only_recognised_pages_of_a_mixed_document_are_open():
    tables = spoilt(books(), 4, "project", "745O.10", confidence=0.97)
    assert proven(tables, "mixed", recognised_pages={2}).repairs == ()
    assert len(proven(tables, "mixed", recognised_pages={1}).repairs) == 1


def test_words_of_the_text_layer_beside_pictures_are_closed():
    tables = spoilt(books(), 4, "project", "745O.10", confidence=1.0)
    assert proven(tables, "mixed", recognised_pages={1}).repairs == ()


@pytest.mark.parametrize("limit", [{"budget": 0.0}, {"options": 0}])
def test_out_of_time_means_flags_not_repairs(limit):
    tables = misread(books(), 0.12, 3).tables
    hurried = proven(tables, "transcript", **limit)
    doubted = {(id, doubt.row, doubt.column) for id, doubts in hurried.doubts.items() for doubt in doubts}
    given_up = [doubt for doubts in hurried.doubts.values() for doubt in doubts if "given up" in doubt.reason]
    assert given_up
    assert doubted.isdisjoint(hurried.changed)
    assert len(hurried.repairs) < len(proven(tables, "transcript").repairs)


def test_the_same_document_gives_the_same_repairs():
    tables = misread(books(), 0.04, 7).tables
    assert proven(tables, "transcript").repairs == proven(tables, "transcript").repairs


@settings(max_examples=60, deadline=None, derandomize=True, phases=(Phase.explicit, Phase.generate))
@given(accounts, st.integers(0, 10**6), st.sampled_from([0.01, 0.03, 0.06]))
@example(CHAIN, 40749, 0.03)
@example(TWO_ALIKE, 20250, 0.06)
def test_every_repair_is_the_truth_and_nothing_else_is_touched(ledger, seed, share):
    tables = [printed(table) for table in ledger.tables()]
    noise = misread(tables, share, seed)
    found = proven(noise.tables, "transcript")
    truth, read, now = figures(tables), figures(noise.tables), figures(found.tables)
    for address in found.changed:
        assert now[address] == truth[address]
    assert {address for address in now if now[address] != read.get(address)} <= found.changed


@settings(max_examples=60, deadline=None, derandomize=True, phases=(Phase.explicit, Phase.generate))
@given(accounts, st.integers(0, 10**6), st.integers(1, 3), st.floats(0.8, 1.0))
def test_misprints_are_never_repaired(ledger, seed, count, confidence):
    tables = [printed(table, confidence=confidence) for table in ledger.tables()]
    wrong = misprint(tables, count, seed)
    for trust in ("ocr", "transcript"):
        found = proven(wrong.tables, trust)
        assert found.repairs == ()
        assert figures(found.tables) == figures(wrong.tables)


def test_a_zero_is_not_outvoted_by_two_others_misread_alike():
    """A generated form in which a total and the sum of its column, both 0.00, were read as 0.09."""
    clean = read_clean(8009)
    truth = figures(clean.tables)
    noise = misread(clean.tables, 0.05, 8009)
    found = prove_amounts(noise.tables, kind=clean.disclosure.kind, trust="transcript")
    assert len(found.changed) > 50
    assert {a for a in found.changed if figures(found.tables).get(a) != truth.get(a)} == set()


def test_an_unknown_is_sure_only_if_any_one_sum_may_be_left_out():
    row_and_column = [{"a": 1}, {"a": 1}]
    pair = [{"a": 1, "b": -1}, {"a": 1}, {"b": 1}]
    rectangle = [{"a": 1, "b": 1}, {"c": 1, "d": 1}, {"a": 1, "c": 1}, {"b": 1, "d": 1}]
    assert twice_determined(row_and_column) == {"a"}
    assert twice_determined(row_and_column[:1]) == set()
    assert twice_determined(pair) == {"a", "b"}
    assert twice_determined(pair[:2]) == set()
    assert twice_determined(rectangle) == set()


def test_a_figure_that_slid_into_the_next_column_goes_back():
    plain = [
        BOOKS.replace("2080505   300.20  200.10  100.10", f"2080505   200.10  {figures}")
        .replace("500.30  350.10  150.20", "400.20  350.10   50.10")
        .replace("9750.60 1350.10 8400.50", "9650.50 1350.10 8300.40")
        for figures in ("200.10 -", "- 200.10")
    ]
    truth, wrong = (
        [
            printed(subjects("expenditure", SPLIT, text, id="t1")),
            printed(subjects("general_budget_expenditure", SPLIT, plain[0], id="t2")),
        ]
        for text in plain
    )
    found = proven(wrong, "transcript")
    assert figures(found.tables) == figures(truth)
    (repair,) = found.repairs
    assert (repair.where, repair.from_, repair.to) == ("t1/2080505/basic", "project", "basic")
    assert (repair.kind, repair.certainty) == ("column", "proven")
    assert len(repair.because) >= 2
    assert found.tables[0].rows[8].cells["basic"].text == "200.10"


def test_two_figures_in_one_cell_are_not_one():
    """Two rows were joined; row and column agree on the nonsense in both tables."""
    tables = books()
    for id in ("t1", "t2"):
        for key in ("total", "project"):
            tables = spoilt(tables, 4, key, "584..85 7450.10", id=id)
    assert proven(tables, "transcript").repairs == ()
