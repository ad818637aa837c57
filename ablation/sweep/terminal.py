"""Sentences of a sweep on the terminal."""

from collections.abc import Sequence
from math import prod

from rich.console import Console

from ablation.naming import level_text
from ablation.results import Attempt, Row
from ablation.sweep.plan import Plan, PlannedCell, label
from ablation.words import counted

FAILURE = "red"


def console() -> Console:
    """Standard output; colours and NO_COLOR are rich's business."""
    return Console(highlight=False, soft_wrap=True)


def print_plan(study: str, plan: Plan, n_done: int, time_left: str) -> None:
    """What is going to happen.

    Args:
        study: its name.
        plan: its runs.
        n_done: how many of them are finished.
        time_left: such as `, about 6 min left`; empty when nobody knows.
    """
    shown = console()
    for name, levels in plan.factors.items():
        shown.print(f"  {name}: {', '.join(map(level_text, levels))}", markup=False)
    shown.print(f"Design: {plan.design.words}.", markup=False)
    if len(plan.cells) < prod(map(len, plan.factors.values())):
        for note in plan.design.notes:
            shown.print(f"Note: {note}", markup=False)
    shown.print(
        f"Study {study}: {counted(len(plan.cells), 'cell')} × {counted(len(plan.seeds), 'seed')} = "
        f"{counted(len(plan.runs), 'run')}, {n_done} done{time_left}. "
        "Ctrl-C is safe, the same command resumes.",
        markup=False,
    )


def print_row(row: Row | None, seed: int) -> None:
    """One finished run, or that another process has it."""
    if row is None:
        console().print(f"seed {seed}: no result, another process is training it", markup=False)
    else:
        responses = ", ".join(f"{k} {v:.6g}" for k, v in row.responses.items() if v is not None)
        console().print(f"seed {seed}: {row.status}, {responses}", markup=False)


def print_lines(lines: Sequence[str]) -> None:
    """Something to know."""
    for line in lines:
        console().print(line, markup=False)


def print_failures(failures: Sequence[str]) -> None:
    """What went wrong, in red."""
    for failure in failures:
        console().print(failure, style=FAILURE, markup=False)


def failure_line(planned: PlannedCell, seed: int, attempt: Attempt, folder: str) -> str:
    """One failed attempt, with the path of its log."""
    return f"failed: {planned.label} seed={seed}: {reason(attempt)}{log_of(attempt, folder)}"


def attempt_label(attempt: Attempt, factors: Sequence[str]) -> str:
    """Cell and seed of a failed attempt; of one whose process died only its key is known."""
    if attempt.row is None:
        return f"run {attempt.key[:10]}"
    config = attempt.row.config
    return f"{label({name: config.get(name) for name in factors})} seed={attempt.row.seed}"


def reason(attempt: Attempt) -> str:
    """Why an attempt gave no row, in one line."""
    if attempt.row is None:
        return f"its process has ended ({attempt.holder})" if attempt.holder else "its process has ended"
    return (attempt.row.error or attempt.status).partition("\n")[0]


def log_of(attempt: Attempt, folder: str) -> str:
    """Where to read on."""
    return f" (log: {folder}/{attempt.row.log})" if attempt.row and attempt.row.log else ""


def value(row: Row, response: str) -> str:
    """What is shown of a finished run."""
    found = row.responses.get(response)
    return row.status if row.status != "ok" or found is None else f"{response} {found:.4f}"
