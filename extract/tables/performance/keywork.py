"""In the tables stage: lists of key work (重点工作完成情况): item, target, outcome."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from extract.tables.performance.entries import placed
from extract.tables.performance.header import Header, labels_in
from extract.tables.performance.sheets import Sheet, SheetCell, SheetRow
from extract.tables.performance.values import tidy
from models.base import Place
from models.performance import KeyWork

_BEGUN = re.compile(
    r"(?P<number>\d{1,2})[\s、.．]+(?P<item>(?![件个次名项万元年月日批台人辆户处余])[\u4e00-\u9fff]\S*)$"
)
_SEVERAL = 2
_TEXTS = ("item", "target", "outcome")


def is_key_work(row: SheetRow) -> bool:
    """Whether a row is the header of a list of key work."""
    fields = {label.field for label in labels_in(row, "key_work")}
    return len(fields) >= 3 and "item" in fields


def read_key_work(sheet: Sheet) -> tuple[KeyWork, ...]:
    """Every matter of the list; a row without number and item goes on with the one above."""
    header: Header | None = None
    matters: list[dict[str, list[SheetCell]]] = []
    for row in sheet:
        found = labels_in(row, "key_work")
        if len(found) >= 2:
            header = Header(found)
            continue
        under = _under(header, row) if header is not None else {}
        if not under:
            continue
        if matters and not {"number", "item"} & set(under):
            for name, cells in under.items():
                matters[-1].setdefault(name, []).extend(cells)
        else:
            matters.append(dict(under))
    return tuple(_matter(cells) for cells in matters)


def read_matters(lines: Sequence[str]) -> tuple[KeyWork, ...]:
    """The matters of a list that kept no cells, by number, each with the text beside it.

    Target and outcome run together in such lines, so that neither is given, and all are ``unsure``.
    """
    found: list[KeyWork] = []
    for line in lines:
        begun = _BEGUN.match(line.strip())
        if begun is not None and int(begun["number"]) == len(found) + 1:
            item = tidy(begun["item"])
            found.append(
                KeyWork(
                    number=len(found) + 1,
                    item=item,
                    flags=("unsure",),
                    cells={"item": Place(page=None, text=item)},
                )
            )
    return tuple(found) if len(found) >= _SEVERAL else ()


def _under(header: Header, row: SheetRow) -> Mapping[str, list[SheetCell]]:
    """The cells of a row by field; a number in front of which the header lost its label goes first."""
    cells = [cell for cell in row if cell.begins and cell.filled]
    lost = "number" not in header.fields and len(cells) == len(header.labels) + 1
    if lost and cells[0].plain.isdigit():
        return dict(
            zip(["number", *(label.field for label in header.labels)], ([c] for c in cells), strict=True)
        )
    return header.under(tuple(cells))


def _matter(cells: Mapping[str, list[SheetCell]]) -> KeyWork:
    texts = {name: tidy(" ".join(cell.text for cell in cells.get(name, ()))) or None for name in _TEXTS}
    number = re.fullmatch(r"\d+", "".join(cell.plain for cell in cells.get("number", ())))
    return KeyWork(
        number=int(number[0]) if number else None,
        page=next((cell.page for each in cells.values() for cell in each if cell.page), None),
        cells={name: place for name in _TEXTS if (place := placed(cells.get(name, ())))},
        **texts,
    )
