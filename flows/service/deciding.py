"""A decision of a reviewer on its way into the corrections: held against the result, then written down."""

from __future__ import annotations

from extract.accounting.corrections import (
    DOCUMENT,
    TEXT_FIELDS,
    NoSuchFigure,
    checked_value,
    places_of,
    text_read,
)
from flows.corrections import Entry
from flows.service.answers import DecisionRequest
from flows.service.ledger import now
from flows.service.problems import Refusal, not_found
from models.base import BBox
from models.disclosure import Disclosure, Row


def entry_of(sha256: str, disclosure: Disclosure, request: DecisionRequest) -> Entry:
    """The line to write. Raises ``Refusal`` when the place is not there or has another text now."""
    if request.where == DOCUMENT:
        return _about_document(sha256, request)
    row, column = _place(disclosure, request.where)
    read = text_read(row, column)
    if read != request.read:
        raise Refusal(
            409,
            "Outdated reading",
            f"{request.where}: {read!r} is read there, not {request.read!r}",
            "load the document again and look at it once more",
        )
    page, bbox = _spot(row, column)
    return Entry(
        source=sha256,
        where=request.where,
        read=read,
        action=request.action,
        by=_one_line(request.by),
        at=now(),
        to=_value(request, column),
        why=request.why or None,
        page=page,
        bbox=bbox,
    )


def _about_document(sha256: str, request: DecisionRequest) -> Entry:
    if request.action not in ("accept", "withdraw"):
        raise Refusal(422, "Invalid decision", "a document as a whole is accepted, or that is withdrawn")
    return Entry(sha256, DOCUMENT, "", request.action, _one_line(request.by), now(), why=request.why or None)


def _place(disclosure: Disclosure, where: str) -> tuple[Row, str]:
    cell = places_of(disclosure).get(where)
    if cell is None:
        raise not_found(where)
    table = next(table for table in disclosure.tables if table.id == cell[0])
    return table.rows[cell[1]], cell[2]


def _spot(row: Row, column: str) -> tuple[int | None, BBox | None]:
    cell = row.cells.get(column)
    return (cell.page, cell.bbox) if cell else (row.page, None)


def _value(request: DecisionRequest, column: str) -> str | None:
    if request.action != "correct":
        return None
    if request.to is None:
        raise Refusal(422, "Invalid decision", "`to` is missing: what is it to be corrected to?")
    if request.action == "correct" and not request.to.strip() and column in TEXT_FIELDS and column == "name":
        raise Refusal(422, "Invalid decision", "a name cannot be corrected to nothing")
    try:
        return checked_value(column, request.to)
    except NoSuchFigure as error:
        raise Refusal(422, "Invalid decision", str(error)) from error


def _one_line(text: str) -> str:
    plain = " ".join(text.split())
    if not plain:
        raise Refusal(422, "Invalid decision", "`by` is empty: who decides?")
    return plain
