"""In the narrative stage: the components that mark subjects and the roles of figures in a doc."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from functools import cache
from importlib.resources import files

from spacy.language import Language
from spacy.matcher import Matcher
from spacy.tokens import Doc, Span, Token
from spacy.util import filter_spans

from extract.narrative.drafts import Names
from extract.narrative.frames import install_extensions, tags_of

_MARKS = {"MARK_CLASS": 0, "MARK_GROUP": 1, "MARK_ITEM": 2}
_NO_NAME = frozenset(
    [
        "LIST",
        "BREAK",
        "COMMA",
        "SEMICOLON",
        "STOP",
        "QUOTE",
        "INCLUDING",
        "MONEY",
        "PERCENT",
        "YEAR",
        "USE",
        "COUNT",
        "BE",
        "REASON",
        "COMPARED",
        "MARK_CLASS",
        "MARK_GROUP",
        "MARK_ITEM",
    ]
)
_NUMBERING = re.compile(r"^(?:\d{1,2}|[（(]\d{1,2}[)）]|[①-⑳])[.、．]?")
_TRANSPARENT = frozenset({"flat"})


@cache
def _roles() -> tuple[tuple[str, tuple[str, ...]], ...]:
    data = tomllib.loads((files("extract.narrative") / "roles.toml").read_text(encoding="utf-8"))
    return tuple((role, tuple(patterns)) for role, patterns in data["roles"].items())


def token_pattern(row: str) -> list[dict[str, object]]:
    """A row of the data file as a Matcher pattern."""
    pattern: list[dict[str, object]] = []
    for step in row.split():
        operator = step[-1] if step[-1] in "?*" else None
        tags = step.strip("!?*").split("|")
        test: object = {"NOT_IN": tags} if step[0] == "!" else {"IN": tags} if len(tags) > 1 else tags[0]
        pattern.append({"TAG": test, **({"OP": operator} if operator else {})})
    return pattern


class RoleMarker:
    """Marks what the figures of a doc are, as spans with labels in ``doc.spans["roles"]``."""

    def __init__(self, nlp: Language) -> None:
        self._matcher = Matcher(nlp.vocab)
        for role, rows in _roles():
            self._matcher.add(role, [token_pattern(row) for row in rows], greedy="LONGEST")

    def __call__(self, doc: Doc) -> Doc:
        found = filter_spans(self._matcher(doc, as_spans=True))
        doc.spans["roles"] = sorted(found, key=lambda span: span.start)
        return doc


class SubjectMarker:
    """Marks the subjects a doc names in ``doc.spans["subjects"]``; a name stands before its mark."""

    def __call__(self, doc: Doc) -> Doc:
        names: dict[int, Names] = {}
        spans = []
        for start, end, subject in _mentions(doc):
            names[start] = subject
            spans.append(Span(doc, start, end, label="subject"))
        doc.spans["subjects"] = spans
        doc._.names = names
        return doc


def _mentions(doc: Doc) -> Iterator[tuple[int, int, Names]]:
    """Runs of named marks from class down to item, as token ranges with their names."""
    run: list[tuple[int, Token, str]] = []
    for token in doc if tags_of(doc) & _MARKS.keys() else ():
        if token.tag_ not in _MARKS:
            continue
        start = _name_start(doc, token.i)
        name = _NUMBERING.sub("", "".join(doc[start : token.i].text.split())) if start < token.i else ""
        if not name:
            continue
        if run and not (run[-1][1].i + 1 == start and _MARKS[run[-1][1].tag_] < _MARKS[token.tag_]):
            yield _mention(run)
            run = []
        run.append((start, token, name))
    if run:
        yield _mention(run)


def _name_start(doc: Doc, mark: int) -> int:
    start = mark
    while start > 0 and doc[start - 1].tag_ not in _NO_NAME:
        start -= 1
    return _before_quotes(doc, start)


def _before_quotes(doc: Doc, start: int) -> int:
    """A name between two marks may hold quotes (``（款）“三西”农业建设专项补助（项）``)."""
    before = start
    while before > 0 and (doc[before - 1].tag_ == "QUOTE" or doc[before - 1].tag_ not in _NO_NAME):
        before -= 1
    return before if before > 0 and doc[before - 1].tag_ in _MARKS else start


def _mention(run: list[tuple[int, Token, str]]) -> tuple[int, int, Names]:
    names: list[str | None] = [None, None, None]
    digits: list[str | None] = [None, None, None]
    for _, token, name in run:
        level = _MARKS[token.tag_]
        names[level] = name
        found = re.search(r"\d+", token.text)
        digits[level] = found.group() if found else None
    subject = Names(names[0], names[1], names[2], (digits[0], digits[1], digits[2]))
    return run[0][0], run[-1][1].i + 1, subject


@Language.factory("gongkai_roles")
def role_marker(nlp: Language, name: str) -> RoleMarker:  # noqa: ARG001 (spaCy's signature)
    """The component that marks roles."""
    return RoleMarker(nlp)


@Language.factory("gongkai_subjects")
def subject_marker(nlp: Language, name: str) -> SubjectMarker:  # noqa: ARG001 (spaCy's signature)
    """The component that marks subjects."""
    install_extensions()
    return SubjectMarker()
