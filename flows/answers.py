"""For the command line: the answer of a query as a table, CSV or JSON."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Literal

Layout = Literal["table", "csv", "json"]


def print_answer(columns: Sequence[str], rows: Sequence[Sequence[Any]], layout: Layout) -> None:
    """Print an answer; empty fields are nulls, JSON has one object a row and figures as strings."""
    texts = [[_text(value) for value in row] for row in rows]
    if layout == "csv":
        csv.writer(sys.stdout, lineterminator="\n").writerows([columns, *texts])
    elif layout == "json":
        objects = [dict(zip(columns, map(_value, row), strict=True)) for row in rows]
        print(json.dumps(objects, ensure_ascii=False, indent=2))
    else:
        _print_table(columns, rows, texts)


def _print_table(
    columns: Sequence[str], rows: Sequence[Sequence[Any]], texts: Sequence[Sequence[str]]
) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False)
    for index, column in enumerate(columns):
        numeric = any(isinstance(row[index], int | float | Decimal) for row in rows)
        table.add_column(Text(column), justify="right" if numeric else "left", overflow="fold")
    for row in texts:
        table.add_row(*map(Text, row))
    # What goes to a file or a pipe is as wide as it is.
    Console(width=None if sys.stdout.isatty() else 100_000).print(table)


def _text(value: Any) -> str:
    """A value in plain notation; figures without the zeros that only fill the column's scale."""
    if value is None:
        return ""
    return plain(value) if isinstance(value, Decimal) else str(value)


def plain(value: Decimal) -> str:
    """A figure with two decimals, more only where they are not zero.

    >>> plain(Decimal("206000.000000")), plain(Decimal("1.234500"))
    ('206000.00', '1.2345')
    """
    text = format(value, "f")
    if "." not in text:
        return text
    whole, _, part = text.partition(".")
    return f"{whole}.{part.rstrip('0').ljust(2, '0')}"


def _value(value: Any) -> Any:
    return value if value is None or isinstance(value, bool | int | float) else _text(value)
