"""In the subjects stage: codes that recognition damaged are restored, where name and place leave no other.

Never for a text layer. The whole column is read at once (``path``): every row in its cheapest
state, and the margin to the next. A code is restored when the margin is wide, the name is the
entry's own and the order of the rows admits it; otherwise it stays as printed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from extract.subjects.column import (
    PrintedSubject,
    Reading,
    code_cost,
    is_anchor,
    name_cost,
    options,
    printed_subject,
    step,
)
from extract.subjects.edition import Edition
from extract.subjects.path import Chosen, cheapest_chain
from extract.tables.damaged import as_digits, damaged_code
from extract.tables.weighing import row_address
from models.catalogue import classification_of, level_of, parent_of
from models.disclosure import Repair, Row

_MARGIN = 0.9
"""How much dearer every other reading of the column must be; about one misread digit."""
_ITS_NAME = 0.7
"""The highest cost of a name that is still taken for the entry's: cut, spilled over or a sign off."""
_WHOLE = 0.35


@dataclass(frozen=True, slots=True)
class Mended:
    """Rows with their codes restored, and what was changed; ``rows`` correspond one to one."""

    rows: tuple[Row, ...]
    repairs: tuple[Repair, ...]


@dataclass(frozen=True, slots=True)
class _Line:
    """A coded row among the rows of its table."""

    index: int
    printed: PrintedSubject
    chosen: Chosen[Reading]


def mend_codes(rows: Sequence[Row], edition: Edition) -> Mended:
    """Restore the damaged codes of a table read from pixels or from recognised text."""
    coded = [index for index, row in enumerate(rows) if _is_coded(row, edition)]
    printed = [printed_subject(rows[i].code or rows[i].printed_code, _name(rows[i])) for i in coded]
    if all(is_anchor(each, edition) for each in printed):
        return Mended(tuple(rows), ())
    chosen = cheapest_chain([options(each, edition) for each in printed], step)
    lines = [_Line(*line) for line in zip(coded, printed, chosen, strict=True)]
    return _mended(rows, lines, edition)


def _is_coded(row: Row, edition: Edition) -> bool:
    """Whether something that can be a code of the classification is printed in the row."""
    text = row.code or row.printed_code
    if not text or row.side is not None or row.level == "total":
        return False
    if (signs := damaged_code(text)) is None:
        return False
    own = classification_of(as_digits(signs)[:3])
    return own is None or own == edition.classification


def _name(row: Row) -> str:
    return row.name or row.printed_name or ""


def _mended(rows: Sequence[Row], lines: Sequence[_Line], edition: Edition) -> Mended:
    mended = list(rows)
    repairs: list[Repair] = []
    settled = [line.chosen.state.code for line in lines]
    for place, line in enumerate(lines):
        code = line.chosen.state.code
        around = _around(settled, place)
        if line.chosen.state.kept or code is None or not _is_certain(line, edition, around):
            continue
        row = rows[line.index]
        mended[line.index] = row.model_copy(update={"code": code, "level": level_of(code)})
        repairs.append(_repair(row, line, code, settled[:place], edition))
    return Mended(tuple(mended), tuple(repairs))


def _around(codes: Sequence[str | None], place: int) -> tuple[str | None, str | None]:
    """The nearest codes before and after a row."""
    before = next((code for code in reversed(codes[:place]) if code), None)
    return before, next((code for code in codes[place + 1 :] if code), None)


def _refuses(around: tuple[str | None, str | None], printed: str, code: str) -> bool:
    """Whether the place speaks against the printed code and for the other."""
    before, after = (Reading(each, kept=True) for each in around)
    costs = [
        step(before, Reading(each, kept=True)) + step(Reading(each, kept=True), after)
        for each in (printed, code)
    ]
    return costs[0] > costs[1]


def _is_certain(line: _Line, edition: Edition, around: tuple[str | None, str | None]) -> bool:
    printed, code = line.printed, line.chosen.state.code or ""
    if line.chosen.margin < _MARGIN:
        return False
    if printed.clear and not _refuses(around, printed.signs, code):
        return False
    entry = edition.entries.get(code)
    if entry is None or not printed.name:
        return printed.digits == code
    likeness = name_cost(printed.name, entry)
    return likeness <= (_ITS_NAME if printed.digits == code else _allowed(printed, code))


def _allowed(printed: PrintedSubject, code: str) -> float:
    """How faulty the name may be: the more of the code is missing, the less."""
    return _ITS_NAME if code_cost(printed.signs, code) <= 1 else _WHOLE


def _repair(row: Row, line: _Line, code: str, above: Sequence[str | None], edition: Edition) -> Repair:
    formal = line.printed.digits == code
    reasons = tuple(_reasons(line, code, above, edition))
    return Repair(
        where=f"{code}/code",
        from_=row.printed_code or row.code or "",
        to=code,
        kind="code",
        because=reasons,
        certainty="formal" if formal else "proven",
    )


def _reasons(line: _Line, code: str, above: Sequence[str | None], edition: Edition) -> Iterable[str]:
    """What makes the code certain: the name and the place among the codes above."""
    if line.printed.digits == code:
        yield f"{line.printed.signs} with letters read as the digits they look like"
    if code in edition.entries and line.printed.name:
        yield f"name of {code}: {edition.entries[code].name}"
    before = next((each for each in reversed(above) if each), None)
    if before:
        yield f"stands below {before}"
    parent = parent_of(code)
    if parent in above:
        yield f"{parent} stands above"


def readdressed(repairs: Iterable[Repair], before: Sequence[Row], after: Sequence[Row]) -> tuple[Repair, ...]:
    """Repairs of cells with the code of their row as it became; several rows may have printed the same.

    Addresses are relative to the table. A cell is known by what was read in it, a row found once
    is passed over the next time.
    """
    renamed = {i for i, (old, new) in enumerate(zip(before, after, strict=True)) if old.code != new.code}
    used: set[tuple[int, str]] = set()
    return tuple(_readdressed(repair, before, after, renamed, used) for repair in repairs)


def _readdressed(
    repair: Repair, before: Sequence[Row], after: Sequence[Row], renamed: set[int], used: set[tuple[int, str]]
) -> Repair:
    address, _, cell = repair.where.rpartition("/")
    for index in sorted(renamed - {index for index, taken in used if taken == cell}):
        old, new = before[index], after[index]
        read = old.printed_code if cell == "code" else old.cells[cell].text if cell in old.cells else None
        if row_address(old) == address and read == repair.from_:
            used.add((index, cell))
            return repair.model_copy(update={"where": f"{row_address(new)}/{cell}"})
    return repair
