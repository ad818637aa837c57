"""Weight map, channel attention and CBAM by numbers that a hand can compute."""

import numpy as np
import pytest

from ablation.app.networks.attention import CBAM, ChannelAttention, WeightMap
from tests.app.networks.attention.drawn import array, drawn, signed_images


def sigmoid(x):
    return 1 / (1 + np.exp(-np.asarray(x, float)))


@pytest.mark.parametrize("bias", [-3.0, 0.0, 0.5])
@pytest.mark.parametrize("layer", [WeightMap, ChannelAttention])
def test_zero_kernels_scale_by_the_sigmoid_of_the_bias(layer, bias):
    images, layer = signed_images(), drawn(layer(), 3)
    for variable in layer.weights:
        variable.assign(np.full(variable.shape, bias if variable.path.endswith("bias") else 0.0))
    np.testing.assert_allclose(array(layer(images)), images * sigmoid(bias), rtol=1e-6)


def test_a_weight_map_weighs_a_pixel_by_its_own_channels():
    layer = drawn(WeightMap(), 2)
    layer.set_weights([np.array([1.0, -2.0]).reshape(1, 1, 2, 1), np.array([0.5])])
    images = np.array([[[[1.0, 2.0], [3.0, 0.5]]]], "float32")  # 1·1 − 2·2 + 0.5, 1·3 − 2·0.5 + 0.5
    np.testing.assert_allclose(array(layer.gate(images)).ravel(), sigmoid([-2.5, 2.5]), rtol=1e-6)


@pytest.mark.parametrize(("with_maximum", "logits"), [(False, [6.0, -2.5]), (True, [18.0, -8.0])])
def test_channels_are_weighed_by_their_means_and_maxima(with_maximum, logits):
    layer = ChannelAttention(reduction=2, with_maximum=with_maximum)
    layer.build((None, None, None, 2))
    layer.set_weights([np.array(w) for w in ([[1.0], [2.0]], [-1.0], [[2.0, -1.0]], [0.0, 0.5])])
    # Means 2, 1 → relu(2 + 2 − 1) = 3 → 6, −3 + 0.5. Maxima 3, 2 → relu(3 + 4 − 1) = 6 → 12, −6 + 0.5;
    # with both, the sums 6 + 12 and −2.5 − 5.5.
    images = np.array([[[[1.0, 0.0], [3.0, 2.0]]]], "float32")
    np.testing.assert_allclose(array(layer.channel_weights(images)).ravel(), sigmoid(logits), rtol=1e-5)


def test_cbam_weighs_channels_before_pixels():
    images, layer = signed_images(), drawn(CBAM(), 3)
    by_channel = layer.channel(images)
    np.testing.assert_allclose(array(layer(images)), array(layer.spatial(by_channel)), atol=1e-6)
    np.testing.assert_allclose(array(layer.gate(images)), array(layer.spatial.gate(by_channel)), atol=1e-6)
    assert not np.allclose(array(layer(images)), array(layer.channel(layer.spatial(images))), atol=1e-3)
    assert layer.channel.with_maximum
