"""Hosts that are slow, broken, defensive or tricky: each ends in a word of its own and stops no other."""

from __future__ import annotations

import datetime as dt
import hashlib
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from ipaddress import ip_address
from itertools import count, pairwise

import httpx
import pytest

from flows.harvesting.definitions import site_of
from flows.harvesting.gate import Stopped
from flows.harvesting.keep import Keep, KeepInUse, RunShelf
from flows.harvesting.network import CheckedTransport
from flows.harvesting.outcomes import Failed, Fetched, Refused, TooLarge
from flows.harvesting.summary import summary_lines, summary_markdown
from flows.harvesting.visit import Stripes, Visit
from flows.harvesting.web import Ask, NoShelf, Web, retry_after
from tests.flows.harvesting.district import DELAY, Draft, listed, row
from tests.flows.harvesting.papers import page, pdf
from tests.flows.harvesting.rounds import Town, records
from tests.flows.harvesting.server import Resource

QUICK = {"delay": 0, "pause": 0.01}
NEVER = Resource(b"secret", status=200)


def small(documents: int = 2, name: str = "small") -> Draft:
    """A list that leads to a few PDFs."""
    draft = Draft(name)
    for number in range(documents):
        draft.document(f"/files/{number}.pdf", ".pdf")
    draft.put(draft.start, listed([row(f"/files/{number}.pdf", number) for number in range(documents)]))
    return draft


def in_turn(*answers: Resource) -> Callable[[dict[str, str]], Resource]:
    """One answer after the other, the last one for good."""
    turns = count()
    return lambda _fields: answers[min(next(turns), len(answers) - 1)]


def ends(town: Town, run: int = 1) -> dict[str, tuple[str, str]]:
    """How asking for each path ended, with the reason."""
    with Keep(town.folder) as keep:
        rows = keep.rows("SELECT key, outcome, reason FROM ends WHERE run = ? AND role != 'robots'", run)
    return {"/" + row["key"].split("/", 3)[3]: (row["outcome"], row["reason"]) for row in rows}


def test_server_errors_are_tried_again(town):
    draft = small()
    broken = Resource(b"oops", status=503)
    draft.resources["/files/0.pdf"] = in_turn(broken, broken, Resource(pdf(1), "application/pdf"))
    draft.resources["/files/1.pdf"] = broken
    host = town.add(draft)
    report = town.report()
    assert report.counts == {"new": 1, "failed": 1}
    assert (host.asked("/files/0.pdf"), host.asked("/files/1.pdf")) == (3, 3)
    assert ends(town)["/files/1.pdf"] == ("failed", "the server fails (503)")


def test_client_errors_are_not(town):
    draft = small()
    draft.resources["/files/0.pdf"] = Resource(b"", status=400)
    host = town.add(draft)
    assert town.report().counts == {"new": 1, "failed": 1}
    assert host.asked("/files/0.pdf") == 1


def test_slow_host_fails_and_the_others_go_on(town):
    slow = small(name="slow")
    slow.resources[slow.start] = replace(slow.resources[slow.start], seconds=1.0)
    asleep = town.add(slow, timeout=0.2, attempts=2)
    town.add(small(name="other"))
    summary = town.visit()
    assert [(report.site, report.state) for report in summary.sites] == [
        ("slow", "failed"),
        ("other", "visited"),
    ]
    assert asleep.asked(slow.start) == 2
    assert summary.total("new") == 2
    assert not summary.is_complete
    (line,) = [line for line in summary_lines(summary) if line.startswith("warning")]
    assert "does not answer" in line
    assert "does not answer" in summary_markdown(summary)


def test_host_that_only_fails_is_left_alone(town):
    draft = small(documents=12)
    for number in range(12):
        draft.resources[f"/files/{number}.pdf"] = Resource(b"", status=500)
    host = town.add(draft, attempts=1)
    assert town.report().counts == {"failed": 12}
    assert sum(host.asked(path) for path in draft.documents) == 3


def test_retry_after_is_waited_for(town):
    draft = small(documents=3)
    busy = Resource(b"", status=429, headers={"Retry-After": "1"})
    draft.resources["/files/0.pdf"] = in_turn(busy, Resource(pdf(1), "application/pdf"))
    host = town.add(draft)
    assert town.report().counts == {"new": 3}
    refused = next(request.came for request in host.log if request.status == 429)
    later = [request.came - refused for request in host.log if request.came > refused]
    assert len(later) == 3
    assert min(later) >= 1.0


def test_without_retry_after_nothing_is_tried_again(town):
    draft = small()
    draft.resources["/files/0.pdf"] = Resource(b"", status=429)
    draft.resources["/files/1.pdf"] = Resource(b"", status=429, headers={"Retry-After": "86400"})
    host = town.add(draft)
    assert town.report().counts == {"failed": 2}
    assert (host.asked("/files/0.pdf"), host.asked("/files/1.pdf")) == (1, 1)


