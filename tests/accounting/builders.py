"""Small tables by hand: rows as short strings, the way the forms print them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from models.disclosure import Column, Level, Row, Side, Table, TableKind

LEVELS: Mapping[int, Level] = {3: "class", 5: "group", 7: "item"}


def amount(text: str | None) -> Decimal | None:
    """A printed figure; None and "" are blanks."""
    return Decimal(text) if text else None


def row(
    code: str | None,
    name: str | None,
    keys: Sequence[str],
    figures: Sequence[str | None],
    *,
    side: Side | None = None,
    line: int | None = None,
) -> Row:
    total = code is None and name is not None and name.endswith(("合计", "总计", "小计"))
    economic = code is not None and len(code) in (3, 5) and code.startswith("3")
    level: Level = "total" if total else "line"
    if code and code.isdigit():
        level = "item" if economic and len(code) == 5 else LEVELS.get(len(code), "item")
    padded = [*figures, *[None] * (len(keys) - len(figures))]
    amounts = {key: amount(figure) for key, figure in zip(keys, padded, strict=True)}
    return Row(code=code, name=name, level=level, side=side, line=line, amounts=amounts)


def table(
    kind: TableKind,
    keys: Sequence[str],
    rows: Sequence[Row],
    *,
    id: str = "t1",
    unit: str | None = "万元",
    notes: Sequence[str] = (),
    numbers: Sequence[int] = (),
    labels: Mapping[str, str] | None = None,
) -> Table:
    named = labels or {}
    columns = [
        Column(key=key, label=named.get(key, key), number=numbers[position] if numbers else None)
        for position, key in enumerate(keys)
    ]
    return Table(
        id=id,
        kind=kind,
        status="extracted",
        unit=unit,
        columns=tuple(columns),
        rows=tuple(rows),
        notes=tuple(notes),
    )


def subjects(kind: TableKind, keys: Sequence[str], lines: str, **more: object) -> Table:
    """A table of subjects from lines of ``code figure …``; ``-`` is a blank, a name stands for no code."""
    rows = []
    for line in lines.strip().splitlines():
        head, *figures = line.split()
        code, name = (head, None) if head.isdigit() else (None, head)
        rows.append(row(code, name, keys, [None if figure == "-" else figure for figure in figures]))
    return table(kind, keys, rows, **more)  # type: ignore[arg-type]


def sides(kind: TableKind, keys: Sequence[str], income: str, expenditure: str, **more: object) -> Table:
    """A two-sided form from lines of ``[line number:]name figure figure …``."""
    rows = [*_side("income", keys, income), *_side("expenditure", keys, expenditure)]
    return table(kind, keys, rows, **more)  # type: ignore[arg-type]


def _side(side: Side, keys: Sequence[str], lines: str) -> list[Row]:
    rows = []
    for line in lines.strip().splitlines():
        head, *figures = line.split()
        number, _, name = head.rpartition(":")
        blanks = [None if figure == "-" else figure for figure in figures]
        rows.append(row(None, name, keys, blanks, side=side, line=int(number) if number else None))
    return rows
