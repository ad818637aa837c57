"""Deletion curves by hand."""

import keras
import numpy as np

from ablation.app.maps import Deletion
from ablation.app.maps.scores import deletion_gain
from tests.app.maps.pooled import BRANCHES, pooled, three_branches, three_images
from tests.app.networks.tiny import random_images

SUM = 24.0  # y = 24 · mean(x) of 4×6 pixels


def some_images(n=3):
    return random_images(n, 4, 6)


def deletion_curves(network, images, maps, n_random=5, steps=10):
    """Predictions while pixels go in the order of maps, and in random orders."""
    core, rng = Deletion(network, steps), np.random.default_rng(0)
    by_input = images if isinstance(images, dict) else {"images": images}

    def curve(of):
        return keras.ops.convert_to_numpy(core(by_input, of))

    orders = [{name: rng.random(m.shape, np.float32) for name, m in maps.items()} for _ in range(n_random)]
    return curve(maps), np.stack([curve(order) for order in orders])


def test_the_highest_values_of_a_map_go_first():
    images = some_images()
    by_map, _ = deletion_curves(pooled([1.0], [[SUM]]), images, {"images": images[..., 0]}, steps=6)
    ordered = np.sort(images.reshape(3, 24))  # the lowest 24, 20, 16 … 0 pixels are left
    expected = np.stack([ordered[:, :left].sum(axis=1) for left in range(24, -1, -4)], axis=1)
    np.testing.assert_allclose(by_map, expected, atol=1e-4)


def test_a_map_of_what_matters_gains_and_its_opposite_loses():
    images, network = some_images(), pooled([1.0], [[SUM]])
    gains = [
        deletion_gain(*deletion_curves(network, images, {"images": sign * images[..., 0]}))
        for sign in (1, -1)
    ]
    assert gains[0].min() > 0.5
    assert gains[1].max() < -0.5


def test_a_constant_map_names_nothing_even_where_neighbours_are_alike():
    rows = np.repeat(np.linspace(1, 0, 16, dtype="float32"), 16).reshape(1, 16, 16, 1)  # bright above
    network = pooled([1.0], [[256.0]], size=(16, 16))
    constant, above = np.ones((1, 16, 16)), rows[..., 0]
    found = {
        name: deletion_gain(*deletion_curves(network, rows, {"images": m}, n_random=8))[0]
        for name, m in (("constant", constant), ("above", above))
    }
    assert abs(found["constant"]) < 0.1 * found["above"]


def test_pixels_of_all_branches_stand_in_one_row():
    network, images = three_branches(), three_images()
    levels = {"rgb": 2.0, "fixed": 1.0, "dynamic": 3.0}  # so dynamic goes first, then rgb, then fixed
    maps = {name: np.full((5, 8, 6), levels[name]) for name in BRANCHES}
    curve, _ = deletion_curves(network, images, maps, n_random=1, steps=3)
    left = dict(images)
    for step, name in enumerate(["dynamic", "rgb", "fixed"], start=1):
        left[name] = np.zeros_like(images[name])
        np.testing.assert_allclose(
            curve[:, step], keras.ops.convert_to_numpy(network(left)["count"])[:, 0], atol=1e-5
        )


def test_a_branch_without_a_map_stays_whole():
    network, images = three_branches(), three_images()
    curve, _ = deletion_curves(network, images, {"rgb": images["rgb"][..., 0]}, n_random=1, steps=2)
    dark = {**images, "rgb": np.zeros_like(images["rgb"])}
    np.testing.assert_allclose(
        curve[:, -1], keras.ops.convert_to_numpy(network(dark)["count"])[:, 0], atol=1e-5
    )
