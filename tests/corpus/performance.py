"""In the corpus generator: performance tables of several forms and lists of key work, with their truth."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from typing import Any

from tests.corpus.blocks import Cell, CellRow, TableBlock
from tests.corpus.chance import Chance
from tests.corpus.classification import DATA

Truth = dict[str, Any]


@cache
def words() -> dict[str, Any]:
    return tomllib.loads((DATA / "performance.toml").read_text(encoding="utf-8"))


@dataclass(frozen=True, slots=True)
class Slot:
    """An indicator of the form; one without a name is an empty slot. ``target`` holds no unit."""

    level1: str
    level2: str
    name: str = ""
    comparator: str = ""
    target: str = ""
    unit: str = ""
    actual: str = ""
    weight: Decimal | None = None
    score: Decimal | None = None

    @property
    def whole_target(self) -> str:
        """The target as one cell prints it."""
        return f"{self.comparator if self.comparator in '≥≤＞=' else ''}{self.target}{self.unit}"


@dataclass(frozen=True, slots=True)
class Project:
    """A project, or a department's year, with its slots."""

    name: str
    department: str
    unit: str
    objective: str
    budget: Decimal
    executed: Decimal
    slots: tuple[Slot, ...]

    @property
    def rate(self) -> Decimal:
        return (self.executed * 100 / self.budget).quantize(Decimal("0.01"), ROUND_HALF_UP)

    @property
    def filled(self) -> tuple[Slot, ...]:
        return tuple(slot for slot in self.slots if slot.name)


def _project(chance: Chance, name: str, *, empty: float, per_group: int = 2) -> Project:
    department = chance.pick(words()["departments"])
    budget = Decimal(chance.number(80, 90000)) / 100
    executed = (budget * chance.number(40, 100) / 100).quantize(Decimal("0.01"), ROUND_HALF_UP)
    return Project(
        name=name,
        department=department,
        unit=chance.pick((department, f"{department}信息中心", f"{department}服务中心")),
        objective=chance.pick(words()["objectives"]).format(project=name),
        budget=budget,
        executed=executed,
        slots=tuple(_slots(chance, empty, per_group)),
    )


def _slots(chance: Chance, empty: float, per_group: int) -> Iterator[Slot]:
    used: set[str] = set()
    levels = words()["level"][: chance.number(3, 4)] + words()["level"][3:]
    for level in {each["name"]: each for each in levels}.values():
        for group in level["groups"]:
            if chance.happens(empty):
                yield Slot(level["name"], group)
                continue
            for _ in range(chance.number(1, per_group)):
                yield _slot(chance, level["name"], group, used)


def _slot(chance: Chance, level: str, group: str, used: set[str]) -> Slot:
    kind = "satisfied" if level == "满意度指标" else chance.pick(("counted", "rated", "worded"))
    names = [name for name in words()[kind]["names"] if name not in used] or [f"其他事项{len(used)}完成情况"]
    name = chance.pick(names)
    used.add(name)
    base = replace(_valued(chance, kind), level1=level, level2=group, name=name)
    weight = Decimal(chance.pick(("2", "3", "5", "10", "1.5")))
    score = weight if chance.happens(0.8) else (weight * chance.number(0, 9) / 10).normalize() + 0
    return replace(base, weight=weight, score=Decimal(f"{score:f}"))


def _valued(chance: Chance, kind: str) -> Slot:
    if kind == "worded":
        target, actual = chance.pick(words()["worded"]["targets"])
        return Slot("", "", comparator="定性", target=target, actual=actual)
    if kind == "counted":
        unit = chance.pick(words()["counted"]["units"])
        figure = chance.number(1, 3000)
        done = figure + chance.number(-5, 400) if figure > 9 else figure
        return Slot(
            "",
            "",
            comparator=chance.pick(("≥", "=", "")),
            target=str(figure),
            unit=unit,
            actual=f"{done}{unit}",
        )
    figure = chance.pick((80, 85, 90, 95, 98, 100))
    sign = "" if figure == 100 else "≥"
    return Slot("", "", comparator=sign, target=str(figure), unit="%", actual=f"{chance.number(75, 100)}%")


