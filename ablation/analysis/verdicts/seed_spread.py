"""How much wider the error of a contrast is because its effect may differ between seeds.

The variance of such differences is never known well: with 3 seeds a component has 2 degrees of freedom for
it. So each component's is judged by all components together, and by its own where that is larger, drawn
towards all (as Smyth 2004, Stat. Appl. Genet. Mol. Biol. 3:3, does with the variances of many genes). The
error is never smaller than that of effects that are the same for all seeds. Both constants were chosen by
simulation, so that few verdicts are false for spreads up to half the noise, also where one component alone
differs, and as much power as possible is left without spread: docs/calibration.md, which also has what any
rule can reach.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np

from ablation.analysis.data.factors import Floats
from ablation.analysis.model.fit import Fit
from ablation.analysis.model.slopes import Slopes

PRIOR_DF = 3
"""So many degrees of freedom all components count beside a component's own."""

STEADIER = 1.75
"""The largest of several variances strays less than one: so many times the degrees of freedom."""

N_DRAWS = 2000
"""Of studies without spread, that say how wide errors will be."""


Number = TypeVar("Number", float, Floats)


@dataclass(frozen=True, eq=False)
class SeedSpread:
    """What the runs say about effects that differ between seeds, as sums over the directions of slopes.

    Attributes:
        n: directions of each predictor's slopes, (n_predictors,).
        gains: what a ratio of variances, of slopes to runs, adds to their squares in all, (n_predictors,).
        squares: of the residuals along them, over the variance of the runs, (… x n_predictors).
        n_all, gains_all, squares_all: the same of all slopes together; the squares are (… x 1).
        df: degrees of freedom of the widened variance of a contrast.
    """

    n: Floats
    gains: Floats
    squares: Floats
    n_all: float
    gains_all: float
    squares_all: Floats
    df: float

    def ratios(self) -> Floats:
        """Variance of the slopes of each predictor over that of the runs, by moments, (… x n_predictors)."""
        alike = (self.squares_all - self.n_all) / self.gains_all
        own = np.where(self.n > 0, self.squares - self.n, 0.0) / np.where(self.n > 0, self.gains, 1.0)
        drawn = (PRIOR_DF * alike + self.n * own) / (PRIOR_DF + self.n)
        ratios: Floats = np.maximum(np.maximum(drawn, alike), 0.0)
        return ratios

    def grown(self, times: float, fresh: Floats, variance: Floats) -> SeedSpread:
        """The same in draws of a study with more seeds.

        Args:
            times: so many times the directions.
            fresh: sums of squares along the new ones, over the variance now, (n_draws x n_predictors).
            variance: of the runs over that now, (n_draws,).
        """
        of_all = fresh.sum(axis=1, keepdims=True) * self.n_all / self.n.sum()
        return SeedSpread(
            self.n * times, self.gains * times, (self.squares + fresh) / variance[:, None],
            self.n_all * times, self.gains_all * times, (self.squares_all + of_all) / variance[:, None],
            self.df * times,
        )  # fmt: skip

    def expected(self) -> Floats:
        """The ratios on average, if effects are the same for all seeds; always from the same draws."""
        rng = np.random.default_rng(0)
        drawn = np.stack([rng.chisquare(n, N_DRAWS) if n else np.zeros(N_DRAWS) for n in self.n], axis=1)
        ratios: Floats = self.unseen().grown(1.0, drawn, np.ones(N_DRAWS)).ratios().mean(axis=0)
        return ratios

    def unseen(self) -> SeedSpread:
        """The same design before its runs."""
        return replace(self, squares=0 * self.squares, squares_all=0 * self.squares_all)


def seed_spread(fit: Fit, slopes: Slopes | None) -> SeedSpread | None:
    """How much effects may differ between seeds; None if the runs cannot say.

    Args:
        fit: of the model.
        slopes: None without seeds.
    """
    if slopes is None or not len(slopes.shared.gains):
        return None
    own, shared = slopes.each, slopes.shared
    return SeedSpread(
        np.array([float(len(one.gains)) for one in own]),
        np.array([float(one.gains.sum()) for one in own]),
        np.array([float(one.squares.sum()) for one in own]) / fit.variance,
        float(len(shared.gains)),
        float(shared.gains.sum()),
        np.array([float(shared.squares.sum())]) / fit.variance,
        STEADIER * float(shared.gains.sum() ** 2 / (shared.gains**2).sum()),
    )


def added_by_slopes(fit: Fit, L: Floats, slopes: Slopes | None) -> Floats:
    """What a ratio of 1 adds to the variance of combinations L, over it, by predictor (m x n_predictors)."""
    if slopes is None:
        return np.zeros((len(L), 0))
    a = fit.coordinates(L)
    lengths = np.einsum("ij,ij->i", a, a)[:, None]
    return slopes.loads(L) / np.where(lengths > 0, lengths, 1.0)


def more_uncertain(df: Number, spread_df: float, df_resid: float) -> Number:
    """Degrees of freedom with the spread: the uncertainties of both variances add up."""
    return 1 / (1 / df + max(1 / spread_df - 1 / df_resid, 0.0))
