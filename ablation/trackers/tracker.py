"""What a tracker is: a place where people look at runs, and how a run is put there."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True)
class LoggedRun:
    """One run as trackers show it.

    Attributes:
        key: Of its row: 64 hexadecimal digits.
        name: Its cell and its seed, as people read them.
        is_failed: Whether it has only failed so far.
        flags: What was set, with the seed; values are JSON.
        responses: Name → number; NaN where the run had none.
        history: Name → one number per epoch.
        started: In UTC.
        finished: In UTC.
        notes: Name → text: `key`, `status`, `report`, and what else is known of the run.
    """

    key: str
    name: str
    is_failed: bool
    flags: Mapping[str, object]
    responses: Mapping[str, float]
    history: Mapping[str, Sequence[float]]
    started: datetime
    finished: datetime
    notes: Mapping[str, str]

    def epochs(self) -> list[dict[str, float]]:
        """What each epoch measured, the first one first."""
        n = max(map(len, self.history.values()), default=0)
        return [{name: each[i] for name, each in self.history.items() if i < len(each)} for i in range(n)]


class Session(Protocol):
    """A tracker that has been opened for one study."""

    @property
    def place(self) -> str:
        """Where the runs are, for people."""

    def sent(self, keys: Collection[str]) -> Mapping[str, bool]:
        """Key → whether it counts as failed there, of those of the study's runs that are there whole."""

    def send(self, run: LoggedRun) -> None:
        """Put a run there, in place of one with its key that was there when `sent` was asked."""

    def close(self) -> None:
        """Leave the tracker."""


@dataclass(frozen=True)
class Tracker:
    """A kind of tracker: one entry of the registry.

    Attributes:
        name: The word for `results.log` and `--to`.
        package: What must be installed; also the name of the extra.
        uri: What `--uri` names, and what it is without.
        open: The study's name, its folder and the URI → the session.
    """

    name: str
    package: str
    uri: str
    open: Callable[[str, Path, str | None], Session]


def as_texts(flags: Mapping[str, object]) -> dict[str, str]:
    """Flags as texts; other values as JSON, so that `true` and `0.1` are read back with their types."""
    import json

    return {name: value if isinstance(value, str) else json.dumps(value) for name, value in flags.items()}
