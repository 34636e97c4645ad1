"""In the tables stage: the body of a headed grid becomes rows with codes, names and amounts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from extract.tables.amounts import is_blank, normalised, parse_amount
from extract.tables.codes import code_in_name, joined_code, level_of
from extract.tables.columns import KeyedColumn
from extract.tables.grid import GridCell
from extract.tables.headers import CODE_PARTS, TOTAL_NAMES, ColumnHead, Headed
from models.disclosure import Cell, Classification, Level, Row, Side

NOT_A_FIGURE = "printed text is no figure"
_FOOTER = re.compile(r"^(?:注|备注|说明)[::]|此表为空|本表为空|本表无|无数据")
_ITEM_MARK = re.compile(r"^(?:[一二三四五六七八九十]+|\d{1,2})[、.．]|^[(（][一二三四五六七八九十\d]+[)）]")


@dataclass(frozen=True, slots=True)
class Group:
    """Columns that make up one line of a form: code, name, 行次 and keyed amounts."""

    codes: tuple[ColumnHead, ...]
    names: tuple[ColumnHead, ...]
    line: ColumnHead | None
    amounts: tuple[KeyedColumn, ...]
    texts: tuple[ColumnHead, ...] = ()
    side: Side | None = None


@dataclass(frozen=True, slots=True)
class ReadRow:
    """A row and the keys of cells whose text is no figure."""

    row: Row
    unread: tuple[str, ...] = ()


@dataclass(slots=True)
class _Above:
    """What a row inherits from the one before it: its code parts."""

    parts: tuple[str, ...] = ()


def row_cells(headed: Headed, row: int, heads: Sequence[ColumnHead]) -> dict[int, GridCell]:
    """The cell of each column of a row, every cell given to one column only.

    A cell over several columns goes to an amount column when it holds a figure, otherwise to a
    name, code or text column; a text over several groups belongs to the last of them.
    """
    chosen: dict[int, GridCell] = {}
    for cell in dict.fromkeys(cell for cell in headed.plane[row] if cell is not None):
        covered = [h for h in heads if cell.column <= h.index < cell.column + cell.column_span]
        if covered:
            chosen[_column_for(cell, covered).index] = cell
    return chosen


def _column_for(cell: GridCell, covered: Sequence[ColumnHead]) -> ColumnHead:
    if len(covered) == 1:
        return covered[0]
    figure = parse_amount(cell.text) is not None
    order = (
        ("amount", "code", "line", "name", "text") if figure else ("name", "text", "code", "line", "amount")
    )
    ranked = sorted(covered, key=lambda head: (order.index(head.role), -head.index))
    return ranked[0]


def read_rows(headed: Headed, group: Group, classification: Classification | None) -> Iterator[ReadRow]:
    """The rows of one group of columns, top to bottom; blank lines and footers are left out."""
    heads = headed.columns
    above = _Above()
    for index in range(headed.body, headed.grid.rows):
        cells = row_cells(headed, index, heads)
        mine = _own(cells, group)
        if not any(not is_blank(cell.text) for cell in mine.values()) or _is_footer(mine):
            continue
        read = _read_row(mine, group, classification, above)
        if read is not None:
            yield read


def _own(cells: Mapping[int, GridCell], group: Group) -> dict[int, GridCell]:
    columns = [*group.codes, *group.names, *group.texts, *(column.head for column in group.amounts)]
    if group.line:
        columns.append(group.line)
    return {head.index: cells[head.index] for head in columns if head.index in cells}


def _is_footer(cells: Mapping[int, GridCell]) -> bool:
    texts = [normalised(cell.text) for cell in cells.values() if not is_blank(cell.text)]
    return len(texts) == 1 and bool(_FOOTER.search(texts[0]))


def _read_row(
    cells: Mapping[int, GridCell],
    group: Group,
    classification: Classification | None,
    above: _Above,
) -> ReadRow | None:
    printed_parts = [_text(cells, head) for head in group.codes]
    parts = joined_code(printed_parts, above.parts)
    code, printed_code = "".join(parts) or None, _printed_code(printed_parts)
    name, printed_name = _name(cells, group)
    if not group.codes and (split := code_in_name(printed_name or "")):
        code, printed_code = split[0], split[0]
        name = clean_name(split[1])
    if name is None and code is None:
        name, printed_name = _name_among_codes(printed_parts)
    if parts:
        above.parts = parts
    amounts, printed, unread = _amounts(cells, group)
    line = _line_number(cells, group)
    if name is None and code is None and not printed and line is None:
        return None
    row = Row(
        code=code,
        name=name,
        level=_level(code, name, classification, printed=bool(printed)),
        printed_code=printed_code,
        printed_name=printed_name,
        side=group.side,
        line=line,
        page=next((cell.page for cell in cells.values()), None),
        amounts=amounts,
        cells={**_text_cells(cells, group), **printed},
    )
    return ReadRow(row, unread)


def _text(cells: Mapping[int, GridCell], head: ColumnHead | None) -> str:
    return cells[head.index].text if head is not None and head.index in cells else ""


def _printed_code(parts: Sequence[str]) -> str | None:
    shown = [" ".join(part.split()) for part in parts if part.strip() and normalised(part) not in CODE_PARTS]
    return " ".join(shown) or None


def clean_name(text: str) -> str | None:
    """A name without white space; None when nothing is left."""
    return "".join(text.split()) or None


def _name(cells: Mapping[int, GridCell], group: Group) -> tuple[str | None, str | None]:
    """Name and printed name; a bare 小计 under a spanning heading takes the heading's name along."""
    texts = [(_text(cells, head), cells.get(head.index)) for head in group.names]
    shown = [(text, cell) for text, cell in texts if text.strip()]
    if not shown:
        return None, None
    leaf, _ = shown[-1]
    name = clean_name(leaf)
    if len(shown) > 1 and name == "小计":
        name = f"{clean_name(shown[-2][0])}{name}"
    return name, leaf.replace("\n", "")


