"""What the runs say about effects that differ between seeds.

A column for each block and each contrast of a component, zero outside the block: a random slope. What the
model leaves of these columns is all that is needed to test for slopes and to judge their variance.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from scipy import linalg

from ablation.analysis.data.factors import Factor, Floats, Ints, Predictor
from ablation.analysis.data.runs import Runs
from ablation.analysis.model.fit import Fit

MAX_COLUMNS = 1000
"""So many columns judge a variance within 5 %: of more, some are taken, evenly spread."""

NEGLIGIBLE = 1e-9
"""Directions in which the model leaves less than this share are rounding."""


class Spectrum(NamedTuple):
    """The runs along orthogonal directions of slopes: expectation of squares = variance (1 + gains x ratio).

    Attributes:
        gains: (r,), what a ratio of variances, of slopes to runs, adds.
        squares: (r,), of the residuals along the directions.
    """

    gains: Floats
    squares: Floats


@dataclass(frozen=True, eq=False)
class Slopes:
    """The columns of slopes of every predictor in every block, and what the model leaves of them.

    Attributes:
        fit: of the model.
        columns: of the slopes in a block, a row per cell (n_cells x k).
        owner: the predictor of each column, (k,).
    """

    fit: Fit
    columns: Floats
    owner: Ints

    @cached_property
    def shared(self) -> Spectrum:
        """Of all predictors together."""
        return _spectrum(self._judged.gram, self._judged.products)

    @cached_property
    def each(self) -> list[Spectrum]:
        """Of each predictor alone."""
        judged = self._judged
        own = [judged.owner == i for i in range(int(self.owner.max()) + 1)]
        return [_spectrum(judged.gram[np.ix_(at, at)], judged.products[at]) for at in own]

    def loads(self, L: Floats) -> Floats:
        """Squares of what the slopes of each predictor add to combinations L (m x p), (m x n_predictors)."""
        at, fit = self._pairs, self.fit
        of = fit.alike.number[at.first]
        loadings = fit.loadings(fit.coordinates(L))[of] / fit.alike.root_weights[of, None]
        weighted = at.weights[:, None] * self.columns[at.cell]
        sums = [np.add.reduceat(one[:, None] * weighted, at.starts, axis=0) for one in loadings.T]
        squared = np.array([np.sum(one**2, axis=0) for one in sums]).reshape(len(L), len(self.owner))
        predictors = range(int(self.owner.max()) + 1)
        return np.stack([squared[:, self.owner == i].sum(axis=1) for i in predictors], axis=1)

    @cached_property
    def _pairs(self) -> _Pairs:
        matrix, root = self.fit.matrix, self.fit.root_weights
        numbers, first, pair = np.unique(
            matrix.block * len(self.columns) + matrix.cell, return_index=True, return_inverse=True
        )
        block, cell = np.divmod(numbers, len(self.columns))
        starts = np.flatnonzero(np.diff(block, prepend=-1))
        return _Pairs(cell, first, pair, np.bincount(pair, root**2).astype(np.float64), starts)

    @cached_property
    def _judged(self) -> _Products:
        """Cross products within the blocks that are looked at, without what the model explains."""
        fit, at, n_blocks = self.fit, self._pairs, self.fit.n_blocks
        some = _spread_out(len(self.owner), max(MAX_COLUMNS // n_blocks, int(self.owner.max()) + 1))
        judged = _spread_out(n_blocks, max(MAX_COLUMNS // len(some), 2))
        residuals = np.bincount(at.pair, fit.root_weights * fit.residuals)
        ends = np.append(at.starts[1:], len(at.cell))
        grams, seen, products = [], [], []
        for block in judged:
            here = slice(at.starts[block], ends[block])
            weights, Z = at.weights[here, None], self.columns[np.ix_(at.cell[here], some)]
            sums = weights.T @ Z
            grams.append((weights * Z).T @ Z - sums.T @ sums / weights.sum())
            within = fit.basis.at_cells[at.cell[here]] - fit.basis.at_blocks[block]
            seen.append((weights * within).T @ Z)
            products.append(Z.T @ residuals[here])
        explained = np.hstack(seen)
        gram = linalg.block_diag(*grams) - explained.T @ explained
        return _Products(np.tile(self.owner[some], len(judged)), gram, np.concatenate(products))


class _Pairs(NamedTuple):
    """The pairs of cell and block that were run, by block.

    Attributes:
        cell: of each.
        first: a run of each.
        pair: of each run.
        weights: of the runs of each.
        starts: where the pairs of each block start.
    """

    cell: Ints
    first: Ints
    pair: Ints
    weights: Floats
    starts: Ints


class _Products(NamedTuple):
    """Products of columns of slopes: predictors (k,), cross products (k x k), those with residuals (k,)."""

    owner: Ints
    gram: Floats
    products: Floats


def slopes_of(fit: Fit, runs: Runs) -> Slopes | None:
    """Slopes of every predictor in every block; None with fewer than two blocks or without an error."""
    if runs.block is None or fit.n_blocks < 2 or np.isnan(fit.variance):
        return None
    codes = [_codes(part, runs.one_per_cell) for part in runs.predictors]
    owner = np.repeat(np.arange(len(codes)), [part.shape[1] for part in codes])
    return Slopes(fit, np.hstack(codes) / np.sqrt(np.mean(fit.root_weights**2)), owner)


def _codes(part: Predictor, at: Ints) -> Floats:
    """Columns whose coefficients, all of one variance, give every contrast twice that variance."""
    if isinstance(part, Factor):
        basis: Floats = np.linalg.qr(part.coding)[0]
        return basis[part.codes[at]]
    low, high = part.coding[:, 0]
    column: Floats = np.sqrt(2) * part.columns_at(at) / (high - low)
    return column


def _spread_out(n: int, at_most: int) -> Ints:
    """Indices 0 … n - 1, or of more than `at_most` some that are evenly spread."""
    return np.unique(np.linspace(0, n - 1, min(n, at_most)).round().astype(np.intp))


def _spectrum(gram: Floats, products: Floats) -> Spectrum:
    values, vectors = np.linalg.eigh(gram)
    real = values > NEGLIGIBLE * max(values.max(initial=0.0), np.finfo(float).tiny)
    gains: Floats = values[real]
    squares: Floats = (vectors[:, real].T @ products) ** 2 / gains
    return Spectrum(gains, squares)
