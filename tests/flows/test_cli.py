"""The command line as a user meets it: output, exit codes, and lines on standard error."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from typer.testing import CliRunner

from extract.errors import EncryptedDocument, UnreadableDocument, UnsupportedFormat
from flows.cli import app
from models.schema import schema_text
from tests.example import example

FAILURES = {
    "locked": EncryptedDocument,
    "cut": UnreadableDocument,
    "gone": UnreadableDocument,
    "picture": UnsupportedFormat,
}


def gongkai(*arguments: object):
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def fake_extract(source: Path):
    """A result for every file but those whose name says how they fail."""
    if failure := FAILURES.get(source.stem):
        raise failure(source.name, "cannot\nbe read", "try another")
    result = example()
    return result.model_copy(update={"source": result.source.model_copy(update={"file_name": source.name})})


@pytest.fixture(autouse=True)
def quick_extraction(monkeypatch):
    monkeypatch.setattr("flows.batch.extract", fake_extract)
    monkeypatch.setattr("flows.results.extract", fake_extract)


@pytest.fixture
def inputs(tmp_path):
    """Makes input files by name, in a folder of their own."""
    folder = tmp_path / "in"
    folder.mkdir()

    def make(*names: str) -> list[Path]:
        paths = [folder / name for name in names]
        for path in paths:
            path.write_text("决算", encoding="utf-8")
        return paths

    return make


def lines(data: bytes) -> list[str]:
    return [json.loads(line)["source"]["file_name"] for line in data.splitlines()]


def listing(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


class TestExtract:
    def test_one_file_to_standard_output(self, inputs):
        result = gongkai("extract", *inputs("a.pdf"))
        assert (result.exit_code, result.stderr) == (0, "")
        assert json.loads(result.stdout_bytes)["disclosure"]["fiscal_year"] == 2023
        assert result.stdout_bytes.count(b"\n") == 1
        assert "云岭市青川区水务局".encode() in result.stdout_bytes

    def test_pretty_is_the_same_document_indented(self, inputs):
        files = inputs("a.pdf")
        plain, pretty = gongkai("extract", *files), gongkai("extract", "--pretty", *files)
        assert json.loads(plain.stdout_bytes) == json.loads(pretty.stdout_bytes)
        assert pretty.stdout_bytes.startswith(b'{\n  "schema_version": "1",\n')

    def test_several_files_to_standard_output_are_lines(self, inputs):
        assert lines(gongkai("extract", *inputs("a.pdf", "b.txt")).stdout_bytes) == ["a.pdf", "b.txt"]

    def test_into_a_file(self, inputs, tmp_path):
        out = tmp_path / "out.json"
        assert gongkai("extract", *inputs("a.pdf"), "-o", out).exit_code == 0
        assert lines(out.read_bytes()) == ["a.pdf"]

    def test_new_file_has_the_permissions_of_any_other(self, inputs, tmp_path):
        other = tmp_path / "other"
        other.touch()
        gongkai("extract", *inputs("a.pdf"), "-o", tmp_path / "out.json")
        assert (tmp_path / "out.json").stat().st_mode == other.stat().st_mode

    def test_several_files_into_a_folder_that_need_not_be_there(self, inputs, tmp_path):
        gongkai("extract", *inputs("a.pdf", "b.txt"), "-o", tmp_path / "deep" / "out")
        assert listing(tmp_path / "deep" / "out") == ["a.json", "b.json"]

    def test_one_file_into_a_folder_that_is_there(self, inputs, tmp_path):
        (tmp_path / "out").mkdir()
        gongkai("extract", *inputs("a.pdf"), "-o", tmp_path / "out")
        assert listing(tmp_path / "out") == ["a.json"]

    @pytest.mark.parametrize("options", [["--format", "jsonl", "-o", "all"], ["-o", "all.jsonl"]])
    def test_lines_into_one_file(self, inputs, tmp_path, monkeypatch, options):
        files = inputs("a.pdf", "locked.pdf", "b.pdf")
        monkeypatch.chdir(tmp_path)
        assert gongkai("extract", *files, *options).exit_code == EncryptedDocument.exit_code
        assert lines((tmp_path / options[-1]).read_bytes()) == ["a.pdf", "b.pdf"]

    def test_link_is_followed(self, inputs, tmp_path):
        (tmp_path / "link.json").symlink_to(tmp_path / "real.json")
        gongkai("extract", *inputs("a.pdf"), "-o", tmp_path / "link.json")
        assert (tmp_path / "link.json").is_symlink()
        assert lines((tmp_path / "real.json").read_bytes()) == ["a.pdf"]

    def test_device_is_written_to_not_replaced(self, inputs):
        assert gongkai("extract", *inputs("a.pdf"), "-o", os.devnull).exit_code == 0
        assert not Path(os.devnull).is_file()


class TestFailures:
    def test_one_line_and_the_code_of_its_class(self, inputs):
        (path,) = inputs("locked.pdf")
        result = gongkai("extract", path)
        assert result.exit_code == EncryptedDocument.exit_code
        assert result.stdout == ""
        assert result.stderr == f"gongkai: {path}: cannot be read; try another\n"

    @pytest.mark.parametrize(
        ("names", "code"),
        [
            (("a.pdf", "cut.pdf", "b.pdf"), UnreadableDocument.exit_code),
            (("cut.pdf", "gone.pdf", "a.pdf"), UnreadableDocument.exit_code),
            (("cut.pdf", "a.pdf", "locked.pdf"), 1),
        ],
    )
    def test_the_others_go_on(self, inputs, tmp_path, names, code):
        result = gongkai("extract", *inputs(*names), "-o", tmp_path / "out")
        good = [f"{name[0]}.json" for name in names if name[0] in "ab" and name[1] == "."]
        assert result.exit_code == code
        assert listing(tmp_path / "out") == good
        assert len(result.stderr.splitlines()) == len(names) - len(good)

    @pytest.mark.parametrize("extra", [[], ["--format", "jsonl"]])
    def test_what_was_there_before_stays(self, inputs, tmp_path, extra):
        out = tmp_path / "out.json"
        out.write_text("before")
        gongkai("extract", *inputs("cut.pdf"), "-o", out, *extra)
        assert out.read_text() == "before"

    def test_nothing_is_left_when_all_fail(self, inputs, tmp_path):
        gongkai("extract", *inputs("cut.pdf", "locked.pdf"), "-o", tmp_path / "out.jsonl")
        assert listing(tmp_path) == ["in"]

    def test_nothing_is_left_of_an_interrupted_run(self, inputs, tmp_path, monkeypatch):
        def interrupted(source: Path):
            if source.stem == "b":
                raise KeyboardInterrupt
            return fake_extract(source)

        monkeypatch.setattr("flows.batch.extract", interrupted)
        result = gongkai("extract", *inputs("a.pdf", "b.pdf"), "-o", tmp_path / "out.jsonl")
        assert result.exit_code != 0
        assert listing(tmp_path) == ["in"]

    def test_output_that_cannot_be_written(self, inputs, tmp_path):
        (tmp_path / "file").touch()
        result = gongkai("extract", *inputs("a.pdf"), "-o", tmp_path / "file" / "out.json")
        assert result.exit_code == 1
        assert result.stderr.startswith(f"gongkai: {tmp_path / 'file' / 'out.json'}: cannot be written (")

    def test_full_disk(self, inputs):
        if not Path("/dev/full").exists():
            pytest.skip("this system has no full device")
        result = gongkai("extract", *inputs("a.pdf"), "-o", "/dev/full")
        assert result.exit_code == 1
        assert "No space left on device" in result.stderr


class TestWrongUsage:
    """Refused before any file is read, with the code of wrong usage."""

    def refused(self, *arguments: object) -> str:
        result = gongkai("extract", *arguments)
        assert result.exit_code == 2
        assert result.stdout == ""
        return " ".join(result.stderr.split())

    def test_several_documents_need_lines_or_a_folder(self, inputs, tmp_path):
        files = inputs("a.pdf", "b.pdf")
        assert "several documents need a folder" in self.refused(*files, "--format", "json")
        (tmp_path / "file").touch()
        assert "several documents need a folder" in self.refused(*files, "-o", tmp_path / "file")

    def test_two_files_with_one_result(self, inputs, tmp_path):
        message = self.refused(*inputs("a.pdf", "b.pdf", "a.txt"), "-o", tmp_path / "out")
        assert "would all be written to a.json" in message
        assert not (tmp_path / "out").exists()

    def test_lines_are_not_indented_and_go_to_one_file(self, inputs, tmp_path):
        files = inputs("a.pdf", "b.pdf")
        assert "jsonl cannot" in self.refused(*files, "--pretty")
        assert "is a folder" in self.refused(*files, "--format", "jsonl", "-o", tmp_path)

    def test_input_is_never_replaced(self, inputs):
        (path,) = inputs("a.txt")
        assert "one of the files to read" in self.refused(path, "-o", path)
        assert path.read_text(encoding="utf-8") == "决算"


class TestShow:
    def shown(self, tmp_path, *options: str) -> str:
        path = tmp_path / "result.json"
        path.write_text(example().model_dump_json(), encoding="utf-8")
        result = gongkai("show", path, *options)
        assert (result.exit_code, result.stderr) == (0, "")
        return result.stdout

    def row(self, text: str, code: str) -> list[str]:
        return next(line for line in text.splitlines() if line.lstrip().startswith(code)).split()

    def test_identity(self, tmp_path):
        text = self.shown(tmp_path)
        for fact in (
            "2023年度云岭市青川区水务局部门决算",
            "final_accounts",
            "department",
            "云岭市青川区",
            "万元",
        ):
            assert fact in text

    def test_figures_carry_their_proof_without_colour(self, tmp_path):
        text = self.shown(tmp_path)
        assert "\x1b" not in text
        assert self.row(text, "2130305") == ["2130305", "水利工程建设", "480.00", "✓✓", "480.00", "✓✓"]
        assert self.row(text, "2130301") == ["2130301", "行政运行", "786.16", "✗", "768.16", "✗"]
        assert "✓✓ proven by two sums" in text

    def test_figures_are_never_cut_in_a_narrow_terminal(self, tmp_path, monkeypatch):
        monkeypatch.setenv("COLUMNS", "30")
        assert self.row(self.shown(tmp_path), "213")[-6:] == [
            "1,266.16",
            "✓✓",
            "786.16",
            "✓✓",
            "480.00",
            "✓✓",
        ]

    def test_failed_checks_are_equations_with_their_numbers(self, tmp_path):
        text = " ".join(self.shown(tmp_path).split())
        assert "✗ t3/2130301 行政运行: total = basic + project 786.16 ≠ 768.16, difference 18.00" in text
        assert "c2, author_error" in text

    def test_quality_and_forms_without_figures(self, tmp_path):
        text = self.shown(tmp_path)
        assert "国有资本经营预算财政拨款支出决算表: printed without figures" in text
        assert "needs review" in text
        assert "figures: 13, proven 10 (76.9 %), contradicted 3" in text

    def test_document_is_extracted_first(self, inputs):
        assert "支出决算表" in gongkai("show", *inputs("a.pdf")).stdout

    def test_lines_of_results(self, tmp_path):
        line = example().model_dump_json()
        path = tmp_path / "all.jsonl"
        path.write_text(f"{line}\n{line}\n", encoding="utf-8")
        assert gongkai("show", path).stdout.count("needs review") == 2

    def test_indented_result(self, tmp_path):
        path = tmp_path / "pretty.json"
        path.write_text(example().model_dump_json(indent=2), encoding="utf-8")
        assert gongkai("show", path).exit_code == 0

    @pytest.mark.parametrize(
        ("text", "problem"),
        [('{"schema_version": "1"', "broken JSON"), ('{"figures": []}', "no result of this version")],
    )
    def test_json_that_is_no_result(self, tmp_path, text, problem):
        path = tmp_path / "other.json"
        path.write_text(text)
        result = gongkai("show", path)
        assert result.exit_code == UnreadableDocument.exit_code
        assert problem in result.stderr
        assert len(result.stderr.splitlines()) == 1

    def test_failure(self, tmp_path):
        result = gongkai("show", tmp_path / "nothing.pdf")
        assert result.exit_code == UnreadableDocument.exit_code
        assert result.stderr.startswith("gongkai: nothing.pdf: there is no such file; ")

    def test_document_cannot_steer_the_terminal(self, tmp_path):
        result = example()
        hostile = result.disclosure.model_copy(update={"title": "决算\x1b[2J\x1b]0;owned\x07 [red]表[/red]"})
        path = tmp_path / "hostile.json"
        path.write_text(result.model_copy(update={"disclosure": hostile}).model_dump_json(), encoding="utf-8")
        text = gongkai("show", path).stdout
        assert "\x1b" not in text
        assert "\x07" not in text
        assert "[red]表[/red]" in text


class TestTablesOfNoForm:
    def test_they_are_counted_and_printed_on_demand(self, tmp_path):
        result = example()
        cells = [
            {"row": 0, "column": 0, "column_span": 2, "text": "绩效目标"},
            {"row": 1, "column": 0, "text": "数量指标"},
            {"row": 1, "column": 1, "text": "≥12处"},
        ]
        other = {"id": "t9", "kind": "other", "title": "绩效表", "status": "extracted", "cells": cells}
        table = type(result.tables[0]).model_validate(other)
        path = tmp_path / "result.json"
        path.write_text(
            result.model_copy(update={"tables": (*result.tables, table)}).model_dump_json(), encoding="utf-8"
        )
        short, full = gongkai("show", path).stdout, gongkai("show", "--all", path).stdout
        assert "tables that are no standard form: 1 " in short
        assert "≥12处" not in short
        assert "≥12处" in full


class TestTheRest:
    def test_schema(self):
        assert gongkai("schema").stdout_bytes.decode() == schema_text()

    def test_version(self):
        assert gongkai("--version").stdout.startswith("gongkai ")

    def test_catalogue_by_code_and_year(self):
        text = gongkai("catalogue", "find", "20805", "--year", "2018", "--limit", "1").stdout
        assert "行政事业单位离退休" in text
        assert "行政事业单位养老支出" in text

    def test_catalogue_by_name_in_one_classification(self):
        text = gongkai("catalogue", "find", "基本工资", "--classification", "economic").stdout
        assert text.splitlines()[2].split()[:2] == ["30101", "economic"]

    def test_catalogue_without_an_answer(self):
        result = gongkai("catalogue", "find", "qqqq")
        assert result.exit_code == 1
        assert result.stderr.startswith("gongkai: qqqq: nothing like it")
