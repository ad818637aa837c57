import keras
import numpy as np
import pytest
from scipy.signal import correlate2d

from ablation.app.networks.attention import SpatialAttention
from tests.app.networks.tiny import random_images


def sigmoid(x):
    return 1 / (1 + np.exp(-np.asarray(x, float)))


def attention(channels, kernel=None, bias=0.0, size=5):
    """A built layer with this kernel, (size, size, 2, 1); random when it is None."""
    layer = SpatialAttention(kernel_size=size)
    layer.build((None, None, None, channels))
    random = np.random.default_rng(1).normal(size=(size, size, 2, 1))
    layer.convolution.set_weights([random if kernel is None else kernel, np.array([bias])])
    return layer


def signed_images(n=2, height=12, width=9, channels=3):
    return 4 * random_images(n, height, width, channels) - 2


def call(layer, images):
    return keras.ops.convert_to_numpy(layer(images))


@pytest.mark.parametrize("bias", [-3.0, 0.0, 0.5])
def test_a_zero_kernel_scales_by_the_sigmoid_of_the_bias(bias):
    images = signed_images()
    layer = attention(3, np.zeros((5, 5, 2, 1)), bias)
    np.testing.assert_allclose(call(layer, images), images * sigmoid(bias), rtol=1e-6)


@pytest.mark.parametrize("channels", [1, 2, 35])
def test_51_parameters_whatever_the_number_of_channels(channels):
    assert attention(channels).count_params() == 51


@pytest.mark.parametrize("size", [3, 7])
def test_parameters_follow_the_kernel_size(size):
    assert attention(4, size=size).count_params() == 2 * size**2 + 1


@pytest.mark.parametrize("shape", [(2, 12, 9, 3), (1, 7, 16, 1), (2, 3, 3, 4), (1, 1, 1, 2)])
def test_output_is_the_gate_times_the_input_by_an_independent_computation(shape):
    images, layer = signed_images(*shape), attention(shape[-1], bias=0.3)
    kernel = np.asarray(layer.convolution.kernel, float)[..., 0]
    expected = np.empty(shape)
    for i, image in enumerate(images.astype(float)):
        logit = (
            correlate2d(image.max(axis=-1), kernel[..., 0], mode="same")
            + correlate2d(image.mean(axis=-1), kernel[..., 1], mode="same")
            + 0.3
        )
        expected[i] = image * sigmoid(logit)[..., None]
    np.testing.assert_allclose(call(layer, images), expected, atol=1e-5)


def test_the_first_map_is_the_maximum_and_the_second_the_mean():
    images = signed_images()
    for which, pooled in enumerate([images.max(axis=-1), images.mean(axis=-1)]):
        kernel = np.zeros((5, 5, 2, 1))
        kernel[2, 2, which] = 1  # the pixel itself
        gate = np.asarray(attention(3, kernel).gate(images))
        np.testing.assert_allclose(gate[..., 0], sigmoid(pooled), rtol=1e-5)


def test_the_gate_is_one_weight_between_0_and_1_for_each_pixel():
    gate = np.asarray(attention(3).gate(signed_images(2, 12, 9, 3)))
    assert gate.shape == (2, 12, 9, 1)
    assert gate.min() > 0
    assert gate.max() < 1
    assert gate.std() > 0.01


def test_permuting_the_channels_permutes_the_output():
    images, layer, order = signed_images(channels=4), attention(4), [2, 0, 3, 1]
    np.testing.assert_allclose(call(layer, images[..., order]), call(layer, images)[..., order], atol=1e-6)


def test_shifting_the_image_shifts_the_output_away_from_borders():
    images, layer = signed_images(1, 16, 14, 3), attention(3)
    shifted = np.roll(images, (3, 2), axis=(1, 2))
    expected = np.roll(call(layer, images), (3, 2), axis=(1, 2))
    inner = np.s_[:, 5:-2, 4:-2]  # shift and half a kernel from where the image was cut
    np.testing.assert_allclose(call(layer, shifted)[inner], expected[inner], atol=1e-6)
    assert not np.allclose(call(layer, shifted), expected, atol=1e-3), "borders are padded with zeros"


def test_one_image_does_not_change_another():
    images, layer = signed_images(3), attention(3)
    np.testing.assert_allclose(call(layer, images)[1:2], call(layer, images[1:2]), atol=1e-6)


@pytest.mark.parametrize("shape", [(8, 8), (4, 8, 8, 3)])
def test_what_is_no_image_is_refused_with_its_shape(shape):
    with pytest.raises(ValueError, match=rf"\(batch, height, width, channels\).*{shape[-2]}, {shape[-1]}\)"):
        SpatialAttention()(keras.Input(shape))


def test_saving_and_loading_gives_the_same_layer(tmp_path):
    inputs = keras.Input((12, 9, 3))
    model = keras.Model(inputs, attention(3, bias=0.2, size=3)(inputs))
    model.save(tmp_path / "attention.keras")
    loaded = keras.models.load_model(tmp_path / "attention.keras")
    images = signed_images()
    np.testing.assert_array_equal(model(images), loaded(images))
    assert loaded.layers[-1].kernel_size == 3
