"""The generalized wordlength pattern: what is confounded with the mean, by order of interaction."""

import numpy as np

from ablation.design.coding import Codes

MAX_CELLS = 512
"""Above, all pairs of cells would be too many."""

MAX_LENGTH = 15


def word_lengths(codes: Codes, n_levels: tuple[int, ...]) -> tuple[float, ...]:
    """A_1, A_2, …: of a regular fraction, the number of words of each length in its defining relation.

    Counted from how often pairs of cells agree, without generators or a model matrix, so it holds for any
    design (Xu & Wu 2001, doi:10.1214/aos/1013699993).

    Args:
        codes: cells (n_cells × n_factors).
        n_levels: of each factor.

    Returns:
        As many numbers as there are factors (15 at most); none for designs of over 512 cells.
    """
    n, k = codes.shape
    length = min(k, MAX_LENGTH)
    if n > MAX_CELLS:
        return ()
    polynomial = np.zeros((length + 1, n, n))
    polynomial[0] = 1
    for i, size in enumerate(n_levels):
        weight = np.where(codes[:, None, i] == codes[None, :, i], size - 1.0, -1.0)
        for degree in range(min(i + 1, length), 0, -1):
            polynomial[degree] += weight * polynomial[degree - 1]
    pattern = polynomial[1:].sum((1, 2)) / n**2
    return tuple(float(a) for a in np.round(pattern, 9) + 0.0)


def resolution(pattern: tuple[float, ...]) -> int | None:
    """Length of the shortest word; none without a word, or where factors are not orthogonal."""
    shortest = next((i for i, a in enumerate(pattern, 1) if a > 1e-9), None)
    return shortest if shortest is None or shortest > 2 else None
