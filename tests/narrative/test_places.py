"""Totals, parts, the three public expenses, procurement and assets, in the wordings of other places."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest

from extract.layout.paragraphs import without_half_spaces
from tests.narrative.reading import statements

PARAGRAPHS = tomllib.loads(Path(__file__).with_name("places.toml").read_text(encoding="utf-8"))["paragraph"]
ABOUT = ("kind", "section", "page", "span", "text", "unit", "flags", "subject", "name", "project")
WORDS = ("compared_with", "reason", "direction", "use", "whole", "as_of", "planned", "result")
BASES = ("completion_of", "micro_share_of")


def figures(statement: dict[str, Any]) -> dict[str, str]:
    """What a statement is about and its figures; devices and uses of vehicles in short."""
    told = {key: value for key, value in statement.items() if key not in (*ABOUT, *WORDS, *BASES)}
    if "equipment" in told:
        told["equipment"] = [f"{each['threshold']}:{each['count']}" for each in told["equipment"]]
    if "vehicles_by_use" in told:
        told["uses"] = str(sum(map(int, told.pop("vehicles_by_use").values())))
    if "subject" in statement:
        told["code"] = statement["subject"]["code"] or ""
    return told


def is_told(wanted: dict[str, Any], statement: dict[str, Any]) -> bool:
    """Whether a statement says what is wanted and no other figure; ``any`` kind may say more."""
    kind, told = wanted["kind"], figures(statement)
    named = all(statement.get(key) == wanted[key] for key in ("name", "project") if key in wanted)
    rest = {key: value for key, value in wanted.items() if key not in ("kind", "name", "project")}
    if kind == "any":
        return named and rest.items() <= told.items()
    return named and kind == statement["kind"] and rest == told


@pytest.mark.parametrize("paragraph", PARAGRAPHS, ids=lambda each: f"{each['place']}: {each['heading']}")
def test_every_figure_is_told_once_and_in_its_place(paragraph):
    text = without_half_spaces(paragraph["text"].strip("\n"))
    year = paragraph.get("year", 2023)
    read = statements(text, paragraph["heading"], paragraph.get("kind", "final_accounts"), year)
    left = [each for each in read if each.get("name") not in paragraph.get("optional", ())]
    for wanted in paragraph["told"]:
        found = next((each for each in left if is_told(wanted, each)), None)
        assert found is not None, f"{wanted} not in {json.dumps(read, ensure_ascii=False, indent=1)}"
        left.remove(found)
    assert left == []
