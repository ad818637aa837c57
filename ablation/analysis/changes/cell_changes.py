"""How much the cells that two studies share have changed, each alone and on average."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from ablation.analysis.analysis import Analysis
from ablation.analysis.changes.effect_changes import added_errors, changes_table
from ablation.analysis.changes.pairing import Common, differences
from ablation.analysis.data.factors import Floats, Ints
from ablation.analysis.data.scale import Scale
from ablation.analysis.model.glm import working_cells
from ablation.analysis.probability.distributions import t_quantile, t_two_sided
from ablation.analysis.verdicts.conservative import Conservative


@dataclass(frozen=True)
class Average:
    """The average change over the cells that both studies have, on the analysis scale; NaN if unknown."""

    estimate: float
    low: float
    high: float
    p: float


@dataclass(frozen=True, eq=False)
class _Values:
    """Numbers in cells, the block of each, and weights: (n,) each; `block` is None without blocks.

    Of shares and counts these are the working responses and weights of one mean per cell: their weighted
    residuals make Pearson's dispersion. A cell of zeros alone has no logarithm: its weights are 0.
    """

    y: Floats
    cell: Ints
    block: Ints | None
    weights: Floats
    response: Floats

    def on_response(self, scale: Scale) -> Floats:
        """Means of the cells; if a cell has none on the scale, the value that all its runs share."""
        plain: Floats = np.bincount(self.cell, self.response) / self.counts
        return np.where(np.isnan(self.means), plain, scale.back(self.means))

    @property
    def counts(self) -> Ints:
        return np.bincount(self.cell)

    @property
    def means(self) -> Floats:
        with np.errstate(invalid="ignore"):
            means: Floats = np.bincount(self.cell, self.weights * self.y) / self.totals
        return means

    @property
    def totals(self) -> Floats:
        """Weights of the cells."""
        totals: Floats = np.bincount(self.cell, self.weights).astype(np.float64)
        return totals

    def errors(self) -> tuple[Floats, Floats]:
        """Standard errors of the cells' means for new blocks, and degrees of freedom, (n_cells,) each."""
        variance, df = self._spread()
        with np.errstate(divide="ignore"):
            return np.sqrt(variance / self.totals), np.full(len(self.counts), df)

    def _spread(self) -> tuple[float, float]:
        """Variance within cells, blocks' own included, and its degrees of freedom.

        With every block in every cell the degrees of freedom are Satterthwaite's for the sum of the mean
        squares of blocks and of the rest; else those of the blocks.
        """
        known = self.weights > 0
        rest = (np.sqrt(self.weights) * (self.y - self.means[self.cell]))[known]
        n_cells, df = len(self.counts), int(known.sum() - (self.totals > 0).sum())
        if df <= 0:
            return float("nan"), float("nan")
        variance = float(rest @ rest) / df
        if self.block is None:
            return variance, float(df)
        grid = self._grid()
        n_blocks = len(np.unique(self.block))
        if np.isnan(grid).any() or n_cells == 1 or variance == 0 or (self.weights != 1).any():
            return variance, float(n_blocks - 1)
        blocks = grid.mean(axis=0)
        of_blocks = float(n_cells * np.var(blocks, ddof=1))
        each = grid - grid.mean(axis=1, keepdims=True) - blocks + grid.mean()
        of_rest = float(np.sum(each**2)) / ((n_cells - 1) * (n_blocks - 1))
        parts = np.array([of_blocks, (n_cells - 1) * of_rest]) / n_cells
        own_df = np.array([n_blocks - 1, (n_cells - 1) * (n_blocks - 1)])
        return variance, float(parts.sum() ** 2 / (parts**2 / own_df).sum())

    def _grid(self) -> Floats:
        """Means by cell and block, (n_cells x n_blocks); NaN where there is none."""
        assert self.block is not None
        code = np.unique(self.block, return_inverse=True)[1]
        grid = np.zeros((len(self.counts), int(code.max()) + 1))
        n = np.zeros_like(grid)
        np.add.at(grid, (self.cell, code), self.weights * self.y)
        np.add.at(n, (self.cell, code), self.weights)
        with np.errstate(invalid="ignore"):
            means: Floats = grid / n
        return means

    def average(self) -> tuple[float, float, float]:
        """Mean over the cells, its standard error and degrees of freedom; over blocks that all cells have."""
        mean, n_cells = float(self.means.mean()), len(self.counts)
        if self.block is None:
            variance, df = self._spread()
            return mean, float(np.sqrt(variance * np.mean(1 / self.totals) / n_cells)), df
        grid = self._grid()
        whole = grid[:, ~np.isnan(grid).any(axis=0)].mean(axis=0)
        if (n := len(whole)) < 2:
            return mean, float("nan"), float("nan")
        return float(whole.mean()), float(np.std(whole, ddof=1) / np.sqrt(n)), float(n - 1)


