"""In the tables stage: the lines of a transcript's table become printed rows of tokens."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from extract.layout.flow import LooseTable
from extract.layout.marks import without_inline_marks
from extract.layout.transcripts import printed_cells
from extract.tables.amounts import is_blank, normalised, parse_amount
from extract.tables.codes import code_in_name
from extract.tables.damaged import damaged_code, looks_like_figure, tidied_figure
from extract.tables.headers import TOTAL_NAMES
from extract.tables.placement import Line

Sort = Literal["figure", "dash", "text"]

CODE = re.compile(r"[1-5]\d{2}(?:\d{2}){0,2}")
ITEM = re.compile(r"^(?:[一二三四五六七八九十]+|\d{1,2})[、.．]|^[(（][一二三四五六七八九十]+[)）]")
"""The numbering in front of the lines of two-sided forms."""
_FINISHED = re.compile(r"\d[\d,]*\.\d{2}%?")
_RUN_OVER = re.compile(r"([一-鿿]{1,3})\s+(-?\d[\d,，.．· ]*\.\s?\d{2})")
_PART = re.compile(r"\d{1,2}")
_CODED = 3
"""So many codes make a list of cells one of coded rows."""
_PAGE_NUMBER = re.compile(r"[-—–]*\d{1,3}[-—–]*")
_FRAGMENT_END = re.compile(r"[\d][,.，．·]$")
_FRAGMENT_START = re.compile(r"^[,.，．·]\d")
_JUNK = re.compile(r"[\W_]*")


@dataclass(frozen=True, slots=True)
class Token:
    """A printed cell, or a piece of a printed line.

    ``text`` is as printed, ``value`` what it reads as when it is a figure; ``cell`` is its
    position on a line that keeps its cells apart, None otherwise.
    """

    text: str
    sort: Sort
    value: Decimal | None = None
    cell: int | None = None

    @property
    def plain(self) -> str:
        return normalised(without_inline_marks(self.text))

    @property
    def whole(self) -> int | None:
        """The small whole number a 栏次, a 行次 or a part of a code can be."""
        return int(self.plain) if self.sort == "figure" and self.plain.isdigit() else None

    @property
    def respaced(self) -> bool:
        """Whether blanks or marks had to be taken out of the figure to read it."""
        if self.value is None:
            return False
        marked = bool(re.search(r"[\s*_<>，．·]", self.text.strip()))
        return marked or parse_amount(without_inline_marks(self.text)) is None


@dataclass(frozen=True, slots=True)
class PrintedRow:
    """One printed row; ``kept`` tells whether its empty cells are still there."""

    tokens: tuple[Token, ...]
    kept: bool

    @property
    def figures(self) -> tuple[Token, ...]:
        return tuple(token for token in self.tokens if token.sort != "text")

    @property
    def texts(self) -> tuple[str, ...]:
        return tuple(token.plain for token in self.tokens if token.sort == "text")


def printed_rows(table: LooseTable) -> tuple[PrintedRow, ...]:
    """The rows of a table, whichever of the four ways its lines keep it."""
    stacked = [line for line in table.lines if line.strip()]
    if _is_stacked(stacked):
        return tuple(_stacked_rows(table.lines))
    if _is_list(stacked):
        return tuple(_listed_rows(stacked))
    return tuple(row for row in _plain_rows(table.lines) if row.tokens)


# --- figures and tokens ----------------------------------------------------------------------------


def figure_in(text: str) -> Decimal | None:
    """The figure a text is, its inner blanks and marks taken out; None when it is none, or two.

    Blanks are only taken out beside a separator (``1, 286. 76``) or where the pieces alone are no
    finished figures of two decimals but their join is one.

    >>> figure_in("1, 286. 76"), figure_in("251.35 27.94")
    (Decimal('1286.76'), None)
    """
    pieces = without_inline_marks(text).split()
    if len(pieces) < 2:
        return _one_figure("".join(pieces))
    if any(_FINISHED.fullmatch(normalised(piece)) for piece in pieces[:-1]):
        return None
    joints = all(
        _FRAGMENT_END.search(left) or _FRAGMENT_START.search(right)
        for left, right in itertools.pairwise(pieces)
    )
    value = _one_figure("".join(pieces))
    return value if joints or _FINISHED.fullmatch(normalised("".join(pieces))) else None


def _one_figure(text: str) -> Decimal | None:
    value = parse_amount(text)
    return tidied_figure(text) if value is None else value


def _token(text: str, cell: int | None = None) -> Token:
    value = figure_in(text)
    if value is not None:
        return Token(text, "figure", value, cell)
    shown = without_inline_marks(text).strip()
    return Token(shown, "dash" if is_blank(shown) else "text", None, cell)


def _cell_tokens(cells: Sequence[str]) -> tuple[Token, ...]:
    return tuple(token for index, cell in enumerate(cells) for token in _tokens_in(cell, index))


def _tokens_in(cell: str, index: int) -> Iterator[Token]:
    """The tokens of one cell: mostly one; a code before a name and figures side by side are parted."""
    shown = without_inline_marks(cell).strip()
    if not shown or (_JUNK.fullmatch(shown) and not is_blank(shown)):
        return
    token = _token(cell, index)
    if token.sort != "text":
        yield token
        return
    split = code_in_name(shown) or _spilled(shown)
    pieces = shown.split()
    if split is not None:
        yield from (_token(piece, index) for piece in split)
    elif len(pieces) > 1 and all(_FINISHED.fullmatch(normalised(piece)) for piece in pieces):
        yield from (_token(piece, index + step) for step, piece in enumerate(pieces))
    else:
        yield token


def _spilled(cell: str) -> tuple[str, str] | None:
    """The end of a name that ran over into the cell of a figure, and the figure."""
    found = _RUN_OVER.fullmatch(cell)
    return (found[1], found[2]) if found and figure_in(found[2]) is not None else None


def _line_tokens(line: str) -> tuple[Token, ...]:
    """The tokens of a line without cells: figures broken at a separator are joined, so are words."""
    tokens: list[Token] = []
    for piece in _joined_pieces(without_inline_marks(line).split()):
        token = _token(piece)
        split = code_in_name(piece) if token.sort == "text" else None
        if split is not None:
            tokens += [Token(split[0], "figure", Decimal(split[0])), Token(split[1], "text")]
        else:
            tokens.append(token)
    return tuple(tokens)


def _joined_pieces(pieces: Iterable[str]) -> list[str]:
    joined: list[str] = []
    for piece in pieces:
        if joined and _breaks_between(joined[-1], piece):
            joined[-1] += f" {piece}"
        else:
            joined.append(piece)
    return joined


def _breaks_between(left: str, right: str) -> bool:
    """Whether a blank stands beside a separator within one figure (``1, 286.`` and ``76``)."""
    broken = (
        right[:1].isdigit()
        if _FRAGMENT_END.search(left)
        else left[-1:].isdigit() and _FRAGMENT_START.search(right)
    )
    # A figure still unfinished (``1, 286.``) becomes one with a further digit.
    return bool(broken) and any(figure_in(f"{left} {right}{digit}") is not None for digit in ("", "0"))


# --- rows ---------------------------------------------------------------------------------------


def _plain_rows(lines: Sequence[str]) -> Iterator[PrintedRow]:
    for line in lines:
        cells = printed_cells(line)
        if cells is not None:
            yield from (PrintedRow(_cell_tokens(row), kept=True) for row in _rows_in(cells))
        elif line.strip():
            yield PrintedRow(_line_tokens(line), kept=False)


def _rows_in(cells: Sequence[str]) -> tuple[Sequence[str], ...]:
    """The rows a line of cells holds: two where recognition joined them, every cell with two pieces."""
    pieces = [cell.split() for cell in cells]
    printed = [each for each in pieces if each]
    codes = printed[0] if printed else []
    joined = len(printed) > 2 and all(len(each) == 2 for each in printed)
    if not joined or not all(CODE.fullmatch(code) for code in codes):
        return (cells,)
    return tuple([each[row] if each else "" for each in pieces] for row in range(2))


def _is_stacked(lines: Sequence[str]) -> bool:
    """Whether cells stand one to a line behind a tab: behind one tab, for empty cells leave more."""
    trimmed = [line.strip(" ") for line in lines]
    behind_tab = sum(line.startswith("\t") and "\t" not in line[1:] for line in trimmed)
    return len(lines) > 3 and behind_tab >= 0.6 * len(lines)


def raw_rows(lines: Sequence[str]) -> tuple[tuple[str, ...], ...] | None:
    """The cells of lines that keep them apart, as printed, the empty ones too; None where none are kept.

    A line without cells between others goes on with the last cell before it.
    """
    if _is_stacked([line for line in lines if line.strip()]):
        return tuple(map(tuple, _stacked_cells(lines)))
    kept = [(line, printed_cells(line)) for line in lines if line.strip()]
    if sum(cells is not None for _, cells in kept) * 2 <= len(kept):
        return None
    rows: list[list[str]] = []
    for line, cells in kept:
        if cells is not None:
            rows.append(list(cells))
        elif rows:
            last = max((i for i, text in enumerate(rows[-1]) if text), default=len(rows[-1]) - 1)
            rows[-1][last:] = [f"{rows[-1][last]} {line.strip()}".strip(), *rows[-1][last + 1 :]]
    return tuple(map(tuple, rows))


def _stacked_rows(lines: Sequence[str]) -> Iterator[PrintedRow]:
    return (PrintedRow(_cell_tokens(cells), kept=True) for cells in _stacked_cells(lines))


def _stacked_cells(lines: Sequence[str]) -> Iterator[list[str]]:
    """One cell a line behind a tab, a blank line between rows; a line without tab goes on with its cell."""
    cells: list[str] = []
    ended = False
    for line in lines:
        if not line.strip(" "):
            ended = bool(cells)
        elif not line.strip(" ").startswith("\t"):
            if cells:
                cells[-1] = f"{cells[-1]} {line.strip()}"
            ended = False
        else:
            if ended or (cells and line.startswith(" \t")):
                yield cells
                cells = []
            cells.append(line.strip())
            ended = False
    if cells:
        yield cells


def _is_list(lines: Sequence[str]) -> bool:
    """Whether cells stand one to a line: most lines are a code or a figure alone, or hardly any has two."""
    if len(lines) <= 8 or any("\t" in line for line in lines):
        return False
    alone = sum(1 for line in lines if figure_in(line) is not None)
    mixed = sum(1 for line in lines if _is_mixed(line))
    return alone >= 0.45 * len(lines) or (mixed <= 0.05 * len(lines) and alone >= 3)


def _is_mixed(line: str) -> bool:
    """Whether a line holds several cells, a figure among them."""
    tokens = _line_tokens(line)
    return len(tokens) > 1 and any(token.sort == "figure" for token in tokens) and figure_in(line) is None


def _listed_rows(lines: Sequence[str]) -> Iterator[PrintedRow]:
    """Cells one to a line: a code, a total or a new name after figures begins a row."""
    row: list[Token] = []
    tokens = [token for line in lines for token in _cell_or_pieces(line)]
    start, stop = _counting(tokens)
    listed = any(
        ITEM.match(token.plain) and not looks_like_figure(token.plain)
        for token in tokens
        if token.sort == "text"
    )
    coded = sum(bool(CODE.fullmatch(token.plain)) for token in tokens) >= _CODED
    for index, token in enumerate(tokens):
        begins = _begins_row(token, row, listed=listed) or (coded and _is_damaged_code(tokens, index, row))
        if row and (index in (start, stop) or (not start < index < stop and begins)):
            yield PrintedRow(tuple(row), kept=False)
            row = []
        row.append(token)
    if row:
        yield PrintedRow(tuple(row), kept=False)


def _cell_or_pieces(line: str) -> tuple[Token, ...]:
    """A line as one cell, unless several figures stand on it that are not one code with blanks."""
    cell = _token(without_inline_marks(line).strip())
    pieces = _line_tokens(line)
    several = sum(piece.sort == "figure" for piece in pieces) > 1 and not CODE.fullmatch(cell.plain)
    return pieces if cell.sort == "text" and several else (cell,)


def _counting(tokens: Sequence[Token]) -> tuple[int, int]:
    """Where the 栏次 (1 2 3 …) stand among cells one to a line; nowhere when there are less than three."""
    for start, token in enumerate(tokens):
        stop = start
        while stop < len(tokens) and tokens[stop].whole == stop - start + 1:
            stop += 1
        if token.whole == 1 and stop - start >= 3:
            return start, stop
    return -1, -1


def _begins_row(token: Token, row: Sequence[Token], *, listed: bool) -> bool:
    """Whether a cell begins a row: in a list of numbered items every text does."""
    named = any(each.sort == "text" for each in row)
    if token.sort == "text" and not looks_like_figure(token.plain):
        return named and (row[-1].sort != "text" or listed or token.plain in TOTAL_NAMES)
    return named and token.whole is not None and bool(CODE.fullmatch(token.plain)) and "." not in token.plain


def _is_damaged_code(tokens: Sequence[Token], index: int, row: Sequence[Token]) -> bool:
    """Whether a cell that is no code begins a row all the same: a name stands behind it, figures before.

    Between the two may stand group and item, two digits each.
    """
    following = itertools.dropwhile(lambda token: _PART.fullmatch(token.plain), tokens[index + 1 : index + 4])
    behind = next(following, None)
    named = any(each.sort == "text" and not looks_like_figure(each.plain) for each in row)
    if behind is None or behind.sort != "text" or looks_like_figure(behind.plain) or not named:
        return False
    return damaged_code(tokens[index].text) is not None


def is_page_number(row: PrintedRow) -> bool:
    """Whether a row without cells is nothing but a page number."""
    return not row.kept and len(row.tokens) == 1 and bool(_PAGE_NUMBER.fullmatch(row.tokens[0].plain))


def counts_up(row: PrintedRow) -> int:
    """How many columns the row of 栏次 counts (1 2 3 …); 0 when it is no such row."""
    numbers = [token.whole for token in row.figures]
    words = [text for text in row.texts if text not in {"栏次", "行次", "类", "款", "项"}]
    counting = len(numbers) > 1 and numbers == list(range(1, len(numbers) + 1))
    return len(numbers) if counting and len(words) <= 1 and not set(words) & TOTAL_NAMES else 0


def placeable(
    figures: Sequence[Token], width: int, slot: Callable[[Token], int | None], parent: int | None = None
) -> Line:
    """The figures behind a name as a line to be placed in ``width`` columns.

    ``slot`` tells the column a token stands in. Where every column prints a figure or a dash, the
    order alone says it.
    """
    printed = [(place, token, token.value) for place, token in enumerate(figures)]
    every = len(figures) == width
    return Line(
        figures=tuple(value for _, _, value in printed if value is not None),
        slots=tuple(place if every else slot(token) for place, token, value in printed if value is not None),
        parent=parent,
    )
