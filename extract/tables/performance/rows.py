"""In the tables stage: the rows of a performance table, one after the other, become entries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from extract.tables.amounts import normalised
from extract.tables.performance.entries import (
    TEXTS,
    Draft,
    Entry,
    Level,
    doubt_blanks,
    doubt_levels,
    doubt_pieces,
    first_figure,
    same_name,
)
from extract.tables.performance.facts import execution_header, note_unit, read_execution, read_facts
from extract.tables.performance.goals import more_of, read_goal
from extract.tables.performance.header import Header, is_header_part, joined_header, read_header
from extract.tables.performance.levels import belong_together, with_lost_levels, with_whole_levels
from extract.tables.performance.sheets import Sheet, SheetCell, SheetRow
from extract.tables.performance.slides import slid_row
from extract.tables.performance.values import is_weight_alone, weighed
from extract.tables.performance.words import labels, level_of

_OWN = ("code", "project", "organisation", "objective", "amount", "basic_total", "project_total", "purse")
_BODY = ("name", "target", "actual", "score", "weight", "unit", "comparator", "remark", *TEXTS)
_VALUES = frozenset({"target", "actual", "score", "weight", "remark", "unit", "comparator"})
_FACTS = {"code": "code", "project": "project", "organisation": "organisation", "objective": "objective"}
_MONEY = {"amount": "budget", "basic_total": "basic_total", "project_total": "project_total"}
_LONGEST_LEVEL = 10
_USUAL = 3
"""So many projects named by their target in words make it the author's usage."""
_BEFORE = 3
"""Rows of labels that may stand above the row that names the indicators' columns."""


