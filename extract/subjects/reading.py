"""What the subjects stage hands on: the table with its subjects, and whatever about them is not plain."""

from __future__ import annotations

from dataclasses import dataclass

from models.disclosure import Check, Repair, Table


@dataclass(frozen=True, slots=True)
class UnknownCode:
    """A printed code the catalogue lacks. It is kept as printed and never bent to a known one.

    ``row`` indexes ``table.rows``. ``accepted`` when its parent is known or siblings stand beside it.
    """

    row: int
    code: str
    accepted: bool
    reason: str


@dataclass(frozen=True, slots=True)
class SubjectReading:
    """A table whose rows carry their subjects.

    ``checks`` (rule ``subject``, without id) hold what disagrees and what the catalogue cannot
    answer; none of them is a pass. ``repairs`` are names completed where the cell cut them.
    Addresses are relative to the table (``2010399``, ``2010399/name``).
    """

    table: Table
    checks: tuple[Check, ...] = ()
    repairs: tuple[Repair, ...] = ()
    unknown: tuple[UnknownCode, ...] = ()
