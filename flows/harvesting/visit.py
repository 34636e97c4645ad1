"""One visit of one site: lists, articles, documents, then what is kept but no longer listed."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
import threading
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from flows.harvesting.addresses import file_name, normalised
from flows.harvesting.articles import attachments_of, is_disclosure_itself
from flows.harvesting.content import is_page, published_name, suffix_of
from flows.harvesting.definitions import Site
from flows.harvesting.keep import Document, Keep, Known, Role, Sighting, VisitState, Watermark
from flows.harvesting.lists import Entry, entries_of, framed, is_wanted, leads_on
from flows.harvesting.outcomes import (
    END_TYPES,
    Blocked,
    Failed,
    Fetched,
    ForbiddenByRobots,
    Gone,
    Moved,
    NoDocument,
    NotModified,
    Outcome,
    Validators,
)
from flows.harvesting.pages import Page, page_of
from flows.harvesting.paging import Place, first_ask, further_pages
from flows.harvesting.web import Ask, Web

_STRIPES = 512
_LISTED_IN = frozenset({".html", ".json", ".txt", ".bin"})
"""What a list may be; a link to a further list that brings a document is that document."""
_LANDINGS = 2
"""Pages that may stand between an article and its document, such as viewers."""
_NOT_FOUND = re.compile(
    r"^\W*(?:404|页面不存在|您访问的页面不存在|页面未找到|找不到|not found)", re.IGNORECASE
)
_LIST_STATES: tuple[tuple[type[Outcome], VisitState], ...] = (
    (Blocked, "blocked"),
    (ForbiddenByRobots, "forbidden"),
)


@dataclass(frozen=True, slots=True)
class Target:
    """Something to ask for, and how it was come by.

    ``place`` is that of a list page; ``depth`` counts lists below lists, or landing pages below an
    article; ``via`` are the addresses that redirected here.
    """

    ask: Ask
    role: Role
    found_on: str
    title: str = ""
    link_text: str = ""
    published_on: str | None = None
    place: Place | None = None
    depth: int = 0
    via: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """The name of the request in the record: the address, with the form that is sent."""
        return f"{self.ask.url} {urlencode(sorted(self.ask.form.items()))}" if self.ask.form else self.ask.url


@dataclass(frozen=True, slots=True)
class _Answer:
    """A page or document at hand: its body, and whether it has just come or was kept."""

    body: bytes
    content_type: str
    fresh: Fetched | None
    known: Known | None


class Stripes:
    """Locks by name, so that no two threads of a run ask for the same address."""

    def __init__(self) -> None:
        self._locks = [threading.Lock() for _ in range(_STRIPES)]

    def of(self, key: str) -> threading.Lock:
        """The lock of a name; others may share it."""
        return self._locks[hash(key) % _STRIPES]


class Visit:
    """A visit of a site in a run. What the run has asked for already is taken from the record."""

    def __init__(self, site: Site, keep: Keep, web: Web, run: int, stripes: Stripes) -> None:
        self._site, self._keep, self._web, self._run = site, keep, web, run
        self._stripes = stripes
        self._seen: set[str] = set()
        self._listed: set[str] = set()
        self._chosen: set[str] = set()
        self._notes: list[str] = []
        self._state: VisitState = "visited"

    def make(self) -> Watermark:
        """Visit the site and commit its watermark. Raises OSError or sqlite3.Error when keeping fails."""
        with ThreadPoolExecutor(self._site.politeness.concurrency) as pool:
            self._waves(pool, [self._start(start) for start in self._site.start])
            self._waves(pool, self._unlisted())
        notes = tuple(dict.fromkeys(self._notes))
        mark = Watermark(self._site.name, self._state, len(self._chosen), notes)
        self._keep.finish_visit(self._run, mark)
        return mark

    def _waves(self, pool: ThreadPoolExecutor, targets: Iterable[Target]) -> None:
        wave = self._unseen(targets)
        while wave:
            wave = self._unseen(found for founds in pool.map(self._follow, wave) for found in founds)

    def _unseen(self, targets: Iterable[Target]) -> list[Target]:
        fresh = []
        for target in targets:
            if target.key not in self._seen:
                self._seen.add(target.key)
                fresh.append(target)
        return fresh

    def _start(self, start: str) -> Target:
        address = normalised(start) or start
        place = Place(address, self._site.paging.first)
        return Target(first_ask(address, self._site.paging), "list", "", place=place)

    def _unlisted(self) -> Iterator[Target]:
        """Documents that are kept but were not met: they may be gone or changed without being listed."""
        for url in self._keep.documents_of(self._site.name, before=self._run):
            seen = self._keep.sighting_of(url)
            if seen and url not in self._seen:
                yield Target(
                    Ask(url), "document", seen.found_on, seen.title, seen.link_text, seen.published_on
                )

    # One target

    def _follow(self, target: Target) -> list[Target]:
        """Ask for a target, keep what comes, and tell where it leads."""
        with self._stripes.of(target.key):
            known = self._keep.known(target.key)
            outcome = self._recalled(target, known) or self._fetched(target, known)
            return self._taken(target, outcome, known)

    def _recalled(self, target: Target, known: Known | None) -> Outcome | None:
        """The end a request had in this run already, or need not have because the document is young."""
        if known is None:
            return None
        if known.run == self._run:
            return _end_of(target.ask.url, known)
        age = self._keep.now() - known.checked
        is_young = known.role == "document" and age < dt.timedelta(days=self._site.recheck_days)
        return NotModified(target.ask.url, "was asked for lately") if is_young and known.sha256 else None

    def _fetched(self, target: Target, known: Known | None) -> Outcome:
        validators = self._validators(known) if target.ask.method == "GET" else Validators()
        return self._web.fetch(replace(target.ask, validators=validators), self._site)

    def _validators(self, known: Known | None) -> Validators:
        """Those of the address, or of the one it redirected to."""
        for _ in range(self._site.politeness.redirects):
            if known is None or not known.moved_to:
                break
            known = self._keep.known(known.moved_to)
        return known.validators if known else Validators()

    def _taken(self, target: Target, outcome: Outcome, known: Known | None) -> list[Target]:
        if isinstance(outcome, Moved):
            return self._moved(target, outcome, known)
        if isinstance(outcome, NotModified) and known and known.moved_to:
            return self._moved(target, Moved(target.ask.url, location=known.moved_to), known)
        answer = self._answer(outcome, known)
        if answer is None:
            self._end(target, outcome, known)
            return []
        name, media_type = file_name(target.ask.url), answer.content_type.partition(";")[0].strip().lower()
        if target.role == "list" and suffix_of(answer.body, name, media_type) in _LISTED_IN:
            return self._list(target, answer)
        if is_page(answer.body, name, media_type):
            return self._page(target, answer)
        self._document(target, answer)
        return []

    def _answer(self, outcome: Outcome, known: Known | None) -> _Answer | None:
        if isinstance(outcome, Fetched):
            return _Answer(outcome.body, outcome.headers.get("content-type", ""), outcome, known)
        if isinstance(outcome, NotModified) and known:
            body = known.body if known.body is not None else self._keep.original(known.sha256)
            return _Answer(body, known.content_type, None, known) if body is not None else None
        return None

    def _moved(self, target: Target, outcome: Moved, known: Known | None) -> list[Target]:
        chain = (*target.via, target.ask.url)
        if outcome.location in chain or len(chain) > self._site.politeness.redirects:
            reason = "redirects in a circle" if outcome.location in chain else "redirects too often"
            self._end(target, Failed(target.ask.url, reason, temporary=False), known)
            return []
        self._keep.put_end(self._run, self._site.name, target.key, target.role, outcome)
        return [replace(target, ask=Ask(outcome.location), via=chain)]

    def _end(self, target: Target, outcome: Outcome, known: Known | None) -> None:
        if known is None or known.run != self._run or not isinstance(outcome, NotModified):
            self._keep.put_end(self._run, self._site.name, target.key, target.role, outcome)
        if target.role == "list" and not self._is_end_of_list(target, outcome):
            self._state = next((name for kind, name in _LIST_STATES if isinstance(outcome, kind)), "failed")
            self._notes.append(f"list {target.ask.url} {outcome.reason}")

    def _is_end_of_list(self, target: Target, outcome: Outcome) -> bool:
        """Whether a page was asked for only to see whether there is one."""
        place = target.place
        return isinstance(outcome, Gone) and place is not None and place.number > self._site.paging.first

    # Lists

    def _list(self, target: Target, answer: _Answer) -> list[Target]:
        page = page_of(target.ask.url, answer.body, answer.content_type)
        entries = entries_of(page, self._site.listing)
        brought_new = any(entry.url not in self._listed for entry in entries)
        self._listed.update(entry.url for entry in entries)
        place = target.place or Place(target.ask.url, self._site.paging.first)
        further = further_pages(page, place, self._site.paging, brought_new=brought_new)
        if further.left_out:
            self._notes.append(
                f"list {place.start} has {further.left_out} more pages than paging.most allows"
            )
        pages = [replace(target, ask=ask, place=spot, via=()) for ask, spot in further.asks]
        found = pages + self._lists_below(target, page, entries) + self._chosen_of(page, entries)
        if target.depth and not found and place.number == self._site.paging.first:
            # A link that reads like that of a further list (2023年部门决算公开) may be the disclosure itself.
            return self._page(replace(target, role="article", depth=0), answer)
        self._keep_page(target, answer)
        return found

    def _lists_below(self, target: Target, page: Page, entries: list[Entry]) -> list[Target]:
        if target.depth >= self._site.depth:
            return []
        below = [(entry.url, entry.title) for entry in entries if leads_on(entry, self._site.listing)]
        if not below and not any(is_wanted(entry.title, self._site.titles) for entry in entries):
            below = [(url, "") for url in framed(page)]
        paging, depth = self._site.paging, target.depth + 1
        return [
            Target(
                first_ask(url, paging), "list", page.url, title, place=Place(url, paging.first), depth=depth
            )
            for url, title in below
        ]

    def _chosen_of(self, page: Page, entries: list[Entry]) -> list[Target]:
        wanted = [
            entry
            for entry in entries
            if is_wanted(entry.title, self._site.titles) and not leads_on(entry, self._site.listing)
        ]
        self._chosen.update(entry.url for entry in wanted)
        return [
            Target(Ask(entry.url), "article", page.url, entry.title, entry.text, entry.published_on)
            for entry in wanted
        ]

    # Articles and documents

    def _page(self, target: Target, answer: _Answer) -> list[Target]:
        page = page_of(target.ask.url, answer.body, answer.content_type)
        if _NOT_FOUND.match(page.title):
            self._keep.put_end(
                self._run, self._site.name, target.key, target.role, Gone(page.url, "is a page that says so")
            )
            return []
        links = attachments_of(page, self._site.attachments) if target.depth <= _LANDINGS else []
        is_document = target.role == "article" and is_disclosure_itself(
            page, has_attachments=bool(links), wanted=self._site.attachments
        )
        if is_document:
            self._document(target, answer, page)
        else:
            self._keep_page(target, answer, is_empty=not links)
        title = target.title or page.title
        date = target.published_on or page.meta("PubDate")
        return [
            Target(
                Ask(link.url),
                "document",
                page.url,
                title,
                link.text or link.title,
                date,
                depth=target.depth + 1,
            )
            for link in links
        ]

    def _keep_page(self, target: Target, answer: _Answer, *, is_empty: bool = False) -> None:
        site, key = self._site.name, target.key
        if answer.fresh:
            self._keep.put_page(self._run, site, key, target.role, answer.fresh)
        if is_empty:
            reason = "holds neither documents nor figures"
            self._keep.put_end(
                self._run, site, key, target.role, NoDocument(key, reason, "see attachments.select")
            )
        elif not answer.fresh and answer.known and answer.known.run != self._run:
            self._keep.put_end(self._run, site, key, target.role, NotModified(key))

    def _document(self, target: Target, answer: _Answer, page: Page | None = None) -> None:
        sighting = Sighting(
            url=target.ask.url,
            found_on=target.found_on,
            site=self._site.name,
            title=target.title,
            link_text=target.link_text,
            published_on=target.published_on,
            organisation=self._site.organisation,
            division=self._site.division,
        )
        if answer.fresh:
            self._put(target, answer.fresh, sighting, page)
        elif answer.known and answer.known.sha256:
            self._keep.see(answer.known.sha256, sighting)
            if answer.known.run != self._run:
                end = NotModified(target.ask.url)
                self._keep.put_end(self._run, self._site.name, target.key, "document", end)

    def _put(self, target: Target, answer: Fetched, sighting: Sighting, page: Page | None) -> None:
        name = published_name(answer.headers.get("content-disposition", "")) or file_name(answer.url)
        suffix = suffix_of(answer.body, name, answer.headers.get("content-type", "").partition(";")[0])
        if suffix == ".json" or not answer.body:
            failure = Failed(answer.url, "answers with something that is no document", temporary=False)
            self._keep.put_end(self._run, self._site.name, target.key, "document", failure)
            return
        digest = hashlib.sha256(page.reading_text().encode()).hexdigest() if page else None
        self._keep.put_document(self._run, Document(answer, suffix, name, digest), sighting)


def _end_of(url: str, known: Known) -> Outcome:
    """An end of this run again, from the record."""
    if known.outcome == Moved.kind and known.moved_to:
        return Moved(url, location=known.moved_to)
    if known.outcome in {Fetched.kind, NotModified.kind, NoDocument.kind}:
        return NotModified(url)
    return END_TYPES.get(known.outcome, Failed)(url, known.reason)
