"""Columns with block means removed, never formed run by run.

The same estimates as with a column per block (Frisch & Waugh 1933; Lovell 1963, JASA 58:993), and the work
grows with cells and blocks instead of runs times blocks.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import linalg

from ablation.analysis.data.factors import Floats, Ints
from ablation.analysis.model.alike import Alike
from ablation.analysis.model.decompose import independent

DENSE_UP_TO = 4_000_000
"""Matrices of so many numbers are decomposed as they are, with all digits."""

CLEAR = 0.03
"""Parts of columns outside the others that are longer than this survive cross products with 13 digits."""

CHUNK = 1 << 16


@dataclass(frozen=True, eq=False)
class Basis:
    """An orthonormal basis of the space of the columns within blocks.

    The row of a run is root_weight x (at_cells[cell] - at_blocks[block]), of length rank.
    """

    at_cells: Floats
    at_blocks: Floats
    alike: Alike

    def project(self, sums: Floats) -> Floats:
        """Coordinates (rank,) of a weighted vector, given by its sums over runs alike, (n_groups,)."""
        scaled = self.alike.root_weights * sums
        by_cell = np.bincount(self.alike.cell, scaled, minlength=len(self.at_cells))
        by_block = np.bincount(self.alike.block, scaled, minlength=len(self.at_blocks))
        z: Floats = self.at_cells.T @ by_cell - self.at_blocks.T @ by_block
        return z

    def combine(self, z: Floats) -> Floats:
        """The weighted vector (n_groups,), or vectors (… x k), with coordinates (rank,) or (rank x k)."""
        of, root = self.alike, self.alike.root_weights
        vectors = (self.at_cells @ z)[of.cell] - (self.at_blocks @ z)[of.block]
        return vectors * (root if z.ndim == 1 else root[:, None])

    def rows(self, at: slice) -> Floats:
        """The basis at runs of some groups, (n x rank)."""
        of = self.alike
        rows: Floats = self.at_cells[of.cell[at]] - self.at_blocks[of.block[at]]
        return rows * of.root_weights[at, None]

    def squared_lengths(self) -> Floats:
        """Of the row of a run of each group, (n_groups,)."""
        starts = range(0, len(self.alike.cell), CHUNK)
        parts = [self.rows(slice(start, start + CHUNK)) for start in starts]
        return np.concatenate([np.einsum("ij,ij->i", part, part) for part in parts])


@dataclass(frozen=True, eq=False)
class Decomposition:
    """Columns of length 1 within blocks.

    Attributes:
        kept: indices of those that carry the rank.
        r: triangle of these, (rank x rank).
        triangle: all columns in coordinates of the basis, (rank x p).
        basis: orthonormal.
    """

    kept: Ints
    r: Floats
    triangle: Floats
    basis: Basis


def block_means(X: Floats, cell: Ints, block: Ints, weights: Floats) -> Floats:
    """Weighted means over the runs of each block of what cells have, (n_cells x p) -> (n_blocks x p)."""
    from scipy import sparse

    shape = int(block.max()) + 1, len(X)
    counts = sparse.csr_matrix((weights, (block, cell)), shape=shape)
    means: Floats = (counts @ X) / np.bincount(block, weights)[:, None]
    return means


def decompose(X: Floats, norms: Floats, means: Floats, alike: Alike) -> Decomposition:
    """Decompose columns within blocks.

    Args:
        X: (n_cells x p).
        norms: lengths of the columns over the runs, (p,).
        means: of the columns in each block, (n_blocks x p).
        alike: the runs.
    """
    cell, block, weights = alike.cell, alike.block, alike.counts * alike.root_weights**2
    number, pairs = pd.factorize(cell * len(means) + block)
    kept, r, triangle = None, None, None
    if len(pairs) * X.shape[1] > DENSE_UP_TO:
        r = triangle = _triangle(_cross_products(X, means, cell, block, weights) / np.outer(norms, norms))
        kept = np.arange(X.shape[1])
    if r is None or triangle is None or kept is None:
        here, within = np.divmod(pairs, len(means))
        rows = np.sqrt(np.bincount(number, weights))[:, None] * (X[here] - means[within]) / norms
        kept, q, r = independent(rows)
        triangle = r if len(kept) == X.shape[1] else q.T @ rows
    inverse = linalg.solve_triangular(r, np.eye(len(r))) if len(r) else r
    inverse = inverse / norms[kept, None]
    all_kept = slice(None) if len(kept) == X.shape[1] else kept
    basis = Basis(X[:, all_kept] @ inverse, means[:, all_kept] @ inverse, alike)
    return Decomposition(kept, r, triangle, basis)


def _cross_products(X: Floats, means: Floats, cell: Ints, block: Ints, weights: Floats) -> Floats:
    """Cross products of the columns within blocks, (p x p), added up over cells and blocks."""
    per_cell = np.bincount(cell, weights, minlength=len(X))
    products: Floats = -means.T @ (np.bincount(block, weights)[:, None] * means)
    for start in range(0, len(X), CHUNK):
        part = X[start : start + CHUNK]
        products += part.T @ (per_cell[start : start + CHUNK, None] * part)
    return products


def _triangle(products: Floats) -> Floats | None:
    """Their Cholesky factor R, R'R; None unless the columns are well-conditioned."""
    try:
        r: Floats = np.linalg.cholesky(products).T.astype(np.float64, copy=False)
    except np.linalg.LinAlgError:
        return None
    return r if np.diag(r).min() > CLEAR else None
