"""What a sheet shows for a number, format by format."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extract.reading.numberformat import shown_number

ACCOUNTING = '_ * #,##0.00_ ;_ * \\-#,##0.00_ ;_ * "-"??_ ;_ @_ '
SHOWN = [
    ("General", 0.1 + 0.2, "0.3"),
    ("General", 2080505, "2080505"),
    ("General", 2080505.0, "2080505"),
    ("#,##0.00", 14348853.34, "14,348,853.34"),
    ("#,##0.00", 0, "0.00"),
    ("0.00", 1.005, "1.01"),
    ("0.00_ ", 12.5, "12.50"),
    ('#,##0.00;-#,##0.00;"-"', 0, "-"),
    ("#,##0.00;;", 0, ""),
    ("#", 0, ""),
    (ACCOUNTING, 1234.5, "1,234.50"),
    (ACCOUNTING, -1234.567, "-1,234.57"),
    (ACCOUNTING, 0, "-"),
    ("#,##0.00_);(#,##0.00)", -5.5, "(5.50)"),
    ("#,##0.00;[Red]-#,##0.00", -0.5, "-0.50"),
    ("0.00%", 0.12345, "12.35%"),
    ("00", 7, "07"),
    ("000", 5, "005"),
    ("#.##", 12.5, "12.5"),
    ("#.##", 12, "12"),
    ("#,##0.00,", 2345678, "2,345.68"),
    ('0!.0,"万"', 123456, "12.3万"),
    ("[$¥-804]#,##0.00", 1234567, "¥1,234,567.00"),
    ("[>=10]0.0;0.00", 5, "5.00"),
    ("[>=10]0.0;0.00", 50, "50.0"),
    ("# ?/?", 0.25, "0.25"),
]


@pytest.mark.parametrize(("code", "value", "text"), SHOWN)
def test_numbers_are_shown_as_a_sheet_shows_them(code, value, text):
    assert shown_number(value, code) == text


@given(st.decimals("-999999999.99", "999999999.99", places=2))
def test_money_is_never_binary_noise(amount):
    assert Decimal(shown_number(float(amount), "General")) == amount
    assert Decimal(shown_number(float(amount), "#,##0.00").replace(",", "")) == amount


@given(
    st.text(alphabet='0#?.,;%"[]<>=-_*\\!@EGeneral $¥/', max_size=30),
    st.floats(allow_nan=False, allow_infinity=False),
)
def test_no_format_is_too_odd_to_show(code, value):
    assert isinstance(shown_number(value, code), str)
