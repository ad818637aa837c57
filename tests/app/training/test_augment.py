"""Images moved at random, beside slices of numpy."""

from dataclasses import replace

import keras
import numpy as np
import pytest

from ablation.app.training.augment import WAYS, moved
from ablation.app.training.problem import order_of
from ablation.app.training.train import train_cell
from tests.app.training.small import schedule, small_problem, squares


def by_slices(image, way):
    """The image from a frame of zeros, cut out where it has moved to."""
    down, aside = divmod(way, 5)
    height, width, _ = image.shape
    return np.pad(image, ((2, 2), (2, 2), (0, 0)))[down : down + height, aside : aside + width]


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


@pytest.mark.slow
def test_an_epoch_learns_from_moved_images_and_is_measured_on_the_others():
    """One step on all images, moved by us beforehand, is one step on those that training moves."""
    problem = replace(small_problem(squares(16)), moved=("images",))
    (ours,) = train_cell(problem, schedule(epochs=1), [5])
    order = order_of(problem, 5, 0, 16)[0]
    by_hand = squares(16)
    for index in order:
        by_hand[index % 16] = by_slices(squares(16)[index % 16], index // 16)
    (theirs,) = train_cell(small_problem(by_hand), schedule(epochs=1), [5])
    assert ours.history["train_loss"] == pytest.approx(theirs.history["train_loss"], rel=1e-6)
    assert ours.history["test_loss"] == pytest.approx(theirs.history["test_loss"], rel=1e-5)
    (still,) = train_cell(small_problem(squares(16)), schedule(epochs=1), [5])
    assert ours.history["train_loss"] != pytest.approx(still.history["train_loss"], rel=1e-3)
