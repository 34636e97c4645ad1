"""In the accounting stage: what became of misread amounts: repairs with reasons, doubts, what is known."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from extract.accounting.candidates import Candidate
from extract.accounting.confidence import Evidence, Look, Reader, Standing
from extract.accounting.constraints import arithmetic_of
from extract.accounting.damage import Damage, PrintedCell
from extract.accounting.examination import Examination, examine
from extract.accounting.slid import Slide, slides, with_slides
from extract.accounting.substitution import with_values
from extract.accounting.unconfirmed import LEANING, UNCONFIRMED, leaning, unconfirmed
from extract.tables.reading import Doubt
from extract.tables.weighing import Address, row_address
from models.disclosure import Kind, Repair, Row, Table


@dataclass(frozen=True)
class ProvenTables:
    """The tables with what is proven put right, and what could not be.

    ``repairs`` name the whole place (``t3/2080505/total``) and the checks of ``examination``
    that hold with the figure; ``changed`` are their cells, ``moved`` those of them that were put in
    another column, or taken from there. ``doubts`` are cells to look at, by
    table id. ``evidence`` is what is known of every figure that may have been misread.
    """

    tables: tuple[Table, ...]
    repairs: tuple[Repair, ...]
    doubts: Mapping[str, tuple[Doubt, ...]]
    examination: Examination
    changed: frozenset[Address] = frozenset()
    moved: frozenset[Address] = frozenset()
    evidence: Mapping[Address, Evidence] = field(default_factory=dict)


_Rows = Mapping[str, Sequence[Row]]
_Holding = Mapping[Address, Sequence[str]]


def proven(tables: Sequence[Table], kind: Kind | None, trust: str, damage: Damage) -> ProvenTables:
    repaired = with_values(tables, {a: c.value for a, c in damage.accepted.items()})
    final = arithmetic_of(repaired, kind)
    moves = slides(final, repaired, damage.unplaced())
    if moves:
        repaired = with_slides(repaired, moves)
        final = arithmetic_of(repaired, kind)
    examination = examine(repaired, kind=kind, trust=trust)
    holding = _holding(examination)
    places = {address: place for place, address in enumerate(_addresses(tables))}
    rows = {table.id: table.rows for table in tables}
    found = [
        (places[address], _repair(address, rows, candidate, damage.cells[address], holding))
        for address, candidate in damage.accepted.items()
    ]
    found += [(places[move.target], _column_repair(move, rows, holding)) for move in moves]
    repairs = tuple(repair for _, repair in sorted(found, key=lambda each: each[0]))
    moved = frozenset(cell for move in moves for cell in (move.source, move.target))
    changed = moved.union(damage.accepted)
    damage.doubtful.update(leaning(final, damage, examination))
    damage.doubtful.update(unconfirmed(final, damage))
    evidence = dict(_evidence(damage, examination))
    return ProvenTables(repaired, repairs, _doubts(places, damage), examination, changed, moved, evidence)


def _evidence(damage: Damage, examination: Examination) -> Iterator[tuple[Address, Evidence]]:
    for address, cell in damage.cells.items():
        if not cell.fallible or address not in examination.proofs:
            continue
        standing: Standing = examination.proofs[address]
        if address in damage.doubtful and standing != "contradicted":
            standing = "doubtful"
        reader: Reader = "pixels" if cell.scored else "transcript"
        yield address, Evidence(reader, standing, _look(address, cell, damage), cell.score)


def _look(address: Address, cell: PrintedCell, damage: Damage) -> Look:
    if address in damage.accepted:
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


def _repair(
    address: Address, rows: _Rows, candidate: Candidate, cell: PrintedCell, holding: _Holding
) -> Repair:
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


def _doubts(places: Mapping[Address, int], damage: Damage) -> dict[str, tuple[Doubt, ...]]:
    found: dict[str, list[Doubt]] = {}
    for address, reason in sorted(damage.doubtful.items(), key=lambda item: places[item[0]]):
        if address not in damage.accepted or reason in (UNCONFIRMED, LEANING):
            found.setdefault(address[0], []).append(Doubt(address[1], address[2], reason))
    return {id: tuple(doubts) for id, doubts in found.items()}
