"""The shipped samples are what the generator makes today."""

from __future__ import annotations

import pytest

from tests.corpus.samples import FOLDER, SAMPLES, make_sample, truth_text


@pytest.mark.parametrize("name", SAMPLES)
def test_samples_are_reproducible_byte_for_byte(name: str) -> None:
    document = make_sample(name)
    assert (FOLDER / f"{name}{document.suffix}").read_bytes() == document.data
    assert (FOLDER / f"{name}.truth.json").read_text(encoding="utf-8") == truth_text(document.truth)


@pytest.mark.parametrize("name", SAMPLES)
def test_samples_are_small(name: str) -> None:
    assert len(make_sample(name).data) < 150_000


def test_nothing_else_lies_among_the_samples() -> None:
    expected = {f"{name}{make_sample(name).suffix}" for name in SAMPLES}
    expected |= {f"{name}.truth.json" for name in SAMPLES} | {"README.md", ".gitattributes"}
    assert {path.name for path in FOLDER.iterdir()} == expected


def test_the_readme_names_every_sample() -> None:
    readme = (FOLDER / "README.md").read_text(encoding="utf-8")
    assert all(f"`{name}" in readme for name in SAMPLES)
