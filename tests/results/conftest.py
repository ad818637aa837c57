"""A PostgreSQL server of the tests' own: on loopback, unprivileged, in a temporary folder."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest


def postgres_programs() -> Path | None:
    """The folder of PostgreSQL's programs; Debian keeps them out of PATH."""
    found = shutil.which("initdb")
    folders = [Path(found).resolve().parent] if found else []
    folders += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return next((folder for folder in folders if (folder / "initdb").exists()), None)


def _unprivileged() -> dict[str, int]:
    """Whom to run as: PostgreSQL refuses to be root."""
    if os.geteuid():
        return {}
    for name in ("postgres", "nobody"):
        try:
            person = pwd.getpwnam(name)
            return {"user": person.pw_uid, "group": person.pw_gid}
        except KeyError:
            continue
    pytest.skip("this is root, and there is no user to run PostgreSQL as")


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
    programs = postgres_programs()
    if programs is None:
        pytest.skip("no PostgreSQL server here: apt-get install postgresql")
    person = _unprivileged()
    folder = Path(tempfile.mkdtemp(prefix="ablation-postgres-"))
    if person:
        os.chown(folder, person["user"], person["group"])
    data = folder / "data"
    initdb = [programs / "initdb", "-D", data, "-U", "tester", "-A", "trust", "-E", "UTF8", "--no-sync"]
    subprocess.run([*initdb, "--locale=C"], check=True, stdout=subprocess.DEVNULL, cwd=folder, **person)
    # No fsync: these tests kill clients. What survives a power cut is PostgreSQL's own affair.
    control = [programs / "pg_ctl", "-D", data, "-w"]
    for is_last in (False, False, True):  # another process may take the port before the server does
        port = _free_port()
        settings = f"-F -p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder}"
        start = [*control, "-l", folder / "log", "-o", settings, "start"]
        done = subprocess.run(start, check=is_last, stdout=subprocess.DEVNULL, cwd=folder, **person)
        if done.returncode == 0:
            break
    yield f"postgresql+psycopg://tester@127.0.0.1:{port}/postgres"
    stop = [*control, "-m", "immediate", "stop"]
    subprocess.run(stop, check=True, stdout=subprocess.DEVNULL, cwd=folder, **person)
    shutil.rmtree(folder)


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


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])
