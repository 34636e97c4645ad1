"""In the accounting stage: misread amounts put right where the document's own sums prove it.

A repair is made only if the printed text may have been misread that way, the value belongs to the
only cheapest assignment under which the identities hold, and at least two of them depend on it.
Whatever an author may have printed stays as it is.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import NamedTuple

from extract.accounting.candidates import (
    DEAREST,
    FARTHEST,
    Alternative,
    Candidate,
    Notation,
    Trusted,
    agrees,
    candidates,
    is_damaged,
    misplaced,
    nearness,
    notation_of,
    trust_of,
)
from extract.accounting.confidence import Evidence, Look, Reader, Standing
from extract.accounting.constraints import LARGEST, Arithmetic, arithmetic_of
from extract.accounting.determinacy import twice_determined
from extract.accounting.examination import Examination, examine
from extract.accounting.forced import forced
from extract.accounting.pruning import Domains, Option, pruned
from extract.accounting.slid import Slide, slides, with_slides
from extract.accounting.solver import Solver, components
from extract.tables.amounts import is_blank, normalised
from extract.tables.reading import Doubt
from extract.tables.weighing import Address, row_address
from models.disclosure import Cell, Kind, Repair, Row, Table

UNREAD = 25
"""What it costs to leave a cell without a figure although something is printed in it."""
BUDGET = 0.35
"""The solver's deterministic time for a document; about a second by the clock, when it is used up."""
_ROUNDS = 5
_NOISY_CELLS = 3
_NOISY_SHARE = 0.01
_SUPPORT = 2
"""Identities that must depend on a repair."""

_FAR = 1
"""Where the author rounds, a sum must have been off by this many times its slack more."""
_BLUR = 24
"""Where the author rounds, readings that fit as well and cost this much more are rivals still."""

_NEIGHBOURS = 12

_TWO_READINGS = "several readings fit its sums equally well"
_UNPROVEN = "it was misread, and its sums do not prove how"
_UNCONFIRMED = "another reading fits its sums as well"
_NO_SUM = "it was misread, and no sum confirms the reading"
_OUT_OF_TIME = "its sums fail, and the search for the misreading was given up"


@dataclass(frozen=True)
class ProvenTables:
    """The tables with what is proven put right, and what could not be.

    ``repairs`` name the whole place (``t3/2080505/total``) and the checks of ``examination``
    that hold with the figure; ``changed`` are their cells. ``doubts`` are cells to look at, by
    table id. ``evidence`` is what is known of every figure that may have been misread.
    """

    tables: tuple[Table, ...]
    repairs: tuple[Repair, ...]
    doubts: Mapping[str, tuple[Doubt, ...]]
    examination: Examination
    changed: frozenset[Address] = frozenset()
    evidence: Mapping[Address, Evidence] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Cell:
    """A printed cell of an amount column: its text, what was read, and what it may have been."""

    text: str
    read: Decimal | None
    trusted: Trusted
    notation: Notation
    others: tuple[Alternative, ...]
    odd: bool = False
    """A figure with other decimals than its table prints: no author rounds like that."""
    score: float = 1.0
    scored: bool = False
    """Read by a recogniser, which gives every reading a score."""
    boxed: bool = False
    fallible: bool = False
    """Read by a recogniser, or from a transcript that shows damage anywhere."""

    @property
    def confirmed(self) -> bool:
        """Whether a second look found the same."""
        return bool(self.others) and agrees(self.text, self.others)


