"""F tests of terms that allow unequal spread: the hypotheses of types II and III, tested with HC3."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ablation.analysis.decompose import beyond
from ablation.analysis.distributions import f_upper
from ablation.analysis.factors import Floats, Ints
from ablation.analysis.fit import Fit
from ablation.analysis.terms import BLOCK

Nested = tuple[Ints, Ints]
"""Columns of the smaller model of a test, and columns that its term adds to it."""


def robust_tests(fit: Fit, tests: Sequence[Nested]) -> tuple[Floats, Floats]:
    """F and p of the hypotheses that nested models test, (n_tests,), with the HC3 covariance.

    The hypothesis is that of the classical F in the same row; so in a balanced design a main effect is its
    contrasts. `car::Anova(type = 2, vcov. = hccm)` instead makes a term uncorrelated with those that contain
    it under the *robust* covariance: a strong interaction, known with an error of almost the same size,
    then leaks into main effects that are zero (2 x 2 cells, 6 seeds: it rejects in 8 of 10 such studies).

    NaN where HC3 is undefined, and for the block: a seed has few runs to tell its error from, and HC3
    rejects in 1 of 7 studies of 10 seeds without any seed effect, in most of 100 seeds.
    """
    found = [_test(fit, *columns) for columns in tests]
    F = np.array([F for F, _ in found], dtype=float)
    return F, f_upper(F, [df for _, df in found], fit.df_resid)


def _test(fit: Fit, smaller: Ints, added: Ints) -> tuple[float, int]:
    blocks = [t.columns for t in fit.matrix.terms if t.kind == BLOCK]
    if not fit.has_hc3 or any(np.isin(added, columns).any() for columns in blocks):
        return float("nan"), 0
    directions = _directions(fit, smaller, added)
    df = directions.shape[1]
    if df == 0:
        return float("nan"), 0
    found = directions.T @ fit.z
    return float(found @ np.linalg.solve(fit.hc3_covariance(directions.T), found)) / df, df


def _directions(fit: Fit, smaller: Ints, added: Ints) -> Floats:
    """What the added columns bring to the smaller model, orthonormal in coordinates of q, (rank x df).

    With full rank it is what the added coefficients say beyond those in neither model: of these, terms that
    contain the tested one, there are few, which is quicker.
    """
    if fit.rank == fit.matrix.X.shape[1]:
        above = np.setdiff1d(np.arange(fit.rank), np.concatenate([smaller, added]))
        return beyond(_unit(fit.r_inverse[above].T), _unit(fit.r_inverse[added].T))
    return beyond(_unit(fit.triangle[:, smaller]), _unit(fit.triangle[:, added]))


def _unit(columns: Floats) -> Floats:
    unit: Floats = columns / np.linalg.norm(columns, axis=0).clip(np.finfo(float).tiny)
    return unit
