"""Levels of indicators in grids whose cells false rules cut, or whose text was not recognised."""

from __future__ import annotations

import pytest

from extract.tables.performance.levels import belong_together
from extract.tables.performance.reading import performance_of
from extract.tables.performance.sheets import sheet_of_cells
from models.disclosure import PrintedCell

HEADER = ("一级指标", "二级指标", "三级指标", "年初目标值", "实际完成值", "得分")


def cell(row, column, text, rows=1):
    return PrintedCell(row=row, column=column, row_span=rows, text=text, page=1, bbox=None)


def grid(*cells, header=HEADER):
    """A table of six columns; the last three of every indicator are filled in."""
    names = [each for each in cells if each.column == 2]
    values = [cell(name.row, c, f"{name.row}{c}", name.row_span) for name in names for c in (3, 4, 5)]
    return sheet_of_cells([*(cell(0, c, text) for c, text in enumerate(header)), *cells, *values])


def told(sheet, *, pictured=True):
    (found,) = performance_of(sheet, pictured=pictured)
    return [(each.level1, each.level2, each.name, bool(each.flags)) for each in found.indicators]


def test_an_empty_piece_of_a_level_belongs_to_the_text_below_where_a_name_spans_both():
    sheet = grid(
        cell(1, 0, "成本指标", 4),
        cell(1, 1, "社会成本指标"),
        cell(1, 2, "巡查次数"),
        cell(2, 1, ""),
        cell(2, 2, "抽检率", 2),
        cell(3, 1, "生态环境成本指标", 2),
        cell(4, 2, "清淤量"),
    )
    assert told(sheet) == [
        ("成本指标", "社会成本指标", "巡查次数", False),
        ("成本指标", "生态环境成本指标", "抽检率", False),
        ("成本指标", "生态环境成本指标", "清淤量", False),
    ]


def test_an_outer_level_in_pieces_is_put_together_too():
    sheet = grid(
        cell(1, 0, "成本指标"),
        cell(1, 1, "经济成本指标"),
        cell(1, 2, "单价"),
        cell(2, 0, "", 2),
        cell(2, 1, "经济效益指标"),
        cell(2, 2, "增收"),
        cell(3, 1, "社会效益指标", 2),
        cell(3, 2, "就业", 2),
        cell(4, 0, "效益指标"),
    )
    assert [level1 for level1, *_ in told(sheet)] == ["成本指标", "效益指标", "效益指标"]


def lost_level():
    return grid(
        cell(1, 0, "产出指标", 3),
        cell(1, 1, "数量指标", 2),
        cell(1, 2, "巡查次数"),
        cell(2, 2, "演练次数"),
        cell(3, 1, ""),
        cell(3, 2, "抽检率"),
    )


def test_a_level_whose_own_cell_was_not_recognised_is_null_and_doubted():
    assert told(lost_level())[-1] == ("产出指标", None, "抽检率", True)


def test_in_a_text_layer_an_empty_cell_goes_on_with_the_level_above():
    assert told(lost_level(), pictured=False)[-1] == ("产出指标", "数量指标", "抽检率", False)


def test_a_level_that_does_not_go_with_the_outer_one_is_doubted():
    sheet = grid(
        cell(1, 0, "成本指标", 2), cell(1, 1, "经济成本指标"), cell(1, 2, "单价"),
        cell(2, 1, "社会效益指标"), cell(2, 2, "就业"),
    )  # fmt: skip
    assert [flagged for *_, flagged in told(sheet)] == [False, True]


def test_the_label_of_first_levels_may_have_lost_its_stroke():
    sheet = grid(
        cell(1, 0, "产出指标"), cell(1, 1, "数量指标"), cell(1, 2, "巡查次数"),
        header=("级指标", *HEADER[1:]),
    )  # fmt: skip
    assert told(sheet) == [("产出指标", "数量指标", "巡查次数", False)]


def test_without_a_column_of_first_levels_a_picture_proves_none():
    sheet = grid(cell(1, 1, "数量指标"), cell(1, 2, "巡查次数"), header=("", *HEADER[1:]))
    assert told(sheet) == [(None, "数量指标", "巡查次数", True)]


@pytest.mark.parametrize(
    ("level1", "level2", "together"),
    [
        ("产出指标", "成本指标", True),
        ("效益指标", "服务对象满意度指标", True),
        ("成本指标", "生态效益指标", False),
        ("效益指标", "数量指标", False),
        ("履职效能", "数量指标", True),
    ],
)
def test_which_levels_go_together(level1, level2, together):
    assert belong_together(level1, level2) is together


def test_a_project_in_pieces_is_put_together_where_its_amount_spans_both():
    cells = [
        *(cell(0, c, text) for c, text in enumerate(("项目名称", "资金总额", *HEADER))),
        *(cell(1, 0, "河道巡查"), cell(1, 1, "5.10")),
        *(cell(2, 0, ""), cell(2, 1, "8.20", 2), cell(3, 0, "路灯改造")),
    ]
    values = ("产出指标", "数量指标", "巡查次数", "≥12次", "14次", "5")
    cells += [cell(row, 2 + at, text) for row in (1, 2, 3) for at, text in enumerate(values)]
    found = performance_of(sheet_of_cells(cells), pictured=True)
    assert [(each.project, str(each.budget), len(each.indicators)) for each in found] == [
        ("河道巡查", "5.10", 1),
        ("路灯改造", "8.20", 2),
    ]


def test_a_header_parted_by_a_false_rule_keeps_all_its_columns():
    cells = [
        *(cell(0, 0, "项目名称", 2), cell(0, 1, "资金总额"), cell(1, 1, "")),
        *(cell(0, 2 + at, text, 2) for at, text in enumerate(HEADER)),
        *(cell(2, 0, "河道巡查"), cell(2, 1, "53.51")),
        *(
            cell(2, 2 + at, text)
            for at, text in enumerate(("产出指标", "数量指标", "次数", "≥12次", "14次", "5"))
        ),
    ]
    (found,) = performance_of(sheet_of_cells(cells), pictured=True)
    assert (found.project, str(found.budget)) == ("河道巡查", "53.51")


def test_a_lost_sign_and_a_name_cut_off_are_doubted():
    header = (*HEADER[:3], "指标值类型", "年初目标值", "实际完成值")
    rows = (
        ("巡查次数", "≥", "12", "14"),
        ("抽检率", "", "95", "96"),
        ("时长", "2", "8", "9"),
        ("居民生活品", "≥", "3", "4"),
        ("质", "", "", ""),
    )
    cells = [cell(0, at, text) for at, text in enumerate(header)]
    cells += [cell(1, 0, "产出指标", 5), cell(1, 1, "数量指标", 5)]
    cells += [cell(1 + n, 2 + at, text) for n, row in enumerate(rows) for at, text in enumerate(row)]
    assert [flagged for *_, flagged in told(sheet_of_cells(cells))] == [False, True, True, True, True]
