"""Runs that are alike for the design: of one cell, one block and one weight."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from ablation.analysis.data.factors import Floats, Ints

SINGLY_UP_TO = 500
"""So few runs are each a group: finding groups would save nothing."""


@dataclass(frozen=True, eq=False)
class Alike:
    """Groups of such runs: their rows of any matrix are equal, so what is asked of a row is asked once.

    Attributes:
        number: the group of each run, (n_runs,).
        counts: runs of each group, (n_groups,).
        cell: of each group.
        block: of each group.
        root_weights: of a run of each group.
    """

    number: Ints
    counts: Floats
    cell: Ints
    block: Ints
    root_weights: Floats

    def sums(self, values: Floats) -> Floats:
        """Sums over the runs of each group, (n_runs,) -> (n_groups,)."""
        return np.bincount(self.number, values, minlength=len(self.counts)).astype(np.float64, copy=False)


def alike(cell: Ints, block: Ints, root_weights: Floats) -> Alike:
    """Find the groups.

    Args:
        cell: of each run.
        block: of each run.
        root_weights: of each run.
    """
    n = len(cell)
    if n <= SINGLY_UP_TO:
        return Alike(np.arange(n), np.ones(n), cell, block, root_weights)
    number, pairs = pd.factorize(cell * (int(block.max()) + 1) + block)
    if np.ptp(root_weights):
        weight, weights = pd.factorize(root_weights)
        number, pairs = pd.factorize(number * len(weights) + weight)
    first = np.empty(len(pairs), dtype=np.intp)
    first[number[::-1]] = np.arange(n)[::-1]
    counts = np.bincount(number).astype(np.float64)
    return Alike(number, counts, cell[first], block[first], root_weights[first])
