"""Summaries that benchmarks of reinforcement learning report (Agarwal et al. 2021, NeurIPS; package rliable).

A stratum is what they call a task: a cell of the other factors, on a data set. Runs are drawn within strata:
intervals are about other seeds on the same cells and data sets. Percentiles of draws from n seeds are about
sqrt((n - 1) / n) times as wide as they should be: 0.82 with three.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from ablation.analysis.data.factors import Factor, Floats, Ints, codes_of, group
from ablation.analysis.data.runs import Runs

MAX_DRAWS, MIN_DRAWS, SEED = 2000, 200, 0
"""Of the bootstrap; the same runs give the same interval."""

MIDDLE = 0.25
"""The share of runs that is left out on each side."""

MAX_NUMBERS = 1_000_000
"""Numbers that are drawn in all: of many runs fewer times."""

MAX_RUNS = 20_000
"""Of more there are no such summaries: they are for few runs, and drawing takes longer than all the rest."""

MAX_PAIRS = 10_000_000
"""Pairs of runs that are compared at once; of more, runs are sorted, which takes no memory."""


def iqm_table(runs: Runs, alpha: float) -> pd.DataFrame:
    """One row per level; columns are described at `Analysis.iqm`."""
    rows = []
    for i, factor in _factors(runs):
        strata = _strata(runs, i)
        for code, level in enumerate(factor.levels):
            here = factor.codes == code
            y, stratum = runs.response[here], group([strata[here]])
            cut, n_strata = int(MIDDLE * len(y)), int(stratum.max()) + 1
            drawn = _percentiles(_iqm_draws([y[stratum == s] for s in range(n_strata)], cut), alpha)
            order = np.argsort(y, kind="stable")
            in_middle = np.unique(stratum[order[cut : len(y) - cut]])
            iqm = [interquartile_mean(y), *drawn, len(y), 2 * cut, n_strata - len(in_middle), n_strata]
            rows.append([factor.name, level, *iqm])
    names = ["factor", "level", "iqm", "ci_low", "ci_high", "runs", "left_out", "whole", "strata"]
    return pd.DataFrame(rows, columns=names)


def improvement_table(runs: Runs, direction: str, alpha: float) -> pd.DataFrame:
    """One row per level beside the reference; columns are described at `Analysis.improvement`."""
    y = runs.response if direction == "higher" else -runs.response
    rows = []
    for i, factor in _factors(runs):
        strata = _strata(runs, i)
        for code, level in enumerate(factor.levels[1:], 1):
            pairs = [
                (y[(strata == s) & (factor.codes == code)], y[(strata == s) & (factor.codes == 0)])
                for s in range(int(strata.max()) + 1)
            ]
            pairs = [(mine, other) for mine, other in pairs if len(mine) and len(other)]
            if pairs:
                chance = float(np.mean([_probability(mine[None], other[None])[0] for mine, other in pairs]))
                low, high = _percentiles(_improvement_draws(pairs), alpha)
                rows.append([factor.name, level, factor.levels[0], chance, low, high, len(pairs)])
    names = ["factor", "level", "reference", "probability", "ci_low", "ci_high", "strata"]
    return pd.DataFrame(rows, columns=names)


def interquartile_mean(values: Floats) -> float:
    """Mean without the lowest and highest quarter, rounded down; of up to three values the mean."""
    cut = int(MIDDLE * len(values))
    return float(np.sort(values)[cut : len(values) - cut].mean())


def _factors(runs: Runs) -> list[tuple[int, Factor]]:
    if len(runs.response) > MAX_RUNS:
        return []
    return [(i, part) for i, part in enumerate(runs.predictors) if isinstance(part, Factor)]


def _strata(runs: Runs, without: int) -> Ints:
    """The cell of all factors but one, on its data set, as a number from 0, (n_runs,)."""
    codes = [codes_of(part) for i, part in enumerate(runs.predictors) if i != without]
    codes += [runs.sets.codes] if runs.sets is not None else []
    return group(codes) if codes else np.zeros(len(runs.response), dtype=np.intp)


def _draws(rng: np.random.Generator, values: Floats, n: int) -> Floats:
    """Runs of a stratum drawn again with replacement, (n x n_values)."""
    drawn: Floats = values[rng.integers(0, len(values), (n, len(values)))]
    return drawn


def _iqm_draws(parts: Sequence[Floats], cut: int) -> Floats:
    rng, n = np.random.default_rng(SEED), sum(map(len, parts))
    drawn = np.hstack([_draws(rng, part, _n_draws(n)) for part in parts])
    middle: Floats = np.partition(drawn, (cut, n - cut - 1), axis=1)[:, cut : n - cut].mean(axis=1)
    return middle


def _improvement_draws(pairs: Sequence[tuple[Floats, Floats]]) -> Floats:
    rng, n = np.random.default_rng(SEED), _n_draws(sum(len(mine) * len(other) for mine, other in pairs))
    each = [_probability(_draws(rng, mine, n), _draws(rng, other, n)) for mine, other in pairs]
    return np.asarray(np.mean(each, axis=0))


def _n_draws(n: int) -> int:
    return max(min(MAX_DRAWS, MAX_NUMBERS // n), MIN_DRAWS)


def _probability(mine: Floats, other: Floats) -> Floats:
    """How often a value of a row of the first (k x n) is above one of the second (k x m), (k,)."""
    if mine.size * other.shape[1] > MAX_PAIRS:
        return np.array([_by_order(a, b) for a, b in zip(mine, other, strict=True)])
    a, b = mine[:, :, None], other[:, None, :]
    shares: Floats = ((a > b) + 0.5 * (a == b)).mean(axis=(1, 2))
    return shares


def _by_order(mine: Floats, other: Floats) -> float:
    """The same of one row each, (n,) and (m,)."""
    other = np.sort(other)
    n_below, n_not_above = (np.searchsorted(other, mine, side).sum() for side in ("left", "right"))
    return float((n_below + n_not_above) / (2 * len(mine) * len(other)))


def _percentiles(draws: Floats, alpha: float) -> tuple[float, float]:
    low, high = np.quantile(draws, [alpha / 2, 1 - alpha / 2])
    return float(low), float(high)