def test_redirects_in_a_circle_end(town):
    draft = small(documents=1)
    draft.resources["/files/0.pdf"] = Resource(status=302, headers={"Location": "/a"})
    draft.resources["/a"] = Resource(status=301, headers={"Location": "/b"})
    draft.resources["/b"] = Resource(status=307, headers={"Location": "/files/0.pdf"})
    host = town.add(draft)
    assert town.report().counts == {"failed": 1}
    assert ends(town)["/b"] == ("failed", "redirects in a circle")
    assert [host.asked(path) for path in ("/files/0.pdf", "/a", "/b")] == [1, 1, 1]


def test_redirects_are_followed_once_and_later_conditionally(town):
    draft = small(documents=2)
    draft.put(draft.start, listed([row("/old.pdf", 0), row("/files/0.pdf", 1), row("/files/1.pdf", 2)]))
    draft.resources["/old.pdf"] = Resource(status=302, headers={"Location": "/files/0.pdf"})
    host = town.add(draft)
    assert town.report().counts == {"new": 2}
    assert host.asked("/files/0.pdf") == 1
    town.forget()
    assert town.report().counts == {"unchanged": 2}
    assert all(request.is_conditional for request in host.log)


def test_redirect_to_another_host_is_refused(town):
    draft = small(documents=1)
    other = town.start("127.0.0.99", {"/x.pdf": NEVER})
    draft.resources["/files/0.pdf"] = Resource(status=302, headers={"Location": f"{other.url}/x.pdf"})
    town.add(draft)
    assert town.report().counts == {"refused": 1}
    assert other.log == []


@pytest.mark.parametrize(
    ("status", "body", "word"),
    [
        (412, b"<html><script>$_ts=window['$_ts']</script></html>", "challenge"),
        (521, b"<script>document.cookie='__jsl_clearance=1'</script>", "challenge"),
        (403, b"no", "refuses"),
        (200, "<html><head><title>安全验证</title></head><body>请完成验证</body></html>".encode(), "captcha"),
    ],
)
def test_defended_host_is_blocked_and_not_worked_around(town, status, body, word):
    draft = small()
    guard = Resource(body, status=status, validator="none")
    for path in ("/robots.txt", draft.start, *draft.documents):
        draft.resources[path] = guard
    host = town.add(draft)
    summary = town.visit()
    (report,) = summary.sites
    assert (report.state, report.counts) == ("blocked", {"blocked": 1})
    assert len(host.log) <= 2
    (trouble,) = summary.troubles
    assert word in trouble.reason
    assert "publisher" in trouble.advice


def test_article_about_captchas_is_no_challenge(town):
    draft = small(documents=1)
    text = page(3).replace(b"<title>", "<title>部门决算：验证码系统运维".encode())
    draft.put("/art.html", text)
    draft.put(draft.start, listed([row("/art.html", 0)]))
    town.add(draft)
    assert town.report().counts == {"new": 1}


def test_robots_are_obeyed(town):
    draft = small(documents=3)
    draft.put("/private/9.pdf", pdf(9))
    draft.put(
        "/robots.txt",
        "User-agent: *\nDisallow: /private/\nDisallow: /files/1.pdf\nCrawl-delay: 0.1",
        "text/plain",
    )
    draft.put(
        draft.start,
        listed([row("/private/9.pdf", 4), row("/go.pdf", 5), *(row(path, 1) for path in draft.documents)]),
    )
    draft.resources["/go.pdf"] = Resource(status=302, headers={"Location": "/private/9.pdf"})
    host = town.add(draft)
    assert town.report().counts == {"new": 2, "forbidden_by_robots": 2}
    assert host.asked("/private/9.pdf") == host.asked("/files/1.pdf") == 0
    assert host.log[0].target == "/robots.txt"
    came = [request.came for request in host.log[1:]]
    assert min(after - before for before, after in pairwise(came)) >= 0.1
    town.forget()
    town.visit()
    assert host.counts()["/robots.txt"] == 1
    assert host.log[0].is_conditional


def test_host_whose_robots_fail_is_not_entered(town):
    draft = small()
    draft.resources["/robots.txt"] = Resource(status=500)
    host = town.add(draft, attempts=2)
    report = town.report()
    assert report.state == "failed"
    assert host.counts() == {"/robots.txt": 2}
    assert "robots.txt could not be read" in report.warnings[0]


def test_larger_files_are_not_taken(town):
    draft = small()
    draft.resources["/files/1.pdf"] = Resource(b"%PDF-" + b" " * 50_000, "application/pdf")
    town.add(draft, bytes=20_000)
    assert town.report().counts == {"new": 1, "too_large": 1}


