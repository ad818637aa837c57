"""The best cell: which it is, which others tie with it, and what to expect of it on new seeds."""

from collections import Counter
from collections.abc import Hashable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ablation.analysis.data.factors import Floats, Ints
from ablation.analysis.data.runs import Runs
from ablation.analysis.data.scale import Scale
from ablation.analysis.data.select import Selection
from ablation.analysis.model.fit import Fit
from ablation.analysis.probability import studentized_range
from ablation.analysis.probability.distributions import t_quantile
from ablation.analysis.tables.cells import CellMeans, cell_error
from ablation.analysis.tables.chosen import chosen_mean

ROUNDING = 1e-13
"""A smaller share of the largest response is rounding, left by numbers that cancel in a sum."""


@dataclass(frozen=True)
class BestCell:
    """The best cell by its mean on the analysis scale, adjusted for blocks.

    Attributes:
        levels: factor -> level as text, for every factor of the request.
        rows: labels of the table's rows that are its analysed runs.
        failed: how many of its runs failed besides.
        ties: levels of the cells that are not separated from it, the next best first; all other cells if
            there is no error estimate.
        shrunken, low, high: the mean to expect on new seeds (response), and an interval that accounts for
            the choice among all cells; NaN without an error estimate.
    """

    levels: dict[str, str]
    rows: tuple[Hashable, ...]
    failed: int
    ties: tuple[dict[str, str], ...]
    shrunken: float
    low: float
    high: float


def best_cells_table(
    fit: Fit, selection: Selection, runs: Runs, cells: CellMeans, scale: Scale, direction: str, alpha: float
) -> pd.DataFrame:
    """One row per cell, best first; columns are described at `Analysis.best_cells`.

    A cell is within noise of the best unless Tukey's test over all cells separates the two: the best of
    many equal cells looks better than it is, and the threshold accounts for that choice.
    """
    variance, df = cell_error(fit, cells)
    order = best_first(cells.means, direction)
    se = np.sqrt(variance * cells.relative_variance())
    half_width = t_quantile(1 - alpha / 2, df) * se
    middle = cells.means + scale.shift
    n_compared = int(np.isfinite(cells.means).sum())
    critical = studentized_range.critical_value(alpha, max(n_compared, 2), df) / np.sqrt(2)
    away = np.abs(cells.means - cells.means[order[0]])
    apart = away > critical * np.sqrt(variance * cells.relative_variance_from(int(order[0])))
    first = runs.one_per_cell
    table = pd.DataFrame({"cell": runs.texts_at(first), "runs": np.bincount(runs.cells)})
    table["failed"] = _n_failed(selection, first)
    for column, values in (
        ("mean", _means_of_runs(fit, runs, selection, scale) + scale.shift),
        ("seed_adjusted", middle),
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
    best_cells: pd.DataFrame,
    fit: Fit,
    selection: Selection,
    runs: Runs,
    cells: CellMeans,
    scale: Scale,
    direction: str,
    alpha: float,
) -> BestCell:
    """The first cell of `best_cells_table`, and those within its noise."""
    order = best_first(cells.means, direction)
    first = runs.one_per_cell
    shown = first[[order[0], *order[1:][best_cells["within_noise"].to_numpy()[1:]]]]
    named = {part.name: part.texts(shown) for part in selection.used.predictors}  # also those of one level
    levels = [dict(zip(named, texts, strict=True)) for texts in zip(*named.values(), strict=True)]
    rows = tuple(runs.labels[runs.cells == order[0]])
    main = np.hstack([part.columns[first] for part in runs.predictors])
    sign = 1.0 if direction == "lower" else -1.0
    expected = sign * chosen_mean(
        sign * cells.means, cells.relative_variance(), main, cell_error(fit, cells), alpha
    )
    low, high = sorted(expected[1:])
    shrunken, low, high = (
        _without_rounding(scale.back(v + scale.shift), runs) for v in (expected[0], low, high)
    )
    return BestCell(
        levels[0], rows, int(best_cells["failed"].iloc[0]), tuple(levels[1:]), shrunken, low, high
    )


def _without_rounding(value: Floats, runs: Runs) -> float:
    """Zero where a value is what rounding left of responses that cancel."""
    return 0.0 if abs(value) <= ROUNDING * np.abs(runs.response).max() else float(value)


def best_first(means: Floats, direction: str) -> Ints:
    """Order of cells by their means (n_cells,), the best first; those without a mean last."""
    order: Ints = np.argsort(means if direction == "lower" else -means, kind="stable")
    return order


def _means_of_runs(fit: Fit, runs: Runs, selection: Selection, scale: Scale) -> Floats:
    """Means of the runs of each cell as they are, on the analysis scale without its shift, (n_cells,)."""
    weights, cell = fit.root_weights**2, runs.cells
    if scale.is_glm:  # all tries of a cell together
        n = np.ones(fit.n) if selection.used.weights is None else selection.used.weights
        with np.errstate(divide="ignore"):
            return scale.link(np.bincount(cell, n * runs.response) / np.bincount(cell, n)) - scale.shift
    means: Floats = np.bincount(cell, weights * fit.y) / np.bincount(cell, weights)
    return means


def _n_failed(selection: Selection, first: Ints) -> list[int]:
    """How many runs of the cells failed, given a run of each.

    Cells by all factors, also those with one level among the runs that count: its other levels' failures
    are other cells'.
    """
    tried = selection.attempted.cell_texts()
    failed = Counter(cell for cell, fails in zip(tried, selection.failed, strict=True) if fails)
    return [failed[cell] for cell in selection.used.texts_at(first)]
