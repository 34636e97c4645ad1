"""In the narrative stage: operating cost, procurement, assets and people."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from spacy.language import Language
from spacy.tokens import Doc, Token

from extract.narrative.clauses import put_common
from extract.narrative.drafts import Draft, figure_of
from extract.narrative.families.common import (
    frames_from,
    sentence_start,
)
from extract.narrative.frames import Frame, drafts_of, put, put_roles, setting_of, tags_of

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
_PROCURING = frozenset({"PROCURED", "RESERVED_SME"})
_PUBLIC_COST = re.compile(r"公用(?:经费|支出)[^。；]*(?:合计|共计|支出|为)[：:为]?$")
_PLANNED = re.compile(r"安排购置|新增|拟购置|预算安排")
_VEHICLES = ("VEHICLES", "NO_VEHICLES", "BOUGHT")
_PURPOSE = re.compile(r"(?:用车|车辆|公务车|工作车|执法车|车)$")


def read_office(doc: Doc) -> Doc:
    """Operating cost, procurement, assets and people, each from the paragraphs that speak of it."""
    tags = tags_of(doc)
    if "OPERATING" in tags and not setting_of(doc).under("三公"):
        _read_operating(doc)
    elif setting_of(doc).under("机关运行经费") and not tags & {"OPERATING", "PROCURED"}:
        _read_operating_below_title(doc)
    if tags & _PROCURING:
        _read_procurement(doc)
    if tags & {*_VEHICLES, "THRESHOLD"} and not setting_of(doc).under("三公"):
        _read_assets(doc)
    if "POSTS" in tags:
        _read_people(doc)
    return doc


def _read_operating(doc: Doc) -> None:
    for role in doc.spans["roles"]:
        told = role.label_ in ("budget", "final", "executed")
        budgeted = told and role.start > 0 and doc[role.start - 1].tag_ == "OPERATING"
        if not budgeted and not (role.label_ == "amount" and role[0].tag_ == "OPERATING"):
            continue
        end = next((t.i for t in doc[role.end :] if _leaves_operating(t)), len(doc))
        frame = Frame.of(doc, role.start - budgeted, end)
        draft = frame.draft("operating_cost")
        put(draft, "amount", role[-1])
        put_common(draft, frame)
        drafts_of(doc).append(draft)
        return


def _read_operating_below_title(doc: Doc) -> None:
    """The operating cost named by its title alone: the first amount (``公用经费支出，合计156.78万元``)."""
    money = next((token for token in doc if token.tag_ == "MONEY"), None)
    if money is None or not _PUBLIC_COST.search(doc[: money.i].text):
        return
    frame = Frame.of(doc, sentence_start(doc, money.i), len(doc))
    draft = frame.draft("operating_cost")
    put(draft, "amount", money)
    put_common(draft, frame)
    drafts_of(doc).append(draft)


def _leaves_operating(token: Token) -> bool:
    """Whether the text turns away: to the next paragraph, to procurement, or to a blank form of itself."""
    if token.tag_ == "OPERATING":
        return token.i + 1 < len(token.doc) and token.nbor().tag_ in ("MONEY", "BLANK", "SPENT", "BUDGET")
    return token.tag_ in ("BREAK", "PROCURED")


def _read_procurement(doc: Doc) -> None:
    start = next(token.i for token in doc if token.tag_ in _PROCURING)
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
    starts = sorted({sentence_start(doc, t.i) for t in doc if t.tag_ in _VEHICLES})
    if not starts:
        starts = [sentence_start(doc, next(t.i for t in doc if t.tag_ == "THRESHOLD"))]
    for frame in frames_from(doc, starts):
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


@Language.component("gongkai_office_statements")
def office_statements(doc: Doc) -> Doc:
    """Reads operating cost, procurement, assets and people."""
    return read_office(doc) if setting_of(doc).general else doc
