"""Which columns of an array the factors take: those with the fewest and shortest words."""

from itertools import combinations

import numpy as np

from ablation.design.coding import Codes, Matrix, contrasts, interaction_columns
from ablation.design.orthogonal_arrays import Column, Pool

WIDTH = 12
"""Unfinished choices that are carried on."""

MAX_TRIPLES = 400
"""Columns of three-factor products beyond which only main effects against pairs are compared."""

Choice = tuple[tuple[int, int], ...]
"""(number of levels, position in the pool) of each column taken."""

Pattern = tuple[float, float]
"""A_3 and A_4 of the generalized wordlength pattern (Xu & Wu 2001)."""


def choose_columns(columns: Pool, n_levels: tuple[int, ...]) -> Codes | None:
    """Orthogonal columns for all factors, with the least aberration that a beam search finds.

    Returns:
        Cells (n_cells × n_factors) with no cell twice; none if there are none.
    """
    order = sorted(range(len(n_levels)), key=lambda i: -n_levels[i])
    beam: dict[Choice, Pattern] = {(): (0.0, 0.0)}
    for step, i in enumerate(order):
        size = n_levels[i]
        if size not in columns:
            return None
        # columns of a field or of parities are alike: any may be the first
        candidates = columns[size][:1] if not step and len(columns) == 1 else columns[size]
        extended: dict[Choice, Pattern] = {}
        for choice, pattern in beam.items():
            for j, extra in _additions(choice, candidates, size, columns).items():
                key = tuple(sorted((*choice, (size, j)), key=lambda c: (-c[0], c[1])))
                extended.setdefault(key, (round(pattern[0] + extra[0], 9), round(pattern[1] + extra[1], 9)))
        keep = WIDTH if step < len(order) - 1 else None
        beam = dict(sorted(extended.items(), key=lambda f: (f[1], f[0]))[:keep])
    for choice in beam:
        codes = _codes(choice, columns, order)
        if len(np.unique(codes, axis=0)) == len(codes):
            return codes
    return None


def _additions(choice: Choice, candidates: list[Column], size: int, columns: Pool) -> dict[int, Pattern]:
    """Position of each candidate that is orthogonal to the choice → what it adds to A_3 and A_4."""
    n = len(candidates[0])
    Z = np.hstack([contrasts(size)[c] for c in candidates])
    mains = [contrasts(s)[columns[s][j]] for s, j in choice]
    pairs = [interaction_columns(a, b) for a, b in combinations(mains, 2)]
    triples = [interaction_columns(interaction_columns(a, b), c) for a, b, c in combinations(mains, 3)]
    if sum(t.shape[1] for t in triples) > MAX_TRIPLES:
        triples = []
    two, three, four = (_projection(x, Z, n, size - 1) for x in (mains, pairs, triples))
    return {j: (float(three[j]), float(four[j])) for j in np.flatnonzero(two < 1e-9).tolist()}


def _projection(parts: list[Matrix], Z: Matrix, n: int, width: int) -> Matrix:
    """How much of each candidate lies in the columns of the parts."""
    if not parts:
        return np.zeros(Z.shape[1] // width)
    squares = ((np.hstack(parts).T @ Z / n) ** 2).sum(0)
    return np.asarray(squares.reshape(-1, width).sum(1))


def _codes(choice: Choice, columns: Pool, order: list[int]) -> Codes:
    """The chosen columns in the order of the factors."""
    codes = np.empty((len(next(iter(columns.values()))[0]), len(order)), dtype=np.int64)
    for i, (size, j) in zip(order, choice, strict=True):
        codes[:, i] = columns[size][j]
    return codes
