"""The commands: where a warehouse can lie, and that a query never changes one."""

from __future__ import annotations

import json
from decimal import Decimal

import duckdb
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from flows.cli import app
from flows.warehouse.arrow import arrow_schema
from flows.warehouse.databases import WarehouseError
from flows.warehouse.places import load_into, query
from flows.warehouse.star import star
from tests.flows.warehouse.loading import variant

COUNT = "SELECT count(*) FROM figures"


def gongkai(*arguments: object):
    return CliRunner().invoke(app, list(map(str, arguments)), env={"COLUMNS": "200"})


def stamps(folder):
    return {path.name: path.stat().st_mtime_ns for path in folder.glob("*.parquet")}


class TestParquet:
    def test_every_table_is_a_file_with_the_schema_of_the_star(self, results, tmp_path):
        load_into(str(results(a=variant())), f"parquet:{tmp_path}/lake", complain=print)
        for spec in star().of("dimension", "fact", "reference"):
            schema = pq.read_schema(tmp_path / "lake" / f"{spec.name}.parquet")
            assert schema.names == arrow_schema(spec.name).names
            assert [field.type for field in schema] == [field.type for field in arrow_schema(spec.name)]

    def test_second_load_leaves_the_files_alone_and_a_new_version_replaces(self, results, tmp_path):
        address = f"parquet:{tmp_path}/lake"
        folder = results(a=variant())
        load_into(str(folder), address, complain=print)
        before = stamps(tmp_path / "lake")
        load_into(str(folder), address, complain=print)
        assert stamps(tmp_path / "lake") == before
        results(a=variant(total="1.00"))
        load_into(str(folder), address, complain=print)
        found = query(address, "SELECT amount FROM figures WHERE address = 't3/合计/total'")
        assert found.rows == [(Decimal("1.00"),)]
        assert query(address, "SELECT count(*) FROM documents").rows == [(2,)]

    def test_files_lost_after_a_load_are_written_again(self, results, tmp_path):
        folder = results(a=variant())
        for _ in range(2):
            load_into(str(folder), f"parquet:{tmp_path}/lake", complain=print)
            for path in (tmp_path / "lake").glob("*.parquet"):
                path.unlink()
        load_into(str(folder), f"parquet:{tmp_path}/lake", complain=print)
        assert query(f"parquet:{tmp_path}/lake", COUNT).rows == [(15,)]


def test_other_databases_are_filled_by_plain_inserts(results, tmp_path):
    """SQLite stands for those that cannot be had in a test."""
    address = f"sqlite:///{tmp_path}/w.sqlite"
    folder = results(a=variant())
    assert load_into(str(folder), address, complain=print, workers=1).loaded == 1
    assert load_into(str(folder), address, complain=print, workers=1).unchanged == 1
    results(a=variant(total="1.00"))
    assert load_into(str(folder), address, complain=print, workers=1).replaced == 1
    assert query(address, COUNT).rows == [(15,)]
    assert query(address, "SELECT amount FROM figures WHERE address = 't3/合计/total'").rows == [(1,)]
    assert query(address, "SELECT count(*) FROM documents").rows == [(2,)]


@pytest.mark.parametrize(
    "statement", ["DELETE FROM amounts", "DROP VIEW figures", "CREATE TABLE x (y INTEGER)"]
)
def test_query_changes_nothing(results, address, statement):
    load_into(str(results(a=variant())), address, complain=print, workers=1)
    with pytest.raises(WarehouseError, match="the query fails"):
        query(address, statement)
    assert query(address, COUNT).rows == [(15,)]


def test_query_reads_no_files_of_the_machine(results, tmp_path):
    address = f"duckdb:///{tmp_path}/w.duckdb"
    load_into(str(results(a=variant())), address, complain=print, workers=1)
    with pytest.raises(WarehouseError):
        query(address, "SELECT * FROM read_text('/etc/hostname')")


def test_commands_load_and_ask(results, tmp_path):
    address = f"duckdb:///{tmp_path}/w.duckdb"
    run = gongkai("load", results(a=variant()), "--to", address)
    assert (run.exit_code, run.output) == (
        0,
        f"{address}: 1 loaded, 0 of them in place of an earlier version, 0 unchanged, 0 refused\n",
    )
    sql = "SELECT code, amount, page FROM figures WHERE code = '213' AND column_key = 'total'"
    assert "213   1266.16     9" in gongkai("query", sql, "--from", address).output
    csv = gongkai("query", sql, "--from", address, "--format", "csv").output
    assert csv == "code,amount,page\n213,1266.16,9\n"
    answer = json.loads(gongkai("query", sql, "--from", address, "--format", "json").output)
    assert answer == [{"code": "213", "amount": "1266.16", "page": 9}]
    with duckdb.connect(f"{tmp_path}/w.duckdb", read_only=True) as connection:
        assert connection.execute("SELECT sum(amount_yuan) FROM figures WHERE code = '213'").fetchone()


def test_package_command_writes_the_descriptor(results, tmp_path):
    run = gongkai("package", results(a=variant()), tmp_path / "package")
    assert run.exit_code == 0
    assert (tmp_path / "package" / "datapackage.json").is_file()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("load", "{tmp}/none"), "holds no results"),
        (("load", "{tmp}", "--to", "duckdb://"), "names no file"),
        (("load", "{tmp}", "--to", "parquet:"), "names no folder"),
        (("load", "{tmp}", "--to", "nosuch://x/y"), "no database that can be reached"),
        (("query", "SELECT 1", "--from", "duckdb:///{tmp}/none.duckdb"), "there is no warehouse"),
        (("query", "SELECT 1", "--from", "parquet:{tmp}/none"), "there is no warehouse"),
        (("package", "{tmp}/none", "{tmp}/package"), "holds no results"),
    ],
)
def test_what_cannot_be_done_is_one_line(tmp_path, arguments, said):
    run = gongkai(*(word.format(tmp=tmp_path) for word in arguments))
    assert run.exit_code == 1
    assert run.output.startswith("gongkai: ")
    assert run.output.count("\n") == 1
    assert said in run.output


def test_file_that_is_no_result_is_told_by_the_exit_code(results, tmp_path):
    folder = results(a=variant())
    (folder / "x.json").write_text("{}", encoding="utf-8")
    run = gongkai("load", folder, "--to", f"duckdb:///{tmp_path}/w.duckdb")
    assert run.exit_code == 1
    assert "1 loaded" in run.output
    assert "1 refused" in run.output
