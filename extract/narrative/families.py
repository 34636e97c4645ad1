"""In the narrative stage: the components that read one family of statements each out of a marked doc."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal

from spacy.language import Language
from spacy.tokens import Doc, Span, Token

from extract.narrative.clauses import put_common, put_completion, put_words, text_after
from extract.narrative.drafts import Draft, figure_of
from extract.narrative.frames import Frame, drafts_of, names_of, put, put_roles, setting_of, tags_of

_BUDGETS = {name: name for name in ("initial_budget", "annual_budget", "adjusted_budget")}
_FINALS = {"final": "final", "executed": "final"}
_CLAUSE_ENDS = ("STOP", "SEMICOLON", "BREAK")


def _frames(doc: Doc, starts: Sequence[int], end: int | None = None) -> Iterator[Frame]:
    """From each start to the next one."""
    ends = [*starts[1:], len(doc) if end is None else end] if starts else []
    for start, stop in zip(starts, ends, strict=True):
        yield Frame.of(doc, start, stop)


def _has_money(frame: Frame) -> bool:
    return any(token.tag_ == "MONEY" for token in frame.tokens())


def _year_before(frame: Frame, role: Span) -> int | None:
    """The year a figure is said to be of: the nearest one before it in its clause."""
    for token in reversed(frame.doc[frame.start : role.start]):
        if token.tag_ == "YEAR":
            return int(token.text[:4])
        if token.tag_ in ("COMMA", "STOP", "SEMICOLON", "MONEY", "BREAK"):
            return None
    return None


# --- subjects and classes -----------------------------------------------------------------------


def read_subjects(doc: Doc) -> Doc:
    """Subject executions and class uses: each subject named owns the text up to the next one."""
    names = names_of(doc)
    for frame in _frames(doc, sorted(names)):
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
    put_roles(draft, frame, _BUDGETS)
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
        year = _year_before(frame, role)
        earlier = year is not None and setting.fiscal_year is not None and year < setting.fiscal_year
        if earlier or (role.label_ == "executed" and setting.kind == "budget"):
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
    put_roles(draft, frame, {"amount": "amount", "final": "amount", "share_pct": "share_pct"})
    put_common(draft, frame)
    put_words(draft, frame, "USE", "use")
    return draft if "amount" in draft.values else None


# --- projects ------------------------------------------------------------------------------------


def read_projects(doc: Doc) -> Doc:
    """Project reviews (…项目绩效自评综述：…) and projects told with what came of them (主要成效)."""
    if not tags_of(doc) & {"REVIEW", "EFFECT"}:
        return doc
    reviews = [token.i for token in doc if token.tag_ == "REVIEW"]
    starts = [_sentence_start(doc, index) for index in reviews]
    for frame, review in zip(_frames(doc, starts), reviews, strict=True):
        _read_review(doc, frame, review)
    if not reviews:
        _read_effects(doc)
    return doc


def _sentence_start(doc: Doc, index: int) -> int:
    while index > 0 and doc[index - 1].tag_ not in ("STOP", "BREAK", "LIST", "SEMICOLON"):
        index -= 1
    return index


def _project_name(text: str) -> str:
    name = "".join(text.split()).strip('：:，,、“”"')
    return re.sub(r"^(?:项目支出)?(?:主要用于)?[（(]?\d{0,2}[)）]?[.、．]?", "", name).removesuffix("项目")


def _read_review(doc: Doc, frame: Frame, review: int) -> None:
    name = _project_name(doc[frame.start : review].text + doc[review].text.split("绩效")[0])
    if not name or not _has_money(frame):
        return
    draft = frame.draft("project_execution")
    draft.values["project"] = name
    put_roles(draft, frame, {"annual_budget": "annual_budget", "adjusted_budget": "annual_budget"})
    put_roles(draft, frame, {"budget": "annual_budget", "executed": "executed", "final": "executed"})
    put_completion(draft, frame)
    draft.values.pop("completion_of", None)
    _put_result(draft, frame)
    drafts_of(doc).append(draft)


def _put_result(draft: Draft, frame: Frame) -> None:
    effect = next((token.i for token in frame.tokens() if token.tag_ == "EFFECT"), None)
    if effect is not None:
        draft.values["result"] = text_after(frame, effect, whole=True) or None


def _read_effects(doc: Doc) -> None:
    """``信息化运维经费84.54万元，主要成效保障…；``: name, amount and effect in one clause."""
    for token in doc:
        if token.tag_ != "EFFECT":
            continue
        money = _money_before(doc, token.i)
        if money is None:
            continue
        start = _name_before(doc, money)
        name = _project_name(doc[start:money].text)
        if not name:
            continue
        end = next((t.i for t in doc[token.i :] if t.tag_ in ("SEMICOLON", "BREAK")), len(doc))
        frame = Frame.of(doc, start, end)
        draft = frame.draft("project_execution")
        draft.values["project"] = name
        put(draft, "executed" if setting_of(doc).kind != "budget" else "annual_budget", doc[money])
        _put_result(draft, frame)
        drafts_of(doc).append(draft)


def _money_before(doc: Doc, index: int) -> int | None:
    while index > 0 and doc[index - 1].tag_ == "COMMA":
        index -= 1
    return index - 1 if index > 0 and doc[index - 1].tag_ == "MONEY" else None


def _name_before(doc: Doc, index: int) -> int:
    start = index
    while start > 0 and doc[start - 1].tag_ not in (
        "STOP",
        "SEMICOLON",
        "BREAK",
        "LIST",
        "USE",
        "COMMA",
        "MONEY",
    ):
        start -= 1
    return start


# --- the three public expenses ----------------------------------------------------------------------

_ITEMS = {
    "PUBLIC_TOTAL": "total",
    "PUBLIC_ABROAD": "abroad",
    "PUBLIC_VEHICLES": "vehicles",
    "PUBLIC_PURCHASE": "vehicle_purchase",
    "PUBLIC_OPERATION": "vehicle_operation",
    "PUBLIC_RECEPTION": "reception",
}
_RECEIVED = ("RECEIVED_FOREIGN", "RECEIVED_DOMESTIC")
_PUBLIC_FIELDS = {
    **_BUDGETS,
    **_FINALS,
    "budget": "budget",
    "share_pct": "share_pct",
    "vehicles_bought": "vehicles_bought",
    "vehicles_held": "vehicles_held",
    "trips": "trips",
}


_CARRYING = frozenset(
    [
        "REASON",
        "COMPARED",
        "INCLUDING",
        "RECEIVED_FOREIGN",
        "RECEIVED_DOMESTIC",
        "FINAL",
        "COMPLETE",
    ]
)
_CARRIES_ON = re.compile(
    r"全年(?:支出)?|截[至止]|[年期]末|本年度?|当年|\d{4}年(?:度)?(?:共|国内|全年|购置|更新|末|支出)|累计|公务用?车保有|年内"
)


def read_three_public(doc: Doc) -> Doc:
    """Each of the three public expenses owns the text up to the next one that a figure follows."""
    tags = tags_of(doc)
    if not tags & _ITEMS.keys() or not (setting_of(doc).under("三公") or "PUBLIC_TOTAL" in tags):
        return doc
    starts = [token.i for token in doc if token.tag_ in _ITEMS and _opens_item(doc, token)]
    for frame in _frames(doc, starts, _end_of_public(doc, starts)):
        draft = _public_item(_up_to_next_point(frame))
        if draft is not None:
            drafts_of(doc).append(draft)
    return doc


def _up_to_next_point(frame: Frame) -> Frame:
    """The frame up to the next paragraph that is about something else."""
    doc = frame.doc
    for token in frame.tokens():
        if token.tag_ == "BREAK" and token.i + 1 < len(doc):
            following = doc[token.i + 1]
            carried = following.tag_ in _CARRYING or _CARRIES_ON.match(doc[token.i + 1 : token.i + 5].text)
            if not carried:
                return Frame.of(doc, frame.start, token.i)
    return frame


def _opens_item(doc: Doc, token: Token) -> bool:
    """Whether the text turns to an expense here: it is not named within a share or a reason."""
    if any(role.start < token.i < role.end for role in doc.spans["roles"]):
        return False
    for before in reversed(doc[: token.i]):
        if before.tag_ in ("STOP", "BREAK", "SEMICOLON"):
            break
        if before.tag_ == "REASON":
            return False
    for after in doc[token.i + 1 :]:
        if after.tag_ in ("MONEY", "PERCENT", "FLAT"):
            return True
        if after.tag_ in ("STOP", "BREAK") or after.tag_ in _ITEMS:
            return False
    return False


def _end_of_public(doc: Doc, starts: Sequence[int]) -> int:
    """Where the text turns to the operating cost or to procurement."""
    last = starts[-1] if starts else 0
    others = (t.i for t in doc[last:] if t.tag_ in ("OPERATING", "PROCURED"))
    return next((_sentence_start(doc, index) for index in others), len(doc))


def _public_item(frame: Frame) -> Draft | None:
    draft = frame.draft("three_public_item")
    draft.values["item"] = _ITEMS[frame.doc[frame.start].tag_]
    current = "budget" if setting_of(frame.doc).kind == "budget" else "final"
    own = Frame.of(frame.doc, frame.start, _foreign_start(frame))
    put_roles(draft, own, {**_PUBLIC_FIELDS, "amount": current})
    put_completion(draft, own)
    put_common(draft, frame)
    _put_receptions(draft, frame)
    told = {"final", "budget", "share_pct", "change", "direction", "completion_pct", *_BUDGETS}
    return draft if told & draft.values.keys() else None


def _foreign_start(frame: Frame) -> int:
    """Where the parts of a reception fee begin, whose amounts are not the item's."""
    return next((token.i for token in frame.tokens() if token.tag_ in _RECEIVED), frame.end)


