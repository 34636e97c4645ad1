"""In the tables stage: the identities of a form decide which column a printed figure belongs to.

A line prints some figures in the order of its columns, but not which columns it left empty, or in
columns that slid. Every way to put them back in order is a candidate; the form's rules (total =
basic + project) and the tree of its lines (a class is the sum of its groups, in every column at
once) leave few of them. The search is exact: the sums form a tree, so passing the reachable
partial sums up and the accepted ones down again tells for every line which candidates occur in
some solution (arc consistency decides tree-structured constraints: Freuder, JACM 1982).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache
from itertools import combinations, pairwise
from operator import add, le

Vector = tuple[int, ...]
"""The figures of a line by column, in units of the last printed place; 0 where nothing is printed."""
ColumnRule = tuple[int, tuple[tuple[int, int], ...]]
"""A column that is the sum of others: its index, and sign and index of each term."""
Known = Mapping[int, Mapping[int, Decimal]]
"""What other forms or the text say of some lines: line, column, figure."""

_STATES = 4_000
_STEPS = 40_000
"""More partial sums than this under one line, or more steps to them, are not followed; its lines
then stay doubtful."""
_SEARCH = 400_000
_CROSS_CHECK = 100_000
"""Steps that one form may cost in all, and the search without its slots."""
_MOVE = 1.0
_STEP = 0.01
_UNUSUAL = 0.001
_KEPT_LINES = 64
"""Lines whose placements are remembered, those of about one form: it is searched several times over."""

OPEN = "several placements satisfy the form"
UNSOLVED = "no placement satisfies the form"
UNBALANCED = "the sum this figure belongs to does not hold"


@dataclass(frozen=True, slots=True)
class Line:
    """The figures of a line in printed order.

    ``slots`` gives the printed column of each figure, None where the layout does not show it.
    ``parent`` is the index of the line whose sum this one is part of.
    """

    figures: tuple[Decimal, ...]
    slots: tuple[int | None, ...]
    parent: int | None = None

    @property
    def slotted(self) -> bool:
        return None not in self.slots


@dataclass(frozen=True, slots=True)
class PlacedLine:
    """The column of each figure; ``doubtful`` maps the columns that are not certain to the reason."""

    columns: tuple[int, ...]
    doubtful: Mapping[int, str]


@dataclass(frozen=True, slots=True)
class _Candidate:
    cost: float
    columns: tuple[int, ...]


_Candidates = dict[Vector, _Candidate]


@dataclass(slots=True)
class _Steps:
    """What a search may still cost."""

    left: int

    def taken(self, steps: int) -> bool:
        """Whether so many more may be taken; they are counted then."""
        if steps > min(self.left, _STEPS):
            return False
        self.left -= steps
        return True


@dataclass(frozen=True, slots=True)
class _Form:
    """Everything the search needs: figures as whole numbers, lines by parent."""

    lines: tuple[Line, ...]
    width: int
    rules: tuple[ColumnRule, ...]
    scale: int
    weights: tuple[float, ...]
    children: tuple[tuple[int, ...], ...]

    def whole(self, figure: Decimal) -> int:
        return int(figure.scaleb(self.scale))

    def wholes(self, index: int) -> Vector:
        return tuple(self.whole(figure) for figure in self.lines[index].figures)

    def vector(self, index: int, columns: Sequence[int]) -> Vector:
        return _vector(self.wholes(index), columns, self.width)


@dataclass(frozen=True, slots=True)
class _Outcome:
    """One attempt: the choice for every line, what else was possible, and which sums fail."""

    chosen: tuple[Vector, ...]
    columns: tuple[tuple[int, ...], ...]
    supported: tuple[frozenset[Vector], ...]
    broken_lines: frozenset[int]
    broken_sums: frozenset[int]

    @property
    def faults(self) -> int:
        return len(self.broken_lines) + len(self.broken_sums)


def place_lines(
    lines: Sequence[Line],
    width: int,
    rules: Sequence[ColumnRule],
    *,
    known: Known | None = None,
    weights: Sequence[float] = (),
    slid: bool = False,
) -> tuple[PlacedLine, ...]:
    """Put the figures of every line into ``width`` columns, keeping their order.

    Printed slots that satisfy every rule and sum, rounding allowed, are kept and certain.
    Otherwise the lines that break one are freed first, then the lines of broken sums, then all:
    the first attempt that leaves the fewest faults is taken. Cells in which the solutions differ
    are doubtful; among several, the one with the fewest moves and then the lowest ``weights``
    (by column: how unusual a figure there is) is chosen. ``known`` figures rule out candidates
    that contradict them, where any candidate agrees.

    Slots are evidence only where all of them are: once a figure has to leave its slot, or where
    ``slid`` says that slots of the document cannot be trusted, what is not forced by the
    identities alone is doubtful, slot or no slot.

    Raises ValueError for a line with more figures than there are columns.
    """
    if any(len(line.figures) > width for line in lines):
        raise ValueError(f"a line prints more than {width} figures")
    if not lines:
        return ()
    form = _form(lines, width, rules, weights)
    steps = _Steps(_SEARCH)
    attempts = (_solved(form, free, known or {}, steps) for free in _freedoms(form))
    best: _Outcome | None = None
    for outcome in attempts:
        if best is None or outcome.faults < best.faults:
            best = outcome
        if not best.faults:
            break
    assert best is not None
    if slid or _has_moved(form, best):
        best = _without_slots(form, best, known or {})
    return tuple(_placed(form, best, index) for index in range(len(lines)))


def has_moved(line: Line, place: PlacedLine) -> bool:
    """Whether a figure with a slot was placed elsewhere."""
    return _leaves(line, place.columns)


def _leaves(line: Line, columns: Sequence[int]) -> bool:
    return any(slot is not None and slot != column for slot, column in zip(line.slots, columns, strict=True))


def _has_moved(form: _Form, outcome: _Outcome) -> bool:
    return any(map(_leaves, form.lines, outcome.columns))


def _without_slots(form: _Form, outcome: _Outcome, known: Known) -> _Outcome:
    """The same choice, with all that would have been possible had no slot been printed."""
    every = frozenset(i for i, line in enumerate(form.lines) if line.figures)
    free = _solved(form, every, known, _Steps(_CROSS_CHECK))
    supported = (kept | other for kept, other in zip(outcome.supported, free.supported, strict=True))
    return replace(outcome, supported=tuple(supported))


def _form(lines: Sequence[Line], width: int, rules: Sequence[ColumnRule], weights: Sequence[float]) -> _Form:
    children: list[list[int]] = [[] for _ in lines]
    for index, line in enumerate(lines):
        if line.parent is not None:
            children[line.parent].append(index)
    return _Form(
        lines=tuple(lines),
        width=width,
        rules=tuple(rules),
        scale=max((_decimals(figure) for line in lines for figure in line.figures), default=0),
        weights=tuple(weights) or tuple(range(width)),
        children=tuple(map(tuple, children)),
    )


def _decimals(figure: Decimal) -> int:
    exponent = figure.as_tuple().exponent
    return max(-exponent, 0) if isinstance(exponent, int) else 0


# --- which lines may move -------------------------------------------------------------------------


def _freedoms(form: _Form) -> Iterable[frozenset[int]]:
    """The sets of lines to free, one attempt after the other."""
    loose = frozenset(i for i, line in enumerate(form.lines) if not _printed(form, line))
    tried: list[frozenset[int]] = []
    for free in (
        loose,
        loose | _rule_breakers(form),
        loose | _sum_breakers(form),
        frozenset(range(len(form.lines))),
    ):
        if free not in tried:
            tried.append(free)
            yield free


def _printed(form: _Form, line: Line) -> tuple[int, ...] | None:
    """The printed columns of a line where they are a placement at all."""
    columns = tuple(slot for slot in line.slots if slot is not None and 0 <= slot < form.width)
    rising = all(left < right for left, right in pairwise(columns))
    return columns if len(columns) == len(line.figures) and rising else None


def _printed_vectors(form: _Form) -> list[Vector | None]:
    placed = [_printed(form, line) for line in form.lines]
    return [form.vector(i, columns) if columns is not None else None for i, columns in enumerate(placed)]


def _rule_breakers(form: _Form) -> frozenset[int]:
    vectors = _printed_vectors(form)
    return frozenset(i for i, vector in enumerate(vectors) if vector and not _obeys(form, vector, slack=True))


def _sum_breakers(form: _Form) -> frozenset[int]:
    vectors = _printed_vectors(form)
    found: set[int] = set(_rule_breakers(form))
    for parent, children in enumerate(form.children):
        if children and _unbalanced(vectors[parent], [vectors[child] for child in children]):
            found |= {parent, *children}
    return frozenset(found)


def _unbalanced(total: Vector | None, parts: Sequence[Vector | None]) -> frozenset[int]:
    """The columns in which the parts do not add up to the total, rounding allowed."""
    if total is None or any(part is None for part in parts):
        return frozenset()
    sums = _added(part for part in parts if part is not None)
    slack = _slack(len(parts))
    return frozenset(i for i, (a, b) in enumerate(zip(total, sums, strict=True)) if abs(a - b) > slack)


def _added(vectors: Iterable[Vector]) -> Vector:
    return tuple(map(sum, zip(*vectors, strict=True)))


def _slack(terms: int) -> int:
    """How far a sum of rounded terms may be off, in units of the last place."""
    return max(1, (terms + 1) // 2)


# --- candidates of one line -----------------------------------------------------------------------


def _obeys(form: _Form, vector: Vector, *, slack: bool) -> bool:
    return all(_holds(vector, rule, slack=slack) for rule in form.rules)


def _holds(vector: Vector, rule: ColumnRule, *, slack: bool) -> bool:
    left, terms = rule
    difference = vector[left] - sum(sign * vector[index] for sign, index in terms)
    printed = sum(1 for _, index in terms if vector[index])
    return abs(difference) <= (_slack(printed) if slack and printed > 1 else 0)


def _candidates(
    form: _Form, index: int, *, free: bool, known: Mapping[int, Decimal]
) -> tuple[_Candidates, bool]:
    """The placements of a line with their costs, and whether they obey the form's rules."""
    line = form.lines[index]
    printed = _printed(form, line)
    if not free and printed is not None:
        vector = form.vector(index, printed)
        return {vector: _Candidate(0.0, printed)}, _obeys(form, vector, slack=True)
    every = _placements(form.wholes(index), line.slots, form.weights, form.width)
    for slack in (False, True):
        obeying = {vector: found for vector, found in every.items() if _obeys(form, vector, slack=slack)}
        if obeying:
            return _agreeing(form, obeying, known), True
    return (
        dict(every) if printed is None else {form.vector(index, printed): _Candidate(0.0, printed)}
    ), False