@dataclass
class _State:
    """What is known so far: cells as printed, repairs accepted, doubts."""

    cells: Mapping[Address, _Cell]
    _choices: dict[Address, tuple[Candidate, ...]] = field(default_factory=dict)
    accepted: dict[Address, Candidate] = field(default_factory=dict)
    doubtful: dict[Address, str] = field(default_factory=dict)

    def choices(self, address: Address) -> tuple[Candidate, ...]:
        """What a cell may have been printed with, what was read first."""
        if address not in self._choices:
            self._choices[address] = _choices(self.cells[address])
        return self._choices[address]

    def readings(self, address: Address) -> Iterator[Decimal]:
        """The values a cell may have been printed with."""
        if address in self.cells and address not in self.accepted:
            yield from (candidate.value for candidate in self.choices(address))

    def unplaced(self) -> set[Address]:
        """Figures without a box that were read as they stand: they may have slid."""
        return {address for address, cell in self.cells.items() if not cell.boxed} - self.accepted.keys()

    def guesses(self) -> dict[Address, Candidate]:
        """The likeliest figure of each cell whose text is none."""
        return {
            address: self.choices(address)[0]
            for address, cell in self.cells.items()
            if cell.read is None and self.choices(address) and address not in self.accepted
        }


def prove_amounts(
    tables: Sequence[Table],
    *,
    kind: Kind | None,
    trust: str,
    alternatives: Mapping[Address, Sequence[Alternative]] | None = None,
    recognised_pages: Collection[int] | None = None,
    budget: float = BUDGET,
) -> ProvenTables:
    """Repair the misread amounts of a document that its identities prove.

    ``tables`` have their ids. In a text layer (``trust``) nothing is changed; of a ``mixed``
    document only the recognised cells (with a confidence below 1) of ``recognised_pages`` are open
    (all cells if not given).
    ``alternatives`` are other readings of a cell, such as a second look's; one that agrees
    makes a reading certain. ``budget`` limits the solver, in deterministic seconds: where it runs
    out, cells keep what was read.
    """
    if trust == "text_layer":
        return ProvenTables(tuple(tables), (), {}, examine(tables, kind=kind, trust=trust))
    others = alternatives or {}
    pages = None if trust != "mixed" else recognised_pages
    state = _read_cells(tables, trust, others, pages)
    solver_budget = budget
    for _ in range(_ROUNDS):
        before = len(state.accepted)
        solver_budget = _round(tables, kind, state, solver_budget)
        if len(state.accepted) == before or solver_budget <= 0:
            break
    _take_back(tables, kind, state)
    return _proven(tables, kind, trust, state)


# What was read -------------------------------------------------------------------------------


def _read_cells(
    tables: Sequence[Table],
    trust: str,
    others: Mapping[Address, Sequence[Alternative]],
    pages: Collection[int] | None,
) -> _State:
    found = list(_printed_cells(tables, pages))
    notations = {table.id: notation_of(table) for table in tables}
    damaged = {address: is_damaged(cell.text) for address, _, cell in found}
    noisy = sum(damaged.values()) >= max(_NOISY_CELLS, _NOISY_SHARE * len(found))
    fallible = trust != "transcript" or any(damaged.values())
    cells: dict[Address, _Cell] = {}
    for address, read, cell in found:
        more = tuple(others.get(address, ()))
        scored = trust != "transcript"
        notation = notations[address[0]]
        cells[address] = _Cell(
            text=cell.text,
            read=read,
            trusted=trust_of(cell.text, cell.confidence, more, noisy=noisy, recognised=scored),
            notation=notation,
            others=more,
            odd=misplaced(normalised(cell.text), notation),
            score=cell.confidence,
            scored=scored,
            boxed=cell.bbox is not None,
            fallible=fallible,
        )
    return _State(cells)


def _printed_cells(
    tables: Sequence[Table], pages: Collection[int] | None
) -> Iterator[tuple[Address, Decimal | None, Cell]]:
    for table in tables:
        keys = [column.key for column in table.columns]
        for index, row in enumerate(table.rows):
            for key in keys:
                cell = row.cells.get(key)
                if cell is not None and not is_blank(cell.text) and _is_open(cell, pages):
                    yield (table.id, index, key), row.amounts.get(key), cell


def _is_open(cell: Cell, pages: Collection[int] | None) -> bool:
    """Whether a cell was read from pixels, or the whole document was."""
    return pages is None or (cell.page in pages and cell.confidence < 1)


