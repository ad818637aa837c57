"""What holds for every level of `flags.attention`."""

import keras
import numpy as np
import pytest

from ablation.app.flags import ATTENTION
from ablation.app.networks.attention import SelfAttention, attention_layer
from tests.app.networks.attention.drawn import array, drawn, signed_images

WITH_A_MAP = [level for level in ATTENTION if hasattr(attention_layer(level), "gate")]


def few(c, share=8):
    return max(1, c // share)


FORMULAS = {  # C channels → number of parameters
    "placebo": lambda _: 0,
    "spatial": lambda _: 2 * 5**2 + 1,
    "weight_map": lambda c: c + 1,
    "channel": lambda c: 2 * c * few(c) + few(c) + c,
    "cbam": lambda c: 2 * c * few(c) + few(c) + c + 2 * 5**2 + 1,
    "self": lambda c: 2 * c * few(c) + 2 * c * few(c, 2) + 1,
    "gaussian": lambda c: c + 2,
}


@pytest.mark.parametrize("level", ATTENTION)
@pytest.mark.parametrize("shape", [(2, 12, 9, 16), (1, 7, 16, 1), (2, 3, 3, 4), (3, 18, 17, 2), (1, 1, 1, 8)])
@pytest.mark.filterwarnings("ignore:You are using a softmax over axis -1")  # of one pixel
def test_the_shape_stays(level, shape):
    output = array(drawn(attention_layer(level)(), shape[-1])(signed_images(*shape)))
    assert output.shape == shape
    assert np.isfinite(output).all()


@pytest.mark.parametrize("level", FORMULAS)
@pytest.mark.parametrize("channels", [1, 3, 8, 35, 64])
def test_parameters_are_counted_by_the_formula(level, channels):
    assert drawn(attention_layer(level)(), channels).count_params() == FORMULAS[level](channels)


@pytest.mark.parametrize("channels", [8, 64])
def test_the_parameters_of_self_attention_are_1_and_a_quarter_of_the_square_of_the_channels(channels):
    assert drawn(SelfAttention(), channels).count_params() == 1.25 * channels**2 + 1


@pytest.mark.parametrize("level", ATTENTION)
def test_saving_and_loading_gives_the_same_layer(level, tmp_path):
    inputs = keras.Input((12, 9, 3))
    model = keras.Model(inputs, drawn(attention_layer(level)(), 3)(inputs))
    model.save(tmp_path / "attention.keras")
    loaded = keras.models.load_model(tmp_path / "attention.keras")
    images = signed_images()
    np.testing.assert_array_equal(array(model(images)), array(loaded(images)))


@pytest.mark.parametrize(
    ("level", "settings"),
    [
        ("channel", {"reduction": 2, "with_maximum": True}),
        ("cbam", {"reduction": 2, "kernel_size": 3}),
        ("self", {"pooled": True}),
        ("gaussian", {"initial_sigma": 0.25}),
    ],
)
def test_settings_are_saved(level, settings):
    layer = attention_layer(level)(**settings, name="mine")
    again = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(layer))
    config = again.get_config()
    assert config == layer.get_config()
    assert settings.items() <= config.items()


@pytest.mark.parametrize("level", [level for level in ATTENTION if level != "placebo"])
@pytest.mark.parametrize("shape", [(8, 8), (4, 8, 8, 3)])
def test_what_is_no_image_is_refused_with_its_shape(level, shape):
    name = type(attention_layer(level)()).__name__
    expected = rf"{name} expects .*\(batch, height, width, channels\).*{shape[-2]}, {shape[-1]}\)"
    with pytest.raises(ValueError, match=expected):
        attention_layer(level)()(keras.Input(shape))


@pytest.mark.parametrize(
    ("levels", "has_a_gate"),
    [(("spatial", "weight_map", "cbam", "gaussian"), True), (("placebo", "channel", "self"), False)],
)
def test_levels_have_a_gate_where_they_weigh_pixels(levels, has_a_gate):
    assert all((level in WITH_A_MAP) == has_a_gate for level in levels)


@pytest.mark.parametrize("level", WITH_A_MAP)
def test_a_gate_is_one_weight_for_each_pixel_of_each_image(level):
    images = signed_images(2, 12, 9, 3)
    gate = array(drawn(attention_layer(level)(), 3).gate(images))
    assert gate.shape == (2, 12, 9, 1)
    assert 0 < gate.min() < gate.max() <= 1
    assert gate.std() > 0.01
    assert not np.allclose(gate[0], gate[1], atol=0.01)


@pytest.mark.parametrize("level", ["spatial", "weight_map", "gaussian"])
def test_the_output_is_the_gate_times_the_input(level):
    images, layer = signed_images(), drawn(attention_layer(level)(), 3)
    np.testing.assert_allclose(array(layer(images)), images * array(layer.gate(images)), rtol=1e-6)


@pytest.mark.parametrize("level", ATTENTION)
def test_one_image_does_not_change_another(level):
    images, layer = signed_images(3), drawn(attention_layer(level)(), 3)
    np.testing.assert_allclose(array(layer(images))[1:2], array(layer(images[1:2])), atol=1e-6)


@pytest.mark.parametrize("level", ["placebo", "weight_map", "channel", "self"])
def test_permuting_the_pixels_permutes_the_output(level):
    images, layer = signed_images(2, 6, 5, 4), drawn(attention_layer(level)(), 4, size=(6, 5))
    order = np.random.default_rng(3).permutation(30)
    permuted = images.reshape(2, 30, 4)[:, order].reshape(images.shape)
    expected = array(layer(images)).reshape(2, 30, 4)[:, order].reshape(images.shape)
    np.testing.assert_allclose(array(layer(permuted)), expected, atol=1e-5)


def test_the_placebo_halves():
    images = signed_images()
    np.testing.assert_array_equal(array(attention_layer("placebo")()(images)), images / 2)
