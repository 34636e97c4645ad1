"""In the narrative stage: the three public expenses with their counts."""

from __future__ import annotations

import re
from collections.abc import Sequence

from spacy.language import Language
from spacy.tokens import Doc, Token

from extract.narrative.clauses import put_change, put_common, put_completion
from extract.narrative.drafts import Draft
from extract.narrative.families.common import (
    BUDGETS,
    FINALS,
    frames_from,
    sentence_start,
)
from extract.narrative.frames import Frame, drafts_of, put, put_roles, setting_of, tags_of

_ITEMS = {
    "PUBLIC_TOTAL": "total",
    "PUBLIC_ABROAD": "abroad",
    "PUBLIC_VEHICLES": "vehicles",
    "PUBLIC_PURCHASE": "vehicle_purchase",
    "PUBLIC_OPERATION": "vehicle_operation",
    "PUBLIC_RECEPTION": "reception",
}
_RECEIVED = ("RECEIVED_FOREIGN", "RECEIVED_DOMESTIC")
_PUBLIC_FIELDS = {
    **BUDGETS,
    **FINALS,
    "budget": "budget",
    "share_pct": "share_pct",
    "vehicles_bought": "vehicles_bought",
    "vehicles_held": "vehicles_held",
    "trips": "trips",
}


_OPENING = re.compile(r"[（(](?:其中|含|包括|$)")
_BRACKETED = frozenset({"TRIPS", "MARK_CLASS", "MARK_GROUP", "MARK_ITEM", "LIST", "BOUGHT", "COUNT"})
"""Tokens that hold whole brackets."""
_CARRYING = frozenset(
    [
        "REASON",
        "COMPARED",
        "INCLUDING",
        "RECEIVED_FOREIGN",
        "RECEIVED_DOMESTIC",
        "FINAL",
        "COMPLETE",
    ]
)
_CARRIES_ON = re.compile(
    r"全年(?:支出)?|截[至止]|[年期]末|本年度?|当年|\d{4}年(?:度)?(?:共|国内|全年|购置|更新|末|支出)|累计|公务用?车保有|年内"
)


def read_three_public(doc: Doc) -> Doc:
    """Each of the three public expenses owns the text up to the next one that a figure follows."""
    tags = tags_of(doc)
    if not tags & _ITEMS.keys() or not (setting_of(doc).under("三公") or "PUBLIC_TOTAL" in tags):
        return doc
    starts = _item_starts(doc)
    outer: Draft | None = None
    for frame in frames_from(doc, starts, _end_of_public(doc, starts)):
        own = _up_to_next_point(frame)
        closing = _closing(own)
        draft = _public_item(own if closing is None else Frame.of(doc, own.start, closing))
        if closing is not None and outer is not None:
            put_change(outer, Frame.of(doc, closing, own.end))
        if draft is not None:
            drafts_of(doc).append(draft)
            outer = draft if _OPENING.search(own.doc[own.start : own.end].text) else outer
    return doc


def _closing(frame: Frame) -> int | None:
    """Where a bracket closes that was opened before the frame: what follows is of the expense outside."""
    depth = 0
    for token in frame.tokens():
        if token.tag_ in _ITEMS or token.tag_ in _BRACKETED:
            continue
        depth += sum(token.text.count(mark) for mark in "（(") - sum(token.text.count(mark) for mark in "）)")
        if depth < 0:
            return token.i
    return None


def _up_to_next_point(frame: Frame) -> Frame:
    """The frame up to the next paragraph that is about something else."""
    doc = frame.doc
    for token in frame.tokens():
        if token.tag_ == "BREAK" and token.i + 1 < len(doc):
            following = doc[token.i + 1]
            carried = following.tag_ in _CARRYING or _CARRIES_ON.match(doc[token.i + 1 : token.i + 5].text)
            if not carried:
                return Frame.of(doc, frame.start, token.i)
    return frame


def _item_starts(doc: Doc) -> list[int]:
    """Where the text turns to an expense; a sentence that only compares the one before goes on with it."""
    starts: list[int] = []
    for token in doc:
        if token.tag_ not in _ITEMS or not _opens_item(doc, token):
            continue
        if starts and doc[starts[-1]].tag_ == token.tag_ and _only_compares(doc, token):
            continue
        starts.append(token.i)
    return starts


def _only_compares(doc: Doc, token: Token) -> bool:
    """Whether the first thing told of an expense is a comparison, in a sentence of its own."""
    if token.i == 0 or doc[token.i - 1].tag_ != "STOP":
        return False
    first = next((role for role in doc.spans["roles"] if role.start > token.i), None)
    return first is not None and first.label_ in ("change", "change_pct", "flat")