def _choices(cell: _Cell) -> tuple[Candidate, ...]:
    found = candidates(cell.text, cell.notation, cell.trusted, cell.others)
    if cell.read is None:
        return found
    others = (candidate for candidate in found if candidate.value != cell.read)
    return (Candidate(cell.read, 0, "read", formal=True), *others)


# One round -----------------------------------------------------------------------------------


def _round(tables: Sequence[Table], kind: Kind | None, state: _State, budget: float) -> float:
    """Accept what the identities prove as far as they are known; returns the budget left."""
    guesses = state.guesses()
    best = {address: c.value for address, c in (*state.accepted.items(), *guesses.items())}
    arithmetic = arithmetic_of(with_values(tables, best), kind, state.readings)
    state.doubtful.clear()
    domains: Domains = _domains(arithmetic, state, guesses)
    proposed = _forced(arithmetic, state, domains, guesses)
    rest = _settled(arithmetic, proposed)
    domains = _still_open(rest, {c: o for c, o in domains.items() if c not in proposed}, guesses)
    domains = {cell: options for cell, options in pruned(rest, domains).items() if len(options) > 1}
    solver = Solver(rest, budget)
    for cells in sorted(components(rest, domains), key=len):
        part = {cell: domains[cell] for cell in cells}
        answer = solver.solve(part)
        if not answer.finished:
            state.doubtful.update((cell, _OUT_OF_TIME) for cell in cells)
            continue
        for cell, whole in answer.changed.items():
            if cell in answer.doubtful:
                state.doubtful[cell] = _TWO_READINGS
            else:
                value = arithmetic.scale.value(cell, whole)
                proposed[cell] = _candidate_of(state, cell, value)
    _accept(arithmetic, state, guesses, proposed)
    return solver.left


def _forced(
    arithmetic: Arithmetic, state: _State, domains: Domains, guesses: Mapping[Address, Candidate]
) -> dict[Address, Candidate]:
    """What is plainly misread, and how."""
    formal = {
        address: frozenset(
            arithmetic.scale.whole(address, candidate.value)
            for candidate in state.choices(address)
            if candidate.formal
        )
        for address in guesses
    }
    found = forced(arithmetic, domains, formal, {address for address in guesses if address in domains})
    return {
        cell: _candidate_of(state, cell, arithmetic.scale.value(cell, whole)) for cell, whole in found.items()
    }


def _settled(arithmetic: Arithmetic, proposed: Mapping[Address, Candidate]) -> Arithmetic:
    """The arithmetic with these figures."""
    wholes = {cell: arithmetic.scale.whole(cell, candidate.value) for cell, candidate in proposed.items()}
    return replace(arithmetic, values={**arithmetic.values, **wholes})


def _still_open(arithmetic: Arithmetic, domains: Domains, guesses: Collection[Address]) -> Domains:
    """The options of what is still unread or in a failing identity."""
    suspects = {cell for n in _failing(arithmetic) for cell in arithmetic.constraints[n].cells}
    return {cell: options for cell, options in domains.items() if cell in suspects or cell in guesses}


def _candidate_of(state: _State, address: Address, value: Decimal) -> Candidate:
    known = next((c for c in state.choices(address) if c.value == value), None)
    return known or Candidate(_as_written(value, state.cells[address]), DEAREST, "digit")


def _as_written(value: Decimal, cell: _Cell) -> Decimal:
    return value.quantize(cell.notation.unit)


