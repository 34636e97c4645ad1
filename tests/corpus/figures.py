"""In the corpus generator: how an author writes money."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Literal

Unit = Literal["万元", "元"]


@dataclass(frozen=True, slots=True)
class Notation:
    """The unit of a form, its decimals, thousands separators and what stands for zero (``""`` is nothing).

    ``plain`` drops trailing zeros behind the point (``2.50`` prints as ``2.5``).
    """

    unit: Unit = "万元"
    decimals: int = 2
    grouping: bool = False
    zero: str = ""
    plain: bool = False

    @property
    def quantum(self) -> Decimal:
        """The smallest amount in yuan that this notation writes without rounding."""
        return Decimal(10000 if self.unit == "万元" else 1).scaleb(-self.decimals)

    def figure(self, yuan: Decimal) -> Decimal:
        """The printed value, rounded half up as spreadsheets do."""
        scaled = yuan / 10000 if self.unit == "万元" else yuan
        return scaled.quantize(Decimal(1).scaleb(-self.decimals), ROUND_HALF_UP)

    def text(self, yuan: Decimal) -> str:
        """The amount as printed; zero as the author prints it."""
        return self.written(self.figure(yuan))

    def written(self, figure: Decimal) -> str:
        """A value already in the unit of the form, as printed."""
        if figure == 0:
            return self.zero
        text = f"{figure:,f}" if self.grouping else f"{figure:f}"
        return text.rstrip("0").rstrip(".") if self.plain and "." in text else text
