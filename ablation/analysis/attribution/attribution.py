"""The contribution of a change by several definitions, side by side, with the errors of verdicts."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from ablation.analysis.attribution.functional_anova import variance_shares
from ablation.analysis.attribution.lattice import Lattice, lattice_of
from ablation.analysis.data.factors import Factor, Floats
from ablation.analysis.data.runs import Runs
from ablation.analysis.model.fit import Fit, fit_least_squares
from ablation.analysis.model.grid import Grid
from ablation.analysis.model.slopes import Slopes, slopes_of
from ablation.analysis.model.terms import matrix_of
from ablation.analysis.probability.distributions import f_upper
from ablation.analysis.probability.multiplicity import holm
from ablation.analysis.tables.cells import CellMeans
from ablation.analysis.verdicts.conservative import Conservative, conservative

MAX_CELLS = 1024
"""Of more, a model with a mean for each takes minutes."""

MAX_NUMBERS = 5_000_000
"""Of more changes times runs, their errors take gigabytes."""

QUESTIONS = ("average", "first", "last", "shapley")
NAMES = ("factor", "level", "reference")
ENDS = ("", "_low", "_high")


@dataclass(frozen=True, eq=False)
class Attribution:
    """What changes from the reference contribute, on the analysis scale.

    Attributes:
        table: one row per change; columns are described at `Analysis.attribution`.
        total: all changes at once, with its interval; NaN where its cells are not all there.
        obstacle: why there are only averages: `numbers` (a factor enters as a number), `one` (there is one
            factor, and all questions are one), `many` (cells or runs),
            `shares` (or counts); empty if there is nothing in the way.
        n_missing: cells of the full factorial without a run that counts.
        p_cells: of the test that all cells are alike; without a difference there is no share of it.
    """

    table: pd.DataFrame
    total: tuple[float, float, float]
    obstacle: str = ""
    n_missing: int = 0
    p_cells: float = float("nan")


def attribution(
    runs: Runs,
    y: Floats,
    averages: pd.DataFrame,
    cells: CellMeans,
    alpha: float,
    full: Mapping[str, object] | None = None,
    obstacle: str = "",
) -> Attribution:
    """Compute each contribution of each change that the cells allow.

    Args:
        runs: rows that count.
        y: their responses on the analysis scale, (n,).
        averages: main contrasts: factor, level, reference, estimate, ci_low, ci_high.
        cells: means of the cells.
        alpha: intervals have level 1 - alpha.
        full: factor -> the level that it is changed to; any other than the reference where not named.
        obstacle: why there can be only averages, if that is known.

    Raises:
        UsageError: `full` names what is not there.
    """
    obstacle = obstacle or _obstacle(runs)
    if obstacle:
        return Attribution(_with_averages(_empty(runs), averages), (np.nan,) * 3, obstacle)
    lattice = lattice_of(runs, full or {})
    fit = _saturated(runs, y)
    slopes = slopes_of(fit, runs)
    changes = [(i, k) for i, f in enumerate(lattice.factors) for k in range(1, len(f.levels))]
    each = [getattr(lattice, name)(*change) for name in QUESTIONS[1:] for change in changes]
    weights = np.array([*each, lattice.total()])
    first, last = (np.array(each).reshape(3, len(changes), -1)[i] for i in (0, 1))
    estimate, low, high = _estimates(fit, runs, slopes, weights, alpha)[1]
    table = _empty(runs)
    for i, name in enumerate(QUESTIONS[1:]):
        here = slice(i * len(changes), (i + 1) * len(changes))
        for end, values in zip(ENDS, (estimate, low, high), strict=True):
            table[f"{name}{end}"] = values[here]
    table["p_order"] = holm(_estimates(fit, runs, slopes, last - first, alpha)[0].p)
    p = _cells_alike(fit)
    table = _with_shares(table, lattice, cells, p, alpha)
    return Attribution(
        _with_averages(table, averages), (estimate[-1], low[-1], high[-1]), "", lattice.n_missing, p
    )


def _obstacle(runs: Runs) -> str:
    if not all(isinstance(part, Factor) for part in runs.predictors):
        return "numbers"
    if len(runs.predictors) == 1:
        return "one"
    changes = sum(len(f.levels) - 1 for f in runs.factors)
    too_many = len(runs.one_per_cell) > MAX_CELLS or changes * len(runs.response) > MAX_NUMBERS
    return "many" if too_many else ""


def _empty(runs: Runs) -> pd.DataFrame:
    rows = [(f.name, level, f.levels[0]) for f in runs.factors for level in f.levels[1:]]
    columns = [f"{name}{end}" for name in QUESTIONS for end in ENDS]
    table = pd.DataFrame(rows, columns=list(NAMES))
    return table.assign(**dict.fromkeys([*columns, "p_order", "share", "share_with_interactions"], np.nan))


def _with_averages(table: pd.DataFrame, averages: pd.DataFrame) -> pd.DataFrame:
    """Main contrasts as the verdicts have them, where the reference is the same."""
    columns = averages.set_index(list(NAMES))[["estimate", "ci_low", "ci_high"]]
    columns = columns.reindex(pd.MultiIndex.from_frame(table[list(NAMES)]))
    return table.assign(**{f"average{end}": columns.iloc[:, i].to_numpy() for i, end in enumerate(ENDS)})


def _saturated(runs: Runs, y: Floats) -> Fit:
    """A mean for each cell, beside the blocks."""
    cells = Factor("cell", tuple(map(str, range(len(runs.one_per_cell)))), runs.cells)
    return fit_least_squares(matrix_of(replace(runs, predictors=(cells,)), [(0,)], Grid()), y, runs.weights)


def _estimates(
    fit: Fit, runs: Runs, slopes: Slopes | None, weights: Floats, alpha: float
) -> tuple[Conservative, tuple[Floats, Floats, Floats]]:
    """Sums over means of cells, weights (m x n_cells): all there is of them, and estimates with bounds."""
    known = np.asarray(np.isfinite(weights).all(axis=1))
    L = np.where(known[:, None], weights, 0.0) @ fit.matrix.X
    sums = conservative(fit, L, runs, slopes, alpha)
    nan = np.where(known, 1.0, np.nan)
    low, high = sums.interval(alpha)
    return replace(sums, p=nan * sums.p), (nan * sums.estimate, nan * low, nan * high)


def _cells_alike(fit: Fit) -> float:
    """P value of the F test that all cells have one mean."""
    squares, df = fit.extra([], np.arange(1, fit.matrix.X.shape[1]))
    return float(f_upper(squares / max(df, 1) / fit.variance, df, fit.df_resid))


def _with_shares(
    table: pd.DataFrame, lattice: Lattice, cells: CellMeans, p: float, alpha: float
) -> pd.DataFrame:
    """Shares of variance, where every cell is there and the cells differ."""
    if lattice.n_missing or not p < alpha or not np.isfinite(cells.means).all():
        return table
    sizes = [len(f.levels) for f in lattice.factors]
    # Cells are numbered in the order of their levels, as an array of these sizes is.
    alone, with_all = variance_shares(cells, sizes, cells.rss / cells.df)
    place = {f.name: i for i, f in enumerate(lattice.factors)}
    at = table["factor"].map(place)
    return table.assign(share=alone[at], share_with_interactions=with_all[at])
