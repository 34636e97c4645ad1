"""Subject codes: whole, in parts, in the name's cell; complete or not at all."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extract.tables.codes import code_in_name, joined_code, level_of

CLASS = st.integers(201, 234).map(str)
PART = st.integers(1, 99).map(lambda number: f"{number:02d}")
PARTS = st.builds(lambda first, rest: (first, *rest), CLASS, st.lists(PART, max_size=2).map(tuple))


def short(part: str) -> str:
    """A part as some authors type it: 2 for 02."""
    return part.lstrip("0") or "0"


@given(PARTS)
def test_parts_in_columns_of_their_own(parts):
    padded = (*parts, *[""] * (3 - len(parts)))
    assert joined_code(padded, ()) == parts


@given(PARTS, PARTS)
def test_parts_typed_short_are_filled(parts, above):
    assert joined_code((parts[0], *map(short, parts[1:])), above) == parts


@given(PARTS)
def test_a_class_or_group_left_blank_is_the_one_above(parts):
    blanks = [""] * (len(parts) - 1)
    assert joined_code((*blanks, parts[-1]), parts) == parts


@given(PARTS, st.booleans())
def test_columns_that_repeat_the_code_so_far(parts, spaced):
    cumulative = ["".join(parts[: index + 1]) for index in range(len(parts))]
    if spaced:
        cumulative = [" ".join(text) for text in cumulative]
    assert joined_code(cumulative, ()) == parts


@given(PARTS, PARTS, st.integers(0, 2), st.sampled_from(("合计", "类", "一", "2O8", "2.5", "-")))
def test_text_that_is_no_code_never_makes_one(parts, above, place, text):
    mixed = [*parts, "", ""][:3]
    mixed[place] = text
    found = joined_code(mixed, above)
    assert found == () or found == tuple(mixed[: len(found)])
    assert text not in found


@given(PARTS)
def test_nothing_printed_is_no_code(above):
    assert joined_code(("", "", ""), above) == ()
    assert joined_code((), above) == ()


def test_a_blank_class_without_one_above_is_no_code():
    assert joined_code(("", "06", "01"), ()) == ()


def test_a_whole_code_in_one_column():
    assert joined_code(("2080505",), ()) == ("2080505",)
    assert joined_code(("208",), ("20805",)) == ("208",)


@pytest.mark.parametrize(
    ("printed", "above", "code"),
    [
        (("205", "08", "3"), (), "2050803"),
        (("205", "8", "3"), (), "2050803"),
        (("", "", "03"), ("205", "08", "02"), "2050803"),
        (("", "08", "03"), ("205", "07", "99"), "2050803"),
        (("", "08", ""), ("205", "07", "99"), "20508"),
        (("205", "20508", "2050803"), (), "2050803"),
        (("205", "20508", ""), (), "20508"),
        (("２０５", "０８", "０３"), (), "2050803"),
        (("302", "1"), (), "30201"),
    ],
)
def test_codes_as_authors_type_them(printed, above, code):
    assert "".join(joined_code(printed, above)) == code


@pytest.mark.parametrize(
    ("text", "code", "name"),
    [
        ("2080505 机关事业单位基本养老保险缴费支出", "2080505", "机关事业单位基本养老保险缴费支出"),
        ("208社会保障和就业支出", "208", "社会保障和就业支出"),
        ("[20805]行政事业单位养老支出", "20805", "行政事业单位养老支出"),
        ("30101-基本工资", "30101", "基本工资"),
        ("  208\n社会保障和就业支出", "208", "社会保障和就业支出"),
    ],
)
def test_code_and_name_in_one_cell(text, code, name):
    assert code_in_name(text) == (code, name)


@pytest.mark.parametrize(
    "text",
    ["社会保障和就业支出", "2023年预算数", "20 公用经费", "208.50", "208,500", "208", "12345 名称", ""],
)
def test_names_that_begin_otherwise(text):
    assert code_in_name(text) is None


@pytest.mark.parametrize(
    ("code", "classification", "level"),
    [
        ("208", "function", "class"),
        ("20805", "function", "group"),
        ("2080505", "function", "item"),
        ("301", "economic", "class"),
        ("30101", "economic", "group"),
        ("208", None, "class"),
        ("2080", "function", "line"),
        (None, "function", "line"),
    ],
)
def test_levels(code, classification, level):
    assert level_of(code, classification) == level
