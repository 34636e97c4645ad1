"""In the accounting stage: subjects the glossary explains, held against those the document uses."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from extract.accounting.narrative.comparison import Comparison
from extract.accounting.narrative.told import FUNCTION_FORMS
from models.catalogue import comparable
from models.disclosure import Glossary, Table
from models.statements import (
    Statement,
    SubjectExecution,
)


def unused_subjects(
    glossary: Glossary | None, statements: Sequence[Statement], tables: Sequence[Table]
) -> Iterator[Comparison]:
    """Subjects the glossary explains and nothing in the document uses.

    They are held against the forms; where none could be read, against the subjects of the text.
    """
    if glossary is None or not glossary.subjects:
        return
    rows = [row for table in tables if table.kind in FUNCTION_FORMS for row in table.rows]
    codes = {row.code for row in rows if row.code and len(row.code) >= 7 and any(row.amounts.values())}
    names = {comparable(row.name) for row in rows if row.code in codes and row.name}
    source = "form"
    classes: set[str] | None = None
    if not codes:
        told = [each for each in statements if isinstance(each, SubjectExecution)]
        codes = {each.subject.code for each in told if each.subject.code}
        names = {comparable(each.subject.item) for each in told if each.subject.item}
        source = "paragraph of the text"
        classes = {code[:3] for code in codes}
    if not codes:
        return
    for used in glossary.subjects:
        code, item = used.subject.code, used.subject.item or ""
        where = f"{used.section}/{code or item}"
        if code in codes or (code is None and comparable(item) in names):
            yield Comparison("glossary = subjects", where, "pass", None, None)
        elif code is not None and classes is not None and code[:3] not in classes:
            message = f"neither forms nor text tell the items of class {code[:3]}"
            yield Comparison("glossary = subjects", where, "not_applicable", None, None, message)
        elif code is None:
            message = f"the catalogue has no single entry for {item}"
            yield Comparison("glossary = subjects", where, "not_applicable", None, None, message)
        else:
            message = f"the glossary explains {item}, which no {source} uses"
            yield Comparison("glossary = subjects", where, "fail", None, None, message)
