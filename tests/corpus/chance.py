"""At the root of the corpus generator: every random decision of a document, reproducible from its seed."""

from __future__ import annotations

import random
from collections.abc import Sequence
from decimal import ROUND_DOWN, Decimal
from typing import TypeVar

Choice = TypeVar("Choice")


class Chance:
    """A stream of decisions; two streams of the same seed and purpose decide alike.

    Only ``random.random`` is drawn from: it is the one method whose sequence Python guarantees
    for a seed across versions.
    """

    def __init__(self, seed: int, purpose: str = "") -> None:
        self._random = random.Random(f"{seed}/{purpose}")

    def number(self, low: int, high: int) -> int:
        """A whole number from ``low`` to ``high``, both included."""
        return low + int(self._random.random() * (high - low + 1))

    def happens(self, probability: float) -> bool:
        return self._random.random() < probability

    def pick(self, choices: Sequence[Choice]) -> Choice:
        return choices[self.number(0, len(choices) - 1)]

    def sample(self, choices: Sequence[Choice], count: int) -> list[Choice]:
        """``count`` different elements (all, if there are fewer), in their original order."""
        left = list(range(len(choices)))
        taken = [left.pop(self.number(0, len(left) - 1)) for _ in range(min(count, len(choices)))]
        return [choices[position] for position in sorted(taken)]

    def amount(self, low: int, high: int, quantum: Decimal) -> Decimal:
        """An amount in yuan between ``low`` and ``high``, small ones likelier, a multiple of ``quantum``."""
        skewed = self._random.random() ** 3
        exact = Decimal(low) + Decimal(str(round(skewed, 9))) * (high - low)
        return max(quantum, rounded_down(exact, quantum))

    def shares(self, total: Decimal, count: int, quantum: Decimal) -> list[Decimal]:
        """``count`` parts of ``total``, multiples of ``quantum`` that add up to it exactly; some may be 0."""
        weights = [Decimal(str(round(0.05 + self._random.random(), 6))) for _ in range(count)]
        parts = [rounded_down(total * weight / sum(weights), quantum) for weight in weights]
        return [*parts[:-1], total - sum(parts[:-1], Decimal(0))]


def rounded_down(exact: Decimal, quantum: Decimal) -> Decimal:
    """The largest multiple of ``quantum`` not above ``exact``."""
    return (exact / quantum).to_integral_value(ROUND_DOWN) * quantum
