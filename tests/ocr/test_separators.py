"""Points and commas in recognised figures."""

from __future__ import annotations

import pytest

from extract.ocr.separators import prints_whole_groups, with_separators
from extract.reading.pages import Page, Word


def page(*texts: str, confidence: float = 0.98) -> Page:
    words = tuple(Word(text, 10, 20 * n, 90, 20 * n + 10, 10, confidence) for n, text in enumerate(texts))
    return Page(1, 595, 842, words, trust="ocr")


def texts(found: Page) -> list[str]:
    return [word.text for word in found.words]


def test_a_comma_read_as_a_point_is_one_where_whole_yuan_are_printed():
    (found,) = with_separators([page("10,606,035", "4,060.198", "42.596", "5.186,549", "2080501", "3.5%")])
    assert texts(found) == ["10,606,035", "4,060,198", "42,596", "5,186,549", "2080501", "3.5%"]


def test_what_the_other_pages_print_decides():
    found = with_separators([page("42.596"), page("10,606,035")])
    assert texts(found[0]) == ["42,596"]


@pytest.mark.parametrize(
    "printed", [("1,286.765", "42.596"), ("0.125", "42.596"), ("42.596",), ("1,286.76",)]
)
def test_three_decimals_stay_where_they_may_be_printed(printed):
    assert texts(with_separators([page(*printed)])[0]) == list(printed)


def test_a_text_layer_is_never_touched():
    assert texts(with_separators([page("10,606,035", "42.596", confidence=1.0)])[0])[1] == "42.596"


def test_where_decimals_are_printed_a_comma_is_the_exception():
    assert prints_whole_groups(["10,606,035", "4,060.198", "5,186.549"])
    assert not prints_whole_groups(["10,606,035", "4,060.198", "5,186.549", "0.125"])


def test_a_point_read_as_a_comma_is_one_where_two_decimals_are_printed():
    """Figures in no sum, such as those of procurement, were lost with it."""
    (found,) = with_separators([page("2,744.84", "131.40", "15.00", "303,40", "9,00", "1,286,76")])
    assert texts(found) == ["2,744.84", "131.40", "15.00", "303.40", "9.00", "1,286.76"]


@pytest.mark.parametrize(
    "printed", [("131.40", "303,40"), ("131.40", "9.00", "1.00", "12,345", "4,060,198", "303,40")]
)
def test_two_digits_behind_a_comma_stay_where_a_digit_may_be_lost(printed):
    assert texts(with_separators([page(*printed)])[0]) == list(printed)
