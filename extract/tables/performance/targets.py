"""In the tables stage: target tables (绩效目标表) of texts that lost their cells, empty ones included.

The columns are known from the header, levels and the beginning of a project by their words. What
stands between two levels is divided into rows by what each column can hold: a comparator, points,
a unit, words. A division with nothing left out is taken; where something must be missing, or two
divisions do, the indicators are ``unsure``; where none does, none is given.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from extract.tables.amounts import normalised, parse_amount
from extract.tables.performance.entries import Draft, Entry, Level
from extract.tables.performance.sheets import SheetCell
from extract.tables.performance.values import comparator_in, points, tidy
from extract.tables.performance.words import level_of

_CODE = re.compile(r"\d{6,12}")
_NAME_REACH = 4
"""A project's amount follows its code within so many pieces."""
_LONGEST_UNIT = 6
_SHORTEST_TEXT = 4
_SKIPPED, _ODD = 4, 1
"""What a missing cell costs, and a unit missing where figures are compared."""
_MOST_PIECES = 120


def _is_words(text: str) -> bool:
    plain = normalised(text)
    return bool(re.search(r"[\u4e00-\u9fff]{2}", plain)) and points(text) is None and not comparator_in(text)


def _is_text(text: str) -> bool:
    return len(normalised(text)) >= _SHORTEST_TEXT and points(text) is None


def _is_unit(text: str) -> bool:
    plain = normalised(text)
    return 0 < len(plain) <= _LONGEST_UNIT and points(text) is None and not comparator_in(text)


_HOLDS: dict[str, Callable[[str], bool]] = {
    "name": _is_words,
    "target": lambda text: comparator_in(text) in (None, "定性"),
    "content": _is_text,
    "criterion": _is_text,
    "unit": _is_unit,
    "comparator": lambda text: comparator_in(text) is not None,
    "remark": lambda text: points(text) is not None,
    "weight": lambda text: points(text) is not None,
}
"""What each column of a target table can hold."""
_NEEDED = ("name", "target", "comparator")


@dataclass(frozen=True, slots=True)
class _Row:
    """One indicator: field to text; ``cost`` is 0 where nothing is missing."""

    values: tuple[tuple[str, str], ...]
    cost: int


@dataclass
class _Reader:
    fields: tuple[str, ...]
    whole: bool
    entries: list[Entry] = field(default_factory=lambda: [Entry()])
    level1: Level = field(default_factory=Level)
    level2: Level = field(default_factory=Level)

    def run(self, pieces: Sequence[str]) -> None:
        """Read all pieces below the header."""
        at, pending = 0, list[str]()
        while at < len(pieces):
            own, used = _own(pieces, at), _level_at(pieces, at)
            if own or used:
                self._indicators(pending)
                pending = []
            if own:
                self._begin(pieces[at : at + own])
            elif used:
                self._level("".join(pieces[at : at + used]))
            else:
                pending.append(pieces[at])
            at += own or used or 1
        self._indicators(pending)

    def _begin(self, own: Sequence[str]) -> None:
        """A project with its code, name, amounts and target in words."""
        self.entries.append(Entry())
        self.level1, self.level2 = Level(), Level()
        entry = self.entries[-1]
        first = next(i for i, text in enumerate(own) if i and parse_amount(text) is not None)
        amounts = [text for text in own[first:] if parse_amount(text) is not None]
        said = [text for text in own[first:] if parse_amount(text) is None]
        entry.state("code", [_cell(own[0])])
        entry.state("organisation" if self.whole else "project", [_cell("".join(own[1:first]))])
        if said:
            entry.state("objective", [_cell("".join(said))])
        _state_amount(entry, "budget", amounts[0])
        if self.whole:
            _split_amount(entry, amounts)

    def _level(self, text: str) -> None:
        if level_of(text) == "level1":
            self.level1, self.level2 = Level(text), Level()
        else:
            self.level2 = Level(text)

    def _indicators(self, pieces: Sequence[str]) -> None:
        found = divided(pieces, self.fields) if pieces else None
        if found is None:
            if pieces:
                self.entries[-1].flags.add("unsure")
            return
        rows, sure = found
        for row in rows:
            flags = set() if sure and not row.cost else {"unsure"}
            draft = Draft(None, self.level1, self.level2, flags=flags)  # type: ignore[arg-type]
            for name, text in row.values:
                draft.add(name, [_cell(text)])
            self.entries[-1].drafts.append(draft)


