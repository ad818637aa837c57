"""Least squares by one QR decomposition; everything later works on its small triangle."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike

from ablation.analysis.data.factors import Floats, Ints
from ablation.analysis.model.decompose import beyond, independent, null_space, orthonormal
from ablation.analysis.model.terms import Matrix, Term
from ablation.analysis.probability.distributions import f_upper

EXACT_FIT = 1e-9
"""Residuals smaller than this share of the response's spread (or than rounding) are a perfect fit."""


@dataclass(frozen=True, eq=False)
class Estimates:
    """Combinations of coefficients: estimate, classical and HC3 standard error, each (m,); NaN if unknown."""

    estimate: Floats
    se: Floats
    se_hc3: Floats


@dataclass(frozen=True, eq=False)
class Fit:
    """A least-squares fit that knows its rank.

    Attributes:
        matrix: the design matrix as built, n rows.
        y: response on the analysis scale (n,), centred near zero.
        root_weights: square roots of the weights (n,).
        norms: lengths of the weighted columns (p,); the decomposition works on columns of length 1.
        kept: columns that carry the rank, in order.
        q, r: orthonormal columns (n x rank) and triangle (rank x rank) of the kept columns.
    """

    matrix: Matrix
    y: Floats
    root_weights: Floats
    norms: Floats
    kept: Ints
    q: Floats
    r: Floats

    @property
    def n(self) -> int:
        """Number of runs."""
        return len(self.y)

    @property
    def rank(self) -> int:
        """Number of estimable parameters."""
        return len(self.kept)

    @property
    def df_resid(self) -> int:
        """Residual degrees of freedom."""
        return self.n - self.rank

    @cached_property
    def z(self) -> Floats:
        """Coordinates of the response in q, (rank,)."""
        z: Floats = self.q.T @ (self.root_weights * self.y)
        return z

    @cached_property
    def residuals(self) -> Floats:
        """Weighted residuals, (n,)."""
        e: Floats = self.root_weights * self.y - self.q @ self.z
        return e - self.q @ (self.q.T @ e)

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
        h: Floats = np.einsum("ij,ij->i", self.q, self.q)
        return np.minimum(h, 1.0)

    @cached_property
    def r_inverse(self) -> Floats:
        """Inverse of the triangle, (rank x rank)."""
        inverse: Floats = np.asarray(np.linalg.inv(self.r), dtype=np.float64)
        return inverse

    @cached_property
    def triangle(self) -> Floats:
        """All columns of length 1 in coordinates of q, (rank x p): nested models need nothing else."""
        if self.rank == self.matrix.X.shape[1]:
            return self.r
        t: Floats = self.q.T @ (self.root_weights[:, None] * self.matrix.X / self.norms)
        return t

    @cached_property
    def null_space(self) -> Floats:
        """Directions that no run informs, in columns of length 1, size (p x p - rank)."""
        return null_space(self.triangle, self.r, self.kept)

    def estimable(self, L: Floats) -> np.ndarray:
        """Whether the runs determine each combination L (m x p) of coefficients; (m,) of bool."""
        scaled = L / self.norms
        if self.null_space.shape[1] == 0:
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
        found = a @ self.z
        found = np.where(np.abs(found) > 1e-13 * (np.abs(a) @ np.abs(self.z)), found, 0.0)
        return Estimates(nan * found, nan * se, nan * self._hc3(a))

    def coordinates(self, L: Floats) -> Floats:
        """Combinations L (m x p) in coordinates of q: a (m x rank), L b = a z and L (R'R)^-1 L' = a a'."""
        a: Floats = (L / self.norms)[:, self.kept] @ self.r_inverse
        return a

    def wald_p(self, L: Floats) -> float:
        """P value of the F test that all combinations L (m x p) are zero."""
        a = self.coordinates(L)
        basis = orthonormal((a / np.linalg.norm(a, axis=1, keepdims=True)).T)
        df = basis.shape[1]
        F = float(np.sum((basis.T @ self.z) ** 2)) / df / self.variance
        return float(f_upper(F, df, self.df_resid))

    def robust_wald_p(self, L: Floats) -> float:
        """The same with HC3: unequal spread feigns no differences; NaN where HC3 is undefined."""
        if not self.has_hc3:
            return float("nan")
        a = self.coordinates(L)
        basis = orthonormal((a / np.linalg.norm(a, axis=1, keepdims=True)).T)
        found = basis.T @ self.z
        F = float(found @ np.linalg.solve(self.hc3_covariance(basis.T), found)) / len(found)
        return float(f_upper(F, len(found), self.df_resid))

    @property
    def has_hc3(self) -> bool:
        """Whether there is an error estimate, and no run that the fit meets in any case (leverage 1)."""
        return not np.isnan(self.variance) and not (self.leverage > 1 - 1e-9).any()

    def hc3_covariance(self, a: Floats) -> Floats:
        """HC3 covariance (m x m) of combinations in coordinates a (m x rank) (MacKinnon & White 1985)."""
        influence = self._influence(a)
        covariance: Floats = influence.T @ influence
        return covariance

    def _influence(self, a: Floats) -> Floats:
        return (self.q @ a.T) * (self.residuals / (1 - self.leverage))[:, None]

    def _hc3(self, a: Floats) -> Floats:
        if not self.has_hc3:
            return np.full(len(a), np.nan)
        se: Floats = np.linalg.norm(self._influence(a), axis=0)
        return se

    def extra(self, base: ArrayLike, added: ArrayLike) -> tuple[float, int]:
        """Sum of squares and degrees of freedom that columns `added` bring to a model with columns `base`.

        Both by rank, so empty cells and aliased terms count for what they carry.
        """
        base, added = np.asarray(base, dtype=np.intp), np.asarray(added, dtype=np.intp)
        if len(base) + len(added) == self.rank == self.matrix.X.shape[1]:
            rest = self.r_inverse[added].T  # what is left of the last columns, without a new decomposition
            basis = orthonormal(rest / np.linalg.norm(rest, axis=0))
        else:
            basis = beyond(self.triangle[:, base], self.triangle[:, added])
        return float(np.sum((basis.T @ self.z) ** 2)), basis.shape[1]


def fit_least_squares(matrix: Matrix, y: Floats, weights: Floats | None = None) -> Fit:
    """Fit y (n,) on the matrix (n x p), with weights (n,) if given."""
    root = np.ones(len(y)) if weights is None else np.sqrt(weights)
    X = matrix.X if weights is None else root[:, None] * matrix.X
    norms = np.linalg.norm(X, axis=0)
    norms[norms == 0] = 1.0
    kept, q, r = independent(X / norms)
    return Fit(matrix, y, root, norms, kept, q, r)


def columns_of(terms: list[Term] | tuple[Term, ...]) -> Ints:
    """Column indices of several terms, with the intercept."""
    return np.concatenate([[0], *(t.columns for t in terms)]).astype(np.intp)
