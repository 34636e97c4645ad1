"""What a run brought, site by site, and which sites that always published have stopped."""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from flows.harvesting.definitions import Site
from flows.harvesting.keep import Keep

COUNTED = ("new", "changed", "gone", "blocked", "failed")
"""The ends every report shows, in this order."""
_TOLD_APART = ("known", "unchanged", "forbidden_by_robots", "refused", "too_large", "no_document")
_PREVIOUS = 10
"""Earlier visits a list is compared with."""
_MOST_TROUBLES = 100
_WORDS = {
    "forbidden_by_robots": "forbidden by robots.txt",
    "too_large": "too large",
    "no_document": "no document",
}
_NOT_VISITED = "not visited"


@dataclass(frozen=True, slots=True)
class SiteReport:
    """One site in one run: documents and articles by how asking for them ended, and what to look at."""

    site: str
    state: str
    listed: int
    counts: dict[str, int]
    warnings: tuple[str, ...] = ()

    def count(self, end: str) -> int:
        """How often asking ended so."""
        return self.counts.get(end, 0)


@dataclass(frozen=True, slots=True)
class Trouble:
    """An address that could not be had, why, and what to do."""

    site: str
    address: str
    end: str
    reason: str
    advice: str


@dataclass(frozen=True, slots=True)
class Summary:
    """A whole run."""

    run: int
    sites: tuple[SiteReport, ...]
    troubles: tuple[Trouble, ...] = ()
    handed: dict[str, Any] = field(default_factory=dict)

    def total(self, end: str) -> int:
        """How often asking ended so, over all sites."""
        return sum(site.count(end) for site in self.sites)

    @property
    def is_complete(self) -> bool:
        """Whether every site could be visited."""
        return all(site.state == "visited" for site in self.sites)


def summarise(keep: Keep, run: int, sites: Sequence[Site], errors: dict[str, str]) -> Summary:
    """The summary of a run; ``errors`` are sites whose visit broke off, with the reason."""
    reports = tuple(_site_report(keep, run, site, errors.get(site.name)) for site in sites)
    return Summary(run, reports, _troubles(keep, run, {site.name for site in sites}))


def _site_report(keep: Keep, run: int, site: Site, error: str | None) -> SiteReport:
    visits = keep.rows("SELECT * FROM visits WHERE run = ? AND site = ?", run, site.name)
    state, listed = (visits[0]["state"], visits[0]["listed"]) if visits else (_NOT_VISITED, 0)
    notes = json.loads(visits[0]["notes"]) if visits else []
    stopped = _signs_of_stopping(keep, run, site, listed) if state == "visited" else []
    broken = [f"the visit broke off: {error}"] if error else []
    return SiteReport(site.name, state, listed, _counts(keep, run, site.name), (*broken, *notes, *stopped))


def _counts(keep: Keep, run: int, site: str) -> dict[str, int]:
    """Ends by name: those of documents and articles, and lists that could not be had."""
    question = (
        "SELECT role, outcome, count(*) AS n FROM ends WHERE run = ? AND site = ? GROUP BY role, outcome"
    )
    counts: Counter[str] = Counter()
    for row in keep.rows(question, run, site):
        end = (
            "unchanged" if row["outcome"] == "not_modified" and row["role"] == "document" else row["outcome"]
        )
        if row["role"] != "list" or end in {"blocked", "failed", "forbidden_by_robots", "refused"}:
            counts[end] += row["n"]
    return {end: counts[end] for end in (*COUNTED, *_TOLD_APART) if counts[end]}


def _signs_of_stopping(keep: Keep, run: int, site: Site, listed: int) -> list[str]:
    return [*_shrunken_list(keep, run, site, listed), *_silence(keep, site)]


def _shrunken_list(keep: Keep, run: int, site: Site, listed: int) -> list[str]:
    """A list that named many and names few has probably moved or changed its form."""
    question = (
        "SELECT listed, finished FROM visits WHERE site = ? AND run < ? AND state = 'visited'"
        " ORDER BY run DESC LIMIT ?"
    )
    before = keep.rows(question, site.name, run, _PREVIOUS)
    most = max(before, key=lambda row: int(row["listed"]), default=None)
    if most is None or listed * 2 > most["listed"] or not most["listed"]:
        return []
    date = most["finished"][:10]
    return [
        f"its lists name {listed} disclosures, {most['listed']} on {date}: they may have moved; run probe"
    ]


