"""A warehouse of version 1 is brought to today's schema with everything in it."""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path

import pytest
from sqlalchemy import insert

from flows.warehouse.databases import WarehouseError, open_database
from flows.warehouse.migrations import prepare, step_statements, version_of
from flows.warehouse.schema import table
from flows.warehouse.star import star
from tests.flows.warehouse.loading import asked, loaded, write_result

VERSION_1 = (Path(__file__).parent / "version1.sql").read_text(encoding="utf-8")
LOADED = (Path(__file__).parent / "version1.json").read_text(encoding="utf-8")
"""The result that warehouse holds, to the byte: it is known by its hash."""
COLUMNS = """
    SELECT table_name, column_name, data_type FROM information_schema.columns
    WHERE table_schema IN ('main', 'public') ORDER BY table_name, ordinal_position
"""


@pytest.fixture
def version_1(address) -> str:
    database = open_database(address)
    with database.transaction():
        for line in VERSION_1.splitlines():
            if not line.startswith("--"):
                database.execute(line.rstrip(";"))
    assert version_of(database) == 1
    database.close()
    return address


def upgraded(address: str) -> str:
    database = open_database(address)
    prepare(database)
    database.close()
    return address


def test_upgraded_schema_is_that_of_a_fresh_warehouse(version_1, request, tmp_path):
    kind = request.node.callspec.params["address"]
    fresh = f"duckdb:///{tmp_path}/fresh.duckdb"
    upgraded(fresh)
    if kind == "duckdb":
        assert asked(upgraded(version_1), COLUMNS) == asked(fresh, COLUMNS)
    named = [row[:2] for row in asked(upgraded(version_1), COLUMNS)]
    assert sorted(named) == sorted(row[:2] for row in asked(fresh, COLUMNS))


def test_upgrade_keeps_what_was_loaded(version_1):
    before = asked(version_1, "SELECT address, amount, amount_yuan FROM amounts ORDER BY address")
    upgraded(version_1)
    assert asked(version_1, "SELECT address, amount, amount_yuan FROM amounts ORDER BY address") == before
    assert len(before) == 15
    assert asked(version_1, "SELECT corrected FROM documents") == [(None,)]
    assert asked(version_1, "SELECT count(*) FROM cofog") == [(30,)]
    assert asked(version_1, "SELECT count(*) FROM figures WHERE cofog_division = '04'") == [(12,)]


def test_loading_into_an_old_warehouse_upgrades_it_and_goes_on(version_1, tmp_path):
    result = json.loads(LOADED)
    write_result(tmp_path / "out", "example", result)
    write_result(tmp_path / "out", "other", result | {"id": "sha256:other"})
    tally, _ = loaded(tmp_path / "out", version_1)
    assert (tally.loaded, tally.unchanged, tally.replaced) == (1, 1, 1)
    assert asked(version_1, "SELECT version FROM schema_version ORDER BY version") == [
        (number,) for number in range(1, star().version + 1)
    ]


def test_newer_warehouse_is_refused(address):
    database = open_database(address)
    prepare(database)
    with database.transaction():
        database.execute(insert(table("schema_version")).values(version=99, applied_at="2026-01-01"))
    with pytest.raises(WarehouseError, match="version 99"):
        prepare(database)
    database.close()


def test_every_version_has_its_step():
    steps = {path.name for path in files("flows.warehouse").joinpath("migrations").iterdir()}
    assert steps == {f"{version}.sql" for version in range(2, star().version + 1)}
    assert all(list(step_statements(version)) for version in range(2, star().version + 1))
