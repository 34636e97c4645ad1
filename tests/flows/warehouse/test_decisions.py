"""What reviewers decided flows into the warehouse with the results it is about."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from flows.corrections import Entry, Overlay
from flows.store import CORRECTIONS
from flows.warehouse.package import write_package
from tests.flows.warehouse.loading import asked, loaded, variant, write_result

SOURCE = "ab" * 32
WHERE = "t3/2130301/basic"
VALUE = f"SELECT amount FROM figures WHERE address = '{WHERE}'"


def decide(store: Path, action: str = "correct", to: str | None = "786.16", where: str = WHERE) -> None:
    read = "768.16" if where == WHERE else ""
    Overlay(store).add(Entry(SOURCE, where, read, action, by="王芳", at="2026-01-02T03:04:05Z", to=to))


@pytest.fixture
def store(tmp_path) -> Path:
    """A store with the result of a source, and one of another that nobody looked at."""
    documents = tmp_path / "store" / "documents"
    write_result(documents, f"{SOURCE}-0123", variant(source=f"sha256:{SOURCE}"))
    write_result(documents, f"{'cd' * 32}-0123", variant(source=f"sha256:{'cd' * 32}", name="另一局"))
    return tmp_path / "store"


def test_decision_arrives_with_everything_that_follows_from_it(store, address):
    decide(store)
    tally, complaints = loaded(store, address)
    assert (tally.loaded, complaints) == (2, [])
    assert asked(address, f"{VALUE} AND organisation <> '另一局'") == [(Decimal("786.16"),)]
    assert asked(
        address, "SELECT address, action, read_as, was, corrected_to, made_by, applied FROM corrections"
    ) == [(WHERE, "correct", "768.16", "768.16", "786.16", "王芳", True)]
    assert asked(address, "SELECT name, corrected FROM documents JOIN organisations USING (organisation_key)"
                          " ORDER BY corrected") == [("另一局", 0), ("云岭市青川区水务局", 1)]  # fmt: skip
    failing = "SELECT d.source_id FROM checks c JOIN documents d USING (document_key) WHERE c.status = 'fail'"
    assert set(asked(address, failing)) == {(f"sha256:{'cd' * 32}",)}


def test_loading_the_same_decisions_again_changes_nothing(store, address):
    decide(store)
    loaded(store, address)
    tally, _ = loaded(store, address)
    assert (tally.loaded, tally.unchanged) == (0, 2)
    decide(store)  # once more the same
    tally, _ = loaded(store, address)
    assert (tally.loaded, tally.unchanged) == (0, 2)


def test_decision_made_after_a_load_is_a_new_version_and_can_be_taken_back(store, address):
    loaded(store, address)
    decide(store)
    tally, _ = loaded(store, address)
    assert (tally.loaded, tally.replaced, tally.unchanged) == (1, 1, 1)
    decide(store, "withdraw", to=None)
    loaded(store, address)
    versions = f"SELECT version, is_current, corrected FROM documents WHERE source_id = 'sha256:{SOURCE}'"
    assert asked(address, f"{versions} ORDER BY version") == [(1, False, 0), (2, False, 1), (3, True, 0)]
    assert asked(address, f"{VALUE} AND organisation <> '另一局'") == [(Decimal("768.16"),)]


def test_document_accepted_as_a_whole_needs_no_review(store, address):
    decide(store, "accept", to=None, where="document")
    loaded(store, address)
    assert asked(address, f"SELECT needs_review FROM documents WHERE source_id = 'sha256:{SOURCE}'") == [
        (False,)
    ]


def test_decisions_beside_results_are_no_result(tmp_path, address):
    write_result(tmp_path / "out", "a", variant(source=f"sha256:{SOURCE}"))
    decide(tmp_path / "out")
    tally, complaints = loaded(tmp_path / "out", address)
    assert (tally.loaded, complaints) == (1, [])
    assert asked(address, VALUE) == [(Decimal("786.16"),)]


def test_data_package_has_them_too(store, tmp_path):
    decide(store)
    write_package(str(store), tmp_path / "package", complain=print)
    assert "王芳" in (tmp_path / "package" / "corrections.csv").read_text(encoding="utf-8")


def test_half_a_line_of_decisions_costs_that_line_only(store, address):
    decide(store)
    with (store / CORRECTIONS).open("ab") as file:
        file.write(b'{"source":"ab')
    assert loaded(store, address)[0].loaded == 2
    assert asked(address, "SELECT count(*) FROM corrections") == [(1,)]
