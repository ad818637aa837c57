"""Images moved at random, beside slices of numpy."""

from dataclasses import replace

import keras
import numpy as np
import pytest

from ablation.app.training.augment import WAYS, moved
from ablation.app.training.problem import order_of
from tests.app.training.small import by_slices, small_problem


@pytest.mark.parametrize("before", [(WAYS,), (WAYS, 2)])
def test_images_move_by_up_to_two_pixels(before):
    images = np.random.default_rng(0).normal(size=(*before, 6, 9, 2)).astype(np.float32)
    ways = np.broadcast_to(np.arange(WAYS).reshape(-1, *[1] * (len(before) - 1)), before).astype(np.int32)
    found = keras.ops.convert_to_numpy(
        moved(keras.ops.convert_to_tensor(images), keras.ops.convert_to_tensor(ways))
    )
    for place in np.ndindex(*before):
        np.testing.assert_array_equal(found[place], by_slices(images[place], ways[place]))
    np.testing.assert_array_equal(found[WAYS // 2], images[WAYS // 2])


def test_a_seed_draws_the_ways_beside_the_order():
    problem = small_problem()
    still = order_of(problem, 3, 1, 16)
    problem = replace(problem, moved=("images",))
    order = order_of(problem, 3, 1, 16)
    np.testing.assert_array_equal(order % 64, still)
    ways = np.concatenate([order_of(problem, 3, epoch, 16).ravel() // 64 for epoch in range(20)])
    assert set(ways) == set(range(WAYS))
    np.testing.assert_array_equal(order_of(problem, 3, 1, 16), order)
