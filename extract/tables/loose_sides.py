"""In the tables stage: two-sided forms of a transcript, income and expenditure on one printed line."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from extract.tables.forms.registry import FormSpec
from extract.tables.formulas import printed_formulas
from extract.tables.headers import TOTAL_NAMES
from extract.tables.loose_columns import column_rules, column_weights, header_text
from extract.tables.loose_rows import ITEM, PrintedRow, Token, counts_up, placeable
from extract.tables.loose_subjects import PlacedRows, all_doubted, spacing
from extract.tables.placement import Known, Line, PlacedLine, place_lines
from extract.tables.reading import Doubt
from extract.tables.weighing import row_address
from models.disclosure import Cell, Column, Level, Repair, Row, Side

_FIRST = re.compile(r"^[一1][、.．]")
_CLASS = re.compile(r"^(?:[一二三四五六七八九十]+|\d{1,2})[、.．]")
_YEAR_TOTAL = re.compile(r"^本年(?:支出|收入)(?:合计|小计)$|^(?:支出|收入)合计$|^当年(?:支出|收入)小计$")
_SPENT = re.compile(r"结转下年|结余分配|年末")
_INCOME = re.compile(r"收入|拨款|资金|弥补|上年结转|年初|预算$")


@dataclass(frozen=True, slots=True)
class SideLine:
    """One side of a printed line: name, 行次 and figures in printed order."""

    side: Side
    name: Token | None
    number: Token | None
    figures: tuple[Token, ...]

    @property
    def plain(self) -> str:
        return self.name.plain if self.name else ""

    @property
    def line(self) -> int | None:
        return self.number.whole if self.number else None

    def slot(self, token: Token) -> int | None:
        """The amount column a token stands in, counted from the 行次, else from the name."""
        anchor = self.number or self.name
        return (
            None
            if anchor is None or anchor.cell is None or token.cell is None
            else token.cell - anchor.cell - 1
        )


@dataclass(frozen=True, slots=True)
class TwoSidedForm:
    """A two-sided form, read but not yet placed; the income side comes first."""

    spec: FormSpec
    columns: tuple[Column, ...]
    income: tuple[SideLine, ...]
    expenditure: tuple[SideLine, ...]
    notes: tuple[str, ...]
    told: bool = True


def read_two_sided_form(
    rows: Sequence[PrintedRow], spec: FormSpec, notes: Sequence[str]
) -> TwoSidedForm | None:
    """Part every line into its sides; None when the table has no such line."""
    body = _body(rows)
    if not body:
        return None
    lines = _counted_lines(body) if _is_counted(body) else _kept_lines(body)
    income = tuple(line for line in lines if line.side == "income")
    expenditure = tuple(line for line in lines if line.side == "expenditure")
    header = rows[: next(i for i, row in enumerate(rows) if row is body[0])]
    columns, told = _columns(spec, lines, header)
    return TwoSidedForm(spec, columns, _printing(income), _printing(expenditure), tuple(notes), told)


def _body(rows: Sequence[PrintedRow]) -> list[PrintedRow]:
    """The rows from the first numbered item on, without page numbers and repeated headers."""
    first = next(
        (i for i, row in enumerate(rows) if any(_FIRST.match(text) for text in row.texts)), len(rows)
    )
    header = {row.texts for row in rows[:first] if row.texts}
    return [row for row in rows[first:] if row.tokens and row.texts not in header and not counts_up(row)]


def _columns(
    spec: FormSpec, lines: Sequence[SideLine], header: Sequence[PrintedRow]
) -> tuple[tuple[Column, ...], bool]:
    """The columns of the expenditure side, and whether the header really names them."""
    width = max((sum(token.value is not None for token in line.figures) for line in lines), default=0)
    further = list(spec.side_columns) or _named_columns(header, width)
    words = {column.key: column.words for column in spec.columns}
    text = header_text(header)
    named = all(any(word in text for word in words.get(key, ("",))) for key in further)
    keys = ["total", *further]
    told = len(keys) >= width and (named or _counts_to(header, len(spec.numbered)))
    keys += [f"column_{i + 1}" for i in range(len(keys), width)]
    labels = {"total": "小计" if len(keys) > 1 else "金额"}
    columns = (Column(key=key, label=labels.get(key, words.get(key, ("",))[0])) for key in keys)
    return tuple(columns), told


def _counts_to(header: Sequence[PrintedRow], last: int) -> bool:
    """Whether a row of 栏次 counts up to the form's last, so that its columns are the form's own."""
    rows = ([token.whole for token in row.figures] for row in header)
    return any(
        len(numbers) > 1 and numbers == list(range(last + 1 - len(numbers), last + 1)) for numbers in rows
    )


def _named_columns(header: Sequence[PrintedRow], width: int) -> list[str]:
    """The keys of further columns whose labels the header prints whole, where they are as many as needed."""
    labels = [text for row in header for text in row.texts]
    found = [key for key, words in _FURTHER for label in labels if label in words]
    return found if len(found) == width - 1 else []


_FURTHER = (
    ("personnel", ("人员经费", "人员支出")),
    ("public", ("公用经费", "公用支出")),
    ("project", ("项目支出",)),
    ("general_budget", ("一般公共预算", "一般公共预算财政拨款", "一般公共预算拨款")),
    ("government_fund", ("政府性基金预算", "政府性基金预算财政拨款", "政府性基金")),
    ("state_capital", ("国有资本经营预算", "国有资本经营预算财政拨款")),
)
"""What the expenditure side may be broken down by, in the order in which it is printed."""


def _printing(lines: Sequence[SideLine]) -> tuple[SideLine, ...]:
    """The lines that print a name or a figure; numbered places left empty print nothing."""
    return tuple(
        line for line in lines if line.name or any(token.value is not None for token in line.figures)
    )


def _kept_lines(body: Sequence[PrintedRow]) -> list[SideLine]:
    """Sides of lines told by their cells, or by their names."""
    numbered = _is_numbered(body)
    parts = _completed([list(_parts(row, numbered)) for row in body])
    split = _split_cell(parts)
    start = _first_right_number(parts) if numbered else None
    lines: list[SideLine] = []
    for row in parts:
        lines += (_unlike(line, lines) for line in _sided(row, split, start))
    return lines


def _completed(rows: Sequence[list[SideLine]]) -> list[list[SideLine]]:
    """Figures alone on a line belong to the name on the line before, where cells are not kept."""
    found: list[list[SideLine]] = []
    for row in rows:
        last = found[-1][-1] if found else None
        bare = row[0] if row else None
        if bare and last and _is_rest(bare, last):
            found[-1][-1] = replace(last, figures=bare.figures)
            row = row[1:]
        if row:
            found.append(row)
    return found


def _is_rest(bare: SideLine, last: SideLine) -> bool:
    kept = any(token.cell is not None for token in bare.figures)
    return not kept and not bare.name and not bare.number and bool(last.name) and not last.figures


def _unlike(line: SideLine, before: Sequence[SideLine]) -> SideLine:
    """A bare 总计 or 合计 told by nothing else: the first is income's, the second expenditure's."""
    if (
        line.plain in ("总计", "合计")
        and line.side == "expenditure"
        and _cell(line) is None
        and line.number is None
    ):
        seen = any(other.plain == line.plain for other in before)
        return replace(line, side="expenditure" if seen else "income")
    return line


# --- lines without cells, told by their 行次 ---------------------------------------------------------


def _is_counted(body: Sequence[PrintedRow]) -> bool:
    """Whether cells are lost but the 行次 are there: whole numbers count up from 1 beside other figures."""
    if any(row.kept for row in body):
        return False
    expected = 1
    for row in body:
        for token in row.figures:
            expected += token.whole == expected
    return expected > 5


@dataclass(slots=True)
class _Counter:
    """Follows the two series of 行次: income from 1, expenditure from the first number out of line."""

    income: int = 1
    expenditure: int | None = None

    def expects(self, number: int) -> bool:
        return number in (self.income, self.expenditure)

    def side(self, number: int) -> Side:
        if number == self.income:
            self.income += 1
            return "income"
        self.expenditure = number + 1
        return "expenditure"


def _counted_lines(body: Sequence[PrintedRow]) -> list[SideLine]:
    """Sides of lines without cells: each has a name, a 行次 or both, its figures behind them."""
    counter = _Counter()
    lines: list[SideLine] = []
    for token in (token for row in body for token in row.tokens):
        line = lines[-1] if lines else None
        if token.sort == "text":
            unfinished = line is not None and line.number is None and not line.figures
            if line is not None and unfinished and not ITEM.match(token.plain):
                lines[-1] = _extended(line, token, numbered=True)
            else:
                lines.append(SideLine("income", token, None, ()))
        elif token.whole is not None and (_awaits_number(line) or counter.expects(token.whole)):
            named = line is not None and _awaits_number(line)
            opened = lines.pop() if named else SideLine("income", None, None, ())
            lines.append(replace(opened, number=token, side=counter.side(token.whole)))
        elif line is not None:
            lines[-1] = replace(line, figures=(*line.figures, token))
    return [line for line in lines if line.number is not None]


def _awaits_number(line: SideLine | None) -> bool:
    return line is not None and line.number is None and not line.figures


# --- lines to sides ----------------------------------------------------------------------------------


def _is_numbered(rows: Sequence[PrintedRow]) -> bool:
    """Whether lines carry a 行次: the first whole number of the lines counts up by one."""
    firsts = [next((token.whole for token in row.figures if token.whole is not None), None) for row in rows]
    steps = sum(
        later == earlier + 1
        for earlier, later in itertools.pairwise(firsts)
        if earlier is not None and later is not None
    )
    return steps >= 3 and 2 * steps >= len(rows) - 1


def _parts(row: PrintedRow, numbered: bool) -> Iterator[SideLine]:
    """The sides of a line in printed order; which side each is, is settled later."""
    part: SideLine | None = None
    for token in row.tokens:
        if part is None or _begins_part(part, token, row, numbered):
            if part is not None:
                yield part
            part = _opened(token, numbered)
        else:
            part = _extended(part, token, numbered)
    if part is not None:
        yield part


def _begins_part(part: SideLine, token: Token, row: PrintedRow, numbered: bool) -> bool:
    if token.sort == "text":
        ongoing = part.number is None and not part.figures and part.name is not None and not row.kept
        other = bool(_SPENT.search(token.plain)) and not _SPENT.search(part.plain)
        return not ongoing or other or bool(ITEM.match(token.plain))
    if not numbered or token.whole is None or part.number is None:
        return False
    return _is_right_number(part, token, row)


def _is_right_number(part: SideLine, token: Token, row: PrintedRow) -> bool:
    """A whole number behind a 行次 is the other side's 行次 when the line goes on without a name there."""
    number, other = part.line or 0, token.whole or 0
    behind = (each for each in row.tokens if each.sort == "text" and (each.cell or 0) > (token.cell or 0))
    if any(behind) or other > 99 or part.number is None:
        return False
    beside = None not in (token.cell, part.number.cell) and (token.cell or 0) - (part.number.cell or 0) == 1
    return other > number + 15 and not beside


