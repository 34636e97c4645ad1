"""The operations of the service, each a few lines around the part that does the work."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Literal

from fastapi import APIRouter, File, Path, Query, Response, Security, UploadFile
from fastapi.responses import StreamingResponse
from fastapi.security import APIKeyHeader

from flows.corrections import labelled
from flows.service.answers import (
    Corrections,
    DecisionRequest,
    DocumentEntry,
    Documents,
    Failure,
    JobAnswer,
    Jobs,
    Pages,
    PageSize,
    ReviewDocument,
    SubjectEntry,
    Subjects,
)
from flows.service.deciding import entry_of
from flows.service.guard import KEY_HEADER
from flows.service.index import Order, Question
from flows.service.ledger import Job, State
from flows.service.painting import Width
from flows.service.problems import Refusal, documented, not_found
from flows.service.service import Service, known_pages
from flows.service.sheets import csv_of, workbook_of
from flows.store import DOCUMENTS, FAILURE, current_recipe
from models.disclosure import Classification, Disclosure, Kind, Table

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_SHA256 = "5d1c8c6f0f1f3b0e7a4f0a9d2b8f6c3e1a7d9b5c4e2f8a6b0c1d3e5f7a9b2c4d"
_MOST_INTEGER = 2**31 - 1
_KEPT = "private, max-age=86400, immutable"

Sha256 = Annotated[
    str,
    Path(pattern="^[0-9a-f]{64}$", description="SHA-256 of the document's bytes.", examples=[_SHA256]),
]
TableId = Annotated[str, Path(pattern="^t[0-9]{1,6}$", examples=["t3"])]
JobId = Annotated[str, Path(pattern="^[0-9a-f]{16}$", examples=["9f3c1a5be2d04477"])]
Words = Annotated[str | None, Query(max_length=100, min_length=1)]
_USUAL = documented(400, 401, 403, 413, 421, 422, 429, 500)


def api(service: Service) -> APIRouter:
    """Everything under ``/api``."""
    key = APIKeyHeader(name=KEY_HEADER, auto_error=False, description="Needed if the service has a key.")
    router = APIRouter(prefix="/api", responses=_USUAL, dependencies=[Security(key)])
    for add in (_uploads, _jobs, _documents, _pages, _tables, _corrections, _reference):
        add(router, service)
    return router


def _uploads(router: APIRouter, service: Service) -> None:
    @router.post(
        "/documents",
        status_code=202,
        tags=["documents"],
        summary="Upload a document",
        responses=documented(408, 413, 415),
    )
    def upload(
        file: Annotated[UploadFile, File(description="A disclosure.")], response: Response
    ) -> JobAnswer:
        """Queue a document to be read; the same bytes are not read twice."""
        received = service.receiver.receive(file.file, file.filename)
        service.keep_sizes(received.sha256, received.inspection.pages)
        service.metrics.uploads.inc(received.bytes)
        job = service.ledger.add(received.sha256, received.file_name, received.path, received.bytes)
        response.headers["Location"] = f"/api/jobs/{job.id}"
        return _job_answer(job)


def _jobs(router: APIRouter, service: Service) -> None:
    @router.get("/jobs", tags=["jobs"], summary="The newest jobs")
    def jobs(state: State | None = None, limit: Annotated[int, Query(ge=1, le=500)] = 50) -> Jobs:
        found = service.ledger.jobs(state, limit)
        return Jobs(counts=service.ledger.counts(), jobs=[_job_answer(job) for job in found])

    @router.get(
        "/jobs/{id}", tags=["jobs"], summary="What has become of an upload", responses=documented(404)
    )
    def job(id: JobId) -> JobAnswer:
        return _job_answer(_job(service, id))

    @router.post(
        "/jobs/{id}/again",
        status_code=202,
        tags=["jobs"],
        summary="Try again what failed",
        responses=documented(404, 409),
    )
    def again(id: JobId) -> JobAnswer:
        job = _job(service, id)
        if job.state != "failed":
            raise Refusal(409, "Not failed", f"{id}: is {job.state}; only what failed is tried again")
        service.archive.store.remove(f"{DOCUMENTS}/{current_recipe().id_of(job.sha256)}{FAILURE}")
        service.ledger.take_up(id)
        return _job_answer(_job(service, id))


def _documents(router: APIRouter, service: Service) -> None:
    @router.get("/documents", tags=["documents"], summary="Search documents")
    def documents(
        q: Annotated[Words, Query(description="Words in the name, the text or the tables.")] = None,
        organisation: Words = None,
        year: Annotated[int | None, Query(ge=1949, le=2200)] = None,
        kind: Kind | None = None,
        division: Annotated[Words, Query(description="Province, city, district or their code.")] = None,
        subject: Annotated[
            str | None, Query(pattern="^[0-9]{3,9}$", description="A code some form prints.")
        ] = None,
        needs_review: bool | None = None,
        order: Order = "urgency",
        limit: Annotated[int, Query(ge=1, le=500)] = 50,
        offset: Annotated[int, Query(ge=0, le=_MOST_INTEGER)] = 0,
    ) -> Documents:
        """Documents that fit everything asked for; by urgency: contradicted figures first."""
        service.index.refresh(wait=False)
        question = Question(
            q, organisation, year, kind, division, subject, needs_review, order, limit, offset
        )
        total, found = service.index.find(question)
        return Documents(total=total, documents=[DocumentEntry(**_known_fields(entry)) for entry in found])

    @router.get(
        "/documents/{sha256}",
        tags=["documents"],
        summary="The JSON of a document",
        response_model=Disclosure,
        responses=documented(404, 409),
    )
    def document(
        sha256: Sha256,
        as_read: Annotated[bool, Query(description="Leave the corrections out.")] = False,
    ) -> Response:
        return _json(_disclosure(service, sha256, as_read=as_read))

    @router.get(
        "/documents/{sha256}/review",
        tags=["review"],
        summary="A document as the review page shows it",
        response_model=ReviewDocument,
        responses=documented(404, 409),
    )
    def review(sha256: Sha256) -> Response:
        return _review(service, sha256)


def _pages(router: APIRouter, service: Service) -> None:
    @router.get(
        "/documents/{sha256}/pages",
        tags=["pages"],
        summary="The sizes of the pages",
        responses=documented(404, 415),
    )
    def pages(sha256: Sha256) -> Pages:
        sizes = enumerate(service.page_sizes(sha256), 1)
        return Pages(pages=[PageSize(number=n, width=width, height=height) for n, (width, height) in sizes])

    @router.get(
        "/documents/{sha256}/pages/{number}",
        tags=["pages"],
        summary="The picture of a page",
        response_class=Response,
        responses={200: {"content": {"image/png": {}}}, **documented(404, 415)},
    )
    def page(
        sha256: Sha256, number: Annotated[int, Path(ge=1, le=100_000)], width: Width = Width.USUAL
    ) -> Response:
        if number > len(service.page_sizes(sha256)):
            raise not_found(f"{sha256} page {number}")
        picture = service.painter.page(service.archive.original(sha256), number, width)
        return Response(picture, media_type="image/png", headers={"Cache-Control": _KEPT})


def _tables(router: APIRouter, service: Service) -> None:
    @router.get(
        "/documents/{sha256}/tables.xlsx",
        tags=["tables"],
        summary="All forms as a workbook",
        response_class=Response,
        responses={200: {"content": {_XLSX: {}}}, **documented(404, 409)},
    )
    def workbook(sha256: Sha256) -> Response:
        disclosure = _disclosure(service, sha256)
        printed = [table for table in disclosure.tables if table.status == "extracted"]
        return _attached(workbook_of(disclosure, printed), _XLSX, f"{sha256[:12]}.xlsx")

    @router.get(
        "/documents/{sha256}/tables/{id}.{layout}",
        tags=["tables"],
        summary="A form as CSV or XLSX",
        response_class=Response,
        responses={200: {"content": {"text/csv": {}, _XLSX: {}}}, **documented(404, 409)},
    )
    def table(sha256: Sha256, id: TableId, layout: Literal["csv", "xlsx"]) -> Response:
        disclosure = _disclosure(service, sha256)
        form = _table(disclosure, id)
        name = f"{sha256[:12]}-{id}.{layout}"
        if layout == "csv":
            return _attached(csv_of(form), "text/csv; charset=utf-8", name)
        return _attached(workbook_of(disclosure, [form]), _XLSX, name)


def _corrections(router: APIRouter, service: Service) -> None:
    @router.get(
        "/documents/{sha256}/corrections",
        tags=["review"],
        summary="What people decided about a document",
        responses=documented(404, 409),
    )
    def corrections(sha256: Sha256) -> Corrections:
        return Corrections(corrections=list(_disclosure(service, sha256).corrections))

    @router.post(
        "/documents/{sha256}/corrections",
        tags=["review"],
        summary="Decide about a figure, code or name",
        response_model=ReviewDocument,
        responses=documented(404, 409),
    )
    def decide(sha256: Sha256, decision: DecisionRequest) -> Response:
        """Write a decision down and answer with the document, its sums done anew."""
        entry = entry_of(sha256, _disclosure(service, sha256, as_read=True), decision)
        service.archive.overlay.add(entry)
        service.metrics.decisions.labels(entry.action).inc()
        service.index.update(sha256)
        return _review(service, sha256)

    @router.get(
        "/corrections",
        tags=["review"],
        summary="All decisions about figures as labelled data, one a line",
        response_class=Response,
        responses={200: {"content": {"application/jsonl": {}}}},
    )
    def export() -> StreamingResponse:
        return StreamingResponse(_label_lines(service), media_type="application/jsonl")


def _reference(router: APIRouter, _service: Service) -> None:
    @router.get("/subjects", tags=["reference"], summary="Search the standard classifications")
    def subjects(
        q: Annotated[str, Query(min_length=1, max_length=100, examples=["养老支出"])],
        year: Annotated[int | None, Query(ge=1949, le=2200)] = None,
        classification: Classification | None = None,
        limit: Annotated[int, Query(ge=1, le=100)] = 10,
    ) -> Subjects:
        from models.catalogue import catalogue

        matches = catalogue().find(q, classification=classification, year=year, limit=limit)
        return Subjects(subjects=[_subject(match) for match in matches])

    @router.get("/schema", tags=["reference"], summary="The JSON Schema of the documents")
    def schema() -> dict[str, Any]:
        from models.schema import disclosure_schema

        return disclosure_schema()


def _job(service: Service, id: str) -> Job:
    job = service.ledger.job(id)
    if job is None:
        raise not_found(id)
    return job


def _job_answer(job: Job) -> JobAnswer:
    failure = None
    if job.error:
        failure = Failure(error=job.error, problem=job.problem or "", advice=job.advice or "")
    return JobAnswer(
        id=job.id,
        document=job.sha256,
        file_name=job.file_name,
        bytes=job.bytes,
        state=job.state,
        created=job.created,
        started=job.started,
        ended=job.ended,
        failure=failure,
    )


def _known_fields(entry: dict[str, Any]) -> dict[str, Any]:
    return {name: entry[name] for name in DocumentEntry.model_fields}


def _disclosure(service: Service, sha256: str, *, as_read: bool = False) -> Disclosure:
    edition = service.archive.edition_of(sha256)
    return service.archive.as_read(edition) if as_read else service.archive.corrected(edition)


def _table(disclosure: Disclosure, id: str) -> Table:
    table = next((table for table in disclosure.tables if table.id == id), None)
    if table is None:
        raise not_found(f"{disclosure.id} {id}")
    return table


def _subject(match: Any) -> SubjectEntry:
    entry = match.entry
    return SubjectEntry(
        code=entry.code,
        name=entry.name,
        classification=entry.classification,
        level=entry.level,
        edition=entry.edition,
        names=[name.text for name in entry.names],
        score=round(match.score, 4),
    )


def _json(value: Disclosure) -> Response:
    return Response(value.model_dump_json(by_alias=True), media_type="application/json")


def _review(service: Service, sha256: str) -> Response:
    edition = service.archive.edition_of(sha256)
    return Response(
        service.archive.review(edition, known_pages(service, sha256)), media_type="application/json"
    )


def _attached(data: bytes, media_type: str, name: str) -> Response:
    return Response(
        data, media_type=media_type, headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )


def _label_lines(service: Service) -> Iterator[str]:
    import json

    for entry in service.archive.overlay.standing():
        if label := labelled(entry):
            yield json.dumps(label, ensure_ascii=False) + "\n"
