"""Performance tables against the text: every mention of a project is held against its table."""

from __future__ import annotations

from decimal import Decimal

from extract.accounting.performance import examine_performance
from models.disclosure import Table
from models.performance import Performance
from models.statements import ProjectExecution

TABLE = Table(
    id="t1",
    kind="project_performance",
    status="extracted",
    performance=(Performance(project="绿化养护项目", budget=Decimal("15"), executed=Decimal("13.70")),),
)


def mention(project, **figures):
    return ProjectExecution(section="s1", page=None, span=(0, 1), text="", project=project, **figures)


def statuses(*mentions):
    return [(each.where, each.status) for each in examine_performance([TABLE], mentions, trust="text_layer")]


def test_every_mention_is_compared_once_with_or_without_the_word_project():
    first = mention("绿化养护", executed=Decimal("13.7"))
    second = mention("绿化养护项目", annual_budget=Decimal("16"), executed=Decimal("13.7"))
    assert statuses(first, second) == [
        ("t1/绿化养护项目/executed", "pass"),
        ("t1/绿化养护项目/budget", "fail"),
    ]


def test_other_projects_are_not_compared():
    assert statuses(mention("路灯维护", executed=Decimal("1"))) == []
