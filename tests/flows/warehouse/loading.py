"""What the tests of the warehouse load, and how they look into it."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from flows.warehouse.databases import open_database
from flows.warehouse.load import Tally, load
from tests.example import example_json

_clock = iter(range(1_000_000_000, 2_000_000_000))


def variant(
    *,
    source: str = "sha256:a",
    name: str = "云岭市青川区水务局",
    year: int | None = 2023,
    kind: str = "final_accounts",
    published_on: str | None = None,
    total: str = "1266.16",
    **more: Any,
) -> dict[str, Any]:
    """The example of docs/json.md with another source, identity or total."""
    result = example_json()
    result["id"] = source
    facts = result["disclosure"]
    facts["organisation"]["name"] = name
    facts |= {"fiscal_year": year, "kind": kind, "published_on": published_on}
    result["tables"][0]["rows"][0]["amounts"]["total"] = total
    return result | more


def write_result(folder: Path, name: str, result: dict[str, Any], *, indent: int | None = None) -> Path:
    """A result file, newer than every one written before."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.json"
    separators = None if indent else (",", ":")
    text = json.dumps(result, ensure_ascii=False, separators=separators, indent=indent)
    path.write_text(text, encoding="utf-8")
    moment = next(_clock)
    os.utime(path, (moment, moment))
    return path


def loaded(place: Path, address: str, **options: Any) -> tuple[Tally, list[str]]:
    """Load, and give the tally and the complaints."""
    complaints: list[str] = []
    database = open_database(address)
    try:
        return load(str(place), database, complain=complaints.append, **options), complaints
    finally:
        database.close()


def asked(address: str, sql: str) -> list[tuple[Any, ...]]:
    """The rows of a query."""
    database = open_database(address, read_only=True)
    try:
        return database.ask(sql)[1]
    finally:
        database.close()
