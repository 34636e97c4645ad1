"""Beside the accounting stage: what people decided about a result, laid over it, and its sums done anew.

``extract`` knows nothing of this: it reads a document the same way whatever anybody thinks of it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from extract.accounting.examination import Examination, examine
from extract.accounting.ledger import CellKey
from extract.accounting.narrative import examine_narrative
from extract.accounting.quality import reassess
from extract.tables.amounts import is_blank, parse_amount
from extract.tables.weighing import row_address
from models.disclosure import Cell, Check, Correction, Disclosure, Repair, Row, Table

DOCUMENT = "document"
"""The place of a decision about the document as a whole."""
TEXT_FIELDS = ("code", "name")
"""What can be corrected of a row besides its amounts."""


class NoSuchFigure(ValueError):
    """What a correction gives is no figure, code or name that can stand at its place."""


def row_addresses(table: Table) -> tuple[str, ...]:
    """The address of every row; the second row of the same address ends in ``#2``."""
    seen: dict[str, int] = {}
    addresses = []
    for row in table.rows:
        address = row_address(row)
        seen[address] = seen.get(address, 0) + 1
        addresses.append(f"{address}#{seen[address]}" if seen[address] > 1 else address)
    return tuple(addresses)


def place_of(table: Table, row: int, column: str) -> str:
    """How corrections name a figure (``t3/2080505/total``), or the ``code`` or ``name`` of a row."""
    return f"{table.id}/{row_addresses(table)[row]}/{column}"


def places_of(disclosure: Disclosure) -> dict[str, CellKey]:
    """Every place of a document that can be corrected, blanks included."""
    return {
        f"{table.id}/{address}/{column}": (table.id, index, column)
        for table in disclosure.tables
        for index, address in enumerate(row_addresses(table))
        for column in (*(each.key for each in table.columns), *TEXT_FIELDS)
    }


def text_read(row: Row, column: str) -> str:
    """What was read at a place of a row; empty for a blank."""
    if column == "code":
        return row.printed_code or row.code or ""
    if column == "name":
        return row.printed_name or row.name or ""
    cell = row.cells.get(column)
    return cell.text if cell else ""


def value_of(row: Row, column: str) -> str | None:
    """What the extraction gives at a place of a row: an amount in plain digits, a code or a name."""
    if column in TEXT_FIELDS:
        return row.code if column == "code" else row.name
    amount = row.amounts.get(column)
    return None if amount is None else format(amount, "f")


def checked_value(column: str, text: str) -> str:
    """A value somebody typed, as it is to be kept; raises ``NoSuchFigure``. Empty stands for a blank."""
    text = text.strip()
    if column == "name":
        return text
    if column == "code":
        if text and not (text.isascii() and text.isdigit()):
            raise NoSuchFigure(f"{text!r} is no code: codes are digits")
        return text
    if is_blank(text):
        return ""
    amount = parse_amount(text)
    if amount is None:
        raise NoSuchFigure(f"{text!r} is no figure; write it like 1234.56")
    return format(amount, "f")


@dataclass(frozen=True, slots=True)
class _Settled:
    """The corrections of a document with the cells they were found to be about."""

    by_cell: Mapping[CellKey, Correction]
    whole: Correction | None
    lost: tuple[Correction, ...]

    @property
    def at_fault(self) -> frozenset[CellKey]:
        found = self.by_cell.items()
        return frozenset(cell for cell, correction in found if correction.action == "author_error")

    @property
    def in_order(self) -> tuple[Correction, ...]:
        whole = (self.whole,) if self.whole else ()
        return (*whole, *self.by_cell.values(), *self.lost)


def examined(disclosure: Disclosure) -> Examination:
    """The arithmetic of a result as it stands; figures that a person found printed wrongly are at fault."""
    places = places_of(disclosure) if disclosure.corrections else {}
    at_fault = frozenset(
        places[each.where]
        for each in disclosure.corrections
        if each.applied and each.action == "author_error" and each.where in places
    )
    kind, trust = disclosure.disclosure.kind, disclosure.source.trust
    return examine(disclosure.tables, kind=kind, trust=trust, at_fault=at_fault)


