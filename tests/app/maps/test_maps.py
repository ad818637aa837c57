"""Each kind of heatmap by numbers that a hand can compute, and what is refused."""

import keras
import numpy as np
import pytest

from ablation.app import maps as heatmaps
from ablation.app.maps import upsample
from ablation.errors import UsageError
from tests.app.maps.pooled import BRANCHES, LAYERS, pooled, three_branches, three_images
from tests.app.networks.tiny import random_images, tiny_network


def single(maps):
    """The maps of a network of one input."""
    (array,) = maps.values()
    return array


def with_bright_filter():
    """Features −x, x and 0.5 + 0.1·x: the third is bright everywhere."""
    images = keras.Input((4, 6, 1), name="images")
    features = keras.layers.Conv2D(3, 1, name="features")(images)
    network = keras.Model(images, features)
    network.set_weights([np.array([-1, 1, 0.1]).reshape(1, 1, 1, 3), np.array([0, 0, 0.5])])
    return network


def dark_with_a_spot(n=2):
    images = np.zeros((n, 4, 6, 1), "float32")
    for i in range(n):
        images[i, i, 2 + i] = 3
    return images


def test_top_k_takes_the_filters_with_the_highest_mean():
    images = dark_with_a_spot()  # means −0.125, 0.125 and 0.5125
    first, second = heatmaps.top_k(with_bright_filter(), images, "features", k=2)
    np.testing.assert_allclose(single(first), 0.5 + 0.1 * images[..., 0], rtol=1e-6)
    np.testing.assert_allclose(single(second), images[..., 0], rtol=1e-6)


def test_top_k_by_variance_passes_over_a_filter_that_is_bright_everywhere():
    images = dark_with_a_spot()
    *_, last = heatmaps.top_k(with_bright_filter(), images, "features", k=3, by="variance")
    np.testing.assert_allclose(single(last), 0.5 + 0.1 * images[..., 0], rtol=1e-6)


def test_top_k_chooses_for_each_image_anew():
    images = np.stack([np.full((4, 6, 1), 2.0), np.full((4, 6, 1), -2.0)]).astype("float32")
    (best,) = heatmaps.top_k(with_bright_filter(), images, "features")
    np.testing.assert_allclose(single(best), 2, rtol=1e-6)


def test_an_attention_map_is_the_gate_of_what_comes_before():
    network, images = tiny_network(attention="spatial"), random_images()
    layer = network.get_layer("encoder_1_0_attention")
    layer.convolution.set_weights([np.random.default_rng(0).normal(size=(5, 5, 2, 1)), np.array([0.3])])
    before = keras.Model(network.input, network.get_layer("encoder_1_0_convolution").output)(images)
    maps = heatmaps.attention_map(network, images, "encoder_1_0_attention")
    np.testing.assert_allclose(
        single(maps), keras.ops.convert_to_numpy(layer.gate(before))[..., 0], rtol=1e-5
    )
    assert heatmaps.layers_with_a_gate(network) == ["encoder_1_0_attention", "decoder_1_0_attention"]


@pytest.mark.parametrize("level", ["placebo", "channel", "self"])
def test_a_level_without_a_gate_has_no_map(level):
    network = tiny_network(attention=level)
    assert heatmaps.attention_map(network, random_images(), "encoder_1_0_attention") is None
    assert heatmaps.layers_with_a_gate(network) == []
    with pytest.raises(UsageError, match=r"weighs pixels: there is none.*'encoder_1_0_attention', no map"):
        heatmaps.AttentionMap(network, "encoder_1_0_attention")


def test_occlusion_is_what_each_tile_adds():
    network, images = pooled([1.0], [[6.0]], bias=1.0), random_images(3, 4, 6)
    maps = heatmaps.occlusion(network, images, window=2)
    tiles = images[..., 0].reshape(3, 2, 2, 3, 2).sum(axis=(2, 4))
    np.testing.assert_allclose(single(maps), 6 * tiles / 24, atol=1e-6)  # y = 6 · mean(x) + 1


def test_tiles_at_the_border_are_cut_and_hidden_pixels_get_a_value():
    network, images = pooled([1.0], [[24.0]]), random_images(1, 4, 6)
    found = single(heatmaps.occlusion(network, images, window=4, hidden=0.5))[0]
    expected = [images[0, :, :4].sum() - 0.5 * 16, images[0, :, 4:].sum() - 0.5 * 8]  # y = sum(x)
    np.testing.assert_allclose(found, [expected], atol=1e-4)


def test_occlusion_of_several_units_is_the_length_of_the_change():
    network, images = pooled([1.0], [[3.0, -4.0]]), random_images(2, 4, 6)
    whole = single(heatmaps.occlusion(network, images, window=3))
    means = images[..., 0].reshape(2, 2 * 12).sum(axis=1) / 24
    np.testing.assert_allclose(whole.sum(axis=(1, 2)), 5 * means, rtol=1e-4)  # √(3² + 4²) = 5
    one = single(heatmaps.occlusion(network, images, window=3, unit=1))
    np.testing.assert_allclose(one.sum(axis=(1, 2)), -4 * means, rtol=1e-4)


