"""D-optimal subsets of the full factorial, where no orthogonal array fits."""

from math import prod

import numpy as np
from numpy.typing import NDArray

from ablation.design.coding import Codes, Matrix, main_columns

STARTS = 40
"""Random beginnings; the best end is kept."""

MAX_CANDIDATES = 2048
"""Cells to choose from; of larger factorials a random sample."""

SEED = 1
"""The same subset at every call: a study that is resumed must find its cells again."""


def d_optimal(n_levels: tuple[int, ...], n_cells: int) -> Codes:
    """Different cells with the largest |X'X| of main effects that exchanges find.

    Fedorov's exchange from random starts (Fedorov 1972; Cook & Nachtsheim 1980,
    doi:10.1080/00401706.1980.10486162).

    Args:
        n_levels: of each factor.
        n_cells: at least as many as the model with mean and main effects has parameters.

    Returns:
        Positions of levels (n_cells × n_factors).
    """
    rng = np.random.default_rng(SEED)
    total = prod(n_levels)
    most = max(MAX_CANDIDATES, 4 * n_cells)
    known = np.arange(total) if total <= most else np.unique(rng.integers(0, total, size=most))
    candidates = np.column_stack(np.unravel_index(known, n_levels)).astype(np.int64)
    X = np.hstack([np.ones((len(candidates), 1)), *main_columns(candidates, n_levels)])
    starts = STARTS if len(candidates) * n_cells < 10_000 else STARTS // 8
    ends = [_exchange(X, rng.permutation(len(X))[:n_cells]) for _ in range(starts)]
    best = max(ends, key=lambda end: round(end[0], 9))
    return candidates[np.sort(best[1])]


def _exchange(X: Matrix, rows: NDArray[np.int64]) -> tuple[float, NDArray[np.int64]]:
    """Swap a cell of the design for one outside it while that raises |X'X|; log |X'X| and the rows."""
    rows, ridge = rows.copy(), 1e-6 * np.eye(X.shape[1])
    inverse, spread = _spread(X, rows, ridge)
    since = i = 0  # rows looked at since the last swap, and the row in hand
    while since < len(rows):
        own = X[rows[i]] @ inverse
        gain = (1 + spread) * (1 - spread[rows[i]]) + (X @ own) ** 2
        gain[rows] = 0
        best = int(gain.argmax())
        if gain[best] > 1 + 1e-7:
            rows[i], since = best, 0
            inverse, spread = _spread(X, rows, ridge)
        since, i = since + 1, (i + 1) % len(rows)
    return float(np.linalg.slogdet(X[rows].T @ X[rows] + ridge)[1]), rows


def _spread(X: Matrix, rows: NDArray[np.int64], ridge: Matrix) -> tuple[Matrix, Matrix]:
    """(X'X)⁻¹ of the design, and the variance x'(X'X)⁻¹x of every candidate's prediction."""
    inverse = np.asarray(np.linalg.inv(X[rows].T @ X[rows] + ridge), dtype=np.float64)
    return inverse, np.asarray(((X @ inverse) * X).sum(1))
