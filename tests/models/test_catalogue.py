"""The classification catalogue: names by year, the tree, look-up by text, and how its files are built."""

import csv
import subprocess
import sys
import time
from pathlib import Path

import pytest

from models.catalogue import Catalogue, Name, catalogue, comparable
from models.catalogue.build import Fact, build, merged
from models.catalogue.entries import parent_of, parse_line
from models.catalogue.naming import one_character_off

FACTS = Path(__file__).resolve().parents[2] / ".." / "shared" / "catalogue"
CLASSIFICATIONS = ("function", "economic", "income")


@pytest.mark.parametrize("classification", CLASSIFICATIONS)
def test_every_parent_exists_or_the_code_is_marked_as_an_orphan(classification):
    names = catalogue().names(classification)
    missing = {code for code in names if parent_of(code) and parent_of(code) not in names}
    assert set(catalogue().orphans(classification)) == missing
    assert len(names) > len(missing)


def test_a_code_without_its_parent_is_an_orphan():
    small = Catalogue({"function": {"2080505": (Name("缴费支出", None, None, "recalled"),)}})
    assert small.orphans("function") == ("2080505",)


@pytest.mark.parametrize(
    ("code", "year", "name"),
    [
        ("20805", 2018, "行政事业单位离退休"),
        ("20805", 2019, "行政事业单位离退休"),
        ("20805", 2020, "行政事业单位养老支出"),
        ("20805", 2023, "行政事业单位养老支出"),
        ("21305", 2018, "扶贫"),
        ("21305", 2024, "巩固脱贫攻坚成果衔接乡村振兴"),
        ("207", 2018, "文化体育与传媒支出"),
        ("207", 2019, "文化旅游体育与传媒支出"),
        ("210", 2018, "医疗卫生与计划生育支出"),
        ("210", 2023, "卫生健康支出"),
        ("215", 2019, "资源勘探信息等支出"),
        ("215", 2023, "资源勘探工业信息等支出"),
        ("2080501", 2019, "归口管理的行政单位离退休"),
    ],
)
def test_the_name_is_that_of_the_year(code, year, name):
    assert catalogue().entry("function", code, year).name == name


def test_former_names_carry_their_years():
    entry = catalogue().entry("function", "20805", 2023)
    assert [(name.text, name.first_year, name.last_year) for name in entry.former] == [
        ("行政事业单位离退休", None, 2019)
    ]


def test_a_code_outside_its_years_is_absent_but_has_a_nearest_edition():
    assert catalogue().entry("function", "20139", 2022) is None
    assert catalogue().nearest("function", "20139", 2022).edition == 2024
    assert catalogue().nearest("function", "2010308", 2026).edition == 2023


def test_an_unknown_code_is_none_and_not_its_neighbour():
    assert catalogue().entry("function", "2080577", 2023) is None
    assert catalogue().nearest("function", "2080577", 2023) is None


def test_levels_parents_and_children():
    entry = catalogue().entry("function", "2080505", 2023)
    assert (entry.level, entry.parent, catalogue().entry("function", "208").level) == (
        "item",
        "20805",
        "class",
    )
    assert [child.code for child in catalogue().children("22102", 2023)] == ["2210201", "2210202", "2210203"]
    assert {child.parent for child in catalogue().children("301")} == {"301"}


def test_government_economic_codes_are_there():
    assert catalogue().entry("economic", "501", 2023).name == "机关工资福利支出"


@pytest.mark.parametrize(
    ("line", "year", "code"),
    [
        ("八、社会保障和就业支出", 2023, "208"),
        ("十四、资源勘探信息等支出", 2023, "215"),
        ("十四、资源勘探工业信息等支出", 2019, "215"),
        ("十八、自然资源海洋气象等支出", 2023, "220"),
        ("二十六、抗疫特别国债安排的支出", 2023, "234"),
        ("二十一、国有资本经营预算支出", 2023, "223"),
        ("二、外交", 2012, "202"),
        ("五、教肓支出", 2023, "205"),
        ("十一、 城 乡社区支 出", 2023, "212"),
        ("二十三、其他支出", 2023, "229"),
        ("一、基本支出", 2023, None),
        ("本年支出合计", 2023, None),
        ("结余分配", 2023, None),
    ],
)
def test_class_for_the_line_of_a_two_sided_form(line, year, code):
    entry = catalogue().class_for_name(line, year)
    assert (entry and entry.code) == code


