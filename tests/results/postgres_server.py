"""A PostgreSQL server of one's own: on loopback, unprivileged, in a temporary folder."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def own_server() -> Iterator[tuple[str, int]]:
    """Start a server that is empty at first; give its address, and the number of its process.

    Raises:
        LookupError: why there can be none.
    """
    programs = postgres_programs()
    if programs is None:
        raise LookupError("no PostgreSQL server here: apt-get install postgresql")
    person = _unprivileged()
    folder = Path(tempfile.mkdtemp(prefix="ablation-postgres-"))
    if person:
        os.chown(folder, person["user"], person["group"])
    data = folder / "data"
    initdb = [programs / "initdb", "-D", data, "-U", "tester", "-A", "trust", "-E", "UTF8", "--no-sync"]
    subprocess.run([*initdb, "--locale=C"], check=True, stdout=subprocess.DEVNULL, cwd=folder, **person)
    # No fsync: tests kill clients. What survives a power cut is PostgreSQL's own affair.
    control = [programs / "pg_ctl", "-D", data, "-w"]
    for is_last in (False, False, True):  # another process may take the port before the server does
        port = _free_port()
        settings = f"-F -p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder}"
        start = [*control, "-l", folder / "log", "-o", settings, "start"]
        done = subprocess.run(start, check=is_last, stdout=subprocess.DEVNULL, cwd=folder, **person)
        if done.returncode == 0:
            break
    try:
        process = int((data / "postmaster.pid").read_text().split()[0])
        yield f"postgresql+psycopg://tester@127.0.0.1:{port}/postgres", process
    finally:
        stop = [*control, "-m", "immediate", "stop"]
        subprocess.run(stop, check=True, stdout=subprocess.DEVNULL, cwd=folder, **person)
        shutil.rmtree(folder)


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
    raise LookupError("this is root, and there is no user to run PostgreSQL as")


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])
