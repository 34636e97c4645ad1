"""How many misread amounts are repaired, and whether any repair is wrong, on generated documents.

``python -m tests.accounting.measure --seed 6000 --count 50 --share 0.03`` misreads every character of
every amount with that probability; ``--misprints 3`` plants author errors instead, under the
confidences of a scan (``--trust ocr``) or none (``--trust transcript``).
"""

from __future__ import annotations

import argparse
import random
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from decimal import Decimal

from extract.accounting import ProvenTables, prove_amounts
from extract.pipeline import Options, extract
from extract.tables.weighing import Address
from models.disclosure import Disclosure, Table
from tests.accounting.misreadings import Spoilt, misprint, misread
from tests.corpus.generator import generate


def read_clean(seed: int) -> Disclosure:
    document = generate(seed)
    return extract(document.data, options=Options(file_name=f"corpus{document.suffix}"))


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


def main() -> None:
    """Print the counts of every document and their sum."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=6000)
    parser.add_argument("--count", type=int, default=50)
    parser.add_argument("--share", type=float, default=0.03)
    parser.add_argument("--misprints", type=int, default=0)
    parser.add_argument("--trust", choices=("ocr", "transcript"), default="transcript")
    args = parser.parse_args()
    total: Counter[str] = Counter()
    slowest = 0.0
    for seed in range(args.seed, args.seed + args.count):
        clean = read_clean(seed)
        tables = with_confidences(clean.tables, seed) if args.trust == "ocr" else clean.tables
        spoilt = (
            misprint(tables, args.misprints, seed) if args.misprints else misread(tables, args.share, seed)
        )
        start = time.process_time()
        found = prove_amounts(spoilt.tables, kind=clean.disclosure.kind, trust=args.trust)
        seconds = time.process_time() - start
        counts = outcome(figures(clean.tables), spoilt, found)
        slowest = max(slowest, seconds)
        total += counts
        total["repairs"] += len(found.repairs)
        print(seed, dict(counts), f"{seconds:.2f} s")
    print(dict(total), f"slowest {slowest:.2f} s")


if __name__ == "__main__":
    main()
