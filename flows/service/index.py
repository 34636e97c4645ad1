"""What can be asked of all documents at once: a SQLite index over the store, kept up to date."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from flows.service.archive import Archive, Edition
from flows.service.ledger import Database
from flows.service.problems import Refusal
from models.disclosure import Disclosure

Order = Literal["urgency", "newest", "name"]
_SCHEMA = """
create table if not exists document (
    sha256 text primary key, result text not null, written integer not null, decisions text not null,
    file_name text, organisation text, title text, kind text, fiscal_year integer,
    division text, pages integer, trust text, cells integer, proven integer, contradicted integer,
    open integer, repaired integer, corrections integer, score real, needs_review integer, reasons text
);
create table if not exists printed_subject (sha256 text not null, code text not null);
create index if not exists printed_subject_code on printed_subject (code);
create index if not exists printed_subject_document on printed_subject (sha256);
create virtual table if not exists running_text using fts5 (sha256 unindexed, words, tokenize = 'trigram');
"""
_ORDERS: dict[Order, str] = {
    "urgency": "needs_review desc, contradicted desc, open desc, score, sha256",
    "newest": "written desc, sha256",
    "name": "organisation, fiscal_year, sha256",
}
_SHORTEST = 3
"""Characters the trigram index needs."""


@dataclass(frozen=True, slots=True)
class Question:
    """Which documents are wanted; what is None does not matter."""

    text: str | None = None
    organisation: str | None = None
    year: int | None = None
    kind: str | None = None
    division: str | None = None
    subject: str | None = None
    needs_review: bool | None = None
    order: Order = "urgency"
    limit: int = 50
    offset: int = 0


class Index:
    """The index; it can be thrown away at any time and is made anew."""

    def __init__(self, path: Path, archive: Archive) -> None:
        self._database = Database(path, _SCHEMA)
        self._archive = archive
        self._lock = threading.Lock()
        self._seen: tuple[int, tuple[int, int]] | None = None

    def close(self) -> None:
        """Let go of the file."""
        self._database.close()

    def refresh(self, *, wait: bool = True) -> None:
        """Take in what has changed in the store and the corrections since the last time.

        Without ``wait`` nothing is done while another thread is at it.
        """
        if not self._lock.acquire(blocking=wait):
            return
        try:
            self._refresh()
        finally:
            self._lock.release()

    def _refresh(self) -> None:
        seen = (self._archive.stamp, self._archive.overlay.version)
        if seen == self._seen:
            return
        editions = self._archive.editions()
        known = {
            row["sha256"]: row
            for row in self._database.rows("select sha256, result, written, decisions from document")
        }
        for gone in known.keys() - editions.keys():
            self._forget(gone)
        for edition in editions.values():
            if not self._is_known(edition, known.get(edition.sha256)):
                self._enter(edition)
        self._seen = seen

    def update(self, sha256: str) -> None:
        """Take in a decision about one document, without a look at the others."""
        with self._lock:
            self._enter(self._archive.edition_of(sha256))
            if self._seen:
                self._seen = (self._seen[0], self._archive.overlay.version)

    def _is_known(self, edition: Edition, row: sqlite3.Row | None) -> bool:
        if row is None:
            return False
        now = (edition.id, edition.written, self._decisions(edition.sha256))
        return now == (row["result"], row["written"], row["decisions"])

    def _decisions(self, sha256: str) -> str:
        entries = self._archive.overlay.of(sha256)
        return f"{len(entries)} {max((entry.at for entry in entries), default='')}"

    def _forget(self, sha256: str) -> None:
        with self._database.transaction() as connection:
            for table in ("document", "printed_subject", "running_text"):
                connection.execute(f"delete from {table} where sha256 = ?", (sha256,))

    def _enter(self, edition: Edition) -> None:
        try:
            disclosure = self._archive.corrected(edition)
        except Refusal:
            return  # written by another version: it shows up when it is read again
        row = {
            "sha256": edition.sha256,
            "result": edition.id,
            "written": edition.written,
            "decisions": self._decisions(edition.sha256),
            **summary(disclosure),
        }
        self._forget(edition.sha256)
        with self._database.transaction() as connection:
            names = ", ".join(row)
            marks = ", ".join(f":{name}" for name in row)
            connection.execute(f"insert into document ({names}) values ({marks})", row)
            codes = ((edition.sha256, code) for code in sorted(_codes(disclosure)))
            connection.executemany("insert into printed_subject values (?, ?)", codes)
            connection.execute(
                "insert into running_text values (?, ?)", (edition.sha256, "\n".join(_words(disclosure)))
            )

    def find(self, question: Question) -> tuple[int, list[dict[str, Any]]]:
        """How many documents answer a question, and those of one page of the answer."""
        conditions = list(_conditions(question))
        where = " and ".join(condition for condition, _ in conditions) or "1"
        values = [value for _, some in conditions for value in some]
        count = self._database.rows(f"select count(*) as documents from document where {where}", values)
        rows = self._database.rows(
            f"select * from document where {where} order by {_ORDERS[question.order]} limit ? offset ?",
            [*values, question.limit, question.offset],
        )
        return count[0]["documents"], [_unpacked(row) for row in rows]

    def one(self, sha256: str) -> dict[str, Any] | None:
        """The entry of one document."""
        rows = self._database.rows("select * from document where sha256 = ?", (sha256,))
        return _unpacked(rows[0]) if rows else None


def summary(disclosure: Disclosure) -> dict[str, Any]:
    """What the index holds of a document, ready for SQLite."""
    facts, quality, source = disclosure.disclosure, disclosure.quality, disclosure.source
    division = facts.organisation.division
    parts = (division.province, division.city, division.district)
    return {
        "file_name": source.file_name,
        "organisation": facts.organisation.name,
        "title": facts.title,
        "kind": facts.kind,
        "fiscal_year": facts.fiscal_year,
        "division": " ".join(filter(None, (*parts, division.code))),
        "pages": source.pages,
        "trust": source.trust,
        "cells": quality.cells,
        "proven": quality.proven,
        "contradicted": quality.contradicted,
        "open": len(open_places(disclosure)),
        "repaired": len(disclosure.repairs),
        "corrections": len(disclosure.corrections),
        "score": quality.score,
        "needs_review": int(quality.needs_review),
        "reasons": json.dumps(quality.reasons, ensure_ascii=False),
    }


def open_places(disclosure: Disclosure) -> tuple[tuple[str, int, str], ...]:
    """The figures somebody should look at: contradicted, or read from pixels and in no sum that holds."""
    from extract.accounting.corrections import places_of

    places = places_of(disclosure) if disclosure.corrections else {}
    settled = {places.get(each.where) for each in disclosure.corrections if each.applied}
    return tuple(
        place
        for table in disclosure.tables
        for index, row in enumerate(table.rows)
        for key, cell in row.cells.items()
        if cell.proof == "contradicted" or (cell.proof == "unchecked" and cell.confidence < 1)
        if row.amounts.get(key) is not None and (place := (table.id, index, key)) not in settled
    )


def _codes(disclosure: Disclosure) -> set[str]:
    return {row.code for table in disclosure.tables for row in table.rows if row.code and row.code.isdigit()}


def _words(disclosure: Disclosure) -> Iterator[str]:
    facts = disclosure.disclosure
    yield from filter(None, (facts.organisation.name, facts.title, disclosure.source.file_name))
    for section in disclosure.sections:
        yield section.heading
        yield section.text
    for table in disclosure.tables:
        yield from filter(None, (table.title, *(row.name for row in table.rows), *table.notes))


def _conditions(question: Question) -> Iterator[tuple[str, Sequence[Any]]]:
    """SQL and its values for every part of a question."""
    like = "{} like ? escape '\\'"
    if question.text:
        yield _text_condition(question.text)
    if question.organisation:
        yield like.format("organisation"), [_anywhere(question.organisation)]
    if question.division:
        yield like.format("division"), [_anywhere(question.division)]
    if question.year is not None:
        yield "fiscal_year = ?", [question.year]
    if question.kind is not None:
        yield "kind = ?", [question.kind]
    if question.needs_review is not None:
        yield "needs_review = ?", [int(question.needs_review)]
    if question.subject:
        yield "sha256 in (select sha256 from printed_subject where code = ?)", [question.subject]


def _text_condition(text: str) -> tuple[str, Sequence[Any]]:
    if len(text) < _SHORTEST:
        inner = "select sha256 from running_text where words like ? escape '\\'"
        return f"sha256 in ({inner})", [_anywhere(text)]
    quoted = '"' + text.replace('"', '""') + '"'
    return "sha256 in (select sha256 from running_text where words match ?)", [quoted]


def _anywhere(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"


def _unpacked(row: sqlite3.Row) -> dict[str, Any]:
    value = dict(row)
    return {**value, "reasons": json.loads(value["reasons"]), "needs_review": bool(value["needs_review"])}
