"""The saturated model: one mean per cell, and the pure error."""

from dataclasses import dataclass, replace

import numpy as np

from ablation.analysis.data.factors import Floats, Ints
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
    cell, n_cells = runs.cells, len(runs.one_per_cell)
    block = np.zeros_like(cell) if runs.block is None else runs.block.codes
    apart = _connected(cell, block)
    df = fit.n - n_cells - (int(block.max()) + 1) + int(apart.max()) + 1
    all_cells = _saturated(fit.y, fit.root_weights, cell, block, df)
    if not apart.any():
        return all_cells
    here = apart == np.bincount(apart).argmax()
    shown, numbered = np.unique(cell[here], return_inverse=True)
    within = np.unique(block[here], return_inverse=True)[1]
    most = _saturated(fit.y[here], fit.root_weights[here], numbered, within, df)
    means, tilt = np.full(n_cells, np.nan), np.full((n_cells, most.tilt.shape[1]), np.nan)
    means[shown], tilt[shown] = most.means, most.tilt
    return replace(all_cells, means=means, tilt=tilt)


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


def _saturated(y: Floats, root_weights: Floats, cell: Ints, block: Ints, df: int) -> CellMeans:
    """The fit itself. Of cells and blocks the fewer are solved for, once the others are taken out."""
    from scipy import sparse  # needed only here

    w = root_weights**2
    of_cell, of_block = (np.bincount(codes, w).astype(np.float64) for codes in (cell, block))
    counts = sparse.csr_matrix((w, (cell, block)), shape=(len(of_cell), len(of_block)))
    shares = sparse.diags_array(1 / of_cell) @ counts  # of the blocks in each cell
    cell_mean = np.bincount(cell, w * y) / of_cell
    if len(of_block) <= len(of_cell):
        root = _root_of_inverse(np.diag(of_block) - (counts.T @ shares).toarray())
        effects = root @ (root.T @ np.bincount(block, w * (y - cell_mean[cell])))
        means, tilt = cell_mean - shares @ effects, shares @ root
    else:
        inner = sparse.diags_array(1 / of_block) @ counts.T  # shares of the cells in each block
        root = _root_of_inverse(np.diag(of_cell) - (counts @ inner).toarray())
        block_mean = np.bincount(block, w * y) / of_block
        of_cells = root @ (root.T @ np.bincount(cell, w * (y - block_mean[block])))
        effects = block_mean - inner @ of_cells
        means, effects = of_cells + effects.mean(), effects - effects.mean()
        average = np.asarray(inner.mean(axis=0)).ravel()
        moved = np.hstack([root - average @ root, np.full((len(root), 1), _length(1 / of_block))])
        values, vectors = np.linalg.eigh(moved @ moved.T - np.diag(1 / of_cell))
        tilt = vectors * np.sqrt(values.clip(0))
    e = root_weights * (y - means[cell] - effects[block])
    return CellMeans(means, of_cell, tilt, float(e @ e), df)


def _length(variances: Floats) -> float:
    """Standard deviation of the mean of independent numbers."""
    return float(np.sqrt(variances.sum())) / len(variances)


def _root_of_inverse(products: Floats) -> Floats:
    """R with R R' the pseudoinverse of cross products (k x k)."""
    values, vectors = np.linalg.eigh(products)
    positive = values > 1e-10 * max(float(values.max(initial=0.0)), np.finfo(float).tiny)
    root: Floats = vectors[:, positive] / np.sqrt(values[positive])
    return root


def cell_error(fit: Fit, cells: CellMeans) -> tuple[float, int]:
    """The pure error if there is one, else the model's residual variance, else NaN."""
    if cells.df > 0 and cells.rss > 0 and not fit.is_perfect:
        return cells.rss / cells.df, cells.df
    return fit.variance, fit.df_resid
