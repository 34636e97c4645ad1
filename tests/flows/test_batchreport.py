"""The report of a store, and the commands around it."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from typer.testing import CliRunner

from extract.errors import NotADisclosure
from flows.batchreport import report_html
from flows.cli import app
from flows.manifest import latest_records
from flows.records import Record, failed
from flows.store import store_at

GOOD = Record(
    "a.pdf", "1-0", "finished", 10, "budget", 2023, "云岭市水务局", "云岭市", 100, 95, 0, 0.97, False
)


def record(name: str, **changes) -> Record:
    return Record(**{**GOOD.to_json(), "uri": name, "id": f"{name}-0", "failure": None, **changes})


RECORDS = [
    GOOD,
    record("b.pdf", fiscal_year=2022, needs_review=True, score=0.9, proven=50, reasons=("two sums fail",)),
    record(
        "c.pdf", needs_review=True, score=0.4, proven=10, contradicted=7, reasons=("no <form>", "too <few>")
    ),
    record("d.pdf", city="青川市", kind=None, cells=0, proven=0),
    failed("e <&>.pdf", "e-0", NotADisclosure("e.pdf", "is a menu", "give a budget")),
]
BATCH = {
    "batch": "b1",
    "source": "archive",
    "workers": 2,
    "seconds": 10.0,
    "left": 0,
    "read": {"documents": 5, "pages": 40, "failed": 1},
}


class Page(HTMLParser):
    """Rows of cells as text, the links, and every address the page would load by itself."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self.links: list[str] = []
        self.loaded: list[str] = []
        self.open: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        named = dict(attrs)
        if tag == "tr":
            self.rows.append([])
        if tag in {"td", "th"}:
            self.rows[-1].append("")
        if tag == "a":
            self.links.append(named["href"])
        self.loaded += [named[name] for name in ("src", "srcset", "data") if name in named]
        self.loaded += [named["href"]] if tag == "link" else []
        if tag not in {"meta", "rect", "br"}:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if tag not in {"rect"}:
            assert self.open.pop() == tag

    def handle_data(self, data):
        if self.rows and self.rows[-1] and {"td", "th"} & set(self.open):
            self.rows[-1][-1] += data


@pytest.fixture
def page() -> Page:
    return Page(report_html(RECORDS, [BATCH], title="out <1>"))


def test_page_is_well_formed_and_loads_nothing(page):
    text = report_html(RECORDS, [BATCH], title="out <1>")
    assert page.open == []
    assert page.loaded == []
    assert not re.search(r"@import|url\(|<script", text)
    assert "out &lt;1&gt;" in text


def test_counts(page):
    for row in (
        ["Documents", "5"],
        ["Failed", "1"],
        ["Figures", "300"],
        ["Proven by two sums", "155 (51.7 %)"],
        ["budget", "3"],
        ["2023", "3"],
        ["2022", "1"],
        ["云岭市", "3"],
        ["青川市", "1"],
        ["NotADisclosure", "1"],
        ["below 0.80", "1"],
    ):
        assert row in page.rows


def test_failures_and_what_needs_review_the_worst_first(page):
    reviewed = [row for row in page.rows if row[-1] in {"no <form> (and 1 more)too <few>", "two sums fail"}]
    assert [row[0] for row in reviewed] == ["c.pdf", "b.pdf"]
    assert reviewed[0][3:6] == ["0.400", "7", "10.0 %"]
    assert ["e <&>.pdf", "NotADisclosure", "is a menu", "give a budget"] in page.rows
    assert page.links == ["documents/e-0.error.json", "documents/c.pdf-0.json", "documents/b.pdf-0.json"]


def test_plot_has_a_bar_for_each_tenth():
    text = report_html(RECORDS, [BATCH], title="x")
    titles = re.findall(r"<title>([^<]*%): (\d+)</title>", text)
    assert len(titles) == 10
    assert [(span, count) for span, count in titles if count != "0"] == [
        ("10–20 %", "1"),
        ("50–60 %", "1"),
        ("90–100 %", "1"),
    ]


def test_throughput(page):
    assert ["b1", "archive", "2", "5", "1", "0", "40", "10.0", "4.0"] in page.rows


def test_empty_store_has_a_report_too():
    assert Page(report_html([], [], title="x")).open == []


def gongkai(*arguments: object):
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


class TestCommands:
    def test_report_of_results_without_a_manifest(self, tmp_path):
        from flows.output import rendered
        from tests.example import example

        store = store_at(str(tmp_path / "out"))
        store.write("documents/ab-0.json", rendered(example(), pretty=False))
        (found,) = latest_records(store)
        assert (found.fiscal_year, found.cells, found.id) == (2023, 13, "ab-0")
        result = gongkai("report", tmp_path / "out")
        assert (result.exit_code, result.stdout.strip()) == (0, f"{tmp_path}/out/report.html")
        assert "documents/ab-0.json" in (tmp_path / "out" / "report.html").read_text(encoding="utf-8")

    def test_report_of_another_folder_is_refused(self, tmp_path):
        assert gongkai("report", tmp_path).exit_code == 2
        assert list(tmp_path.iterdir()) == []

    def test_dry_run_writes_nothing(self, archive, tmp_path):
        folder = archive(a="good", b="good")
        result = gongkai("digitise", folder, "--out", tmp_path / "out", "--dry-run", "--limit", "1")
        lines = [line.split("  ")[-1].strip() for line in result.stdout.splitlines()]
        assert result.exit_code == 0
        assert lines == ["1 documents, about 1 pages", "0", "0", "1", "0", "0"]
        assert not (tmp_path / "out").exists()

    @pytest.mark.parametrize(
        ("source", "options", "problem"),
        [
            ("nothing", [], "there is no such file or folder"),
            ("archive", ["--after", "'x"], "quotation"),
            ("archive", ["--out", "archive/a.txt"], "is a file"),
        ],
    )
    def test_what_cannot_work_is_refused_at_once(self, archive, monkeypatch, source, options, problem):
        monkeypatch.chdir(archive(a="good").parent)
        result = gongkai("digitise", source, "--out", "out", *options)
        assert result.exit_code == 2
        assert problem in " ".join(result.stderr.split())
