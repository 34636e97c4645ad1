"""In the layout stage: headings divide the running text into sections."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from extract.layout.contents import plain_entry
from extract.layout.flow import TextLine
from extract.layout.paragraphs import Paragraphs, begins_anew, without_half_spaces
from models.disclosure import Section

SectionKind = Literal["duties", "structure", "tables", "narrative", "key_work", "glossary", "annex", "other"]

_NUMERAL = "[一二三四五六七八九十]+"
_MARKS: tuple[tuple[int, re.Pattern[str]], ...] = (
    (1, re.compile(rf"第\s*(?:{_NUMERAL}|\d+)\s*(?:部分|章)")),
    (2, re.compile(rf"{_NUMERAL}\s*[、.．]")),
    (3, re.compile(rf"[(（]\s*{_NUMERAL}\s*[)）]")),
)
_LOWER_MARKS: tuple[tuple[int, re.Pattern[str]], ...] = (
    (4, re.compile(r"\d{1,2}\s*(?:[、．]|\.(?!\d))")),
    (5, re.compile(r"[(（]\s*\d{1,2}\s*[)）]")),
    (6, re.compile(r"[①-⑳]")),
)
"""Marks that number list items as often as headings: only a title-like line under one is a heading."""
_TITLE_END = re.compile(r"(?:情况|说明|得分|结论|措施|原因|目标|目的|职责|概况|结果|指标|分析|设置|解释|表)$")
_LONGEST_LOWER_HEADING = 26
_KINDS: tuple[tuple[SectionKind, re.Pattern[str]], ...] = (
    ("glossary", re.compile(r"名词解释|专业性?名词|术语")),
    ("annex", re.compile(r"附件|附表|附录")),
    ("key_work", re.compile(r"重点工作|重要工作|其他需要说明的情况$")),
    ("tables", re.compile(r"(?:预算|决算)(?:公开)?表$|表$")),
    ("structure", re.compile(r"机构设置|单位构成|部门构成|单位基本情况|组织机构|人员构成")),
    ("duties", re.compile(r"职责|职能|概况")),
    ("narrative", re.compile(r"说明|情况")),
)
_PAGE_NUMBER = re.compile(r"\d{1,3}|[-—–－]+\s*\d{1,3}\s*[-—–－]+|第\s*\d{1,3}\s*页(?:\s*共\s*\d{1,3}\s*页)?")
_PAGE_NUMBER_BEFORE = re.compile(r"^\s*[-—–－]\s*\d{1,3}\s*[-—–－](?=\s*[^\d\s])\s*")
_LONGEST_HEADING = 60
_LARGE = 1.15
"""A line set this much larger than the body is a heading."""


@dataclass(slots=True)
class _Draft:
    level: int
    heading: str
    lines: list[TextLine] = field(default_factory=list)
    first_page: int | None = None
    heading_line: TextLine | None = None


def body_size(lines: Iterable[TextLine]) -> float:
    """The text size most characters are set in; 0 for transcripts."""
    weights: dict[float, int] = {}
    for line in lines:
        if line.size is not None:
            size = round(line.size, 1)
            weights[size] = weights.get(size, 0) + len(line.text)
    return max(weights, key=lambda size: (weights[size], size)) if weights else 0.0


def heading_level(line: TextLine, body: float, known: frozenset[str]) -> int | None:
    """The level of a line that may be a heading, None for running text.

    第…部分 is level 1, 一、 level 2, （一） level 3, 1. level 4, （1） level 5, ① level 6. A line that
    stands in the contents, or is set larger than the body, is a heading of level 1 unless its mark
    says otherwise. Numbered sentences are running text; so are list items under 1. （1） ① that do
    not end like a title.
    """
    text = line.text.strip()
    if len(text) > _LONGEST_HEADING or re.search(r"[。；;，,：:]", text.rstrip("。：:")):
        return None
    for level, mark in _MARKS:
        if mark.match(text):
            return level if not text.endswith("。") or _TITLE_END.search(text.rstrip("。")) else None
    lower = next((level for level, mark in _LOWER_MARKS if mark.match(text)), None)
    if lower is not None:
        titled = len(text) <= _LONGEST_LOWER_HEADING and bool(_TITLE_END.search(text))
        return lower if titled else None
    large = line.size is not None and body > 0 and line.size >= _LARGE * body
    return 1 if plain_entry(text) in known or (large and len(text) >= 2) else None


def _kind(heading: str, parent: SectionKind) -> SectionKind:
    plain = plain_entry(heading)
    return next((kind for kind, words in _KINDS if words.search(plain)), parent)


def read_sections(lines: Sequence[TextLine], contents: Iterable[str] = ()) -> tuple[Section, ...]:
    """Divide running text into sections; text before the first heading is left out.

    ``lines`` come without running heads, contents and tables; ``contents`` are the entries of
    the contents page.
    """
    lines = _without_page_numbers(lines)
    paragraphs = Paragraphs.of(lines)
    body = body_size(lines)
    known = frozenset(filter(None, map(plain_entry, contents)))
    drafts: list[_Draft] = []
    for index, line in enumerate(lines):
        level = heading_level(line, body, known)
        if level is not None and _runs_on(lines, index, paragraphs, level):
            level = None
        if level is None:
            if drafts:
                drafts[-1].lines.append(line)
        elif _goes_on(drafts, level, line):
            drafts[-1].heading += line.text.strip()
        else:
            drafts.append(_Draft(level, line.text.strip(), [], line.page, line))
    return tuple(_numbered([_with_whole_heading(draft, paragraphs) for draft in drafts], paragraphs))


def _without_page_numbers(lines: Sequence[TextLine]) -> list[TextLine]:
    """The lines of a transcript without the page numbers that were printed between them."""
    kept = []
    for line in lines:
        if line.page is None:
            text = _PAGE_NUMBER_BEFORE.sub("", line.text)
            if not text.strip() or _PAGE_NUMBER.fullmatch(text.strip()):
                continue
            line = replace(line, text=text)
        kept.append(line)
    return kept


def _runs_on(lines: Sequence[TextLine], index: int, paragraphs: Paragraphs, level: int) -> bool:
    """Whether a full line that looks like a heading is the beginning of a paragraph.

    It is when the next line carries it on, and the two together do not read like a heading.
    """
    line = lines[index]
    following = lines[index + 1] if index + 1 < len(lines) else None
    if following is None or level == 1 or not paragraphs.full(line) or begins_anew(following.text.strip()):
        return False
    if _TITLE_END.search(line.text.strip().rstrip("。：:")):
        return False
    return not _is_rest_of_heading(line, following, paragraphs)


def _is_rest_of_heading(line: TextLine, rest: TextLine, paragraphs: Paragraphs) -> bool:
    text = rest.text.strip()
    together = line.text.strip() + text
    return (
        len(together) <= _LONGEST_HEADING
        and not paragraphs.full(rest)
        and not re.search(r"[。；;，,：:]", text)
        and bool(_TITLE_END.search(text))
    )


def _with_whole_heading(draft: _Draft, paragraphs: Paragraphs) -> _Draft:
    """A heading broken over two lines, made whole from the first line of its text."""
    last = draft.heading_line
    if not draft.lines or last is None:
        return draft
    first = draft.lines[0]
    broken = draft.level == 1 or paragraphs.full(last)
    if not broken or begins_anew(first.text.strip()) or not _is_rest_of_heading(last, first, paragraphs):
        return draft
    return _Draft(draft.level, draft.heading + first.text.strip(), draft.lines[1:], draft.first_page)


def _goes_on(drafts: Sequence[_Draft], level: int, line: TextLine) -> bool:
    """A large line right after a large heading is its second line."""
    if not drafts or drafts[-1].lines or drafts[-1].first_page != line.page:
        return False
    marked = any(mark.match(line.text.strip()) for _, mark in _MARKS)
    return level == 1 and drafts[-1].level == 1 and not marked


def _numbered(drafts: Sequence[_Draft], paragraphs: Paragraphs) -> Iterable[Section]:
    """Sections with ids that count within their parent (``s3.1.2``) and kinds that pass down."""
    counters: list[int] = []
    levels: list[int] = []
    kinds: list[SectionKind] = []
    for draft in drafts:
        while levels and levels[-1] >= draft.level:
            levels.pop()
            kinds.pop()
        depth = len(levels)
        counters = [*counters[:depth], (counters[depth] if len(counters) > depth else 0) + 1]
        levels.append(draft.level)
        kinds.append(_kind(draft.heading, kinds[-1] if kinds else "other"))
        flowed = paragraphs.flowed(draft.lines)
        pages = (draft.first_page, *flowed.pages)
        starts = (0, *flowed.starts)
        own = [n for n, page in enumerate(pages) if page is not None and page not in pages[:n]]
        yield Section(
            id="s" + ".".join(map(str, counters)),
            level=draft.level,
            heading=_plain_heading(draft.heading),
            kind=kinds[-1],
            pages=tuple(page for n in own if (page := pages[n]) is not None),
            text=flowed.text,
            page_starts=tuple(starts[n] for n in own),
        )


def _plain_heading(heading: str) -> str:
    """A heading without half-spaces; the blank after 第…部分 stays."""
    mark = _MARKS[0][1].match(heading)
    stem = heading[: mark.end()] if mark else ""
    rest = without_half_spaces(heading[len(stem) :].strip())
    return f"{stem} {rest}" if stem and rest and heading[len(stem)] == " " else stem + rest
