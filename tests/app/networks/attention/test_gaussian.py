import numpy as np
import pytest

from ablation.app.networks.attention import GaussianAttention
from tests.app.networks.attention.drawn import array, drawn, signed_images


def blob(row, column, height=9, width=13, channels=1):
    """A dark image with one bright pixel."""
    images = np.zeros((1, height, width, channels), "float32")
    images[0, row, column] = 1
    return images


def sharp(weight=50.0, sigma=0.5):
    """A layer that finds the bright pixel: exp(50) outweighs all others."""
    layer = drawn(GaussianAttention(), 1)
    layer.logit.set_weights([np.full((1, 1, 1, 1), weight), np.zeros(1)])
    layer.log_sigma.assign(np.log(sigma))
    return layer


@pytest.mark.parametrize(("row", "column"), [(0, 0), (8, 12), (4, 6), (2, 10), (8, 0)])
def test_the_window_peaks_at_the_blob_wherever_it_moves(row, column):
    layer, images = sharp(), blob(row, column)
    expected = [2 * row / 8 - 1, 2 * column / 12 - 1]
    np.testing.assert_allclose(array(layer.center(images))[0], expected, atol=1e-5)
    gate = array(layer.gate(images))[0, ..., 0]
    assert np.unravel_index(gate.argmax(), gate.shape) == (row, column)
    np.testing.assert_allclose(gate[row, column], 1, atol=1e-6)


def test_the_window_falls_as_a_gaussian():
    gate = array(sharp(sigma=0.5).gate(blob(4, 6)))[0, ..., 0]
    # Borders lie 1 from the centre, that is 2σ: exp(−2²/2); corners 1 in both directions: exp(−4).
    np.testing.assert_allclose([gate[0, 6], gate[4, 0], gate[4, 12]], np.exp(-2), rtol=1e-5)
    np.testing.assert_allclose(gate[8, 12], np.exp(-4), rtol=1e-5)


def test_the_window_starts_half_as_wide_as_half_the_image():
    layer = GaussianAttention()
    layer.build((None, None, None, 3))
    np.testing.assert_allclose(np.exp(array(layer.log_sigma)), 0.5, rtol=1e-6)


def test_without_a_preference_the_window_is_in_the_middle():
    layer = drawn(GaussianAttention(), 3)
    layer.logit.set_weights([np.zeros((1, 1, 3, 1)), np.array([2.0])])
    np.testing.assert_allclose(array(layer.center(signed_images(2, 6, 11, 3))), 0, atol=1e-6)


def test_the_bias_of_the_logit_changes_nothing():
    images, layer = signed_images(), drawn(GaussianAttention(), 3)
    before = array(layer(images))
    layer.logit.bias.assign(layer.logit.bias + 3)
    np.testing.assert_allclose(array(layer(images)), before, atol=1e-5)


@pytest.mark.filterwarnings("ignore:You are using a softmax over axis -1")
def test_a_single_row_or_column_lies_in_the_middle():
    layer = sharp()
    np.testing.assert_allclose(array(layer.center(blob(0, 3, height=1, width=4)))[0], [0, 1], atol=1e-5)
    np.testing.assert_allclose(array(layer.gate(blob(0, 0, height=1, width=1))), 1, atol=1e-6)
