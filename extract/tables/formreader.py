"""In the tables stage: a headed grid and its title become one form, its columns and rows named."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from extract.reading.pages import Box
from extract.tables.amounts import is_blank, normalised
from extract.tables.columns import KeyedColumn, key_columns
from extract.tables.context import Context
from extract.tables.formrows import NOT_A_FIGURE, Group, ReadRow, read_rows, text_key
from extract.tables.forms.registry import ColumnSpec, FormSpec
from extract.tables.grid import Grid
from extract.tables.headers import ColumnHead, Headed, with_name, with_names_between
from extract.tables.reading import Doubt, TableReading
from extract.tables.three_public import FOREIGN, read_public_expenses
from models.disclosure import Column, Kind, PrintedCell, Row, Side, Table


@dataclass(frozen=True, slots=True)
class Setting:
    """What is known of the document when a form is read."""

    kind: Kind | None = None
    fiscal_year: int | None = None
    unit: str | None = None


def read_form(headed: Headed, context: Context, setting: Setting) -> tuple[TableReading, ...]:
    """Read a table as the form its title names; what no form fits is kept as printed.

    One printed table can hold two forms (the three public expenses with the operating costs
    beside them), so a tuple is returned.
    """
    readings = [_LAYOUTS[spec.layout](headed, context, spec, setting) for spec in _candidates(context.forms)]
    fitting = [found for found in readings if found and _understood(found[0].table)]
    if not fitting:
        return (as_printed(headed.grid, context, setting),)
    return max(fitting, key=lambda found: _named_columns(found[0].table))


def _candidates(forms: Sequence[FormSpec]) -> list[FormSpec]:
    """Entries of the best kind: other families may name its columns better."""
    return [form for form in forms if form.kind == forms[0].kind] if forms else []


def _understood(table: Table) -> bool:
    return table.kind == "other" or bool(table.cells) or _named_columns(table) > 0


def _named_columns(table: Table) -> int:
    return sum(not column.key.startswith("column_") for column in table.columns)


def column_groups(columns: Sequence[ColumnHead]) -> list[list[ColumnHead]]:
    """Columns side by side that repeat code/name/amount begin a new group at each code or name."""
    groups: list[list[ColumnHead]] = [[]]
    for head in columns:
        if head.role in ("code", "name") and any(h.role == "amount" for h in groups[-1]):
            groups.append([])
        groups[-1].append(head)
    return groups


def _group(
    heads: Sequence[ColumnHead], specs: Sequence[ColumnSpec], setting: Setting, side: Side | None = None
) -> Group:
    amounts = [head for head in heads if head.role == "amount"]
    return Group(
        codes=tuple(head for head in heads if head.role == "code"),
        names=tuple(head for head in heads if head.role == "name"),
        line=next((head for head in heads if head.role == "line"), None),
        amounts=_with_total(key_columns(amounts, specs, setting.fiscal_year)),
        texts=tuple(head for head in heads if head.role == "text"),
        side=side,
    )


def _with_total(keyed: tuple[KeyedColumn, ...]) -> tuple[KeyedColumn, ...]:
    """Where no column is called a total, the first unnamed one is (金额, 预算数 and the like)."""
    if not keyed or any(column.key == "total" for column in keyed) or not keyed[0].key.startswith("column_"):
        return keyed
    return (KeyedColumn(keyed[0].head, "total"), *keyed[1:])


Readings = tuple[TableReading, ...]


def _subjects(headed: Headed, context: Context, spec: FormSpec, setting: Setting) -> Readings:
    group = _group(headed.columns, spec.columns, setting)
    rows = list(read_rows(headed, group, spec.classification))
    return (_reading(headed, context, spec, setting, [group], rows),)


def _groups(headed: Headed, context: Context, spec: FormSpec, setting: Setting) -> Readings:
    parts = [heads for heads in column_groups(headed.columns) if any(h.role == "amount" for h in heads)]
    # Side by side, each group has one column of figures; what stands above it names the group.
    specs = spec.columns[:1] if len(parts) > 1 else spec.columns
    groups = [_group(heads, specs, setting) for heads in parts]
    rows = [row for group in groups for row in read_rows(headed, group, spec.classification)]
    return (_reading(headed, context, spec, setting, groups, rows),)


def _two_sided(headed: Headed, context: Context, spec: FormSpec, setting: Setting) -> Readings:
    columns = with_names_between(headed.columns)
    parts = [with_name(heads) for heads in column_groups(columns) if any(h.role == "amount" for h in heads)]
    sides = [_side(heads, position) for position, heads in enumerate(parts)]
    groups = [_group(heads, spec.columns, setting, side) for heads, side in zip(parts, sides, strict=True)]
    rows = [row for group in groups for row in read_rows(headed, group, None)]
    return (_reading(headed, context, spec, setting, groups, rows),)


def _side(heads: Sequence[ColumnHead], position: int) -> Side:
    """Income or expenditure, by the highest label that says so, else by order."""
    labels = [text for head in heads if head.role in ("name", "amount") for text in head.path[:1]]
    if any("支出" in label and "收入" not in label for label in labels):
        return "expenditure"
    if any("收入" in label and "支出" not in label for label in labels):
        return "income"
    return "expenditure" if position else "income"


def _three_public(headed: Headed, context: Context, spec: FormSpec, setting: Setting) -> Readings:
    found = read_public_expenses(headed, setting.kind, setting.fiscal_year)
    if not found.rows:
        return ()
    keys = dict.fromkeys(key for row in found.rows for key in row.amounts)
    columns = tuple(Column(key=key, label=_VALUE_LABELS.get(key, key)) for key in keys)
    doubts = tuple(Doubt(row, key, NOT_A_FIGURE) for row, key in found.unread)
    main = TableReading(_table(headed, context, spec, setting, columns, found.rows), doubts)
    beside: list[TableReading] = []
    if found.operating_costs is not None:
        beside.append(_operating(headed, context, setting, found.operating_costs))
    if found.more:
        beside.append(as_printed(headed.grid, context, setting))
    return (main, *beside)


_VALUE_LABELS = {"budget": "预算数", "final": "决算数", "initial_budget": "年初预算数"}
assert "operating_costs" in FOREIGN


def _operating(headed: Headed, context: Context, setting: Setting, row: Row) -> TableReading:
    column = Column(key="total", label="机关运行经费")
    return TableReading(
        Table(
            id="",
            kind="operating_costs",
            title=context.title,
            status="extracted" if row.amounts.get("total") is not None else "empty",
            unit=context.unit or setting.unit,
            pages=headed.grid.pages,
            bbox=rounded(headed.grid.boxes),
            columns=(column,),
            rows=(row,),
        )
    )


def _list(headed: Headed, context: Context, spec: FormSpec, setting: Setting) -> Readings:
    """Text columns of a list stay beside the amounts; the last text printed names the row."""
    group = _group(headed.columns, spec.columns, setting)
    texts = (*group.names, *group.texts)
    listed = Group(
        codes=group.codes, names=(), line=group.line, amounts=group.amounts, texts=_in_order(texts)
    )
    rows = [_list_row(read) for read in read_rows(headed, listed, None)]
    columns = (*(Column(key=text_key(head), label=head.label) for head in listed.texts), *_columns([group]))
    return (_reading(headed, context, spec, setting, [group], rows, columns),)


def _in_order(heads: Iterable[ColumnHead]) -> tuple[ColumnHead, ...]:
    return tuple(sorted(heads, key=lambda head: head.index))


def _list_row(read: ReadRow) -> ReadRow:
    texts = [
        cell.text for key, cell in read.row.cells.items() if key not in read.row.amounts and key != "method"
    ]
    name = normalised(texts[-1]) if texts else None
    level = "total" if name in ("合计", "总计") else "line"
    update = {"name": name, "printed_name": texts[-1] if texts else None, "level": level}
    return ReadRow(read.row.model_copy(update=update), read.unread)


def _printed(headed: Headed, context: Context, spec: FormSpec, setting: Setting) -> Readings:
    return (as_printed(headed.grid, context, setting, spec),)


_LAYOUTS: dict[str, Callable[[Headed, Context, FormSpec, Setting], Readings]] = {
    "subjects": _subjects,
    "lines": _subjects,
    "groups": _groups,
    "two_sided": _two_sided,
    "three_public": _three_public,
    "list": _list,
    "printed": _printed,
}


def _columns(groups: Sequence[Group]) -> tuple[Column, ...]:
    """The columns of a form; one that several groups share is listed once."""
    found: dict[str, Column] = {}
    for group in sorted(groups, key=lambda group: -len(group.amounts)):
        for column in group.amounts:
            label, number = column.head.label, column.head.number
            found.setdefault(column.key, Column(key=column.key, label=label, number=number))
    return tuple(found.values())


def _reading(
    headed: Headed,
    context: Context,
    spec: FormSpec,
    setting: Setting,
    groups: Sequence[Group],
    rows: Sequence[ReadRow],
    columns: tuple[Column, ...] | None = None,
) -> TableReading:
    doubts = [Doubt(index, key, NOT_A_FIGURE) for index, read in enumerate(rows) for key in read.unread]
    doubts += _nameless(rows) if len(rows) > 1 else []
    table = _table(
        headed, context, spec, setting, columns or _columns(groups), tuple(read.row for read in rows)
    )
    return TableReading(table, tuple(doubts))


def _nameless(rows: Sequence[ReadRow]) -> list[Doubt]:
    """Figures of rows that print neither code nor name: nobody can say what they are of."""
    return [
        Doubt(index, key, "the row prints neither code nor name")
        for index, read in enumerate(rows)
        if not read.row.code and not read.row.name and read.row.line is None
        for key, amount in read.row.amounts.items()
        if amount is not None
    ]


def _table(
    headed: Headed,
    context: Context,
    spec: FormSpec,
    setting: Setting,
    columns: tuple[Column, ...],
    rows: tuple[Row, ...],
) -> Table:
    printed = any(
        not is_blank(row.cells[key].text) for row in rows for key in row.amounts if key in row.cells
    )
    return Table(
        id="",
        kind=spec.kind,
        form=context.number,
        title=context.title,
        status="extracted" if printed else "empty",
        unit=context.unit or setting.unit,
        pages=headed.grid.pages,
        bbox=rounded(headed.grid.boxes),
        columns=columns,
        rows=rows,
        notes=context.notes,
    )


def as_printed(grid: Grid, context: Context, setting: Setting, spec: FormSpec | None = None) -> TableReading:
    """A table kept cell by cell: one no form fits, or one whose meaning is read elsewhere."""
    cells = tuple(
        PrintedCell(
            row=cell.row,
            column=cell.column,
            row_span=cell.row_span,
            column_span=cell.column_span,
            text=cell.text,
            page=cell.page,
            bbox=cell.box,
            address=cell.address,
        )
        for cell in sorted(grid.cells, key=lambda cell: (cell.row, cell.column))
    )
    return TableReading(
        Table(
            id="",
            kind=spec.kind if spec else "other",
            form=context.number,
            title=context.title,
            status="extracted" if any(cell.text.strip() for cell in cells) else "empty",
            unit=context.unit or setting.unit,
            pages=grid.pages,
            bbox=rounded(grid.boxes),
            notes=context.notes,
            cells=cells,
        )
    )


def rounded(boxes: Mapping[int, Box]) -> dict[int, Box]:
    """Boxes to a hundredth of a point: more is noise of the arithmetic."""
    return {
        page: (round(b[0], 2), round(b[1], 2), round(b[2], 2), round(b[3], 2)) for page, b in boxes.items()
    }
