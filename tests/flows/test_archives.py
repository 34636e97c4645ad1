"""Archives through the command line: every document inside is extracted, none stops the others."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from flows.cli import app
from tests.corpus.generator import generate
from tests.reading.office import package


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    page, sheet = (
        generate(5, family="wuhan", renderer=name, subjects=2, prose=False).data for name in ("html", "xlsx")
    )
    path = tmp_path_factory.mktemp("in") / "2024.zip"
    members = {"水务局/决算.html": page, "水务局/决算.xlsx": sheet, "读我.txt": "下载说明".encode()}
    path.write_bytes(package(members))
    return path


def run(*arguments: object) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, ["extract", *map(str, arguments)])
    return result.exit_code, result.stdout, result.stderr


def test_every_document_gets_a_result_of_its_own(archive, tmp_path):
    code, _, errors = run(archive, "-o", tmp_path / "out")
    found = sorted(path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*.json"))
    assert found == ["out/2024/水务局/决算.html.json", "out/2024/水务局/决算.xlsx.json"]
    source = json.loads((tmp_path / found[0]).read_text(encoding="utf-8"))["source"]
    assert (source["file_name"], source["uri"]) == ("决算.html", f"{archive}/水务局/决算.html")
    assert code == 6
    assert errors.startswith(f"gongkai: {archive}/读我.txt: is no budget")
    assert len(errors.splitlines()) == 1


def test_an_archive_goes_to_lines_where_several_files_do(archive, tmp_path):
    run(archive, "-o", tmp_path / "all.jsonl")
    assert len((tmp_path / "all.jsonl").read_text(encoding="utf-8").splitlines()) == 2
    (tmp_path / "file").write_text("x")
    assert run(archive, "-o", tmp_path / "file")[0] == 2


def test_a_damaged_archive_is_one_line(tmp_path):
    path = tmp_path / "a.zip"
    path.write_bytes(package({"a.html": b"<p>x" * 500})[:-20])
    code, _, errors = run(path, "-o", tmp_path / "out.json")
    assert (code, len(errors.splitlines())) == (3, 1)
