"""One Prefect server for the whole session, and archives of small files that a fake reader reads."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from flows.embedded import embedded_server
from flows.quiet import settle_environment


@pytest.fixture(scope="session")
def prefect_server(tmp_path_factory) -> Iterator[str]:
    """The address of a server with a database of its own; flows of this process use it."""
    before = dict(os.environ)
    os.environ["PREFECT_HOME"] = str(tmp_path_factory.mktemp("prefect"))
    os.environ.pop("PREFECT_API_URL", None)
    settle_environment()
    with embedded_server():
        address = os.environ["PREFECT_API_URL"]
        from prefect.settings import PREFECT_API_URL, temporary_settings

        with temporary_settings({PREFECT_API_URL: address}):
            yield address
    os.environ.clear()
    os.environ.update(before)


@pytest.fixture
def archive(tmp_path):
    """Makes files in a folder from what ``tests.flows.fake`` understands."""

    def make(folder: str = "archive", **contents: str) -> Path:
        place = tmp_path / folder
        place.mkdir(exist_ok=True)
        for name, content in contents.items():
            (place / f"{name}.txt").write_text(f"{name}: {content}", encoding="utf-8")
        return place

    return make