# --- cells ------------------------------------------------------------------------------------------


def _cell(text: str = "", wide: int = 1, high: int = 1) -> Cell:
    return Cell(text, row_span=high, column_span=wide)


def _levels(slots: Sequence[Slot], merged: Callable[[str, int, Decimal], str]) -> list[list[Cell]]:
    """For every row the cells of the levels that begin in it, merged over the rows they hold for."""
    rows: list[list[Cell]] = [[] for _ in slots]
    for key in ("level1", "level2"):
        start = 0
        while start < len(slots):
            stop = start
            same = (slots[start].level1, getattr(slots[start], key))
            while stop < len(slots) and (slots[stop].level1, getattr(slots[stop], key)) == same:
                stop += 1
            weight = sum((slot.weight or Decimal(0) for slot in slots[start:stop]), Decimal(0))
            rows[start].append(_cell(merged(same[1], stop - start, weight), high=stop - start))
            start = stop
    return rows


def _with_weight(text: str, weight: Decimal | None, shown: bool) -> str:
    return f"{text}（{weight:f}分）" if shown and weight else text


def _plain(text: str, _rows: int, _weight: Decimal) -> str:
    return text


# --- the forms ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Made:
    """A table with the truth of its entries."""

    block: TableBlock
    truth: Truth


def _wuhan_project(chance: Chance, year: int) -> Made:
    """项目自评表: seven columns, weights behind the names or none at all, a score or none."""
    project = _project(chance, chance.pick(words()["projects"]), empty=0.2)
    weighs = chance.happens(0.6)
    scored = weighs and chance.happens(0.8)
    columns = 7 if scored else 6
    body = [
        *_wuhan_head(project, columns, scored, weighs),
        *_wuhan_indicators(chance, project, weighs, scored),
    ]
    total = sum((slot.score or Decimal(0) for slot in project.filled), Decimal(20))
    if scored:
        body.append((_cell("总分"), _cell(f"{total:f}", columns - 1)))
    body.append(
        (
            _cell("偏差大或目标未完成原因分析"),
            _cell("部分设备采购流程较长，款项按合同约定支付。", columns - 1),
        )
    )
    body.append((_cell("改进措施及结果应用方案"), _cell("无", columns - 1)))
    title = chance.pick(
        (
            f"{year}年度{project.name}项目自评表",
            f"{year}年度{project.name}项目绩效自评表",
            f"{year}年度项目支出绩效自评表",
        )
    )
    truth = _entry(project, weighs=weighs, scored=scored)
    truth |= {
        "department": project.department,
        "unit": project.unit,
        "executed": f"{project.executed}",
        "rate_pct": f"{project.rate}",
    }
    truth |= {"total_score": f"{total:f}"} if scored else {}
    return _made(
        "project_performance", title, (), body, (1.6, 2.0, 2.4, 6.0, 3.0, 3.4, 1.6)[:columns], [truth]
    )


def _wuhan_head(project: Project, columns: int, scored: bool, weighs: bool) -> list[CellRow]:
    half = columns - 3
    money = f"预算执行情况（万元）{'（20分）' if weighs else ''}"
    labels = ["预算数（A）", "执行数（B）", "执行率（B/A）", *(["得分（20分*执行率）"] if scored else [])]
    figures = [f"{project.budget}", f"{project.executed}", f"{project.rate}%", *(["20"] if scored else [])]
    pad = columns - 2 - len(labels)
    wide = [1] * (len(labels) - 1) + [1 + pad]
    return [
        (_cell("项目名称"), _cell(project.name, columns - 1)),
        (
            _cell("主管部门"),
            _cell(project.department, 2),
            _cell("项目实施单位"),
            _cell(project.unit, half - 1),
        ),
        (_cell("项目类别"), _cell("1、部门预算项目☑ 2、专项资金□ 3、上级转移支付项目□", columns - 1)),
        (
            _cell(money, high=2),
            _cell(),
            *(_cell(text, span) for text, span in zip(labels, wide, strict=True)),
        ),
        (_cell("年度财政资金总额"), *(_cell(text, span) for text, span in zip(figures, wide, strict=True))),
    ]


