"""Grad-CAM against derivatives computed otherwise, and its completeness."""

import keras
import numpy as np
import pytest
from keras import layers

from ablation.app.maps import Completeness, grad_cam
from ablation.errors import UsageError
from tests.app.maps.pooled import BRANCHES, LAYERS, pooled, three_branches, three_images
from tests.app.networks.tiny import random_images, randomise, tiny_network


def completeness(network, images, layers_):
    return keras.ops.convert_to_numpy(Completeness(network, layers_)(images)["error"])


def test_the_map_by_hand():
    images = random_images(3, 4, 6) - 0.5
    network = pooled([1.0, -1.0], [[2.0], [3.0]], bias=0.5)  # y = mean(2·x − 3·x) + 0.5
    found = grad_cam(network, images, "features")["images"]
    np.testing.assert_allclose(found, -images[..., 0], atol=1e-6)
    assert found.min() < 0 < found.max(), "signed"


def test_several_units_give_the_mean_of_what_raises_each():
    images = random_images(3, 4, 6) - 0.5
    network = pooled([1.0], [[2.0, -3.0]])
    x = images[..., 0]
    expected = (np.maximum(2 * x, 0) + np.maximum(-3 * x, 0)) / 2
    np.testing.assert_allclose(grad_cam(network, images, "features")["images"], expected, atol=1e-6)
    second = grad_cam(network, images, "features", unit=1)["images"]
    np.testing.assert_allclose(second, -3 * x, atol=1e-6)


def skipping():
    """A convolution of which one copy is added to its successor, so that two ways lead to the output."""
    images = keras.Input((5, 4, 1), name="images")
    first = layers.Conv2D(3, 3, padding="same", name="first")(images)
    second = layers.Conv2D(3, 3, padding="same", activation="tanh", name="second")(
        layers.Activation("tanh")(first)
    )
    x = layers.Flatten()(layers.Concatenate()([first, second, images]))
    network = keras.Model(images, layers.Dense(2, activation="tanh", name="said")(x))
    randomise(network)
    return network


@pytest.mark.parametrize("unit", [0, 1])
def test_alpha_is_the_derivative_by_the_bias_of_the_layer(unit):
    # A bias adds the same to a channel at all pixels, so its derivative sums ∂y/∂A over them.
    network, images, step = skipping(), random_images(2, 5, 4), 1e-2
    bias = network.get_layer("first").bias
    start, alphas = np.array(bias), []
    for one in np.eye(3, dtype="float32"):
        said = []
        for sign in (1, -1):
            bias.assign(start + sign * step * one)
            said.append(keras.ops.convert_to_numpy(network(images))[:, unit].astype(float))
        alphas.append((said[0] - said[1]) / (2 * step))
    bias.assign(start)
    features = keras.ops.convert_to_numpy(
        keras.Model(network.input, network.get_layer("first").output)(images)
    )
    expected = np.einsum("cn,nhwc->nhw", np.array(alphas), features)
    found = grad_cam(network, images, "first", unit=unit)["images"]
    assert np.abs(expected).max() > 0.1
    np.testing.assert_allclose(found, expected, atol=2e-3 * np.abs(expected).max())


def test_the_latent_mean_of_an_autoencoder_is_explained_by_default():
    network, images = tiny_network(variational=True, activation="elu", units=(3, 4, 3)), random_images()
    randomise(network, seed=3)
    maps = grad_cam(network, images, "encoder_1_0_activation")
    assert np.ptp(maps["images"], axis=(1, 2)).min() > 0
    units = [
        grad_cam(network, images, "encoder_1_0_activation", target="mean", unit=i)["images"] for i in range(2)
    ]
    expected = np.mean([np.maximum(unit, 0) for unit in units], axis=0)
    np.testing.assert_allclose(maps["images"], expected, atol=1e-6)


def test_a_plain_autoencoder_is_explained_by_the_name_of_its_latent_layer():
    network, images = tiny_network(activation="elu", units=(3, 4, 3)), random_images()
    randomise(network, seed=3)
    maps = grad_cam(network, images, "encoder_1_0_activation", target="bottleneck_latent")
    assert np.ptp(maps["images"], axis=(1, 2)).min() > 0
    with pytest.raises(UsageError, match=r"target: expected .*bottleneck_latent.*Received: None"):
        grad_cam(network, images, "encoder_1_0_activation")


@pytest.mark.parametrize("layers_", [LAYERS, dict(reversed(LAYERS.items()))])
def test_maps_and_bias_add_up_to_the_prediction(layers_):
    network, images = three_branches(), three_images()
    predictions = keras.ops.convert_to_numpy(network(images)["count"])
    assert np.abs(predictions).min() > 0.01
    assert predictions.std() > 0.01
    assert np.abs(completeness(network, images, layers_)).max() < 1e-6
    maps = grad_cam(network, images, layers_)
    total = sum(maps[name].mean(axis=(1, 2)) for name in BRANCHES)
    bias = np.asarray(network.get_layer("count").bias)[0]
    np.testing.assert_allclose(total + bias, predictions[:, 0], atol=1e-6)


def test_a_saved_network_is_complete_as_well(tmp_path):
    three_branches().save(tmp_path / "network.keras")
    network = keras.models.load_model(tmp_path / "network.keras")
    assert np.abs(completeness(network, three_images(), LAYERS)).max() < 1e-6


def test_an_earlier_layer_does_not_add_up():
    earlier = {**LAYERS, "rgb": "rgb_convolution"}
    assert np.abs(completeness(three_branches(), three_images(), earlier)).min() > 1e-3


def test_the_branch_of_one_layer_can_be_looked_at_alone():
    network, images = three_branches(), three_images()
    one, all_ = grad_cam(network, images, "fixed_features"), grad_cam(network, images, LAYERS)
    assert list(one) == ["fixed"]
    np.testing.assert_allclose(one["fixed"], all_["fixed"], atol=1e-7)


def test_completeness_needs_all_branches_and_a_linear_end():
    with pytest.raises(UsageError, match=r"a layer for each input\. Received none for: fixed, dynamic"):
        Completeness(three_branches(), {"rgb": "rgb_features"})
    with pytest.raises(UsageError, match=r"Dense\(1\).*Received: 'said', a Dense"):
        Completeness(skipping(), "first")
