"""The store in PostgreSQL, for clusters whose machines share no file system.

The same promises as `folder`, kept by the database: a row is inserted once and never updated, and its primary
key refuses a second one. Rows are the same text as the files, checksum included: copying changes nothing.
"""

import time
from contextlib import suppress
from itertools import groupby
from urllib.parse import unquote

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import OperationalError

from ablation.errors import UsageError
from ablation.results.claim import Claim
from ablation.results.encoding import DamagedRowError, decode, encode
from ablation.results.key import check_key
from ablation.results.postgres.attempts import DatabaseAttempts, as_attempts, is_alive
from ablation.results.postgres.schema import ATTEMPTS, ROWS, STOPS, STUDIES, create_tables, exists
from ablation.results.postgres.server import Server
from ablation.results.record import StudyRecord, decode_record, encode_record
from ablation.results.row import Row
from ablation.results.store import LEASE_SECONDS, STOP_SECONDS, Attempt, Quarantined, Snapshot

_N_SLOTS = 4
_PAUSES_SECONDS = (0.5, 1.0, 2.0, 4.0, 8.0, 16.0)


class DatabaseStore:
    """See `Store`. One study in the tables `ablation_*` of a PostgreSQL database."""

    def __init__(self, url: str, lease_seconds: float = LEASE_SECONDS) -> None:
        address, _, study = url.partition("#")
        self.study = unquote(study)
        self.server = Server(address)
        self.place = f"{self.server.place}#{study}"
        if not self.study or "\0" in self.study:
            raise UsageError(
                f"results.url: expected the study's name after #, as in {self.server.place}#quick. "
                f"Received: {self.study!r}."
            )
        self._attempts = DatabaseAttempts(self.server, self.study, lease_seconds)
        self._has_stops = False

    def check_writable(self, n_bytes: int = 1 << 20) -> None:  # noqa: ARG002  (a server does not tell its space)
        """See `Store`: write a row, and take it back. Tables that older versions did not have are created."""
        with self.server.transaction("write to") as connection:
            create_tables(connection)
            savepoint = connection.begin_nested()
            connection.execute(insert(ROWS).values(study=self.study, key="probe", slot=0, data=""))
            savepoint.rollback()

    def find(self, key: str) -> Row | None:
        """See `Store`."""
        with self.server.statements("read from") as connection:
            return self._find(connection, check_key(key))

    def claim(self, key: str) -> Claim | None:
        """See `Store`. The row is looked at last: a holder commits it before, or when, it releases."""
        check_key(key)
        with self.server.statements("claim a run in") as connection:
            first = self._attempts.claim_first(connection, key)
            is_free = first is not None and self._find(connection, key) is None
        if first is not None:
            if is_free:
                return first
            first.release()
            return None
        with self.server.transaction("claim a run in") as connection:
            return self._attempts.claim(connection, key, lambda: self._find(connection, key) is not None)

    def commit(self, row: Row, claim: Claim | None = None) -> bool:
        """See `Store`. While the server cannot be reached, tries again for half a minute."""
        data = encode(row).decode()
        for pause_seconds in _PAUSES_SECONDS:
            try:
                return self._commit(row, data, claim)
            except UsageError as error:
                if not isinstance(error.__cause__, OperationalError):
                    raise
                time.sleep(pause_seconds)
        return self._commit(row, data, claim)

    def attempts(self, key: str) -> tuple[Attempt, ...]:
        """See `Store`."""
        with self.server.transaction("read from") as connection:
            lines = self._attempts.lines(connection, check_key(key))
            is_finished = self._find(connection, key) is not None
        return tuple(as_attempts(lines, is_finished, []))

    def attempted(self) -> list[str]:
        """See `Store`."""
        chosen = sa.select(ATTEMPTS.c.key).where(ATTEMPTS.c.study == self.study).distinct()
        with self.server.transaction("read from") as connection:
            return [str(key) for key in connection.scalars(chosen.order_by(ATTEMPTS.c.key))]

    def scan(self) -> Snapshot:
        """See `Store`."""
        with self.server.transaction("read from") as connection:
            record = self._load_record(connection)
            lines = self._attempts.lines(connection)
            rows, quarantined = self._scan_rows(connection)
        attempts = {}
        for key, each in groupby(lines, lambda line: str(line.key)):
            attempts[key] = tuple(as_attempts(list(each), key in rows, quarantined))
        present = {key: each for key, each in attempts.items() if each}
        return Snapshot(record or StudyRecord(), rows, present, tuple(quarantined))

    def save_record(self, record: StudyRecord) -> None:
        """See `Store`."""
        text = encode_record(record)
        values = insert(STUDIES).values(study=self.study, record=text)
        with self.server.transaction("write to") as connection:
            connection.execute(values.on_conflict_do_update(index_elements=["study"], set_={"record": text}))

    def load_record(self) -> StudyRecord | None:
        """See `Store`."""
        with self.server.statements("read from") as connection:
            return self._load_record(connection)

    def stop(self, sweep: str) -> None:
        """See `Store`."""
        with self.server.transaction("write to") as connection:
            create_tables(connection)
            values = insert(STOPS).values(study=self.study, sweep=sweep)
            connection.execute(values.on_conflict_do_nothing())

    def is_stopped(self, sweep: str) -> bool:
        """See `Store`."""
        mine = sa.select(STOPS.c.sweep).where(STOPS.c.study == self.study, STOPS.c.sweep == sweep)
        with self.server.statements("read from") as connection:
            self._has_stops = self._has_stops or exists(connection, STOPS)
            return self._has_stops and connection.scalar(mine) is not None

    def sweep(self, older_than_seconds: float = 3600.0) -> int:
        """See `Store`: claims of finished runs that no living process holds, and old stop signals."""
        age = sa.func.extract("epoch", sa.func.clock_timestamp() - STOPS.c.made)
        old = sa.delete(STOPS).where(STOPS.c.study == self.study, age > max(older_than_seconds, STOP_SECONDS))
        with self.server.transaction("tidy") as connection:
            lines = self._attempts.lines(connection)
            claims = [line for line in lines if line.data is None and not is_alive(line)]
            dead = [line for line in claims if self._find(connection, line.key) is not None]
            for line in dead:
                self._attempts.remove(connection, line)
            n_old = connection.execute(old).rowcount if exists(connection, STOPS) else 0
        return len(dead) + n_old

    def _load_record(self, connection: sa.Connection) -> StudyRecord | None:
        text = connection.scalar(sa.select(STUDIES.c.record).where(STUDIES.c.study == self.study))
        return None if text is None else decode_record(text, self.place)

    def _commit(self, row: Row, data: str, claim: Claim | None) -> bool:
        if row.is_final and self._place_first(row.key, data, claim):
            return True
        with self.server.transaction("write a row to") as connection:
            connection.execute(sa.text("SET LOCAL synchronous_commit = on"))
            if row.is_final and self._place_row(connection, row.key, data):
                return True
            self._attempts.record(connection, row.key, data, claim.attempt if claim else None)
            return False

    def _place_first(self, key: str, data: str, claim: Claim | None) -> bool:
        """Make this the row of a key that has none, and remove the claim; takes one statement."""
        durable = sa.select(sa.func.set_config("synchronous_commit", "on", True).label("value")).subquery()
        text = {name: sa.literal(value, sa.Text) for name, value in (("study", self.study), ("key", key))}
        values = {**text, "slot": sa.literal(1, sa.SmallInteger), "data": sa.literal(data, sa.Text)}
        has_none = ~sa.exists().where(ROWS.c.study == self.study, ROWS.c.key == key)
        made = sa.select(*values.values()).where(durable.c.value == "on", has_none)
        rows = insert(ROWS).from_select(list(values), made).on_conflict_do_nothing()
        placed = rows.returning(ROWS.c.slot).cte("placed")
        count = sa.select(sa.func.count()).select_from(placed)
        if claim:
            count = count.add_cte(
                self._attempts.given_back(key, claim.attempt, sa.exists().select_from(placed))
            )
        with self.server.statements("write a row to") as connection:
            is_placed = bool(connection.scalar(count))
        if is_placed and claim:
            claim.end()
        return is_placed

    def _find(self, connection: sa.Connection, key: str) -> Row | None:
        for _, data in self._slots(connection, key):
            with suppress(DamagedRowError):
                return _checked(key, data)
        return None

    def _slots(self, connection: sa.Connection, key: str | None = None) -> list[tuple[str, str]]:
        """(key, data) of rows, in order of keys and slots."""
        chosen = sa.select(ROWS.c.key, ROWS.c.data).where(ROWS.c.study == self.study)
        if key is not None:
            chosen = chosen.where(ROWS.c.key == key)
        return [
            (each.key, each.data) for each in connection.execute(chosen.order_by(ROWS.c.key, ROWS.c.slot))
        ]

    def _place_row(self, connection: sa.Connection, key: str, data: str) -> bool:
        """Make this the row of its key; False if it has another. A damaged one keeps its slot."""
        for slot in range(1, _N_SLOTS + 1):
            if (existing := self._find(connection, key)) is not None:
                return encode(existing).decode() == data
            values = insert(ROWS).values(study=self.study, key=key, slot=slot, data=data)
            if connection.execute(values.on_conflict_do_nothing()).rowcount == 1:
                return True
        raise UsageError(f"{self.place}: all rows of run {key} are damaged. Remove them and run again.")

    def _scan_rows(self, connection: sa.Connection) -> tuple[dict[str, Row], list[Quarantined]]:
        rows: dict[str, Row] = {}
        known: dict[str, object] = {}
        quarantined = []
        for key, data in self._slots(connection):
            try:
                row = _checked(key, data)
                if row.key in rows:
                    raise DamagedRowError("a second row of its run: the first one counts")
                row.share(known)
                rows[row.key] = row
            except DamagedRowError as error:
                quarantined.append(Quarantined(f"{self.place} {ROWS.name} {key}", str(error)))
        return rows, quarantined


def _checked(key: str, data: str) -> Row:
    row = decode(data.encode())
    if row.key != key or not row.is_final:
        raise DamagedRowError(f"expected a final row of {key}. Received: {row.status} of {row.key}.")
    return row
