"""In the narrative stage: the components that mark subjects and the roles of figures in a doc."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from spacy.language import Language
from spacy.matcher import Matcher
from spacy.tokens import Doc, Span, Token
from spacy.util import filter_spans

from extract.narrative.drafts import Names
from extract.narrative.frames import install_extensions, setting_of, tags_of
from extract.narrative.resolving import is_run_together

_MARKS = {"MARK_CLASS": 0, "MARK_GROUP": 1, "MARK_ITEM": 2}
_LOWEST = 2
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
        "MARK_NEXT",
    ]
)
_BUDGETED = frozenset({"INITIAL", "ANNUAL", "ADJUSTED", "UNBUDGETED", "FINAL"})
_TELLING = _MARKS.keys() | {"CODE"} | _BUDGETED
_LEADING_CODE = re.compile(r"[12](?:\d{2}|\d{4}|\d{6})(?=[^\d类款项.,，%年月日号])")
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


@dataclass(frozen=True, slots=True)
class _Named:
    """A name of one level: tokens from ``start`` up to ``end``, its mark or lone code included."""

    level: int
    start: int
    end: int
    name: str
    digits: str | None


def _mentions(doc: Doc) -> Iterator[tuple[int, int, Names]]:
    """Runs of named levels from class down to item, as token ranges with their names."""
    run: list[_Named] = []
    for named in _named(doc):
        if run and not (run[-1].end == named.start and run[-1].level < named.level):
            yield _mention(run)
            run = []
        run.append(named)
    if run:
        yield _mention(run)


def _named(doc: Doc) -> Iterator[_Named]:
    """The levels a doc names: before a mark, behind a code, or all of them at the head of a paragraph."""
    before: _Named | None = None
    for token in doc if tags_of(doc) & _TELLING else ():
        found = None
        if token.tag_ in _MARKS or token.tag_ == "MARK_NEXT":
            found = _marked(doc, token, before)
        elif token.tag_ == "CODE":
            found = _coded(doc, token)
        elif token.tag_ in _BUDGETED:
            found = _unmarked(doc, token)
        if found is not None:
            yield found
            before = found


def _marked(doc: Doc, mark: Token, before: _Named | None) -> _Named | None:
    """The name before a mark; one of digits alone must go on right behind the level above it."""
    start = _name_start(doc, mark.i)
    level = _MARKS.get(mark.tag_, -1)
    if level < 0:
        if before is None or before.end != start or before.level >= _LOWEST or before.digits is None:
            return None
        level = before.level + 1
    name = "".join(doc[start : mark.i].text.split())
    code = _LEADING_CODE.match(name)
    name = _unquoted(name[code.end() :] if code else _NUMBERING.sub("", name))
    digits = re.search(r"\d+", mark.text)
    printed = digits.group() if digits else code.group() if code else None
    return _Named(level, start, mark.i + 1, name, printed) if name else None


def _coded(doc: Doc, code: Token) -> _Named | None:
    """The name behind a code, where no mark follows it."""
    end = _name_end(doc, code.i + 1)
    if end < len(doc) and doc[end].tag_ in _MARKS:
        return None
    name = _unquoted("".join(doc[code.i + 1 : end].text.split()))
    return _Named(_LOWEST, code.i, end, name, code.text.rstrip("-－—")) if name else None


def _unmarked(doc: Doc, told: Token) -> _Named | None:
    """The names of all three levels, run together without marks at the head of a paragraph."""
    start = told.i
    while start > 0 and doc[start - 1].tag_ in ("WORD", "SPENT", "OF", "QUOTE"):
        start -= 1
    year = setting_of(doc).fiscal_year
    if start == told.i or year is None or (start > 0 and doc[start - 1].tag_ not in ("LIST", "BREAK")):
        return None
    text = "".join(doc[start : told.i].text.split())
    for name in (text, text.removesuffix("支出")):
        if is_run_together(Names(item=name), year):
            return _Named(_LOWEST, start, told.i, name, None)
    return None


def _name_end(doc: Doc, index: int) -> int:
    """Where a name that nothing marks ends: at the first word that says something else."""
    end = index
    while end < len(doc) and doc[end].tag_ in ("WORD", "QUOTE", "OF"):
        end += 1
    return end


def _unquoted(name: str) -> str:
    """A name in quotes without them; quotes within it stay."""
    inner = name.strip('“”"‘’')
    return name if any(mark in inner for mark in "“”") else inner


def _name_start(doc: Doc, mark: int) -> int:
    start = mark
    if start > 0 and doc[start - 1].tag_ == "QUOTE":
        return _quoted_start(doc, start - 1)
    while start > 0 and doc[start - 1].tag_ not in _NO_NAME:
        start -= 1
    return _before_quotes(doc, start)


def _quoted_start(doc: Doc, closing: int) -> int:
    """The start of a name that ends with a quote: its opening quote, or words before that."""
    start = closing
    while start > 0 and doc[start - 1].tag_ not in _NO_NAME:
        start -= 1
    if start > 0 and doc[start - 1].tag_ == "QUOTE":
        start -= 1
    while start > 0 and doc[start - 1].tag_ == "WORD":
        start -= 1
    return start


def _before_quotes(doc: Doc, start: int) -> int:
    """A name may hold quotes, unless they begin a paragraph (``（款）“三西”农业建设专项补助（项）``)."""
    before = start
    while before > 0 and (doc[before - 1].tag_ == "QUOTE" or doc[before - 1].tag_ not in _NO_NAME):
        before -= 1
    headed = before > 0 and doc[before - 1].tag_ in ("LIST", "BREAK") and doc[before].tag_ != "QUOTE"
    return before if headed or (before > 0 and doc[before - 1].tag_ in _MARKS) else start


def _mention(run: Sequence[_Named]) -> tuple[int, int, Names]:
    names: list[str | None] = [None, None, None]
    digits: list[str | None] = [None, None, None]
    for named in run:
        names[named.level], digits[named.level] = named.name, named.digits
    subject = Names(names[0], names[1], names[2], (digits[0], digits[1], digits[2]))
    return run[0].start, run[-1].end, subject


@Language.factory("gongkai_roles")
def role_marker(nlp: Language, name: str) -> RoleMarker:  # noqa: ARG001 (spaCy's signature)
    """The component that marks roles."""
    return RoleMarker(nlp)


@Language.factory("gongkai_subjects")
def subject_marker(nlp: Language, name: str) -> SubjectMarker:  # noqa: ARG001 (spaCy's signature)
    """The component that marks subjects."""
    install_extensions()
    return SubjectMarker()
