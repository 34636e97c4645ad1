"""Real documents kept outside the repository: their statements and findings."""

from __future__ import annotations

import json
from collections import Counter
from decimal import Decimal
from functools import cache
from pathlib import Path

import pytest

from extract import extract

SHARED = Path(__file__).resolve().parents[3] / "shared"
pytestmark = pytest.mark.skipif(not SHARED.exists(), reason="the real documents are not here")

FINDINGS = {
    "hanyang-operations-centre-2024-final-accounts.txt": {
        "s3.5.3/2060502",
        # The reviews in the text say other money, or another rate, than the projects' tables.
        "t12/汉阳区市民热线工作服务平台及区人大履职系统运行经费/budget",
        "t12/汉阳区市民热线工作服务平台及区人大履职系统运行经费/executed",
        "t18/汉阳区12345市民政务服务热线大数据智能分析系统运维/budget",
        "t18/汉阳区12345市民政务服务热线大数据智能分析系统运维/rate_pct",
        "t24/行政事业单位缴纳残保金/rate_pct",
    },
    "qingling-subdistrict-2023-final-accounts.txt": {
        "s3.2/收入合计",
        "s3.2/财政拨款收入",
        "s3.11/procurement",
        "s5.1/2101599",
    },
    "qiaokou-info-centre-2023-final-accounts.txt": {"s5.1/2080502", "s5.1/2100410"},
    "jianghan-command-centre-2023-final-accounts.txt": set(),
    "kaifu-urban-management-2023-budget.txt": set(),
}


def golds():
    found = sorted((SHARED / "gold").glob("*.json")) if SHARED.exists() else []
    return [path for path in found if json.loads(path.read_text(encoding="utf-8")).get("narrative")]


@cache
def document(name):
    return extract(SHARED / "seeds" / name)


def subjects(name):
    return [each for each in document(name).statements if each.kind == "subject_execution"]


@pytest.mark.parametrize("path", golds(), ids=lambda path: path.stem)
def test_gold_narrative(path):
    gold = json.loads(path.read_text(encoding="utf-8"))
    told = {each.subject.code: each for each in subjects(Path(gold["file"]).name)}
    for wanted in gold["narrative"]:
        for field in ("initial_budget", "final", "completion_pct"):
            if field in wanted:
                figure = getattr(told[wanted["subject"]], field)
                assert figure == (Decimal(wanted[field]) if wanted[field] is not None else None)


def test_every_subject_of_a_long_document_is_told_and_resolved():
    told = subjects("qingling-subdistrict-2023-final-accounts.txt")
    assert Counter(each.initial_budget is not None for each in told) == {True: 18, False: 28}
    assert len({each.subject.code for each in told}) == 46
    assert all(each.subject.code and each.final is not None for each in told)


def test_project_reviews():
    told = document("hanyang-operations-centre-2024-final-accounts.txt").statements
    reviews = [each for each in told if each.kind == "project_execution" and each.annual_budget is not None]
    assert len(reviews) == 14


@pytest.mark.parametrize("name", FINDINGS)
def test_findings(name):
    failed = (
        check for check in document(name).checks if check.rule == "narrative" and check.status == "fail"
    )
    assert {check.where for check in failed} == FINDINGS[name]
