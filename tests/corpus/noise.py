"""In the corpus generator: what recognition does to a transcript, at a given rate, every damage recorded.

Only the bodies of forms are damaged, and the organisation in the captions above them. What no form
prints (titles, running text) stays, so that a document remains what it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from tests.corpus.blocks import Cell, CellRow, Document, Mark, Record, TableBlock
from tests.corpus.chance import Chance

CODED = ("income", "expenditure", "general_budget_expenditure", "government_fund", "state_capital")
_LETTERS = {"0": "Oo", "1": "lI", "2": "Z", "5": "S", "8": "B", "9": "q"}
_DIGITS = {
    "0": "68",
    "1": "7",
    "3": "8",
    "5": "6",
    "6": "5",
    "7": "1",
    "8": "3",
    "9": "4",
    "2": "7",
    "4": "9",
}
_CHARACTERS = {
    "市": "巾",
    "己": "已",
    "已": "己",
    "日": "曰",
    "未": "末",
    "人": "入",
    "士": "土",
    "土": "士",
    "本": "木",
    "大": "太",
    "治": "冶",
    "住": "往",
    "政": "攻",
    "社": "杜",
    "出": "岀",
    "业": "亚",
    "体": "休",
    "务": "夯",
    "管": "菅",
    "贴": "贻",
    "障": "嶂",
    "费": "贵",
    "生": "牛",
    "健": "键",
    "育": "青",
    "技": "枝",
    "险": "验",
}
"""What recognition takes characters for; the reader need not know them all."""
_SEPARATORS = {",": "，.", ".": "·，"}


@dataclass(frozen=True, slots=True)
class Damage:
    """One damaged cell: its form, the row's code and name, ``code``, ``name`` or an amount's column.

    ``exact`` is what stood there, ``printed`` what stands there now, ``how`` the kind of damage.
    """

    kind: str
    code: str | None
    name: str | None
    column: str
    exact: str
    printed: str
    how: str


Change = Callable[[str, Chance], str]
"""What one kind of damage makes of a text; the text itself where it cannot strike."""


def spoil(document: Document, seed: int, rate: float) -> tuple[Document, list[dict[str, Any]]]:
    """Damage a document as if ``rate`` of its characters had been misread (0.03 is 3 %).

    Returns it with the damaged cells in printed order.
    """
    chance = Chance(seed, "noise")
    found: list[Damage] = []
    blocks = tuple(
        _spoilt_table(block, chance, rate, found) if isinstance(block, TableBlock) else block
        for block in document.blocks
    )
    return replace(document, blocks=blocks), [asdict(damage) for damage in found]


def _spoilt_table(table: TableBlock, chance: Chance, rate: float, found: list[Damage]) -> TableBlock:
    body = [_spoilt_row(table, row, chance, rate, found) for row in table.body]
    if table.kind in CODED:
        body = _torn(table, body, chance, rate, found)
    left, right = table.captions
    caption = _struck(left, chance, rate, {"look-alike": (_look_alike, 1.0)})[0]
    return replace(table, body=tuple(body), captions=(caption, right))


def _spoilt_row(table: TableBlock, row: CellRow, chance: Chance, rate: float, found: list[Damage]) -> CellRow:
    cells = []
    for place, cell in enumerate(row):
        column = _column_of(table, row, place)
        text, how = _struck(cell.text, chance, rate, _KINDS[column]) if column in _KINDS else (cell.text, "")
        if cell.mark is not None:
            text, how = _struck(cell.text, chance, rate, _KINDS["amount"])
        if how:
            found.append(_damage(table, row, place, column, text, how))
        cells.append(replace(cell, text=text))
    return tuple(cells)


def _column_of(table: TableBlock, row: CellRow, place: int) -> str:
    """``code``, ``name``, the column of an amount, or nothing for what is never damaged."""
    cell = row[place]
    if cell.mark is not None:
        return cell.mark.column
    text = cell.text.strip()
    if re.fullmatch(r"\d{3}(?:\d{2}){0,2}", text) and _mark(row, place) is not None:
        return "code"
    named = len(text) > 2 and re.search(r"[一-鿿]{2}", text) and _record(table, row, place)
    own = named and (named.name or "").strip() == text
    return "name" if own and table.kind != "three_public" else ""


def _mark(row: CellRow, place: int) -> Mark | None:
    """The first figure right of a cell: the row of the truth the cell belongs to."""
    return next((cell.mark for cell in row[place:] if cell.mark is not None), None)


def _record(table: TableBlock, row: CellRow, place: int) -> Record | None:
    mark = _mark(row, place)
    return table.records[mark.record] if mark else None


def _damage(table: TableBlock, row: CellRow, place: int, column: str, printed: str, how: str) -> Damage:
    record = _record(table, row, place)
    code, name = (record.code, record.name) if record else (None, None)
    return Damage(table.kind, code, name, column, row[place].text.strip(), printed.strip(), how)


def _struck(
    text: str, chance: Chance, rate: float, changes: dict[str, tuple[Change, float]]
) -> tuple[str, str]:
    """The text with at most one damage, and its kind; each character is struck at the rate."""
    if not any([chance.happens(rate) for _ in text.strip()]):
        return text, ""
    likely = [name for name, (_, share) in changes.items() for _ in range(round(share * 20))]
    for _ in range(len(changes)):
        name = chance.pick(likely)
        changed = changes[name][0](text, chance)
        if changed != text:
            return changed, name
    return text, ""


# --- one cell ---------------------------------------------------------------------------------------


def _at_one_of(text: str, signs: dict[str, str], chance: Chance) -> str:
    """The text with one of its characters replaced by one of those it is taken for."""
    places = [place for place, sign in enumerate(text) if sign in signs]
    if not places:
        return text
    place = chance.pick(places)
    return text[:place] + chance.pick(signs[text[place]]) + text[place + 1 :]


def _look_alike(text: str, chance: Chance) -> str:
    return _at_one_of(text, _CHARACTERS, chance)


def _letter(text: str, chance: Chance) -> str:
    return _at_one_of(text, _LETTERS, chance)


def _misread(text: str, chance: Chance) -> str:
    return _at_one_of(text, _DIGITS, chance)


def _separator(text: str, chance: Chance) -> str:
    return _at_one_of(text, _SEPARATORS, chance)


def _point_lost(text: str, chance: Chance) -> str:
    return text.replace(".", "")


def _point_doubled(text: str, chance: Chance) -> str:
    return text.replace(".", "..")


def _blank_inside(text: str, chance: Chance) -> str:
    """A blank behind a separator, or anywhere inside where there is none."""
    if len(text.strip()) < 3:
        return text
    behind = [place + 1 for place, sign in enumerate(text) if sign in ",."]
    place = chance.pick(behind or range(1, len(text) - 1))
    return f"{text[:place]} {text[place:]}"


def _end_lost(text: str, chance: Chance) -> str:
    """The last digit, or the last two, wrapped out of the cell."""
    return text[: -chance.number(1, 2)] if len(text) > 4 else text


def _cut(text: str, chance: Chance) -> str:
    return text[: -chance.number(1, 2)] if len(text.strip()) > 6 else text


_KINDS: dict[str, dict[str, tuple[Change, float]]] = {
    "amount": {
        "blank": (_blank_inside, 0.3),
        "separator": (_separator, 0.2),
        "letter": (_letter, 0.15),
        "point doubled": (_point_doubled, 0.1),
        "point lost": (_point_lost, 0.1),
        "misread": (_misread, 0.15),
    },
    "code": {
        "blank": (_blank_inside, 0.25),
        "letter": (_letter, 0.25),
        "end lost": (_end_lost, 0.35),
        "misread": (_misread, 0.15),
    },
    "name": {"look-alike": (_look_alike, 0.6), "blank": (_blank_inside, 0.2), "cut": (_cut, 0.2)},
}
"""The kinds of damage with how often each happens among those that can."""


# --- several cells ----------------------------------------------------------------------------------


def _torn(
    table: TableBlock, body: Sequence[CellRow], chance: Chance, rate: float, found: list[Damage]
) -> list[CellRow]:
    """Rows split in two, rows joined with the next and names that run over into the next cell."""
    rows: list[CellRow] = []
    for row in body:
        place = next((at for at, cell in enumerate(row) if _is_name(table, row, at)), None)
        if place is None or not chance.happens(rate):
            rows.append(row)
            continue
        how = chance.pick(("split", "spilled", "joined"))
        if how == "joined" and rows and _fit(rows[-1], row):
            found.append(_damage(table, row, place, "row", row[place].text, how))
            rows[-1] = tuple(_side_by_side(*pair) for pair in zip(rows[-1], row, strict=True))
        elif how == "split" and len(row[place].text.strip()) > 5:
            found.append(_damage(table, row, place, "row", row[place].text, how))
            rows += _split(row, place)
        elif how == "spilled" and len(row[place].text.strip()) > 5 and place + 1 < len(row):
            found.append(_damage(table, row, place, "row", row[place].text, how))
            rows.append(_spilled(row, place, chance.number(1, 2)))
        else:
            rows.append(row)
    return rows


def _is_name(table: TableBlock, row: CellRow, place: int) -> bool:
    record = _record(table, row, place)
    return record is not None and record.code is not None and _column_of(table, row, place) == "name"


def _fit(above: CellRow, below: CellRow) -> bool:
    """Whether two rows print in the same cells, so that each cell can be parted again."""
    shape = [(bool(cell.text.strip()), cell.column_span) for cell in above]
    return shape == [(bool(cell.text.strip()), cell.column_span) for cell in below]


def _side_by_side(above: Cell, below: Cell) -> Cell:
    return replace(above, text=f"{above.text.strip()} {below.text.strip()}".strip(), mark=above.mark)


def _split(row: CellRow, place: int) -> list[CellRow]:
    """A row whose name wrapped: its second half stands alone in a row of its own."""
    text = row[place].text
    half = len(text) - len(text.strip()) // 2
    rest = tuple(Cell(text[half:] if at == place else "", 1, cell.column_span) for at, cell in enumerate(row))
    return [(*row[:place], replace(row[place], text=text[:half]), *row[place + 1 :]), rest]


def _spilled(row: CellRow, place: int, signs: int) -> CellRow:
    """A row whose name's last characters stand in front of what the next cell holds."""
    name, beside = row[place], row[place + 1]
    spilt = replace(beside, text=f"{name.text[-signs:]} {beside.text}".strip())
    return (*row[:place], replace(name, text=name.text[:-signs]), spilt, *row[place + 2 :])