def _domains(
    arithmetic: Arithmetic, state: _State, guesses: Mapping[Address, Candidate]
) -> dict[Address, tuple[Option, ...]]:
    """Options of every cell in a failing identity, and of every cell whose text is no figure."""
    suspects = {cell for n in _failing(arithmetic) for cell in arithmetic.constraints[n].cells}
    found: dict[Address, tuple[Option, ...]] = {}
    for address, cell in state.cells.items():
        if address in state.accepted or address not in arithmetic.by_cell:
            continue
        if address not in suspects and address not in guesses:
            continue
        options = {option.value: option for option in _options(arithmetic, state, address)}
        for option in _implied(arithmetic, address, cell):
            options.setdefault(option.value, option)
        first: tuple[Option, ...] = () if cell.read is not None else (Option(0, UNREAD),)
        found[address] = (*first, *(o for o in options.values() if abs(o.value) < LARGEST))
    return found


def _failing(arithmetic: Arithmetic) -> list[int]:
    """Identities that do not hold; in exact accounts also those that hold by rounding only."""
    return [
        number
        for number, constraint in enumerate(arithmetic.constraints)
        if abs(arithmetic.residual(constraint, arithmetic.values))
        > (0 if arithmetic.exact else constraint.slack)
    ]


def _options(arithmetic: Arithmetic, state: _State, address: Address) -> Iterator[Option]:
    for candidate in state.choices(address):
        yield Option(arithmetic.scale.whole(address, candidate.value), candidate.cost)


def _implied(arithmetic: Arithmetic, address: Address, cell: _Cell) -> Iterator[Option]:
    """Values the failing identities of a cell ask for, where its text may be a misreading of them."""
    base = arithmetic.values.get(address, 0)
    asked = set()
    for number in arithmetic.by_cell[address]:
        constraint = arithmetic.constraints[number]
        residual = arithmetic.residual(constraint, arithmetic.values)
        if residual:
            weight = constraint.weights[constraint.cells.index(address)]
            asked.add(base - residual * weight)
    for whole in sorted(asked):
        value = _as_written(arithmetic.scale.value(address, whole), cell)
        if whole and arithmetic.scale.whole(address, value) == whole:
            cost = nearness(cell.text, value, cell.trusted)
            if cost <= FARTHEST:
                yield Option(whole, cost)


# What is proven ------------------------------------------------------------------------------


def _accept(
    arithmetic: Arithmetic,
    state: _State,
    guesses: Mapping[Address, Candidate],
    proposed: Mapping[Address, Candidate],
) -> None:
    """Take over the proposals that enough identities depend on, given the others that stand."""
    standing = dict(proposed)
    for address, guess in guesses.items():
        if address not in proposed and address not in state.doubtful and address in arithmetic.by_cell:
            standing.setdefault(address, guess)
    while True:
        evidence = _Evidence.of(arithmetic, state, guesses, standing)
        fallen = [address for address in standing if not evidence.proves(address)]
        if not fallen:
            sure = evidence.determined()
            fallen = [address for address in standing if address not in sure]
        if not fallen:
            break
        for address in fallen:
            del standing[address]
            state.doubtful[address] = _UNPROVEN
    state.accepted.update(standing)


class _Effect(NamedTuple):
    """Identities a new value makes hold, makes exact, lets fail; and those of exact accounts it lets
    hold by rounding only, which other misread figures explain."""

    forced: list[int]
    sharpened: list[int]
    broken: list[int]
    rounded: list[int]