def _put_receptions(draft: Draft, frame: Frame) -> None:
    """Groups and persons; those after 外宾接待 up to the end of its sentence are foreign."""
    foreign = range(0)
    for token in frame.tokens():
        if token.tag_ == "RECEIVED_FOREIGN":
            ends = ("BREAK", "RECEIVED_DOMESTIC")
            end = next((t.i for t in frame.doc[token.i : frame.end] if t.tag_ in ends), frame.end)
            foreign = range(token.i, end)
    for role in frame.having("receptions"):
        abroad = role.start in foreign
        put(draft, "foreign_receptions" if abroad else "receptions", role[-1])
    for token in frame.tokens():
        if token.tag_ == "COUNT" and token.text.endswith("人次"):
            going = draft.values["item"] == "abroad"
            name = "travellers" if going else "foreign_guests" if token.i in foreign else "guests"
            put(draft, name, token)


# --- operating cost, procurement, assets, people ------------------------------------------------------

_PROCUREMENT = [
    "goods",
    "works",
    "services",
    "sme",
    "micro",
    "reserved_sme",
    "reserved_micro",
    "goods_sme_share_pct",
    "works_sme_share_pct",
    "services_sme_share_pct",
]
_PLANNED = re.compile(r"安排购置|新增|拟购置|预算安排")
_VEHICLES = ("VEHICLES", "NO_VEHICLES", "BOUGHT")
_PURPOSE = re.compile(r"(?:用车|车辆|公务车|工作车|执法车|车)$")


