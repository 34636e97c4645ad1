"""The glossary: terms, and the subjects an organisation says it uses."""

from __future__ import annotations

from extract.narrative import read_glossary
from tests.narrative.reading import section

TEXT = (
    "（一）财政拨款收入：指本级财政当年拨付的资金。\n"
    "（二）本部门使用的支出功能分类科目（到项级）\n"
    "1.卫生健康支出（类）行政事业单位医疗（款）\n"
    "公务员医疗补助（项）：反映公务员医疗补助经费。\n"
    "2.一般公共服务支出（类）政府办公厅（室）及相关机构事务（款）行政运行（项）：反映基本支出。\n"
    "（三）基本支出：指为保障机构正常运转而发生的支出。"
)


def test_terms_and_subjects():
    glossary = read_glossary([section(TEXT, "第五部分 名词解释", kind="glossary")], 2023)
    assert [term.term for term in glossary.terms] == ["财政拨款收入", "基本支出"]
    assert [used.subject.code for used in glossary.subjects] == ["2101103", "2010301"]
    assert glossary.subjects[0].meaning == "反映公务员医疗补助经费。"


def test_no_glossary():
    assert read_glossary([section("其他说明")], 2023) is None
