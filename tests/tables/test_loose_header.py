"""Columns of a transcript's form are those its header names, however it broke; what none names is doubted."""

from __future__ import annotations

import random
from collections.abc import Sequence

import pytest

from extract.tables.forms.registry import FormSpec, forms_for_title
from extract.tables.loose_header import ToldColumns, told_columns

INCOME = "部门收入总表"
EXPENDITURE = "部门支出总表"
GENERAL = "一般公共预算支出表"
FUND = "政府性基金预算支出表"

WHOLE: list[tuple[str, str, list[str]]] = [
    (
        EXPENDITURE,
        "科目编码 科目名称 合计 基本支出 项目支出 上缴上级支出",
        ["total", "basic", "project", "remittance_to_superior"],
    ),
    (
        EXPENDITURE,
        "项目 支出预算 功能分类科目编码 功能分类科目名称 合计 基本支出 项目支出 类 款 项",
        ["total", "basic", "project"],
    ),
    (
        GENERAL,
        "功能科目 合计 基本支出 项目支出 科目编码 科目名称 小计 人员经费 公用经费 类 款 项",
        ["total", "basic", "personnel", "public", "project"],
    ),
    (
        INCOME,
        "科目编码 科目名称 合计 上年结转 一般公共预算拨款收入 政府性基金预算拨款收入 事业收入 其他收入",
        ["total", "carried_over", "general_budget", "government_fund", "institutional", "other"],
    ),
    (
        INCOME,
        "项目 收入预算 科目编码 科目名称 合计 财政拨款收入 事业收入 类 款 项 小计 一般公共预算 政府性基金",
        ["total", "fiscal_appropriation", "general_budget", "government_fund", "institutional"],
    ),
    (FUND, "科目编码 科目名称 本年政府性基金预算支出 小计 基本支出 项目支出", ["total", "basic", "project"]),
    (GENERAL, "功能科目编码 功能科目名称 金额", ["total"]),
]


def spec_of(title: str) -> FormSpec:
    return forms_for_title(title)[0]


def broken(labels: Sequence[str], chance: random.Random) -> list[str]:
    """Labels in pieces, as a text layer prints narrow headers."""
    pieces: list[str] = []
    for label in labels:
        step = chance.choice((1, 2, 3, len(label)))
        pieces += [label[start : start + step] for start in range(0, len(label), step)]
    return pieces


def keys(found: ToldColumns) -> list[str | None]:
    return [column.key for column in found.columns]


@pytest.mark.parametrize(("title", "header", "wanted"), WHOLE)
@pytest.mark.parametrize("seed", range(6))
def test_labels_are_put_together_out_of_pieces(title: str, header: str, wanted: list[str], seed: int) -> None:
    found = told_columns(spec_of(title), broken(header.split(), random.Random(seed)))
    assert keys(found) == wanted
    assert found.certain


def test_no_word_is_found_across_two_labels() -> None:
    found = told_columns(spec_of(EXPENDITURE), ["项目", "支出", "合计", "基本支出", "上缴上级支出"])
    assert keys(found) == ["total", "basic", "remittance_to_superior"]


@pytest.mark.parametrize(
    "header",
    [
        "科目编码 科目名称 合计 基本支出 某项从未见过的经费",
        "科目编码 科目名称 合计 基本支出 上年执行数",
        "科目编码 科目名称 合计 基本支出 项目支出 基本支出",
        "科目编码 科目名称 合计 基本支出 人员经费 公用经费 项目支出",
        "基本支 项目支 科目 出 出 编码",
        "",
    ],
)
def test_what_nobody_knows_is_not_told(header: str) -> None:
    assert not told_columns(spec_of(EXPENDITURE), header.split()).certain


def test_a_breakdown_is_a_sum_only_where_nothing_is_left_out() -> None:
    header = "科目编码 科目名称 合计 财政拨款收入 事业收入 小计 一般公共预算 政府性基金"
    partly = told_columns(spec_of(INCOME), header.split())
    fully = told_columns(spec_of(INCOME), [*header.split(), "国有资本经营预算"])
    assert partly.sums == ((0, (1, 4)),)
    assert fully.sums == ((1, (2, 3, 4)), (0, (1, 5)))


def test_a_column_without_key_is_part_of_the_one_it_breaks_down() -> None:
    header = (
        "科目编码 科目名称 总计 一般公共预算拨款 其他收入 小计 经费拨款 纳入一般公共预算管理的非税收入拨款"
    )
    found = told_columns(spec_of(INCOME), header.split())
    assert keys(found) == ["total", "general_budget", None, None, "other"]
    assert found.sums == ((1, (2, 3)), (0, (1, 4)))
