"""How much wider the error of a contrast is because its effect may differ from seed to seed.

The variance of such differences is never known well: with 3 seeds a component has 2 degrees of freedom. So
all its sizes that the runs allow are weighed, by their likelihood under random slopes and by a prior
(half-Cauchy: Gelman 2006, Bayesian Analysis 1:515), and the inverse variance of the contrast is averaged:
its mean and variance are those of a scaled chi-squared, whose degrees of freedom go to a t test. The prior
was chosen by simulation, so that few verdicts are false for spreads up to half the noise and as much power
as possible is left without spread: docs/calibration.md.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ablation.analysis.data.factors import Floats
from ablation.analysis.model.fit import Fit
from ablation.analysis.model.slopes import Slopes, Spectrum

NO_SPREAD = 1 / 8
"""Prior probability that effects are the same for all seeds."""

MEDIAN_SPREAD = 1 / 2
"""Prior median of the other spreads: standard deviation of a contrast over seeds, in units of the noise."""

ALIKE = 3 / 4
"""Prior probability that all components differ from seed to seed as much as each other.

Else it is the contrast's own component alone: what the others say of its spread must not hide it.
"""

N_SPREADS = 24

SPREADS = np.concatenate(
    [[0.0], MEDIAN_SPREAD * np.tan(np.pi / 2 * (np.arange(N_SPREADS) + 0.5) / N_SPREADS)]
)
PRIOR = np.concatenate([[NO_SPREAD], np.full(N_SPREADS, (1 - NO_SPREAD) / N_SPREADS)])
RATIOS = SPREADS**2 / 2
"""Variance of the slopes over that of the runs: a contrast is a difference of two."""


class SeedSpread(NamedTuple):
    """Of contrasts (m,): factor on the standard error, and degrees of freedom of the widened variance."""

    factor: Floats
    df: Floats


def seed_spread(fit: Fit, a: Floats, slopes: Slopes | None, planned: bool = False) -> SeedSpread:
    """How much slopes widen the errors of contrasts.

    Args:
        fit: of the model.
        a: the contrasts in coordinates of the fit (m x rank).
        slopes: with the loads of these contrasts; None: nothing can be said, and nothing is widened.
        planned: take all squares to be what they are on average without slopes, for a study to come.
    """
    factor, df = np.ones(len(a)), np.full(len(a), float(fit.df_resid))
    if slopes is None:
        return SeedSpread(factor, df)
    unit = 0.0 if planned else fit.variance
    shared = _scan(slopes.shared, fit.df_resid, unit)
    lengths, owners = np.einsum("ij,ij->i", a, a), slopes.loads.argmax(axis=1)
    for owner in np.unique(owners):
        own, at = _scan(slopes.own(int(owner)), fit.df_resid, unit), owners == owner
        both = np.concatenate([shared.log_likelihood, own.log_likelihood])
        weights = np.concatenate([ALIKE * PRIOR, (1 - ALIKE) * PRIOR]) * np.exp(both - both.max())
        loads = slopes.loads[at] / lengths[at, None]
        shared_variance = shared.variance * (1 + np.outer(loads.sum(axis=1), RATIOS))
        own_variance = own.variance * (1 + np.outer(loads[:, owner], RATIOS))
        precision = 1 / np.hstack([shared_variance, own_variance])
        factor[at], df[at] = _matched(weights / weights.sum(), precision, fit.df_resid)
    return SeedSpread(factor, df)


class _Scan(NamedTuple):
    """Over all sizes of the spread: log likelihood, and variance of the runs over the classical estimate."""

    log_likelihood: Floats
    variance: Floats


def _scan(found: Spectrum, df: int, unit: float) -> _Scan:
    """Restricted likelihood of random slopes, with the variance of the runs at its best for each spread.

    Args:
        found: the residuals along the directions of slopes.
        df: residual degrees of freedom.
        unit: residual variance; 0 for squares as they are on average without slopes.
    """
    squares = found.squares / unit if unit > 0 else np.ones(len(found.gains))
    inflation = 1 + np.outer(RATIOS, found.gains)
    variance = 1 - (1 - 1 / inflation) @ squares / df
    return _Scan(-0.5 * np.log(inflation).sum(axis=1) - 0.5 * df * np.log(variance), variance)


def _matched(weights: Floats, precision: Floats, df: int) -> tuple[Floats, Floats]:
    """Factor on the standard error and degrees of freedom that match two moments of the inverse variance.

    Args:
        weights: of the sizes of the spread, (k,).
        precision: classical variance over the variance that they give to each contrast, (m x k).
        df: of the variance of the runs, given the spread.
    """
    first, second = precision @ weights, precision**2 @ weights * (1 + 2 / df)
    return 1 / np.sqrt(np.minimum(first, 1.0)), np.minimum(2 * first**2 / (second - first**2), df)
