"""In the narrative stage: what the components of the pipeline hand on, and what they are told."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

from spacy.tokens import Doc, Span, Token

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


def install_extensions() -> None:
    """Give docs the attributes the components use. Does nothing the second time."""
    if not Doc.has_extension("drafts"):
        Doc.set_extension("drafts", default=None)
        Doc.set_extension("setting", default=None)
        Doc.set_extension("names", default=None)


def setting_of(doc: Doc) -> Setting:
    return doc._.setting or Setting()


def drafts_of(doc: Doc) -> list[Draft]:
    if doc._.drafts is None:
        doc._.drafts = []
    drafts: list[Draft] = doc._.drafts
    return drafts


def names_of(doc: Doc) -> dict[int, Names]:
    """The printed names of the subjects of a doc, by the index of their first token."""
    names: dict[int, Names] | None = doc._.names
    return names or {}


@dataclass(frozen=True, slots=True)
class Frame:
    """The tokens that speak of one thing, from ``start`` up to ``end``, and the roles among them."""

    doc: Doc
    start: int
    end: int
    roles: tuple[Span, ...]

    @classmethod
    def of(cls, doc: Doc, start: int, end: int) -> Frame:
        roles = tuple(role for role in doc.spans["roles"] if start <= role.start and role.end <= end)
        return cls(doc, start, end, roles)

    def having(self, *labels: str) -> Iterator[Span]:
        return (role for role in self.roles if role.label_ in labels)

    def tokens(self) -> Iterator[Token]:
        return iter(self.doc[self.start : self.end])

    def draft(self, kind: str) -> Draft:
        """A draft spanning the frame, list mark before and breaks behind left out."""
        start, end = self.start, self.end
        while start < end - 1 and self.doc[start].tag_ in ("LIST", "BREAK", "QUOTE"):
            start += 1
        while end > start + 1 and self.doc[end - 1].tag_ in ("BREAK", "LIST", "QUOTE", "INCLUDING"):
            end -= 1
        last = self.doc[end - 1]
        return Draft(kind, self.doc[start].idx, last.idx + len(last.text))


Overflow = Literal["first", "all"]


def put(draft: Draft, name: str, token: Token) -> None:
    """Write the figure of a token under a name; a second, different one makes the draft ambiguous."""
    figure = figure_of(token.text)
    if figure is None:
        return
    unit = unit_of(token.text) if token.tag_ == "MONEY" else None
    if unit and draft.unit is None:
        draft.unit = unit
    elif unit and unit != draft.unit:
        draft.flag("mixed_units")
        return
    if name in draft.values and draft.values[name] is not None:
        if draft.values[name] != figure:
            draft.flag("ambiguous")
        return
    draft.values[name] = figure


def put_roles(draft: Draft, frame: Frame, fields: Mapping[str, str]) -> None:
    """Write the figures of the frame's roles under the fields they stand for."""
    for role in frame.roles:
        if role.label_ in fields:
            put(draft, fields[role.label_], role[-1])
