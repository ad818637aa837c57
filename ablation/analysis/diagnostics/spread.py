"""Does the spread of the residuals differ: between levels (Brown-Forsythe), along the fit (Breusch-Pagan).

Residuals are not independent: with few runs per parameter those of two cells can mirror each other, and the
tests' textbook distributions reject far too often or never. So p comes from residuals of the same design with
equal spread, simulated, until there are enough degrees of freedom; where nothing is known it is NaN.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy import special

from ablation.analysis.data.factors import Bools, Factor, Floats, Ints
from ablation.analysis.model.decompose import orthonormal
from ablation.analysis.model.fit import EXACT_FIT, Fit
from ablation.analysis.probability.distributions import f_upper
from ablation.analysis.probability.multiplicity import holm

FEW = 10
"""With fewer residual degrees of freedom even a tenfold spread is mostly missed (power below 0.4)."""

AMPLE = 100
"""From so many residual degrees of freedom on, Brown and Forsythe's F has its level (simulated: 2 to 7 %)."""

MANY = 1000
"""From so many on nothing is simulated: it would take seconds."""

N_SIMULATED = 3999

MIRRORED = 1e-12
"""A statistic below this is rounding: the residuals of the levels are the same but for their signs."""


def spread_table(fit: Fit, factors: Sequence[Factor]) -> pd.DataFrame:
    """One row per factor; columns are described at `Diagnostics.spread`."""
    free = ~fit.alone
    null = _null_residuals(fit)[free] if FEW <= fit.df_resid < AMPLE else None
    rows = [_compare(fit, free, factor, null) for factor in factors]
    table = pd.DataFrame(rows, columns=["factor", "F", "df1", "df2", "p", "sd_ratio", "widest"])
    table.insert(5, "p_adjusted", holm(table["p"]))
    return table


def _null_residuals(fit: Fit) -> Floats:
    """Residuals of normal errors of equal spread in the same design, (n x N_SIMULATED).

    Always the same errors, so that a table has one p.
    """
    errors = np.random.default_rng(0).normal(size=(fit.n, N_SIMULATED))
    return errors - fit.q @ (fit.q.T @ errors)


def _compare(fit: Fit, free: Bools, factor: Factor, null: Floats | None) -> tuple[object, ...]:
    codes, residuals = factor.codes[free], fit.residuals[free]
    present = np.unique(codes)
    if len(present) < 2 or not fit.variance > 0:
        return factor.name, np.nan, len(present) - 1, len(codes) - len(present), np.nan, np.nan, ""
    one_minus_leverage = 1 - fit.leverage[free]
    sd = np.array(
        [np.sqrt((residuals[codes == i] ** 2).sum() / one_minus_leverage[codes == i].sum()) for i in present]
    )
    F = float(brown_forsythe(residuals[:, None], codes)[0])
    df = len(present) - 1, len(codes) - len(present)
    p = float("nan")
    if MIRRORED < F and fit.df_resid >= FEW:
        p = float(f_upper(F, *df)) if null is None else _share_beyond(F, brown_forsythe(null, codes))
    ratio = sd.max() / sd.min() if sd.min() > 0 else float("nan")
    return factor.name, F, *df, p, ratio, factor.levels[present[int(sd.argmax())]]


def _share_beyond(lm: float, null: Floats) -> float:
    """P value of a Monte Carlo test: exact whatever the number of simulations (Barnard 1963)."""
    return (1 + int((null >= lm).sum())) / (1 + len(null))


def brown_forsythe(values: Floats, codes: Ints) -> Floats:
    """F for equal spread of values in groups, about their medians (Brown & Forsythe 1974, JASA 69:364).

    Args:
        values: (n x m), a sample per column.
        codes: (n,) the group of each row.

    Returns:
        F on n_groups - 1 and n - n_groups degrees of freedom, (m,); NaN where nothing varies within groups.
    """
    away = [_from_median(values[codes == i]) for i in np.unique(codes)]
    n, k = len(values), len(away)
    grand = np.concatenate(away).mean(axis=0)
    between = np.sum([len(a) * (a.mean(axis=0) - grand) ** 2 for a in away], axis=0)
    within = np.sum([((a - a.mean(axis=0)) ** 2).sum(axis=0) for a in away], axis=0)
    if n <= k:
        return np.full(values.shape[1], np.nan)
    F: Floats = between / (k - 1) / np.where(within > 0, within / (n - k), np.nan)
    return F


def _from_median(values: Floats) -> Floats:
    """Distances of values (n x m) from the medians of their columns; sorting is faster than `np.median`."""
    ordered = np.sort(values, axis=0)
    away: Floats = np.abs(ordered - (ordered[(len(values) - 1) // 2] + ordered[len(values) // 2]) / 2)
    return away


def along_the_fit(fit: Fit) -> tuple[float, int, float]:
    """Breusch and Pagan's test on the columns of the factors.

    Squares are divided by 1 - leverage, so that unequal counts do not bias the test. The block's columns are
    not among the regressors: one per seed exhausts the chi-squared approximation, which then rejects almost
    always. Nor are the fitted values: where effects are small they follow the outliers.

    Returns:
        LM, its degrees of freedom and p; NaN where nothing is known.
    """
    free = ~fit.alone
    columns, cell = fit.matrix.X[:, fit.kept], fit.matrix.cell[free]
    if not fit.variance > 0:
        return float("nan"), 0, float("nan")
    one_minus_leverage = 1 - fit.leverage[free, None]
    LM, df = koenker(fit.residuals[free, None] ** 2 / one_minus_leverage, columns, cell)
    lm = float(LM[0])
    if fit.df_resid < FEW or not lm > MIRRORED:
        return lm, df, float("nan")
    if fit.df_resid >= min(AMPLE * df, MANY):
        return lm, df, float(special.chdtrc(df, lm))
    return (
        lm,
        df,
        _share_beyond(lm, koenker(_null_residuals(fit)[free] ** 2 / one_minus_leverage, columns, cell)[0]),
    )


def koenker(squares: Floats, regressors: Floats, cell: Ints) -> tuple[Floats, int]:
    """Studentized Breusch-Pagan statistic, as R's `bptest` (Koenker 1981, J. Econom. 17:107).

    Args:
        squares: squared residuals (n x m), a sample per column.
        regressors: (n_cells x k).
        cell: the row of the regressors of each square, (n,).

    Returns:
        LM (m,), asymptotically chi-squared, and its degrees of freedom, the rank of the regressors beside
        the constant; NaN where all squares are equal.
    """
    present, number, counts = np.unique(cell, return_inverse=True, return_counts=True)
    regressors, root = regressors[present], np.sqrt(counts)[:, None]
    centred = root * (regressors - counts @ regressors / len(cell))
    basis = orthonormal(centred / np.maximum(np.linalg.norm(root * regressors, axis=0), np.finfo(float).tiny))
    away = squares - squares.mean(axis=0)
    # Residuals of one size, as of two cells with two seeds: nothing varies that could go with anything.
    varies = np.linalg.norm(away, axis=0) > EXACT_FIT * np.linalg.norm(squares, axis=0)
    total = np.where(varies, np.sum(away**2, axis=0), np.nan)
    sums = np.column_stack([np.bincount(number, column) for column in away.T]) / root
    LM: Floats = len(squares) * np.sum((basis.T @ sums) ** 2, axis=0) / total
    return LM, basis.shape[1]
