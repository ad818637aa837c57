"""Databases of other tools, opened only for reading: SQLite by Python, PostgreSQL by the extra `postgres`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import quote

from ablation.errors import UsageError
from ablation.sources.run_files import head
from ablation.words import shown

if TYPE_CHECKING:
    import sqlite3

SQLITE = "sqlite:///"
_POSTGRES = ("postgresql://", "postgresql+", "postgres://")
_MAGIC = b"SQLite format 3\0"
_PATIENCE_SECONDS = 5.0


class Database(Protocol):
    """An open database."""

    def rows(self, query: str, **values: object) -> Sequence[Any]:
        """The rows that a query gives."""

    def tables(self) -> frozenset[str]:
        """The names of its tables."""


class _SQLite:
    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def rows(self, query: str, **values: object) -> Sequence[Any]:
        return self._connection.execute(query, values).fetchall()

    def tables(self) -> frozenset[str]:
        return frozenset(name for (name,) in self.rows("SELECT name FROM sqlite_master WHERE type = 'table'"))


class _SQLAlchemy:
    def __init__(self, connection: Any) -> None:
        self._connection = connection

    def rows(self, query: str, **values: object) -> Sequence[Any]:
        import sqlalchemy as sa

        rows: Sequence[Any] = self._connection.execute(sa.text(query), values).fetchall()
        return rows

    def tables(self) -> frozenset[str]:
        import sqlalchemy as sa

        return frozenset(sa.inspect(self._connection).get_table_names())


def has_tables(place: str, *names: str) -> bool:
    """Whether a place is a database with these tables; False if it cannot be opened."""
    with suppress(UsageError), opened(place, patience_seconds=0.2) as database:
        return database.tables() >= frozenset(names)
    return False


def is_database(place: str) -> bool:
    """Whether a place is the URL or the file of a database."""
    return is_server(place) or place.startswith(SQLITE) or _is_sqlite(sqlite_path(place))


def is_server(place: str) -> bool:
    """Whether a place is the URL of a PostgreSQL server, and not of one of our own studies in it."""
    return place.startswith(_POSTGRES) and "#" not in place


def sqlite_path(place: str) -> Path:
    """The file of a database that is given by its path or its URL."""
    return Path(place.removeprefix(SQLITE).partition("?")[0] if place.startswith(SQLITE) else place)


@contextmanager
def opened(place: str, patience_seconds: float | None = None) -> Iterator[Database]:
    """Open a database for reading.

    Args:
        place: its path or URL.
        patience_seconds: how long to wait for a writer of an SQLite file, if not as usual.

    Raises:
        UsageError: there is none; it is locked, damaged, or lacks a table or column; or the server refuses.
    """
    if is_server(place):
        with _on_server(place) as database:
            yield database
        return
    import sqlite3

    path = sqlite_path(place)
    if not _is_sqlite(path):
        received = "a file of another kind" if path.is_file() else "no such file"
        raise UsageError(f"{path}: expected an SQLite database. Received: {received}. Check the path.")
    address = f"file:{quote(str(path))}?mode=ro{'&immutable=1' if _is_still(path) else ''}"
    patience = _PATIENCE_SECONDS if patience_seconds is None else patience_seconds
    try:
        with closing(sqlite3.connect(address, uri=True, timeout=patience)) as connection:
            yield _SQLite(connection)
    except sqlite3.Error as error:
        raise UsageError(_refusal(path, error)) from error


def _is_sqlite(path: Path) -> bool:
    return head(path, len(_MAGIC)) == _MAGIC


def _is_still(path: Path) -> bool:
    """Whether a database in WAL mode has no writer: one leaves files beside it while it works.

    Without them `immutable` keeps the reader from making these files itself.
    """
    return head(path, 20)[18:20] == b"\2\2" and not path.with_name(f"{path.name}-wal").exists()


def _refusal(path: Path, error: sqlite3.Error) -> str:
    text = str(error)
    if "no such" in text:
        expected, advice = "the tables and columns that are known", "It may be of another version of its tool"
    elif "locked" in text or "busy" in text:
        expected, advice = "a database that can be read", "Wait until its writer is done, or read a copy"
    elif "readonly" in text or "unable to open" in text:
        expected = "a database that was closed properly, or a folder that can be written to"
        advice = "Copy it, with the files beside it, and read the copy"
    else:
        expected, advice = "a complete SQLite database", "Copy it again, or check the disk"
    return f"{path}: expected {expected}. Received: {text}. {advice}."


@contextmanager
def _on_server(place: str) -> Iterator[Database]:
    try:
        import sqlalchemy as sa
        from sqlalchemy.exc import SQLAlchemyError
    except ImportError as error:
        raise UsageError(
            f"Expected the packages that read a PostgreSQL server. Received: none ({error.name}). "
            "Run: pip install 'ablation-study[postgres]'"
        ) from error
    try:
        url = sa.make_url(place).set(drivername="postgresql+psycopg")
        engine = sa.create_engine(url, poolclass=sa.NullPool, connect_args={"connect_timeout": 10})
        with engine.connect().execution_options(postgresql_readonly=True) as connection:
            yield _SQLAlchemy(connection)
    except (SQLAlchemyError, ValueError) as error:
        reason = (str(getattr(error, "orig", None) or error).strip() or type(error).__name__).splitlines()[0]
        raise UsageError(
            f"{shown(place)}: expected a server that lets its tables be read. Received: {reason}. "
            "Check the address, the user and the password (PGPASSWORD or ~/.pgpass)."
        ) from error
