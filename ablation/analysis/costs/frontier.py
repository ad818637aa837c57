"""The Pareto frontier of cells under noise: which are on it, which are beaten, and which are open."""

import numpy as np
import pandas as pd

from ablation.analysis.data.factors import Floats, Ints
from ablation.analysis.probability import studentized_range
from ablation.analysis.tables.cells import CellMeans

FRONTIER, OPEN, BEATEN = "frontier", "open", "beaten"

MAX_CELLS = 1024
"""Of more cells, all pairs are too many."""


def frontier_table(
    cells: CellMeans,
    named: pd.DataFrame,
    costs: Floats,
    error: tuple[float, int],
    lower_is_better: bool,
    alpha: float,
) -> pd.DataFrame:
    """One row per cell, the cheapest first; columns are described at `Analysis.frontier`.

    Cheaper is a cell whose dearest run costs no more than the other's cheapest. It beats the other where it
    is also better beyond noise: Tukey's test over all pairs of cells, so none is called beaten by luck with
    probability 1 - alpha.

    Args:
        cells: their means.
        named: of each cell what the table repeats: cell, mean, ci_low, ci_high.
        costs: lowest, median and highest of each cell's runs, (3 x n_cells).
        error: variance of one run, and its degrees of freedom.
        lower_is_better: of the response.
        alpha: error rate over all pairs.
    """
    low, middle, high = costs
    worth = -cells.means if lower_is_better else cells.means
    cheaper = (high[:, None] <= low[None, :]) & ~np.eye(len(worth), dtype=bool)
    ahead = worth[:, None] - worth[None, :]
    beaten = cheaper & (ahead > _noise(cells, error, alpha))
    above = cheaper & (ahead > 0)
    status = np.where(beaten.any(axis=0), BEATEN, np.where(above.any(axis=0), OPEN, FRONTIER))
    by = np.where(beaten.any(axis=0), np.where(beaten, ahead, -np.inf).argmax(axis=0), -1)
    names = [*named["cell"], ""]
    table = named.assign(cost=middle, cost_low=low, cost_high=high, status=status, by=[names[i] for i in by])
    known = np.isfinite(middle) & np.isfinite(worth)
    return table[known].sort_values(["cost", "mean"], ascending=[True, lower_is_better], ignore_index=True)


def _noise(cells: CellMeans, error: tuple[float, int], alpha: float) -> Floats:
    """How far two means must be apart, (n_cells x n_cells); infinite without an error estimate."""
    variance, df = error
    n = int(np.isfinite(cells.means).sum())
    if not (variance > 0 and df > 0):
        return np.full((len(cells.means), len(cells.means)), np.inf)
    critical = studentized_range.critical_value(alpha, max(n, 2), df) / np.sqrt(2)
    relative = [cells.relative_variance_from(i) for i in range(len(cells.means))]
    noise: Floats = critical * np.sqrt(variance * np.array(relative))
    return noise


def spread_by_cell(values: Floats, cell: Ints, n_cells: int) -> Floats:
    """Lowest, median and highest value of each cell, (3 x n_cells); NaN where a cell has none.

    Args:
        values: of the runs, (n,), or lower bound, value and upper bound of each, (3 x n).
        cell: of each run.
        n_cells: how many there are.
    """
    known = np.broadcast_to(np.where(np.isfinite(values), values, np.nan), (3, len(cell)))
    each = zip(known, ("min", "median", "max"), strict=True)
    rows = [pd.Series(row).groupby(cell).agg(how).reindex(range(n_cells)) for row, how in each]
    return np.array(rows, dtype=np.float64)


def varies(values: Floats) -> bool:
    """Whether a cost differs between runs at all."""
    known = values[np.isfinite(values)]
    return len(known) > 1 and bool(np.ptp(known) > 1e-9 * np.abs(known).max())
