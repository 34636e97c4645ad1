"""The Disclosure document: what every stage works towards and what is written out as JSON."""

from __future__ import annotations

from bisect import bisect_right
from typing import Final, Literal

from pydantic import ConfigDict, Field

from models.base import BBox, Model, Money, Place
from models.performance import KeyWork, Performance
from models.statements import NamedSubject, Statement

SCHEMA_VERSION: Final = "1"

Kind = Literal["final_accounts", "budget"]
TableKind = Literal[
    "income_expenditure_summary",
    "income",
    "expenditure",
    "appropriation_summary",
    "general_budget_expenditure",
    "general_budget_basic_expenditure",
    "government_fund",
    "state_capital",
    "three_public",
    "appropriation_expenditure",
    "appropriation_basic_expenditure",
    "operating_costs",
    "procurement",
    "project_performance",
    "overall_performance",
    "key_work",
    "other",
]
Level = Literal["class", "group", "item", "total", "line"]
Proof = Literal["proven", "consistent", "unchecked", "contradicted"]
Side = Literal["income", "expenditure"]
Classification = Literal["function", "economic", "income"]
CheckStatus = Literal["pass", "rounding", "fail", "not_applicable"]
Verdict = Literal["author_error", "reading_error", "unresolved"]
Action = Literal["accept", "correct", "author_error"]
"""``accept``: read rightly; ``correct``: read wrongly; ``author_error``: read rightly, printed wrongly."""


class Source(Model):
    """Where the bytes came from and how far their text can be trusted."""

    uri: str
    file_name: str
    media_type: str
    bytes: int
    pages: int
    reader: str
    trust: Literal["text_layer", "ocr", "transcript", "mixed"]


class Division(Model):
    """The administrative division (GB/T 2260) as far as the document names it."""

    code: str | None = None
    province: str | None = None
    city: str | None = None
    district: str | None = None


class Organisation(Model):
    """Who discloses; a department (部门) answers for its units, a unit (单位) for itself."""

    name: str | None = None
    scope: Literal["department", "unit"] | None = None
    division: Division = Division()


class Facts(Model):
    """What the document says about itself. ``read_from`` maps each field to the place it was read."""

    kind: Kind | None = None
    fiscal_year: int | None = None
    title: str | None = None
    published_on: str | None = None
    organisation: Organisation = Organisation()
    unit: str | None = None
    read_from: dict[str, Place] = Field(default_factory=dict)


class Section(Model):
    """A stretch of running text under one heading."""

    id: str
    level: int
    heading: str
    kind: Literal["duties", "structure", "tables", "narrative", "key_work", "glossary", "annex", "other"]
    pages: tuple[int, ...]
    text: str
    page_starts: tuple[int, ...] = ()
    """For every page of ``pages`` the offset in ``text`` where its part begins."""

    def page_at(self, offset: int) -> int | None:
        """The page an offset of the text stands on; None where there are no pages."""
        return self.pages[max(0, bisect_right(self.page_starts, offset) - 1)] if self.page_starts else None


class Term(Model):
    """A term of the glossary and what it means."""

    term: str
    meaning: str
    section: str


class UsedSubject(Model):
    """A function subject the glossary says is used."""

    subject: NamedSubject
    meaning: str | None = None
    section: str


class Glossary(Model):
    """名词解释: the terms, and the subjects the organisation says it uses."""

    terms: tuple[Term, ...] = ()
    subjects: tuple[UsedSubject, ...] = ()


class Column(Model):
    """One amount column: its key, the header as printed and the 栏次 where printed."""

    key: str
    label: str
    number: int | None = None


class Subject(Model):
    """The catalogue entry a printed code and name were matched to."""

    classification: Classification
    edition: int
    code: str
    name: str
    matched_by: Literal["code+name", "code", "name", "position"]
    score: float


class Cell(Model):
    """One printed cell behind an amount; ``address`` is its place in formats that store tables."""

    text: str
    page: int | None = None
    bbox: BBox | None = None
    address: str | None = None
    confidence: float = 1.0
    proof: Proof = "unchecked"


