"""For the command line: a comparison as one HTML page with plots, without scripts or network."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from jinja2 import Environment, PackageLoader, StrictUndefined

from flows.comparison import Comparison, Line, Section
from flows.terminal import MARKS
from flows.terminal_comparison import explained, in_ten_thousand

COLOURS: Final = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00")
"""Colours of Okabe and Ito, which people without full colour vision can tell apart."""
_WIDTH, _LABELS, _FIGURES = 960, 290, 110
_BAR, _GAP = 16, 10
_MOST_LINES = 24


@dataclass(frozen=True, slots=True)
class Label:
    """A name before its bars."""

    x: float
    y: float
    text: str


@dataclass(frozen=True, slots=True)
class Bar:
    """One figure of one document."""

    x: float
    y: float
    width: float
    height: float
    colour: str
    text: str
    title: str


@dataclass(frozen=True, slots=True)
class Plot:
    """Bars of a form, one group a subject, in units of the picture."""

    width: int
    height: int
    labels: tuple[Label, ...]
    bars: tuple[Bar, ...]
    colours: tuple[str, ...]


def page_of(comparison: Comparison) -> str:
    """The page as HTML."""
    environment = Environment(loader=PackageLoader("flows", "."), autoescape=True, undefined=StrictUndefined)
    template = environment.get_template("comparison.html")
    names = dict.fromkeys(heading.organisation or "?" for heading in comparison.headings)
    labels = " / ".join(heading.label for heading in comparison.headings)
    return template.render(
        title=f"{'、'.join(names)} {labels}",
        comparison=comparison,
        sections=[(section, plot_of(comparison, section)) for section in comparison.sections],
        marks={proof: mark.strip() for proof, (mark, _) in MARKS.items()},
        money=in_ten_thousand,
        explained=explained,
    )


def plot_of(comparison: Comparison, section: Section) -> Plot:
    """The plot of a form: its total and classes, or its other lines where it has no classes."""
    lines = _plotted(section.lines)
    colours = tuple(COLOURS[index % len(COLOURS)] for index in range(len(comparison.headings)))
    largest = max(
        (abs(figure.yuan) for line in lines for figure in line.figures if figure), default=Decimal()
    )
    scale = (_WIDTH - _LABELS - _FIGURES) / float(largest) if largest else 0.0
    pitch = len(colours) * _BAR + _GAP
    labels = tuple(
        Label(_LABELS - 10, index * pitch + len(colours) * _BAR / 2 + 5, _shortened(line))
        for index, line in enumerate(lines)
    )
    bars = tuple(
        bar
        for index, line in enumerate(lines)
        for bar in _bars(line, index * pitch, scale, colours, comparison)
    )
    return Plot(_WIDTH, max(1, len(lines) * pitch), labels, bars, colours)


def _plotted(lines: Sequence[Line]) -> list[Line]:
    for levels in ({"total", "class"}, {"total", "group", "item", "line"}):
        chosen = [line for line in lines if line.level in levels]
        if any(line.level != "total" for line in chosen):
            return chosen[:_MOST_LINES]
    return list(lines[:_MOST_LINES])


def _bars(line: Line, top: float, scale: float, colours: Sequence[str], comparison: Comparison) -> list[Bar]:
    return [
        Bar(
            _LABELS,
            top + index * _BAR,
            round(abs(float(figure.yuan)) * scale, 1),
            _BAR - 2,
            colours[index],
            in_ten_thousand(figure.yuan),
            f"{line.name}, {comparison.headings[index].label}: {in_ten_thousand(figure.yuan)} 万元",
        )
        for index, figure in enumerate(line.figures)
        if figure
    ]


def _shortened(line: Line) -> str:
    text = f"{line.code or ''} {line.name}".strip()
    return text if len(text) <= 19 else text[:18] + "…"
