"""Decompositions of design matrices: the columns that carry the rank, and an orthonormal basis of them."""

import numpy as np
from scipy import linalg

from ablation.analysis.data.factors import Floats, Ints

RANK_TOLERANCE = 1e-9
"""A column of length 1 whose part outside the others is shorter than this adds no rank."""

WELL_CONDITIONED = 1e-4
"""Columns whose parts outside the others are longer than this are safe for the fast decomposition."""


def independent(X: Floats) -> tuple[Ints, Floats, Floats]:
    """Find the first columns that carry the rank, and decompose them.

    Args:
        X: (n x p), columns of length 1 (or 0).

    Returns:
        Indices of the columns (rank,), orthonormal Q (n x rank) and triangle R (rank x rank).
    """
    n, p = X.shape
    fast = cholesky_qr(X)
    if fast is not None:
        return np.arange(p), *fast
    q, r = linalg.qr(X[:, : min(n, p)], mode="economic", check_finite=False)
    kept = np.flatnonzero(np.abs(np.diag(r)) > RANK_TOLERANCE)
    if len(kept) == p:
        return kept, q, r
    while True:
        q, r = linalg.qr(X[:, kept], mode="economic", check_finite=False)
        rest = X - q @ (q.T @ X)
        rest[:, kept] = 0.0
        lost = np.flatnonzero(np.linalg.norm(rest, axis=0) > RANK_TOLERANCE)
        if len(lost) == 0 or len(kept) == n:
            return kept, q, r
        _, triangle, order = linalg.qr(rest[:, lost], mode="economic", pivoting=True, check_finite=False)
        carrying = order[: int((np.abs(np.diag(triangle)) > RANK_TOLERANCE).sum())]
        kept = np.sort(np.concatenate([kept, lost[carrying]]))[:n]


def cholesky_qr(X: Floats) -> tuple[Floats, Floats] | None:
    """Q (n x p) and R (p x p) by Cholesky of the cross products, twice; None unless X is well-conditioned.

    As orthogonal as Householder's method for such X, and much faster where cores are shared
    (Yamamoto et al. 2015, ETNA 44:306).
    """
    q, r = X, np.eye(X.shape[1])
    for _ in range(2):
        try:
            factor = np.linalg.cholesky(q.T @ q).T
        except np.linalg.LinAlgError:
            return None
        if np.diag(factor).min(initial=1.0) < WELL_CONDITIONED:
            return None
        q, r = q @ np.linalg.inv(factor), factor @ r
    return q, r


def orthonormal(columns: Floats) -> Floats:
    """An orthonormal basis of the space of columns whose length is at most about 1, (m x rank)."""
    if columns.shape[1] == 0:
        return columns
    q, r, _ = linalg.qr(columns, mode="economic", pivoting=True)
    basis: Floats = q[:, : int((np.abs(np.diag(r)) > RANK_TOLERANCE).sum())]
    return basis


def beyond(base: Floats, columns: Floats) -> Floats:
    """An orthonormal basis of the part of columns (m x k) outside the space of base (m x l)."""
    before, rest = orthonormal(base), columns
    for _ in range(2):  # twice is enough (Kahan; Parlett 1980)
        rest = rest - before @ (before.T @ rest)
    return orthonormal(rest)


def null_space(triangle: Floats, r: Floats, kept: Ints) -> Floats:
    """Combinations of columns that vanish: each dropped column minus what the kept ones make of it."""
    dropped = np.setdiff1d(np.arange(triangle.shape[1]), kept)
    null = np.zeros((triangle.shape[1], len(dropped)))
    null[dropped, np.arange(len(dropped))] = 1.0
    null[kept] = -linalg.solve_triangular(r, triangle[:, dropped]) if len(dropped) else 0.0
    return null