@lru_cache(maxsize=_KEPT_LINES)
def _placements(
    figures: Vector, slots: tuple[int | None, ...], weights: tuple[float, ...], width: int
) -> Mapping[Vector, _Candidate]:
    """All ways to put the figures of a line into columns, in their order, each with its least cost."""
    found: _Candidates = {}
    for columns in combinations(range(width), len(figures)):
        candidate = _Candidate(_cost(slots, columns, weights), columns)
        vector = _vector(figures, columns, width)
        if vector not in found or candidate.cost < found[vector].cost:
            found[vector] = candidate
    return found


def _vector(figures: Vector, columns: Sequence[int], width: int) -> Vector:
    values = [0] * width
    for figure, column in zip(figures, columns, strict=True):
        values[column] = figure
    return tuple(values)


def _cost(slots: Sequence[int | None], columns: Sequence[int], weights: Sequence[float]) -> float:
    moves = sum(
        _MOVE + _STEP * abs(slot - column)
        for slot, column in zip(slots, columns, strict=True)
        if slot is not None and slot != column
    )
    unusual = sum(weights[column] for column in columns)
    return moves + _UNUSUAL * unusual


def _agreeing(form: _Form, candidates: _Candidates, known: Mapping[int, Decimal]) -> _Candidates:
    wanted = {column: form.whole(figure) for column, figure in known.items()}
    agreeing = {
        vector: found
        for vector, found in candidates.items()
        if all(vector[column] == figure for column, figure in wanted.items())
    }
    return agreeing or candidates


