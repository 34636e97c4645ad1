"""Results to load, a warehouse of generated samples, and a PostgreSQL of the tests' own."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from extract import extract
from models.disclosure import Disclosure
from tests.corpus.generator import generate
from tests.example import example_json
from tests.flows.warehouse.loading import write_result

PROGRAMS = sorted(Path("/usr/lib/postgresql").glob("*/bin"))


@pytest.fixture
def results(tmp_path) -> Callable[..., Path]:
    """Writes variants of the example as result files, in the order given, and gives their folder."""

    def write(folder: str = "out", /, **variants: dict[str, Any]) -> Path:
        for name, changes in variants.items():
            write_result(tmp_path / folder, name, changes)
        return tmp_path / folder

    return write


@pytest.fixture(scope="session")
def sample_results(tmp_path_factory) -> Path:
    """Results of two generated documents, and the example of docs/json.md in three years."""
    folder = tmp_path_factory.mktemp("samples")
    for family, seed in (("wuhan", 3), ("shanghai_district_budget", 5)):
        document = generate(seed, family=family, renderer="tabs", subjects=6)
        (folder / f"{family}.json").write_text(
            extract(document.data).model_dump_json(by_alias=True), encoding="utf-8"
        )
    first = Disclosure.model_validate(example_json())
    for year in (2021, 2022, 2023):
        facts = first.disclosure.model_copy(update={"fiscal_year": year})
        dated = first.model_copy(update={"id": f"sha256:{year}", "disclosure": facts})
        (folder / f"example-{year}.json").write_text(dated.model_dump_json(by_alias=True), encoding="utf-8")
    return folder


def _as_postgres(words: list[str]) -> list[str]:
    """PostgreSQL refuses to run as root."""
    return ["runuser", "-u", "postgres", "--", *words] if os.geteuid() == 0 else words


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as door:
        return int(door.getsockname()[1])


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The URL of a private PostgreSQL on loopback, without the name of a database."""
    if not PROGRAMS:
        pytest.skip("PostgreSQL is not installed")
    data, port = Path(tempfile.mkdtemp(prefix="gongkai-warehouse-")), _free_port()
    if os.geteuid() == 0:
        shutil.chown(data, "postgres")
    make = [f"{PROGRAMS[-1]}/initdb", "-D", str(data), "-U", "gongkai", "--auth", "trust", "-E", "UTF8", "-N"]
    subprocess.run(_as_postgres(make), check=True, capture_output=True, cwd="/")
    serve = [f"{PROGRAMS[-1]}/pg_ctl", "-D", str(data), "-w", "-l", str(data / "log")]
    options = f"-p {port} -h 127.0.0.1 -k '' -c fsync=off"
    subprocess.run(_as_postgres([*serve, "-o", options, "start"]), check=True, capture_output=True, cwd="/")
    try:
        yield f"postgresql://gongkai@127.0.0.1:{port}"
    finally:
        subprocess.run(
            _as_postgres([*serve, "-m", "immediate", "stop"]), capture_output=True, cwd="/", check=False
        )
        shutil.rmtree(data, ignore_errors=True)


@pytest.fixture
def postgres(postgres_server) -> str:
    """The URL of an empty database."""
    import psycopg

    name = f"w{time.monotonic_ns()}"
    with psycopg.connect(f"{postgres_server}/postgres", autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    return f"{postgres_server}/{name}"


@pytest.fixture(params=["duckdb", "postgres"])
def address(request, tmp_path) -> str:
    """An empty warehouse in every kind of database."""
    if request.param == "postgres":
        return str(request.getfixturevalue("postgres"))
    return f"duckdb:///{tmp_path}/warehouse.duckdb"
