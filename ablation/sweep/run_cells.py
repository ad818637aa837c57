"""One job: train the runs of its cells that have no row yet, and commit each row as soon as it is there."""

import logging
import math
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from ablation.errors import UsageError
from ablation.results import Arrays, Claim, Outcome, Row, Store, StudyRecord, changed_default
from ablation.sweep.cell import Cell
from ablation.sweep.packs import TrainTogether
from ablation.sweep.read_outcome import ContractError

log = logging.getLogger(__name__)

Train = Callable[[Any, Sequence[int]], Iterable[Outcome]]


@dataclass(frozen=True)
class JobContext:
    """What all rows of a job have in common, and the sweep that the job belongs to.

    Args:
        study: name of the study.
        folder: of the study, where arrays are kept.
        provenance: versions, commit.
        log_path: of the job's log, relative to the study.
        sweep: what the sweep is called; empty for a single run.
        response: what each run of a sweep must measure.
        prefix: before the names of settings of the analysis, in messages.
        stop_on_failure: whether a failed run stops the sweep: this job and those that have not begun.
    """

    study: str
    folder: str
    provenance: Mapping[str, str] = field(default_factory=dict)
    log_path: str | None = None
    sweep: str = ""
    response: str = ""
    prefix: str = "analysis."
    stop_on_failure: bool = False

    def is_stopped(self, store: Store) -> bool:
        """Whether a run, here or elsewhere, has stopped the sweep."""
        return bool(self.sweep) and store.is_stopped(self.sweep)

    def stop(self, store: Store) -> None:
        """Tell jobs that have not begun, wherever they are."""
        if self.sweep:
            store.stop(self.sweep)


def run_cell(cell: Cell, seeds: Sequence[int], train: Train, store: Store, context: JobContext) -> list[Row]:
    """Train the missing runs of a cell; see `run_cells`."""
    return run_cells([(cell, seeds)], train, store, context)


def run_cells(
    cells: Sequence[tuple[Cell, Sequence[int]]],
    train: Train,
    store: Store,
    context: JobContext,
    together: TrainTogether | None = None,
) -> list[Row]:
    """Train the runs that are not finished or in work elsewhere; several cells together if possible.

    Returns:
        The rows that were committed now.

    Raises:
        UsageError: a finished row relied on another default, or a run did not measure the response.
        Exception: whatever `train` raised, after it was recorded as an attempt.
    """
    if context.is_stopped(store):
        return []
    record = store.load_record() or StudyRecord()
    with ExitStack() as claims:
        clock, recorders, errors = _Clock(), list[_Recorder](), list[Exception]()
        for cell, seeds in cells:
            held = {}
            for seed in seeds:
                claim = store.claim(cell.key(seed))
                if claim is not None:
                    held[seed] = claims.enter_context(claim)
                else:  # it is being trained, or was: a row may rely on a default that has changed
                    finished(store, cell, seed, record)
            recorders.append(_Recorder(cell, store, context, held, clock))
        if together and sum(bool(recorder.left) for recorder in recorders) > 1:
            _train_together(recorders, together)
            clock.start()
        for recorder in recorders:
            if len(recorders) > 1 and context.is_stopped(store):
                break
            errors += recorder.train(train)
        if errors:
            raise errors[0]
        return [row for recorder in recorders for row in recorder.rows]


def _train_together(recorders: Sequence["_Recorder"], together: TrainTogether) -> None:
    """Train the runs of several cells at once; an error fails none of the runs that it leaves undone."""
    runs = [(recorder, seed) for recorder in recorders for seed in recorder.left]
    try:
        for place, outcome in together([(recorder.cell.settings, seed) for recorder, seed in runs]):
            if runs[place][0].commit(outcome):
                return
    except UsageError:
        raise
    except Exception as error:
        log.error("Training several cells at once failed; now they are trained one by one", exc_info=error)


def finished(store: Store, cell: Cell, seed: int, record: StudyRecord) -> Row | None:
    """The row of a run, if there is one.

    Raises:
        UsageError: a declared default has changed since the row was written.
    """
    row = store.find(cell.key(seed))
    if row and (change := changed_default(row.config, cell.keyed, record.first_defaults)):
        raise UsageError(change)
    return row


