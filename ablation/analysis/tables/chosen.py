"""The true mean of the best of many cells: part of its lead is luck, since it was chosen."""

import math

import numpy as np
from scipy import special

from ablation.analysis.data.factors import Floats
from ablation.analysis.probability import studentized_range
from ablation.analysis.probability.distributions import root, t_quantile

CONTENDERS_SHARE = 0.1
"""Share of alpha that pays for counting only the cells that can have been the best."""


def chosen_mean(
    means: Floats, relative_variance: Floats, main: Floats, error: tuple[float, int], alpha: float
) -> Floats:
    """The true mean of the cell with the lowest mean: estimate and bounds, (3,); NaN without an error.

    The estimate shrinks the means towards those that main effects without interactions would give, and
    these towards one mean for all, each by the share of its sum of squares that noise explains (James &
    Stein 1961). It moves no further than the distance to the runner-up lets luck explain: not beyond the
    median-unbiased estimate of a mean that is known to be the lower of the two.

    The interval holds for the chosen cell, whatever the true means. A cell is chosen for errors that make
    it look better, so its lower bound needs no correction; its upper bound must hold for all cells that can
    have been the best at once, which are counted first (Zrnic & Fithian 2024, Annals of Statistics 52:1227).

    Args:
        means: of all cells, (n_cells,); NaN where not known.
        relative_variance: of each mean, over the error variance, (n_cells,).
        main: columns of the main effects, a row per cell, (n_cells x n_columns).
        error: variance of one run, and its degrees of freedom.
        alpha: the interval has level 1 - alpha.
    """
    variance, df = error
    known = np.isfinite(means)
    if not (variance > 0 and df > 0):
        return np.full(3, np.nan)
    means, se = means[known], np.sqrt(variance * relative_variance[known])
    best = int(means.argmin())
    low = means[best] - t_quantile(1 - alpha * (1 - CONTENDERS_SHARE) / 2, df) * se[best]
    high = means[best] + _one_sided(means, se, df, alpha) * se[best]
    limit = means[best] + _luck(np.delete(means, best), means[best], se[best])
    shrunken = _shrunken(means, se, main[known])[best]
    return np.array([np.clip(shrunken, means[best], min(limit, high)), low, high])


def _one_sided(means: Floats, se: Floats, df: int, alpha: float) -> float:
    """Standard errors above a mean that no cell which can have been the best exceeds."""
    reach = studentized_range.critical_value(alpha * CONTENDERS_SHARE, max(len(means), 2), df) * se.max()
    n = int((means <= means.min() + 2 * reach).sum())
    return float(t_quantile((1 - alpha * (1 - CONTENDERS_SHARE) / 2) ** (1 / n), df))


def _luck(others: Floats, best: float, se: float) -> float:
    """How far above the observed mean half of those that are known to be below the runner-up lie."""
    gap = (others.min() - best) / se if len(others) else np.inf
    top = 40.0

    def log_share(shift: float) -> float:
        return float(special.log_ndtr(-shift) - special.log_ndtr(gap - shift)) + math.log(2)

    return top * se if log_share(top) > 0 else root(log_share, 0.0, top) * se


def _shrunken(means: Floats, se: Floats, main: Floats) -> Floats:
    """Means shrunk towards the main effects, and those towards the grand mean, (n_cells,)."""
    root_weights = 1 / se
    ones = root_weights[:, None]
    basis = np.linalg.qr(ones)[0]
    rest = root_weights * means
    total = basis @ (basis.T @ rest)
    rest = rest - total
    columns = root_weights[:, None] * main
    u, size, _ = np.linalg.svd(columns - basis @ (basis.T @ columns), full_matrices=False)
    u = u[:, size > 1e-9 * max(size.max(initial=0.0), 1e-300)]
    additive = u @ (u.T @ rest)
    n_rest = len(means) - 1 - u.shape[1]
    shrunken = (
        total + _share(additive, u.shape[1]) * additive + _share(rest - additive, n_rest) * (rest - additive)
    )
    return shrunken * se


def _share(part: Floats, df: int) -> float:
    """What noise of variance one with so many degrees of freedom leaves of a part."""
    squares = float(part @ part)
    return max(0.0, 1 - df / squares) if squares > 0 else 0.0
