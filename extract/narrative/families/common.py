"""In the narrative stage: what the families of statements share: stretches of a doc and their figures."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from spacy.tokens import Doc, Span

from extract.narrative.frames import Frame, setting_of

BUDGETS = {name: name for name in ("initial_budget", "annual_budget", "adjusted_budget")}
FINALS = {"final": "final", "executed": "final"}
_LAST_YEAR = re.compile(r"(?:上一?年度?|去年)(?:同期)?$")
CLAUSE_ENDS = ("STOP", "SEMICOLON", "BREAK")


def frames_from(doc: Doc, starts: Sequence[int], end: int | None = None) -> Iterator[Frame]:
    """From each start to the next one."""
    ends = [*starts[1:], len(doc) if end is None else end] if starts else []
    for start, stop in zip(starts, ends, strict=True):
        yield Frame.of(doc, start, stop)


def has_money(frame: Frame) -> bool:
    return any(token.tag_ == "MONEY" for token in frame.tokens())


def year_before(frame: Frame, role: Span) -> int | None:
    """The year a figure is said to be of: the nearest one before it in its clause."""
    for token in reversed(frame.doc[frame.start : role.start]):
        if token.tag_ == "YEAR":
            return int(token.text[:4])
        if token.tag_ in ("COMMA", "STOP", "SEMICOLON", "MONEY", "BREAK"):
            return None
    return None


def is_last_years(frame: Frame, role: Span) -> bool:
    """Whether a figure is said to be of the year before, by words or by the year printed before it."""
    year, current = year_before(frame, role), setting_of(frame.doc).fiscal_year
    if year is not None and current is not None:
        return year < current
    return bool(_LAST_YEAR.search(frame.doc[frame.start : role.start].text))


def sentence_start(doc: Doc, index: int, ends: Sequence[str] = ("STOP", "BREAK", "LIST", "SEMICOLON")) -> int:
    while index > 0 and doc[index - 1].tag_ not in ends:
        index -= 1
    return index
