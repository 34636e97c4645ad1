"""In the tables stage: a transcript's forms of one subject a row, figures placed by the identities."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import partial

from extract.tables.codes import joined_code, level_of
from extract.tables.damaged import as_digits, damaged_code, joined_signs, looks_like_figure
from extract.tables.formreader import Setting
from extract.tables.formrows import NOT_A_FIGURE
from extract.tables.forms.registry import FormSpec
from extract.tables.headers import TOTAL_NAMES
from extract.tables.loose_columns import column_rules, column_weights, first_amount_cell, loose_columns
from extract.tables.loose_rows import CODE, ITEM, PrintedRow, Token, counts_up, is_page_number, placeable
from extract.tables.placement import ColumnRule, Known, PlacedLine, has_moved, place_lines
from extract.tables.reading import Doubt
from extract.tables.weighing import row_address
from models.disclosure import Cell, Column, Level, Repair, Row

_HEADING_WORDS = re.compile(r"科目|项目|名称|编码|支出|收入|栏次|单位")
_HAN = re.compile(r"[一-鿿]")
_SMALL = re.compile(r"\d{1,2}")
UNTOLD = "the header does not tell what this column is"
SEVERAL_NAMES = "the name may be that of several lines"
SLID = "cells of this document have slid"


@dataclass(frozen=True, slots=True)
class SubjectLine:
    """One subject as printed; ``figures`` stand behind the name, ``name_cell`` is the name's cell.

    ``unread`` are texts among the figures that are none; ``doubtful_name`` tells that the name may be
    that of several lines.
    """

    code: str | None
    printed_code: str | None
    name_tokens: tuple[Token, ...]
    figures: tuple[Token, ...]
    unread: tuple[Token, ...] = ()
    doubtful_name: bool = False

    @property
    def printed_name(self) -> str | None:
        return " ".join(token.text for token in self.name_tokens) or None

    @property
    def name(self) -> str | None:
        return "".join("".join(token.text.split()) for token in self.name_tokens) or None

    @property
    def is_total(self) -> bool:
        return self.code is None and self.name in TOTAL_NAMES

    def slot(self, token: Token, first: int | None = None) -> int | None:
        """The amount column a token stands in, counted from the name.

        A total may stand over the columns of codes and names: its amounts are counted from the
        ``first`` amount column of the header.
        """
        cell = self.name_tokens[-1].cell if self.name_tokens else None
        if self.is_total and first is not None and cell is not None and cell < first:
            cell = first - 1
        return None if cell is None or token.cell is None else token.cell - cell - 1


@dataclass(frozen=True, slots=True)
class SubjectForm:
    """A form of subjects, read but not yet placed.

    ``sums`` are those the header shows; ``told`` is False where it does not name the columns;
    ``first`` is the cell of its first amount where cells are kept.
    """

    spec: FormSpec
    columns: tuple[Column, ...]
    lines: tuple[SubjectLine, ...]
    notes: tuple[str, ...]
    sums: tuple[ColumnRule, ...] = ()
    told: bool = True
    first: int | None = None

    def slot(self, line: SubjectLine, token: Token) -> int | None:
        """The amount column a token of a line stands in."""
        return line.slot(token, self.first)


@dataclass(frozen=True, slots=True)
class PlacedRows:
    """Rows with what is uncertain about them; Doubt rows index ``rows``.

    ``slid`` tells that figures had to leave the cells they were printed in.
    """

    rows: tuple[Row, ...]
    doubts: tuple[Doubt, ...]
    repairs: tuple[Repair, ...]
    slid: bool = False


def read_subject_form(
    rows: Sequence[PrintedRow], spec: FormSpec, notes: Sequence[str], setting: Setting
) -> SubjectForm | None:
    """Find header, columns and lines of a form of subjects; None when it has no such line."""
    start = _body_start(rows)
    body = _Body(header=[row for row in rows[:start] if not counts_up(row)])
    body.numbers += [row for row in rows[:start] if counts_up(row)]
    for row in rows[start:]:
        body.take(row)
    lines = body.finished()
    if not lines:
        return None
    if all(line.code is None for line in lines):
        lines = tuple(_with_own_name(line, spec) for line in lines)
    printed = max(_needed(line) for line in lines)
    counted = max((counts_up(row) for row in body.numbers), default=0)
    first = first_amount_cell(body.header, body.numbers[0] if body.numbers else None) or _behind_names(lines)
    found = loose_columns(spec, body.header, counted=counted, printed=printed, first=first, setting=setting)
    return SubjectForm(spec, found.columns, lines, tuple(notes), found.sums, found.told, first)


def _with_own_name(line: SubjectLine, spec: FormSpec) -> SubjectLine:
    """A line of a list without codes, with the last of several names that stand before its figures.

    Lines of such a list may print no figures, and then their names run into the next one's.
    """
    if len(line.name_tokens) < 2 or any(token.cell is not None for token in line.name_tokens):
        return line
    last = ITEM.sub("", line.name_tokens[-1].plain)
    words = {word for column in spec.columns for word in column.words}
    if last in words:
        return replace(line, name_tokens=line.name_tokens[-1:])
    return replace(line, doubtful_name=True)


def _body_start(rows: Sequence[PrintedRow]) -> int:
    """Where the body begins, where no cells are kept: with the first figure or code.

    A total without figures is a word of the header then, unless its figures stand on the next line.
    """
    if any(row.kept for row in rows):
        return 0
    filled = (i for i, row in enumerate(rows) if _prints_figures(row))
    start = next(filled, 0)
    bare = start and not rows[start].texts
    return start - 1 if bare and TOTAL_NAMES.issuperset(rows[start - 1].texts) else start


def _prints_figures(row: PrintedRow) -> bool:
    printed = any(token.sort == "figure" for token in row.tokens)
    return printed and not counts_up(row) and not is_page_number(row)


def _behind_names(lines: Sequence[SubjectLine]) -> int | None:
    """The cell right of most names, where cells are kept."""
    cells = Counter(line.name_tokens[-1].cell for line in lines if line.name_tokens)
    cell = cells.most_common(1)[0][0] if cells else None
    return None if cell is None else cell + 1


def _needed(line: SubjectLine) -> int:
    """How many columns a line needs: where its cells are kept, up to its last figure, but no slide counts."""
    return len([token for token in line.figures if token.sort == "figure"])


# --- rows to lines ----------------------------------------------------------------------------------


@dataclass(slots=True)
class _Body:
    """Lines gathered so far; text that belongs to a wrapped name waits until its line is known."""

    header: list[PrintedRow] = field(default_factory=list)
    numbers: list[PrintedRow] = field(default_factory=list)
    lines: list[SubjectLine] = field(default_factory=list)
    waiting: list[Token] = field(default_factory=list)
    owed: int = 0
    above: tuple[str, ...] = ()

    def take(self, row: PrintedRow) -> None:
        if counts_up(row) or is_page_number(row):
            self.numbers += [row] if counts_up(row) else []
            return
        line = self._line(row)
        if line is None:
            self._take_other(row)
        elif self._completes(line):
            self.lines[-1] = _joined(self.lines[-1], line)
        else:
            self._settle(line)

    def _line(self, row: PrintedRow) -> SubjectLine | None:
        line, self.above = subject_line(row, self.above)
        started = bool(self.lines or self.numbers)
        return line if line is None or line.code or line.is_total or started else None

    def _take_other(self, row: PrintedRow) -> None:
        if not self.lines:
            self.header.append(row)
        elif any(row.texts and row.texts == known.texts for known in self.header):
            return
        elif row.texts:
            self.waiting += [token for token in row.tokens if token.sort == "text"]
        elif not self.lines[-1].figures:
            self.lines[-1] = replace(self.lines[-1], figures=row.figures)

    def _completes(self, line: SubjectLine) -> bool:
        """Whether a line without code is the rest of the one above, wrapped before its figures."""
        if line.code or line.is_total or not self.lines:
            return False
        last = self.lines[-1]
        wrapped = all(token.cell is None for token in (*last.name_tokens, *line.name_tokens))
        return wrapped and bool(last.code) and not last.figures

    def _settle(self, line: SubjectLine) -> None:
        """Give waiting text to the lines it belongs to, then add the new line.

        A name set above and below its code and figures is halved: as many pieces follow as went before.
        """
        nameless = not line.name_tokens
        after = min(self.owed, len(self.waiting)) if nameless else len(self.waiting)
        self._append_to_last(self.waiting[:after])
        before = tuple(self.waiting[after:])
        self.lines.append(replace(line, name_tokens=before) if nameless else line)
        self.waiting, self.owed = [], len(before)

    def _append_to_last(self, pieces: Sequence[Token]) -> None:
        if self.lines and self.lines[-1].code and len(pieces) <= 2:
            last = self.lines[-1]
            self.lines[-1] = replace(last, name_tokens=(*last.name_tokens, *map(_floating, pieces)))

    def finished(self) -> tuple[SubjectLine, ...]:
        self._append_to_last(self.waiting)
        totals = [line for line in self.lines if line.is_total]
        headings = (
            [line for line in totals if not line.figures] if any(t.figures for t in totals) else totals[1:]
        )
        return tuple(line for line in self.lines if not any(line is heading for heading in headings))


def _floating(token: Token) -> Token:
    return replace(token, cell=None)


def _joined(first: SubjectLine, rest: SubjectLine) -> SubjectLine:
    return replace(first, name_tokens=(*first.name_tokens, *rest.name_tokens), figures=rest.figures)


def subject_line(row: PrintedRow, above: Sequence[str]) -> tuple[SubjectLine | None, tuple[str, ...]]:
    """Read a row as code, name and figures; also the code's parts, which the next row may leave out.

    None when the row has neither code nor total, nor a name with figures.
    """
    code, parts, used = _code(row.tokens, above)
    rest = row.tokens[used:] if code else _from_first_text(row.tokens)
    names, figures, unread = _parted(rest)
    if code is None:
        total = _total(names, figures)
        if total is None and not (names and any(token.sort == "figure" for token in figures)):
            return None, tuple(above)
        names = (total,) if total else names
    printed = " ".join(token.text for token in row.tokens[:used]) if code else None
    name = names if not row.kept else names[:1]
    return SubjectLine(code, printed, name, figures, unread), parts


def _from_first_text(tokens: Sequence[Token]) -> tuple[Token, ...]:
    start = next((i for i, token in enumerate(tokens) if token.sort == "text"), len(tokens))
    return tuple(tokens[start:])


def _parted(tokens: Sequence[Token]) -> tuple[tuple[Token, ...], tuple[Token, ...], tuple[Token, ...]]:
    """The name in front, the figures and dashes, and texts behind a figure."""
    start = next((i for i, token in enumerate(tokens) if not _is_word(token)), len(tokens))
    figures = tuple(token for token in tokens[start:] if token.sort != "text")
    return tuple(tokens[:start]), figures, tuple(token for token in tokens[start:] if token.sort == "text")


def _is_word(token: Token) -> bool:
    return token.sort == "text" and not looks_like_figure(token.plain)


def _total(names: Sequence[Token], figures: Sequence[Token]) -> Token | None:
    """The total a row without code is for: its last word, unless the row is a header."""
    if not names or names[-1].plain not in TOTAL_NAMES:
        return None
    others = "".join(token.plain for token in names[:-1])
    return names[-1] if figures or not _HEADING_WORDS.search(others) else None


def _code(tokens: Sequence[Token], above: Sequence[str]) -> tuple[str | None, tuple[str, ...], int]:
    """The code in front of a row, and how many tokens it takes.

    A code that is none, its letters kept, is taken where a name stands behind it.
    """
    code, parts, used = _clear_code(tokens, above)
    if code and (used == len(tokens) or tokens[used].sort == "text"):
        return code, parts, used
    run = next((i for i, token in enumerate(tokens) if _HAN.search(token.plain)), len(tokens))
    signs = joined_signs([token.plain for token in tokens[:run]])
    damaged = damaged_code(signs) if run < len(tokens) else None
    return (damaged, tuple(above), run) if damaged else (code, parts, used)


def _clear_code(tokens: Sequence[Token], above: Sequence[str]) -> tuple[str | None, tuple[str, ...], int]:
    """The code in front of a row, printed whole, with blanks or in parts, and how many tokens it takes."""
    parts: list[str] = []
    for token in tokens:
        digits = token.plain
        if not digits.isdigit():
            break
        if parts and (not _SMALL.fullmatch(digits) or len("".join(parts)) + len(digits) > 7):
            break
        parts.append(digits)
    if not parts:
        return None, tuple(above), 0
    whole = joined_signs(parts)
    if (len(parts) > 1 and not CODE.fullmatch(whole)) or len(whole) < 3:
        padded = joined_code(parts if len(parts[0]) == 3 else ["", *parts], above)
        whole = "".join(padded)
    if not CODE.fullmatch(whole):
        return None, tuple(above), 0
    return whole, tuple(part for part in (whole[:3], whole[3:5], whole[5:]) if part), len(parts)


# --- placing ---------------------------------------------------------------------------------------


def place_subjects(form: SubjectForm, known: Known | None = None, *, slid: bool = False) -> PlacedRows:
    """Put the figures of every line into their columns; ``slid`` where no printed cell is evidence."""
    width = len(form.columns)
    lines = [
        placeable(line.figures, width, partial(form.slot, line), _parent(form.lines, index))
        for index, line in enumerate(form.lines)
    ]
    placed = place_lines(
        lines,
        width,
        column_rules(form.spec, form.columns, form.notes, form.sums),
        known=known,
        weights=column_weights(form.spec, form.columns),
        slid=slid,
    )
    moved = any(has_moved(line, place) for line, place in zip(lines, placed, strict=True))
    rows = replace(rows_of(form, placed), slid=moved)
    return rows if form.told else all_doubted(rows)


def all_doubted(placed: PlacedRows, reason: str = UNTOLD) -> PlacedRows:
    """The same rows, every figure in doubt."""
    doubts = (
        Doubt(index, key, reason)
        for index, row in enumerate(placed.rows)
        for key, amount in row.amounts.items()
        if amount is not None
    )
    return replace(placed, doubts=(*placed.doubts, *doubts))


def _parent(lines: Sequence[SubjectLine], index: int) -> int | None:
    """The line a subject is part of: the nearest above whose code begins its own, else the total."""
    total = next((i for i, each in enumerate(lines) if each.is_total), None)
    code = as_digits(lines[index].code or "")
    if not code:
        return None
    above = [(i, as_digits(lines[i].code or "")) for i in range(index - 1, -1, -1)]
    parents = [i for i, each in above if each and len(each) < len(code) and code.startswith(each)]
    clear = CODE.fullmatch(lines[index].code or "")
    return next(iter(parents if clear else [*parents, *_nearly(code, above)]), total)


def _nearly(code: str, above: Sequence[tuple[int, str]]) -> Iterator[int]:
    """The lines above whose code a damaged one would begin with, were one digit another."""
    for index, each in above:
        differing = sum(a != b for a, b in zip(each, code, strict=False))
        if len(each) == len(code) - 2 and differing <= 1:
            yield index


def rows_of(form: SubjectForm, placed: Iterable[PlacedLine]) -> PlacedRows:
    """Rows of the form with their figures placed."""
    rows: list[Row] = []
    doubts: list[Doubt] = []
    repairs: list[Repair] = []
    for line, place in zip(form.lines, placed, strict=True):
        row, unread = _row(form, line, place)
        doubts += [Doubt(len(rows), key, NOT_A_FIGURE) for key in unread]
        doubts += [
            Doubt(len(rows), form.columns[column].key, reason)
            for column, reason in sorted(place.doubtful.items())
        ]
        if line.doubtful_name:
            doubts += [Doubt(len(rows), form.columns[column].key, SEVERAL_NAMES) for column in place.columns]
        rows.append(row)
        repairs += _repairs(form, row, line, place)
    return PlacedRows(tuple(rows), tuple(doubts), tuple(repairs))


def _row(form: SubjectForm, line: SubjectLine, place: PlacedLine) -> tuple[Row, list[str]]:
    keys = [column.key for column in form.columns]
    figures = [token for token in line.figures if token.value is not None]
    amounts: dict[str, Decimal | None] = dict.fromkeys(keys)
    cells: dict[str, Cell] = {}
    for token, column in zip(figures, place.columns, strict=True):
        amounts[keys[column]] = token.value
        cells[keys[column]] = Cell(text=token.text)
    unread = _unread(form, line, cells)
    cells |= {key: Cell(text=token.text) for key, token in unread.items()}
    row = Row(
        code=line.code,
        name=line.name,
        level=_level(form, line),
        printed_code=line.printed_code,
        printed_name=line.printed_name,
        amounts=amounts,
        cells=cells,
    )
    return row, list(unread)


def _unread(form: SubjectForm, line: SubjectLine, taken: dict[str, Cell]) -> dict[str, Token]:
    """Texts in amount columns that are no figures, by column; without cells the total is named."""
    found: dict[str, Token] = {}
    for token in line.unread:
        slot = form.slot(line, token)
        place = 0 if slot is None else slot
        if place < len(form.columns) and form.columns[place].key not in taken:
            found[form.columns[place].key] = token
    return found


def _level(form: SubjectForm, line: SubjectLine) -> Level:
    if line.code:
        return level_of(line.code, form.spec.classification)
    return "total" if line.is_total else "line"


def _repairs(form: SubjectForm, row: Row, line: SubjectLine, place: PlacedLine) -> list[Repair]:
    address = row_address(row)
    found: list[Repair] = []
    if (
        line.code
        and line.printed_code
        and line.code != line.printed_code
        and "".join(line.printed_code.split()) == line.code
    ):
        found.append(spacing(f"{address}/code", line.printed_code, line.code))
    figures = [token for token in line.figures if token.value is not None]
    for token, column in zip(figures, place.columns, strict=True):
        key = form.columns[column].key
        if token.respaced and token.value is not None:
            found.append(spacing(f"{address}/{key}", token.text, format(token.value, "f")))
        slot = form.slot(line, token)
        if slot is not None and slot != column and column not in place.doubtful:
            found.append(_moved(f"{address}/{key}", form, slot, key))
    return found


def spacing(where: str, printed: str, plain: str) -> Repair:
    """A change of notation only: blanks, marks or full-width signs taken out."""
    return Repair(where=where, from_=printed, to=plain, kind="spacing", certainty="formal")


def _moved(where: str, form: SubjectForm, slot: int, key: str) -> Repair:
    """A figure taken out of the column it had slid to; the identities leave no other place."""
    printed = form.columns[slot].key if 0 <= slot < len(form.columns) else f"column_{slot + 1}"
    return Repair(where=where, from_=printed, to=key, kind="column", certainty="proven")
