"""Printed figures: read exactly, or not at all."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extract.tables.amounts import is_blank, normalised, parse_amount
from extract.tables.formrows import figure

MONEY = st.decimals(min_value=-(10**12), max_value=10**12, places=2)
ANY = st.decimals(min_value=-(10**12), max_value=10**12, allow_nan=False, allow_infinity=False, places=6)


@given(ANY, st.booleans())
def test_what_is_printed_is_read(value, grouped):
    text = format(value, ",f" if grouped else "f")
    assert parse_amount(text) == value
    assert str(parse_amount(text)) == str(value.quantize(Decimal("1.000000")))


@given(MONEY)
def test_full_width_figures_are_the_same_figures(value):
    wide = format(value, ",.2f").translate({code: code + 0xFEE0 for code in range(0x21, 0x7F)})
    assert parse_amount(wide) == value


@given(MONEY)
def test_brackets_are_a_minus_sign(value):
    size = abs(value)
    assert parse_amount(f"({size:,.2f})") == -size
    assert parse_amount(f"（{size:,.2f}）") == -size


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1,286.76", "1286.76"),
        ("0.00", "0.00"),
        ("20.60", "20.60"),
        ("－12.30", "-12.30"),
        ("—12.30", "-12.30"),
        ("+3", "3"),
        ("134.64%", "134.64"),
        ("¥5.00", "5.00"),
        ("￥5.00", "5.00"),
        (" 1 286.76 ", "1286.76"),
    ],
)
def test_notations(text, value):
    assert str(parse_amount(text)) == value


@pytest.mark.parametrize(
    "text",
    ["", "-", "/", "合计", "66.008.34", "1,28.76", "12,345,6.00", "1.286,76", "12.", ".5", "1O0", "3022q",
     "1-2", "2023年", "12.3元", "%", "()", "--5", "1e5", "1_000", "NaN", "Infinity"],
)  # fmt: skip
def test_what_is_no_figure_is_not_guessed(text):
    assert parse_amount(text) is None


@pytest.mark.parametrize("text", ["", "  ", "-", "—", "--", "－", "/", "\n", "　"])
def test_nothing_and_dashes_are_blank(text):
    assert is_blank(text)
    assert parse_amount(text) is None


@pytest.mark.parametrize("text", ["0", "0.00", "0.00%", "无", "-1"])
def test_a_printed_zero_is_not_blank(text):
    assert not is_blank(text)


@given(st.text("０１２３45．，,.－-—（）()％ 　\t\n合计"))
def test_normalising_twice_changes_nothing_more(text):
    assert normalised(normalised(text)) == normalised(text)


# Figures of cells ---------------------------------------------------------------------------


@given(MONEY, st.booleans(), st.data())
def test_a_figure_wrapped_anywhere_is_whole_again(value, grouped, data):
    text = format(value, ",.2f" if grouped else ".2f")
    cut = data.draw(st.integers(1, len(text) - 1))
    assert figure(f"{text[:cut]}\n{text[cut:]}") == value


@given(MONEY, MONEY, st.sampled_from((" ", "\n", "  ", "\n\n")))
def test_two_figures_in_a_cell_are_none(one, other, between):
    assert figure(f"{one:.2f}{between}{other:.2f}") is None
    assert figure(f"{one:,.2f}{between}{other:,.2f}") is None


@given(st.integers(0, 10**9), st.integers(0, 10**9))
def test_two_whole_figures_side_by_side_are_none(one, other):
    assert figure(f"{one} {other}") is None
    assert figure(f"{one:,} {other:,}") is None


@given(st.lists(MONEY, min_size=2, max_size=5), st.data())
def test_a_cell_of_several_figures_never_gives_one(values, data):
    """Whatever stands between them, what is read is one of nothing."""
    text = f"{values[0]:.2f}"
    for value in values[1:]:
        text += data.draw(st.sampled_from((" ", "\n"))) + f"{value:.2f}"
    assert figure(text) is None


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("12.30", "12.30"),
        ("1,286,\n760.00", "1286760.00"),
        ("14348853.3\n4", "14348853.34"),
        ("- 12.30", "-12.30"),
        ("12.30\n", "12.30"),
        ("12.30 元", None),
        ("1, 286. 76", None),
        ("", None),
        ("12.30\n45.60", None),
        ("12 34", None),
    ],
)
def test_figures_of_cells(text, value):
    found = figure(text)
    assert (None if found is None else str(found)) == value
