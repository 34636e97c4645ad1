"""In the subjects stage: a whole table gets its subjects, and what about them disagrees is written down."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from extract.subjects.edition import Edition, edition_of
from extract.subjects.matching import (
    Matched,
    is_subject_code,
    match_class,
    match_coded,
    match_income,
    match_uncoded,
)
from extract.subjects.naming import completion, corrected, widest
from extract.subjects.position import Place, places
from extract.subjects.reading import SubjectReading, UnknownCode
from extract.subjects.repair import Mended, mend_codes
from models.catalogue import Entry, catalogue, classification_of, level_of, parent_of, without_space
from models.disclosure import Check, Classification, Repair, Row, Subject, Table, Verdict

Trust = Literal["text_layer", "ocr", "transcript", "mixed"]


@dataclass(frozen=True, slots=True)
class _Setting:
    """What matching a row needs to know of its document."""

    year: int
    classification: Classification
    trust: Trust
    width: int


@dataclass(frozen=True, slots=True)
class _Line:
    """A row with its place, the classification of its code (None without a usable code) and its entry."""

    row: Row
    place: Place
    classification: Classification | None
    matched: Matched | None = None
    whole_name: str | None = None

    @property
    def misread(self) -> bool:
        """Whether the whole name is another than the read one, which is not just its beginning."""
        return self.whole_name is not None and not self.whole_name.startswith(without_space(_name(self.row)))

    @property
    def address(self) -> str:
        return self.row.code or f"row {self.place.index}"


def match_subjects(
    table: Table, *, edition: int, classification: Classification, trust: Trust = "text_layer"
) -> SubjectReading:
    """Give every row of a table its subject in the edition (fiscal year) of the document.

    ``code`` and the printed fields stay what the document says; ``subject`` is the catalogue
    entry. Expenditure lines of two-sided forms get the code of the class they name. Names cut by
    the cell are completed where code or place makes it certain. A code and a name that belong to
    different entries give a failed check: the author's error in a text layer, unresolved elsewhere.
    """
    printed = [_with_printed_code(row, classification) for row in table.rows]
    mended = _mended(printed, edition_of(classification, edition), trust)
    rows = mended.rows
    setting = _Setting(edition, classification, trust, widest([_name(row) for row in rows]))
    lines = _matched_lines(_lines(rows, setting), setting)
    unknown = _unknown_codes(lines)
    return SubjectReading(
        table=table.model_copy(update={"rows": tuple(map(_finished, lines))}),
        checks=(
            *_disputes(lines, setting),
            *_misread_codes(lines, setting),
            *_unheard_names(lines),
            *map(_not_in_catalogue, unknown),
        ),
        repairs=(*mended.repairs, *(_name_repair(line) for line in lines if line.whole_name)),
        unknown=unknown,
    )


def _mended(rows: Sequence[Row], edition: Edition, trust: Trust) -> Mended:
    """The rows with damaged codes restored; a text layer prints what its author wrote."""
    return Mended(tuple(rows), ()) if trust == "text_layer" else mend_codes(rows, edition)


def _name(row: Row) -> str:
    return row.name or row.printed_name or ""


def _with_printed_code(row: Row, classification: Classification) -> Row:
    """Take over a printed code that only white space keeps from being one."""
    if row.code is not None or row.printed_code is None:
        return row
    joined = without_space(row.printed_code)
    return row.model_copy(update={"code": joined}) if is_subject_code(joined, classification) else row


def _lines(rows: Sequence[Row], setting: _Setting) -> list[_Line]:
    classifications = [_classification_of_code(row, setting) for row in rows]
    usable = [row.code if each else None for row, each in zip(rows, classifications, strict=True)]
    return [_Line(*line) for line in zip(rows, places(usable), classifications, strict=True)]


def _classification_of_code(row: Row, setting: _Setting) -> Classification | None:
    """The classification the row's code is of: the table's own, or one that knows both code and name."""
    if row.code is None:
        return None
    if is_subject_code(row.code, setting.classification):
        return setting.classification
    other = classification_of(row.code)
    if other is None or not is_subject_code(row.code, other):
        return None
    edition = edition_of(other, setting.year)
    known = row.code in edition.entries and edition.likeness(_name(row), row.code).same
    return other if known else None


def _matched_lines(lines: Sequence[_Line], setting: _Setting) -> list[_Line]:
    """Match row after row: what was matched above tells where in the tree the next row stands."""
    anchored = any(line.classification for line in lines)
    found: list[_Line] = []
    open_codes: dict[str | None, str | None] = {}
    for line in lines:
        side = line.row.side
        matched = _match(line, open_codes.get(side), anchored, setting)
        if line.classification:
            open_codes[side] = line.row.code
        elif matched:
            open_codes[side] = matched.entry.code
        found.append(replace(line, matched=matched, whole_name=_whole_name(line, matched, setting)))
    return found


def _match(line: _Line, open_code: str | None, anchored: bool, setting: _Setting) -> Matched | None:
    row, name = line.row, _name(line.row)
    if line.classification and row.code:
        return match_coded(row.code, name, line.place, edition_of(line.classification, setting.year))
    if row.level == "total":
        return None
    if row.side == "income":
        return match_income(name, setting.year)
    if row.side == "expenditure":
        return match_class(name, setting.year, _class_order(open_code, setting), open_code)
    edition = edition_of(setting.classification, setting.year)
    place = replace(line.place, before=open_code)
    return match_uncoded(name, place, edition, beginning=_beginning(row), anchored=anchored)


def _beginning(row: Row) -> str:
    """What could be read of a code that is none: its digits, nothing where a sign is no digit."""
    return row.code if row.code and row.code.isdigit() else ""


def _class_order(open_code: str | None, setting: _Setting) -> tuple[Classification, ...]:
    """Where to look for the class of a line: expenditure sides list one classification after another."""
    current = classification_of(open_code) if open_code else None
    order: tuple[Classification, ...] = (setting.classification, "function", "economic")
    return tuple(dict.fromkeys((current, *order) if current else order))


def _whole_name(line: _Line, matched: Matched | None, setting: _Setting) -> str | None:
    """The name in full where the cell cut it, and as it was meant where recognition misread it."""
    if matched is None or matched.disputed:
        return None
    entry, name = matched.entry, _name(line.row)
    edition = edition_of(entry.classification, setting.year)
    whole = completion(name, matched.likeness, edition, setting.width)
    if setting.trust == "text_layer":
        return whole
    return whole or corrected(name, entry, setting.year)


def _finished(line: _Line) -> Row:
    """The row with its subject and level; its name without white space, whole where it was cut."""
    row = line.row
    name = line.whole_name or without_space(_name(row)) or None
    updates: dict[str, object] = {"name": name} if name != row.name else {}
    if line.misread:  # what stands on the page is the name itself; what was read is in the repair
        updates["printed_name"] = name
    if line.matched:
        updates["subject"] = _subject(line.matched)
    if row.side == "expenditure" and line.matched and row.code is None:
        updates["code"] = line.matched.entry.code
    code = row.code if line.classification else line.matched and line.matched.entry.code
    if code and code.isdigit() and row.side != "income":
        updates["level"] = level_of(code)
    return row.model_copy(update=updates) if updates else row


def _subject(matched: Matched) -> Subject:
    entry = matched.entry
    return Subject(
        classification=entry.classification,
        edition=entry.edition or 0,
        code=entry.code,
        name=entry.name,
        matched_by=matched.matched_by,
        score=matched.score,
    )


def _name_repair(line: _Line) -> Repair:
    change = {"from": without_space(_name(line.row)), "to": line.whole_name}
    return Repair.model_validate(
        {"where": f"{line.address}/name", **change, "kind": "name", "certainty": "formal"}
    )


def _disputes(lines: Sequence[_Line], setting: _Setting) -> tuple[Check, ...]:
    """A failed check for every row whose code and name are of different entries."""
    return tuple(
        _dispute(line, line.matched, setting) for line in lines if line.matched and line.matched.disputed
    )


def _dispute(line: _Line, matched: Matched, setting: _Setting) -> Check:
    code = line.row.code
    known = {entry.code: entry for entry in (matched.entry, matched.disputed) if entry}
    own = next(entry for entry in known.values() if entry.code == code)
    other = next(entry for entry in known.values() if entry.code != code)
    sure = setting.trust == "text_layer" and "doubtful" not in (own.evidence, other.evidence)
    verdict: Verdict = "author_error" if sure else "unresolved"
    return Check(
        id="",
        rule="subject",
        formula=f"name of {code} = {own.name}",
        where=line.address,
        status="fail",
        verdict=verdict,
        message=f"{code} is {own.name}, but the name printed beside it is that of {other.code} {other.name}",
    )


def _misread_codes(lines: Sequence[_Line], setting: _Setting) -> Iterator[Check]:
    """A failed check for every code that may be misread: unknown, beside the name of one of its siblings.

    Its place admits it, so it is kept; in a text layer it is the author's.
    """
    for line in lines if setting.trust != "text_layer" else ():
        code = line.row.code
        if not code or not code.isdigit() or line.matched or line.row.level == "total":
            continue
        edition = edition_of(setting.classification, setting.year)
        siblings = [each for each in edition.bearers(_name(line.row)) if parent_of(each) == parent_of(code)]
        if siblings:
            yield _misread_code(line, edition.entries[siblings[0]])


def _misread_code(line: _Line, sibling: Entry) -> Check:
    return Check(
        id="",
        rule="subject",
        formula=f"code of {sibling.name} = {sibling.code}",
        where=line.address,
        status="fail",
        verdict="unresolved",
        message=f"the catalogue lacks {line.row.code}; the name beside it is that of {sibling.code}",
    )


def _unheard_names(lines: Sequence[_Line]) -> tuple[Check, ...]:
    """A mark for every row whose code is known and whose name no edition of the catalogue has."""
    return tuple(
        Check(
            id="",
            rule="subject",
            formula=f"name of {line.row.code} = {line.matched.entry.name}",
            where=line.address,
            status="not_applicable",
            message=f"the catalogue knows {line.row.code} as {line.matched.entry.name} only",
        )
        for line in lines
        if line.matched and line.matched.likeness.way == "unlike" and not line.matched.disputed
    )


def _unknown_codes(lines: Sequence[_Line]) -> tuple[UnknownCode, ...]:
    printed = {line.row.code for line in lines if line.classification and line.row.code}
    return tuple(
        _unknown_code(line.place.index, line.row.code, printed, line.classification)
        for line in lines
        if line.classification and line.row.code and line.matched is None
    )


def _unknown_code(index: int, code: str, printed: set[str], classification: Classification) -> UnknownCode:
    """What stands for a code the catalogue lacks: its parent, or siblings in the catalogue or beside it."""
    parent, known = parent_of(code), catalogue().names(classification)
    if parent and (parent in known or parent in printed):
        return UnknownCode(index, code, True, f"its parent {parent} is known")
    siblings = sorted(other for other in printed if other != code and parent_of(other) == parent)
    if siblings:
        return UnknownCode(index, code, True, f"{siblings[0]} stands beside it")
    return UnknownCode(index, code, False, "neither its parent nor a sibling is known")


def _not_in_catalogue(unknown: UnknownCode) -> Check:
    return Check(
        id="",
        rule="subject",
        formula=f"{unknown.code} in the catalogue",
        where=unknown.code,
        status="not_applicable",
        message=f"the catalogue lacks {unknown.code}; kept as printed, {unknown.reason}",
    )