def _wuhan_indicators(chance: Chance, project: Project, weighs: bool, scored: bool) -> list[CellRow]:
    def merged(text: str, _rows: int, weight: Decimal) -> str:
        return _with_weight(text, weight, weighs)

    labels = [
        "一级指标",
        "二级指标",
        "三级指标",
        "年初目标值（A）",
        "实际完成值（B）",
        *(["得分"] if scored else []),
    ]
    side = _cell("年度绩效目标", high=len(project.slots) + 1)
    rows: list[CellRow] = [(side, *map(_cell, labels))]
    for slot, levels in zip(project.slots, _levels(project.slots, merged), strict=True):
        values = [_with_weight(slot.name, slot.weight, weighs), slot.whole_target, slot.actual]
        values += [f"{slot.score:f}" if slot.score is not None else ""] if scored else []
        rows.append((*levels, *map(_cell, values)))
    return rows


def _wuhan_overall(chance: Chance, year: int) -> Made:
    """整体绩效自评表: several annual targets, each with its own header and indicators."""
    department = chance.pick(words()["departments"])
    goals = [
        _project(chance, name, empty=0.1, per_group=1)
        for name in chance.sample(words()["projects"], chance.number(2, 4))
    ]
    whole = _project(chance, department, empty=1.0)
    body: list[CellRow] = [
        (_cell("单位名称"), _cell(department, 6)),
        (_cell("基本支出总额"), _cell("321.50", 2), _cell("项目支出总额"), _cell("187.25", 3)),
        (
            _cell("预算执行情况（万元）（20分）", high=2),
            _cell("部门整体支出总额", high=2),
            *map(_cell, ("预算数（A）", "执行数（B）", "执行率（B/A）")),
            _cell("得分（20分*执行率）", 2),
        ),
        (*map(_cell, (f"{whole.budget}", f"{whole.executed}", f"{whole.rate}%")), _cell("20", 2)),
    ]
    truth_goals = []
    for number, goal in enumerate(goals, 1):
        weight = sum((slot.weight or Decimal(0) for slot in goal.filled), Decimal(0))
        score = sum((slot.score or Decimal(0) for slot in goal.filled), Decimal(0))
        body.append((_cell(f"年度目标{number}（{weight:f}分）"), _cell(goal.name, 5), _cell(f"{score:f}")))
        body += _wuhan_indicators(chance, goal, True, True)
        truth_goals.append(
            {"number": number, "name": goal.name, "weight": f"{weight:f}", "score": f"{score:f}"}
        )
    indicators = [
        row
        for number, goal in enumerate(goals, 1)
        for row in _indicators(goal, weighs=True, scored=True, goal=number)
    ]
    truth = {
        "unit": department,
        "budget": f"{whole.budget}",
        "executed": f"{whole.executed}",
        "goals": truth_goals,
        "indicators": indicators,
    }
    return _made(
        "overall_performance",
        f"{year}年度{department}整体绩效自评表",
        (),
        body,
        (1.8, 2.0, 2.4, 6.0, 3.0, 3.4, 1.6),
        [truth],
    )


CHANGSHA = (
    "一级指标",
    "二级指标",
    "三级指标",
    "指标值",
    "指标值内容",
    "评（扣）分标准",
    "度量单位",
    "指标值类型",
    "备注",
)


def _changsha_projects(chance: Chance, year: int) -> Made:
    """项目支出绩效目标表: a row an indicator, projects one below the other, many slots empty."""
    projects = [
        _project(chance, name, empty=0.35) for name in chance.sample(words()["projects"], chance.number(2, 4))
    ]
    lead = ("单位编码", "单位（项目）名称", "资金总额", "绩效目标")
    header = ((*(_cell(text, high=2) for text in lead), _cell("绩效指标", 9)), tuple(map(_cell, CHANGSHA)))
    body: list[CellRow] = []
    for project in projects:
        high = len(project.slots)
        for row, (slot, levels) in enumerate(zip(project.slots, _levels(project.slots, _plain), strict=True)):
            own = ("208001", project.name, f"{project.budget}", project.name)
            first = tuple(_cell(text, high=high) for text in own) if row == 0 else ()
            body.append((*first, *levels, *_changsha_values(slot)))
    return _made(
        "project_performance",
        "项目支出绩效目标表",
        header,
        body,
        (1.6, 3.0, 1.8, 3.0, 1.8, 2.0, 3.4, 1.8, 4.0, 4.4, 1.4, 1.4, 1.2),
        [_entry(p, weighs=True, planned=True) for p in projects],
        landscape=True,
    )


