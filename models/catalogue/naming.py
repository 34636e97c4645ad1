"""In the catalogue: the ways a text can answer to an entry's name, from the whole name down to a likeness."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from models.catalogue.entries import Entry, Name
from models.catalogue.names import comparable

_LAST_WORD = "支出"
_SHORTEST_MISSPELT = 4
_LEAST_LIKENESS = 0.5


@dataclass(frozen=True, slots=True)
class Match:
    """An answer of ``Catalogue.find``: the entry, the name that answered and how well (0 to 1)."""

    entry: Entry
    name: Name
    score: float


def one_character_off(text: str, other: str) -> bool:
    """Whether one character changed, lost or added makes one text the other."""
    if text == other or abs(len(text) - len(other)) > 1:
        return False
    short, long = sorted((text, other), key=len)
    at = next((index for index, (a, b) in enumerate(zip(short, long, strict=False)) if a != b), len(short))
    return short[at + (len(short) == len(long)) :] == long[at + 1 :]


def _is_name_of_edition(text: str, entry: Entry) -> bool:
    return text == comparable(entry.name)


def _is_other_name(text: str, entry: Entry) -> bool:
    return any(text == comparable(name.text) for name in entry.names)


def _lacks_last_word(text: str, entry: Entry) -> bool:
    return any(comparable(name.text) in (text + _LAST_WORD, text + _LAST_WORD[1:]) for name in entry.names)


def _is_misspelt(text: str, entry: Entry) -> bool:
    if len(text) < _SHORTEST_MISSPELT:
        return False
    return any(one_character_off(text, comparable(name.text)) for name in entry.names)


_RANKS: tuple[Callable[[str, Entry], bool], ...] = (
    _is_name_of_edition,
    _is_other_name,
    _lacks_last_word,
    _is_misspelt,
)


def only_bearer(name: str, entries: Iterable[Entry]) -> Entry | None:
    """The one entry that a printed name means, or None.

    Ranks, the first with any entry decides: name of the edition, former name or variant, a name
    without its last word 支出, one character off. Two entries of the same rank are none.
    """
    text = comparable(name)
    known = tuple(entries)
    for answers in _RANKS:
        bearers = [entry for entry in known if answers(text, entry)]
        if bearers:
            return bearers[0] if len(bearers) == 1 else None
    return None


def containing(text: str, entries: Iterable[Entry]) -> list[Match]:
    """Entries whose code begins with the text or one of whose names holds it.

    The score is 1 for a whole code or name, else the share of the code or name that was given.
    """
    wanted = comparable(text) if not text.strip().isdigit() else text.strip()
    matches: list[Match] = []
    for entry in entries:
        if wanted and entry.code.startswith(wanted):
            matches.append(Match(entry, entry.names[0], len(wanted) / len(entry.code)))
            continue
        shares = [(_share(wanted, name), -at, name) for at, name in enumerate(entry.names)]
        share, _, name = max(shares, key=lambda item: item[:2])
        if share:
            matches.append(Match(entry, name, share))
    return matches


def _share(wanted: str, name: Name) -> float:
    text = comparable(name.text)
    return len(wanted) / len(text) if wanted and wanted in text else 0.0


def resembling(text: str, entries: Iterable[Entry]) -> list[Match]:
    """Entries with a name at least half like the text (normalised Levenshtein similarity)."""
    from rapidfuzz.distance import Levenshtein

    wanted = comparable(text)
    matches: list[Match] = []
    for entry in entries:
        for name in entry.names:
            score = Levenshtein.normalized_similarity(
                wanted, comparable(name.text), score_cutoff=_LEAST_LIKENESS
            )
            if score:
                matches.append(Match(entry, name, score))
    return matches
