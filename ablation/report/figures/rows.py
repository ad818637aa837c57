"""A table of runs, read for drawing: cells, seeds, levels, and which runs failed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ablation.analysis.data.factors import Bools, Factor, Floats, Ints, group, read_factor
from ablation.analysis.data.runs import measured
from ablation.report.figures.names import cell_name, factor_names


@dataclass(frozen=True, eq=False)
class Cells:
    """Runs by cell.

    Attributes:
        values: the response (n_runs,), NaN for a run that failed.
        cell: number of each run's cell (n_runs,).
        names: what each cell is called (n_cells,).
        means: mean of the runs that did not fail (n_cells,), NaN where all did.
    """

    values: Floats
    cell: Ints
    names: list[str]
    means: Floats

    @property
    def failed(self) -> Bools:
        """Runs without a response, (n_runs,)."""
        return np.isnan(self.values)

    def order(self, direction: str) -> Ints:
        """Cells by their mean, the best first; those without one last."""
        key = self.means if direction == "lower" else -self.means
        return np.argsort(key, kind="stable")

    def mean_of(self, values: Floats) -> Floats:
        """Mean over the runs of each cell, (n_cells,); NaN without any."""
        return cell_means(values, self.cell, len(self.names))


def read_cells(table: pd.DataFrame, factors: Sequence[str], response: str) -> Cells | None:
    """Read the runs of a table by cell; None where no run has the response.

    Args:
        table: one row per run.
        factors: its columns that the study varied; those that the table lacks are left out.
        response: the column with what was measured.
    """
    if response not in table or len(table) == 0:
        return None
    values = measured(table, response, factors)
    if np.isnan(values).all():
        return None
    parts = [read_factor(table[name], name) for name in factors if name in table]
    cell = group([part.codes for part in parts]) if parts else np.zeros(len(table), dtype=np.intp)
    first = np.unique(cell, return_index=True)[1]
    return Cells(values, cell, _names(parts, first), cell_means(values, cell, len(first)))


def cell_means(values: Floats, cell: Ints, n_cells: int) -> Floats:
    """Mean of the values that are known in each cell, (n_cells,)."""
    known = ~np.isnan(values)
    count = np.bincount(cell[known], minlength=n_cells)
    total = np.bincount(cell[known], values[known], minlength=n_cells)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def _names(parts: Sequence[Factor], first: Ints) -> list[str]:
    """Cells in few words; where two would read the same, in all words."""
    called = factor_names([part.name for part in parts])
    levels = {called[part.name]: part.levels for part in parts}
    texts = {called[part.name]: part.texts(first) for part in parts}
    each = [{name: column[i] for name, column in texts.items()} for i in range(len(first))]
    short = [cell_name(one, levels) for one in each]
    return (
        short
        if len(set(short)) == len(short)
        else [", ".join(f"{name}={level}" for name, level in one.items()) for one in each]
    )


def jitter(n: int) -> Floats:
    """Offsets in −0.5 … 0.5 that keep neighbours apart, the same every time (golden-ratio sequence)."""
    return np.arange(1, n + 1, dtype=np.float64) * 0.6180339887498949 % 1 - 0.5
