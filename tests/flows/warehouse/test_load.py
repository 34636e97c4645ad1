"""Loading: what arrives, that it arrives once, and which version of a disclosure stands."""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
import time
from decimal import Decimal

import pytest

from flows.warehouse.databases import WarehouseError, open_database
from flows.warehouse.load import load
from flows.warehouse.results import NoResults
from flows.warehouse.star import star
from tests.flows.warehouse.loading import asked, loaded, variant, write_result

CURRENT = "SELECT source_id, version, is_current, superseded_by IS NULL FROM documents ORDER BY version"
TOTALS = """
    SELECT d.version, a.amount FROM amounts a JOIN documents d ON d.document_key = a.document_key
    WHERE a.address = 't3/合计/total' ORDER BY d.version
"""


def content(address: str) -> dict[str, list[tuple[object, ...]]]:
    """Everything in a warehouse but the times of loading."""
    found = {}
    for spec in star().of("dimension", "fact", "reference", "ledger"):
        names = [name for name in spec.names if name not in ("valid_from", "valid_to", "applied_at")]
        found[spec.name] = sorted(asked(address, f"SELECT {', '.join(names)} FROM {spec.name}"), key=repr)
    return found


class TestContent:
    def test_every_cell_is_an_amount_with_its_place(self, results, address):
        tally, complaints = loaded(results(a=variant()), address)
        assert (tally.loaded, complaints) == (1, [])
        rows = asked(
            address,
            "SELECT code, column_key, amount, amount_yuan, printed, proof, page, x0, subject_key, row_number"
            " FROM amounts WHERE address = 't3/213/total'",
        )
        assert rows == [
            (
                "213",
                "total",
                Decimal("1266.16"),
                Decimal("12661600"),
                "1,266.16",
                "proven",
                9,
                402.0,
                "function:2023:213",
                2,
            )
        ]

    def test_all_tables_are_filled_as_the_result_says(self, results, address):
        result = variant()
        loaded(results(a=result), address)
        cells = sum(len(row["amounts"]) for table in result["tables"] for row in table["rows"])
        assert asked(address, "SELECT count(*) FROM amounts") == [(cells,)]
        assert asked(address, "SELECT count(*) FROM checks WHERE status = 'fail'") == [(2,)]
        assert asked(address, "SELECT table_id, status, yuan_per_unit FROM tables ORDER BY position") == [
            ("t3", "extracted", 10_000),
            ("t8", "empty", 10_000),
        ]
        assert asked(address, "SELECT name, city, district FROM organisations") == [
            ("云岭市青川区水务局", "云岭市", "青川区")
        ]

    def test_subjects_know_their_class_and_group(self, results, address):
        loaded(results(a=variant()), address)
        found = asked(
            address,
            "SELECT code, name, level, class_code, class_name, group_code, group_name FROM subjects"
            " WHERE code IN ('213', '2130301') ORDER BY code",
        )
        assert found == [
            ("213", "农林水支出", "class", "213", "农林水支出", None, None),
            ("2130301", "行政运行", "item", "213", "农林水支出", "21303", "水利"),
        ]

    def test_empty_cell_is_null_and_printed_zero_is_zero(self, results, address):
        result = variant()
        result["tables"][0]["rows"][1]["amounts"] |= {"basic": "0.00", "project": None}
        loaded(results(a=result), address)
        found = asked(address, "SELECT amount FROM amounts WHERE code = '213' ORDER BY column_key")
        assert found == [(Decimal(0),), (None,), (Decimal("1266.16"),)]

    def test_standard_view_has_the_code_of_the_division(self, results, address):
        result = variant()
        result["disclosure"]["organisation"]["division"]["code"] = "990103"
        loaded(results(a=result, b=variant(source="sha256:b", name="另一局")), address)
        found = asked(address, "SELECT DISTINCT agency_name, mof_div_code FROM budget_standard")
        assert sorted(found, key=repr) == [("云岭市青川区水务局", "990103"), ("另一局", None)]

    @pytest.mark.parametrize("at_once", [True, False], ids=["one load", "two loads"])
    def test_known_place_of_an_organisation_is_not_forgotten(self, results, address, at_once):
        coded, plain = variant(), variant(source="sha256:b", year=2022)
        coded["disclosure"]["organisation"]["division"]["code"] = "990103"
        if not at_once:
            loaded(results(a=coded), address)
        loaded(results(a=coded, b=plain), address)
        assert asked(address, "SELECT division_code FROM organisations") == [("990103",)]
        plain["disclosure"]["organisation"]["division"]["code"] = "990104"
        loaded(results(b=plain), address)
        assert asked(address, "SELECT division_code FROM organisations") == [("990104",)]

    def test_unknown_unit_gives_no_yuan(self, results, address):
        result = variant()
        result["tables"][0]["unit"] = "万美元"
        loaded(results(a=result), address)
        assert asked(address, "SELECT count(amount) > 0, count(amount_yuan) FROM amounts") == [(True, 0)]

    def test_figure_too_long_for_a_column_is_told_and_kept_as_text(self, results, address):
        result = variant(total="9" * 30)
        result["tables"][0]["rows"][0]["cells"]["total"]["text"] = "9" * 30
        _, complaints = loaded(results(a=result), address)
        assert len(complaints) == 1
        assert "t3/合计/total" in complaints[0]
        found = asked(address, "SELECT amount, printed FROM amounts WHERE address = 't3/合计/total'")
        assert found == [(None, "9" * 30)]

    def test_corrections_are_loaded_with_who_and_when(self, results, address):
        correction = {"where": "t3/213/total", "read": "1,266.16", "was": "1266.16", "to": "1266.10"}
        correction |= {"action": "correct", "by": "审核员", "at": "2026-01-02T03:04:05Z", "why": None}
        loaded(results(a=variant(corrections=[correction | {"applied": True}])), address)
        found = asked(address, "SELECT address, action, was, corrected_to, made_by, made_at FROM corrections")
        assert found == [("t3/213/total", "correct", "1266.16", "1266.10", "审核员", "2026-01-02T03:04:05Z")]
        assert asked(address, "SELECT corrected FROM documents") == [(1,)]