def _opens_item(doc: Doc, token: Token) -> bool:
    """Whether the text turns to an expense here: it is not named within a share or a reason.

    Nor is it where something among it is told (``公务用车运行维护费中，燃油…``).
    """
    if any(role.start < token.i < role.end for role in doc.spans["roles"]):
        return False
    if token.i + 1 < len(doc) and doc[token.i + 1].text.startswith("中"):
        return False
    for before in reversed(doc[: token.i]):
        if before.tag_ in ("STOP", "BREAK", "SEMICOLON"):
            break
        if before.tag_ == "REASON":
            return False
    for after in doc[token.i + 1 + _is_title(doc, token) :]:
        if after.tag_ in ("MONEY", "PERCENT", "FLAT"):
            return True
        if after.tag_ in ("STOP", "BREAK") or after.tag_ in _ITEMS:
            return False
    return False


def _is_title(doc: Doc, token: Token) -> bool:
    """Whether an expense stands alone at the head of its paragraph (``1.公务接待费。2023年决算数…``)."""
    headed = token.i == 0 or doc[token.i - 1].tag_ in ("LIST", "BREAK")
    return headed and token.i + 1 < len(doc) and doc[token.i + 1].tag_ == "STOP"


def _end_of_public(doc: Doc, starts: Sequence[int]) -> int:
    """Where the text turns to the operating cost or to procurement."""
    last = starts[-1] if starts else 0
    others = (t.i for t in doc[last:] if t.tag_ in ("OPERATING", "PROCURED"))
    return next((sentence_start(doc, index) for index in others), len(doc))


def _public_item(frame: Frame) -> Draft | None:
    draft = frame.draft("three_public_item")
    draft.values["item"] = _ITEMS[frame.doc[frame.start].tag_]
    current = "budget" if setting_of(frame.doc).kind == "budget" else "final"
    own = Frame.of(frame.doc, frame.start, _foreign_start(frame))
    put_roles(draft, own, {**_PUBLIC_FIELDS, "amount": current})
    put_completion(draft, own)
    put_common(draft, _without_common_change(draft, frame))
    _put_receptions(draft, frame)
    told = {"final", "budget", "share_pct", "change", "direction", "completion_pct", *BUDGETS}
    return draft if told & draft.values.keys() else None


def _without_common_change(draft: Draft, frame: Frame) -> Frame:
    """The frame up to a sentence that only compares, behind a list of expenses: it may mean all of them."""
    doc = frame.doc
    stop = next((t.i for t in frame.tokens() if t.tag_ == "STOP"), frame.end)
    if stop + 1 >= frame.end or doc[stop + 1].tag_ != "COMPARED" or not _is_listed(frame):
        return frame
    draft.flag("ambiguous")
    return Frame.of(doc, frame.start, stop)


def _is_listed(frame: Frame) -> bool:
    """Whether other expenses with figures stand before this one in its sentence."""
    start = sentence_start(frame.doc, frame.start, ends=("STOP", "BREAK"))
    before = {token.tag_ for token in frame.doc[start : frame.start]}
    return "MONEY" in before and bool(before & _ITEMS.keys() - {"PUBLIC_TOTAL"})


def _foreign_start(frame: Frame) -> int:
    """Where the parts of a reception fee begin, whose amounts are not the item's."""
    return next((token.i for token in frame.tokens() if token.tag_ in _RECEIVED), frame.end)


def _put_receptions(draft: Draft, frame: Frame) -> None:
    """Groups and persons; those after 外宾接待 up to the end of its sentence are foreign."""
    foreign = range(0)
    for token in frame.tokens():
        if token.tag_ == "RECEIVED_FOREIGN":
            ends = ("BREAK", "RECEIVED_DOMESTIC")
            end = next((t.i for t in frame.doc[token.i : frame.end] if t.tag_ in ends), frame.end)
            foreign = range(token.i, end)
    for role in frame.having("receptions"):
        abroad = role.start in foreign
        put(draft, "foreign_receptions" if abroad else "receptions", role[-1])
    for token in frame.tokens():
        if token.tag_ == "COUNT" and token.text.endswith("人次"):
            going = draft.values["item"] == "abroad"
            name = "travellers" if going else "foreign_guests" if token.i in foreign else "guests"
            put(draft, name, token)


@Language.component("gongkai_public_statements")
def public_statements(doc: Doc) -> Doc:
    """Reads the three public expenses."""
    return read_three_public(doc) if setting_of(doc).general else doc
