"""What is passed around: the Disclosure document, its JSON Schema and the classification catalogue."""

from models.disclosure import (
    Cell,
    Check,
    Column,
    Disclosure,
    Facts,
    Organisation,
    Quality,
    Repair,
    Row,
    Section,
    Source,
    Table,
)

__all__ = [
    "Cell",
    "Check",
    "Column",
    "Disclosure",
    "Facts",
    "Organisation",
    "Quality",
    "Repair",
    "Row",
    "Section",
    "Source",
    "Table",
]
