"""Results over HTTP: JSON, spreadsheets, pictures of pages, search, reference, operation."""

from __future__ import annotations

import csv
import io
import json
from decimal import Decimal

import openpyxl
import pymupdf
import pytest

from flows.service.sheets import csv_of, harmless, workbook_of
from flows.store import DOCUMENTS
from models.disclosure import Column, Disclosure, Row, Table
from models.schema import disclosure_schema
from tests.example import example, example_json
from tests.flows.service.papers import SAMPLE


@pytest.fixture(scope="module")
def sample(served) -> str:
    """The hash of the sample, read."""
    return served.read("final-accounts-wuhan.pdf", SAMPLE)


def test_json_is_the_document(served, sample):
    document = Disclosure.model_validate(served.client.get(f"/api/documents/{sample}").json())
    assert document.id == f"sha256:{sample}"
    assert document.source.file_name == "final-accounts-wuhan.pdf"


def test_page_is_a_picture_painted_once(served, sample):
    url = f"/api/documents/{sample}/pages/7?width=800"
    first = served.client.get(url)
    assert first.headers["Content-Type"] == "image/png"
    assert pymupdf.Pixmap(first.content).width == 800
    kept = served.service.settings.state / "pages" / sample / "7-800.png"
    assert kept.read_bytes() == first.content
    kept.write_bytes(b"kept")
    assert served.client.get(url).content == b"kept"


def test_pages_have_sizes(served, sample):
    pages = served.client.get(f"/api/documents/{sample}/pages").json()["pages"]
    assert [page["number"] for page in pages] == list(range(1, 18))
    assert pages[0]["height"] > pages[0]["width"] > 500


@pytest.mark.parametrize("path", ["pages/18", "pages/99999", "tables/t99.csv"])
def test_what_is_not_there_is_not_found(served, sample, path):
    assert served.client.get(f"/api/documents/{sample}/{path}").status_code == 404


@pytest.mark.parametrize(
    "path", ["pages/0", "pages/x", "pages/1?width=7", "tables/..%2f..%2fx.csv", "tables/t1.exe"]
)
def test_what_makes_no_sense_is_refused(served, sample, path):
    assert served.client.get(f"/api/documents/{sample}/{path}").status_code in (404, 422)


def test_unknown_document_is_not_found(served):
    for path in ("", "/review", "/pages", "/pages/1", "/tables.xlsx", "/corrections"):
        answer = served.client.get(f"/api/documents/{'0' * 64}{path}")
        assert (answer.status_code, answer.json()["title"]) == (404, answer.json()["title"])


def test_form_as_csv(served, sample):
    answer = served.client.get(f"/api/documents/{sample}/tables/t3.csv")
    assert answer.headers["Content-Type"].startswith("text/csv")
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert rows[0][:2] == ["code", "name"]
    assert rows[1][1:3] == ["合计", "total"]
    assert Decimal(rows[1][5]) == Decimal("496.40")


def test_forms_as_workbook(served, sample):
    answer = served.client.get(f"/api/documents/{sample}/tables.xlsx")
    workbook = openpyxl.load_workbook(io.BytesIO(answer.content))
    sheet = next(sheet for sheet in workbook if sheet.title.startswith("t3 "))
    assert float(sheet["F2"].value) == 496.40
    assert sheet["F2"].fill.fgColor.rgb.endswith("DCEBF7")


FORMULAS = ["=1+1", "+1", "-x", "@SUM(A1)", "\t=1", "\r=1", " =1", "=cmd|' /C calc'!A0"]


@pytest.mark.parametrize("text", FORMULAS)
def test_text_is_no_formula(text):
    row = Row(code=text, name=text, level="line", amounts={"total": Decimal("-1.50")})
    table = Table(
        id="t1", kind="other", status="extracted", title="=A1:[x]/?*", rows=(row,),
        columns=(Column(key="total", label=text),),
    )  # fmt: skip
    cells = next(iter(list(csv.reader(io.StringIO(csv_of(table).decode("utf-8-sig"))))[1:]))
    assert cells[0].startswith("'")
    assert cells[5] == "-1.50"
    workbook = openpyxl.load_workbook(io.BytesIO(workbook_of(example(), [table])))
    values = [cell for line in workbook.worksheets[1].iter_rows() for cell in line]
    assert {cell.data_type for cell in values} <= {"s", "n"}
    assert values[-1].value == -1.5


def test_plain_text_stays_as_it_is():
    assert harmless("一般公共服务支出") == "一般公共服务支出"
    assert harmless(None) is None


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ({"q": "公共法律服务中心"}, True),
        ({"q": "职能"}, True),
        ({"q": "法"}, True),
        ({"q": "nowhere in it"}, False),
        ({"q": '" OR 1=1 --'}, False),
        ({"q": "100%"}, False),
        ({"organisation": "法律服务"}, True),
        ({"organisation": "%"}, False),
        ({"division": "东陵县"}, True),
        ({"year": 2022}, True),
        ({"year": 1999}, False),
        ({"subject": "2010201"}, True),
        ({"subject": "2299999"}, False),
        ({"needs_review": "true"}, False),
        ({"kind": "budget"}, False),
    ],
)
def test_search(served, sample, question, found):
    answer = served.client.get("/api/documents", params=question).json()
    assert (sample in [entry["sha256"] for entry in answer["documents"]]) == found


def test_most_urgent_documents_come_first(served, sample):
    served.read("wrong.txt", b"deed: good and wrong")
    documents = served.client.get("/api/documents").json()["documents"]
    assert [entry["needs_review"] for entry in documents] == sorted(
        (entry["needs_review"] for entry in documents), reverse=True
    )


def test_search_by_page(served, sample):
    total = served.client.get("/api/documents").json()["total"]
    pages = [
        served.client.get("/api/documents", params={"limit": 1, "offset": n}).json() for n in range(total)
    ]
    assert len({page["documents"][0]["sha256"] for page in pages}) == total


def test_subjects(served):
    found = served.client.get("/api/subjects", params={"q": "2130301", "year": 2023}).json()["subjects"]
    assert found[0]["code"] == "2130301"
    assert found[0]["classification"] == "function"


def test_schema(served):
    assert served.client.get("/api/schema").json() == json.loads(json.dumps(disclosure_schema()))


def test_alive_ready_and_counted(served, sample):
    assert served.client.get("/health").json()["status"] == "ok"
    ready = served.client.get("/ready")
    assert (ready.status_code, ready.json()["ready"]) == (200, True)
    numbers = served.client.get("/metrics").text
    assert 'gongkai_requests_total{method="GET",route="/api/documents/{sha256}",status="200"}' in numbers
    assert 'gongkai_jobs{state="finished"}' in numbers
    assert "gongkai_worker_up 1.0" in numbers


def test_outdated_result_says_so(served):
    sha256 = "c" * 64
    older = {**example_json(), "schema_version": "0"}
    result = f"{DOCUMENTS}/{sha256}-000000000000.json"
    served.service.archive.store.write_json(result, older)
    answer = served.client.get(f"/api/documents/{sha256}")
    assert (answer.status_code, answer.json()["title"]) == (409, "Outdated result")
    assert served.client.get("/api/documents").status_code == 200
    served.service.archive.store.remove(result)