@dataclass(frozen=True)
class _Evidence:
    """The figures as proposed, against what was read."""

    arithmetic: Arithmetic
    state: _State
    standing: Mapping[Address, Candidate]
    values: Mapping[Address, int]
    unread: frozenset[Address]
    failed: frozenset[int]
    """Identities that do not hold as read: the others say nothing about a change."""

    @classmethod
    def of(
        cls,
        arithmetic: Arithmetic,
        state: _State,
        guesses: Mapping[Address, Candidate],
        standing: Mapping[Address, Candidate],
    ) -> _Evidence:
        values = dict(arithmetic.values)
        unread = frozenset(guesses.keys() - standing.keys())
        for address in unread:
            values.pop(address, None)
        for address, candidate in standing.items():
            values[address] = arithmetic.scale.whole(address, candidate.value)
        failed = _failed_as_read(arithmetic, state, standing, values)
        return cls(arithmetic, state, standing, values, unread, failed)

    def proves(self, address: Address) -> bool:
        """Whether identities hold with the new value that do not with the old one, and none the other way."""
        effect = self._effects(address)
        if not effect.forced or effect.broken or self._passes_over_notation(address, effect.forced):
            return False
        if self._formal(address) and self._outweighed(address, effect.forced):
            return False
        return self.arithmetic.exact or not self._blurred(address, effect.forced)

    def _outweighed(self, address: Address, forced: Sequence[int]) -> bool:
        """Whether as many identities of a cell fail as hold.

        One that fails may be the fault of another cell that is known to be misread. That is no
        excuse where the one that holds says no more than that the same figure is printed twice: both
        may have been misread alike.
        """
        constraints = self.arithmetic.constraints
        failing = [
            number
            for number in self._applicable(address)
            if self._residuals(number, address)[0] > constraints[number].slack
        ]
        if not all(self._is_copy(number, address) for number in forced):
            failing = [number for number in failing if not self._has_excuse(number, address)]
        return len(failing) >= len(forced)

    def _is_copy(self, number: int, address: Address) -> bool:
        cells = self.arithmetic.constraints[number].cells
        return sum(1 for cell in cells if cell != address and self.values.get(cell)) == 1

    def _has_excuse(self, number: int, address: Address) -> bool:
        others = set(self.arithmetic.constraints[number].cells) - {address}
        return not others.isdisjoint(self.state.doubtful)

    def _formal(self, address: Address) -> bool:
        return self.standing[address].formal and self.state.cells[address].read is None

    def determined(self) -> set[Address]:
        """The cells whose new values the identities fix, and would with any one of them left out.

        Notation alone is taken as given.
        """
        changed = [address for address in self.standing if not self._formal(address)]
        equations: dict[int, dict[Address, int]] = {}
        for address in changed:
            for number in self._evidence(address):
                constraint = self.arithmetic.constraints[number]
                weight = constraint.weights[constraint.cells.index(address)]
                equations.setdefault(number, {})[address] = weight
        return twice_determined(list(equations.values())) | (self.standing.keys() - set(changed))

    def _evidence(self, address: Address) -> tuple[int, ...]:
        """The identities that speak for a new value; in exact accounts by rounding only if no other fits."""
        effect = self._effects(address)
        numbers = (*effect.forced, *effect.sharpened)
        if not effect.rounded or self._blurred(address, (*effect.forced, *effect.rounded)):
            return numbers
        return (*numbers, *effect.rounded)

    def _blurred(self, address: Address, forced: Sequence[int]) -> bool:
        """Whether rounding leaves room for another reading of the cell that is not much dearer.

        Sums that come out exact leave none for values in between; one will do for a change of notation.
        """
        cell = self.state.cells[address]
        limit = self.standing[address].cost + _BLUR
        others = {c.value for c in self.state.choices(address) if c.cost <= limit}
        sharp = sum(1 for number in forced if self._residuals(number, address)[0] == 0)
        if not sharp or self._formal(address):
            return not sharp
        for value in self._neighbours(address, forced) if sharp < _SUPPORT else ():
            if nearness(cell.text, value, cell.trusted) <= limit:
                others.add(value)
        wholes = {self.arithmetic.scale.whole(address, value) for value in others} - {self.values[address]}
        return any(self.fits(address, whole, forced) for whole in wholes)

    def _passes_over_notation(self, address: Address, forced: Sequence[int]) -> bool:
        """Whether a figure in another notation is taken for another one without good reason.

        Where digits are trusted there is none; elsewhere two sums are not enough: two other figures
        misread at the same place make them hold by chance.
        """
        cell = self.state.cells[address]
        if cell.read is not None or self._formal(address):
            return False
        if cell.trusted != "certain" and len(forced) > _SUPPORT:
            return False
        return any(candidate.orderly for candidate in self.state.choices(address))

    def _neighbours(self, address: Address, forced: Iterable[int]) -> Iterator[Decimal]:
        """The values next to the chosen one, as far as the rounding of the sharpest identity reaches."""
        unit = self.state.cells[address].notation.unit
        whole = self.arithmetic.scale.whole(address, unit)
        reach = min(self.arithmetic.constraints[number].slack for number in forced) * 2 // whole
        chosen = self.standing[address].value
        for step in range(1, min(reach, _NEIGHBOURS) + 1):
            yield chosen - step * unit
            yield chosen + step * unit

    def fits(self, address: Address, whole: int, numbers: Iterable[int]) -> bool:
        """Whether the identities would hold with this value too."""
        for number in numbers:
            constraint = self.arithmetic.constraints[number]
            weight = constraint.weights[constraint.cells.index(address)]
            residual = self.arithmetic.residual(constraint, self.values)
            if abs(residual + weight * (whole - self.values.get(address, 0))) > constraint.slack:
                return False
        return True

    def _effects(self, address: Address) -> _Effect:
        """What the new value does to the identities of its cell."""
        effect = _Effect([], [], [], [])
        cell = self.state.cells[address]
        unread = cell.read is None
        exact = self.arithmetic.exact
        for number in self._applicable(address):
            now, then = self._residuals(number, address)
            slack = self.arithmetic.constraints[number].slack
            far = 0 if exact and cell.odd else slack if exact else slack + _FAR * slack
            if now > slack:
                effect.broken.extend([number] * (not unread and then <= slack))
            elif number not in self.failed:
                continue
            elif now <= (0 if exact else slack) and (unread or then > far):
                effect.forced.append(number)
            elif exact and now == 0 < then:
                effect.sharpened.append(number)
            elif exact and (unread or then > slack + _FAR * slack):
                effect.rounded.append(number)
        return effect

    def _applicable(self, address: Address) -> Iterator[int]:
        """Identities of a cell whose figures are all read."""
        for number in self.arithmetic.by_cell[address]:
            if self.unread.isdisjoint(self.arithmetic.constraints[number].cells):
                yield number

    def _residuals(self, number: int, address: Address) -> tuple[int, int]:
        constraint = self.arithmetic.constraints[number]
        now = self.arithmetic.residual(constraint, self.values)
        cell = self.state.cells[address]
        read = self.arithmetic.scale.whole(address, cell.read) if cell.read is not None else 0
        weight = constraint.weights[constraint.cells.index(address)]
        return abs(now), abs(now + weight * (read - self.values[address]))


