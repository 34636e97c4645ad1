"""Second step of loading: the parts of a result's JSON that go into a warehouse, checked as they are parsed.

What is not named here (sections, glossary, where names are printed) is skipped without being built.
Parts with many figures have types; the others are as JSON gives them.
"""

from __future__ import annotations

from typing import Any

from msgspec import Struct
from msgspec.json import Decoder

from models.base import BBox
from models.disclosure import CheckStatus, Classification, Level, Proof, Side, Verdict

Json = dict[str, Any]


class Cell(Struct, gc=False):
    """A cell as printed."""

    text: str | None
    page: int | None
    bbox: BBox | None
    confidence: float | None
    proof: Proof | None


class Subject(Struct, gc=False):
    """The entry of a classification that a row was matched to."""

    classification: Classification
    edition: int
    code: str
    name: str
    matched_by: str


class Row(Struct, gc=False):
    """A row of a form; amounts are decimals as text."""

    code: str | None
    name: str | None
    printed_name: str | None
    level: Level
    side: Side | None
    line: int | None
    page: int | None
    subject: Subject | None
    amounts: dict[str, str | None]
    cells: dict[str, Cell]


class Column(Struct, gc=False):
    """A column of a form."""

    key: str
    label: str | None


class Table(Struct, gc=False):
    """A form or another table."""

    id: str
    kind: str
    form: str | None
    title: str | None
    status: str
    unit: str | None
    pages: list[int]
    columns: list[Column]
    rows: list[Row]
    notes: list[str]
    performance: list[Json] = []


class Check(Struct, gc=False):
    """An identity; both sides are decimals as text."""

    id: str
    rule: str
    formula: str
    where: str
    status: CheckStatus
    left: str | None
    right: str | None
    difference: str | None
    verdict: Verdict | None
    message: str | None


class Source(Struct, gc=False):
    """The document the result was read from."""

    uri: str
    file_name: str
    media_type: str
    bytes: int
    pages: int
    reader: str
    trust: str


class Division(Struct, gc=False):
    """The administrative division an organisation belongs to."""

    code: str | None
    province: str | None
    city: str | None
    district: str | None


class Organisation(Struct, gc=False):
    """Who discloses."""

    name: str | None
    division: Division
    scope: str | None


class Facts(Struct, gc=False):
    """What the document says of itself."""

    kind: str | None
    fiscal_year: int | None
    title: str | None
    published_on: str | None
    unit: str | None
    organisation: Organisation


class Quality(Struct, gc=False):
    """How good the result is."""

    score: float
    needs_review: bool
    reasons: list[str]
    cells: int
    proven: int
    contradicted: int
    pages_ocr: int


class Result(Struct, gc=False):
    """A result, as far as it is loaded."""

    schema_version: str
    id: str
    source: Source
    disclosure: Facts
    quality: Quality
    tables: list[Table]
    statements: list[Json]
    checks: list[Check]
    repairs: list[Json]
    corrections: list[Json] = []


class Head(Struct, gc=False):
    """What a result says of itself."""

    schema_version: str
    id: str = ""


_RESULT = Decoder(Result)
_HEAD = Decoder(Head)


def result_of(data: bytes) -> Result:
    """The parts of a result. Raises ValueError for what is no JSON or no result."""
    return _RESULT.decode(data)


def head_of(data: bytes) -> Head:
    """Version and source of a result, without the rest. Raises ValueError likewise."""
    return _HEAD.decode(data)
