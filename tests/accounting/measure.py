"""What became of misread amounts, cell by cell, and confidences as a recogniser gives them."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping, Sequence
from decimal import Decimal

from extract.accounting import ProvenTables
from extract.tables.weighing import Address
from models.disclosure import Table
from tests.accounting.misreadings import Spoilt


def figures(tables: Sequence[Table]) -> dict[Address, Decimal | None]:
    return {
        (table.id, index, key): figure
        for table in tables
        for index, row in enumerate(table.rows)
        for key, figure in row.amounts.items()
    }


def with_confidences(tables: Sequence[Table], seed: int) -> tuple[Table, ...]:
    """Confidences as a recogniser gives them: most above 0.95, one in a hundred below 0.9."""
    chance = random.Random(seed)

    def doubted(table: Table) -> Table:
        rows = [
            row.model_copy(
                update={
                    "cells": {
                        key: cell.model_copy(
                            update={"confidence": round(1 - min(0.5, chance.expovariate(40)), 3)}
                        )
                        for key, cell in row.cells.items()
                    }
                }
            )
            for row in table.rows
        ]
        return table.model_copy(update={"rows": tuple(rows)})

    return tuple(doubted(table) for table in tables)


def outcome(truth: Mapping[Address, Decimal | None], spoilt: Spoilt, found: ProvenTables) -> Counter[str]:
    """Damaged cells by what became of them; ``harmed`` are undamaged cells that were changed."""
    read, now = figures(spoilt.tables), figures(found.tables)
    doubted = {(id, doubt.row, doubt.column) for id, doubts in found.doubts.items() for doubt in doubts}
    counts: Counter[str] = Counter(cells=sum(figure is not None for figure in truth.values()))
    for address, figure in truth.items():
        if now[address] == figure:
            counts["repaired"] += read[address] != figure
        elif read[address] == figure:
            counts["harmed"] += 1
        elif now[address] != read[address]:
            counts["wrongly repaired"] += 1
        else:
            trusted = found.examination.proofs.get(address) in ("proven", "consistent")
            counts["unflagged" if trusted and address not in doubted else "flagged"] += 1
    counts["damaged"] = sum(read[address] != figure for address, figure in truth.items())
    return counts
