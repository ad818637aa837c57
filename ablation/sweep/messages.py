"""What a sweep prints on the terminal."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import TYPE_CHECKING

from rich.console import Console

from ablation.naming import level_text, levels_text, plain
from ablation.results import Attempt, Row, Snapshot, StudyRecord
from ablation.words import counted

if TYPE_CHECKING:  # `ablation status` waits for no design
    from ablation.sweep.plan import Plan, PlannedCell, Runs

FAILURE = "red"


def console() -> Console:
    """Standard output; rich handles colours and NO_COLOR."""
    return Console(highlight=False, soft_wrap=True)


def print_plan(study: str, plan: Plan, n_done: int, time_left: str) -> None:
    """Print the plan.

    Args:
        study: its name.
        plan: its runs.
        n_done: how many of them are finished.
        time_left: such as `, about 6 min left`; empty when it is unknown.
    """
    shown = console()
    for name, levels in plan.factors.items():
        texts = [plain(level_text(level)) or repr(level) for level in levels]
        shown.print(f"  {name}: {', '.join(texts)}", markup=False)
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
    """Print a finished run, or that another process trains it."""
    if row is None:
        console().print(f"seed {seed}: no result, another process is training it", markup=False)
    else:
        responses = ", ".join(f"{k} {v:.6g}" for k, v in row.responses.items() if v is not None)
        console().print(f"seed {seed}: {row.status}, {responses}", markup=False)


def print_lines(lines: Sequence[str]) -> None:
    """Print lines of information."""
    for line in lines:
        console().print(line, markup=False)


def print_failures(failures: Sequence[str]) -> None:
    """Print failures in red."""
    for failure in failures:
        console().print(failure, style=FAILURE, markup=False)


def outside_lines(earlier: StudyRecord, plan: Plan, n_outside: int) -> list[str]:
    """What happens to finished runs that are not in this design."""
    if not n_outside:
        return []
    lines = [
        f"{counted(n_outside, 'finished run')} of the study not in this design: kept, but not in its report."
    ]
    if earlier.command and set(earlier.keys) - plan.runs.keys():
        lines.append(f"The report of the design before comes back with: {earlier.command}")
    return lines


def unfinished_lines(
    todo: Runs, after: Snapshot, errors: Sequence[str], folder: str, is_stopped: bool, place: str
) -> list[str]:
    """What went wrong with the runs that are left; nothing when others train them or have just done so."""
    left = {key: run for key, run in todo.items() if key not in after.rows}
    last = {key: after.attempts[key][-1] for key in left if key in after.attempts}
    failed = {key: attempt for key, attempt in last.items() if attempt.status != "running"}
    n_elsewhere = len(last) - len(failed)
    if n_elsewhere:
        print_lines([f"Another sweep of this study is training {counted(n_elsewhere, 'run')}."])
    if n_elsewhere == len(left):
        return list(errors) if left else []
    lines = [failure_line(*left[key], attempt, folder) for key, attempt in failed.items()]
    crashes = [error for error in errors if not (lines and error.startswith("failed: "))]
    if not (failed or errors or is_stopped):
        crashes = [f"Jobs ended well, but left no rows in {place}. Do their machines see this place?"]
    stopped = " The first failure stopped the sweep (hydra.sweeper.on_failure)." if is_stopped else ""
    n_left = len(left) - n_elsewhere
    return [
        *lines,
        *crashes,
        f"{n_left} of {len(todo)} runs are left; the same command tries them again.{stopped}",
    ]


def failure_line(planned: PlannedCell, seed: int, attempt: Attempt, folder: str) -> str:
    """One failed attempt, with the path of its log."""
    return f"failed: {planned.label} seed={seed}: {reason(attempt)}{log_of(attempt, folder)}"


def attempt_label(attempt: Attempt, record: StudyRecord) -> str:
    """Cell and seed of a failed attempt; of one whose process died only its key is known."""
    if attempt.row is None:
        return f"run {attempt.key[:10]}"
    return row_label(attempt.row, record)


def row_label(row: Row, record: StudyRecord) -> str:
    """Cell and seed of a run."""
    levels = {name: record.level(name, row.config, row.cell) for name in record.factors}
    return f"{plain(levels_text(levels))} seed={row.seed}"


def reason(attempt: Attempt) -> str:
    """Why an attempt gave no row, in one line."""
    if attempt.row is None:
        return f"its process has ended ({attempt.holder})" if attempt.holder else "its process has ended"
    return (attempt.row.error or attempt.status).partition("\n")[0]


def log_of(attempt: Attempt, folder: str) -> str:
    """The path of the log of an attempt."""
    return f" (log: {folder}/{attempt.row.log})" if attempt.row and attempt.row.log else ""


def value(row: Row, response: str) -> str:
    """The value that is printed for a finished run."""
    number = row.responses.get(response)
    if row.status != "ok" or number is None:
        return row.status
    is_usual = number == 0 or 1e-3 <= abs(number) < 1e6  # else all zeros, or hundreds of digits
    return f"{response} {number:.4f}" if is_usual else f"{response} {number:.4g}"
