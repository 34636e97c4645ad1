"""What the service says when it cannot do what was asked: problem details after RFC 9457."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException

from extract.errors import (
    EncryptedDocument,
    ExtractionError,
    LimitExceeded,
    NotADisclosure,
    UnreadableDocument,
    UnsupportedFormat,
)

MEDIA_TYPE = "application/problem+json"
_DOCUMENTS: dict[type[ExtractionError], int] = {
    UnsupportedFormat: 415,
    LimitExceeded: 413,
    UnreadableDocument: 422,
    EncryptedDocument: 422,
    NotADisclosure: 422,
}
"""The status of every refusal of a document."""


class Fault(BaseModel):
    """One thing that is wrong with a request."""

    where: str = Field(examples=["query.limit"])
    what: str = Field(examples=["Input should be less than or equal to 200"])


class Problem(BaseModel):
    """Problem details (RFC 9457): what went wrong, in words for people and a name for programs."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "type": "urn:gongkai:problem:unsupported-format",
                    "title": "Unsupported format",
                    "status": 415,
                    "detail": "budget.gif: is a GIF picture, whatever its name",
                    "advice": "save it as PNG, JPEG or TIFF and give that",
                    "faults": [],
                }
            ]
        }
    )

    type: str = Field(description="A name for programs; it does not lead anywhere.")
    title: str
    status: int
    detail: str | None = None
    advice: str | None = Field(default=None, description="What to do about it.")
    faults: list[Fault] = Field(default_factory=list, description="For requests that make no sense.")


class Refusal(HTTPException):
    """Raised anywhere under a request; answered as problem details."""

    def __init__(
        self, status: int, title: str, detail: str | None = None, advice: str | None = None, **headers: str
    ) -> None:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        super().__init__(status, detail=detail or title, headers=named or None)
        self.problem = Problem(type=_type_of(title), title=title, status=status, detail=detail, advice=advice)


def _type_of(title: str) -> str:
    return f"urn:gongkai:problem:{'-'.join(title.lower().split())}"


def not_found(what: str) -> Refusal:
    """There is no such thing."""
    return Refusal(404, "Not found", f"{what}: there is no such thing here")


def refusal_of(error: ExtractionError) -> Refusal:
    """How a document that cannot be read is refused."""
    return refusal_named(type(error).__name__, f"{error.file_name}: {error.problem}", error.advice)


def refusal_named(error: str, detail: str, advice: str) -> Refusal:
    """The same by the name of the error, as it comes from another process."""
    status = next((code for kind, code in _DOCUMENTS.items() if kind.__name__ == error), 422)
    title = "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in error).strip()
    return Refusal(status, title.capitalize(), detail, advice)


def answer(problem: Problem, headers: dict[str, str] | None = None) -> JSONResponse:
    """The response that carries a problem."""
    body = problem.model_dump(exclude_none=True)
    return JSONResponse(body, problem.status, headers=headers, media_type=MEDIA_TYPE)


def install(app: FastAPI) -> None:
    """Have the application answer every error with problem details."""
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(Exception, _unexpected)


async def _http(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    if isinstance(error, Refusal):
        return answer(error.problem, dict(error.headers or {}))
    title = HTTPStatus(error.status_code).phrase
    problem = Problem(type=_type_of(title), title=title, status=error.status_code, detail=str(error.detail))
    return answer(problem, dict(error.headers or {}))


async def _invalid(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    faults = [Fault(where=".".join(map(str, each["loc"])), what=each["msg"]) for each in error.errors()]
    title = "Invalid request"
    detail = "; ".join(f"{fault.where}: {fault.what}" for fault in faults[:3])
    return answer(Problem(type=_type_of(title), title=title, status=422, detail=detail, faults=faults))


async def _unexpected(_request: Request, _error: Exception) -> JSONResponse:
    title = "Internal error"
    advice = "the log of the service has the traceback; report it with that"
    return answer(Problem(type=_type_of(title), title=title, status=500, advice=advice))


def documented(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """For OpenAPI: the problems an operation may answer with."""
    schema = {"$ref": "#/components/schemas/Problem"}
    return {
        status: {"description": HTTPStatus(status).phrase, "content": {MEDIA_TYPE: {"schema": schema}}}
        for status in statuses
    }
