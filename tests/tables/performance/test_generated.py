"""Performance tables of the generator: every indicator with every field, however they are printed."""

from __future__ import annotations

from functools import cache

import pytest

from extract import extract
from extract.pipeline import Options
from extract.tables.performance import with_performance
from extract.tables.reading import TableReading
from models.disclosure import PrintedCell, Table
from tests.corpus import generate
from tests.corpus.compare_performance import compare_facts, compare_indicators, compare_key_work

HELD_OUT = 901
FAMILY = {"wuhan": "wuhan", "changsha": "hunan_budget", "national": "wuhan", "key_work": "wuhan"}


@cache
def read(form, renderer, seed=HELD_OUT, **style):
    made = generate(
        seed, family=FAMILY[form], renderer=renderer, prose=False, subjects=1, performance=(form,), **style
    )
    options = Options(narrative=False, file_name=f"annex{made.suffix}")
    return made.truth, extract(made.data, options=options)


@pytest.mark.parametrize("renderer", ["tabs", "markdown", "stacked", "lines", "cells"])
@pytest.mark.parametrize("form", ["wuhan", "changsha", "national"])
def test_every_indicator_of_a_transcript(form, renderer):
    truth, document = read(form, renderer)
    assert compare_indicators(truth, document).misses == []
    assert compare_facts(truth, document).misses == []


@pytest.mark.parametrize("form", ["wuhan", "changsha", "national"])
def test_every_indicator_of_a_page(form):
    truth, document = read(form, "reportlab", HELD_OUT, rulings="full", orientation="upright")
    assert compare_indicators(truth, document).misses == []
    assert compare_facts(truth, document).misses == []


def test_indicators_over_pages_whose_rows_are_cut():
    truth, document = read("changsha", "reportlab", 5, rulings="full", split_rows=True, repeat_header=True)
    table = next(table for table in document.tables if table.kind == "project_performance")
    assert len(table.pages) > 1
    assert compare_indicators(truth, document).misses == []


def test_cells_taller_than_the_rest_of_the_page_are_put_together():
    """A unit's name and target in words that are printed on below the last rule of a page."""
    truth, document = read("changsha", "pymupdf", 1004, rulings="full")
    assert compare_indicators(truth, document).misses == []
    assert compare_facts(truth, document).misses == []


def test_figures_of_nobody_are_said_to_be_uncertain():
    header = ("一级指标", "二级指标", "三级指标", "指标值", "分值")
    rows = [header, ("产出指标", "数量指标", "巡查次数", "12次", "10")]
    cells = tuple(
        PrintedCell(row=y, column=x, text=text) for y, row in enumerate(rows) for x, text in enumerate(row)
    )
    table = Table(id="t1", kind="overall_performance", status="extracted", cells=cells)
    (entry,) = with_performance(TableReading(table)).table.performance
    assert entry.flags == ("unsure",)
    assert [each.flags for each in entry.indicators] == [("unsure",)]


def test_each_value_stands_where_it_was_printed():
    _, document = read("wuhan", "reportlab", HELD_OUT, rulings="full", orientation="upright")
    indicators = [
        each for table in document.tables for entry in table.performance for each in entry.indicators
    ]
    for each in indicators:
        assert each.cells["target"].page == each.page is not None
        assert each.cells["target"].bbox is not None
        assert each.cells["name"].text.startswith(each.name)


@pytest.mark.parametrize("renderer", ["tabs", "markdown", "stacked", "lines", "cells", "reportlab", "xlsx"])
def test_key_work(renderer):
    style = {"rulings": "full"} if renderer == "reportlab" else {}
    truth, document = read("key_work", renderer, HELD_OUT, **style)
    tally = compare_key_work(truth, document)
    assert tally.wanted > 1
    assert tally.misses == []


def test_weights_rates_and_scores_are_checked():
    _, document = read("wuhan", "tabs")
    status = {check.formula: check.status for check in document.checks if check.where.startswith("t")}
    assert status["rate = executed / budget"] == "pass"
    assert status["goal score = sum of scores"] == "pass"


@pytest.mark.parametrize("renderer", ["lines", "cells"])
def test_texts_that_lost_their_cells(renderer):
    """What is not right is at least said not to be certain."""
    truth, document = read("wuhan", renderer)
    tally = compare_indicators(truth, document)
    assert tally.wrong_unflagged == 0
    assert tally.recall >= 0.9
