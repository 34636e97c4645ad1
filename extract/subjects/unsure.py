"""In the subjects stage: figures read from pixels whose row or column is not known for certain.

A figure can be right and stand in sums that hold, and still be given to the wrong line because a
code, a name or a header was misread. Identities do not see that, so it is said here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from extract.subjects.lines import is_known_line
from extract.tables.forms.registry import classification_of_form
from extract.tables.reading import Doubt
from models.disclosure import Row, Table

_UNNAMED_COLUMN = re.compile(r"column_\d+")
_USUAL_LINE = re.compile(
    r"合计|总计|小计|结转|结余|财政拨款|公共预算|政府性基金|国有资本|财政专户|预算外|事业收入|经营收入"
    r"|其他收入|其他资金|补助收入|上缴|专户|债务|非同级|基本支出|项目支出|机动经费|人员经费|公用经费"
    r"|收入|支出|经费|资金|弥补|提取"
)
"""What rows without side and subject speak of, beside the classes of the classification."""


def reading_doubts(table: Table) -> tuple[Doubt, ...]:
    """A doubt for every recognised figure in a column without known header or a row without known name."""
    if table.kind == "other":
        return ()
    return tuple(
        Doubt(index, column, reason)
        for index, row in enumerate(table.rows)
        for column, cell in row.cells.items()
        if cell.confidence < 1 and row.amounts.get(column) is not None
        for reason in _reasons(row, column, listed=classification_of_form(table.kind) is not None)
    )


def _reasons(row: Row, column: str, *, listed: bool) -> Iterator[str]:
    """``listed``: the rows of the form are those of a classification."""
    if _UNNAMED_COLUMN.fullmatch(column):
        yield "recognised under a header that was not"
    elif listed and not _is_known(row):
        yield "recognised in a row whose code or name was not"


def _is_known(row: Row) -> bool:
    if _speaks_of_other_side(row):
        return False
    if row.subject is not None or row.level == "total" or row.line is not None:
        return True
    if row.code is not None:
        return not row.code[0].isdigit()  # the rows of the three public expenses have words for codes
    if row.side is not None:
        return is_known_line(row.name, row.side)
    return bool(_USUAL_LINE.search(row.name or ""))


_SPOKEN = {"income": "收入", "expenditure": "支出"}


def _speaks_of_other_side(row: Row) -> bool:
    """Whether a total is named for the other side of its form: columns were taken for those of that side."""
    if row.side is None or row.level != "total" or not row.name:
        return False
    return _SPOKEN[row.side] not in row.name and any(word in row.name for word in _SPOKEN.values())
