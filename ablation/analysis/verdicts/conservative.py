"""The inference behind verdicts: the classical test and one that allows unequal spread, whichever is wider.

Neither is chosen by a look at the spread. The robust one weights squared residuals so that the variance of
a contrast is unbiased whatever the spread (Cattaneo, Jansson & Newey 2018, JASA 113:1350), with
Satterthwaite degrees of freedom (Bell & McCaffrey; Imbens & Kolesar 2016, Review of Economics and
Statistics 98:701). For two-level factors of a balanced design it equals the classical test; it protects
contrasts of a noisy level of a multi-level factor.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from ablation.analysis.data.factors import Floats
from ablation.analysis.model.fit import Fit
from ablation.analysis.probability.distributions import t_lower, t_quantile, t_two_sided
from ablation.analysis.sequential.looks import FrozenRow

EXACT_UP_TO = 500
"""Up to this many runs all pairs of residuals are used; beyond, their correlations no longer matter."""


MIN_ONE_MINUS_LEVERAGE = 0.5
"""With all leverages below one half the unbiased weights exist."""


class StandardError(NamedTuple):
    """Of one contrast, with its degrees of freedom."""

    se: float
    df: float


Errors = tuple[tuple[StandardError, ...], ...]
"""For each contrast, all the errors that its verdict must pass."""


@dataclass(frozen=True, eq=False)
class Conservative:
    """Contrasts (m,): estimate, the wider standard error with its degrees of freedom, and the larger p."""

    estimate: Floats
    se: Floats
    df: Floats
    p: Floats
    errors: Errors

    def interval(self, alpha: float) -> tuple[Floats, Floats]:
        """Bounds of the interval with level 1 - alpha."""
        half_width = t_quantile(1 - alpha / 2, self.df) * self.se
        return self.estimate - half_width, self.estimate + half_width

    def with_frozen(self, frozen: Mapping[int, FrozenRow]) -> Conservative:
        """The contrasts with what earlier looks have settled for good, by position."""
        if not frozen:
            return self
        estimate, se, df = self.estimate.copy(), self.se.copy(), self.df.copy()
        for i, row in frozen.items():
            estimate[i], se[i], df[i] = row.estimate, row.se, row.df
        return replace(self, estimate=estimate, se=se, df=df)

    def equivalence_p(self, low: float, high: float) -> Floats:
        """Two one-sided tests: the p value of 'the effect is outside [low, high]' (Schuirmann 1987)."""
        below = 1 - t_lower((self.estimate - low) / self.se, self.df)
        above = t_lower((self.estimate - high) / self.se, self.df)
        return np.maximum(below, above)


def conservative(fit: Fit, L: Floats, alpha: float) -> Conservative:
    """Estimate combinations L (m x p) of coefficients with the wider of two standard errors."""
    found = fit.estimates(L)
    df = np.full(len(L), float(fit.df_resid))
    p = t_two_sided(found.estimate / found.se, df)
    robust_se, robust_df = robust_error(fit, L)
    robust_p = t_two_sided(found.estimate / robust_se, robust_df)
    wider = t_quantile(1 - alpha / 2, robust_df) * robust_se > t_quantile(1 - alpha / 2, df) * found.se
    return Conservative(
        found.estimate,
        np.where(wider, robust_se, found.se),
        np.where(wider, robust_df, df),
        np.fmax(p, robust_p),
        _errors(found.se, df, robust_se, robust_df),
    )


def planned_errors(fit: Fit, L: Floats, variance: float) -> Errors:
    """The errors to expect of combinations L (m x p) when all runs have this variance.

    Of `fit` only the design counts, and whether its response varies.
    """
    length = np.linalg.norm(fit.coordinates(L), axis=1)
    se = np.where(fit.estimable(L), length, np.nan) * np.sqrt(variance)
    robust_se, robust_df = robust_error(fit, L, variance * (1 - fit.leverage))
    return _errors(se, np.full(len(L), float(fit.df_resid)), robust_se, robust_df)


def _errors(se: Floats, df: Floats, robust_se: Floats, robust_df: Floats) -> Errors:
    """The classical error of each contrast and, where there is one, the robust error."""
    both = zip(map(StandardError, se, df), map(StandardError, robust_se, robust_df), strict=True)
    return tuple((c,) if np.isnan(r.se) else (c, r) for c, r in both)


def robust_error(fit: Fit, L: Floats, squares: Floats | None = None) -> tuple[Floats, Floats]:
    """Standard errors that allow unequal spread, and their degrees of freedom, of L (m x p), each (m,).

    HC2 where a leverage is too high for the unbiased weights, NaN where a leverage is 1.

    Args:
        fit: the fit whose coefficients are combined.
        L: the combinations.
        squares: squared residuals (n,) in place of those of the fit.
    """
    one_minus_leverage = 1 - fit.leverage
    squares = fit.residuals**2 if squares is None else squares
    if not fit.has_hc3:
        return np.full(len(L), np.nan), np.full(len(L), np.nan)
    shares = (
        fit.loadings(fit.coordinates(L))
    ) ** 2  # (n x m): variance of a contrast = shares . variances of runs
    weights = shares / one_minus_leverage[:, None]
    if fit.n > EXACT_UP_TO:
        spread = np.einsum("im,i->m", weights**2, one_minus_leverage**2)
    else:
        pairs = (np.eye(fit.n) - fit.q @ fit.q.T) ** 2  # E(residual^2) = pairs @ variances of runs
        if one_minus_leverage.min() > MIN_ONE_MINUS_LEVERAGE:
            unbiased = np.linalg.solve(pairs, shares)
            weights = np.where(squares @ unbiased > 0, unbiased, weights)
        spread = np.einsum("im,im->m", weights, pairs @ weights)
    se = np.sqrt(squares @ weights)
    return np.where(fit.estimable(L), se, np.nan), shares.sum(axis=0) ** 2 / spread