@dataclass
class Reader:
    """Where the reading of a table stands."""

    entries: list[Entry] = field(default_factory=lambda: [Entry()])
    header: Header | None = None
    execution: Header | None = None
    above: list[SheetRow] = field(default_factory=list)
    level1: Level = field(default_factory=Level)
    level2: Level = field(default_factory=Level)
    goal: int | None = None
    shift: float = 0.0
    ended: bool = False
    unsure: bool = False

    @property
    def entry(self) -> Entry:
        return self.entries[-1]

    def read(self, row: SheetRow) -> None:
        """Take up one row."""
        if not any(cell.filled for cell in row):
            return
        note_unit(row, self.entry)
        if not (self._begins(row) or self._is_end(row) or self._above_indicators(row)):
            self._indicator(row)

    # --- what is no indicator ---------------------------------------------------------------------

    def _begins(self, row: SheetRow) -> bool:
        """A header, or a row that begins an annual target."""
        if read_header(row) is not None:
            self.header = joined_header([*self.above[-_BEFORE:], row])
            self.shift, self.ended = 0.0, False
            self._goal_beside(row)
            self.above = [*self.above[1 - _BEFORE :], row]  # a false rule may part the header once more
            return True
        if is_header_part(row):
            self.above.append(row)
            return True
        goal = read_goal(row)
        if goal is None:
            return False
        self.entry.goals.append(goal)
        self._reset(goal.number)
        self.header, self.execution, self.ended, self.above = None, None, False, []
        return True

    def _goal_beside(self, row: SheetRow) -> None:
        """An annual target whose number stands in the cell left of a header."""
        goal = read_goal(row[:1])
        if goal is not None and goal.number not in {known.number for known in self.entry.goals}:
            self.entry.goals.append(goal)
            self._reset(goal.number)

    def _reset(self, goal: int | None) -> None:
        self.goal = goal
        self.level1, self.level2 = Level(), Level()

    def _is_end(self, row: SheetRow) -> bool:
        first = next(cell for cell in row if cell.filled)
        known = labels("facts").field(first.text)
        if labels("end").field(first.text) is not None:
            self.ended = True
        elif known == "total_score":
            read_facts(row, self.entry)
            return True
        elif self.header is not None and self.header.broken and first.start <= self.header.labels[0].start:
            # Labels behind the indicators are in pieces too: a level is never that long.
            self.ended = self.ended or len(first.plain) > _LONGEST_LEVEL
        return self.ended

    def _above_indicators(self, row: SheetRow) -> bool:
        if self.header is not None:
            return False
        header = execution_header(row)
        if header is not None:
            self.execution = header
        elif self.execution is not None and read_execution(self.execution, row, self.entry):
            self.execution = None
        else:
            if self.entry.goals:
                more_of(self.entry.goals[-1], row)
            read_facts(row, self.entry)
        self.above.append(row)
        return True

    # --- indicators -----------------------------------------------------------------------------------

    def _indicator(self, row: SheetRow) -> None:
        assert self.header is not None
        under = self._fields(row)
        self._own(under)
        self._lose_levels(row, under)
        self._levels(under)
        body = {name: cells for name in _BODY if (cells := [c for c in under.get(name, ()) if c.begins])}
        if not body:
            self.above.append(row)
            return
        self.above = []
        if self._goes_on(body, row):
            last = self.entry.drafts[-1]
            for name, cells in body.items():
                last.add(name, cells)
            return
        draft = Draft(self.goal, self.level1, self.level2, flags={"unsure"} if self.unsure else set())
        draft.columns = self.header.fields
        for name, cells in body.items():
            draft.add(name, cells)
        self.entry.drafts.append(draft)

    def _fields(self, row: SheetRow) -> Mapping[str, list[SheetCell]]:
        assert self.header is not None
        found, self.unsure = slid_row(row, self.header, self.shift), False
        if found is None:
            self.shift = 0.0 if self._anchored(row) else self.shift
            return self.header.under(row)
        self.shift, self.unsure = found.shift, found.unsure
        return found.fields

    def _anchored(self, row: SheetRow) -> bool:
        return any(weighed(cell.text).weight is not None or level_of(cell.text) for cell in row)

    def _own(self, under: Mapping[str, list[SheetCell]]) -> None:
        """The project a row belongs to, where projects stand beside their indicators."""
        cells = [cell for cell in under.get("project", under.get("organisation", ())) if cell.begins]
        unnamed = [] if cells else self._other_objective(under)
        name = "".join(cell.text for cell in cells)
        known = self.entry.text("project") or self.entry.text("organisation")
        if unnamed or (cells and known is not None and not same_name(known, name)):
            self.entries.append(Entry())
            self._reset(None)
            if "code" not in under and "code" in self.entries[-2].facts:
                self.entry.state("code", self.entries[-2].facts["code"])
        if unnamed:
            self.entry.state("project", unnamed)
            self.entry.flags.add("unsure")
        for column, fact in _FACTS.items():
            self.entry.state(fact, [c for c in under.get(column, ()) if c.begins and not _is_label(c)])
        for column, figure in _MONEY.items():
            found = first_figure([cell for cell in under.get(column, ()) if cell.begins])
            if found is not None and figure not in self.entry.figures:
                self.entry.figures[figure] = found[1]
                self.entry.state(figure, [found[0]])

    def _other_objective(self, under: Mapping[str, list[SheetCell]]) -> list[SheetCell]:
        """The target in words of another project whose name was lost.

        Where most projects before it are their own target in words, that is also its name.
        """
        cells = [cell for cell in under.get("objective", ()) if cell.begins and not _is_label(cell)]
        pairs = [(entry.text("project"), entry.text("objective")) for entry in self.entries]
        alike = sum(bool(a and b and same_name(a, b)) for a, b in pairs)
        if not cells or "level1" not in under or alike < max(_USUAL, len(pairs) / 2):
            return []
        same = same_name(self.entry.text("objective") or "", "".join(cell.text for cell in cells))
        return [] if same else cells

    def _levels(self, under: Mapping[str, list[SheetCell]]) -> None:
        """Levels named in this row; empty cells go on with those above, weights alone complete them."""
        for name in ("level1", "level2"):
            text = "".join(cell.text for cell in under.get(name, ()) if cell.begins)
            level: Level = getattr(self, name)
            if not text or text == level.text:
                continue
            if is_weight_alone(text) and level.text and level.weight is None:
                level.text += text
                continue
            torn = normalised(level.text).count("(") > normalised(level.text).count(")")
            parts = None in (level_of(text), level_of(level.text))  # of a name cut by a rule that is none
            rest = (level_of(text) is None and torn) or (parts and level_of(level.text + text) is not None)
            if level.text and rest:
                level.text += text
                continue
            setattr(self, name, Level(text))
            if name == "level1":
                self.level2 = Level()

    def _lose_levels(self, row: SheetRow, under: Mapping[str, list[SheetCell]]) -> None:
        """Levels whose own cell is empty in a picture: unknown, or doubted where a page may have cut them."""
        assert self.header is not None
        lost = {self.header.field_at(cell) for cell in row if cell.lost}
        inner = "".join(cell.text for cell in under.get("level2", ()))
        if "level1" in lost and not (inner and level_of(inner) and self._holds(inner)):
            self.level1 = self._unproven(self.level1, row)
            self.level2 = Level(doubted=True)
        elif "level2" in lost:
            self.level2 = self._unproven(self.level2, row)

    def _holds(self, inner: str) -> bool:
        """Whether an inner level by its name belongs under the outer one that was read last."""
        outer = self.level1.name
        return outer is not None and belong_together(outer, weighed(inner).name)

    def _unproven(self, level: Level, row: SheetRow) -> Level:
        page = self.entry.drafts[-1].page if self.entry.drafts else None
        turned = page is not None and row[0].page != page
        return Level(level.text if turned else "", doubted=True)

    def _goes_on(self, body: Mapping[str, list[SheetCell]], row: SheetRow) -> bool:
        """Whether a row only goes on with the texts of the indicator above it."""
        if not self.entry.drafts:
            return False
        last = self.entry.drafts[-1]
        if last.level2 is self.level2 and _are_halves(last, body):
            return True
        if self._turned(last, body) and not _VALUES & set(body):
            return not any(cell.begins and level_of(cell.text) for cell in row)
        if set(body) == {"name"}:
            return self._completes_name(last, body["name"])
        if "name" in body or last.level2 is not self.level2:
            return False
        if set(body) == {"score"}:
            return not last.text("score")
        return not _VALUES - {"target", "actual"} & set(body)

    def _turned(self, last: Draft, body: Mapping[str, list[SheetCell]]) -> bool:
        """Whether a page break stands between the indicator above and a row."""
        pages = [cell.page for cells in body.values() for cell in cells]
        return last.page is not None and pages[0] is not None and pages[0] != last.page

    def _completes_name(self, last: Draft, cells: Sequence[SheetCell]) -> bool:
        """A name alone completes the one above that still lacks its weight or the end of its brackets."""
        text = "".join(cell.text for cell in cells)
        name = last.text("name")
        if weighed(name).weight is not None:
            return False
        return name.count("(") > name.count(")") or weighed(text).weight is not None


def _are_halves(last: Draft, body: Mapping[str, list[SheetCell]]) -> bool:
    """Whether one prints a name and nothing else, the other everything but a name: a row cut in two."""
    printed = {name for name in _BODY if last.text(name)}
    sides = (printed, set(body))
    return {"name"} in sides and any("name" not in side and side & _VALUES for side in sides)


def _is_label(cell: SheetCell) -> bool:
    """Whether a cell names a column: what stands beside the indicators is often their common label."""
    return labels("columns").field(cell.text) is not None


def read_entries(sheet: Sheet, *, pictured: bool = False) -> list[Entry]:
    """The entries of a table, empty ones left out; in a picture, cells may have lost their text."""
    reader = Reader()
    sheet = with_whole_levels(sheet)
    for row in with_lost_levels(sheet) if pictured else sheet:
        reader.read(row)
    drafts = [draft for entry in reader.entries for draft in entry.drafts if not draft.empty]
    doubt_blanks(drafts)
    if pictured:
        doubt_levels(drafts)
        doubt_pieces(drafts)
    return [entry for entry in reader.entries if not entry.empty]
