"""In the narrative stage: the component that reads totals, their changes and what they are made of.

Money that no other family has claimed belongs to a name before it in its clause: ``收入合计``,
``基本支出``. What is said of it up to the next name is told of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from spacy.language import Language
from spacy.tokens import Doc, Span, Token

from extract.narrative.clauses import gives_reason, put_common, put_completion, put_words
from extract.narrative.drafts import Draft, Names
from extract.narrative.frames import Frame, drafts_of, put, put_roles, setting_of, tags_of
from models.catalogue import catalogue

_CLAIMED = frozenset(
    [
        "change",
        "share_pct",
        "procured",
        "goods",
        "works",
        "services",
        "sme",
        "micro",
        "reserved_sme",
        "reserved_micro",
        "executed",
    ]
)
_NAME_ENDS = frozenset(
    [
        "STOP",
        "SEMICOLON",
        "BREAK",
        "LIST",
        "COMMA",
        "MONEY",
        "PERCENT",
        "INCLUDING",
        "YEAR",
        "USE",
        "COUNT",
        "COMPARED",
        "QUOTE",
        "REASON",
    ]
)
_TOTAL = re.compile(
    r"(?:(?:财政拨款|一般公共预算|政府性基金|国有资本经营|事业单位|附属单位|单位资金|单位预留|上级|事业|经营|其他|基本|项目|人员|公用|"
    r"上缴|对附属单位|一般性|预留|机动|结转|结余|收|支|、|和|及|与|预算|决算|收入|支出|拨款|资金|补助|上年|年初|年末|使用|"
    r"非财政|专用|分配|日常|本年|总|合|计|数|经费|总计|合计|中|安排|的|上级|财政专户|管理|教育|收费))+$"
)
_FEES = re.compile(r"(?:会议费|培训费)(?=(?:预算|支出|决算|安排|数)*$)")
_FEE_TITLES = ("会议费", "培训费", "一般性支出")
_NO_TOTAL = re.compile(r"项目(?:总|支出)?预算(?:资金|金额)$")
_WHOSE = ("支出", "收入")
_OWNER = re.compile(r"(?:^|[年度月部位门局委办院校所处会馆站队园镇乡道心]|其中|各项|整体|全部|合计|全年)$")
_PARTS_IN_BRACKETS = re.compile(r"[（(](?:其中|含|包括)[^（()）]*[）)]")
_TAIL = re.compile(r"(?:均|分别|数|为|是|中|的|总额)+$")
_PART = re.compile(r"人员经费|公用经费|(?:日常)?公用(?:支出|经费)|人员支出")
_ACCOUNT = re.compile(r"收入|支出|总计|合计|拨款|预算|收支|结转|结余")
_ANOTHER_THING = re.compile(r"[费款金]$")
_TOTALS = ("total_change", "total_execution", "composition")
_LEAST_NAME = 2
_EXECUTION = ("initial_budget", "annual_budget", "adjusted_budget", "final")


@dataclass(frozen=True, slots=True)
class _Head:
    """Where a named amount begins; ``money`` is None for a sentence that compares an amount told before."""

    start: int
    money: Token | None
    own: str | None = None


def read_totals(doc: Doc) -> Doc:
    """Total changes, executions of totals, compositions, and classes named without a mark."""
    if "MONEY" not in tags_of(doc) and "COMPARED" not in tags_of(doc):
        return doc
    taken = _taken(doc)
    heads = sorted([*_heads(doc, taken), *_comparisons(doc, taken)], key=lambda head: head.start)
    told: list[Draft] = []
    brackets = _brackets(doc)
    for position, head in enumerate(heads):
        frame = _frame(doc, head, heads[position + 1 :], _end_of_matter(doc, head, taken), brackets)
        draft = _read_total(doc, frame, head.money) if head.money else _compared(frame, head.own or "", told)
        told += [draft] if draft else []
    drafts_of(doc).extend(draft for draft in told if draft.kind)
    return doc


def _brackets(doc: Doc) -> list[range]:
    """The tokens of each bracket that lists parts (``（其中：…）``)."""
    found = _PARTS_IN_BRACKETS.finditer(doc.text)
    spans = (doc.char_span(*match.span(), alignment_mode="expand") for match in found)
    return [range(span.start, span.end) for span in spans if span is not None]


def _frame(doc: Doc, head: _Head, later: Sequence[_Head], end: int, brackets: Sequence[range]) -> Frame:
    """What is told of a total: up to the next one; parts in brackets do not end what is told of the whole."""
    inside = next((bracket for bracket in brackets if head.start in bracket), None)
    if inside is not None:
        return Frame.of(doc, head.start, min([end, inside.stop, *(each.start for each in later)]))
    parts = {index for bracket in brackets if bracket.start > head.start for index in bracket}
    whole = Frame.of(doc, head.start, min([end, *(h.start for h in later if h.start not in parts)]))
    return replace(whole, roles=tuple(role for role in whole.roles if role.start not in parts))


def _comparisons(doc: Doc, taken: set[int]) -> Iterator[_Head]:
    """Sentences that compare a total they name anew (``收入较去年减少…``)."""
    for token in doc:
        if token.tag_ != "COMPARED" or token.i in taken or gives_way(token):
            continue
        start = token.i
        while start > 0 and doc[start - 1].tag_ not in (
            "STOP",
            "BREAK",
            "LIST",
            "SEMICOLON",
            "COMMA",
            "MONEY",
        ):
            start -= 1
        if start > 0 and doc[start - 1].tag_ not in ("STOP", "BREAK"):
            continue
        own = _total_name(_TAIL.sub("", doc[start : token.i].text)) or _name_after(doc, token.i)
        if own:
            yield _Head(start, None, own)


def gives_way(token: Token) -> bool:
    """Whether a comparison stands in a reason, where it tells nothing of a total."""
    return _in_reason(token.doc, token)


def _name_after(doc: Doc, index: int) -> str | None:
    end = index + 1
    while end < len(doc) and doc[end].tag_ in ("WORD", "SPENT", "BUDGET", "COMMA", "FINAL"):
        end += 1
    said = doc[index + 1 : end].text.strip("，, ")
    return _total_name(_TAIL.sub("", said)) if said else None


def _compared(frame: Frame, own: str, told: Sequence[Draft]) -> Draft | None:
    """A comparison joins the total it names; where that was not told, it stands for itself."""
    if not any(True for _ in frame.having("change", "change_pct", "flat")):
        return None
    for earlier in reversed(told):
        if earlier.kind in _TOTALS and _is_called(own, earlier):
            break
    else:
        draft = frame.draft("total_change")
        draft.values["name"] = own
        put_common(draft, frame)
        return draft
    if earlier.kind == "total_change" and "direction" not in earlier.values and _adjoins(earlier, frame):
        whole = Frame.of(frame.doc, _token_at(frame.doc, earlier.start), frame.end).draft("total_change")
        earlier.end = whole.end
        put_common(earlier, frame)
        return None
    draft = frame.draft("total_change")
    draft.values.update(name=own, amount=earlier.values.get("amount", earlier.values.get("final")))
    draft.unit = earlier.unit
    put_common(draft, frame)
    return draft


def _is_called(own: str, earlier: Draft) -> bool:
    """Whether a total may be called so for short: all characters of the short name are in its name."""
    return set(own) - set("、各") <= set(str(earlier.values["name"]))


def _adjoins(earlier: Draft, frame: Frame) -> bool:
    between = frame.doc.text[earlier.end : frame.doc[frame.start].idx]
    return not between.strip("。，；\n ")


def _token_at(doc: Doc, offset: int) -> int:
    return next(token.i for token in doc if token.idx + len(token.text) > offset)


def _heads(doc: Doc, taken: set[int]) -> Iterator[_Head]:
    """The money tokens that have a name of a total or a class, with where the name begins."""
    last = 0
    for token in doc:
        if token.tag_ != "MONEY" or token.i in taken or _in_reason(doc, token):
            continue
        role = next((role for role in doc.spans["roles"] if role.start <= token.i < role.end), None)
        if role is not None and (
            role.label_ in _CLAIMED or (role.label_ == "final" and _executed_before(role))
        ):
            continue
        start = _name_start(doc, role.start if role is not None else token.i, last)
        if start < token.i:
            yield _Head(start, token)
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
        if before.tag_ == "EFFECT" or (before.tag_ == "REASON" and gives_reason(before)):
            return True
    return False


def _name_start(doc: Doc, index: int, last: int) -> int:
    start = index
    while start > last and doc[start - 1].tag_ not in _NAME_ENDS:
        start -= 1
    return start


def _end_of_matter(doc: Doc, head: _Head, taken: set[int]) -> int:
    """The end of the paragraph, or where another family's statement begins."""
    first = head.money.i if head.money else head.start
    return next((token.i for token in doc[first:] if token.tag_ == "BREAK" or token.i in taken), len(doc))


