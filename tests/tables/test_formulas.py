"""Formulas under the forms: every printed style gives the same sum, running text gives none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extract.tables.formulas import Formula, parse_formulas, parse_rule, printed_formulas


def _sums(text: str) -> list[tuple[object, ...]]:
    return [
        (formula.axis, formula.left, *(s * int(n) for s, n in formula.terms))
        for formula in parse_formulas(text)
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1栏各行＝（2＋3＋4＋5＋6＋7）栏各行。", [("column", 1, 2, 3, 4, 5, 6, 7)]),
        (
            "6 栏各行 = (1+2-3) 栏各行；3 栏各行 = (4+5) 栏各行。",
            [("column", 6, 1, 2, -3), ("column", 3, 4, 5)],
        ),
        ("27行 = (1+2+3) 行； 31行 = (27+28+29) 行；", [("line", 27, 1, 2, 3), ("line", 31, 27, 28, 29)]),
        ("58行 = (32+33+…+57) 行", [("line", 58, *range(32, 58))]),
        ("58行=(32+33+...+57)行", [("line", 58, *range(32, 58))]),
        ("58行＝（32＋33＋……＋57）行", [("line", 58, *range(32, 58))]),
        ("58行＝（32＋33＋⋯＋57）行", [("line", 58, *range(32, 58))]),
        ("58行=(32+33+……57)行", [("line", 58, *range(32, 58))]),
        ("1栏 = (2~7)栏", [("column", 1, 2, 3, 4, 5, 6, 7)]),
        ("1 栏＝（2＋3＋6）栏；9栏=（10+11）栏。", [("column", 1, 2, 3, 6), ("column", 9, 10, 11)]),
        ("6=1+2-3", [("column", 6, 1, 2, -3)]),
        ("6=1+2-3 3=4+5", [("column", 6, 1, 2, -3), ("column", 3, 4, 5)]),
        ("注：6=1+2－3；3=4+5。", [("column", 6, 1, 2, -3), ("column", 3, 4, 5)]),
        (
            "58行 = (32+33+\n…+57) 行；\n62行 = (58+59\n+60) 行。",
            [("line", 58, *range(32, 58)), ("line", 62, 58, 59, 60)],
        ),
        ("6栏=1栏+2栏-3栏", [("column", 6, 1, 2, -3)]),
        ("6栏=(1+2)-(3+4)栏", [("column", 6, 1, 2, -3, -4)]),
        ("①1栏=(2+3)栏", [("column", 1, 2, 3)]),
        ("2. 1栏=(2+3)栏", [("column", 1, 2, 3)]),
    ],
)
def test_printed_styles(text, expected):
    assert _sums(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "本套报表金额单位转换时可能存在尾数误差。",
        "得分=（完成比率-80%）/（1-80%）*指标分值",
        "减少一名编外用工，项目支出减少 $1 \\times 60000 = 6$ 万元",
        "项目支出减少 $17 - 9.19 = 7.81$ 万元",
        "全年合计5=2+3人",
        "2024年=2023年+1",
        "58行=(57+56+…+32)行",
        "1=2",
        "1栏=(2+1000000000)栏",
        "",
    ],
)
def test_other_text_gives_nothing(text):
    assert parse_formulas(text) == ()


def test_rules_of_the_form_data():
    rule = parse_rule("closing_balance = opening_balance + income - total")
    assert rule == Formula(
        "column",
        "closing_balance",
        ((1, "opening_balance"), (1, "income"), (-1, "total")),
        "closing_balance=opening_balance+income-total",
    )


@pytest.mark.parametrize("rule", ["total", "total = 2 + 3", "total = basic +", "= basic"])
def test_a_mistaken_rule_is_an_error(rule):
    with pytest.raises(ValueError, match="not a rule"):
        parse_rule(rule)


def test_notes_may_break_a_formula():
    notes = ("注：本表反映收支。", "27行=(1+2+", "3)行；3栏=(4+5)栏")
    assert [formula.left for formula in printed_formulas(notes, "line")] == [27]
    assert [formula.left for formula in printed_formulas(notes, "column")] == [3]


@st.composite
def _formulas(draw):
    axis = draw(st.sampled_from(["column", "line"]))
    left = draw(st.integers(1, 99))
    numbers = draw(st.lists(st.integers(1, 99), min_size=2, max_size=8, unique=True))
    signs = [
        1,
        *draw(st.lists(st.sampled_from([1, 1, -1]), min_size=len(numbers) - 1, max_size=len(numbers) - 1)),
    ]
    if draw(st.booleans()):
        first = draw(st.integers(1, 60))
        numbers = list(range(first, first + draw(st.integers(4, 30))))
        signs = [1] * len(numbers)
    return axis, left, tuple(zip(signs, numbers, strict=True))


@st.composite
def _styles(draw):
    return {
        "wide": draw(st.booleans()),
        "gap": draw(st.sampled_from(["", " ", "\n", "　"])),
        "ellipsis": draw(st.sampled_from([None, "…", "……", "...", "⋯"])),
        "brackets": draw(st.booleans()),
        "each": draw(st.booleans()),
        "tail": draw(st.sampled_from(["", "。", "；", "; "])),
    }


def _right(terms, ellipsis):
    consecutive = [number for _, number in terms] == list(range(terms[0][1], terms[0][1] + len(terms)))
    if ellipsis and consecutive and len(terms) > 3 and all(sign == 1 for sign, _ in terms):
        return f"{terms[0][1]}+{terms[1][1]}+{ellipsis}+{terms[-1][1]}"
    text = "".join(f"{'+' if sign > 0 else '-'}{number}" for sign, number in terms)
    return text.removeprefix("+")


def _rendered(formula, style):
    axis, left, terms = formula
    word = ("栏各行" if style["each"] else "栏") if axis == "column" else "行"
    right = _right(terms, style["ellipsis"])
    right = f"({right})" if style["brackets"] else right
    gap = style["gap"]
    text = f"{left}{gap}{word}{gap}={gap}{right}{gap}{word}{style['tail']}"
    if style["wide"]:
        text = text.translate(
            {ord(plain): ord(wide) for plain, wide in zip("()+-=;", "（）＋－＝；", strict=True)}
        )
    return text


@given(
    st.lists(_formulas(), min_size=1, max_size=4),
    _styles(),
    st.sampled_from(["", "注：本表反映各项支出情况。"]),
)
def test_what_is_rendered_is_parsed_back(formulas, style, opening):
    text = opening + "".join(_rendered(formula, style) for formula in formulas)
    parsed = [(formula.axis, formula.left, formula.terms) for formula in parse_formulas(text)]
    assert parsed == [(axis, left, terms) for axis, left, terms in formulas]


@given(_formulas())
def test_a_bare_formula_is_parsed_back(formula):
    _, left, terms = formula
    assert [(f.left, f.terms) for f in parse_formulas(f"注：{left}={_right(terms, None)}。")] == [
        (left, terms)
    ]


@given(st.text(alphabet="支出合计本表反映预算数0123456789.,，。%（）万元 ", max_size=60))
def test_text_without_an_equals_sign_holds_no_formula(text):
    assert parse_formulas(text) == ()
