"""What the terminal shows while a sweep runs: a progress bar, or plain lines without a terminal."""

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from ablation.errors import UsageError
from ablation.numbers import duration
from ablation.results import Row, Store
from ablation.sweep.messages import FAILURE, console, failure_line, value
from ablation.sweep.plan import PlannedCell, Runs
from ablation.sweep.survey import Watch
from ablation.words import counted

_PAUSE_SECONDS = 0.5
_PAUSES_PER_LOOK = 10
"""Looking takes a tenth of the time at most: a database of thousands of runs is not queried all the time."""


@contextmanager
def progress(store: Store, todo: Runs, response: str, folder: str) -> Iterator[None]:
    """Show rows and failures as they appear, whatever launcher makes them."""
    stop = threading.Event()
    shown = _Bar(len(todo)) if sys.stdout.isatty() else _Lines(len(todo))
    thread = threading.Thread(
        target=_follow, args=(Watch(store, todo), shown, response, folder, stop), daemon=True
    )
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def _follow(watch: Watch, shown: "_Lines", response: str, folder: str, stop: threading.Event) -> None:
    """Look again and again until told to stop; what is there by then is still shown."""
    last, pause = False, _PAUSE_SECONDS
    with shown:
        while not last:
            last = stop.wait(pause)
            start = time.monotonic()
            with suppress(UsageError):  # the place of the rows does not answer; the next look may succeed
                for planned, seed, attempt in watch.failed():
                    shown.fail(failure_line(planned, seed, attempt, folder))
                for planned, seed, row in watch.finished():
                    shown.finish(planned, seed, row, response)
            shown.tell(watch.n_processes)
            pause = max(_PAUSE_SECONDS, _PAUSES_PER_LOOK * (time.monotonic() - start))


class _Lines:
    """A line for each run."""

    def __init__(self, n_runs: int) -> None:
        self.n_runs, self.n_done, self.n_failed, self._start = n_runs, 0, 0, time.monotonic()

    def __enter__(self) -> "_Lines":
        return self

    def __exit__(self, *_: object) -> None:
        return None

    def finish(self, planned: PlannedCell, seed: int, row: Row, response: str) -> None:
        self.n_done += 1
        self._show(f"{value(row, response)} {planned.label} seed={seed}")

    def fail(self, line: str) -> None:
        self.n_failed += 1
        print(line, flush=True)

    def tell(self, n_processes: int) -> None:
        """A line per run is enough."""

    def _left(self) -> str:
        seconds = (time.monotonic() - self._start) / self.n_done * (self.n_runs - self.n_done)
        return f"about {duration(seconds)} left"

    def _show(self, last: str) -> None:
        print(f"[{self.n_done}/{self.n_runs}] {last}, {self._left()}", flush=True)


class _Bar(_Lines):
    """One bar that stays at the bottom; failures scroll by above it."""

    def __init__(self, n_runs: int) -> None:
        super().__init__(n_runs)
        columns = (
            TextColumn("training"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("runs{task.fields[state]}", markup=False),
            TextColumn("{task.description}", markup=False),
        )
        self._progress = Progress(*columns, console=console())
        self._task = self._progress.add_task("", total=n_runs, state="")

    def __enter__(self) -> "_Bar":
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def fail(self, line: str) -> None:
        self.n_failed += 1
        self._progress.console.print(line, style=FAILURE, markup=False)

    def tell(self, n_processes: int) -> None:
        failed = f", {self.n_failed} failed" if self.n_failed else ""
        left = f", {self._left()}" if self.n_done else ""
        self._progress.update(
            self._task, state=f", {counted(n_processes, 'process', 'processes')}{failed}{left}"
        )

    def _show(self, last: str) -> None:
        self._progress.update(self._task, advance=1, description=last)
