"""Definitions: five lines are enough, families lie under them, and mistakes are named."""

from __future__ import annotations

import pytest

from flows.harvesting.definitions import DefinitionError, chosen_sites, families, load_sites, site_of
from tests.example import fenced

FIVE_LINES = """\
[[site]]
name = "example"
start = "https://www.example.gov.cn/gk/czyjs/index.html"
organisation = "示例区财政局"
division = "420104"
"""


def written(tmp_path, text: str, name: str = "sites.toml"):
    place = tmp_path / name
    place.write_text(text, encoding="utf-8")
    return place


def test_five_lines_are_a_site(tmp_path):
    (site,) = load_sites(written(tmp_path, FIVE_LINES))
    assert site.start == ("https://www.example.gov.cn/gk/czyjs/index.html",)
    assert (site.paging.kind, site.politeness.delay, site.politeness.concurrency) == ("auto", 1.0, 1)


def test_one_site_needs_no_heading_and_defaults_lie_under_all(tmp_path):
    written(tmp_path, FIVE_LINES.removeprefix("[[site]]\n"), "a.toml")
    two = FIVE_LINES.replace('"example"', '"b"') + "politeness = { delay = 5 }\n"
    written(
        tmp_path, '[defaults]\npoliteness = { delay = 2, contact = "mail@example.org" }\n' + two, "b.toml"
    )
    first, second = load_sites(tmp_path)
    assert (first.name, first.politeness.contact) == ("example", "")
    assert (second.politeness.delay, second.politeness.contact) == (5, "mail@example.org")


def test_family_lies_under_the_definition():
    site = site_of(
        {
            "name": "a",
            "start": "http://a.cn/",
            "family": "cdata",
            "paging": {"size": 30, "form": {"col": "1"}},
        }
    )
    assert (site.listing.kind, site.paging.method, site.paging.size) == ("cdata", "POST", 30)
    assert site.paging.form == {"col": "1"}


@pytest.mark.parametrize("family", ["static", "json", "cdata", "years", "query", "post"])
def test_every_family_is_a_site_with_nothing_but_a_start(family):
    assert family in families()
    assert site_of({"name": "a", "start": "http://a.cn/", "family": family}).family == family


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ('family = "statik"', "no family 'statik'; there are cdata, json"),
        ("delay = 3", "delay: Extra inputs"),
        ('division = "12"', "division"),
        ('listing = { follow = ["("] }', "no regular expression"),
        ('private = ["10.0.0.0/99"]', "private.0"),
        ("politeness = { concurrency = 99 }", "politeness.concurrency"),
    ],
)
def test_mistakes_are_named(tmp_path, change, words):
    key = change.partition(" ")[0]
    lines = [line for line in FIVE_LINES.splitlines() if not line.startswith(key)]
    with pytest.raises(DefinitionError, match="example") as caught:
        load_sites(written(tmp_path, "\n".join([*lines, change])))
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("name = ", "is no TOML"),
        ('name = "a"', "start: Field required"),
        (FIVE_LINES * 2, "defined twice: example"),
        ('title = "x"\n' + FIVE_LINES, "besides \\[\\[site\\]\\] stands title"),
        (FIVE_LINES.replace("https", "ftp"), "no address of the web"),
    ],
)
def test_files_that_cannot_be_used_are_refused(tmp_path, text, words):
    with pytest.raises(DefinitionError, match=words):
        load_sites(written(tmp_path, text))


def test_only_named_sites_are_chosen(tmp_path):
    place = written(tmp_path, FIVE_LINES)
    assert [site.name for site in chosen_sites(place, ["example"])] == ["example"]
    with pytest.raises(DefinitionError, match="no other; it defines example"):
        chosen_sites(place, ["other"])
    with pytest.raises(DefinitionError, match="cannot be read"):
        chosen_sites(tmp_path / "none.toml", None)


def test_definitions_of_the_documentation_are_valid(tmp_path):
    blocks = fenced("docs/harvest.md", "toml")
    assert len(blocks) >= 3
    for block in blocks:
        assert load_sites(written(tmp_path, block))
