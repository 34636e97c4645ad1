"""In the reading stage: the numbers Word writes before paragraphs by itself (一、 （一） 1.), written out."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

Element = Any
"""An lxml element; lxml comes without types."""
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_DIGITS = "〇一二三四五六七八九"
_CHINESE = frozenset(
    [
        "chineseCounting",
        "chineseCountingThousand",
        "taiwaneseCounting",
        "taiwaneseCountingThousand",
        "japaneseCounting",
    ]
)
"""Formats that count 一 二 三 … 十 十一 (ECMA-376 Part 1, 17.18.59)."""
_CIRCLED = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"


@dataclass(frozen=True, slots=True)
class _Level:
    form: str
    text: str
    start: int


@dataclass(slots=True)
class Numbering:
    """The lists of a document and how far each has counted."""

    levels: dict[str, dict[int, _Level]] = field(default_factory=dict)
    """Levels by the number of the list."""
    lists: dict[str, str] = field(default_factory=dict)
    """The abstract list that counts for each list."""
    styles: dict[str, tuple[str, int]] = field(default_factory=dict)
    """List and level a paragraph style brings along."""
    counted: dict[str, dict[int, int]] = field(default_factory=dict)

    @classmethod
    def of(cls, numbering: Element | None, styles: Element | None) -> Numbering:
        """Read the definitions; documents without any count nothing."""
        found = cls()
        if numbering is None:
            return found
        abstract = {
            str(node.get(f"{W}abstractNumId")): {
                _index(level): _level(level) for level in node.iter(f"{W}lvl")
            }
            for node in numbering.iter(f"{W}abstractNum")
        }
        for node in numbering.iter(f"{W}num"):
            reference = node.find(f"{W}abstractNumId")
            name = str(reference.get(f"{W}val")) if reference is not None else ""
            found.lists[str(node.get(f"{W}numId"))] = name
            found.levels[str(node.get(f"{W}numId"))] = abstract.get(name, {})
        for style in styles.iter(f"{W}style") if styles is not None else ():
            listed = _reference(style)
            if listed is not None:
                found.styles[str(style.get(f"{W}styleId"))] = listed
        return found

    def label(self, paragraph: Element) -> str:
        """What Word prints before a paragraph, and count it; empty for paragraphs of no list."""
        number, level = _reference(paragraph) or self._of_style(paragraph) or ("0", 0)
        levels = self.levels.get(number, {})
        if level not in levels:
            return ""
        counts = self.counted.setdefault(self.lists[number], {})
        counts[level] = counts.get(level, levels[level].start - 1) + 1
        for lower in [other for other in counts if other > level]:
            del counts[lower]
        text = levels[level].text
        for other in sorted(levels):
            if other <= level:
                at = counts.setdefault(other, levels[other].start)
                text = text.replace(f"%{other + 1}", _written(at, levels[other].form))
        return text if levels[level].form not in ("bullet", "none") else ""

    def _of_style(self, paragraph: Element) -> tuple[str, int] | None:
        style = paragraph.find(f"{W}pPr/{W}pStyle")
        return self.styles.get(str(style.get(f"{W}val"))) if style is not None else None


def _reference(node: Element) -> tuple[str, int] | None:
    """The list and level a paragraph or style names."""
    numbered = node.find(f"{W}pPr/{W}numPr")
    number = numbered.find(f"{W}numId") if numbered is not None else None
    if numbered is None or number is None:
        return None
    level = numbered.find(f"{W}ilvl")
    depth = str(level.get(f"{W}val", "0")) if level is not None else "0"
    return str(number.get(f"{W}val")), int(depth) if depth.isdigit() else 0


def _index(level: Element) -> int:
    index = str(level.get(f"{W}ilvl", "0"))
    return int(index) if index.isdigit() else 0


def _level(level: Element) -> _Level:
    values = {name: level.find(f"{W}{name}") for name in ("numFmt", "lvlText", "start")}
    form, text, start = (str(node.get(f"{W}val", "")) if node is not None else "" for node in values.values())
    return _Level(form or "decimal", text, int(start) if start.isdigit() else 1)


def _written(number: int, form: str) -> str:
    if form in _CHINESE:
        return chinese(number)
    if form == "decimalEnclosedCircleChinese" and 0 < number <= len(_CIRCLED):
        return _CIRCLED[number - 1]
    if form in ("upperLetter", "lowerLetter") and 0 < number <= 26:
        return chr(ord("A" if form == "upperLetter" else "a") + number - 1)
    return str(number)


def chinese(number: int) -> str:
    """A number below 100 in Chinese counting.

    >>> chinese(3), chinese(10), chinese(21)
    ('三', '十', '二十一')
    """
    if not 0 < number < 100:
        return str(number)
    tens, ones = divmod(number, 10)
    return ("" if tens == 0 else "十" if tens == 1 else _DIGITS[tens] + "十") + (
        _DIGITS[ones] if ones else ""
    )
