"""In the layout stage: what a document says about itself: kind, year, who, when."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import takewhile

from extract.layout.contents import is_contents_title
from extract.layout.divisions import division_of
from extract.layout.flow import FlowItem, TableSpot, TextLine
from extract.reading.pages import Box
from models.base import Place
from models.catalogue.lookalike import canonical
from models.disclosure import Division, Facts, Kind, Organisation

_COVER = 14
"""The first lines of a document, where its title stands."""
_COVER_WEIGHT = 6
"""So many votes has a line of the cover against one of the others."""
_LONGEST_TITLE = 60
_KINDS: dict[str, Kind] = {"预算": "budget", "决算": "final_accounts"}
_TITLE = re.compile(r"((?:19|20)\d{2})年(?:度)?[^。，；,;]{0,30}?(预算|决算)")
_FUNDS = re.compile(
    r"(?:一般公共|政府性基金|国有资本经营|财政|社会保险基金)预算|预算(?:执行|绩效|管理|单位|法)"
)
"""Budgets that are funds, not documents: a final account speaks of 一般公共预算 all the time."""
_FORM = re.compile(r"(预算|决算)[^。，；,;]{0,14}表(?:\([^()]*\))?$")
_SENTENCE = re.compile(r"[。，；,;]")
"""What titles and names never hold."""
_SCOPE = re.compile(r"(?<!预算)(部门|单位)(?:收支|收入|支出|财务)?(?:预算|决算)")
_FORM_SCOPE = re.compile(r"^(?:(?:19|20)\d{2}年(?:度)?)?(部门|单位)(?:收支|收入|支出)总")
"""部门收支总表: tells the scope where nothing else does."""
_DATE = re.compile(
    r"(?:公开|发布|编制|填报)?(?:日期|时间)?[::]?((?:19|20)\d{2})[年.\-/](\d{1,2})(?:[月.\-/](\d{1,2})日?|月)"
)
_LABELLED = re.compile(
    r"(?:编制|填报|预算主管|预算|公开|主管|决算)?(?:部门|单位)(?:名称|\(单位\)|\(公章\)|\(盖章\))?[::]\s*([^\s:：]{4,50})"
)
_PART_ONE = re.compile(r"第一部分\s*(\S{4,50}?)(?:部门|单位)?(?:基本)?(?:概况|情况)")
_ON_COVER = re.compile(r"^(.{4,50}?)\s*((?:19|20)\d{2})\s*年(?:度)?.{0,12}(?:预算|决算)")
_AFTER_YEAR = re.compile(r"^(?:19|20)\d{2}年度?(.{4,45}?)(?:部门|单位)?(?:预算|决算)")
_DUTIES = re.compile(r"^(?:[一二三四五六七八九十]+、)?(\S{4,40}?)(?:\(部门\))?(?:的)?主要(?:职能|职责)$")
_ORGANISATION_END = re.compile(
    r"(?:局|委|委员会|办|办公室|办公厅|中心|院|厅|所|站|馆|队|校|学校|中学|小学|大学|学院|幼儿园|园|会|部|处|街道|镇|乡|政府|台|社|署|庭|"
    r"联|公司|集团|室|库|组|园区|开发区|管委会|协会|支队|总队|大队|分局|法院|检察院|党校|医院|总工会|团委|机关|场|村|司|行|科|馆所|苑|剧院|基地|宫|剧团|寺|报|杂志|银行)(?:[(（][^()（）]{1,12}[)）])?$"
)
_NOISE = re.compile(r"(?:单位|金额单位)[::]?(?:万元|元).*$|(?:\(部门\)|（部门）)$|[\s_＿]+")


@dataclass(frozen=True, slots=True)
class _Vote:
    value: str
    weight: int
    place: Place


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip(" *#\t")


def _compact(text: str) -> str:
    return "".join(_plain(text).split())


def _titles(lines: Sequence[TextLine]) -> Iterator[tuple[int, TextLine, str]]:
    """Lines that can be titles, with their weight: the cover counts most, sentences not at all."""
    for index, line in enumerate(lines):
        text = _compact(line.text)
        if 2 <= len(text) <= 60 and not _SENTENCE.search(text):
            yield (_COVER_WEIGHT if index < _COVER else 1), line, text


def read_facts(flow: Sequence[FlowItem], *, recognised: bool = False) -> Facts:
    """Kind, fiscal year, organisation, scope and date by weighted vote of the lines that tell them.

    ``recognised`` text may misread characters: writings of the name that differ by look-alikes
    alone vote together, and the likeliest of them stands for all.
    """
    lines = [item for item in flow if isinstance(item, TextLine)]
    title = _document_title(lines)
    titles = [*_titles(lines), *_over_lines(title, lines)]
    kind = _winner(_kind_votes(titles))
    year = _winner(_year_votes(titles, kind.value if kind else None))
    votes = [*_name_votes(lines, flow), *_title_names(title)]
    name = _winner(_as_one(votes) if recognised else votes)
    scope = _winner(_scope_votes(titles, _SCOPE) or _scope_votes(titles, _FORM_SCOPE))
    published = _published(lines[: 3 * _COVER])
    organisation = Organisation(
        name=name.value if name else None,
        scope=("department" if scope.value == "部门" else "unit") if scope else None,
        division=division_of(name.value if name else ""),
    )
    found = {
        "kind": kind,
        "fiscal_year": year,
        "organisation.name": name,
        "organisation.scope": scope,
        "published_on": published,
    }
    return Facts(
        kind=_KINDS[kind.value] if kind else None,
        fiscal_year=int(year.value) if year else None,
        title=title.text if title else None,
        published_on=published.value if published else None,
        organisation=organisation,
        read_from={key: vote.place for key, vote in found.items() if vote}
        | ({"title": title} if title else {}),
    )


def _over_lines(title: Place | None, lines: Sequence[TextLine]) -> Iterator[tuple[int, TextLine, str]]:
    """The title of the document as one more title line, where the cover prints it on several."""
    if title and all(_compact(line.text) != title.text for line in lines[:_COVER]):
        yield _COVER_WEIGHT, TextLine(title.text, title.page, title.bbox), title.text


def _place(line: TextLine) -> Place:
    return Place(page=line.page, text=_plain(line.text), bbox=_rounded(line.box))


def _rounded(box: Box | None) -> Box | None:
    return (round(box[0], 2), round(box[1], 2), round(box[2], 2), round(box[3], 2)) if box else None


def _winner(votes: Iterable[_Vote]) -> _Vote | None:
    """The value with most weight; of equals the longer, of those the first. Its place is its first."""
    totals: dict[str, int] = {}
    first: dict[str, _Vote] = {}
    for vote in votes:
        totals[vote.value] = totals.get(vote.value, 0) + vote.weight
        first.setdefault(vote.value, vote)
    if not totals:
        return None
    return first[max(totals, key=lambda value: (totals[value], len(value)))]


def _as_one(votes: Iterable[_Vote]) -> list[_Vote]:
    """The votes with every writing of a name replaced by the heaviest of those that look alike."""
    known = list(votes)
    writings: dict[str, list[_Vote]] = {}
    for vote in known:
        writings.setdefault(canonical(vote.value), []).append(vote)
    likeliest = {alike: winner for alike, those in writings.items() if (winner := _winner(those))}
    return [replace(vote, value=likeliest[canonical(vote.value)].value) for vote in known]


def _kind_votes(titles: Iterable[tuple[int, TextLine, str]]) -> Iterator[_Vote]:
    for weight, line, text in titles:
        plain = _FUNDS.sub("", text)
        found, form = _TITLE.search(plain), _FORM.search(plain)
        if found:
            yield _Vote(found[2], weight, _place(line))
        elif form:
            yield _Vote(form[1], 1, _place(line))


def _year_votes(titles: Iterable[tuple[int, TextLine, str]], kind: str | None) -> Iterator[_Vote]:
    for weight, line, text in titles:
        found = _TITLE.search(_FUNDS.sub("", text))
        if found and (kind is None or found[2] == kind):
            yield _Vote(found[1], weight, _place(line))


def _scope_votes(titles: Sequence[tuple[int, TextLine, str]], words: re.Pattern[str]) -> list[_Vote]:
    return [
        _Vote(found[1], weight, _place(line))
        for weight, line, text in titles
        for found in words.finditer(text)
    ]


def _name_votes(lines: Sequence[TextLine], flow: Sequence[FlowItem]) -> Iterator[_Vote]:
    yield from _labelled_names(lines)
    yield from _labelled_in_tables(flow)
    yield from _cover_names(lines[:_COVER])
    yield from _headed_names(lines)


def _headed_names(lines: Sequence[TextLine]) -> Iterator[_Vote]:
    """Headings that carry the name: 第一部分 X概况 (over up to three lines), X主要职能."""
    for index, line in enumerate(lines):
        if "第一部分" in line.text:
            part = _PART_ONE.match(_compact("".join(other.text for other in lines[index : index + 3])))
            if part and (name := organisation_name(part[1])):
                yield _Vote(name, 3, _place(line))
        elif "主要职" in line.text:
            duties = _DUTIES.match(_compact(line.text))
            if duties and (name := organisation_name(duties[1])):
                yield _Vote(name, 2, _place(line))


def _labelled_names(lines: Iterable[TextLine]) -> Iterator[_Vote]:
    for line in lines:
        found = _LABELLED.match(_plain(line.text)) if ":" in line.text or "：" in line.text else None
        if found and (name := organisation_name(found[1])):
            yield _Vote(name, 3, _place(line))


def _labelled_in_tables(flow: Iterable[FlowItem]) -> Iterator[_Vote]:
    """Some templates print ``部门：…`` inside the frame of the table."""
    for item in flow:
        if not isinstance(item, TableSpot):
            continue
        for word in item.words[:12]:
            found = _LABELLED.match(_plain(word.text))
            if found and (name := organisation_name(found[1])):
                yield _Vote(name, 3, Place(page=item.page.number, text=_plain(word.text)))


def _title_names(title: Place | None) -> Iterator[_Vote]:
    name = _named_in(title.text) if title else None
    if title and name:
        yield _Vote(name, _COVER_WEIGHT, title)


def _cover_names(cover: Sequence[TextLine]) -> Iterator[_Vote]:
    """``X2024年度部门决算``, the name possibly on the lines above the year."""
    texts = [_compact(line.text) for line in cover]
    for end in range(len(texts)):
        if not re.search(r"(?:19|20)\d{2}年", texts[end]):
            continue
        for start in range(end, max(end - 3, -1), -1):
            name = _named_in("".join(texts[start : end + 1]))
            if name:
                while start and end - start < 2 and (whole := _with_place(texts[start - 1], name)):
                    start, name = start - 1, whole
                yield _Vote(name, _COVER_WEIGHT, _place(cover[start]))
                break


def _with_place(above: str, name: str) -> str | None:
    """A name that says no place, completed by the line above that does; None where that makes no name."""
    whole = organisation_name(above + name)
    placed = whole is not None and division_of(name) == Division() != division_of(whole)
    return whole if placed else None


def _named_in(title: str) -> str | None:
    """The organisation of a title: before the year, or between year and 部门决算."""
    found = _ON_COVER.match(title) or _AFTER_YEAR.match(title)
    return organisation_name(found[1]) if found else None


def organisation_name(text: str) -> str | None:
    """A cleaned organisation name, None when the text cannot be one."""
    name = _NOISE.sub("", unicodedata.normalize("NFKC", text)).strip(":：-—.、")
    name = re.sub(r"^(?:目录|第.部分)", "", name).replace("(", "（").replace(")", "）")
    if not _ORGANISATION_END.search(name) or _SENTENCE.search(name) or re.search(r"预算|决算|主管|:", name):
        return None
    return name if 3 < len(name) <= 45 else None


def _published(lines: Iterable[TextLine]) -> _Vote | None:
    """A date, or a month, that stands alone on a line of the first pages."""
    for line in lines:
        found = _DATE.fullmatch(_compact(line.text))
        if found:
            day = _iso_date(int(found[1]), int(found[2]), int(found[3] or 0))
            if day:
                return _Vote(day, 1, _place(line))
    return None


def _iso_date(year: int, month: int, day: int) -> str | None:
    """A date as printed, to the month where no day is; None for 31 February and the like."""
    try:
        whole = date(year, month, day or 1)
    except ValueError:
        return None
    return whole.isoformat() if day else f"{year}-{month:02}"


def _document_title(lines: Sequence[TextLine]) -> Place | None:
    """What the cover calls the document: the first lines that together name year and 预算 or 决算.

    A title that begins with the year takes the organisation's name above it along.
    """
    cover = list(takewhile(lambda line: not is_contents_title(line.text), lines[:_COVER]))
    for start in range(len(cover)):
        for end in range(start + 1, min(start + 3, len(cover)) + 1):
            text = "".join(_compact(line.text) for line in cover[start:end])
            fits = len(text) <= _LONGEST_TITLE and not text.endswith("表")
            if fits and _TITLE.search(_FUNDS.sub("", text)):
                return _titled(cover, start, text)
    return None


def _titled(cover: Sequence[TextLine], start: int, text: str) -> Place:
    above = _compact(cover[start - 1].text) if start else ""
    named = re.match(r"(?:19|20)\d{2}年", text) and ":" not in above and organisation_name(above)
    return _place(cover[start]).model_copy(update={"text": above + text if named else text})
