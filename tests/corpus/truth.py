"""In the corpus generator: what a reader must find, taken from the very cells that are printed."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from tests.corpus.blocks import Cell, Document, Mark, TableBlock

Truth = dict[str, Any]
"""``organisation``, ``fiscal_year``, ``kind``, ``unit``, ``scope``, ``tables`` (kind to rows of ``code``,
``name``, ``side``, ``line`` where they have one, and ``amounts``), ``status`` and ``units`` (by kind;
no status where a form prints nothing but zeros),
``also_printed`` (by kind: figures on the page that have no agreed place in the output), ``narrative``,
``planted`` (author errors), where there is noise ``damaged`` (see ``noise.Damage``) and, where there
are performance tables, ``performance`` (a table each of ``kind``, ``entries`` and ``key_work``)."""


_NOT_FORMS = ("other", "project_performance", "overall_performance", "key_work")


def printed_figures(table: TableBlock) -> list[tuple[Mark, Cell]]:
    """The cells of a form that print a figure, with the place each belongs to."""
    return [(cell.mark, cell) for row in table.body for cell in row if cell.mark is not None]


def figure(text: str) -> str:
    """A printed amount as a plain decimal string. Raises decimal.InvalidOperation when it is none."""
    plain = text.replace(",", "").strip()
    return format(Decimal(plain), "f") if plain != "-" else "0"


def truth_of(document: Document, planted: list[dict[str, Any]] | None = None) -> Truth:
    """The truth of a document; forms of one kind (a budget may print two) are joined."""
    tables: dict[str, list[dict[str, Any]]] = {}
    also: dict[str, list[str]] = {}
    forms = [table for table in document.tables if table.kind not in _NOT_FORMS]
    for table in forms:
        tables.setdefault(table.kind, []).extend(_rows(table))
        for mark, cell in printed_figures(table):
            if not mark.judged:
                also.setdefault(mark.kind or table.kind, []).append(figure(cell.text))
    return {
        "organisation": document.organisation,
        "scope": document.scope,
        "fiscal_year": document.fiscal_year,
        "kind": document.kind,
        "unit": document.unit,
        "tables": {kind: rows for kind, rows in tables.items() if rows},
        "status": {table.kind: table.status for table in forms if not _all_zero(table)},
        "units": {table.kind: table.unit for table in forms},
        "also_printed": also,
        "narrative": list(document.narrative),
        "planted": planted or [],
        **({"performance": list(document.performance)} if document.performance else {}),
    }


def _all_zero(table: TableBlock) -> bool:
    """Whether a form prints zeros only, which some call empty and some do not."""
    figures = [Decimal(figure(cell.text)) for _, cell in printed_figures(table)]
    return bool(figures) and not any(figures)


def _rows(table: TableBlock) -> list[dict[str, Any]]:
    amounts: dict[int, dict[str, str]] = {}
    for mark, cell in printed_figures(table):
        if mark.judged:
            amounts.setdefault(mark.record, {})[mark.column] = figure(cell.text)
    return [_row(table, position, amounts[position]) for position in sorted(amounts)]


def _row(table: TableBlock, position: int, amounts: dict[str, str]) -> dict[str, Any]:
    record = table.records[position]
    row: dict[str, Any] = {"code": record.code, "name": record.name}
    row |= {"side": record.side} if record.side else {}
    row |= {"line": record.line} if record.line is not None else {}
    return row | {"amounts": amounts}
