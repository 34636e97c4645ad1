"""The probe proposes a definition that finds what the site has, and says what it would fetch."""

from __future__ import annotations

import tomllib

import pytest

from flows.harvesting import probe as looking
from flows.harvesting.definitions import site_of
from flows.harvesting.web import NoShelf, Web
from tests.flows.harvesting import district
from tests.flows.harvesting.district import LOOPBACK, PER_SITE, POLITE
from tests.flows.harvesting.server import Resource


def probed(town, draft):
    host = town.start("127.0.0.2", draft.resources)
    with Web(NoShelf()) as web:
        found = looking.probe(host.url + draft.start, web, private=LOOPBACK, politeness=POLITE)
    return host, found


@pytest.mark.parametrize(
    ("make", "family"),
    [
        (district.static_gbk, None),
        (district.next_links, None),
        (district.json_api, "json"),
        (district.cdata, "cdata"),
        (district.years, "years"),
        (district.query_list, "query"),
        (district.viewers, None),
        (district.own_pages, None),
    ],
)
def test_proposed_definition_fetches_everything(town, make, family):
    draft = make()
    if make is district.cdata:
        script = "<script>ajax({data:{col:1,unitid:'3'}})</script>"
        old = draft.resources[draft.start]
        draft.put(draft.start, old.body + script.encode())
    _, found = probed(town, draft)
    text = "\n".join(looking.probe_lines(found))
    (table,) = tomllib.loads(text)["site"]
    assert table.get("family") == family
    town.sites = [site_of({**table, "politeness": POLITE})]
    assert town.report().counts == {"new": PER_SITE}


def test_probe_shows_what_would_be_fetched(town):
    draft = district.static_gbk()
    draft.put("/robots.txt", "User-agent: *\nDisallow: /nothing")
    host, found = probed(town, draft)
    text = "\n".join(looking.probe_lines(found))
    assert "10 are disclosures by their titles" in text
    assert "2024-02-01 示例区第0局2020年度部门决算" in text
    assert f"GET {host.url}/list/index_1.html" in text
    assert f"{host.url}/art/files/0.pdf" in text
    assert [request.target for request in host.log] == ["/robots.txt", "/list/index.html", "/art/0.html"]


def test_probe_says_why_nothing_comes(town):
    draft = district.static_gbk()
    draft.resources[draft.start] = Resource(b"", status=412)
    _, found = probed(town, draft)
    assert found.problem
    assert "# blocked" in "\n".join(looking.probe_lines(found))
    draft.put(draft.start, "<p>nothing</p>")
    _, found = probed(town, draft)
    assert "Nothing would be fetched" in "\n".join(looking.probe_lines(found))


def test_form_and_number_fields_are_proposed():
    page = looking.Page("http://a.cn/s", "<form><input name='pageNo'></form>共 3 页")
    assert looking._as_numbered(page) == {"family": "post", "paging": {"form": {"pageNo": "{page}"}}}
    page = looking.Page("http://a.cn/s?pageNum=1", "共 3 页")
    assert looking._as_numbered(page) == {"family": "query", "paging": {"query": {"pageNum": "{page}"}}}
