"""What the terminal shows: the plan, progress, and how it ended."""

import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from ablation.results import Row, Store
from ablation.sweep.plan import Plan, PlannedCell, text

_POLL_SECONDS = 0.5

Runs = Mapping[str, tuple[PlannedCell, int]]


def console() -> Console:
    """Standard output; colours and NO_COLOR are rich's business."""
    return Console(highlight=False, soft_wrap=True)


def print_plan(study: str, plan: Plan, n_done: int) -> None:
    """What is going to happen."""
    shown = console()
    for name, levels in plan.factors.items():
        shown.print(f"  {name}: {', '.join(map(text, levels))}", markup=False)
    n_runs = len(plan.cells) * len(plan.seeds)
    shown.print(
        f"Study {study}: {len(plan.cells)} cells × {len(plan.seeds)} seeds = {n_runs} runs, {n_done} done. "
        "Ctrl-C is safe, the same command resumes.",
        markup=False,
    )


def print_row(row: Row | None, seed: int) -> None:
    """One finished run."""
    if row is not None:
        console().print(f"seed {seed}: {row.status}, {_responses(row)}", markup=False)


def print_note(sentence: str) -> None:
    """Something to know."""
    console().print(sentence, markup=False)


def print_failures(failures: Sequence[str]) -> None:
    """Each failed job in one red line."""
    shown = console()
    for failure in failures:
        shown.print(failure, style="red", markup=False)


@contextmanager
def watching(store: Store, todo: Runs, response: str) -> Iterator[None]:
    """Show rows as they appear, whatever launcher makes them: a bar, or plain lines where there is no TTY."""
    stop = threading.Event()
    show = _bar if sys.stdout.isatty() else _lines
    thread = threading.Thread(target=show, args=(store, dict(todo), response, stop), daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def _bar(store: Store, todo: Runs, response: str, stop: threading.Event) -> None:
    columns = (
        TextColumn("training"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("runs, left"),
        TimeRemainingColumn(),
        TextColumn("{task.description}", markup=False),
    )
    with Progress(*columns, speed_estimate_period=120) as progress:
        task = progress.add_task("", total=len(todo))
        for planned, seed, row in _appearing(store, todo, stop):
            progress.update(
                task, advance=1, description=f"{_value(row, response)} {planned.label} seed={seed}"
            )


def _lines(store: Store, todo: Runs, response: str, stop: threading.Event) -> None:
    start = time.monotonic()
    for n, (planned, seed, row) in enumerate(_appearing(store, todo, stop), start=1):
        left = (time.monotonic() - start) / n * (len(todo) - n)
        run = f"{planned.label} seed={seed}: {_value(row, response)}"
        print(f"[{n}/{len(todo)}] {run}, {left / 60:.1f} min left", flush=True)


def _appearing(store: Store, todo: Runs, stop: threading.Event) -> Iterator[tuple[PlannedCell, int, Row]]:
    """Yield each run once its row is there, until told to stop; what is there by then is still shown."""
    waiting = dict(todo)
    last = False
    while waiting and not last:
        last = stop.wait(_POLL_SECONDS)
        for key in list(waiting):
            row = store.find(key)
            if row is not None:
                yield *waiting.pop(key), row


def _value(row: Row, response: str) -> str:
    value = row.responses.get(response)
    return row.status if row.status != "ok" or value is None else f"{response} {value:.4f}"


def _responses(row: Row) -> str:
    return ", ".join(f"{k} {v:.6g}" for k, v in row.responses.items() if v is not None)