# --- the search ------------------------------------------------------------------------------------


def _solved(form: _Form, free: frozenset[int], known: Known, steps: _Steps) -> _Outcome:
    own = [
        _candidates(form, index, free=index in free, known=known.get(index, {}))
        for index in range(len(form.lines))
    ]
    broken_lines = frozenset(i for i, (_, obeys) in enumerate(own) if not obeys and form.lines[i].figures)
    feasible: list[_Candidates] = [candidates for candidates, _ in own]
    slacks: dict[int, int | None] = {}
    for index in _bottom_up(form):
        if form.children[index]:
            parts = [feasible[child] for child in form.children[index]]
            feasible[index], slacks[index] = _reachable(feasible[index], parts, steps)
    supported, chosen = _handed_down(form, feasible, slacks, steps)
    broken_sums = frozenset(index for index, slack in slacks.items() if slack is None)
    columns = tuple(own[i][0][vector].columns for i, vector in enumerate(chosen))
    return _Outcome(tuple(chosen), columns, tuple(supported), broken_lines, broken_sums)


def _bottom_up(form: _Form) -> list[int]:
    """Lines with every line after the lines it is the sum of."""
    order: list[int] = []
    pending = [i for i, line in enumerate(form.lines) if line.parent is None]
    while pending:
        index = pending.pop()
        order.append(index)
        pending += form.children[index]
    return order[::-1]


