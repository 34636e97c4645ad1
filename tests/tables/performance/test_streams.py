"""Performance tables of a text layer: labels, names and values broken over lines."""

from __future__ import annotations

from decimal import Decimal

from extract.tables.performance.keywork import read_matters
from extract.tables.performance.streams import read_stream

LINES = """项目名称 河道巡查
主管部门
云岭市青川区水务
局
项目实施单位 巡查中心
预算执行情况
（万元）
预算数（A） 执行数
（B）
执行率（B/A）
年度财政资金总额 44.67 41.88 93.75%
一级指
标
二级指标 指标名称 年初指标值
实际
完成值
得分
产出
指标
（15
分）
数量指标
（9分）
新增监测点位
数量（3分）
4个 7个 3
岸线修复长度（6分）
12.8公
里
12.8公里
6
满意
度指
标（5
分）
服务对象
满意度指
标（5分）
居民满意度（5分） ≥85% 91% 5
总分 97"""


def read():
    (entry,) = read_stream(LINES.splitlines())
    return entry.performance()


def test_who_and_how_much():
    found = read()
    assert (found.project, found.department, found.unit) == ("河道巡查", "云岭市青川区水务局", "巡查中心")
    assert (found.budget, found.executed, found.rate_pct, found.total_score) == (
        Decimal("44.67"),
        Decimal("41.88"),
        Decimal("93.75"),
        Decimal(97),
    )


def test_levels_and_names_are_put_together():
    found = [(each.level1, each.level2, each.name, each.weight, each.score) for each in read().indicators]
    assert found == [
        ("产出指标", "数量指标", "新增监测点位数量", Decimal(3), Decimal(3)),
        ("产出指标", "数量指标", "岸线修复长度", Decimal(6), Decimal(6)),
        ("满意度指标", "服务对象满意度指标", "居民满意度", Decimal(5), Decimal(5)),
    ]


def test_where_target_and_outcome_part_is_said_to_be_unsure():
    sure, unsure, _ = read().indicators
    assert (sure.target, sure.actual, sure.flags) == ("4个", "7个", ())
    assert unsure.flags == ("unsure",)


def test_a_list_of_key_work_without_cells_tells_its_matters_and_no_more():
    lines = (
        "序号 重要事项 工作内容及目标 完成情况",
        "1 提高满意率",
        "投诉办理 42,618 件，满意率居",
        "3 件督办",
        "2 综合巡查督办",
        "2 个街道",
        "3 宣传",
    )
    assert [(each.number, each.item, each.outcome, each.flags) for each in read_matters(lines)] == [
        (1, "提高满意率", None, ("unsure",)),
        (2, "综合巡查督办", None, ("unsure",)),
        (3, "宣传", None, ("unsure",)),
    ]
    assert read_matters(lines[:4]) == ()
