"""The invented accounts add up, whatever the seed."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.corpus import model
from tests.corpus.chance import Chance
from tests.corpus.classification import function_names, items_of, with_ancestors

QUANTA = [Decimal("0.01"), Decimal(1), Decimal(100)]


@pytest.mark.parametrize("quantum", QUANTA)
@pytest.mark.parametrize("seed", range(12))
def test_money_comes_from_somewhere_and_goes_somewhere(seed: int, quantum: Decimal) -> None:
    accounts = model.make_accounts(seed, 2024, quantum, model.Scale(opening=True, closing=True))
    for ledger in accounts.ledgers:
        assert ledger.opening + ledger.income == ledger.spent + ledger.closing
        assert min(ledger.opening, ledger.income, ledger.closing, *ledger.outlays.values()) >= 0
        assert all(amount % quantum == 0 for amount in (ledger.income, *ledger.outlays.values()))


@pytest.mark.parametrize("seed", range(12))
def test_economic_split_equals_basic_expenditure(seed: int) -> None:
    accounts = model.make_accounts(seed, 2024, Decimal("0.01"))
    for classes, flow in ((model.PERSONNEL, "personnel"), (model.PUBLIC, "public")):
        spent = model.total(accounts.ledgers, flow, "general_budget")
        assert model.economic_total(accounts, classes) == spent


@pytest.mark.parametrize("subjects", [1, 7, 60])
def test_number_of_subjects_is_kept(subjects: int) -> None:
    accounts = model.make_accounts(3, 2024, Decimal(100), model.Scale(subjects=subjects))
    general = {ledger.code for ledger in accounts.ledgers if ledger.purse == "general_budget"}
    assert len(general) == subjects


def test_sources_and_carry_over_only_where_allowed() -> None:
    for seed in range(20):
        scale = model.Scale(outside=1.0, sources=("institutional",), commercial=False)
        ledgers = model.make_accounts(seed, 2023, Decimal(1), scale).ledgers
        assert model.total(ledgers, "opening") == model.total(ledgers, "closing") == 0
        assert {ledger.purse for ledger in ledgers} - set(model.FISCAL) == {"institutional"}
        assert model.total(ledgers, "commercial") == 0


def test_every_code_has_its_parents() -> None:
    names = function_names(2026)
    assert all(code in names for code in with_ancestors(names))
    assert {code[:3] for code in items_of("state_capital", 2026)} == {"223"}


def test_shares_add_up_exactly() -> None:
    chance = Chance(5)
    for total in (Decimal("0.03"), Decimal("1234567.89")):
        parts = chance.shares(total, 7, Decimal("0.01"))
        assert sum(parts) == total
        assert min(parts) >= 0


def test_same_seed_same_accounts() -> None:
    assert model.make_accounts(9, 2024, Decimal(1)) == model.make_accounts(9, 2024, Decimal(1))
    assert model.make_accounts(9, 2024, Decimal(1)) != model.make_accounts(10, 2024, Decimal(1))
