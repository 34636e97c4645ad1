"""In the corpus generator: wrong figures planted as authors make them, each one recorded."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from itertools import pairwise
from typing import Any

from tests.corpus.blocks import Cell, Document, TableBlock
from tests.corpus.chance import Chance
from tests.corpus.truth import figure


def plant(document: Document, seed: int, count: int) -> tuple[Document, list[dict[str, Any]]]:
    """Spoil ``count`` printed figures (fewer, if the document has fewer), at most one a form.

    Returns the spoiled document and, for each figure, where it stands, what is printed and what
    would be right.
    """
    chance = Chance(seed, "mistakes")
    candidates = [position for position, block in enumerate(document.blocks) if _judged(block)]
    blocks = list(document.blocks)
    planted = []
    for position in chance.sample(candidates, count):
        table = blocks[position]
        assert isinstance(table, TableBlock)
        blocks[position], record = _spoil(table, chance)
        planted.append(record)
    return replace(document, blocks=tuple(blocks)), planted


def _judged(block: object) -> list[tuple[int, int]]:
    """Row and place of the cells of a form whose figures count."""
    if not isinstance(block, TableBlock):
        return []
    return [
        (row, place)
        for row, cells in enumerate(block.body)
        for place, cell in enumerate(cells)
        if cell.mark is not None and cell.mark.judged and Decimal(figure(cell.text))
    ]


def _spoil(table: TableBlock, chance: Chance) -> tuple[TableBlock, dict[str, Any]]:
    row, place = chance.pick(_judged(table))
    cell = table.body[row][place]
    assert cell.mark is not None
    wrong = Cell(_misprint(cell.text, chance), cell.row_span, cell.column_span, cell.align, cell.mark)
    cells = (*table.body[row][:place], wrong, *table.body[row][place + 1 :])
    record = table.records[cell.mark.record]
    entry = {
        "kind": table.kind,
        "code": record.code,
        "name": record.name,
        "column": cell.mark.column,
        "printed": figure(wrong.text),
        "exact": figure(cell.text),
    }
    return replace(table, body=(*table.body[:row], cells, *table.body[row + 1 :])), entry


def _misprint(text: str, chance: Chance) -> str:
    """Another digit in one place, or two neighbours swapped."""
    digits = [place for place, character in enumerate(text) if character.isdigit()]
    pairs = [(a, b) for a, b in pairwise(digits) if text[a] != text[b] and text[b] != "0"]
    if pairs and chance.happens(0.5):
        a, b = chance.pick(pairs)
        return text[:a] + text[b] + text[a + 1 : b] + text[a] + text[b + 1 :]
    place = chance.pick(digits)
    other = chance.pick([digit for digit in "123456789" if digit != text[place]])
    return text[:place] + other + text[place + 1 :]
