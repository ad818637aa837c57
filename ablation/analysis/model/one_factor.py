"""Designs in which every cell differs from one reference cell in one factor: leave one out, one at a time."""

from collections.abc import Collection
from dataclasses import replace

import numpy as np

from ablation.analysis.data.factors import Factor, Predictor, codes_of
from ablation.analysis.data.runs import Runs
from ablation.words import OFF


def reference_run(runs: Runs) -> int | None:
    """A run of the reference cell; None in other designs, and where only one factor varies."""
    if len(runs.predictors) < 2:
        return None
    codes = np.column_stack([codes_of(part)[runs.one_per_cell] for part in runs.predictors])
    middle = np.array([np.bincount(column).argmax() for column in codes.T])
    away = (codes != middle).sum(axis=1)
    if away.max() > 1 or away.min() > 0:
        return None
    return int(runs.one_per_cell[int(away.argmin())])


def with_its_reference_first(runs: Runs, named: Collection[str] = ()) -> Runs:
    """Compare levels with the one of the reference cell, so that every difference is one to that cell.

    A switch keeps its order: that it is on in the reference cell changes the sign alone.
    """
    row = reference_run(runs)
    if row is None:
        return runs
    return replace(runs, predictors=tuple(p if p.name in named else _turned(p, row) for p in runs.predictors))


def _turned(part: Predictor, row: int) -> Predictor:
    if not isinstance(part, Factor) or (len(part.levels) == 2 and part.levels[0].lower() in OFF):
        return part
    first = int(part.codes[row])
    return part.in_order([first, *(i for i in range(len(part.levels)) if i != first)])