def corrected(
    disclosure: Disclosure, corrections: Sequence[Correction], *, before: Examination | None = None
) -> Disclosure:
    """The result with what people decided laid over it, its checks, proofs and quality made anew.

    A correction holds where its place still has the text that was read; others stay in
    ``corrections`` with ``applied`` false. What no correction touches stays as it was: checks
    keep their verdicts, figures their proofs. Without corrections the result comes back as it is.
    ``before`` is what ``examined`` says of the result, for who knows it already.
    """
    if not corrections:
        return disclosure
    settled = _settle(disclosure, corrections)
    kind, trust = disclosure.disclosure.kind, disclosure.source.trust
    tables = tuple(_with_values(table, settled.by_cell) for table in disclosure.tables)
    before = before or examined(disclosure)
    after = before
    if settled.by_cell:
        after = examine(tables, kind=kind, trust=trust, at_fault=settled.at_fault)
    tables = tuple(_with_new_proofs(table, before, after, settled.by_cell) for table in tables)
    checks, numbers = _checks(disclosure, tables, after, settled)
    settled_checks = _settled_checks(checks, after, settled)
    return disclosure.model_copy(
        update={
            "tables": tables,
            "checks": checks,
            "repairs": tuple(_renumbered(repair, numbers) for repair in disclosure.repairs),
            "corrections": settled.in_order,
            "quality": reassess(
                disclosure,
                tables,
                checks,
                settled_checks,
                decided=settled.by_cell.keys(),
                reviewed=settled.whole is not None,
            ),
        }
    )


def _settle(disclosure: Disclosure, corrections: Sequence[Correction]) -> _Settled:
    """Later corrections of a place take the place of earlier ones."""
    places = places_of(disclosure)
    rows = {(table.id, index): row for table in disclosure.tables for index, row in enumerate(table.rows)}
    by_cell: dict[CellKey, Correction] = {}
    whole: Correction | None = None
    lost: list[Correction] = []
    for correction in corrections:
        cell = places.get(correction.where)
        row = rows.get(cell[:2]) if cell else None
        if correction.where == DOCUMENT:
            whole = correction.model_copy(update={"applied": True})
        elif cell and row and text_read(row, cell[2]) == correction.read:
            was = value_of(row, cell[2])
            by_cell[cell] = correction.model_copy(update={"was": was, "applied": True})
        else:
            lost.append(correction.model_copy(update={"applied": False}))
    return _Settled(by_cell, whole, tuple(lost))


def _with_values(table: Table, by_cell: Mapping[CellKey, Correction]) -> Table:
    if not any(cell[0] == table.id for cell in by_cell):
        return table
    rows = [
        _corrected_row(
            row, {key: one for (id, place, key), one in by_cell.items() if (id, place) == (table.id, index)}
        )
        for index, row in enumerate(table.rows)
    ]
    return table.model_copy(update={"rows": tuple(rows)})


def _corrected_row(row: Row, corrections: Mapping[str, Correction]) -> Row:
    """The row with what people say it holds; the cells keep the text that was read, now for certain."""
    amounts, cells, texts = dict(row.amounts), dict(row.cells), {}
    for column, correction in corrections.items():
        if column in TEXT_FIELDS:
            if correction.action == "correct":
                texts[column] = correction.to or None
            continue
        cells[column] = cells.get(column, Cell(text="", page=row.page)).model_copy(update={"confidence": 1.0})
        if correction.action == "correct":
            amounts[column] = Decimal(correction.to) if correction.to else None
    return row.model_copy(update={"amounts": amounts, "cells": cells, **texts})