def read_office(doc: Doc) -> Doc:
    """Operating cost, procurement, assets and people, each from the paragraphs that speak of it."""
    tags = tags_of(doc)
    if "OPERATING" in tags and not setting_of(doc).under("三公"):
        _read_operating(doc)
    if "PROCURED" in tags:
        _read_procurement(doc)
    if tags & {*_VEHICLES, "THRESHOLD"} and not setting_of(doc).under("三公"):
        _read_assets(doc)
    if "POSTS" in tags:
        _read_people(doc)
    return doc


def _read_operating(doc: Doc) -> None:
    for role in doc.spans["roles"]:
        budgeted = role.label_ == "budget" and role.start > 0 and doc[role.start - 1].tag_ == "OPERATING"
        if not budgeted and not (role.label_ == "amount" and role[0].tag_ == "OPERATING"):
            continue
        end = next((t.i for t in doc[role.end :] if _leaves_operating(t)), len(doc))
        frame = Frame.of(doc, role.start - budgeted, end)
        draft = frame.draft("operating_cost")
        put(draft, "amount", role[-1])
        put_common(draft, frame)
        drafts_of(doc).append(draft)
        return


def _leaves_operating(token: Token) -> bool:
    """Whether the text turns away: to the next paragraph, to procurement, or to a blank form of itself."""
    if token.tag_ == "OPERATING":
        return token.i + 1 < len(token.doc) and token.nbor().tag_ in ("MONEY", "BLANK", "SPENT", "BUDGET")
    return token.tag_ in ("BREAK", "PROCURED")


def _read_procurement(doc: Doc) -> None:
    start = next(token.i for token in doc if token.tag_ == "PROCURED")
    frame = Frame.of(doc, start, len(doc))
    labels = {role.label_ for role in frame.roles}
    if not labels & {"procured", "reserved_sme", "goods", "services"}:
        return
    draft = frame.draft("procurement")
    put_roles(draft, frame, {"procured": "total"})
    put_roles(draft, frame, {name: name for name in _PROCUREMENT})
    _put_enterprise_shares(draft, frame)
    drafts_of(doc).append(draft)


