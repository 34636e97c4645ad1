"""Rows of performance tables whose cells slid, fell into pieces or went lost."""

from __future__ import annotations

from decimal import Decimal

from extract.tables.performance.reading import performance_of
from extract.tables.performance.sheets import sheet_of_lines
from extract.tables.performance.titles import project_in

HEADER = "年度目标|一级指标|二级指标|三级指标|年初目标值(A)|实际完成值(B)|得分"


def entry(*lines):
    (found,) = performance_of(sheet_of_lines([line.split("|") for line in lines]))
    return found


def told(*lines):
    return [
        (each.level1, each.level2, each.name, each.target, each.actual, each.score)
        for each in entry(HEADER, *lines).indicators
    ]


def test_a_row_that_slid_left_is_read_by_what_its_cells_say():
    assert told(
        "|产出指标(9分)|数量指标(9分)|巡查次数(4分)|≥12次|14次|4",
        "|质量指标(5分)|抽检合格率(5分)|95%|97%|5|",
    ) == [
        ("产出指标", "数量指标", "巡查次数", "≥12次", "14次", Decimal(4)),
        ("产出指标", "质量指标", "抽检合格率", "95%", "97%", Decimal(5)),
    ]


def test_a_name_that_went_lost_is_said_to_be():
    lines = ("|质量指标(5分)|抽检合格率(2.5分)|95%|97%|2.5|", "|||建立|建立|2.5|")
    found = entry(HEADER, "|产出指标(9分)|数量指标(4分)|巡查次数(4分)|12次|14次|4", *lines).indicators[-1]
    assert (found.name, found.target, found.actual, found.score) == (None, "建立", "建立", Decimal("2.5"))
    assert found.flags == ("unnamed",)


def test_a_name_goes_on_below_until_its_weight():
    (found,) = told("|产出指标|数量指标|更换辖区老旧小区供水|12处|12处|5", "|||阀门数(5分)|||")
    assert found[2] == "更换辖区老旧小区供水阀门数"


def test_empty_slots_are_dropped_and_the_levels_above_hold_on():
    found = told("|产出指标|数量指标|||||", "||质量指标|抽检合格率|95%|97%|5", "||时效指标|||||")
    assert found == [("产出指标", "质量指标", "抽检合格率", "95%", "97%", Decimal(5))]


def test_a_value_in_overlapping_pieces_has_no_figure():
    header = "|一级指标|二级指标|三级|指标|年初目标(A)|示值|实际完成值(B)"
    found = entry(header, "|产出指标|数量指标|巡查|次数|≥1|12次|14次").indicators[0]
    assert (found.name, found.target, found.actual) == ("巡查次数", "≥1 12次", "14次")
    assert (found.target_value, found.flags) == (None, ("pieces",))


def test_weights_complete_the_levels_of_the_row_above():
    found = entry(HEADER, "|产出指标|数量指标|甲(1分)|1次|1次|1", "|(2分)|(2分)|乙(1分)|1次|1次|1").indicators
    assert {(each.level1, each.level1_weight, each.level2_weight) for each in found} == {
        ("产出指标", Decimal(2), Decimal(2))
    }


def test_annual_targets_with_weight_and_score():
    found = entry(
        "年度目标 1：河道管理（4分）|产出指标||2.00|小计|3.95",
        "年度目标 2：绿化养护|产出指标||1.00|小计|2.00",
        "(2分)|效益指标||1.00||",
    )
    assert [(goal.number, goal.name, goal.weight, goal.score) for goal in found.goals] == [
        (1, "河道管理", Decimal(4), Decimal("3.95")),
        (2, "绿化养护", Decimal(2), Decimal("2.00")),
    ]


def test_two_figures_in_one_cell_are_not_run_together():
    found = entry("预算执行|预算数(A)|执行数(B)|执行率(B/A)", "年度财政资金总额|5 4.86||97.2%", HEADER)
    assert (found.budget, found.executed, found.rate_pct) == (Decimal(5), Decimal("4.86"), Decimal("97.2"))


def test_a_rate_in_pieces_counts_only_where_it_is_right():
    header = "预算执行|预算数(A)|执行数(B)|执行|率(B/A)"
    right = entry(header, "年度财政资金总额|45|37.74|8|3.87%", HEADER)
    wrong = entry(header, "年度财政资金总额|45|37.74|8|0.3.87%", HEADER)
    assert (right.rate_pct, wrong.rate_pct) == (Decimal("83.87"), None)
    assert wrong.flags == ("pieces",)


def test_projects_below_each_other_go_on_over_repeated_headers():
    header = (
        "单位编码|单位（项目）名称|资金总额|绩效目标|绩效指标|||",
        "||||一级指标|二级指标|三级指标|指标值",
    )
    lines = (
        *header,
        "208|河道巡查|12.50|河道巡查|产出指标|数量指标|次数|12",
        *header,
        "208|河道巡查|12.50|河道巡查|产出指标|质量指标|合格率|95",
        "|绿化养护|8.00|绿化养护|产出指标|数量指标|面积|300",
    )
    found = performance_of(sheet_of_lines([line.split("|") for line in lines]))
    assert [(each.project, each.budget, len(each.indicators)) for each in found] == [
        ("河道巡查", Decimal("12.50"), 2),
        ("绿化养护", Decimal("8.00"), 1),
    ]


def test_the_project_a_title_names():
    assert project_in("2024年度河道巡查维护项目绩效自评表") == "河道巡查维护"
    assert project_in("2024年度项目支出绩效自评表") is None


def test_what_lacks_what_others_print_is_doubted():
    header = ["一级指标", "二级指标", "三级指标", "指标值类型", "指标值", "计量单位"]
    rows = [
        ["产出指标", "数量指标", "栽种树木", "≥", "120", "棵"],
        ["", "", "清理路面", "", "30", "公里"],
        ["", "质量指标", "合格率", "定量", "95", "%"],
        ["", "", "办理时效", "", "及时", ""],
        ["", "", "修补井盖", "≥", "8", "处"],
        ["", "", "更换路灯", "二", "9", "盏"],
    ]
    (entry,) = performance_of(sheet_of_lines([header, *rows]))
    assert [each.name for each in entry.indicators if "unsure" in each.flags] == ["清理路面"]
    assert entry.indicators[-1].comparator == "="


def test_a_row_cut_in_two_is_one_indicator():
    header = ["一级指标", "二级指标", "三级指标", "年初目标值", "实际完成值", "得分"]
    rows = [
        ["产出指标", "数量指标", "栽种树木", "120棵", "130棵", "5"],
        ["效益指标", "服务对象", "居民评价", "", "", ""],
        ["", "满意度指标", "", "≥90%", "95%", "10"],
    ]
    (entry,) = performance_of(sheet_of_lines([header, *rows]))
    assert [(each.name, each.target, each.level2) for each in entry.indicators] == [
        ("栽种树木", "120棵", "数量指标"),
        ("居民评价", "≥90%", "服务对象满意度指标"),
    ]
