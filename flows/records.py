"""What a batch knows of a document: a short record made from its result, or from how it failed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

from extract.errors import ExtractionError, LimitExceeded
from models.disclosure import Disclosure

MIB = 1 << 20
STARVED = 0.8
"""A reader that fails or dies above this share of its memory limit has failed of it."""
State = Literal["finished", "failed"]


class ReaderCrashed(ExtractionError):
    """The process that read the document died: a fault of a parser or of gongkai, not of the limits."""

    exit_code = 8


class SourceUnavailable(ExtractionError):
    """The document or the store could not be reached, also when tried again."""

    exit_code = 9


def too_much_memory(file_name: str, limit: int) -> LimitExceeded:
    """The refusal of a document that needs more than ``limit`` bytes."""
    return LimitExceeded(
        file_name,
        f"needs more memory than the limit of {limit // MIB:,} MiB",
        "raise --memory if the document is meant to be that heavy",
    )


@dataclass(frozen=True, slots=True)
class Failure:
    """Why there is no result: the name of the error class, what is wrong and what to do."""

    error: str
    problem: str
    advice: str

    @classmethod
    def of(cls, error: ExtractionError) -> Failure:
        """The failure an error stands for."""
        return cls(type(error).__name__, error.problem, error.advice)


@dataclass(frozen=True, slots=True)
class Record:
    """One document of a batch: where it is, what came of it, and the facts reports count by.

    The same document gives the same record whenever it is read; times are kept elsewhere.
    """

    uri: str
    id: str
    state: State
    pages: int = 0
    kind: str | None = None
    fiscal_year: int | None = None
    organisation: str | None = None
    city: str | None = None
    cells: int = 0
    proven: int = 0
    contradicted: int = 0
    score: float | None = None
    needs_review: bool = False
    reasons: tuple[str, ...] = ()
    failure: Failure | None = None

    @property
    def proven_share(self) -> float | None:
        """Proven figures of all figures; none where there are none."""
        return self.proven / self.cells if self.cells else None

    def to_json(self) -> dict[str, Any]:
        """The record as a value of JSON."""
        return asdict(self)

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Record:
        """Read back what ``to_json`` gave."""
        failure = value.get("failure")
        return cls(
            **{
                **value,
                "reasons": tuple(value["reasons"]),
                "failure": Failure(**failure) if failure else None,
            }
        )


def finished(uri: str, id: str, disclosure: Disclosure) -> Record:
    """The record of a result."""
    facts, quality = disclosure.disclosure, disclosure.quality
    division = facts.organisation.division
    return Record(
        uri,
        id,
        "finished",
        pages=disclosure.source.pages,
        kind=facts.kind,
        fiscal_year=facts.fiscal_year,
        organisation=facts.organisation.name,
        city=division.city or division.province,
        cells=quality.cells,
        proven=quality.proven,
        contradicted=quality.contradicted,
        score=quality.score,
        needs_review=quality.needs_review,
        reasons=quality.reasons,
    )


def failed(uri: str, id: str, error: ExtractionError) -> Record:
    """The record of a failure."""
    return Record(uri, id, "failed", failure=Failure.of(error))
