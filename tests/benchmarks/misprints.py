"""In the benchmarks: errors of authors in scanned documents, which must stay as they are printed.

Generated disclosures with misprinted figures are cut down to the pages of one spoilt form,
scanned and extracted. What their own text says is what is printed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from extract.errors import ExtractionError
from extract.tables.weighing import row_address, row_name
from models.disclosure import Disclosure
from tests.benchmarks.report import markdown_table
from tests.corpus.arrivals import ARRIVALS
from tests.corpus.generator import generate

MISTAKES = 3
"""Figures an author got wrong in a document, each in another form."""
CONDITIONS = ("scan150", "scan200", "fax200", "jpeg40")
"""How documents arrive, in turn."""
_SMALL = {"subjects": 6, "prose": False}

Place = tuple[str, str, str]
"""Form kind, row (code or name) and column."""
Figures = dict[Place, tuple[Decimal, str]]
"""A figure and its proof by place."""


@dataclass
class Tally:
    """What became of the planted errors and of the repairs; ``wrong`` names what must not be."""

    counts: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)


def read(seed: int) -> Tally:
    """Scan and extract a spoilt form of one document, and compare with what they print."""
    document = generate(seed, mistakes=MISTAKES, **_SMALL)
    data = _spoilt_pages(document.data, document.truth["planted"])
    printed, _ = _extracted(data)
    scan = ARRIVALS[CONDITIONS[seed % len(CONDITIONS)]].make(data, seed)
    tally = Tally()
    try:
        found, repaired = _extracted(scan)
    except ExtractionError:
        tally.counts["documents refused"] += 1
        found, repaired = {}, []
    for mistake in document.truth["planted"]:
        judge(mistake, printed, found, tally)
    for place in repaired:
        tally.counts["repairs"] += 1
        if place in printed and found[place][0] != printed[place][0]:
            tally.wrong.append(f"seed {seed}: {'/'.join(place)} made {found[place][0]}")
    return tally


def judge(mistake: Mapping[str, Any], printed: Figures, found: Figures, tally: Tally) -> None:
    """Count what became of one planted error, if it stands on the pages that were read."""
    place = (mistake["kind"], mistake["code"] or mistake["name"], mistake["column"])
    if place not in printed or printed[place][0] != Decimal(mistake["printed"]):
        return
    tally.counts["planted"] += 1
    figure, proof = found.get(place, (None, "lost"))
    if figure == printed[place][0]:
        tally.counts[f"as printed, {proof}"] += 1
    elif figure == Decimal(mistake["exact"]):
        tally.wrong.append(f"{'/'.join(place)}: {mistake['printed']} made {figure}")
    else:
        tally.counts["lost or misread"] += 1


def _spoilt_pages(data: bytes, planted: Sequence[Mapping[str, Any]]) -> bytes:
    """The pages of the first spoilt form."""
    import pymupdf

    kinds = [mistake["kind"] for mistake in planted]
    form = next(table for table in _disclosure(data).tables if table.kind in kinds)
    with pymupdf.open(stream=data, filetype="pdf") as source:
        source.select([page - 1 for page in form.pages])
        return bytes(source.tobytes(garbage=3, no_new_id=True))


def _disclosure(data: bytes) -> Disclosure:
    from extract import Options, extract

    return extract(data, options=Options(file_name="document.pdf", narrative=False))


def _extracted(data: bytes) -> tuple[Figures, list[Place]]:
    """Every figure of a document by its place, and the places of the repaired ones."""
    disclosure = _disclosure(data)
    repaired = {repair.where for repair in disclosure.repairs}
    figures: Figures = {}
    places = []
    for table in disclosure.tables:
        for row in table.rows:
            for column, figure in row.amounts.items():
                if figure and column in row.cells:
                    place = (table.kind, row.code or row_name(row), column)
                    figures[place] = figure, row.cells[column].proof
                    if f"{table.id}/{row_address(row)}/{column}" in repaired:
                        places.append(place)
    return figures, places


def measure(seeds: Sequence[int]) -> str:
    """Planted errors of so many documents, as Markdown."""
    whole = Tally()
    for seed in seeds:
        one = read(seed)
        whole.counts += one.counts
        whole.wrong += one.wrong
    planted, repairs, refused = (
        whole.counts.pop(name, 0) for name in ("planted", "repairs", "documents refused")
    )
    rows = [[name, f"{count:,}"] for name, count in sorted(whole.counts.items())]
    rows.append(["**made another figure than is printed**", str(len(whole.wrong))])
    ways = ", ".join(CONDITIONS)
    head = f"{len(seeds)} documents ({ways} in turn), {planted} planted errors on the pages read, "
    told = "".join(f"\n- {line}" for line in whole.wrong[:20])
    table = markdown_table(["planted errors", "figures"], rows)
    tail = f"{repairs} amounts repaired, {refused} documents refused."
    return f"{head}{tail}\n\n{table}{told}"
