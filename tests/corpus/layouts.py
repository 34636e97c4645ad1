"""In the corpus generator: the accounts written into a form; one function per way a form is laid out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from tests.corpus import model
from tests.corpus.blocks import Cell, CellRow, Mark, Record
from tests.corpus.chance import Chance
from tests.corpus.classification import EXPENDITURE_CLASSES, economic_names, function_names, with_ancestors
from tests.corpus.figures import Notation
from tests.corpus.forms import JUDGED_COLUMNS, Form, FormColumn, FormLine, LabelPath, Lines
from tests.corpus.headers import header_rows, numbering_row

NUMERALS = "一二三四五六七八九"


@dataclass(frozen=True, slots=True)
class Habits:
    """How one author fills in forms: names indented by level, code parts without leading zero,
    the economic form with every subject or only those with money, subjects dropped for being empty."""

    indent: str = ""
    short_parts: bool = False
    all_economic: bool = True
    spaced_total: bool = False


@dataclass(frozen=True, slots=True)
class Scene:
    """Everything a form is filled in from."""

    accounts: model.Accounts
    notation: Notation
    organisation: str
    whom: str
    habits: Habits


@dataclass(frozen=True, slots=True)
class Sheet:
    """A filled-in form before it has a title."""

    header: tuple[CellRow, ...]
    body: tuple[CellRow, ...]
    records: tuple[Record, ...]
    widths: tuple[float, ...]
    empty: bool = False


@dataclass
class _Ink:
    """Cells of figures being written, with the records they belong to."""

    form: Form
    notation: Notation
    records: list[Record] = field(default_factory=list)
    rows: list[CellRow] = field(default_factory=list)

    def record(self, record: Record) -> int:
        self.records.append(record)
        return len(self.records) - 1

    def figure(self, record: int, column: FormColumn, yuan: Decimal, judged: bool = True) -> Cell:
        known = column.judged and judged and column.key in JUDGED_COLUMNS.get(self.form.kind, ())
        text = self.notation.text(yuan)
        mark = Mark(record, column.key, known, column.belongs) if text else None
        return Cell(text, align="right", mark=mark)

    def sheet(self, header: tuple[CellRow, ...], widths: Iterable[float], empty: bool = False) -> Sheet:
        return Sheet(header, tuple(self.rows), tuple(self.records), tuple(widths), empty)


def ordinal(number: int) -> str:
    """1 to 99 in Chinese numerals: 一, 十二, 二十."""
    tens, ones = divmod(number, 10)
    ten = "" if tens == 0 else "十" if tens == 1 else NUMERALS[tens - 1] + "十"
    return ten + (NUMERALS[ones - 1] if ones else "")


# --- one row a subject ------------------------------------------------------------------------


def subjects(form: Form, scene: Scene) -> Sheet:
    """Codes, names and amounts, a row a subject, parents before children."""
    ledgers = _ledgers_of(form, scene.accounts)
    names = function_names(scene.accounts.year)
    rows = [
        (code, names[code], [_sum(model.under(ledgers, code), form, column) for column in form.columns])
        for code in with_ancestors(ledger.code for ledger in ledgers)
    ]
    total = [_sum(ledgers, form, column) for column in form.columns]
    return _coded_rows(form, scene, rows, total)


def economic(form: Form, scene: Scene) -> Sheet:
    """As ``subjects``, for the economic classification of the general budget's basic expenditure."""
    classes = form.economic or model.PERSONNEL + model.PUBLIC
    codes = with_ancestors(code for code in scene.accounts.economic if code.startswith(classes))
    rows = [
        (code, economic_names()[code], [_economic_sum(scene, column, (code,)) for column in form.columns])
        for code in codes
    ]
    total = [_economic_sum(scene, column, classes) for column in form.columns]
    return _coded_rows(form, scene, rows, total)


_ECONOMIC_COLUMNS = {"personnel": model.PERSONNEL, "public": model.PUBLIC}


def _economic_sum(scene: Scene, column: FormColumn, prefixes: tuple[str, ...]) -> Decimal:
    """A column of an economic form: everything, or only what counts as personnel or public expense."""
    kept = _ECONOMIC_COLUMNS.get(column.key, model.PERSONNEL + model.PUBLIC)
    return model.economic_total(scene.accounts, [code for code in prefixes if code[:3] in kept])


