"""The recogniser's examples carry their labels, and the rules answer the same question."""

from __future__ import annotations

from extract.narrative.language import build_language
from tests.corpus.wordings import sentences, wordings
from tests.narrative.statistical.compare import LEARNT, by_rules, score, wordings_reader


def test_examples_label_every_figure_of_their_sentence():
    nlp = build_language()
    examples = list(wordings_reader(first_seed=1, count=1)(nlp))
    written = [
        sentence
        for city in LEARNT
        for sentence in sentences(1, city, noise=False)
        if len(set(sentence.figures.values())) == len(sentence.figures)
    ]
    assert len(examples) == len(written) > 10
    for example, sentence in zip(examples, written, strict=True):
        assert {each.label_ for each in example.reference.ents} == set(sentence.figures)


def test_rules_are_asked_for_figures_by_field():
    (sentence, *_) = sentences(1, "wuhan", noise=False)
    assert by_rules(sentence, wordings()["wuhan"].kind) == set(sentence.figures.items())


def test_nothing_found_scores_nothing():
    assert score(lambda _sentence, _kind: set(), first_seed=1, count=1) == (0.0, 0.0)
