"""One mean per cell: pure error, the best cells, and which of them only luck sets apart."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import linalg

from ablation.analysis import studentized_range
from ablation.analysis.distributions import t_quantile
from ablation.analysis.factors import Floats
from ablation.analysis.fit import Fit
from ablation.analysis.runs import Runs
from ablation.analysis.scale import Scale


@dataclass(frozen=True)
class CellMeans:
    """The saturated model: one mean per cell, plus block.

    Attributes:
        means: (n_cells,) on the analysis scale without its shift, at the average of the blocks.
        weights: (n_cells,) runs (or their weights) in each cell.
        tilt: (n_cells x n_block_columns) what the block's estimates add to the errors of the means:
            the covariance of means i and j is variance x (1 / weights[i] if i = j, plus tilt[i] . tilt[j]).
        rss, df: residual sum of squares and its degrees of freedom, the pure error.
    """

    means: Floats
    weights: Floats
    tilt: Floats
    rss: float
    df: int

    def relative_variance(self) -> Floats:
        """Variance of each mean over the error variance, (n_cells,)."""
        total: Floats = 1 / self.weights + np.sum(self.tilt**2, axis=1)
        return total

    def relative_variance_from(self, cell: int) -> Floats:
        """Variance of each difference to one cell over the error variance, (n_cells,); 0 for itself."""
        both: Floats = (
            1 / self.weights + 1 / self.weights[cell] + np.sum((self.tilt - self.tilt[cell]) ** 2, axis=1)
        )
        both[cell] = 0.0
        return both


def cell_means(fit: Fit, runs: Runs) -> CellMeans:
    """Fit one mean per cell plus block.

    Cell means are taken out first (Frisch-Waugh-Lovell), so no matrix grows with the number of cells.
    """
    cell, w = runs.cells, fit.root_weights**2
    total: Floats = np.bincount(cell, w).astype(np.float64)
    columns = np.column_stack([fit.y, runs.block.columns]) if runs.block else fit.y[:, None]
    means = _by_cell(columns, cell, w, total)
    within = columns - means[cell]
    within -= _by_cell(within, cell, w, total)[cell]
    within *= fit.root_weights[:, None]
    q, r, order = linalg.qr(within[:, 1:], mode="economic", pivoting=True)
    rank = int((np.abs(np.diag(r)) > 1e-9 * np.sqrt(fit.n)).sum())
    q, r, order = q[:, :rank], r[:rank, :rank], order[:rank]
    block_means = means[:, 1:][:, order]
    tilt = linalg.solve_triangular(r, block_means.T, trans="T").T if rank else block_means
    z = q.T @ within[:, 0]
    e = within[:, 0] - q @ z
    return CellMeans(means[:, 0] - tilt @ z, total, tilt, float(e @ e), fit.n - len(total) - rank)


def _by_cell(columns: Floats, cell: np.ndarray, w: Floats, total: Floats) -> Floats:
    """Weighted means of columns (n x k) in each cell, (n_cells x k)."""
    return np.stack([np.bincount(cell, w * c) for c in columns.T], axis=1) / total[:, None]


def best_cells_table(
    fit: Fit, runs: Runs, cells: CellMeans, scale: Scale, direction: str, alpha: float
) -> pd.DataFrame:
    """One row per cell, best first; columns are described at `Analysis.best_cells`.

    A cell is within noise of the best unless Tukey's test over all cells separates the two: the best of
    many equal cells looks better than it is, and this allows for having looked.
    """
    variance, df = _error(fit, cells)
    best = int(np.argmin(cells.means if direction == "lower" else -cells.means))
    se = np.sqrt(variance * cells.relative_variance())
    reach = t_quantile(1 - alpha / 2, df) * se
    middle = cells.means + scale.shift
    critical = studentized_range.critical_value(alpha, max(len(se), 2), df) / np.sqrt(2)
    away = np.abs(cells.means - cells.means[best])
    apart = away > critical * np.sqrt(variance * cells.relative_variance_from(best))
    first = np.unique(runs.cells, return_index=True)[1]
    table = pd.DataFrame({"cell": [runs.cell_text(int(i)) for i in first], "runs": np.bincount(runs.cells)})
    for column, values in (("mean", middle), ("ci_low", middle - reach), ("ci_high", middle + reach)):
        table[column] = scale.back(values)
    table["estimate"], table["se"], table["df"], table["within_noise"] = middle, se, df, ~apart
    for part in runs.predictors:
        name = part.name if part.name not in table else f"{part.name} (level)"
        table[name] = part.texts(first)
    return table.iloc[np.argsort(middle if direction == "lower" else -middle, kind="stable")].reset_index(
        drop=True
    )


def _error(fit: Fit, cells: CellMeans) -> tuple[float, int]:
    """Pure error where there is any, else the model's residual variance; NaN where neither is."""
    if cells.df > 0 and cells.rss > 0 and not fit.is_perfect:
        return cells.rss / cells.df, cells.df
    return fit.variance, fit.df_resid