def _changsha_values(slot: Slot) -> Iterator[Cell]:
    if not slot.name:
        yield from (Cell() for _ in range(7))
        return
    sign = slot.comparator or "="
    unit = slot.unit
    rule = f"达到目标得满分，共计{slot.weight:f}分，每少一项扣1分。"
    for text in (slot.name, slot.target, f"主要考察{slot.name}。", rule, unit, sign, f"{slot.weight:f}分"):
        yield _cell(text)


def _national_project(chance: Chance, year: int) -> Made:
    """项目支出绩效自评表 as the finance ministry prints it: 分值 and 得分 in columns of their own."""
    project = _project(chance, chance.pick(words()["projects"]), empty=0.15)
    body: list[CellRow] = [
        (_cell("项目名称", 2), _cell(project.name, 7)),
        (_cell("主管部门", 2), _cell(project.department, 2), _cell("实施单位", 2), _cell(project.unit, 3)),
        (
            _cell("项目资金（万元）", 2, 2),
            _cell(),
            *map(_cell, ("年初预算数", "全年预算数", "全年执行数", "分值", "执行率", "得分")),
        ),
        (
            _cell("年度资金总额"),
            *map(
                _cell,
                (
                    f"{project.budget}",
                    f"{project.budget}",
                    f"{project.executed}",
                    "10",
                    f"{project.rate}%",
                    "10",
                ),
            ),
        ),
        (
            *tuple(
                map(_cell, ("一级指标", "二级指标", "三级指标", "年度指标值", "实际完成值", "分值", "得分"))
            ),
            _cell("偏差原因分析及改进措施", 2),
        ),
    ]
    for slot, levels in zip(project.slots, _levels(project.slots, _plain), strict=True):
        points = (f"{slot.weight:f}", f"{slot.score:f}") if slot.name else ("", "")
        body.append(
            (*levels, *map(_cell, (slot.name, slot.whole_target, slot.actual, *points)), _cell("", 2))
        )
    total = sum((slot.score or Decimal(0) for slot in project.filled), Decimal(10))
    body.append((_cell("总分", 5), _cell("100"), _cell(f"{total:f}"), _cell("", 2)))
    truth = _entry(project, weighs=True, scored=True)
    truth |= {
        "department": project.department,
        "unit": project.unit,
        "executed": f"{project.executed}",
        "rate_pct": f"{project.rate}",
    }
    return _made(
        "project_performance",
        f"{year}年度项目支出绩效自评表",
        (),
        body,
        (1.8, 2.0, 4.0, 2.4, 2.4, 1.3, 1.4, 1.2, 2.2),
        [truth],
    )


def _changsha_overall(chance: Chance, year: int) -> Made:
    """部门整体支出绩效目标表: money by source and nature beside the indicators."""
    department = chance.pick(words()["departments"])
    project = _project(chance, department, empty=0.35)
    lead = ("单位编码", "单位名称")
    purses = ("一般公共预算", "政府性基金拨款", "其他资金", "基本支出", "项目支出")
    columns = (
        "一级指标",
        "二级指标",
        "三级指标",
        "指标值类型",
        "指标值",
        "计量单位",
        "指标解释",
        "评（扣）分标准",
        "备注",
    )
    header = (
        (
            *(_cell(text, high=3) for text in lead),
            _cell("年度预算申请", 6),
            _cell("整体绩效目标", high=3),
            _cell("部门整体支出年度绩效目标", 9, 2),
        ),
        (_cell("资金总额", high=2), _cell("按收入性质分", 3), _cell("按支出性质分", 2)),
        (*map(_cell, purses), *map(_cell, columns)),
    )
    basic = (project.budget / 2).quantize(Decimal("0.01"), ROUND_HALF_UP)
    own = (
        "208001",
        department,
        f"{project.budget}",
        f"{project.budget}",
        "",
        "",
        f"{basic}",
        f"{project.budget - basic}",
        project.objective,
    )
    body: list[CellRow] = []
    for row, (slot, levels) in enumerate(zip(project.slots, _levels(project.slots, _plain), strict=True)):
        first = tuple(_cell(text, high=len(project.slots)) for text in own) if row == 0 else ()
        values = (
            (
                slot.name,
                slot.comparator or "=",
                slot.target,
                slot.unit,
                f"{slot.name}的完成情况",
                "完成得满分，未完成不得分。",
                f"{slot.weight:f}",
            )
            if slot.name
            else ("",) * 7
        )
        body.append((*first, *levels, *map(_cell, values)))
    truth = _entry(project, weighs=True, planned=True) | {"unit": department}
    del truth["project"]
    widths = (1.6, 2.2, 1.7, 1.7, 1.2, 1.2, 1.6, 1.6, 3.0, 1.6, 1.8, 3.0, 1.3, 1.8, 1.2, 3.0, 3.0, 1.0)
    return _made(
        "overall_performance", "部门整体支出绩效目标表", header, body, widths, [truth], landscape=True
    )


