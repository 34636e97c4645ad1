"""What every model of the document shares: immutability, how money is written, and where a fact was read."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from pydantic import BaseModel, ConfigDict, PlainSerializer

# Plain notation: Decimal("1E+2") and the like never reach a reader.
Money = Annotated[
    Decimal, PlainSerializer(lambda value: format(value, "f"), return_type=str, when_used="json")
]
"""A figure exactly as printed, separators removed; its unit is the table's or the statement's."""


BBox = tuple[float, float, float, float]
"""x0, y0, x1, y1 in PDF points, origin top left, of the page as displayed."""


class Model(BaseModel):
    """Immutable, closed to unknown fields: a misspelt field is an error, not a loss."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Place(Model):
    """Where a fact was read: page (1-based), the text it was read from and its box where there is one."""

    page: int | None
    text: str
    bbox: BBox | None = None
