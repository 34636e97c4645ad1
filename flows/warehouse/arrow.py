"""For loading: the tables of the star as Arrow tables, made from rows or columns of Python's values."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any

from flows.warehouse.star import PRECISION, SCALE, ColumnType, star

if TYPE_CHECKING:
    import pyarrow as pa

Row = tuple[Any, ...]


@cache
def arrow_schema(name: str) -> pa.Schema:
    """The Arrow (and Parquet) schema of a table."""
    import pyarrow as pa

    types: dict[ColumnType, pa.DataType] = {
        "text": pa.string(),
        "integer": pa.int64(),
        "decimal": pa.decimal128(PRECISION, SCALE),
        "real": pa.float64(),
        "boolean": pa.bool_(),
        "date": pa.date32(),
        "timestamp": pa.timestamp("us"),
    }
    fields = [
        pa.field(column.name, types[column.type], nullable=not column.required)
        for column in star()[name].columns
    ]
    return pa.schema(fields)


def arrow_table(schema: pa.Schema, rows: Sequence[Row]) -> pa.Table:
    """Rows in the column order of a schema, in Arrow's memory. Raises ValueError and TypeError."""
    columns = zip(*rows, strict=True) if rows else ((),) * len(schema)
    arrays = [_array(values, field.type) for values, field in zip(columns, schema, strict=True)]
    return table_of(arrays, schema)


def table_of(arrays: Sequence[pa.Array], schema: pa.Schema) -> pa.Table:
    """Columns as a table. Raises ValueError for a null where none may be."""
    import pyarrow as pa

    for array, field in zip(arrays, schema, strict=True):
        held = array.dictionary if pa.types.is_dictionary(array.type) else array
        if (held.null_count or array.null_count) and not field.nullable:
            raise ValueError(f"no {field.name}")
    return pa.Table.from_arrays(arrays, names=schema.names)


def _array(values: Sequence[Any], of_type: pa.DataType) -> pa.Array:
    """A column; decimals go by their text, which Arrow reads several times faster than the objects."""
    import pyarrow as pa

    if not pa.types.is_decimal(of_type):
        return pa.array(values, of_type)
    texts = [None if value is None else str(value) for value in values]
    return pa.array(texts, pa.string()).cast(of_type)


def forgo_pandas() -> None:
    """Let Arrow make its first array without pandas, which it would load only to ask for its types.

    That takes longer than loading dozens of results. Arrow still finds pandas when told to convert to it.
    """
    import pyarrow as pa

    if "pandas" not in sys.modules:
        with _hidden("pandas"):
            pa.array(["asks for pandas"])


@contextmanager
def _hidden(name: str) -> Iterator[None]:
    """As if a module were not installed."""

    class Hiding:
        """Finds nothing, and says of one module that there is none."""

        @staticmethod
        def find_spec(wanted: str, *_: Any) -> None:
            if wanted == name:
                raise ModuleNotFoundError(wanted, name=wanted)

    sys.meta_path.insert(0, Hiding)
    try:
        yield
    finally:
        sys.meta_path.remove(Hiding)
