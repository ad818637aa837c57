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
    if runs.block is None or len(runs.block.levels) < 2 or np.isnan(fit.variance):
        return None
    root = fit.root_weights / np.sqrt(np.mean(fit.root_weights**2))
    codes = [_codes(part) for part in runs.predictors]
    columns, owner = (
        root[:, None] * np.hstack(codes),
        np.repeat(np.arange(len(codes)), [c.shape[1] for c in codes]),
    )
    n_blocks = len(runs.block.levels)
    some = _spread_out(len(owner), max(MAX_COLUMNS // n_blocks, len(codes)))
    judged = set(_spread_out(n_blocks, max(MAX_COLUMNS // len(some), 2)))
    contrasts = fit.q @ fit.coordinates(L).T
    squared, projected, within, products = np.zeros((len(L), len(owner))), [], [], []
    for block in range(n_blocks):
        here = np.flatnonzero(runs.block.codes == block)
        squared += (contrasts[here].T @ columns[here]) ** 2
        if block in judged:
            part = columns[np.ix_(here, some)]
            within.append(part.T @ part)
            projected.append(fit.q[here].T @ part)
            products.append(part.T @ fit.residuals[here])
    seen = np.hstack(projected)
    loads = np.stack([squared[:, owner == i].sum(axis=1) for i in range(len(codes))], axis=1)
    gram = linalg.block_diag(*within) - seen.T @ seen
    return Slopes(np.tile(owner[some], len(judged)), gram, np.concatenate(products), loads)


def _codes(part: Predictor) -> Floats:
    """Columns whose coefficients, all of one variance, give every contrast twice that variance."""
    if isinstance(part, Factor):
        basis: Floats = np.linalg.qr(part.coding)[0]
        return basis[part.codes]
    low, high = part.coding[:, 0]
    column: Floats = np.sqrt(2) * part.columns / (high - low)
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