def _name(frame: Frame, money: Token) -> str:
    """The printed name of a total, without who it is of."""
    role = next((r for r in frame.doc.spans["roles"] if r.start <= money.i < r.end), None)
    budgeted = role is not None and role.label_ in _EXECUTION
    end = role.start if budgeted and role is not None else money.i
    words = [t.text for t in frame.doc[frame.start : end] if t.tag_ != "BE"]
    return _TAIL.sub("", "".join("".join(words).split()))


def _total_name(text: str) -> str | None:
    """The part of a name that is a total's; None where it is something else."""
    found = _TOTAL.search(text)
    if not found or _ANOTHER_THING.search(text[: found.start()].removesuffix("拨款")):
        return None
    name = found.group().lstrip("、和及与的中")
    if name in _WHOSE and not _OWNER.search(text[: found.start()]):
        return None
    if _NO_TOTAL.search(name) and text.removeprefix("涉及") != name:
        return None
    return name if len(name) >= _LEAST_NAME and re.search(r"收|支|拨款|经费|资金|结转|结余", name) else None


def _read_total(doc: Doc, frame: Frame, money: Token) -> Draft | None:
    text = _name(frame, money)
    if text and _is_class(text, doc):
        return _class(frame, text, money)
    name = (_total_name(text) or _fee_name(doc, text)) if text else None
    if name is None:
        return None
    labels = {role.label_ for role in frame.roles}
    if labels & {"initial_budget", "annual_budget", "adjusted_budget"}:
        return _executed(frame, name)
    if labels & {"change", "flat"}:
        return _changed(frame, name, money)
    if "share_pct" in labels or _is_part(doc, frame, name):
        return _part(frame, name, money)
    return _changed(frame, name, money) if _ACCOUNT.search(name) or _FEES.search(name) else None