def _opened(token: Token, numbered: bool) -> SideLine:
    if token.sort == "text":
        return SideLine("income", token, None, ())
    if numbered and token.whole is not None:
        return SideLine("income", None, token, ())
    return SideLine("income", None, None, (token,))


def _extended(part: SideLine, token: Token, numbered: bool) -> SideLine:
    if token.sort == "text" and part.name is not None:
        return replace(part, name=replace(part.name, text=f"{part.name.text} {token.text}"))
    if numbered and part.number is None and not part.figures and token.whole is not None:
        return replace(part, number=token)
    return replace(part, figures=(*part.figures, token))


def _split_cell(rows: Sequence[Sequence[SideLine]]) -> int | None:
    """The cell at which the right side begins, where cells are kept: most second parts begin there."""
    seconds = [_cell(row[1]) for row in rows if len(row) == 2]
    cells = Counter(cell for cell in seconds if cell is not None)
    return cells.most_common(1)[0][0] if cells else None


def _cell(line: SideLine) -> int | None:
    anchor = line.name or line.number or (line.figures[0] if line.figures else None)
    return anchor.cell if anchor else None


def _first_right_number(rows: Sequence[Sequence[SideLine]]) -> int | None:
    numbers = [row[1].line for row in rows if len(row) == 2 and row[1].line is not None]
    return min(numbers, default=None)


