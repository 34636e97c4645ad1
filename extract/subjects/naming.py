"""In the subjects stage: names that the cell cut are completed, where that is certain."""

from __future__ import annotations

from extract.subjects.edition import Edition, Likeness
from models.catalogue import Name, comparable, without_space

_DROPPABLE = frozenset({"支出", "费用", "费", "用", "事务", "经费"})
"""Last words authors leave out of a name: a name that lacks just one of them need not be cut."""

_WIDTH_SLACK = 2


def widest(printed: list[str]) -> int:
    """The length of the longest name the table prints, in characters."""
    return max((len(comparable(name)) for name in printed), default=0)


def completion(printed: str, likeness: Likeness, edition: Edition, width: int) -> str | None:
    """The whole name where the printed one is its cut beginning, else None.

    Certain means: the entry has one name in the edition that begins so (or one at all), that name
    is not doubtful, no other code bears the printed text as its whole name, and the author did
    not merely leave out the last word (a name shorter than its column has room for).
    """
    if likeness.way != "cut" or edition.bearers(printed):
        return None
    name = _only_name(likeness.begins, edition.year)
    text = comparable(printed)
    if name is None or name.evidence == "doubtful":
        return None
    rest = name.text[len(text) :]
    if rest in _DROPPABLE and len(text) + _WIDTH_SLACK < width:
        return None
    whole = without_space(printed) + rest
    return whole if comparable(whole) == comparable(name.text) else None


def _only_name(names: tuple[Name, ...], year: int) -> Name | None:
    candidates = [name for name in names if name.covers(year)] or list(names)
    return candidates[0] if len(candidates) == 1 else None
