"""Twelve page families with 300 documents: each is fetched once, at the pace agreed, and once only."""

from __future__ import annotations

import hashlib
import os
import signal
import time
from itertools import pairwise

import pytest

from tests.flows.harvesting.district import DELAY, FAMILIES, PER_SITE, direct, next_links, static_gbk, years
from tests.flows.harvesting.papers import FORMATS
from tests.flows.harvesting.rounds import Town, records, start_elsewhere
from tests.flows.harvesting.server import hosts


@pytest.fixture(scope="module")
def district(tmp_path_factory):
    """The town, its drafts, what the first run said, and the log of it."""
    drafts = [family() for family in FAMILIES]
    with hosts() as start:
        town = Town(start, tmp_path_factory.mktemp("district") / "keep")
        for draft in drafts:
            town.add(draft)
        summary = town.visit()
        yield town, drafts, summary, [list(host.log) for host in town.hosts]


def test_every_document_is_kept_as_published(district):
    town, drafts, summary, _ = district
    assert [report.counts.get("new") for report in summary.sites] == [PER_SITE] * len(FAMILIES)
    assert summary.is_complete
    published = {
        hashlib.sha256(draft.resources[path].body).hexdigest(): draft.resources[path].body
        for draft in drafts
        for path in draft.documents
    }
    kept = records(town.folder)
    assert {record["sha256"] for record in kept} == set(published)
    assert len(kept) == 300
    assert all((town.folder / one["file"]).read_bytes() == published[one["sha256"]] for one in kept)
    assert {one["file"].rpartition(".")[2] for one in kept} == {suffix[1:] for suffix in FORMATS} | {"html"}


def test_every_sighting_says_where_and_what(district):
    town, *_ = district
    sightings = [record["sightings"] for record in records(town.folder)]
    assert all(len(seen) == 1 for seen in sightings)
    for (seen,) in sightings:
        assert seen["title"].startswith("示例区第")
        assert seen["title"].endswith("年度部门决算")
        assert seen["organisation"] == f"示例区{seen['site']}局"
        assert seen["found_on"].startswith("http://127.0.0.")
        assert seen["headers"]["content-type"]
    direct_names = {seen["file_name"] for (seen,) in sightings if seen["site"] == "direct"}
    assert "决算0.pdf" in direct_names
    assert {seen["published_on"] for (seen,) in sightings if seen["site"] == "static"} >= {"2024-02-01"}


def test_nothing_is_fetched_twice(district):
    *_, logs = district
    for log in logs:
        asked = [(request.method, request.target) for request in log if request.method == "GET"]
        assert len(asked) == len(set(asked))
    assert all(request.agent.startswith("gongkai/") for log in logs for request in log)


def test_hosts_are_asked_no_faster_than_agreed(district):
    *_, logs = district
    for log in logs:
        assert min(after.came - before.came for before, after in pairwise(log)) >= DELAY


def test_second_run_only_asks_what_has_changed(district):
    town, _, first, _ = district
    town.forget()
    again = town.visit()
    assert again.run == first.run + 1
    assert [report.counts for report in again.sites] == [{"unchanged": PER_SITE}] * len(FAMILIES)
    requests = [request for host in town.hosts for request in host.log]
    assert all(request.is_conditional for request in requests if request.method == "GET")
    assert {request.status for request in requests if request.method == "GET"} == {304}


def test_killed_run_is_taken_up(town):
    drafts = [static_gbk(), next_links(), years(), direct()]
    for draft in drafts:
        town.add(draft)
    process = start_elsewhere(town.sites, town.folder)
    end = time.monotonic() + 60
    while sum(map(len, (host.log for host in town.hosts))) < 90:
        assert time.monotonic() < end
        assert process.poll() is None
        time.sleep(0.005)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    before = [host.counts() for host in town.hosts]
    summary = town.visit()
    assert summary.run == 1
    assert [report.counts["new"] for report in summary.sites] == [PER_SITE] * 4
    for host, draft, early in zip(town.hosts, drafts, before, strict=True):
        assert 0 < sum(early.values()) < len(host.log)
        assert all(host.asked(path) >= 1 for path in draft.documents)
        twice = [target for target, times in host.counts().items() if times > 1]
        # The request that was under way when the process died, and no other.
        assert len(twice) <= 1
    assert len(records(town.folder)) == 4 * PER_SITE
    assert not list((town.folder / ".parts").iterdir())
