"""In the tables stage: the three public expenses of a transcript, printed across in one line or down."""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from extract.tables.formreader import Setting
from extract.tables.formulas import printed_formulas
from extract.tables.loose_columns import header_text
from extract.tables.loose_header import put_together
from extract.tables.loose_rows import PrintedRow, Token, counts_up, placeable
from extract.tables.loose_subjects import UNTOLD, PlacedRows, all_doubted, spacing
from extract.tables.placement import OPEN, ColumnRule, PlacedLine, place_lines
from extract.tables.reading import Doubt
from extract.tables.three_public import NAMES, item_of
from models.disclosure import Cell, Column, Repair, Row

_ORDERS = (
    ("total", "abroad", "vehicles", "vehicle_purchase", "vehicle_operation", "reception"),
    ("total", "abroad", "reception", "vehicles", "vehicle_purchase", "vehicle_operation"),
)
"""The two orders in which the expenses are printed across: reception last, or before the vehicles."""
_SUMS = (
    ("total", ("abroad", "vehicles", "reception")),
    ("vehicles", ("vehicle_purchase", "vehicle_operation")),
)
_SELDOM = {
    "vehicle_purchase": 8.0,
    "abroad": 6.0,
    "reception": 2.0,
    "vehicles": 0.0,
    "vehicle_operation": 1.0,
}
_LABELS = {
    "budget": "预算数",
    "final": "决算数",
    "initial_budget": "年初预算数",
    "previous": "上年数",
    "previous_budget": "上年预算数",
    "previous_final": "上年决算数",
}
_VALUES: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("previous", re.compile(r"(?:上年|去年)(?:度)?(?:预算|执行|决算|完成)?(?:执行)?数?")),
    ("initial_budget", re.compile(r"年初预算数")),
    ("budget", re.compile(r"(?:本年|本年度|当年|全年|调整)?(?:支出)?预算(?:数|金额|额)?|金额")),
    ("final", re.compile(r"(?:本年|本年度|当年|全年)?(?:支出)?决算(?:数|金额|额)?")),
    ("", re.compile(r"[项目]|项目|项目名称|支出项目|三公经费项目|行次|序号|栏次|其中:?")),
)
"""What the labels over the figures say these are; nothing of the heads of names."""
_DATED = re.compile(r"((?:19|20)\d\d)年度?(.*)")
_PREVIOUS = re.compile(r"上年|去年|执行数|完成数")
_ABROAD = re.compile(r"出国")
_RECEPTION = re.compile(r"公务接待|接待费")
_OPERATING_COSTS = re.compile(r"机关运行")
_VEHICLES = re.compile(r"公务用车|用车购置")


@dataclass(frozen=True, slots=True)
class _Place:
    """One column of the form printed across."""

    item: str
    key: str


_OPERATING = _Place("operating_costs", "total")


@dataclass(frozen=True, slots=True)
class PublicForm:
    """The form, and the operating costs where they are printed beside it."""

    columns: tuple[Column, ...]
    rows: PlacedRows
    operating: Token | None = None


def read_public(rows: Sequence[PrintedRow], notes: Sequence[str], setting: Setting) -> PublicForm | None:
    """Read the form in whichever direction it is printed; None when it is neither."""
    down = [
        row
        for row in rows
        if row.texts and item_of("".join(row.texts)) and row.figures and not counts_up(row)
    ]
    if len({item_of("".join(row.texts)) for row in down}) >= 3:
        header = itertools.takewhile(lambda row: row is not down[0], rows)
        return _down(down, [text for row in header for text in row.texts], setting)
    return _across(rows, notes, setting)


# --- across ----------------------------------------------------------------------------------------


def _across(rows: Sequence[PrintedRow], notes: Sequence[str], setting: Setting) -> PublicForm | None:
    numbers = next((row for row in rows if counts_up(row)), None)
    header, data = _parted([row for row in rows if row is not numbers])
    width = max(counts_up(numbers) if numbers else 0, len(data.figures) if data else 0)
    places = _places(header_text(header), notes, width, setting)
    figures = [token for token in (data.figures if data else ()) if token.value is not None]
    if not places or len(figures) > len(places):
        return None
    placed = _placed(data, places, numbers)
    at = {places[column]: token for column, token in zip(placed.columns, figures, strict=True)}
    found = _rows(places, at, placed)
    found = found if _is_told(header_text(header)) else all_doubted(found, UNTOLD)
    return PublicForm(_columns(places), found, at.get(_OPERATING))


