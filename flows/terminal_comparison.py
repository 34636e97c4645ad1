"""For the command line: a comparison as terminal tables."""

from __future__ import annotations

import sys
from decimal import Decimal

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from flows.comparison import Comparison, Figure, Line, Section
from flows.terminal import MARKS

_INDENT = {"group": "  ", "item": "    "}
_TEN_THOUSAND = Decimal(10_000)


def print_comparison(comparison: Comparison, *, console: Console | None = None) -> None:
    """Print every form both have: figures in 万元 with their marks, and how the last one changed."""
    console = console or Console(width=None if sys.stdout.isatty() else 200)
    for heading in comparison.headings:
        console.print(Text(f"{heading.label}  {heading.organisation or '?'}  {heading.file_name}"))
    for remark in comparison.remarks:
        console.print(Text(f"! {remark}"))
    for section in comparison.sections:
        console.print()
        console.print(_table(comparison, section))


def _table(comparison: Comparison, section: Section) -> Table:
    table = Table(title=f"{section.title} (万元)", title_justify="left", box=box.SIMPLE_HEAD)
    table.add_column("code")
    table.add_column("name", overflow="fold")
    for heading in comparison.headings:
        table.add_column(heading.label, justify="right", no_wrap=True)
    table.add_column("change", justify="right", no_wrap=True)
    table.add_column("%", justify="right", no_wrap=True)
    table.add_column("")
    for line in section.lines:
        table.add_row(*map(Text, _cells(line)))
    return table


def _cells(line: Line) -> list[str]:
    name = _INDENT.get(line.level, "") + line.name
    changes = [
        in_ten_thousand(line.change, signed=True),
        "" if line.change_pct is None else f"{line.change_pct:+}",
    ]
    return [line.code or "", name, *map(_figure, line.figures), *changes, explained(line)]


def _figure(figure: Figure | None) -> str:
    return f"{in_ten_thousand(figure.yuan)} {MARKS[figure.proof][0]}" if figure else "–   "


def in_ten_thousand(yuan: Decimal | None, *, signed: bool = False) -> str:
    """Yuan in 万元, to the fen where there are any; empty for None.

    >>> in_ten_thousand(Decimal("12661600.000000")), in_ten_thousand(Decimal("-1.5"), signed=True)
    ('1,266.16', '-0.00015')
    """
    if yuan is None:
        return ""
    amount = (yuan / _TEN_THOUSAND).normalize()
    places = max(2, -int(amount.as_tuple().exponent))
    return f"{amount:{'+' if signed else ''},.{places}f}"


def explained(line: Line) -> str:
    """What became of the subject between editions, with the former code or name."""
    if line.note == "moved":
        return "moved from " + ", ".join(sorted({code for code in line.codes if code and code != line.code}))
    if line.note == "renamed":
        return "was " + ", ".join(dict.fromkeys(name for name in line.names if name and name != line.name))
    return line.note or ""