def test_find_by_code_prefix_and_by_name():
    assert {match.entry.code[:5] for match in catalogue().find("22102", limit=4)} == {"22102"}
    assert catalogue().find("住房公积金", "function", 2023)[0].entry.code == "2210201"
    assert catalogue().find("财政拨款收入")[0].entry.classification == "income"


def test_find_answers_to_former_names_and_gives_the_one_of_the_year():
    best = catalogue().find("扶贫", "function", 2024)[0]
    assert (best.entry.code, best.entry.name, best.name.text) == (
        "21305",
        "巩固脱贫攻坚成果衔接乡村振兴",
        "扶贫",
    )


def test_find_falls_back_on_similar_names():
    assert catalogue().find("城乡社驱环境卫牛", "function", 2023)[0].entry.name == "城乡社区环境卫生"
    assert catalogue().find("zzzz") == []


def test_comparable_makes_writings_of_one_name_equal():
    assert comparable("城巾维护（项）") == comparable(" 城 市维护")
    assert comparable("维修（护）费") == comparable("维修(护)费")
    assert comparable("一般公共服务支出") == "一般公共服务支出"
    assert comparable("（一）一般公共服务支出") == comparable("1.一般公共服务支出") == "一般公共服务支出"


@pytest.mark.parametrize("classification", CLASSIFICATIONS)
def test_look_alikes_never_make_two_names_one(classification):
    texts = {name.text for names in catalogue().names(classification).values() for name in names}
    assert len({comparable(text) for text in texts}) == len(texts)


@pytest.mark.parametrize(
    ("text", "other", "off"),
    [
        ("教肓支出", "教育支出", True),
        ("教支出", "教育支出", True),
        ("教育育支出", "教育支出", True),
        ("教育支出", "教育支出", False),
        ("基本支出", "教育支出", False),
        ("教育", "教育支出", False),
    ],
)
def test_one_character_off(text, other, off):
    assert one_character_off(text, other) is off


def test_a_line_of_the_data_file():
    code, names = parse_line(
        "20805\t行政事业单位养老支出\t2020-\tdocument\t行政事业单位离退休\t-2019\tdocument"
    )
    assert code == "20805"
    assert names[1] == Name("行政事业单位离退休", None, 2019, "document")
    with pytest.raises(ValueError, match="zip"):
        parse_line("20805\t行政事业单位养老支出\t2020-")


def test_facts_about_one_name_complete_each_other():
    facts = [
        Fact("economic", "30307", Name("医疗费", None, None, "recalled")),
        Fact("economic", "30307", Name("医疗费补助", None, None, "document")),
        Fact("economic", "30307", Name("医疗费", None, 2017, "document")),
    ]
    assert merged(facts)["economic"]["30307"] == [
        Name("医疗费", None, 2017, "document"),
        Name("医疗费补助", None, None, "document"),
    ]


@pytest.mark.skipif(not FACTS.exists(), reason="the collected facts are not here")
def test_the_data_files_are_what_the_build_gives(tmp_path):
    assert build(FACTS, tmp_path) == []
    for classification in CLASSIFICATIONS:
        kept = Path(sys.modules["models.catalogue"].__file__).with_name(f"{classification}.tsv")
        assert (tmp_path / kept.name).read_bytes() == kept.read_bytes()


@pytest.mark.skipif(not FACTS.exists(), reason="the collected facts are not here")
@pytest.mark.parametrize("classification", ["function", "economic"])
def test_no_collected_fact_is_lost(classification):
    with (FACTS / f"{classification}.csv").open(encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            names = catalogue().names(classification)[row["code"]]
            assert row["name"] in {name.text for name in names}


def test_the_build_reports_a_missing_parent(tmp_path):
    (tmp_path / "function.csv").write_text(
        "code,name,level,first_year,last_year,evidence\n9990101,某项,item,,,doubtful\n", encoding="utf-8"
    )
    (tmp_path / "economic.csv").write_text("code,name,system,evidence\n", encoding="utf-8")
    assert "9990101: parent 99901 is missing" in build(tmp_path, tmp_path)


def test_loading_is_quick():
    code = (
        "import models.disclosure, time; start = time.perf_counter();"
        "from models.catalogue import catalogue; catalogue(); print(time.perf_counter() - start)"
    )
    runs = [subprocess.run([sys.executable, "-c", code], capture_output=True, check=True) for _ in range(3)]
    assert min(float(run.stdout) for run in runs) < 0.1  # 10 to 20 ms on an idle machine


def test_looking_up_is_quick():
    entry = catalogue().entry
    start = time.perf_counter()
    for _ in range(1000):
        entry("function", "2080505", 2023)
    assert time.perf_counter() - start < 0.2
