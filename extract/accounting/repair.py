"""In the accounting stage: misread amounts put right where the document's own sums prove it.

A repair is made only if the printed text may have been misread that way, the value belongs to the
only cheapest assignment under which the identities hold, and at least two of them depend on it.
Whatever an author may have printed stays as it is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from extract.accounting.acceptance import accept
from extract.accounting.candidates import DEAREST, FARTHEST, Alternative, Candidate, nearness
from extract.accounting.constraints import LARGEST, Arithmetic, arithmetic_of
from extract.accounting.damage import Damage, PrintedCell, read_cells
from extract.accounting.examination import examine
from extract.accounting.forced import forced
from extract.accounting.outcome import ProvenTables, proven
from extract.accounting.pruning import Domains, Option, pruned
from extract.accounting.refutation import take_back
from extract.accounting.solver import Known, Solver, components
from extract.accounting.substitution import with_values
from extract.collecting import without_collecting
from extract.tables.weighing import Address
from models.disclosure import Kind, Table

UNREAD = 25
"""What it costs to leave a cell without a figure although something is printed in it."""
BUDGET = 0.35
"""The solver's deterministic time for a document; about a second by the clock, when it is used up."""
OPEN = 200_000
"""Options times identities that are weighed in a document: about two seconds by the clock."""
_ROUNDS = 5

_TWO_READINGS = "several readings fit its sums equally well"
_OUT_OF_TIME = "its sums fail, and the search for the misreading was given up"


def prove_amounts(
    tables: Sequence[Table],
    *,
    kind: Kind | None,
    trust: str,
    alternatives: Mapping[Address, Sequence[Alternative]] | None = None,
    recognised_pages: Collection[int] | None = None,
    budget: float = BUDGET,
    options: int = OPEN,
) -> ProvenTables:
    """Repair the misread amounts of a document that its identities prove.

    ``tables`` have their ids. In a text layer (``trust``) nothing is changed; of a ``mixed``
    document only the recognised cells (with a confidence below 1) of ``recognised_pages`` are open
    (all cells if not given).
    ``alternatives`` are other readings of a cell, such as a second look's; one that agrees
    makes a reading certain. ``budget`` limits the solver, in deterministic seconds, ``options`` what it
    is given: where they run out, cells keep what was read.
    """
    if trust == "text_layer":
        return ProvenTables(tuple(tables), (), {}, examine(tables, kind=kind, trust=trust))
    others = alternatives or {}
    pages = None if trust != "mixed" else recognised_pages
    with without_collecting():
        damage = read_cells(tables, trust, others, pages)
        _accept(tables, kind, damage, _Effort(budget, options))
        take_back(tables, kind, damage)
        return proven(tables, kind, trust, damage)


def _accept(tables: Sequence[Table], kind: Kind | None, damage: Damage, effort: _Effort) -> None:
    """Round after round, as long as what one proves lets the next prove more."""
    for _ in range(_ROUNDS):
        before = len(damage.accepted)
        _round(tables, kind, damage, effort)
        if len(damage.accepted) == before or effort.seconds <= 0 or effort.options <= 0:
            break


# One round -----------------------------------------------------------------------------------


@dataclass
class _Effort:
    """What may still be spent on a document, and the answers already paid for."""

    seconds: float
    options: int
    known: Known = field(default_factory=dict)


def _round(tables: Sequence[Table], kind: Kind | None, damage: Damage, effort: _Effort) -> None:
    """Accept what the identities prove as far as they are known."""
    guesses = damage.guesses()
    best = {address: c.value for address, c in (*damage.accepted.items(), *guesses.items())}
    arithmetic = arithmetic_of(with_values(tables, best), kind, damage.readings)
    damage.doubtful.clear()
    domains: Domains = _domains(arithmetic, damage, guesses)
    given_up = _too_many(arithmetic, domains, effort)
    if given_up:
        damage.doubtful.update(dict.fromkeys(given_up, _OUT_OF_TIME))
        arithmetic = arithmetic.apart_from(given_up)
        domains = {cell: o for cell, o in domains.items() if cell in arithmetic.by_cell}
    proposed = _forced(arithmetic, damage, domains, guesses)
    rest = _settled(arithmetic, proposed)
    domains = _still_open(rest, {c: o for c, o in domains.items() if c not in proposed}, guesses)
    domains = {cell: options for cell, options in pruned(rest, domains).items() if len(options) > 1}
    solver = Solver(rest, effort.seconds, effort.known)
    for cells in sorted(components(rest, domains), key=len):
        part = {cell: domains[cell] for cell in cells}
        answer = solver.solve(part)
        if not answer.finished:
            damage.doubtful.update((cell, _OUT_OF_TIME) for cell in cells)
            continue
        for cell, whole in answer.changed.items():
            if cell in answer.doubtful:
                damage.doubtful[cell] = _TWO_READINGS
            else:
                value = arithmetic.scale.value(cell, whole)
                proposed[cell] = _candidate_of(damage, cell, value)
    accept(arithmetic, damage, guesses, proposed)
    effort.seconds = solver.left