def _reachable(
    targets: _Candidates, parts: Sequence[_Candidates], steps: _Steps
) -> tuple[_Candidates, int | None]:
    """The candidates of a sum that its parts can add up to, their costs those of the whole branch.

    The slack is 0 where one is met exactly, else the rounding allowed; None when no candidate is
    met at all, or the search grew too large: then the sum decides nothing.
    """
    for slack in (0, _slack(len(parts))):
        layers = _partial_sums(parts, targets, slack, steps)
        if layers is None:
            break
        sums = _Sums(layers[-1], slack)
        met = {
            target: replace(found, cost=found.cost + cost)
            for target, found in targets.items()
            if (cost := sums.cheapest(target)) is not None
        }
        if met:
            return met, slack
    return targets, None


class _Sums:
    """Partial sums with their costs, found by what they come near to.

    Sorted into strips as wide as the slack along the column that tells most of them apart, so only
    three strips have to be looked through.
    """

    def __init__(self, costs: Mapping[Vector, float], slack: int) -> None:
        self._costs, self._slack, self._width = costs, slack, 2 * slack + 1
        columns = list(zip(*costs, strict=True))
        self._column = max(range(len(columns)), key=lambda column: len(set(columns[column])), default=0)
        self._strips: dict[int, list[Vector]] = {}
        for reached in costs if slack else ():
            self._strips.setdefault(reached[self._column] // self._width, []).append(reached)

    def near(self, target: Vector) -> Iterator[Vector]:
        """The sums that come within the slack of a target."""
        if not self._slack:
            yield from (target,) if target in self._costs else ()
            return
        strip = target[self._column] // self._width
        for place in (strip - 1, strip, strip + 1):
            yield from (sums for sums in self._strips.get(place, ()) if _near(sums, target, self._slack))

    def cheapest(self, target: Vector) -> float | None:
        """The cost of the cheapest of them; None when there is none."""
        return min((self._costs[reached] for reached in self.near(target)), default=None)


def _near(left: Vector, right: Vector, slack: int) -> bool:
    return all(abs(a - b) <= slack for a, b in zip(left, right, strict=True))


def _partial_sums(
    parts: Sequence[_Candidates], targets: Collection[Vector], slack: int, steps: _Steps
) -> list[dict[Vector, float]] | None:
    """The cheapest way to every partial sum after 0, 1, … parts; None when there are too many.

    Sums from which no target can be reached any more are dropped on the way.
    """
    width = len(next(iter(targets)))
    layers: list[dict[Vector, float]] = [{(0,) * width: 0.0}]
    bounds = _bounds(parts, targets, slack)
    for part, (low, high) in zip(parts, bounds, strict=True):
        sums: dict[Vector, float] = {}
        if not steps.taken(len(layers[-1]) * len(part)):
            return None
        for reached, cost in layers[-1].items():
            for vector, candidate in part.items():
                total = tuple(map(add, reached, vector))
                if all(map(le, low, total)) and all(map(le, total, high)):
                    sums[total] = min(cost + candidate.cost, sums.get(total, float("inf")))
        if len(sums) > _STATES:
            return None
        layers.append(sums)
    return layers


def _bounds(
    parts: Sequence[_Candidates], targets: Collection[Vector], slack: int
) -> list[tuple[Vector, Vector]]:
    """For every layer, the lowest and highest partial sum from which a target is still in reach."""
    low = tuple(min(column) - slack for column in zip(*targets, strict=True))
    high = tuple(max(column) + slack for column in zip(*targets, strict=True))
    bounds: list[tuple[Vector, Vector]] = []
    for part in reversed(parts):
        bounds.append((low, high))
        low = tuple(a - max(column) for a, column in zip(low, zip(*part, strict=True), strict=True))
        high = tuple(a - min(column) for a, column in zip(high, zip(*part, strict=True), strict=True))
    return bounds[::-1]


def _handed_down(
    form: _Form, feasible: Sequence[_Candidates], slacks: Mapping[int, int | None], steps: _Steps
) -> tuple[list[frozenset[Vector]], list[Vector]]:
    """From the top: which candidates occur in some solution, and the cheapest whole solution."""
    supported = [frozenset(candidates) for candidates in feasible]
    chosen = [min(candidates, key=lambda v, c=candidates: c[v].cost) for candidates in feasible]  # type: ignore[misc]
    for index in reversed(_bottom_up(form)):
        slack, children = slacks.get(index), form.children[index]
        if slack is None or not children:
            continue
        parts = [feasible[child] for child in children]
        for child, vectors in zip(children, _support(parts, supported[index], slack, steps), strict=True):
            supported[child] = vectors
        for child, vector in zip(children, _cheapest_parts(parts, chosen[index], slack), strict=True):
            chosen[child] = vector
    return supported, chosen


def _support(
    parts: Sequence[_Candidates], targets: Collection[Vector], slack: int, steps: _Steps
) -> list[frozenset[Vector]]:
    """The candidates of each part that some way to one of the targets goes through."""
    layers = _partial_sums(parts, targets, slack, steps)
    if layers is None:
        return [frozenset(part) for part in parts]
    sums = _Sums(layers[-1], slack)
    wanted = {reached for target in targets for reached in sums.near(target)}
    found: list[frozenset[Vector]] = []
    for part, layer in zip(reversed(parts), reversed(layers[:-1]), strict=True):
        ways = [
            (reached, vector)
            for reached in layer
            for vector in part
            if tuple(map(add, reached, vector)) in wanted
        ]
        found.append(frozenset(vector for _, vector in ways))
        wanted = {reached for reached, _ in ways}
    return found[::-1]


def _cheapest_parts(parts: Sequence[_Candidates], target: Vector, slack: int) -> list[Vector]:
    """The cheapest candidates of the parts that add up to the target."""
    # Not counted: the same search with more targets has stayed within bounds.
    layers = _partial_sums(parts, (target,), slack, _Steps(_SEARCH * len(parts)))
    assert layers is not None
    at = min((reached for reached in layers[-1] if _near(reached, target, slack)), key=layers[-1].__getitem__)
    path: list[Vector] = []
    for part, layer in zip(reversed(parts), reversed(layers[:-1]), strict=True):
        before = {vector: tuple(a - b for a, b in zip(at, vector, strict=True)) for vector in part}
        step = min(
            (vector for vector, reached in before.items() if reached in layer),
            key=lambda vector, b=before, la=layer, p=part: la[b[vector]] + p[vector].cost,  # type: ignore[misc]
        )
        path.append(step)
        at = before[step]
    return path[::-1]


# --- what is certain -------------------------------------------------------------------------------


def _placed(form: _Form, outcome: _Outcome, index: int) -> PlacedLine:
    doubtful: dict[int, str] = {}
    if index in outcome.broken_lines:
        doubtful |= dict.fromkeys(outcome.columns[index], UNSOLVED)
    for parent in {index, form.lines[index].parent} & outcome.broken_sums:
        doubtful |= dict.fromkeys(_failing(form, outcome, parent, index), UNBALANCED)
    supported = outcome.supported[index]
    for column in range(form.width):
        if len({vector[column] for vector in supported}) > 1:
            doubtful[column] = OPEN
    return PlacedLine(outcome.columns[index], doubtful)


def _failing(form: _Form, outcome: _Outcome, parent: int | None, index: int) -> list[int]:
    """The columns of a line that print a figure in a sum that does not hold."""
    if parent is None:
        return []
    parts = [outcome.chosen[child] for child in form.children[parent]]
    failing = _unbalanced(outcome.chosen[parent], parts)
    return [column for column in failing if outcome.chosen[index][column]]
