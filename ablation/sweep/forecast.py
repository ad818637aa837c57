"""How long the rest of a study takes, judged by its finished runs."""

import os
from collections.abc import Iterable, Mapping
from statistics import fmean
from typing import Any

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


def parallel(launcher: Mapping[str, Any]) -> int | None:
    """How many jobs a launcher does at once, by its configuration; None when only a cluster knows."""
    target = str(launcher.get("_target_", ""))
    if target.endswith("BasicLauncher"):
        return 1
    if "n_jobs" not in launcher:
        return None
    n_jobs = int(launcher["n_jobs"])
    return n_jobs if n_jobs > 0 else max(1, (os.cpu_count() or 1) + 1 + n_jobs)


def duration(seconds: float) -> str:
    """A time as people say it: `about 40 s`, `about 6 min`, `about 3.2 h`, `about 4.5 days`."""
    for unit, size, limit in (("s", 1, 90), ("min", 60, 90 * 60), ("h", 3600, 48 * 3600)):
        if seconds < limit:
            amount = seconds / size
            return f"about {amount:.1f} {unit}" if unit == "h" else f"about {max(amount, 1):.0f} {unit}"
    return f"about {seconds / 86400:.1f} days"
