"""In the tables stage: which amount columns a transcript's table has, from its broken header."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from extract.tables.columns import KeyedColumn, key_columns
from extract.tables.formreader import Setting
from extract.tables.forms.registry import ColumnSpec, FormSpec
from extract.tables.formulas import parse_rule, printed_formulas
from extract.tables.headers import ColumnHead
from extract.tables.loose_header import ToldColumn, ToldColumns, sums_of, told_columns
from extract.tables.loose_rows import PrintedRow
from extract.tables.placement import ColumnRule
from models.disclosure import Column, TableKind

_NAME_HEAD = "名称"
_SELDOM = {
    "opening_balance": 6.0,
    "closing_balance": 6.0,
    "basic": 1.0,
    "project": 2.0,
    "general_budget": 0.5,
}
_SELDOM_IN: Mapping[TableKind, Mapping[str, float]] = {
    "government_fund": {"basic": 2.0, "project": 1.0},
    "state_capital": {"basic": 2.0, "project": 1.0},
}


@dataclass(frozen=True, slots=True)
class LooseColumns:
    """The amount columns in printed order, and the sums the header's order shows.

    ``told`` is False where the header does not really name them: what stands under them is then
    nobody's knowledge.
    """

    columns: tuple[Column, ...]
    sums: tuple[ColumnRule, ...] = ()
    told: bool = True


def loose_columns(
    spec: FormSpec,
    header: Sequence[PrintedRow],
    *,
    counted: int,
    printed: int,
    first: int | None,
    setting: Setting,
) -> LooseColumns:
    """The amount columns in printed order.

    ``counted`` is how far the row of 栏次 counts (0 without one), ``printed`` how many columns
    the fullest row needs, ``first`` the cell of the first amount where cells are kept. The form's
    own 栏次 decide where they fit; else the header's words do, read cell by cell or, where the
    header is broken into pieces, in the labels its pieces make up.
    """
    fits = bool(spec.numbered) and max(counted, printed) <= len(spec.numbered)
    if fits and counted:
        return _numbered(spec, header, counted)
    if first is not None:
        columns = _columns_by_cell(spec, header, first, max(counted, printed), setting)
        return _told_by_cells(spec, columns, printed)
    found = told_columns(spec, [text for row in header for text in row.texts])
    if found.certain and max(counted, printed) <= len(found.columns):
        return _told(found)
    if fits:
        return replace(_numbered(spec, header, counted), told=False)
    columns = [_column(spec, key, header_text(header), None) for key in _keys_in(spec, header, printed)]
    return LooseColumns(_with_spare(columns, printed), told=False)


def _numbered(spec: FormSpec, header: Sequence[PrintedRow], counted: int) -> LooseColumns:
    """The form's own columns; the header names them, or its 栏次 count exactly as many."""
    text = header_text(header)
    columns = [_column(spec, key, text, number + 1) for number, key in enumerate(spec.numbered)]
    named = all(_place(column, text) is not None for column in spec.columns)
    return LooseColumns(tuple(columns), told=named or counted == len(spec.numbered))


def _told_by_cells(spec: FormSpec, columns: Sequence[Column], printed: int) -> LooseColumns:
    every = _with_spare(columns, printed)
    told = all(column.label for column in every)
    return LooseColumns(every, _sums(spec, every) if told else (), told)


def _sums(spec: FormSpec, columns: Sequence[Column]) -> tuple[ColumnRule, ...]:
    """The sums of an income form, whose columns differ from place to place; other forms have rules."""
    if spec.kind != "income" or any(column.key.startswith(("previous", "change")) for column in columns):
        return ()
    named = [ToldColumn(_own_key(column), column.label.split("/")[-1]) for column in columns]
    return _as_rules(sums_of(named))


def _own_key(column: Column) -> str | None:
    return None if column.key.startswith("column_") else column.key


def _told(found: ToldColumns) -> LooseColumns:
    columns = tuple(
        Column(key=column.key or f"column_{place}", label=column.label)
        for place, column in enumerate(found.columns, 1)
    )
    return LooseColumns(columns, _as_rules(found.sums))


def _as_rules(sums: Sequence[tuple[int, tuple[int, ...]]]) -> tuple[ColumnRule, ...]:
    return tuple((left, tuple((1, part) for part in parts)) for left, parts in sums)


def _with_spare(columns: Sequence[Column], printed: int) -> tuple[Column, ...]:
    spare = (Column(key=f"column_{i + 1}", label="") for i in range(len(columns), printed))
    return (*columns, *spare)


def header_text(header: Sequence[PrintedRow]) -> str:
    """The header's pieces joined in printed order, without white space and figures."""
    return "".join(text for row in header for text in row.texts)