def test_occlusion_hides_one_branch_at_a_time():
    network, images = three_branches(), three_images()
    maps = heatmaps.occlusion(network, images, window=8)
    for name in BRANCHES:
        dark = {**images, name: np.zeros_like(images[name])}
        expected = network(images)["count"] - network(dark)["count"]
        np.testing.assert_allclose(maps[name].ravel(), keras.ops.convert_to_numpy(expected)[:, 0], atol=1e-5)


def test_the_residual_is_what_does_not_come_back():
    images = keras.Input((4, 6, 2), name="images")
    network = keras.Model(images, {"reconstruction": keras.layers.Rescaling(0.25)(images)})
    x = random_images(2, 4, 6, 2) - 0.5
    np.testing.assert_allclose(
        single(heatmaps.residual(network, x)), 0.75 * np.abs(x).mean(axis=-1), rtol=1e-5
    )


def test_a_constant_map_stays_as_it_is():
    maps = heatmaps.grad_cam(pooled([1.0], [[1.0]]), np.full((1, 4, 6, 1), 0.7, "float32"), "features")
    np.testing.assert_allclose(single(maps), 0.7, rtol=1e-6)  # neither normalised nor cleared


def test_upsampling_is_bilinear_between_the_centres_of_pixels():
    found = np.asarray(upsample(np.array([[[0.0, 1.0]]], "float32"), 2, 4))
    np.testing.assert_allclose(found, [[[0, 0.25, 0.75, 1]] * 2], atol=1e-6)


def test_many_images_give_what_each_gives_alone(monkeypatch):
    network, images = three_branches(), three_images(7)
    all_at_once = heatmaps.grad_cam(network, images, LAYERS)
    monkeypatch.setattr("ablation.app.maps.maps._BATCH", 3)
    in_parts = heatmaps.grad_cam(network, images, LAYERS)
    for name in BRANCHES:
        np.testing.assert_allclose(in_parts[name], all_at_once[name], atol=1e-6)


ONE = random_images(2, 8, 6, 3)


@pytest.mark.parametrize(
    ("layers", "images", "sentence"),
    [
        ("nope", None, r"layer: expected one that gives images: rgb_convolution, .*Received: 'nope'"),
        ("count", None, r"layer: expected one that gives images: .*Received: 'count'"),
        ("rgb", None, r"Received: 'rgb'"),
        ({"rgb": "fixed_features"}, None, r"depends on the input 'rgb' alone.*depends on: fixed"),
        (LAYERS, ONE, r"arrays for the inputs rgb, fixed, dynamic.*none for: fixed, dynamic"),
        (LAYERS, {"rgb": ONE, "fixed": ONE}, r"Received none for: dynamic"),
        (LAYERS, {**three_images(), "fixed": ONE[0]}, r"'fixed'.*\(n, 8, 6, 3\)\. Received: \(8, 6, 3\)"),
        (LAYERS, {**three_images(), "fixed": ONE[..., :1]}, r"'fixed'.*Received: \(2, 8, 6, 1\)"),
        (LAYERS, {**three_images(), "fixed": ONE[:0]}, r"'fixed'.*Received: \(0, 8, 6, 3\)"),
        (LAYERS, {**three_images(5), "fixed": ONE}, r"as many for each input.*5 for rgb, 2 for fixed"),
    ],
)
def test_mistakes_are_answered_with_a_sentence(layers, images, sentence):
    with pytest.raises(UsageError, match=sentence):
        heatmaps.grad_cam(three_branches(), three_images() if images is None else images, layers)


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda n, x: heatmaps.top_k(n, x, "features", k=3), "k: expected 1 to 2"),
        (
            lambda n, x: heatmaps.top_k(n, x, "features", by="size"),
            "by: expected one of activation, variance",
        ),
        (lambda n, x: heatmaps.grad_cam(n, x, "features", target="no"), "target: expected .*: count, .*'no'"),
        (lambda n, x: heatmaps.grad_cam(n, x, "features", target="features"), "target: expected"),
        (lambda n, x: heatmaps.grad_cam(n, x, "features", unit=1), "unit: expected 0 to 0"),
        (lambda n, x: heatmaps.occlusion(n, x, window=0), "window: expected at least 1"),
        (lambda n, x: heatmaps.residual(n, x), "expected an autoencoder"),
        (lambda n, x: heatmaps.attention_map(n, x, "no"), "layer: expected one that gives images: features"),
    ],
)
def test_what_does_not_fit_the_network_is_refused(call, sentence):
    with pytest.raises(UsageError, match=sentence):
        call(pooled([1.0, 2.0], [[1.0], [1.0]]), random_images(2, 4, 6))


def test_a_layer_behind_several_inputs_is_refused_by_its_name_alone():
    inputs = [keras.Input((4, 4, 1), name=name) for name in ("left", "right")]
    both = keras.layers.Add(name="both")(inputs)
    count = keras.layers.Dense(1)(keras.layers.GlobalAveragePooling2D()(both))
    images = {"left": random_images(2, 4, 4), "right": random_images(2, 4, 4)}
    with pytest.raises(UsageError, match=r"'both': expected one that depends on a single input.*left, right"):
        heatmaps.grad_cam(keras.Model(inputs, count), images, "both")
