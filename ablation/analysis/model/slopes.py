"""What the runs say about effects that differ from seed to seed.

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
    """Cross products of the columns of slopes, after the model is taken out.

    Attributes:
        owner: predictor of each column (k,).
        gram: of the columns (k x k).
        products: of the columns and the residuals (k,).
        loads: squares of what the slopes of each predictor add to contrasts (m x n_predictors).
    """

    owner: Ints
    gram: Floats
    products: Floats
    loads: Floats

    @cached_property
    def shared(self) -> Spectrum:
        """Of all predictors together."""
        return _spectrum(self.gram, self.products)

    def own(self, predictor: int) -> Spectrum:
        """Of one predictor alone."""
        at = self.owner == predictor
        return _spectrum(self.gram[np.ix_(at, at)], self.products[at])


def slopes_of(fit: Fit, runs: Runs, L: Floats) -> Slopes | None:
    """Slopes of every predictor in every block; None with fewer than two blocks or without an error.

    Args:
        fit: of the model.
        runs: the rows it is fitted on.
        L: combinations of coefficients (m x p) whose `loads` are wanted.
    """
    if runs.block is None or fit.n_blocks < 2 or np.isnan(fit.variance):
        return None
    first = np.unique(fit.matrix.cell, return_index=True)[1]
    codes = [_codes(part, first) for part in runs.predictors]
    columns = np.hstack(codes) / np.sqrt(np.mean(fit.root_weights**2))
    owner = np.repeat(np.arange(len(codes)), [part.shape[1] for part in codes])
    some = _spread_out(len(owner), max(MAX_COLUMNS // fit.n_blocks, len(codes)))
    judged = _spread_out(fit.n_blocks, max(MAX_COLUMNS // len(some), 2))
    loadings = fit.loadings(fit.coordinates(L))
    blocks = [_in_block(fit, columns, some, loadings, b, b in judged) for b in range(fit.n_blocks)]
    squared = np.sum([block.sums**2 for block in blocks], axis=0)
    loads = np.stack([squared[:, owner == i].sum(axis=1) for i in range(len(codes))], axis=1)
    seen = np.hstack([blocks[b].seen for b in judged])
    gram = linalg.block_diag(*(blocks[b].gram for b in judged)) - seen.T @ seen
    products = np.concatenate([blocks[b].products for b in judged])
    return Slopes(np.tile(owner[some], len(judged)), gram, products, loads)


class _Block(NamedTuple):
    """Cross products of the columns in one block.

    Attributes:
        gram: of the columns, without the block's mean (k x k).
        seen: of the basis of the model and the columns (rank x k).
        products: of the columns and the residuals (k,).
        sums: of the contrasts and all columns (m x all).
    """

    gram: Floats
    seen: Floats
    products: Floats
    sums: Floats


def _in_block(fit: Fit, columns: Floats, some: Ints, loadings: Floats, block: int, is_judged: bool) -> _Block:
    """Add up over the runs of a block, cell by cell."""
    here = np.flatnonzero(fit.matrix.block == block)
    cells, first, number = np.unique(fit.matrix.cell[here], return_index=True, return_inverse=True)
    root, Z = fit.root_weights[here], columns[cells]
    weights = np.bincount(number, root**2)
    sums = (weights[:, None] * loadings[here[first]] / root[first, None]).T @ Z
    if not is_judged:
        nothing = np.empty((0, 0))
        return _Block(nothing, nothing, nothing, sums)
    Z = Z[:, some]
    mean = weights @ Z / weights.sum()
    gram = (weights[:, None] * Z).T @ Z - weights.sum() * np.outer(mean, mean)
    within = fit.basis.at_cells[cells] - fit.basis.at_blocks[block]
    residuals = np.bincount(number, root * fit.residuals[here])
    return _Block(gram, (weights[:, None] * within).T @ Z, Z.T @ residuals, sums)


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
