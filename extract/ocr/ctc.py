"""In the ocr stage: from the probabilities a recogniser gives per step to text (CTC decoding)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING

from extract.ocr.engine import Alternative, Line

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Steps = NDArray[np.float32]

BLANK = 0
"""Index of the class that stands for no character, in all PaddleOCR models."""
_BEAM = 12
_LEAST = 1e-4


def best_path(steps: Steps, characters: Sequence[str], share: float, expected: Steps | None = None) -> Line:
    """The likeliest class of every step, repetitions and blanks dropped (Graves et al. 2006, best path).

    ``steps`` has shape (steps, classes). ``share`` is the share of the steps that the crop fills,
    the rest is padding. ``expected`` weighs the classes by how far their characters are to be
    expected at all; scores stay those of the steps.
    """
    import numpy as np

    classes = (steps if expected is None else steps * expected).argmax(axis=1)
    begins = np.ones(len(classes), dtype=bool)
    begins[1:] = classes[1:] != classes[:-1]
    kept = np.flatnonzero(begins & (classes != BLANK))
    scores = steps[kept, classes[kept]]
    text = "".join(characters[index] for index in classes[kept])
    filled = max(len(classes) * share, 1.0)
    places = tuple(float(min((step + 0.5) / filled, 1.0)) for step in kept)
    if not text:
        return Line("", 0.0, 0.0, ())
    return Line(text, round(float(scores.mean()), 5), round(float(scores.min()), 5), places)


def likeliest(
    steps: Steps, characters: Sequence[str], alphabet: str, most: int = 5
) -> tuple[Alternative, ...]:
    """The likeliest texts over an alphabet, by prefix beam search (Graves and Jaitly 2014).

    Probabilities are those of the classes of the alphabet alone, so they add up to at most 1.
    """
    allowed = [BLANK] + [index for index, char in enumerate(characters) if index and char in alphabet]
    chosen = steps[:, allowed].astype(float)
    chosen = chosen / (chosen.sum(axis=1, keepdims=True) + 1e-12)
    beams: dict[tuple[int, ...], tuple[float, float]] = {(): (1.0, 0.0)}
    for row in chosen.tolist():
        beams = _advanced(beams, [(index, p) for index, p in enumerate(row) if p > _LEAST])
    ranked = sorted(beams.items(), key=lambda beam: -sum(beam[1]))[:most]
    return tuple(
        Alternative("".join(characters[allowed[index]] for index in prefix), round(sum(both), 6))
        for prefix, both in ranked
    )


def _advanced(
    beams: dict[tuple[int, ...], tuple[float, float]], row: Sequence[tuple[int, float]]
) -> dict[tuple[int, ...], tuple[float, float]]:
    """One step on: per text the probabilities of ending in a blank and in its last character."""
    blanks: defaultdict[tuple[int, ...], float] = defaultdict(float)
    ends: defaultdict[tuple[int, ...], float] = defaultdict(float)
    for prefix, (blank, end) in beams.items():
        for index, p in row:
            if index == BLANK:
                blanks[prefix] += (blank + end) * p
            elif prefix and prefix[-1] == index:
                ends[prefix] += end * p
                ends[(*prefix, index)] += blank * p
            else:
                ends[(*prefix, index)] += (blank + end) * p
    texts = dict.fromkeys((*blanks, *ends))
    best = sorted(texts, key=lambda text: -(blanks[text] + ends[text]))[:_BEAM]
    return {text: (blanks[text], ends[text]) for text in best}
