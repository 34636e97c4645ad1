"""In the accounting stage: the running text held against itself and against the forms.

Each comparison becomes a check of rule ``narrative``. A statement that does not give the figures a
comparison needs is not compared.
"""

from __future__ import annotations

from collections.abc import Sequence

from extract.accounting.narrative.between import bounds, repeats, shares, three_public
from extract.accounting.narrative.comparison import check_of
from extract.accounting.narrative.forms import against_tables
from extract.accounting.narrative.glossary import unused_subjects
from extract.accounting.narrative.told import Text
from extract.accounting.narrative.within import within
from models.disclosure import Check, Glossary, Table, Verdict
from models.statements import Statement

__all__ = ["examine_narrative"]


def examine_narrative(
    statements: Sequence[Statement],
    tables: Sequence[Table],
    glossary: Glossary | None,
    *,
    trust: str,
    first: int = 1,
) -> tuple[Check, ...]:
    """Every comparison the running text allows, as checks numbered from ``first``.

    ``trust`` is that of the source: what fails in a text layer is the author's, elsewhere unresolved.
    """
    verdict: Verdict = "author_error" if trust == "text_layer" else "unresolved"
    text = Text(statements, tables)
    comparisons = (
        *within(text),
        *shares(text),
        *repeats(text),
        *bounds(text),
        *three_public(text),
        *against_tables(text),
        *unused_subjects(glossary, statements, tables),
    )
    return tuple(check_of(number, each, verdict) for number, each in enumerate(comparisons, first))