def _key_work(chance: Chance, year: int) -> Made:
    """重点工作事项完成情况."""
    header = (tuple(map(_cell, ("序号", "重要事项", "工作内容及目标", "完成情况"))),)
    items = chance.sample(words()["works"]["items"], chance.number(2, 5))
    works = [
        {
            "number": number,
            "item": item,
            "target": chance.pick(words()["works"]["targets"]),
            "outcome": chance.pick(words()["works"]["outcomes"]),
        }
        for number, item in enumerate(items, 1)
    ]
    body = [tuple(_cell(str(work[key])) for key in ("number", "item", "target", "outcome")) for work in works]
    return _made("key_work", f"{year}年度重点工作完成情况", header, body, (1.2, 5.0, 6.0, 7.0), [], works)


FORMS: dict[str, Callable[[Chance, int], Made]] = {
    "wuhan_project": _wuhan_project,
    "wuhan_overall": _wuhan_overall,
    "changsha_projects": _changsha_projects,
    "changsha_overall": _changsha_overall,
    "national_project": _national_project,
    "key_work": _key_work,
}
"""The forms by name."""


def annex(seed: int, year: int, forms: Sequence[str]) -> list[Made]:
    """One table of each form named; ``wuhan`` and so on take all forms that begin so."""
    chosen = [name for name in FORMS if any(name.startswith(each) for each in forms)]
    return [FORMS[name](Chance(seed, f"performance/{name}"), year) for name in chosen]


# --- truth ------------------------------------------------------------------------------------------


def _entry(project: Project, *, weighs: bool, scored: bool = False, planned: bool = False) -> Truth:
    return {
        "project": project.name,
        "budget": f"{project.budget}",
        "indicators": _indicators(project, weighs=weighs, scored=scored, planned=planned),
    }


def _indicators(
    project: Project, *, weighs: bool, scored: bool = False, goal: int | None = None, planned: bool = False
) -> list[Truth]:
    """``planned``: a form of the budget, which prints a comparator for each and no outcome."""
    return [
        {
            "goal": goal,
            "level1": slot.level1,
            "level2": slot.level2,
            "name": slot.name,
            "target": slot.target,
            "comparator": (slot.comparator or "=") if planned else slot.comparator,
            "unit": slot.unit,
            "actual": None if planned else slot.actual,
            "weight": f"{slot.weight:f}" if weighs else None,
            "score": f"{slot.score:f}" if scored else None,
        }
        for slot in project.filled
    ]


def _made(
    kind: str,
    title: str,
    header: Sequence[CellRow],
    body: Sequence[CellRow],
    widths: Sequence[float],
    entries: list[Truth],
    works: list[Truth] | None = None,
    *,
    landscape: bool = False,
) -> Made:
    block = TableBlock(
        kind=kind,
        title=title,
        number="",
        captions=("", ""),
        header=tuple(header),
        body=tuple(body),
        widths=tuple(widths),
        landscape=landscape,
    )
    return Made(block, {"kind": kind, "entries": entries, "key_work": works or []})