def wrong_response(response: str, known: Iterable[str], prefix: str) -> str:
    """The error for a response that no run has."""
    there = ", ".join(sorted(known)) or "responses, but the runs have none"
    return f"{prefix}response: expected one of {there}. Received: {response}"


class _Clock:
    """Times the runs of a job, each from the end of the one before."""

    def __init__(self) -> None:
        self.start()

    def start(self) -> None:
        """Begin to time the next run."""
        self.started, self._tick = datetime.now(UTC), time.perf_counter()

    @property
    def seconds(self) -> float:
        """Seconds since the run began."""
        return time.perf_counter() - self._tick


class _Recorder:
    """Turns the outcomes of a cell's runs into rows."""

    def __init__(
        self, cell: Cell, store: Store, context: JobContext, held: Mapping[int, Claim], clock: _Clock
    ) -> None:
        self.cell, self.store, self.context, self.held, self._clock = cell, store, context, held, clock
        self.rows: list[Row] = []
        self.left = list(held)
        clock.start()

    def train(self, train: Train) -> list[Exception]:
        """Train what is left, and return the errors of the runs that failed."""
        errors: list[Exception] = []
        while self.left:
            try:
                for outcome in train(self.cell.settings, self.left):
                    if self.commit(outcome):
                        return []
                if self.left:
                    raise ValueError(f"Expected an outcome for each seed. Received none for {self.left}")
            except Exception as error:
                is_breach = isinstance(error, ContractError)
                if not self.left or (isinstance(error, UsageError) and not is_breach):
                    raise
                log.error("The run of seed %s failed", self.left[0], exc_info=None if is_breach else error)
                self.fail(error)
                # If others kept the contract, this one failed.
                is_first = is_breach and not self.store.scan().rows
                errors.append(RuntimeError(str(error)) if is_breach and not is_first else error)
                if is_first or self.context.stop_on_failure:
                    self.context.stop(self.store)
                    break
        return errors

    def commit(self, outcome: Outcome) -> bool:
        """Make the outcome a durable row; return whether the sweep has been stopped.

        Raises:
            UsageError: the app does not measure the response, so more runs would not have it either.
        """
        if outcome.seed not in self.left:
            raise ValueError(
                f"Expected the outcome of one of the seeds {self.left}. Received: {outcome.seed}"
            )
        is_finite = all(math.isfinite(value) for value in outcome.responses.values())
        row = self._row(outcome, "ok" if is_finite else "diverged")
        for kind, arrays in (("arrays", outcome.arrays), ("weights", outcome.weights)):
            # If another process has stored this run first, keep its arrays.
            if arrays and self.store.find(row.key) is None:
                Arrays(self.context.folder).save(kind, row.key, arrays)
        self.store.commit(row, self.held[outcome.seed])
        self.left = [seed for seed in self.left if seed != outcome.seed]
        self.rows.append(row)
        log.info("seed %d: %s %s", row.seed, row.status, dict(row.responses))
        self._clock.start()
        context = self.context
        if context.sweep and context.response not in outcome.responses:
            context.stop(self.store)
            raise UsageError(wrong_response(context.response, outcome.responses, context.prefix))
        return context.is_stopped(self.store)

    def fail(self, error: Exception) -> None:
        """Record the error as an attempt at the run that was being trained, and drop that run."""
        status = "out_of_memory" if isinstance(error, MemoryError) else "error"
        words = f"{type(error).__name__}: {error}".encode("utf-8", "backslashreplace").decode("utf-8")
        row = self._row(Outcome(self.left.pop(0), {}), status, words)
        self.store.commit(row, self.held[row.seed])
        self._clock.start()

    def _row(self, outcome: Outcome, status: str, error: str | None = None) -> Row:
        return Row(
            key=self.cell.key(outcome.seed),
            study=self.context.study,
            cell=self.cell.id,
            seed=outcome.seed,
            status=status,
            config=self.cell.config,
            responses=outcome.responses,
            history=outcome.history,
            identity=self.cell.identity,
            provenance={**self.context.provenance, **outcome.provenance},
            started=self._clock.started.isoformat(),
            finished=datetime.now(UTC).isoformat(),
            seconds=self._clock.seconds,
            error=error,
            log=self.context.log_path,
        )
