"""Many studies of one design at once: what `analyze` makes of a response, by matrices of the design alone.

The design is read, decomposed and given its errors by the product once; each further response is a product
of matrices with them. `benchmarks.adaptive` and `benchmarks.calibration` send studies through `analyze` as
well and compare.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ablation.analysis import Analysis
from ablation.analysis.data.factors import Floats
from ablation.analysis.model.decompose import beyond
from ablation.analysis.model.fit import Fit
from ablation.analysis.model.slopes import NEGLIGIBLE, Slopes, slopes_of
from ablation.analysis.model.terms import Group
from ablation.analysis.probability.distributions import f_upper, t_lower, t_quantile, t_two_sided
from ablation.analysis.tables.anova import _nested, tested_interactions
from ablation.analysis.verdicts.conservative import EXACT_UP_TO, _unbiased
from ablation.analysis.verdicts.rows import contrast_alpha, main_rows
from ablation.analysis.verdicts.seed_spread import added_by_slopes, more_uncertain, seed_spread


@dataclass(frozen=True, eq=False)
class Estimated:
    """Contrasts of many studies, (n_studies x m), as `verdicts.conservative.Conservative` has those of one.

    Attributes:
        estimate, se, df, p: of each.
        errors: standard error and degrees of freedom of each kind.
        screen: the smallest p value of the interactions by the classical test, by Holm, (n_studies,).
        classical: standard error of the classical test.
    """

    estimate: Floats
    se: Floats
    df: Floats
    p: Floats
    errors: list[tuple[Floats, Floats]]
    screen: Floats
    classical: Floats

    def claims(self, margin: float | None) -> Floats:
        """P values of the sign, of 'beyond the margin' and of 'inside it', (3, n_studies, m)."""
        if margin is None:
            return np.stack([self.p, *2 * [np.full_like(self.p, np.nan)]])
        away = np.maximum(np.abs(self.estimate) - margin, 0.0)
        out = np.max([t_two_sided(away / se, df) for se, df in self.errors], axis=0)
        below = 1 - t_lower((self.estimate + margin) / self.se, self.df)
        above = t_lower((self.estimate - margin) / self.se, self.df)
        return np.stack([self.p, out, np.maximum(below, above)])

    def interval(self, alpha: float) -> tuple[Floats, Floats]:
        """Bounds of the intervals with level 1 - alpha."""
        half = t_quantile(1 - alpha / 2, self.df) * self.se
        return self.estimate - half, self.estimate + half


class KnownDesign:
    """What the runs of one design make of any response on the identity scale.

    Args:
        found: the analysis of any response.
    """

    def __init__(self, analysis: Analysis) -> None:
        fit = self.fit = analysis.fit
        if fit.alone.any():
            raise ValueError("Expected a design without a run of leverage one.")
        self.alpha = analysis.request.alpha
        self.share = contrast_alpha(fit, self.alpha)
        self.rows = main_rows(fit, analysis.runs.predictors)
        L = np.array([row.L for row in self.rows])
        a = fit.coordinates(L)
        self.loadings, self.lengths = fit.loadings(a)[fit.alike.number], np.linalg.norm(a, axis=1)
        self.weights, self.dfs = _weights(fit, self.loadings**2)
        slopes = slopes_of(fit, analysis.runs)
        self.spread, self.added = seed_spread(fit, slopes), added_by_slopes(fit, L, slopes)
        self.directions = [] if slopes is None else _directions(slopes)
        self.screens = [_basis(fit, group) for group in tested_interactions(fit)]

    def estimated(self, y: Floats) -> Estimated:
        """Estimate all contrasts.

        Args:
            y: responses, (n_studies x n_runs), the runs as in the table.
        """
        fit = self.fit
        z = y @ fit.q
        residuals = y - z @ fit.q.T
        squares = residuals**2
        variance = squares.sum(axis=1, keepdims=True) / fit.df_resid
        errors = self._errors(squares)
        if self.spread is not None:
            sums = [np.sum((residuals @ M) ** 2, axis=1) for M in self.directions]
            each, shared = np.stack(sums[1:], axis=1) / variance, sums[0][:, None] / variance
            ratios = replace(self.spread, squares=each, squares_all=shared).ratios()
            factor = np.sqrt(1 + ratios @ self.added.T)
            errors = [(se * factor, more_uncertain(df, self.spread.df, fit.df_resid)) for se, df in errors]
        estimate = y @ self.loadings
        se, df = (np.stack([error[i] for error in errors]) for i in (0, 1))
        widest = np.argmax(t_quantile(1 - self.alpha / 2, df) * se, axis=0)[None]
        se, df = (np.take_along_axis(values, widest, axis=0)[0] for values in (se, df))
        p = np.max([t_two_sided(estimate / s, d) for s, d in errors], axis=0)
        screen = self._screen(z[:, fit.n_blocks :], variance[:, 0])
        return Estimated(estimate, se, df, p, errors, screen, np.sqrt(variance) * self.lengths)

    def _errors(self, squares: Floats) -> list[tuple[Floats, Floats]]:
        """HC2 where the unbiased variance is not positive, as in `robust_errors`."""
        errors = []
        own = squares @ self.weights[0]
        for weights, df in zip(self.weights, self.dfs, strict=True):
            mine = squares @ weights
            is_own = mine > 0
            errors.append((np.sqrt(np.where(is_own, mine, own)), np.where(is_own, df, self.dfs[0])))
        return errors

    def _screen(self, z: Floats, variance: Floats) -> Floats:
        if not self.screens:
            return np.ones(len(z))
        p = []
        for basis in self.screens:
            F = np.sum((z @ basis) ** 2, axis=1) / basis.shape[1] / variance
            p.append(f_upper(F, basis.shape[1], self.fit.df_resid))
        smallest: Floats = np.min(p, axis=0) * len(p)
        return smallest


def _weights(fit: Fit, shares: Floats) -> tuple[list[Floats], list[Floats]]:
    """Weights of squared residuals, (n x m) each, and their degrees of freedom, as in `robust_errors`."""
    room, total = 1 - fit.leverage, shares.sum(axis=0)
    hc2 = shares / room[:, None]
    if fit.n > EXACT_UP_TO:
        weights, spreads = [hc2], [np.einsum("im,i->m", hc2**2, room**2)]
    else:
        pairs = fit.residual_pairs
        unbiased = _unbiased(pairs, shares, room, ~fit.alone)
        weights = [hc2, hc2 if np.isnan(unbiased).any() else unbiased]
        spreads = [np.einsum("im,im->m", w, pairs @ w) for w in weights]
    return weights, [np.minimum(total**2 / spread, fit.df_resid) for spread in spreads]


def _directions(slopes: Slopes) -> list[Floats]:
    """Of all predictors together and of each: directions (n x r) along which residuals are squared."""
    fit, k = slopes.fit, len(slopes.owner)
    by_block = np.zeros((fit.n, fit.n_blocks, k))
    by_block[np.arange(fit.n), fit.matrix.block] = slopes.columns[fit.matrix.cell]
    columns = by_block.reshape(fit.n, -1)
    outside = columns - fit.q @ (fit.q.T @ columns)
    owner = np.tile(slopes.owner, fit.n_blocks)
    directions = []
    for at in (np.ones(len(owner), bool), *(owner == i for i in range(int(owner.max()) + 1))):
        gains, vectors = np.linalg.eigh(outside[:, at].T @ outside[:, at])
        real = gains > NEGLIGIBLE * gains.max()
        directions.append(columns[:, at] @ vectors[:, real] / np.sqrt(gains[real]))
    return directions


def _basis(fit: Fit, group: Group) -> Floats:
    base, added = (np.setdiff1d(columns, [0]) for columns in _nested(fit, group, 2))
    return beyond(fit.triangle[:, base], fit.triangle[:, added])
