"""In the tables stage: an identity held against printed figures, with the slack that rounding explains."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Literal, NamedTuple

from models.disclosure import CheckStatus, Row, Table

Address = tuple[str, int, str]
"""A cell: id of the table ("" before the document is put together), index of the row, key of the column."""

IdentityRule = Literal["column", "tree"]
ZERO = Decimal(0)


class Identity(NamedTuple):
    """The figure of the first of ``cells`` is the sum of the others, each with its sign.

    ``where`` is the address of the sum within its table (``2080505`` or ``208/basic``).
    A tuple, like ``Weighing``, because a document has a thousand of them.
    """

    rule: IdentityRule
    cells: tuple[Address, ...]
    signs: tuple[int, ...]
    formula: str
    where: str


class Weighing(NamedTuple):
    """How an identity fared.

    ``difference`` is left minus right. ``speaks_for`` tells, figure by figure (left first),
    whether the outcome confirms it; it is empty where nothing holds. An exact sum confirms
    all its figures. A rounded one confirms those for which the difference is within half a
    unit of the finest place of their own table for every figure of the sum: a sum saved by one
    coarsely printed figure confirms none of the finer ones, nor the coarse one where its
    table prints finer.
    """

    status: CheckStatus
    left: Decimal | None
    right: Decimal | None
    difference: Decimal | None
    speaks_for: tuple[bool, ...] = ()

    @property
    def holds(self) -> bool:
        return self.status in ("pass", "rounding")


class Places(NamedTuple):
    """To what a figure was rounded: one unit of its own last place, and of the finest in its table.

    Both are 0 for a zero and for a blank, which nobody rounded.
    """

    own: Decimal
    finest: Decimal


@dataclass(frozen=True)
class Figures:
    """The printed figures of one table; a cell that prints nothing is not in ``amounts``."""

    amounts: Mapping[Address, Decimal]

    def get(self, address: Address) -> Decimal | None:
        return self.amounts.get(address)

    @cached_property
    def finest(self) -> Decimal:
        """One unit of the last place of the figure with most decimals (0.01 where cents are printed)."""
        places = (_places(figure) for figure in self.amounts.values())
        return Decimal(1).scaleb(-max(places, default=0))

    @cached_property
    def pads_decimals(self) -> bool:
        """Whether the table prints trailing zeros (``20.60``), as opposed to dropping them (``20.6``)."""
        decimals = -_exponent(self.finest)
        return decimals > 0 and any(
            _places(figure) == decimals and figure.as_tuple().digits[-1] == 0
            for figure in self.amounts.values()
        )

    def places(self, address: Address) -> Places:
        """To what a figure was rounded.

        In a table that pads decimals, ``14348853`` beside ``14348853.34`` was rounded to 1;
        in one that drops trailing zeros, ``25`` beside ``21.56`` stands for 25.00.
        """
        figure = self.amounts.get(address)
        if not figure:
            return Places(ZERO, ZERO)
        own = Decimal(1).scaleb(-_places(figure)) if self.pads_decimals else self.finest
        return Places(own, self.finest)


def _exponent(figure: Decimal) -> int:
    exponent = figure.as_tuple().exponent
    return exponent if isinstance(exponent, int) else 0


def _places(figure: Decimal) -> int:
    return max(0, -_exponent(figure))


def figures_of(table: Table) -> Figures:
    """The figures a table prints, by their addresses."""
    return Figures(
        {
            (table.id, index, key): figure
            for index, row in enumerate(table.rows)
            for key, figure in row.amounts.items()
            if figure is not None
        }
    )


def signed_sum(terms: Iterable[tuple[int, Decimal | None]]) -> Decimal | None:
    """The signed sum of the terms; a blank one counts nothing, None when all are blank."""
    total: Decimal | None = None
    for sign, figure in terms:
        if figure is not None:
            if total is None:
                total = figure if sign > 0 else -figure
            else:
                total = total + figure if sign > 0 else total - figure
    return total


def residual(left: Decimal, terms: Iterable[tuple[int, Decimal | None]]) -> Decimal:
    """Left minus the signed sum of the terms."""
    return left - (signed_sum(terms) or ZERO)


def slack(units: Iterable[Decimal]) -> Decimal:
    """By how much a sum of figures rounded to these units may be off: half a unit each."""
    return sum(units, ZERO) / 2


def weigh_figures(
    left: Decimal | None,
    terms: Sequence[tuple[int, Decimal | None]],
    places: Callable[[], Sequence[Places]],
) -> Weighing | None:
    """Hold left against the signed sum of the terms; None when nothing is printed to compare.

    ``places`` tells to what every figure was rounded, left first, and is asked only when the
    sum is not exact. A blank among printed terms counts as zero, for these forms
    print nothing for zero; but a sum passes only when its left side and at least one term
    are printed. A printed figure over nothing but blanks fails, printed terms under a blank
    are not applicable.
    """
    right = signed_sum(terms)
    if left is None or right is None:
        return _weigh_blank(left, right, terms)
    difference = left - right
    if not difference:
        return Weighing("pass", left, right, difference, (True,) * (len(terms) + 1))
    rounded = places()
    if abs(difference) > slack(place.own for place in rounded):
        return Weighing("fail", left, right, difference)
    return Weighing("rounding", left, right, difference, _confirmed(abs(difference), rounded))


def _confirmed(difference: Decimal, rounded: Sequence[Places]) -> tuple[bool, ...]:
    count = sum(1 for place in rounded if place.own)
    return tuple(place.own == place.finest and difference <= count * place.finest / 2 for place in rounded)


def _weigh_blank(
    left: Decimal | None, right: Decimal | None, terms: Sequence[tuple[int, Decimal | None]]
) -> Weighing | None:
    if left:
        return Weighing("fail", left, None, None)
    if left is None and any(figure for _, figure in terms):
        return Weighing("not_applicable", None, right, None)
    return None


def weigh(identity: Identity, figures: Figures) -> Weighing | None:
    """Hold an identity against the figures of its table; None when there is nothing to compare."""
    left, *terms = map(figures.amounts.get, identity.cells)
    signed = list(zip(identity.signs, terms, strict=True))
    return weigh_figures(left, signed, lambda: [figures.places(address) for address in identity.cells])


def row_address(row: Row) -> str:
    """How a row is named in checks and repairs: its code, else its 行次, else side and name."""
    if row.code:
        return row.code
    if row.line is not None:
        return f"line {row.line}"
    name = row_name(row)
    return f"{row.side}:{name}" if row.side else name


def row_name(row: Row) -> str:
    """The name of a row as printed, without white space; numbering (一、) is kept where printed."""
    return "".join((row.printed_name or row.name or "").split())