class TestAgain:
    def test_second_load_changes_nothing(self, results, address):
        folder = results(a=variant(), b=variant(source="sha256:b", year=2022))
        loaded(folder, address)
        before = content(address), asked(address, "SELECT valid_from FROM documents ORDER BY document_key")
        tally, _ = loaded(folder, address)
        assert (tally.loaded, tally.unchanged) == (0, 2)
        assert before == (
            content(address),
            asked(address, "SELECT valid_from FROM documents ORDER BY document_key"),
        )

    def test_same_content_elsewhere_or_laid_out_otherwise_is_the_same_version(
        self, results, tmp_path, address
    ):
        loaded(results(a=variant()), address)
        moved = variant()
        moved["source"] |= {"uri": "elsewhere/x.pdf", "file_name": "x.pdf"}
        moved["quality"]["seconds"] = {"reading": 9.9}
        write_result(tmp_path / "moved", "x", moved)
        write_result(tmp_path / "moved", "y", moved, indent=2)
        tally, _ = loaded(tmp_path / "moved", address)
        assert (tally.loaded, tally.unchanged) == (0, 2)
        assert asked(address, "SELECT count(*) FROM documents") == [(1,)]

    def test_chunks_and_readers_do_not_matter(self, results, tmp_path):
        variants = {
            f"r{number}": variant(source=f"sha256:{number}", year=2000 + number % 7) for number in range(15)
        }
        folder = results(**variants)
        addresses = [f"duckdb:///{tmp_path}/{name}.duckdb" for name in ("one", "many", "readers")]
        for where, options in zip(addresses, ({}, {"chunk": 2}, {"chunk": 8, "workers": 2}), strict=True):
            loaded(folder, where, **options)
        one, *others = map(content, addresses)
        assert others == [one, one]