@pytest.mark.parametrize("concurrency", [1, 2])
def test_sites_on_one_host_share_its_pace(town, concurrency):
    draft = small(documents=8)
    for path in draft.documents:
        draft.resources[path] = replace(draft.resources[path], seconds=0.1)
    draft.put(
        "/list/other.html", listed([row(path, number) for number, path in enumerate(draft.documents[4:])])
    )
    draft.put(draft.start, listed([row(path, number) for number, path in enumerate(draft.documents[:5])]))
    host = town.add(draft, concurrency=concurrency)
    other = {"name": "other", "start": (host.url + "/list/other.html",)}
    town.sites.append(town.sites[0].model_copy(update=other))
    summary = town.visit()
    assert (summary.total("new"), host.busiest) == (8, concurrency)
    assert max(host.counts().values()) == 1
    pairs = pairwise(sorted(request.came for request in host.log))
    assert concurrency > 1 or min(after - before for before, after in pairs) >= DELAY


def test_stopped_run_asks_for_nothing_more_and_is_taken_up(town):
    draft = small(documents=6)
    host = town.add(draft)
    with Keep(town.folder) as keep:
        run = keep.begin_run(["small"])
        with Web(RunShelf(keep, run)) as web:
            serve = draft.resources["/files/1.pdf"]

            def stopping(_fields: dict[str, str]) -> Resource:
                web.gates.stop()
                return serve

            draft.resources["/files/1.pdf"] = stopping
            with pytest.raises(Stopped):
                Visit(town.sites[0], keep, web, run, Stripes()).make()
        assert keep.visited(run) == set()
    assert host.asked("/files/2.pdf") == 0
    draft.resources["/files/1.pdf"] = serve
    summary = town.visit()
    assert (summary.run, summary.total("new")) == (run, 6)
    assert max(host.counts().values()) == 1


class Trickle(httpx.SyncByteStream):
    """A body that comes in pieces, each after a while, without saying how long it is."""

    def __iter__(self) -> Iterator[bytes]:
        for _ in range(1000):
            time.sleep(0.01)
            yield b"%PDF-" + b" " * 1000


@pytest.mark.parametrize(
    ("limits", "kind"), [({"seconds": 0.05}, Failed), ({"bytes": 5_000}, TooLarge)], ids=["endless", "large"]
)
def test_endless_answers_are_cut_off(limits, kind):
    def answer(request: httpx.Request) -> httpx.Response:
        missing = request.url.path == "/robots.txt"
        return httpx.Response(404) if missing else httpx.Response(200, stream=Trickle())

    polite = {**QUICK, **limits, "attempts": 1}
    site = site_of({"name": "endless", "start": "http://example.org/", "politeness": polite})
    with Web(NoShelf(), transport=httpx.MockTransport(answer)) as web:
        assert isinstance(web.fetch(Ask("http://example.org/1.pdf"), site), kind)


def test_folder_of_a_year_may_be_the_disclosure_itself(town):
    draft = Draft("years", start="/gk/", settings={"family": "years"})
    draft.put("/gk/", "<a href='2023/'>2023年部门决算公开</a><a href='2022.pdf'>2022年预决算公开</a>")
    draft.put("/gk/2023/", "<p>见附件</p><a href='1.pdf'>附件</a>")
    draft.document("/gk/2023/1.pdf", ".pdf")
    draft.document("/gk/2022.pdf", ".pdf")
    town.add(draft)
    assert town.report().counts == {"new": 2}
    assert town.report().counts == {"unchanged": 2}
    titles = {sighting["title"] for record in records(town.folder) for sighting in record["sightings"]}
    assert titles == {"2023年部门决算公开", "2022年预决算公开"}


def test_private_addresses_are_refused(town):
    host = town.add(small())
    sites = [site_of({"name": "private", "start": host.url + "/list/index.html", "politeness": QUICK})]
    town.sites = sites
    assert town.report().state == "failed"
    assert host.log == []
    assert "private address" in ends(town)["/list/index.html"][1]


def test_public_name_that_leads_inside_is_refused_before_anything_is_sent(town):
    host = town.add(small())
    port = host.server.server_port
    start = f"http://public.example.org:{port}/list/index.html"
    site = site_of({"name": "rebound", "start": start, "politeness": QUICK})

    def inside(_name: str, _port: int) -> list:
        return [ip_address("93.184.216.34"), ip_address("127.0.0.2")]

    with Web(NoShelf(), transport=CheckedTransport(inside)) as web:
        assert isinstance(web.fetch(Ask(site.start[0]), site), Refused)
        allowed = site.model_copy(update={"private": ("127.0.0.0/8",)})
    with Web(NoShelf(), transport=CheckedTransport(lambda *_: [ip_address("127.0.0.2")])) as web:
        assert isinstance(web.fetch(Ask(site.start[0]), allowed), Fetched)
    assert [request.target for request in host.log] == ["/robots.txt", "/list/index.html"]


