"""What holds for every statement: its figures stand in its text, and its text in its section."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extract.narrative import read_statements
from models.disclosure import Facts
from models.statements import Assets
from tests.narrative.reading import section

CHARACTERS = "年初预算决算为万元1.5，。（类）（款）（项）%占增加减少其中：\n“三公”经费主要原因是车辆"
MONEY = st.decimals(min_value=0, max_value=99999, places=2).map(lambda value: format(value, "f"))
RATE = st.decimals(min_value=0, max_value=2000, places=2).map(lambda value: format(value, "f"))
SUBJECT = st.sampled_from(
    [
        "一般公共服务支出（类）财政事务（款）行政运行（项）",
        "卫生健康支出(类)行政事业单位医疗(款)事业单位医疗(项)",
        "住房保障支出（类）住房改革支出（款）购房补贴（项）",
    ]
)
SENTENCE = st.sampled_from(
    [
        "1.{subject}。年初预算为{a}万元，支出决算为{b}万元，完成年初预算的{rate}%。主要原因是人员变动。",
        "2.“{subject}”{a}万元，主要用于日常工作。",
        "2023年度收入合计{a}万元。与2022年度相比，增加{b}万元，增长{rate}%，主要原因是项目增加。",
        "其中：基本支出{a}万元，占本年支出{rate}%；项目支出{b}万元，占本年支出0.5%。",
        "公务接待费支出决算为{a}万元，完成预算的{rate}%，比上年减少{b}万元。",
        "机关运行经费支出{a}万元，比2022年度增加{b}万元，增长{rate}%。",
        "政府采购支出总额{a}万元，其中：政府采购货物支出{b}万元。授予中小企业合同金额{b}万元，占政府采购支出总额的{rate}%。",
        "1、道路养护项目绩效自评综述：项目全年预算数为{a}万元，执行数为{b}万元，完成预算{rate}%。",
    ]
)
PARAGRAPH = st.builds(
    lambda sentence, subject, a, b, rate: sentence.format(subject=subject, a=a, b=b, rate=rate),
    SENTENCE,
    SUBJECT,
    MONEY,
    MONEY,
    RATE,
)


def figures(statement):
    """The figures of a statement, nested ones too."""
    for _, value in statement:
        if isinstance(value, Decimal):
            yield value
    if isinstance(statement, Assets):
        yield from statement.vehicles_by_use.values()


@settings(max_examples=60, deadline=None)
@given(st.lists(PARAGRAPH, min_size=1, max_size=5), st.sampled_from(["五、支出情况", "九、“三公”经费情况"]))
def test_figures_are_printed_in_the_text_at_the_span(paragraphs, heading):
    here = section("\n".join(paragraphs), heading, page_starts=(0,), pages=(7,))
    told = read_statements([here], Facts(kind="final_accounts", fiscal_year=2023))
    for statement in told:
        start, end = statement.span
        assert here.text[start:end] == statement.text
        assert statement.page == 7
        for figure in figures(statement):
            assert format(figure, "f") in statement.text.replace(",", "")


@settings(max_examples=60, deadline=None)
@given(
    st.text(
        alphabet=CHARACTERS,
        max_size=120,
    )
)
def test_no_text_breaks_the_reading(text):
    told = read_statements([section(text)], Facts(kind="final_accounts", fiscal_year=2023))
    for statement in told:
        assert 0 <= statement.span[0] <= statement.span[1] <= len(text)


@pytest.mark.parametrize("year", [None, 1990, 2030])
def test_any_year_will_do(year):
    told = read_statements(
        [section("教育支出（类）普通教育（款）小学教育（项）。支出决算为2万元。")],
        Facts(kind="final_accounts", fiscal_year=year),
    )
    assert [str(each.final) for each in told] == ["2"]
