"""Second step of loading: amounts and checks, of which there are very many, column by column.

A row at a time as a tuple, as the other tables come, would cost several times as much.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal
from itertools import chain, repeat
from math import nan
from operator import is_not
from typing import TYPE_CHECKING, Any, Final

from msgspec.structs import astuple

from flows.warehouse.money import YUAN, DoesNotFit, stored_with_yuan
from flows.warehouse.parts import Cell, Check, Row, Subject, Table
from flows.warehouse.star import PRECISION, SCALE
from models.base import BBox

if TYPE_CHECKING:
    import pyarrow as pa

Arrays = dict[str, "pa.Array"]
Misfit = tuple[int, str]
"""A figure that could not be stored as a number: the place of its document in the batch, its address."""
_NO_BOX: Final = (nan, nan, nan, nan)
_EDGES: Final = ("x0", "y0", "x1", "y1")
_OF_ROW: Final = ("code", "name", "level", "side", "line", "page")
_OF_CELL: Final = {"printed": "text", "proof": "proof", "confidence": "confidence", "cell_page": "page"}
_SIDES: Final = ("left_value", "right_value", "difference")
_OF_CHECK: Final = {
    "id": "check_id",
    "rule": "rule",
    "formula": "formula",
    "where": "address",
    "status": "status",
    "left": "left_value",
    "right": "right_value",
    "difference": "difference",
    "verdict": "verdict",
    "message": "message",
}
_TYPES: Final[Mapping[str, str]] = {
    **dict.fromkeys(
        ("ordinal", "form", "row_number", "width", "begin", "line", "page", "cell_page"), "integer"
    ),
    **dict.fromkeys(("confidence", *_EDGES), "real"),
    "factor": "factor",
}
_DENSE: Final = frozenset(
    {"ordinal", "where", "page", "unit", "factor", "row_number", "line", "column_key", "cell_page"}
).union(("confidence", *_EDGES))
"""What is counted with or looked at, and numbers: a value a cell."""
_FACTOR_DIGITS: Final = 13
"""Digits of what a unit is in yuan; with those of a decimal they make the 38 that Arrow multiplies."""
_FACTORS: Final = {unit: Decimal(yuan) for unit, yuan in YUAN.items()}


def row_address(row: Row) -> str:
    """The row as checks name it: code, else 行次, else side and name (``extract.tables.weighing``)."""
    if row.code:
        return row.code
    if row.line is not None:
        return f"line {row.line}"
    name = "".join((row.printed_name or row.name or "").split())
    return f"{row.side}:{name}" if row.side else name


def subject_key(subject: Subject) -> str:
    """The key of a catalogue entry."""
    return f"{subject.classification}:{subject.edition}:{subject.code}"


class Amounts:
    """The cells of the forms of some documents. A cell knows the place of its row, a row that of its form.

    Every value goes into the list of its column while what it comes from is still warm in the
    processor's caches; the memory of parsed documents would be touched a second time. What rows
    share of their columns, and what a blank cell lacks, is not written down for each.
    """

    def __init__(self) -> None:
        self.subjects: dict[str, Subject] = {}
        """The catalogue entries the rows were matched to, by key."""
        self._forms: dict[str, list[Any]] = defaultdict(list)
        self._rows: dict[str, list[Any]] = defaultdict(list)
        self._columns: dict[str, list[Any]] = defaultdict(list)
        self._printed: dict[str, list[Any]] = defaultdict(list)
        self._is_printed: list[bool] = []
        self._texts: list[str | None] = []

    def add(self, ordinal: int, table: Table) -> None:
        """Take in the cells of a form of the document with this place in the batch."""
        if table.rows:
            self._add_rows(table)
            self._add_cells(table)
        self._forms["ordinal"].append(ordinal)
        self._forms["table_id"].append(table.id)
        self._forms["unit"].append(table.unit)
        self._forms["factor"].append(_FACTORS.get(table.unit or ""))

    def _add_rows(self, table: Table) -> None:
        rows, collected = table.rows, self._rows
        values = dict(zip(Row.__struct_fields__, zip(*map(astuple, rows), strict=True), strict=True))
        subjects = values["subject"]
        keys = [subject and subject_key(subject) for subject in subjects]
        self.subjects.update((key, found) for key, found in zip(keys, subjects, strict=True) if key)
        collected["form"] += repeat(len(self._forms["ordinal"]), len(rows))
        collected["row_number"] += range(1, len(rows) + 1)
        collected["where"] += [f"{table.id}/{row.code or row_address(row)}" for row in rows]
        collected["subject_key"] += keys
        collected["matched_by"] += [subject and subject.matched_by for subject in subjects]
        collected["width"] += map(len, values["amounts"])
        for name in _OF_ROW:
            collected[name] += values[name]

    def _add_cells(self, table: Table) -> None:
        self._add_columns(table)
        cells = [row.cells.get(key) for row in table.rows for key in row.amounts]
        self._is_printed += map(is_not, cells, repeat(None))
        self._texts += chain.from_iterable(row.amounts.values() for row in table.rows)
        printed = zip(*map(astuple, filter(None, cells)), strict=True)
        for name, values in zip(Cell.__struct_fields__, printed, strict=False):
            self._printed[name] += values

    def _add_columns(self, table: Table) -> None:
        """Note for every row where its columns begin among those of all; most rows have the same."""
        labels = {column.key: column.label for column in table.columns}
        begun: dict[tuple[str, ...], int] = {}
        for keys in (tuple(row.amounts) for row in table.rows):
            if keys not in begun:
                begun[keys] = len(self._columns["column_key"])
                self._columns["column_key"] += keys
                self._columns["column_label"] += map(labels.get, keys)
            self._rows["begin"].append(begun[keys])

    def arrays(self) -> tuple[Arrays, list[Misfit]]:
        """The columns by name, and the figures that did not fit."""
        import pyarrow.compute as pc

        if not self._texts:
            return {}, []
        cells = self._of_rows() | self._of_cells()
        address = pc.binary_join_element_wise(cells["where"], cells["column_key"], "/")
        page = pc.coalesce(cells["cell_page"], cells["page"])
        amounts, yuan, wrong = _money(self._texts, cells["unit"], cells["factor"])
        misfits = [(cells["ordinal"][index].as_py(), address[index].as_py()) for index in wrong]
        return cells | {"address": address, "page": page, "amount": amounts, "amount_yuan": yuan}, misfits

    def _of_rows(self) -> Arrays:
        """What cells have of their form, their row and their column."""
        import numpy as np
        import pyarrow as pa

        forms, rows, columns = map(_arrays, (self._forms, self._rows, self._columns))
        rows |= {name: array.take(rows["form"]) for name, array in forms.items()}
        widths, begins = rows["width"].to_numpy(), rows["begin"].to_numpy()
        of_row = pa.array(np.repeat(np.arange(len(widths), dtype=np.int32), widths))
        offsets = np.repeat(begins - (np.cumsum(widths) - widths), widths)
        of_column = pa.array((offsets + np.arange(len(offsets))).astype(np.int32))
        return {name: _spread(array, of_row, dense=name in _DENSE) for name, array in rows.items()} | {
            name: _spread(array, of_column, dense=name in _DENSE) for name, array in columns.items()
        }

    def _of_cells(self) -> Arrays:
        """What is printed in the cells; null in those that are blank."""
        import numpy as np
        import pyarrow as pa

        is_printed = np.array(self._is_printed, dtype=np.bool_)
        places = pa.array(np.cumsum(is_printed, dtype=np.int32) - 1, mask=~is_printed)
        printed = _arrays({column: self._printed[name] for column, name in _OF_CELL.items()})
        printed |= _boxes(self._printed["bbox"])
        return {name: _spread(array, places, dense=name in _DENSE) for name, array in printed.items()}


def _boxes(boxes: Sequence[BBox | None]) -> Arrays:
    """The edges of boxes, each a column."""
    import numpy as np
    import pyarrow as pa

    edges = chain.from_iterable(box or _NO_BOX for box in boxes)
    values = np.fromiter(edges, np.float64, len(_EDGES) * len(boxes)).reshape(-1, len(_EDGES))
    return {
        name: pa.array(np.ascontiguousarray(column), from_pandas=True)
        for name, column in zip(_EDGES, values.T, strict=True)
    }


def _spread(array: pa.Array, places: pa.Array, *, dense: bool) -> pa.Array:
    """The values of some things for those at whose places they are; unless ``dense``, each is held once."""
    import pyarrow as pa

    return array.take(places) if dense else pa.DictionaryArray.from_arrays(places, array)


class Checks:
    """The identities of some documents."""

    def __init__(self) -> None:
        self._columns: dict[str, list[Any]] = defaultdict(list)

    def add(self, ordinal: int, checks: Sequence[Check]) -> None:
        """Take in the checks of the document with this place in the batch."""
        self._columns["ordinal"] += repeat(ordinal, len(checks))
        columns = zip(*map(astuple, checks), strict=True)
        for name, values in zip(Check.__struct_fields__, columns, strict=False):
            self._columns[_OF_CHECK[name]] += values

    def arrays(self) -> tuple[Arrays, list[Misfit]]:
        """The columns by name, and the figures that did not fit."""
        columns = self._columns
        if not columns["ordinal"]:
            return {}, []
        arrays, misfits = {}, []
        for name in _SIDES:
            arrays[name], wrong = _decimals(columns.pop(name))
            misfits += [(columns["ordinal"][index], columns["check_id"][index]) for index in wrong]
        arrays |= _arrays(columns)
        return arrays | {"table_id": _tables_of(arrays["address"])}, misfits


def _arrays(columns: Mapping[str, list[Any]]) -> Arrays:
    """Lists as Arrow arrays, texts unless ``_TYPES`` knows better."""
    import pyarrow as pa

    types = {"integer": pa.int64(), "real": pa.float64(), "factor": pa.decimal128(_FACTOR_DIGITS, 0)}
    return {
        name: pa.array(values, types[_TYPES[name]] if name in _TYPES else pa.string())
        for name, values in columns.items()
    }


def _tables_of(places: pa.Array) -> pa.Array:
    """The table a place lies in; null for one that does not begin with the id of a table."""
    import pyarrow as pa
    import pyarrow.compute as pc

    first = pc.list_element(pc.split_pattern(places, "/", max_splits=1), 0)
    return pc.if_else(pc.starts_with(places, "t"), first, pa.scalar(None, pa.string()))


def _decimals(texts: Sequence[str | None]) -> tuple[pa.Array, list[int]]:
    """Figures exactly as printed, null where one does not fit, and the places of those.

    Arrow reads the texts some ten times faster than Python; where it refuses one, Python reads all.
    """
    import pyarrow as pa

    try:
        return pa.array(texts, pa.string()).cast(_decimal()), []
    except pa.ArrowInvalid:
        amounts, _, wrong = _one_by_one(texts, (None,) * len(texts))
        return amounts, wrong


def _money(
    texts: Sequence[str | None], units: pa.Array, factors: pa.Array
) -> tuple[pa.Array, pa.Array, list[int]]:
    """Figures, what they are in yuan, and the places of those of which either does not fit."""
    import pyarrow as pa
    import pyarrow.compute as pc

    try:
        amounts = pa.array(texts, pa.string()).cast(_decimal())
        return amounts, pc.multiply(amounts, factors).cast(_decimal()), []
    except pa.ArrowInvalid:
        return _one_by_one(texts, units.to_pylist())


def _one_by_one(
    texts: Sequence[str | None], units: Sequence[str | None]
) -> tuple[pa.Array, pa.Array, list[int]]:
    import pyarrow as pa

    pairs: list[tuple[Decimal | None, Decimal | None]] = []
    wrong = []
    for index, (text, unit) in enumerate(zip(texts, units, strict=True)):
        try:
            pairs.append((None, None) if text is None else stored_with_yuan(text, unit))
        except DoesNotFit:
            pairs.append((None, None))
            wrong.append(index)
    amounts, yuan = zip(*pairs, strict=True)
    return pa.array(amounts, _decimal()), pa.array(yuan, _decimal()), wrong


def _decimal() -> pa.DataType:
    import pyarrow as pa

    return pa.decimal128(PRECISION, SCALE)
