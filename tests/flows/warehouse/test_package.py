"""The data package: valid for Frictionless, complete, the same every time, and its values add up."""

from __future__ import annotations

import csv
import json
from decimal import Decimal
from pathlib import Path

import pytest

from flows.warehouse.cofog import DIVISIONS, cofog_rows
from flows.warehouse.package import write_package
from models.catalogue import catalogue


@pytest.fixture(scope="module")
def package(sample_results, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("package")
    complaints: list[str] = []
    write_package(str(sample_results), folder, complain=complaints.append)
    assert complaints == []
    return folder


def lines(package: Path, name: str) -> list[dict[str, str]]:
    with (package / f"{name}.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_frictionless_finds_it_valid(package):
    import frictionless

    descriptor = json.loads((package / "datapackage.json").read_text(encoding="utf-8"))
    assert descriptor.pop("profile") == "fiscal-data-package"
    # The profile of fiscal packages lies on the net; everything else is checked without it.
    report = frictionless.Package.from_descriptor(descriptor, basepath=str(package)).validate()
    assert report.flatten(["type", "title", "note"]) == []
    assert {task.name for task in report.tasks} >= {"fiscal", "amounts", "documents", "cofog", "subjects"}


def test_fields_have_types_of_the_fiscal_taxonomy(package):
    descriptor = json.loads((package / "datapackage.json").read_text(encoding="utf-8"))
    assert descriptor["profile"] == "fiscal-data-package"
    fiscal = descriptor["resources"][0]["schema"]["fields"]
    assert {field["columnType"] for field in fiscal} >= {"value", "date:fiscal-year", "phase:id", "direction"}
    assert [field["name"] for field in fiscal] == list(lines(package, "fiscal")[0])


def test_finest_lines_add_up_to_the_printed_total(package):
    (document,) = [
        row for row in lines(package, "documents") if row["fiscal_year"] == "2023" and row["pages"] == "24"
    ]
    values = [
        Decimal(row["value"])
        for row in lines(package, "fiscal")
        if row["line_id"].startswith(f"{document['document_key']}/t3/") and row["column_key"] == "total"
    ]
    assert sum(values) == Decimal("12661600")


def test_same_results_give_the_same_package(package, sample_results, tmp_path):
    write_package(str(sample_results), tmp_path, complain=print)
    for path in package.iterdir():
        assert path.read_bytes() == (tmp_path / path.name).read_bytes(), path.name


def test_cofog_covers_every_function_class_and_says_whose_it_is():
    classes = {entry.code for entry in catalogue().classes("function")}
    assert {row[0] for row in cofog_rows()} == classes
    for code, name, division, division_name, certainty, authority, note in cofog_rows():
        assert name, code
        assert (division is None) == (certainty == "none")
        assert division_name == DIVISIONS.get(division)
        assert certainty in ("whole", "partial", "none")
        assert authority == "gongkai"
        assert note
