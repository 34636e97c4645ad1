"""The narrative stage: sections of running text become typed statements, each with its place."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pydantic import TypeAdapter

from extract.narrative.drafts import Draft, Names, Setting
from extract.narrative.resolving import is_exact, is_run_together, resolve, resolve_between
from models.disclosure import Facts, Section
from models.statements import NamedSubject, Statement, SubjectExecution

if TYPE_CHECKING:
    from spacy.language import Language

_TELLING = re.compile(
    r"\d[\d,，.．]*\s*(?:[百千万亿]*元|[%％])|\d\s*(?:辆|台)|[（(]\d*[类款项][)）]|无车辆|编制\D{0,3}\d|在职\D{0,4}\d"
)
_CONTINUES = re.compile(
    r"(?:年初|全年|调整|该科目|(?:支出)?决算数?|完成|占(?!地)|主要(?:是|用于|原因)|比上年|与上年|较上年|[（(][款项][)）])"
    r"|(?:(?:增加|减少|下降|增长)的?主?要?原因)|全年支出涉及|其中[：:]|[（(]\d[)）].*公务用?车|(?:外宾|国内)(?:公务)?接待|截[至止]"
)
_SKIPPED = frozenset({"glossary"})
_OUTSIDE = frozenset({"annex", "key_work", "duties", "glossary"})
_CLASS_HEADING = re.compile(r"[（(][类款][)）]")
_ITEM_DIGITS = 7
_STATEMENT: TypeAdapter[Statement] = TypeAdapter(Statement)


@dataclass(frozen=True, slots=True)
class Block:
    """A stretch of a section that is read as one: paragraphs of which the later go on with the first."""

    section: Section
    start: int
    text: str
    setting: Setting


def read_statements(sections: Sequence[Section], facts: Facts) -> tuple[Statement, ...]:
    """Every statement of the running text, in order. Loads spaCy when first called."""
    nlp = ready_language()
    statements: list[Statement] = []
    inherited = _Inherited()
    for block in _blocks(sections, facts):
        doc = nlp.make_doc(block.text)
        doc._.setting = block.setting
        doc = nlp(doc)
        whole = {
            id(names): inherited.completed(names, block, facts.fiscal_year)
            for names in (doc._.names or {}).values()
        }
        for draft in sorted(doc._.drafts or (), key=lambda each: each.start):
            if draft.names is not None:
                draft.names = whole.get(id(draft.names), draft.names)
            statements.append(_statement(draft, block, facts))
    return tuple(_placed(statements, facts.fiscal_year))


def ready_language() -> Language:
    """The pipeline; spaCy is imported, and the pipeline built, when it is first asked for."""
    from extract.narrative.language import language

    return language()


def _placed(statements: Sequence[Statement], year: int | None) -> Iterator[Statement]:
    """Statements whose misnamed subject its neighbours settle get its code."""
    told = [each for each in statements if isinstance(each, SubjectExecution)]
    used = frozenset(each.subject.code for each in told if each.subject.code)
    for statement in statements:
        if year is not None and isinstance(statement, SubjectExecution) and statement.subject.code is None:
            at = next(n for n, each in enumerate(told) if each is statement)
            statement = _by_place(statement, year, _neighbours(told, at), used)
        yield statement


def _neighbours(told: Sequence[SubjectExecution], at: int) -> tuple[str | None, str | None]:
    """The codes of the subjects told right before and after, in the same section."""
    section = told[at].section
    sides = (told[at - 1 : at] if at else (), told[at + 1 : at + 2])
    codes = [each[0].subject.code if each and each[0].section == section else None for each in sides]
    return codes[0], codes[1]


def _by_place(
    statement: SubjectExecution, year: int, around: tuple[str | None, str | None], used: frozenset[str]
) -> SubjectExecution:
    subject = statement.subject
    names = Names(subject.class_, subject.group, subject.item)
    entry = resolve_between(names, year, *around, used)
    if entry is None:
        return statement
    flags = tuple(flag for flag in statement.flags if flag != "unresolved_subject")
    named = subject.model_copy(update={"code": entry.code})
    return statement.model_copy(update={"subject": named, "flags": (*flags, "subject_by_position")})


def _blocks(sections: Sequence[Section], facts: Facts) -> Iterator[Block]:
    above: list[Section] = []
    for section in sections:
        above = [each for each in above if each.level < section.level] + [section]
        if section.kind in _SKIPPED or not section.text:
            continue
        setting = Setting(
            kind=facts.kind,
            fiscal_year=facts.fiscal_year,
            headings=tuple(each.heading for each in above),
            general=not any(each.kind in _OUTSIDE for each in (above[0], section)),
        )
        for start, end in _stretches(section.text, together=setting.under("三公")):
            text = section.text[start:end]
            if _TELLING.search(text):
                yield Block(section, start, text, setting)


def _stretches(text: str, *, together: bool) -> Iterator[tuple[int, int]]:
    """Paragraphs, each with those after it that go on with the same matter."""
    start = at = 0
    for end in [*(found.start() for found in re.finditer("\n", text)), len(text)]:
        following = text[end + 1 : end + 40]
        opened = text[max(start, end - 4) : end].endswith(("原因：", "原因:", "其中：", "其中:"))
        if end < len(text) and (together or opened or _CONTINUES.match(following)):
            continue
        yield start, end
        start = at = end + 1
    if at < len(text) and start < len(text):
        yield start, len(text)


class _Inherited:
    """Levels a section's heading or an earlier paragraph names for the subjects below it."""

    def __init__(self) -> None:
        self._section: str | None = None
        self._last = Names()

    def completed(self, names: Names, block: Block, year: int | None) -> Names:
        """The names with the levels above them that only the context prints.

        A group that the class before it does not have, but another one has, is of that other class.
        """
        if self._section != block.section.id:
            self._section, self._last = block.section.id, _names_of_heading(block.section.heading)
        last = self._last
        if names.class_ is None and last.class_ is not None and _says_code(names):
            self._last = Names()
        elif names.class_ is None and (last.class_ or (last.group and names.group is None)):
            group = names.group if names.group is not None else last.group
            completed = replace(
                names, class_=last.class_, group=group, digits=(last.digits[0], *names.digits[1:])
            )
            if _is_of_another_class(names, completed, year):
                self._last = Names() if names.item is not None else names
                return names
            names = completed
        elif names.item is not None and (names.class_ is None or (names.group is None and not last.group)):
            return names
        self._last = Names(names.class_, names.group, None, names.digits)
        return names


