"""The store's interface: one row per key, whatever happens. `folder` and `database` implement it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from ablation.errors import UsageError
from ablation.results.claim import Claim
from ablation.results.row import Row

LEASE_SECONDS = 120.0
"""How long a claim holds without a heartbeat: far longer than a busy machine delays one."""

BEATS_PER_LEASE = 6


@dataclass(frozen=True)
class Quarantined:
    """Something that stands where a row should, and is none; it is left where it is, and counts nowhere."""

    path: str
    reason: str


@dataclass(frozen=True)
class Attempt:
    """One try at a run that is not its row.

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


@dataclass(frozen=True)
class Scan:
    """All that a store holds.

    Attributes:
        rows: The one row of each finished run, by key.
        quarantined: What was excluded, and why.
        attempts: By key, in order of their numbers.
    """

    rows: Mapping[str, Row]
    quarantined: tuple[Quarantined, ...]
    attempts: Mapping[str, tuple[Attempt, ...]]


class Store(Protocol):
    """Where a study's rows live. When the machine refuses, every method raises UsageError with the place."""

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
        """Take hold of a run, as its next attempt; None when it is finished or held by a living holder."""

    def commit(self, row: Row, claim: Claim | None = None) -> bool:
        """Make a row durable; when this returns, it is.

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

    def scan(self) -> Scan:
        """Read everything."""

    def save_study(self, record: Mapping[str, object]) -> None:
        """Replace the study's record at once."""

    def load_study(self) -> dict[str, object] | None:
        """Return the study's record with every entry it was saved with; None if there is none."""

    def sweep(self, older_than_seconds: float = 3600.0) -> int:
        """Remove what crashes have left and nobody needs, once it is old; return how many things."""


def open_store(url_or_path: str | os.PathLike[str], lease_seconds: float = LEASE_SECONDS) -> Store:
    """Open the store of one study; nothing is created before something is written.

    Args:
        url_or_path: The study's folder, such as `runs/quick`, or a database and the study's name in it, such
            as `postgresql+psycopg://user@host/database#quick` (needs the extra `postgres`).
        lease_seconds: How long a claim holds without a heartbeat.

    Returns:
        The store.

    Raises:
        UsageError: The URL cannot be read, or the extra is not installed.
    """
    if not is_url(url_or_path):
        from ablation.results.folder import FolderStore

        return FolderStore(url_or_path, lease_seconds)
    try:
        from ablation.results.database import DatabaseStore
    except ImportError as error:
        raise UsageError(
            f"results.url: a database needs a package that is missing here ({error.name}). "
            "Run: pip install 'ablation-study[postgres]'"
        ) from error
    return DatabaseStore(str(url_or_path), lease_seconds)


def open_existing(url_or_path: str | os.PathLike[str]) -> Store:
    """Open the store of a study that should be there.

    Raises:
        UsageError: There is no such folder.
    """
    if not is_url(url_or_path) and not Path(url_or_path).is_dir():
        raise UsageError(
            f"{os.fspath(url_or_path)}: expected the folder of a study. Received: no such folder. "
            "Run the sweep first, or look for the name under runs/."
        )
    return open_store(url_or_path)


def is_url(url_or_path: str | os.PathLike[str]) -> bool:
    """Tell a database's URL from a folder's path."""
    return isinstance(url_or_path, str) and "://" in url_or_path
