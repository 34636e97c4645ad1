"""In the tables stage: where a grid's header ends, what each column is called and what it holds."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from itertools import pairwise
from typing import Literal

from extract.tables.amounts import is_blank, normalised, parse_amount
from extract.tables.forms.registry import all_forms
from extract.tables.grid import Grid, GridCell
from models.catalogue.lookalike import canonical

Role = Literal["code", "name", "line", "amount", "text"]

_SUMS = ("合计", "总计", "小计")
TOTAL_NAMES = frozenset(
    {*_SUMS, "共计", "总合计", "收支总计"}
    | {
        f"{year}{side}{total}"
        for year in ("", "本年", "当年")
        for side in ("收入", "支出")
        for total in _SUMS
    }
)
_ITEM = re.compile(r"[一二三四五六七八九十]+[、.．]|[(（][一二三四五六七八九十]+[)）]|\d{1,2}[.、．](?!\d)")
CODE = re.compile(r"[1-5]\d{2}(?:\d{2}){0,2}")
CODE_PARTS = frozenset({"类", "款", "项", "目"})
_CODE_LABEL = re.compile(r"(?:科目|分类|功能|经济).*(?:编码|代码)|科目编码|科目代码")
_NAME_LABEL = re.compile(
    r"(?:科目|项目|单位|部门|预算|决算|政府|本年|财政拨款|收入|支出|功能|经济|分类|按)*(?:名称|项目)(?:\(.*\))?|功能分类|支出功能分类科目|(?:支出)?(?:功能|经济)(?:分类)?科目|科目|收入|支出|支出项目|收入项目"
)
_OTHER_CODE = re.compile(r"(?:单位|部门|项目|预算单位).*(?:编码|代码)")
_LINE_LABEL = re.compile(r"(?:.*(?:收入|支出|项目))?(?:行次|序号)")
_NUMERIC = re.compile(r"[-+(]?[\d.,]+[)%]?")
"""What is meant as a figure, readable or not."""
_LABELS = (
    *("项目", "科目", "科目编码", "科目名称", "科目代码", "项目名称", "功能科目名称", "功能分类科目编码"),
    *("收入", "支出", "本年收入", "本年支出", "栏次", "行次", "金额", "预算数", "决算数", "年初预算数"),
    *("合计", "小计", "总计", "基本支出", "项目支出", "人员经费", "公用经费", "功能分类", "支出用途"),
)
"""Labels that recognition may be held to; no two of them look alike."""
_LONG = 5
"""Shorter words have no sign to spare."""
_FEW = 4
"""One sign in so many may be misread as one that no label has."""
_NUMBER_LABEL = frozenset({"栏次", "行次", ""})


@dataclass(frozen=True, slots=True)
class ColumnHead:
    """A grid column: its header texts from the top down, its role and its printed 栏次."""

    index: int
    path: tuple[str, ...]
    role: Role
    number: int | None = None

    @property
    def label(self) -> str:
        return "/".join(self.path)


@dataclass(frozen=True, slots=True)
class Headed:
    """A grid with its header understood. ``body`` is the first row below the header."""

    grid: Grid
    plane: list[list[GridCell | None]]
    body: int
    columns: tuple[ColumnHead, ...]


def read_header(grid: Grid) -> Headed:
    """Find the header rows of a grid and name its columns."""
    plane = grid.covering()
    body = next((row for row in range(grid.rows) if _is_data(plane, row)), grid.rows)
    numbers = _numbers(plane, body)
    heads = [_column_head(plane, body, column, numbers) for column in range(grid.columns)]
    return Headed(grid, plane, body, tuple(with_name(heads)))


def with_name(heads: Sequence[ColumnHead]) -> Sequence[ColumnHead]:
    """Where no label speaks of names, the last text column before the first figures holds them."""
    if any(head.role == "name" for head in heads):
        return heads
    first = next((head.index for head in heads if head.role == "amount"), len(heads))
    texts = [head.index for head in heads if head.role == "text" and head.index < first]
    return [replace(head, role="name") if texts and head.index == texts[-1] else head for head in heads]


def with_names_between(heads: Sequence[ColumnHead]) -> Sequence[ColumnHead]:
    """Of a form with two sides: words between two columns of figures name the rows of the second side.

    Their label may have been misread (``项H``); without any, nothing tells that they are names.
    """
    neighbours = zip((None, *heads), heads, (*heads[1:], None), strict=False)
    return [
        replace(head, role="name") if _is_labelled_text(head) and _are_amounts(before, after) else head
        for before, head, after in neighbours
    ]


def _is_labelled_text(head: ColumnHead) -> bool:
    return head.role == "text" and bool(head.path)


def _are_amounts(*heads: ColumnHead | None) -> bool:
    return all(head is not None and head.role == "amount" for head in heads)


def starting(plane: Sequence[Sequence[GridCell | None]], row: int) -> list[GridCell]:
    """The cells whose top row is ``row``, left to right."""
    cells = dict.fromkeys(cell for cell in plane[row] if cell is not None and cell.row == row)
    return list(cells)


def _is_data(plane: Sequence[Sequence[GridCell | None]], row: int) -> bool:
    """Whether a row is the first of the body: it holds figures, codes, numbered items or a lone total."""
    texts = [text for cell in starting(plane, row) if (text := normalised(cell.text))]
    if not texts or is_number_row(texts):
        return False
    if any(parse_amount(text) is not None for text in texts):
        return True
    words = [text for text in texts if text not in CODE_PARTS]
    if any(_ITEM.match(text) for text in words):
        return True
    return row > 0 and len(words) == 1 and (words[0] in TOTAL_NAMES or "为空" in words[0])


def is_number_row(texts: Sequence[str]) -> bool:
    """The row of 栏次: beside labels only small whole numbers that count up (or bracketed ones)."""
    figures = [text.strip("()") for text in texts if text.strip("()").isdigit()]
    labels = [text for text in texts if not text.strip("()").isdigit()]
    if not figures or any(len(figure) > 2 for figure in figures):
        return _is_formula_row(texts)
    numbers = [int(figure) for figure in figures]
    known = all(label in _NUMBER_LABEL or _is_code_part(label) or _is_formula(label) for label in labels)
    rising = all(later == earlier + 1 for earlier, later in pairwise(numbers))
    return known and rising and (len(numbers) > 1 or "栏次" in labels or len(labels) == 0)


def _is_code_part(text: str) -> bool:
    """类, 款 or 项, or several of them whose rulings a scan has lost."""
    return bool(text) and CODE_PARTS.issuperset(text)


def _is_formula(text: str) -> bool:
    return bool(re.fullmatch(r"[\d=+\-()]+|[*]{1,2}", text)) and ("=" in text or "+" in text or "*" in text)


def _is_formula_row(texts: Sequence[str]) -> bool:
    formulas = any(_is_formula(text) for text in texts)
    return (
        formulas
        and len(texts) > 1
        and all(_is_formula(text) or text.isdigit() or text in _NUMBER_LABEL for text in texts)
    )


def _numbers(plane: Sequence[Sequence[GridCell | None]], body: int) -> dict[int, int]:
    """The printed 栏次 of each column."""
    found: dict[int, int] = {}
    for row in range(body):
        cells = starting(plane, row)
        if is_number_row([text for cell in cells if (text := normalised(cell.text))]):
            for cell in cells:
                leading = re.match(r"\(?(\d{1,2})", normalised(cell.text))
                if leading:
                    found[cell.column] = int(leading[1])
    return found


def _column_head(
    plane: Sequence[Sequence[GridCell | None]], body: int, column: int, numbers: dict[int, int]
) -> ColumnHead:
    path = _path(plane, body, column)
    role = _role(path, _body_texts(plane, body, column))
    return ColumnHead(column, path, role, numbers.get(column))


def _path(plane: Sequence[Sequence[GridCell | None]], body: int, column: int) -> tuple[str, ...]:
    path: list[str] = []
    seen: list[GridCell] = []
    for row in range(min(body + 1, len(plane))):
        cell = plane[row][column]
        if cell is None or cell in seen:
            continue
        seen.append(cell)
        text = normalised(cell.text) if cell.confidence == 1 else _as_worded(normalised(cell.text))
        # The letters 类 款 项 may share a row with the first total.
        if text and (text in CODE_PARTS if row == body else not text.strip("()").isdigit()):
            path.append(text)
    return tuple(text for text in path if text != "栏次" and not _is_formula(text)) or tuple(path[:1])


@lru_cache(maxsize=4096)
def _as_worded(text: str) -> str:
    """A recognised label as the forms word it, where it differs by look-alike signs alone (``项日``).

    Of longer ones a sign in four may be one that no label has (``一般公共演算``).
    """
    look = canonical(text)
    if look in _labels_by_look():
        return _labels_by_look()[look]
    near = [label for known, label in _longer_labels().items() if _is_near(look, known)]
    return near[0] if len(near) == 1 else text


def _is_near(look: str, known: str) -> bool:
    if len(look) != len(known):
        return False
    changed = [one for one, other in zip(look, known, strict=True) if one != other]
    return _FEW * len(changed) <= len(known) and not _label_signs().intersection(changed)


@cache
def _labels_by_look() -> dict[str, str]:
    return {canonical(label): label for label in _LABELS}


@cache
def _longer_labels() -> dict[str, str]:
    """The longer words for amount columns, by their look."""
    return {look: label for label in _column_words() if len(look := canonical(label)) >= _LONG}


@cache
def _label_signs() -> frozenset[str]:
    """Every sign of a label, as it looks."""
    return frozenset(canonical("".join((*_LABELS, *_column_words()))))


def _column_words() -> frozenset[str]:
    columns = (column for form in all_forms() for column in form.columns)
    return frozenset(part for column in columns for words in column.words for part in words.split("+"))


def _body_texts(plane: Sequence[Sequence[GridCell | None]], body: int, column: int) -> list[str]:
    """The printed texts of a column below its header, cells that reach over other columns left out."""
    cells = (plane[row][column] for row in range(body, len(plane)))
    alone = (cell for cell in dict.fromkeys(cells) if cell is not None and cell.column_span == 1)
    return [text for cell in alone if not is_blank(cell.text) and (text := normalised(cell.text))]


def _role(path: Sequence[str], texts: Sequence[str]) -> Role:
    """What a column holds: its label says, unless what is printed below plainly contradicts."""
    guess = _labelled_role(path)
    figures = sum(parse_amount(text) is not None for text in texts)
    if guess in ("name", "text") and texts and figures == len(texts):
        return _figures_role(guess, texts)
    if guess == "amount" and texts and sum(map(_is_numeric, texts)) * 2 < len(texts):
        return "text"
    if guess == "amount" and _are_codes(texts):
        return "code"
    return guess


def _is_numeric(text: str) -> bool:
    return bool(_NUMERIC.fullmatch(text))


def _are_codes(texts: Sequence[str]) -> bool:
    """Whether a column prints nothing but subject codes, some of them below class level."""
    return (
        bool(texts) and all(CODE.fullmatch(text) for text in texts) and any(len(text) > 3 for text in texts)
    )


def _figures_role(guess: Role, texts: Sequence[str]) -> Role:
    """A column of nothing but figures is no name: codes when they all look like codes."""
    if guess == "text":
        return "text"
    return "code" if all(CODE.fullmatch(text) for text in texts) else "amount"


def _labelled_role(path: Sequence[str]) -> Role:
    leaf, whole = (path[-1] if path else ""), "".join(path)
    if _LINE_LABEL.fullmatch(leaf):
        return "line"
    if leaf in ("编码", "代码") and not _OTHER_CODE.search(whole):
        return "code"
    if leaf in CODE_PARTS or _CODE_LABEL.search(whole):
        return "code" if not _NAME_LABEL.fullmatch(leaf) or "编码" in leaf or "代码" in leaf else "name"
    if _OTHER_CODE.search(whole):
        return "text"
    if _NAME_LABEL.fullmatch(leaf):
        return "text" if leaf in ("单位名称", "部门名称") else "name"
    return "amount"
