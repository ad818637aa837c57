"""Runs by cell, the best cell first: the order of all sections and figures."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ablation.analysis import Analysis
from ablation.analysis.data.factors import Bools, Floats, Ints


@dataclass(frozen=True, eq=False)
class Ranking:
    """Runs by cell; the analysis decides which cell is best.

    Attributes:
        values: the response (n_runs,), NaN for a run that failed.
        cell: the rank of each run's cell, from 0 (n_runs,).
        names: what each cell is called, the best first (n_cells,).
        means: of the runs that did not fail, as under Best cells (n_cells,); NaN where all did.
        codes: the study's number of each cell (n_cells,).
    """

    values: Floats
    cell: Ints
    names: Sequence[str]
    means: Floats
    codes: Ints

    @property
    def failed(self) -> Bools:
        """Runs without a response, (n_runs,)."""
        return np.isnan(self.values)

    @property
    def n_known(self) -> int:
        """Cells that have a mean; they come first."""
        return int(np.isfinite(self.means).sum())

    def mean_of(self, values: Floats) -> Floats:
        """Arithmetic mean over the runs of each cell that did not fail, (n_cells,); NaN without any."""
        known = ~(np.isnan(values) | self.failed)
        count = np.bincount(self.cell[known], minlength=len(self.names))
        total = np.bincount(self.cell[known], values[known], minlength=len(self.names))
        return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def rank_cells(
    values: Floats,
    codes: Ints,
    names: Sequence[str],
    direction: str,
    analysis: Analysis | None,
    places: Callable[[pd.Index], Ints],
) -> Ranking:
    """Order cells as the analysis does; without one, by their arithmetic means.

    Args:
        values: the response of each run (n_runs,), NaN where it has none.
        codes: number of each run's cell, from 0 (n_runs,).
        names: of each cell (n_cells,).
        direction: which values are better, `lower` or `higher`.
        analysis: None where the runs allow none.
        places: labels of runs in the analysis -> their places among the runs.
    """
    means = np.full(len(names), np.nan)
    if analysis is None:
        means = Ranking(values, codes, names, means, np.arange(len(names))).mean_of(values)
        order = np.argsort(means if direction == "lower" else -means, kind="stable")
    else:
        runs, first = analysis.runs, analysis.runs.one_per_cell
        code_of = dict(zip(runs.texts_at(first), codes[places(runs.labels[first])], strict=True))
        table = analysis.best_cells
        best = np.array([code_of[text] for text in table["cell"]], dtype=np.intp)
        order = np.concatenate([best, np.setdiff1d(np.arange(len(names)), best)])
        means[best] = table["mean"]
    rank = np.empty(len(names), dtype=np.intp)
    rank[order] = np.arange(len(names))
    return Ranking(values, rank[codes], [names[i] for i in order], means[order], order)
