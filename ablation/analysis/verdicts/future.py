"""Simulated results of a study with more seeds, if its fitted model is the truth.

The runs that are there stay; only the new seeds are drawn. In a balanced design all that tests need follows
from a few numbers: the coordinates of the response in the model's columns move towards themselves with less
and less noise, and the residual sum of squares grows by a chi-square variable. Designs with missing runs are
treated as if each new seed brought what the old ones brought on average.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ablation.analysis.data.factors import Floats
from ablation.analysis.model.decompose import orthonormal
from ablation.analysis.model.fit import Fit
from ablation.analysis.verdicts.conservative import StandardError
from ablation.analysis.verdicts.power import Growth
from ablation.analysis.verdicts.seed_spread import SeedSpread, more_uncertain

Projected = tuple[Floats, Floats]
"""Orthonormal combinations of coefficients: values now (df,), luck (n_draws x df)."""

EQUAL = 1e-9
"""Two errors that differ by less are the same."""


@dataclass(frozen=True, eq=False)
class GrownStudy:
    """A study with `more` seeds, in every draw.

    Attributes:
        old: share of the old seeds in all.
        variance: residual variance over that of the fitted model, (n_draws,).
        df: its degrees of freedom.
        fresh: what the new runs alone say of the variance, likewise, (n_draws,), and its degrees of freedom.
        ratios: how much effects seem to differ between seeds, of each predictor (n_draws x n_predictors).
        spread_df: degrees of freedom of what is widened by that.
    """

    old: float
    variance: Floats
    df: float
    fresh: Floats
    fresh_df: float
    ratios: Floats
    spread_df: float


@dataclass(frozen=True, eq=False)
class Drawn:
    """A contrast: its present estimate, its standard error per residual standard deviation, and its draws.

    `luck` (n_draws,) has variance `length`^2; `spread` (n_draws,) is what the errors that the runs of this
    contrast alone decide vary by beyond the residual variance, standard normal. `errors` are those without
    spread between seeds, and `added` (n_predictors,) is what a ratio of 1 adds to their squares.
    """

    estimate: float
    length: float
    luck: Floats
    spread: Floats
    errors: Sequence[StandardError]
    added: Floats


class Future:
    """The draws behind all forecasts, the same for any number of seeds, so that chances rise smoothly."""

    def __init__(
        self, fit: Fit, growth: Growth, n_blocks: int, spread: SeedSpread | None, n_draws: int
    ) -> None:
        """Draw.

        Args:
            fit: the fitted model, taken as the truth.
            growth: what one more seed brings.
            n_blocks: blocks of the fit, 0 without.
            spread: how much effects seem to differ from seed to seed now; in new seeds they do not.
            n_draws: number of draws.
        """
        self.fit, self.growth, self._spread = fit, growth, spread
        self._rng = np.random.default_rng(0)
        # Blocks come first, and what compares levels has no coordinates there.
        self._noise = self._rng.normal(size=(n_draws, fit.rank - n_blocks))
        self._rest = self._rng.normal(size=n_draws)
        n_predictors = 0 if spread is None else len(spread.n)
        self._along = np.random.default_rng([0, 1]).normal(size=(n_draws, n_predictors))

    @cached_property
    def sigma(self) -> float:
        """Residual standard deviation of the fitted model."""
        return float(np.sqrt(self.fit.variance))

    def at(self, more: int) -> GrownStudy:
        """The study with this many more seeds."""
        growth, dims = self.growth, self._noise.shape[1]
        old = growth.seeds / (growth.seeds + more)
        added = more * growth.df_per_seed
        rest = _chi_square(self._rest, max(added - dims, 0.0))
        fresh = np.sum(self._noise**2, axis=1) * old + rest
        df = growth.df_resid + added
        variance = (growth.df_resid + fresh) / df
        return GrownStudy(old, variance, df, fresh / added, added, *self._ratios(more, variance))

    def _ratios(self, more: int, variance: Floats) -> tuple[Floats, float]:
        if self._spread is None:
            return self._along, float("inf")
        times = (self.growth.seeds - 1 + more) / (self.growth.seeds - 1)
        new = self._spread.n * (times - 1)
        squares = np.stack([_chi_square(z, n) for z, n in zip(self._along.T, new, strict=True)], axis=1)
        spread = self._spread.grown(times, squares, variance)
        return spread.ratios(), spread.df

    def contrast(self, a: Floats, errors: Sequence[StandardError], added: Floats) -> Drawn:
        """The combination with coordinates a (rank,), and the parts of its verdict's errors."""
        luck: Floats = self._noise @ a[-self._noise.shape[1] :]
        spread = self._rng.normal(size=len(luck))
        return Drawn(float(a @ self.fit.z), float(np.linalg.norm(a)), luck, spread, errors, added)

    def projected(self, a: Floats) -> Projected:
        """Orthonormal combinations that span those with coordinates a (m x rank)."""
        basis = orthonormal((a / np.linalg.norm(a, axis=1, keepdims=True)).T)
        return basis.T @ self.fit.z, self._noise @ basis[-self._noise.shape[1] :]

    def f_statistics(self, study: GrownStudy, projected: Projected, inflation: float = 1.0) -> Floats:
        """Of 'all these combinations are zero', (n_draws,).

        Args:
            study: with more seeds.
            projected: the combinations.
            inflation: the classical F over that of a robust test now.
        """
        now, luck = projected
        moved = now + self._shift(study) * luck
        wider = max(study.old * inflation + 1 - study.old, 1.0)
        F: Floats = np.mean(moved**2, axis=1) / (study.old * self.sigma**2 * study.variance * wider)
        return F

    def estimate(self, study: GrownStudy, drawn: Drawn) -> Floats:
        """Estimates, (n_draws,)."""
        estimates: Floats = drawn.estimate + self._shift(study) * drawn.luck
        return estimates

    def standard_errors(self, study: GrownStudy, drawn: Drawn) -> list[tuple[Floats, float]]:
        """For each error of the contrast: standard errors (n_draws,) and degrees of freedom.

        An error that is wider than the classical one now is so in the old runs; in the new ones the fitted
        model has the same spread everywhere. What fewer degrees of freedom measure varies more.
        """
        classical, errors = drawn.length * self.sigma, []
        wider = 1 + study.ratios @ drawn.added
        for se, df in drawn.errors:
            ratio, share = (se / classical) ** 2, min(df / self.growth.df_resid, 1.0)
            variance = study.variance
            if abs(ratio - 1) > EQUAL or share < 1 - EQUAL:
                fresh = study.fresh * _strayed(drawn.spread, study.fresh_df, share)
                variance = (self.growth.df_resid * ratio + study.fresh_df * fresh) / study.df
            df = more_uncertain(df * study.df / self.growth.df_resid, study.spread_df, study.df)
            errors.append((classical * np.sqrt(study.old * variance * wider), df))
        return errors

    def _shift(self, study: GrownStudy) -> float:
        """Standard deviation by which an estimate moves, per unit of its length."""
        return self.sigma * float(np.sqrt(study.old * (1 - study.old)))


def _strayed(normal: Floats, df: float, share: float) -> Floats:
    """By what factors, of mean one, a variance of a share of the degrees of freedom strays from all's."""
    if share > 1 - EQUAL:
        return np.ones_like(normal)
    own = df * share / (1 - share)
    return _chi_square(normal, own) / own


def _chi_square(normal: Floats, df: float) -> Floats:
    """Chi-square variables from normal ones (Wilson & Hilferty 1931)."""
    if df <= 0:
        return np.zeros_like(normal)
    cube: Floats = np.maximum(1 - 2 / (9 * df) + normal * np.sqrt(2 / (9 * df)), 0.0) ** 3
    return df * cube
