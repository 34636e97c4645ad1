"""In the benchmarks: how many misread amounts are proven and put right, and whether a repair is wrong."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from extract.accounting import prove_amounts
from models.disclosure import Disclosure
from tests.accounting.measure import figures, outcome, with_confidences
from tests.accounting.misreadings import misprint, misread
from tests.benchmarks.report import markdown_table
from tests.corpus.compare import Difference, compare
from tests.corpus.generator import GeneratedDocument, generate
from tests.corpus.render_text import MANNERS

SHARES = (0.01, 0.03, 0.05)
"""Shares of characters that are misread."""
MISPRINTS = 3
"""Author errors planted in a document."""
LARGE, SUBJECTS = "national_final", 44
"""The family with the widest forms, and subjects enough for about 1,500 amounts."""
COUNTS = ("damaged", "repaired", "wrongly repaired", "harmed", "unflagged")


@dataclass
class Tally:
    """Counts of cells, and the processor seconds of the slowest document."""

    counts: Counter[str] = field(default_factory=Counter)
    slowest: float = 0.0

    def add(self, counts: Counter[str], seconds: float) -> None:
        self.counts += counts
        self.slowest = max(self.slowest, seconds)


def read_clean(seed: int, **options: Any) -> Disclosure:
    """A generated PDF as it is read: every amount right. ``options`` are the generator's."""
    return _read(generate(seed, **options))


def _read(document: GeneratedDocument) -> Disclosure:
    from extract import Options, extract

    options = Options(file_name=f"document{document.suffix}", narrative=False)
    return extract(document.data, options=options)


def misread_cells(clean: Sequence[Disclosure], first: int) -> dict[float, Tally]:
    """Every character of every amount misread with a probability, the rest of the reading perfect."""
    found = {share: Tally() for share in SHARES}
    for seed, document in enumerate(clean, first):
        truth = figures(document.tables)
        for share, tally in found.items():
            spoilt = misread(document.tables, share, seed)
            start = time.process_time()
            proven = prove_amounts(spoilt.tables, kind=document.disclosure.kind, trust="transcript")
            seconds = time.process_time() - start
            tally.add(outcome(truth, spoilt, proven), seconds)
    return found


def author_errors(clean: Sequence[Disclosure], first: int) -> dict[str, Tally]:
    """Wrong figures as authors print them: in a scan with its confidences, in a clean transcript."""
    found = {"ocr": Tally(), "transcript": Tally()}
    for seed, document in enumerate(clean, first):
        for trust, tally in found.items():
            tables = with_confidences(document.tables, seed) if trust == "ocr" else document.tables
            spoilt = misprint(tables, MISPRINTS, seed)
            start = time.process_time()
            proven = prove_amounts(spoilt.tables, kind=document.disclosure.kind, trust=trust)
            counts = Counter(planted=len(spoilt.printed), repairs=len(proven.repairs))
            tally.add(counts, time.process_time() - start)
    return found


def noisy_transcripts(seeds: Sequence[int]) -> dict[float, Tally]:
    """Whole transcripts with noise in amounts, codes, names and rows, read from the file on."""
    found = {share: Tally() for share in SHARES}
    manners = tuple(MANNERS)
    for seed in seeds:
        for share, tally in found.items():
            document = generate(seed, renderer=manners[seed % len(manners)], noise=share)
            start = time.process_time()
            read = _read(document)
            tally.add(_judged(read, document.truth), time.process_time() - start)
    return found


def _judged(read: Disclosure, truth: dict[str, Any]) -> Counter[str]:
    output = json.loads(read.model_dump_json(by_alias=True))
    compared = compare(output, truth)
    return Counter(
        cells=compared.right + compared.wrong + compared.missing,
        right=compared.right,
        unflagged=sum(1 for _ in wrong_figures(compared.differences, truth)),
    )