def _silence(keep: Keep, site: Site) -> list[str]:
    rows = keep.rows("SELECT max(seen) AS seen FROM versions WHERE site = ?", site.name)
    last = dt.datetime.fromisoformat(rows[0]["seen"]) if rows and rows[0]["seen"] else None
    if last is None or keep.now() - last < dt.timedelta(days=site.silent_days):
        return []
    return [f"it has published nothing new since {last.date()}; see whether it publishes elsewhere now"]


def _troubles(keep: Keep, run: int, sites: set[str]) -> tuple[Trouble, ...]:
    question = (
        "SELECT site, key, outcome, reason, advice FROM ends WHERE run = ? AND outcome IN"
        " ('blocked', 'failed', 'too_large', 'refused', 'gone', 'no_document') AND role != 'robots'"
        " ORDER BY site, outcome, key"
    )
    rows = [row for row in keep.rows(question, run) if row["site"] in sites]
    return tuple(
        Trouble(row["site"], row["key"], row["outcome"], row["reason"], row["advice"])
        for row in rows[:_MOST_TROUBLES]
    )


def summary_lines(summary: Summary) -> list[str]:
    """The summary as text, a line for each site and each warning."""
    width = max((len(site.site) for site in summary.sites), default=4)
    heads = "  ".join(f"{end:>7}" for end in COUNTED)
    lines = [f"{'site':<{width}}  {heads}"]
    for site in summary.sites:
        numbers = "  ".join(f"{site.count(end):>7}" for end in COUNTED)
        lines.append(f"{site.site:<{width}}  {numbers}{_aside(site)}")
    lines += [f"warning: {site.site}: {warning}" for site in summary.sites for warning in site.warnings]
    return lines


def _aside(site: SiteReport) -> str:
    """What else there is to say of a site: its state, and the rarer ends."""
    state = [] if site.state == "visited" else [site.state]
    rare = [f"{site.count(end)} {_WORDS.get(end, end)}" for end in _TOLD_APART if site.count(end)]
    return f"  ({', '.join(state + rare)})" if state or rare else ""


def summary_markdown(summary: Summary) -> str:
    """The summary as the artifact of a Prefect run."""
    parts = [f"# Harvest {summary.run}", _totals(summary), _table(summary.sites)]
    warnings = [
        f"- **{_cell(site.site)}**: {_cell(text)}" for site in summary.sites for text in site.warnings
    ]
    if warnings:
        parts.append("## Warnings\n\n" + "\n".join(warnings))
    if summary.troubles:
        parts.append("## What could not be had\n\n" + _trouble_table(summary.troubles))
    return "\n\n".join(parts) + "\n"


def _totals(summary: Summary) -> str:
    numbers = ", ".join(f"{summary.total(end)} {end}" for end in COUNTED)
    handed = summary.handed
    read = f" Digitised: {handed.get('read', 0)}, failures {handed.get('failures', 0)}." if handed else ""
    return f"{len(summary.sites)} sites: {numbers}.{read}"


def _table(sites: Iterable[SiteReport]) -> str:
    heads = ("site", "state", "listed", *COUNTED, "else")
    lines = [_line(heads), _line("---" for _ in heads)]
    for site in sites:
        rare = ", ".join(
            f"{site.count(end)} {_WORDS.get(end, end)}" for end in _TOLD_APART if site.count(end)
        )
        lines.append(_line((site.site, site.state, site.listed, *map(site.count, COUNTED), rare)))
    return "\n".join(lines)


def _trouble_table(troubles: Iterable[Trouble]) -> str:
    heads = ("site", "address", "end", "reason", "advice")
    rows = ((one.site, one.address, one.end, one.reason, one.advice) for one in troubles)
    return "\n".join([_line(heads), _line("---" for _ in heads), *map(_line, rows)])


def _line(cells: Iterable[object]) -> str:
    return "| " + " | ".join(_cell(str(cell)) for cell in cells) + " |"


def _cell(text: str) -> str:
    """Text of a site without what would break a table or pass for markup."""
    return " ".join(text.split()).replace("|", "\\|").replace("<", "&lt;")
