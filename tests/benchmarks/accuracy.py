"""In the benchmarks: how right gongkai is, over families of templates, ways of ruling and transcripts."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from tests.benchmarks.documents import SHARED
from tests.benchmarks.report import markdown_table
from tests.corpus.compare import Comparison, compare, plain_name
from tests.corpus.forms import families
from tests.corpus.generator import GeneratedDocument, generate
from tests.corpus.render_text import MANNERS
from tests.corpus.rulings import CLOSED, RULINGS

PARTIAL = tuple(name for name in RULINGS if name not in CLOSED)


@dataclass(frozen=True, slots=True)
class Score:
    """One document, or the sum of several: amount cells as in ``Comparison``; ``refused`` got no result.

    ``misidentified`` counts documents whose organisation, year or kind is wrong.
    """

    documents: int = 0
    right: int = 0
    wrong: int = 0
    missing: int = 0
    false: int = 0
    unflagged: int = 0
    misidentified: int = 0
    refused: int = 0

    @classmethod
    def of(cls, compared: Comparison, *, refused: bool = False) -> Score:
        """The score of one document."""
        return cls(
            1,
            compared.right,
            compared.wrong,
            compared.missing,
            compared.false,
            compared.unflagged,
            bool(compared.identity),
            refused,
        )

    @property
    def f1(self) -> float:
        """Over all cells of all documents; 1.0 when there is nothing to find."""
        found, wanted = self.right + self.wrong + self.false, self.right + self.wrong + self.missing
        return 2 * self.right / (found + wanted) if found + wanted else 1.0


COUNTS = tuple(field.name for field in fields(Score))


def total(scores: Iterable[Score]) -> Score:
    """The sum of some scores."""
    listed = list(scores)
    return Score(**{name: sum(getattr(score, name) for score in listed) for name in COUNTS})


def manners() -> dict[str, Callable[[int, str], GeneratedDocument]]:
    """How documents are written down: a function of seed and family for each."""
    closed = {"PDF, cells closed": lambda seed, family: _ruled(seed, family, CLOSED)}
    partial = {"PDF, lines missing": lambda seed, family: _ruled(seed, family, PARTIAL)}
    texts = {f"text, {manner}": _written(manner) for manner in MANNERS}
    return {**closed, **partial, **texts}


def _ruled(seed: int, family: str, styles: Sequence[str]) -> GeneratedDocument:
    return generate(seed, family=family, rulings=styles[seed % len(styles)])


def _written(manner: str) -> Callable[[int, str], GeneratedDocument]:
    return lambda seed, family: generate(seed, family=family, renderer=manner)


Scores = Mapping[tuple[str, str], Score]
"""By manner and family."""


def score_generated(seeds: Sequence[int], *, family_names: Sequence[str] = ()) -> Scores:
    """The score of each manner and family, all seeds together."""
    return {
        (manner, family): total(_score(make(seed, family)) for seed in seeds)
        for manner, make in manners().items()
        for family in family_names or sorted(families())
    }


def _score(document: GeneratedDocument) -> Score:
    return _judged(document.data, f"document{document.suffix}", document.truth)


def _judged(data: bytes, name: str, truth: Mapping[str, Any], *, whole: bool = True) -> Score:
    """Extract and compare; a gold that is not ``whole`` judges only the forms and columns it has."""
    from extract import Options, extract
    from extract.errors import ExtractionError

    try:
        output = json.loads(extract(data, options=Options(file_name=name)).model_dump_json(by_alias=True))
    except ExtractionError:
        return Score.of(compare({}, truth), refused=True)
    return Score.of(compare(output if whole else _covered(output, truth), truth))


def _covered(output: Mapping[str, Any], truth: Mapping[str, Any]) -> dict[str, Any]:
    """The result without the kinds and columns of which the gold says nothing."""
    columns = {
        kind: {key for row in rows for key in row["amounts"]} for kind, rows in truth["tables"].items()
    }
    tables = [
        {**table, "rows": [_with_columns(row, columns[table["kind"]]) for row in table["rows"]]}
        for table in output["tables"]
        if table["kind"] in columns
    ]
    return {**output, "tables": tables}


def _with_columns(row: Mapping[str, Any], columns: set[str]) -> dict[str, Any]:
    return {**row, "amounts": {key: figure for key, figure in row["amounts"].items() if key in columns}}


def score_gold(shared: Path = SHARED) -> dict[str, Score]:
    """The score of every document with a gold that lists amounts; none where there is no gold."""
    return {path.stem: score for path in sorted(shared.glob("gold/*.json")) for score in _gold_score(path)}


def _gold_score(path: Path) -> Iterator[Score]:
    gold = json.loads(path.read_text(encoding="utf-8"))
    if any(gold["tables"].values()):
        source = path.parents[1] / gold["file"]
        also = {kind: list(_hidden(rows)) for kind, rows in gold["tables"].items()}
        truth = {"status": {}, "also_printed": also, **gold}
        yield _judged(source.read_bytes(), source.name, truth, whole=False)


def _hidden(rows: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """The figures of rows of which only the last can be told by its name: the same line printed twice."""
    seen = set()
    for row in reversed(rows):
        name = row.get("code"), row.get("line"), row.get("side"), plain_name(row.get("name"))
        if name in seen:
            yield from filter(None, row["amounts"].values())
        seen.add(name)


def report(generated: Scores, gold: Mapping[str, Score], seeds: Sequence[int]) -> str:
    """The scores in Markdown: by manner, by family, and the gold."""
    kinds = list(dict.fromkeys(manner for manner, _ in generated))
    names = list(dict.fromkeys(family for _, family in generated))
    parts = [
        f"Generated documents, seeds {seeds[0]} to {seeds[-1]}, {len(names)} families:",
        _score_table("manner", {kind: _manner_total(generated, kind) for kind in kinds}),
        "F1 by family:",
        markdown_table(
            ["family", *kinds],
            [[name, *(f"{generated[kind, name].f1:.4f}" for kind in kinds)] for name in names],
        ),
    ]
    if gold:
        parts += ["Real documents with gold:", _score_table("document", gold)]
    return "\n\n".join(parts)


def _manner_total(generated: Scores, manner: str) -> Score:
    return total(score for (kind, _), score in generated.items() if kind == manner)


def _score_table(first: str, scores: Mapping[str, Score]) -> str:
    head = [first, "documents", "F1", *(name for name in COUNTS if name != "documents")]
    rows = [
        [
            name,
            str(score.documents),
            f"{score.f1:.4f}",
            *(f"{int(getattr(score, count)):,}" for count in COUNTS if count != "documents"),
        ]
        for name, score in scores.items()
    ]
    return markdown_table(head, rows)