def _sum(ledgers: Iterable[model.Ledger], form: Form, column: FormColumn) -> Decimal:
    return model.total(ledgers, column.flow, column.purse or form.purse)


def _ledgers_of(form: Form, accounts: model.Accounts) -> tuple[model.Ledger, ...]:
    """The ledgers that give the form at least one figure."""
    return tuple(
        ledger for ledger in accounts.ledgers if any(_sum([ledger], form, column) for column in form.columns)
    )


def _coded_rows(
    form: Form, scene: Scene, rows: Sequence[tuple[str, str, list[Decimal]]], total: list[Decimal]
) -> Sheet:
    ink = _Ink(form, scene.notation)
    blanks = [_blank_row(len(form.lead) + len(form.columns))] * (0 if rows else form.spare_rows)
    if form.total == "first":
        ink.rows.append(_total_row(ink, total if rows else [], scene))
    ink.rows += [_coded_row(ink, scene, *row) for row in rows] + blanks
    if form.total == "last":
        ink.rows.append(_total_row(ink, total if rows else [], scene))
    return ink.sheet(_form_header(form), _coded_widths(form), empty=not rows)


def _coded_row(ink: _Ink, scene: Scene, code: str, name: str, values: list[Decimal]) -> CellRow:
    record = ink.record(Record(code, name))
    level = (len(code) - 3) // 2
    shown = Cell(scene.habits.indent * level + name)
    figures = [ink.figure(record, *pair) for pair in zip(ink.form.columns, values, strict=True)]
    return (*_code_cells(ink.form, scene.habits, code), shown, *figures)


def _code_cells(form: Form, habits: Habits, code: str) -> tuple[Cell, ...]:
    columns = len(form.lead) - 1
    if form.code == "joined":
        return (Cell(code),)
    if form.code == "merged":
        return (Cell(code, column_span=columns),)
    parts = [code[:3], *(code[start : start + 2] for start in range(3, len(code), 2))]
    if habits.short_parts:
        parts[1:] = [part.lstrip("0") for part in parts[1:]]
    return tuple(Cell(part, align="centre") for part in (parts + [""] * columns)[:columns])


