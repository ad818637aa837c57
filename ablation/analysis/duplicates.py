"""Rows that were logged twice: they look like replicates and shrink standard errors for nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ablation.analysis.factors import Bools, Factor, Ints, Predictor

if TYPE_CHECKING:
    from ablation.analysis.runs import Runs

TIES_BEYOND_CHANCE = 20.0
"""Equal responses within a cell are copies when they are this many times as frequent as between cells."""


def repeated_rows(table: pd.DataFrame, runs: Runs, candidates: Bools) -> Bools:
    """Mark rows that copy an earlier one: same levels, block and response, same in every other column.

    Coarse responses (counts, rounded numbers) tie by chance. So copies are only called copies when ties
    within a cell are far more frequent than ties between cells.

    Args:
        table: the rows as read, (n_rows, n_columns).
        runs: the same rows by role.
        candidates: rows to look at, (n_rows,).

    Returns:
        (n_rows,) True for a copy; the first of its kind stays.
    """
    marked = np.zeros(len(table), dtype=bool)
    cell = group([codes_of(p) for p in (*runs.predictors, *([runs.block] if runs.block else []))])
    value = pd.factorize(runs.response, use_na_sentinel=False)[0]
    both = group([cell, value])
    if len(np.unique(both[candidates])) == candidates.sum():
        return marked
    finite = candidates & np.isfinite(runs.response)
    if _ties_by_chance(cell[finite], value[finite], both[finite]):
        return marked
    marked[candidates] = pd.Series(_row_ids(table, both)[candidates]).duplicated().to_numpy()
    return marked


def codes_of(part: Predictor) -> Ints:
    """Codes of a factor's levels or of a covariate's distinct values, (n_rows,)."""
    if isinstance(part, Factor):
        return part.codes
    return np.asarray(pd.factorize(part.values, use_na_sentinel=False)[0], dtype=np.intp)


def group(codes: list[Ints]) -> Ints:
    """One number per distinct combination, (n_rows,)."""
    group = np.zeros(len(codes[0]), dtype=np.intp)
    for code in codes:
        group = np.unique(group * (code.max() + 2) + code + 1, return_inverse=True)[1]
    return group


def _row_ids(table: pd.DataFrame, both: Ints) -> Ints:
    """One number per distinct row; the response already stands for other measurements (floats)."""
    others = [table.iloc[:, i] for i in range(table.shape[1])]
    texts = [c.map(str) for c in others if not pd.api.types.is_float_dtype(c.dtype)]
    return group([both, *(np.asarray(pd.factorize(c)[0], dtype=np.intp) for c in texts)])


def _pairs(groups: Ints) -> float:
    sizes = np.bincount(groups).astype(float)
    return float((sizes * (sizes - 1) / 2).sum())


def _ties_by_chance(cell: Ints, value: Ints, both: Ints) -> bool:
    if len(cell) == 0:
        return True
    within, tied_within = _pairs(cell), _pairs(both)
    between, tied_between = _pairs(np.zeros_like(cell)) - within, _pairs(value) - tied_within
    if tied_within == 0:
        return True
    if between == 0:  # a single cell: nothing to compare with
        return tied_within < 0.5 * len(cell)
    return tied_within / within <= TIES_BEYOND_CHANCE * tied_between / between
