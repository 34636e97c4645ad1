"""In the narrative stage: the tokens that speak of one thing, and how their figures get into a draft."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from spacy.tokens import Doc, Span, Token

from extract.narrative.drafts import Draft, Names, Setting, figure_of, unit_of


def install_extensions() -> None:
    """Give docs the attributes the components use. Does nothing the second time."""
    if not Doc.has_extension("drafts"):
        Doc.set_extension("drafts", default=None)
        Doc.set_extension("setting", default=None)
        Doc.set_extension("names", default=None)


def setting_of(doc: Doc) -> Setting:
    return doc._.setting or Setting()


def tags_of(doc: Doc) -> frozenset[str]:
    """The tags that occur in a doc."""
    tags: frozenset[str] | None = doc.user_data.get("tags")
    return frozenset(token.tag_ for token in doc) if tags is None else tags


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
