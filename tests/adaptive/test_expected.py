"""The course of planned studies, against a simulation of whole studies by their runs."""

import numpy as np
import pytest

from ablation.adaptive.expected import Course, adaptive, fixed

SEEDS = np.arange(2, 21)


def course(margin):
    """2 x 2 x 2 x 4, main effects and pairs; contrasts of three switches and of a factor of four levels."""
    covariance = np.zeros((6, 6))
    covariance[:3, :3] = np.eye(3) / 8
    covariance[3:, 3:] = (np.eye(3) + 1) / 8
    df = 32.0 * SEEDS - SEEDS - 18
    robust = np.repeat(df[:, None], 6, axis=1)
    robust[:, 3:] *= 0.6
    return Course(SEEDS, covariance, df, robust, np.ones_like(robust), 0.05, 0.045, margin)


@pytest.mark.parametrize(
    ("margin", "effect", "seeds", "by"),
    [(0.6, 0, 10.57, 13), (0.6, 1, 11.37, 16), (0.6, 2, 4.28, 6), (1.0, 0, 5.2, 7), (2.0, 0, 2.2, 3)],
)
def test_expected_seeds_are_those_of_whole_studies(margin, effect, seeds, by):
    found = adaptive(course(margin), np.full(6, effect * margin), 1500, np.random.default_rng(1))
    assert found.settled.mean() > 0.99
    assert found.seeds.mean() == pytest.approx(seeds, rel=0.04)
    assert np.quantile(found.seeds, 0.9) == pytest.approx(by, abs=1)


def test_without_a_margin_a_component_without_effect_runs_to_the_maximum():
    found = adaptive(course(0.0), np.zeros(6), 200, np.random.default_rng(2))
    assert found.seeds.min() == 20
    assert found.settled.mean() == 0


def test_the_fixed_plan_as_good_is_that_of_whole_studies():
    share = fixed(course(0.6), np.zeros(6), 4000, np.random.default_rng(3))
    assert np.interp(0.948, share[:15], SEEDS[:15]) == pytest.approx(10.89, abs=0.3)
