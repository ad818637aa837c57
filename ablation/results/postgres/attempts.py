"""Attempts in PostgreSQL: one line each, a claim until it has data. The server's clock tells who is late."""

import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import Insert, insert

from ablation.errors import UsageError
from ablation.results.claim import Claim
from ablation.results.encoding import DamagedRowError, decode
from ablation.results.holder import holder_name, is_gone, read_holder, this_process
from ablation.results.postgres.schema import ATTEMPTS
from ablation.results.postgres.server import Server
from ablation.results.store import BEATS_PER_LEASE, Attempt, Quarantined


@dataclass(frozen=True)
class DatabaseAttempts:
    """The attempts at the runs of one study.

    Attributes:
        server: Where they are.
        study: Whose they are.
        lease_seconds: How long a claim holds without a heartbeat.
    """

    server: Server
    study: str
    lease_seconds: float

    def claim_first(self, connection: sa.Connection, key: str) -> Claim | None:
        """Make the claim of the first attempt; None if there has been one. Takes one statement."""
        values = {name: sa.literal(value, ATTEMPTS.c[name].type) for name, value in self._new(key, 1).items()}
        made = sa.select(*values.values()).where(~sa.exists().where(*self._where(key)))
        claims = insert(ATTEMPTS).from_select(list(values), made, include_defaults=False)
        return self._made(connection, claims, key, 1)

    def claim(self, connection: sa.Connection, key: str, is_finished: Callable[[], bool]) -> Claim | None:
        """Claim the next attempt; None while a living process holds a claim, or if the run is finished.

        Claimers of one run queue up until the transaction ends. Whether it is finished is looked at last: a
        holder commits before it releases.
        """
        self._lock(connection, key)
        attempts = self.lines(connection, key)
        if any(is_alive(line) for line in attempts) or is_finished():
            return None
        number = 1 + max((line.number for line in attempts), default=0)
        return self._made(connection, insert(ATTEMPTS).values(**self._new(key, number)), key, number)

    def _made(self, connection: sa.Connection, claims: Insert, key: str, number: int) -> Claim | None:
        """The claim, unless somebody else has just made it: who makes the first one does not queue up."""
        new = claims.on_conflict_do_nothing().returning(ATTEMPTS.c.number)
        return None if connection.scalar(new) is None else self._claim(key, number)

    def _claim(self, key: str, number: int) -> Claim:
        every_seconds = self.lease_seconds / BEATS_PER_LEASE
        mine = self._where(key, number)
        return Claim(key, number, every_seconds, partial(self._beat, mine), partial(self._release, mine))

    def record(self, connection: sa.Connection, key: str, data: str, number: int | None) -> None:
        """Write the result of an attempt, under its number or the next free one."""
        self._lock(connection, key)
        if number is not None:
            mine = sa.or_(ATTEMPTS.c.data.is_(None), ATTEMPTS.c.data == data)  # again, if the reply was lost
            own = sa.update(ATTEMPTS).where(*self._where(key, number), mine)
            if connection.execute(own.values(data=data)).rowcount == 1:
                return
        while True:  # the number may be taken meanwhile: who makes the first claim does not queue up
            last = connection.scalar(sa.select(sa.func.max(ATTEMPTS.c.number)).where(*self._where(key)))
            new = insert(ATTEMPTS).values(**self._new(key, 1 + (last or 0)), data=data)
            if connection.scalar(new.on_conflict_do_nothing().returning(ATTEMPTS.c.number)) is not None:
                return

    def lines(self, connection: sa.Connection, key: str | None = None) -> list[Any]:
        """Read claims and records, with the seconds since the last heartbeat (`age_seconds`)."""
        age = sa.func.extract("epoch", sa.func.clock_timestamp() - ATTEMPTS.c.beaten).label("age_seconds")
        chosen = sa.select(ATTEMPTS, age).where(*self._where(key))
        return list(connection.execute(chosen.order_by(ATTEMPTS.c.key, ATTEMPTS.c.number)))

    def remove(self, connection: sa.Connection, line: Any) -> None:
        """Remove a claim that no longer counts."""
        mine = self._where(line.key, line.number)
        connection.execute(sa.delete(ATTEMPTS).where(*mine, ATTEMPTS.c.data.is_(None)))

    def given_back(self, key: str, number: int, if_so: sa.ColumnElement[bool]) -> sa.CTE:
        """What removes a claim within another statement, under a condition."""
        mine = (*self._where(key, number), ATTEMPTS.c.data.is_(None), if_so)
        return sa.delete(ATTEMPTS).where(*mine).returning(ATTEMPTS.c.number).cte("given_back")

    def _where(self, key: str | None = None, number: int | None = None) -> list[sa.ColumnElement[bool]]:
        values = {ATTEMPTS.c.study: self.study, ATTEMPTS.c.key: key, ATTEMPTS.c.number: number}
        return [column == value for column, value in values.items() if value is not None]

    def _lock(self, connection: sa.Connection, key: str) -> None:
        """Wait until no other transaction has the run's lock."""
        number = sa.func.hashtextextended(f"{self.study}/{key}", 0)
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(number)))

    def _new(self, key: str, number: int) -> dict[str, object]:
        return {
            "study": self.study,
            "key": key,
            "number": number,
            "holder": json.dumps(this_process()),
            "lease_seconds": self.lease_seconds,
        }

    def _beat(self, mine: list[sa.ColumnElement[bool]]) -> None:
        with suppress(UsageError), self.server.statements("beat in") as connection:
            connection.execute(sa.update(ATTEMPTS).where(*mine).values(beaten=sa.func.clock_timestamp()))

    def _release(self, mine: list[sa.ColumnElement[bool]]) -> None:
        with suppress(UsageError), self.server.statements("release a claim in") as connection:
            connection.execute(sa.delete(ATTEMPTS).where(*mine, ATTEMPTS.c.data.is_(None)))


def is_alive(line: Any) -> bool:
    """Whether this is a claim whose holder lives, as far as anybody can know."""
    if line.data is not None or is_gone(read_holder(line.holder.encode())):
        return False
    return bool(line.age_seconds <= line.lease_seconds)


def as_attempts(lines: list[Any], is_finished: bool, quarantined: list[Quarantined]) -> Iterator[Attempt]:
    """The attempts for readers; claims on a finished run no longer count.

    Args:
        lines: From `DatabaseAttempts.lines`, of one run.
        is_finished: Whether the run has its row.
        quarantined: Gets what is damaged.

    Yields:
        The attempts, in order of their numbers.
    """
    for line in lines:
        where = f"{ATTEMPTS.name} {line.key} number {line.number}"
        if line.data is not None:
            try:
                row = decode(line.data.encode())
            except DamagedRowError as error:
                quarantined.append(Quarantined(where, str(error)))
                continue
            yield Attempt.of(row, line.number, where)
        elif not is_finished:
            holder = read_holder(line.holder.encode())
            status = "running" if is_alive(line) else "lost"
            yield Attempt(line.key, line.number, status, None, where, holder_name(holder))
