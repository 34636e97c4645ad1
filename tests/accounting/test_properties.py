"""What holds for any accounts: consistency passes, an error shows, nothing rests on a blank."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from extract.accounting import examine
from extract.accounting.ledger import Sheet
from extract.tables.identities import table_identities
from extract.tables.weighing import weigh
from models.disclosure import Table
from tests.accounting.builders import sides, subjects

SPLIT = ("total", "basic", "project")
ORDINALS = "一二三四"


@dataclass(frozen=True)
class Accounts:
    """Basic and project expenditure of each item in cents; every table follows from them."""

    items: dict[str, tuple[int, int]]

    def sums(self) -> dict[str, tuple[int, int, int]]:
        found: dict[str, tuple[int, int, int]] = {}
        for code, (basic, project) in sorted(self.items.items()):
            for each in ("合计", code[:3], code[:5], code):
                before = found.get(each, (0, 0, 0))
                added = (basic + project, basic, project)
                found[each] = tuple(a + b for a, b in zip(before, added, strict=True))
        return found

    def tables(self, places: int = 2) -> list[Table]:
        sums = self.sums()
        split = "\n".join(f"{code} {_figures(cents, places)}" for code, cents in sums.items())
        totals = "\n".join(f"{code} {_figures((cents[0],) * 2, places)}" for code, cents in sums.items())
        classes = [cents[0] for code, cents in sums.items() if len(code) == 3 and code.isdigit()]
        whole = _figures((sums["合计"][0],), places)
        listed = "\n".join(
            f"{ORDINALS[n]}、第{n}类支出 {_figures((c,), places)}" for n, c in enumerate(classes)
        )
        return [
            sides(
                "income_expenditure_summary",
                ("total",),
                f"一、财政拨款收入 {whole}\n本年收入合计 {whole}\n总计 {whole}",
                f"{listed}\n本年支出合计 {whole}\n总计 {whole}",
                id="t1",
            ),
            subjects("income", ("total", "fiscal_appropriation"), totals, id="t2"),
            subjects("expenditure", SPLIT, split, id="t3"),
            subjects("general_budget_expenditure", SPLIT, split, id="t5"),
        ]


def _figures(cents: tuple[int, ...], places: int) -> str:
    """Printed figures; a zero is sometimes a blank in these forms, here always."""
    step = Decimal(1).scaleb(-places)
    return " ".join(str((Decimal(c) / 100).quantize(step)) if c else "-" for c in cents)


codes = st.builds(
    lambda klass, group, item: f"{klass}{group:02}{item:02}",
    st.integers(201, 204),
    st.integers(1, 3),
    st.integers(1, 3),
)
money = st.integers(100, 10**8)  # more than rounding could explain
accounts = st.dictionaries(
    codes,
    st.one_of(st.tuples(money, money), st.tuples(st.just(0), money), st.tuples(money, st.just(0))),
    min_size=1,
).map(Accounts)


def _statuses(tables):
    return [check.status for check in examine(tables, kind="final_accounts", trust="text_layer").checks]


def _printed_cells(tables):
    return [
        (position, index, key)
        for position, table in enumerate(tables)
        for index, row in enumerate(table.rows)
        for key, figure in row.amounts.items()
        if figure is not None
    ]


def _with_figure(tables, cell, figure):
    position, index, key = cell
    table = tables[position]
    row = table.rows[index]
    changed = row.model_copy(update={"amounts": {**row.amounts, key: figure}})
    rows = (*table.rows[:index], changed, *table.rows[index + 1 :])
    return [*tables[:position], table.model_copy(update={"rows": rows}), *tables[position + 1 :]]


def _holding(tables):
    """The cells of every identity within a table that holds."""
    for sheet in map(Sheet.of, tables):
        for identity in table_identities(sheet.table, sheet.figures, "final_accounts"):
            weighing = weigh(identity, sheet.figures)
            if weighing is not None and weighing.holds:
                yield sheet, identity.cells


@settings(max_examples=50, deadline=None)
@given(accounts)
def test_consistent_accounts_pass_everywhere(books):
    statuses = _statuses(books.tables())
    assert "fail" not in statuses
    assert "rounding" not in statuses
    assert statuses.count("pass") > len(books.items)


@settings(max_examples=80, deadline=None)
@given(accounts, st.data(), st.integers(1000, 10**6))
def test_one_wrong_figure_fails_and_is_contradicted(books, data, cents):
    tables = books.tables()
    cell = data.draw(st.sampled_from(_printed_cells(tables)))
    position, index, key = cell
    right = tables[position].rows[index].amounts[key]
    changed = _with_figure(tables, cell, right + Decimal(cents) / 100)
    found = examine(changed, kind="final_accounts", trust="text_layer")
    assert any(check.status == "fail" for check in found.checks)
    assert found.proofs[tables[position].id, index, key] == "contradicted"


@settings(max_examples=50, deadline=None)
@given(accounts, st.integers(0, 1))
def test_rounding_every_figure_never_fails(books, places):
    assert "fail" not in _statuses(books.tables(places))


@settings(max_examples=80, deadline=None)
@given(accounts, st.data())
def test_nothing_holds_around_a_figure_that_was_lost(books, data):
    tables = books.tables()
    cell = data.draw(st.sampled_from(_printed_cells(tables)))
    position, index, key = cell
    lost = (tables[position].id, index, key)
    for sheet, cells in _holding(_with_figure(tables, cell, None)):
        assert lost not in cells
        assert cells[0] in sheet.figures.amounts
        assert any(term in sheet.figures.amounts for term in cells[1:])


@settings(max_examples=50, deadline=None)
@given(accounts, st.data())
def test_every_pass_has_both_sides_printed(books, data):
    tables = books.tables()
    for cell in data.draw(st.lists(st.sampled_from(_printed_cells(tables)), max_size=10, unique=True)):
        tables = _with_figure(tables, cell, None)
    for check in examine(tables, kind="final_accounts", trust="text_layer").checks:
        if check.status in ("pass", "rounding"):
            assert None not in (check.left, check.right, check.difference)


@settings(max_examples=30, deadline=None)
@given(accounts)
def test_every_printed_figure_gets_a_level(books):
    tables = books.tables()
    found = examine(tables, kind="final_accounts", trust="text_layer")
    expected = {(tables[position].id, index, key) for position, index, key in _printed_cells(tables)}
    assert set(found.proofs) == expected
    assert "contradicted" not in found.proofs.values()
