"""In the accounting stage: footnotes that call a table empty, held against the figures in it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from extract.accounting.ledger import Finding, Sheet
from extract.tables.weighing import Weighing
from models.disclosure import TableKind

_EMPTY = re.compile(
    r"(?:本|此|该|上)表(?:格)?(?:内容)?(?:均)?(?:为)?(?:空|无(?:数据|内容|数字|金额))|(?:为|是)空表|表中无数据"
    r"|无此项(?:内容|支出|收入|收支|预算|经费|业务)"
)
_SUBJECT_OF: dict[TableKind, re.Pattern[str]] = {
    "government_fund": re.compile(r"(?:无|没有|未安排)[^，。；;,除]{0,12}政府性基金"),
    "state_capital": re.compile(r"(?:无|没有|未安排)[^，。；;,除]{0,12}国有资本经营"),
    "three_public": re.compile(r"(?:无|没有|未安排)[^，。；;,除]{0,12}[“”\"]?三公[“”\"]?"),
}
"""Forms whose whole subject a note may deny without calling the table empty."""
_CONDITIONAL = re.compile(r"(?:如|若|凡|当)(?:果|有)?[^，。；;]{0,20}(?:空|无)|空表的|可不")
_SENTENCES = re.compile(r"[。；;\n]")


def says_empty(note: str, kind: TableKind) -> bool:
    """Whether a footnote says that its table holds nothing.

    Instructions (若本表为空 …) say nothing about this table.
    """
    plain = "".join(note.split())
    denied = _SUBJECT_OF.get(kind)
    return any(
        not _CONDITIONAL.search(sentence)
        and bool(_EMPTY.search(sentence) or (denied and denied.search(sentence)))
        for sentence in _SENTENCES.split(plain)
    )


def note_findings(sheet: Sheet) -> Iterator[Finding]:
    """A failed check for every footnote that denies the figures of its table."""
    printed = sum(1 for figure in sheet.figures.amounts.values() if figure)
    if not printed:
        return
    table = sheet.table
    for note in table.notes:
        if says_empty(note, table.kind):
            message = f"the footnote says the table is empty, but it prints {printed} figures other than zero"
            yield Finding(
                "note", "空表", table.id, Weighing("fail", None, None, None), message=f"{message}: {note}"
            )
