"""The whole way from bytes to a Disclosure, one stage after the other."""

from __future__ import annotations

import hashlib
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from extract.accounting import Alternative, ProvenTables, cells_of, prove_amounts, suspects
from extract.accounting.narrative import examine_narrative
from extract.accounting.performance import examine_performance
from extract.accounting.quality import assess, with_proofs
from extract.errors import NotADisclosure
from extract.layout.contents import contents_range
from extract.layout.facts import read_facts
from extract.layout.flow import Flow, TextLine
from extract.layout.nativeflow import native_flow
from extract.layout.pageflow import lay_out, page_flow
from extract.layout.sections import read_sections
from extract.layout.transcripts import transcript_flow
from extract.narrative import read_glossary, read_statements
from extract.ocr.closer import second_looks
from extract.ocr.stage import read_pictures
from extract.reading.intake import Intake, Limits, read_source
from extract.reading.pages import Box, NativeDocument, PageDocument, SourceDocument, Transcript, Trust
from extract.reading.readers import READERS
from extract.subjects import match_subjects, readdressed
from extract.subjects.lines import word_lines
from extract.subjects.unsure import reading_doubts
from extract.tables.expected import missing_forms
from extract.tables.formreader import Setting
from extract.tables.formrows import NOT_A_FIGURE
from extract.tables.forms.registry import classification_of_form
from extract.tables.loose import read_loose_tables
from extract.tables.pagetables import read_page_tables
from extract.tables.placement import OPEN, UNBALANCED, UNSOLVED
from extract.tables.reading import Doubt, PlacedTable, TableReading
from extract.tables.weighing import Address
from models.disclosure import Check, Disclosure, Facts, Glossary, Repair, Section, Source, Table
from models.statements import Statement

_OF_VALUE = (NOT_A_FIGURE, UNBALANCED, UNSOLVED)
"""Doubts that another value of the figure settles; the others are about its place."""


@dataclass(frozen=True, slots=True)
class Options:
    """How a document is to be read: its limits, and its name where the source has none."""

    limits: Limits = field(default_factory=Limits)
    file_name: str | None = None
    uri: str | None = None
    """Where the document comes from, if that is not the path it is read from."""
    narrative: bool = True
    """Whether the running text is read into statements; it costs loading spaCy once per process."""