def _says_code(names: Names) -> bool:
    """Whether a whole code is printed with the names, so that no context is needed."""
    return any(digits is not None and len(digits) == _ITEM_DIGITS for digits in names.digits)


def _is_of_another_class(names: Names, completed: Names, year: int | None) -> bool:
    """Whether the catalogue knows the names by themselves, but not below the class of the context."""
    together = year is not None and is_run_together(names, year)
    if year is None or (names.group is None and not together):
        return False
    below, alone = resolve(completed, year), resolve(names, year)
    if alone is None:
        return below is None and names.item is None
    if below == alone:
        return False
    return together or below is None or (is_exact(names, year) and not is_exact(completed, year))


def _names_of_heading(heading: str) -> Names:
    """``（一）公共安全（类）`` names the class of what stands under it."""
    if not _CLASS_HEADING.search(heading):
        return Names()
    name = re.sub(r"^\s*(?:[（(][^）)]{1,3}[）)]|[一二三四五六七八九十\d]{1,3}[、.．])\s*", "", heading)
    class_, _, rest = re.sub(r"[（(]\d*类[)）]", "\0", name).partition("\0")
    group = re.sub(r"[（(]\d*款[)）].*", "", rest) if "款" in rest else None
    return Names(class_=class_.strip() or None, group=group or None)


def _statement(draft: Draft, block: Block, facts: Facts) -> Statement:
    values = dict(draft.values)
    if draft.names is not None:
        values["subject"] = _subject(draft, facts)
    start, end = block.start + draft.start, block.start + draft.end
    return _STATEMENT.validate_python(
        {
            "kind": draft.kind,
            **values,
            "unit": draft.unit,
            "flags": tuple(draft.flags),
            "section": block.section.id,
            "page": block.section.page_at(start),
            "span": (start, end),
            "text": block.section.text[start:end],
        }
    )


def _subject(draft: Draft, facts: Facts) -> NamedSubject:
    names = draft.names or Names()
    entry = resolve(names, facts.fiscal_year) if facts.fiscal_year is not None else None
    if entry is None:
        draft.flag("unresolved_subject")
    return NamedSubject(
        code=entry.code if entry else None, class_=names.class_, group=names.group, item=names.item
    )
