"""The further pages of a list: from what the page says of its pages, or by a template of the definition."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from flows.harvesting.addresses import absolute
from flows.harvesting.definitions import Paging
from flows.harvesting.pages import Page
from flows.harvesting.web import Ask

_SCRIPT = re.compile(r"(?<!function )createPageHTML\s*\(([^)]*)\)")
_NUMBER = re.compile(r"(?<![\w\"'])\d+(?![\w\"'])")
_STRING = re.compile(r"""["']([\w-]+)["']""")
_NEXT = re.compile(
    r"^[\s\[(（【]*(?:下一?页|后一?页|下一頁|next(?: page)?|[>›»]{1,2})[\s>›»\])）】]*$", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a list a page stands: the list's start page and the number of the page."""

    start: str
    number: int


@dataclass(frozen=True, slots=True)
class Further:
    """Further pages with their places; ``left_out`` pages are beyond the definition's ``most``."""

    asks: tuple[tuple[Ask, Place], ...] = ()
    left_out: int = 0


NO_FURTHER = Further()
"""The end of a list."""


def further_pages(page: Page, place: Place, paging: Paging, *, brought_new: bool) -> Further:
    """The pages a page of a list leads to. ``brought_new`` says whether it held entries not met before."""
    if paging.kind == "auto":
        return _by_script(page, place, paging) or _by_link(page, place, paging)
    if paging.kind == "numbered":
        return _by_template(page, place, paging, brought_new=brought_new)
    return NO_FURTHER


def first_ask(start: str, paging: Paging) -> Ask:
    """The request for the first page of a list: the start page itself, unless the template has it too."""
    return numbered(start, paging.first, paging) if paging.template_first else Ask(start)


def _by_script(page: Page, place: Place, paging: Paging) -> Further | None:
    """``createPageHTML(12, 0, "index", "html")``: pages, number of this one, stem and suffix of the files."""
    for call in _SCRIPT.finditer(page.text):
        numbers, names = _NUMBER.findall(call.group(1)), _STRING.findall(call.group(1))
        if len(numbers) < 2 or len(names) < 2:
            continue
        count, current, (stem, suffix) = int(numbers[0]), int(numbers[1]), names[-2:]
        if place.number != paging.first:
            return NO_FURTHER
        wanted = range(current + 1, current + count)
        addresses = [absolute(f"{stem}_{number}.{suffix}", page.base) for number in wanted[: paging.most - 1]]
        asks = [
            (Ask(address), Place(place.start, paging.first + step))
            for step, address in enumerate(addresses, 1)
            if address
        ]
        return Further(tuple(asks), max(0, len(wanted) - paging.most + 1))
    return None


def _by_link(page: Page, place: Place, paging: Paging) -> Further:
    node = page.tree.css_first("a[rel=next], link[rel=next]")
    named = [page.absolute(node.attributes.get("href") or "")] if node else []
    named += [link.url for link in page.links() if _NEXT.match(link.text)]
    address = next((url for url in named if url and url != page.url), None)
    if address is None:
        return NO_FURTHER
    if place.number - paging.first + 1 >= paging.most:
        return Further(left_out=1)
    return Further(((Ask(address), Place(place.start, place.number + 1)),))


def _by_template(page: Page, place: Place, paging: Paging, *, brought_new: bool) -> Further:
    """All pages at once from the first one where the total is known, else one after the other."""
    total = page_count(page.text, paging)
    last_allowed = paging.first + paging.most - 1
    if total is None:
        if not brought_new:
            return NO_FURTHER
        numbers = range(place.number + 1, place.number + 2)
    elif place.number == paging.first:
        numbers = range(paging.first + 1, paging.first + total)
    else:
        return NO_FURTHER
    allowed = [number for number in numbers if number <= last_allowed]
    asks = ((numbered(place.start, number, paging), Place(place.start, number)) for number in allowed)
    return Further(tuple(asks), len(numbers) - len(allowed))


def page_count(text: str, paging: Paging) -> int | None:
    """How many pages a list has by its own words, None when it does not say."""
    for pattern, size in ((paging.pages, 1), (paging.records, paging.size)):
        match = re.search(pattern, text) if pattern else None
        if match:
            return math.ceil(int(match.group(1)) / size)
    return None


def numbered(start: str, number: int, paging: Paging) -> Ask:
    """The request for a page of a list by its number."""
    index = number - paging.first
    values = {
        "address": start,
        "page": number,
        "from": index * paging.size + 1,
        "to": (index + 1) * paging.size,
        "size": paging.size,
    }
    url = absolute(paging.url.format_map(values), start) or start
    return Ask(_with_query(url, _filled(paging.query, values)), paging.method, _filled(paging.form, values))


def _filled(fields: Mapping[str, str], values: Mapping[str, object]) -> dict[str, str]:
    return {name: text.format_map(values) for name, text in fields.items()}


def _with_query(url: str, fields: Mapping[str, str]) -> str:
    if not fields:
        return url
    parts = urlsplit(url)
    kept = [
        (name, value) for name, value in parse_qsl(parts.query, keep_blank_values=True) if name not in fields
    ]
    return urlunsplit(parts._replace(query=urlencode([*kept, *fields.items()])))
