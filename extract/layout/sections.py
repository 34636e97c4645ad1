"""In the layout stage: headings divide the running text into sections."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal

from extract.layout.contents import plain_entry
from extract.layout.flow import TextLine
from models.disclosure import Section

SectionKind = Literal["duties", "structure", "tables", "narrative", "key_work", "glossary", "annex", "other"]

_NUMERAL = "[一二三四五六七八九十]+"
_MARKS: tuple[tuple[int, re.Pattern[str]], ...] = (
    (1, re.compile(rf"第\s*(?:{_NUMERAL}|\d+)\s*(?:部分|章)")),
    (2, re.compile(rf"{_NUMERAL}\s*[、.．]")),
    (3, re.compile(rf"[(（]\s*{_NUMERAL}\s*[)）]")),
)
_KINDS: tuple[tuple[SectionKind, re.Pattern[str]], ...] = (
    ("glossary", re.compile(r"名词解释|专业性?名词|术语")),
    ("annex", re.compile(r"附件|附表|附录")),
    ("key_work", re.compile(r"重点工作|重要工作|其他需要说明的情况$")),
    ("tables", re.compile(r"(?:预算|决算)(?:公开)?表$|表$")),
    ("structure", re.compile(r"机构设置|单位构成|部门构成|单位基本情况|组织机构|人员构成")),
    ("duties", re.compile(r"职责|职能|概况")),
    ("narrative", re.compile(r"说明|情况")),
)
_LONGEST_HEADING = 60
_LARGE = 1.15
"""A line set this much larger than the body is a heading."""


@dataclass(slots=True)
class _Draft:
    level: int
    heading: str
    lines: list[TextLine] = field(default_factory=list)
    first_page: int | None = None


def body_size(lines: Iterable[TextLine]) -> float:
    """The text size most characters are set in; 0 for transcripts."""
    weights: dict[float, int] = {}
    for line in lines:
        if line.size is not None:
            size = round(line.size, 1)
            weights[size] = weights.get(size, 0) + len(line.text)
    return max(weights, key=lambda size: (weights[size], size)) if weights else 0.0


def heading_level(line: TextLine, body: float, known: frozenset[str]) -> int | None:
    """The level of a heading, None for running text.

    第…部分 is level 1, 一、 level 2, （一） level 3. A line that stands in the contents, or is set
    larger than the body, is a heading of level 1 unless its mark says otherwise. Numbered
    sentences are running text.
    """
    text = line.text.strip()
    if len(text) > _LONGEST_HEADING or re.search(r"[。；;，,：:]", text.rstrip("。：:")):
        return None
    for level, mark in _MARKS:
        if mark.match(text):
            return level
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
    body = body_size(lines)
    known = frozenset(filter(None, map(plain_entry, contents)))
    drafts: list[_Draft] = []
    for line in lines:
        level = heading_level(line, body, known)
        if level is None:
            if drafts:
                drafts[-1].lines.append(line)
        elif _goes_on(drafts, level, line):
            drafts[-1].heading += line.text.strip()
        else:
            drafts.append(_Draft(level, line.text.strip(), first_page=line.page))
    return tuple(_numbered(drafts, _right_edges(lines)))


def _goes_on(drafts: Sequence[_Draft], level: int, line: TextLine) -> bool:
    """A large line right after a large heading is its second line."""
    if not drafts or drafts[-1].lines or drafts[-1].first_page != line.page:
        return False
    marked = any(mark.match(line.text.strip()) for _, mark in _MARKS)
    return level == 1 and drafts[-1].level == 1 and not marked


def _right_edges(lines: Iterable[TextLine]) -> dict[int, float]:
    """How far to the right the text of each page reaches."""
    edges: dict[int, float] = {}
    for line in lines:
        if line.page is not None and line.box is not None:
            edges[line.page] = max(edges.get(line.page, 0.0), line.box[2])
    return edges


def _numbered(drafts: Sequence[_Draft], edges: dict[int, float]) -> Iterable[Section]:
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
        pages = {draft.first_page, *(line.page for line in draft.lines)}
        yield Section(
            id="s" + ".".join(map(str, counters)),
            level=draft.level,
            heading=" ".join(draft.heading.split()),
            kind=kinds[-1],
            pages=tuple(sorted(page for page in pages if page is not None)),
            text=flowed(draft.lines, edges),
        )


def flowed(lines: Sequence[TextLine], edges: dict[int, float]) -> str:
    """Running text with printed line breaks undone; paragraphs are parted by line breaks.

    A line that stops short of the right edge ends its paragraph, as does one after which the
    next begins with a numbering mark. Lines without geometry are joined until a sentence ends.
    """
    text = ""
    open_paragraph = False
    for line in lines:
        words = line.text.strip()
        if not words:
            open_paragraph = False
            continue
        text += words if not text or (open_paragraph and not _begins(words)) else "\n" + words
        open_paragraph = not _ends(line, words, edges)
    return text


def _begins(words: str) -> bool:
    return any(mark.match(words) for _, mark in _MARKS) or bool(
        re.match(r"\d{1,2}[.．、]\D|[(（]\d{1,2}[)）]", words)
    )


def _ends(line: TextLine, words: str, edges: dict[int, float]) -> bool:
    if line.box is None or line.page is None or line.size is None:
        return words[-1] in "。；;：:！!"
    return line.box[2] < edges.get(line.page, 0.0) - 2 * line.size
