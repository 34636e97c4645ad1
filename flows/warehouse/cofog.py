"""For the warehouse: the project's own mapping of function classes to COFOG, from ``cofog.tsv``."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Final

from flows.warehouse.rows import Row
from models.catalogue import catalogue

DIVISIONS: Final = {
    "01": "General public services",
    "02": "Defence",
    "03": "Public order and safety",
    "04": "Economic affairs",
    "05": "Environmental protection",
    "06": "Housing and community amenities",
    "07": "Health",
    "08": "Recreation, culture and religion",
    "09": "Education",
    "10": "Social protection",
}
"""The divisions of the Classification of the Functions of Government (UN, 1999 and 2018)."""
AUTHORITY: Final = "gongkai"
"""Whose mapping it is: ours."""


@cache
def cofog_rows() -> tuple[Row, ...]:
    """Class, its newest name, division, its name, certainty, whose mapping it is, and why."""
    text = files("flows.warehouse").joinpath("cofog.tsv").read_text(encoding="utf-8")
    lines = (line.split("\t") for line in text.splitlines() if line and not line.startswith("#"))
    return tuple(_row(*line) for line in lines)


def _row(code: str, division: str, certainty: str, note: str) -> Row:
    entry = catalogue().nearest("function", code, 9999)
    return (code, entry and entry.name, division or None, DIVISIONS.get(division), certainty, AUTHORITY, note)
