"""Firth's regression against Heinze & Schemper's published example, brglm2 and firthmodels."""

import numpy as np
import pandas as pd
import pytest

from ablation.analysis.stability.firth import Firth
from tests.analysis.conftest import CASES

COEFFICIENTS = [3.7745597136470, 2.9292733531971, -0.0347517598704, -2.6041639252937]
"""Intercept, NV, PI, EH by brglm2 0.9 (`type = "AS_mean"`, R 4.2.2); published: 3.77, 2.93, -0.03, -2.60."""

INTERVALS = [
    [1.08253711, 7.2092805],
    [0.60972444, 7.85463171],
    [-0.12445872, 0.04045547],
    [-4.36518325, -1.23272106],
]
"""Profile intervals by firthmodels 0.8.2; published of NV: 0.61 to 7.85."""

P = [4.19362789e-03, 9.12366755e-03, 3.87482202e-01, 2.50686721e-05]
"""Penalised likelihood ratios by firthmodels 0.8.2."""


@pytest.fixture(scope="module")
def fit():
    """The endometrial cancer study (Heinze & Schemper 2002): NV = 1 never goes with HG = 0."""
    table = pd.read_csv(CASES / "endometrial.csv")
    X = np.column_stack([np.ones(len(table)), table[["NV", "PI", "EH"]]])
    return Firth(X, table["HG"].to_numpy(float), np.ones(len(table)))


def test_the_coefficients_are_those_of_brglm2(fit):
    np.testing.assert_allclose(fit.best.beta, COEFFICIENTS, rtol=1e-7)


def test_intervals_and_tests_are_those_of_the_profile(fit):
    np.testing.assert_allclose([fit.interval(i, 0.05) for i in range(4)], INTERVALS, atol=2e-5)
    np.testing.assert_allclose([fit.p(i) for i in range(4)], P, rtol=1e-4)


def test_groups_are_the_same_as_their_runs():
    rng = np.random.default_rng(0)
    group = rng.integers(0, 4, 60)
    X = np.array([[1.0, 0, 0], [1, 1, 0], [1, 0, 1], [1, 1, 1]])
    events = (rng.random(60) < np.array([0.1, 0.2, 0.6, 0.5])[group]).astype(float)
    each = Firth(X[group], events, np.ones(60))
    grouped = Firth(X, np.bincount(group, events), np.bincount(group).astype(float))
    np.testing.assert_allclose(grouped.best.beta, each.best.beta, rtol=1e-9)
    assert grouped.p(1) == pytest.approx(each.p(1), rel=1e-9)


def test_without_other_columns_it_adds_half_to_each_count():
    """Jeffreys' prior of one proportion: log((k + 1/2) / (n - k + 1/2))."""
    fit = Firth(np.ones((1, 1)), np.array([0.0]), np.array([12.0]))
    assert fit.best.beta[0] == pytest.approx(np.log(0.5 / 12.5), rel=1e-9)
