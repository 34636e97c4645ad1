"""In the ocr stage: the rulings of a straightened picture, found by morphology and held to their ink."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from extract.ocr.skew import dark_marks

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Pixels = NDArray[np.uint8]

_RULE_DPI = 200.0
"""Resolution at which rules are looked for; finer pictures are brought down to it."""
_SEED_INCHES = 0.4
"""A line this long somewhere makes a position; text has none."""
_ROW_INCHES = 0.15
"""No row of a table is lower."""
_END_INCHES = 0.05
"""A rule that ends at another reaches no further beyond it."""
_RUN_INCHES = 0.07
"""Shorter runs of ink do not count as ink of a rule."""
_GAP_INCHES = 0.05
"""Breaks in a faint or dotted rule that are bridged."""
_THICK_INCHES = 0.05
"""Thicker marks are no rules."""
_LONE_INCHES = 2.0
"""A rule that no other crosses is at least this long (rules of open tables); less is strokes of a title."""
_PRINT_INCHES = 0.6
"""Higher than any print."""
_WHOLE_SHARE = 0.6
"""A row is closed by rules that go over more of its width than this."""
_SAME_INCHES = 0.028
"""Parallel pieces closer than this are one position."""
_SLACK_INCHES = 0.08
"""Rules that end this short of each other meet."""
_FAINT = 4.0
"""Grey values by which a faint rule is darker than the paper on both its sides."""
_DARK = 70.0
_RIPPLE_INCHES = 0.08
"""Eight pixels of a coarse picture; no two rules of a table are so close."""
_ALONG_INCHES = 0.04
_STRETCH_INCHES = 0.3
_UNBROKEN = 0.92
_APART_INCHES = 0.018
"""A rule is thinner than this; the paper is looked at so far off its middle."""
_COVER = 0.75
"""Share of a cell's side that must show ink for the side to be drawn."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A straight stretch in pixels: at ``place`` across, from ``start`` to ``end`` along."""

    place: float
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules of a picture, in its pixels."""

    horizontals: tuple[Rule, ...]
    verticals: tuple[Rule, ...]

    def crossings(self, box: tuple[int, int, int, int]) -> list[float]:
        """Where vertical rules cut through a box: those that pass its middle."""
        x0, y0, x1, y1 = box
        middle = (y0 + y1) / 2
        return sorted(r.place for r in self.verticals if x0 < r.place < x1 and r.start <= middle <= r.end)


def find_rules(values: Pixels, dpi: float) -> Rules:
    """Find the rules of an upright, straight picture, text dark on light.

    Positions come from long runs of ink in either direction; whether a rule is really there is then
    asked for every stretch between two crossing positions, so that merged cells stay merged and
    broken rules become whole.
    """
    import cv2
    import numpy as np

    scale = min(_RULE_DPI / dpi, 1.0)
    size = (round(values.shape[1] * scale), round(values.shape[0] * scale))
    small = (
        values
        if scale == 1.0
        else np.asarray(cv2.resize(values, size, interpolation=cv2.INTER_AREA), np.uint8)
    )
    at = dpi * scale
    dark = dark_marks(small, at)
    upended = np.ascontiguousarray(small.T)
    across = _with_faint(_ink(dark, at), faint_marks(small, at), at)
    down = _with_faint(_ink(np.ascontiguousarray(dark.T), at), faint_marks(upended, at), at)
    rows, columns = _positions(across, at), _positions(down, at)
    columns += _of_lone_rows(down, [row for row in rows if _is_whole(row, across, at)], columns, at)
    tolerance = max(_SAME_INCHES * at / 2, 1.5)
    horizontals = _drawn(across, rows, columns, tolerance, at)
    verticals = _drawn(down, columns, rows, tolerance, at)
    horizontals, verticals = _without_strokes(horizontals, verticals, at)
    return Rules(_scaled(horizontals, scale), _scaled(verticals, scale))


def faint_marks(values: Pixels, dpi: float) -> Pixels:
    """Horizontal rules hardly darker than the paper above and below them: 255 on 0.

    Such a rule is a little darker than its surroundings nearly everywhere along a good stretch;
    strokes of text, where they line up, are far darker.
    """
    import cv2
    import numpy as np

    along = cv2.blur(values.astype(np.float32), (max(int(dpi * _ALONG_INCHES), 3), 1))
    apart = max(int(dpi * _APART_INCHES), 3)
    above, below = np.roll(along, apart, axis=0), np.roll(along, -apart, axis=0)
    depth = np.minimum(above, below) - along
    deeper = np.asarray((depth > _FAINT) & (depth < _DARK), np.float32)
    stretch = int(dpi * _STRETCH_INCHES)
    sure = np.asarray(cv2.blur(deeper, (stretch, 1)) >= _UNBROKEN, np.uint8)
    return np.asarray(cv2.dilate(sure, np.ones((1, stretch), np.uint8)) * 255, np.uint8)


def _with_faint(ink: Pixels, faint: Pixels, dpi: float) -> Pixels:
    """Ink and faint marks, but for those beside a dark rule: JPEG leaves ripples there, a block wide."""
    import cv2
    import numpy as np

    rules = cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones((1, int(dpi * _STRETCH_INCHES)), np.uint8))
    beside = cv2.dilate(rules, np.ones((2 * int(dpi * _RIPPLE_INCHES) + 1, 1), np.uint8))
    return np.asarray(np.where(beside > 0, ink, np.maximum(ink, faint)), np.uint8)


def _ink(dark: Pixels, dpi: float) -> Pixels:
    """Ink of thin horizontal marks: small breaks closed, short runs and thick marks removed."""
    import cv2
    import numpy as np

    gap, run = max(int(dpi * _GAP_INCHES), 2), max(int(dpi * _RUN_INCHES), 5)
    bridged = cv2.dilate(dark, np.ones((2, 1), np.uint8))
    runs = cv2.morphologyEx(bridged, cv2.MORPH_OPEN, np.ones((1, run), np.uint8))
    thick = cv2.morphologyEx(dark, cv2.MORPH_OPEN, np.ones((int(dpi * _THICK_INCHES), run), np.uint8))
    thin = cv2.subtract(runs, cv2.dilate(thick, np.ones((3, 3), np.uint8)))
    return np.asarray(cv2.morphologyEx(thin, cv2.MORPH_CLOSE, np.ones((1, gap), np.uint8)), np.uint8)


@dataclass(frozen=True, slots=True)
class _Position:
    """A place where rules lie, and how far long runs of ink are seen there."""

    place: float
    start: float
    end: float


def _positions(ink: Pixels, dpi: float) -> list[_Position]:
    import cv2
    import numpy as np

    seeds = cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones((1, int(dpi * _SEED_INCHES)), np.uint8))
    _, _, stats, centres = cv2.connectedComponentsWithStats(seeds, connectivity=8)
    pieces = sorted(
        (float(centre[1]), int(left), int(left + wide))
        for (left, _, wide, high, _), centre in zip(stats[1:], centres[1:], strict=True)
        if high <= max(_THICK_INCHES * dpi, 4) * 2
    )
    groups: list[list[tuple[float, int, int]]] = []
    for piece in pieces:
        if groups and piece[0] - _mean(groups[-1]) <= _SAME_INCHES * dpi:
            groups[-1].append(piece)
        else:
            groups.append([piece])
    return [
        _Position(_mean(group), float(min(a for _, a, _ in group)), float(max(b for _, _, b in group)))
        for group in groups
    ]


def _of_lone_rows(
    ink: Pixels, rows: Sequence[_Position], columns: Sequence[_Position], dpi: float
) -> list[_Position]:
    """The short columns of a table of one row: runs of ink from one rule to the next.

    Where a column goes on beyond the row, the others do; runs within it are text.
    """
    import cv2
    import numpy as np

    reach = _END_INCHES * dpi
    runs = cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones((1, int(_ROW_INCHES * dpi)), np.uint8))
    _, _, stats, centres = cv2.connectedComponentsWithStats(runs, connectivity=8)
    found = []
    for (left, _, wide, high, _), centre in zip(stats[1:], centres[1:], strict=True):
        run = _Position(float(centre[1]), float(left), float(left + wide))
        lone = not any(_goes_beyond(column, run, reach) for column in columns)
        if lone and wide < _SEED_INCHES * dpi and high <= _THICK_INCHES * dpi and _joins(run, rows, reach):
            found.append(run)
    return found


def _is_whole(position: _Position, ink: Pixels, dpi: float) -> bool:
    """Whether a position is one long rule: strokes of a title in large print lie in rows, with gaps."""
    profile = _profile(ink, position.place, _SAME_INCHES * dpi / 2)
    long = position.end - position.start >= _LONE_INCHES * dpi
    return long and _share(profile, position.start, position.end) >= _COVER


def _goes_beyond(column: _Position, run: _Position, reach: float) -> bool:
    through = column.start < (run.start + run.end) / 2 < column.end
    return through and (column.start < run.start - 2 * reach or column.end > run.end + 2 * reach)


def _joins(run: _Position, rows: Sequence[_Position], reach: float) -> bool:
    """Whether a run begins at or above one rule and ends at or below another; text falls short of them."""
    over = [row.place for row in rows if row.start - reach <= run.place <= row.end + reach]
    short = reach / 4
    begins = any(-short <= place - run.start <= reach for place in over)
    return begins and any(-short <= run.end - place <= reach for place in over)


def _mean(group: Sequence[tuple[float, int, int]]) -> float:
    return sum(place * (b - a) for place, a, b in group) / sum(b - a for _, a, b in group)


def _drawn(
    ink: Pixels, positions: Sequence[_Position], crossing: Sequence[_Position], tolerance: float, dpi: float
) -> list[Rule]:
    """The stretches of each position between neighbouring crossings that show enough ink."""
    rules: list[Rule] = []
    for position in positions:
        profile = _profile(ink, position.place, tolerance)
        cuts = _cuts(position, crossing, dpi)
        if (
            len(cuts) == 2
            and cuts[1] - cuts[0] < _LONE_INCHES * dpi
            and not _touching(position, crossing, dpi)
        ):
            continue
        stretches = [(a, b) for a, b in pairwise(cuts) if b - a > 2 and _share(profile, a, b) >= _COVER]
        rules += [Rule(position.place, a, b) for a, b in _joined(stretches)]
    return rules


def _touching(position: _Position, crossing: Sequence[_Position], dpi: float) -> bool:
    """Whether any crossing position meets this one."""
    slack = _SLACK_INCHES * dpi
    return any(
        c.start - slack <= position.place <= c.end + slack
        and position.start - slack <= c.place <= position.end + slack
        for c in crossing
    )


def _profile(ink: Pixels, place: float, tolerance: float) -> Any:
    """For every pixel along a position whether there is ink within the tolerance of it."""
    low, high = max(round(place - tolerance), 0), round(place + tolerance) + 1
    return ink[low:high].max(axis=0) > 0


def _cuts(position: _Position, crossing: Sequence[_Position], dpi: float) -> list[float]:
    """The crossing positions along a rule, and its own ends where it reaches beyond them."""
    start, end = position.start, position.end
    slack = _SLACK_INCHES * dpi
    near = [
        c.place
        for c in crossing
        if c.start - slack <= position.place <= c.end + slack and start - 4 * dpi < c.place < end + 4 * dpi
    ]
    inside = sorted(near)
    if not inside:
        return [float(start), float(end)]
    before = [float(start)] if start < inside[0] - slack else []
    after = [float(end)] if end > inside[-1] + slack else []
    return [*before, *inside, *after]


def _share(profile: Any, start: float, end: float) -> float:
    stretch = profile[round(start) : max(round(end), round(start) + 1)]
    return float(stretch.mean()) if stretch.size else 0.0


def _joined(stretches: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    joined: list[tuple[float, float]] = []
    for start, end in stretches:
        if joined and joined[-1][1] == start:
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return joined


def _without_strokes(
    horizontals: Sequence[Rule], verticals: Sequence[Rule], dpi: float
) -> tuple[list[Rule], list[Rule]]:
    """The rules without those that are joined strokes of large print, as the title on a cover."""
    kept: tuple[list[Rule], list[Rule]] = ([], [])
    for across, down in _joined_rules(horizontals, verticals, _SLACK_INCHES * dpi):
        if not down or _is_frame(across, down, dpi):
            kept[0].extend(across)
            kept[1].extend(down)
    return sorted(kept[0], key=_by_place), sorted(kept[1], key=_by_place)


def _by_place(rule: Rule) -> tuple[float, float]:
    return rule.place, rule.start


def _joined_rules(
    horizontals: Sequence[Rule], verticals: Sequence[Rule], slack: float
) -> list[tuple[list[Rule], list[Rule]]]:
    """Rules in groups that hang together, horizontal and vertical ones."""
    groups: list[tuple[list[Rule], list[Rule]]] = [([rule], []) for rule in horizontals]
    for rule in verticals:
        met = [group for group in groups if any(_meet(other, rule, slack) for other in group[0])]
        groups = [group for group in groups if group not in met]
        groups.append(
            (
                [other for across, _ in met for other in across],
                [rule, *(other for _, down in met for other in down)],
            )
        )
    return groups


def _meet(across: Rule, down: Rule, slack: float) -> bool:
    return (
        across.start - slack <= down.place <= across.end + slack
        and down.start - slack <= across.place <= down.end + slack
    )


def _is_frame(across: Sequence[Rule], down: Sequence[Rule], dpi: float) -> bool:
    """Whether rules that hang together can be of a table: too large for print, or a whole row."""
    left = min(rule.start for rule in across) if across else down[0].place
    wide = max((rule.end for rule in across), default=left) - left
    high = max(rule.end for rule in down) - min(rule.start for rule in down)
    if wide < _LONE_INCHES * dpi / 2:
        return high >= _LONE_INCHES * dpi
    whole = [rule for rule in across if rule.end - rule.start >= _WHOLE_SHARE * wide]
    return high >= _PRINT_INCHES * dpi or len(whole) > 1


def _scaled(rules: Sequence[Rule], scale: float) -> tuple[Rule, ...]:
    return tuple(Rule(rule.place / scale, rule.start / scale, rule.end / scale) for rule in rules)
