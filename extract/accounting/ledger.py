"""In the accounting stage: what was held against what, before it is numbered and written down as checks."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Literal, NamedTuple

from extract.tables.balance import SideLines, read_side
from extract.tables.weighing import Address, Figures, Weighing, figures_of
from models.disclosure import Side, Table

CellKey = Address
"""A cell of the document."""

FindingRule = Literal["column", "tree", "cross_form", "note"]


class Finding(NamedTuple):
    """One identity as it was weighed, with the cells it rests on (left first)."""

    rule: FindingRule
    formula: str
    where: str
    weighing: Weighing
    cells: tuple[Address, ...] = ()
    message: str | None = None


NOT_APPLICABLE = Weighing("not_applicable", None, None, None)


@dataclass(frozen=True)
class Sheet:
    """A table of the document with its figures at hand."""

    table: Table
    figures: Figures

    @classmethod
    def of(cls, table: Table) -> Sheet:
        return cls(table, figures_of(table))

    @cached_property
    def keys(self) -> frozenset[str]:
        """The columns the table prints."""
        return frozenset(column.key for column in self.table.columns)

    @cached_property
    def used(self) -> frozenset[str]:
        """The columns with a figure other than zero."""
        return frozenset(key for (_, _, key), figure in self.figures.amounts.items() if figure)

    @cached_property
    def sides(self) -> dict[Side, SideLines]:
        return {
            "income": read_side(self.table, "income"),
            "expenditure": read_side(self.table, "expenditure"),
        }

    @property
    def prints_figures(self) -> bool:
        """Whether any figure but zero is printed."""
        return bool(self.used)

    def cell(self, row: int, column: str) -> Address:
        return self.table.id, row, column
