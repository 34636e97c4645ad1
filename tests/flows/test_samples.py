"""The shipped samples, and files that only look like them, through the command as a user runs it."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pymupdf
import pytest
from jsonschema import Draft202012Validator

from extract.errors import NotADisclosure, UnreadableDocument, UnsupportedFormat
from models.schema import disclosure_schema
from tests.example import ROOT

TRUTHS = sorted((ROOT / "samples").glob("*.truth.json"))
SAMPLES = [
    path
    for truth in TRUTHS
    for path in truth.parent.glob(truth.name.removesuffix("truth.json") + "*")
    if path != truth
]
PDF = next(path for path in SAMPLES if path.suffix == ".pdf")


def gongkai(*arguments: object) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "flows.cli", *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, check=False)


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: path.name)
def test_sample_gives_a_valid_result_without_a_word_on_standard_error(sample):
    run = gongkai("extract", sample)
    assert (run.returncode, run.stderr) == (0, b"")
    result = json.loads(run.stdout)
    assert [error.message for error in Draft202012Validator(disclosure_schema()).iter_errors(result)] == []
    assert result["source"]["file_name"] == sample.name
    assert any(table["rows"] for table in result["tables"])


def test_repeated_runs_differ_in_nothing_but_the_seconds():
    first, second = (re.sub(rb'"seconds":\{[^}]*\}', b"", gongkai("extract", PDF).stdout) for _ in range(2))
    assert b'"quality"' in first
    assert first == second


def other_report() -> bytes:
    """An annual report of a company: prose and figures, but nobody's budget."""
    with pymupdf.open() as document:
        text = "云岭光学股份有限公司2023年年度报告\n营业收入 1,286.76 万元\n净利润 96.40 万元"
        document.new_page().insert_text((72, 72), text, fontname="china-s")
        return document.tobytes()


BROKEN = {
    "truncated": (PDF.read_bytes()[:4000], UnreadableDocument),
    "empty": (b"", UnreadableDocument),
    "picture": (b"\xff\xd8\xff\xe0" + bytes(200), UnreadableDocument),
    "program": (b"\x7fELF" + bytes(200), UnsupportedFormat),
    "report": (other_report(), NotADisclosure),
}


@pytest.mark.parametrize("name", BROKEN)
def test_bad_input_is_one_line_and_leaves_nothing(tmp_path, name):
    data, error = BROKEN[name]
    path = tmp_path / f"{name}.pdf"
    path.write_bytes(data)
    run = gongkai("extract", path, "-o", tmp_path / "out.json")
    assert (run.returncode, run.stdout) == (error.exit_code, b"")
    assert re.fullmatch(rf"gongkai: {re.escape(str(path))}: [^\n]+; [^\n]+\n", run.stderr.decode())
    assert [each.name for each in tmp_path.iterdir()] == [path.name]


def test_bad_input_does_not_stop_the_others(tmp_path):
    for name, (data, _) in BROKEN.items():
        (tmp_path / f"{name}.pdf").write_bytes(data)
    run = gongkai("extract", *sorted(tmp_path.glob("*.pdf")), PDF, "-o", tmp_path / "out")
    assert run.returncode == 1
    assert len(run.stderr.splitlines()) == len(BROKEN)
    assert [path.name for path in (tmp_path / "out").iterdir()] == [Path(PDF.stem + ".json").name]
