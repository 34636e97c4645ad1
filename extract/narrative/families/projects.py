"""In the narrative stage: projects, their money and what came of it."""

from __future__ import annotations

import re

from spacy.language import Language
from spacy.tokens import Doc

from extract.narrative.clauses import put_completion, text_after
from extract.narrative.drafts import Draft
from extract.narrative.families.common import (
    CLAUSE_ENDS,
    frames_from,
    has_money,
    sentence_start,
)
from extract.narrative.frames import Frame, drafts_of, names_of, put, put_roles, setting_of, tags_of

_BUDGETS = ("budget", "annual_budget", "adjusted_budget")
_NAMED = re.compile(r"(.{2,})项目(?:支出)?(?:总|当年|本年)?$")
_NO_PROJECT = re.compile(r"^(?:[本该此各两]|上述|全部|所有|其他|\d+个)|整体|部门|单位$")


def read_projects(doc: Doc) -> Doc:
    """Projects: reviews (…项目绩效自评综述：…), with what came of them (主要成效), with their money."""
    tags = tags_of(doc)
    if not tags & {"REVIEW", "EFFECT"}:
        if tags & {"EXECUTED", "FINAL"} and not names_of(doc):
            _read_named(doc)
        return doc
    reviews = [token.i for token in doc if token.tag_ == "REVIEW"]
    starts = [sentence_start(doc, index) for index in reviews]
    for frame, review in zip(frames_from(doc, starts), reviews, strict=True):
        _read_review(doc, frame, review)
    if not reviews:
        _read_effects(doc)
    return doc


def _project_name(text: str) -> str:
    return _whole_name(text).removesuffix("项目")


def _whole_name(text: str) -> str:
    name = "".join(text.split()).strip('：:，,、“”"')
    return re.sub(r"^(?:项目支出)?(?:主要用于)?[（(]?\d{0,2}[)）]?[.、．]?", "", name)


def _read_review(doc: Doc, frame: Frame, review: int) -> None:
    name = _project_name(doc[frame.start : review].text + doc[review].text.split("绩效")[0])
    if not name or not has_money(frame):
        return
    draft = frame.draft("project_execution")
    draft.values["project"] = name
    _put_money(draft, frame)
    _put_result(draft, frame)
    drafts_of(doc).append(draft)


def _read_named(doc: Doc) -> None:
    """``养护项目预算资金为80万元，执行数为78万元``: one sentence, its first words are the name."""
    for role in doc.spans["roles"]:
        if role.label_ not in _BUDGETS:
            continue
        start = _name_before(doc, role.start)
        words = "".join(token.text for token in doc[start : role.start] if token.tag_ != "YEAR")
        named = _NAMED.search(_whole_name(words))
        end = next((t.i for t in doc[role.end :] if t.tag_ in CLAUSE_ENDS), len(doc))
        frame = Frame.of(doc, start, end)
        if named is None or _NO_PROJECT.search(named[1]) or not any(frame.having("executed", "final")):
            continue
        draft = frame.draft("project_execution")
        draft.values["project"] = named[1]
        _put_money(draft, frame)
        drafts_of(doc).append(draft)


def _put_money(draft: Draft, frame: Frame) -> None:
    put_roles(draft, frame, {"annual_budget": "annual_budget", "adjusted_budget": "annual_budget"})
    put_roles(draft, frame, {"budget": "annual_budget", "executed": "executed", "final": "executed"})
    put_completion(draft, frame)
    draft.values.pop("completion_of", None)


def _put_result(draft: Draft, frame: Frame) -> None:
    effect = next((token.i for token in frame.tokens() if token.tag_ == "EFFECT"), None)
    if effect is not None:
        draft.values["result"] = text_after(frame, effect, whole=True) or None


def _read_effects(doc: Doc) -> None:
    """``信息化运维经费84.54万元，主要成效保障…；``: name, amount and effect in one clause."""
    for token in doc:
        if token.tag_ != "EFFECT":
            continue
        money = _money_before(doc, token.i)
        if money is None:
            continue
        start = _name_before(doc, money)
        name = _project_name(doc[start:money].text)
        if not name:
            continue
        end = next((t.i for t in doc[token.i :] if t.tag_ in ("SEMICOLON", "BREAK")), len(doc))
        frame = Frame.of(doc, start, end)
        draft = frame.draft("project_execution")
        draft.values["project"] = name
        put(draft, "executed" if setting_of(doc).kind != "budget" else "annual_budget", doc[money])
        _put_result(draft, frame)
        drafts_of(doc).append(draft)


def _money_before(doc: Doc, index: int) -> int | None:
    while index > 0 and doc[index - 1].tag_ == "COMMA":
        index -= 1
    return index - 1 if index > 0 and doc[index - 1].tag_ == "MONEY" else None


def _name_before(doc: Doc, index: int) -> int:
    start = index
    while start > 0 and doc[start - 1].tag_ not in (
        "STOP",
        "SEMICOLON",
        "BREAK",
        "LIST",
        "USE",
        "COMMA",
        "MONEY",
    ):
        start -= 1
    return start


@Language.component("gongkai_project_statements")
def project_statements(doc: Doc) -> Doc:
    """Reads projects."""
    return read_projects(doc)
