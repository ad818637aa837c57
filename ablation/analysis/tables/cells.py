"""The saturated model: one mean per cell, and the pure error."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import linalg

from ablation.analysis.data.factors import Factor, Floats, Ints
from ablation.analysis.data.runs import Runs
from ablation.analysis.model.fit import Fit


@dataclass(frozen=True, eq=False)
class CellMeans:
    """The saturated model: one mean per cell, plus block.

    Cells that no chain of shared blocks connects cannot be compared: what sets them apart may be the blocks.
    Only those that hang together with most runs have means; the others' are NaN.

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
    """Fit one mean per cell plus block."""
    cell, blocks = runs.cells, runs.block
    found = _saturated(fit.y, fit.root_weights, cell, blocks)
    apart = np.zeros(len(cell), dtype=np.intp) if blocks is None else _connected(cell, blocks.codes)
    if not apart.any():
        return found
    here = apart == np.bincount(apart).argmax()
    shown, numbered = np.unique(cell[here], return_inverse=True)
    assert blocks is not None
    part = _saturated(fit.y[here], fit.root_weights[here], numbered, blocks.rows(here))
    means, tilt = np.full(len(found.means), np.nan), np.full((len(found.means), part.tilt.shape[1]), np.nan)
    means[shown], tilt[shown] = part.means, part.tilt
    return CellMeans(means, found.weights, tilt, found.rss, found.df)


def _connected(cell: Ints, block: Ints) -> Ints:
    """Number, from 0, of the set of runs that shared cells and blocks connect to each run, (n_runs,)."""
    number, before = cell, None
    while before is None or (number != before).any():
        before = number
        for shared in (cell, block):
            lowest = np.full(int(shared.max()) + 1, len(cell))
            np.minimum.at(lowest, shared, number)
            number = lowest[shared]
    return np.unique(number, return_inverse=True)[1]


def _saturated(y: Floats, root_weights: Floats, cell: Ints, block: Factor | None) -> CellMeans:
    """The fit itself; cells and blocks hang together.

    Cell means are taken out first (Frisch-Waugh-Lovell), so no matrix grows with the number of cells.
    """
    w = root_weights**2
    total: Floats = np.bincount(cell, w).astype(np.float64)
    columns = np.column_stack([y, block.columns]) if block else y[:, None]
    means = _by_cell(columns, cell, w, total)
    within = columns - means[cell]
    within -= _by_cell(within, cell, w, total)[cell]
    within *= root_weights[:, None]
    q, r, order = linalg.qr(within[:, 1:], mode="economic", pivoting=True)
    rank = int((np.abs(np.diag(r)) > 1e-9 * np.sqrt(len(y))).sum())
    q, r, order = q[:, :rank], r[:rank, :rank], order[:rank]
    block_means = means[:, 1:][:, order]
    tilt = linalg.solve_triangular(r, block_means.T, trans="T").T if rank else block_means
    z = q.T @ within[:, 0]
    e = within[:, 0] - q @ z
    return CellMeans(means[:, 0] - tilt @ z, total, tilt, float(e @ e), len(y) - len(total) - rank)


def _by_cell(columns: Floats, cell: np.ndarray, w: Floats, total: Floats) -> Floats:
    """Weighted means of columns (n x k) in each cell, (n_cells x k)."""
    return np.stack([np.bincount(cell, w * c) for c in columns.T], axis=1) / total[:, None]


def cell_error(fit: Fit, cells: CellMeans) -> tuple[float, int]:
    """Pure error where there is any, else the model's residual variance; NaN where neither is."""
    if cells.df > 0 and cells.rss > 0 and not fit.is_perfect:
        return cells.rss / cells.df, cells.df
    return fit.variance, fit.df_resid
