"""Can the model be trusted: influence, spread by level, outliers, transformation, effects by seed."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy import special

from ablation.analysis.data.factors import Floats
from ablation.analysis.data.runs import Runs
from ablation.analysis.data.scale import Scale
from ablation.analysis.diagnostics.by_seed import by_seed_table
from ablation.analysis.diagnostics.spread import along_the_fit, spread_table
from ablation.analysis.diagnostics.variance_share import block_variance_table
from ablation.analysis.model.fit import Fit, fit_least_squares
from ablation.analysis.model.slopes import Slopes
from ablation.analysis.probability.distributions import minimum, root, t_two_sided

BOX_COX_BOUNDS = (-4.0, 4.0)

MAX_OUTLIERS = 8
"""With more than these it is not single runs that do not fit."""


@dataclass(frozen=True, repr=False, eq=False)
class Diagnostics:
    """Tables about the residuals of the main model; each is computed when first read."""

    fit: Fit
    runs: Runs
    slopes: Slopes | None
    scale: Scale
    alpha: float

    @cached_property
    def influence(self) -> pd.DataFrame:
        """One row per run, in the order of the table.

        Columns: run (the table's label), cell, block (if any), fitted and residual (analysis scale),
        normal_quantile (for a QQ plot), studentized (each run left out of its own error), leverage,
        cooks_distance (Cook 1977).
        """
        fit = self.fit
        table = pd.DataFrame({"run": self.runs.labels, "cell": self.runs.cell_texts()})
        if self.runs.block:
            table["block"] = self.runs.block.texts(np.arange(fit.n))
        residual = fit.residuals / fit.root_weights
        table["fitted"], table["residual"] = fit.y - residual + self.scale.shift, residual
        ranks = np.argsort(np.argsort(residual, kind="stable"), kind="stable") + 1
        table["normal_quantile"] = special.ndtri((ranks - 0.5) / fit.n)
        standardized = _standardized(fit)
        table["studentized"] = _leave_one_out(standardized, fit.df_resid)
        table["leverage"] = fit.leverage
        table["cooks_distance"] = standardized**2 * fit.leverage / (fit.rank * (1 - fit.leverage))
        return table

    @cached_property
    def outlier(self) -> pd.DataFrame:
        """The run that fits worst: run, cell, block (if any), studentized, p, p_adjusted (Bonferroni)."""
        worst = worst_run(self.fit)
        return self._named([worst] if worst else []).reset_index(drop=True)

    @cached_property
    def outliers(self) -> pd.DataFrame:
        """The runs that do not fit, worst first: the columns of `outlier`; the index is the run's place.

        One at a time, the rest being fitted again without it: a wild run pulls the fit, and then its
        neighbours look wild too. Everything that names outliers names these.
        """
        outliers: list[Worst] = []
        here, fit = np.arange(self.fit.n), self.fit
        while len(outliers) < MAX_OUTLIERS:
            worst = worst_run(fit)
            if worst is None or not worst.p_adjusted < self.alpha:
                break
            outliers.append(worst._replace(place=int(here[worst.place])))
            others = np.arange(fit.n) != worst.place
            here = here[others]
            fit = fit_least_squares(fit.matrix.rows(others), fit.y[others], fit.root_weights[others] ** 2)
        return self._named(outliers)

    def _named(self, outliers: list[Worst]) -> pd.DataFrame:
        known = self.influence.columns.intersection(["run", "cell", "block"])
        numbers = pd.DataFrame(outliers, columns=Worst._fields).set_index("place")
        return self.influence.loc[numbers.index, known].join(numbers)

    @cached_property
    def spread(self) -> pd.DataFrame:
        """Does the spread of the residuals differ between levels (Brown & Forsythe 1974, JASA 69:364).

        Columns: factor, F, df1, df2, p (simulated with equal spread in this design below 100 residual
        degrees of freedom; NaN where nothing is known: fewer than 10, or levels whose residuals mirror
        each other, as those of one two-level factor in blocks), p_adjusted (Holm), sd_ratio (largest over
        smallest standard deviation), widest (the level with the largest).
        """
        return spread_table(self.fit, self.runs.factors)

    @cached_property
    def by_seed(self) -> pd.DataFrame:
        """Does the effect of a component differ from seed to seed: F test of its interaction with the block.

        Columns: factor, F, df1, df2 (against the model with this interaction; NaN where no degree of freedom
        is left beside it), p, p_adjusted (Holm), ratio (standard deviation of an effect over seeds, in units
        of the noise: moment estimate, 0 at least).
        """
        return by_seed_table(self.fit, self.runs, self.slopes)

    @cached_property
    def breusch_pagan(self) -> pd.DataFrame:
        """Spread that goes with the columns of the factors: LM, df, p (Koenker 1981, J. Econom. 17:107).

        One row. p is simulated below 100 residual degrees of freedom for each of the test's (or 1000), and
        NaN where nothing is known, as at `spread`.
        """
        return pd.DataFrame([along_the_fit(self.fit)], columns=["LM", "df", "p"])

    @cached_property
    def box_cox(self) -> pd.DataFrame:
        """Advice on the scale: the power that makes residuals most normal, with its interval; one row.

        Columns: power (0 is the log, 1 the identity), ci_low, ci_high. Unequal spread between levels
        distorts it, so the scale is chosen by what the response is, not by this. No row if a response is
        not positive.
        """
        columns = ["power", "ci_low", "ci_high"]
        if self.scale.is_glm or (self.runs.response <= 0).any() or not self.fit.variance > 0:
            return pd.DataFrame(columns=columns)
        return pd.DataFrame([box_cox_interval(self.fit, self.runs.response, self.alpha)], columns=columns)

    @cached_property
    def block_variance(self) -> pd.DataFrame:
        """Variance between and within seeds: block, block_variance, residual_variance, share."""
        return block_variance_table(self.fit, self.runs)


class Worst(NamedTuple):
    """The run that fits worst: its place, and the test that it is like the others."""

    place: int
    studentized: float
    p: float
    p_adjusted: float


def worst_run(fit: Fit) -> Worst | None:
    """The run with the largest studentized residual (mean-shift test, Cook & Weisberg 1982, section 2.2)."""
    studentized = _leave_one_out(_standardized(fit), fit.df_resid)
    if np.isnan(studentized).all():
        return None
    place = int(np.nanargmax(np.abs(studentized)))
    p = float(t_two_sided(studentized[place], fit.df_resid - 1))
    return Worst(place, float(studentized[place]), p, min(p * fit.n, 1.0))


def _standardized(fit: Fit) -> Floats:
    """Residuals over their standard errors, (n,); NaN for a run that the fit meets in any case."""
    one_minus_leverage = np.where(fit.alone, np.nan, 1 - fit.leverage)
    standardized: Floats = fit.residuals / np.sqrt(fit.variance * one_minus_leverage)
    return standardized


def _leave_one_out(standardized: Floats, df: int) -> Floats:
    """Residuals over an error estimated without the run itself, (n,); NaN below 2 degrees of freedom."""
    if df < 2:
        return np.full(len(standardized), np.nan)
    with np.errstate(divide="ignore"):  # a run that alone makes the residual has an infinite one
        result: Floats = standardized * np.sqrt((df - 1) / np.maximum(df - standardized**2, 0.0))
    return result


def box_cox_interval(fit: Fit, response: Floats, alpha: float) -> tuple[float, float, float]:
    """Power of highest profile likelihood and its interval (Box & Cox 1964, JRSS B 26:211), within +-4."""
    log_y = np.log(response)
    log_y = log_y - log_y.mean()

    def minus_twice(power: float) -> float:
        z = log_y if abs(power) < 1e-8 else np.expm1(power * log_y) / power
        rest = fit.outside(fit.root_weights * z)
        return fit.n * float(np.log(rest @ rest))

    best = minimum(minus_twice, *BOX_COX_BOUNDS, 1e-6)
    limit = minus_twice(best) + float(special.chdtri(1, alpha))
    ends = [
        root(lambda x: minus_twice(x) - limit, *sorted((best, end))) if minus_twice(end) > limit else end
        for end in BOX_COX_BOUNDS
    ]
    return best, ends[0], ends[1]
