"""Model matrices: how main effects and interactions are coded for linear algebra."""

from collections.abc import Mapping
from itertools import combinations
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

Codes = NDArray[np.int64]
"""Cells as positions of levels (n_cells × n_factors)."""

Matrix = NDArray[np.float64]

MAX_CELLS = 100_000
"""Of a design that is listed."""

Term = tuple[int, ...]
"""An effect as positions of its factors: (0,) a main effect, (0, 2) an interaction."""


Inside = Mapping[int, tuple[int, frozenset[int]]]
"""Position of a nested factor → that of its parent, and the parent's levels at which it has levels itself.

Its last level is the one that it has elsewhere."""

NOWHERE: Inside = MappingProxyType({})
"""Of designs without nested factors."""


def first_of_each(codes: Codes) -> NDArray[np.intp]:
    """Where each different cell comes first, in the order of the cells."""
    return np.sort(np.unique(codes, axis=0, return_index=True)[1])


def contrasts(n_levels: int) -> Matrix:
    """Orthogonal contrasts with mean square 1, so that a balanced orthogonal design has X'X = n·I.

    Two levels give −1 (the first) and +1. Powers of two give products of such columns, the pseudo-factors
    (Addelman 1962, Technometrics 4, 21–46); other numbers Helmert's.

    Returns:
        Matrix (n_levels × n_levels − 1).
    """
    if n_levels & (n_levels - 1) == 0:
        bits = n_levels.bit_length() - 1
        signs = 2.0 * ((np.arange(n_levels)[:, None] >> np.arange(bits)[::-1]) & 1) - 1
        subsets = [c for size in range(1, bits + 1) for c in combinations(range(bits), size)]
        return np.column_stack([signs[:, c].prod(1) for c in subsets]) if subsets else np.empty((1, 0))
    helmert = np.tril(-np.ones((n_levels, n_levels)), -1).T
    helmert[np.diag_indices(n_levels)] = np.arange(n_levels)
    return np.asarray(helmert[:, 1:] / np.sqrt((helmert[:, 1:] ** 2).mean(0)))


def main_columns(codes: Codes, n_levels: tuple[int, ...], nested: Inside = NOWHERE) -> list[Matrix]:
    """The columns of each factor's main effect (n_cells × n_levels − 1).

    A nested factor has one column fewer, and zeros in cells without a level of it: R's `parent:factor`.
    """
    return [
        contrasts(size)[codes[:, i]] if i not in nested else _within(codes[:, i], size - 1)
        for i, size in enumerate(n_levels)
    ]


def _within(codes: Codes, n_levels: int) -> Matrix:
    """Contrasts of the levels of a nested factor, 0 in cells that have none."""
    return np.vstack([contrasts(n_levels), np.zeros((1, n_levels - 1))])[codes]


def interaction_columns(first: Matrix, second: Matrix) -> Matrix:
    """All products of a column of one effect with a column of another."""
    return (first[:, :, None] * second[:, None, :]).reshape(len(first), -1)


def n_parameters(n_levels: tuple[int, ...], order: int) -> int:
    """Parameters of the model with mean, main effects and (order 2) two-factor interactions."""
    df = [size - 1 for size in n_levels]
    return 1 + sum(df) + (sum(a * b for a, b in combinations(df, 2)) if order > 1 else 0)


def effect_columns(
    codes: Codes, n_levels: tuple[int, ...], order: int, nested: Inside = NOWHERE
) -> dict[Term, Matrix]:
    """Term → its columns: the mean as the empty term, main effects, then (order 2) interactions.

    There is none of factors of which one has no level where the other varies.
    """
    mains = main_columns(codes, n_levels, nested)
    columns: dict[Term, Matrix] = {(): np.ones((len(codes), 1))}
    columns |= {(i,): x for i, x in enumerate(mains)}
    if order > 1:
        pairs = {
            (i, j): interaction_columns(mains[i], mains[j])
            for i, j in combinations(range(len(mains)), 2)
            if j not in _parents(i, nested) and i not in _parents(j, nested)
        }
        columns |= {pair: x for pair, x in pairs.items() if not nested or x.any()}
    return columns


def _parents(factor: int, nested: Inside) -> set[int]:
    """The factor that one is nested in, the one that this is nested in, and so on."""
    parents: set[int] = set()
    while factor in nested:
        factor = nested[factor][0]
        parents.add(factor)
    return parents