class TestVersions:
    def test_new_content_of_a_source_replaces_and_keeps_history(self, results, address):
        folder = results(a=variant())
        loaded(folder, address)
        results(a=variant(total="1266.10"))
        tally, _ = loaded(folder, address)
        assert (tally.loaded, tally.replaced) == (1, 1)
        assert asked(address, CURRENT) == [
            ("sha256:a", 1, False, False),
            ("sha256:a", 2, True, True),
        ]
        assert asked(address, TOTALS) == [(1, Decimal("1266.16")), (2, Decimal("1266.10"))]
        assert asked(address, "SELECT amount FROM figures WHERE address = 't3/合计/total'") == [
            (Decimal("1266.10"),)
        ]
        (old_end, new_start), *_ = asked(
            address,
            "SELECT a.valid_to, b.valid_from FROM documents a JOIN documents b"
            " ON a.superseded_by = b.document_key",
        )
        assert old_end == new_start

    def test_another_source_of_the_disclosure_replaces(self, results, address):
        loaded(results(a=variant(), b=variant(source="sha256:b", total="1.00")), address)
        assert asked(address, CURRENT) == [
            ("sha256:a", 1, False, False),
            ("sha256:b", 2, True, True),
        ]

    def test_later_published_stands_whatever_is_loaded_last(self, results, address):
        newer = variant(source="sha256:b", published_on="2024-11-02")
        loaded(results(b=newer, a=variant(published_on="2024-10-01")), address)
        assert asked(address, CURRENT) == [
            ("sha256:b", 1, True, True),
            ("sha256:a", 2, False, False),
        ]

    def test_taken_back_content_stands_again(self, results, address):
        folder = results(a=variant())
        for total in ("2.00", "1266.16"):
            loaded(folder, address)
            results(a=variant(total=total))
        loaded(folder, address)
        assert asked(address, TOTALS)[-1] == (3, Decimal("1266.16"))
        assert asked(address, "SELECT version FROM documents WHERE is_current") == [(3,)]

    @pytest.mark.parametrize(
        "other",
        [{"year": 2022}, {"kind": "budget"}, {"name": "云岭市青川区城管局"}],
        ids=["year", "kind", "organisation"],
    )
    def test_other_disclosures_stand_beside_it(self, results, address, other):
        loaded(results(a=variant(), b=variant(source="sha256:b", **other)), address)
        assert asked(address, "SELECT count(*) FROM documents WHERE is_current") == [(2,)]

    def test_without_year_a_disclosure_is_known_by_its_source(self, results, address):
        loaded(results(a=variant(year=None), b=variant(source="sha256:b", year=None)), address)
        assert asked(address, "SELECT count(*) FROM documents WHERE is_current") == [(2,)]

    def test_source_that_is_read_as_another_disclosure_replaces_itself(self, results, address):
        folder = results(a=variant(year=2022))
        loaded(folder, address)
        results(a=variant(year=2023))
        loaded(folder, address)
        assert asked(address, "SELECT fiscal_year FROM documents WHERE is_current") == [(2023,)]


