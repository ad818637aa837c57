"""The errors behind verdicts: they allow for unequal spread and for effects that differ between seeds.

Two errors allow unequal spread, and a verdict must pass the tests with both: HC2 (Bell & McCaffrey 2002), and
weights of squared residuals with which the variance of a contrast is unbiased whatever the spread (Cattaneo,
Jansson & Newey 2018, JASA 113:1350). Both have Satterthwaite degrees of freedom (Imbens & Kolesar 2016,
Review of Economics and Statistics 98:701), and HC2 is then CR2 with runs as clusters (Pustejovsky & Tipton
2018, J. Bus. Econ. Stat. 36:672). For two-level factors of a balanced design both equal the classical error.
Both are widened by what an effect may differ from seed to seed (`seed_spread`). Nothing is chosen by a test.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from ablation.analysis.data.factors import Bools, Factor, Floats
from ablation.analysis.data.runs import Runs
from ablation.analysis.model.alike import SINGLY_UP_TO, Alike
from ablation.analysis.model.fit import ALONE, EXACT_FIT, Fit
from ablation.analysis.model.slopes import Slopes, slopes_of
from ablation.analysis.probability.distributions import t_lower, t_quantile, t_two_sided
from ablation.analysis.sequential.looks import FrozenRow
from ablation.analysis.verdicts.seed_spread import added_by_slopes, more_uncertain, seed_spread

EXACT_UP_TO = SINGLY_UP_TO
"""Up to this many runs all pairs of residuals are used; beyond, their correlations no longer matter."""

MIN_ONE_MINUS_LEVERAGE = 0.5
"""With all leverages below one half the unbiased weights exist."""


class StandardError(NamedTuple):
    """The standard error of a contrast, with its degrees of freedom."""

    se: float
    df: float


Errors = tuple[tuple[StandardError, ...], ...]
"""For each contrast, all the errors that its verdict must pass."""

Robust = list[tuple[Floats, Floats]]
"""Of each kind of error: standard errors and degrees of freedom of all contrasts, (m,) each."""


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
        """The contrasts, with those that earlier looks have settled in their places."""
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


def conservative(fit: Fit, L: Floats, runs: Runs, slopes: Slopes | None, alpha: float) -> Conservative:
    """Estimate combinations L (m x p) of coefficients with the wider of their standard errors."""
    estimate = fit.estimates(L).estimate
    both = robust_errors(fit, L, runs, fit.residuals**2, fit.variance)
    return of_errors(estimate, _errors(_widened(both, fit, L, slopes)), alpha)


def of_errors(estimate: Floats, errors: Errors, alpha: float) -> Conservative:
    """Contrasts (m,) by the wider of their standard errors, at this level, and the larger p."""
    se, df = (np.array([[error[i] for error in both] for both in errors]) for i in (0, 1))
    widest = np.nanargmax(np.nan_to_num(t_quantile(1 - alpha / 2, df) * se, nan=-1.0), axis=1)
    at = np.arange(len(estimate)), widest
    with np.errstate(divide="ignore", invalid="ignore"):  # an estimate without an error, or none at all
        p = t_two_sided(estimate[:, None] / se, df).max(axis=1)
    return Conservative(estimate, se[at], df[at], p, errors)


def planned_errors(fit: Fit, L: Floats, runs: Runs, variance: float) -> Errors:
    """The errors to expect for combinations L (m x p) if all runs have this variance.

    Of `fit` only the design counts, and whether its response varies.
    """
    both = robust_errors(fit, L, runs, variance * (1 - fit.leverage), variance)
    return _errors(_widened(both, fit, L, slopes_of(fit, runs), is_planned=True))


def growing_errors(fit: Fit, L: Floats, runs: Runs, slopes: Slopes | None) -> tuple[Errors, Floats]:
    """The errors of combinations L if effects are equal for all seeds, and what their spread adds."""
    both = robust_errors(fit, L, runs, fit.residuals**2, fit.variance)
    return _errors(both), added_by_slopes(fit, L, slopes)


def _widened(both: Robust, fit: Fit, L: Floats, slopes: Slopes | None, is_planned: bool = False) -> Robust:
    """Errors of combinations L with what their effects may differ from seed to seed."""
    spread = seed_spread(fit, slopes)
    if spread is None:
        return both
    ratios = spread.expected() if is_planned else spread.ratios()
    factor = np.sqrt(1 + added_by_slopes(fit, L, slopes) @ ratios)
    return [(se * factor, more_uncertain(df, spread.df, fit.df_resid)) for se, df in both]


def _errors(both: Robust) -> Errors:
    each = zip(*(zip(se.tolist(), df.tolist(), strict=True) for se, df in both), strict=True)
    return tuple(tuple(StandardError(*error) for error in errors) for errors in each)


def robust_errors(fit: Fit, L: Floats, runs: Runs, squares: Floats, variance: float) -> Robust:
    """Standard errors that allow for unequal spread, and their degrees of freedom, for L (m x p); (m,) each.

    HC2 and the unbiased one, in which HC2 stands in where a leverage is too high for unbiased weights or
    they give no positive variance. NaN without an error estimate.

    Args:
        fit: the fit whose coefficients are combined.
        L: the combinations.
        runs: the rows of the fit.
        squares: squared residuals (n,), of the fit or to be expected.
        variance: of the residuals, for contrasts that have no error of their own.
    """
    if np.isnan(fit.variance):
        nothing = np.full(len(L), np.nan)
        return [(nothing, nothing)]
    # Variance of a contrast = shares . variances of runs, here summed over runs alike: (n_groups x m).
    shares = fit.loadings(fit.coordinates(L)) ** 2
    squares, counts = fit.alike.sums(squares), fit.alike.counts
    free = ~fit.alone_alike
    room = np.where(free, 1 - fit.leverage_alike, 1.0)
    others = _of_others(shares, squares / room, free, fit.alike, runs) / room[:, None]
    hc2 = np.where(free[:, None], shares / room[:, None], 0.0) + others
    if fit.n > EXACT_UP_TO:
        spreads = [np.einsum("im,i->m", hc2**2, counts * room**2)]
        weights = [hc2]
    else:
        pairs = fit.residual_pairs
        unbiased = _unbiased(pairs, shares, room, free) + others
        weights = [hc2, np.where(squares @ unbiased > 0, unbiased, hc2)]
        spreads = [np.einsum("im,im->m", w, pairs @ w) for w in weights]
    total, known = counts @ shares, fit.estimable(L)
    errors = []
    for w, spread in zip(weights, spreads, strict=True):
        own = squares @ w
        # residuals that are all zero but for rounding say nothing: the error of all runs then
        is_real = own > EXACT_FIT**2 * variance * total
        se = np.sqrt(np.where(is_real, own, variance * total))
        own_df = np.divide(total**2, spread, out=np.full_like(total, np.inf), where=spread > 0)
        df = np.where(is_real, np.minimum(own_df, fit.df_resid), fit.df_resid)
        errors.append((np.where(known, se, np.nan), df))
    return errors


def _unbiased(pairs: Floats, shares: Floats, room: Floats, free: Bools) -> Floats:
    """Weights (n x m) of squared residuals with which variances are unbiased; NaN where there are none."""
    weights = np.zeros_like(shares)
    if room.min() <= MIN_ONE_MINUS_LEVERAGE:
        return np.full_like(shares, np.nan)
    weights[free] = np.linalg.solve(pairs[np.ix_(free, free)], shares[free])
    return weights


def _of_others(shares: Floats, variances: Floats, free: Bools, alike: Alike, runs: Runs) -> Floats:
    """Weights (n_groups x m) of the runs that stand in for those of leverage one, whose error nobody knows.

    For each the runs of that of its levels that is the noisiest, or all runs if these are noisier.
    """
    weights = np.zeros_like(shares)
    alone = np.flatnonzero(~free & (shares.max(axis=1) > ALONE**2))
    if not len(alone):
        return weights
    first = runs.one_per_cell[alike.cell]
    groups = [
        np.zeros(len(free), dtype=np.intp),
        *(f.codes[first] for f in runs.predictors if isinstance(f, Factor)),
    ]
    counts = [np.bincount(codes[free], alike.counts[free], minlength=codes.max() + 1) for codes in groups]
    sizes = [
        np.bincount(codes[free], variances[free], minlength=len(n)) / np.maximum(n, 1)
        for codes, n in zip(groups, counts, strict=True)
    ]
    noisiest = np.argmax([size[codes[alone]] for size, codes in zip(sizes, groups, strict=True)], axis=0)
    for i, (codes, n) in enumerate(zip(groups, counts, strict=True)):
        by_group = np.zeros((len(n), shares.shape[1]))
        chosen = alone[noisiest == i]
        np.add.at(by_group, codes[chosen], shares[chosen])
        weights[free] += (by_group / np.maximum(n, 1)[:, None])[codes[free]]
    return weights