def cells_table(
    first: Analysis,
    second: Analysis,
    overlap: Common,
    is_paired: bool,
    scale: Scale,
    alpha: float,
) -> tuple[pd.DataFrame, Average | None]:
    """One row per common cell, as described at `Comparison.cells`, and the average over them."""
    rows = [_rows(overlap, i, is_paired) for i in (0, 1)]
    if not len(rows[0]):
        return pd.DataFrame(), None
    here, there = (
        _values(one, at, overlap.cells[i], scale)
        for i, (one, at) in enumerate(zip((first, second), rows, strict=True))
    )
    if is_paired:
        change = replace(here, y=differences(first, second, overlap, scale.is_log))
        estimate, (se, df), average = change.means, change.errors(), change.average()
    else:
        estimate = there.means - here.means
        se, df = added_errors(*map(np.array, zip(here.errors(), there.errors(), strict=True)))
        mean, wide, own = map(np.array, zip(here.average(), there.average(), strict=True))
        (both, both_df) = added_errors(wide, own)
        average = float(mean[1] - mean[0]), float(both), float(both_df)
    table = pd.DataFrame({"cell": first.selection.used.texts_at(cell_rows(overlap, is_paired))})
    table["first"], table["second"] = here.on_response(scale), there.on_response(scale)
    table["n_first"], table["n_second"] = here.counts, there.counts
    with np.errstate(divide="ignore", invalid="ignore"):
        numbers = Conservative(estimate, se, df, t_two_sided(estimate / se, df), ())
    direction = first.request.direction
    changed = changes_table(numbers, scale, alpha, None, direction).drop(columns="p_equivalence")
    return pd.concat([table, changed], axis=1), _average(*average, alpha)


def _rows(overlap: Common, study: int, is_paired: bool) -> Ints:
    """The runs of a study that count here, as positions."""
    if is_paired:
        return (overlap.first, overlap.second)[study]
    return np.flatnonzero(overlap.cells[study] >= 0)


def cell_rows(overlap: Common, is_paired: bool) -> Ints:
    """One run of the first study in each compared cell, as positions, (n_cells,)."""
    rows = _rows(overlap, 0, is_paired)
    return rows[np.unique(overlap.cells[0][rows], return_index=True)[1]]


def _values(analysis: Analysis, rows: Ints, cells: Ints, scale: Scale) -> _Values:
    """Responses of some runs on a scale, by cell from 0 and block."""
    response, block = analysis.runs.response[rows], analysis.runs.block
    cell = np.unique(cells[rows], return_inverse=True)[1]
    weights = np.ones(len(response))
    if scale.is_glm:
        tries = analysis.selection.used.weights
        y, weights = working_cells(scale, response, weights if tries is None else tries[rows], cell)
    else:
        y = scale.link(response)
    return _Values(y, cell, block.codes[rows] if block else None, weights, response)


def _average(estimate: float, se: float, df: float, alpha: float) -> Average:
    half = float(t_quantile(1 - alpha / 2, df)) * se
    p = float(t_two_sided(estimate / se, df)) if se else float("nan")
    return Average(estimate, estimate - half, estimate + half, p)
