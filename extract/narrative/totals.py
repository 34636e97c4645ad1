"""In the narrative stage: the component that reads totals, their changes and what they are made of.

Money that no other family has claimed belongs to a name before it in its clause: ``收入合计``,
``基本支出``. What is said of it up to the next name is told of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from spacy.language import Language
from spacy.tokens import Doc, Span, Token

from extract.narrative.clauses import put_common, put_completion, put_words
from extract.narrative.drafts import Draft, Frame, Names, drafts_of, put, put_roles, setting_of
from models.catalogue import catalogue

_CLAIMED = frozenset(
    "change share_pct procured goods works services sme micro reserved_sme reserved_micro executed".split()
)
_NAME_ENDS = frozenset(
    "STOP SEMICOLON BREAK LIST COMMA MONEY PERCENT INCLUDING YEAR USE COUNT COMPARED QUOTE REASON".split()
)
_WHOLE_YEAR = re.compile(r"^(?:[^，。]*?(?=本年))?(?:本年度?|当年|全年)?")
_TOTAL = re.compile(
    r"(?:(?:财政拨款|一般公共预算|政府性基金|国有资本经营|部门|单位|单位资金|上级|事业|经营|其他|附属单位|基本|项目|人员|公用|"
    r"上缴|对附属单位|一般性|预留|机动|结转|结余|收|支|、|和|及|与|预算|决算|收入|支出|拨款|资金|补助|上年|年初|年末|使用|"
    r"非财政|专用|分配|本年|总|合|计|数|经费|总计|合计|中|安排|的|上级|财政专户|管理|教育|收费|单位|安排))+$"
)
_TAIL = re.compile(r"(?:均|分别|数|为|是|中|的|总额)+$")
_LEAST_NAME = 2
_EXECUTION = ("initial_budget", "annual_budget", "adjusted_budget", "final")


def read_totals(doc: Doc) -> Doc:
    """Total changes, executions of totals, compositions, and classes named without a mark."""
    heads = list(_heads(doc))
    for position, (start, money) in enumerate(heads):
        end = heads[position + 1][0] if position + 1 < len(heads) else _end_of_matter(doc, money.i)
        _read_total(doc, Frame.of(doc, start, end), money)
    return doc


def _heads(doc: Doc) -> Iterator[tuple[int, Token]]:
    """The money tokens that have a name of a total or a class, with where the name begins."""
    taken = _taken(doc)
    last = 0
    for token in doc:
        if token.tag_ != "MONEY" or token.i in taken or _in_reason(doc, token):
            continue
        role = next((role for role in doc.spans["roles"] if role.start <= token.i < role.end), None)
        if role is not None and (role.label_ in _CLAIMED or role.label_ == "final" and _executed_before(role)):
            continue
        start = _name_start(doc, role.start if role is not None else token.i, last)
        if start < token.i:
            yield start, token
            last = token.i + 1


def _executed_before(role: Span) -> bool:
    """Whether a final figure follows its budget, so that it has no name of its own."""
    before = role.start - 1
    return before >= 0 and role.doc[before].tag_ == "COMMA"


def _taken(doc: Doc) -> set[int]:
    """Tokens other families have read."""
    taken: set[int] = set()
    for draft in drafts_of(doc):
        taken.update(token.i for token in doc if draft.start <= token.idx < draft.end)
    return taken


def _in_reason(doc: Doc, token: Token) -> bool:
    for before in reversed(doc[: token.i]):
        if before.tag_ in ("STOP", "BREAK"):
            return False
        if before.tag_ in ("REASON", "EFFECT"):
            return True
    return False


def _name_start(doc: Doc, index: int, last: int) -> int:
    start = index
    while start > last and doc[start - 1].tag_ not in _NAME_ENDS:
        start -= 1
    return start


def _end_of_matter(doc: Doc, index: int) -> int:
    return next((token.i for token in doc[index:] if token.tag_ == "BREAK"), len(doc))


def _name(frame: Frame, money: Token) -> str:
    """The printed name of a total, without who it is of."""
    role = next((r for r in frame.doc.spans["roles"] if r.start <= money.i < r.end), None)
    budgeted = role is not None and role.label_ in _EXECUTION
    end = role.start if budgeted and role is not None else money.i
    words = [t.text for t in frame.doc[frame.start : end] if t.tag_ != "BE"]
    text = _TAIL.sub("", "".join("".join(words).split()))
    return text


def _total_name(text: str) -> str | None:
    """The part of a name that is a total's; None where it is something else."""
    found = _TOTAL.search(text)
    name = found.group().lstrip("、和及与的中") if found else ""
    return name if len(name) >= _LEAST_NAME and re.search(r"收|支|拨款|经费|资金|结转|结余", name) else None


def _read_total(doc: Doc, frame: Frame, money: Token) -> None:
    text = _name(frame, money)
    if not text:
        return
    if _is_class(text, doc):
        drafts_of(doc).append(_class(frame, text, money))
        return
    name = _total_name(text)
    if name is None:
        return
    labels = {role.label_ for role in frame.roles}
    if labels & {*_EXECUTION} and "initial_budget" in labels | {""} or "annual_budget" in labels:
        drafts_of(doc).append(_executed(frame, name))
    elif labels & {"change", "flat"}:
        drafts_of(doc).append(_changed(frame, name, money))
    elif "share_pct" in labels or _is_part(doc, frame):
        drafts_of(doc).append(_part(frame, name, money))
    else:
        drafts_of(doc).append(_changed(frame, name, money))


def _is_class(text: str, doc: Doc) -> bool:
    """Whether the text is exactly the name of a class of the function classification."""
    year = setting_of(doc).fiscal_year
    plain = text.strip("、")
    return bool(plain.endswith("支出") and catalogue().class_for_name(plain, year or 2023, "function"))


def _class(frame: Frame, text: str, money: Token) -> Draft:
    draft = frame.draft("class_use")
    draft.names = Names(class_=text)
    put(draft, "amount", money)
    put_roles(draft, frame, {"share_pct": "share_pct"})
    put_common(draft, frame)
    put_words(draft, frame, "USE", "use")
    return draft


def _changed(frame: Frame, name: str, money: Token) -> Draft:
    draft = frame.draft("total_change")
    draft.values["name"] = name
    put(draft, "amount", money)
    put_common(draft, frame)
    return draft


def _executed(frame: Frame, name: str) -> Draft:
    draft = frame.draft("total_execution")
    draft.values["name"] = name
    put_roles(draft, frame, {label: label for label in _EXECUTION})
    put_completion(draft, frame)
    put_words(draft, frame, "REASON", "reason")
    return draft


def _is_part(doc: Doc, frame: Frame) -> bool:
    """Whether the total is listed as part of another one (其中：…)."""
    for token in reversed(doc[: frame.start]):
        if token.tag_ == "INCLUDING":
            return True
        if token.tag_ in ("STOP", "BREAK"):
            return False
    return False


def _part(frame: Frame, name: str, money: Token) -> Draft:
    draft = frame.draft("composition")
    draft.values["name"] = name
    put(draft, "amount", money)
    for role in frame.having("share_pct"):
        put(draft, "share_pct", role[-1])
        whole = "".join(t.text for t in role[1:-1] if t.tag_ not in ("BE",)).strip()
        draft.values.setdefault("whole", whole.removesuffix("的") or None)
    return draft


@Language.component("gongkai_total_statements")
def total_statements(doc: Doc) -> Doc:
    """Reads totals; runs after all other families, for it takes what they leave."""
    return read_totals(doc) if setting_of(doc).general else doc
