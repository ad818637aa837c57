"""One job: train the seeds of a cell that have no row yet, and commit each row as soon as it is there."""

import logging
import math
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from ablation.errors import UsageError
from ablation.results import Arrays, Claim, Outcome, Row, Store, changed_default, first_defaults
from ablation.sweep.cell import Cell

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class JobContext:
    """What every row of a job says beside its result.

    Args:
        study: name of the study.
        folder: of the study, where arrays are kept.
        provenance: versions, commit.
        log_path: of the job's log, relative to the study.
    """

    study: str
    folder: str
    provenance: Mapping[str, str] = field(default_factory=dict)
    log_path: str | None = None


Train = Callable[[Any, Sequence[int]], Iterable[Outcome]]


def run_cell(
    cell: Cell,
    seeds: Sequence[int],
    train: Train,
    store: Store,
    about: JobContext,
    stop_on_failure: bool = False,
) -> list[Row]:
    """Train what is not done and not being done elsewhere.

    Args:
        cell: with its settings.
        seeds: of the runs wanted.
        train: the app's function; yields outcomes one by one.
        store: of the study.
        about: what every row says of the job.
        stop_on_failure: whether a failed run stops the sweep: this job and those that have not begun.

    Returns:
        The rows that were committed now.

    Raises:
        UsageError: a finished row relied on another default.
        Exception: whatever `train` raised, after it was recorded as an attempt.
    """
    if stop_on_failure and is_stopped(store):
        return []
    with ExitStack() as claims:
        held = {}
        for seed in seeds:
            claim = None if finished(store, cell, seed) else store.claim(cell.key(seed))
            if claim is not None:
                held[seed] = claims.enter_context(claim)
        recorder = _Recorder(cell, store, about, held)
        errors = []
        while recorder.left:
            try:
                for outcome in train(cell.settings, recorder.left):
                    recorder.commit(outcome)
                    if stop_on_failure and is_stopped(store):
                        return recorder.rows
                recorder.check_complete()
            except UsageError:
                raise
            except Exception as error:
                if not recorder.left:
                    raise
                log.exception("The run of seed %s failed", recorder.left[0])
                recorder.fail(error)
                errors.append(error)
                if stop_on_failure:
                    _stop(store)
                    break
        if errors:
            raise errors[0]
        return recorder.rows


def finished(store: Store, cell: Cell, seed: int) -> Row | None:
    """The row of a run, if there is one.

    Raises:
        UsageError: a declared default has changed since the row was written.
    """
    row = store.find(cell.key(seed))
    if row is None:
        return None
    known = first_defaults(store.load_study() or {})
    if change := changed_default(row.config, cell.keyed, known):
        raise UsageError(change)
    return row


def is_stopped(store: Store) -> bool:
    """Whether a failed run has stopped the present sweep; the next one clears it."""
    return bool((store.load_study() or {}).get("stopped"))


def _stop(store: Store) -> None:
    """Tell jobs that have not begun, wherever they are."""
    store.save_study({**(store.load_study() or {}), "stopped": True})


class _Recorder:
    """Turns the outcomes of a job into rows."""

    def __init__(self, cell: Cell, store: Store, about: JobContext, held: Mapping[int, Claim]) -> None:
        self.cell, self.store, self.about, self.held = cell, store, about, held
        self.rows: list[Row] = []
        self.left = list(held)
        self._start_clock()

    def check_complete(self) -> None:
        """Refuse an app that ends without a word on some of its seeds."""
        if self.left:
            raise ValueError(f"Expected an outcome for each seed. Received none for {self.left}")

    def commit(self, outcome: Outcome) -> None:
        """Make the outcome a durable row."""
        if outcome.seed not in self.left:
            raise ValueError(
                f"Expected the outcome of one of the seeds {self.left}. Received: {outcome.seed}"
            )
        is_finite = all(math.isfinite(value) for value in outcome.responses.values())
        row = self._row(
            outcome.seed,
            "ok" if is_finite else "diverged",
            outcome.responses,
            outcome.history,
            outcome.provenance,
        )
        for kind, arrays in (("arrays", outcome.arrays), ("weights", outcome.weights)):
            # Who was slow and lost the run to another leaves what belongs to the row that is there.
            if arrays and self.store.find(row.key) is None:
                Arrays(self.about.folder).save(kind, row.key, arrays)
        self.store.commit(row, self.held[outcome.seed])
        self.left = [seed for seed in self.left if seed != outcome.seed]
        self.rows.append(row)
        log.info("seed %d: %s %s", row.seed, row.status, dict(row.responses))
        self._start_clock()

    def fail(self, error: Exception) -> None:
        """Keep what went wrong as an attempt at the run that was being trained, and leave that run."""
        status = "out_of_memory" if isinstance(error, MemoryError) else "error"
        told = f"{type(error).__name__}: {error}".encode("utf-8", "backslashreplace").decode("utf-8")
        row = self._row(self.left.pop(0), status, {}, error=told)
        self.store.commit(row, self.held[row.seed])
        self._start_clock()

    def _start_clock(self) -> None:
        self._started, self._tick = datetime.now(UTC), time.perf_counter()

    def _row(
        self,
        seed: int,
        status: str,
        responses: Mapping[str, float],
        history: Mapping[str, Sequence[float]] | None = None,
        known: Mapping[str, str] | None = None,
        error: str | None = None,
    ) -> Row:
        return Row(
            key=self.cell.key(seed),
            study=self.about.study,
            cell=self.cell.id,
            seed=seed,
            status=status,
            config=self.cell.config,
            responses=responses,
            history=history or {},
            identity=self.cell.identity,
            provenance={**self.about.provenance, **(known or {})},
            started=self._started.isoformat(),
            finished=datetime.now(UTC).isoformat(),
            seconds=time.perf_counter() - self._tick,
            error=error,
            log=self.about.log_path,
        )
