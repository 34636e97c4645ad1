"""In the tables stage: printed subject codes, in one cell or several, become full codes."""

from __future__ import annotations

import re
from collections.abc import Sequence

from extract.tables.amounts import normalised
from models.disclosure import Classification, Level

_DIGITS = re.compile(r"\d{1,7}")
_LEVELS: dict[str, dict[int, Level]] = {
    "function": {3: "class", 5: "group", 7: "item"},
    "economic": {3: "class", 5: "group"},
    "income": {3: "class", 5: "group", 7: "item"},
}
_HAN = re.compile(r"[一-鿿]")
_LEADING = re.compile(r"^[\[(]?([235]\d{2}(?:\d{2}){0,2})[\])]?(?=[^\d.,])[-—_\s]*(.+)$", re.DOTALL)


def level_of(code: str | None, classification: Classification | None) -> Level:
    """The tree level a code's length stands for; ``line`` where it stands for none."""
    return _LEVELS.get(classification or "function", {}).get(len(code or ""), "line")


def joined_code(parts: Sequence[str], above: Sequence[str]) -> tuple[str, ...]:
    """The parts of a code printed in several columns, completed.

    ``parts`` are the texts of the code columns (类, 款, 项), ``above`` the completed parts of the
    row before. A part typed short (``2`` for 02) is filled with zeros; a class or group left
    blank before a printed part is the one above; columns that repeat the code so far
    (208 | 20805 | 2080505) are cut to their own part. Text that is no code ends it.
    """
    codes: list[str] = []
    texts = [normalised(part) for part in parts]
    last = max((index for index, text in enumerate(texts) if _DIGITS.fullmatch(text)), default=-1)
    for index, text in enumerate(texts[: last + 1]):
        width = 3 if index == 0 else 2
        so_far = "".join(codes)
        if not text:
            text = above[index] if index < len(above) else ""
        elif not _DIGITS.fullmatch(text):
            return ()
        elif len(text) > width and so_far and text.startswith(so_far):
            text = text[len(so_far) :]
        codes.append(text.zfill(width) if text else "")
    return tuple(codes) if all(codes) else ()


def code_in_name(text: str) -> tuple[str, str] | None:
    """Code and name where a form prints both in one cell (``2080505 机关事业…``, ``[20805]…``)."""
    found = _LEADING.match(text.strip())
    return (found[1], found[2]) if found and _HAN.search(found[2]) else None
