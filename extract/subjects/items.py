"""In the subjects stage: names of bought items that recognition misread, as procurement words them.

Rows of procurement have no codes. A recognised name that is a known item but for one sign that no
item has, one that was lost, or its closing bracket, is that item; figures in brackets stay as read.
"""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

from rapidfuzz.distance import Levenshtein

from models.catalogue.lookalike import canonical, plain_name

_TOTAL = "合计"
_TOTAL_LOOKS = frozenset({"台计", "含计", "台汁", "合汁"})
"""What the bold two signs of the total are taken for; no item is called so."""
_OPEN = re.compile(r"\([^()]*$")
_BROKEN_END = re.compile(r"[!|:;,.'`]$")
_SHORTEST = 4
"""Shorter names are too near to others to be put right."""


def corrected_item(printed: str) -> str | None:
    """The name that recognition misread here; None where it is right or unknown.

    >>> corrected_item("便携式算机(20万以下!"), corrected_item("办公设备响置"), corrected_item("办公椅")
    ('便携式计算机(20万以下)', '办公设备购置', None)
    """
    text = plain_name(printed)
    if text in _TOTAL_LOOKS:
        return _TOTAL
    base, bracket, rest = text.partition("(")
    meant = (_meant(base) or base) + _closed(bracket + rest)
    return meant if meant != text else None


def _closed(bracketed: str) -> str:
    """What stands in brackets with its closing one, read as a mark or not at all."""
    if not _OPEN.search(bracketed):
        return bracketed
    return _BROKEN_END.sub("", bracketed) + ")"


def _meant(base: str) -> str | None:
    """The one item a name was misread from."""
    if base in _items():
        return base
    meant = [item for item in _items() if len(item) >= _SHORTEST and _misreads(base, item)]
    return meant[0] if len(meant) == 1 else None


def _misreads(base: str, item: str) -> bool:
    """Whether a name is an item but for one sign: lost, or read as a look-alike or one no item has."""
    look, wanted = canonical(base), canonical(item)
    changes = list(Levenshtein.editops(look, wanted))
    if len(changes) > 1:
        return False
    lost = any(change.tag == "insert" for change in changes)
    foreign = all(change.tag == "replace" and look[change.src_pos] not in _signs() for change in changes)
    return foreign or lost


@cache
def _items() -> frozenset[str]:
    text = (files("extract.subjects") / "items.tsv").read_text(encoding="utf-8")
    return frozenset(line for line in text.splitlines() if line and not line.startswith("#"))


@cache
def _signs() -> frozenset[str]:
    return frozenset(canonical("".join(_items())))
