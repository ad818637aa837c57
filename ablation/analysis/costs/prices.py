"""The price of a gain: the change in cost per unit of gain, by component."""

import math
from typing import NamedTuple

import numpy as np
import pandas as pd

from ablation.analysis.data.factors import Floats
from ablation.analysis.model.fit import Fit, fit_least_squares
from ablation.analysis.probability.distributions import t_quantile
from ablation.analysis.verdicts.conservative import Conservative

COLUMNS = ["estimate", "ci_low", "ci_high", "cost_percent", "cost_percent_low", "cost_percent_high"]
COLUMNS += ["price", "price_low", "price_high"]


SAME = 1e-9
"""Costs that differ by less than this share are the same."""

NORMAL_95 = 1.959964
"""Standard errors on either side of an interval of level 95 %."""

FARTHEST = 50.0
"""Of the logarithm of a price; beyond it nobody reads the number."""


class Ratio(NamedTuple):
    """A ratio of two means and its interval; NaN if there is none, as the denominator may be zero."""

    value: float
    low: float
    high: float


def prices_table(
    names: pd.DataFrame, L: Floats, gains: Conservative, fit: Fit, costs: Floats, unit: float, alpha: float
) -> pd.DataFrame:
    """One row per main contrast; columns are described at `Analysis.prices`.

    Args:
        names: factor, level, reference.
        L: combinations of coefficients, (m x p).
        gains: what these are of the response, with its errors; signs as they are.
        fit: of the response's model, which the logarithm of the cost gets too.
        costs: of the runs, above zero, (3 x n): lower bound (level 95 %), the cost itself, upper bound.
        unit: how much of the response, on the analysis scale, is one unit of gain; its sign says which
            direction is better.
        alpha: intervals have level 1 - alpha.
    """
    lowest, costs, highest = costs
    spent = fit_least_squares(fit.matrix, np.log(costs / np.median(costs)))
    changes = spent.estimates(L)
    change = np.where(np.abs(changes.estimate) < SAME, 0.0, changes.estimate)
    cell = pd.Series(costs).groupby(fit.matrix.cell)
    se = changes.se
    if (cell.max() - cell.min() <= SAME * costs.max()).all():
        # One number for all runs of a cell: what the model leaves of it is no noise, but bounds are.
        se = _of_measuring(spent, L, np.log(highest / lowest) / (2 * NORMAL_95))
    half_width = np.nan_to_num(t_quantile(1 - alpha / 2, spent.df_resid)) * se
    rows = []
    low, high = gains.interval(alpha)
    for i in range(len(names)):
        ratio = fieller(
            (float(change[i]), float(se[i])),
            (float(gains.estimate[i] / unit), float(abs(gains.se[i] / unit))),
            float(t_quantile(1 - alpha / 2, min(gains.df[i], spent.df_resid))),
        )
        bounds = [change[i], change[i] - half_width[i], change[i] + half_width[i]]
        percents = [100 * math.expm1(bound) for bound in bounds]
        dearer = gains.estimate[i] / unit > 0 and change[i] > 0
        price = [100 * math.expm1(min(part, FARTHEST)) for part in ratio] if dearer else [math.nan] * 3
        rows.append([float(gains.estimate[i]), low[i], high[i], *percents, *price])
    return pd.concat([names, pd.DataFrame(rows, columns=COLUMNS)], axis=1)


def _of_measuring(spent: Fit, L: Floats, errors: Floats) -> Floats:
    """Standard errors of combinations (m,) of cells measured once, with errors (n,) of their runs."""
    each = spent.alike.counts[:, None] * spent.loadings(spent.coordinates(L))
    n_cells = len(spent.matrix.X)
    of_cell = np.zeros((n_cells, len(L)))
    np.add.at(of_cell, spent.alike.cell, each)
    error = np.zeros(n_cells)
    error[spent.matrix.cell] = errors
    se: Floats = np.sqrt(error**2 @ of_cell**2)
    return se


def fieller(above: tuple[float, float], below: tuple[float, float], t: float) -> Ratio:
    """A ratio of two independent estimates and its interval (Fieller 1954, JRSS B 16:175).

    Args:
        above: estimate and standard error of the numerator.
        below: of the denominator.
        t: quantile of the interval.
    """
    (a, se_a), (b, se_b) = above, below
    square = b**2 - (t * se_b) ** 2
    if not square > 0:
        return Ratio(a / b if b else math.nan, math.nan, math.nan)
    root = math.sqrt(max((a * b) ** 2 - square * (a**2 - (t * se_a) ** 2), 0.0))
    return Ratio(a / b, (a * b - root) / square, (a * b + root) / square)