def _with_new_proofs(
    table: Table, before: Examination, after: Examination, by_cell: Mapping[CellKey, Correction]
) -> Table:
    """The table with the proof of every figure whose sums have changed, or which a person looked at."""
    rows = []
    for index, row in enumerate(table.rows):
        cells = {}
        for key, cell in row.cells.items():
            address = (table.id, index, key)
            proof = after.proofs.get(address, "unchecked")
            changed = address in by_cell or proof != before.proofs.get(address, "unchecked")
            cells[key] = cell.model_copy(update={"proof": proof}) if changed else cell
        rows.append(row.model_copy(update={"cells": cells}))
    return table.model_copy(update={"rows": tuple(rows)})


def _checks(
    disclosure: Disclosure, tables: Sequence[Table], after: Examination, settled: _Settled
) -> tuple[tuple[Check, ...], Mapping[str, str | None]]:
    """All checks in the order of the pipeline, and the new number of each old one; None when it is gone."""
    subjects = [check for check in disclosure.checks if check.rule == "subject"]
    recoded = _recoded(disclosure, settled)
    subjects = [check for check in subjects if check.where not in recoded]
    told = examine_narrative(
        disclosure.statements, tables, disclosure.glossary, trust=disclosure.source.trust
    )
    known = {_identity(check): check for check in disclosure.checks}
    checks = []
    for number, check in enumerate((*after.checks, *subjects, *told), 1):
        old = known.get(_identity(check))
        cells = after.cells.get(check.id, ()) if number <= len(after.checks) else ()
        verdict = _verdict(check, old, cells, settled)
        checks.append(check.model_copy(update={"id": f"c{number}", "verdict": verdict}))
    now = {_identity(check): check.id for check in checks}
    numbers = {check.id: now.get(_identity(check)) for check in disclosure.checks}
    return tuple(checks), numbers


def _recoded(disclosure: Disclosure, settled: _Settled) -> frozenset[str]:
    """Rows whose code or name was looked at: what was said of it before no longer counts."""
    rows = {cell[:2] for cell in settled.by_cell if cell[2] in TEXT_FIELDS}
    return frozenset(
        f"{table.id}/{row_address(row)}"
        for table in disclosure.tables
        for index, row in enumerate(table.rows)
        if (table.id, index) in rows
    )


def _identity(check: Check) -> tuple[str, str, str, str]:
    return check.rule, check.formula, check.where, check.message or ""


def _verdict(check: Check, old: Check | None, cells: Sequence[CellKey], settled: _Settled) -> str | None:
    """Whose error a failed sum is: the author's, once a person has looked at all of it or at the culprit."""
    if check.status != "fail":
        return None
    if settled.at_fault.intersection(cells) or (cells and all(cell in settled.by_cell for cell in cells)):
        return "author_error"
    same = old is not None and (old.status, old.left, old.right) == (check.status, check.left, check.right)
    return old.verdict if same and old else check.verdict


def _settled_checks(checks: Sequence[Check], after: Examination, settled: _Settled) -> frozenset[str]:
    """Failed checks nobody need look at again. The sums of figures come first, numbered as they were.

    A sentence that says otherwise than a form is settled by the figure of the form.
    """
    sums = {
        check.id
        for check in checks[: len(after.checks)]
        if (cells := after.cells.get(check.id, ()))
        and (settled.at_fault.intersection(cells) or all(cell in settled.by_cell for cell in cells))
    }
    wheres = {f"text = {each.where}" for each in settled.by_cell.values()}
    told = {check.id for check in checks[len(after.checks) :] if check.formula in wheres}
    return frozenset(sums | told)


def _renumbered(repair: Repair, numbers: Mapping[str, str | None]) -> Repair:
    """The repair with the new numbers of the checks that prove it; reasons in words stay."""
    because = tuple(now for reason in repair.because if (now := numbers.get(reason, reason)) is not None)
    return repair.model_copy(update={"because": because})
