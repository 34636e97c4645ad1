"""The pages on the warehouse say what is so, and every query they show runs and answers."""

from __future__ import annotations

import re
import shlex

import pytest
from typer.testing import CliRunner

from flows.cli import app
from flows.warehouse.reference import PAGE, page
from flows.warehouse.schema import view_statements
from tests.example import ROOT, fenced
from tests.flows.warehouse.loading import asked, loaded, variant, write_result

QUERIES = fenced("docs/warehouse.md", "sql")
PORTABLE = [query for query in QUERIES if "DuckDB only" not in query]


def titled(query: str) -> str:
    return query.partition("\n")[0].removeprefix("-- ")


@pytest.fixture(scope="module")
def filled(sample_results, tmp_path_factory) -> str:
    """A DuckDB with the samples, one of them in two versions."""
    address = f"duckdb:///{tmp_path_factory.mktemp('filled')}/w.duckdb"
    loaded(sample_results, address)
    loaded(
        write_result(tmp_path_factory.mktemp("later"), "b", variant(source="sha256:2023", total="1.00")),
        address,
    )
    return address


@pytest.fixture(scope="module")
def filled_server(sample_results, postgres_server) -> str:
    import psycopg

    with psycopg.connect(f"{postgres_server}/postgres", autocommit=True) as connection:
        connection.execute("CREATE DATABASE filled")
    address = f"{postgres_server}/filled"
    loaded(sample_results, address)
    return address


@pytest.fixture(scope="module")
def same(sample_results, tmp_path_factory) -> str:
    """A DuckDB with what the server holds."""
    address = f"duckdb:///{tmp_path_factory.mktemp('same')}/w.duckdb"
    loaded(sample_results, address)
    return address


def test_tables_on_the_page_are_those_of_the_schema():
    assert PAGE.read_text(encoding="utf-8") == page(), "run: python -m flows.warehouse.reference"


def test_there_are_ten_questions():
    assert [titled(query).partition(".")[0] for query in QUERIES] == [str(number) for number in range(1, 11)]


@pytest.mark.parametrize("query", QUERIES, ids=titled)
def test_question_is_answered(filled, query):
    assert asked(filled, query)


@pytest.mark.parametrize("query", PORTABLE, ids=titled)
def test_question_has_the_same_answer_on_postgres(filled_server, same, query):
    def settled(rows):
        return sorted(map(repr, rows))

    assert settled(asked(filled_server, query)) == settled(asked(same, query))


def test_views_have_the_columns_the_page_names(filled):
    ((names,),) = asked(
        filled,
        "SELECT string_agg(column_name, ' ') FROM information_schema.columns"
        " WHERE table_name = 'budget_standard'",
    )
    text = PAGE.read_text(encoding="utf-8")
    described = re.findall(
        r"`(\w+_(?:code|name|year))`", text.partition("## Two views")[2].partition("## As")[0]
    )
    assert set(described) <= set(names.split())
    assert {name for name, _ in view_statements()} == {"figures", "budget_standard"}


def test_standard_view_gives_subjects_by_their_kind(filled):
    rows = asked(
        filled,
        "SELECT DISTINCT length(exp_func_code) IN (3, 5, 7), dep_bgt_eco_code IS NULL FROM budget_standard"
        " WHERE exp_func_code IS NOT NULL",
    )
    assert rows == [(True, True)]
    ((economic,),) = asked(filled, "SELECT count(*) FROM budget_standard WHERE dep_bgt_eco_code LIKE '301%'")
    assert economic


def test_readme_leads_from_pdfs_to_a_query_in_three_commands(tmp_path, monkeypatch):
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    block = re.search(r"<!-- warehouse -->\n```bash\n(.*?)```", text, flags=re.DOTALL)
    assert block
    commands = block[1].strip().splitlines()
    assert len(commands) == 3
    monkeypatch.chdir(tmp_path)
    for command in commands:
        program, *words = shlex.split(command, comments=True)
        assert program == "gongkai"
        given = [each for word in words for each in (map(str, ROOT.glob(word)) if "/*" in word else [word])]
        run = CliRunner().invoke(app, given, env={"COLUMNS": "200"})
        assert run.exit_code == 0, run.output
    assert "一般公共服务支出" in run.output
