"""Failed and diverged runs as an outcome: which levels make them more frequent, others held equal."""

import numpy as np
import pandas as pd

from ablation.analysis.data.factors import Bools, Factor, Floats, Predictor
from ablation.analysis.data.runs import Runs
from ablation.analysis.probability.multiplicity import holm
from ablation.analysis.stability.firth import Firth
from ablation.analysis.stability.sign_verdict import verdicts

LESS_OFTEN, MORE_OFTEN = "fails less often", "fails more often"

MAX_NUMBERS = 20_000
"""Of more cells times columns, the profiles take many seconds."""

COLUMNS = [
    "factor",
    "level",
    "reference",
    "failed",
    "runs",
    "failed_reference",
    "runs_reference",
    "odds_ratio",
]
COLUMNS += ["odds_low", "odds_high", "p", "p_adjusted", "verdict"]


def failing_table(attempted: Runs, failed: Bools, alpha: float) -> pd.DataFrame:
    """One row per level and its reference; columns are described at `Analysis.failing`.

    No rows where no run or every run failed, if the factors cannot be separated, or there are too many cells.

    Args:
        attempted: runs that ended, failed ones too.
        failed: which of them failed or look diverged, (n,).
        alpha: error rate of the verdicts, and 1 - alpha the level of intervals.
    """
    nothing = pd.DataFrame(columns=COLUMNS)
    if failed.all() or not failed.any():
        return nothing
    first = attempted.one_per_cell
    parts = [_columns(part)[first] for part in attempted.predictors]
    X = np.hstack([np.ones((len(first), 1)), *parts])
    if X.size > MAX_NUMBERS or np.linalg.matrix_rank(X) < X.shape[1]:
        return nothing
    trials = np.bincount(attempted.cells).astype(np.float64)
    fit = Firth(X, np.bincount(attempted.cells, failed).astype(np.float64), trials)
    rows = [row for part in attempted.predictors for row in _rows(part, failed)]
    places = range(1, X.shape[1])
    table = pd.DataFrame(rows, columns=COLUMNS[:7])
    bounds = np.exp([fit.interval(i, alpha) for i in places])
    p = np.array([fit.p(i) for i in places])
    adjusted = holm(p)
    return table.assign(
        odds_ratio=np.exp(fit.best.beta[1:]), odds_low=bounds[:, 0], odds_high=bounds[:, 1], p=p,
        p_adjusted=adjusted, verdict=verdicts(fit.best.beta[1:], adjusted, alpha, LESS_OFTEN, MORE_OFTEN),
    )[COLUMNS]  # fmt: skip


def _columns(part: Predictor) -> Floats:
    """A column for each level but the reference; of a number one, 0 at its lowest and 1 at its highest."""
    if isinstance(part, Factor):
        dummies: Floats = np.eye(len(part.levels))[part.codes][:, 1:]
        return dummies
    low, high = part.coding[:, 0]
    line: Floats = (part.columns - low) / (high - low)
    return line


def _rows(part: Predictor, failed: Bools) -> list[tuple[object, ...]]:
    """Names and counts of each comparison; of a number, at its two ends."""
    if isinstance(part, Factor):
        counts = [
            (int(failed[part.codes == i].sum()), int((part.codes == i).sum()))
            for i in range(len(part.levels))
        ]
    else:
        ends = [part.values == end for end in (part.values.min(), part.values.max())]
        counts = [(int(failed[end].sum()), int(end.sum())) for end in ends]
    return [
        (part.name, level, part.points[0], *counts[i], *counts[0])
        for i, level in enumerate(part.points)
        if i > 0
    ]
