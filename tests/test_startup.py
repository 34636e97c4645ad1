"""``gongkai --help`` is quick because it loads nothing it does not need."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = {"camelot", "cv2", "fsspec", "numpy", "pandas", "prefect", "pydantic", "pymupdf", "rapidfuzz"}
HEAVY |= {"duckdb", "jinja2", "pyarrow", "rich", "spacy", "sqlalchemy"}
READING = HEAVY - {"pydantic", "pymupdf", "rapidfuzz"}


def loaded(code: str) -> set[str]:
    """Top-level modules a fresh interpreter has loaded after the code, whatever it exits with."""
    script = f"import sys\ntry:\n    {code}\nfinally:\n    sys.stderr.write(' '.join(sys.modules))"
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    return {name.partition(".")[0] for name in run.stderr.split()}


def loaded_by(*arguments: str) -> set[str]:
    return loaded(f"sys.argv = {['gongkai', *arguments]!r}; from flows.cli import main; main()")


def test_help_loads_typer_and_little_else():
    modules = loaded_by("--help")
    assert "typer" in modules
    assert modules & HEAVY == set()


@pytest.mark.parametrize(
    "command",
    [
        *(["extract"], ["show"], ["load"], ["compare"], ["catalogue", "find"], ["digitise"], ["report"]),
        ["harvest", "run"],
    ],
)
def test_help_of_a_command_loads_what_typer_needs_for_its_options(command):
    assert loaded_by(*command, "--help") & HEAVY <= {"pydantic"}


@pytest.mark.parametrize("package", ["extract", "models", "flows"])
def test_packages_load_nothing_heavy(package):
    modules = loaded(f"import {package}")
    assert package in modules
    assert modules & HEAVY <= ({"pydantic"} if package == "models" else set())


def test_public_name_is_found_when_asked_for():
    modules = loaded("from extract import Options, extract; assert callable(extract)")
    assert "pydantic" in modules
    assert modules & READING == set()


def test_other_names_are_not():
    import extract

    with pytest.raises(AttributeError, match="has no attribute 'transform'"):
        _ = extract.transform


LOAD_SPACY = "from extract.narrative.reading import ready_language; ready_language()"


def test_reading_text_leaves_the_command_line_of_spacy_out_but_within_reach():
    assert {"spacy", "weasel"} & loaded(LOAD_SPACY) == {"spacy"}
    assert "weasel" in loaded(f"{LOAD_SPACY}; import spacy.cli")


def test_what_spacy_was_loaded_without_comes_when_it_is_called():
    assert not {"ruamel", "_ruamel_yaml"} & loaded(LOAD_SPACY)
    assert "_ruamel_yaml" in loaded(
        f"{LOAD_SPACY}; import srsly; assert srsly.yaml_loads('a: 1') == {{'a': 1}}"
    )
    assert "weasel" in loaded(f"{LOAD_SPACY}; import spacy; spacy.info(silent=True)")
