"""Normalisation, residual connections, squeeze and excitation: each against a computation apart."""

import keras
import numpy as np
import pytest

from ablation.app.flags import Flags, levels_of
from ablation.app.networks.block_settings import BlockSettings
from ablation.app.networks.blocks import convolution_block, normalise
from ablation.app.networks.density import build_density
from ablation.app.networks.norms import n_groups
from ablation.errors import UsageError
from tests.app.networks.tiny import random_images, randomise, tiny_network

IMAGES = 4 * random_images(3, 6, 4, 8) - 1


def block(channels=8, filters=8, **flags):
    """A block on images of 6×4 pixels, with weights that no initialiser gives."""
    images = keras.Input((6, 4, channels))
    settings = BlockSettings(Flags(**flags))
    model = keras.Model(images, convolution_block(images, filters, settings, "block"))
    randomise(model)
    return model


def output_of(model, layer, images):
    """What a layer of a model gives."""
    return np.asarray(keras.Model(model.input, model.get_layer(layer).output)(images))


def standardised(x, axes, epsilon=1e-3):
    return (x - x.mean(axes, keepdims=True)) / np.sqrt(x.var(axes, keepdims=True) + epsilon)


def in_groups(x):
    """Two groups of 4 channels, each standardised over its pixels and channels."""
    grouped = x.reshape(len(x), 6, 4, 2, 4)
    return standardised(grouped, (1, 2, 4)).reshape(x.shape)


BY_HAND = {
    "batch": lambda x: standardised(x, (0, 1, 2)),
    "layer": lambda x: standardised(x, (3,)),
    "group": in_groups,
    "rms": lambda x: x / np.sqrt((x**2).mean(3, keepdims=True) + 1e-6),
}


def test_every_level_is_checked():
    assert {"none", *BY_HAND} == set(levels_of("norm"))


@pytest.mark.parametrize("level", BY_HAND)
def test_a_norm_is_that_of_numpy(level):
    images = keras.Input(IMAGES.shape[1:])
    model = keras.Model(images, normalise(images, BlockSettings(Flags(norm=level)), "block"))
    by_hand = BY_HAND[level](IMAGES.astype(float))
    np.testing.assert_allclose(np.asarray(model(IMAGES, training=True)), by_hand, atol=1e-5)
    scale = model.trainable_variables[0]
    scale.assign(np.arange(8.0))
    scaled = np.asarray(model(IMAGES, training=True))
    np.testing.assert_allclose(scaled, by_hand * np.arange(8), atol=5e-5)


@pytest.mark.parametrize("channels", [1, 2, 3, 7, 8, 13, 15, 25, 35, 64, 100, 256])
def test_groups_are_of_one_size_and_not_of_few_channels(channels):
    n = n_groups(channels)
    assert channels % n == 0
    assert n == 1 or channels // n >= 4


def test_norm_batch_is_the_articles_batch_norm():
    one, other = tiny_network(norm="batch"), tiny_network(batch_norm=True)
    assert [v.path for v in one.variables] == [v.path for v in other.variables]
    other.set_weights(one.get_weights())
    images = random_images()
    for training in (True, False):
        outputs = [np.asarray(n(images, training=training)["reconstruction"]) for n in (one, other)]
        np.testing.assert_array_equal(*outputs)


def test_both_flags_of_batch_norm_at_once_are_refused():
    with pytest.raises(
        UsageError, match=r"flags\.norm: expected none where flags\.batch_norm is true.*layer"
    ):
        Flags(batch_norm=True, norm="layer")


@pytest.mark.parametrize("channels", [8, 3])
def test_a_residual_connection_adds_the_input_projected_where_channels_differ(channels):
    model, images = block(channels, residual=True), IMAGES[..., :channels]
    made = output_of(model, "block_convolution", images)
    shortcut = images
    if channels != 8:
        shortcut = images @ np.asarray(model.get_layer("block_projection").kernel)[0, 0]
    expected = np.maximum(made + shortcut, 0)
    np.testing.assert_allclose(np.asarray(model(images)), expected, atol=1e-5)
    assert (channels == 8) == ("block_projection" not in [layer.name for layer in model.layers])


def test_convolutions_without_padding_get_the_middle_of_their_input():
    settings = BlockSettings(Flags(residual=True))
    model = build_density({"rgb": (16, 16, 3)}, [4, 4, 5], settings)
    images = {"rgb": random_images(2, 16, 16, 3)}
    found = {
        name: output_of(model, f"rgb_{name}", images)
        for name in ("1_down", "2_convolution", "2_residual", "2_activation", "3_convolution", "3_activation")
    }
    total = found["2_convolution"] + found["1_down"][:, 1:-1, 1:-1]
    np.testing.assert_allclose(found["2_residual"], total, atol=1e-6)
    kernel = np.asarray(model.get_layer("rgb_3_projection").kernel)[0, 0]
    total = found["3_convolution"] + found["2_activation"][:, 1:-1, 1:-1] @ kernel
    np.testing.assert_allclose(found["3_activation"], np.maximum(total, 0), atol=1e-5)


def test_squeeze_and_excitation_is_its_formula_behind_the_normalisation():
    model = block(norm="layer", squeeze_excitation=True)
    made = output_of(model, "block_layer_norm", IMAGES)
    layer = model.get_layer("block_squeeze_excitation")
    w1, b1, w2, b2 = map(np.asarray, (*layer.squeeze.weights, *layer.excite.weights))
    logit = np.maximum(made.mean((1, 2)) @ w1 + b1, 0) @ w2 + b2
    expected = np.maximum(made / (1 + np.exp(-logit))[:, None, None], 0)
    np.testing.assert_allclose(np.asarray(model(IMAGES)), expected, atol=1e-5)


def test_a_block_has_all_parts_in_their_order():
    switches = {"dropout": True, "residual": True, "squeeze_excitation": True}
    model = block(4, attention="spatial", norm="rms", **switches)
    kinds = [type(layer).__name__ for layer in model.layers[1:]]
    assert [kind for kind in kinds if kind != "Conv2D"] == [  # Keras lists the projection where it likes
        "SpatialAttention", "RMSNorm", "ChannelAttention", "Dropout", "Add", "Activation",
    ]  # fmt: skip
    assert kinds.count("Conv2D") == 2
