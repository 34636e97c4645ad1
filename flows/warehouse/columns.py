"""Second step of loading: amounts and checks, of which there are very many, column by column.

A row at a time as a tuple, as the other tables come, would cost several times as much.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal
from itertools import chain, repeat
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final

from flows.warehouse.money import YUAN, DoesNotFit, stored_with_yuan
from flows.warehouse.parts import Cell, Check, Row, Subject, Table
from flows.warehouse.star import PRECISION, SCALE

if TYPE_CHECKING:
    import pyarrow as pa

Arrays = dict[str, "pa.Array"]
Misfit = tuple[int, str]
"""A figure that could not be stored as a number: the place of its document in the batch, its address."""
_NO_CELL: Final = Cell(None, None, None, None, None)
_NO_BOX: Final = (None, None, None, None)
_EDGES: Final = ("x0", "y0", "x1", "y1")
_OF_ROW: Final = ("code", "name", "level", "side", "line", "page")
_OF_CELL: Final = {"printed": "text", "proof": "proof", "confidence": "confidence", "cell_page": "page"}
_SIDES: Final = ("left_value", "right_value", "difference")
_OF_CHECK: Final = {
    "check_id": "id",
    "rule": "rule",
    "formula": "formula",
    "address": "where",
    "status": "status",
    "left_value": "left",
    "right_value": "right",
    "difference": "difference",
    "verdict": "verdict",
    "message": "message",
}
_TYPES: Final[Mapping[str, str]] = {
    **dict.fromkeys(("ordinal", "form", "row_number", "width", "line", "page", "cell_page"), "integer"),
    **dict.fromkeys(("confidence", *_EDGES), "real"),
    "factor": "factor",
}
_DENSE: Final = frozenset({"ordinal", "where", "page", "unit", "factor", "row_number", "line"})
"""What cells share and what is counted with or looked at: a value a cell."""
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
    processor's caches; the memory of parsed documents would be touched a second time.
    """

    def __init__(self) -> None:
        self._forms: dict[str, list[Any]] = defaultdict(list)
        self._rows: dict[str, list[Any]] = defaultdict(list)
        self._cells: dict[str, list[Any]] = defaultdict(list)

    def add(self, ordinal: int, table: Table) -> None:
        """Take in the cells of a form of the document with this place in the batch."""
        self._add_rows(table)
        self._add_cells(table)
        self._forms["ordinal"].append(ordinal)
        self._forms["table_id"].append(table.id)
        self._forms["unit"].append(table.unit)
        self._forms["factor"].append(_FACTORS.get(table.unit or ""))

    def _add_rows(self, table: Table) -> None:
        rows, collected = table.rows, self._rows
        subjects = [row.subject for row in rows]
        collected["form"] += repeat(len(self._forms["ordinal"]), len(rows))
        collected["row_number"] += range(1, len(rows) + 1)
        collected["where"] += [f"{table.id}/{row_address(row)}" for row in rows]
        collected["subject_key"] += [subject and subject_key(subject) for subject in subjects]
        collected["matched_by"] += [subject and subject.matched_by for subject in subjects]
        collected["width"] += [len(row.amounts) for row in rows]
        for name in _OF_ROW:
            collected[name] += map(attrgetter(name), rows)

    def _add_cells(self, table: Table) -> None:
        labels = {column.key: column.label for column in table.columns}
        keys = [key for row in table.rows for key in row.amounts]
        cells = [row.cells.get(key, _NO_CELL) for row in table.rows for key in row.amounts]
        collected = self._cells
        collected["column_key"] += keys
        collected["column_label"] += map(labels.get, keys)
        collected["text"] += chain.from_iterable(row.amounts.values() for row in table.rows)
        for name, source in _OF_CELL.items():
            collected[name] += map(attrgetter(source), cells)
        for name, edge in zip(
            _EDGES, zip(*(cell.bbox or _NO_BOX for cell in cells), strict=True), strict=False
        ):
            collected[name] += edge

    def arrays(self) -> tuple[Arrays, list[Misfit]]:
        """The columns by name, and the figures that did not fit."""
        import numpy as np
        import pyarrow as pa
        import pyarrow.compute as pc

        texts = self._cells.pop("text", None)
        if not texts:
            return {}, []
        forms, rows, cells = map(_arrays, (self._forms, self._rows, self._cells))
        rows |= {name: array.take(rows["form"]) for name, array in forms.items()}
        numbers = np.arange(len(rows["where"]), dtype=np.int32)
        of_cell = pa.array(np.repeat(numbers, rows["width"].to_numpy()))
        shared = {name: _spread(array, of_cell, dense=name in _DENSE) for name, array in rows.items()}
        address = pc.binary_join_element_wise(shared["where"], cells["column_key"], "/")
        page = pc.coalesce(cells["cell_page"], shared["page"])
        amounts, yuan, wrong = _money(texts, shared["unit"], shared["factor"])
        misfits = [(shared["ordinal"][index].as_py(), address[index].as_py()) for index in wrong]
        made = {"address": address, "page": page, "amount": amounts, "amount_yuan": yuan}
        return shared | cells | made, misfits


def _spread(array: pa.Array, places: pa.Array, *, dense: bool) -> pa.Array:
    """The values of some things for those that share them; unless ``dense``, each is held once."""
    import pyarrow as pa

    return array.take(places) if dense else pa.DictionaryArray.from_arrays(places, array)


class Checks:
    """The identities of some documents."""

    def __init__(self) -> None:
        self._columns: dict[str, list[Any]] = defaultdict(list)

    def add(self, ordinal: int, checks: Sequence[Check]) -> None:
        """Take in the checks of the document with this place in the batch."""
        self._columns["ordinal"] += repeat(ordinal, len(checks))
        for name, source in _OF_CHECK.items():
            self._columns[name] += map(attrgetter(source), checks)

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
