"""Damaged codes come back where name and place force them, and stay as printed where they do not."""

from __future__ import annotations

import random

import pytest

from extract.subjects import match_subjects, readdressed
from extract.subjects.column import code_cost
from extract.subjects.edition import edition_of
from extract.subjects.path import Option, cheapest_chain
from models.catalogue import CLASSIFICATIONS, catalogue, comparable
from models.catalogue.lookalike import canonical, is_misread
from models.disclosure import Cell, Repair, Row, Table

ECONOMIC = [
    ("301", "工资福利支出"),
    ("30101", "基本工资"),
    ("30102", "津贴补贴"),
    ("30103", "奖金"),
    ("30107", "绩效工资"),
    ("302", "商品和服务支出"),
    ("30201", "办公费"),
    ("30205", "水费"),
    ("30229", "福利费"),
]
FUNCTION = [
    ("208", "社会保障和就业支出"),
    ("20805", "行政事业单位养老支出"),
    ("2080501", "行政单位离退休"),
    ("2080505", "机关事业单位基本养老保险缴费支出"),
    ("210", "卫生健康支出"),
    ("21011", "行政事业单位医疗"),
    ("2101101", "行政单位医疗"),
    ("221", "住房保障支出"),
    ("22102", "住房改革支出"),
    ("2210201", "住房公积金"),
]


def read(rows, classification="function", trust="ocr"):
    printed = tuple(
        Row(code=None, name=name, level="line", printed_code=code, printed_name=name) for code, name in rows
    )
    table = Table(id="t1", kind="expenditure", status="extracted", rows=printed)
    return match_subjects(table, edition=2023, classification=classification, trust=trust)


def with_code(rows, at, code, name=None):
    changed = list(rows)
    changed[at] = (code, name or rows[at][1])
    return changed


def codes(reading):
    return [row.code or row.printed_code for row in reading.table.rows]


@pytest.mark.parametrize(
    ("at", "damaged", "certainty"),
    [
        (1, "3010", "proven"),
        (3, "3010", "proven"),
        (8, "3022 q", "formal"),
        (7, "3O2O5", "formal"),
        (6, "302", "proven"),
        (4, "30I0", "proven"),
    ],
)
def test_a_code_is_restored_by_name_and_place(at, damaged, certainty):
    reading = read(with_code(ECONOMIC, at, damaged), "economic")
    assert codes(reading) == [code for code, _ in ECONOMIC]
    assert [(r.from_, r.to, r.certainty) for r in reading.repairs] == [(damaged, ECONOMIC[at][0], certainty)]
    assert reading.table.rows[at].printed_code == damaged
    assert reading.repairs[0].because


def test_neighbours_with_the_same_rest_of_a_code_are_told_apart():
    rows = [(code[:4] if len(code) == 5 else code, name) for code, name in ECONOMIC]
    assert codes(read(rows, "economic")) == [code for code, _ in ECONOMIC]


def test_nothing_is_repaired_in_a_text_layer():
    reading = read(with_code(ECONOMIC, 1, "3010"), "economic", trust="text_layer")
    assert not reading.repairs
    assert codes(reading)[1] == "3010"


def test_an_unknown_code_read_clearly_is_kept():
    rows = with_code(FUNCTION, 3, "2080577", "机关事业单位年金管理支出")
    reading = read(rows)
    assert codes(reading)[3] == "2080577"
    assert not reading.repairs


def test_an_unknown_code_beside_a_siblings_name_is_kept_and_said():
    reading = read(with_code(FUNCTION, 3, "2080503", "机关事业单位基本养老保险缴费支出"))
    assert codes(reading)[3] == "2080503"
    assert any(check.status == "fail" for check in reading.checks)


def test_a_misread_digit_that_breaks_the_order_is_put_right():
    reading = read(with_code(FUNCTION, 0, "203"))
    assert codes(reading)[0] == "208"


def test_a_name_alone_does_not_decide_between_its_many_bearers():
    rows = [("201", "一般公共服务支出"), ("2o", "行政运行"), ("208", "社会保障和就业支出")]
    assert not [repair for repair in read(rows).repairs if repair.kind == "code"]


