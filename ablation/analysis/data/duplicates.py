"""Rows that were logged twice: they look like replicates and make standard errors too small."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ablation.analysis.data.factors import Bools, Floats, Ints, codes_of, group

if TYPE_CHECKING:
    from ablation.analysis.data.runs import Runs

TIES_BEYOND_CHANCE = 20.0
"""Equal responses within a cell are copies when they are this many times as frequent as chance has it."""


MIN_GAPS = 3
"""Of fewer differences it says little that they are multiples of the smallest."""


def repeated_rows(table: pd.DataFrame, runs: Runs, candidates: Bools) -> Bools:
    """Mark rows that copy an earlier one: same levels, block and response.

    Without a block, other columns (a seed that is not used, say) must be the same as well.

    Coarse responses (counts, rounded numbers) tie by chance. So copies are only called copies when ties
    within a cell are far more frequent than ties between cells, and than rounding explains.

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
    if _ties_by_chance(cell[finite], value[finite], both[finite], runs.response[finite]):
        return marked
    ids = _row_ids(table, both) if runs.block is None else both
    marked[candidates] = pd.Series(ids[candidates]).duplicated().to_numpy()
    return marked


def _row_ids(table: pd.DataFrame, both: Ints) -> Ints:
    """One number per distinct row; the response already stands for other measurements (floats)."""
    others = [table.iloc[:, i] for i in range(table.shape[1])]
    texts = [c.map(str) for c in others if not pd.api.types.is_float_dtype(c.dtype)]
    return group([both, *(np.asarray(pd.factorize(c)[0], dtype=np.intp) for c in texts)])


def _pairs(groups: Ints) -> float:
    sizes = np.bincount(groups).astype(float)
    return float((sizes * (sizes - 1) / 2).sum())


def _ties_by_chance(cell: Ints, value: Ints, both: Ints, response: Floats) -> bool:
    if len(cell) == 0:
        return True
    within, tied_within = _pairs(cell), _pairs(both)
    between, tied_between = _pairs(np.zeros_like(cell)) - within, _pairs(value) - tied_within
    if tied_within == 0:
        return True
    chance = _tied_by_rounding(cell, response)
    if between > 0:
        chance = max(chance, tied_between / between)
    return tied_within / within <= TIES_BEYOND_CHANCE * chance


def _tied_by_rounding(cell: Ints, response: Floats) -> float:
    """Share of the pairs within a cell that rounding makes equal, if the noise is normal.

    Two numbers of standard deviation s differ by less than half a step with probability
    step / (2 sqrt(pi) s), their difference having the deviation sqrt(2) s.
    """
    unit = float(np.abs(response).max()) or 1.0  # squares of very large or small responses stay in range
    means = np.bincount(cell, response / unit) / np.maximum(np.bincount(cell), 1)
    spread = float(np.sqrt(np.mean((response / unit - means[cell]) ** 2))) or float(np.std(response / unit))
    return _step(response) / unit / (2 * np.sqrt(np.pi) * spread) if spread > 0 else 1.0


def _step(response: Floats) -> float:
    """The distance of which all differences are multiples, or that of the last decimal."""
    values = np.unique(response)
    gaps = np.diff(values)
    if len(gaps) >= MIN_GAPS:
        multiples = gaps / gaps.min()
        if np.allclose(multiples, np.round(multiples), rtol=0, atol=1e-3):
            return float(gaps.min())
    decimals = max(-int(Decimal(repr(float(v))).as_tuple().exponent) for v in values)
    return 10.0**-decimals
