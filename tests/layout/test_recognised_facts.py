"""In recognised text the writings of one name vote together, and a damaged one does not win."""

from __future__ import annotations

from extract.layout.facts import read_facts
from extract.layout.flow import TextLine

TITLE = "2023年度部门决算"
RIGHT = "部门：云岭市青川区城市管理执法局"
MISREAD = "部门：云岭市青川区城巾管理执法局"
CUT = "部门：五岭巾青川区城巾运行"
OTHER = "部门：云岭市青川区财政局"


def name_in(captions, *, recognised):
    flow = tuple(TextLine(text) for text in (TITLE, *captions))
    return read_facts(flow, recognised=recognised).organisation.name


def test_misread_writings_count_for_the_name():
    captions = [RIGHT, RIGHT, MISREAD, MISREAD, OTHER, OTHER, OTHER]
    assert name_in(captions, recognised=True) == "云岭市青川区城市管理执法局"
    assert name_in(captions, recognised=False) == "云岭市青川区财政局"


def test_a_cut_and_misread_caption_does_not_win():
    assert name_in([CUT, RIGHT, RIGHT], recognised=True) == "云岭市青川区城市管理执法局"
