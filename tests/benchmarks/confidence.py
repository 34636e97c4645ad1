"""In the benchmarks: the confidence of figures is counted on generated documents and held against others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import groupby
from typing import Any, NamedTuple
from unittest.mock import patch

from extract.accounting import ProvenTables, prove_amounts
from extract.accounting.confidence import SCORES, Evidence, Group, Known, confidence
from models.disclosure import Disclosure
from tests.benchmarks.documents import ROOT
from tests.benchmarks.report import markdown_table
from tests.corpus.compare import Key, row_keys, wanted_figures
from tests.corpus.generator import generate
from tests.corpus.raster import CONDITIONS, rasterised
from tests.corpus.render_text import MANNERS

TABLE = ROOT / "extract" / "accounting" / "confidence.tsv"
PLOT = ROOT / "docs" / "confidence.svg"
SCANNED = ("scan150", "low105", "broken_fax", "jpeg40", "specks", "fax200", "photo", "scan200")
"""Damage of the scans, in turns: half of it normal, half of it hard."""
PAGES = range(1, 5)
"""Pages of each document that are scanned, counted from 0: the summary and the first forms."""
NOISE = (0.01, 0.03, 0.05)
"""Shares of characters misread in transcripts."""
EDGES = (0.0, 0.5, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.999)
"""Classes of the reliability plot."""


class Observed(NamedTuple):
    """What was known of a figure, and whether it is as printed."""

    evidence: Evidence
    right: bool


def observe(scans: Sequence[int], transcripts: Sequence[int]) -> list[Observed]:
    """The figures of scans and damaged transcripts of these seeds."""
    return [*_of_scans(scans), *_of_transcripts(transcripts)]


def _of_scans(seeds: Sequence[int]) -> Iterator[Observed]:
    for seed in seeds:
        document = generate(seed, prose=False, subjects=6)
        data = rasterised(document.data, CONDITIONS[SCANNED[seed % len(SCANNED)]], seed, PAGES)
        yield from _of_document(data, ".pdf", document.truth)


def _of_transcripts(seeds: Sequence[int]) -> Iterator[Observed]:
    manners = tuple(MANNERS)
    for seed in seeds:
        for share in NOISE:
            document = generate(seed, renderer=manners[seed % len(manners)], noise=share)
            yield from _of_document(document.data, document.suffix, document.truth)


def _of_document(data: bytes, suffix: str, truth: Mapping[str, Any]) -> Iterator[Observed]:
    from extract import Options, extract
    from extract.errors import ExtractionError

    proven: list[ProvenTables] = []

    def watched(*given: Any, **named: Any) -> ProvenTables:
        proven.append(prove_amounts(*given, **named))
        return proven[-1]

    try:
        with patch("extract.pipeline.prove_amounts", watched):
            read = extract(data, options=Options(file_name=f"document{suffix}", narrative=False))
    except ExtractionError:
        return
    yield from _judged(read, proven[-1], truth)


def _judged(read: Disclosure, proven: ProvenTables, truth: Mapping[str, Any]) -> Iterator[Observed]:
    """Figures other than zero of the forms judged; a right one in a row whose name was misread is right.

    Figures nobody has agreed a place for are left out.
    """
    wanted = wanted_figures(truth)
    found = [each for each in _figures(read, truth) if each.key[0] in truth["tables"]]
    met = {each.key for each in found}
    lost = Counter(_place(key, figure) for key, figure in wanted.items() if key not in met)
    spare = Counter((kind, Decimal(text)) for kind, texts in truth["also_printed"].items() for text in texts)
    for each in found:
        right = wanted.get(each.key) == each.figure
        if each.key not in wanted:
            right = _taken(lost, _place(each.key, each.figure))
            if not right and _taken(spare, (each.key[0], each.figure)):
                continue
        if each.address in proven.evidence:
            yield Observed(proven.evidence[each.address], right)


def _place(key: Key, figure: Decimal) -> tuple[str, str, Decimal]:
    """A figure of a column, whatever its row."""
    return key[0], key[2], figure


def _taken(left: Counter[Any], key: object) -> bool:
    """Whether there was one left, which is used up."""
    left[key] -= 1
    return left[key] >= 0


class _Figure(NamedTuple):
    address: tuple[str, int, str]
    key: Key
    figure: Decimal


def _figures(read: Disclosure, truth: Mapping[str, Any]) -> Iterator[_Figure]:
    keys = row_keys(truth)
    for table in read.tables:
        for index, row in enumerate(table.rows):
            for column, figure in row.amounts.items():
                if figure:
                    key = table.kind, keys(table.kind, row.model_dump()), column
                    yield _Figure((table.id, index, column), key, figure)


# Fitting --------------------------------------------------------------------------------------------


def fit(observed: Iterable[Observed]) -> dict[Group, list[Known]]:
    """Shares of right figures by group and class of score, rising with the score.

    One right and one wrong figure are added to every class, so that few say little. Where a
    higher score did worse, neighbouring classes are pooled (isotonic regression).
    """
    ordered = sorted(observed, key=lambda each: each.evidence)
    return {group: _rising([*each]) for group, each in groupby(ordered, key=lambda each: each.evidence[:3])}


def _rising(observed: Sequence[Observed]) -> list[Known]:
    pools: list[tuple[float, int, int]] = []
    for start, end in zip(SCORES, (*SCORES[1:], 2.0), strict=True):
        own = [each.right for each in observed if start <= each.evidence.score < end]
        if own:
            pools.append((start, sum(own), len(own)))
        while len(pools) > 1 and _share(pools[-2]) > _share(pools[-1]):
            (start, right, count), (_, more, others) = pools[-2:]
            pools[-2:] = [(start, right + more, count + others)]
    return [Known(start, round(_share((start, right, n)), 4), n) for start, right, n in pools]


def _share(pool: tuple[float, int, int]) -> float:
    _, right, count = pool
    return (right + 1) / (count + 2)


def write_table(known: Mapping[Group, Sequence[Known]]) -> None:
    """Write what was counted where the extractor reads it."""
    lines = ["reader\tstanding\tlook\tscore\tprobability\tfigures"]
    for group, rows in sorted(known.items()):
        lines += [
            "\t".join((*group, f"{row.score:g}", f"{row.probability:g}", str(row.figures))) for row in rows
        ]
    TABLE.write_text("\n".join(lines) + "\n", encoding="utf-8")


# Reliability ----------------------------------------------------------------------------------------


class Class(NamedTuple):
    """Figures of like confidence: their number, mean confidence and share of right ones."""

    figures: int
    stated: float
    right: float


def reliability(observed: Sequence[Observed]) -> list[Class]:
    """Stated against counted, class by class."""
    sure = [(confidence(each.evidence), each.right) for each in observed]
    found = []
    for start, end in zip(EDGES, (*EDGES[1:], 2.0), strict=True):
        own = [(stated, right) for stated, right in sure if start <= stated < end]
        if own:
            mean = sum(stated for stated, _ in own) / len(own)
            found.append(Class(len(own), mean, sum(right for _, right in own) / len(own)))
    return found


def measure(fitted: str, scans: Sequence[int], transcripts: Sequence[int], *, plot: bool) -> str:
    """The reliability on held-out seeds, as Markdown; the plot too if wanted."""
    observed = observe(scans, transcripts)
    parts = [f"Counted on {fitted}; held against scans of seeds {_span(scans)} and transcripts of seeds "
             f"{_span(transcripts)}."]  # fmt: skip
    for reader in ("pixels", "transcript"):
        classes = reliability([each for each in observed if each.evidence.reader == reader])
        if not classes:
            continue
        rows = [[f"{c.stated:.4f}", f"{c.right:.4f}", f"{c.figures:,}"] for c in classes]
        parts.append(markdown_table([f"{reader}: stated", "right", "figures"], rows))
    if plot:
        PLOT.write_text(drawing(reliability(observed)), encoding="utf-8")
    return "\n\n".join(parts)


def _span(seeds: Sequence[int]) -> str:
    return f"{seeds[0]} to {seeds[-1]}" if seeds else "(none)"


def drawing(classes: Sequence[Class]) -> str:
    """The reliability plot as SVG: stated confidence across, share of right figures up, on the diagonal."""
    side, edge = 320, 48
    marks = [
        f'<circle cx="{edge + c.stated * side:.1f}" cy="{edge + (1 - c.right) * side:.1f}" '
        f'r="{2 + min(8.0, c.figures**0.25):.1f}" fill="#1b6ca8" fill-opacity="0.7">'
        f"<title>stated {c.stated:.3f}, right {c.right:.3f}, {c.figures} figures</title></circle>"
        for c in classes
    ]
    grid = [line for tick in (0, 0.2, 0.4, 0.6, 0.8, 1) for line in _tick(tick, side, edge)]
    whole = side + 2 * edge
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {whole} {whole}" '
            'font-family="sans-serif" font-size="11">',
            f'<rect width="{whole}" height="{whole}" fill="white"/>',
            *grid,
            f'<line x1="{edge}" y1="{edge + side}" x2="{edge + side}" y2="{edge}" stroke="#999"/>',
            *marks,
            f'<text x="{whole / 2}" y="{whole - 8}" text-anchor="middle">stated confidence</text>',
            f'<text x="14" y="{whole / 2}" text-anchor="middle" transform="rotate(-90 14 {whole / 2})">'
            "share of figures as printed</text>",
            "</svg>\n",
        ]
    )


def _tick(tick: float, side: int, edge: int) -> Iterator[str]:
    x, y = edge + tick * side, edge + (1 - tick) * side
    yield f'<line x1="{x:.0f}" y1="{edge}" x2="{x:.0f}" y2="{edge + side}" stroke="#eee"/>'
    yield f'<line x1="{edge}" y1="{y:.0f}" x2="{edge + side}" y2="{y:.0f}" stroke="#eee"/>'
    yield f'<text x="{x:.0f}" y="{edge + side + 16}" text-anchor="middle">{tick:g}</text>'
    yield f'<text x="{edge - 6}" y="{y + 4:.0f}" text-anchor="end">{tick:g}</text>'
