"""In the accounting stage: printed rates held against the figures they are made of.

A figure printed to a place may stand for anything within half a unit of it. A rate agrees when
some figures within those bounds give it, cut off or rounded at its last printed digit.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from models.disclosure import CheckStatus

HUNDRED = Decimal(100)
_COMMON = 0.1
"""Share of figures that must have so many decimals for the author to be taken to write that many."""


def places_of(figure: Decimal) -> int:
    """The printed decimals of a figure."""
    exponent = figure.as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


@dataclass(frozen=True, slots=True)
class Precision:
    """To how many decimals an author writes money; trailing zeros may be left out."""

    decimals: int

    @classmethod
    def of(cls, figures: Iterable[Decimal]) -> Precision:
        """The most decimals that at least a tenth of the figures have."""
        counts = Counter(places_of(figure) for figure in figures if figure)
        total = sum(counts.values())
        common = [
            places for places in counts if sum(n for p, n in counts.items() if p >= places) >= _COMMON * total
        ]
        return cls(max(common, default=2))

    def half(self, figure: Decimal) -> Decimal:
        """By how much the figure may be off what it stands for: half a unit of its last printed place.

        An author who writes 28.10 as 28.1 and 28.00 as 28 is believed to have dropped zeros but
        for one, so that 28 is not taken for anything between 27.5 and 28.5.
        """
        places = max(self.decimals - 1, places_of(figure))
        return Decimal(1).scaleb(-places) / 2 if figure else Decimal(0)


@dataclass(frozen=True, slots=True)
class RateWeighing:
    """A printed rate beside what its figures give, and how far the two agree."""

    status: CheckStatus
    left: Decimal
    right: Decimal | None
    message: str | None = None


def weigh_rate(
    printed: Decimal, part: Decimal, whole: Decimal, part_slack: Decimal, whole_slack: Decimal
) -> RateWeighing | None:
    """Hold a printed percentage against part / whole.

    None where both the whole and the rate are zero. A rate of nothing is a fail.
    """
    if not whole:
        if not printed:
            return None
        return RateWeighing("fail", printed, None, "a rate of something that is zero")
    unit = Decimal(1).scaleb(-places_of(printed))
    exact = part * HUNDRED / whole
    rounded = exact.quantize(unit, ROUND_HALF_UP)
    if rounded == printed:
        return RateWeighing("pass", printed, rounded)
    low, high = _bounds(part, whole, part_slack, whole_slack)
    agrees = low - unit < printed < high + unit
    return RateWeighing("rounding" if agrees else "fail", printed, rounded)


def _bounds(
    part: Decimal, whole: Decimal, part_slack: Decimal, whole_slack: Decimal
) -> tuple[Decimal, Decimal]:
    """The least and the greatest percentage the figures may stand for."""
    least, most = abs(whole) + whole_slack, max(abs(whole) - whole_slack, whole_slack / 10)
    parts = (part - part_slack, part + part_slack)
    rates = [each * HUNDRED / base for each in parts for base in (least, most) if base]
    return min(rates), max(rates)


def weigh_equal(left: Decimal, right: Decimal, slack: Decimal) -> CheckStatus:
    """Exactly equal, equal within the slack of the printed digits, or not."""
    if left == right:
        return "pass"
    return "rounding" if abs(left - right) <= slack else "fail"
