"""Orthogonal columns in a given number of cells, by number of levels, for factors to take."""

from collections.abc import Collection
from itertools import combinations, product

import numpy as np
from numpy.typing import NDArray

Column = NDArray[np.int64]
Pool = dict[int, list[Column]]

PLACKETT_BURMAN = (12, 20, 24)
"""Cells of designs that are no regular fractions (Plackett & Burman 1946, doi:10.1093/biomet/33.4.305)."""

_TABLES = {18: "L18(6^1 3^6)", 36: "L36(3^23)", 50: "L50(2^1 5^11)", 54: "L54(2^1 3^25)"}
"""Taguchi's arrays in pydoe that are what they should be: every pair of columns was checked."""

_FIELDS = {9: (3, 2), 27: (3, 3), 81: (3, 4), 25: (5, 2), 49: (7, 2)}
"""Cells → prime p and m: all columns of the p-level array in p^m cells (Rao 1947)."""

_POWERS = (8, 16, 32, 64, 128)

SIZES = tuple(sorted({*PLACKETT_BURMAN, *_TABLES, *_FIELDS, *_POWERS}))


def pool(n_cells: int, sizes: Collection[int]) -> Pool:
    """Candidate columns; not all are orthogonal to each other, which the choice must check.

    Returns:
        Number of levels → columns (n_cells,) of positions of levels; empty where no array is known.
    """
    if n_cells in _POWERS:
        candidates = _binary(n_cells.bit_length() - 1, {*sizes})
    elif n_cells in _FIELDS:
        candidates = {_FIELDS[n_cells][0]: _linear(*_FIELDS[n_cells])}
    elif n_cells in PLACKETT_BURMAN:
        candidates = {2: plackett_burman(n_cells)}
    elif n_cells in _TABLES:
        candidates = _table(_TABLES[n_cells])
    else:
        candidates = {}
    return {size: columns for size, columns in candidates.items() if size in sizes}


def plackett_burman(n_cells: int) -> list[Column]:
    """All n_cells − 1 columns of two levels."""
    # a second to import, and few studies need it
    from pydoe import pbdesign  # type: ignore[import-untyped]

    return [(column > 0).astype(np.int64) for column in pbdesign(n_cells - 1).T]


def _table(name: str) -> Pool:
    """Columns of one of pydoe's arrays; six levels also give two and three."""
    from pydoe import get_orthogonal_array

    columns: Pool = {}
    for column in np.asarray(get_orthogonal_array(name), dtype=np.int64).T:
        size = int(column.max()) + 1
        columns.setdefault(size, []).append(column)
        if size == 6:
            columns.setdefault(2, []).append(column // 3)
            columns.setdefault(3, []).append(column % 3)
    return columns


def _linear(prime: int, dimension: int) -> list[Column]:
    """The columns a·x mod p for every direction a, the first nonzero entry of which is 1."""
    points = np.array(list(product(range(prime), repeat=dimension)))
    directions = [a for a in points if a.any() and a[np.flatnonzero(a)[0]] == 1]
    return [np.asarray(points @ a % prime) for a in directions]


def _binary(dimension: int, sizes: set[int]) -> Pool:
    """Two-level columns are parities; 4 and 8 levels are two and three of them, read as a number."""
    cells = np.arange(2**dimension)
    parity = np.array([int(x).bit_count() & 1 for x in range(2**dimension)])
    bit = {mask: parity[cells & mask] for mask in range(1, 2**dimension)}
    columns: Pool = {2: list(bit.values())}
    for size in sizes & {4, 8}:
        columns[size] = [sum((bit[m] << i for i, m in enumerate(basis)), np.zeros_like(cells))
                       for basis in _subspaces(dimension, size.bit_length() - 1)]  # fmt: skip
    return columns


def _subspaces(dimension: int, rank: int) -> list[tuple[int, ...]]:
    """One basis for each set of parities that is closed under products and has 2^rank − 1 members."""
    seen, bases = set(), []
    for basis in combinations(range(1, 2**dimension), rank):
        span = {0}
        for mask in basis:
            span |= {mask ^ other for other in span}
        if len(span) == 2**rank and (key := frozenset(span)) not in seen:
            seen.add(key)
            bases.append(basis)
    return bases
