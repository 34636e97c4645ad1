"""In the subjects stage: what the printed order of rows says about the code of one of them.

Forms print subjects in code order, parents before children, which is the order of the codes as
strings: ``208 < 20805 < 2080505 < 210``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from models.catalogue import parent_of


@dataclass(frozen=True, slots=True)
class Place:
    """A row among its neighbours: the nearest codes before and after it, and where each code first stands.

    ``index`` is the row's own; ``first`` maps every printed code to the index of its first row.
    """

    index: int
    before: str | None
    after: str | None
    first: Mapping[str, int]

    def admits(self, code: str) -> bool:
        """Whether the code keeps the printed order."""
        return (self.before is None or self.before < code) and (self.after is None or code < self.after)

    def continues(self, code: str) -> bool:
        """Whether the code's parent is open here: the row before, or one of the rows it hangs from."""
        parent = parent_of(code)
        return parent is None or (self.before is not None and self.before.startswith(parent))

    def weight(self, code: str) -> int:
        """How much speaks for the code at this place: the order, and its parent printed above."""
        parent_at = self.first.get(parent_of(code) or "", self.index)
        return self.admits(code) + (parent_at < self.index)


def places(codes: Sequence[str | None]) -> list[Place]:
    """The place of every row, from the codes printed in the rows."""
    first: dict[str, int] = {}
    for index, code in enumerate(codes):
        if code:
            first.setdefault(code, index)
    after = _last_seen(codes[::-1])[::-1]
    rows = zip(_last_seen(codes), after, strict=True)
    return [Place(index, previous, following, first) for index, (previous, following) in enumerate(rows)]


def _last_seen(codes: Sequence[str | None]) -> list[str | None]:
    """For every row the nearest code before it."""
    seen: list[str | None] = []
    last: str | None = None
    for code in codes:
        seen.append(last)
        last = code or last
    return seen
