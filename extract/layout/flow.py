"""Between reading and tables: the document as one stream of text lines and tables, in reading order."""

from __future__ import annotations

from dataclasses import dataclass

from extract.layout.rulings import Network
from extract.reading.pages import Box, NativeTable, Page, Word


@dataclass(frozen=True, slots=True)
class TextLine:
    """One printed line outside tables; ``box`` is in the upright frame of the page, points.

    For transcripts ``page``, ``box`` and ``size`` are None. ``whole`` is True for a line that is a
    whole paragraph by what the format says.
    """

    text: str
    page: int | None = None
    box: Box | None = None
    size: float | None = None
    whole: bool = False


@dataclass(frozen=True, slots=True)
class TableSpot:
    """A table on a page: the words inside it and its network of rulings, None where none connects.

    ``box`` is in the upright frame of the page, points.
    """

    page: Page
    box: Box
    words: tuple[Word, ...]
    network: Network | None = None


@dataclass(frozen=True, slots=True)
class LooseTable:
    """Consecutive lines of a transcript that hold a table whose cell positions may have slid."""

    lines: tuple[str, ...]
    first_line: int


FlowItem = TextLine | TableSpot | LooseTable | NativeTable
Flow = tuple[FlowItem, ...]
