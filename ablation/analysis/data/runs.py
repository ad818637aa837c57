"""The analysed runs by role: factors, block, response, weights."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from ablation.analysis.data.endings import OK, endings
from ablation.analysis.data.factors import (
    Bools,
    Factor,
    Floats,
    Ints,
    Predictor,
    codes_of,
    group,
)
from ablation.naming import cell_text


@dataclass(frozen=True, eq=False)
class Runs:
    """Rows of a table by role: response (n,), predictors, block, weights (n,), the table's labels, data sets.

    `sets` is there where blocks are of two columns, such as seeds, of which one is the data set.
    """

    response: Floats
    predictors: tuple[Predictor, ...]
    block: Factor | None
    weights: Floats | None
    labels: pd.Index
    sets: Factor | None = None

    def rows(self, chosen: Bools) -> Runs:
        """Keep the chosen rows."""
        return Runs(
            self.response[chosen],
            tuple(p.rows(chosen) for p in self.predictors),
            None if self.block is None else self.block.rows(chosen),
            None if self.weights is None else self.weights[chosen],
            self.labels[chosen],
            None if self.sets is None else self.sets.rows(chosen),
        )

    @property
    def factors(self) -> tuple[Factor, ...]:
        """The predictors that have levels."""
        return tuple(p for p in self.predictors if isinstance(p, Factor))

    @cached_property
    def cells(self) -> Ints:
        """The cell of each run as a number from 0, (n_rows,)."""
        return group([codes_of(p) for p in self.predictors])

    def levels(self, row: int) -> dict[str, str]:
        """The cell of a row, factor -> level as text."""
        return {p.name: p.texts(np.array([row]))[0] for p in self.predictors}

    @cached_property
    def one_per_cell(self) -> Ints:
        """A run of each cell, the first, (n_cells,)."""
        return np.unique(self.cells, return_index=True)[1]

    def cell_texts(self) -> list[str]:
        """The cell of every row in words."""
        texts = self.texts_at(self.one_per_cell)
        return [texts[c] for c in self.cells]

    def texts_at(self, rows: Ints) -> list[str]:
        """The cells of some rows in words: 'dropout=True activation=elu'."""
        names = [p.name for p in self.predictors]
        return [
            cell_text(names, levels) for levels in zip(*(p.texts(rows) for p in self.predictors), strict=True)
        ]


def measured(table: pd.DataFrame, response: str, factors: Sequence[str] = ()) -> Floats:
    """The response of each run, NaN for those that failed or had not finished."""
    numbers = pd.to_numeric(table[response], errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
    finite = np.isfinite(numbers)
    ended = endings(table, (response, *factors))
    values: Floats = np.where(finite & (ended == OK) if ended is not None else finite, numbers, np.nan)
    return values
