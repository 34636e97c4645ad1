"""In the tables stage: texts of performance tables as figures: weights, targets, scores."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from extract.tables.amounts import normalised, parse_amount
from models.performance import Comparator

_WEIGHT = re.compile(r"[(（](?:分值|权重)?[::]?(\d+(?:\.\d+)?)\s*分(?:\*.{0,6})?[)）]")
_SCORE = re.compile(r"(\d+(?:\.\d+)?)分?")
_BLANKS = re.compile(r"(?<![A-Za-z0-9.,])\s+|\s+(?![A-Za-z0-9])")
_NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")
_COMPARED = re.compile(
    r"(?P<sign>\D{0,4}?)(?P<number>\d[\d,]*(?:\.\d+)?)(?P<unit>[^\d(),。;]{0,8}?)(?P<tail>及?以[上下内])?"
)
_SIGNS: dict[str, Comparator] = {
    **dict.fromkeys(
        ("≥", "≧", ">=", "≥=", "大于等于", "大于或等于", "不低于", "不少于", "不小于", "达到"), "≥"
    ),
    **dict.fromkeys(("≤", "≦", "<=", "小于等于", "小于或等于", "不超过", "不高于", "不大于", "不多于"), "≤"),
    **dict.fromkeys((">", "大于", "超过", "高于"), ">"),
    **dict.fromkeys(("<", "小于", "低于", "少于"), "<"),
    **dict.fromkeys(("=", "等于"), "="),
}
_TAILS: dict[str, Comparator] = {
    "以上": "≥",
    "及以上": "≥",
    "以下": "≤",
    "及以下": "≤",
    "以内": "≤",
    "及以内": "≤",
}


def tidy(text: str) -> str:
    """Text on one line, without the blanks that line breaks left inside Chinese words.

    >>> tidy("5 座桥梁 Wi Fi 网络")
    '5座桥梁Wi Fi网络'
    """
    return _BLANKS.sub("", " ".join(text.split())).strip()


@dataclass(frozen=True, slots=True)
class Weighed:
    """A name and the weight printed behind it."""

    name: str
    weight: Decimal | None


def weighed(text: str) -> Weighed:
    """Part a name from its weight.

    >>> weighed("投诉件派发率(10分)")
    Weighed(name='投诉件派发率', weight=Decimal('10'))
    """
    found = list(_WEIGHT.finditer(text))
    if not found:
        return Weighed(text, None)
    last = found[-1]
    return Weighed((text[: last.start()] + text[last.end() :]).strip(), Decimal(last[1]))


def is_weight_alone(text: str) -> bool:
    return bool(_WEIGHT.fullmatch(normalised(text)))


def points(text: str) -> Decimal | None:
    """Points: a weight or a score, with or without 分."""
    found = _SCORE.fullmatch(normalised(text).replace(",", ""))
    return Decimal(found[1]) if found else None


@dataclass(frozen=True, slots=True)
class Compared:
    """A target taken apart; what it does not say is None."""

    comparator: Comparator | None = None
    value: Decimal | None = None
    unit: str | None = None


def comparator_in(text: str) -> Comparator | None:
    """The comparator a cell of its own prints (``≥``, ``大于等于``, ``定性``); a recognised 二 is a ``=``."""
    plain = normalised(text)
    return "定性" if plain == "定性" else _SIGNS.get("=" if plain == "二" else plain)


def compared(text: str) -> Compared:
    """Take a target or an outcome apart: sign, figure and unit where it is one figure, else what is certain.

    >>> compared("200次以上")
    Compared(comparator='≥', value=Decimal('200'), unit='次')
    """
    plain = normalised(text)
    found = _COMPARED.fullmatch(plain)
    if found and (not found["sign"] or found["sign"] in _SIGNS):
        sign = _SIGNS.get(found["sign"]) or _TAILS.get(found["tail"] or "")
        return Compared(sign, Decimal(found["number"].replace(",", "")), found["unit"] or None)
    return Compared() if not plain or _NUMBER.search(plain) else Compared("定性")


def money(text: str) -> Decimal | None:
    """An amount, with its unit behind it or without."""
    return parse_amount(re.sub(r"(?:万|亿|千)?元$", "", normalised(text)))
