"""Target tables without cells: rows are divided by what each column can hold, and doubted otherwise."""

from __future__ import annotations

from extract.tables.performance.targets import divided, read_targets

FIELDS = ("name", "target", "content", "criterion", "unit", "comparator", "remark")
TREES = ("栽种树木", "120", "考察栽种树木的数量", "少一棵扣一分", "棵", "≥", "10分")
SPEED = ("办理时效", "及时", "考察是否及时办理", "逾期不得分", "定性", "5分")


def rows(*pieces):
    found = divided(pieces, FIELDS)
    return found and ([dict(row.values) for row in found[0]], found[1] and not any(r.cost for r in found[0]))


def test_rows_with_and_without_a_unit_are_divided():
    (first, second), sure = rows(*TREES, *SPEED)
    assert (first["name"], first["unit"], first["remark"]) == ("栽种树木", "棵", "10分")
    assert (second["name"], second["unit"], second["comparator"]) == ("办理时效", "", "定性")
    assert sure


def test_a_row_whose_cell_went_lost_is_not_sure():
    found, sure = rows(*(text for text in TREES if text != "少一棵扣一分"))
    assert [row["name"] for row in found] == ["栽种树木"]
    assert not sure


def test_pieces_that_make_no_rows_give_none():
    assert rows("栽种树木", "120", "棵") is None


def test_projects_begin_with_their_code():
    lead = ("200101", "绿化专项", "12.50", "改善环境")
    pieces = [
        *lead,
        "产出指标",
        "数量指标",
        *TREES,
        "200101",
        "热线专项",
        "3",
        "效益指标",
        "社会效益指标",
        *SPEED,
    ]
    first, second = (entry.performance() for entry in read_targets(pieces, FIELDS, whole=False))
    assert (first.project, str(first.budget), first.objective) == ("绿化专项", "12.50", "改善环境")
    assert [each.name for each in first.indicators] == ["栽种树木"]
    assert (second.project, second.indicators[0].level1) == ("热线专项", "效益指标")


def test_indicators_that_cannot_be_divided_leave_the_project_in_doubt():
    pieces = ["200101", "绿化专项", "12.50", "改善环境", "产出指标", "数量指标", "栽种树木", "120"]
    (entry,) = (entry.performance() for entry in read_targets(pieces, FIELDS, whole=False))
    assert entry.flags == ("unsure",)
    assert entry.indicators == ()
