"""In the tables stage: the forms gongkai knows, read from the data files beside this module."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal

from extract.layout.facts import organisation_name
from extract.tables.amounts import normalised
from models.catalogue.lookalike import unmistaken
from models.disclosure import Classification, TableKind

Layout = Literal["subjects", "two_sided", "groups", "lines", "three_public", "list", "printed"]
"""How a form is laid out.

subjects      one row a subject: code, name, amounts
two_sided     income and expenditure side by side, one amount or several each
groups        two or three code/name/amount groups side by side
lines         named rows without codes (or a single row of amounts)
three_public  the three public expenses, across or down
list          rows of text columns with amounts (procurement)
printed       kept as printed
"""


@dataclass(frozen=True, slots=True)
class ColumnSpec:
    """An amount column: its key and the header words that name it, most telling first.

    ``words`` are alternatives; each may hold several parts joined by ``+``, all of which must
    stand in the column's header path.
    """

    key: str
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FormSpec:
    """One form of one family of templates.

    ``titles`` are whole titles (year, organisation and numbering removed); ``all_of`` and
    ``none_of`` describe titles by words where the family does not fix them. ``rules`` are the
    column identities that hold where the form prints none, in column keys.
    ``numbered`` lists the column keys in the order of the printed 栏次.
    """

    kind: TableKind
    family: str
    layout: Layout
    classification: Classification | None
    disclosure: str | None
    titles: tuple[str, ...]
    all_of: tuple[tuple[str, ...], ...]
    none_of: tuple[str, ...]
    columns: tuple[ColumnSpec, ...]
    numbered: tuple[str, ...]
    rules: tuple[str, ...]
    number: str | None = None
    side_columns: tuple[str, ...] = ()


def _form(family: str, entry: dict[str, Any], vocabulary: dict[str, list[str]]) -> FormSpec:
    keys: list[str] = entry.get("columns", [])
    words = {**vocabulary, **entry.get("words", {})}
    return FormSpec(
        kind=entry["kind"],
        family=family,
        layout=entry["layout"],
        classification=entry.get("classification"),
        disclosure=entry.get("disclosure"),
        titles=tuple(normalised(title) for title in entry.get("titles", [])),
        all_of=tuple(tuple(group) for group in entry.get("all_of", [])),
        none_of=tuple(entry.get("none_of", [])),
        columns=tuple(ColumnSpec(key, tuple(words[key])) for key in keys),
        numbered=tuple(entry.get("numbered", [])),
        rules=tuple(entry.get("rules", [])),
        number=entry.get("number"),
        side_columns=tuple(entry.get("side_columns", [])),
    )


@cache
def all_forms() -> tuple[FormSpec, ...]:
    """Every form of every data file, families in file-name order, entries in file order."""
    folder = files("extract.tables.forms")
    vocabulary = tomllib.loads((folder / "vocabulary.toml").read_text(encoding="utf-8"))["columns"]
    forms: list[FormSpec] = []
    for entry in sorted(folder.iterdir(), key=lambda path: path.name):
        if entry.name.endswith(".toml") and entry.name != "vocabulary.toml":
            data = tomllib.loads(entry.read_text(encoding="utf-8"))
            forms += [_form(data["family"], form, vocabulary) for form in data["form"]]
    return tuple(forms)


_PREFIX = re.compile(r"^(?:公开|附件?|表)?[0-9一二三四五六七八九十\-]*(?:表)?[、.:：]?")
_YEAR = re.compile(r"(?:19|20)\d\d年?度?")
_BRACKETS = re.compile(r"[“”\"'‘’《》<>]")


def plain_title(text: str) -> str:
    """A title without white space, quotes, year and the organisation before the year, brackets half-width.

    Names of organisations hold words of the field (政府采购中心, 非税收入管理局) that say nothing of
    the form.
    """
    plain = _BRACKETS.sub("", normalised(text))
    year = _YEAR.search(plain)
    if year and organisation_name(plain[: year.start()]):
        plain = plain[year.end() :]
    return _YEAR.sub("", plain)


def _described(form: FormSpec, title: str) -> int:
    """How many characters of the title the word description explains; 0 when it does not fit."""
    if any(unmistaken(word) in title for word in form.none_of):
        return 0
    fits = [sum(map(len, group)) for group in form.all_of if all(unmistaken(word) in title for word in group)]
    return max(fits, default=0)


def forms_for_title(text: str, forms: Iterable[FormSpec] | None = None) -> tuple[FormSpec, ...]:
    """The forms a printed title can name, best first.

    Characters that recognition takes for one another count as the same (支出页算总表). A whole
    title of the data beats a description by words; a longer one beats a shorter one.
    ``支出决算表`` never matches inside ``一般公共预算财政拨款支出决算表``: what stands before a whole
    title may only be an organisation, so a prefix that itself holds words of the field is refused.
    """
    title = plain_title(text)
    read = unmistaken(title)
    ranked: list[tuple[int, int, FormSpec]] = []
    for position, form in enumerate(forms if forms is not None else all_forms()):
        whole = max((len(known) for known in form.titles if _is_whole(title, read, known)), default=0)
        score = 1000 + whole if whole else _described(form, read)
        if score:
            ranked.append((-score, position, form))
    return tuple(form for _, _, form in sorted(ranked, key=lambda item: item[:2]))


_FIELD_WORDS = re.compile(
    r"财政拨款|一般公共预算|政府性基金|国有资本|三公|基本支出|项目支出|收入|支出|收支|采购|购买服务|转移支付|绩效"
)


def _is_whole(title: str, read: str, known: str) -> bool:
    if not read.endswith(unmistaken(known)):
        return False
    before = title[: -len(known)]
    return not _FIELD_WORDS.search(before) or organisation_name(before) is not None


@cache
def classification_of_form(kind: TableKind) -> Classification | None:
    """The classification whose codes a kind of form prints; None for forms without subjects."""
    return next(
        (form.classification for form in all_forms() if form.kind == kind and form.classification), None
    )


@cache
def form_number(kind: TableKind, disclosure: str) -> str | None:
    """The usual printed number of a form, where its family fixes one."""
    return next(
        (f.number for f in all_forms() if f.kind == kind and f.disclosure == disclosure and f.number), None
    )
