"""Damage of every kind to a sample ends in a result or a refusal, and a lost figure never goes unsaid."""

from __future__ import annotations

import random
from contextlib import suppress

import pytest

from extract import extract
from extract.errors import ExtractionError
from models.disclosure import Disclosure
from tests.example import ROOT

DATA = (ROOT / "samples" / "final-accounts-wuhan.pdf").read_bytes()


def cut(data: bytearray, chance: random.Random) -> None:
    del data[chance.randrange(len(data)) :]


def gap(data: bytearray, chance: random.Random) -> None:
    start = chance.randrange(len(data))
    del data[start : start + chance.randrange(1, 5000)]


def flipped(data: bytearray, chance: random.Random) -> None:
    for _ in range(chance.choice((1, 20, 200))):
        data[chance.randrange(len(data))] = chance.randrange(256)


def figures(disclosure: Disclosure) -> set[tuple[object, ...]]:
    return {
        (table.kind, row.side, row.code or row.name, key, amount)
        for table in disclosure.tables
        for row in table.rows
        for key, amount in row.amounts.items()
        if amount is not None
    }


@pytest.fixture(scope="module")
def printed() -> set[tuple[object, ...]]:
    return figures(extract(DATA))


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("damage", [cut, gap, flipped], ids=lambda damage: damage.__name__)
def test_no_figure_is_lost_in_silence(damage, seed, printed):
    data = bytearray(DATA)
    damage(data, random.Random(seed))
    with suppress(ExtractionError):  # anything else raised is a failure
        result = extract(bytes(data))
        assert figures(result) == printed or result.quality.needs_review
