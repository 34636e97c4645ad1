"""Names of bought items: what recognition made of them, and what is another item."""

from __future__ import annotations

import pytest

from extract.subjects.items import corrected_item
from extract.subjects.lines import word_lines
from models.disclosure import Row, Table


@pytest.mark.parametrize(
    ("printed", "meant"),
    [
        ("台计", "合计"),
        ("办公设备响置", "办公设备购置"),
        ("便携式算机(20万以下)", "便携式计算机(20万以下)"),
        ("台式计算机(20万以下!", "台式计算机(20万以下)"),
        ("打印设备（20万以上", "打印设备(20万以上)"),
        ("家具用", "家具用具"),
    ],
)
def test_a_misread_item_is_worded_as_the_catalogue_words_it(printed, meant):
    assert corrected_item(printed) == meant


@pytest.mark.parametrize(
    "printed",
    [
        "台式计算机(20万以下)",
        "打印设备",
        "展印机",
        "订印设备",
        "办公椅",
        "计算机",
        "执法记录仪",
        "合计",
        "消防设备",
    ],
)
def test_a_right_item_or_another_is_left(printed):
    assert corrected_item(printed) is None


def bought(name: str) -> Table:
    row = Row(code=None, name=name, printed_name=name, level="line", side=None)
    return Table(id="", kind="procurement", status="extracted", rows=(row,))


def test_only_recognised_items_are_put_right_and_what_was_read_is_kept():
    assert word_lines(bought("台计"), "text_layer") == (bought("台计"), ())
    table, repairs = word_lines(bought("台计"), "ocr")
    assert (table.rows[0].name, table.rows[0].level) == ("合计", "total")
    assert [(repair.from_, repair.to, repair.kind) for repair in repairs] == [("台计", "合计", "name")]
