"""A folder to work in, and the PostgreSQL server that the results' tests start."""

from pathlib import Path

import pytest

from tests.results.conftest import postgres, postgres_server

__all__ = ["postgres", "postgres_server"]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """This test's own folder, in which commands begin."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("signal.signal", lambda *_: None)  # the test runner keeps its handlers
    return tmp_path