def _failed_as_read(
    arithmetic: Arithmetic,
    state: _State,
    standing: Mapping[Address, Candidate],
    values: Mapping[Address, int],
) -> frozenset[int]:
    """The identities that do not hold if every standing proposal is taken back."""
    before = dict(values)
    touched: set[int] = set()
    blank: set[int] = set()
    for address in standing:
        numbers = arithmetic.by_cell.get(address, ())
        touched.update(numbers)
        read = state.cells[address].read
        if read is None:
            blank.update(numbers)
        else:
            before[address] = arithmetic.scale.whole(address, read)
    constraints = arithmetic.constraints
    limit = 0 if arithmetic.exact else 1
    off = (
        n for n in touched if abs(arithmetic.residual(constraints[n], before)) > limit * constraints[n].slack
    )
    return frozenset(blank.union(off))


def _take_back(tables: Sequence[Table], kind: Kind | None, state: _State) -> None:
    """Take back repairs that the finished document speaks against, until none is left.

    A sum that fails with a repaired figure although everything else in it is read puts the repair
    in doubt, however well its other sums hold: figures that stand in a chain (a class, its only
    group, its only item) can all be changed alike. What leaned on such a repair falls with it.
    A zero that was read needs a sum more: two other zeros misread alike ask for the same change.
    """
    while state.accepted:
        values = {address: candidate.value for address, candidate in state.accepted.items()}
        arithmetic = arithmetic_of(with_values(tables, values), kind)
        fallen = [address for address in state.accepted if _is_refuted(arithmetic, state, address)]
        if not fallen:
            return
        for address in fallen:
            del state.accepted[address]
            state.doubtful[address] = _UNPROVEN