def _column(spec: FormSpec, key: str, text: str, number: int | None) -> Column:
    words = next((column.words for column in spec.columns if column.key == key), ())
    plain = [word for word in words if "+" not in word]
    return Column(key=key, label=next((word for word in plain if word in text), plain[0]), number=number)


def _keys_in(spec: FormSpec, header: Sequence[PrintedRow], printed: int) -> list[str]:
    """The keys whose words stand in the header, the total first.

    Labels printed whole are taken in printed order. Where there are too few of them the header is
    broken into pieces; words found in its joined text may straddle two labels (项目 and 支出预算),
    so only their presence counts and the form's own order holds.
    """
    whole = _BETWEEN.join(text for row in header for text in row.texts)
    places = [(place, column.key) for column in spec.columns if (place := _place(column, whole)) is not None]
    if len(places) >= max(printed, 2):
        return sorted((key for _, key in sorted(places)), key=lambda key: key != "total")
    joined = header_text(header)
    return [
        column.key for column in spec.columns if column.key == "total" or _place(column, joined) is not None
    ]


_BETWEEN = "|"


def _place(column: ColumnSpec, text: str) -> int | None:
    for word in column.words:
        if all(part in text for part in word.split("+")):
            return text.index(word.split("+")[-1])
    return None


def _columns_by_cell(
    spec: FormSpec, header: Sequence[PrintedRow], first: int, width: int, setting: Setting
) -> list[Column]:
    planes = [
        {token.cell - first: token.plain for token in row.tokens if token.cell is not None} for row in header
    ]
    width = max([width, *(slot + 1 for plane in planes for slot in plane)])
    heads = [ColumnHead(slot, _path(planes, slot), "amount") for slot in range(width)]
    last = max((head.index for head in heads if head.path), default=-1)
    keyed = key_columns(heads[: last + 1], spec.columns, setting.fiscal_year)
    if keyed and keyed[0].key.startswith("column_") and all(column.key != "total" for column in keyed):
        return [Column(key="total", label=keyed[0].head.label), *_as_columns(keyed[1:])]
    return _as_columns(keyed)


def _as_columns(keyed: Sequence[KeyedColumn]) -> list[Column]:
    return [Column(key=each.key, label=each.head.label) for each in keyed]


def _path(planes: Sequence[dict[int, str]], slot: int) -> tuple[str, ...]:
    """The header texts over a column; a text over an empty place reaches it where one stands below."""
    path: list[str] = []
    for level, plane in enumerate(planes):
        if slot in plane:
            path.append(plane[slot])
        elif any(slot in below for below in planes[level + 1 :]):
            reaching = [place for place in plane if 0 <= place < slot]
            if reaching:
                path.append(plane[max(reaching)])
    return tuple(dict.fromkeys(path))


def first_amount_cell(header: Sequence[PrintedRow], numbers: PrintedRow | None) -> int | None:
    """The cell of the first amount column: under 栏次 1, else right of the name's heading."""
    if numbers is not None and numbers.kept:
        return numbers.figures[0].cell
    for row in header:
        for token in row.tokens:
            if token.cell is not None and token.plain.endswith(_NAME_HEAD):
                return token.cell + 1
    return None


def column_rules(
    spec: FormSpec, columns: Sequence[Column], notes: Sequence[str], sums: Sequence[ColumnRule] = ()
) -> tuple[ColumnRule, ...]:
    """The identities between the columns: ``sums`` the header shows and the form's usual ones, else
    those printed under it.
    """
    index = {column.key: position for position, column in enumerate(columns)}
    rules: dict[int, ColumnRule] = {}
    for formula in map(parse_rule, spec.rules):
        terms = tuple(
            (sign, index[key]) for sign, key in formula.terms if isinstance(key, str) and key in index
        )
        if formula.left in index and len(terms) > 1:
            rules[index[str(formula.left)]] = (index[str(formula.left)], terms)
    rules |= {rule[0]: rule for rule in sums}
    return tuple(rules.values()) or _printed_rules(columns, notes)


def _printed_rules(columns: Sequence[Column], notes: Sequence[str]) -> tuple[ColumnRule, ...]:
    index = {column.number: position for position, column in enumerate(columns) if column.number is not None}
    found: list[ColumnRule] = []
    for formula in printed_formulas(notes, "column"):
        numbers = [number for _, number in formula.terms]
        if all(number in index for number in (formula.left, *numbers)):
            terms = tuple((sign, index[number]) for sign, number in formula.terms if isinstance(number, int))
            found.append((index[formula.left], terms))  # type: ignore[index]
    return tuple(found)


def column_weights(spec: FormSpec, columns: Sequence[Column]) -> tuple[float, ...]:
    """How unusual a figure is in each column: what decides where nothing else does."""
    seldom = {**_SELDOM, **_SELDOM_IN.get(spec.kind, {})}
    return tuple(seldom.get(column.key, float(position)) for position, column in enumerate(columns))
