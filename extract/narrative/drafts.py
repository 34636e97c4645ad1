"""In the narrative stage: what the components of the pipeline hand on and are told."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from decimal import Decimal

from models.disclosure import Kind
from models.statements import Flag

_FIGURE = re.compile(r"[-－−]?\d[\d,，]*(?:[.．]\d+)?")
_UNIT = re.compile(r"(?:百万|[千万亿])?(?:美|欧)?元|[%％]|个百分点")


@dataclass(frozen=True, slots=True)
class Setting:
    """What a stretch of text stands in: the disclosure's kind and year, the headings above it.

    ``general`` is false in annexes and reports on key work, where totals are not the accounts'.
    """

    kind: Kind | None = None
    fiscal_year: int | None = None
    headings: tuple[str, ...] = ()
    general: bool = True

    def under(self, word: str) -> bool:
        """Whether a heading above speaks of it."""
        return any(word in heading for heading in self.headings)


@dataclass(frozen=True, slots=True)
class Names:
    """A subject as printed: the names of its levels and the digits printed in its marks."""

    class_: str | None = None
    group: str | None = None
    item: str | None = None
    digits: tuple[str | None, str | None, str | None] = (None, None, None)


@dataclass(slots=True)
class Draft:
    """A statement before its subject is resolved and its place in the document is known.

    ``start`` and ``end`` are offsets in the text of the doc.
    """

    kind: str
    start: int
    end: int
    values: dict[str, object] = field(default_factory=dict)
    flags: list[Flag] = field(default_factory=list)
    names: Names | None = None
    unit: str | None = None

    def flag(self, flag: Flag) -> None:
        if flag not in self.flags:
            self.flags.append(flag)


def figure_of(text: str) -> Decimal | None:
    """The figure a token prints, separators removed.

    >>> figure_of("24,169.74万元")
    Decimal('24169.74')
    """
    found = _FIGURE.search(text)
    if not found:
        return None
    plain = unicodedata.normalize("NFKC", found.group().replace("，", ""))
    return Decimal(plain.replace(",", "").replace("−", "-"))


def unit_of(text: str) -> str | None:
    """The unit of a money token (``万元``)."""
    found = _UNIT.search(text)
    return found.group() if found else None
