"""In the subjects stage: names cut by the cell or misread are put right, where that is certain."""

from __future__ import annotations

from functools import cache

from extract.subjects.edition import Edition, Likeness
from models.catalogue import CLASSIFICATIONS, Entry, Name, catalogue, comparable, without_space
from models.catalogue.lookalike import is_misread, plain_name
from models.catalogue.names import numbering_of

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


def corrected(printed: str, entry: Entry, year: int) -> str | None:
    """The name of the entry that recognition misread here, numbering kept; None when it did not.

    Only for a row whose entry is certain. What differs must be look-alike characters, or
    characters that no name of the catalogue has; a word more, less or other is the author's.
    """
    numbering = numbering_of(printed)
    text = plain_name(printed)[len(numbering) :]
    names = [name for name in entry.names if name.covers(year)] or list(entry.names)
    wholes = [plain_name(name.text) for name in names]
    if not text or text in wholes:
        return None
    meant = [name.text for name, whole in zip(names, wholes, strict=True) if _misreads(text, whole)]
    return numbering + meant[0] if len(set(meant)) == 1 else None


def _misreads(text: str, whole: str) -> bool:
    return is_misread(text, whole) or _has_foreign_signs(text, whole)


def _has_foreign_signs(text: str, whole: str) -> bool:
    """Whether the names differ in a few characters which no name of the catalogue has."""
    changed = [one for one, other in zip(text, whole, strict=False) if one != other]
    few = len(text) == len(whole) and 3 * len(changed) <= len(whole)
    return few and all(sign not in _vocabulary() for sign in changed)


@cache
def _vocabulary() -> frozenset[str]:
    known = (catalogue().names(each) for each in CLASSIFICATIONS)
    return frozenset(
        sign for names in known for each in names.values() for name in each for sign in name.text
    )


def _only_name(names: tuple[Name, ...], year: int) -> Name | None:
    candidates = [name for name in names if name.covers(year)] or list(names)
    return candidates[0] if len(candidates) == 1 else None
