"""In the accounting stage: how likely a figure is as it was printed, from all that is known about it.

The probabilities were counted on generated documents (``python -m tests.benchmarks confidence``) and
lie beside this file as data.
"""

from __future__ import annotations

import csv
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Literal, NamedTuple

Reader = Literal["pixels", "transcript"]
"""Where a figure was read: by a recogniser, or in a transcript that shows damage."""
Standing = Literal["proven", "consistent", "unchecked", "contradicted", "doubtful"]
"""How far identities prove a figure; ``doubtful``: another reading of it would fit them as well."""
Look = Literal["once", "confirmed", "differing", "repaired"]
"""Whether a second look found the same, or the figure was put right."""

SCORES = (0.0, 0.5, 0.8, 0.9, 0.95, 0.98, 0.99)
"""Where the classes of the recogniser's score begin; a transcript has none."""


class Evidence(NamedTuple):
    """What is known of a figure: how it was read, the recogniser's score, what the sums say."""

    reader: Reader
    standing: Standing
    look: Look
    score: float


class Known(NamedTuple):
    """From a score on: how likely such figures were right, and on how many that was counted."""

    score: float
    probability: float
    figures: int


Group = tuple[str, str, str]
"""Reader, standing and look."""
UNKNOWN = 0.5
"""Of what was never seen nothing is known."""


def confidence(evidence: Evidence) -> float:
    """The probability that a figure is as printed.

    Where no figure was ever looked at in the same way, the least of those that stand alike is taken.
    """
    known = table().get(evidence[:3])
    if known is not None:
        return _at(known, evidence.score)
    like = [rows for (reader, standing, _), rows in table().items() if (reader, standing) == evidence[:2]]
    return min((_at(rows, evidence.score) for rows in like), default=UNKNOWN)


def _at(known: Sequence[Known], score: float) -> float:
    place = bisect_right([each.score for each in known], score)
    return known[max(place - 1, 0)].probability


@cache
def table() -> Mapping[Group, tuple[Known, ...]]:
    """The counted probabilities, by group, lowest score first."""
    text = files("extract.accounting").joinpath("confidence.tsv").read_text(encoding="utf-8")
    found: dict[Group, list[Known]] = {}
    for row in csv.DictReader(text.splitlines(), delimiter="\t"):
        known = Known(float(row["score"]), float(row["probability"]), int(row["figures"]))
        found.setdefault((row["reader"], row["standing"], row["look"]), []).append(known)
    return {group: tuple(sorted(rows)) for group, rows in found.items()}