def test_undamaged_tables_of_the_whole_edition_stay_as_they_are():
    edition = edition_of("function", 2023)
    rows = [(code, entry.name) for code, entry in sorted(edition.entries.items()) if edition.stands(code)]
    reading = read(rows)
    assert codes(reading) == [code for code, _ in rows]
    assert not reading.repairs


@pytest.mark.parametrize("seed", range(3))
def test_of_many_codes_cut_at_random_none_is_restored_to_another(seed):
    chance = random.Random(seed)
    edition = edition_of("function", 2023)
    known = sorted(code for code in edition.entries if edition.stands(code) and code < "209")
    true = sorted({part for code in chance.sample(known, 40) for part in (code[:3], code[:5], code)})
    true = [code for code in true if code in edition.entries]
    hit = set(chance.sample([at for at, code in enumerate(true) if len(code) > 3], len(true) // 10))
    rows = [(code[:-1] if at in hit else code, edition.entries[code].name) for at, code in enumerate(true)]
    got = codes(read(rows))
    wrong = [(true[at], code) for at, code in enumerate(got) if code != true[at] and code != rows[at][0]]
    assert not wrong
    assert sum(got[at] == true[at] for at in hit) >= 0.9 * len(hit)


def test_misread_names_are_put_right_and_authors_words_are_not():
    reading = read(with_code(FUNCTION, 9, "2210201", "往房公积金"))
    assert reading.table.rows[9].name == "住房公积金"
    assert [(r.kind, r.from_, r.to) for r in reading.repairs] == [("name", "往房公积金", "住房公积金")]
    own = read(with_code(ECONOMIC, 2, "30102", "津贴补助"), "economic")
    assert own.table.rows[2].name == "津贴补助"


def test_a_character_no_name_has_is_no_authors():
    assert read(with_code(FUNCTION, 7, "221", "住房保嶂支出")).table.rows[7].name == "住房保障支出"


def test_look_alikes_never_make_two_names_of_a_classification_one():
    for classification in CLASSIFICATIONS:
        merged: dict[str, set[str]] = {}
        for names in catalogue().names(classification).values():
            for name in names:
                merged.setdefault(canonical(name.text), set()).add(comparable(name.text))
        assert [alike for alike in merged.values() if len(alike) > 1] == []


def test_marks_and_look_alikes_are_misreadings_and_words_are_not():
    assert is_misread("一般公共服务支岀", "一般公共服务支出")
    assert is_misread("维修(护)费.", "维修（护）费")
    assert not is_misread("文化体育与传媒支出", "文化旅游体育与传媒支出")


def test_lost_last_digits_cost_less_than_misread_ones():
    assert code_cost("3010", "30101") < code_cost("30104", "30101") < code_cost("30154", "30101")
    assert code_cost("2O8", "208") < code_cost("203", "208")


def test_the_chain_is_cheapest_as_a_whole_and_knows_by_how_much():
    rows = [[Option("a", 0.0), Option("b", 1.0)], [Option("a", 0.0), Option("b", 0.5)]]
    chosen = cheapest_chain(rows, lambda above, below: 3.0 if above == below == "a" else 0.0)
    assert [each.state for each in chosen] == ["a", "b"]
    assert [each.margin for each in chosen] == [0.5, 0.5]


def test_repairs_of_cells_follow_their_rows_to_the_new_code():
    def row(code, text):
        return Row(code=code, name="x", level="group", cells={"total": Cell(text=text)})

    before = [row("3010", "1 8.64"), row("3010", "4 0.82")]
    after = [
        each.model_copy(update={"code": code}) for each, code in zip(before, ("30101", "30102"), strict=True)
    ]
    repairs = [
        Repair(where="3010/total", from_=text, to="0", kind="spacing", certainty="formal")
        for text in ("1 8.64", "4 0.82")
    ]
    assert [r.where for r in readdressed(repairs, before, after)] == ["30101/total", "30102/total"]