class _Clock:
    """Seconds spent in each stage."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextmanager
    def __call__(self, stage: str) -> Iterator[None]:
        start = time.perf_counter()
        yield
        self.seconds[stage] = round(self.seconds.get(stage, 0.0) + time.perf_counter() - start, 4)


def extract(source: str | Path | bytes, *, options: Options | None = None) -> Disclosure:
    """Read one disclosure.

    ``source`` is a path or the bytes of a PDF, a picture, a Word, Excel or HTML file or a transcript
    (docs/formats.md). Raises the errors of ``extract.errors``; a document that is read in part names what
    is lost in ``quality.reasons``.
    """
    options = options or Options()
    clock = _Clock()
    with clock("reading"):
        intake = read_source(source, name=options.file_name, uri=options.uri, limits=options.limits)
        document = _read(intake, options.limits)
    with clock("ocr"):
        document, pages_ocr = _recognised(document, intake, options.limits)
    with clock("layout"):
        flow = _flow(document)
        facts = read_facts(flow, recognised=document.trust != "text_layer")
    forms = _forms(document, flow, facts, clock)
    books = _books(forms, document, intake, facts, options, clock)
    with clock("layout"):
        sections = _sections(flow, forms.placed)
    with clock("narrative"):
        told = _told(sections, books, facts, document.trust, wanted=options.narrative)
    _refuse_other_documents(intake, facts, books.amounts.tables, sections)
    facts = facts.model_copy(update={"unit": _usual_unit(books.amounts.tables)})
    checks = (*books.checks, *told.checks)
    quality = assess(
        facts,
        books.tables,
        checks,
        books.doubts,
        _problems(document),
        clock.seconds,
        books.amounts.examination.cells,
    )
    return Disclosure(
        id=f"sha256:{hashlib.sha256(intake.data).hexdigest()}",
        source=_source(intake, document),
        disclosure=facts,
        sections=sections,
        tables=books.tables,
        statements=told.statements,
        glossary=told.glossary,
        checks=checks,
        repairs=(*_repairs(forms.readings, forms.subjects), *books.amounts.repairs),
        quality=quality.model_copy(update={"pages_ocr": pages_ocr}),
    )


@dataclass(frozen=True, slots=True)
class _Forms:
    """The tables of a document: where they stand, as read, and with their subjects."""

    placed: Sequence[PlacedTable]
    readings: Sequence[TableReading]
    subjects: Sequence[_Subjects]


def _forms(document: SourceDocument, flow: Flow, facts: Facts, clock: _Clock) -> _Forms:
    with clock("tables"):
        placed = _tables(document, flow, facts)
        readings = _numbered([reading for table in placed for reading in table.readings], facts)
    with clock("subjects"):
        subjects = [_matched(reading, facts, document) for reading in readings]
    return _Forms(placed, readings, subjects)


@dataclass(frozen=True, slots=True)
class _Books:
    """The tables with what is proven of their amounts, the checks of all sums, and what is in doubt."""

    tables: tuple[Table, ...]
    amounts: ProvenTables
    checks: tuple[Check, ...]
    doubts: Mapping[str, tuple[Doubt, ...]]


def _books(
    forms: _Forms, document: SourceDocument, intake: Intake, facts: Facts, options: Options, clock: _Clock
) -> _Books:
    printed = [subject.table for subject in forms.subjects]
    with clock("ocr"):
        again = _looked_at_again(document, intake, options.limits, printed, facts)
    with clock("accounting"):
        amounts = prove_amounts(
            printed,
            kind=facts.kind,
            trust=document.trust,
            alternatives=again,
            recognised_pages=_recognised_pages(document),
        )
        doubts = {
            reading.table.id: (*_doubts(reading, amounts), *reading_doubts(subject.table))
            for reading, subject in zip(forms.readings, forms.subjects, strict=True)
        }
        tables = with_proofs(amounts.tables, amounts.examination.proofs, doubts, amounts.evidence)
        more = [check for subject in forms.subjects for check in subject.checks]
        return _Books(tables, amounts, _with_ids(amounts.examination.checks, more), doubts)


@dataclass(frozen=True, slots=True)
class _Told:
    """What the running text says, and the checks of it against the tables."""

    statements: tuple[Statement, ...]
    glossary: Glossary | None
    checks: tuple[Check, ...]


def _told(sections: Sequence[Section], books: _Books, facts: Facts, trust: Trust, *, wanted: bool) -> _Told:
    statements = read_statements(sections, facts) if wanted else ()
    glossary = read_glossary(sections, facts.fiscal_year) if wanted else None
    first = len(books.checks) + 1
    told = examine_narrative(statements, books.tables, glossary, trust=trust, first=first)
    performed = examine_performance(books.tables, statements, trust=trust, first=first + len(told))
    return _Told(statements, glossary, (*told, *performed))


def _read(intake: Intake, limits: Limits) -> SourceDocument:
    return READERS[intake.format](intake, limits)


def _recognised(document: SourceDocument, intake: Intake, limits: Limits) -> tuple[SourceDocument, int]:
    """The document with its pictures read, and how many pages that took."""
    if not isinstance(document, PageDocument):
        return document, 0
    found = read_pictures(document, file_name=intake.file_name, limits=limits)
    return found.document, found.pages


def _flow(document: SourceDocument) -> Flow:
    if isinstance(document, Transcript):
        return transcript_flow(document)
    if isinstance(document, NativeDocument):
        return native_flow(document)
    return page_flow([lay_out(page) for page in document.pages])


def _tables(document: SourceDocument, flow: Flow, facts: Facts) -> tuple[PlacedTable, ...]:
    setting = Setting(facts.kind, facts.fiscal_year)
    if isinstance(document, PageDocument):
        return read_page_tables(flow, setting, _second_source(document))
    if isinstance(document, NativeDocument):
        return read_page_tables(flow, setting)
    return read_loose_tables(flow, setting)


def _second_source(document: PageDocument) -> bytes:
    """The bytes for a second reader of tables, which only knows PDF."""
    return document.data if document.media_type == "application/pdf" else b""


def _numbered(readings: Sequence[TableReading], facts: Facts) -> list[TableReading]:
    """Tables numbered in document order; standard forms that are absent follow as missing."""
    missing = missing_forms(facts.kind, {reading.table.kind for reading in readings})
    everything = [*readings, *(TableReading(table) for table in missing)]
    return [
        TableReading(reading.table.model_copy(update={"id": f"t{number}"}), reading.doubts, reading.repairs)
        for number, reading in enumerate(everything, 1)
    ]


@dataclass(frozen=True, slots=True)
class _Subjects:
    table: Table
    checks: tuple[Check, ...] = ()
    repairs: tuple[Repair, ...] = ()


def _matched(reading: TableReading, facts: Facts, document: SourceDocument) -> _Subjects:
    """A table with its subjects; one without a classification, or of unknown year, stays as it is."""
    trust = _trust_in(reading.table, document)
    table, worded = word_lines(reading.table, trust)
    classification = classification_of_form(table.kind)
    if classification is None or facts.fiscal_year is None or not table.rows:
        return _Subjects(table, repairs=worded)
    found = match_subjects(table, edition=facts.fiscal_year, classification=classification, trust=trust)
    checks = tuple(check.model_copy(update={"where": f"{table.id}/{check.where}"}) for check in found.checks)
    return _Subjects(found.table, checks, (*worded, *found.repairs))


def _trust_in(table: Table, document: SourceDocument) -> Trust:
    """What a table was read from; of a document in part recognised only some of them were."""
    if document.trust != "mixed":
        return document.trust
    return "mixed" if _recognised_pages(document) & set(table.pages) else "text_layer"


def _looked_at_again(
    document: SourceDocument, intake: Intake, limits: Limits, tables: Sequence[Table], facts: Facts
) -> Mapping[Address, Sequence[Alternative]]:
    """Second readings of the recognised figures that the arithmetic, or the recogniser, doubts."""
    pages = _recognised_pages(document)
    if not pages or not isinstance(document, PageDocument):
        return {}
    cells = cells_of(tables)
    places = [
        (address, (page, box))
        for address in suspects(tables, kind=facts.kind, pages=pages)
        if (page := cells[address].page) is not None and (box := cells[address].bbox) is not None
    ]
    boxes: dict[int, list[Box]] = {}
    for _, (page, box) in places:
        boxes.setdefault(page, []).append(box)
    looks = second_looks(document, boxes, file_name=intake.file_name, limits=limits)
    return {
        address: tuple(Alternative(look.text, look.probability) for look in looks[place])
        for address, place in places
        if looks.get(place)
    }


def _recognised_pages(document: SourceDocument) -> frozenset[int]:
    """The pages of which anything was read from pixels."""
    pages = document.pages if isinstance(document, PageDocument) else ()
    return frozenset(page.number for page in pages if page.trust in ("ocr", "mixed"))


def _doubts(reading: TableReading, amounts: ProvenTables) -> tuple[Doubt, ...]:
    """What is left to look at in a table once its amounts are proven."""
    id = reading.table.id
    left = [doubt for doubt in reading.doubts if not _is_settled(doubt, id, amounts)]
    return (*left, *amounts.doubts.get(id, ()))


def _is_settled(doubt: Doubt, id: str, amounts: ProvenTables) -> bool:
    """Whether the figure in doubt was put right, put elsewhere, or stands in sums that hold only now.

    Which column a figure belongs to is not settled by another value: a row whose only figure is its
    total's holds wherever it stands.
    """
    address = id, doubt.row, doubt.column
    if address in amounts.moved:
        return doubt.reason in (*_OF_VALUE, OPEN)
    if address in amounts.changed:
        return doubt.reason in _OF_VALUE
    return doubt.reason in (UNBALANCED, UNSOLVED) and amounts.examination.proofs.get(address) == "proven"


def _with_ids(checks: Sequence[Check], more: Sequence[Check]) -> tuple[Check, ...]:
    """The checks of the arithmetic, then those of the subjects, numbered on."""
    start = len(checks) + 1
    return (*checks, *(check.model_copy(update={"id": f"c{n}"}) for n, check in enumerate(more, start)))


def _repairs(readings: Sequence[TableReading], subjects: Sequence[_Subjects]) -> tuple[Repair, ...]:
    """All repairs, their places completed with the table."""
    return tuple(
        repair.model_copy(update={"where": f"{reading.table.id}/{repair.where}"})
        for reading, subject in zip(readings, subjects, strict=True)
        for repair in (
            *readdressed(reading.repairs, reading.table.rows, subject.table.rows),
            *subject.repairs,
        )
    )


def _sections(flow: Flow, placed: Sequence[PlacedTable]) -> tuple[Section, ...]:
    used = {item for table in placed for item in table.items}
    contents = contents_range(flow)
    lines = [
        item
        for index, item in enumerate(flow)
        if isinstance(item, TextLine) and index not in used and index not in contents
    ]
    entries = [item.text for index in contents if isinstance(item := flow[index], TextLine)]
    return read_sections(lines, entries)


def _refuse_other_documents(
    intake: Intake, facts: Facts, tables: Sequence[Table], sections: Sequence[Section]
) -> None:
    """A disclosure prints forms, or at least says whose budget it is and speaks of appropriations."""
    if any(table.kind != "other" and table.status != "missing" for table in tables):
        return
    speaks = any("财政拨款" in section.text for section in sections)
    if facts.kind is None or facts.fiscal_year is None or not speaks:
        raise NotADisclosure(
            intake.file_name,
            "is no budget or final account of a department",
            "check that it is the right file; it holds none of the forms and no appropriations",
        )


def _usual_unit(tables: Sequence[Table]) -> str | None:
    """The unit most forms are printed in."""
    units = Counter(table.unit for table in tables if table.unit)
    return units.most_common(1)[0][0] if units else None


def _source(intake: Intake, document: SourceDocument) -> Source:
    return Source(
        uri=intake.uri,
        file_name=intake.file_name,
        media_type=document.media_type,
        bytes=len(intake.data),
        pages=_page_count(document),
        reader=document.reader,
        trust=document.trust,
    )


def _page_count(document: SourceDocument) -> int:
    """Pages of a paged document, sheets of a workbook; 0 where there are neither."""
    if isinstance(document, PageDocument):
        return len(document.pages)
    return document.pages if isinstance(document, NativeDocument) else 0


def _problems(document: SourceDocument) -> tuple[str, ...]:
    """What was lost in reading: damage, and pages that are pictures of text."""
    if not isinstance(document, PageDocument):
        return document.problems
    pictures = [str(page.number) for page in document.pages if page.pictures and not page.words]
    unread = f"pages {', '.join(pictures)} are pictures and were not read"
    return (*document.problems, *((unread,) if pictures else ()))
