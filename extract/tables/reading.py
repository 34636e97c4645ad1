"""What the tables stage hands on: a table as it was understood, with whatever about it is not certain."""

from __future__ import annotations

from dataclasses import dataclass

from models.disclosure import Repair, Table


@dataclass(frozen=True, slots=True)
class Doubt:
    """A figure whose place the page leaves open and no identity forces.

    ``row`` indexes ``table.rows``; ``column`` is the key it was put under.
    """

    row: int
    column: str
    reason: str


@dataclass(frozen=True, slots=True)
class TableReading:
    """A table (``id`` is empty until the document is assembled) with its doubts and formal repairs.

    ``repairs`` addresses are relative to the table (``2080505/total``).
    """

    table: Table
    doubts: tuple[Doubt, ...] = ()
    repairs: tuple[Repair, ...] = ()


@dataclass(frozen=True, slots=True)
class PlacedTable:
    """Forms read from one printed table, with the flow items (indexes) they were read from."""

    readings: tuple[TableReading, ...]
    items: tuple[int, ...]
