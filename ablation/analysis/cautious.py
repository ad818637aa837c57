"""The inference behind verdicts: the classical test and one that allows unequal spread, whichever is wider.

Neither is chosen by a look at the spread. The robust one is HC2 with Bell and McCaffrey's degrees of freedom
(Imbens & Kolesar 2016, Review of Economics and Statistics 98:701): in a balanced design it equals the
classical test for two-level factors, and it protects contrasts of a noisy level of a multi-level factor.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ablation.analysis.distributions import t_lower, t_quantile, t_two_sided
from ablation.analysis.factors import Floats
from ablation.analysis.fit import Fit

EXACT_UP_TO = 2000
"""Up to this many runs the degrees of freedom use all pairs of residuals; beyond, they are large anyway."""


@dataclass(frozen=True)
class Cautious:
    """Contrasts (m,): estimate, the wider standard error with its degrees of freedom, and the larger p."""

    estimate: Floats
    se: Floats
    df: Floats
    p: Floats

    def interval(self, alpha: float) -> tuple[Floats, Floats]:
        """Bounds of the interval with level 1 - alpha."""
        reach = t_quantile(1 - alpha / 2, self.df) * self.se
        return self.estimate - reach, self.estimate + reach

    def equivalence_p(self, low: float, high: float) -> Floats:
        """Two one-sided tests: the p value of 'the effect is outside [low, high]' (Schuirmann 1987)."""
        below = 1 - t_lower((self.estimate - low) / self.se, self.df)
        above = t_lower((self.estimate - high) / self.se, self.df)
        return np.maximum(below, above)


def cautious(fit: Fit, L: Floats, alpha: float) -> Cautious:
    """Estimate combinations L (m x p) of coefficients with the wider of two standard errors."""
    found = fit.estimates(L)
    df = np.full(len(L), float(fit.df_resid))
    p = t_two_sided(found.estimate / found.se, df)
    robust_se, robust_df = hc2(fit, L)
    robust_p = t_two_sided(found.estimate / robust_se, robust_df)
    wider = t_quantile(1 - alpha / 2, robust_df) * robust_se > t_quantile(1 - alpha / 2, df) * found.se
    return Cautious(
        found.estimate,
        np.where(wider, robust_se, found.se),
        np.where(wider, robust_df, df),
        np.fmax(p, robust_p),
    )


def hc2(fit: Fit, L: Floats) -> tuple[Floats, Floats]:
    """HC2 standard errors and Bell-McCaffrey degrees of freedom of L (m x p); NaN at leverage 1."""
    slack = 1 - fit.leverage
    if np.isnan(fit.variance) or (slack < 1e-9).any():
        return np.full(len(L), np.nan), np.full(len(L), np.nan)
    squares = (fit.q @ fit.coordinates(L).T) ** 2  # (n x m): squared share of each run in each contrast
    se = np.sqrt((fit.residuals**2 / slack) @ squares)
    w = squares / slack[:, None]
    if fit.n <= EXACT_UP_TO:
        pairs = (np.eye(fit.n) - fit.q @ fit.q.T) ** 2
        spread = np.einsum("im,ij,jm->m", w, pairs, w, optimize=True)
    else:
        spread = np.einsum("im,i->m", w**2, slack**2)
    df = squares.sum(axis=0) ** 2 / spread
    return np.where(fit.estimable(L), se, np.nan), df