def _sided(parts: Sequence[SideLine], split: int | None, start: int | None) -> list[SideLine]:
    """Give the parts of a line their sides: two are left and right, one is told by 行次, cell or name."""
    if len(parts) >= 2:
        return [parts[0], *(replace(part, side="expenditure") for part in parts[1:])]
    return [replace(part, side=_lone_side(part, split, start)) for part in parts]


def _lone_side(part: SideLine, split: int | None, start: int | None) -> Side:
    if _SPENT.search(part.plain):
        return "expenditure"
    if start is not None and part.line is not None:
        return "expenditure" if part.line >= start else "income"
    cell = _cell(part)
    if split is not None and cell is not None:
        return "expenditure" if cell >= split - 1 else "income"
    return "income" if _INCOME.search(part.plain) and "支出" not in part.plain else "expenditure"


# --- placing ---------------------------------------------------------------------------------------


def place_two_sided(form: TwoSidedForm, known: Known | None = None) -> PlacedRows:
    """Put the figures of both sides into their columns; ``known`` counts lines of the expenditure side."""
    rules = column_rules(form.spec, form.columns, form.notes) if form.spec.side_columns else ()
    income = _placed_income(form)
    parents = _parents(form)
    expenditure = place_lines(
        [_line(form, line, parent) for line, parent in zip(form.expenditure, parents, strict=True)],
        len(form.columns),
        rules,
        known=known,
        weights=column_weights(form.spec, form.columns),
    )
    rows = _rows(form, (*income, *expenditure))
    return rows if form.told else all_doubted(rows)