def _fee_name(doc: Doc, text: str) -> str | None:
    """Costs of meetings and training, where the section is about them."""
    found = _FEES.search(text) if any(map(setting_of(doc).under, _FEE_TITLES)) else None
    return found.group() if found else None


def _is_class(text: str, doc: Doc) -> bool:
    """Whether the text is exactly the name of a class of the function classification."""
    year = setting_of(doc).fiscal_year
    plain = text.strip("、")
    return bool(plain.endswith("支出") and catalogue().class_for_name(plain, year or 2023, "function"))


def _class(frame: Frame, text: str, money: Token) -> Draft:
    draft = frame.draft("class_use")
    draft.names = Names(class_=text.strip("、"))
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
    put_roles(draft, frame, {**{label: label for label in _EXECUTION}, "executed": "final"})
    put_completion(draft, frame)
    put_words(draft, frame, "REASON", "reason")
    return draft


def _is_part(doc: Doc, frame: Frame, name: str) -> bool:
    """Whether the total is listed as part of another one (其中：…)."""
    if _PART.fullmatch(name):
        return True
    for token in reversed(doc[: frame.start]):
        if token.tag_ == "INCLUDING":
            return True
        if token.tag_ in ("STOP", "BREAK"):
            return False
    return False


def _part(frame: Frame, name: str, money: Token) -> Draft | None:
    if name in ("支出", "收入"):  # of what, stands before it and is no total
        return None
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
