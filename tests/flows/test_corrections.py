"""The file of corrections: only ever added to, whole lines only, the last decision holds."""

from __future__ import annotations

import json
import threading

import pytest
from typer.testing import CliRunner

from flows.cli import app
from flows.corrections import Entry, Overlay, labelled, overlay_of
from flows.store import DOCUMENTS, Store, current_recipe
from models.disclosure import Disclosure
from tests.example import example

SHA256 = "ab" * 32
WHERE = "t3/2130301/basic"


def entry(action: str = "correct", read: str = "768.16", where: str = WHERE, **more: object) -> Entry:
    to = "786.16" if action == "correct" else None
    given = {"to": to, "by": "王芳", "at": "2026-01-02T03:04:05Z", "page": 9, "bbox": (1.0, 2.0, 3.0, 4.0)}
    return Entry(SHA256, where, read, action, **{**given, **more})


def stored(folder) -> Disclosure:
    """A store that holds the example as the result of a source."""
    result = example().model_copy(update={"id": f"sha256:{SHA256}"})
    data = result.model_dump_json(by_alias=True).encode()
    Store(str(folder)).write(f"{DOCUMENTS}/{current_recipe().id_of(SHA256)}.json", data)
    return result


def test_decisions_come_back_as_they_were_made(tmp_path):
    overlay = Overlay(tmp_path)
    assert overlay.of(SHA256) == ()
    overlay.add(entry())
    assert overlay.of(SHA256) == (entry(),)
    assert Overlay(tmp_path).of(SHA256) == (entry(),)


def test_last_decision_about_a_place_and_text_holds(tmp_path):
    overlay = Overlay(tmp_path)
    for one in (entry(), entry(read="763.16"), entry("accept")):
        overlay.add(one)
    assert overlay.of(SHA256) == (entry(read="763.16"), entry("accept"))
    overlay.add(entry("withdraw"))
    assert overlay.of(SHA256) == (entry(read="763.16"),)
    assert len(list(overlay.entries())) == 4


def test_half_a_line_costs_that_line_only(tmp_path):
    overlay = Overlay(tmp_path)
    overlay.add(entry())
    with overlay.path.open("ab") as file:
        file.write(b'{"source":"ab')
    overlay.add(entry(where="t3/213/total"))
    assert [one.where for one in Overlay(tmp_path).of(SHA256)] == [WHERE, "t3/213/total"]


def test_many_may_add_at_the_same_time(tmp_path):
    places = [f"t3/{number}/total" for number in range(40)]
    threads = [threading.Thread(target=Overlay(tmp_path).add, args=(entry(where=place),)) for place in places]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {one.where for one in Overlay(tmp_path).of(SHA256)} == set(places)


def test_label_says_what_stands_at_a_place():
    assert labelled(entry())["text"] == "786.16"
    assert labelled(entry("accept"))["text"] == "768.16"
    assert labelled(entry("accept", page=None, bbox=None, where="document")) is None


def test_bucket_has_no_corrections():
    with pytest.raises(ValueError, match="folder"):
        overlay_of(Store("s3://bucket/out"))


def test_export_prints_labels(tmp_path):
    stored(tmp_path)
    Overlay(tmp_path).add(entry())
    run = CliRunner().invoke(app, ["corrections", "export", str(tmp_path)])
    label = json.loads(run.output)
    assert (label["read"], label["text"], label["page"]) == ("768.16", "786.16", 9)
    assert label["crop"] is None


def test_apply_writes_corrected_documents(tmp_path):
    before = stored(tmp_path)
    overlay = Overlay(tmp_path)
    overlay.add(entry())
    run = CliRunner().invoke(app, ["corrections", "apply", str(tmp_path), "--to", str(tmp_path / "to")])
    after = Disclosure.model_validate_json((tmp_path / "to" / f"{SHA256}.json").read_bytes())
    assert run.exit_code == 0
    assert after.corrections[0].applied
    assert [check.status for check in after.checks].count("fail") == 0
    assert [check.status for check in before.checks].count("fail") == 2


def test_decision_holds_for_the_result_of_another_version_and_survives_a_new_one(tmp_path):
    old = stored(tmp_path)
    store = Store(str(tmp_path))
    current = f"{DOCUMENTS}/{current_recipe().id_of(SHA256)}.json"
    store.write(f"{DOCUMENTS}/{SHA256}-{'0' * 12}.json", store.read(current))
    store.remove(current)
    Overlay(tmp_path).add(entry())
    assert applied(tmp_path) == [True]
    moved = old.tables[0].model_copy(
        update={"rows": old.tables[0].rows[:-1]}
    )  # read otherwise, that row the same
    again = old.model_copy(update={"tables": (moved, *old.tables[1:])})
    store.write(current, again.model_dump_json(by_alias=True).encode())
    assert applied(tmp_path) == [True]


def applied(folder) -> list[bool]:
    """Whether each correction of the example found its place."""
    run = CliRunner().invoke(app, ["corrections", "apply", str(folder), "--to", str(folder / "to")])
    assert run.exit_code == 0, run.output
    result = Disclosure.model_validate_json((folder / "to" / f"{SHA256}.json").read_bytes())
    return [each.applied for each in result.corrections]
