"""F tests of terms that allow unequal spread: Wald tests with HC3, type II or III as in R's car."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy import linalg

from ablation.analysis.distributions import f_upper
from ablation.analysis.factors import Floats
from ablation.analysis.fit import Fit
from ablation.analysis.terms import Group


def robust_tests(fit: Fit, groups: Sequence[Group], anova_type: int) -> tuple[Floats, Floats]:
    """F and p of each group of terms, (n_groups,); NaN for type I and where HC3 is undefined.

    Type II tests the part of a term that is uncorrelated, under the robust covariance, with the terms that
    contain it (Fox 2016, Applied Regression Analysis, ch. 9; `car::Anova(type = 2, vcov. = hccm)`).
    """
    tests = [_test(fit, group, anova_type) for group in groups]
    F = np.array([F for F, _ in tests], dtype=float)
    return F, f_upper(F, [df for _, df in tests], fit.df_resid)


def _test(fit: Fit, group: Group, anova_type: int) -> tuple[float, int]:
    containing = [t for t in fit.matrix.terms if any(t.contains(one) for one in group)]
    above = containing if anova_type == 2 else []
    own = np.intersect1d(np.concatenate([t.columns for t in group]), fit.kept)
    others = np.intersect1d(np.concatenate([t.columns for t in above]), fit.kept) if above else own[:0]
    chosen = np.concatenate([own, others])
    if anova_type == 1 or len(own) == 0 or not fit.has_hc3:
        return float("nan"), 0
    a = fit.coordinates(np.eye(fit.matrix.X.shape[1])[chosen] * fit.norms)
    covariance = fit.hc3_covariance(a)
    free = np.eye(len(chosen))
    if len(others):
        q = linalg.qr(covariance[:, len(own) :])[0]
        free = q[:, len(others) :]
    found = free.T @ (a @ fit.z)
    F = found @ np.linalg.solve(free.T @ covariance @ free, found) / len(found)
    return float(F), len(found)
