"""What the service answers with: the models of its OpenAPI description, each with an example."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from flows.service.ledger import State
from models.base import BBox
from models.disclosure import (
    Check,
    Correction,
    Facts,
    Kind,
    Level,
    PrintedCell,
    Proof,
    Quality,
    Repair,
    Side,
    TableKind,
)

_SHA256 = "5d1c8c6f0f1f3b0e7a4f0a9d2b8f6c3e1a7d9b5c4e2f8a6b0c1d3e5f7a9b2c4d"


def _example(**values: Any) -> ConfigDict:
    return ConfigDict(json_schema_extra={"examples": [values]})


class Failure(BaseModel):
    """Why a document has no result."""

    error: str = Field(examples=["NotADisclosure"])
    problem: str = Field(examples=["is no budget or final account of a department"])
    advice: str = Field(examples=["check that it is the right file"])


class JobAnswer(BaseModel):
    """An upload and what has become of it."""

    model_config = _example(
        id="9f3c1a5be2d04477",
        document=_SHA256,
        file_name="shuiwuju-2023.pdf",
        bytes=184223,
        state="finished",
        created="2026-03-02T08:15:30.120+00:00",
        started="2026-03-02T08:15:30.310+00:00",
        ended="2026-03-02T08:15:33.902+00:00",
        failure=None,
    )

    id: str
    document: str = Field(description="SHA-256 of the upload: the document's name in this API.")
    file_name: str
    bytes: int
    state: State
    created: str
    started: str | None
    ended: str | None
    failure: Failure | None


class Jobs(BaseModel):
    """The newest jobs, and how many there are of each state."""

    counts: dict[str, int] = Field(examples=[{"finished": 12, "queued": 3}])
    jobs: list[JobAnswer]


class DocumentEntry(BaseModel):
    """A document in a list."""

    model_config = _example(
        sha256=_SHA256,
        file_name="shuiwuju-2023.pdf",
        organisation="云岭市青川区水务局",
        title="2023年度云岭市青川区水务局部门决算",
        kind="final_accounts",
        fiscal_year=2023,
        division="云岭市 青川区",
        pages=24,
        trust="text_layer",
        cells=412,
        proven=390,
        contradicted=3,
        open=3,
        repaired=0,
        corrections=0,
        score=0.98,
        needs_review=True,
        reasons=["2 checks fail: c2 t3/2130301, c3 t3/21303/basic"],
    )

    sha256: str
    file_name: str
    organisation: str | None
    title: str | None
    kind: Kind | None
    fiscal_year: int | None
    division: str
    pages: int
    trust: str
    cells: int
    proven: int
    contradicted: int
    open: int = Field(description="Figures to look at that nobody has decided about.")
    repaired: int
    corrections: int
    score: float
    needs_review: bool
    reasons: list[str]


class Documents(BaseModel):
    """One page of the documents that answer a question."""

    total: int = Field(examples=[1])
    documents: list[DocumentEntry]


class SubjectEntry(BaseModel):
    """A subject of the standard classifications."""

    model_config = _example(
        code="2130301",
        name="行政运行",
        classification="function",
        level="item",
        edition=2023,
        names=["行政运行"],
        score=1.0,
    )

    code: str
    name: str
    classification: str
    level: str
    edition: int | None
    names: list[str] = Field(description="This name and former ones.")
    score: float


class Subjects(BaseModel):
    """Subjects that were found, the best first."""

    subjects: list[SubjectEntry]


class PageSize(BaseModel):
    """A page: number from 1, width and height in PDF points as displayed."""

    number: int = Field(examples=[1])
    width: float = Field(examples=[595.28])
    height: float = Field(examples=[841.89])


class Pages(BaseModel):
    """The pages of a document; none of a transcript."""

    pages: list[PageSize]


class DecisionRequest(BaseModel):
    """What a person decides about a figure, code or name, or (``where`` is ``document``) about all of it."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "where": "t3/2130301/basic",
                    "read": "768.16",
                    "action": "correct",
                    "to": "786.16",
                    "by": "王芳",
                    "why": "digits swapped in reading",
                }
            ]
        },
    )

    where: str = Field(min_length=1, max_length=300)
    read: str = Field(max_length=2000, description="The text that was read there; empty for a blank.")
    action: Literal["accept", "correct", "author_error", "withdraw"]
    to: str | None = Field(default=None, max_length=300, description="For `correct`; empty for a blank.")
    by: str = Field(min_length=1, max_length=100)
    why: str | None = Field(default=None, max_length=1000)


class Corrections(BaseModel):
    """What holds for a document, in the order decided."""

    corrections: list[Correction]


class Health(BaseModel):
    """Whether the service lives."""

    status: Literal["ok"] = "ok"
    version: str = Field(examples=["0.1.0"])


class Readiness(BaseModel):
    """Whether the service can do its work; ``parts`` says what works."""

    ready: bool
    parts: dict[str, bool] = Field(examples=[{"store": True, "ledger": True, "worker": True}])


class Term(BaseModel):
    """A figure in a sum; the first one is the sum itself."""

    sign: int
    place: str


class ReviewCheck(Check):
    """A check with the figures it is about, as far as they are figures of forms."""

    terms: tuple[Term, ...] = ()


class ReviewCell(BaseModel):
    """A figure, code or name: what was read, what it is taken for, and what is known about it."""

    place: str
    value: str | None
    text: str
    page: int | None = None
    bbox: BBox | None = None
    confidence: float | None = None
    proof: Proof | None = None
    repair: Repair | None = None
    correction: Correction | None = None
    checks: tuple[str, ...] = ()


class ReviewColumn(BaseModel):
    """An amount column."""

    key: str
    label: str
    number: int | None


class ReviewRow(BaseModel):
    """A row of a form."""

    address: str
    level: Level
    side: Side | None
    line: int | None
    page: int | None
    code: ReviewCell
    name: ReviewCell
    cells: dict[str, ReviewCell]


class ReviewTable(BaseModel):
    """A form."""

    id: str
    kind: TableKind
    form: str | None
    title: str | None
    status: str
    unit: str | None
    pages: tuple[int, ...]
    bbox: dict[int, BBox]
    columns: tuple[ReviewColumn, ...]
    rows: tuple[ReviewRow, ...]
    notes: tuple[str, ...]
    cells: tuple[PrintedCell, ...] | None


class ReviewDocument(BaseModel):
    """A document as the review page shows it: every figure with its place, every sum with its figures."""

    sha256: str
    file_name: str
    trust: str
    facts: Facts
    quality: Quality
    pages: tuple[tuple[float, float], ...] = Field(description="Width and height of the pages, in points.")
    tables: tuple[ReviewTable, ...]
    checks: tuple[ReviewCheck, ...]
    repairs: tuple[Repair, ...]
    corrections: tuple[Correction, ...]
