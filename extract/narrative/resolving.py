"""In the narrative stage: the names of a subject, as the text prints them, become a catalogue entry."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from functools import cache, lru_cache

from extract.narrative.drafts import Names
from extract.subjects.edition import Edition, edition_of
from models.catalogue import Entry, comparable

_ENOUGH = 0.62
_EACH = 0.45
_MARGIN = 0.04
_WEIGHTS = (0.2, 0.3, 0.5)
_LENGTHS = (3, 5, 7)


@lru_cache(maxsize=4096)
def resolve(names: Names, year: int) -> Entry | None:
    """The entry of the year's edition that the printed names mean; None when none or several fit.

    Names are first taken at their word, former names included. Where an author shortened one
    (``行政事业单位（款）``), the entry whose names are the most alike, level by level, is taken if no
    other comes near. Digits printed in the marks settle what the names leave open.
    """
    edition = edition_of("function", year)
    level = max((at for at, name in enumerate((names.class_, names.group, names.item)) if name), default=-1)
    if level < 0:
        return None
    printed = (names.class_, names.group, names.item)[: level + 1]
    exact = _exact(printed, edition)
    if len(exact) != 1 and (by_digits := _by_digits(names, level, edition)):
        return by_digits
    if len(exact) > 1:
        exact = tuple(code for code in exact if edition.stands(code)) or exact
    if not exact and (together := _run_together(year).get(comparable("".join(filter(None, printed))))):
        return edition.entries[together]
    return edition.entries[exact[0]] if len(exact) == 1 else _alike(printed, edition)


def is_run_together(names: Names, year: int) -> bool:
    """Whether an item's name is those of all three levels, printed without marks between them."""
    return names.item is not None and comparable(names.item) in _run_together(year)


@cache
def _run_together(year: int) -> dict[str, str]:
    """Items by the names of their three levels without marks between them, where that says which."""
    edition = edition_of("function", year)
    codes = [code for code in edition.entries if len(code) == _LENGTHS[2] and edition.stands(code)]
    names = [
        comparable("".join(edition.entries[code[:length]].name for length in _LENGTHS)) for code in codes
    ]
    counted = Counter(names)
    return {name: code for name, code in zip(names, codes, strict=True) if counted[name] == 1}


def is_exact(names: Names, year: int) -> bool:
    """Whether the catalogue has the printed names to the letter, once."""
    printed = [names.class_, names.group, names.item]
    while printed and printed[-1] is None:
        printed.pop()
    return bool(printed) and len(_exact(printed, edition_of("function", year))) == 1


def _exact(printed: Sequence[str | None], edition: Edition) -> tuple[str, ...]:
    """Codes whose names at every printed level are the printed ones."""
    last = printed[-1]
    codes: Iterable[str] = edition.bearers(last) if last else ()
    if not codes and len(printed) == 1 and last:
        codes = edition.bearers(last + "支出")
    found = (code for code in codes if len(code) == _LENGTHS[len(printed) - 1])
    return tuple(
        code for code in found if all(_same(name, code, at, edition) for at, name in enumerate(printed))
    )


def _same(name: str | None, code: str, level: int, edition: Edition) -> bool:
    upper = code[: _LENGTHS[level]]
    if name is None:
        return True
    return upper in edition.entries and (
        edition.likeness(name, upper).same or edition.likeness(name + "支出", upper).same
    )


def _by_digits(names: Names, level: int, edition: Edition) -> Entry | None:
    """The entry of the digits in the marks (``（208类）…（05款）``, or whole codes) if its name agrees."""
    last = names.digits[level]
    code = (
        last
        if last and len(last) == _LENGTHS[level]
        else "".join(d or "?" for d in names.digits[: level + 1])
    )
    entry = edition.entries.get(code)
    name = (names.class_, names.group, names.item)[level]
    if entry is None or name is None or edition.likeness(name, code).score < _EACH:
        return None
    return entry


def _alike(printed: Sequence[str | None], edition: Edition) -> Entry | None:
    """The entry most alike at all levels together, if it is alike enough and the only one."""
    scored = sorted(_scores(printed, edition), reverse=True)
    if not scored or scored[0][0] < _ENOUGH:
        return None
    if len(scored) > 1 and scored[0][0] - scored[1][0] < _MARGIN:
        return None
    return edition.entries[scored[0][1]]


def _scores(printed: Sequence[str | None], edition: Edition) -> Iterable[tuple[float, str]]:
    length = _LENGTHS[len(printed) - 1]
    classes = _classes(printed[0], edition)
    for code in edition.entries:
        if len(code) != length or (classes and code[:3] not in classes):
            continue
        likes = [
            (_WEIGHTS[at], _likeness(name, code[: _LENGTHS[at]], edition))
            for at, name in enumerate(printed)
            if name is not None
        ]
        if min(score for _, score in likes) >= _EACH:
            yield sum(w * score for w, score in likes) / sum(w for w, _ in likes), code


def _classes(name: str | None, edition: Edition) -> set[str]:
    """The classes a printed class name may mean; empty for any."""
    if name is None:
        return set()
    codes = [code for code in edition.entries if len(code) == 3]
    return {code for code in codes if _same(name, code, 0, edition)}


def _likeness(name: str, code: str, edition: Edition) -> float:
    return edition.likeness(name, code).score if code in edition.entries else 0.0


def resolve_between(
    names: Names, year: int, before: str | None, after: str | None, used: frozenset[str]
) -> Entry | None:
    """The entry an author misnamed, by its place: subjects are told in the order of their codes.

    Class and group must be named rightly, and one item between the neighbours that nothing else in
    the document names must be clearly the most alike.
    """
    edition = edition_of("function", year)
    upper = resolve(Names(names.class_, names.group), year) if names.class_ and names.group else None
    if upper is None or len(upper.code) != _LENGTHS[1] or names.item is None:
        return None
    scored = sorted(
        (
            (_likeness(names.item, code, edition), code)
            for code in edition.entries
            if len(code) == _LENGTHS[2]
            and code.startswith(upper.code)
            and edition.stands(code)
            and code not in used
            and (before or "") < code < (after or "9")
        ),
        reverse=True,
    )
    if not scored or scored[0][0] < _EACH or (len(scored) > 1 and scored[0][0] - scored[1][0] < 2 * _MARGIN):
        return None
    return edition.entries[scored[0][1]]
