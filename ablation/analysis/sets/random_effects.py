"""The normal random-effects model: the mean of a population from some of its members."""

from dataclasses import dataclass

import numpy as np

from ablation.analysis.data.factors import Floats
from ablation.analysis.probability.distributions import t_quantile, t_two_sided

MAX_STEPS, ENOUGH = 200, 1e-12


@dataclass(frozen=True)
class RandomEffects:
    """The mean of a population, and its spread.

    Attributes:
        estimate: the mean.
        se: its standard error by Knapp and Hartung (2003, Stat. Med. 22:2693).
        df: members less one, of its t distribution.
        p: of the mean being zero.
        tau: standard deviation of the members' true values.
        low, high: interval of the mean.
        prediction_low, prediction_high: where the true value of another member is expected (Higgins et al.
            2009, J. R. Stat. Soc. A 172:137).
    """

    estimate: float
    se: float
    df: int
    p: float
    tau: float
    low: float
    high: float
    prediction_low: float
    prediction_high: float


def random_effects(y: Floats, v: Floats, alpha: float) -> RandomEffects:
    """Estimate mean and spread from values (k,) with known error variances (k,); NaN for fewer than two.

    The spread is that of restricted maximum likelihood. With variances of zero it contains the noise.
    """
    k = len(y)
    if k < 2:
        return RandomEffects(float(y.mean()) if k else np.nan, np.nan, 0, *[np.nan] * 6)
    tau2 = _reml(y, v)
    w = 1 / np.maximum(v + tau2, np.finfo(float).tiny)
    mean = float(w @ y / w.sum())
    se = float(np.sqrt(w @ (y - mean) ** 2 / ((k - 1) * w.sum())))
    t = float(t_quantile(1 - alpha / 2, k - 1))
    p = float(t_two_sided(mean / se, k - 1)) if se > 0 else np.nan
    reach, further = t * se, t * float(np.sqrt(tau2 + se**2))
    return RandomEffects(
        mean, se, k - 1, p, float(np.sqrt(tau2)), mean - reach, mean + reach, mean - further, mean + further
    )


def _reml(y: Floats, v: Floats) -> float:
    """The variance between members, by Fisher's scoring (Viechtbauer 2005, J. Educ. Behav. Stat. 30:261)."""
    tau2 = max(float(y.var(ddof=1) - v.mean()), 0.0)
    if np.ptp(v) == 0:
        return tau2
    scale = float(y.var(ddof=1) + v.mean())
    for _ in range(MAX_STEPS):
        w = 1 / (v + tau2)
        P = np.diag(w) - np.outer(w, w) / w.sum()
        Py = P @ y
        before, tau2 = tau2, max(tau2 + float((Py @ Py - np.trace(P)) / np.sum(P * P)), 0.0)
        if abs(tau2 - before) <= ENOUGH * scale:
            break
    return tau2
