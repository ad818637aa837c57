"""Runs that diverged to a finite value, such as 1e6 among losses of about 1."""

import numpy as np

from ablation.analysis.data.factors import Bools, Floats, Ints
from ablation.analysis.data.runs import Runs

MAX_SHARE = 1 / 3
"""At most this share of the runs can be far from the rest: else it is no rest."""

MIN_REST = 5
"""So many ordinary runs show what is ordinary."""

FACTOR = 20.0
"""Positive responses are far if they are this many times as large as any other."""

GAP, GAP_LOG = 20.0, 2.0
"""How far they are from all others, in ranges of these: of the responses, and of their logarithms."""


def diverged_runs(runs: Runs, direction: str) -> Bools:
    """Mark runs that are far worse than all others, (n_runs,).

    With the runs sorted by how bad they are, the worst must be apart from the others by more than `GAP` times
    the range of these; where all responses are positive and lower is better, also by `FACTOR` and by
    `GAP_LOG` ranges of the logarithms. A level or a cell all of whose runs agree on being far, by the same
    measure, is an effect and no accident, so it is not marked.

    Simulated without any divergence, 2000 tables each of 24, 48, 160 and 1000 runs: none was marked where
    responses were normal, lognormal (deviation of the logarithm up to 2), or t with 3 degrees of freedom.
    Where logarithms had that t distribution, with a scale of 0.1, at most 0.8 % were.
    """
    y = runs.response if direction == "lower" else -runs.response
    order = np.argsort(y, kind="stable")
    start = _first_far(y[order])
    far = np.zeros(len(y), dtype=bool)
    if start is None:
        return far
    far[order[start:]] = True
    agreeing, gap = (np.log(y), GAP_LOG) if y[order[0]] > 0 else (y, GAP)
    ordinary = agreeing[order[start - 1]] - agreeing[order[0]]
    return far & ~_agreed(runs, agreeing, far, float(gap * ordinary))


def _first_far(y: Floats) -> int | None:
    """Where the far ones begin in sorted values; None without a gap that is wide enough."""
    lowest = max(len(y) - int(len(y) * MAX_SHARE), MIN_REST)
    if lowest >= len(y):
        return None
    here, before, first = y[lowest:], y[lowest - 1 : -1], y[0]
    # Halved, so that the largest numbers there are have a difference.
    apart = (here > before) & (here / 2 - before / 2 > GAP * (before / 2 - first / 2))
    if first > 0:
        logs, log_before = np.log(here), np.log(before)
        apart &= (here / FACTOR >= before) & (logs - log_before > GAP_LOG * (log_before - np.log(first)))
    gaps = np.flatnonzero(apart)
    return int(lowest + gaps[0]) if len(gaps) else None


def _agreed(runs: Runs, y: Floats, far: Bools, little: float) -> Bools:
    """Far runs of a level or cell that has no other runs, and that differ little from one another."""
    agreed = np.zeros(len(y), dtype=bool)
    parts: list[Ints] = [*(factor.codes for factor in runs.factors), runs.cells]
    for codes in parts:
        for code in np.unique(codes[far]):
            here = codes == code
            if here.sum() > 1 and far[here].all() and np.ptp(y[here]) <= little:
                agreed |= here
    return agreed