def read_targets(pieces: Sequence[str], fields: Sequence[str], *, whole: bool) -> list[Entry]:
    """The projects, or the organisation where ``whole``, of the pieces below a target table's header."""
    reader = _Reader(tuple(name for name in fields if name in _HOLDS), whole)
    start = next((i for i in range(len(pieces)) if _own(pieces, i) or _level_at(pieces, i)), len(pieces))
    reader.run(pieces[start:])
    return [entry for entry in reader.entries if not entry.empty]


def divided(pieces: Sequence[str], fields: Sequence[str]) -> tuple[tuple[_Row, ...], bool] | None:
    """The rows that pieces between two levels divide into, and whether no other division is as good."""
    if len(pieces) > _MOST_PIECES:
        return None
    # Cheapest division of the pieces from each place on: its cost, its first rows, and their number.
    best: list[tuple[int, list[_Row]] | None] = [None] * len(pieces) + [(0, [])]
    ways = [0] * len(pieces) + [1]
    for start in range(len(pieces) - 1, -1, -1):
        for row, stop in _rows_at(pieces, start, fields):
            rest = best[stop]
            if rest is None:
                continue
            cost, known = row.cost + rest[0], best[start]
            if known is None or cost < known[0]:
                best[start], ways[start] = (cost, [row, *rest[1]]), ways[stop]
            elif cost == known[0]:
                ways[start] += ways[stop]
    found = best[0]
    return (tuple(found[1]), ways[0] == 1) if found is not None else None


def _rows_at(pieces: Sequence[str], start: int, fields: Sequence[str]) -> Iterator[tuple[_Row, int]]:
    """Every row that can begin at a place, and where it ends."""
    yield from _filled(pieces, start, fields, ())


def _filled(
    pieces: Sequence[str], at: int, fields: Sequence[str], taken: tuple[tuple[str, str], ...]
) -> Iterator[tuple[_Row, int]]:
    if not fields:
        if taken:
            yield _Row(taken, _cost(dict(taken))), at
        return
    name, rest = fields[0], fields[1:]
    if at < len(pieces) and _HOLDS[name](pieces[at]):
        yield from _filled(pieces, at + 1, rest, (*taken, (name, pieces[at])))
    if name not in _NEEDED:
        yield from _filled(pieces, at, rest, (*taken, (name, "")))


def _cost(values: dict[str, str]) -> int:
    """A missing cell; words have no unit, figures do."""
    worded = comparator_in(values.get("comparator", "")) == "定性"
    missing = sum(_SKIPPED for name, text in values.items() if not text and name != "unit")
    unit = values.get("unit")
    return missing + (_ODD if unit is not None and (not unit) != worded else 0)


def _own(pieces: Sequence[str], at: int) -> int:
    """How many pieces from here on begin a project, up to its first level; 0 where none does."""
    if not _CODE.fullmatch(normalised(pieces[at])):
        return 0
    reach = range(at + 2, min(at + _NAME_REACH + 1, len(pieces)))
    named = any(parse_amount(pieces[i]) is not None for i in reach) and _is_words(pieces[at + 1])
    end = next((i for i in range(at + 1, len(pieces)) if _level_at(pieces, i)), None)
    return end - at if named and end is not None else 0


def _level_at(pieces: Sequence[str], at: int) -> int:
    """How many pieces from here on name a level; 0 where they do not."""
    for used in (3, 2, 1):
        text = "".join(pieces[at : at + used])
        if "指标" in text and level_of(text) is not None and at + used <= len(pieces):
            return used
    return 0


def _state_amount(entry: Entry, name: str, text: str) -> None:
    value = parse_amount(text)
    if value is not None:
        entry.figures[name] = value
        entry.state(name, [_cell(text)])


def _split_amount(entry: Entry, amounts: Sequence[str]) -> None:
    """基本支出 and 项目支出 where the last two amounts make up the first; purses may be empty."""
    values = [parse_amount(text) for text in amounts]
    whole, basic, project = values[0], *values[-2:]
    if len(values) > 2 and None not in (whole, basic, project) and basic + project == whole:  # type: ignore[operator]
        _state_amount(entry, "basic_total", amounts[-2])
        _state_amount(entry, "project_total", amounts[-1])


def _cell(text: str) -> SheetCell:
    return SheetCell(tidy(text), 0.0, 1.0)
