"""In the tables stage: rows that begin an annual target (年度目标 1: …) of an organisation."""

from __future__ import annotations

import re
from decimal import Decimal

from extract.tables.performance.entries import GoalDraft
from extract.tables.performance.sheets import SheetRow
from extract.tables.performance.values import is_weight_alone, points, weighed

_GOAL = re.compile(r"年度(?:绩效)?(?:目标|指标)\s*(\d{1,2})\s*[:：、.]?\s*(.*)", re.S)
_PART = re.compile(r"(?:产出|效益|成本|满意度|小计).*")


def read_goal(row: SheetRow) -> GoalDraft | None:
    """The annual target a row begins; None when it begins none."""
    cells = [cell for cell in row if cell.filled and cell.begins]
    found = _GOAL.fullmatch(cells[0].text.strip()) if cells else None
    if found is None:
        return None
    texts = [cell.text for cell in cells[1:] if not _PART.fullmatch(cell.plain) and points(cell.text) is None]
    return GoalDraft(int(found[1]), _named(found[2], texts), _score(row), cells[0].page)


def _named(behind: str, texts: list[str]) -> str:
    """The name in front of the weight, wherever the two stand."""
    inside = weighed(behind.lstrip(":： "))
    names = [inside.name, *texts] if inside.name else texts
    name = "".join(names).lstrip(":：").strip()
    return f"{name}({inside.weight}分)" if inside.weight is not None else name


def _score(row: SheetRow) -> Decimal | None:
    """The last figure of the row, which is the target's own; a share of it stands before."""
    cells = [cell for cell in row if cell.filled]
    return points(cells[-1].text) if len(cells) > 1 else None


def more_of(goal: GoalDraft, row: SheetRow) -> None:
    """The rest of a target's name, where only its weight goes on in the next row."""
    first = next((cell for cell in row if cell.filled), None)
    if first is not None and is_weight_alone(first.text) and weighed(goal.name).weight is None:
        goal.name += first.text
