"""Runs of sites without Prefect, in this process or in one that can be killed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from flows.harvesting.definitions import Site, site_of
from flows.harvesting.keep import Keep, RunShelf, utc_now
from flows.harvesting.summary import SiteReport, Summary, summarise
from flows.harvesting.visit import Stripes, Visit
from flows.harvesting.web import Web
from tests.flows.harvesting.district import Draft, definition
from tests.flows.harvesting.server import Answer, Host

Start = Callable[[str, dict[str, Answer]], Host]


def visit_once(sites: Sequence[Site], folder: Path, **clock: Any) -> Summary:
    """One run over sites."""
    with Keep(folder, **{"now": utc_now, **clock}) as keep:
        run = keep.begin_run(site.name for site in sites)
        todo = [site for site in sites if site.name not in keep.visited(run)]
        stripes = Stripes()
        with Web(RunShelf(keep, run)) as web, ThreadPoolExecutor(max(1, len(todo))) as pool:
            list(pool.map(lambda site: Visit(site, keep, web, run, stripes).make(), todo))
        keep.finish_run(run)
        return summarise(keep, run, sites, {})


def records(folder: Path) -> list[dict[str, Any]]:
    """What a keep says of its originals."""
    with Keep(folder) as keep:
        return [json.loads(line) for line in keep.write_records().read_text(encoding="utf-8").splitlines()]


@dataclass
class Town:
    """Hosts with the sites on them, and a keep."""

    start: Start
    folder: Path
    sites: list[Site] = field(default_factory=list)
    hosts: list[Host] = field(default_factory=list)

    def add(self, draft: Draft, **settings: Any) -> Host:
        """Put a site on a host of its own; ``settings`` are politeness."""
        host = self.start(f"127.0.0.{len(self.hosts) + 2}", draft.resources)
        self.hosts.append(host)
        self.sites.append(site_of(definition(draft, host, **settings)))
        return host

    def visit(self, **clock: Any) -> Summary:
        return visit_once(self.sites, self.folder, **clock)

    def report(self, **clock: Any) -> SiteReport:
        """A run of which the only site's report is wanted."""
        (report,) = self.visit(**clock).sites
        return report

    def forget(self) -> None:
        """Begin the logs anew."""
        for host in self.hosts:
            host.log.clear()


def start_elsewhere(sites: Iterable[Site], folder: Path) -> subprocess.Popen[bytes]:
    """The same run in a process of its own."""
    tables = json.dumps([site.model_dump(mode="json") for site in sites])
    return subprocess.Popen(
        [sys.executable, "-m", "tests.flows.harvesting.rounds", str(folder)],
        env={
            **os.environ,
            "PYTHONPATH": os.pathsep.join(entry for entry in sys.path if entry),
            "SITES": tables,
        },
        start_new_session=True,
    )


if __name__ == "__main__":
    visit_once([Site.model_validate(table) for table in json.loads(os.environ["SITES"])], Path(sys.argv[1]))