def _placed_income(form: TwoSidedForm) -> tuple[PlacedLine, ...]:
    """The income side prints its amount first; more figures stand in the order printed."""
    return tuple(
        PlacedLine(tuple(range(sum(token.value is not None for token in line.figures))), {})
        for line in form.income
    )


def _line(form: TwoSidedForm, line: SideLine, parent: int | None) -> Line:
    width = len(form.columns)
    return placeable(line.figures, width, line.slot if width > 1 else lambda _: 0, parent)


def _parents(form: TwoSidedForm) -> list[int | None]:
    """The sum each line of expenditure is part of: as its notes say, else as forms usually add up."""
    lines = form.expenditure
    by_number = {line.line: index for index, line in enumerate(lines) if line.line is not None}
    parents: list[int | None] = [None] * len(lines)
    for formula in printed_formulas(form.notes, "line"):
        if formula.left in by_number and all(sign > 0 for sign, _ in formula.terms):
            for _, number in formula.terms:
                if number in by_number and by_number[number] != by_number[formula.left]:
                    parents[by_number[number]] = by_number[formula.left]
    return parents if any(parent is not None for parent in parents) else _usual_parents(lines)


def _usual_parents(lines: Sequence[SideLine]) -> list[int | None]:
    """Numbered classes add up to the year's total, that and the named lines below it to the grand total."""
    year = next((i for i, line in enumerate(lines) if _YEAR_TOTAL.match(line.plain)), None)
    grand = next((i for i, line in enumerate(lines) if line.plain in TOTAL_NAMES and i != year), None)
    parents: list[int | None] = [None] * len(lines)
    for index, line in enumerate(lines):
        if year is not None and index < year and _CLASS.match(line.plain):
            parents[index] = year
        elif grand is not None and year is not None and year <= index < grand and line.name is not None:
            parents[index] = grand
    return parents


def _rows(form: TwoSidedForm, placed: Sequence[PlacedLine]) -> PlacedRows:
    rows: list[Row] = []
    doubts: list[Doubt] = []
    repairs: list[Repair] = []
    for line, place in zip((*form.income, *form.expenditure), placed, strict=True):
        row = _row(form, line, place)
        doubts += [
            Doubt(len(rows), form.columns[c].key, reason) for c, reason in sorted(place.doubtful.items())
        ]
        rows.append(row)
        figures = [token for token in line.figures if token.value is not None]
        repairs += [
            spacing(
                f"{row_address(row)}/{form.columns[column].key}", token.text, format(token.value or 0, "f")
            )
            for token, column in zip(figures, place.columns, strict=True)
            if token.respaced
        ]
    return PlacedRows(tuple(rows), tuple(doubts), tuple(repairs))


def _row(form: TwoSidedForm, line: SideLine, place: PlacedLine) -> Row:
    own = form.columns[:1] if line.side == "income" and len(place.columns) < 2 else form.columns
    amounts: dict[str, Decimal | None] = {column.key: None for column in own}
    cells: dict[str, Cell] = {}
    figures = [token for token in line.figures if token.value is not None]
    for token, column in zip(figures, place.columns, strict=True):
        amounts[form.columns[column].key] = token.value
        cells[form.columns[column].key] = Cell(text=token.text)
    name = "".join(line.name.text.split()) if line.name else None
    return Row(
        code=None,
        name=name,
        level=_level(line.plain),
        printed_name=line.name.text if line.name else None,
        side=line.side,
        line=line.line,
        amounts=amounts,
        cells=cells,
    )


def _level(plain: str) -> Level:
    return "total" if plain.endswith(("合计", "总计")) or plain in TOTAL_NAMES else "line"
