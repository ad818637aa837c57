"""How long the rest of a study takes, judged by its finished runs."""

from collections.abc import Iterable
from statistics import fmean

from ablation.results import Row


def time_left(rows: Iterable[Row], n_todo: int, n_parallel: int | None) -> str:
    """A clause for the plan.

    Args:
        rows: finished runs of the study.
        n_todo: runs still to be trained.
        n_parallel: how many are trained at once; None when the launcher does not say.

    Returns:
        Such as `, about 6 min left`; empty when nothing is known or nothing is left.
    """
    seconds = [row.seconds for row in rows]
    if not seconds or not n_todo:
        return ""
    if n_parallel is None:
        return f", {duration(fmean(seconds) * n_todo)} of training left, divided by what runs at once"
    return f", {duration(fmean(seconds) * n_todo / min(n_parallel, n_todo))} left"


def duration(seconds: float) -> str:
    """A time as people say it: `about 40 s`, `about 6 min`, `about 3.2 h`, `about 4.5 days`."""
    for unit, size, limit in (("s", 1, 90), ("min", 60, 90 * 60), ("h", 3600, 48 * 3600)):
        if seconds < limit:
            amount = seconds / size
            return f"about {amount:.1f} {unit}" if unit == "h" else f"about {max(amount, 1):.0f} {unit}"
    return f"about {seconds / 86400:.1f} days"
