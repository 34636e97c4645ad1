"""In the tables stage: labels of performance tables told by their words (data beside this module)."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from extract.tables.amounts import normalised

_BRACKETS = re.compile(r"\([^()]*\)|[()“”\"'《》:：*]")
_BRACKETED = re.compile(r"\(([^()\d]{1,3})\)")


@dataclass(frozen=True, slots=True)
class Labels:
    """Fields and the patterns of the labels that name them, in the order of the data."""

    patterns: tuple[tuple[str, re.Pattern[str]], ...]

    def field(self, text: str) -> str | None:
        """The field a text is the label of, None for any other text."""
        for form in label_forms(text):
            for name, pattern in self.patterns:
                if pattern.fullmatch(form):
                    return name
        return None


@cache
def _data() -> dict[str, Any]:
    path = files("extract.tables.performance") / "words.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))


@cache
def labels(table: str) -> Labels:
    """The labels of one table of the data: ``columns``, ``execution``, ``facts``, ``levels`` …"""
    entries: dict[str, list[str]] = _data()[table]
    return Labels(tuple((name, re.compile("|".join(words))) for name, words in entries.items()))


def label_forms(text: str) -> tuple[str, str]:
    """A text as a label: with what stands in brackets where that is a word (单位(项目)名称), and without."""
    plain = normalised(text)
    return _BRACKETS.sub("", _BRACKETED.sub(r"\1", plain)), _BRACKETS.sub("", plain)


def level_of(text: str) -> str | None:
    """``level1`` or ``level2`` where a text is the usual name of an indicator's level."""
    return labels("levels").field(text)
