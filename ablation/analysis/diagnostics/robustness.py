"""The same effects by other methods: robust errors, one effect per seed, sign flips, the raw response."""

from collections.abc import Hashable, Mapping
from dataclasses import replace
from itertools import product

import numpy as np
import pandas as pd

from ablation.analysis.data.factors import Floats
from ablation.analysis.data.runs import Runs
from ablation.analysis.data.scale import Scale
from ablation.analysis.model.fit import Fit
from ablation.analysis.model.means import contrast_rows, effects_table
from ablation.analysis.model.terms import BLOCK, Matrix
from ablation.analysis.probability.distributions import t_quantile, t_two_sided

EXACT_UP_TO = 16
"""With more blocks than this the sign flips are sampled."""

N_FLIPS = 2**16
MAX_SIGNS = 2**23
"""Of thousands of blocks fewer flips are drawn, so that no more signs than these are held."""

MIN_BLOCKS_FOR_T = 4
"""A t test of the effects of 2 or 3 blocks has 1 or 2 degrees of freedom, and hardly any power."""

MIN_BLOCKS_FOR_FLIPS = 6
"""With 5 blocks the smallest p of sign flips is 2 / 2^5 = 0.0625."""


def robustness_table(
    fit: Fit, runs: Runs, effects: pd.DataFrame, screened: set[str], alpha: float
) -> pd.DataFrame:
    """One row per main contrast; columns are described at `Analysis.robustness`.

    Args:
        fit: the main model.
        runs: the rows that count.
        effects: the table of main contrasts.
        screened: names of interactions that passed the screen; the models per block have only these.
        alpha: level at which methods are compared.
    """
    table = effects[["factor", "level", "reference", "estimate", "p", "p_hc3"]].copy()
    each = effects_by_block(fit, contrast_rows(fit, runs.predictors)[1], runs, screened)
    known = [d[~np.isnan(d)] for d in each.T]
    tests = [one_sample_t(d, alpha) for d in known]
    table["n_blocks"] = [len(d) for d in known]
    for i, name in enumerate(("block_mean", "block_ci_low", "block_ci_high", "p_block")):
        table[name] = [test[i] for test in tests]
    table["p_sign_flip"] = [sign_flip_p(d) for d in known]
    raw = raw_effects(fit, runs, alpha)
    table["estimate_raw"], table["p_raw"] = raw["estimate"], raw["p"]
    table["agree"] = [_agree(r, alpha) for r in table.to_dict("records")]
    return table


def reduced_matrix(matrix: Matrix, interactions: set[str]) -> Matrix:
    """Main effects and the named interactions, without the block: small enough for the runs of one block."""
    terms = [t for t in matrix.terms if t.order == 1 or (t.kind != BLOCK and t.name in interactions)]
    return matrix.keep(terms)


def _by_block(matrix: Matrix, L: Floats, y: Floats, runs: Runs) -> Floats:
    """Combinations L (m x p) in each block alone, (n_blocks x m); NaN where its runs do not tell.

    Blocks of which equally many cells were run are solved at once: there may be thousands.
    """
    if runs.block is None:
        return np.empty((0, len(L)))
    weights = np.ones(len(y)) if runs.weights is None else runs.weights
    numbers, pair = np.unique(runs.block.codes * len(matrix.X) + matrix.cell, return_inverse=True)
    block, cell = np.divmod(numbers, len(matrix.X))
    total = np.bincount(pair, weights)
    means, root = np.bincount(pair, weights * y) / total, np.sqrt(total)
    n_cells = np.bincount(block)
    starts = np.cumsum(n_cells) - n_cells
    alone = np.full((len(n_cells), len(L)), np.nan)
    for n in np.unique(n_cells):
        here = np.flatnonzero(n_cells == n)
        at = starts[here, None] + np.arange(n)
        X = root[at][..., None] * matrix.X[cell[at]]
        inverse = np.linalg.pinv(X, rcond=1e-9)
        off = np.abs(L - L @ (inverse @ X)).max(axis=2) / np.abs(L).max(axis=1)
        estimates = (L @ (inverse @ (root * means)[at][..., None]))[..., 0]
        alone[here] = np.where(off < 1e-7, estimates, np.nan)
    return alone


def effects_by_block(fit: Fit, rows: Floats, runs: Runs, screened: set[str]) -> Floats:
    """Any combinations of coefficients within each block alone, (n_blocks x m).

    Args:
        fit: the main model.
        rows: combinations of its coefficients, (m x p); what the models per block lack counts as zero.
        runs: the rows that count.
        screened: names of the interactions that these models have.
    """
    matrix = reduced_matrix(fit.matrix, screened)
    columns = {term.name: term.columns for term in fit.matrix.terms}
    L = np.zeros((len(rows), matrix.X.shape[1]))
    for term in matrix.terms:
        L[:, term.columns] = rows[:, columns[term.name]]
    return _by_block(matrix, L, fit.y, runs)


def one_sample_t(effects: Floats, alpha: float) -> tuple[float, float, float, float]:
    """Mean of effects (n_blocks,), its interval and two-sided p; NaN with fewer than two."""
    n = len(effects)
    if n == 0:
        return (float("nan"),) * 4
    mean = float(effects.mean())
    if n == 1 or np.ptp(effects) == 0:
        return mean, float("nan"), float("nan"), float("nan")
    se = float(effects.std(ddof=1) / np.sqrt(n))
    reach = float(t_quantile(1 - alpha / 2, n - 1)) * se
    return mean, mean - reach, mean + reach, float(t_two_sided(mean / se, n - 1))


def sign_flip_p(effects: Floats) -> float:
    """Two-sided p of the mean of effects (n_blocks,) under all changes of sign; NaN without effects.

    Exact up to 16 blocks (Fisher 1935, The Design of Experiments, section 21), sampled beyond.
    """
    n = len(effects)
    if n == 0:
        return float("nan")
    if n <= EXACT_UP_TO:
        signs = np.array(list(product((1.0, -1.0), repeat=n)))
    else:
        signs = 1.0 - 2.0 * np.random.default_rng(0).integers(
            0, 2, (min(N_FLIPS, MAX_SIGNS // n), n), np.int8
        )
        signs[0] = 1.0
    sums = np.abs(signs @ effects)
    return float(np.mean(sums >= sums[0] * (1 - 1e-9)))


def raw_effects(fit: Fit, runs: Runs, alpha: float) -> pd.DataFrame:
    """The main contrasts with the response as it is, in its units."""
    unit = float(np.abs(runs.response).max()) or 1.0  # squares of very large or small responses stay in range
    plain = Scale("identity", "raw", float(np.median(runs.response / unit)))
    raw = replace(fit, y=plain.forward(runs.response / unit))  # the same columns: no new decomposition
    table = effects_table(raw, runs.predictors, plain, alpha)
    return table.assign(estimate=table["estimate"] * unit)


def _agree(row: Mapping[Hashable, float], alpha: float) -> bool:
    """Whether all p are on the same side of alpha and, if they are below, all estimates on one side of 0."""
    p = [row["p"], row["p_hc3"], row["p_raw"]]
    if row["n_blocks"] >= MIN_BLOCKS_FOR_T:
        p.append(row["p_block"])
    if row["n_blocks"] >= MIN_BLOCKS_FOR_FLIPS:
        p.append(row["p_sign_flip"])
    significant = {value < alpha for value in p if not np.isnan(value)}
    estimates = (row[name] for name in ("estimate", "block_mean", "estimate_raw"))
    signs = {np.sign(value) for value in estimates if not np.isnan(value)}
    return len(significant) <= 1 and (significant != {True} or len(signs) == 1)
