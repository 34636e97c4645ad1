"""In the accounting stage: which printed characters of a figure a reader takes for which others, as data."""

from __future__ import annotations

from collections.abc import Mapping

MARKS = frozenset(".,·•。，、:;'’‘`´\"_ ~^*")
"""Characters that stand between the digits of a figure, or where a separator was misread."""

STROKES = frozenset("1lI|i!丨]['()")
"""What a vertical ruling at the edge of a cell is read as."""

_STANDS_FOR: Mapping[str, str] = {
    "0": "OoQD〇○口°Uu",
    "1": "lI|i!丨][ıj",
    "2": "Zz",
    "4": "A",
    "5": "Ss$",
    "6": "bG",
    "7": "T",
    "8": "B&",
    "9": "qg",
}
STANDS_FOR: Mapping[str, str] = {sign: digit for digit, signs in _STANDS_FOR.items() for sign in signs}
"""The digit a sign that is none stands for first of all."""

MAY_STAND_FOR: Mapping[str, str] = {
    "B": "36",
    "b": "8",
    "D": "6",
    "G": "09",
    "Q": "9",
    "S": "89",
    "s": "8",
    "U": "6",
    "Z": "7",
    "z": "7",
    "g": "8",
    "q": "04",
    "l": "7",
    "I": "7",
    "j": "3",
    "T": "1",
    "?": "29",
    "&": "6",
    "E": "38",
    "e": "0",
    "C": "06",
    "c": "0",
    "a": "08",
    "P": "9",
    "L": "1",
    "Y": "47",
    "y": "49",
    "H": "48",
    "h": "46",
    "J": "3",
    "t": "17",
    "f": "7",
    "R": "8",
    "己": "2",
    "日": "08",
    "曰": "08",
}
"""Further digits a sign that is none may stand for."""

_ALIKE = (
    "08",
    "06",
    "09",
    "17",
    "14",
    "27",
    "38",
    "35",
    "39",
    "56",
    "58",
    "68",
    "69",
    "89",
    "49",
    "47",
    "23",
    "59",
)
ALIKE: Mapping[str, frozenset[str]] = {
    digit: frozenset(other for pair in _ALIKE if digit in pair for other in pair if other != digit)
    for digit in "0123456789"
}
"""Digits that small or blurred print makes look like each other."""