def test_changed_document_is_a_version_of_the_old(town):
    draft = small()
    town.add(draft)
    town.visit()
    old = hashlib.sha256(draft.resources["/files/0.pdf"].body).hexdigest()
    draft.put("/files/0.pdf", pdf(999), "application/pdf")
    assert town.report().counts == {"changed": 1, "unchanged": 1}
    kept = {record["sha256"]: record for record in records(town.folder)}
    assert len(kept) == 3
    new = hashlib.sha256(pdf(999)).hexdigest()
    assert [version["replaces"] for version in kept[new]["versions"]] == [old]
    assert kept[new]["versions"][0]["url"] == kept[old]["versions"][0]["url"]
    assert (town.folder / kept[old]["file"]).exists()


def test_same_document_at_two_addresses_is_one(town):
    draft = small()
    draft.resources["/files/1.pdf"] = draft.resources["/files/0.pdf"]
    town.add(draft)
    assert town.report().counts == {"new": 1, "known": 1}
    (record,) = records(town.folder)
    assert len(record["sightings"]) == 2
    assert len(record["versions"]) == 2


def test_gone_documents_are_told_and_kept(town):
    draft = small(documents=3)
    host = town.add(draft)
    town.visit()
    del draft.resources["/files/0.pdf"]
    draft.resources["/files/1.pdf"] = Resource(b"<html><title>404 - not found</title></html>")
    draft.put(draft.start, listed([row("/files/1.pdf", 1), row("/files/2.pdf", 2)]))
    assert town.report().counts == {"gone": 2, "unchanged": 1}
    assert len(records(town.folder)) == 3
    town.forget()
    assert town.report().counts == {"gone": 1, "unchanged": 1}
    assert host.asked("/files/0.pdf") == 0


def test_visitor_counter_is_no_change(town):
    draft = small(documents=0)
    counter = count(1)
    draft.resources["/art.html"] = lambda _: Resource(
        page(5).replace(b"<body>", f"<body>浏览次数：{next(counter)}".encode()), validator="none"
    )
    draft.put(draft.start, listed([row("/art.html", 0)]))
    town.add(draft)
    assert town.report().counts == {"new": 1}
    assert town.report().counts == {"unchanged": 1}
    draft.resources["/art.html"] = Resource(page(6))
    assert town.report().counts == {"changed": 1}


def test_article_without_document_is_told(town):
    draft = small(documents=0)
    draft.put("/art.html", "<title>部门决算</title><p>即将公开</p>")
    draft.put(draft.start, listed([row("/art.html", 0)]))
    town.add(draft)
    assert town.report().counts == {"no_document": 1}
    assert town.report().counts == {"no_document": 1}


def test_site_that_stops_is_warned_of(town):
    draft = small(documents=3)
    town.add(draft)
    day = dt.datetime(2025, 3, 1, tzinfo=dt.UTC)
    assert town.report(now=lambda: day).warnings == ()
    late = town.report(now=lambda: day + dt.timedelta(days=401))
    assert "nothing new since 2025-03-01" in late.warnings[0]
    draft.put(draft.start, listed([]))
    empty = town.report(now=lambda: day + dt.timedelta(days=2))
    assert "name 0 disclosures, 3 on" in empty.warnings[0]
    assert empty.counts == {"unchanged": 3}


def test_young_documents_may_be_left_alone(town):
    host = town.add(small())
    town.sites = [town.sites[0].model_copy(update={"recheck_days": 7.0})]
    town.visit()
    town.forget()
    assert town.report().counts == {"unchanged": 2}
    assert [request.target for request in host.log] == ["/list/index.html"]


def test_keep_is_open_once(tmp_path):
    with Keep(tmp_path), pytest.raises(KeepInUse, match="another harvest"):
        Keep(tmp_path)


def test_retry_after_is_a_number_or_a_date():
    now = dt.datetime(2025, 1, 1, tzinfo=dt.UTC)
    assert retry_after("7", now) == 7
    assert retry_after("Wed, 01 Jan 2025 00:00:09 GMT", now) == 9
    assert retry_after("soon", now) is None
    assert retry_after(None, now) is None


def test_tls_name_is_that_of_the_host():
    """The checked address is connected to, but the certificate and the header Host are of the name."""
    seen = []

    class Pool(httpx.BaseTransport):
        def handle_request(self, request: httpx.Request) -> httpx.Response:
            seen.append((request.url.host, request.headers["Host"], request.extensions["sni_hostname"]))
            return httpx.Response(200)

    transport = CheckedTransport(lambda *_: [ip_address("93.184.216.34")])
    transport._pool = lambda *_: Pool()
    with httpx.Client(transport=transport) as client:
        client.get("https://www.example.org/")
    assert seen == [("93.184.216.34", "www.example.org", "www.example.org")]