def _put_enterprise_shares(draft: Draft, frame: Frame) -> None:
    """Shares belong to the amount before them; 小微 may be a share of the total or of 中小."""
    owner = None
    for role in frame.roles:
        if role.label_ in ("sme", "micro"):
            owner = role.label_
        elif role.label_ == "share_pct" and owner:
            put(draft, f"{owner}_share_pct", role[-1])
            if owner == "micro":
                of_sme = any(token.tag_ == "SME" for token in role) or "中小" in role.text
                draft.values["micro_share_of"] = "sme" if of_sme else "total"
            owner = None


def _read_assets(doc: Doc) -> None:
    starts = sorted({_sentence_start(doc, t.i) for t in doc if t.tag_ in _VEHICLES})
    if not starts:
        starts = [_sentence_start(doc, next(t.i for t in doc if t.tag_ == "THRESHOLD"))]
    for frame in _frames(doc, starts):
        draft = frame.draft("assets")
        draft.values["planned"] = _planned(frame)
        _put_vehicles(draft, frame)
        draft.values["equipment"] = tuple(_equipment(frame))
        if draft.values.get("vehicles") is None and not draft.values["equipment"] and not draft.flags:
            continue
        date = next((t.text for t in frame.tokens() if t.tag_ == "DATE"), None)
        draft.values["as_of"] = date
        drafts_of(frame.doc).append(draft)


def _planned(frame: Frame) -> bool:
    """Whether the vehicles are to be bought rather than held; equipment goes with them."""
    vehicles = next((token for token in frame.tokens() if token.tag_ in _VEHICLES), None)
    if vehicles is not None:
        return vehicles.tag_ == "BOUGHT" or "配置" in vehicles.text
    counted = next((token.i for token in frame.tokens() if token.tag_ == "COUNT"), frame.end)
    return bool(_PLANNED.search(frame.doc[frame.start : counted].text))


def _put_vehicles(draft: Draft, frame: Frame) -> None:
    put_roles(draft, frame, {"vehicles": "vehicles", "vehicles_bought": "vehicles"})
    if any(token.tag_ == "NO_VEHICLES" for token in frame.tokens()):
        draft.flag("none_stated")
    uses = {}
    for role in frame.having("vehicle_use"):
        name = role[0].text.strip("、，,：: ")
        if role[-1].text.endswith("辆") and _PURPOSE.search(name):
            uses[name] = figure_of(role[-1].text)
    draft.values["vehicles_by_use"] = uses


def _equipment(frame: Frame) -> Iterator[dict[str, object]]:
    for role in frame.having("equipment"):
        threshold = role[0].text
        name = "".join(t.text for t in role[1:-1] if t.tag_ == "WORD").strip("的 ")
        unit = re.search(r"[万亿]元?", threshold)
        yield {
            "threshold": figure_of(threshold),
            "unit": unit.group().removesuffix("元") + "元" if unit else "元",
            "count": figure_of(role[-1].text),
            "name": re.sub(r"[（(][^）)]*[）)]", "", name) or "设备",
        }


def _read_people(doc: Doc) -> None:
    counts: dict[str, Decimal | None] = {}
    posts = [role for role in doc.spans["roles"] if role.label_ == "posts"]
    for role in posts:
        counts.setdefault(re.sub(r"(?:人数|数|[为共])+$", "", role[0].text), figure_of(role[-1].text))
    if not posts:
        return
    draft = Frame.of(doc, posts[0].start, posts[-1].end).draft("personnel")
    draft.values["counts"] = counts
    drafts_of(doc).append(draft)


@Language.component("gongkai_subject_statements")
def subject_statements(doc: Doc) -> Doc:
    """Reads subjects and classes."""
    return read_subjects(doc)


@Language.component("gongkai_project_statements")
def project_statements(doc: Doc) -> Doc:
    """Reads projects."""
    return read_projects(doc)


@Language.component("gongkai_public_statements")
def public_statements(doc: Doc) -> Doc:
    """Reads the three public expenses."""
    return read_three_public(doc) if setting_of(doc).general else doc


@Language.component("gongkai_office_statements")
def office_statements(doc: Doc) -> Doc:
    """Reads operating cost, procurement, assets and people."""
    return read_office(doc) if setting_of(doc).general else doc
