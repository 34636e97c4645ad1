"""In the narrative stage: what every family of statements says alike: changes, reasons, uses, rates."""

from __future__ import annotations

import re

from spacy.tokens import Span, Token

from extract.narrative.drafts import Draft
from extract.narrative.frames import Frame, put

_BASES = {
    "INITIAL": "initial_budget",
    "ANNUAL": "annual_budget",
    "ADJUSTED": "adjusted_budget",
    "BUDGET": "budget",
    "WORD": "budget",
    "SPENT": "budget",
}
_DIRECTIONS = {"UP": "up", "DOWN": "down"}
_COMPARISON = re.compile(r"^[与同较比]|(?:相比|比较|相较|对比)?[，,]?$")
_ENUMERATED = re.compile(r"^(?:[二三四五六]是|[2-9][.、]|同时|此外|另外)")
_ENDS = ("STOP", "BREAK")
_NEXT_MATTER = ("REASON", "PROBLEM", "INCLUDING", "LIST", "REVIEW")


def put_change(draft: Draft, frame: Frame) -> None:
    """The change, its direction and rate, and what it is compared with; the first of each."""
    for role in frame.having("change", "change_pct", "flat"):
        direction = next((_DIRECTIONS[t.tag_] for t in role if t.tag_ in _DIRECTIONS), "flat")
        if role.label_ in draft.values or (direction == "flat" and draft.values.get("direction")):
            continue
        if draft.values.get("compared_with") and _basis(role, frame) not in (
            None,
            draft.values["compared_with"],
        ):
            continue
        if role.label_ != "flat":
            put(draft, role.label_, role[-1])
        draft.values.setdefault("direction", direction)
        if basis := _basis(role, frame):
            draft.values.setdefault("compared_with", basis)


def _basis(role: Span, frame: Frame) -> str | None:
    """The printed basis of a comparison (``2022年度``): the nearest one before, within the frame."""
    for token in reversed(frame.doc[frame.start : role.end]):
        if token.tag_ == "COMPARED":
            return _COMPARISON.sub("", token.text) or None
    return None


def put_completion(draft: Draft, frame: Frame) -> None:
    """The completion rate and the budget it refers to."""
    for role in frame.having("completion_pct"):
        known = draft.values.get("completion_pct")
        put(draft, "completion_pct", role[-1])
        base = next((_BASES[token.tag_] for token in role if token.tag_ in _BASES), None)
        if known is None:
            draft.values["completion_of"] = base
        for token in role:
            if token.tag_ == "MONEY" and base:
                put(draft, base, token)


def text_after(frame: Frame, index: int, *, whole: bool = False) -> str:
    """What is said after a token up to the end of its sentence, enumerations carried on.

    ``whole`` goes on over sentences up to the next matter.
    """
    doc = frame.doc
    start = index + 1
    if doc[index].text[-1] in "：:" and start < frame.end and doc[start].tag_ == "BREAK":
        start += 1
    end = start
    while end < frame.end:
        tag = doc[end].tag_
        if end > start and tag in _NEXT_MATTER and (whole or tag == "LIST"):
            break
        if tag in _ENDS and not whole and not _enumerates_on(frame, end):
            break
        end += 1
    return doc[start:end].text.replace("\n", "").strip(" 。；;，,：:\n") if end > start else ""


def _enumerates_on(frame: Frame, stop: int) -> bool:
    following = stop + 1
    while following < frame.end and frame.doc[following].tag_ in ("BREAK", "STOP"):
        following += 1
    return following < frame.end and bool(_ENUMERATED.match(frame.doc[following].text))


def gives_reason(token: Token) -> bool:
    """Whether a word of reason gives one: 主要是 does so only where a change was told before."""
    if not token.text.startswith("主要是"):
        return True
    for before in reversed(token.doc[: token.i]):
        if before.tag_ == "BREAK":
            return False
        if before.tag_ in ("UP", "DOWN", "FLAT"):
            return True
        if before.tag_ == "MONEY":
            return before.i > 0 and before.nbor(-1).tag_ in ("UP", "DOWN", "BE")
    return False


def put_words(draft: Draft, frame: Frame, tag: str, name: str) -> None:
    """Write what follows the first word of a tag; several reasons are joined.

    Nothing after the word is an unfinished sentence.
    """
    said = []
    for token in frame.tokens():
        if token.tag_ == tag and (tag != "REASON" or gives_reason(token)):
            words = text_after(frame, token.i)
            if words:
                said.append(words)
            else:
                draft.flag("unfinished")
    if said:
        draft.values[name] = "；".join(dict.fromkeys(said)) if name == "reason" else said[0]


def put_common(draft: Draft, frame: Frame) -> None:
    """Change, reason and blanks."""
    put_change(draft, frame)
    put_words(draft, frame, "REASON", "reason")
    if any(token.tag_ == "BLANK" for token in frame.tokens()):
        draft.flag("unfinished")