class Row(Model):
    """One printed line of a form (one side of it for two-sided forms)."""

    code: str | None
    name: str | None
    level: Level
    printed_code: str | None = None
    printed_name: str | None = None
    side: Side | None = None
    line: int | None = None
    page: int | None = None
    subject: Subject | None = None
    amounts: dict[str, Money | None] = Field(default_factory=dict)
    cells: dict[str, Cell] = Field(default_factory=dict)


class PrintedCell(Model):
    """A cell of a table kept as printed (kind ``other``), with its spans."""

    row: int
    column: int
    row_span: int = 1
    column_span: int = 1
    text: str
    page: int | None = None
    bbox: BBox | None = None
    address: str | None = None


class Table(Model):
    """One form. ``missing`` forms carry neither rows nor pages."""

    id: str
    kind: TableKind
    form: str | None = None
    title: str | None = None
    status: Literal["extracted", "empty", "missing"]
    unit: str | None = None
    pages: tuple[int, ...] = ()
    bbox: dict[int, BBox] = Field(default_factory=dict)
    columns: tuple[Column, ...] = ()
    rows: tuple[Row, ...] = ()
    notes: tuple[str, ...] = ()
    cells: tuple[PrintedCell, ...] | None = None
    performance: tuple[Performance, ...] = ()
    """Performance tables: an entry for each project, or one for the organisation as a whole."""
    key_work: tuple[KeyWork, ...] = ()


class Check(Model):
    """One identity of the document, held against the printed figures.

    ``where`` names the table and row (``t3/2080505``), with the column where the identity
    belongs to one (``t3/208/basic``).
    """

    id: str
    rule: Literal["column", "tree", "cross_form", "subject", "note", "narrative"]
    formula: str
    where: str
    status: CheckStatus
    left: Money | None = None
    right: Money | None = None
    difference: Money | None = None
    verdict: Verdict | None = None
    message: str | None = None


class Repair(Model):
    """A figure, code or name that differs from what was read, and why it may."""

    where: str
    from_: str = Field(alias="from")
    to: str
    kind: Literal["spacing", "character", "digit", "column", "code", "name", "row"]
    because: tuple[str, ...] = ()
    certainty: Literal["formal", "proven"]

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True, serialize_by_alias=True)


class Correction(Model):
    """What a person decided about a figure, code or name, or about the document as a whole.

    The extraction makes none: corrections are an overlay, laid over a result by
    ``extract.accounting.corrections``. The cell keeps the text that was read.
    """

    where: str
    """Table, row and column as in repairs; ``document`` for the document as a whole."""
    read: str
    """The text that was read; empty for a blank."""
    was: str | None = None
    """What the extraction gave: amount, code or name."""
    to: str | None = None
    """What the person says it is; only of ``correct``."""
    action: Action
    by: str
    at: str
    """When, ISO 8601 in UTC."""
    why: str | None = None
    applied: bool = True
    """Whether the place was found with the same text; what no longer fits is kept but changes nothing."""


class Quality(Model):
    """How much of the document is proven, and why somebody should look at it."""

    score: float
    needs_review: bool
    reasons: tuple[str, ...] = ()
    cells: int = 0
    proven: int = 0
    contradicted: int = 0
    pages_ocr: int = 0
    seconds: dict[str, float] = Field(default_factory=dict)


class Disclosure(Model):
    """One disclosure: identity, text, tables, the checks of its arithmetic and what was changed."""

    schema_version: Literal["1"] = SCHEMA_VERSION
    id: str
    source: Source
    disclosure: Facts
    sections: tuple[Section, ...] = ()
    tables: tuple[Table, ...] = ()
    statements: tuple[Statement, ...] = ()
    glossary: Glossary | None = None
    checks: tuple[Check, ...] = ()
    repairs: tuple[Repair, ...] = ()
    corrections: tuple[Correction, ...] = ()
    quality: Quality
