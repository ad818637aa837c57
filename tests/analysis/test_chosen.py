"""How good the best cell truly is: coverage for the chosen one, and how far it is moved."""

import itertools

import numpy as np
import pytest
from scipy import stats

from ablation.analysis.tables.chosen import chosen_mean


def main_columns(levels):
    cells = np.array(list(itertools.product(*map(range, levels))))
    return cells, np.hstack([np.eye(n)[cells[:, j], 1:] for j, n in enumerate(levels)])


def no_effects(cells):
    return np.zeros(len(cells))


def main_effects(cells):
    return 2.0 * (cells > 0).sum(axis=1)


def one_lucky_cell(cells):
    return -3.0 * (np.arange(len(cells)) == 5)


@pytest.mark.parametrize("levels", [(2, 2, 2), (2, 2, 2, 4), (4, 4, 4)])
@pytest.mark.parametrize("effects", [no_effects, main_effects, one_lucky_cell])
def test_the_interval_covers_the_chosen_cell_and_its_estimate_is_nearer(levels, effects):
    n_seeds, n_studies, rng = 4, 1000, np.random.default_rng(0)
    cells, main = main_columns(levels)
    k, truth = len(cells), effects(cells)  # in standard errors of a mean of 4 runs with variance 4
    df = (k - 1) * (n_seeds - 1)
    covers, raw, moved = [], [], []
    for _ in range(n_studies):
        means = truth + rng.normal(size=k)
        variance = n_seeds * rng.chisquare(df) / df
        estimate, low, high = chosen_mean(means, np.full(k, 1 / n_seeds), main, (variance, df), 0.05)
        true = truth[means.argmin()]
        covers.append(low <= true <= high)
        raw.append(means.min() - true)
        moved.append(estimate - true)
    assert np.mean(covers) >= 0.94
    worse = 1.25 if effects is one_lucky_cell else 1.0  # the price where nothing supports the best cell
    assert np.mean(np.square(moved)) < worse * np.mean(np.square(raw))
    if effects is no_effects:
        assert abs(np.mean(moved)) < 0.55 * abs(np.mean(raw))


def test_the_bounds_of_clear_and_of_tied_cells():
    df, main = 20, np.eye(4)[:, 1:]
    inner = 1 - 0.9 * 0.05 / 2
    for means, contenders in (([0.0, 0.1, 0.2, 90.0], 3), ([0.0, 90.0, 91.0, 92.0], 1)):
        _, low, high = chosen_mean(np.array(means), np.ones(4), main, (1.0, df), 0.05)
        expected = [-stats.t.ppf(inner, df), stats.t.ppf(inner ** (1 / contenders), df)]
        np.testing.assert_allclose([low, high], expected, rtol=1e-9)


def test_the_estimate_goes_no_further_than_luck_explains():
    gap = 1.0
    means = np.array([0.0, gap, gap, gap])  # no main effects: wholly shrunk they would all be 0.75
    estimate = chosen_mean(means, np.full(4, 1.0), np.zeros((4, 0)), (1.0, 50), 0.05)[0]
    # half of the normal means truncated at the runner-up lie below the observed one
    assert stats.norm.cdf(0 - estimate) / stats.norm.cdf(gap - estimate) == pytest.approx(0.5, abs=1e-9)


def test_a_clear_best_cell_is_not_moved_and_without_an_error_nothing_is_known():
    means = np.array([0.0, 50.0, 60.0, 70.0])
    assert chosen_mean(means, np.ones(4), np.eye(4)[:, 1:], (1.0, 10), 0.05)[0] == pytest.approx(0, abs=1e-9)
    assert np.isnan(chosen_mean(means, np.ones(4), np.eye(4)[:, 1:], (np.nan, 0), 0.05)).all()


def test_cells_that_cannot_be_compared_do_not_contend():
    means, main = np.array([0.0, np.nan, 3.0, 50.0]), np.eye(4)[:, 1:]
    found = chosen_mean(means, np.array([1.0, np.nan, 1.0, 1.0]), main, (1.0, 20), 0.05)
    alone = chosen_mean(means[[0, 2, 3]], np.ones(3), main[[0, 2, 3]], (1.0, 20), 0.05)
    np.testing.assert_array_equal(found, alone)
