"""What every model of the document shares: immutability, and how money is written."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from pydantic import BaseModel, ConfigDict, PlainSerializer

# Plain notation: Decimal("1E+2") and the like never reach a reader.
Money = Annotated[
    Decimal, PlainSerializer(lambda value: format(value, "f"), return_type=str, when_used="json")
]
"""A figure exactly as printed, separators removed; its unit is the table's or the statement's."""


class Model(BaseModel):
    """Immutable, closed to unknown fields: a misspelt field is an error, not a loss."""

    model_config = ConfigDict(frozen=True, extra="forbid")
