"""A look at an unknown site: which definition fits, and what a visit with it would fetch."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from flows.harvesting.articles import attachments_of, is_disclosure_itself
from flows.harvesting.content import is_page
from flows.harvesting.definitions import Site, families, site_of
from flows.harvesting.lists import Entry, entries_of, framed, is_wanted, json_of, leads_on
from flows.harvesting.outcomes import Fetched, Moved, Outcome
from flows.harvesting.pages import Page, page_of
from flows.harvesting.paging import NO_FURTHER, Further, Place, further_pages, page_count
from flows.harvesting.web import Ask, Web

_SHOWN = 8
"""Entries and attachments that are listed."""
_PROXY_FIELDS = ("col", "appid", "webid", "path", "columnid", "sourceContentType", "unitid", "webname")
_PROXY_FIELD = r"""["']?\b{name}\b["']?\s*[:=]\s*["']?([^"',;&}}\s]+)"""
_SITE_NAME = ("SiteName", "sitename")
_PAGE_FIELD = re.compile(r"[?&](page|pageNo|pageNum|pageIndex|p|currentPage|curPage|pn)=", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Probe:
    """What a look at a page gave: the definition that fits, and what it finds there.

    ``problem`` says why nothing could be read. ``sample`` is the first chosen entry's address,
    ``documents`` are what it leads to.
    """

    table: dict[str, Any]
    entries: tuple[Entry, ...] = ()
    chosen: tuple[Entry, ...] = ()
    lists: tuple[str, ...] = ()
    further: Further = NO_FURTHER
    sample: str = ""
    documents: tuple[str, ...] = ()
    problem: Outcome | None = None


def probe(
    url: str, web: Web, *, private: Sequence[str] = (), politeness: Mapping[str, Any] | None = None
) -> Probe:
    """Look at a list page, its robots.txt and the first disclosure on it; three or four requests.

    Raises ``DefinitionError`` when ``url`` is no address of the web.
    """
    table = _first_table(url, private, politeness or {})
    site = site_of(table, url)
    outcome = _arrived(Ask(url), site, web)
    if not isinstance(outcome, Fetched):
        return Probe(table, problem=outcome)
    page = page_of(outcome.url, outcome.body, outcome.headers.get("content-type", ""))
    table = {**table, "start": [outcome.url], **_proposal(page)}
    organisation = page.meta(*_SITE_NAME)
    if organisation:
        table["organisation"] = organisation
    return _look(page, table, web)


def _first_table(url: str, private: Sequence[str], politeness: Mapping[str, Any]) -> dict[str, Any]:
    host = (urlsplit(url).hostname or "site").removeprefix("www.")
    table: dict[str, Any] = {"name": re.sub(r"[^\w.-]", "-", host), "start": [url]}
    if private:
        table["private"] = list(private)
    if politeness:
        table["politeness"] = dict(politeness)
    return table


def _arrived(ask: Ask, site: Site, web: Web) -> Outcome:
    """The end of a chain of redirects."""
    outcome = web.fetch(ask, site)
    for _ in range(site.politeness.redirects):
        if not isinstance(outcome, Moved):
            break
        outcome = web.fetch(Ask(outcome.location), site)
    return outcome


# Which family


def _proposal(page: Page) -> dict[str, Any]:
    """The settings of the first family whose marks the page bears."""
    for marks in (_as_json, _as_cdata, _as_static, _as_years, _as_numbered):
        settings = marks(page)
        if settings is not None:
            return settings
    return {}


def _as_json(page: Page) -> dict[str, Any] | None:
    if json_of(page.text) is None:
        return None
    field = _PAGE_FIELD.search(page.url)
    if field is None:
        return {"family": "json", "paging": {"kind": "none"}}
    size = len(entries_of(page, _site("json").listing))
    paging: dict[str, Any] = {"size": size}
    if field.group(1) != "page":
        paging["query"] = {field.group(1): "{page}"}
    return {"family": "json", "paging": paging}


def _as_cdata(page: Page) -> dict[str, Any] | None:
    records = page.text.count("<record>")
    if not records:
        return None
    form = {name: match.group(1) for name in _PROXY_FIELDS if (match := _proxy_field(page.text, name))}
    return {"family": "cdata", "paging": {"size": records, **({"form": form} if form else {})}}


def _proxy_field(text: str, name: str) -> re.Match[str] | None:
    return re.search(_PROXY_FIELD.format(name=name), text)


def _as_static(page: Page) -> dict[str, Any] | None:
    site = _site("static")
    found = further_pages(page, Place(page.url, site.paging.first), site.paging, brought_new=True)
    return {} if found.asks else None


def _as_years(page: Page) -> dict[str, Any] | None:
    listing = _site("years").listing
    return {"family": "years"} if any(leads_on(one, listing) for one in entries_of(page, listing)) else None


def _as_numbered(page: Page) -> dict[str, Any] | None:
    """Further pages by a number: in the address where one stands there or in a link, else by a form."""
    count = page_count(page.text, _site("query").paging)
    if not count or count < 2:
        return None
    sources = [page.url, *(link.url for link in page.links())]
    field = next((match.group(1) for url in sources if (match := _PAGE_FIELD.search(url))), None)
    if field:
        return {"family": "query", **({} if field == "page" else {"paging": {"query": {field: "{page}"}}})}
    named = page.tree.css_first("form input[name*=page i]")
    name = named.attributes.get("name") if named else None
    return {"family": "post", "paging": {"form": {name: "{page}"}}} if name else {"family": "query"}


def _site(family: str) -> Site:
    return site_of({**families()[family], "name": family, "start": ["http://example.org/"], "family": family})


# What a visit would do


def _look(page: Page, table: dict[str, Any], web: Web) -> Probe:
    site = site_of(table)
    entries = entries_of(page, site.listing)
    wanted = [one for one in entries if is_wanted(one.title, site.titles) and not leads_on(one, site.listing)]
    lists = [entry.url for entry in entries if leads_on(entry, site.listing)]
    if not wanted and not lists:
        lists = framed(page)
    place = Place(page.url, site.paging.first)
    further = further_pages(page, place, site.paging, brought_new=True)
    sample = wanted[0].url if wanted else ""
    documents = _documents(sample, site, web) if sample else ()
    return Probe(table, tuple(entries), tuple(wanted), tuple(lists), further, sample, documents)


def _documents(url: str, site: Site, web: Web) -> tuple[str, ...]:
    """What an article leads to; a document that is listed itself is not taken for an article."""
    outcome = _arrived(Ask(url), site, web)
    if not isinstance(outcome, Fetched):
        return (f"{url} {outcome.reason}",)
    media_type = outcome.headers.get("content-type", "")
    if not is_page(outcome.body, outcome.url, media_type.partition(";")[0]):
        return (outcome.url,)
    page = page_of(outcome.url, outcome.body, media_type)
    links = attachments_of(page, site.attachments)
    itself = is_disclosure_itself(page, has_attachments=bool(links), wanted=site.attachments)
    return (*((page.url,) if itself else ()), *(link.url for link in links))


# For people


def probe_lines(found: Probe) -> Iterator[str]:
    """The proposed definition as TOML, and in comments what a visit with it would fetch."""
    yield from definition_lines(found.table)
    yield ""
    if found.problem:
        yield f"# {found.problem.kind}: {found.problem.url} {found.problem.reason}"
        if found.problem.advice:
            yield f"# {found.problem.advice}"
        return
    yield f"# The page has {len(found.entries)} links; {len(found.chosen)} are disclosures by their titles:"
    yield from _listed(found.chosen, lambda entry: f"{entry.published_on or '          '} {entry.title}")
    if found.lists:
        yield f"# Further lists: {len(found.lists)}"
        yield from _listed(found.lists, str)
    pages = len(found.further.asks)
    yield f"# Further pages of this list known from here: {pages}"
    yield from _listed(found.further.asks[:2], lambda step: f"{step[0].method} {step[0].url}")
    if found.sample:
        yield f"# The first disclosure, {found.sample}, leads to {len(found.documents)} documents:"
        yield from _listed(found.documents, str)
    elif not found.lists:
        yield "# Nothing would be fetched. Set titles.any to words of the titles, or start at another page."


def _listed(items: Sequence[Any], spell: Callable[[Any], str]) -> Iterator[str]:
    for item in items[:_SHOWN]:
        yield "#   " + " ".join(spell(item).split())
    if len(items) > _SHOWN:
        yield f"#   … and {len(items) - _SHOWN} more"


def definition_lines(table: dict[str, Any]) -> Iterator[str]:
    """A site's table as TOML."""
    yield "[[site]]"
    for key, value in table.items():
        yield f"{key} = {_toml(value)}"
    if "organisation" not in table:
        yield '# organisation = "…"'
    yield '# division = "……"  # six digits'


def _toml(value: Any) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {_toml(one)}" for key, one in value.items()) + " }"
    return json.dumps(value, ensure_ascii=False)
