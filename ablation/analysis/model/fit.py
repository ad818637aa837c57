"""Least squares after removing block means; everything later works on small triangular matrices."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike

from ablation.analysis.data.factors import Bools, Floats, Ints
from ablation.analysis.model.alike import Alike, alike
from ablation.analysis.model.decompose import beyond, null_space, orthonormal
from ablation.analysis.model.terms import INVOLVED, Matrix
from ablation.analysis.model.within import Basis, Decomposition, block_means, decompose
from ablation.analysis.probability.distributions import f_upper

EXACT_FIT = 1e-9
"""Residuals smaller than this share of the response's spread (or than rounding) are a perfect fit."""


ALONE = 1e-9
"""A run whose leverage is closer to one than this has no residual."""


@dataclass(frozen=True, eq=False)
class Estimates:
    """Combinations of coefficients: estimate, classical and HC3 standard error, each (m,); NaN if unknown."""

    estimate: Floats
    se: Floats
    se_hc3: Floats


@dataclass(frozen=True, eq=False)
class Fit:
    """A least-squares fit that knows its rank.

    Coordinates are those of an orthonormal basis: one vector per block (the mean of its runs), then those of
    the columns within blocks.

    Attributes:
        matrix: the design matrix, a row per cell.
        y: response on the analysis scale (n,), centred near zero.
        root_weights: square roots of the weights (n,).
        norms: lengths of the weighted columns over all runs (p,).
        means: of the columns without the intercept, of length 1, in each block (n_blocks x p - 1).
        parts: decomposition of the columns without the intercept, of length 1, within blocks.
    """

    matrix: Matrix
    y: Floats
    root_weights: Floats
    norms: Floats
    means: Floats
    parts: Decomposition

    @property
    def n(self) -> int:
        """Number of runs."""
        return len(self.y)

    @property
    def n_blocks(self) -> int:
        """Number of blocks, 1 without any."""
        return len(self.means)

    @property
    def kept(self) -> Ints:
        """Columns that carry the rank beside the blocks, in order."""
        return self.parts.kept + 1

    @property
    def rank(self) -> int:
        """Number of estimable parameters, with one per block."""
        return self.n_blocks + len(self.kept)

    @property
    def has_full_rank(self) -> bool:
        """Whether the runs inform every combination of columns."""
        return bool(len(self.kept) + 1 == self.matrix.X.shape[1])

    @property
    def df_resid(self) -> int:
        """Residual degrees of freedom."""
        return self.n - self.rank

    @property
    def basis(self) -> Basis:
        """Of the columns within blocks."""
        return self.parts.basis

    @property
    def alike(self) -> Alike:
        """The runs that the design cannot tell apart."""
        return self.basis.alike

    @cached_property
    def block_roots(self) -> Floats:
        """Square roots of the blocks' weights, (n_blocks,)."""
        roots: Floats = np.sqrt(np.bincount(self.matrix.block, self.root_weights**2))
        return roots

    @cached_property
    def z(self) -> Floats:
        """Coordinates of the response, (rank,)."""
        return self._project(self.root_weights * self.y)

    @cached_property
    def q(self) -> Floats:
        """The orthonormal basis run by run, (n x rank): for small tables only."""
        q = np.zeros((self.n, self.rank))
        q[np.arange(self.n), self.matrix.block] = self.root_weights / self.block_roots[self.matrix.block]
        q[:, self.n_blocks :] = self.basis.rows(slice(None))[self.alike.number]
        return q

    @cached_property
    def residual_pairs(self) -> Floats:
        """Squared residuals are on average these (n x n) times the runs' variances; for small tables."""
        pairs: Floats = (np.eye(self.n) - self.q @ self.q.T) ** 2
        return pairs

    def outside(self, v: Floats) -> Floats:
        """What the model does not explain of a weighted vector (n,)."""
        for _ in range(2):  # the second time takes out what rounding has left
            v = v - self._combine(self._project(v))[self.alike.number]
        return v

    def _project(self, v: Floats) -> Floats:
        of, sums = self.alike, self.alike.sums(v)
        totals = np.bincount(of.block, of.root_weights * sums)
        within = sums - of.counts * of.root_weights * (totals / self.block_roots**2)[of.block]
        return np.concatenate([totals / self.block_roots, self.basis.project(within)])

    def _combine(self, z: Floats) -> Floats:
        """Weighted vectors with coordinates (rank,) or (rank x k), at a run of each group alike."""
        of_blocks = (z[: self.n_blocks].T / self.block_roots).T[self.alike.block]
        root = self.alike.root_weights if z.ndim == 1 else self.alike.root_weights[:, None]
        vectors: Floats = root * of_blocks + self.basis.combine(z[self.n_blocks :])
        return vectors

    @cached_property
    def residuals(self) -> Floats:
        """Weighted residuals, (n,)."""
        return self.outside(self.root_weights * self.y)

    @cached_property
    def rss(self) -> float:
        """Residual sum of squares."""
        return float(self.residuals @ self.residuals)

    @cached_property
    def variance(self) -> float:
        """Residual variance; NaN without residual degrees of freedom or when the fit is perfect."""
        return self.rss / self.df_resid if self.df_resid > 0 and not self.is_perfect else float("nan")

    @cached_property
    def is_perfect(self) -> bool:
        """Whether nothing but rounding is left over."""
        y = self.root_weights * self.y
        spread = float(np.sqrt(self.n) * np.std(y))
        rounding = 8 * np.finfo(float).eps * float(np.linalg.norm(y))
        return bool(np.sqrt(self.rss) <= max(EXACT_FIT * spread, rounding))

    @cached_property
    def leverage(self) -> Floats:
        """Diagonal of the hat matrix, (n,), without forming it."""
        return self.leverage_alike[self.alike.number]

    @cached_property
    def leverage_alike(self) -> Floats:
        """The same of each group of runs alike."""
        of_block: Floats = (self.alike.root_weights / self.block_roots[self.alike.block]) ** 2
        return np.minimum(of_block + self.basis.squared_lengths(), 1.0)

    @cached_property
    def r_inverse(self) -> Floats:
        """Inverse of the triangle, (kept x kept)."""
        inverse: Floats = np.asarray(np.linalg.inv(self.parts.r), dtype=np.float64)
        return inverse

    @cached_property
    def triangle(self) -> Floats:
        """All columns of length 1 in coordinates within blocks, (kept x p); the intercept has none."""
        return np.hstack([np.zeros((len(self.kept), 1)), self.parts.triangle])

    @cached_property
    def null_space(self) -> Floats:
        """Directions that no run informs, in columns of length 1, size (p x number of them).

        The intercept stands for the average of the blocks.
        """
        rest = null_space(self.parts.triangle, self.parts.r, self.parts.kept)
        return np.vstack([-self.norms[0] * (self.means.mean(axis=0) @ rest), rest])

    def moves_blocks(self, direction: Floats) -> bool:
        """Whether a direction of the null space (p,) is a difference between blocks."""
        return bool(np.ptp(self.norms[0] * self.means @ direction[1:]) > INVOLVED)

    def estimable(self, L: Floats) -> np.ndarray:
        """Whether the runs determine each combination L (m x p) of coefficients; (m,) of bool."""
        scaled = L / self.norms
        if self.has_full_rank:
            return np.ones(len(L), dtype=bool)
        length = np.linalg.norm(scaled, axis=1) + np.finfo(float).tiny
        off = np.abs(scaled @ self.null_space).max(axis=1)
        return np.asarray(off <= 1e-7 * length * (1 + np.abs(self.null_space).max()))

    def estimates(self, L: Floats) -> Estimates:
        """Estimate combinations L (m x p) of coefficients with classical and HC3 standard errors."""
        a = self.coordinates(L)
        ok = self.estimable(L)
        nan = np.where(ok, 1.0, np.nan)
        se = np.sqrt(self.variance * np.einsum("ij,ij->i", a, a))
        # What is left of numbers that cancel to the last digits is no effect.
        estimate = a @ self.z
        estimate = np.where(np.abs(estimate) > 1e-13 * (np.abs(a) @ np.abs(self.z)), estimate, 0.0)
        return Estimates(nan * estimate, nan * se, nan * self._hc3(a))

    def coordinates(self, L: Floats) -> Floats:
        """Combinations L (m x p) as a (m x rank): L b = a z and L (X'X)^-1 L' = a a'.

        The intercept of a combination stands for the average of the blocks.
        """
        share = L[:, :1]
        rest = L[:, 1:] / self.norms[1:] - share * self.means.mean(axis=0)
        of_blocks = share / self.n_blocks / self.block_roots
        return np.hstack([of_blocks, rest[:, self.parts.kept] @ self.r_inverse])

    def loadings(self, a: Floats) -> Floats:
        """Combinations in coordinates a (m x rank) as sums over the runs' weighted responses.

        Returns:
            (n_groups x m): factors at a run of each group of runs alike.
        """
        return self._combine(a.T)

    def wald_p(self, L: Floats) -> float:
        """P value of the F test that all combinations L (m x p) are zero."""
        a = self.coordinates(L)
        basis = orthonormal((a / np.linalg.norm(a, axis=1, keepdims=True)).T)
        df = basis.shape[1]
        F = float(np.sum((basis.T @ self.z) ** 2)) / df / self.variance
        return float(f_upper(F, df, self.df_resid))

    def robust_wald_p(self, L: Floats) -> float:
        """The same with HC3: unequal spread does not bias it; NaN where HC3 is undefined."""
        if not self.has_hc3:
            return float("nan")
        a = self.coordinates(L)
        basis = orthonormal((a / np.linalg.norm(a, axis=1, keepdims=True)).T)
        projected = basis.T @ self.z
        F = float(projected @ np.linalg.solve(self.hc3_covariance(basis.T), projected)) / len(projected)
        return float(f_upper(F, len(projected), self.df_resid))

    @property
    def has_hc3(self) -> bool:
        """Whether HC3 tells anything: there is an error estimate, and more than two runs a parameter.

        With two runs in each cell and a parameter for each, HC3 is sqrt(2) times the classical error in every
        data set; with two paired seeds its square is 8/3 of it on average, and its test rejects 0.7 % at 5 %.
        """
        return not np.isnan(self.variance) and 2 * self.rank < self.n

    @cached_property
    def alone(self) -> Bools:
        """The runs that the fit meets in any case, (n,): they tell nothing of their error."""
        return self.alone_alike[self.alike.number]

    @cached_property
    def alone_alike(self) -> Bools:
        """The same of each group of runs alike; of several no run is alone."""
        alone: Bools = self.leverage_alike > 1 - ALONE
        return alone

    def hc3_covariance(self, a: Floats) -> Floats:
        """HC3 covariance (m x m) of combinations in coordinates a (m x rank) (MacKinnon & White 1985).

        NaN for those that rest on a run that is alone.
        """
        influence = self._influence(a)
        covariance: Floats = influence.T @ influence
        return covariance

    def _influence(self, a: Floats) -> Floats:
        """Influence of each group of runs, (n_groups x m): squares and their sums are right."""
        loadings = self.loadings(a)
        rests_on_alone = (np.abs(loadings[self.alone_alike]) > ALONE).any(axis=0)
        return np.where(rests_on_alone, np.nan, loadings * self._left_out[:, None])

    @cached_property
    def _left_out(self) -> Floats:
        """Lengths of the residuals of runs alike, had each run been left out; 0 for one that is alone."""
        alone, sizes = self.alone_alike, np.sqrt(self.alike.sums(self.residuals**2))
        lengths: Floats = np.where(alone, 0.0, sizes / np.where(alone, 1.0, 1 - self.leverage_alike))
        return lengths

    def _hc3(self, a: Floats) -> Floats:
        if not self.has_hc3:
            return np.full(len(a), np.nan)
        se: Floats = np.linalg.norm(self._influence(a), axis=0)
        return se

    def extra(self, base: ArrayLike, added: ArrayLike) -> tuple[float, int]:
        """Sum of squares and degrees of freedom that columns `added` bring to blocks and columns `base`.

        Both by rank, so empty cells and aliased terms count for what they carry.
        """
        base, added = (np.setdiff1d(np.asarray(part, dtype=np.intp), [0]) for part in (base, added))
        if len(base) + len(added) == len(self.kept) and self.has_full_rank:
            rest = self.r_inverse[added - 1].T  # of the last columns, without a new decomposition
            basis = orthonormal(rest / np.linalg.norm(rest, axis=0))
        else:
            basis = beyond(self.triangle[:, base], self.triangle[:, added])
        return float(np.sum((basis.T @ self.z[self.n_blocks :]) ** 2)), basis.shape[1]


def fit_least_squares(matrix: Matrix, y: Floats, weights: Floats | None = None) -> Fit:
    """Fit y (n,) on the matrix (n x p), with weights (n,) if given."""
    root = np.ones(len(y)) if weights is None else np.sqrt(weights)
    per_cell = np.bincount(matrix.cell, root**2, minlength=len(matrix.X))
    norms: Floats = np.sqrt(np.einsum("ij,ij,i->j", matrix.X, matrix.X, per_cell))
    norms[norms == 0] = 1.0
    X, cell, block = matrix.X[:, 1:], matrix.cell, matrix.block
    means = block_means(X, cell, block, root**2)
    parts = decompose(X, norms[1:], means, alike(cell, block, root))
    return Fit(matrix, y, root, norms, means / norms[1:], parts)