class TestFiles:
    def test_store_of_digitise_is_read_without_its_failures(self, tmp_path, address):
        write_result(tmp_path / "store" / "documents", "abc-0123", variant())
        write_result(tmp_path / "store" / "documents", "def-0123.error", {"error": "unreadable"})
        write_result(tmp_path / "store" / "batches", "b1", {"batch": 1})
        tally, complaints = loaded(tmp_path / "store", address)
        assert (tally.loaded, complaints) == (1, [])

    def test_lines_of_a_jsonl_are_results(self, tmp_path, address):
        lines = [json.dumps(variant(source=f"sha256:{year}", year=year)) for year in (2021, 2022)]
        (tmp_path / "all.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
        for expected in ((2, 0), (0, 2)):
            tally, _ = loaded(tmp_path / "all.jsonl", address)
            assert (tally.loaded, tally.unchanged) == expected

    @pytest.mark.parametrize(
        "text", ["{", "[]", '{"schema_version": "9"}', '{"schema_version": "1"}', "null"]
    )
    def test_what_is_no_result_is_told_and_the_others_go_on(self, results, tmp_path, address, text):
        folder = results(a=variant())
        (folder / "x.json").write_text(text, encoding="utf-8")
        tally, complaints = loaded(folder, address)
        assert (tally.loaded, tally.refused) == (1, 1)
        assert len(complaints) == 1
        assert "x.json: is no result" in complaints[0]

    @pytest.mark.parametrize(
        "spoil",
        [
            lambda result: result.update(tables=None),
            lambda result: result["tables"][0]["rows"][0].update(page="nine"),
            lambda result: result["tables"][0]["rows"][1]["cells"]["total"].update(bbox=[1.0, 2.0]),
            lambda result: result["tables"][0]["rows"][0]["cells"]["total"].update(proof="sure"),
            lambda result: result["checks"][0].update(left=1.5),
            lambda result: result["source"].update(bytes="many"),
            lambda result: result["disclosure"].pop("organisation"),
            lambda result: result.update(statements=[{"kind": "other"}]),
            lambda result: result.update(
                statements=[dict.fromkeys(("kind", "unit", "section", "page", "text"), None) | {"flags": []}]
            ),
            lambda result: result.update(repairs=[7]),
        ],
    )
    def test_result_of_another_making_costs_the_others_nothing(self, results, address, spoil):
        wrong = variant(source="sha256:b")
        spoil(wrong)
        good = {f"c{year}": variant(source=f"sha256:{year}", year=year) for year in (2020, 2021)}
        tally, complaints = loaded(results(b=wrong, **good), address)
        assert (tally.loaded, tally.refused) == (2, 1)
        assert len(complaints) == 1
        assert "b.json: is no result of this version" in complaints[0]

    def test_empty_folder_is_an_error(self, tmp_path, address):
        (tmp_path / "empty").mkdir()
        with pytest.raises(NoResults, match="holds no results"):
            loaded(tmp_path / "empty", address)

    def test_unreachable_server_is_one_line(self):
        with pytest.raises(WarehouseError, match="cannot be reached"):
            load("x", open_database("postgresql://nobody:secret@127.0.0.1:1/x"), complain=print)

    def test_password_is_not_told(self):
        with pytest.raises(WarehouseError) as caught:
            load("x", open_database("postgresql://nobody:secret@127.0.0.1:1/x"), complain=print)
        assert "secret" not in str(caught.value)


def load_slowly(folder, address):
    """Load in chunks of two, with a pause after each: time to be killed in."""
    database = open_database(address)
    load(folder, database, complain=print, chunk=2, told=lambda _: time.sleep(0.2))


def test_killed_load_leaves_whole_chunks_and_is_taken_up(results, tmp_path):
    folder = results(
        **{f"r{number:02}": variant(source=f"sha256:{number}", year=1990 + number) for number in range(20)}
    )
    whole, killed = (f"duckdb:///{tmp_path}/{name}.duckdb" for name in ("whole", "killed"))
    loaded(folder, whole)
    process = multiprocessing.get_context("spawn").Process(target=load_slowly, args=(str(folder), killed))
    process.start()
    wal = tmp_path / "killed.duckdb.wal"
    deadline = time.monotonic() + 60
    while not (wal.exists() and wal.stat().st_size > 40_000) and time.monotonic() < deadline:
        time.sleep(0.02)
    os.kill(process.pid, signal.SIGKILL)
    process.join()
    ((documents,),) = asked(killed, "SELECT count(*) FROM documents")
    assert 0 < documents < 20
    assert documents % 2 == 0
    assert asked(killed, "SELECT count(DISTINCT document_key) FROM amounts") == [(documents,)]
    loaded(folder, killed)
    assert content(killed) == content(whole)
