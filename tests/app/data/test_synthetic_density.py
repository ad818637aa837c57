import numpy as np
import pytest

from ablation.app.data.samples import DISTRACTOR, TARGET
from ablation.app.data.synthetic_density import synthetic_density
from ablation.errors import UsageError


@pytest.fixture(scope="module")
def samples():
    return synthetic_density(32, 300, 40)


def test_three_pictures_and_a_number_each(samples):
    assert list(samples.train) == ["rgb", "fixed", "dynamic"]
    assert {x.shape for x in samples.train.values()} == {(300, 32, 32, 3)}
    assert {x.shape for x in samples.test.values()} == {(40, 32, 32, 3)}
    assert (samples.train_y.shape, samples.test_y.shape) == ((300,), (40,))
    assert {m.shape for m in samples.test_masks.values()} == {(40, 32, 32)}


def test_the_number_is_the_area_of_discs_in_rgb_and_half_of_those_in_dynamic(samples):
    n_pixels = {name: (m == TARGET).sum(axis=(1, 2)) for name, m in samples.test_masks.items()}
    tenths = 10 * (n_pixels["rgb"] + n_pixels["dynamic"] / 2) / 32**2
    np.testing.assert_allclose(samples.test_y, tenths, rtol=1e-6)


def test_fixed_shows_shapes_none_of_which_is_a_target(samples):
    assert set(np.unique(samples.test_masks["fixed"])) == {0, DISTRACTOR}


def test_bright_area_of_fixed_says_nothing_of_the_number(samples):
    bright = {name: (x.max(axis=-1) > 0.4).mean(axis=(1, 2)) for name, x in samples.train.items()}
    correlation = {name: np.corrcoef(b, samples.train_y)[0, 1] for name, b in bright.items()}
    assert abs(correlation["fixed"]) < 3 / np.sqrt(300)  # three standard errors of none
    assert correlation["rgb"] > 0.3


def test_the_same_seed_draws_the_same_and_another_draws_others(samples):
    synthetic_density.cache_clear()
    again, other = synthetic_density(32, 300, 40), synthetic_density(32, 300, 40, seed=1)
    np.testing.assert_array_equal(again.test["dynamic"], samples.test["dynamic"])
    assert not np.array_equal(other.train_y, samples.train_y)
    assert not np.array_equal(samples.train_y[:40], samples.test_y)


@pytest.mark.parametrize(
    ("settings", "expected"), [((8,), "data.size"), ((32, 0), "n_train"), ((32, 3, -1), "n_test")]
)
def test_pictures_that_cannot_be_drawn_are_refused(settings, expected):
    with pytest.raises(UsageError, match=expected):
        synthetic_density(*settings)