def _too_many(arithmetic: Arithmetic, domains: Domains, effort: _Effort) -> set[Address]:
    """The open cells of the tables for which no effort is left, smaller tables first."""
    sizes: Counter[str] = Counter()
    for cell, options in domains.items():
        sizes[cell[0]] += len(options) * len(arithmetic.by_cell[cell])
    left_out = set()
    for table, size in sorted(sizes.items(), key=lambda item: item[1]):
        effort.options -= size
        if effort.options < 0:
            left_out.add(table)
    return {cell for cell in domains if cell[0] in left_out}


def _forced(
    arithmetic: Arithmetic, damage: Damage, domains: Domains, guesses: Mapping[Address, Candidate]
) -> dict[Address, Candidate]:
    """What is plainly misread, and how."""
    formal = {
        address: frozenset(
            arithmetic.scale.whole(address, candidate.value)
            for candidate in damage.choices(address)
            if candidate.formal
        )
        for address in guesses
        if address in domains
    }
    found = forced(arithmetic, domains, formal, {address for address in guesses if address in domains})
    return {
        cell: _candidate_of(damage, cell, arithmetic.scale.value(cell, whole))
        for cell, whole in found.items()
    }


def _settled(arithmetic: Arithmetic, proposed: Mapping[Address, Candidate]) -> Arithmetic:
    """The arithmetic with these figures."""
    return arithmetic.with_values(
        {cell: arithmetic.scale.whole(cell, candidate.value) for cell, candidate in proposed.items()}
    )


def _still_open(arithmetic: Arithmetic, domains: Domains, guesses: Collection[Address]) -> Domains:
    """The options of what is still unread or in a failing identity."""
    suspects = {cell for n in _failing(arithmetic) for cell in arithmetic.constraints[n].cells}
    return {cell: options for cell, options in domains.items() if cell in suspects or cell in guesses}


def _candidate_of(damage: Damage, address: Address, value: Decimal) -> Candidate:
    known = next((c for c in damage.choices(address) if c.value == value), None)
    return known or Candidate(_as_written(value, damage.cells[address]), DEAREST, "digit")


def _as_written(value: Decimal, cell: PrintedCell) -> Decimal:
    return value.quantize(cell.notation.unit)


def _domains(
    arithmetic: Arithmetic, damage: Damage, guesses: Mapping[Address, Candidate]
) -> dict[Address, tuple[Option, ...]]:
    """Options of every cell in a failing identity, and of every cell whose text is no figure."""
    suspects = {cell for n in _failing(arithmetic) for cell in arithmetic.constraints[n].cells}
    found: dict[Address, tuple[Option, ...]] = {}
    for address, cell in damage.cells.items():
        if address in damage.accepted or address not in arithmetic.by_cell:
            continue
        if address not in suspects and address not in guesses:
            continue
        options = {option.value: option for option in damage.options(address, arithmetic.scale)}
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
        if abs(arithmetic.off(number)) > (0 if arithmetic.exact else constraint.slack)
    ]


def _implied(arithmetic: Arithmetic, address: Address, cell: PrintedCell) -> Iterator[Option]:
    """Values the failing identities of a cell ask for, where its text may be a misreading of them."""
    base = arithmetic.values.get(address, 0)
    asked = set()
    for number in arithmetic.by_cell[address]:
        constraint = arithmetic.constraints[number]
        residual = arithmetic.off(number)
        if residual:
            weight = constraint.weights[constraint.cells.index(address)]
            asked.add(base - residual * weight)
    for whole in sorted(asked):
        value = _as_written(arithmetic.scale.value(address, whole), cell)
        if whole and arithmetic.scale.whole(address, value) == whole:
            cost = nearness(cell.text, value, cell.trusted)
            if cost <= FARTHEST:
                yield Option(whole, cost)
