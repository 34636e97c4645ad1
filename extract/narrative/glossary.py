"""In the narrative stage: the glossary (名词解释), its terms and the subjects it says are used."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from extract.narrative.drafts import Names
from extract.narrative.resolving import resolve
from models.disclosure import Glossary, Section, Term, UsedSubject
from models.statements import NamedSubject

_LEAD = re.compile(r"^\s*(?:[（(][^）)]{1,4}[）)]|\d{1,2}\s*[.、．]|[一二三四五六七八九十]{1,3}[、.．])\s*")
_MARKED = re.compile(
    r"^(?:(?P<class>[^（(）)。；]+(?:[（(][^类）)]{1,6}[）)][^（(）)。；]*)?)[（(](?P<c>\d*)类[）)])?"
    r"(?:(?P<group>[^。；]+?)[（(](?P<g>\d*)款[）)])?"
    r"(?P<item>[^。；]+?)[（(](?P<i>\d*)项[）)]\s*[：:。]?\s*(?P<meaning>.*)$"
)
_TERM = re.compile(r"^(?P<term>[^：:。]{2,40})[：:]\s*(?P<meaning>.+)$")


def read_glossary(sections: Sequence[Section], fiscal_year: int | None) -> Glossary | None:
    """The terms and subjects of the glossary; None where the document has none."""
    found = [section for section in sections if section.kind == "glossary" and section.text]
    if not found:
        return None
    subjects: list[UsedSubject] = []
    terms: list[Term] = []
    for section, line in _entries(found):
        subject = _subject(line, section, fiscal_year)
        if subject is not None:
            subjects.append(subject)
        elif term := _TERM.match(line):
            terms.append(Term(term=_plain(term["term"]), meaning=term["meaning"], section=section.id))
    return Glossary(terms=tuple(terms), subjects=tuple(subjects))


def _entries(sections: Sequence[Section]) -> Iterator[tuple[Section, str]]:
    """Numbered paragraphs, with those that only carry one on joined to it."""
    for section in sections:
        entry = ""
        for line in section.text.split("\n"):
            if entry and (_LEAD.match(line) or _TERM.match(line)):
                yield section, _LEAD.sub("", entry)
                entry = ""
            entry += line
        if entry:
            yield section, _LEAD.sub("", entry)


def _plain(term: str) -> str:
    return term.strip(' “”"。')


def _subject(line: str, section: Section, year: int | None) -> UsedSubject | None:
    found = _MARKED.match(line)
    if not found:
        return None
    digits = tuple(found[key] or None for key in ("c", "g", "i"))
    names = Names(found["class"], found["group"], found["item"], digits=(digits[0], digits[1], digits[2]))
    entry = resolve(names, year) if year is not None else None
    return UsedSubject(
        subject=NamedSubject(
            code=entry.code if entry else None, class_=names.class_, group=names.group, item=names.item
        ),
        meaning=found["meaning"].strip() or None,
        section=section.id,
    )
