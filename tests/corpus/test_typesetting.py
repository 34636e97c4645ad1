"""Tables on pages: widths that fit, breaks that lose nothing, rulings as ordered."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from itertools import pairwise

import pytest

from tests.corpus.blocks import Document
from tests.corpus.headers import header_rows
from tests.corpus.ink import Bar, Face, Frame, Stroke, Text
from tests.corpus.rulings import CLOSED, RULINGS, Box, horizontals, verticals
from tests.corpus.style import Style
from tests.corpus.templates import Wishes, make_document
from tests.corpus.typeset import typeset

LONG = Wishes(subjects=60, prose=False, rounded=False)
AMOUNT = re.compile(r"[\d,]+\.\d\d")


@pytest.fixture(scope="module")
def long_document() -> Document:
    return make_document(2, "national_final", LONG)


def _drawn(document: Document, style: Style) -> Counter[str]:
    texts = (
        mark.text for sheet in typeset(document, style) for mark in sheet.marks if isinstance(mark, Text)
    )
    return Counter(text for text in texts if AMOUNT.fullmatch(text))


def _printed(document: Document) -> Counter[str]:
    cells = (cell.text for table in document.tables for row in table.body for cell in row)
    return Counter(text for text in cells if AMOUNT.fullmatch(text))


@pytest.mark.parametrize("repeat_header", [True, False])
@pytest.mark.parametrize("split_rows", [True, False])
def test_page_breaks_neither_lose_nor_double_a_figure(
    long_document: Document, repeat_header: bool, split_rows: bool
) -> None:
    style = Style(repeat_header=repeat_header, split_rows=split_rows, name_weight=0.4, table_size=10.5)
    assert len(typeset(long_document, style)) > len(long_document.tables)
    assert _drawn(long_document, style) == _printed(long_document)


def test_repeated_headers_are_printed_on_every_page(long_document: Document) -> None:
    form = replace(long_document, blocks=(long_document.tables[2],))
    once = typeset(form, Style(repeat_header=False))
    again = typeset(form, Style(repeat_header=True))
    heads = [
        sum(isinstance(mark, Text) and mark.text == "科目代码" for sheet in pages for mark in sheet.marks)
        for pages in (once, again)
    ]
    assert heads == [1, len(again)]
    assert len(again) > 1


def test_some_rows_are_cut_in_two_by_the_page() -> None:
    """With squeezed names and cut rows, the page that begins within a row begins without an amount."""
    style = Style(repeat_header=False, split_rows=True, name_weight=0.3, table_size=10.5)
    cut = 0
    for seed in range(6):
        document = make_document(seed, "ministry_budget", LONG)
        whole = {cell.text.strip() for table in document.tables for row in table.rows for cell in row}
        for sheet in typeset(document, style):
            first = next((mark.text for mark in sheet.marks if isinstance(mark, Text)), "")
            cut += not any(text.startswith(first) for text in whole) and any(first in text for text in whole)
    assert cut


def test_text_stays_within_its_column(long_document: Document) -> None:
    """No two texts of a line overlap."""
    style = Style(table_size=8.0, name_weight=0.7)
    face = Face(style.latin)
    for sheet in typeset(long_document, style):
        by_line: dict[float, list[Text]] = {}
        for mark in sheet.marks:
            if isinstance(mark, Text):
                by_line.setdefault(round(mark.y, 1), []).append(mark)
        for line in by_line.values():
            line.sort(key=lambda mark: mark.x)
            for left, right in pairwise(line):
                assert left.x + face.width(left.text, left.size) <= right.x + 0.5, (left, right)


@pytest.mark.parametrize("name", RULINGS)
def test_rulings_draw_what_their_name_says(name: str) -> None:
    boxes = [Box(x, y, x + 50, y + 20, y == 0) for y in (0, 20, 40) for x in (0, 50)]
    marks = RULINGS[name](boxes)
    upright = [mark for mark in marks if isinstance(mark, Stroke) and mark.x0 == mark.x1]
    level = [mark for mark in marks if isinstance(mark, Stroke) and mark.y0 == mark.y1]
    expected = {
        "full": (3, 4, 0),
        "frames": (0, 0, 6),
        "cell_edges": (12, 12, 0),
        "bars": (0, 0, 7),
        "open_sides": (1, 4, 0),
        "no_verticals": (0, 4, 0),
        "no_inner_horizontals": (3, 4, 0),
        "three_lines": (0, 3, 0),
    }
    boxes_drawn = [mark for mark in marks if isinstance(mark, Frame | Bar)]
    assert (len(upright), len(level), len(boxes_drawn)) == expected[name]
    assert set(CLOSED) <= set(RULINGS)


def test_merged_cells_leave_gaps_in_the_long_lines() -> None:
    boxes = [Box(0, 0, 100, 20), Box(0, 20, 50, 40), Box(50, 20, 100, 40)]
    assert (50, 20, 50, 40) in verticals(boxes)
    assert horizontals(boxes) == [(0, y, 100, y) for y in (0, 20, 40)]


def test_header_paths_become_merged_cells() -> None:
    rows = header_rows(
        [("项目", "编码"), ("项目", "名称"), ("合计",), ("本年", "基本", "小计"), ("本年", "项目")]
    )
    spans = [[(cell.text, cell.row_span, cell.column_span) for cell in row] for row in rows]
    assert spans == [
        [("项目", 1, 2), ("合计", 3, 1), ("本年", 1, 2)],
        [("编码", 2, 1), ("名称", 2, 1), ("基本", 1, 1), ("项目", 2, 1)],
        [("小计", 1, 1)],
    ]


def test_wrapping_never_breaks_a_number_that_fits() -> None:
    face = Face("Times-Roman")
    lines = face.wrap("支出合计1,234,567.89元", 60, 9)
    assert "".join(lines) == "支出合计1,234,567.89元"
    assert any("1,234,567.89" in line for line in lines)
    assert all(face.width(line, 9) <= 60.01 for line in lines)
    assert face.wrap("上级补助收入", 10, 9) == list("上级补助收入")
