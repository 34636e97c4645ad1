"""What the review page shows of a document: figures with their places, and every sum with its figures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from extract.accounting.corrections import row_addresses, text_read, value_of
from extract.accounting.examination import Examination
from extract.tables.identities import table_identities
from extract.tables.weighing import figures_of
from flows.service.answers import (
    ReviewCell,
    ReviewCheck,
    ReviewColumn,
    ReviewDocument,
    ReviewRow,
    ReviewTable,
    Term,
)
from models.disclosure import Check, Correction, Disclosure, Repair, Row, Table

CellKey = tuple[str, int, str]


def review_of(
    disclosure: Disclosure, examination: Examination, sizes: Sequence[tuple[float, float]] | None
) -> ReviewDocument:
    """Everything of a document a reviewer needs; ``sizes`` are those of its pages in points.

    ``examination`` is what ``examined`` says of the document.
    """
    sums = _Sums(disclosure, examination)
    return ReviewDocument(
        sha256=disclosure.id.removeprefix("sha256:"),
        file_name=disclosure.source.file_name,
        trust=disclosure.source.trust,
        facts=disclosure.disclosure,
        quality=disclosure.quality,
        pages=tuple(sizes) if sizes else (),
        tables=tuple(_table(table, disclosure, sums) for table in disclosure.tables),
        checks=sums.checks,
        repairs=disclosure.repairs,
        corrections=disclosure.corrections,
    )


class _Sums:
    """The checks of a document with the figures in them."""

    def __init__(self, disclosure: Disclosure, examination: Examination) -> None:
        self._addresses = {table.id: row_addresses(table) for table in disclosure.tables}
        self._signs = dict(_signs(disclosure))
        # By what they say, not by number: the result may be of a version that numbered otherwise.
        cells = {_identity(check): examination.cells[check.id] for check in examination.checks}
        self.checks = tuple(
            self._check(check, cells.get(_identity(check), ())) for check in disclosure.checks
        )
        self.by_place = self._by_place()

    def place(self, cell: CellKey) -> str:
        """How a figure is named."""
        return f"{cell[0]}/{self._addresses[cell[0]][cell[1]]}/{cell[2]}"

    def _check(self, check: Check, cells: Sequence[CellKey]) -> ReviewCheck:
        signs = self._signs.get((check.where, check.formula), (1,) * (len(cells) - 1))
        if len(signs) != len(cells) - 1:
            signs = (1,) * (len(cells) - 1)
        terms = zip((1, *signs), cells, strict=True) if cells else ()
        return ReviewCheck(
            **check.model_dump(), terms=tuple(Term(sign=sign, place=self.place(cell)) for sign, cell in terms)
        )

    def _by_place(self) -> Mapping[str, list[str]]:
        found: dict[str, list[str]] = {}
        for check in self.checks:
            if check.status != "not_applicable":
                for term in check.terms:
                    found.setdefault(term.place, []).append(check.id)
        return found


def _identity(check: Check) -> tuple[str, str, str]:
    return check.rule, check.formula, check.where


def _signs(disclosure: Disclosure) -> Iterator[tuple[tuple[str, str], tuple[int, ...]]]:
    """The signs of the terms of every sum within a table, by its place and formula."""
    for table in disclosure.tables:
        if table.status == "extracted":
            for identity in table_identities(table, figures_of(table), disclosure.disclosure.kind):
                yield (f"{table.id}/{identity.where}", identity.formula), identity.signs


def _table(table: Table, disclosure: Disclosure, sums: _Sums) -> ReviewTable:
    addresses = row_addresses(table)
    decisions = {each.where: each for each in disclosure.corrections if each.applied}
    repairs = {each.where: each for each in disclosure.repairs}
    return ReviewTable(
        id=table.id,
        kind=table.kind,
        form=table.form,
        title=table.title,
        status=table.status,
        unit=table.unit,
        pages=table.pages,
        bbox=table.bbox,
        columns=tuple(ReviewColumn(**column.model_dump()) for column in table.columns),
        rows=tuple(
            _row(row, f"{table.id}/{address}", table, sums, decisions, repairs)
            for row, address in zip(table.rows, addresses, strict=True)
        ),
        notes=table.notes,
        cells=table.cells,
    )


def _row(
    row: Row,
    address: str,
    table: Table,
    sums: _Sums,
    decisions: Mapping[str, Correction],
    repairs: Mapping[str, Repair],
) -> ReviewRow:
    texts = {}
    for field in ("code", "name"):
        place = f"{address}/{field}"
        texts[field] = ReviewCell(
            place=place,
            value=value_of(row, field),
            text=text_read(row, field),
            page=row.page,
            repair=repairs.get(place),
            correction=decisions.get(place),
        )
    return ReviewRow(
        address=address,
        level=row.level,
        side=row.side,
        line=row.line,
        page=row.page,
        **texts,
        cells={
            column.key: _cell(row, column.key, f"{address}/{column.key}", sums, decisions, repairs)
            for column in table.columns
        },
    )


def _cell(
    row: Row,
    key: str,
    place: str,
    sums: _Sums,
    decisions: Mapping[str, Correction],
    repairs: Mapping[str, Repair],
) -> ReviewCell:
    cell = row.cells.get(key)
    return ReviewCell(
        place=place,
        value=value_of(row, key),
        text=cell.text if cell else "",
        page=cell.page if cell else row.page,
        bbox=cell.bbox if cell else None,
        confidence=cell.confidence if cell else None,
        proof=cell.proof if cell and row.amounts.get(key) is not None else None,
        repair=repairs.get(place),
        correction=decisions.get(place),
        checks=tuple(sums.by_place.get(place, ())),
    )
