"""Sentences on subjects in wordings the rules were not written from: all told, all right."""

from __future__ import annotations

import pytest

from tests.corpus.wordings import Tally, compare, sentences, wordings
from tests.narrative.reading import statements


@pytest.mark.parametrize("noise", [False, True])
@pytest.mark.parametrize("city", wordings())
def test_subject_sentences(city, noise):
    tally = Tally()
    for seed in (1, 2, 3):
        compare(list(sentences(seed, city, noise=noise)), wordings()[city].kind, tally)
    assert tally.misses == []
    assert tally.wanted >= 6


def test_a_group_of_another_class_does_not_go_under_the_class_before_it():
    first, second = statements(
        "1.公共安全支出（类）公安（款）行政运行（项）。年初预算为5万元，支出决算为4万元。\n"
        "2.城乡社区管理事务（款）其他城乡社区管理事务支出（项）。年初预算为3万元，支出决算为2万元。"
    )
    assert first["subject"]["code"] == "2040201"
    assert second["subject"]["code"] == "2120199"
