"""Noise is the seed's alone, every damage is recorded, and what is not recorded stays as it was."""

from __future__ import annotations

import pytest

from tests.corpus import generate
from tests.corpus.render_text import MANNERS

SMALL = {"family": "wuhan", "subjects": 12, "prose": False}


@pytest.mark.parametrize("manner", MANNERS)
def test_same_seed_same_damage(manner):
    first, second = (generate(5, renderer=manner, noise=0.03, **SMALL) for _ in range(2))
    assert first == second
    assert first.data != generate(5, renderer=manner, **SMALL).data


def test_the_truth_is_what_stood_there_before():
    clean, noisy = generate(5, renderer="tabs", **SMALL), generate(5, renderer="tabs", noise=0.05, **SMALL)
    assert noisy.truth["tables"] == clean.truth["tables"]
    assert noisy.truth["damaged"]
    cells = set(clean.data.decode().replace("\n", "\t").split("\t"))
    assert all(each["exact"] in cells for each in noisy.truth["damaged"] if each["column"] != "row")


def test_every_change_is_recorded():
    clean, noisy = (generate(6, renderer="tabs", noise=rate, **SMALL) for rate in (0, 0.02))
    damaged = noisy.truth["damaged"]
    assert all(each["column"] != "row" for each in damaged)  # or lines would not correspond
    lines = zip(clean.data.decode().splitlines(), noisy.data.decode().splitlines(), strict=True)
    changed = sum(
        one != other
        for above, below in lines
        if not above.startswith("公开部门")
        for one, other in zip(above.split("\t"), below.split("\t"), strict=True)
    )
    assert changed == len(damaged)


def test_more_noise_more_damage():
    counts = [
        len(generate(5, renderer="tabs", noise=rate, **SMALL).truth["damaged"]) for rate in (0.01, 0.05)
    ]
    assert 0 < counts[0] < counts[1]


def test_pages_take_no_noise():
    with pytest.raises(ValueError, match="transcripts"):
        generate(5, renderer="pymupdf", noise=0.01, **SMALL)