def wrong_figures(differences: Sequence[Difference], truth: dict[str, Any]) -> Iterator[Difference]:
    """Unflagged figures that are wrong. One that is right in a row whose name or code was misread is not.

    Of a column that the truth leaves out (how much of the income is of which fund) only the figures are
    known, which stand in the columns that it has as well.
    """
    lost = Counter(_place(each.cell, each.wanted) for each in differences if each.got is None)
    listed = {
        (kind, column) for kind, rows in truth["tables"].items() for row in rows for column in row["amounts"]
    }
    for each in differences:
        if each.got is None or each.flagged:
            continue
        kind, column, figure = _place(each.cell, each.got)
        same = [
            place
            for place, count in lost.items()
            if count and place[::2] == (kind, figure) and (place[1] == column or (kind, column) not in listed)
        ]
        if each.wanted is None and same:
            lost[same[0]] -= 1
        else:
            yield each


def _place(cell: str, figure: str | None) -> tuple[str, str, Decimal]:
    kind, *_, column = cell.split("/")
    return kind, column, Decimal(figure or 0)


def measure(seeds: Sequence[int]) -> str:
    """Misread cells and author errors, as Markdown."""
    clean = [read_clean(seed) for seed in seeds]
    cells = misread_cells(clean, seeds[0])
    errors = author_errors(clean, seeds[0])
    return "\n\n".join(
        [
            f"{len(clean)} documents, seeds {seeds[0]} to {seeds[-1]}.",
            _cells_table(cells),
            *(
                f"Author errors, {'confidences of a scan' if trust == 'ocr' else 'clean transcript'}: "
                f"{tally.counts['planted']} planted, {tally.counts['repairs']} repaired."
                for trust, tally in errors.items()
            ),
        ]
    )


def measure_large(seeds: Sequence[int]) -> str:
    """Documents of many subjects with all forms, as Markdown: what the proof of their amounts costs."""
    clean = [read_clean(seed, family=LARGE, subjects=SUBJECTS, prose=False) for seed in seeds]
    found = misread_cells(clean, seeds[0])
    amounts = [sum(figure is not None for figure in figures(each.tables).values()) for each in clean]
    head = ["characters misread", "damaged", "repaired", "share", "wrongly repaired", "slowest, s"]
    rows = [
        [
            f"{share:.0%}",
            f"{tally.counts['damaged']:,}",
            f"{tally.counts['repaired']:,}",
            f"{tally.counts['repaired'] / max(1, tally.counts['damaged']):.1%}",
            f"{tally.counts['wrongly repaired'] + tally.counts['harmed']:,}",
            f"{tally.slowest:.1f}",
        ]
        for share, tally in found.items()
    ]
    given = f"{len(clean)} documents of {min(amounts):,} to {max(amounts):,} amounts, {SUBJECTS} subjects."
    return f"{given}\n\n{markdown_table(head, rows)}"


def measure_transcripts(seeds: Sequence[int]) -> str:
    """Whole transcripts with noise, as Markdown."""
    found = f"{len(seeds)} transcripts, seeds {seeds[0]} to {seeds[-1]}, with each noise."
    return f"{found}\n\n{_transcripts_table(noisy_transcripts(seeds))}"


def _cells_table(found: dict[float, Tally]) -> str:
    head = ["characters misread", *COUNTS[:2], "share", *COUNTS[2:], "slowest, s"]
    rows = [
        [
            f"{share:.0%}",
            *(f"{tally.counts[count]:,}" for count in COUNTS[:2]),
            f"{tally.counts['repaired'] / max(1, tally.counts['damaged']):.1%}",
            *(f"{tally.counts[count]:,}" for count in COUNTS[2:]),
            f"{tally.slowest:.1f}",
        ]
        for share, tally in found.items()
    ]
    return markdown_table(head, rows)


def _transcripts_table(found: dict[float, Tally]) -> str:
    head = ["characters misread", "amounts", "right in the end", "wrong, not flagged", "slowest, s"]
    rows = [
        [
            f"{share:.0%}",
            f"{tally.counts['cells']:,}",
            f"{tally.counts['right'] / max(1, tally.counts['cells']):.2%}",
            f"{tally.counts['unflagged']:,}",
            f"{tally.slowest:.1f}",
        ]
        for share, tally in found.items()
    ]
    return markdown_table(head, rows)
