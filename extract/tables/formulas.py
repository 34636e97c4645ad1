"""In the tables stage: formulas printed under the forms and rules of the form data, as signed sums."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

Axis = Literal["column", "line"]
Term = tuple[int, int | str]
"""Sign (+1 or -1) and what it applies to: a 栏次 or 行次, or a column key."""


@dataclass(frozen=True, slots=True)
class Formula:
    """``left`` = sum of ``terms``, over columns (栏) or lines (行).

    ``left`` and the terms are the printed 栏次 or 行次, or column keys in a rule of the form data.
    ``text`` is the formula as printed, in half-width signs.
    """

    axis: Axis
    left: int | str
    terms: tuple[Term, ...]
    text: str


# Only the full-width forms of ASCII are folded: full compatibility folding would turn the
# list mark ① into a digit of the formula that follows it.
_HALF_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_SIGNS = {ord(sign): plain for sign, plain in {"−": "-", "–": "-", "—": "-", "﹣": "-", "﹢": "+"}.items()}
_ELLIPSIS = re.compile(r"(?:\.{2,}|[…⋯]+|[·・。]{2,}|[~至])")

_NUMBER = r"\d{1,3}(?!\d)"  # a form has no thousand lines, and a range must stay small
_WORD = r"(?:\s*[栏列各行次])*"
_JOINT = r"\s*(?:[+\-]?\s*…\s*[+\-]?|[+\-])\s*"
_OPERAND = rf"[(\s]*{_NUMBER}{_WORD}(?:\s*\))*{_WORD}"
_PRINTED = re.compile(
    rf"(?<!\d)第?(?P<left>{_NUMBER})(?P<word>{_WORD})\s*=(?P<right>{_OPERAND}(?:{_JOINT}{_OPERAND})*)"
)
_TOKEN = re.compile(r"[+\-…()]|\d+")
_UNFINISHED = frozenset("=+-*/×÷…")
_OPENING = re.compile(r"(?:^|[\s:;,。、(])$")
_CLOSING = re.compile(r"(?:$|[\s:;,。、.)])")
_RULE = re.compile(r"\s*(?P<left>[a-z_]+)\s*=(?P<right>\s*-?\s*[a-z_]+(?:\s*[+\-]\s*[a-z_]+)*)\s*")
_KEY = re.compile(r"([+\-]?)\s*([a-z_]+)")


@lru_cache(maxsize=512)
def parse_formulas(text: str) -> tuple[Formula, ...]:
    """The formulas printed in a text, in order; none when it holds none.

    Lines may be broken inside a formula. Formulas whose ellipsis runs backwards are refused.

    >>> [(f.left, f.terms) for f in parse_formulas("6 栏各行＝（1＋2－3）栏各行。")]
    [(6, ((1, 1), (1, 2), (-1, 3)))]
    """
    plain = _ELLIPSIS.sub("…", text.translate(_HALF_WIDTH).translate(_SIGNS))
    if "=" not in plain:
        return ()
    found = (_formula(match) for match in _PRINTED.finditer(plain) if _is_formula(match))
    return tuple(formula for formula in found if formula is not None)


def printed_formulas(notes: Iterable[str], axis: Axis) -> tuple[Formula, ...]:
    """The formulas of one axis among the notes of a table; one may run on into the next note."""
    return tuple(formula for formula in parse_formulas("\n".join(notes)) if formula.axis == axis)


@lru_cache(maxsize=512)
def parse_rule(rule: str) -> Formula:
    """A rule of the form data, in column keys.

    Raises ValueError when the text is no rule, for that is a mistake in the data.

    >>> parse_rule("total = basic + project").terms
    ((1, 'basic'), (1, 'project'))
    """
    match = _RULE.fullmatch(rule)
    if match is None:
        raise ValueError(f"not a rule in column keys: {rule!r}")
    terms = tuple((-1 if sign == "-" else 1, key) for sign, key in _KEY.findall(match["right"]))
    return Formula("column", match["left"], terms, "".join(rule.split()))


def _is_formula(match: re.Match[str]) -> bool:
    """Whether the match is a formula of the form and not some sum of figures in running text.

    With 栏 or 行 it is one; without, it must stand alone and have several terms. One that
    breaks off in mid sum is none.
    """
    before, after = match.string[: match.start()], match.string[match.end() :]
    if after.lstrip()[:1] in _UNFINISHED:
        return False
    if _axis_words(match):
        return True
    several = len(re.findall(r"\d+", match["right"])) > 1
    return several and bool(_OPENING.search(before[-1:])) and bool(_CLOSING.match(after[:1]))


def _axis_words(match: re.Match[str]) -> str:
    return "".join(re.findall(r"[栏列行]", match[0]))


def _formula(match: re.Match[str]) -> Formula | None:
    terms = _terms(match["right"])
    if terms is None:
        return None
    words = _axis_words(match)
    axis: Axis = "line" if words and not set(words) & {"栏", "列"} else "column"
    return Formula(axis, int(match["left"]), terms, "".join(match[0].split()))


def _terms(right: str) -> tuple[Term, ...] | None:
    """Signed numbers of the right side, ranges written out; None when a range runs backwards."""
    terms: list[Term] = []
    sign, group, previous = 1, 1, 0
    ranging = False
    for token in _TOKEN.findall(right):
        if token.isdigit():
            number = int(token)
            if ranging and number <= previous:
                return None
            first = previous + 1 if ranging else number
            terms += [(sign * group, each) for each in range(first, number + 1)]
            previous, ranging = number, False
        elif token == "…":
            ranging = True
        elif token == "(":
            sign, group = 1, sign
        elif token == ")":
            group = 1
        else:
            sign = -1 if token == "-" else 1
    return tuple(terms)
