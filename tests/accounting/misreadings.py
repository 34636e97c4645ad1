"""Test noise: amounts of tables spoiled the way readers spoil them, and the way authors do."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

from extract.tables.amounts import parse_amount
from extract.tables.weighing import Address
from models.disclosure import Table

LOOKS_LIKE = {
    "0": "OoD869",
    "1": "lI|7",
    "2": "Zz7",
    "3": "85",
    "4": "A91",
    "5": "Ss68",
    "6": "Gb85",
    "7": "1T",
    "8": "B36",
    "9": "qg84",
    ".": [",", "·", "..", ""],
    ",": [".", "", ", "],
}
"""What a reader may make of a character."""


@dataclass(frozen=True)
class Spoilt:
    """Tables with wrong figures: which cells, and what was printed."""

    tables: tuple[Table, ...]
    printed: dict[Address, Decimal]


def misread(tables: Sequence[Table], share: float, seed: int) -> Spoilt:
    """Every character of every amount is misread with this probability."""
    chance = random.Random(seed)

    def spoil(text: str) -> str:
        return "".join(_misread_character(sign, chance) if chance.random() < share else sign for sign in text)

    return _spoilt(tables, spoil)


def _misread_character(sign: str, chance: random.Random) -> str:
    kind = chance.random()
    if kind < 0.70:
        return chance.choice(LOOKS_LIKE.get(sign, sign))
    if kind < 0.80:
        return ""
    if kind < 0.87:
        return sign + sign
    return sign + " " if kind < 0.95 else sign + "."


def misprint(tables: Sequence[Table], count: int, seed: int) -> Spoilt:
    """This many figures are wrong as authors get them wrong: a digit, two swapped, a factor of ten."""
    chance = random.Random(seed)
    cells = [
        (table.id, index, key)
        for table in tables
        for index, row in enumerate(table.rows)
        for key, figure in row.amounts.items()
        if figure and key in row.cells
    ]
    wanted = set(chance.sample(cells, min(count, len(cells))))
    return _spoilt(tables, lambda text: _misprint(text, chance), wanted)


def _misprint(text: str, chance: random.Random) -> str:
    plain = text.replace(",", "").strip()
    digits = [place for place, sign in enumerate(plain) if sign.isdigit()]
    pairs = [(a, b) for a, b in pairwise(digits) if plain[a] != plain[b]]
    kind = chance.random()
    if kind < 0.4:
        place = chance.choice(digits)
        other = chance.choice([digit for digit in "123456789" if digit != plain[place]])
        return plain[:place] + other + plain[place + 1 :]
    if kind < 0.8 and pairs:
        a, b = chance.choice(pairs)
        return plain[:a] + plain[b] + plain[a + 1 : b] + plain[a] + plain[b + 1 :]
    places = len(plain.partition(".")[2])
    shifted = Decimal(plain) * (10 if chance.random() < 0.5 else Decimal("0.1"))
    return f"{shifted.quantize(Decimal(1).scaleb(-places)):f}"


def _spoilt(tables, spoil, wanted=None) -> Spoilt:
    printed: dict[Address, Decimal] = {}
    done = []
    for table in tables:
        rows = []
        for index, row in enumerate(table.rows):
            amounts, cells = dict(row.amounts), dict(row.cells)
            for key, figure in row.amounts.items():
                address = (table.id, index, key)
                if figure is None or key not in cells or (wanted is not None and address not in wanted):
                    continue
                text = spoil(cells[key].text)
                if text != cells[key].text:
                    printed[address] = figure
                    cells[key] = cells[key].model_copy(update={"text": text})
                    amounts[key] = parse_amount(text)
            rows.append(row.model_copy(update={"amounts": amounts, "cells": cells}))
        done.append(table.model_copy(update={"rows": tuple(rows)}))
    return Spoilt(tuple(done), printed)
