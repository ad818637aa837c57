"""The progress of a study, read from rows, attempts and heartbeats alone, under any launcher."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ablation.errors import UsageError
from ablation.results import UNFINISHED, Attempt, Row, Snapshot, Store, StudyRecord, changed_default

if TYPE_CHECKING:
    from ablation.sweep.plan import PlannedCell, Runs


@dataclass(frozen=True)
class Survey:
    """The state of a set of runs.

    Args:
        rows: key → row of the finished ones.
        n_running: how many are claimed now: a process claims all seeds of its cell.
        n_processes: by how many processes.
        failed: key → the last attempt at those that failed and are not being tried now.
        n_outside: finished runs of the study that are none of these.
    """

    rows: Mapping[str, Row]
    n_running: int
    n_processes: int
    failed: Mapping[str, Attempt]
    n_outside: int = 0


def survey(snapshot: Snapshot, keys: Collection[str]) -> Survey:
    """Determine the state of these runs."""
    planned = set(keys)
    last = {k: each[-1] for k, each in snapshot.attempts.items() if k in planned and k not in snapshot.rows}
    running = [attempt for attempt in last.values() if attempt.status == "running"]
    return Survey(
        rows={key: row for key, row in snapshot.rows.items() if key in planned},
        n_running=len(running),
        n_processes=len({attempt.holder for attempt in running}),
        failed={key: attempt for key, attempt in last.items() if attempt.status in (*UNFINISHED, "lost")},
        n_outside=len(snapshot.rows.keys() - planned),
    )


def check_defaults(rows: Mapping[str, Row], runs: Runs, record: StudyRecord) -> None:
    """Refuse rows that relied on another default than the present one.

    Raises:
        UsageError: naming the keys whose defaults have changed.
    """
    for key, row in rows.items():
        if change := changed_default(row.config, runs[key][0].cell.keyed, record.first_defaults):
            raise UsageError(change)


class Watch:
    """What has changed among some runs since the last look.

    Args:
        store: of the study.
        todo: the runs.
    """

    def __init__(self, store: Store, todo: Runs) -> None:
        self.store, self.waiting, self.n_processes = store, dict(todo), 0
        self._seen = {(attempt.key, attempt.number) for attempt in self._attempts()}

    def finished(self) -> Iterator[tuple[PlannedCell, int, Row]]:
        """The runs whose rows have appeared, one after another; nobody waits for them any more."""
        for key in list(self.waiting):
            if (row := self.store.find(key)) is not None:
                yield (*self.waiting.pop(key), row)

    def failed(self) -> list[tuple[PlannedCell, int, Attempt]]:
        """The attempts that have failed; counts the processes at work by the way."""
        attempts = self._attempts()
        self.n_processes = len({attempt.holder for attempt in attempts if attempt.status == "running"})
        new = [a for a in attempts if a.row is not None and (a.key, a.number) not in self._seen]
        self._seen |= {(attempt.key, attempt.number) for attempt in new}
        return [(*self.waiting[attempt.key], attempt) for attempt in new]

    def _attempts(self) -> list[Attempt]:
        keys = [key for key in self.store.attempted() if key in self.waiting]
        return [attempt for key in keys for attempt in self.store.attempts(key)]
