"""Ranks of cells over data sets: Friedman's test, Nemenyi's critical difference (Demšar 2006, JMLR 7:1)."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ablation.analysis.data.factors import Floats
from ablation.analysis.data.runs import Runs
from ablation.analysis.probability import studentized_range

MIN_CELLS, MIN_SETS = 3, 3
"""Two cells are compared by their effect, and ranks on two data sets say nothing."""

INFINITE = 1e7
"""Degrees of freedom of a known standard deviation."""


@dataclass(frozen=True, eq=False)
class Ranks:
    """How cells rank over data sets.

    Attributes:
        table: cell (in words), mean_rank (1 is best), sets, and a column per factor; the best first.
        p: of Friedman's test.
        critical: mean ranks that differ by more are separated.
        sets: data sets that have all cells, which alone count.
        left_out: data sets that lack some.
        factors: names of the columns of levels, in their order.
    """

    table: pd.DataFrame
    p: float
    critical: float
    sets: int
    left_out: tuple[str, ...]
    factors: list[str]

    def levels(self) -> list[dict[str, str]]:
        """For each cell, the best first, factor -> level as text."""
        texts = self.table.iloc[:, 3:].astype(str).to_numpy().tolist()
        return [dict(zip(self.factors, row, strict=True)) for row in texts]

    @property
    def tied(self) -> int:
        """Number of cells that are not separated from the best."""
        away = self.table["mean_rank"] - self.table["mean_rank"].iloc[0]
        return int((away <= self.critical).sum()) - 1


def cell_ranks(runs: Runs, direction: str, alpha: float) -> Ranks | None:
    """Rank the cells on each data set by the mean over its seeds; None for too few cells or data sets."""
    if runs.sets is None:
        return None
    cells, sets = len(runs.one_per_cell), len(runs.sets.levels)
    where = runs.sets.codes * cells + runs.cells
    n = np.bincount(where, minlength=cells * sets)
    total = np.bincount(where, runs.response, cells * sets)
    means = np.where(n > 0, total / np.maximum(n, 1), np.nan).reshape(sets, cells)
    whole = np.isfinite(means).all(axis=1)
    if cells < MIN_CELLS or whole.sum() < MIN_SETS:
        return None
    from scipy import stats  # a second to import

    ranks = stats.rankdata(means[whole] if direction == "lower" else -means[whole], axis=1)
    first = runs.one_per_cell
    table = pd.DataFrame({"cell": runs.texts_at(first), "mean_rank": ranks.mean(axis=0), "sets": whole.sum()})
    for part in runs.predictors:
        table[part.name if part.name not in table else f"{part.name} (level)"] = part.texts(first)
    table = table.sort_values("mean_rank", kind="stable", ignore_index=True)
    missing = tuple(runs.sets.levels[i] for i in np.flatnonzero(~whole))
    critical = critical_difference(cells, int(whole.sum()), alpha)
    return Ranks(
        table, _friedman_p(ranks), critical, int(whole.sum()), missing, [p.name for p in runs.predictors]
    )


def critical_difference(n_cells: int, n_sets: int, alpha: float) -> float:
    """Nemenyi's: mean ranks that differ by more do so at level alpha over all pairs."""
    q = studentized_range.critical_value(alpha, n_cells, INFINITE)
    return float(q * np.sqrt(n_cells * (n_cells + 1) / (12 * n_sets)))


def _friedman_p(ranks: Floats) -> float:
    """P value of Friedman's chi-squared, with ties; 1 where all rank alike."""
    if not np.ptp(ranks, axis=1).any():
        return 1.0
    from scipy import stats

    return float(stats.friedmanchisquare(*ranks.T).pvalue)
