"""One mean per cell: pure error, the best cells, and which of them only luck sets apart."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import linalg

from ablation.analysis.data.factors import Factor, Floats, Ints
from ablation.analysis.data.runs import Runs
from ablation.analysis.data.scale import Scale
from ablation.analysis.data.select import Selection
from ablation.analysis.model.fit import Fit
from ablation.analysis.probability import studentized_range
from ablation.analysis.probability.distributions import t_quantile


@dataclass(frozen=True)
class BestCell:
    """The best cell, by the one rule for all who ask: its mean on the analysis scale, adjusted for blocks.

    Attributes:
        levels: factor -> level as text, of every factor that was asked for.
        rows: labels of the table's rows that are its runs and count.
        failed: how many more of its runs failed.
        ties: levels of the cells that are not separated from it, the next best first; all cells where there
            is no error estimate.
    """

    levels: dict[str, str]
    rows: tuple[Hashable, ...]
    failed: int
    ties: tuple[dict[str, str], ...]


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


def best_cells_table(
    fit: Fit, selection: Selection, runs: Runs, cells: CellMeans, scale: Scale, direction: str, alpha: float
) -> pd.DataFrame:
    """One row per cell, best first; columns are described at `Analysis.best_cells`.

    A cell is within noise of the best unless Tukey's test over all cells separates the two: the best of
    many equal cells looks better than it is, and this allows for having looked.
    """
    variance, df = _error(fit, cells)
    order = best_first(cells.means, direction)
    best = int(order[0])
    se = np.sqrt(variance * cells.relative_variance())
    half_width = t_quantile(1 - alpha / 2, df) * se
    middle = cells.means + scale.shift
    n_compared = int(np.isfinite(cells.means).sum())
    critical = studentized_range.critical_value(alpha, max(n_compared, 2), df) / np.sqrt(2)
    away = np.abs(cells.means - cells.means[best])
    apart = away > critical * np.sqrt(variance * cells.relative_variance_from(best))
    first = np.unique(runs.cells, return_index=True)[1]
    table = pd.DataFrame({"cell": [runs.cell_text(int(i)) for i in first], "runs": np.bincount(runs.cells)})
    table["failed"] = _n_failed(selection, first)
    for column, values in (
        ("mean", middle),
        ("ci_low", middle - half_width),
        ("ci_high", middle + half_width),
    ):
        table[column] = scale.back(values)
    table["estimate"], table["se"], table["df"] = middle, se, df
    table["within_noise"] = ~apart & np.isfinite(middle)
    for part in runs.predictors:
        name = part.name if part.name not in table else f"{part.name} (level)"
        table[name] = part.texts(first)
    return table.iloc[order].reset_index(drop=True)


def best_cell(
    best_cells: pd.DataFrame, runs: Runs, selection: Selection, cells: CellMeans, direction: str
) -> BestCell:
    """The cell on top of `best_cells_table`, and those that are within its noise."""
    order = best_first(cells.means, direction)
    first = np.unique(runs.cells, return_index=True)[1]
    shown = first[[order[0], *order[1:][best_cells["within_noise"].to_numpy()[1:]]]]
    named = {part.name: part.texts(shown) for part in selection.used.predictors}  # also those of one level
    levels = [dict(zip(named, texts, strict=True)) for texts in zip(*named.values(), strict=True)]
    rows = tuple(runs.labels[runs.cells == order[0]])
    return BestCell(levels[0], rows, int(best_cells["failed"].iloc[0]), tuple(levels[1:]))


def best_first(means: Floats, direction: str) -> Ints:
    """Order of cells by their means (n_cells,), the best first; those without a mean last."""
    order: Ints = np.argsort(means if direction == "lower" else -means, kind="stable")
    return order


def _n_failed(selection: Selection, first: Ints) -> list[int]:
    """How many runs of the cells failed, given a run of each.

    Cells by all factors, also those with one level among the runs that count: its other levels' failures
    are other cells'.
    """
    tried = selection.attempted.cell_texts()
    failed = Counter(cell for cell, fails in zip(tried, selection.failed, strict=True) if fails)
    return [failed[selection.used.cell_text(int(i))] for i in first]


def _error(fit: Fit, cells: CellMeans) -> tuple[float, int]:
    """Pure error where there is any, else the model's residual variance; NaN where neither is."""
    if cells.df > 0 and cells.rss > 0 and not fit.is_perfect:
        return cells.rss / cells.df, cells.df
    return fit.variance, fit.df_resid
