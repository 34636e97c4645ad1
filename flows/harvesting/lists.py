"""The entries of a list, whichever way a CMS publishes it: HTML, JSON, or records in CDATA."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import unescape
from typing import Any

from flows.harvesting.definitions import Listing, ListingKind, Titles
from flows.harvesting.pages import Link, Page, squeezed

_RECORD = re.compile(r"<record>\s*<!\[CDATA\[(.*?)\]\]>\s*</record>", re.DOTALL | re.IGNORECASE)
_JSONP = re.compile(r"^\s*[\w.$]+\s*\((.*)\)\s*;?\s*$", re.DOTALL)
_DATE = re.compile(r"(20\d\d)\s*[-./年]\s*(\d{1,2})\s*[-./月]\s*(\d{1,2})")
_YEAR = re.compile(r"(?<!\d)((?:19|20)\d\d)(?!\d)")
_MILLISECONDS = 10**11
_TAG = re.compile(r"<[^>]+>")
_FIELD = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of a list. ``published_on`` is an ISO date where one stands beside it."""

    url: str
    title: str
    text: str
    published_on: str | None = None


def listing_kind(page: Page, listing: Listing) -> ListingKind:
    """How a list is written, found out from the page where the definition leaves it open."""
    if listing.kind != "auto":
        return listing.kind
    if _RECORD.search(page.text):
        return "cdata"
    return "json" if json_of(page.text) is not None else "html"


def entries_of(page: Page, listing: Listing) -> list[Entry]:
    """The entries of a list page, each address once, in order."""
    kind = listing_kind(page, listing)
    readers = {"html": _html_entries, "json": _json_entries, "cdata": _cdata_entries}
    found = list(readers[kind](page, listing))
    if not found and kind != "html":
        found = list(_html_entries(page, listing))
    return list({entry.url: entry for entry in reversed(found)}.values())[::-1]


def _html_entries(page: Page, listing: Listing) -> Iterator[Entry]:
    yield from (_entry(link) for link in page.links(listing.select))


def _entry(link: Link) -> Entry:
    return Entry(link.url, link.title, link.text, date_in(link.around))


def _cdata_entries(page: Page, listing: Listing) -> Iterator[Entry]:
    del listing
    for match in _RECORD.finditer(page.text):
        record = Page(page.url, match.group(1), page.encoding)
        date = date_in(squeezed(record.tree.root.text()) if record.tree.root else "")
        for link in record.links():
            yield Entry(link.url, link.title, link.text, date)


def json_of(text: str) -> Any:
    """The value of a JSON or JSONP answer, None when it is neither."""
    called = _JSONP.match(text)
    try:
        value = json.loads(called.group(1) if called else text.lstrip("\ufeff"))
    except ValueError:
        return None
    return value if isinstance(value, dict | list) else None


def _json_entries(page: Page, listing: Listing) -> Iterator[Entry]:
    for record in _records(json_of(page.text)):
        title, url = _first(record, listing.title), _address(record, listing, page)
        if title and url:
            text = squeezed(_TAG.sub("", unescape(title)))
            yield Entry(url, text, text, date_in(_first(record, listing.date) or ""))


def _records(value: Any) -> Iterator[Mapping[str, Any]]:
    """All objects in a JSON value, outer ones first."""
    waiting = [value]
    while waiting:
        one = waiting.pop(0)
        if isinstance(one, dict):
            yield one
            waiting += one.values()
        elif isinstance(one, list):
            waiting += one


def _first(record: Mapping[str, Any], keys: tuple[str, ...]) -> str | None:
    return next(
        (str(record[key]) for key in keys if isinstance(record.get(key), str | int) and record[key]), None
    )


def _address(record: Mapping[str, Any], listing: Listing, page: Page) -> str | None:
    for link in listing.link:
        wanted = _FIELD.findall(link)
        if wanted and all(isinstance(record.get(name), str | int) for name in wanted):
            return page.absolute(_FIELD.sub(lambda field: str(record[field.group(1)]), link))
        if not wanted and isinstance(record.get(link), str) and record[link]:
            return page.absolute(record[link])
    return None


def date_in(text: str) -> str | None:
    """The first date in a text, or milliseconds since 1970, as an ISO date."""
    if text.isdigit() and int(text) > _MILLISECONDS:
        return dt.datetime.fromtimestamp(int(text) / 1000, dt.UTC).date().isoformat()
    for match in _DATE.finditer(text):
        try:
            return dt.date(*map(int, match.groups())).isoformat()
        except ValueError:
            continue
    return None


def is_wanted(title: str, titles: Titles) -> bool:
    """Whether an entry is a disclosure, by its title."""
    if not any(word in title for word in titles.any) or any(word in title for word in titles.none):
        return False
    years = [int(year) for year in _YEAR.findall(title)]
    return titles.since is None or not years or max(years) >= titles.since


def leads_on(entry: Entry, listing: Listing) -> bool:
    """Whether an entry is a further list, by its text."""
    return any(re.search(pattern, entry.text or entry.title) for pattern in listing.follow)


def framed(page: Page) -> list[str]:
    """The pages a list page shows in frames."""
    sources = (node.attributes.get("src") or "" for node in page.tree.css("iframe[src], frame[src]"))
    return [url for source in sources if (url := page.absolute(source))]
