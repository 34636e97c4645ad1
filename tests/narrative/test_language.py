"""The pipeline itself: its tokens, its roles, and that it can be saved and loaded."""

from __future__ import annotations

import spacy

from extract.narrative.language import build_language

TEXT = (
    "2.机关事业单位（款）住房公积金（项）。年初预算为1,234.50万元，支出决算为15.3万元，完成年初预算的1.24%。"
)


def test_figures_stay_whole_and_no_character_is_lost():
    doc = build_language()(TEXT)
    assert doc.text == TEXT
    assert [token.text for token in doc if token.tag_ == "MONEY"] == ["1,234.50万元", "15.3万元"]
    assert [token.text for token in doc if token.tag_ == "PERCENT"] == ["1.24%"]


def test_roles_are_spans_with_labels():
    doc = build_language()(TEXT)
    labels = [role.label_ for role in doc.spans["roles"]]
    assert labels == ["initial_budget", "final", "completion_pct"]
    assert [span.text for span in doc.spans["subjects"]] == ["机关事业单位（款）住房公积金（项）"]


def test_a_threshold_is_no_amount():
    doc = build_language().make_doc("单价100万元以上设备2台")
    assert [(token.text, token.tag_) for token in doc][1] == ("100万元以上", "THRESHOLD")


def test_pipeline_is_saved_and_loaded(tmp_path):
    nlp = build_language()
    nlp.to_disk(tmp_path)
    again = spacy.load(tmp_path)
    assert [(t.text, t.tag_) for t in again(TEXT)] == [(t.text, t.tag_) for t in nlp(TEXT)]
    assert again(TEXT)._.drafts[0].values == nlp(TEXT)._.drafts[0].values


def test_pipeline_round_trips_through_bytes():
    nlp = build_language()
    again = build_language().from_bytes(nlp.to_bytes())
    assert [token.text for token in again(TEXT)] == [token.text for token in nlp(TEXT)]
