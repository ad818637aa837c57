"""The store's interface: one row per key, whatever happens. `folder` and `postgres` implement it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from ablation.results.claim import Claim
from ablation.results.record import StudyRecord
from ablation.results.row import Row

LEASE_SECONDS = 120.0
"""How long a claim holds without a heartbeat: far longer than a busy machine delays one."""

BEATS_PER_LEASE = 6

STOP_SECONDS = 30 * 86400.0
"""How long a stop signal is kept at least: jobs of its sweep may wait in a cluster's queue for as long."""


@dataclass(frozen=True)
class Quarantined:
    """Something damaged in the place of a row; it is left where it is, and does not count."""

    path: str
    reason: str


@dataclass(frozen=True)
class Attempt:
    """One attempt at a run that did not become its row.

    Attributes:
        key: The run's key.
        number: Number of the attempt, from 1.
        status: `running` or `lost` (derived from a claim); `out_of_memory`, `error` or `timeout`;
            `superseded` for a finished run that came second.
        row: What it gave; None for claims.
        where: Path or table of the record.
        holder: Host and process of a claim.
    """

    key: str
    number: int
    status: str
    row: Row | None
    where: str
    holder: str = ""

    @classmethod
    def of(cls, row: Row, number: int, where: str) -> Attempt:
        """The attempt that gave a result; one that is not its run's row came second."""
        return cls(row.key, number, "superseded" if row.is_final else row.status, row, where)


@dataclass(frozen=True)
class Snapshot:
    """All that a store holds, read once and then passed on.

    Attributes:
        record: The study's record; an empty one where there is none.
        rows: The one row of each finished run, by key.
        attempts: By key, in order of their numbers.
        quarantined: What was excluded, and why.
    """

    record: StudyRecord
    rows: Mapping[str, Row]
    attempts: Mapping[str, tuple[Attempt, ...]]
    quarantined: tuple[Quarantined, ...] = ()


class Store(Protocol):
    """The store of a study's rows. If the machine refuses, every method raises UsageError with the place."""

    @property
    def place(self) -> str:
        """The folder or URL, for messages (without a password)."""

    def check_writable(self, n_bytes: int = 1 << 20) -> None:
        """Make sure, before anything is trained, that rows can be written.

        Args:
            n_bytes: How much space the study's rows need, about 4,000 bytes each.
        """

    def find(self, key: str) -> Row | None:
        """Return the row of a finished run, or None; cheap."""

    def claim(self, key: str) -> Claim | None:
        """Claim a run as its next attempt; None if it is finished, or claimed by a living process."""

    def commit(self, row: Row, claim: Claim | None = None) -> bool:
        """Make a row durable; when this returns, it is (in a folder with a `LateDisk`, but for power cuts).

        Args:
            row: With a final status, it becomes the row of its key unless there is one; otherwise it is kept
                as an attempt.
            claim: The attempt it belongs to.

        Returns:
            True if this row is the row of its key; False if it was kept as an attempt.
        """

    def attempts(self, key: str) -> tuple[Attempt, ...]:
        """Return the attempts at one run, in order of their numbers; cheap."""

    def attempted(self) -> list[str]:
        """Return the keys of runs that have, or had, attempts that are not their rows; cheap."""

    def scan(self) -> Snapshot:
        """Read everything. A run that ends meanwhile counts as finished."""

    def save_record(self, record: StudyRecord) -> None:
        """Replace the study's record at once."""

    def load_record(self) -> StudyRecord | None:
        """Return the study's record; None if there is none."""

    def stop(self, sweep: str) -> None:
        """Tell the jobs of a sweep, wherever they are, to begin no more runs.

        Args:
            sweep: What the sweep is called; other sweeps of the study go on.
        """

    def is_stopped(self, sweep: str) -> bool:
        """Whether a sweep was told to stop; cheap."""

    def sweep(self, older_than_seconds: float = 3600.0) -> int:
        """Remove old remains of crashes that nobody needs; return how many there were."""
