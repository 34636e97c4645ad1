"""The documentation says what the code does, and names only what there is."""

from __future__ import annotations

import re
import subprocess
from dataclasses import fields
from pathlib import Path
from typing import Any, get_args

import pytest
from pydantic import BaseModel

import extract.errors
from extract.errors import ExtractionError
from extract.reading.intake import Limits
from extract.tables.forms.registry import FormSpec, Layout
from flows.cli_docs import README, REFERENCE, readme, reference
from models.disclosure import Disclosure, Proof, Repair, TableKind
from tests.example import ROOT, example_json, fenced

PAGES = [*sorted((ROOT / "docs").glob("*.md")), ROOT / "README.md", ROOT / "CHANGELOG.md"]
ERRORS = [
    kind
    for kind in vars(extract.errors).values()
    if isinstance(kind, type) and issubclass(kind, ExtractionError)
]


def page(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def rows(name: str) -> list[list[str]]:
    """Cells of every table row of a page."""
    return [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in page(name).splitlines()
        if line.startswith("|")
    ]


def test_command_line_reference_is_up_to_date():
    assert REFERENCE.read_text(encoding="utf-8") == reference(), "run: python -m flows.cli_docs"


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: error.__name__)
def test_error_is_documented_with_its_exit_code(error):
    assert error.__doc__
    assert [str(error.exit_code), f"`{error.__name__}`"] in [row[:2] for row in rows("docs/errors.md")]


def test_errors_have_codes_of_their_own():
    codes = [error.exit_code for error in ERRORS]
    assert len(set(codes)) == len(codes)
    assert 2 not in codes, "2 is wrong usage"


def test_limits_are_documented_with_their_defaults():
    documented = {row[0]: row[1] for row in rows("docs/errors.md") if len(row) == 3}
    for limit in fields(Limits):
        assert documented[f"`{limit.name}`"] == str(limit.default)


def public_fields(model: type[BaseModel]) -> set[str]:
    """Names of the fields of a model and of all models in it, as they are written."""
    schema = model.model_json_schema(mode="serialization")
    parts = [schema, *schema.get("$defs", {}).values()]
    return {name for part in parts for name in part.get("properties", {})}


@pytest.mark.parametrize("name", sorted(public_fields(Disclosure) | public_fields(Repair)))
def test_field_is_explained(name):
    assert f"`{name}`" in page("docs/json.md")


@pytest.mark.parametrize("value", [*get_args(TableKind), *get_args(Proof)])
def test_value_is_explained(value):
    assert f"`{value}`" in page("docs/json.md")


def test_recipe_for_proven_figures_works():
    recipe: dict[str, Any] = {}
    exec(fenced("docs/json.md", "python")[0], recipe)
    amounts = [
        (code, column, str(amount)) for _, code, _, column, amount, _ in recipe["figures"](example_json())
    ]
    assert ("2130305", "project", "480.00") in amounts
    assert [found for found in amounts if found[0] == "2130301"] == []


def test_keys_of_a_form_are_explained():
    text = page("docs/architecture.md")
    described = {*re.findall(r"^(\w+) = ", fenced("docs/architecture.md", "toml")[0], flags=re.MULTILINE)}
    described |= set(re.findall(r"`(\w+)`", text))
    assert {field.name for field in fields(FormSpec)} <= described
    assert 'layout = "subjects"' in text
    assert "subjects" in get_args(Layout)


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_links_lead_somewhere(path):
    text = path.read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", text):
        assert (path.parent / target).exists(), target


def test_index_lists_every_page():
    index = page("docs/README.md")
    assert [path.name for path in (ROOT / "docs").glob("*.md") if path.name not in index] == []


def test_python_modules_named_in_the_docs_exist():
    for module in set(
        re.findall(r"`python -m ([\w.]+)`", "".join(path.read_text("utf-8") for path in PAGES))
    ):
        assert (ROOT / Path(*module.split("."))).with_suffix(".py").exists(), module


class TestSetUp:
    """README's two commands: one line each, and what .ci/run runs."""

    def commands(self) -> list[str]:
        return [block.strip() for block in fenced("README.md", "bash")[:2]]

    def test_each_is_one_line(self):
        assert [command.count("\n") for command in self.commands()] == [0, 0]

    def test_ci_runs_the_first_from_the_readme(self):
        script = page(".ci/run")
        pick = re.search(r"^sample_command=(\$\(awk .*\))$", script, flags=re.MULTILINE)
        assert pick
        found = subprocess.run(
            ["bash", "-c", f'printf %s "{pick[1]}"'], cwd=ROOT, capture_output=True, text=True, check=True
        )
        assert found.stdout == self.commands()[0]
        assert 'bash -c "$sample_command"' in script

    def test_the_second_is_ci(self):
        assert self.commands()[1] == ".ci/run"
        assert (ROOT / ".ci" / "run").stat().st_mode & 0o111

    def test_sample_is_shipped(self):
        sample = re.search(r"samples/\S+", self.commands()[0])
        assert sample
        assert (ROOT / sample[0]).is_file()

    def test_what_the_readme_shows_is_what_the_command_prints(self):
        assert README.read_text(encoding="utf-8") == readme(), "run: python -m flows.cli_docs"

    def test_ci_and_pre_commit_run_the_same_checks(self):
        script, hooks = page(".ci/run"), page(".pre-commit-config.yaml")
        for tool in ("ruff check", "ruff format", "mypy", "lint-imports"):
            assert f".venv/bin/{tool}" in script
            assert f"entry: {tool}" in hooks

    def test_licence_is_said_and_whole(self):
        assert "AGPL-3.0" in page("README.md")
        assert "AGPL-3.0" in page("pyproject.toml")
        licence = page("LICENSE")
        assert "GNU AFFERO GENERAL PUBLIC LICENSE" in licence
        assert "13. Remote Network Interaction" in licence
        assert licence.count("\n") == 661
