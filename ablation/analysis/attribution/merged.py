"""Factors merged with the factors nested in them: dropout at each of its rates, or none.

Of a rate without dropout there is no cell, so no question can be asked of the two apart.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from ablation.analysis.data.factors import Factor, Floats, Ints, Predictor
from ablation.analysis.data.runs import Runs
from ablation.analysis.model.fit import Fit
from ablation.analysis.model.grid import Grid
from ablation.analysis.model.means import contrast_rows, mean_row
from ablation.naming import short_name


def merged(fit: Fit, runs: Runs) -> tuple[Runs, pd.DataFrame, Floats]:
    """The runs with such factors as one, and the main contrasts: names, and combinations (m x p)."""
    names, L = contrast_rows(fit, runs.predictors)
    grid = fit.matrix.grid
    if not grid.conditions:
        return runs, names, L
    families: dict[int, list[int]] = {}
    for condition in grid.conditions:
        root = next(i for i in grid.above(condition.factor) if grid.condition(i) is None)
        families.setdefault(root, [root]).append(condition.factor)
    taken = [i for family in families.values() for i in family]
    apart = ~names["factor"].isin([runs.predictors[i].name for i in taken]).to_numpy()
    tables, rows = [names[apart]], [L[apart]]
    whole: dict[int, Predictor] = {}
    for root, family in families.items():
        factor, held = _as_one(grid, runs.predictors, family)
        means = np.array([mean_row(fit.matrix, runs.predictors, at) for at in held])
        contrasts = [(factor.name, level, factor.levels[0]) for level in factor.levels[1:]]
        tables.append(pd.DataFrame(contrasts, columns=names.columns))
        rows.append(means[1:] - means[0])
        whole[root] = factor
    predictors = tuple(whole.get(i, p) for i, p in enumerate(runs.predictors) if i in whole or i not in taken)
    return replace(runs, predictors=predictors), pd.concat(tables, ignore_index=True), np.vstack(rows)


def _as_one(
    grid: Grid, predictors: Sequence[Predictor], family: Sequence[int]
) -> tuple[Factor, list[dict[int, int]]]:
    """A factor with a level for each combination that was run, and where its members are at each."""
    parts = [part for i in family if isinstance(part := predictors[i], Factor)]
    rows, codes = np.unique(np.column_stack([part.codes for part in parts]), axis=0, return_inverse=True)
    held = [dict(zip(family, map(int, row), strict=True)) for row in rows]
    levels = tuple(_label(grid, dict(zip(family, parts, strict=True)), at) for at in held)
    numbers: Ints = codes.reshape(-1).astype(np.intp)
    return Factor(parts[0].name, levels, numbers), held


def _label(grid: Grid, parts: dict[int, Factor], at: dict[int, int]) -> str:
    """Such as `off` and `rate 0.1`; `sgd momentum 0.9` where several levels ask for settings."""
    (root, top), *nested = parts.items()
    values = [
        f"{short_name(part.name)} {part.levels[at[i]]}" for i, part in nested if at[i] in grid.values(i, part)
    ]
    first = [top.levels[at[root]]] if len(top.levels) > 2 or not values else []
    return " ".join([*first, *values])
