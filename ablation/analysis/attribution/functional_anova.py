"""Functional ANOVA over the cells: which factor the variance between cells belongs to.

Each cell counts the same, as if levels were drawn by lot (Hooker 2004, KDD; Hutter, Hoos & Leyton-Brown 2014,
ICML). Cells are means of runs, and the noise of a mean is variance too: what is expected of it is taken out.
"""

from collections.abc import Sequence

import numpy as np

from ablation.analysis.data.factors import Floats
from ablation.analysis.tables.cells import CellMeans


def variance_shares(cells: CellMeans, sizes: Sequence[int], variance: float) -> tuple[Floats, Floats]:
    """For each factor its share alone, and with all interactions that it is part of, (n_factors,) each.

    Shares alone add up to 1 where nothing interacts. An estimate can be a little below 0 or above 1.

    Args:
        cells: means of every cell of the full factorial, the last factor's level changing first.
        sizes: levels of each factor.
        variance: of one run, by pure error.
    """
    root = np.hstack([np.diag(1 / np.sqrt(cells.weights)), cells.tilt])  # of the means' relative covariance
    columns = np.column_stack([cells.means, root]).reshape(*sizes, -1)
    every = range(len(sizes))
    total = _variance(_away(columns, every), variance)
    alone = [_variance(_away(_over(columns, [i for i in every if i != j]), [j]), variance) for j in every]
    with_all = [_variance(_away(columns, [j]), variance) for j in every]
    return np.array(alone) / total, np.array(with_all) / total


def _over(columns: Floats, axes: Sequence[int]) -> Floats:
    """Averages over the levels of some factors."""
    means: Floats = columns.mean(axis=tuple(axes), keepdims=True) if axes else columns
    return means


def _away(columns: Floats, axes: Sequence[int]) -> Floats:
    """Distances from these averages."""
    return columns - _over(columns, axes)


def _variance(columns: Floats, variance: float) -> float:
    """Mean square of the first column, less what the noise in the others makes of it."""
    squares = np.mean(columns.reshape(-1, columns.shape[-1]) ** 2, axis=0)
    return float(squares[0] - variance * squares[1:].sum())
