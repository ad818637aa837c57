"""A PostgreSQL server of the tests' own: on loopback, unprivileged, in a temporary folder."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.results.postgres_server import own_server


@pytest.fixture
def memory_path(tmp_path: Path) -> Iterator[Path]:
    """An empty folder in memory, where there is one: for thousands of files that need no real disk."""
    memory = Path("/dev/shm")
    if not (memory.is_dir() and os.access(memory, os.W_OK)):
        yield tmp_path
        return
    with tempfile.TemporaryDirectory(prefix="ablation-", dir=memory) as folder:
        yield Path(folder)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The address of a server that is empty at first."""
    for package in ("sqlalchemy", "psycopg"):
        pytest.importorskip(package, reason="needs: pip install 'ablation-study[postgres]'")
    with ExitStack() as running:
        try:
            address, _ = running.enter_context(own_server())
        except LookupError as error:
            pytest.skip(str(error))
        yield address


@pytest.fixture
def postgres(postgres_server: str) -> Iterator[str]:
    """An address whose tables are not there yet; `#study` is to be appended."""
    yield postgres_server
    import sqlalchemy as sa

    from ablation.results.postgres.schema import TABLES

    engine = sa.create_engine(postgres_server, poolclass=sa.NullPool)
    TABLES.drop_all(engine)


@pytest.fixture(params=["folder", "postgres"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where a study may live: in a folder, or in a database."""
    if request.param == "folder":
        return str(tmp_path / "quick")
    return f"{request.getfixturevalue('postgres')}#quick"