def _parted(rows: Sequence[PrintedRow]) -> tuple[list[PrintedRow], PrintedRow | None]:
    """The header, and the line of figures: the last one, or all figures that stand alone at the end."""
    filled = [index for index, row in enumerate(rows) if row.figures]
    if not filled:
        return list(rows), None
    last = filled[-1]
    if rows[last].kept or rows[last].texts:
        return [row for index, row in enumerate(rows) if index != last], rows[last]
    start = last
    while start - 1 in filled and not rows[start - 1].texts and not rows[start - 1].kept:
        start -= 1
    tokens = tuple(token for row in rows[start : last + 1] for token in row.tokens)
    return [*rows[:start], *rows[last + 1 :]], PrintedRow(tokens, kept=False)


def _places(text: str, notes: Sequence[str], width: int, setting: Setting) -> tuple[_Place, ...]:
    """What each column across holds: six expenses, once or for two years or values each."""
    order = _ORDERS[1] if _reception_first(text, notes) else _ORDERS[0]
    both = width > len(order) + 1 or ("预算数" in text and "决算数" in text)
    if not both:
        key = "final" if "决算" in text or setting.kind == "final_accounts" else "budget"
        places = tuple(_Place(item, key) for item in order)
        before = (_Place("total", f"previous_{key}"),) if _previous_total(text) else ()
        after = (_OPERATING,) if _OPERATING_COSTS.search(text) else ()
        return (*before, *places, *after)
    if text.count("决算数") > 1:
        return tuple(_Place(item, key) for item in order for key in ("budget", "final"))
    return tuple(_Place(item, key) for key in ("budget", "final") for item in order)


def _previous_total(text: str) -> bool:
    """Whether one column in front prints the total of the year before."""
    return bool(_PREVIOUS.match(text)) and text.count("经费合计") > 1 and text.count("出国") == 1


def _is_told(text: str) -> bool:
    """Whether the header says which year its figures are of."""
    return not _PREVIOUS.search(text) or _previous_total(text)


def _reception_first(text: str, notes: Sequence[str]) -> bool:
    """Whether reception stands before the vehicles: the formulas under the form say, else its header."""
    for formula in printed_formulas(notes, "column"):
        if len(formula.terms) == 2 and formula.left in (3, 4):
            return formula.left == 4
    abroad = _ABROAD.search(text)
    behind = text[abroad.end() :] if abroad else text
    reception, vehicles = _RECEPTION.search(behind), _VEHICLES.search(behind)
    return bool(reception and vehicles and reception.start() < vehicles.start())


def _placed(data: PrintedRow | None, places: Sequence[_Place], numbers: PrintedRow | None) -> PlacedLine:
    origin = numbers.figures[0].cell if numbers is not None and numbers.kept else 0

    def slot(token: Token) -> int | None:
        return None if token.cell is None or origin is None else token.cell - origin

    line = placeable(data.figures if data else (), len(places), slot)
    weights = [_SELDOM.get(place.item, 0.0) for place in places]
    return place_lines([line], len(places), _rules(places), weights=weights)[0]


def _rules(places: Sequence[_Place]) -> list[ColumnRule]:
    index = {(place.item, place.key): position for position, place in enumerate(places)}
    return [
        (index[left, key], tuple((1, index[term, key]) for term in terms))
        for key in _keys(places)
        for left, terms in _SUMS
        if all((item, key) in index for item in (left, *terms))
    ]


def _keys(places: Sequence[_Place]) -> dict[str, None]:
    return dict.fromkeys(place.key for place in places if place is not _OPERATING)


def _columns(places: Sequence[_Place]) -> tuple[Column, ...]:
    return tuple(Column(key=key, label=_LABELS[key]) for key in _keys(places))


def _rows(places: Sequence[_Place], at: Mapping[_Place, Token], placed: PlacedLine) -> PlacedRows:
    keys = _keys(places)
    items = [item for item in NAMES if any(place.item == item for place in places)]
    rows = tuple(
        _row(item, {key: at[_Place(item, key)] for key in keys if _Place(item, key) in at}, keys)
        for item in items
    )
    doubts = tuple(
        Doubt(items.index(places[column].item), places[column].key, reason)
        for column, reason in sorted(placed.doubtful.items())
        if places[column].item in items
    )
    return PlacedRows(rows, doubts, _repairs(rows, at))


