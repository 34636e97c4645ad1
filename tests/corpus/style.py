"""In the corpus generator: everything about a document's looks that says nothing about its figures."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any, Literal

from tests.corpus.chance import Chance
from tests.corpus.ink import Orientation
from tests.corpus.rulings import CLOSED, LOOSE, RULINGS


@dataclass(frozen=True, slots=True)
class Style:
    """How a document is typeset; lengths in points.

    ``rulings`` is a key of RULINGS. ``orientation`` is how landscape pages lie in the file;
    ``landscape`` puts all forms on such pages. ``name_weight`` below 1 makes subject names wrap.
    ``repeat_header`` and ``split_rows`` say what happens where a form runs over the page.
    """

    rulings: str = "full"
    orientation: Orientation = "upright"
    landscape: bool = False
    latin: str = "Times-Roman"
    table_size: float = 9.0
    padding: float = 2.5
    row_padding: float = 2.5
    name_weight: float = 1.0
    repeat_header: bool = True
    split_rows: bool = False
    shaded_header: bool = False
    valign: Literal["middle", "top", "bottom"] = "middle"
    centred_amounts: bool = False
    running_head: bool = False
    page_numbers: Literal["none", "plain", "dashes", "of"] = "plain"
    compress: bool = True


def make_style(seed: int, fixed: dict[str, Any] | None = None) -> Style:
    """The looks a seed gives, with some of them fixed. Raises TypeError for an unknown one."""
    chance = Chance(seed, "style")
    style = Style(
        rulings=chance.pick(CLOSED) if chance.happens(0.75) else chance.pick(tuple(RULINGS)),
        orientation=chance.pick(("upright", "upright", "rotate90", "rotate270", "sideways")),
        landscape=chance.happens(0.4),
        latin=chance.pick(("Times-Roman", "Times-Roman", "Helvetica", "")),
        table_size=chance.pick((7.5, 8.0, 9.0, 10.0, 10.5)),
        padding=chance.pick((1.8, 2.5, 4.0)),
        row_padding=chance.pick((1.0, 2.5, 5.0)),
        name_weight=chance.pick((0.45, 0.7, 1.0, 1.0, 1.3)),
        repeat_header=chance.happens(0.6),
        split_rows=chance.happens(0.4),
        shaded_header=chance.happens(0.15),
        valign=chance.pick(("middle", "middle", "middle", "top", "bottom")),
        centred_amounts=chance.happens(0.15),
        running_head=chance.happens(0.25),
        page_numbers=chance.pick(("none", "plain", "plain", "dashes", "of")),
    )
    style = replace(style, **(fixed or {}))
    # Without lines between them, columns are kept apart by white space.
    return style if "padding" in (fixed or {}) or style.rulings not in LOOSE else replace(style, padding=6.0)


STYLE_OPTIONS = frozenset(field.name for field in fields(Style))
