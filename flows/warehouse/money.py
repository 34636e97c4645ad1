"""For loading and comparing: printed figures as decimals of the warehouse, and their units in yuan."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_HALF_EVEN, Context, Decimal, Inexact, InvalidOperation
from functools import lru_cache
from typing import Final

from flows.warehouse.star import PRECISION, SCALE

YUAN: Final[Mapping[str, int]] = {
    "元": 1,
    "百元": 100,
    "千元": 1_000,
    "万元": 10_000,
    "百万元": 1_000_000,
    "亿元": 100_000_000,
}
"""What one unit is in yuan. A unit that is not here is not guessed at."""

_EXACT = Context(prec=PRECISION, rounding=ROUND_HALF_EVEN, traps=[Inexact, InvalidOperation])
_STEP = Decimal(1).scaleb(-SCALE)


class DoesNotFit(ValueError):
    """A figure with more digits than a decimal of the warehouse has."""


@lru_cache(maxsize=32_768)
def stored_with_yuan(text: str, unit: str | None) -> tuple[Decimal, Decimal | None]:
    """A figure and what it is in yuan, None where the unit is unknown; raises ``DoesNotFit``."""
    amount = stored(text)
    return amount, in_yuan(amount, unit)


@lru_cache(maxsize=32_768)
def stored(text: str) -> Decimal:
    """A figure as it is stored, exactly; raises ``DoesNotFit``.

    >>> stored("1266.16")
    Decimal('1266.160000')
    """
    try:
        amount = _EXACT.quantize(Decimal(text), _STEP)
    except ArithmeticError as error:
        raise DoesNotFit(text) from error
    if not amount.is_finite():
        raise DoesNotFit(text)
    return amount


def in_yuan(amount: Decimal, unit: str | None) -> Decimal | None:
    """An amount in yuan; None where the unit is unknown. Raises ``DoesNotFit``.

    >>> in_yuan(Decimal("20.60"), "万元")
    Decimal('206000.000000')
    """
    factor = YUAN.get(unit or "")
    if factor is None:
        return None
    try:
        return _EXACT.quantize(amount * factor, _STEP)
    except ArithmeticError as error:
        raise DoesNotFit(str(amount)) from error
