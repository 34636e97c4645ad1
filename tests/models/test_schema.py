"""The kept JSON Schema is that of the models, and accepts what they write."""

from __future__ import annotations

import json

import pytest
from jsonschema import Draft202012Validator

from models.disclosure import Disclosure, Repair
from models.schema import SCHEMA_FILE, disclosure_schema, schema_text
from tests.example import example, example_json


def faults(document: object) -> list[str]:
    return [error.message for error in Draft202012Validator(disclosure_schema()).iter_errors(document)]


def written(disclosure: Disclosure) -> dict[str, object]:
    return json.loads(disclosure.model_dump_json(by_alias=True))


def test_kept_copy_is_up_to_date():
    assert SCHEMA_FILE.read_text(encoding="utf-8") == schema_text(), "run: python -m models.schema"


def test_schema_is_one():
    Draft202012Validator.check_schema(disclosure_schema())


def test_what_the_models_write_is_valid():
    assert faults(written(example())) == []


def test_repair_is_written_under_its_public_name():
    repair = Repair(
        where="t3/208/total", from_="1, 286. 76", to="1286.76", kind="spacing", certainty="formal"
    )
    document = written(example().model_copy(update={"repairs": (repair,)}))
    assert document["repairs"][0]["from"] == "1, 286. 76"
    assert faults(document) == []


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"repairs": None}, "None is not of type 'array'"),
        ({"surprise": 1}, "'surprise' was unexpected"),
        ({"schema_version": "2"}, "'1' was expected"),
    ],
)
def test_what_they_do_not_write_is_not(change, fault):
    assert any(fault in message for message in faults(example_json() | change))


def test_every_field_is_required():
    document = example_json()
    del document["checks"]
    assert faults(document) == ["'checks' is a required property"]


def test_money_is_text():
    document = example_json()
    document["tables"][0]["rows"][0]["amounts"]["total"] = 1266.16
    assert faults(document)
