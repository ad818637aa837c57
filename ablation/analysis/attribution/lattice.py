"""Cells as coalitions of changes, and the weights that each definition of a contribution gives them.

A change takes a factor from its reference to another level. The *bare* cell has no change, the *full* one has
all. A factor with several other levels is changed to any of them alike, unless one is named: so every run
counts, and no level is picked for the luck that it had. All answers are sums over the means of cells.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ablation.analysis.data.factors import Factor, Floats, Ints
from ablation.analysis.data.runs import Runs
from ablation.analysis.data.spelling import find_level, refused_level
from ablation.errors import UsageError


@dataclass(frozen=True, eq=False)
class Lattice:
    """The cells between no change and all changes.

    Attributes:
        factors: what is changed.
        codes: levels of each cell that was run, 0 the reference, (n_cells x n_factors).
        on: of each factor, the shares of its levels where it is changed, (n_levels,) each.
    """

    factors: tuple[Factor, ...]
    codes: Ints
    on: tuple[Floats, ...]

    @property
    def n_missing(self) -> int:
        """Cells of the full factorial without an analysed run."""
        return math.prod(len(f.levels) for f in self.factors) - len(self.codes)

    def first(self, factor: int, level: int) -> Floats:
        """Weights of adding one in: the change alone, with nothing else changed, (n_cells,)."""
        return self._weights(factor, level, np.eye(len(self.factors))[0])

    def last(self, factor: int, level: int) -> Floats:
        """Weights of leaving one out: the change when all others are made, (n_cells,)."""
        return self._weights(factor, level, np.eye(len(self.factors))[-1])

    def shapley(self, factor: int, level: int) -> Floats:
        """Weights of the mean over all orders of the changes (Shapley 1953), (n_cells,)."""
        n = len(self.factors)
        of_size = [1 / (n * math.comb(n - 1, size)) for size in range(n)]
        return self._weights(factor, level, np.array(of_size))

    def total(self) -> Floats:
        """Weights of all changes at once, (n_cells,)."""
        bare = (self.codes == 0).all(axis=1).astype(np.float64)
        return _whole(np.where((self.codes > 0).all(axis=1), self._shares.prod(axis=1), 0.0) - bare)

    def _weights(self, factor: int, level: int, of_size: Floats) -> Floats:
        """Of cells in the difference that one change makes; NaN where a cell that it needs is missing.

        Args:
            factor: which is changed.
            level: to which of its levels.
            of_size: weight of a set of other changes by their number, (n_factors,).
        """
        others = np.arange(len(self.factors)) != factor
        n_changed = (self.codes[:, others] > 0).sum(axis=1)
        own = self.codes[:, factor]
        sign = np.where(own == level, 1.0, np.where(own == 0, -1.0, 0.0))
        return _whole(sign * of_size[n_changed] * self._shares[:, others].prod(axis=1))

    @cached_property
    def _shares(self) -> Floats:
        """Shares of the cells' levels among those of a changed factor, 1 where it is not changed."""
        columns = [np.where(code > 0, on[code], 1.0) for code, on in zip(self.codes.T, self.on, strict=True)]
        shares: Floats = np.column_stack(columns)
        return shares


def _whole(weights: Floats) -> Floats:
    """The same, or NaN where the weights of either side do not add up to one: cells are missing."""
    sides = weights.clip(0).sum(), -weights.clip(max=0).sum()
    return weights if np.allclose(sides, 1.0) else np.full_like(weights, np.nan)


def lattice_of(runs: Runs, full: Mapping[str, object]) -> Lattice:
    """The cells that were run.

    Args:
        runs: rows that count; all predictors have levels.
        full: factor -> the level that it is changed to, where it has several others.

    Raises:
        UsageError: there is no such factor or level, or the level is the reference.
    """
    known = [f.name for f in runs.factors]
    for name in full:
        if name not in known:
            raise UsageError(f"full: expected names of factors. Received: '{name}'. There are: {known}.")
    codes = np.column_stack([f.codes[runs.one_per_cell] for f in runs.factors])
    return Lattice(runs.factors, codes, tuple(_on(f, full) for f in runs.factors))


def _on(factor: Factor, full: Mapping[str, object]) -> Floats:
    n = len(factor.levels)
    if factor.name not in full:
        return np.array([0.0, *[1 / (n - 1)] * (n - 1)])
    level = find_level(full[factor.name], factor.levels)
    if level is None:
        raise UsageError(refused_level("full", factor.name, full[factor.name], factor.levels))
    if level == 0:
        raise UsageError(
            f"full: expected a level of '{factor.name}' that is not its reference. Received: "
            f"'{factor.levels[0]}'. Name another, or another reference."
        )
    chosen: Floats = np.eye(n)[level]
    return chosen