def _is_refuted(arithmetic: Arithmetic, state: _State, address: Address) -> bool:
    numbers = arithmetic.by_cell.get(address, ())
    holding = [number for number in numbers if not arithmetic.fails(number)]
    read = state.cells[address].read
    formal = state.accepted[address].formal and read is None
    if not formal and len(holding) < _SUPPORT + (read == 0):
        return True
    return any(
        arithmetic.fails(number) and not _has_excuse(arithmetic, state, number, address) for number in numbers
    )


def _has_excuse(arithmetic: Arithmetic, state: _State, number: int, address: Address) -> bool:
    """Whether another cell of the sum is known to be misread and not put right."""
    others = set(arithmetic.constraints[number].cells) - {address}
    return any(cell in state.doubtful or cell not in arithmetic.values for cell in others)


# Putting together ----------------------------------------------------------------------------


def with_values(tables: Sequence[Table], values: Mapping[Address, Decimal]) -> tuple[Table, ...]:
    """Copies of the tables with these figures; everything else, the printed text too, as it was."""
    by_table: dict[str, dict[int, dict[str, Decimal]]] = {}
    for (table, row, key), value in values.items():
        by_table.setdefault(table, {}).setdefault(row, {})[key] = value
    return tuple(_with_rows(table, by_table[table.id]) if table.id in by_table else table for table in tables)


def _with_rows(table: Table, changed: Mapping[int, Mapping[str, Decimal]]) -> Table:
    rows = tuple(
        _with_amounts(row, changed[index]) if index in changed else row
        for index, row in enumerate(table.rows)
    )
    return table.model_copy(update={"rows": rows})


def _with_amounts(row: Row, changed: Mapping[str, Decimal]) -> Row:
    return row.model_copy(update={"amounts": {**row.amounts, **changed}})


def _proven(tables: Sequence[Table], kind: Kind | None, trust: str, state: _State) -> ProvenTables:
    repaired = with_values(tables, {a: c.value for a, c in state.accepted.items()})
    moves = slides(arithmetic_of(repaired, kind), repaired, state.unplaced())
    repaired = with_slides(repaired, moves)
    examination = examine(repaired, kind=kind, trust=trust)
    holding = _holding(examination)
    places = {address: place for place, address in enumerate(_addresses(tables))}
    rows = {table.id: table.rows for table in tables}
    found = [
        (places[address], _repair(address, rows, candidate, state.cells[address], holding))
        for address, candidate in state.accepted.items()
    ]
    found += [(places[move.target], _column_repair(move, rows, holding)) for move in moves]
    repairs = tuple(repair for _, repair in sorted(found, key=lambda each: each[0]))
    changed = frozenset((*state.accepted, *(cell for move in moves for cell in (move.source, move.target))))
    state.doubtful.update(_unconfirmed(arithmetic_of(repaired, kind), state))
    evidence = dict(_evidence(state, examination))
    return ProvenTables(repaired, repairs, _doubts(places, state), examination, changed, evidence)


def _evidence(state: _State, examination: Examination) -> Iterator[tuple[Address, Evidence]]:
    for address, cell in state.cells.items():
        if not cell.fallible or address not in examination.proofs:
            continue
        standing: Standing = examination.proofs[address]
        if address in state.doubtful and standing != "contradicted":
            standing = "doubtful"
        reader: Reader = "pixels" if cell.scored else "transcript"
        yield address, Evidence(reader, standing, _look(address, cell, state), cell.score)


def _look(address: Address, cell: _Cell, state: _State) -> Look:
    if address in state.accepted:
        return "repaired"
    if not cell.others:
        return "once"
    return "confirmed" if cell.confirmed else "differing"


