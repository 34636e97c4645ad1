"""When Prefect's embedded server is used, and when it has to make its database first."""

from __future__ import annotations

import pytest

from flows.embedded import has_server, is_first_start


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A home of Prefect with nothing in it, in a folder without settings."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PREFECT_HOME", str(tmp_path))
    for name in ("PREFECT_API_URL", "PREFECT_API_DATABASE_CONNECTION_URL"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def test_the_first_start_is_the_one_without_a_database(home):
    assert is_first_start()
    (home / "prefect.db").touch()
    assert not is_first_start()


def test_another_database_is_not_ours_to_make(home, monkeypatch):
    monkeypatch.setenv("PREFECT_API_DATABASE_CONNECTION_URL", "postgresql+asyncpg://localhost/prefect")
    assert not is_first_start()


def test_a_server_of_the_user_is_used(home, monkeypatch):
    assert not has_server()
    (home / "profiles.toml").write_text('[profiles.here]\nPREFECT_API_URL = "http://127.0.0.1:4200/api"\n')
    assert has_server()
    assert not is_first_start()
    (home / "profiles.toml").unlink()
    monkeypatch.setenv("PREFECT_API_URL", "http://127.0.0.1:4200/api")
    assert has_server()
