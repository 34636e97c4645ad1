"""What a user says about the sites to harvest: start pages, how lists page, what counts, how to be polite."""

from __future__ import annotations

import ipaddress
import re
import tomllib
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, ValidationError, field_validator

from models.base import Model

FAMILIES = "families"
DEFAULT_FAMILY = "static"


class DefinitionError(ValueError):
    """A definition of sites cannot be used; the message names the file, the place and what is wrong."""


def _pattern(text: str) -> str:
    """A regular expression that compiles."""
    try:
        re.compile(text)
    except re.error as error:
        raise ValueError(f"{text!r} is no regular expression ({error})") from error
    return text


def _web_address(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError(f"{text!r} is no address of the web; it begins with http:// or https://")
    return text


def _network(text: str) -> str:
    ipaddress.ip_network(text)
    return text


Pattern = Annotated[str, AfterValidator(_pattern)]
WebAddress = Annotated[str, AfterValidator(_web_address)]
Network = Annotated[str, AfterValidator(_network)]
ListingKind = Literal["auto", "html", "json", "cdata"]
PagingKind = Literal["auto", "numbered", "none"]


class Listing(Model):
    """How the entries of a list are found.

    ``select`` is a CSS selector of what holds them (the whole page without it); ``follow`` are
    patterns of link texts that lead to further lists. In JSON, ``title``, ``link`` and ``date`` are
    the keys to look for, the first present wins; ``link`` may be a template over the record such
    as ``/art/{id}.html``.
    """

    kind: ListingKind = "auto"
    select: str | None = None
    follow: tuple[Pattern, ...] = ()
    title: tuple[str, ...] = ("title", "TITLE", "docTitle", "DOCTITLE", "articleTitle", "name", "NAME")
    link: tuple[str, ...] = ("url", "URL", "link", "href", "docPubUrl", "DOCPUBURL", "pageUrl", "path")
    date: tuple[str, ...] = ("date", "publishDate", "pubDate", "docRelTime", "publishTime", "createTime")


class Paging(Model):
    """How further pages of a list are found.

    auto       by the script ``createPageHTML``, else by a link 下一页
    numbered   by a template: ``url``, ``query`` and ``form`` may hold ``{address}`` (the start
               page), ``{page}``, and ``{from}``, ``{to}``, ``{size}`` counted in records
    none       there is one page

    ``first`` is the number of the first page. ``pages`` and ``records`` are patterns whose first
    group is the number of pages or of records; without a match pages are asked for until one
    brings nothing new. ``most`` is the most pages of one list. With ``template_first`` the first
    page is asked for by the template as well, and the start page only names the place.
    """

    kind: PagingKind = "auto"
    url: str = "{address}"
    method: Literal["GET", "POST"] = "GET"
    query: dict[str, str] = Field(default_factory=dict)
    form: dict[str, str] = Field(default_factory=dict)
    first: int = 1
    template_first: bool = False
    size: int = Field(default=20, ge=1)
    pages: Pattern | None = None
    records: Pattern | None = None
    most: int = Field(default=200, ge=1)


class Titles(Model):
    """Which entries are disclosures, by their title.

    One of the words ``any`` and none of ``none`` have to be in it; a title that names only years
    before ``since`` is left out, one without a year is not.
    """

    any: tuple[str, ...] = ("预算", "决算", "三公")
    none: tuple[str, ...] = ()
    since: int | None = Field(default=None, ge=1990, le=2100)


class Attachments(Model):
    """Where the documents of an article are.

    ``select`` is a CSS selector of what holds them (the whole page without it). ``pages`` says
    when the article itself is kept as a document: ``alone`` when nothing is attached to it.
    ``pictures`` takes the pictures inside ``select`` as documents, for scans shown as images.
    """

    select: str | None = None
    pages: Literal["alone", "always", "never"] = "alone"
    pictures: bool = False


class Politeness(Model):
    """How a host is treated. Times are seconds, sizes bytes.

    ``delay`` passes between the answer to one request and the next request, more when robots.txt
    asks for it. ``longest_wait`` is the longest Retry-After that is waited for. ``contact`` (a mail
    or web address) goes into the user agent.
    """

    delay: float = Field(default=1.0, ge=0)
    concurrency: int = Field(default=1, ge=1, le=8)
    timeout: float = Field(default=30.0, gt=0)
    seconds: float = Field(default=180.0, gt=0)
    bytes: int = Field(default=128 << 20, ge=1)
    attempts: int = Field(default=3, ge=1, le=10)
    pause: float = Field(default=2.0, ge=0)
    longest_wait: float = Field(default=120.0, ge=0)
    redirects: int = Field(default=5, ge=0, le=20)
    contact: str = ""


class Site(Model):
    """One site. ``hosts`` may be visited besides those of ``start`` and what lies below them.

    ``private`` are networks (``127.0.0.0/8``) that may be reached although they are not public.
    ``recheck_days`` is how long a kept document is not asked about again; 0: every visit asks.
    ``silent_days`` without a new document are worth a warning.
    """

    name: str = Field(pattern=r"^[\w.-]+$", max_length=100)
    start: tuple[WebAddress, ...] = Field(min_length=1)
    organisation: str | None = None
    division: str | None = Field(default=None, pattern=r"^\d{6}$")
    family: str = DEFAULT_FAMILY
    hosts: tuple[str, ...] = ()
    private: tuple[Network, ...] = ()
    depth: int = Field(default=2, ge=0, le=5)
    recheck_days: float = Field(default=0, ge=0)
    silent_days: int = Field(default=400, ge=1)
    listing: Listing = Listing()
    paging: Paging = Paging()
    titles: Titles = Titles()
    attachments: Attachments = Attachments()
    politeness: Politeness = Politeness()

    @field_validator("start", mode="before")
    @classmethod
    def _one_or_many(cls, value: object) -> object:
        return [value] if isinstance(value, str) else value


@cache
def families() -> dict[str, dict[str, Any]]:
    """The page families that come with gongkai, as tables of settings by name."""
    folder = files(__package__) / FAMILIES
    found = [file for file in folder.iterdir() if file.name.endswith(".toml")]
    return {
        file.name.removesuffix(".toml"): tomllib.loads(file.read_text(encoding="utf-8"))
        for file in sorted(found, key=lambda file: file.name)
    }


def site_of(table: dict[str, Any], origin: str = "definition") -> Site:
    """A site from its table, the settings of its family under its own; raises ``DefinitionError``."""
    name = str(table.get("name", "?"))
    family = str(table.get("family", DEFAULT_FAMILY))
    if family not in families():
        known = ", ".join(families())
        raise DefinitionError(f"{origin}: site {name}: there is no family {family!r}; there are {known}")
    try:
        return Site.model_validate(_under(families()[family], table))
    except ValidationError as error:
        fault = error.errors(include_url=False)[0]
        place = ".".join(map(str, fault["loc"]))
        raise DefinitionError(f"{origin}: site {name}: {place}: {fault['msg']}") from error


def _under(base: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    """One table laid over another; tables of named settings merge, except the free ones of requests."""
    merged = {**base, **over}
    for key, value in base.items():
        if isinstance(value, dict) and isinstance(over.get(key), dict) and key not in {"query", "form"}:
            merged[key] = _under(value, over[key])
    return merged


def load_sites(place: Path) -> tuple[Site, ...]:
    """The sites of a file, or of every ``.toml`` file of a folder; raises ``DefinitionError``.

    A file is one site, or several as ``[[site]]``; a table ``[defaults]`` lies under each of them.
    """
    found = sorted(place.glob("*.toml")) if place.is_dir() else [place]
    sites = [site for file in found for site in _sites_in(file)]
    if not sites:
        raise DefinitionError(f"{place}: defines no site; write one as in docs/harvest.md")
    names = [site.name for site in sites]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise DefinitionError(f"{place}: defined twice: {', '.join(twice)}; give each site its own name")
    return tuple(sites)


def chosen_sites(definitions: Path, only: Sequence[str] | None) -> tuple[Site, ...]:
    """The sites of the definitions that are wanted; raises ``DefinitionError``."""
    sites = load_sites(definitions)
    unknown = sorted(set(only or ()) - {site.name for site in sites})
    if unknown:
        names = ", ".join(site.name for site in sites)
        raise DefinitionError(f"{definitions}: defines no {', '.join(unknown)}; it defines {names}")
    return tuple(site for site in sites if not only or site.name in only)


def _sites_in(file: Path) -> list[Site]:
    try:
        content = tomllib.loads(file.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise DefinitionError(f"{file}: cannot be read ({error.strerror})") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise DefinitionError(f"{file}: is no TOML ({error})") from error
    defaults = content.pop("defaults", {})
    tables = content.pop("site") if "site" in content else [content]
    if content and content not in tables:
        raise DefinitionError(f"{file}: besides [[site]] stands {', '.join(content)}; move it into a site")
    return [site_of(_under(defaults, table), str(file)) for table in tables]
