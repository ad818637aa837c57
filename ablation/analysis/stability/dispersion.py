"""Dispersion effects: which levels make the runs of a cell vary less.

The logarithm of each cell's variance between its runs is the response of a linear model in the factors
(Bartlett & Kendall 1946, JRSS Suppl. 8:128; Nair & Pregibon 1988, Technometrics 30:247). Of normal runs its
variance is known (trigamma), of others it is larger; where seeds shift all cells alike, differences of cells
vary less. So both the known error and that of the cells about the model must be passed, where there are
enough cells for the latter.
"""

from dataclasses import replace

import numpy as np
import pandas as pd
from scipy import special

from ablation.analysis.data.factors import Bools, Floats
from ablation.analysis.data.runs import Runs
from ablation.analysis.model.fit import fit_least_squares
from ablation.analysis.model.grid import Grid
from ablation.analysis.model.means import contrast_rows
from ablation.analysis.model.terms import matrix_of
from ablation.analysis.probability.distributions import t_quantile, t_two_sided
from ablation.analysis.probability.multiplicity import holm
from ablation.analysis.stability.sign_verdict import verdicts

STEADIER, LESS_STEADY = "steadier", "less steady"

ENOUGH = 3
"""With so many residual degrees of freedom the cells tell their own error; else runs count as normal."""

COLUMNS = [
    "factor",
    "level",
    "reference",
    "ratio",
    "ratio_low",
    "ratio_high",
    "df",
    "p",
    "p_adjusted",
    "verdict",
]


def dispersion_table(runs: Runs, y: Floats, alpha: float) -> pd.DataFrame:
    """One row per main contrast; columns are described at `Analysis.dispersion`.

    No rows without two cells of two runs, with weights, or where the runs of a cell are all equal.

    Args:
        runs: rows that count.
        y: their responses on the analysis scale, (n,).
        alpha: error rate of the verdicts, and 1 - alpha the level of intervals.
    """
    nothing = pd.DataFrame(columns=COLUMNS)
    n = np.bincount(runs.cells)
    repeated = n > 1
    if repeated.sum() < 2 or runs.weights is not None:
        return nothing
    mean = np.bincount(runs.cells, y) / n
    squares = np.bincount(runs.cells, (y - mean[runs.cells]) ** 2)[repeated]
    if not (squares > 0).all():
        return nothing
    half_df = (n[repeated] - 1) / 2
    log_variance = np.log(squares / 2) - special.digamma(half_df)  # unbiased for normal runs
    return _effects(_cells(runs, repeated), log_variance, 1 / special.polygamma(1, half_df), alpha)


def _cells(runs: Runs, repeated: Bools) -> Runs:
    """A row for each cell with several runs, without blocks."""
    chosen = np.zeros(len(runs.response), dtype=bool)
    chosen[runs.one_per_cell[repeated]] = True
    return replace(runs.rows(chosen), block=None)


def _effects(cells: Runs, log_variance: Floats, weights: Floats, alpha: float) -> pd.DataFrame:
    order = cells.cells  # the number of each cell, in the order of the table's rows
    matrix = matrix_of(cells, [(i,) for i in range(len(cells.predictors))], Grid())
    fit = fit_least_squares(matrix, log_variance[order], weights[order])
    names, L = contrast_rows(fit, cells.predictors)
    known = np.where(fit.estimable(L), 1.0, np.nan)
    estimate = fit.estimates(L).estimate
    errors = known * np.linalg.norm(fit.coordinates(L), axis=1)
    both = [(errors, np.inf)]
    if fit.df_resid >= ENOUGH and fit.variance > 0:
        both.append((np.sqrt(fit.variance) * errors, float(fit.df_resid)))
    half_width = np.max([t_quantile(1 - alpha / 2, df) * se for se, df in both], axis=0)
    p = np.max([t_two_sided(estimate / se, df) for se, df in both], axis=0)
    bounds = (estimate - half_width, estimate, estimate + half_width)
    low, ratio, high = (np.exp(bound / 2) for bound in bounds)
    adjusted = holm(p)
    return names.assign(
        ratio=ratio, ratio_low=low, ratio_high=high, df=fit.df_resid, p=p, p_adjusted=adjusted,
        verdict=verdicts(estimate, adjusted, alpha, STEADIER, LESS_STEADY),
    )[COLUMNS]  # fmt: skip
