"""Which lines of a transcript are running text and which make up a table."""

from __future__ import annotations

from pathlib import Path

import pytest

from extract.layout.flow import Flow, LooseTable, TextLine
from extract.layout.marks import without_marks
from extract.layout.transcripts import printed_cells, transcript_flow
from extract.reading.pages import Transcript
from extract.reading.text import read_text

SEEDS = Path(__file__).resolve().parents[2] / ".." / "shared" / "seeds"


def flow_of(text: str) -> Flow:
    return transcript_flow(Transcript(tuple(text.split("\n")), "text/plain"))


def tables(text: str) -> list[LooseTable]:
    return [item for item in flow_of(text) if isinstance(item, LooseTable)]


def texts(text: str) -> list[str]:
    return [item.text for item in flow_of(text) if isinstance(item, TextLine)]


@pytest.mark.parametrize(
    ("line", "plain"),
    [
        ("## **二、** 收入决算情况说明", "二、 收入决算情况说明"),
        ("**云岭市青川区财政局", "云岭市青川区财政局"),
        ("- 1. 贯彻执行法律", "1. 贯彻执行法律"),
        ("^{2.} 本套报表", "2. 本套报表"),
        ("占本年支出 **67.29 %**；", "占本年支出 67.29 %；"),
        (
            '1、部门预算项目 <input type="checkbox" checked=""/> 2、专项 <input type="checkbox"/>',
            "1、部门预算项目 ☑ 2、专项 □",
        ),
    ],
)
def test_marks_are_removed(line: str, plain: str) -> None:
    assert without_marks(line) == plain


@pytest.mark.parametrize(
    ("line", "cells"),
    [
        ("208\t\t社会保障\t20.60\t", ("208", "", "社会保障", "20.60", "")),
        ("| 208 | 社会\\|保障 | |", ("208", "社会|保障", "")),
        ("|---|:--:|", ()),
        ("208 社会保障 20.60", None),
    ],
)
def test_cells_of_a_line(line: str, cells: tuple[str, ...] | None) -> None:
    assert printed_cells(line) == cells


def test_tab_rows_make_one_table_past_blank_lines() -> None:
    text = "收入决算表\n公开02表\n项目\t\t合计\n\n208\t保障\t1.00\n\n注：本表反映收入。"
    (table,) = tables(text)
    assert table.first_line == 2
    assert [line for line in table.lines if line] == ["项目\t\t合计", "208\t保障\t1.00"]
    assert texts(text) == ["收入决算表", "公开02表", "注：本表反映收入。"]


def test_a_title_in_a_row_of_its_own_starts_the_next_table() -> None:
    text = "2023年度收入决算表\t\t\n208\t保障\t1.00\n2023年度支出决算表\t\t\n208\t保障\t1.00"
    assert [table.first_line for table in tables(text)] == [0, 2]


def test_text_of_a_cell_that_runs_on_stays_in_the_table() -> None:
    text = "序号\t事项\t完成情况\n1\t投诉\t已经办结\n全部满意\n2\t巡查\t完成"
    (table,) = tables(text)
    assert len(table.lines) == 4


def test_a_contents_list_with_page_numbers_is_no_table() -> None:
    text = "目录\n一、收入决算表\t5\n二、支出决算表\t6\n三、名词解释\t12"
    assert tables(text) == []
    assert len(texts(text)) == 4


def test_lines_under_a_caption_up_to_the_note() -> None:
    text = (
        "2023年度支出决算表\n\n公开03表\n\n部门：某中心 金额单位：\n\n万元\n\n项目\n\n本年支\n\n"
        "出合计\n\n栏次 1 2 3\n\n合计 8.00 8.00\n\n"
        "— 5 —\n\n208 社会保障和就业支出 8.00 8.00\n\n注：本表反映各项支出情况。\n第三部分 说明"
    )
    (table,) = tables(text)
    solid = [line for line in table.lines if line]
    assert solid[0] == "项目"
    assert solid[-1] == "208 社会保障和就业支出 8.00 8.00"


def test_rows_with_codes_need_no_caption() -> None:
    text = "前文如下。\n208 社会保障和就业支出 8.00 8.00\n20805 行政事业单位养老支出 8.00 8.00\n后文如下。"
    (table,) = tables(text)
    assert len(table.lines) == 2


def test_narrative_with_figures_is_no_table() -> None:
    text = (
        "一、收入决算情况说明\n2023年度收入合计878.45万元，比上年\n减少160.24万元，下降15.4%。\n"
        "3.城乡社区(类)支出714.02万元，占81.3%。"
    )
    assert tables(text) == []


def test_the_next_title_broken_over_two_lines_is_given_back() -> None:
    text = (
        "公开03表\n项目\n合计 8.00 8.00\n208 保障 8.00 8.00\n2023年度一般公共预算财政拨款\n"
        "支出决算表\n公开05表"
    )
    assert texts(text)[-3:] == ["2023年度一般公共预算财政拨款", "支出决算表", "公开05表"]


def test_items_of_a_two_sided_form_are_no_headings() -> None:
    text = (
        "公开01表\n项目 行次 金额\n一、一般公共预算财政拨款收入 1 8.00 一、一般公共服务支出 32\n"
        "二、上级补助收入 2 二、外交支出 33 8.00\n注：收支情况。"
    )
    (table,) = tables(text)
    assert len(table.lines) == 3


def test_one_cell_a_line_behind_tabs() -> None:
    text = (
        "收支总表\n\t一、本级财政拨款收入\n\t1,633.94\n\t一、基本支出\n\t650.65\n\n"
        "\t二、专户收入\n\t\n\t二、项目支出\n\t983.29\n注：收支情况。"
    )
    (table,) = tables(text)
    assert table.lines[-1] == "\t983.29"
    assert "" in table.lines  # rows stay parted


def test_bookmarks_behind_a_tab_are_no_table() -> None:
    text = "\n".join(f"\t第{n}部分 单位概况" for n in "一二三四五")
    assert tables(text) == []


def test_indicators_are_kept_together_up_to_the_remarks() -> None:
    text = (
        "2023年度项目支出绩效自评表\n项目名称 城市维护\n一级指标 二级指标 三级指标\n产出指标\n"
        "数量指标 巡查 ≥50次 365次\n备注：口径说明。"
    )
    (table,) = tables(text)
    assert len(table.lines) == 4


@pytest.mark.parametrize(
    ("seed", "count"), [("jianghan", 12), ("qiaokou", 15), ("hanyang", 24), ("qingling", 4), ("kaifu", 16)]
)
def test_seeds(seed: str, count: int) -> None:
    found = sorted(SEEDS.glob(f"{seed}*.txt"))
    if not found:
        pytest.skip("the shared seeds are not here")
    flow = transcript_flow(read_text(found[0].read_bytes(), file_name=found[0].name))
    assert sum(isinstance(item, LooseTable) for item in flow) == count