def _addresses(tables: Sequence[Table]) -> Iterator[Address]:
    for table in tables:
        for index in range(len(table.rows)):
            yield from ((table.id, index, column.key) for column in table.columns)


def _holding(examination: Examination) -> dict[Address, list[str]]:
    """The checks that hold with each cell."""
    holding: dict[Address, list[str]] = {}
    for check in examination.checks:
        if check.status in ("pass", "rounding"):
            for cell in examination.cells.get(check.id, ()):
                holding.setdefault(cell, []).append(check.id)
    return holding


def _unconfirmed(arithmetic: Arithmetic, state: _State) -> Iterator[tuple[Address, str]]:
    """Cells whose identities would hold as well with another reading of the same text.

    A sum of rounded figures holds by its slack whatever the last digit of a term, so it
    confirms none that looks like another; only sums that come out exact do: one where the
    author's sums are exact or the reading is trusted, else two.
    """
    evidence = _Evidence(arithmetic, state, {}, arithmetic.values, frozenset(), frozenset())
    for address, cell in state.cells.items():
        numbers = [n for n in arithmetic.by_cell.get(address, ()) if not arithmetic.fails(n)]
        sharp = sum(1 for n in numbers if _residual(arithmetic, n) == 0)
        enough = 1 if arithmetic.exact or (cell.scored and cell.trusted == "certain") else _SUPPORT
        if not numbers or address not in arithmetic.values or sharp >= enough:
            continue
        others = _other_readings(arithmetic, state, address)
        telling = [n for n in numbers if not any(evidence.fits(address, whole, [n]) for whole in others)]
        if others and len(telling) < _SUPPORT:
            yield address, _UNCONFIRMED


def _other_readings(arithmetic: Arithmetic, state: _State, address: Address) -> set[int]:
    """What else a cell may say; a recogniser's score, however high, rules out no look-alike digit."""
    cell = state.cells[address]
    found = state.choices(address)
    if cell.fallible and not cell.confirmed:
        found = candidates(cell.text, cell.notation, "doubtful", cell.others)
    return {arithmetic.scale.whole(address, c.value) for c in found} - {arithmetic.values[address]}


def _residual(arithmetic: Arithmetic, number: int) -> int:
    return arithmetic.residual(arithmetic.constraints[number], arithmetic.values)


_Rows = Mapping[str, Sequence[Row]]
_Holding = Mapping[Address, Sequence[str]]


def _repair(address: Address, rows: _Rows, candidate: Candidate, cell: _Cell, holding: _Holding) -> Repair:
    table, index, key = address
    return Repair(
        where=f"{table}/{row_address(rows[table][index])}/{key}",
        from_=cell.text,
        to=f"{candidate.value:f}",
        kind="spacing" if candidate.change == "read" else candidate.change,
        because=tuple(holding.get(address, ())),
        certainty="formal" if candidate.formal and cell.read is None else "proven",
    )


def _column_repair(move: Slide, rows: _Rows, holding: _Holding) -> Repair:
    """As in the tables stage: from the column it stood in to its own."""
    table, index, key = move.target
    return Repair(
        where=f"{table}/{row_address(rows[table][index])}/{key}",
        from_=move.source[2],
        to=key,
        kind="column",
        because=tuple(dict.fromkeys((*holding.get(move.target, ()), *holding.get(move.source, ())))),
        certainty="proven",
    )


def _doubts(places: Mapping[Address, int], state: _State) -> dict[str, tuple[Doubt, ...]]:
    found: dict[str, list[Doubt]] = {}
    for address, reason in sorted(state.doubtful.items(), key=lambda item: places[item[0]]):
        if address not in state.accepted or reason == _UNCONFIRMED:
            found.setdefault(address[0], []).append(Doubt(address[1], address[2], reason))
    return {id: tuple(doubts) for id, doubts in found.items()}
