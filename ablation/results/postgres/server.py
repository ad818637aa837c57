"""A PostgreSQL server: its address, its transactions, and its refusals in words."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache, partial
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from ablation.errors import UsageError
from ablation.results.postgres.schema import STUDIES, create_tables, exists

_TRUSTED_SECONDS = 1.0
"""A connection that was used so lately is taken for alive; asking costs as much as what it is asked for."""


class Server:
    """Gives transactions; connects when the first one begins, and creates the tables then if need be.

    Attributes:
        place: The address without its password, for messages.
    """

    def __init__(self, address: str) -> None:
        url = _parsed(address)
        self.place = url.render_as_string(hide_password=True)
        self._engine = _engine(url, os.getpid())
        self._single = self._engine.execution_options(isolation_level="AUTOCOMMIT")
        self._is_set_up = False

    @contextmanager
    def transaction(self, action: str) -> Iterator[sa.Connection]:
        """Begin a transaction, and commit it at the end of the block.

        Args:
            action: What it is for, such as "write to".

        Yields:
            The connection.

        Raises:
            UsageError: The server refuses, or cannot be reached.
        """
        with self._refusals(action), self._engine.begin() as connection:
            if not (self._is_set_up or exists(connection, STUDIES)):
                create_tables(connection)
            yield connection
        self._is_set_up = True

    @contextmanager
    def statements(self, action: str) -> Iterator[sa.Connection]:
        """As `transaction`, but each statement is one by itself: one round trip in place of three."""
        if not self._is_set_up:
            with self.transaction(action):
                pass
        with self._refusals(action), self._single.connect() as connection:
            yield connection

    @contextmanager
    def _refusals(self, action: str) -> Iterator[None]:
        """Raise the server's refusal as an error that says what was to be done."""
        try:
            yield
        except SQLAlchemyError as error:
            cause = str(getattr(error, "orig", None) or error).strip() or type(error).__name__
            raise UsageError(
                f"Could not {action} {self.place}: {cause.splitlines()[0]}. Finished runs are kept. "
                "Check the server, then run the same command again: it resumes where it stopped."
            ) from error


@cache
def _engine(url: sa.URL, _process: int) -> sa.Engine:
    """One pool of connections for each server, however many stores; and each process, as they do not fork."""
    arguments = {"connect_timeout": 20}
    engine = sa.create_engine(url, pool_size=1, max_overflow=4, connect_args=arguments)
    sa.event.listen(engine, "checkout", partial(_check, engine.dialect))
    sa.event.listen(engine, "checkin", _note_use)
    return engine


def _check(dialect: Any, connection: Any, record: Any, _: object) -> None:
    """Have a connection replaced that the server has ended while it was idle."""
    if time.monotonic() - record.info.get("used", time.monotonic()) > _TRUSTED_SECONDS:
        try:
            dialect.do_ping(connection)
        except Exception as error:
            raise sa.exc.DisconnectionError from error


def _note_use(_: object, record: Any) -> None:
    record.info["used"] = time.monotonic()


def _parsed(address: str) -> sa.URL:
    try:
        url = sa.make_url(address)
    except (SQLAlchemyError, ValueError) as error:
        raise UsageError(
            "results.url: expected an address such as postgresql+psycopg://user@host/database#study. "
            f"Received one that cannot be read ({type(error).__name__})."
        ) from error
    if url.drivername != "postgresql+psycopg":
        shown = url.render_as_string(hide_password=True)
        raise UsageError(f"results.url: expected a folder or postgresql+psycopg://…. Received: {shown}.")
    return url