def _total_row(ink: _Ink, total: list[Decimal], scene: Scene) -> CellRow:
    form = ink.form
    record = ink.record(Record(None, form.total_label))
    label = "  ".join(form.total_label) if scene.habits.spaced_total else form.total_label
    if form.total_merged:
        lead: tuple[Cell, ...] = (Cell(label, column_span=len(form.lead), align="centre"),)
    else:
        span = len(form.lead) - 1 if form.code == "merged" else 1
        lead = (*[Cell(column_span=span)] * ((len(form.lead) - 1) // span), Cell(label, align="centre"))
    if not total:
        return (*lead, *_blank_row(len(form.columns)))
    return (*lead, *(ink.figure(record, *pair) for pair in zip(form.columns, total, strict=True)))


def _blank_row(columns: int) -> CellRow:
    return tuple(Cell() for _ in range(columns))


def _form_header(form: Form) -> tuple[CellRow, ...]:
    header = header_rows([*form.lead, *(column.path for column in form.columns)])
    if not form.numbered:
        return header
    return (*header, numbering_row(form.numbered, len(form.columns)))


def _coded_widths(form: Form) -> list[float]:
    codes = {"joined": [2.4], "split": [1.1], "merged": [1.1]}[form.code] * (len(form.lead) - 1)
    return [*codes, 8.0, *(column.weight for column in form.columns)]


# --- named lines side by side -----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _NamedLine:
    line: FormLine
    amounts: tuple[Decimal, ...]
    code: str | None = None


def sides(form: Form, scene: Scene) -> Sheet:
    """Two or more columns of named lines side by side, with a common foot."""
    ink = _Ink(form, scene.notation)
    tops = [_top_lines(side, scene) for side in form.sides]
    feet = [[_named(line, side, scene) for line in side.foot] for side in form.sides]
    height = max(map(len, tops)) + form.spare_rows
    depth = max(map(len, feet))
    for row in range(height):
        ink.rows.append(_side_row(ink, [_at(top, row) for top in tops], row, height + depth))
    for row in range(depth):
        lines = [_at(foot, row) for foot in feet]
        if form.merge_foot:
            ink.rows.append(_merged_foot_row(ink, lines))
        else:
            ink.rows.append(_side_row(ink, lines, height + row, height + depth))
    return ink.sheet(_sides_header(form), _side_widths(form))


def _at(lines: Sequence[_NamedLine], row: int) -> _NamedLine | None:
    return lines[row] if row < len(lines) else None


def _named(line: FormLine, side: Lines, scene: Scene) -> _NamedLine:
    ledgers = scene.accounts.ledgers
    values = (model.total(ledgers, line.flow, column.purse or line.purse) for column in side.columns)
    return _NamedLine(line, tuple(values))


def _top_lines(side: Lines, scene: Scene) -> list[_NamedLine]:
    return [_named(line, side, scene) for line in side.lines] + _class_lines(side, scene)


def _class_lines(side: Lines, scene: Scene) -> list[_NamedLine]:
    """A line for each expenditure class: all of them, or those that money was spent on."""
    if not side.classes:
        return []
    ledgers = scene.accounts.ledgers
    own = {
        ledger.code[:3]
        for ledger in ledgers
        if any(_column_amount([ledger], column) for column in side.columns)
    }
    listed = [head for head in EXPENDITURE_CLASSES if side.classes == "all" or head[0] in own]
    return [
        _NamedLine(
            FormLine(f"{ordinal(number)}、{name}"),
            tuple(_column_amount(model.under(ledgers, code), column) for column in side.columns),
            code,
        )
        for number, (code, name) in enumerate(listed, 1)
    ]


def _column_amount(ledgers: Iterable[model.Ledger], column: FormColumn) -> Decimal:
    return model.total(ledgers, column.flow, column.purse)


def _side_row(ink: _Ink, lines: Sequence[_NamedLine | None], row: int, height: int) -> CellRow:
    cells: list[Cell] = []
    for position, (side, line) in enumerate(zip(ink.form.sides, lines, strict=True)):
        number = position * height + row + 1 if ink.form.line_numbers else None
        cells += _side_cells(ink, side, line, number)
    return tuple(cells)


def _side_cells(ink: _Ink, side: Lines, line: _NamedLine | None, number: int | None) -> list[Cell]:
    label = line.line.label if line else ""
    centred = line is not None and line.line in side.foot
    cells = [Cell(label, align="centre" if centred else "left")]
    cells += [Cell(str(number), align="centre")] if number is not None else []
    if line is None or not label:
        return cells + [Cell() for _ in side.columns]
    record = ink.record(_line_record(side, line, number))
    judged = side.side != "use" and line.line.judged
    pairs = zip(side.columns, line.amounts, strict=True)
    return cells + [ink.figure(record, column, amount, judged) for column, amount in pairs]


def _line_record(side: Lines, line: _NamedLine, number: int | None) -> Record:
    return Record(None, line.line.label.strip(), None if side.side == "use" else side.side, number)


def _merged_foot_row(ink: _Ink, lines: Sequence[_NamedLine | None]) -> CellRow:
    """A foot whose right label runs over all columns of the sides after the first but the last."""
    first, second = ink.form.sides[0], ink.form.sides[1]
    span = sum(len(side.lead) + len(side.columns) for side in ink.form.sides[1:]) - 1
    label, *_, figure = _side_cells(ink, second, lines[1], None)
    return (*_side_cells(ink, first, lines[0], None), Cell(label.text, 1, span, "centre"), figure)


def _sides_header(form: Form) -> tuple[CellRow, ...]:
    paths: list[LabelPath] = []
    numbers: list[str] = []
    for side in form.sides:
        paths += [*side.lead, *(column.path for column in side.columns)]
        taken = sum(text.isdigit() for text in numbers)
        numbers += [*form.numbered, *(str(taken + number + 1) for number in range(len(side.columns)))]
    header = header_rows(paths)
    return (*header, tuple(Cell(text, align="centre") for text in numbers)) if form.numbered else header


def _side_widths(form: Form) -> list[float]:
    widths: list[float] = []
    for side in form.sides:
        widths += [6.5, *([1.2] * (len(side.lead) - 1)), *(column.weight for column in side.columns)]
    return widths


# --- economic subjects in groups side by side --------------------------------------------------


def economic_groups(form: Form, scene: Scene) -> Sheet:
    """Two or three code, name, amount groups side by side, and a foot of their totals."""
    ink = _Ink(form, scene.notation)
    groups = [_group_codes(side, scene) for side in form.sides]
    for row in range(max(map(len, groups))):
        cells: list[Cell] = []
        for side, codes in zip(form.sides, groups, strict=True):
            cells += _group_cells(ink, scene, side, codes[row] if row < len(codes) else None)
        ink.rows.append(tuple(cells))
    ink.rows.append(_groups_foot(ink, scene))
    paths = [path for side in form.sides for path in (*side.lead, *(column.path for column in side.columns))]
    header = tuple(tuple(_stripped(cell) for cell in row) for row in header_rows(paths))
    return ink.sheet(header, _group_widths(form))


def _stripped(cell: Cell) -> Cell:
    """Labels of neighbouring groups carry a trailing blank in the data so that they do not merge."""
    return Cell(cell.text.strip(), cell.row_span, cell.column_span, cell.align)


def _group_codes(side: Lines, scene: Scene) -> list[str]:
    names = economic_names()
    listed = [code for code in names if code.startswith(side.economic)]
    if scene.habits.all_economic:
        return listed
    used = with_ancestors(code for code in scene.accounts.economic if code.startswith(side.economic))
    return used or [code for code in listed if len(code) == 3]


def _group_cells(ink: _Ink, scene: Scene, side: Lines, code: str | None) -> list[Cell]:
    if code is None:
        return [Cell() for _ in range(len(side.lead) + 1)]
    name = economic_names()[code]
    record = ink.record(Record(code, name))
    amount = model.economic_total(scene.accounts, (code,))
    codes = [Cell(code)] if len(side.lead) == 2 else [Cell(code[:3]), Cell(code[3:])]
    shown = Cell(scene.habits.indent * (len(code) // 5) + name)
    return [*codes, shown, ink.figure(record, side.columns[0], amount)]


def _groups_foot(ink: _Ink, scene: Scene) -> CellRow:
    cells: list[Cell] = []
    span = 0
    for side in ink.form.sides:
        span += len(side.lead) + 1
        if side.foot:
            line = side.foot[0]
            amount = model.economic_total(scene.accounts, _ECONOMIC_COLUMNS[line.row])
            record = ink.record(Record(None, line.label))
            cells.append(Cell(line.label, column_span=span - 1, align="centre"))
            cells.append(ink.figure(record, side.columns[0], amount))
            span = 0
    return tuple(cells)


def _group_widths(form: Form) -> list[float]:
    widths: list[float] = []
    for side in form.sides:
        widths += [1.9] if len(side.lead) == 2 else [1.3, 1.0]
        widths += [5.5, 2.6]
    return widths


# --- figures in a row, figures in a list --------------------------------------------------------


def across(form: Form, scene: Scene) -> Sheet:
    """One row of figures, each with its own column."""
    ink = _Ink(form, scene.notation)
    rows = list(dict.fromkeys(column.row for column in form.columns))
    positions = {row: ink.record(Record(row or None, None)) for row in rows}
    amounts = [(column, _line_amount(scene, column)) for column in form.columns]
    ink.rows.append(tuple(ink.figure(positions[column.row], column, amount) for column, amount in amounts))
    header = header_rows([column.path for column in form.columns])
    numbers = (numbering_row((), len(form.columns)),) if form.line_numbers else ()
    return ink.sheet((*header, *numbers), [column.weight for column in form.columns])


def _line_amount(scene: Scene, column: FormColumn, row: str = "") -> Decimal:
    """The figure of a column that stands alone: of the three public expenses, a cost or a flow."""
    name = row or column.row
    if name in model.THREE_PUBLIC_PARTS:
        side = "final" if column.flow == "last_budget" or column.key == "final" else "budget"
        return model.three_public_amount(scene.accounts, name, side)
    if column.flow == "operating_costs":
        return model.economic_total(scene.accounts, model.PUBLIC)
    return model.total(scene.accounts.ledgers, column.flow, column.purse or "all")


def listed(form: Form, scene: Scene) -> Sheet:
    """Named lines one below the other, some with a merged cell for their group in front."""
    ink = _Ink(form, scene.notation)
    lines = form.sides[0].lines
    grouped = any(line.group for line in lines)
    for position, line in enumerate(lines):
        lead = _group_lead(lines, position) if grouped else ()
        span = 2 if grouped and not line.group else 1
        label = Cell(line.label, column_span=span, align="centre" if span == 2 else "left")
        ink.rows.append((*lead, label, *_listed_figures(ink, scene, line)))
    columns = form.sides[0].columns
    header = header_rows([*form.sides[0].lead, *(column.path for column in columns)])
    leading = [4.0, 7.0] if grouped else [8.0]
    return ink.sheet(header, [*leading, *(column.weight for column in columns)])


def _group_lead(lines: Sequence[FormLine], position: int) -> tuple[Cell, ...]:
    group = lines[position].group
    if not group or (position and lines[position - 1].group == group):
        return ()
    return (Cell(group, row_span=sum(line.group == group for line in lines), align="centre"),)


def _listed_figures(ink: _Ink, scene: Scene, line: FormLine) -> list[Cell]:
    record = ink.record(Record(line.row or None, line.label.strip()))
    figures = []
    for column in ink.form.sides[0].columns:
        if line.row:
            amount = _line_amount(scene, column, line.row)
        else:
            amount = model.total(scene.accounts.ledgers, line.flow, column.purse or line.purse)
        figures.append(ink.figure(record, column, amount, line.judged))
    return figures


# --- procurement -------------------------------------------------------------------------------

_GOODS = (
    ("一、货物A", "办公设备购置", "台式计算机（强制节能）", "集中采购机构采购"),
    ("一、货物A", "办公设备购置", "多功能一体机", "分散自行组织"),
    ("一、货物A", "专用设备购置", "巡查记录仪", "分散委托采购"),
    ("二、工程B", "大型修缮", "办公用房屋面修缮", "分散委托采购"),
    ("三、服务C", "委托业务费", "信息系统运行维护", "集中采购机构采购"),
    ("三、服务C", "物业管理费", "物业管理服务", "分散自行组织"),
)


def procurement(form: Form, scene: Scene) -> Sheet:
    """Goods to be bought, under merged class cells; none of its figures has an agreed place."""
    chance = Chance(int(scene.accounts.quantum * 100) + len(scene.accounts.ledgers), "procurement")
    goods = chance.sample(_GOODS, chance.number(2, len(_GOODS)))
    amounts = [chance.amount(10_000, 900_000, Decimal(100)) for _ in goods]
    ink = _Ink(form, scene.notation)
    record = ink.record(Record(None, form.total_label))
    column = form.columns[0]
    total = Cell(form.total_label, column_span=len(form.lead), align="centre")
    ink.rows.append((total, ink.figure(record, column, sum(amounts, Decimal(0)), judged=False)))
    for position, (good, amount) in enumerate(zip(goods, amounts, strict=True)):
        same = [other[0] for other in goods]
        head = () if position and same[position - 1] == good[0] else (Cell(good[0], same.count(good[0])),)
        figure = ink.figure(ink.record(Record(None, good[2])), column, amount, judged=False)
        ink.rows.append((*head, *map(Cell, good[1:]), figure))
    return ink.sheet(_form_header(form), [3.0, 4.0, 5.0, 4.0, 3.0])


LAYOUTS: dict[str, Callable[[Form, Scene], Sheet]] = {
    "subjects": subjects,
    "economic": economic,
    "sides": sides,
    "economic_groups": economic_groups,
    "across": across,
    "listed": listed,
    "procurement": procurement,
}
"""The layouts a form of the data files may name."""
