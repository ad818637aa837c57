"""The share of noise that comes from the seed, by a random-intercept model (REML).

Its tests would need degrees of freedom that nobody knows exactly; contrasts are tested with fixed blocks,
where the t is exact (Bates et al. 2015, J. Stat. Softw. 67:1).
"""

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import linalg

from ablation.analysis.data.factors import Floats
from ablation.analysis.data.runs import Runs
from ablation.analysis.model.fit import Fit
from ablation.analysis.model.within import block_means
from ablation.analysis.probability.distributions import minimum

COLUMNS = ["block", "block_variance", "residual_variance", "share"]


@dataclass(frozen=True, eq=False)
class Products:
    """Cross products of fixed columns X, block dummies Z and response y; counts of each block; n and p."""

    XX: Floats
    XZ: Floats
    Xy: Floats
    Zy: Floats
    yy: float
    counts: Floats
    df: int

    def profile(self, ratio: float) -> tuple[float, float]:
        """Minus twice the REML log likelihood (up to a constant) and residual variance at a ratio."""
        shrink = ratio / (1 + ratio * self.counts)
        factor = linalg.cho_factor(self.XX - (self.XZ * shrink) @ self.XZ.T)
        right = self.Xy - (self.XZ * shrink) @ self.Zy
        rest = self.yy - float(shrink @ self.Zy**2) - float(right @ linalg.cho_solve(factor, right))
        log_det = float(np.log1p(ratio * self.counts).sum() + 2 * np.log(np.diag(factor[0])).sum())
        variance = rest / self.df
        return self.df * float(np.log(variance)) + log_det, variance


def block_variance_table(fit: Fit, runs: Runs) -> pd.DataFrame:
    """One row: variance between blocks, within blocks, and the share of the former; no row without blocks."""
    if runs.block is None or np.isnan(fit.variance):
        return pd.DataFrame(columns=COLUMNS)
    products = _products(fit)
    ratio = math.exp(minimum(lambda x: products.profile(math.exp(x))[0], -14.0, 14.0, 1e-8))
    if products.profile(ratio)[0] >= products.profile(0.0)[0]:
        ratio = 0.0
    residual = products.profile(ratio)[1]
    row = (runs.block.name, ratio * residual, residual, ratio / (1 + ratio))
    return pd.DataFrame([row], columns=COLUMNS)


def _products(fit: Fit) -> Products:
    columns = np.concatenate([[0], fit.kept])
    weights, cell, block = fit.root_weights**2, fit.matrix.cell, fit.matrix.block
    X = fit.matrix.X[:, columns] / fit.norms[columns]
    counts: Floats = np.bincount(block, weights).astype(np.float64)
    XX = X.T @ (np.bincount(cell, weights)[:, None] * X)
    XZ = (block_means(X, cell, block, weights) * counts[:, None]).T
    Xy = X.T @ np.bincount(cell, weights * fit.y)
    Zy: Floats = np.bincount(block, weights * fit.y).astype(np.float64)
    return Products(XX, XZ, Xy, Zy, float(weights @ fit.y**2), counts, fit.n - len(columns))