def _name_among_codes(parts: Sequence[str]) -> tuple[str | None, str | None]:
    """A total some templates print in the code columns, where the row has no name of its own."""
    words = [part for part in parts if part.strip() and normalised(part) not in CODE_PARTS]
    words = [part for part in words if not normalised(part).isdigit()]
    return (clean_name(words[0]), words[0].replace("\n", "")) if len(words) == 1 else (None, None)


def _line_number(cells: Mapping[int, GridCell], group: Group) -> int | None:
    text = normalised(_text(cells, group.line))
    return int(text) if text.isdigit() else None


def _level(
    code: str | None, name: str | None, classification: Classification | None, *, printed: bool
) -> Level:
    if code:
        return level_of(code, classification)
    plain = _ITEM_MARK.sub("", name or "")
    return "total" if plain in TOTAL_NAMES or (name is None and printed) else "line"


def _amounts(
    cells: Mapping[int, GridCell], group: Group
) -> tuple[dict[str, Decimal | None], dict[str, Cell], tuple[str, ...]]:
    amounts: dict[str, Decimal | None] = {}
    printed: dict[str, Cell] = {}
    unread: list[str] = []
    for column in group.amounts:
        cell = cells.get(column.head.index)
        amounts[column.key] = None
        if cell is None or not cell.text.strip():
            continue
        printed[column.key] = printed_cell(cell)
        if is_blank(cell.text):
            continue
        amounts[column.key] = figure(cell.text)
        if amounts[column.key] is None:
            unread.append(column.key)
    return amounts, printed, tuple(unread)


def printed_cell(cell: GridCell) -> Cell:
    """A cell of the grid as the document keeps it beside an amount."""
    return Cell(
        text=cell.text, page=cell.page, bbox=cell.box, address=cell.address, confidence=cell.confidence
    )


def figure(text: str) -> Decimal | None:
    """A figure of a cell; lines of a wrapped figure are joined, figures side by side are none."""
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    if any(len(re.findall(r"\d[\d,，.]*", line)) > 1 and " " in line for line in lines):
        return None
    whole = [parse_amount(line) for line in lines]
    if len(lines) > 1 and all(
        value is not None and "." in line for value, line in zip(whole, lines, strict=True)
    ):
        return None
    return parse_amount("".join(lines))


def _text_cells(cells: Mapping[int, GridCell], group: Group) -> dict[str, Cell]:
    """Text columns of list forms, kept beside the amounts under their own keys."""
    found: dict[str, Cell] = {}
    for head in group.texts:
        cell = cells.get(head.index)
        if cell is not None and cell.text.strip():
            found[text_key(head)] = printed_cell(
                replace(cell, text=cell.text.replace("\n", ""), confidence=1.0)
            )
    return found


_TEXT_KEYS = {
    "采购品目": "category",
    "采购项目": "category",
    "专项": "project",
    "项目": "project",
    "经济": "economic_subject",
    "物品": "item",
    "品目": "item",
    "组织形式": "method",
    "采购方式": "method",
    "单位": "unit_name",
}


def text_key(head: ColumnHead) -> str:
    """The key of a text column of a list form."""
    label = head.label
    return next((key for word, key in _TEXT_KEYS.items() if word in label), f"column_{head.index + 1}")


def with_side(group: Group, side: Side) -> Group:
    """The same columns, read as one side of a two-sided form."""
    return replace(group, side=side)
