"""Administrative divisions from the heads of names."""

from __future__ import annotations

from importlib.resources import files

import pytest

from extract.layout.divisions import division_of

ROWS = [
    line.split("\t")
    for line in (files("extract.layout") / "divisions.tsv").read_text(encoding="utf-8").splitlines()[1:]
]


def parts(name: str):
    division = division_of(name)
    return division.province, division.city, division.district


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("云岭市青川区水务局", (None, "云岭市", "青川区")),
        ("云岭市水务局", (None, "云岭市", None)),
        ("云岭市青川县石桥镇人民政府", (None, "云岭市", "青川县")),
        ("云岭省云岭市青川区水务局", ("云岭省", "云岭市", "青川区")),
        ("云岭自治州青川旗水务局", (None, "云岭自治州", "青川旗")),
        ("水务局", (None, None, None)),
        ("", (None, None, None)),
    ],
)
def test_what_is_printed_is_given(name, wanted):
    assert parts(name) == wanted


@pytest.mark.parametrize("name", ["北京市青川区水务局", "重庆市青川县水务局"])
def test_a_municipality_is_province_and_city(name):
    assert parts(name) == (name[:3], name[:3], name[3:6])


def test_a_known_division_has_its_code_and_the_parts_the_name_leaves_out():
    division = division_of("武汉市硚口区城市管理局")
    assert division.model_dump() == {
        "code": "420104", "province": "湖北省", "city": "武汉市", "district": "硚口区",
    }  # fmt: skip


def test_the_name_of_a_district_that_many_cities_have_tells_no_city():
    division = division_of("鼓楼区教育局")
    assert (division.code, division.city, division.district) == (None, None, "鼓楼区")


def test_a_city_that_contradicts_the_district_gets_no_code():
    division = division_of("云岭市硚口区城市管理局")
    assert (division.code, division.city, division.district) == (None, "云岭市", "硚口区")


def test_a_code_is_given_once_and_belongs_to_its_province():
    codes = [row[0] for row in ROWS]
    assert len(codes) == len(set(codes))
    assert all(code.isdigit() and len(code) == 6 for code in codes)
    provinces = {}
    for code, province, *_ in ROWS:
        assert provinces.setdefault(code[:2], province) == province


@pytest.mark.parametrize("row", ROWS, ids=[row[0] for row in ROWS])
def test_the_whole_name_of_a_division_finds_it(row):
    code, province, city, district, _ = row
    whole = "".join(dict.fromkeys(part for part in (province, city, district) if part))
    assert division_of(f"{whole}财政局").code == code
