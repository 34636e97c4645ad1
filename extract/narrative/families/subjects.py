"""In the narrative stage: what subjects and classes were budgeted and cost."""

from __future__ import annotations

from spacy.language import Language
from spacy.tokens import Doc

from extract.narrative.clauses import put_common, put_completion, put_words
from extract.narrative.drafts import Draft
from extract.narrative.families.common import (
    BUDGETS,
    frames_from,
    is_last_years,
)
from extract.narrative.frames import Frame, drafts_of, names_of, put, put_roles, setting_of


def read_subjects(doc: Doc) -> Doc:
    """Subject executions and class uses: each subject named owns the text up to the next one."""
    names = names_of(doc)
    for frame in frames_from(doc, sorted(names)):
        subject = names[frame.start]
        if not frame.roles or not _tells(frame):
            continue
        named = subject.item or subject.group
        draft = _execution(frame) if named else _class_use(frame)
        if draft is not None:
            draft.names = subject
            drafts_of(doc).append(draft)
    return doc


def _tells(frame: Frame) -> bool:
    """Whether the subject is told anything about, before the paragraph turns to something else."""
    return any(role[-1].tag_ in ("MONEY", "PERCENT", "UNBUDGETED") for role in frame.roles)


def _execution(frame: Frame) -> Draft | None:
    draft = frame.draft("subject_execution")
    put_roles(draft, frame, BUDGETS)
    _put_year_figures(draft, frame)
    put_completion(draft, frame)
    put_common(draft, frame)
    put_words(draft, frame, "USE", "use")
    if not any(
        key in draft.values for key in ("initial_budget", "annual_budget", "adjusted_budget", "final")
    ):
        draft.flag("no_amount")
    return draft


def _put_year_figures(draft: Draft, frame: Frame) -> None:
    """Amounts whose field depends on the disclosure and on the year they are said to be of."""
    setting = setting_of(frame.doc)
    current = "initial_budget" if setting.kind == "budget" else "final"
    for role in frame.having("amount", "final", "executed", "budget"):
        if is_last_years(frame, role) or (role.label_ == "executed" and setting.kind == "budget"):
            field = "previous"
        elif role.label_ == "amount":
            field = current
        elif role.label_ == "budget":
            field = "restated" if "initial_budget" in draft.values else "initial_budget"
        else:
            field = "final"
        put(draft, field, role[-1])


def _class_use(frame: Frame) -> Draft | None:
    draft = frame.draft("class_use")
    told = "budget" if setting_of(frame.doc).kind == "budget" else "final"
    put_roles(draft, frame, {"amount": "amount", told: "amount", "share_pct": "share_pct"})
    put_common(draft, frame)
    put_words(draft, frame, "USE", "use")
    return draft if "amount" in draft.values else None


@Language.component("gongkai_subject_statements")
def subject_statements(doc: Doc) -> Doc:
    """Reads subjects and classes."""
    return read_subjects(doc)