def _row(item: str, tokens: dict[str, Token], keys: dict[str, None], printed_name: str | None = None) -> Row:
    return Row(
        code=item,
        name=NAMES[item],
        level="total" if item == "total" else "line",
        printed_name=printed_name,
        amounts={key: tokens[key].value if key in tokens else None for key in keys},
        cells={key: Cell(text=token.text) for key, token in tokens.items()},
    )


def _repairs(rows: Sequence[Row], at: Mapping[_Place, Token]) -> tuple[Repair, ...]:
    return tuple(
        spacing(f"{place.item}/{place.key}", token.text, format(token.value or 0, "f"))
        for place, token in at.items()
        if token.respaced and any(row.code == place.item for row in rows)
    )


# --- down ------------------------------------------------------------------------------------------


def _down(rows: Sequence[PrintedRow], header: Sequence[str], setting: Setting) -> PublicForm:
    """One expense a line; its figures are what the header says, in this order."""
    lines = [
        (item_of("".join(row.texts)), row, figures) for row, figures in zip(rows, _figures(rows), strict=True)
    ]
    keys, told = _value_keys(header, max(len(figures) for _, _, figures in lines), setting)
    found: list[Row] = []
    doubts: list[Doubt] = []
    at: dict[_Place, Token] = {}
    for item, row, figures in lines:
        if item not in NAMES or any(known.code == item for known in found):
            continue
        tokens, certain = _by_key(row, figures, keys)
        doubts += [] if certain else [Doubt(len(found), key, OPEN) for key in keys]
        at |= {_Place(item, key): token for key, token in tokens.items()}
        found.append(_row(item, tokens, dict.fromkeys(keys), "".join(row.texts)))
    columns = tuple(Column(key=key, label=_LABELS.get(key, key)) for key in keys)
    placed = PlacedRows(tuple(found), tuple(doubts), _repairs(found, at))
    return PublicForm(columns, placed if told else all_doubted(placed, UNTOLD))


def _value_keys(header: Sequence[str], width: int, setting: Setting) -> tuple[tuple[str, ...], bool]:
    """What the figures of a line are, and whether the header tells; else the usual ones are guessed."""
    labels = put_together(header, lambda text, _: _value_key(text, setting.fiscal_year))
    keys = tuple(dict.fromkeys(label for label in labels or () if label))
    if keys and len(keys) >= width:
        return keys, True
    only = "final" if setting.kind == "final_accounts" else "budget"
    guessed = ("budget", "final") if width >= 2 else (only,)
    extra = tuple(f"column_{i + 1}" for i in range(len(guessed), width))
    return (*guessed, *extra), width < 2 and _is_told("".join(header))


def _value_key(text: str, fiscal_year: int | None) -> str | None:
    dated = _DATED.fullmatch(text)
    if dated and fiscal_year is not None and int(dated[1]) < fiscal_year:
        return "previous"
    plain = dated[2] if dated else text
    return next((key for key, words in _VALUES if words.fullmatch(plain)), None)


def _figures(rows: Sequence[PrintedRow]) -> list[tuple[Token, ...]]:
    """The figures of each line, without a 行次 in front of them."""
    firsts = [row.figures[0].whole for row in rows]
    numbered = len(rows) > 2 and firsts == list(range(firsts[0] or 0, (firsts[0] or 0) + len(rows)))
    return [row.figures[1:] if numbered else row.figures for row in rows]


def _by_key(row: PrintedRow, figures: Sequence[Token], keys: Sequence[str]) -> tuple[dict[str, Token], bool]:
    """The figures of a line by column; not certain when some are missing and no cell says which."""
    name = max(
        (token.cell for token in row.tokens if token.sort == "text" and token.cell is not None), default=None
    )
    if row.kept and name is not None and len(figures) < len(keys):
        slots = [(token.cell or 0) - name - 1 for token in figures]
        if all(0 <= slot < len(keys) for slot in slots):
            return {keys[s]: t for s, t in zip(slots, figures, strict=True) if t.value is not None}, True
    printed = {key: token for key, token in zip(keys, figures, strict=False) if token.value is not None}
    return printed, len(figures) >= len(keys) or not printed
