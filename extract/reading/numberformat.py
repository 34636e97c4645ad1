"""In the reading stage: what a spreadsheet shows for a number under its number format.

The rules are those of ECMA-376 Part 1, 18.8.31 (number format codes): up to four sections, placeholders
``0 # ?``, thousands separators, scaling commas, percent signs, literals. The figure a sheet shows is what
its author published, so it is this text that is read, not the binary number behind it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal
from functools import lru_cache
from typing import Literal

_SIGNIFICANT = 15
"""Decimal digits Excel keeps of a number; what binary adds behind them is noise."""
_WIDE = Context(prec=400)
_TOKEN = re.compile(
    r'"(?P<quoted>[^"]*)"|[\\!](?P<escaped>.)|\[(?P<bracket>[^\]]*)\]|_.|\*.|(?P<general>General)'
    r"|(?P<digit>[0#?])|(?P<point>\.)|(?P<comma>,)|(?P<percent>%)|(?P<exponent>[eE][+-])|(?P<slash>/)"
    r"|(?P<text>@)|(?P<literal>.)",
    re.IGNORECASE | re.DOTALL,
)
_CONDITION = re.compile(r"(<=|>=|<>|<|>|=)(-?\d+(?:\.\d+)?)")
_CURRENCY = re.compile(r"\$([^-]*)")
_SECTION_END = re.compile(r'"[^"]*"|[\\!].|(;)', re.DOTALL)

Kind = Literal["digit", "point", "percent", "literal"]


@dataclass(frozen=True, slots=True)
class _Section:
    """One section of a format. ``plain`` sections show numbers as General does, with their literals lost."""

    tokens: tuple[tuple[Kind, str], ...]
    grouped: bool = False
    thousands: int = 0
    percent: int = 0
    plain: bool = False
    condition: tuple[str, Decimal] | None = None


def shown_number(value: float, code: str | None) -> str:
    """The text a cell shows for a number.

    >>> shown_number(0.1 + 0.2, "General"), shown_number(1434.5, "#,##0.00"), shown_number(0, '0;-0;"-"')
    ('0.3', '1,434.50', '-')
    """
    exact = _exact(value)
    sections = _sections(code or "General")
    if not sections:
        return general(exact)
    section, sign, number = _chosen(sections, exact)
    return general(exact) if section.plain else sign + _rendered(section, number)


def general(value: Decimal) -> str:
    """A number as the format General shows it in a cell that is wide enough."""
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _exact(value: float) -> Decimal:
    """The number without the noise of its binary form."""
    return Decimal(value) if isinstance(value, int) else Decimal(format(value, f".{_SIGNIFICANT}g"))


def _chosen(sections: tuple[_Section, ...], value: Decimal) -> tuple[_Section, str, Decimal]:
    """The section for a value, the sign shown before it and the number it renders."""
    for section in sections:
        if section.condition and _holds(section.condition, value):
            return section, "-" if value < 0 else "", abs(value)
    if any(section.condition for section in sections):
        return sections[-1], "-" if value < 0 else "", abs(value)
    if value < 0:
        alone = len(sections) == 1
        return sections[0 if alone else 1], "-" if alone else "", abs(value)
    return sections[2 if value == 0 and len(sections) > 2 else 0], "", value


def _holds(condition: tuple[str, Decimal], value: Decimal) -> bool:
    sign, bound = condition
    return {
        "<": value < bound, "<=": value <= bound, ">": value > bound,
        ">=": value >= bound, "=": value == bound, "<>": value != bound,
    }[sign]  # fmt: skip


@lru_cache(maxsize=512)
def _sections(code: str) -> tuple[_Section, ...]:
    parts, start = [], 0
    for found in _SECTION_END.finditer(code):
        if found[1]:
            parts.append(code[start : found.start()])
            start = found.end()
    parts.append(code[start:])
    # The fourth section is for text, which shows itself.
    return tuple(_section(part) for part in parts[:3]) if code.strip() else ()


def _section(code: str) -> _Section:
    tokens: list[tuple[Kind, str]] = []
    pending = percent = 0
    grouped = plain = False
    condition: tuple[str, Decimal] | None = None
    for found in _TOKEN.finditer(code):
        kind = found.lastgroup
        if kind == "comma":
            pending += bool(any(token == "digit" for token, _ in tokens))
        elif kind == "digit":
            grouped, pending = grouped or pending > 0, 0
            tokens.append(("digit", found[0]))
        elif kind == "bracket":
            condition = condition or _condition(found[0])
            tokens += _currency(found[0])
        elif kind in ("general", "exponent", "slash", "text"):
            plain = True
        else:
            percent += kind == "percent"
            tokens += _other(kind, found)
    return _Section(tuple(tokens), grouped, pending, percent, plain, condition)


def _other(kind: str | None, found: re.Match[str]) -> list[tuple[Kind, str]]:
    if kind == "point":
        return [("point", ".")]
    if kind == "percent":
        return [("percent", "%")]
    return [("literal", found[kind])] if kind is not None else []


def _condition(bracket: str) -> tuple[str, Decimal] | None:
    found = _CONDITION.search(bracket)
    return (found[1], Decimal(found[2])) if found else None


def _currency(bracket: str) -> list[tuple[Kind, str]]:
    found = _CURRENCY.search(bracket.strip("[]"))
    return [("literal", found[1])] if found and found[1] else []


def _rendered(section: _Section, value: Decimal) -> str:
    point = next((i for i, (kind, _) in enumerate(section.tokens) if kind == "point"), len(section.tokens))
    before, after = section.tokens[:point], section.tokens[point + 1 :]
    places = sum(kind == "digit" for kind, _ in after)
    scaled = value.scaleb(2 * section.percent - 3 * section.thousands, _WIDE)
    rounded = scaled.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP, _WIDE)
    whole, _, decimals = format(rounded, "f").partition(".")
    shown = _whole_part(before, whole.lstrip("0"), grouped=section.grouped)
    if point < len(section.tokens):
        shown += "." + _decimal_part(after, decimals)
    return shown.strip().removesuffix(".")


def _whole_part(tokens: tuple[tuple[Kind, str], ...], digits: str, *, grouped: bool) -> str:
    """Digits fill the placeholders from the right; the leftmost takes all that are left."""
    first = next((i for i, (kind, _) in enumerate(tokens) if kind == "digit"), None)
    shown: list[str] = []
    count = 0
    for index in range(len(tokens) - 1, -1, -1):
        kind, text = tokens[index]
        if kind != "digit":
            shown.append(text)
            continue
        if text == "#" and not digits:
            continue
        taken = len(digits) if index == first else 1
        for digit in reversed(digits[-taken:] if digits and taken else {"?": " "}.get(text, "0")):
            shown.append("," if grouped and count and count % 3 == 0 else "")
            shown.append(digit)
            count += 1
        digits = digits[:-taken] if taken else ""
    return "".join(reversed(shown))


def _decimal_part(tokens: tuple[tuple[Kind, str], ...], digits: str) -> str:
    shown, position = "", 0
    for kind, text in tokens:
        if kind != "digit":
            shown += text
            continue
        wanted = text == "0" or digits[position:].strip("0") != ""
        shown += digits[position] if wanted else ""
        position += 1
    return shown
