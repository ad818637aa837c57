"""Deletion curves by hand, and maps of networks that have learned nothing."""

import keras
import numpy as np
import pytest

from ablation.app import maps as heatmaps
from ablation.app.maps.scores import contrast_auroc, deletion_gain
from tests.app.maps.pooled import BRANCHES, pooled, three_branches, three_images
from tests.app.networks.tiny import random_images

SUM = 24.0  # y = 24 · mean(x) of 4×6 pixels


def some_images(n=3):
    return random_images(n, 4, 6)


def test_the_highest_values_of_a_map_go_first():
    images = some_images()
    by_map, _ = heatmaps.deletion_curves(pooled([1.0], [[SUM]]), images, {"images": images[..., 0]}, steps=6)
    ordered = np.sort(images.reshape(3, 24))  # the lowest 24, 20, 16 … 0 pixels are left
    expected = np.stack([ordered[:, :left].sum(axis=1) for left in range(24, -1, -4)], axis=1)
    np.testing.assert_allclose(by_map, expected, atol=1e-4)


def test_a_map_of_what_matters_gains_and_its_opposite_loses():
    images, network = some_images(), pooled([1.0], [[SUM]])
    gains = [
        deletion_gain(*heatmaps.deletion_curves(network, images, {"images": sign * images[..., 0]}))
        for sign in (1, -1)
    ]
    assert gains[0].min() > 0.5
    assert gains[1].max() < -0.5


def test_a_constant_map_names_nothing_even_where_neighbours_are_alike():
    rows = np.repeat(np.linspace(1, 0, 16, dtype="float32"), 16).reshape(1, 16, 16, 1)  # bright above
    network = pooled([1.0], [[256.0]], size=(16, 16))
    constant, above = np.ones((1, 16, 16)), rows[..., 0]
    found = {
        name: deletion_gain(*heatmaps.deletion_curves(network, rows, {"images": m}, n_random=8))[0]
        for name, m in (("constant", constant), ("above", above))
    }
    assert abs(found["constant"]) < 0.1 * found["above"]


def test_random_orders_come_from_the_seed():
    images, network = some_images(), pooled([1.0], [[SUM]])

    def by_chance(seed):
        maps = {"images": images[..., 0]}
        return heatmaps.deletion_curves(network, images, maps, n_random=2, seed=seed)[1]

    np.testing.assert_array_equal(by_chance(1), by_chance(1))
    assert not np.allclose(by_chance(1), by_chance(2))
    assert by_chance(1).shape == (2, 3, 11)
    assert not np.allclose(by_chance(1)[0], by_chance(1)[1])


def test_pixels_of_all_branches_stand_in_one_row():
    network, images = three_branches(), three_images()
    levels = {"rgb": 2.0, "fixed": 1.0, "dynamic": 3.0}  # so dynamic goes first, then rgb, then fixed
    maps = {name: np.full((5, 8, 6), levels[name]) for name in BRANCHES}
    curve, _ = heatmaps.deletion_curves(network, images, maps, n_random=1, steps=3)
    left = dict(images)
    for step, name in enumerate(["dynamic", "rgb", "fixed"], start=1):
        left[name] = np.zeros_like(images[name])
        np.testing.assert_allclose(
            curve[:, step], keras.ops.convert_to_numpy(network(left)["count"])[:, 0], atol=1e-5
        )


def test_a_branch_without_a_map_stays_whole():
    network, images = three_branches(), three_images()
    curve, _ = heatmaps.deletion_curves(network, images, {"rgb": images["rgb"][..., 0]}, n_random=1, steps=2)
    dark = {**images, "rgb": np.zeros_like(images["rgb"])}
    np.testing.assert_allclose(
        curve[:, -1], keras.ops.convert_to_numpy(network(dark)["count"])[:, 0], atol=1e-5
    )


def discs_and_crosses(n=4, size=12):
    """A target in the first channel and a distractor in the second, at random places; their masks."""
    rng = np.random.default_rng(0)
    images, masks = np.zeros((n, size, size, 2), "float32"), np.zeros((n, size, size), int)
    for i in range(n):
        for channel, (row, column) in enumerate(rng.integers(0, size // 2 - 2, (2, 2))):
            where = np.s_[row : row + 3, column + channel * size // 2 : column + channel * size // 2 + 3]
            images[i][(*where, channel)] = 1
            masks[i][where] = channel + 1
    return images, masks


def test_random_weights_degrade_a_map_and_are_put_back():
    import keras

    inputs = keras.Input((12, 12, 2), name="images")
    features = keras.layers.Conv2D(8, 1, use_bias=False, name="features")(inputs)
    count = keras.layers.Dense(1)(keras.layers.GlobalAveragePooling2D()(features))
    network = keras.Model(inputs, count)
    kernel = np.stack([np.linspace(0.5, 1, 8), -np.linspace(0.1, 0.4, 8)]).reshape(1, 1, 2, 8)
    network.set_weights([kernel, np.linspace(1, 2, 8).reshape(8, 1), np.zeros(1)])
    images, masks = discs_and_crosses()

    def auroc():
        return contrast_auroc(heatmaps.grad_cam(network, images, "features").arrays["images"], masks).mean()

    learned = auroc()
    assert learned == 1
    shuffled = []
    for seed in range(20):
        with heatmaps.random_weights(network, seed):
            shuffled.append(auroc())
    assert np.mean(shuffled) < 0.8
    assert min(shuffled) == 0, "some seeds invert it"
    assert auroc() == learned


def test_shuffled_weights_keep_their_values_and_are_put_back():
    network = three_branches()
    before = network.get_weights()
    with heatmaps.random_weights(network, 1):
        for shuffled, theirs in zip(network.get_weights(), before, strict=True):
            assert shuffled.size == 1 or not np.array_equal(shuffled, theirs)
            np.testing.assert_array_equal(np.sort(shuffled.ravel()), np.sort(theirs.ravel()))
    for ours, theirs in zip(network.get_weights(), before, strict=True):
        np.testing.assert_array_equal(ours, theirs)


def test_weights_are_put_back_after_an_error():
    network = three_branches()
    before = network.get_weights()
    with pytest.raises(KeyError), heatmaps.random_weights(network, 1):
        raise KeyError
    for ours, theirs in zip(network.get_weights(), before, strict=True):
        np.testing.assert_array_equal(ours, theirs)
