"""How long the rest of a study will take, given its finished runs."""

from collections.abc import Iterable
from statistics import fmean

from ablation.numbers import duration
from ablation.results import Row


def training_left(rows: Iterable[Row], n_todo: int) -> float | None:
    """Seconds of training that are left, one run after another; None without a finished run."""
    seconds = [row.seconds for row in rows]
    return fmean(seconds) * n_todo if seconds else None


def time_left(rows: Iterable[Row], n_todo: int, n_parallel: int | None) -> str:
    """A clause for the plan.

    Args:
        rows: finished runs of the study.
        n_todo: runs still to be trained.
        n_parallel: how many are trained at once; None when the launcher does not say.

    Returns:
        Such as `, about 6 min left`; empty when nothing is known or nothing is left.
    """
    whole = training_left(rows, n_todo)
    if not whole:
        return ""
    if n_parallel is None:
        return f", about {duration(whole)} of training left, divided by what runs at once"
    return f", about {duration(whole / min(n_parallel, n_todo))} left"
